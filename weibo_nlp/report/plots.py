"""Figures placed to scale: from values to positions, which the templates draw as SVG.

Positions on a track are percentages of its width, so that a plot fills a phone and a wide screen alike while its
text and dots keep their size. The reliability diagram has a width of its own and is placed in pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weibo_nlp.report.display import bounds, count, number

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
_MOST_STEPS = 5


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
    """A figure on a track: its dot, its interval where it has one, hollow where few units stand behind it."""

    at: float
    low: float | None
    high: float | None
    hollow: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure as a length from zero, with its interval."""

    start: float
    width: float
    low: float | None
    high: float | None
    hollow: bool


@dataclass(frozen=True, slots=True)
class BinMark:
    """One bin of a reliability diagram, in pixels of the plot."""

    x: float
    y: float
    low: float | None
    high: float | None
    bar_left: float
    bar_width: float
    bar_height: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram: confidence to the right, accuracy upwards, the number of rows below."""

    side: int
    bar_room: int
    bins: tuple[BinMark, ...]
    most: int
    described: str


def axis_over(values: Iterable[float | None]) -> Axis:
    """Return the tightest axis of at most five round steps that holds all values.

    Nothing but dots and intervals is drawn on such an axis: a bar needs zero among its values.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return Axis(0.0, 1.0, 0.25)
    low, high = min(known), max(known)
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


def extent(figure: Mapping[str, Any] | None) -> list[float | None]:
    """Return all values of a figure that an axis must hold."""
    return [] if figure is None else [figure["value"], figure["low"], figure["high"]]


def mark_of(figure: Mapping[str, Any] | None, axis: Axis, *, few: bool = False) -> Mark | None:
    """Place a figure ``{"value", "low", "high"}`` as a dot; None where there is nothing to place."""
    if figure is None or not _is_known(figure["value"]):
        return None
    low, high = _ends(figure, axis)
    return Mark(axis.place(figure["value"]), low, high, few)


def bar_of(figure: Mapping[str, Any] | None, axis: Axis, *, few: bool = False) -> Bar | None:
    """Place a figure as a bar from zero, to the left where it is negative."""
    if figure is None or not _is_known(figure["value"]):
        return None
    low, high = _ends(figure, axis)
    zero, end = axis.place(0.0), axis.place(figure["value"])
    return Bar(min(zero, end), round(abs(end - zero), 2), low, high, few)


def reliability(bins: Sequence[Mapping[str, Any]], *, side: int = 200, bar_room: int = 36) -> Reliability:
    """Place the bins of a calibration curve.

    Parameters
    ----------
    bins : sequence of mapping
        With ``low``, ``high`` (edges of confidence), ``n``, ``confidence`` and ``accuracy`` (means), and
        ``accuracy_low`` and ``accuracy_high``, which may be None.
    side : int
        Width and height of the plot.
    bar_room : int
        Height of the tallest bar of counts.
    """
    most = max((entry["n"] for entry in bins), default=0)
    marks, told = [], []
    for entry in bins:
        interval = {"value": entry["accuracy"], "low": entry["accuracy_low"], "high": entry["accuracy_high"]}
        upwards = [None if end is None else _upwards(end, side) for end in (interval["low"], interval["high"])]
        left, right = (round(side * entry[edge], 1) for edge in ("low", "high"))
        marks.append(
            BinMark(
                x=round(side * entry["confidence"], 1),
                y=_upwards(entry["accuracy"], side),
                low=upwards[0],
                high=upwards[1],
                bar_left=left + 1,
                bar_width=round(max(right - left - 2, 1), 1),
                bar_height=round(bar_room * entry["n"] / most, 1) if most else 0,
            )
        )
        told.append(
            f"confidence {number(entry['confidence'])}: accuracy {number(entry['accuracy'])} "
            f"({bounds(interval)}), {count(entry['n'])} rows"
        )
    return Reliability(side, bar_room, tuple(marks), most, "; ".join(told))


def _upwards(share: float, side: int) -> float:
    return round(side * (1 - share), 1)


def _ends(figure: Mapping[str, Any], axis: Axis) -> tuple[float | None, float | None]:
    if not (_is_known(figure["low"]) and _is_known(figure["high"])):
        return None, None
    return axis.place(figure["low"]), axis.place(figure["high"])


def _is_known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
