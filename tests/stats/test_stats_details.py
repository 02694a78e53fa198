"""Bounds of estimates worked by hand where they end, and options at the last value that is taken."""

import math

import numpy as np
import pytest
import scipy.stats

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.stats import metrics, wilson_interval
from weibo_nlp.stats.bootstrap import BootstrapConfig, UnitSums, bootstrap_estimates, cluster_bootstrap, estimate_rows
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import accuracy
from weibo_nlp.stats.multiplicity import holm
from weibo_nlp.stats.proportions import MIN_CELL, largest_unseen, share_limits
from weibo_nlp.stats.randomisation import paired_test

FEW = BootstrapConfig(n_resamples=50)


@pytest.mark.parametrize(("count", "n", "level"), [(3, 10, 0.9), (3, 10, 0.99), (0, 7, 0.8)])
def test_wilson_s_interval_solves_its_equation(count, n, level):
    """Wilson (1927): the bounds are the shares p from which count / n lies z standard errors away."""
    share = wilson_interval(count, n, level)
    z = scipy.stats.norm.ppf((1 + level) / 2)
    for bound in (share.low, share.high):
        if 0 < bound < 1:
            assert abs(count / n - bound) == pytest.approx(z * math.sqrt(bound * (1 - bound) / n))
    assert (share.value, share.n_units, share.confidence_level, share.method) == (count / n, n, level, "wilson")
    with pytest.raises(DataError, match="share of no rows"):
        wilson_interval(0, -1)


def test_a_stratum_s_limits_are_jeffreys_shrunk_by_what_was_not_drawn():
    # One stratum of 100 texts in one cell, 20 of them drawn, 5 of the label: the limits of a Beta(5.5, 15.5), whose
    # distances shrink by the root of 80 %.
    sizes, labelled = np.array([[100, 0]]), np.array([[[15, 5], [0, 0]]])
    value, low, high = share_limits(sizes, labelled, 0.95)
    below, above = scipy.stats.beta.ppf([0.025, 0.975], 5.5, 15.5)
    assert value.tolist() == [0.75, 0.25]
    assert low[1] == pytest.approx(0.25 - math.sqrt(0.8) * (0.25 - below))
    assert high[1] == pytest.approx(0.25 + math.sqrt(0.8) * (above - 0.25))
    assert (low[0], high[0]) == (pytest.approx(1 - high[1]), pytest.approx(1 - low[1]))


def test_strata_weigh_by_their_texts_and_their_errors_add_up_squared():
    # Two strata of 300 and 100 texts with 10 and 20 drawn: 3 and 12 of the label.
    sizes, labelled = np.array([[300, 0], [100, 0]]), np.array([[[7, 3], [0, 0]], [[8, 12], [0, 0]]])
    value, low, high = share_limits(sizes, labelled, 0.9)
    assert value[1] == pytest.approx(0.75 * 0.3 + 0.25 * 0.6)
    bounds = [scipy.stats.beta.ppf([0.05, 0.95], k + 0.5, n - k + 0.5) for k, n in ((3, 10), (12, 20))]
    parts = [(0.75, 0.3, 1 - 10 / 300), (0.25, 0.6, 1 - 20 / 100)]
    lower = sum(w**2 * left * (share - b[0]) ** 2 for (w, share, left), b in zip(parts, bounds, strict=True))
    upper = sum(w**2 * left * (b[1] - share) ** 2 for (w, share, left), b in zip(parts, bounds, strict=True))
    assert (low[1], high[1]) == (pytest.approx(value[1] - math.sqrt(lower)), pytest.approx(value[1] + math.sqrt(upper)))


def test_cells_of_a_stratum_with_few_labelled_texts_are_merged():
    # Cells of 4 and 6 labelled texts become one of 10; cells of 5 and 5 stay apart, each its own sample.
    one = share_limits(np.array([[40, 60]]), np.array([[[1, 3], [3, 3]]]), 0.95)
    merged = share_limits(np.array([[100, 0]]), np.array([[[4, 6], [0, 0]]]), 0.95)
    assert MIN_CELL == 5
    assert np.allclose(one, merged)
    assert np.allclose(one, share_limits(np.array([[60, 40]]), np.array([[[3, 3], [1, 3]]]), 0.95))
    apart = share_limits(np.array([[40, 60]]), np.array([[[1, 4], [3, 2]]]), 0.95)[0]
    assert apart.tolist() == pytest.approx([0.4 / 5 + 0.6 * 3 / 5, 0.4 * 4 / 5 + 0.6 * 2 / 5])


