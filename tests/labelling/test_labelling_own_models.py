"""Models of one's own in the labeller: they replace a task's shipped model, or add a label."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
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
SHIPPED += ["stance_target", "stance_known_target", "stance", "stance_score", "out_of_domain"]


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
    assert list(frame.columns[:14]) == ["text", *SHIPPED, "about", "about_score"]
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
    assert stance.asked == [Example(row["text"], "信用惩戒", plain=True)]


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


def given(answer, labels=("a", "b")):
    model = Fixed(**dict.fromkeys(labels, 0.5))
    model.predict_proba = lambda texts: answer
    return model


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param([[np.nan, 0.5]], r"no probabilities for 1 of 1 texts \(text 0: \[nan, 0\.5\]\)", id="nan"),
        pytest.param([[np.nan, np.nan]], "no probabilities for 1 of 1 texts", id="nan-alone"),
        pytest.param([[np.inf, 0.0]], "no probabilities", id="infinity"),
        pytest.param([[np.inf, -np.inf]], "no probabilities", id="both-infinities"),
        pytest.param([[1e308, 1e308]], "no probabilities", id="sum-overflows"),
        pytest.param([[1.5, -0.5]], "no probabilities", id="negative"),
        pytest.param([[0.9, 0.9]], "sum to 1 ± 0.001", id="sum-of-two-labels"),
        pytest.param([[3.2, 1.1]], "as softmax makes them of scores", id="scores"),
        pytest.param([[0, 0]], "no probabilities", id="nothing"),
        pytest.param([[0.5 + 1j, 0.5]], "gave complex128 values for probabilities", id="complex"),
        pytest.param([["0.5", "0.5"]], "gave <U3 values", id="strings"),
        pytest.param([[True, False]], "gave bool values", id="booleans"),
        pytest.param([[None, 1.0]], "gave object values", id="null"),
        pytest.param([[0.5, 0.5], [0.5]], "make no array", id="ragged"),
        pytest.param([0.5, 0.5], r"shape \(2,\) for 1 texts and 2 labels", id="one-dimension"),
        pytest.param([[0.5, 0.5], [0.5, 0.5]], r"shape \(2, 2\) for 1 texts", id="a-row-too-many"),
        pytest.param(np.zeros((0, 2)), r"shape \(0, 2\) for 1 texts", id="no-row"),
        pytest.param([[0.3, 0.3, 0.4]], r"shape \(1, 3\) for 1 texts", id="a-label-too-many"),
        pytest.param(np.ma.array([[0.5, 0.5]], mask=[[True, False]]), "gave masked numbers", id="masked"),
        pytest.param(csr_matrix([[0.5, 0.5]]), r"shape \(\) for 1 texts", id="sparse"),
    ],
)
def test_what_is_no_distribution_over_the_labels_makes_no_label(answer, message):
    with pytest.raises(UsageError, match=f"the model for 'x' .*{message}"):
        Labeller({"x": given(answer)}).label(["好"])


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([[1, 0]], id="whole-numbers"),
        pytest.param(np.array([[0.75, 0.25]], dtype=np.float16), id="half-precision"),
        pytest.param([[0.6665, 0.3325]], id="rounded"),
        pytest.param(pd.DataFrame([[1.0, -0.0]]), id="frame-with-negative-zero"),
    ],
)
def test_probabilities_as_classifiers_give_them_make_labels(answer):
    (row,) = Labeller({"x": given(answer)}, all_scores=True).label(["好"])
    assert row["x"] == "a"
    assert str(row["x_score_b"])[0] != "-"


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        pytest.param(["a", "a"], "labels 'a', 'a' are not all different", id="doubled"),
        pytest.param([1, "1"], "labels '1', '1' are not all different", id="doubled-once-written"),
        pytest.param([], "0 labels", id="none"),
        pytest.param([""], "is not of 1 to 200 printable characters", id="empty"),
        pytest.param(["a\nb"], "printable characters", id="line-end"),
        pytest.param(["a\0"], "printable characters", id="nul-that-numpy-drops"),
        pytest.param(["\x1b[2J"], "printable characters", id="escape-sequence"),
        pytest.param(["\ud800"], "printable characters", id="lone-surrogate"),
        pytest.param(["a" * 201], "of 1 to 200 printable characters", id="long"),
        pytest.param(["=1+1"], "a spreadsheet would take it for a formula", id="formula"),
        pytest.param([None], "with the label None; train with strings, whole numbers or booleans", id="null"),
        pytest.param([float("nan"), 1.0], "with the label nan", id="nan"),
        pytest.param([b"a"], "with the label b'a'", id="bytes"),
        pytest.param([["a"], ["b"]], r"with the label \['a'\]", id="lists"),
        pytest.param(np.array([["a", "b"]]), "whose classes_ are a ndarray", id="two-dimensions"),
        pytest.param("ab", "whose classes_ are a str", id="a-string"),
        pytest.param(None, "whose classes_ are a NoneType", id="no-classes"),
        pytest.param(list(range(1001)), "1,001 labels; from 1 to 1,000 are allowed", id="many"),
    ],
)
def test_labels_that_no_table_could_hold_are_refused(classes, message):
    model = Fixed(a=1.0)
    model.classes_ = classes
    with pytest.raises(UsageError, match=f"the model for 'x' is a Fixed.*{message}"):
        Labeller({"x": model})


def test_labels_that_are_numbers_are_written_as_text():
    model = DummyClassifier(strategy="prior").fit(["a", "b", "c"], [-1, 1, -1])
    assert Labeller({"x": model}).label(["好"])[0]["x"] == "-1"


@pytest.mark.parametrize("name", ["=x", "a\nb", "x ", "x" * 201], ids=["formula", "line-end", "blank", "long"])
def test_a_name_that_no_header_could_hold_is_refused(name):
    with pytest.raises(UsageError, match="name of a model becomes the name of a column: label"):
        Labeller({name: Fixed(a=1.0)})


def test_a_model_that_learns_other_labels_meanwhile_is_refused():
    model = Fixed(a=0.5, b=0.5)
    labeller = Labeller({"x": model})
    model.classes_ = ["b", "a"]
    with pytest.raises(UsageError, match="'x' was trained on other labels meanwhile; make a new Labeller"):
        labeller.label(["好"])


@pytest.mark.parametrize("classes", [["a", "b"], [False, True]], ids=["strings", "booleans"])
def test_a_frame_of_probabilities_is_read_by_the_names_of_its_columns(classes):
    model = given(pd.DataFrame([[0.75, 0.25]], columns=classes[::-1]))
    model.classes_ = classes
    (row,) = label("好", models={"x": model}).to_dict("records")
    assert (row["x"], row["x_score"]) == (str(classes[1]), 0.75)
