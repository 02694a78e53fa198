import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.report.plots import Axis, Bar, Mark, axis_over, bar_of, mark_of
from weibo_nlp.stats import Estimate


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        pytest.param([0.0, 1.0], [0, 0.2, 0.4, 0.6, 0.8, 1], id="whole-range"),
        pytest.param([0.61, 0.68], [0.6, 0.62, 0.64, 0.66, 0.68], id="close-together"),
        pytest.param([0.1 + 0.2, 0.4], [0.3, 0.32, 0.34, 0.36, 0.38, 0.4], id="float-noise-asks-for-no-step"),
        pytest.param([-0.013, 0.0, 0.108], [-0.05, 0, 0.05, 0.1, 0.15], id="across-zero"),
        pytest.param([0.5], [0.49, 0.5], id="single-value"),
        pytest.param([0.0], [0, 0.01], id="nothing-but-zero"),
        pytest.param([], [0, 0.25, 0.5, 0.75, 1], id="no-values"),
        pytest.param([None, math.nan, 0.2, 0.4], [0.2, 0.25, 0.3, 0.35, 0.4], id="unknown-values"),
        pytest.param([-3.0, 40.0], [-11, 0, 11, 22, 33, 44], id="far-apart"),
    ],
)
def test_axis_is_the_tightest_of_round_steps(values, ticks):
    axis = axis_over(values)
    assert [float(text.replace("−", "-")) for _, text in axis.ticks] == ticks
    assert [place for place, _ in axis.ticks] == pytest.approx(
        [100 * index / (len(ticks) - 1) for index in range(len(ticks))], abs=0.01
    )
    assert axis.gap == pytest.approx(100 / (len(ticks) - 1), abs=0.001)


def test_tick_texts_have_the_decimals_of_the_step():
    assert [text for _, text in Axis(0, 0.5, 0.25).ticks] == ["0.00", "0.25", "0.50"]
    assert [text for _, text in Axis(-0.2, 0.2, 0.2).ticks] == ["−0.2", "0.0", "0.2"]
    assert [text for _, text in Axis(-1, 1, 1.0).ticks] == ["−1", "0", "1"]


def test_an_axis_holds_estimates_with_their_bounds_beside_plain_values():
    axis = axis_over([0.0], [Estimate(0.1, -0.1, 0.3), Estimate(0.4), None])
    assert (axis.low, axis.high) == (-0.1, 0.4)


def test_values_of_any_size_make_an_axis():
    assert axis_over([-1e308, 1e308, math.inf, 0.2, 0.4]).high == 0.4
    assert axis_over([], [Estimate(0.2, -math.inf, 0.4)]).low == 0.2


def test_a_figure_is_placed_to_scale():
    axis = Axis(0.2, 0.7, 0.1)  # 0.5 wide: 0.45 is half of the way, 0.3 and 0.6 a fifth and four fifths
    assert mark_of(Estimate(0.45, 0.3, 0.6), axis, few=True) == Mark(50.0, 20.0, 80.0, hollow=True)


def test_a_figure_without_interval_is_a_dot_and_an_unknown_one_nothing():
    assert mark_of(Estimate(0.5), Axis(0, 1, 0.5)) == Mark(50.0, None, None, hollow=False)
    assert mark_of(Estimate(math.nan), Axis(0, 1, 0.5)) is None
    assert mark_of(None, Axis(0, 1, 0.5)) is None
    assert bar_of(None, Axis(0, 1, 0.5)) is None


def test_a_bar_runs_from_zero_whichever_its_sign():
    axis = Axis(-0.05, 0.15, 0.05)  # zero at a quarter
    assert bar_of(Estimate(0.05, 0.0, 0.1), axis) == Bar(25.0, 25.0, 25.0, 75.0, hollow=False)
    assert bar_of(Estimate(-0.025), axis) == Bar(12.5, 12.5, None, None, hollow=False)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8))
def test_any_axis_holds_its_values_in_few_steps(values):
    axis = axis_over(values)
    assert axis.low <= min(values) + 1e-6
    assert axis.high >= max(values) - 1e-6
    assert 1 <= len(axis.ticks) - 1 <= 6
    places = [axis.place(value) for value in sorted(values)]
    assert places == sorted(places)