def test_a_label_that_the_sample_missed_may_still_be_there():
    # 10 of 100 drawn: ln .025 / ln .9 = 35.01 texts may have been missed.
    assert largest_unseen(np.array([100]), np.array([10]), 0.95) == pytest.approx(0.3501, abs=1e-4)
    # No more than are left: 9 of 10.
    assert largest_unseen(np.array([10]), np.array([1]), 0.95) == pytest.approx(0.9)
    assert largest_unseen(np.array([10, 90]), np.array([10, 10]), 0.95) == pytest.approx(
        math.log(0.025) / math.log(1 - 10 / 90) / 100
    )
    # Most are missed where the smallest part was drawn, first all 9 of 10; what probability that leaves,
    # ln .025 - 9 ln .9 = -2.741, is spent on the other stratum: -2.741 / ln .8 = 12.28 texts.
    assert largest_unseen(np.array([90, 10]), np.array([18, 1]), 0.95) == pytest.approx(0.2128, abs=1e-4)
    assert largest_unseen(np.array([10]), np.array([10]), 0.95) == 0
    value, low, high = share_limits(np.array([[100, 0]]), np.array([[[10, 0], [0, 0]]]), 0.95)
    assert (value.tolist(), high[1], low[0]) == (
        [1, 0],
        pytest.approx(0.3501, abs=1e-4),
        pytest.approx(0.6499, abs=1e-4),
    )
    assert (low[1], high[0]) == (0, 1)


def test_a_collection_that_was_drawn_whole_is_known():
    value, low, high = share_limits(np.array([[10, 0]]), np.array([[[7, 3], [0, 0]]]), 0.95)
    assert value.tolist() == low.tolist() == high.tolist() == [0.7, 0.3]


def test_a_label_drawn_from_nearly_all_texts_is_bounded_by_what_was_seen():
    # 99 of 100 drawn: the last one is or is not of the label.
    _, low, high = share_limits(np.array([[100, 0]]), np.array([[[59, 40], [0, 0]]]), 0.9999)
    assert 0.40 - 1e-12 <= low[1] <= high[1] <= 0.41 + 1e-12


@pytest.mark.parametrize(("n_resamples", "fine"), [(2, True), (1, False), (0, False)])
def test_two_resamples_are_the_least(n_resamples, fine):
    if fine:
        assert BootstrapConfig(n_resamples).n_resamples == 2
    else:
        with pytest.raises(UsageError, match="n_resamples must be at least 2"):
            BootstrapConfig(n_resamples)


@pytest.mark.parametrize("level", [0, 1, -0.5, 1.5])
def test_a_level_is_a_share_between_none_and_all(level):
    with pytest.raises(UsageError, match="confidence_level must lie between 0 and 1"):
        BootstrapConfig(confidence_level=level)


def test_defaults_of_the_bootstrap_are_those_the_documentation_states():
    config = BootstrapConfig()
    assert (config.n_resamples, config.seed, config.confidence_level, config.method) == (2000, 0, 0.95, "bca_t")


def test_a_figure_that_is_not_defined_has_no_bounds_and_resamples_without_it_are_left_out():
    sums = np.array([[0.0, 0.0], [1.0, 2.0], [1.0, 4.0], [0.0, 0.0]])

    def mean(totals):
        with np.errstate(invalid="ignore"):
            return {"mean": totals[:, 1] / totals[:, 0], "nothing": np.full(len(totals), math.nan)}

    found = bootstrap_estimates(sums, mean, BootstrapConfig(n_resamples=200, method="percentile"))
    assert found["mean"].value == 3.0
    assert (found["mean"].low, found["mean"].high) == (2.0, 4.0)
    assert (found["nothing"].low, found["nothing"].high) == (None, None)
    assert math.isnan(found["nothing"].value)
    assert (found["mean"].n_units, found["mean"].n_resamples, found["mean"].method) == (4, 200, "percentile")


def test_percentiles_are_those_of_the_level():
    # 200 units of one row, 100 right: resampled accuracies are binomial, with quantiles in any table.
    units = UnitSums.from_rows(np.zeros(200, int), np.repeat([0, 1], 100), np.arange(200), 2)
    for level, quantile in ((0.5, 0.6745), (0.8, 1.2816)):
        config = BootstrapConfig(20_000, confidence_level=level, method="percentile")
        found = cluster_bootstrap(units, {"accuracy": accuracy}, config)["accuracy"]
        half = quantile * math.sqrt(0.25 / 200)
        assert (found.low, found.high) == pytest.approx((0.5 - half, 0.5 + half), abs=0.004)


