"""Physical lines of a file that are read many at a time, so that those without anything odd cost little each."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import IO

from weibo_nlp.io.limits import MAX_LINE_BYTES, MAX_RECORD_LINES
from weibo_nlp.io.row_places import BEGINNING, RowPlaces, RowStart

BLOCK_BYTES = 1 << 16
"""Bytes read at a time: few beside a unit of a job, which ends within a block, and less than the csv module's limit
of a cell, which is the whole process's."""
_MARK = "\ufeff"


class LineBlocks:
    """Lines of an open file: one by one, as :func:`weibo_nlp.io.jsonl.lines_of` gives them, or the rest of a block.

    Parameters
    ----------
    handle : binary file
        Where reading begins.
    start : RowStart
        What its line is counted from, and its bytes.
    places : RowPlaces, optional
        Told where each line begins, of all lines of a block when it is read.
    size : int
        Bytes read at a time, to which the rest of the last line comes.

    Attributes
    ----------
    number : int
        Of the line that was given last.
    """

    def __init__(
        self,
        handle: IO[bytes],
        *,
        start: RowStart = BEGINNING,
        places: RowPlaces | None = None,
        size: int = BLOCK_BYTES,
    ) -> None:
        self._handle, self._places, self._size = handle, places, size
        self.number, self._offset = start.number - 1, start.offset
        self._lines: list[bytes] | list[str] = []
        self._at = 0
        self._is_plain = self._is_cut = False  # whether the lines are texts; whether the last of them was too long

    def __iter__(self) -> Iterator[tuple[int, bytes, bool]]:
        return self

    def __next__(self) -> tuple[int, bytes, bool]:
        if self._at == len(self._lines) and not self._read():
            raise StopIteration
        line = self._lines[self._at]
        self.skip(1)
        raw = line if isinstance(line, bytes) else line.encode()
        return self.number, raw, self._is_cut and self._at == len(self._lines)

    def plain_texts(self) -> Sequence[str]:
        """Texts of the lines to come, without their ends; none where there may be anything odd in one of them.

        That is a carriage return, a byte order mark, what is no UTF-8, and a line beyond ``MAX_LINE_BYTES``.
        """
        if self._at == len(self._lines) and not self._read():
            return ()
        return self._lines[self._at :] if self._is_plain else ()  # type: ignore[return-value]

    def skip(self, count: int) -> None:
        """Go on behind so many of the lines to come."""
        self._at += count
        self.number += count

    def distrust(self) -> None:
        """Give the lines of this block one by one only."""
        self._is_plain = False

    def _read(self) -> bool:
        """Read a block, to the end of its last line; False at the end of the file."""
        data = self._handle.read(self._size)
        if not data:
            return False
        end = data.rfind(b"\n") + 1
        self._lines = data[:end].split(b"\n")
        last = self._lines.pop()
        sizes = [len(line) + 1 for line in self._lines]
        self._is_cut = False
        if end < len(data):
            last, size, self._is_cut = self._rest_of_line(data[end:])
            self._lines.append(last)
            sizes.append(size)
        if self._places is not None:
            starts = accumulate(sizes, initial=self._offset)
            self._places.lines(zip(range(self.number + 1, self.number + 1 + len(sizes)), starts, strict=False))
        self._offset += sum(sizes)
        self._at = 0
        self._is_plain = not self._is_cut and self._as_texts()
        return True

    def _rest_of_line(self, beginning: bytes) -> tuple[bytes, int, bool]:
        """Read a line to its end; return what is kept of it, all its bytes, and whether it is too long."""
        piece = beginning + self._handle.readline(MAX_LINE_BYTES + 2 - len(beginning))
        size, is_whole = len(piece), piece.endswith(b"\n")
        while not is_whole and (rest := self._handle.readline(MAX_LINE_BYTES)):
            size, is_whole = size + len(rest), rest.endswith(b"\n")
        line = piece.removesuffix(b"\n")
        return line[:MAX_LINE_BYTES], size, len(line.removesuffix(b"\r")) > MAX_LINE_BYTES

    def _as_texts(self) -> bool:
        joined = b"\n".join(self._lines)  # type: ignore[arg-type]
        if b"\r" in joined:
            return False
        try:
            text = joined.decode()
        except UnicodeDecodeError:  # told of its line when that is read by itself
            return False
        if _MARK in text:
            return False
        self._lines = text.split("\n")
        return True


def plain_records(
    texts: Sequence[str], delimiter: str, *, quoted: bool, with_cells: bool = True
) -> Iterator[tuple[list[str] | None, str, int]]:
    """Yield cells, text and number of lines of the records of plain lines, up to one that is not clear.

    Parameters
    ----------
    texts : sequence of str
        As :meth:`LineBlocks.plain_texts` gives them.
    delimiter : str
        Between cells.
    quoted : bool
        Whether a cell may stand in quotation marks, which are to be as the csv module has them; if they are text, a
        line with one is not clear.
    with_cells : bool
        Whether cells are wanted of a line without quotation marks, which is a record whatever they are.

    Raises
    ------
    csv.Error
        If what follows is broken, or its end is not among the lines.
    """
    rest = iter(texts)
    ahead: list[str] = []
    taken: list[str] = []

    def lines() -> Iterator[str]:
        while (line := ahead.pop() if ahead else next(rest, None)) is not None:
            taken.append(line)
            yield line + "\n"

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    for text in rest:
        if '"' not in text:
            if text[:1] in " " and not text.strip(" "):  # blank
                return
            yield text.split(delimiter) if with_cells else None, text, 1
            continue
        if not quoted:
            return
        ahead.append(text)
        cells = next(reader)
        if len(taken) > MAX_RECORD_LINES:
            return
        yield cells, "\n".join(taken), len(taken)
        taken.clear()
