"""Standard output and error of the command line: no alphabet is too small for them, and a reader may go away."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any

from weibo_nlp.io.terminal import NARROWEST, print_line, print_lines

BROKEN_PIPE = 141
"""What a shell says of a program that SIGPIPE ended."""
WIDEST = 1_000
"""Columns of a terminal, at most; a table rich makes is filled with spaces up to its width."""
_LONGEST_ERROR = 8_000  # characters; an argument alone may have 130,000


class ReaderGoneError(SystemExit):
    """Who read the output has closed it, as ``head`` does: the end, without a word; passes through typer."""


@contextmanager
def safe_streams() -> Iterator[None]:
    """Let every text be printed where only ASCII can be, warnings be lines, and a closed pipe end the program.

    Help is wrapped at the width that COLUMNS says, unless no line fits into that.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with warnings.catch_warnings(), _ended_by_broken_pipe(), _usable_width():
        warnings.showwarning = _show_warning
        yield


def print_error(message: str) -> None:
    """Print an error to standard error; further lines of it are indented, so that none passes for one of its own."""
    if len(message) > _LONGEST_ERROR:
        message = f"{message[:_LONGEST_ERROR]}… ({len(message):,} characters)"
    print_lines(f"Error: {message}".replace("\n", "\n  "), err=True)


@contextmanager
def _ended_by_broken_pipe() -> Iterator[None]:
    """Let SIGPIPE unwind the stack, so that temporary files are removed."""

    def stop(number: int, frame: object) -> None:
        raise ReaderGoneError(BROKEN_PIPE)

    number = getattr(signal, "SIGPIPE", None)  # Windows has none
    if number is None:
        yield
        return
    handler = signal.signal(number, stop)
    try:
        yield
    finally:
        signal.signal(number, handler)


@contextmanager
def _usable_width() -> Iterator[None]:
    columns = os.environ.get("COLUMNS", "")
    unusable = columns.isdigit() and not (len(columns) <= len(str(WIDEST)) and NARROWEST <= int(columns) <= WIDEST)
    if unusable:
        del os.environ["COLUMNS"]
    try:
        yield
    finally:
        if unusable:
            os.environ["COLUMNS"] = columns


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    print_line(f"Warning: {message}", err=True)
