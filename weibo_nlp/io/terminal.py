"""The one place that writes to a terminal: what is not printable comes out as an escape, whoever it is from.

Names, headers, texts and messages of errors are strangers' words: on a terminal, a control character in them could
clear the screen, change its title or make one line look like another. So every line that this package prints passes
through here; whatever is made of several values is escaped as a whole.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from weibo_nlp.io.names import printable, printable_line

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 160
NARROWEST = 20
"""Columns of a terminal, at least; below that, rich would break words into columns of single letters."""


def print_line(text: str = "", *, err: bool = False) -> None:
    """Print one line to standard output, as long as it is; a line end inside it is an escape."""
    write(printable_line(text) + "\n", err=err)


def print_lines(text: str, *, err: bool = False) -> None:
    """Print a text of several lines, such as a Markdown table, with a line end after the last."""
    write(printable(text.removesuffix("\n")) + "\n", err=err)


def print_row(cells: Sequence[str], *, err: bool = False) -> None:
    """Print cells on one line, a tabulator between each two and none inside any."""
    write("\t".join(map(printable_line, cells)) + "\n", err=err)


def terminal_console(*, err: bool = False, quiet: bool = False) -> Console:
    """Return a console for what moves, as a bar of progress does; lines of text are for :func:`print_line`."""
    from rich.console import Console

    console = Console(stderr=err, quiet=quiet, highlight=False, emoji=False, soft_wrap=err)
    if console.is_terminal and console.width >= NARROWEST:
        return console
    return Console(stderr=err, quiet=quiet, highlight=False, emoji=False, soft_wrap=err, width=_WIDTH)


def write(text: str, *, err: bool) -> None:
    """Write what is printable already, and flush: both streams come in order, and a broken pipe is noticed here.

    Raises
    ------
    OSError
        If standard output takes no more or is closed: what was asked for would be lost without a word. Where standard
        error does not take a message, there is nobody left to tell.
    """
    stream = sys.stderr if err else sys.stdout
    try:
        if stream is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        stream.write(text)
        stream.flush()
    except OSError as error:
        if not err:
            raise OSError(error.errno, error.strerror, "standard output") from error
