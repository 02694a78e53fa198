"""Estimates placed to scale: from values to positions, which the templates draw as SVG.

Positions on a track are percentages of its width, so that a plot fills a phone and a wide screen alike while its
text and dots keep their size. The reliability diagram has a width of its own, in pixels, and is placed in its template.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from weibo_nlp.stats.estimate import Estimate

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
_MOST_STEPS = 5
_LARGEST = 1e300  # twice as much is no number any more


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high` in whole steps."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Position and text of each tick."""
        n_steps = round((self.high - self.low) / self.step)
        decimals = 0 if self.step == int(self.step) else 1 if round(self.step * 10, 9) == int(self.step * 10) else 2
        values = [round(self.low + index * self.step, 6) for index in range(n_steps + 1)]
        return tuple((self.place(value), f"{value + 0.0:.{decimals}f}".replace("-", "\u2212")) for value in values)

    @property
    def gap(self) -> float:
        """Distance between two ticks."""
        return round(100 * self.step / (self.high - self.low), 3)

    def place(self, value: float) -> float:
        """Per cent of the way from `low` to `high`; what lies beyond an end is drawn at that end."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 2)


@dataclass(frozen=True, slots=True)
class Mark:
    """An estimate on a track: its dot, its interval where it has one, hollow where few units stand behind it."""

    at: float
    low: float | None
    high: float | None
    hollow: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """An estimate as a length from zero, with its interval."""

    start: float
    width: float
    low: float | None
    high: float | None
    hollow: bool


def axis_over(values: Iterable[float | None], estimates: Iterable[Estimate | None] = ()) -> Axis:
    """Return the tightest axis of at most five round steps that holds all values, and all estimates with their bounds.

    Nothing but dots and intervals is drawn on such an axis: a bar needs zero among its values.
    """
    values = [*values, *(value for estimate in estimates for value in extent(estimate))]
    numbers = [value for value in values if value is not None and abs(value) < _LARGEST]
    if not numbers:
        return Axis(0.0, 1.0, 0.25)
    low, high = min(numbers), max(numbers)
    for step in _STEPS:
        # Rounding keeps 0.30000000000000004 from asking for a step more.
        first, last = math.floor(round(low / step, 6)), math.ceil(round(high / step, 6))
        if last == first:
            first, last = (first - 1, last) if last > 0 else (first, last + 1)
        if last - first <= _MOST_STEPS:
            return Axis(round(first * step, 6), round(last * step, 6), step)
    # Ratios can be far off where the denominator is small.
    step = float(math.ceil((high - low) / (_MOST_STEPS - 1)))
    first = math.floor(low / step)
    return Axis(first * step, (math.floor(high / step) + 1) * step, step)


def extent(estimate: Estimate | None) -> tuple[float | None, ...]:
    """Return all values of an estimate that an axis must hold."""
    return () if estimate is None else (estimate.value, estimate.low, estimate.high)


def mark_of(estimate: Estimate | None, axis: Axis, *, few: bool = False) -> Mark | None:
    """Place an estimate as a dot, hollow if `few` units stand behind it; None where there is nothing to place."""
    if estimate is None or not math.isfinite(estimate.value):
        return None
    places = [None if value is None or not math.isfinite(value) else axis.place(value) for value in extent(estimate)]
    low, high = places[1:] if None not in places else (None, None)
    return Mark(axis.place(estimate.value), low, high, few)


def bar_of(estimate: Estimate | None, axis: Axis, *, few: bool = False) -> Bar | None:
    """Place an estimate as a bar from zero, to the left where it is negative."""
    if (mark := mark_of(estimate, axis, few=few)) is None:
        return None
    zero = axis.place(0.0)
    return Bar(min(zero, mark.at), round(abs(mark.at - zero), 2), mark.low, mark.high, few)
