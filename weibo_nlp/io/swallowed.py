"""Rows of a delimited file that a quotation mark, not meant to open a cell, may have made part of another."""

from __future__ import annotations

import re
from collections.abc import Sequence

# In a quoted cell, an old line end parts rows as well as any other.
_LINE_END = re.compile(r"\r\n?|\n")


def swallowed_lines(cells: Sequence[str], delimiter: str, width: int) -> list[int]:
    """Lines of a record that would be records of their own if quotation marks were text, counted from its first, 0.

    Such a line has as many cells as a record, or more. Those behind the end of a quoted cell count only where the
    record's first line has as many, too: where a first cell of two lines ends, they always would. Of one column, any
    line would be a record; none is told.
    """
    record = delimiter.join(cells)
    if width < 2 or ("\n" not in record and "\r" not in record):
        return []
    first, *others = (line.count(delimiter) for line in _LINE_END.split(record))
    if first < width - 1:
        others = [0] * len(others)
        place = 0
        for cell in cells:
            inside = [piece.count(delimiter) for piece in _LINE_END.split(cell)[1:]]
            others[place : place + len(inside)] = inside
            place += len(inside)
    return [number for number, count in enumerate(others, 1) if count >= width - 1]


def swallows_records(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a record may have taken others into a quoted cell that was not meant to be one."""
    return bool(swallowed_lines(cells, delimiter, width))
