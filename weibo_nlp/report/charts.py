"""Kinds of figure, each a frozen record of what is to be drawn; how is said once, in its ``draw``.

Intervals are lines or bands; what has none is hollow. Zero is on every axis of shares, so that no difference looks
larger than it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from weibo_nlp.report.colours import PALETTE
from weibo_nlp.report.drawing import WIDTH, Entry, Sheet, legend_height, shortened, text_width
from weibo_nlp.report.plots import Axis, axis_over

Show = Callable[[str], str]
_ROW, _LINE, _MARK = 26.0, 20.0, 11.0
_AXIS = 26.0
_MOST_NAME = 0.42 * WIDTH
_MOST_TEXT = 0.55 * WIDTH
_STRONG = 0.55  # opacity of the darkest tile: ink stays readable on it, on light and on dark paper
_FULL_RESIDUAL = 4.0


class Chart(Protocol):
    """What can be drawn; every text passes through `show`."""

    def draw(self, show: Show) -> Sheet:
        """Draw it on a sheet of its own."""


@dataclass(frozen=True, slots=True)
class Point:
    """A share with its interval; hollow where it is not corrected."""

    value: float
    low: float | None
    high: float | None
    colour: str
    marker: str = "o"
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class DotRow:
    """A line of a dot chart: a name, its points, and what is written at the right."""

    name: str
    points: tuple[Point, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class DotChart:
    """Shares as dots with their intervals, a row each, from zero."""

    rows: tuple[DotRow, ...]
    legend: tuple[Entry, ...] = ()

    def draw(self, show: Show) -> Sheet:
        """Draw it on a sheet of its own: names before the marks, or above them where they would leave no room."""
        top = legend_height(self.legend)
        names, note = [row.name for row in self.rows], _widest(row.note for row in self.rows)
        n_marks = max((len(row.points) for row in self.rows), default=1)
        height = max(_ROW, n_marks * _MARK + 4)
        is_stacked = _names_width(names) + note > _MOST_TEXT
        if is_stacked:
            sheet, axes = _stacked_sheet(self.rows, top, height, show)
        else:
            sheet, axes = _rows_sheet(names, top, note, show, height)
            _notes(sheet, self.rows, top)
        sheet.legend(self.legend)
        points = [point for row in self.rows for point in row.points]
        axis = axis_over([0.0, *(value for point in points for value in (point.value, point.low, point.high))])
        _share_axis(axes, axis, sheet.width_of(axes))
        each = height + (_LINE if is_stacked else 0)
        if n_marks > 1 and not is_stacked:
            for place in range(1, len(self.rows)):
                axes.axhline(place - 0.5, color=PALETTE["line"][0], linewidth=0.8)
        for place, row in enumerate(self.rows):
            middle = place + (_LINE / 2 / each if is_stacked else 0)
            for number, point in enumerate(row.points):
                _dot(axes, point, middle + (number - (len(row.points) - 1) / 2) * _MARK / each)
        return sheet


@dataclass(frozen=True, slots=True)
class DivergingRow:
    """Shares to both sides of zero: against to the left, in favour to the right."""

    name: str
    left: Point
    right: Point
    note: str = ""


@dataclass(frozen=True, slots=True)
class DivergingChart:
    """Two opposed shares a row, as bars away from zero with their intervals."""

    rows: tuple[DivergingRow, ...]
    left: Entry
    right: Entry

    def draw(self, show: Show) -> Sheet:
        """Draw it on a sheet of its own."""
        top = legend_height((self.left, self.right))
        points = [point for row in self.rows for point in (row.left, row.right)]
        reach = axis_over([0.0, *(value for point in points for value in (point.value, point.low, point.high))])
        step = reach.step if reach.high / reach.step <= 2 else reach.high / 2
        axis = Axis(-reach.high, reach.high, step)
        sheet, axes = _rows_sheet([row.name for row in self.rows], top, _widest(row.note for row in self.rows), show)
        sheet.legend((self.left, self.right))
        _share_axis(axes, axis, sheet.width_of(axes))
        for place, row in enumerate(self.rows):
            for sign, point in ((-1, row.left), (1, row.right)):
                colour = PALETTE[point.colour][0]
                fill = "none" if point.hollow else colour
                width = sign * point.value
                axes.barh(place, width, height=0.56, facecolor=fill, edgecolor=colour, linewidth=1.1, zorder=2)
                if point.low is not None and point.high is not None:
                    ends = [sign * point.low, sign * point.high]
                    axes.plot(ends, [place] * 2, color=PALETTE["ink"][0], linewidth=1.4, zorder=3)
        axes.axvline(0, color=PALETTE["dim"][0], linewidth=1, zorder=4)
        _notes(sheet, self.rows, top)
        return sheet


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A word with its z-score."""

    name: str
    score: float
    colour: str
    note: str


