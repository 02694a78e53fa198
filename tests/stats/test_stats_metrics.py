import math

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import assume, given
from hypothesis import strategies as st

from weibo_nlp.errors import UsageError
from weibo_nlp.stats import metrics

# Gold against × 4, none × 3, favor × 3; worked by hand below.
CONFUSION = np.array([[3, 1, 0], [1, 2, 0], [1, 0, 2]])


@st.composite
def labelled_rows(draw):
    n_labels = draw(st.integers(2, 5))
    index = st.integers(0, n_labels - 1)
    rows = draw(st.lists(st.tuples(index, index), min_size=1, max_size=40))
    return n_labels, *np.array(rows).T


@st.composite
def distributions(draw):
    n_labels, gold, _ = draw(labelled_rows())
    weights = draw(
        st.lists(
            st.lists(st.integers(0, 20), min_size=n_labels, max_size=n_labels).filter(any),
            min_size=len(gold),
            max_size=len(gold),
        )
    )
    matrix = np.array(weights, dtype=float)
    return gold, matrix / matrix.sum(axis=1, keepdims=True)


def test_confusion_matrix_has_gold_in_rows():
    gold = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
    predicted = [0, 0, 0, 1, 0, 1, 1, 0, 2, 2]
    assert metrics.confusion_matrix(gold, predicted, 3).tolist() == CONFUSION.tolist()


def test_figures_of_a_confusion_matrix_worked_by_hand():
    assert metrics.accuracy(CONFUSION) == pytest.approx(7 / 10)
    assert metrics.precision(CONFUSION) == pytest.approx([3 / 5, 2 / 3, 1])
    assert metrics.recall(CONFUSION) == pytest.approx([3 / 4, 2 / 3, 2 / 3])
    assert metrics.f1(CONFUSION) == pytest.approx([2 / 3, 2 / 3, 4 / 5])
    assert metrics.macro_f1(CONFUSION) == pytest.approx(32 / 45)
    assert metrics.favg(CONFUSION, favor=2, against=0) == pytest.approx(11 / 15)


def test_label_absent_from_gold_and_predictions_counts_as_zero_in_macro_f1():
    confusion = np.diag([5, 5, 0])
    assert metrics.f1(confusion).tolist() == [1, 1, 0]
    assert metrics.macro_f1(confusion) == pytest.approx(2 / 3)


def test_no_rows_score_zero_without_warning():
    with np.errstate(all="raise"):
        assert metrics.macro_f1(np.zeros((3, 3))) == 0
        assert metrics.accuracy(np.zeros((3, 3))) == 0
        assert metrics.expected_calibration_error([], np.zeros((0, 3))) == 0


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (("against", "none", "favor"), ["macro_f1", "accuracy", "favg"]),
        (("negative", "neutral", "positive"), ["macro_f1", "accuracy"]),
    ],
)
def test_favg_is_offered_where_there_are_favor_and_against(labels, names):
    offered = metrics.count_metrics(labels)
    assert list(offered) == names
    if "favg" in offered:
        assert offered["favg"](CONFUSION) == pytest.approx(11 / 15)


@given(labelled_rows())
def test_count_metrics_agree_with_scikit_learn(rows):
    n_labels, gold, predicted = rows
    labels = list(range(n_labels))
    confusion = metrics.confusion_matrix(gold, predicted, n_labels)
    assert confusion.tolist() == sklearn.metrics.confusion_matrix(gold, predicted, labels=labels).tolist()
    precision, recall, f1, support = sklearn.metrics.precision_recall_fscore_support(
        gold, predicted, labels=labels, zero_division=0
    )
    assert metrics.precision(confusion) == pytest.approx(precision)
    assert metrics.recall(confusion) == pytest.approx(recall)
    assert metrics.f1(confusion) == pytest.approx(f1)
    assert confusion.sum(axis=1).tolist() == support.tolist()
    assert metrics.accuracy(confusion) == pytest.approx(sklearn.metrics.accuracy_score(gold, predicted))
    assert metrics.macro_f1(confusion) == pytest.approx(
        sklearn.metrics.f1_score(gold, predicted, labels=labels, average="macro", zero_division=0)
    )
    assert metrics.favg(confusion, 1, 0) == pytest.approx(
        sklearn.metrics.f1_score(gold, predicted, labels=[0, 1], average="macro", zero_division=0)
    )


@given(st.lists(labelled_rows().filter(lambda rows: rows[0] == 3), min_size=1, max_size=5))
def test_stacked_confusions_score_as_each_alone(samples):
    stack = np.stack([metrics.confusion_matrix(gold, predicted, 3) for _, gold, predicted in samples])
    for metric in (metrics.accuracy, metrics.precision, metrics.recall, metrics.f1, metrics.macro_f1):
        assert metric(stack).tolist() == [metric(confusion).tolist() for confusion in stack]


@given(distributions())
def test_log_loss_agrees_with_scikit_learn(case):
    gold, probabilities = case
    expected = sklearn.metrics.log_loss(gold, probabilities, labels=list(range(probabilities.shape[1])))
    assert metrics.log_loss_rows(gold, probabilities).mean() == pytest.approx(expected, abs=1e-12)


@given(distributions())
def test_brier_agrees_with_scikit_learn(case):
    gold, probabilities = case
    expected = sklearn.metrics.brier_score_loss(
        gold, probabilities, labels=list(range(probabilities.shape[1])), scale_by_half=False
    )
    assert metrics.brier_rows(gold, probabilities).mean() == pytest.approx(expected)


