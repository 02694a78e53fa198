from itertools import product
from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.analysis.allocation import allocate, label_deviations, stratum_weights
from weibo_nlp.errors import UsageError

# Cochran (1977), table 5.1 and §5.6: 64 large cities of the United States in 1930, the 16 largest of 1920 and the rest.
CITIES, VARIANCES = (16, 48), (53_843, 5_581)
DEVIATIONS = tuple(sqrt(variance) for variance in VARIANCES)


def variance_of_total(sizes, variances, drawn):
    return sum(size * (size - n) * v / n for size, v, n in zip(sizes, variances, drawn, strict=True))


def test_proportional_allocation_of_cochrans_cities_is_his():
    drawn = allocate(24, CITIES, stratum_weights("proportional", CITIES))
    assert drawn == (6, 18)
    assert isclose(variance_of_total(CITIES, VARIANCES, drawn), 1_882_293, rel_tol=1e-6)


def test_neyman_allocation_of_cochrans_cities_is_his():
    drawn = allocate(24, CITIES, stratum_weights("neyman", CITIES, DEVIATIONS))
    assert drawn == (12, 12)
    assert isclose(variance_of_total(CITIES, VARIANCES, drawn), 1_090_827, rel_tol=1e-6)


def test_neyman_allocation_of_cochrans_exercise_5_1_is_one_and_three():
    # 0, 1, 2 in stratum 1, and 4, 6, 11 in stratum 2; four are drawn.
    weights = stratum_weights("neyman", (3, 3), (1.0, sqrt(13)))
    assert allocate(4, (3, 3), weights, least=1) == (1, 3)


def test_a_stratum_that_should_give_more_than_it_has_is_taken_whole():
    assert allocate(30, (5, 1000, 1000), (1000.0, 10.0, 10.0)) == (5, 13, 12)


def test_every_stratum_gets_two_or_all_it_has():
    assert allocate(10, (1, 3, 1000), (0.0, 0.0, 1.0)) == (1, 2, 7)


@pytest.mark.parametrize(
    ("n", "message"), [(8, "8 rows are to be drawn, and there are 7"), (3, r"3 rows are to be drawn from 2 strata")]
)
def test_more_rows_than_there_are_and_fewer_than_strata_need_are_refused(n, message):
    with pytest.raises(UsageError, match=message):
        allocate(n, (3, 4), (1.0, 1.0))


@given(
    st.lists(st.tuples(st.integers(2, 6), st.floats(0.1, 10)), min_size=1, max_size=4),
    st.integers(0, 20),
)
def test_no_other_whole_numbers_have_a_smaller_variance(strata, more):
    sizes, deviations = zip(*strata, strict=True)
    n = min(2 * len(sizes) + more, sum(sizes))
    drawn = allocate(n, sizes, stratum_weights("neyman", sizes, deviations))
    assert sum(drawn) == n
    variances = [deviation**2 for deviation in deviations]
    best = min(
        variance_of_total(sizes, variances, other)
        for other in product(*(range(2, size + 1) for size in sizes))
        if sum(other) == n
    )
    assert variance_of_total(sizes, variances, drawn) <= best * (1 + 1e-9) + 1e-9


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.integers(0, 300))
def test_a_larger_sample_takes_no_row_from_any_stratum(sizes, more):
    least = sum(min(2, size) for size in sizes)
    n = min(least + more, sum(sizes))
    smaller = allocate(n, sizes, stratum_weights("proportional", sizes))
    larger = allocate(min(n + 1, sum(sizes)), sizes, stratum_weights("proportional", sizes))
    assert all(few <= many for few, many in zip(smaller, larger, strict=True))


def test_the_deviation_of_a_stratum_is_over_all_labels():
    # Stratum 0: mean probabilities .6, .3, .1, so .24 + .21 + .09 = .54; stratum 1 has no scores, and counts as three
    # equal shares.
    probabilities = np.array([[0.7, 0.2, 0.1], [0.5, 0.4, 0.1], [np.nan] * 3])
    found = label_deviations(probabilities, np.array([0, 0, 1]), 2)
    assert found == pytest.approx((sqrt(0.54), sqrt(2 / 3)))


def test_scores_that_are_all_but_certain_are_not_believed():
    found = label_deviations(np.array([[0.9999, 0.0001]]), np.array([0]), 1)
    assert found == pytest.approx((sqrt(2 * 0.95 * 0.05),))
