import pytest

from weibo_nlp.corpus.release import open_release


@pytest.fixture(scope="session")
def miniature(miniature_release):
    """The miniature's release, to be read and not changed."""
    return open_release(miniature_release)
