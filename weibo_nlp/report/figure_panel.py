"""A panel of a page: a figure with the table behind it; both are also files by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from weibo_nlp.report import display
from weibo_nlp.report.charts import Chart, DivergingChart, DotChart, ScoreChart, TileChart, percent
from weibo_nlp.report.line_chart import LineChart

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

_NAME = 120  # characters of a name that a figure looks at; what it has room for is far less
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_STEM = 60
_MOST_TOLD = 12


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure, or a table alone, with its title.

    Attributes
    ----------
    name : str
        What files of it are called, without a suffix.
    title : str
        As plain text.
    table : DataFrame
        What the figure shows, tidy and whole.
    chart : Chart or None
        None where there is nothing to draw.
    notes : tuple of Markup
        Sentences below the title.
    headings : mapping of str to str
        Column -> key of its heading, where it is not the column's name.
    """

    name: str
    title: str
    table: pd.DataFrame
    chart: Chart | None = None
    notes: tuple[Markup, ...] = ()
    headings: dict[str, str] = field(default_factory=dict)

    @property
    def description(self) -> str:
        """What the figure shows, in words and numbers, for those who do not see it."""
        return "" if self.chart is None else described(self.chart)


def figure_name(text: str) -> str:
    """Return a name from data as a figure writes it: what is invisible by its code point, on one line."""
    return display.plain(text[:_NAME], 10 * _NAME)


def file_stem(*parts: str) -> str:
    """Return a name for files, of plain letters, digits and hyphens alone, whatever the parts hold."""
    words = (_NO_FILE_NAME.sub("-", part).strip("-").lower() for part in parts)
    return "-".join(word for word in words if word)[:_LONGEST_STEM].strip("-")


def rows_of(table: pd.DataFrame) -> Iterable[Any]:
    """Return the rows of a tidy table, each with its columns as attributes, of the types that the table promises."""
    return table.itertuples()


def described(chart: Any) -> str:
    """Return the content of a figure as a sentence: all of it where it is short, else its ends."""
    if isinstance(chart, DotChart):
        return _listed(
            f"{row.name}: {row.note or ', '.join(percent(point.value, 0.001) for point in row.points)}"
            for row in chart.rows
        )
    if isinstance(chart, LineChart):
        return _listed(
            f"{line.name}: {_ends(chart.periods, line.values)}"
            for line in chart.series
            if any(value is not None for value in line.values)
        )
    if isinstance(chart, DivergingChart):
        return _listed(
            f"{row.name}: {chart.left.name} {percent(row.left.value, 0.001)}, "
            f"{chart.right.name} {percent(row.right.value, 0.001)}"
            for row in chart.rows
        )
    if isinstance(chart, ScoreChart):
        return _listed(f"{row.name} {row.score:+.1f}".replace("-", "\u2212") for row in chart.rows)
    if isinstance(chart, TileChart):
        return _listed(
            f"{row} × {column}: {chart.counts[at][place]:,}"
            for at, row in enumerate(chart.row_names)
            for place, column in enumerate(chart.column_names)
        )
    return ""


def _listed(items: Iterable[str]) -> str:
    listed = list(items)
    return "; ".join(listed[:_MOST_TOLD]) + ("; …" if len(listed) > _MOST_TOLD else "")


def _ends(periods: Sequence[str], values: Sequence[float | None]) -> str:
    told = [(period, value) for period, value in zip(periods, values, strict=True) if value is not None]
    places = {0, len(told) - 1, *(told.index(pick(told, key=lambda pair: pair[1])) for pick in (min, max))}
    return ", ".join(f"{told[place][0]} {percent(told[place][1], 0.001)}" for place in sorted(places))
