import itertools

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.stats import randomisation
from weibo_nlp.stats.bootstrap import BootstrapConfig, UnitSums, cluster_bootstrap, estimate_rows
from weibo_nlp.stats.metrics import accuracy, confusion_matrix, f1, macro_f1
from weibo_nlp.stats.randomisation import paired_test

SMALL = {"n_permutations": 200, "bootstrap": BootstrapConfig(n_resamples=50)}


def _answers(n_units: int, seed: int, n_runs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gold, runs of answers that resemble each other, and units of uneven size."""
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(n_units), rng.geometric(0.3, n_units))
    gold = rng.integers(0, 3, units.size)
    usual = np.where(rng.random(units.size) < 0.6, gold, rng.integers(0, 3, units.size))
    runs = np.where(rng.random((n_runs, units.size)) < 0.8, usual, rng.integers(0, 3, (n_runs, units.size)))
    return gold, runs, units


def _two_by_two(both: int, only_a: int, only_b: int, neither: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a = np.repeat([0, 0, 1, 1], [both, only_a, only_b, neither])
    b = np.repeat([0, 1, 0, 1], [both, only_a, only_b, neither])
    return np.zeros(a.size, int), a, b


@pytest.mark.parametrize(
    ("table", "published"),
    [
        # Fay, "Exact McNemar's Test and Matching Confidence Intervals", vignette of R's exact2x2.
        pytest.param((21, 9, 2, 12), 0.06543, id="exact2x2"),
        # stat-tools.xyz/mcnemar, b = 12, c = 5, exact.
        pytest.param((0, 12, 5, 0), 0.1435, id="stat-tools"),
    ],
)
def test_rows_as_units_and_accuracy_give_mcnemars_exact_test(table, published):
    gold, a, b = _two_by_two(*table)
    found = paired_test(gold, a, b, np.arange(gold.size), 2, accuracy, n_permutations=2**17)
    assert (found.method, found.n_differing_units) == ("exact", table[1] + table[2])
    assert found.n_permutations == 2 ** (table[1] + table[2])
    assert found.p == pytest.approx(published, abs=5e-5)
    assert found.p == pytest.approx(scipy.stats.binomtest(table[1], table[1] + table[2]).pvalue, rel=1e-12)
    assert found.difference.value == pytest.approx((table[1] - table[2]) / gold.size)


def test_random_swaps_come_close_to_all_swaps():
    gold, a, b = _two_by_two(21, 9, 2, 12)
    drawn = paired_test(gold, a, b, np.arange(gold.size), 2, accuracy, n_permutations=2000)
    assert (drawn.method, drawn.n_permutations) == ("approximate", 2000)
    # Standard error of a share of .065 in 2,000 rounds: .0055.
    assert drawn.p == pytest.approx(0.06543, abs=0.02)


def test_three_units_are_enumerated_as_by_hand():
    # Rows right: unit u of 3 rows, a 3 b 0; v of 1, a 1 b 0; w of 2, a 0 b 1. The difference d is (±3 ±1 ±1) / 6 and a
    # unit adds (its rows right - d × its rows) / 6 to it, so that 36 × error² is
    # +++ d 5/6: (.5, 1/6, -2/3) .722;  ++- d 1/2: (1.5, .5, -2) 6.5;  +-+ d 1/2: (1.5, -1.5, 0) 4.5;
    # -++ d -1/6: (-2.5, 7/6, 4/3) 9.39
    # In errors: 5.88, 1.18 (observed), 1.41 and .33: all but the last are as far apart, and so are their mirror images.
    gold = np.zeros(6, int)
    a, b = np.array([0, 0, 0, 0, 1, 1]), np.array([1, 1, 1, 1, 0, 1])
    found = paired_test(gold, a, b, list("uuuvww"), 2, accuracy)
    assert found.difference.value == pytest.approx(0.5)
    assert (found.p, found.method, found.n_permutations) == (6 / 8, "exact", 8)
    assert (found.n_units, found.n_differing_units) == (3, 3)
    turned = np.array([1, 1, 1, 0, 1, 1]), np.array([0, 0, 0, 1, 0, 1])
    # b right in u, a in v, b in w is the mirror image of +-+, 1.41 errors apart: +++ is further, no other as far.
    assert paired_test(gold, *turned, list("uuuvww"), 2, accuracy).p == 4 / 8


def slopes_of_macro_f1(counts):
    """Derivatives of macro-F1 by each count, from the formula of F1 = 2 hits / (gold + predicted)."""
    both, hits = counts.sum(axis=0) + counts.sum(axis=1), np.diagonal(counts)
    by_sum = -2 * hits / both**2
    return (np.diag(2 / both) + by_sum[:, None] + by_sum[None]) / len(counts)


def test_macro_f1_over_seeds_is_what_swapping_the_answers_themselves_gives():
    gold, runs, units = _answers(6, seed=1, n_runs=3)
    a, b = runs[:2], runs[2:]

    def by_unit(answers):
        return np.stack([confusion_matrix(gold[units == at], answers[units == at], 3) for at in range(6)])

    def statistic(swapped: tuple[bool, ...]) -> tuple[float, float]:
        turned = np.array(swapped)[units]
        differences, influence = [], np.zeros(6)
        for one, other in itertools.product(a, b):
            first, second = by_unit(np.where(turned, other, one)), by_unit(np.where(turned, one, other))
            totals = first.sum(axis=0), second.sum(axis=0)
            differences.append(macro_f1(totals[0]) - macro_f1(totals[1]))
            influence += (first * slopes_of_macro_f1(totals[0]) - second * slopes_of_macro_f1(totals[1])).sum(
                axis=(1, 2)
            )
        error = np.sqrt(np.square(influence / len(differences)).sum())
        return float(np.mean(differences)), float(abs(np.mean(differences)) / error)

    every = [statistic(swapped)[1] for swapped in itertools.product([False, True], repeat=6)]
    difference, observed = statistic((False,) * 6)
    found = paired_test(gold, a, b, units, 3, macro_f1)
    assert found.difference.value == pytest.approx(difference)
    assert found.p == pytest.approx(np.mean([value >= observed * (1 - 1e-6) for value in every]))
    means = [np.mean([macro_f1(confusion_matrix(gold, run, 3)) for run in system]) for system in (a, b)]
    assert difference == pytest.approx(means[0] - means[1])


@given(seed=st.integers(0, 1000), metric=st.sampled_from([accuracy, macro_f1]))
@settings(max_examples=15)
def test_of_all_swaps_of_a_sample_no_more_than_p_have_a_p_as_small(seed, metric):
    # Exactness: where it does not matter who said what, each of these was as likely to be seen.
    gold, (a, b), units = _answers(4, seed, n_runs=2)
    p = []
    for swapped in itertools.product([False, True], repeat=4):
        turned = np.array(swapped)[units]
        p.append(paired_test(gold, np.where(turned, b, a), np.where(turned, a, b), units, 3, metric, **SMALL).p)
    assert all(np.mean(np.array(p) <= level) <= level + 1e-12 for level in p)


@given(seed=st.integers(0, 1000), n_runs=st.integers(1, 3), metric=st.sampled_from([accuracy, macro_f1]))
@settings(max_examples=30)
def test_a_system_does_not_differ_from_itself(seed, n_runs, metric):
    gold, runs, units = _answers(15, seed, n_runs)
    found = paired_test(gold, runs, runs, units, 3, metric, **SMALL)
    assert (found.p, found.difference.value) == (1.0, 0.0)


@given(seed=st.integers(0, 1000), n_b=st.integers(1, 3), metric=st.sampled_from([accuracy, macro_f1]))
def test_exchanging_the_systems_turns_the_sign_and_keeps_p(seed, n_b, metric):
    gold, runs, units = _answers(20, seed, 2 + n_b)
    there = paired_test(gold, runs[:2], runs[2:], units, 3, metric, **SMALL)
    back = paired_test(gold, runs[2:], runs[:2], units, 3, metric, **SMALL)
    assert back.p == there.p
    assert back.difference.value == -there.difference.value
    assert (back.difference.low, back.difference.high) == pytest.approx((-there.difference.high, -there.difference.low))


@given(seed=st.integers(0, 1000), shuffle=st.integers(0, 1000))
def test_order_of_rows_and_names_of_groups_do_not_matter(seed, shuffle):
    gold, runs, units = _answers(20, seed, 3)
    rng = np.random.default_rng(shuffle)
    names, order = rng.permutation(20), rng.permutation(gold.size)
    plain = paired_test(gold, runs[:2], runs[2], units, 3, macro_f1, **SMALL)
    renamed = [f"thread {names[unit]}" for unit in units[order]]
    other = paired_test(gold[order], runs[:2, order], runs[2, order], renamed, 3, macro_f1, **SMALL)
    assert other == plain


@given(row=st.integers(0, 199), seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_a_single_row_in_two_hundred_proves_nothing(row, seed):
    gold = np.random.default_rng(seed).integers(0, 3, 200)
    other = gold.copy()
    other[row] = (other[row] + 1) % 3
    assert paired_test(gold, gold, other, np.arange(200), 3, macro_f1, **SMALL).p == 1.0


def test_a_clear_difference_is_found_and_p_is_never_zero():
    gold, runs, units = _answers(200, seed=2, n_runs=1)
    found = paired_test(gold, gold, runs, units, 3, macro_f1, n_permutations=999)
    assert found.p == 1 / 1000
    assert found.difference.low > 0


def test_rows_of_one_unit_are_swapped_together():
    # 40 rows that differ, all to the advantage of a; as rows p is next to nothing, but they come from two threads only.
    gold, a, b = _two_by_two(160, 40, 0, 0)
    units = np.concatenate([np.arange(160), np.repeat([1000, 1001], 20)])
    assert paired_test(gold, a, b, np.arange(200), 2, accuracy).p < 0.001
    assert paired_test(gold, a, b, units, 2, accuracy).p == 0.5


def test_seed_decides_the_draws():
    gold, runs, units = _answers(60, seed=3, n_runs=2)
    first, again, other = (
        paired_test(gold, *runs, units, 3, macro_f1, n_permutations=500, bootstrap=BootstrapConfig(seed=seed))
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first.p != other.p


def test_pieces_in_which_swaps_are_tried_do_not_matter(monkeypatch):
    gold, runs, units = _answers(40, seed=4, n_runs=5)
    whole = paired_test(gold, runs[:3], runs[3:], units, 3, macro_f1, n_permutations=301)
    monkeypatch.setattr(randomisation, "_CELLS_AT_ONCE", 7 * 90)
    assert paired_test(gold, runs[:3], runs[3:], units, 3, macro_f1, n_permutations=301) == whole
    monkeypatch.setattr(randomisation, "_CELLS_AT_ONCE", 1)
    assert paired_test(gold, runs[:3], runs[3:], units, 3, macro_f1, n_permutations=301) == whole


def test_result_is_ready_for_json():
    gold, a, b = _two_by_two(21, 9, 2, 12)
    found = paired_test(gold, a, b, np.arange(44), 2, accuracy).to_dict()
    assert found | {"difference": None, "p": None} == {
        "difference": None,
        "p": None,
        "n_units": 44,
        "n_differing_units": 11,
        "rounds": 2048,
        "method": "exact",
    }


def _mean_over_seeds(gold, runs, units, metric):
    return cluster_bootstrap(UnitSums.from_rows(gold, runs, units, 3), {"mean": metric})["mean"]


def test_one_seed_in_an_array_of_runs_is_that_seed_alone():
    gold, runs, units = _answers(50, seed=5, n_runs=1)
    assert _mean_over_seeds(gold, runs, units, macro_f1) == _mean_over_seeds(gold, runs[0], units, macro_f1)


def test_mean_over_seeds_lies_between_them_and_copies_of_a_seed_make_nothing_more_certain():
    gold, runs, units = _answers(50, seed=6, n_runs=3)
    single = [_mean_over_seeds(gold, run, units, accuracy) for run in runs]
    mean = _mean_over_seeds(gold, runs, units, accuracy)
    assert mean.value == pytest.approx(np.mean([estimate.value for estimate in single]))
    copied = _mean_over_seeds(gold, np.repeat(runs[:1], 5, axis=0), units, accuracy)
    assert (copied.low, copied.high) == pytest.approx((single[0].low, single[0].high))


@pytest.mark.parametrize(
    ("a", "message"),
    [
        pytest.param([0, 1], r"gold has 3 rows, groups 3, a the shape \(2,\)", id="other-number-of-rows"),
        pytest.param(np.zeros((0, 3), int), r"a the shape \(0, 3\)", id="no-seed"),
        pytest.param(np.zeros((1, 1, 3), int), r"a the shape \(1, 1, 3\)", id="three-dimensional"),
        pytest.param([[0, 1, 0], [0, 3, 0]], r"a, run 1,\[1\] is 3, not a label index from 0 to 1", id="no-label"),
    ],
)
def test_answers_that_do_not_fit_are_refused(a, message):
    with pytest.raises(UsageError, match=message):
        paired_test([0, 1, 0], a, [0, 1, 0], [1, 2, 3], 2, accuracy)


def test_options_out_of_range_and_a_single_group_are_refused():
    with pytest.raises(UsageError, match="n_permutations must be at least 1, better 10000; got 0"):
        paired_test([0, 1], [0, 1], [0, 1], [1, 2], 2, accuracy, n_permutations=0)
    with pytest.raises(DataError, match="all 2 rows belong to one group"):
        paired_test([0, 1], [0, 1], [0, 1], [1, 1], 2, accuracy)
    with pytest.raises(DataError, match="there are no rows to score"):
        paired_test([], [], [], [], 2, accuracy)


def bare_precision(confusion):
    """Of the first label; NaN where it was never predicted, which the package's own is not."""
    with np.errstate(invalid="ignore"):
        return confusion[..., 0, 0] / confusion[..., :, 0].sum(axis=-1)


@pytest.mark.parametrize("n_units", [5, 60], ids=["exact", "approximate"])
@pytest.mark.parametrize("says", [[1] * 60, [0] + [1] * 59], ids=["of-one-system", "after-an-exchange"])
def test_a_metric_that_is_not_defined_gives_no_p(n_units, says):
    gold, other = np.tile([0, 1], 30), [1] * 59 + [0]
    with pytest.raises(DataError, match="the metric is not defined for these predictions"):
        paired_test(gold, says, other, np.arange(60) % n_units, 2, bare_precision)


@pytest.mark.parametrize(
    "metric",
    [
        pytest.param(f1, id="a-figure-a-label"),
        pytest.param(lambda confusion: float(confusion.ravel()[0]), id="one-for-all"),
        pytest.param(lambda confusion: np.full(confusion.shape[:-2], "1"), id="texts"),
        pytest.param(lambda confusion: np.full(confusion.shape[:-2], 1j), id="complex"),
    ],
)
@pytest.mark.parametrize("n_units", [1, 4])
def test_a_metric_that_does_not_give_one_number_is_refused(metric, n_units):
    rows, groups = [0, 1] * 4, np.arange(8) % n_units
    with pytest.raises(UsageError, match=r"the metric gave .* give one that makes one number of each"):
        estimate_rows(rows, rows, groups, 2, {"mine": metric})
    if n_units > 1:
        with pytest.raises(UsageError, match=r"the metric gave .* give one that makes one number of each"):
            paired_test(rows, rows, rows[::-1], groups, 2, metric)
