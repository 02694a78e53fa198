"""Tables and lines on a terminal: whole lines also where there is none, and no name taken for markup."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 160
FEW_UNITS_NOTE = "* fewer than 100 independent units: intervals like these are somewhat too narrow"


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    figures: Collection[int] = (),
    *,
    first_width: int | None = None,
) -> None:
    """Print a table to standard output, its columns aligned.

    Parameters
    ----------
    headings : sequence of str
        One a column.
    rows : iterable of sequence of str
        Cells, shown as they are: a model may be called [bold].
    figures : collection of int
        Places of the columns that hold figures and stand to the right.
    first_width : int, optional
        Most terminal cells of the first column; a longer text ends in an ellipsis.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for place, heading in enumerate(headings):
        side: Literal["left", "right"] = "right" if place in figures else "left"
        width = first_width if place == 0 else None
        table.add_column(Text(heading), justify=side, no_wrap=True, max_width=width)
    for row in rows:
        table.add_row(*map(Text, row))
    _console().print(table)


def print_line(text: str = "") -> None:
    """Print one line to standard output, as long as it is."""
    _console().print(text, markup=False, soft_wrap=True)


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=_WIDTH)
