import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import UsageError
from weibo_nlp.stats.multiplicity import holm

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def test_worked_by_hand():
    # Sorted .005 .01 .03 .04, times 4 3 2 1: .02 .03 .06 .04; the last may not fall below its forerunner: .06.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_published_example():
    # @stdlib/stats-padjust, documentation of padjust(pvalues, 'holm'), which follows R's p.adjust.
    assert holm([0.319, 0.201, 0.4, 0.374, 0.113]) == pytest.approx([0.957, 0.804, 0.957, 0.957, 0.565])


@pytest.mark.parametrize(
    ("given_values", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([0.03], [0.03], id="one-needs-no-correction"),
        pytest.param([0.6, 0.7], [1.0, 1.0], id="never-above-one"),
        pytest.param([0.02, 0.02, 0.02], [0.06, 0.06, 0.06], id="equals-stay-equal"),
    ],
)
def test_edges(given_values, expected):
    assert holm(given_values).tolist() == pytest.approx(expected)


@given(P_VALUES)
def test_adjusted_values_keep_the_order_and_are_neither_smaller_nor_above_bonferroni(values):
    adjusted, plain = holm(values), np.array(values)
    order = np.argsort(plain, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    assert (adjusted >= plain).all()
    assert (adjusted <= np.minimum(plain * len(values), 1)).all()


@given(P_VALUES, st.integers(0, 1000))
def test_order_of_the_comparisons_does_not_matter(values, seed):
    order = np.random.default_rng(seed).permutation(len(values))
    assert (holm(np.array(values)[order]) == holm(values)[order]).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param([0.1, 1.2], r"p_values\[1\] is 1.2, not a number from 0 to 1", id="above-one"),
        pytest.param([-0.1], r"p_values\[0\] is -0.1", id="negative"),
        pytest.param([0.1, float("nan")], r"p_values\[1\] is nan", id="nan"),
        pytest.param([[0.1]], r"one-dimensional, got shape \(1, 1\)", id="table"),
    ],
)
def test_what_is_no_p_value_is_named(values, message):
    with pytest.raises(UsageError, match=message):
        holm(values)
