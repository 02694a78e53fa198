import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.stats.bootstrap import BootstrapConfig, UnitSums, bootstrap_estimates, cluster_bootstrap
from weibo_nlp.stats.estimate import Estimate, IntervalError
from weibo_nlp.stats.metrics import accuracy, f1, macro_f1


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        pytest.param((0.5, 0.6, 0.7), "value 0.5 is not from low 0.6 to high 0.7", id="value-below"),
        pytest.param((0.8, 0.6, 0.7), "value 0.8 is not from low 0.6 to high 0.7", id="value-above"),
        pytest.param((0.65, 0.7, 0.6), "value 0.65 is not from low 0.7 to high 0.6", id="ends-turned"),
        pytest.param((0.5, 0.4, None), "high is None; give both ends", id="no-high"),
        pytest.param((0.5, None, 0.6), "low is None and", id="no-low"),
        pytest.param((0.5, math.nan, 0.6), "low nan", id="low-undefined"),
        pytest.param((math.nan, 0.4, 0.6), "value nan", id="value-undefined"),
        pytest.param((math.inf, 0.4, 0.6), "value inf", id="value-endless"),
    ],
)
def test_an_interval_that_does_not_hold_its_value_is_none(figures, message):
    with pytest.raises(IntervalError, match=message) as caught:
        Estimate(*figures)
    assert isinstance(caught.value, DataError)


@pytest.mark.parametrize("figures", [(0.5,), (math.nan,), (0.3, 0.1 + 0.2, 0.5), (2e9, 2e9 + 1e-7, 3e9), (1, 1, 1)])
def test_rounding_and_figures_without_interval_are_no_fault(figures):
    assert Estimate(*figures).value == pytest.approx(figures[0], nan_ok=True)


@pytest.mark.parametrize(
    "figures", [(math.inf, 1.0, math.inf), (-math.inf, -math.inf, 1.0), (math.inf, math.inf, math.inf)]
)
def test_an_interval_without_end_holds_a_value_without_end(figures):
    assert Estimate(*figures).to_dict() == dict(zip(("value", "low", "high"), figures, strict=True))


@given(st.integers(0, 10**6), st.integers(2, 12), st.sampled_from(["percentile", "bca", "bca_t"]))
def test_every_bootstrap_interval_holds_its_value(seed, n_units, method):
    """Few units and eight labels, most of which vanish from a resample: what biases macro-F1 most."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 8, 3 * n_units)
    predicted = np.where(rng.random(gold.size) < 0.9, gold, rng.integers(0, 8, gold.size))
    units = UnitSums.from_rows(gold, predicted, np.repeat(np.arange(n_units), 3), 8)
    config = BootstrapConfig(n_resamples=50, seed=seed, method=method)
    of_label = {f"f1 of {at}": lambda counts, at=at: f1(counts)[..., at] for at in range(8)}
    for estimate in cluster_bootstrap(units, {"accuracy": accuracy, "macro_f1": macro_f1, **of_label}, config).values():
        assert (estimate.low is None and estimate.high is None) or estimate.low <= estimate.value <= estimate.high


def test_an_interval_that_bias_correction_carries_past_its_value_is_widened_to_it():
    # The share of twelve units that a resample holds is below 1 in all but 12!/12^12 of the resamples, and 1 over the
    # units themselves: the correction for bias asks for resamples above nearly all of them.
    def kept(totals):
        return {"kept": (totals > 0).mean(axis=1)}

    estimate = bootstrap_estimates(np.eye(12), kept, BootstrapConfig(n_resamples=500))["kept"]
    assert estimate.value == 1
    assert estimate.low <= estimate.value <= estimate.high
    assert estimate.high == 1
