"""Do intervals of estimates cover 95 %? A small part of scripts/simulate_estimates.py and docs/estimates.md."""

import numpy as np
import pytest
from estimate_coverage.cells import simulate
from estimate_coverage.designs import DESIGNS
from estimate_coverage.limits import many_share_limits
from estimate_coverage.posts import KINDS
from simulate_estimates import LEAST, MOST, WIDEST

from weibo_nlp.stats.proportions import share_limits

RUNS = 400
NOISE = 2.6 * (0.95 * 0.05 / RUNS) ** 0.5  # of the largest of a dozen simulated coverages
KIND = "error rates shift between groups"


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize(
    "design", ["simple, 150", "by predicted label, equal, 150", "by group, equal, 300", "60 threads of 5"]
)
def test_intervals_cover_as_they_say_where_error_rates_shift_between_groups(design, share):
    cell = simulate(KIND, design, share, KINDS[KIND], DESIGNS[design], RUNS, 11, runs_beside=50)
    assert LEAST - NOISE <= cell.intervals["design_based"].coverage <= MOST + NOISE
    assert cell.width <= WIDEST + 0.02
    assert cell.intervals["group"].coverage >= LEAST - NOISE or cell.intervals["group"].given < RUNS / 2
    assert np.isfinite(cell.intervals["ppi"].mean_width)


@pytest.mark.slow
@pytest.mark.parametrize("design", ["simple, 300", "by group, equal, 300", "60 threads of 5"])
def test_a_difference_that_is_none_is_found_about_as_often_as_said(design):
    cell = simulate(KIND, design, 0.5, KINDS[KIND], DESIGNS[design], RUNS, 12, runs_beside=0, alike=True)
    assert abs(cell.intervals["difference"].truth).max() < 1e-3
    assert cell.intervals["difference"].coverage >= LEAST - NOISE


@pytest.mark.parametrize("n_strata", [1, 2, 40])
def test_limits_of_many_samples_at_once_are_those_of_each(n_strata):
    rng = np.random.default_rng(3)
    sizes = rng.integers(20, 500, (n_strata, 3))
    sizes[0, 1] = 0
    labelled = rng.poisson(120 / n_strata * rng.dirichlet([0.3] * 9, (25, n_strata))).reshape(25, n_strata, 3, 3)
    labelled = np.minimum(labelled, sizes[None, :, :, None] // 3)
    labelled[:, :, 2, 2] += labelled.sum(axis=(2, 3)) == 0
    together = many_share_limits(sizes, labelled, 0.95)
    for at, one in enumerate(labelled):
        for found, expected in zip(together, share_limits(sizes, one, 0.95), strict=True):
            assert found[at] == pytest.approx(expected, abs=1e-12)
