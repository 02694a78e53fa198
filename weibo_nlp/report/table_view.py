"""Tidy tables as a page shows them: cells in words and percentages, columns that say nothing left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from weibo_nlp.report import display
from weibo_nlp.report.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from weibo_nlp.report.figure_panel import Panel

MOST_TABLE_ROWS = 100
"""Rows of a table that a page shows; the CSV file has all."""
_PERCENT = frozenset(
    ["share", "share_expressed", "estimate", "low", "high", "rate", "other_rate", "share_of_largest",
     "share_of_top_ten", "share_of_top_percent"]
)  # fmt: skip
_PROBABILITY = frozenset(["p", "p_holm"])
_DIFFERENCE = frozenset(["difference", "low", "high"])  # of a table of differences: percentage points
_COLUMN_NAMES = frozenset(["label_column", "row_column", "column_column", "group_by"])
_LABELS: Mapping[str, tuple[str, ...]] = {
    "label": ("label_column",),
    "against": ("label_column",),
    "row_label": ("row_column",),
    "column_label": ("column_column",),
    "group": ("group_by", "by"),
    "other": ("by",),
}
"""Column with labels -> columns of which one says of what they are."""
_GROUPS: Mapping[str, str] = {
    "measure": "measures",
    "flag": "flags",
    "method": "methods",
    "kind": "kinds",
    "by": "units",
}
_CELL = 200


@dataclass(frozen=True, slots=True)
class TableView:
    """A table to be printed.

    Attributes
    ----------
    headings : tuple of (Markup, bool)
        Each with whether its column holds figures.
    rows : tuple of tuple of Markup
        Cells.
    n : int
        Rows of the whole table.
    """

    headings: tuple[tuple[Markup, bool], ...]
    rows: tuple[tuple[Markup, ...], ...]
    n: int

    @property
    def is_cut(self) -> bool:
        """Whether it has more rows than are shown."""
        return self.n > len(self.rows)


def table_view(panel: Panel, words: Words) -> TableView:
    """Return the table of a panel as a page shows it."""
    shown = panel.table.head(MOST_TABLE_ROWS)
    names = [name for name in shown.columns if not shown[name].isna().all()]
    headings = tuple(
        (_heading(panel.headings.get(name, name), words), _is_figure(name, shown[name])) for name in map(str, names)
    )
    columns = list(shown.columns)
    values = (dict(zip(columns, row, strict=True)) for row in shown.to_numpy(object))
    rows = tuple(tuple(_cell(name, row[name], row, words) for name in names) for row in values)
    return TableView(headings, rows, len(panel.table))


def _heading(name: str, words: Words) -> Markup:
    known = words.name("headings", name)
    return words.shown(_grouped_by(name, words) if known == name else known)


def _grouped_by(name: str, words: Words) -> str:
    """What rows are grouped by: a period, or a column."""
    period = words.name("periods", name)
    return words.column(name) if period == name else period


def _is_figure(name: str, column: pd.Series[Any]) -> bool:
    return name in _PERCENT | _PROBABILITY | _DIFFERENCE or column.dtype.kind in "if"


def _cell(name: str, value: Any, row: Mapping[str, Any], words: Words) -> Markup:
    if value is None or value != value:
        return Markup(display.NOTHING)
    if isinstance(value, bool):
        return words("yes" if value else "no")
    if isinstance(value, int):
        return Markup(display.count(value))
    if isinstance(value, float):
        return Markup((_points if "difference" in row and name in _DIFFERENCE else _figure(name))(value))
    if isinstance(value, list | tuple):
        return Markup(" · ").join(words.shown(each, _CELL) for each in value)
    text = str(value)
    if name in _COLUMN_NAMES:
        return words.shown(words.column(text))
    if name in _LABELS:
        of = next((str(row[column]) for column in _LABELS[name] if column in row), "")
        return words.shown(words.label(of, text))
    if name == "frame":
        return words.shown(words.label("frames", text))
    known = words.name(_GROUPS[name], text) if name in _GROUPS else text
    return words.shown(_grouped_by(text, words) if name == "by" and known == text else known, _CELL)


def _figure(name: str) -> Callable[[float], str]:
    if name in _PERCENT:
        return share
    if name in _PROBABILITY:
        return _probability
    return _whole if name == "n" or name.startswith("n_") else _two_decimals


def share(value: float) -> str:
    """Return a share as a percentage with one decimal."""
    return f"{100 * value:.1f}%".replace("-", "\u2212") if math.isfinite(value) else "undefined"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "\u2212") if math.isfinite(value) else "undefined"


def _probability(value: float) -> str:
    """Return a p-value as :func:`weibo_nlp.report.display.p_value` does, below a heading that says that it is one."""
    return display.p_value(value).removeprefix("p ").removeprefix("= ")


def _whole(value: float) -> str:
    """Return a count that became a fraction because others of its column are missing."""
    return display.count(int(value)) if value.is_integer() else _two_decimals(value)


def _two_decimals(value: float) -> str:
    return f"{value:,.2f}".replace("-", "\u2212") if math.isfinite(value) else "undefined"
