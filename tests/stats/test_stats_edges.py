"""Ends of intervals to the digit, from resamples that are given, and arguments at the last value that is taken."""

import math

import numpy as np
import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.stats import metrics, wilson_interval
from weibo_nlp.stats.arguments import numbers
from weibo_nlp.stats.bootstrap import BootstrapConfig, UnitSums, bootstrap_estimates, cluster_bootstrap, estimate_rows
from weibo_nlp.stats.estimate import Estimate, IntervalError
from weibo_nlp.stats.metrics import accuracy
from weibo_nlp.stats.multiplicity import holm
from weibo_nlp.stats.proportions import largest_unseen, share_limits
from weibo_nlp.stats.randomisation import PairedTest, paired_test

FEW = BootstrapConfig(n_resamples=50)
ONE_STANDS_OUT = (1.0, 0.0, 0.0, 0.0)
ALIKE = (0.0, 0.0, 0.0, 0.0)


def _interval(value, left_out, method, level=0.9, spread=None):
    """Bounds where the resamples score 0, 1, ... 999 and the jackknife over units scores `left_out`."""
    spread = np.arange(1000.0) if spread is None else np.array(spread)

    def estimate(totals):
        return {"figure": {1: np.array([value]), spread.size: spread}.get(len(totals), np.array(left_out))}

    config = BootstrapConfig(spread.size, confidence_level=level, method=method)
    found = bootstrap_estimates(np.ones((len(left_out), 1)), estimate, config)["figure"]
    return found.low, found.high


# Where the value stands among 1,000 resamples: 600 below it and 1 like it, .6005, which is .254642 standard errors.
# The jackknife deviates by -3/4, 1/4, 1/4, 1/4: acceleration (-27 + 3) / 64 / (6 × (3/4)^1.5) = -.096225.
@pytest.mark.parametrize(
    ("value", "left_out", "method", "level", "bounds"),
    [
        # 5 and 95 % of the way from 0 to 999.
        pytest.param(600.0, ONE_STANDS_OUT, "percentile", 0.9, (49.95, 949.05), id="percentile"),
        # Efron & Tibshirani (1993), 14.10, with 1.644854 standard errors: shares .0884657 and .9685997.
        pytest.param(600.0, ONE_STANDS_OUT, "bca", 0.9, (88.377192, 967.631126), id="bca"),
        # Three degrees of freedom, t 2.353363, times √(4/3) is 2.717430 standard errors: .0014743 and .9948525.
        pytest.param(600.0, ONE_STANDS_OUT, "bca_t", 0.9, (1.472798, 993.857664), id="bca_t"),
        # In the middle and without acceleration the shares are those of the level.
        pytest.param(499.5, ALIKE, "bca", 0.9, (49.95, 949.05), id="no-bias"),
        # One jackknife value: t of one degree of freedom at 75 % is 1, so √2 standard errors: Φ(±1.41421).
        pytest.param(499.5, (7.0, math.nan, math.nan), "bca_t", 0.5, (78.570954, 920.429046), id="one-jackknife-value"),
        # Beyond all resamples the value counts as at 1000 in 1001: Φ(2 × 3.0905291 - 4.4171734) = .961124.
        pytest.param(1000.0, ALIKE, "bca", 0.99999, (960.163193, 1000.0), id="value-above-all"),
        pytest.param(-1.0, ALIKE, "bca", 0.99999, (-1.0, 38.836807), id="value-below-all"),
    ],
)
def test_intervals_end_where_their_formula_says(value, left_out, method, level, bounds):
    assert _interval(value, left_out, method, level) == pytest.approx(bounds, abs=1e-5)


def test_an_acceleration_beyond_all_bounds_ends_with_the_last_resample():
    # Two degrees of freedom at such a level ask for a thousand standard errors, of which one side has too many.
    assert _interval(499.5, (1.0, 0.0, 0.0), "bca_t", 0.999999)[0] == pytest.approx(0.0)
    assert _interval(499.5, (-1.0, 0.0, 0.0), "bca_t", 0.999999)[1] == pytest.approx(999.0)


def test_a_value_that_is_not_defined_has_no_bounds_though_resamples_have():
    assert _interval(math.nan, ALIKE, "bca_t") == (None, None)
    # The other way round: of resamples that are defined alone, 25 and 75 %.
    assert _interval(1.5, ALIKE, "percentile", 0.5, [0.0, math.nan, 4.0, math.nan, 1.0, 2.0, 3.0]) == (1.0, 3.0)


