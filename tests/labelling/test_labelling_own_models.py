"""Models of one's own in the labeller: they replace a task's shipped model, or add a label."""

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from weibo_nlp import label
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.labelling import Labeller
from weibo_nlp.models import LinearClassifier, MajorityClassifier
from weibo_nlp.records import Example

TEXTS = [f"{day}{what}" for day in "今明后昨" for what in ("天吃面", "天下雨")]
LABELS = ["food", "weather"] * 4
SHIPPED = ["topic", "topic_score", "sentiment", "sentiment_score", "irony", "irony_score"]
SHIPPED += ["stance_target", "stance", "stance_score"]


class Fixed:
    """Gives every text the same probabilities, and remembers what it was asked."""

    def __init__(self, **shares):
        self.classes_ = list(shares)
        self.shares = list(shares.values())
        self.asked = []

    def predict_proba(self, texts):
        self.asked += list(texts)
        return np.tile(self.shares, (len(texts), 1))


@pytest.fixture(scope="module")
def food():
    return LinearClassifier(C=1.0).fit(TEXTS, LABELS)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(LinearClassifier(C=1.0), id="ours"),
        pytest.param(make_pipeline(TfidfVectorizer(analyzer="char"), LogisticRegression()), id="pipeline"),
        pytest.param(GridSearchCV(LinearClassifier(), {"C": [0.5, 1.0]}, cv=2), id="search"),
    ],
)
def test_any_trained_classifier_of_strings_adds_a_label(model):
    frame = label(["前天吃面", "前天下雨"], models={"about": model.fit(TEXTS, LABELS)}, all_scores=True)
    assert list(frame.columns[:12]) == ["text", *SHIPPED, "about", "about_score"]
    assert list(frame.columns[-2:]) == ["about_score_food", "about_score_weather"]
    assert frame["about"].tolist() == ["food", "weather"]
    assert frame["about_score"].tolist() == frame[["about_score_food", "about_score_weather"]].max(axis=1).tolist()


@pytest.mark.parametrize("shape", [str, lambda folder: folder], ids=["str", "path"])
def test_a_folder_is_read(food, tmp_path, shape):
    food.save_pretrained(tmp_path)
    assert label("前天吃面", models={"about": shape(tmp_path)})["about"].tolist() == ["food"]


def test_a_task_of_the_scheme_is_replaced_and_the_columns_stay():
    sentiment, stance = Fixed(happy=0.25, sad=0.75), Fixed(against=0.2, none=0.3, favor=0.5)
    frame = label("失信被执行人就该上征信黑名单，禁乘火车罚得太轻", models={"sentiment": sentiment, "stance": stance})
    assert list(frame.columns) == ["text", *SHIPPED]
    (row,) = frame.to_dict("records")
    assert (row["topic"], row["sentiment"], row["sentiment_score"]) == ("credit", "sad", 0.75)
    assert (row["stance_target"], row["stance"], row["stance_score"]) == ("信用惩戒", "favor", 0.5)
    assert sentiment.asked == frame["text"].tolist()
    assert stance.asked == [Example(row["text"], "信用惩戒")]


@pytest.mark.parametrize(
    ("shares", "irony", "score"),
    [({"false": 0.9, "true": 0.1}, False, 0.1), ({"true": 0.8, "false": 0.2}, True, 0.8)],
    ids=["no", "yes-in-another-order"],
)
def test_the_score_of_irony_is_its_probability_whichever_the_label(shares, irony, score):
    (row,) = Labeller({"irony": Fixed(**shares)}).label(["好"])
    assert (row["irony"], row["irony_score"]) == (irony, score)


def test_labels_that_are_booleans_are_those_of_a_task_stored_so():
    model = DummyClassifier(strategy="prior").fit(["a", "b", "c", "d"], [True, False, False, False])
    (row,) = Labeller({"irony": model}).label(["好"])
    assert (row["irony"], row["irony_score"]) == (False, 0.25)


def test_a_topic_of_ones_own_has_no_canonical_target():
    frame = label(TEXTS, models={"topic": MajorityClassifier().fit(TEXTS, LABELS)})
    assert frame["topic"].tolist() == ["food"] * 8
    assert frame[["stance_target", "stance", "stance_score"]].isna().all(axis=None)


TARGETED = [(Example(text, "面条"), name) for text, name in zip(TEXTS, LABELS, strict=True)]


@pytest.mark.parametrize(
    ("models", "error", "message"),
    [
        pytest.param({"x": LinearClassifier()}, UsageError, "'x' is a LinearClassifier that is not trained", id="bare"),
        pytest.param({"x": LinearSVC()}, UsageError, "'x' is a LinearSVC without predict_proba", id="no-probabilities"),
        pytest.param({"x": 7}, UsageError, "'x' is a int without predict_proba", id="no-model"),
        pytest.param({"x": "nowhere"}, UnknownNameError, "unknown model 'nowhere'; there is: irony", id="no-folder"),
        pytest.param({"": Fixed(a=1.0)}, UsageError, r"name '' of a model is no text \(empty\)", id="empty-name"),
        pytest.param({7: Fixed(a=1.0)}, UsageError, "name 7 of a model is no text", id="name-is-a-number"),
        pytest.param(
            {"irony": Fixed(ironic=0.5, plain=0.5)},
            UsageError,
            "'irony' is a Fixed with the labels ironic, plain; it needs false and true. Under another name",
            id="irony-of-other-labels",
        ),
        pytest.param(
            {"topic_score": Fixed(a=1.0)}, UsageError, "two labels would stand in column 'topic_score'", id="clash"
        ),
    ],
)
def test_a_model_that_cannot_be_used_under_its_name_is_refused(models, error, message):
    with pytest.raises(error, match=message):
        Labeller(models)


def test_a_stance_model_that_reads_strings_alone_is_refused():
    model = make_pipeline(TfidfVectorizer(analyzer="char"), LogisticRegression()).fit(TEXTS, LABELS)
    with pytest.raises(UsageError, match=r"model for 'stance' cannot read texts with a target .*records\.Example"):
        label("好", models={"stance": model}, target="面条")


def test_a_model_that_needs_a_target_is_not_used_without_one():
    examples, labels = zip(*TARGETED, strict=True)
    model = LinearClassifier(C=1.0).fit(examples, labels)
    with pytest.raises(DataError, match="1 of 1 examples have no target, and the model has learnt from targets"):
        label("好", models={"about": model})


def test_probabilities_that_do_not_fit_the_texts_are_refused():
    model = Fixed(a=0.5, b=0.5)
    model.shares = [1.0]
    with pytest.raises(UsageError, match=r"'x' gave probabilities of shape \(1, 1\) for 1 texts and 2 labels"):
        label("好", models={"x": model})
