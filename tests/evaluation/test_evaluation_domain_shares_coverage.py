"""Do intervals of estimates cover 95 %? A small part of scripts/simulate_estimates.py and docs/estimates.md."""

import numpy as np
import pytest
from simulate_estimates import DESIGNS, KINDS, LEAST, MOST, WIDEST, simulate

RUNS = 400
NOISE = 2.6 * (0.95 * 0.05 / RUNS) ** 0.5  # of the largest of a dozen simulated coverages


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize(
    "design", ["simple, 150", "by predicted label, equal, 150", "by group, equal, 300", "60 threads of 5"]
)
def test_intervals_cover_as_they_say_where_error_rates_shift_between_groups(design, share):
    kind = KINDS["error rates shift between groups"]
    tallies, parts = simulate(kind, share, DESIGNS[design], RUNS, 11, "threads" in design)
    assert LEAST - NOISE <= tallies["design_based"].coverage <= MOST + NOISE
    assert tallies["design_based"].mean_width <= (WIDEST + 0.02) * tallies["sample"].mean_width
    assert parts["group"].coverage >= LEAST - NOISE or parts["group"].given < RUNS / 2
    assert np.isfinite(tallies["ppi"].mean_width)
