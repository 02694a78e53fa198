import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from weibo_nlp.annotation.agreement import code_matrix, krippendorff_alpha, measure
from weibo_nlp.errors import DataError
from weibo_nlp.stats import BootstrapConfig

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; "." is a missing value.
BINARY = ["0100000010", "1110010000"]  # section A: Meg and Owen, 10 articles
TWO_OBSERVERS = ["aabbdcccedda", "babbbccceddd"]  # section B: Ben and Gerry, 12 articles
FOUR_OBSERVERS = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]  # section C, 12 units

matrices = hnp.arrays(np.int64, st.tuples(st.integers(1, 12), st.integers(2, 5)), elements=st.integers(-1, 3))


def codes(observers):
    """Observers' rows, one character a unit, as the matrix (units, annotators)."""
    values = sorted({value for row in observers for value in row} - {"."})
    return np.array([[-1 if v == "." else values.index(v) for v in unit] for unit in zip(*observers, strict=True)])


def some_unit_is_judged_twice(matrix):
    return bool(((matrix >= 0).sum(axis=1) >= 2).any())


@pytest.mark.parametrize(
    ("observers", "published"),
    [
        pytest.param(BINARY, 0.095, id="two-observers-binary"),
        pytest.param(TWO_OBSERVERS, 0.692, id="two-observers-nominal"),
        pytest.param(FOUR_OBSERVERS, 0.743, id="four-observers-missing-data"),
    ],
)
def test_alpha_is_the_one_krippendorff_published(observers, published):
    assert krippendorff_alpha(codes(observers)) == pytest.approx(published, abs=0.0005)


def test_measure_counts_by_hand():
    # Coincidences: 3 + 1 + 2 of 3 + 3 + 2 agree; label totals 5 and 3; alpha = 1 - 2 * 7 / (64 - 25 - 9).
    found = measure("topic", np.array([[0, 0, 0], [0, 0, 1], [1, 1, -1], [1, -1, -1]]), ["t1", "t1", "t2", "t3"], 2)
    assert found.alpha.value == pytest.approx(1 - 14 / 30)
    assert found.pairwise == pytest.approx(6 / 8)
    assert found.non_unanimous == pytest.approx(1 / 3)
    assert (found.task, found.n_units, found.n_threads) == ("topic", 3, 2)


def test_one_thread_says_nothing_of_the_spread_between_threads():
    found = measure("topic", codes(FOUR_OBSERVERS), ["one"] * 12, 5)
    assert found.alpha.value == krippendorff_alpha(codes(FOUR_OBSERVERS))
    assert (found.alpha.low, found.alpha.high) == (None, None)


def test_interval_resamples_threads_not_documents():
    # Of two threads, one in full agreement and one in full disagreement, a resample holds 2 + 0, 1 + 1 or 0 + 2.
    agreeing, split = [[0, 0], [1, 1]] * 20, [[0, 1], [1, 0]] * 20
    found = measure("topic", np.array(agreeing + split), ["a"] * 40 + ["b"] * 40, 2, BootstrapConfig(n_resamples=400))
    assert found.alpha.high == pytest.approx(1)
    assert found.alpha.low < -0.9


def test_interval_is_the_same_for_the_same_seed():
    groups = list("aabbccddeeff")
    bootstrap = BootstrapConfig(n_resamples=100, seed=7)
    one, two = (measure("t", codes(FOUR_OBSERVERS), groups, 5, bootstrap) for _ in range(2))
    assert one == two
    assert one.alpha.low < one.alpha.value < one.alpha.high


def test_the_interval_does_not_depend_on_what_threads_are_called_or_which_comes_first():
    matrix, groups = codes(FOUR_OBSERVERS), np.array(list("aabbccddeeff"))
    one = measure("t", matrix, groups, 5)
    two = measure("t", matrix[::-1], [f"x{ord('z') - ord(name)}" for name in groups[::-1]], 5)
    assert (two.alpha.low, two.alpha.high) == (one.alpha.low, one.alpha.high)
    assert two.alpha.value == pytest.approx(one.alpha.value)


def annotated_threads(rng, n_threads):
    """Codes of three annotators, and the threads: one thread is harder than another, and each has its own mix."""
    matrix, groups = [], []
    for thread in range(n_threads):
        n_units, noise, share = rng.integers(1, 9), rng.uniform(0, 0.5), rng.beta(3, 3)
        truth = rng.random(n_units) < share
        guessed = rng.random((n_units, 3)) < noise
        matrix.append(np.where(guessed, rng.random((n_units, 3)) < 0.5, truth[:, None]))
        groups += [str(thread)] * n_units
    return np.concatenate(matrix).astype(np.int64), np.array(groups)


def test_the_interval_reaches_as_far_as_95_percent_of_a_normal_estimate():
    """1.96 standard errors of the jackknife over threads to either side; 80 % would be 1.28 of them."""
    matrix, groups = annotated_threads(np.random.default_rng(3), 150)
    without = np.array([krippendorff_alpha(matrix[groups != name], 2) for name in np.unique(groups)])
    error = math.sqrt((without.size - 1) / without.size * np.square(without - without.mean()).sum())
    alpha = measure("t", matrix, groups, 2).alpha
    assert alpha.confidence_level == 0.95
    assert (alpha.high - alpha.low) / (2 * error) == pytest.approx(1.96, abs=0.15)


