"""Sheets: whole threads together, as many as fit."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")


def in_sheets(lines: Iterable[T], thread_of: Callable[[T], Hashable], most: int) -> Iterator[list[T]]:
    """Yield sheets of at most `most` lines, no thread torn; a longer thread is a sheet of its own.

    Parameters
    ----------
    lines : iterable
        Thread after thread.
    thread_of : callable
        Tells the thread of a line.
    """
    sheet: list[T] = []
    for _, members in groupby(lines, key=thread_of):
        thread = list(members)
        if sheet and len(sheet) + len(thread) > most:
            yield sheet
            sheet = []
        sheet = [*sheet, *thread]
    if sheet:
        yield sheet
