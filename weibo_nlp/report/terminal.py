"""Tables and lines on a terminal: whole lines also where there is none, and no name taken for markup."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 160
FEW_UNITS_NOTE = "* fewer than 100 independent units: intervals like these are somewhat too narrow"


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], figures: Collection[int]) -> None:
    """Print a table to standard output, its columns aligned.

    Parameters
    ----------
    headings : sequence of str
        One a column.
    rows : iterable of sequence of str
        Cells, shown as they are.
    figures : collection of int
        Places of the columns that hold figures and stand to the right.
    """
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(escape(heading), justify="right" if place in figures else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row))  # a model may be called [bold]
    _console().print(table)


def print_line(text: str = "") -> None:
    """Print one line to standard output, as long as it is."""
    from rich.markup import escape

    _console().print(escape(text), soft_wrap=True)


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=_WIDTH)