@dataclass(frozen=True, slots=True)
class ScoreChart:
    """z-scores as bars, a word each: those of one side to the left of zero, of the other to the right."""

    rows: tuple[ScoreRow, ...]
    left: Entry | None
    right: Entry

    def draw(self, show: Show) -> Sheet:
        """Draw it on a sheet of its own."""
        legend = (self.right,) if self.left is None else (self.left, self.right)
        top = legend_height(legend)
        sheet, axes = _rows_sheet(
            [row.name for row in self.rows], top, _widest(row.note for row in self.rows), show, height=20.0
        )
        sheet.legend(legend)
        reach = max((abs(row.score) for row in self.rows), default=1.0) or 1.0
        sides = {row.score < 0 for row in self.rows}
        low, high = -reach if True in sides else 0.0, reach if False in sides else 0.0
        axes.set_xlim(1.05 * low, 1.05 * high)
        ticks = [value for value in _round_ticks(reach) if low <= value <= high]
        axes.set_xticks(ticks, [f"{value:g}".replace("-", "\u2212") for value in ticks])
        axes.grid(axis="x", color=PALETTE["line"][0], linewidth=0.8)
        axes.set_axisbelow(True)
        for place, row in enumerate(self.rows):
            axes.barh(place, row.score, height=0.62, color=PALETTE[row.colour][0], zorder=2)
        axes.axvline(0, color=PALETTE["dim"][0], linewidth=1, zorder=3)
        _notes(sheet, self.rows, top)
        return sheet


@dataclass(frozen=True, slots=True)
class TileChart:
    """A table of counts, each cell coloured by its Pearson residual: more than expected, or fewer."""

    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    residuals: tuple[tuple[float | None, ...], ...]
    more: Entry
    fewer: Entry

    def draw(self, show: Show) -> Sheet:
        """Draw it on a sheet of its own."""
        from matplotlib.patches import Rectangle

        top = legend_height((self.more, self.fewer)) + 20.0
        n_rows, n_columns = len(self.row_names), len(self.column_names)
        sheet = Sheet(top + 38.0 * n_rows + 6, show)
        sheet.legend((self.more, self.fewer))
        left = _names_width(self.row_names)
        axes = sheet.axes(left, top, 2, 6)
        axes.set_xlim(0, n_columns)
        axes.set_ylim(n_rows, 0)
        axes.set_xticks([])
        axes.set_yticks([])
        each = (WIDTH - left - 2) / max(n_columns, 1)
        for column, name in enumerate(self.column_names):
            sheet.text(left + each * (column + 0.5), top - 9, shortened(name, each - 4), colour="dim", ha="center",
                       va="center_baseline")  # fmt: skip
        for row, name in enumerate(self.row_names):
            sheet.text(left - 6, top + 38.0 * (row + 0.5), shortened(name, left - 8), ha="right", va="center_baseline")
            for column in range(n_columns):
                residual = self.residuals[row][column] or 0.0
                colour = self.more.colour if residual > 0 else self.fewer.colour
                opacity = _STRONG * min(abs(residual) / _FULL_RESIDUAL, 1.0)
                tile = Rectangle((column + 0.02, row + 0.04), 0.96, 0.92, facecolor=PALETTE[colour][0], alpha=opacity)
                axes.add_patch(tile)
                edge = Rectangle((column + 0.02, row + 0.04), 0.96, 0.92, fill=False, edgecolor=PALETTE["line"][0])
                axes.add_patch(edge)
                x, y = left + each * (column + 0.5), top + 38.0 * row
                sheet.text(x, y + 13, f"{self.counts[row][column]:,}", ha="center", va="center_baseline")
                value = self.residuals[row][column]
                told = "–" if value is None else signed(value)
                sheet.text(x, y + 27, told, colour="ink", ha="center", va="center_baseline")
        return sheet


