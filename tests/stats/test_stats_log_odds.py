"""Log-odds ratios of terms under an informative Dirichlet prior."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import UsageError
from weibo_nlp.stats.log_odds import log_odds_ratio

# "the quick brown fox jumps over the lazy pig" and "the lazy purple pig jumps over the lazier donkey" with a flat prior
# of .05: the example in the README of the package fightin_words.
TERMS = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "pig", "purple", "lazier", "donkey"]
FIRST = [2, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]
SECOND = [2, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]


def test_z_is_that_of_a_published_example():
    z = dict(zip(TERMS, log_odds_ratio(FIRST, SECOND, [0.05] * 11).z, strict=True))
    assert z["fox"] == pytest.approx(0.6894227886807968)
    assert z["donkey"] == pytest.approx(-0.6894227886807968)
    assert z["the"] == z["over"] == 0


def test_two_terms_by_hand():
    # Prior 1 and 3: odds (9+1)/(1+3) and (4+1)/(6+3); variance 1/10 + 1/5 of the first term.
    measured = log_odds_ratio([9, 1], [4, 6], [1, 3])
    expected = math.log(10 / 4) - math.log(5 / 9)
    assert measured.log_odds.tolist() == pytest.approx([expected, -expected])
    assert measured.z[0] == pytest.approx(expected / math.sqrt(1 / 10 + 1 / 5))
    assert measured.z[1] == pytest.approx(-expected / math.sqrt(1 / 4 + 1 / 9))


def test_the_same_ratio_of_more_uses_is_surer():
    few = log_odds_ratio([2, 98], [1, 99], [1, 99]).z[0]
    many = log_odds_ratio([200, 9800], [100, 9900], [1, 99]).z[0]
    assert 0 < few < many


pseudo = st.floats(0.01, 10)
counts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), pseudo, pseudo), min_size=2, max_size=8)


def test_each_side_may_have_a_prior_of_its_own():
    # Odds (2+1)/(8+3) and (3+2)/(7+6); variance 1/3 + 1/5.
    measured = log_odds_ratio([2, 8], [3, 7], [1, 3], [2, 6])
    expected = math.log(3 / 11) - math.log(5 / 13)
    assert measured.log_odds[0] == pytest.approx(expected)
    assert measured.z[0] == pytest.approx(expected / math.sqrt(1 / 3 + 1 / 5))


def test_a_design_effect_of_four_halves_z():
    once, four = (log_odds_ratio([9, 1], [4, 6], [1, 3], None, effect, effect) for effect in (1, [4, 4]))
    assert (four.z * 2).tolist() == pytest.approx(once.z.tolist())
    assert four.log_odds.tolist() == once.log_odds.tolist()


@given(counts)
def test_swapping_the_sides_changes_the_signs_and_nothing_else(rows):
    first, second, prior, second_prior = zip(*rows, strict=True)
    one = log_odds_ratio(first, second, prior, second_prior)
    other = log_odds_ratio(second, first, second_prior, prior)
    np.testing.assert_allclose(one.log_odds, -other.log_odds)
    np.testing.assert_allclose(one.z, -other.z)


@pytest.mark.parametrize(
    ("first", "second", "prior", "message"),
    [
        pytest.param([1, 2], [1], [1, 1], "give one number a term", id="lengths"),
        pytest.param([1], [1], [1], "at least two", id="one-term"),
        pytest.param([1, -1], [1, 1], [1, 1], "counts are from 0", id="negative"),
        pytest.param([1, math.nan], [1, 1], [1, 1], "counts are from 0", id="nan"),
        pytest.param([1, 1], [1, 1], [1, 0], "not above 0", id="no-prior"),
    ],
)
def test_what_is_no_count_is_refused(first, second, prior, message):
    with pytest.raises(UsageError, match=message):
        log_odds_ratio(first, second, prior)
