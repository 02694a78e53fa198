import math
from typing import get_args

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.stats import bootstrap
from weibo_nlp.stats.bootstrap import (
    BootstrapConfig,
    UnitSums,
    bootstrap_estimates,
    cluster_bootstrap,
    kurtosis_freedom,
)
from weibo_nlp.stats.metrics import accuracy, macro_f1

METRICS = {"accuracy": accuracy, "macro_f1": macro_f1}
METHODS = get_args(bootstrap.Method)


def _rows(n_units: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gold, predicted, units and a loss, in units of uneven size whose rows resemble each other."""
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(n_units), rng.geometric(0.2, n_units))
    usual, skill = rng.integers(0, 3, n_units), rng.beta(4, 2, n_units)
    gold = np.where(rng.random(units.size) < 0.7, usual[units], rng.integers(0, 3, units.size))
    predicted = np.where(rng.random(units.size) < skill[units], gold, rng.integers(0, 3, units.size))
    return gold, predicted, units, rng.exponential(size=units.size)


def test_two_units_give_the_interval_counted_by_hand():
    # One unit all right, one all wrong. Drawn twice: both right (1/4), mixed (1/2), both wrong (1/4), so that the
    # tails of 2.5 % lie at accuracy 0 and 1. Losses 1 and 3: the same, from 1 to 3.
    units = UnitSums.from_rows([0, 1, 0, 1], [0, 1, 1, 0], ["a", "a", "b", "b"], 2, {"loss": [1, 1, 3, 3]})
    found = cluster_bootstrap(units, METRICS)
    assert (found["accuracy"].value, found["accuracy"].low, found["accuracy"].high) == (0.5, 0.0, 1.0)
    assert (found["loss"].value, found["loss"].low, found["loss"].high) == (2.0, 1.0, 3.0)
    assert found["accuracy"].n_units == 2
    assert found["accuracy"].n_resamples == 2000
    assert found["accuracy"].few_units


@pytest.mark.parametrize("method", METHODS)
def test_single_row_units_give_the_textbook_interval_of_a_proportion(method):
    # 300 of 400 right: .75 ± 1.96 √(.75 × .25 / 400) = .75 ± .0424
    predicted = np.repeat([0, 1], [300, 100])
    units = UnitSums.from_rows(np.zeros(400, int), predicted, np.arange(400), 2)
    found = cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(n_resamples=20_000, method=method))["accuracy"]
    assert found.low == pytest.approx(0.75 - 0.0424, abs=0.004)
    assert found.high == pytest.approx(0.75 + 0.0424, abs=0.004)


def test_mean_of_a_loss_gets_the_textbook_interval_of_a_mean():
    loss = np.random.default_rng(1).exponential(size=900)
    units = UnitSums.from_rows(np.zeros(900, int), np.zeros(900, int), np.arange(900), 2, {"loss": loss})
    found = cluster_bootstrap(units, {}, bootstrap=BootstrapConfig(n_resamples=20_000))["loss"]
    half = 1.96 * loss.std() / math.sqrt(900)
    assert found.value == pytest.approx(loss.mean())
    assert (found.low, found.high) == pytest.approx((loss.mean() - half, loss.mean() + half), abs=0.1 * half)


def test_copies_within_a_unit_make_nothing_more_certain():
    gold, predicted = np.random.default_rng(2).integers(0, 3, (2, 150))
    once = cluster_bootstrap(UnitSums.from_rows(gold, predicted, np.arange(150), 3), METRICS)
    copied = UnitSums.from_rows(*(np.repeat(part, 8) for part in (gold, predicted, np.arange(150))), 3)
    again = cluster_bootstrap(copied, METRICS)
    assert again["accuracy"] == once["accuracy"]
    assert (again["macro_f1"].low, again["macro_f1"].high) == pytest.approx(
        (once["macro_f1"].low, once["macro_f1"].high)
    )


@pytest.mark.parametrize(("method", "scipy_method"), [("percentile", "percentile"), ("bca", "BCa")])
def test_agrees_with_scipy_over_whole_units(method, scipy_method):
    gold, predicted, groups, _ = _rows(60, seed=3)
    units = UnitSums.from_rows(gold, predicted, groups, 3)

    def statistic(drawn: np.ndarray, axis: int = -1) -> np.ndarray:
        counts = units.sums[np.moveaxis(drawn, axis, -1).astype(int)].sum(axis=-2)
        return macro_f1(counts.reshape(*counts.shape[:-1], 3, 3))

    expected = scipy.stats.bootstrap(
        (np.arange(units.n_units),), statistic, n_resamples=20_000, method=scipy_method, rng=5, batch=1000
    ).confidence_interval
    found = cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(n_resamples=20_000, method=method))["macro_f1"]
    # Two independent draws of 20,000: the ends of an interval .2 wide agree to about .002.
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.004)


def test_bca_follows_the_skew_of_a_loss_as_scipy_does():
    loss = np.random.default_rng(11).lognormal(sigma=1.5, size=40)
    units = UnitSums.from_rows(np.zeros(40, int), np.zeros(40, int), np.arange(40), 2, {"loss": loss})
    expected = scipy.stats.bootstrap((loss,), np.mean, n_resamples=20_000, method="BCa", rng=5).confidence_interval
    found = cluster_bootstrap(units, {}, bootstrap=BootstrapConfig(n_resamples=20_000, method="bca"))["loss"]
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=0.02)
    # A few large losses make the mean uncertain upwards more than downwards; plain percentiles see less of that.
    plain = cluster_bootstrap(units, {}, bootstrap=BootstrapConfig(n_resamples=20_000, method="percentile"))["loss"]
    assert found.low > plain.low
    assert found.high > plain.high


def test_bca_t_is_the_textbook_interval_by_students_t_where_few_units_vary_evenly():
    # Losses at the quantiles of a normal distribution; t for 19 degrees of freedom is 2.093 in any table.
    loss = scipy.stats.norm.ppf((np.arange(20) + 0.5) / 20)
    units = UnitSums.from_rows(np.zeros(20, int), np.zeros(20, int), np.arange(20), 2, {"loss": loss})
    found = cluster_bootstrap(units, {}, bootstrap=BootstrapConfig(n_resamples=50_000, method="bca_t"))["loss"]
    half = 2.093 * loss.std(ddof=1) / math.sqrt(20)
    assert (found.low, found.high) == pytest.approx((-half, half), rel=0.03)


def test_bca_t_sees_that_a_few_long_threads_make_a_sample_small():
    # 5 threads of 60 rows and 95 of one row: what happens in the five decides, so that t of about 4 degrees of freedom
    # (2.776) is due, not t of 99 (1.984).
    groups = np.concatenate([np.repeat(np.arange(5), 60), np.arange(5, 100)])
    right = np.concatenate([np.tile(np.arange(60) < share, 1) for share in (18, 27, 36, 45, 54)])
    predicted = 1 - np.concatenate([right, np.arange(95) % 5 < 3]).astype(int)
    units = UnitSums.from_rows(np.zeros(395, int), predicted, groups, 2)
    narrow, wide = (
        cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(n_resamples=50_000, method=method))["accuracy"]
        for method in ("bca", "bca_t")
    )
    assert 1.2 < (wide.high - wide.low) / (narrow.high - narrow.low) < 1.9


@given(seed=st.integers(0, 1000), level=st.sampled_from([0.5, 0.9, 0.95, 0.99]))
@settings(max_examples=30)
def test_bca_t_is_never_narrower_than_bca(seed, level):
    units = UnitSums.from_rows(*_rows(15, seed)[:3], 3)
    narrow, wide = (
        cluster_bootstrap(
            units, METRICS, bootstrap=BootstrapConfig(n_resamples=200, confidence_level=level, method=method)
        )
        for method in ("bca", "bca_t")
    )
    for name in METRICS:
        assert wide[name].low <= narrow[name].low
        assert wide[name].high >= narrow[name].high


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_units", [2, 19, 99, 300])
def test_units_that_all_score_alike_bound_nothing(method, n_units):
    # No resample of 99 threads that are all right is ever wrong, and yet up to 3.7 % of threads may be.
    gold = [0, 1] * n_units
    for predicted, value in ((gold, 1.0), ([1, 0] * n_units, 0.0)):
        units = UnitSums.from_rows(gold, predicted, np.arange(n_units).repeat(2), 2, {"loss": [0.1] * len(gold)})
        for name, found in cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(method=method)).items():
            assert (found.low, found.high, found.n_units) == (None, None, n_units), name
            assert found.value == pytest.approx(0.1 if name == "loss" else value)


def test_one_unit_that_differs_is_enough_for_an_interval():
    gold = np.zeros(99, int)
    predicted = gold.copy()
    predicted[5] = 1
    found = cluster_bootstrap(UnitSums.from_rows(gold, predicted, np.arange(99), 2), METRICS)["accuracy"]
    assert 0.9 < found.low < found.value < found.high == 1


@pytest.mark.parametrize("n_defined", [0, 1])
def test_a_figure_with_one_jackknife_value_or_none_gets_a_wide_interval_not_an_error(n_defined):
    # Defined only where a unit of the first kind was drawn and, of the jackknife, where no more than one is left out.
    sums = np.array([[1.0, 0.2], [0.0, 0.9], [0.0, 0.4], [0.0, 0.7]])

    def estimate(totals):
        jackknife = len(totals) == 4
        value = totals[:, 1] / 4
        return {"figure": np.where(np.arange(4) < n_defined, value, np.nan) if jackknife else value}

    with np.errstate(all="raise"):
        found = bootstrap_estimates(sums, estimate)["figure"]
    narrow = bootstrap_estimates(sums, estimate, BootstrapConfig(method="bca"))["figure"]
    assert found.low <= narrow.low < found.value < narrow.high <= found.high


@pytest.mark.parametrize(
    ("squares", "freedom"),
    [
        # Kurtosis 4, of four units: 2 × 4 / (4 - 1/3)
        pytest.param([1, 0, 0, 0], 24 / 11, id="all-from-one-unit"),
        # Kurtosis 6 (36² + 4² + 4) / 44², of six units: 2 × 6 / (7896 / 1936 - 3/5)
        pytest.param([36, 4, 1, 1, 1, 1], 12 / (7896 / 1936 - 3 / 5), id="much-from-one"),
        pytest.param([2, 2, 2, 2, 2], 4, id="alike"),
        pytest.param([3, 5], 1, id="two"),
        pytest.param([0, 0, 0, 0], 3, id="no-spread"),
    ],
)
def test_degrees_of_freedom_of_a_variance_are_those_worked_out_by_hand(squares, freedom):
    assert kurtosis_freedom(np.array(squares, float)) == pytest.approx(freedom)


def test_intervals_are_of_95_percent_where_nothing_else_is_asked_for():
    # Losses of 400 units at normal quantiles: ± 1.966 (t of 399) / √400 with 95 %, 1.649 with 90 %.
    loss = scipy.stats.norm.ppf((np.arange(400) + 0.5) / 400)
    units = UnitSums.from_rows(np.zeros(400, int), np.zeros(400, int), np.arange(400), 2, {"loss": loss})
    half = 1.966 * loss.std(ddof=1) / 20
    found = cluster_bootstrap(units, {}, BootstrapConfig(n_resamples=20_000))["loss"]
    assert (found.low, found.high) == pytest.approx((-half, half), rel=0.03)
    assert (BootstrapConfig().confidence_level, found.confidence_level) == (0.95, 0.95)


@pytest.mark.parametrize(("n_units", "few"), [(99, True), (100, False)])
def test_fewer_than_a_hundred_units_are_flagged(n_units, few):
    units = UnitSums.from_rows(np.zeros(n_units, int), np.zeros(n_units, int), np.arange(n_units), 2)
    assert cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(n_resamples=10))["accuracy"].few_units is few


def test_pieces_in_which_resamples_are_drawn_do_not_matter(monkeypatch):
    units = UnitSums.from_rows(*_rows(40, seed=4)[:3], 3)
    whole = cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(n_resamples=101))
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", 7 * 40)
    assert cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(n_resamples=101)) == whole
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", 1)
    assert cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(n_resamples=101)) == whole


def test_seed_decides_the_draws():
    units = UnitSums.from_rows(*_rows(40, seed=4)[:3], 3)
    assert cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(seed=1)) == cluster_bootstrap(
        units, METRICS, bootstrap=BootstrapConfig(seed=1)
    )
    assert cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(seed=1)) != cluster_bootstrap(
        units, METRICS, bootstrap=BootstrapConfig(seed=2)
    )


def test_higher_level_gives_a_wider_interval():
    units = UnitSums.from_rows(*_rows(100, seed=6)[:3], 3)
    narrow, wide = (
        cluster_bootstrap(units, METRICS, bootstrap=BootstrapConfig(confidence_level=level))["macro_f1"]
        for level in (0.5, 0.99)
    )
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high


@given(seed=st.integers(0, 1000), shuffle=st.integers(0, 1000), method=st.sampled_from(METHODS))
def test_order_of_rows_and_names_of_groups_do_not_matter(seed, shuffle, method):
    gold, predicted, groups, loss = _rows(12, seed)
    rng = np.random.default_rng(shuffle)
    names, order = rng.permutation(12), rng.permutation(gold.size)
    plain = UnitSums.from_rows(gold, predicted, groups, 3, {"loss": loss})
    renamed = [f"thread {names[unit]}" for unit in groups[order]]
    other = UnitSums.from_rows(gold[order], predicted[order], renamed, 3, {"loss": loss[order]})
    assert cluster_bootstrap(
        other, METRICS, bootstrap=BootstrapConfig(n_resamples=50, method=method)
    ) == cluster_bootstrap(plain, METRICS, bootstrap=BootstrapConfig(n_resamples=50, method=method))


def test_no_rows_and_a_single_group_are_refused():
    with pytest.raises(DataError, match="there are no rows to score"):
        UnitSums.from_rows([], [], [], 3)
    with pytest.raises(DataError, match=r"all 2 rows belong to one group \('t1'\).* at least 2"):
        UnitSums.from_rows([0, 1], [0, 1], ["t1", "t1"], 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_resamples": 1}, "n_resamples must be at least 2"),
        ({"confidence_level": 95}, "confidence_level must lie between 0 and 1"),
        ({"method": "basic"}, "method must be one of percentile, bca, bca_t; got 'basic'"),
    ],
)
def test_misuse_is_named(options, message):
    with pytest.raises(UsageError, match=message):
        BootstrapConfig(**options)


def test_rows_that_differ_in_number_are_refused():
    with pytest.raises(UsageError, match=r"gold has 2 rows, groups 2, predicted the shape \(3,\)"):
        UnitSums.from_rows([0, 1], [0, 1, 1], ["a", "b"], 2)
    with pytest.raises(UsageError, match="groups 2, loss 3"):
        UnitSums.from_rows([0, 1], [0, 1], ["a", "b"], 2, {"loss": [0.5, 0.5, 1]})


@pytest.mark.slow
def test_resampling_rows_instead_of_units_would_cover_too_rarely():
    # Why units are resampled at all: rows of one thread share their author's and target's difficulty.
    rng = np.random.default_rng(9)
    right_by_row = right_by_unit = 0
    for run in range(300):
        skill = rng.beta(2, 1, 120)  # accuracy of a thread; mean 2/3
        groups = np.repeat(np.arange(120), 12)
        predicted = (rng.random(groups.size) > skill[groups]).astype(int)
        gold = np.zeros(groups.size, int)
        for by_row, units in ((True, np.arange(groups.size)), (False, groups)):
            sums = UnitSums.from_rows(gold, predicted, units, 2)
            found = cluster_bootstrap(
                sums, {"accuracy": accuracy}, bootstrap=BootstrapConfig(n_resamples=400, seed=run)
            )["accuracy"]
            covers = found.low <= 2 / 3 <= found.high
            right_by_row += covers and by_row
            right_by_unit += covers and not by_row
    assert 0.90 <= right_by_unit / 300 <= 0.99
    assert right_by_row / 300 < 0.85