def test_a_spread_of_rounding_errors_is_none():
    assert _interval(1.0, ALIKE, "percentile", spread=[1.0, 1.0 + 5e-13]) == (None, None)
    assert _interval(1.0, ALIKE, "percentile", spread=[1.0, 1.0 + 5e-12]) != (None, None)


def test_sums_of_units_are_of_one_run_unless_said():
    # Two units of two labels: 3 of 4 and 1 of 2 right, gold in rows.
    units = UnitSums(np.array([[2.0, 1, 0, 1], [1, 0, 1, 0]]), 2)
    assert (units.n_units, units.n_runs, units.losses) == (2, 1, ())
    assert cluster_bootstrap(units, {"accuracy": accuracy}, FEW)["accuracy"].value == pytest.approx(4 / 6)


def test_rows_that_do_not_fit_are_named_by_what_they_are():
    with pytest.raises(UsageError, match=r"^gold has 2 rows, groups 3, predicted the shape \(2,\); give predicted as"):
        UnitSums.from_rows([0, 1], [0, 1], ["a", "b", "c"], 2)
    with pytest.raises(UsageError, match=r"^gold has 2 rows, groups 2, predicted the shape \(1,\); give predicted as"):
        estimate_rows([0, 1], [0], ["a", "a"], 2, {"accuracy": accuracy})
    with pytest.raises(UsageError, match=r"^predicted\[1\] is 2, not a label index from 0 to 1"):
        UnitSums.from_rows([0, 1], [0, 2], ["a", "b"], 2)
    with pytest.raises(UsageError, match=r"^gold\[0\] is 2, not a label index from 0 to 1"):
        metrics.brier_rows([2], [[0.5, 0.5]])
    with pytest.raises(UsageError, match=r"^probabilities\[1\] = "):
        metrics.brier_rows([0, 0], [[0.5, 0.5], [0.5, 0.6]])
    with pytest.raises(UsageError, match=r"^labels is a str; give a list"):
        metrics.count_metrics("favor")
    with pytest.raises(UsageError, match=r"^groups is a str; give a list"):
        estimate_rows([0], [0], "a", 2, {"accuracy": accuracy})
    with pytest.raises(UsageError, match=r"^loss must hold numbers"):
        UnitSums.from_rows([0, 1], [0, 1], ["a", "b"], 2, {"loss": ["a", "b"]})


def test_figures_of_an_estimate_are_there_for_json():
    assert Estimate(0.5, 0.25, 0.75).to_dict() == {"value": 0.5, "low": 0.25, "high": 0.75}
    assert Estimate(0.5).to_dict() == {"value": 0.5, "low": None, "high": None}
    plain = Estimate(0.5)
    assert (plain.n_units, plain.confidence_level, plain.n_resamples, plain.method) == (None, 0.95, None, None)


@pytest.mark.parametrize(("value", "size"), [(0.5, 1.0), (-0.5, 1.0), (2.0, 2.0), (-8.0, 8.0)])
def test_an_interval_may_miss_its_value_by_a_billionth(value, size):
    assert Estimate(value, value + 0.95e-9 * size, value + 1).low > value
    assert Estimate(value, value - 1, value - 0.95e-9 * size).high < value
    for low, high in ((value + 1.05e-9 * size, value + 1), (value - 1, value - 1.05e-9 * size)):
        with pytest.raises(IntervalError, match="an interval holds its value"):
            Estimate(value, low, high)


@pytest.mark.parametrize(
    ("options", "fine"),
    [
        ({"n_resamples": 10_000_000}, True),
        ({"n_resamples": 10_000_001}, False),
        ({"seed": 0}, True),
        ({"seed": 2**64 - 1}, True),
        ({"seed": 2**64}, False),
        ({"confidence_level": 1.05e-6}, True),
        ({"confidence_level": 0.95e-6}, False),
        ({"confidence_level": 1 - 1.05e-6}, True),
        ({"confidence_level": 1 - 0.95e-6}, False),
    ],
    ids=str,
)
def test_the_largest_and_the_smallest_options_are_taken_and_none_beyond(options, fine):
    ((name, value),) = options.items()
    if fine:
        assert getattr(BootstrapConfig(**options), name) == value
    else:
        with pytest.raises(UsageError, match=f"^{name} must"):
            BootstrapConfig(**options)


