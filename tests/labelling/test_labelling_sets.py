"""Prediction sets beside topic and sentiment, for models that are calibrated for them."""

import numpy as np
import pytest

from weibo_nlp import label
from weibo_nlp.errors import UsageError
from weibo_nlp.io import open_table
from weibo_nlp.labelling import Labeller, label_file
from weibo_nlp.models.conformal import ConformalSets

TEXTS = ["7:2:1", "5:4:1", "4:3:3"]


class Shares:
    """Gives texts the probabilities of their names; the texts it is calibrated on had .7, .4 and .9 for its labels."""

    def __init__(self, *labels, per_label=9):
        self.classes_ = labels
        rows = np.array([[0.7, 0.2, 0.1], [0.5, 0.4, 0.1], [0.05, 0.05, 0.9]])
        self.conformal_ = ConformalSets(labels, rows.repeat(per_label, axis=0), np.arange(3).repeat(per_label))

    def predict_proba(self, texts):
        return np.array([[int(share) / 10 for share in text.split(":")] for text in texts])


MODELS = {"topic": Shares("credit", "media", "other"), "sentiment": Shares("good", "bad", "none")}


def test_sets_have_the_labels_that_pass_in_the_models_order_and_the_most_probable_one():
    frame = label(TEXTS, models=MODELS, coverage=0.9)
    # A label passes from .7, .4 and .9 on; where it does not, the most probable one is there all the same.
    assert frame["topic_set"].tolist() == ["credit", "credit|media", "credit"]
    assert frame["sentiment_set"].tolist() == ["good", "good|bad", "good"]
    assert list(frame.columns).index("topic_set") == list(frame.columns).index("out_of_domain") + 1
    assert list(frame.columns)[-2:] == ["topic_set", "sentiment_set"]


def test_labels_too_rare_in_calibration_are_in_every_set_and_are_named():
    models = MODELS | {"topic": Shares("credit", "media", "other", per_label=8)}
    labeller = Labeller(models, coverage=0.9)
    assert labeller.sets["topic"].undecided == ("credit", "media", "other")
    assert labeller.sets["sentiment"].undecided == ()
    assert labeller.label(TEXTS)[0]["topic_set"] == "credit|media|other"


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_sets_are_one_text_in_every_format(tmp_path, suffix):
    source, output = tmp_path / "a.txt", tmp_path / f"o.{suffix}"
    source.write_text("\n".join([*TEXTS, ""]), "utf-8")
    label_file(open_table(source), output, Labeller(MODELS, coverage=0.9), text_column="text")
    assert [row.values["topic_set"] for row in open_table(output).rows()] == ["credit", "credit|media", "credit"]


def test_without_a_coverage_there_are_no_sets():
    assert not {"topic_set", "sentiment_set"} & {*label(TEXTS, models=MODELS).columns}
    assert Labeller(MODELS).sets == {}


class Plain:
    classes_ = ("a", "b", "c")
    predict_proba = Shares.predict_proba


@pytest.mark.parametrize(
    ("model", "message"),
    [
        pytest.param(Plain(), "the model for 'topic' is not calibrated for prediction sets", id="not-calibrated"),
        pytest.param(Shares("a|b", "c", "d"), r"the label 'a\|b' of 'topic' holds '\|'", id="a-label-that-joins"),
    ],
)
def test_a_model_that_can_give_no_sets_is_refused(model, message):
    with pytest.raises(UsageError, match=message):
        Labeller(MODELS | {"topic": model}, coverage=0.9)


@pytest.mark.parametrize("coverage", [0, 1, 90, "0.9", True, float("nan")])
def test_a_coverage_that_is_no_share_is_refused(coverage):
    with pytest.raises(UsageError, match=r"coverage must be a number above 0 and below 1, such as 0\.9"):
        Labeller(MODELS, coverage=coverage)
