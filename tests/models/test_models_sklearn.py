"""Our classifiers in the hands of scikit-learn: searched and validated over lists of strings."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.models import LinearClassifier, MajorityClassifier, as_examples, load_model
from weibo_nlp.records import Example

WORDS = {"praise": "好吃", "blame": "难吃"}
TEXTS = [f"{around}{word}" for around in "今明早晚又真太可" for word in WORDS.values()]
LABELS = list(WORDS) * 8
THREADS = [str(place // 4) for place in range(16)]


def test_a_grid_of_c_is_searched_over_threads():
    search = GridSearchCV(LinearClassifier(), {"C": [1e-4, 1.0]}, cv=GroupKFold(3), scoring="neg_log_loss")
    search.fit(TEXTS, LABELS, groups=THREADS)
    assert search.best_params_ == {"C": 1.0}
    assert search.predict(["这家好吃", "这家难吃"]).tolist() == ["praise", "blame"]
    assert search.classes_.tolist() == ["blame", "praise"]


def test_threads_and_weights_are_routed_to_the_model_where_it_asks_for_them():
    with config_context(enable_metadata_routing=True):
        model = LinearClassifier(C=1.0).set_fit_request(groups=True, sample_weight=True)
        model.set_score_request(sample_weight=False)
        search = GridSearchCV(model, {"min_df": [1, 2]}, cv=GroupKFold(4), error_score="raise")
        assert search.fit(TEXTS, LABELS, groups=THREADS, sample_weight=np.ones(16)).best_score_ == 1.0
        with pytest.raises(DataError, match="all weights are 0"):
            search.fit(TEXTS, LABELS, groups=THREADS, sample_weight=np.zeros(16))


def test_scores_and_probabilities_are_cross_validated():
    assert cross_val_score(LinearClassifier(C=1.0), TEXTS, LABELS, groups=THREADS, cv=GroupKFold(4)).tolist() == [1] * 4
    # Half of the texts are praised, within every fold's training part too.
    assert cross_val_score(MajorityClassifier(), TEXTS, LABELS, cv=4).mean() == 0.5
    probabilities = cross_val_predict(LinearClassifier(C=1.0), TEXTS, LABELS, cv=4, method="predict_proba")
    assert (probabilities.argmax(axis=1) == [label == "praise" for label in LABELS]).all()


def test_a_pipeline_may_end_in_our_model():
    shout = make_pipeline(FunctionTransformer(lambda texts: [text * 2 for text in texts]), LinearClassifier(C=1.0))
    assert shout.fit(TEXTS, LABELS).score(TEXTS, LABELS) == 1.0


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(list, id="list"),
        pytest.param(tuple, id="tuple"),
        pytest.param(np.array, id="array"),
        pytest.param(pd.Series, id="series"),
        pytest.param(lambda texts: pd.Series(texts, index=range(16, 0, -1)), id="series-with-an-index"),
        pytest.param(lambda texts: [Example(text) for text in texts], id="examples"),
    ],
)
def test_texts_may_come_in_any_row(shape):
    model = LinearClassifier(C=1.0).fit(shape(TEXTS), LABELS)
    expected = LinearClassifier(C=1.0).fit(TEXTS, LABELS).predict_proba(TEXTS)
    np.testing.assert_array_equal(model.predict_proba(shape(TEXTS)), expected)


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        pytest.param("好吃", UsageError, "X is a str; give a list of texts", id="one-string"),
        pytest.param({"a": "好吃"}, UsageError, "X is a dict", id="mapping"),
        pytest.param(7, UsageError, "X is a int", id="number"),
        pytest.param(np.array([["好吃"]]), UsageError, "X is a ndarray; .* of one dimension", id="two-dimensional"),
        pytest.param(pd.DataFrame({"text": ["好吃"]}), UsageError, "X is a DataFrame", id="frame"),
        pytest.param(
            ["好", None, 3.5],
            DataError,
            r"2 of 3 texts are no strings \(position 1: NoneType, position 2: float\)",
            id="no-strings",
        ),
    ],
)
def test_what_holds_no_texts_is_refused(texts, error, message):
    with pytest.raises(error, match=message):
        as_examples(texts)


@pytest.mark.parametrize(
    ("known", "given", "message"),
    [
        pytest.param(None, ["praise", None] * 8, "labels cannot be told apart", id="missing"),
        pytest.param(None, [["praise"], ["blame"]] * 8, "labels cannot be told apart", id="lists"),
        pytest.param(tuple(WORDS), [["praise"], ["blame"]] * 8, "labels cannot be told apart", id="lists-of-known"),
        pytest.param(
            tuple(WORDS),
            ["praise", None, 7, "x"] * 4,
            r"labels \[7, None, 'x'\] are not among praise, blame",
            id="unknown",
        ),
    ],
)
def test_labels_that_are_none_are_refused(known, given, message):
    with pytest.raises(DataError, match=message):
        LinearClassifier(known, C=1.0).fit(TEXTS, given)


def test_parameters_with_a_doubled_label_are_refused():
    with pytest.raises(DataError, match="praise, blame, praise are not all different"):
        MajorityClassifier(["praise", "blame", "praise"]).fit(TEXTS, LABELS)


def test_labels_need_not_be_strings_unless_they_are_to_be_saved(tmp_path):
    model = LinearClassifier(C=1.0).fit(TEXTS, np.array([1, 0] * 8))
    assert model.predict(["这家好吃"]).tolist() == [1]
    with pytest.raises(DataError, match=r"labels \[0, 1\] are no strings"):
        model.save_pretrained(tmp_path)


def test_scikit_learn_is_told_that_texts_come_in_one_dimension():
    tags = get_tags(LinearClassifier()).input_tags
    assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)


def test_the_old_name_of_load_model_works_with_a_warning():
    with pytest.warns(DeprecationWarning, match=r"models\.load is now weibo_nlp\.models\.load_model"):
        from weibo_nlp.models import load
    assert load is load_model
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load("topic").name == "linear"


@pytest.mark.parametrize(
    "label",
    [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-a",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "a\nb",
        "\x1b[2J",
        " a",
        "a ",
        "a\0",
        "\u202ea",
        "",
    ],
    ids=ascii,
)
def test_a_label_that_would_act_in_a_table_or_on_a_terminal_is_not_learnt(label):
    with pytest.raises(DataError, match=r"^label .*(is not of 1 to 200 printable characters|for a formula)"):
        LinearClassifier(C=1.0).fit(TEXTS, ["praise", label] * 8)
    with pytest.raises(DataError, match=r"^label "):
        MajorityClassifier(("praise", label)).fit(["好"], ["praise"])


@pytest.mark.parametrize(
    "labels", [("-1", "+1"), ("-0.5", "0.5"), ("好 评", "差-评"), (-1, 1), ("a=b", "c@d")], ids=str
)
def test_numbers_and_signs_inside_are_labels(labels):
    assert set(LinearClassifier(C=1.0).fit(TEXTS, list(labels) * 8).classes_.tolist()) == set(labels)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"C": -1}, "C must be a number above 0, or None to choose it; got -1"),
        ({"C": float("nan")}, "C must be a number above 0, .*; got nan"),
        ({"C": float("inf")}, "C must be a number above 0, .*; got inf"),
        ({"C": "1"}, "C must be a number above 0, .*; got '1'"),
        ({"C": True}, "C must be a number above 0, .*; got True"),
        ({"min_df": 0}, "min_df must be a number of texts from 1, .*; got 0"),
        ({"min_df": 1.5}, r"min_df must be a number of texts from 1, .*; got 1\.5"),
        ({"min_df": 10**5000}, "min_df must be a number of texts from 1, .*; got an integer of"),
        ({"random_state": np.random}, "random_state must be a whole number from 0 .*; got <module"),
        ({"labels": "ab"}, "labels is a str; give a list"),
        ({"labels": {"praise", "blame"}}, "labels is a set; give a list"),
        ({"min_df": "2"}, "min_df must be a number of texts from 1, .*; got '2'"),
        ({"random_state": -1}, "random_state must be a whole number from 0 to 4294967295, or None; got -1"),
        ({"random_state": 1.5}, r"random_state must be a whole number from 0 .*; got 1\.5"),
        ({"random_state": "x"}, "random_state must be a whole number from 0 .*; got 'x'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_parameter_that_is_none_is_named_when_a_model_is_trained(parameters, message):
    with pytest.raises(UsageError, match=message):
        LinearClassifier(**parameters).fit(TEXTS, ["praise", "blame"] * 8)


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA, pd.NaT], ids=str)
def test_a_text_without_a_group_or_label_is_named(missing):
    groups = list("abcdefgh") * 2
    groups[3] = missing
    with pytest.raises(DataError, match=r"groups\[3\] is .*, which is no id"):
        LinearClassifier(C=1.0).fit(TEXTS, ["praise", "blame"] * 8, groups=groups)
    with pytest.raises(DataError, match=r"y\[15\] is nan, no label"):
        LinearClassifier(C=1.0).fit(TEXTS, [0.0, 1.0] * 7 + [0.0, math.nan])
    with pytest.raises(UsageError, match="sample_weight must hold numbers"):
        LinearClassifier(C=1.0).fit(TEXTS, ["praise", "blame"] * 8, sample_weight=["a"] * 16)


def test_columns_of_a_shuffled_table_are_taken_by_position():
    index = np.random.default_rng(0).permutation(16)
    plain = list(TEXTS), ["praise", "blame"] * 8, list("aabbccddeeffgghh"), [1.0, 2.0] * 8
    shuffled = [pd.Series(values, index=index) for values in plain]
    one, other = (LinearClassifier(C=1.0).fit(*columns) for columns in (plain, shuffled))
    assert one.predict_proba(TEXTS).tolist() == other.predict_proba(pd.Series(TEXTS, index=index)).tolist()


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param([1, "a"], id="number-and-text"),
        pytest.param([True, 2], id="boolean-and-number"),
        pytest.param([0.5, 2**53 + 1], id="fraction-and-number"),
        pytest.param([("a", "b"), ("c", "d")], id="tuples"),
        pytest.param([b"a", b"b\0"], id="bytes"),
    ],
)
@pytest.mark.parametrize("model", [LinearClassifier, MajorityClassifier])
def test_labels_that_numpy_would_turn_into_others_are_refused(model, pair):
    with pytest.raises(DataError, match="all of one type"):
        model(labels=pair).fit(TEXTS, pair * 8)


def test_numbers_beyond_those_of_numpy_are_no_labels():
    with pytest.raises(DataError, match="do not fit into one array; give strings"):
        MajorityClassifier().fit(TEXTS, [2**63 + 5, -1] * 8)


def test_a_boolean_in_y_is_no_number_among_the_labels():
    with pytest.raises(DataError, match=r"labels such as \d, True; .* all of one type"):
        MajorityClassifier(labels=[1, 2]).fit(["好"] * 3, [True, 1, 2])


def test_the_best_model_of_a_search_can_be_saved(tmp_path):
    search = GridSearchCV(LinearClassifier(C=1.0), {"min_df": np.arange(1, 3)}, cv=2).fit(TEXTS, LABELS)
    search.best_estimator_.save_pretrained(tmp_path)
    assert load_model(tmp_path).predict(TEXTS).tolist() == search.predict(TEXTS).tolist()
