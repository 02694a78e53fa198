"""Rows of a delimited file that may not be those that were written, for what quotation marks in it may mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

from weibo_nlp.io.limits import MAX_RECORD_LINES

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


class StrayMarks:
    """Marks that a program which doubles those inside a cell would not have written: rows may be parts of one.

    Such a program quotes every cell with a mark in it. One that only wraps its cells in marks leaves them in the middle
    of a quoted cell, and, where that one has several lines, in what looks like a cell without quotes on its last.

    Parameters
    ----------
    delimiter : str
        Between cells.
    """

    def __init__(self, delimiter: str) -> None:
        sign = re.escape(delimiter)
        self.opening = re.compile(rf'(?:^|{sign})"')
        self.quoted_cell = re.compile(rf'(?<![^{sign}])"(?:[^"]|"")*+"(?={sign}|\Z)')
        self.has_opened = False
        self.open_line = -MAX_RECORD_LINES

    def tear(self, record: str) -> bool:
        """Whether a record where marks may quote can be a part of another: one has opened there, or in one above.

        So it can where it ends in a backslash, which escapes line ends for some programs.
        """
        self.has_opened = self.has_opened or ('"' in record and self.opening.search(record) is not None)
        return record.rstrip("\r").endswith("\\") or (self.has_opened and '"' in self._stray(record))

    def tear_text(self, number: int, line: str) -> bool:
        """Whether a line on which marks are text, with as many cells as any other, can be a part of a record.

        People set marks in pairs, so that only a line with one too many opens such a cell or closes it; those with a
        backslash before them do neither.
        """
        if line.replace('\\"', "").count('"') % 2 == 0:
            return line.rstrip("\r").endswith("\\")
        closes = number - self.open_line < MAX_RECORD_LINES
        self.open_line = number if self.opening.search(line) else -MAX_RECORD_LINES
        return closes

    def are_escaped(self, record: str) -> bool:
        """Whether all marks outside of whole quoted cells have a backslash before them, and there are some."""
        return _all_escaped(self._stray(record))

    def are_escaped_within(self, record: str) -> bool:
        """Whether any mark outside of whole quoted cells has: the others may begin and end what is a quoted cell."""
        return '\\"' in self._stray(record)

    def are_escaped_text(self, cells: Sequence[str]) -> bool:
        """Whether all marks of cells in which they are text have, but for those around a cell."""
        return _all_escaped("".join(cell[1:-1] if is_wrapped(cell) else cell for cell in cells))

    def _stray(self, record: str) -> str:
        return self.quoted_cell.sub("", record.rstrip("\r")) if '"' in record else ""


def is_wrapped(cell: str) -> bool:
    """Whether a cell, as it stands in its line, begins and ends with a mark."""
    return len(cell) > 1 and cell.startswith('"') and cell.endswith('"')


def _all_escaped(text: str) -> bool:
    return '\\"' in text and '"' not in text.replace('\\"', "")
