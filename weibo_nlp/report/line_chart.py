"""Shares over time: a line a label, with bands for intervals and gaps where nothing is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from weibo_nlp.report.charts import Show, percent
from weibo_nlp.report.colours import PALETTE
from weibo_nlp.report.drawing import WIDTH, Entry, Sheet, legend_height, text_width
from weibo_nlp.report.plots import Axis, axis_over

_EDGE, _AXIS = 8.0, 26.0
_MOST_MARKED = 31
_TICKS = 5
_SIGN = 5.0  # a per cent sign is wider than a digit


@dataclass(frozen=True, slots=True)
class Series:
    """Shares of one label over all periods; None where a period has none.

    Attributes
    ----------
    name, colour, marker : str
        What the label is called and drawn with.
    values, lows, highs : tuple of float or None
        Shares and their intervals.
    predicted : tuple of float or None
        Shares before they were corrected, drawn faintly beside corrected ones; empty where there is nothing beside.
    """

    name: str
    colour: str
    marker: str
    values: tuple[float | None, ...]
    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]
    predicted: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class LineChart:
    """Shares over time as lines, with bands for intervals and a gap where a period has no rows."""

    periods: tuple[str, ...]
    series: tuple[Series, ...]
    corrected: bool

    def draw(self, show: Show) -> Sheet:
        """Draw it on a sheet of its own."""
        entries = [Entry(line.name, line.colour, line.marker) for line in self.series]
        top = legend_height(entries)
        sheet = Sheet(top + 175.0, show)
        sheet.legend(entries)
        parts = [part for line in self.series for part in (line.values, line.lows, line.highs, line.predicted)]
        values = [value for part in parts for value in part]
        axis = axis_over([0.0, *values])
        axes = sheet.axes(_percent_width(axis) + 6, top + _EDGE, 14, _AXIS)
        axes.set_ylim(axis.low, axis.high)
        ticks = [axis.low + (axis.high - axis.low) * at / 100 for at, _ in axis.ticks]
        axes.set_yticks(ticks, [percent(value, axis.step) for value in ticks])
        axes.grid(axis="y", color=PALETTE["line"][0], linewidth=0.8)
        axes.set_axisbelow(True)
        for line in self.series:
            self._line(axes, line)
        last = max(len(self.periods) - 1, 1)
        axes.set_xlim(*((-1, 1) if len(self.periods) == 1 else (-0.03 * last, 1.03 * last)))
        self._ticks(sheet, axes)
        return sheet

    def _line(self, axes: Any, line: Series) -> None:
        colour = PALETTE[line.colour][0]
        numbers = [math.nan if value is None else value for value in line.values]
        lows, highs = ([math.nan if value is None else value for value in part] for part in (line.lows, line.highs))
        places = list(range(len(numbers)))
        banded = any(math.isfinite(value) for value in lows)
        if line.predicted:
            predicted = [math.nan if value is None else value for value in line.predicted]
            axes.plot(places, predicted, color=colour, linewidth=1, linestyle=(0, (2, 2)), alpha=0.7, clip_on=False)
        if banded and len(places) > 1:
            axes.fill_between(places, lows, highs, color=colour, alpha=0.18, linewidth=0)
        if banded:
            # A period whose neighbours have no interval has no width as a band.
            for place in places:
                if math.isfinite(lows[place]) and _stands_alone(lows, place):
                    axes.plot([place] * 2, [lows[place], highs[place]], color=colour, linewidth=2, alpha=0.6)
        every = math.ceil(len(places) / _MOST_MARKED)
        marked = [place for place in places if place % every == 0 or _stands_alone(numbers, place)]
        axes.plot(
            places,
            numbers,
            color=colour,
            linewidth=1.6,
            linestyle="-" if self.corrected else (0, (4, 2)),
            marker=line.marker,
            markevery=marked,
            markersize=4.5,
            clip_on=False,
            markerfacecolor=colour if self.corrected else PALETTE["paper"][0],
        )

    def _ticks(self, sheet: Sheet, axes: Any) -> None:
        widest = max((text_width(period) for period in self.periods), default=0.0)
        most = max(2, min(_TICKS, int((WIDTH - 50) // (widest + 16))))
        step = max(1, math.ceil(len(self.periods) / most))
        places = list(range(0, len(self.periods), step))
        axes.tick_params(axis="x", pad=9)
        axes.set_xticks(places, sheet.shown([self.periods[place] for place in places]))
        for number, label in enumerate(axes.get_xticklabels()):
            at_edge = places[number] / max(len(self.periods) - 1, 1)
            if at_edge > 0.93 and len(places) > 1:
                label.set_horizontalalignment("right")


def _percent_width(axis: Axis) -> float:
    return max(text_width(percent(value, axis.step)) for value in (axis.low, axis.high)) + _SIGN


def _stands_alone(values: Sequence[float], place: int) -> bool:
    neighbours = [values[other] for other in (place - 1, place + 1) if 0 <= other < len(values)]
    return not any(math.isfinite(value) for value in neighbours)