def test_a_share_is_of_as_many_rows_as_a_float_can_count():
    assert wilson_interval(2**52, 2**53).value == 0.5
    with pytest.raises(UsageError, match=r"^n must be at most"):
        wilson_interval(2**52, 2**53 + 1)
    with pytest.raises(UsageError, match=r"^n must be a whole number"):
        wilson_interval(1, 2.5)
    with pytest.raises(UsageError, match=r"^count must be at most 3"):
        wilson_interval(4, 3)
    # One of one: from 1 / (1 + 1.96²) on.
    single = wilson_interval(1, 1)
    assert (single.value, single.low, single.high) == (1.0, pytest.approx(0.20654, abs=1e-5), 1.0)


def test_permutations_are_counted_up_to_a_thousand_million():
    def test(n):
        return paired_test([0, 0], [0, 1], [1, 0], ["a", "b"], 2, accuracy, n_permutations=n, bootstrap=FEW)

    assert test(1).n_permutations == 1
    assert test(10**9).n_permutations == 4
    with pytest.raises(UsageError, match=r"^n_permutations must be at most 1,000,000,000"):
        test(10**9 + 1)


def test_numbers_are_whole_or_not_or_yes_and_no_or_larger_than_a_word():
    for given in ([1, 0], np.array([1, 0], np.uint8), [True, False], np.array([1, 0.0], object)):
        found = numbers(given, "p")
        assert (found.dtype, found.tolist()) == (np.float64, [1.0, 0.0])
    assert numbers([10**30, 1], "p").tolist() == [1e30, 1.0]
    for wrong in ([0.1, None], np.array([True, 1], object), np.array(["a"], object), ["0.5"]):
        with pytest.raises(UsageError, match=r"^p must hold numbers, got "):
            numbers(wrong, "p")
    with pytest.raises(UsageError, match=r"^p_values must hold numbers"):
        holm(["a"])


def test_favg_needs_both_of_its_labels():
    assert list(metrics.count_metrics(("favor", "none"))) == ["macro_f1", "accuracy"]
    assert list(metrics.count_metrics(("none", "against"))) == ["macro_f1", "accuracy"]


def test_a_probability_a_rounding_error_above_one_costs_nothing():
    assert metrics.log_loss_rows([0], [[1 + 5e-7, 0.0]]).tolist() == [0.0]


def test_a_distribution_may_miss_one_by_a_millionth():
    assert metrics.distributions([[0.5, 0.5 + 0.95e-6], [0.5, 0.5 - 0.95e-6]], "p").shape == (2, 2)
    for wrong in (0.5 + 1.05e-6, 0.5 - 1.05e-6):
        with pytest.raises(UsageError, match=r"^p\[0\] = .* is no distribution; normalise it to sum 1"):
            metrics.distributions([[0.5, wrong]], "p")


def test_bins_of_no_rows_are_none():
    confidence, right, at = metrics.confidence_bins([], np.zeros((0, 3)), 5)
    assert (confidence.shape, right.shape, at.shape) == ((0,), (0,), (0,))
    assert right.dtype == np.bool_


def test_counts_of_confusions_are_whole():
    assert metrics.confusion_matrix([0, 1], [0, 0], 2).dtype == np.int64
    assert metrics.label_indices(np.array([1, 0], np.uint8), 2, "gold").dtype == np.int64


def test_everything_of_a_test_is_there_for_json():
    found = PairedTest(Estimate(0.1, 0.0, 0.2), 0.25, 7, 3, 8, "exact")
    assert found.to_dict() == {
        "difference": {"value": 0.1, "low": 0.0, "high": 0.2},
        "p": 0.25,
        "n_units": 7,
        "n_differing_units": 3,
        "rounds": 8,
        "method": "exact",
    }


@pytest.mark.parametrize(
    ("a", "b", "bounds"),
    [
        pytest.param([0, 1], [1, 1], (0.5, 0.0, 1.0), id="a-right-in-one"),
        pytest.param([1, 1], [0, 1], (-0.5, -1.0, 0.0), id="b-right-in-one"),
        pytest.param([0, 1], [1, 0], (0.0, -1.0, 1.0), id="each-right-in-one"),
        # Of two seeds the second is right in both units: means of 1 and 1/2 against 0.
        pytest.param([[0, 1], [0, 0]], [1, 1], (0.75, 0.5, 1.0), id="two-seeds-of-a"),
        pytest.param([1, 1], [[0, 1], [0, 0]], (-0.75, -1.0, -0.5), id="two-seeds-of-b"),
    ],
)
def test_the_interval_of_a_difference_is_that_of_its_units(a, b, bounds):
    # Drawn twice: one unit (1/4), both (1/2), the other (1/4), so that the tails of 2.5 % lie at the units alone.
    bootstrap = BootstrapConfig(method="percentile")
    found = paired_test([0, 0], a, b, ["u", "v"], 2, accuracy, bootstrap=bootstrap).difference
    assert (found.value, found.low, found.high) == bounds
    assert (found.n_units, found.n_resamples, found.method) == (2, 2000, "percentile")


