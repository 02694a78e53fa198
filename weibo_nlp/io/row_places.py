"""Where rows begin in the text of a table, so that reading can begin there and give what it gave before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from weibo_nlp.io.limits import MAX_RECORD_LINES

Brackets = tuple[tuple[str, str | None], ...]
"""Open brackets of a JSON document, outermost first, each with the key before it; bytes stand as Latin-1."""


@dataclass(frozen=True, slots=True)
class RowStart:
    """Where a row begins, and all that a reader has learnt above it.

    Attributes
    ----------
    above : int
        Rows above it, with those that cannot be read.
    number : int
        Of the row, as :class:`weibo_nlp.io.Row` counts: its line, or its place among records.
    offset : int
        Bytes before it in the text, unpacked and in UTF-8; of Parquet, nothing.
    has_opened : bool
        Of a delimited file, whether a quoted cell was opened above.
    open_line : int
        There, the last line that opened one where quotation marks are text.
    brackets : tuple of (str, str or None)
        Of a JSON document, those that are open.
    """

    above: int = 0
    number: int = 1
    offset: int = 0
    has_opened: bool = False
    open_line: int = -MAX_RECORD_LINES
    brackets: Brackets = ()


BEGINNING = RowStart()
"""The first row of a table."""


class RowPlaces:
    """Takes note, while a table is read, of where its rows begin.

    Whoever reads tells :meth:`line` or :meth:`lines` of every line or record, and sets ``has_opened``, ``open_line``
    and ``brackets`` behind each row to what is known then.
    """

    def __init__(self) -> None:
        self._lines: deque[tuple[int, int]] = deque()
        self.has_opened, self.open_line = False, -MAX_RECORD_LINES
        self.brackets: Brackets = ()

    def line(self, number: int, offset: int) -> None:
        """Take note of where a line begins."""
        self._lines.append((number, offset))

    def lines(self, begins: Iterable[tuple[int, int]]) -> None:
        """Take note of where several lines begin, each with its number."""
        self._lines.extend(begins)

    def offset(self, number: int) -> int:
        """Return where a line begins, and forget those above it: rows come in order."""
        while self._lines and self._lines[0][0] < number:
            self._lines.popleft()
        return self._lines[0][1] if self._lines else 0