def percent(value: float, step: float = 0.01) -> str:
    """Return a share as a percentage, with as many decimals as a step of the axis asks for."""
    decimals = 0 if float(round(step * 100, 6)).is_integer() else 1
    return f"{100 * abs(value):.{decimals}f}%"


def signed(value: float) -> str:
    """Return a number with its sign and one decimal; nothing has no sign."""
    text = f"{value:+.1f}".replace("-", "\u2212")
    return text if float(f"{value:.1f}") else "0.0"


def _rows_sheet(names: Sequence[str], top: float, note: float, show: Show, height: float = _ROW) -> tuple[Sheet, Any]:
    """Return a sheet with a row for each name, and axes in which row `n` lies at `n`, downwards."""
    sheet = Sheet(top + height * len(names) + _AXIS, show)
    left = _names_width(names)
    axes = sheet.axes(left, top, note + 14, _AXIS)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    for place, name in enumerate(names):
        y = top + height * (place + 0.5)
        sheet.text(left - 8, y, shortened(name, left - 10), ha="right", va="center_baseline")
    return sheet, axes


def _stacked_sheet(rows: Sequence[DotRow], top: float, height: float, show: Show) -> tuple[Sheet, Any]:
    """Return a sheet on which names and notes stand above the marks, which have its whole width."""
    each = height + _LINE
    sheet = Sheet(top + each * len(rows) + _AXIS, show)
    axes = sheet.axes(10, top, 16, _AXIS)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    for place, row in enumerate(rows):
        y = top + each * place + _LINE / 2
        note = text_width(row.note)
        sheet.text(0, y, shortened(row.name, WIDTH - note - 10), va="center_baseline")
        sheet.text(WIDTH - 2, y, row.note, colour="dim", ha="right", va="center_baseline")
    return sheet, axes


def _names_width(names: Sequence[str]) -> float:
    return min(max((text_width(name) for name in names), default=0.0), _MOST_NAME) + 12


def _widest(texts: Iterable[str]) -> float:
    return max((text_width(text) for text in texts), default=0.0)


def _notes(sheet: Sheet, rows: Sequence[Any], top: float) -> None:
    height = (sheet.height - top - _AXIS) / max(len(rows), 1)
    for place, row in enumerate(rows):
        if row.note:
            sheet.text(WIDTH - 2, top + height * (place + 0.5), row.note, colour="dim", ha="right",
                       va="center_baseline")  # fmt: skip


def _share_axis(axes: Any, axis: Axis, width: float) -> None:
    """Put percentages below axes that are so many points wide, as many as there is room for, zero among them."""
    ticks = [axis.low + (axis.high - axis.low) * at / 100 for at, _ in axis.ticks]
    widest = max(text_width(percent(value, axis.step)) for value in ticks)
    every = next(each for each in (1, 2, 4, 8) if each == 8 or (len(ticks) - 1) / each * (widest + 6) <= width)
    zero = min(range(len(ticks)), key=lambda place: abs(ticks[place]))
    texts = [percent(value, axis.step) if (place - zero) % every == 0 else "" for place, value in enumerate(ticks)]
    axes.set_xlim(axis.low, axis.high)
    axes.set_xticks(ticks, texts)
    axes.grid(axis="x", color=PALETTE["line"][0], linewidth=0.8)
    axes.set_axisbelow(True)


def _dot(axes: Any, point: Point, y: float) -> None:
    colour = PALETTE[point.colour][0]
    if point.low is not None and point.high is not None:
        axes.plot([point.low, point.high], [y, y], color=colour, linewidth=2.4, solid_capstyle="round", clip_on=False)
    face = PALETTE["paper"][0] if point.hollow else colour
    axes.plot([point.value], [y], marker=point.marker, markersize=6.5, markerfacecolor=face, markeredgecolor=colour,
              markeredgewidth=1.4, linestyle="none", clip_on=False)  # fmt: skip


def _round_ticks(reach: float) -> list[float]:
    step = 10 ** math.floor(math.log10(reach))
    step = next((step * factor for factor in (1, 2, 5, 10) if reach / (step * factor) <= 2.5), step)
    n_steps = int(reach // step)
    return [round(step * number, 10) for number in range(-n_steps, n_steps + 1)]