def test_losses_worked_by_hand():
    probabilities = [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]
    # ln 2 and ln 4; .25 + .0625 + .0625 and .0625 + .5625 + .25
    assert metrics.log_loss_rows([0, 1], probabilities) == pytest.approx([math.log(2), math.log(4)])
    assert metrics.brier_rows([0, 1], probabilities) == pytest.approx([0.375, 0.875])


def test_certain_and_wrong_costs_much_but_not_infinity():
    # -ln of the machine epsilon 2^-52
    assert metrics.log_loss_rows([1], [[1.0, 0.0]]) == pytest.approx([52 * math.log(2)])
    assert metrics.log_loss_rows([0], [[1.0, 0.0]]).tolist() == [0]
    assert metrics.brier_rows([1], [[1.0, 0.0]]).tolist() == [2]


def test_calibration_error_worked_by_hand():
    # Two rows at .7, one right: gap .2; two at .95, both right: gap .05; mean over four rows .125.
    probabilities = [[0.7, 0.3], [0.7, 0.3], [0.95, 0.05], [0.05, 0.95]]
    assert metrics.expected_calibration_error([0, 1, 0, 1], probabilities) == pytest.approx(0.125)


def test_bin_holds_its_upper_edge():
    # Of two bins, .5 lies in the first and .6 in the second: (|1 - .5| + |0 - .6|) / 2; in one bin it were .05.
    assert metrics.expected_calibration_error([0, 1], [[0.5, 0.5], [0.6, 0.4]], bins=2) == pytest.approx(0.55)


def test_fifteen_bins_are_the_default():
    # .66 and .67 lie on both sides of 10/15; gaps .34 (right) and .67 (wrong).
    probabilities = [[0.66, 0.34], [0.67, 0.33]]
    assert metrics.expected_calibration_error([0, 1], probabilities) == pytest.approx((0.34 + 0.67) / 2)


@given(distributions(), st.randoms())
def test_calibration_error_agrees_with_a_plain_loop_whatever_the_order(case, random):
    gold, probabilities = case
    confidence = probabilities.max(axis=1)
    # A confidence within rounding of an edge belongs to either bin.
    assume((np.abs(confidence * 15 - np.round(confidence * 15)) > 1e-9).all())
    expected = 0.0
    for number in range(15):
        inside = [at for at, p in enumerate(confidence) if number / 15 < p <= (number + 1) / 15]
        if inside:
            right = sum(probabilities[at].argmax() == gold[at] for at in inside) / len(inside)
            expected += len(inside) / len(gold) * abs(right - sum(confidence[inside]) / len(inside))
    found = metrics.expected_calibration_error(gold, probabilities)
    assert found == pytest.approx(expected)
    order = list(range(len(gold)))
    random.shuffle(order)
    assert metrics.expected_calibration_error(gold[order], probabilities[order]) == found


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda: metrics.confusion_matrix([0, 3], [0, 0], 3), r"gold\[1\] is 3", id="index-too-large"),
        pytest.param(lambda: metrics.confusion_matrix([0], [-1], 3), r"predicted\[0\] is -1", id="index-negative"),
        pytest.param(lambda: metrics.confusion_matrix([0, 1], [0], 3), "gold has 2 rows, predicted", id="lengths"),
        pytest.param(lambda: metrics.confusion_matrix([0.5], [0], 3), "label indices, got float64", id="no-index"),
        pytest.param(lambda: metrics.log_loss_rows([0], [0.5, 0.5]), r"\(n_rows, n_labels\), got \(2,\)", id="flat"),
        pytest.param(lambda: metrics.brier_rows([0, 1], [[0.5, 0.5]]), "gold has 2 rows, prob", id="row-missing"),
        pytest.param(lambda: metrics.brier_rows([0], [[0.5, 0.4]]), r"\[0\] = .* no distribution", id="sum"),
        pytest.param(lambda: metrics.brier_rows([0], [[1.5, -0.5]]), "no distribution", id="negative"),
        pytest.param(lambda: metrics.log_loss_rows([0], [[math.nan, 1.0]]), "no distribution", id="nan"),
    ],
)
def test_misuse_is_named(call, message):
    with pytest.raises(UsageError, match=message):
        call()


def test_kappa_is_agreement_beyond_chance():
    # 7 of 10 agree; by the shares of rows (4, 3, 3) and columns (5, 3, 2), chance makes .35: .35 / .65.
    assert float(metrics.cohen_kappa(CONFUSION)) == pytest.approx(0.35 / 0.65)
    assert metrics.cohen_kappa(np.stack([CONFUSION, 2 * CONFUSION])) == pytest.approx([0.35 / 0.65] * 2)


def test_kappa_of_one_label_alone_is_nothing_beyond_chance():
    assert float(metrics.cohen_kappa(np.array([[5, 0], [0, 0]]))) == 0


@given(labelled_rows())
def test_kappa_is_that_of_scikit_learn_where_that_is_defined(rows):
    n_labels, gold, predicted = rows
    assume(len({*gold, *predicted}) > 1)
    confusion = metrics.confusion_matrix(gold, predicted, n_labels)
    assert float(metrics.cohen_kappa(confusion)) == pytest.approx(sklearn.metrics.cohen_kappa_score(gold, predicted))
