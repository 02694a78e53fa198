"""The shipped weights: made by the recipe, and what they say where they have not learnt."""

import os
from pathlib import Path

import numpy as np
import pytest
from training.recipe import Choice
from training.rows import RowWeights
from training.weights import OPEN, WeightsRecipe

from weibo_nlp.benchmark.run import find_real_texts
from weibo_nlp.corpus import open_release
from weibo_nlp.external import load
from weibo_nlp.models import load_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def external():
    if not (folder := os.environ.get("WEIBO_NLP_EXTERNAL")):
        pytest.skip("WEIBO_NLP_EXTERNAL names no folder with copies of the public sets")
    return Path(folder)


@pytest.fixture(scope="module")
def real(external):
    return find_real_texts(open_release(), external)


def trained(real, external, task, **options):
    """A model by the recipe, with what was chosen for the shipped one."""
    recipe, shipped = WeightsRecipe(OPEN, real, external, **options), load_model(task)
    (spec,) = (each for each in recipe.specs if each.name == task)
    choice = Choice(RowWeights(**shipped.trained_on_["row_weights"]), shipped.C_, ())
    return recipe.train(spec, choice=choice).model


@pytest.mark.parametrize("task", ["topic", "sentiment", "irony"])
def test_shipped_weights_are_what_the_recipe_gives(real, external, task):
    texts = [document.text for document in open_release().documents()][:300]
    # Other processors round otherwise, and the solver stops a little earlier or later.
    made = trained(real, external, task).predict_proba(texts)
    np.testing.assert_allclose(made, load_model(task).predict_proba(texts), atol=0.01)


def test_posts_of_a_source_that_was_left_out_are_seldom_called_on_topic(real, external):
    model = trained(real, external, "topic", without={"SWSR"})
    posts = [document.text for part in load("swsr", external).parts.values() for document in part.documents]
    on_topic = np.mean(model.predict(posts) != "other")
    assert len(posts) > 1_000
    assert on_topic <= 0.15