@pytest.mark.slow
def test_95_percent_intervals_hold_the_populations_alpha_in_95_percent_of_samples():
    rng = np.random.default_rng(11)
    truth = krippendorff_alpha(annotated_threads(rng, 100_000)[0], 2)
    samples = [annotated_threads(rng, 60) for _ in range(1000)]
    intervals = [measure("t", *sample, 2, BootstrapConfig(n_resamples=1000)).alpha for sample in samples]
    covered = np.mean([interval.low <= truth <= interval.high for interval in intervals])
    assert covered == pytest.approx(0.95, abs=0.02)  # nearly three standard errors of 1,000 samples


def test_one_label_throughout_gives_nan_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measure("irony", np.zeros((4, 3), dtype=np.int64), list("aabb"), 2)
    assert math.isnan(found.alpha.value)
    row = found.to_dict()
    assert (row["alpha"], row["low"], row["high"]) == (None, None, None)
    assert (found.pairwise, found.non_unanimous) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("matrix", "labels", "message"),
    [
        pytest.param([[0, -1], [-1, 1]], 2, "no unit was judged by two annotators", id="nobody-judged-together"),
        pytest.param(
            [[0, 2], [1, 1]], 2, r"label index 2 with 2 labels; indices run from 0 to 1\.", id="index-too-large"
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(matrix, labels, message):
    with pytest.raises(DataError, match=message):
        krippendorff_alpha(np.array(matrix), labels)
    with pytest.raises(DataError, match=message):
        measure("topic", np.array(matrix), ["a", "b"], labels)


@pytest.mark.parametrize(
    ("threads", "bounded"),
    [pytest.param("xx", False, id="in-one-thread"), pytest.param("xy", True, id="in-two-threads")],
)
def test_alpha_has_bounds_where_more_than_one_thread_has_a_second_label(threads, bounded):
    """Two threads are both missing from one resample in seven; those are left out without a warning."""
    matrix = np.array([[0, 0]] * 30 + [[1, 1], [0, 1]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        alpha = measure("irony", matrix, [*map(str, range(30)), *threads], 2).alpha
    assert alpha.value == krippendorff_alpha(matrix)
    assert (alpha.low is not None) is bounded
    assert not bounded or -1 <= alpha.low < alpha.value < alpha.high <= 1


def test_threads_whose_ids_are_written_alike_are_two():
    codes = [[0, 0], [0, 1], [1, 1], [1, 0]]
    assert measure("topic", codes, [1, "1", 2, "2"], 2).n_threads == 4
    assert measure("topic", codes, [1, 1.0, 2, 2], 2).n_threads == 2


def test_groups_must_be_as_many_as_units():
    with pytest.raises(DataError, match="1 groups for 2 units; one thread id a unit is needed"):
        measure("topic", np.array([[0, 0], [1, 1]]), ["a"], 2)


def test_code_matrix_puts_minus_one_where_an_annotator_said_nothing():
    units = [{"a1": "favor", "a2": "none"}, {"a3": "against"}]
    matrix = code_matrix(units, ["a1", "a2", "a3"], ["against", "none", "favor"])
    assert matrix.tolist() == [[2, 1, -1], [-1, -1, 0]]
    assert code_matrix([], ["a1", "a2"], ["x"]).shape == (0, 2)


@given(matrices, st.permutations(range(4)))
def test_alpha_does_not_depend_on_the_labels_names(matrix, renamed):
    assume(some_unit_is_judged_twice(matrix))
    other = np.where(matrix >= 0, np.array(renamed)[matrix], -1)
    assert krippendorff_alpha(other, 4) == pytest.approx(krippendorff_alpha(matrix, 4), nan_ok=True)


@given(matrices, st.randoms(use_true_random=False))
def test_alpha_does_not_depend_on_the_order_of_annotators_or_units(matrix, random):
    assume(some_unit_is_judged_twice(matrix))
    units, annotators = list(range(matrix.shape[0])), list(range(matrix.shape[1]))
    random.shuffle(units)
    random.shuffle(annotators)
    other = matrix[units][:, annotators]
    assert krippendorff_alpha(other) == pytest.approx(krippendorff_alpha(matrix), nan_ok=True)


@given(matrices, st.integers(0, 3))
def test_alpha_ignores_units_judged_once_and_is_one_at_most(matrix, label):
    assume(some_unit_is_judged_twice(matrix))
    lonely = np.full((1, matrix.shape[1]), -1)
    lonely[0, 0] = label
    alpha = krippendorff_alpha(matrix, 4)
    assert krippendorff_alpha(np.vstack([matrix, lonely]), 4) == pytest.approx(alpha, nan_ok=True)
    assert math.isnan(alpha) or alpha <= 1


@given(st.lists(st.integers(0, 3), min_size=2, max_size=10), st.integers(2, 4))
def test_alpha_of_annotators_who_agree_is_one(labels, annotators):
    assume(len(set(labels)) > 1)
    assert krippendorff_alpha(np.array([[label] * annotators for label in labels])) == pytest.approx(1)
