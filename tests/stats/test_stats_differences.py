"""Differences of shares: limits by MOVER against a published example, p-values that agree with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from weibo_nlp.stats.differences import SMALLEST_P, LimitsByLevel, correlation_of, difference_limits, differences


def wilson(count, n):
    """Limits of a share by Wilson (1927), as a function of the level."""

    def limits(level):
        z, p = norm.ppf((1 + level) / 2), count / n
        middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        scale = 1 + z**2 / n
        return np.array([p]), np.array([(middle - half) / scale]), np.array([(middle + half) / scale])

    return LimitsByLevel(limits)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        pytest.param((56, 70), (48, 80), 0.0524, 0.3339, id="56-of-70-and-48-of-80"),
        pytest.param((9, 10), (3, 10), 0.1705, 0.8090, id="9-of-10-and-3-of-10"),
        pytest.param((10, 10), (0, 20), 0.6791, 1.0, id="all-and-none"),
    ],
)
def test_limits_are_those_that_newcombe_published(one, other, low, high):
    # Newcombe (1998), Statistics in Medicine 17, table II, method 10: Wilson's limits squared and added.
    found = differences(wilson(*one), wilson(*other), 0.95)
    assert found.low[0] == pytest.approx(low, abs=5e-5)
    assert found.high[0] == pytest.approx(high, abs=5e-5)


@given(st.integers(1, 59), st.integers(1, 59), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_p_is_below_what_the_level_leaves_where_the_interval_does_not_reach_0(count, other, level):
    found = differences(wilson(count, 60), wilson(other, 60), level)
    excludes = found.low[0] > 0 or found.high[0] < 0
    if abs(found.p[0] - (1 - level)) > 0.005:  # quantiles in between are interpolated
        assert (found.p[0] < 1 - level) == excludes
    assert SMALLEST_P <= found.p[0] <= 1


def test_p_does_not_depend_on_which_group_is_named_first():
    one, other = wilson(30, 90), wilson(45, 90)
    assert differences(one, other, 0.95).p == pytest.approx(differences(other, one, 0.95).p)


def test_without_a_difference_p_is_1_and_far_apart_the_smallest():
    assert differences(wilson(30, 90), wilson(30, 90), 0.95).p[0] == 1
    assert differences(wilson(5, 500), wilson(480, 500), 0.95).p[0] == SMALLEST_P


def test_p_is_about_that_of_the_pooled_test():
    # 120 of 300 against 90 of 300: pooled z = .1 / sqrt(.35 × .65 × 2 / 300) = 2.568, p = .0102.
    assert differences(wilson(120, 300), wilson(90, 300), 0.95).p[0] == pytest.approx(0.0102, abs=0.001)


def test_groups_that_go_together_differ_less_than_they_vary():
    bounds = tuple(np.array([value]) for value in (0.5, 0.4, 0.6))
    _, low, high = difference_limits(bounds, bounds, 1.0)
    assert (low[0], high[0]) == pytest.approx((0, 0))
    _, low, high = difference_limits(bounds, bounds, 0.5)
    assert high[0] == pytest.approx(0.1)  # sqrt(.01 + .01 - 2 × .5 × .01)


def test_correlation_is_of_the_clusters_that_groups_share():
    # Cluster 2 adds 3 and 1, cluster 3 adds 4 and 0, cluster 5 is of the other group alone:
    # 3 × 1 / (5 × sqrt(1 + 1)).
    found = correlation_of(np.array([2, 3]), np.array([[3.0], [4.0]]), np.array([2, 5]), np.array([[1.0], [-1.0]]))
    assert found[0] == pytest.approx(3 / (5 * np.sqrt(2)))