def test_rows_of_one_unit_have_a_value_and_no_bounds():
    found = estimate_rows([0, 1, 1], [0, 1, 0], ["a"] * 3, 2, {"accuracy": accuracy}, FEW)["accuracy"]
    assert (found.value, found.low, found.high, found.n_units) == (pytest.approx(2 / 3), None, None, 1)
    two = estimate_rows([0, 1, 1], [[0, 1, 0], [0, 1, 1]], ["a"] * 3, 2, {"accuracy": accuracy}, FEW)["accuracy"]
    assert two.value == pytest.approx(5 / 6)
    with pytest.raises(DataError, match="there are no rows to score"):
        estimate_rows([], [], [], 2, {"accuracy": accuracy})


def test_units_that_score_alike_bound_nothing():
    found = estimate_rows([0, 1], [0, 1], ["a", "b"], 2, {"accuracy": accuracy}, FEW)["accuracy"]
    assert (found.value, found.low, found.high, found.n_units) == (1.0, None, None, 2)
    varied = estimate_rows([0, 1], [0, 0], ["a", "b"], 2, {"accuracy": accuracy}, FEW)["accuracy"]
    assert (varied.value, varied.low, varied.high) == (0.5, 0.0, 1.0)


def test_runs_count_as_their_mean_and_losses_by_rows():
    units = UnitSums.from_rows([0, 0, 1], [[0, 0, 1], [0, 1, 1]], ["a", "a", "b"], 2, {"loss": [1.0, 2.0, 6.0]})
    assert (units.n_units, units.n_runs, units.losses) == (2, 2, ("loss",))
    found = cluster_bootstrap(units, {"accuracy": accuracy}, FEW)
    assert list(found) == ["accuracy", "loss"]
    assert (found["accuracy"].value, found["loss"].value) == (pytest.approx(5 / 6), 3.0)


def test_an_estimate_of_fewer_than_a_hundred_units_says_so():
    assert [Estimate(0.5, n_units=n).few_units for n in (1, 99, 100, None)] == [True, True, False, False]


def test_what_is_tested_and_how_is_said():
    found = paired_test([0] * 4, [0, 0, 0, 1], [1, 0, 0, 1], list("abcd"), 2, accuracy, bootstrap=FEW)
    assert (found.p, found.method, found.n_permutations) == (1.0, "exact", 2)
    assert (found.n_units, found.n_differing_units, found.difference.value) == (4, 1, 0.25)
    content = found.to_dict()
    assert (content["p"], content["rounds"], content["method"]) == (1.0, 2, "exact")
    assert content["difference"]["value"] == 0.25


@pytest.mark.parametrize("n_permutations", [0, -1])
def test_no_permutations_are_refused(n_permutations):
    with pytest.raises(UsageError, match="n_permutations must be at least 1"):
        paired_test([0, 0], [0, 1], [1, 0], ["a", "b"], 2, accuracy, n_permutations=n_permutations)


def test_all_assignments_are_tried_where_no_more_were_asked_for():
    gold, a, b = [0] * 4, [0, 0, 0, 0], [1, 1, 1, 1]
    tries = {
        n: paired_test(gold, a, b, list("wxyz"), 2, accuracy, n_permutations=n, bootstrap=FEW) for n in (15, 16, 17)
    }
    assert {n: (t.method, t.n_permutations) for n, t in tries.items()} == {
        15: ("approximate", 15),
        16: ("exact", 16),
        17: ("exact", 16),
    }
    # All four or none: 2 of 16.
    assert tries[16].p == 2 / 16


def test_bins_of_confidence_by_hand():
    confidence, right, at = metrics.confidence_bins([0, 1, 0], [[0.5, 0.5], [0.25, 0.75], [0.0, 1.0]], 4)
    assert (confidence.tolist(), right.tolist(), at.tolist()) == ([0.5, 0.75, 1.0], [True, True, False], [1, 2, 3])
    with pytest.raises(UsageError, match="bins must be at least 1, better 15; got 0"):
        metrics.confidence_bins([0], [[1.0, 0.0]], 0)
    assert metrics.expected_calibration_error([0, 1], [[1.0, 0.0], [1.0, 0.0]], 1) == 0.5


def test_a_distribution_may_miss_one_by_a_rounding_error():
    assert metrics.distributions([[0.5, 0.5 + 9e-7]], "p").shape == (1, 2)
    with pytest.raises(UsageError, match=r"p\[1\] = .* no distribution"):
        metrics.distributions([[0.5, 0.5], [0.5, 0.5 + 2e-6]], "p")
    assert metrics.distributions([[0.5, 0.4]], "p", tolerance=0.2).tolist() == [[0.5, 0.4]]
    assert metrics.label_indices([], 3, "gold").tolist() == []


def test_holm_stops_at_one_and_takes_both_ends():
    assert holm([0.0, 1.0]).tolist() == [0.0, 1.0]
    assert holm([0.5, 0.5, 0.5]).tolist() == [1.0, 1.0, 1.0]
