"""Tables on a terminal: whole lines also where there is none, and no name taken for markup."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from weibo_nlp.io.names import printable_line
from weibo_nlp.io.terminal import print_line, terminal_console, write

__all__ = ["print_line", "print_table"]


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    figures: Collection[int] = (),
    *,
    first_width: int | None = None,
    err: bool = False,
) -> None:
    """Print a table to standard output, or with `err` to standard error, its columns aligned.

    Parameters
    ----------
    headings : sequence of str
        One a column.
    rows : iterable of sequence of str
        Cells, shown as they are, on one line: a model may be called [bold].
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
        table.add_column(Text(printable_line(heading)), justify=side, no_wrap=True, max_width=width)
    for row in rows:
        table.add_row(*(Text(printable_line(cell)) for cell in row))
    console = terminal_console(err=err)
    with console.capture() as capture:
        console.print(table)
    write(capture.get(), err=err)