def test_assignments_are_scored_in_pieces_of_16_megabytes():
    # 2^15 units times 64 assignments are 2^21 floats; more labels or units are not held at once.
    n_units, pieces = 2**15, []

    def noted(counts):
        pieces.append(len(counts))
        return accuracy(counts)

    gold, ones = np.zeros(n_units, int), np.ones(n_units, int)
    ones[: n_units // 2] = 0
    bootstrap = BootstrapConfig(n_resamples=2, method="percentile")
    found = paired_test(gold, ones, 1 - ones, np.arange(n_units), 2, noted, n_permutations=100, bootstrap=bootstrap)
    assert (found.n_differing_units, found.n_permutations) == (n_units, 100)
    assert set(pieces) == {1, 2, 64, 36}


def test_cells_are_merged_until_they_have_five_texts():
    # Cells of 2, 4 and 10 texts: the first two make one of 6 in 30 of 100 texts, 3 of them of the label.
    labelled = np.array([[[1, 1, 0], [2, 2, 0], [9, 1, 0]]])
    value = share_limits(np.array([[10, 20, 70]]), labelled, 0.95)[0]
    assert value.tolist() == pytest.approx([0.3 / 2 + 0.7 * 0.9, 0.3 / 2 + 0.7 * 0.1, 0])
    # 1, 2 and 4 texts: 3 are too few still.
    labelled = np.array([[[1, 0, 0], [0, 2, 0], [4, 0, 0]]])
    assert share_limits(np.array([[10, 20, 70]]), labelled, 0.95)[0].tolist() == pytest.approx([5 / 7, 2 / 7, 0])
    # Of cells with 4, 4 and 9 texts the smaller two.
    labelled = np.array([[[9, 0, 0], [0, 4, 0], [4, 0, 0]]])
    assert share_limits(np.array([[10, 20, 70]]), labelled, 0.95)[0][1] == pytest.approx(0.9 / 2)


def test_cells_that_are_alike_in_size_are_merged_too():
    # As many texts and as many labelled: nothing says which goes first, and it does not matter.
    labelled = np.array([[[2, 0, 0], [0, 2, 0], [4, 0, 0]]])
    assert share_limits(np.array([[30, 30, 60]]), labelled, 0.95)[0].tolist() == pytest.approx([6 / 8, 2 / 8, 0])


def test_a_label_that_fills_one_cell_and_is_missing_from_the_other_is_bounded_on_one_side_of_each():
    # Jeffreys' limit of 0 in 10 is .2172 (Brown, Cai & DasGupta 2001, by Beta(.5, 10.5)), of 10 in 10 .7828; half the
    # collection each, of which a hundredth was drawn.
    labelled = np.array([[[10, 0], [0, 10]]])
    value, low, high = share_limits(np.array([[1000, 1000]]), labelled, 0.95)
    half = 0.5 * math.sqrt(0.99) * 0.2172
    assert value.tolist() == [0.5, 0.5]
    assert low.tolist() == pytest.approx([0.5 - half] * 2, abs=1e-4)
    assert high.tolist() == pytest.approx([0.5 + half] * 2, abs=1e-4)


def test_the_least_level_has_the_largest_share_that_may_be_missed():
    # At 50 %: ln .25 / ln .9 = 13.158 of 100 texts.
    assert largest_unseen(np.array([100]), np.array([10]), 0.5) == pytest.approx(0.13158, abs=1e-5)


def test_an_id_is_looked_for_behind_those_that_need_no_look():
    with pytest.raises(DataError, match=r"^groups\[3\] is None, which is no id"):
        UnitSums.from_rows([0] * 4, [0] * 4, ["a", 1, ("b", 2), None], 2)
    with pytest.raises(DataError, match=r"^groups\[1\] is \('a', None\), which is no id"):
        UnitSums.from_rows([0] * 2, [0] * 2, [("a", "b"), ("a", None)], 2)
    assert UnitSums.from_rows([0] * 3, [0] * 3, [("a", 1), ("a", 2), ("a", 1)], 2).n_units == 2
