import pytest
from labelled_posts import posts, quick

from weibo_nlp.training import train


@pytest.fixture(scope="session")
def told():
    """What the training of `trained` told of its progress."""
    return []


@pytest.fixture(scope="session")
def trained(told):
    """A model of 60 posts and three labels, each of which a word gives away."""
    texts, labels = posts("food", "weather", "work")
    return train(texts, labels, classifier=quick(), progress=lambda *counts: told.append(counts))
