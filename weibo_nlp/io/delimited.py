"""Delimited text: its cells, and records that run over physical lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from weibo_nlp.io.jsonl import BLANK, decoded, without_marks
from weibo_nlp.io.limits import MAX_LINE_BYTES, MAX_RECORD_LINES
from weibo_nlp.io.line_blocks import LineBlocks, plain_records
from weibo_nlp.io.row_places import RowStart
from weibo_nlp.io.swallowed import StrayMarks, swallows_records
from weibo_nlp.io.text_lines import text_lines

PhysicalLine = tuple[int, bytes, bool]
"""Number from 1, bytes without the newline, and whether it was cut because it is too long."""
RecordParts = tuple[int, bytes, list[str] | None, str, bool]
"""The fields of a :class:`Record`, in order."""
_Joined = tuple[list[str], list[PhysicalLine]]  # cells of a record, and the lines it took behind its first

OPEN_QUOTE = f"a quoted cell is not closed, or closes {MAX_RECORD_LINES}+ lines on"
BEHIND_QUOTE = "a cell goes on behind its closing quotation mark"
ESCAPED_MARK = "a backslash stands before its quotation marks, as where that escapes them; double them instead"
BARE_RETURN = "a carriage return stands in a cell without quotation marks"
SECOND_HEADER = "it is the header again, as where files are joined"
QUOTES_ARE_TEXT = "its quotation marks quote, but in the first rows with any they are text"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it begins on, and its cells, or that line and the reason why there are none."""

    number: int
    raw: bytes
    cells: list[str] | None
    reason: str = ""
    swallows: bool = False
    """Whether a line inside one of its quoted cells would be a record of its own, or it may be a part of another."""


class DelimitedReader:
    """Records of a delimited file, read physical line by physical line so that one bad line costs one row.

    Parameters
    ----------
    lines : iterator of (int, bytes, bool)
        From the first line of the file on.
    delimiter : str
        Between cells.
    quoted : bool
        Whether a cell may stand in quotation marks; otherwise these are text, and a record is a line.
    short : frozenset of int
        Numbers of cells that a record may have instead of the header's: its last cells are then empty.
    """

    def __init__(
        self,
        lines: Iterator[PhysicalLine],
        delimiter: str,
        *,
        quoted: bool = True,
        short: frozenset[int] = frozenset(),
    ) -> None:
        self.lines, self.delimiter, self.quoted, self.short = lines, delimiter, quoted, short
        self.width = 0
        self.names: list[str] = []
        self.ahead: list[PhysicalLine] = []
        self.marks = StrayMarks(delimiter)
        self.has_bare_name = False  # one, without quotation marks
        self.text = ""  # of the record read last

    def header(self) -> list[str] | str:
        """Read the first record, which says how many cells every other one has, or say what is wrong with it."""
        line = self.take()
        if line is None:
            return "is not there"
        text, reason = decoded(line[1], line[0], line[2])
        if text is None:
            return f"cannot be read: {reason}. Save the file as UTF-8"
        cells = self._header_cells(text)
        if not isinstance(cells, str):
            self.width, self.names = len(cells), cells
            self.has_bare_name = cells == [text.removesuffix("\r")]
        return cells

    def expect(self, width: int) -> None:
        """Take every record for one of so many cells, where the file has no header."""
        self.width = width
        self.has_bare_name = width == 1

    def _header_cells(self, text: str) -> list[str] | str:
        line = text.removesuffix("\r")
        if not line.strip(" \r"):
            return "is a blank line. Remove it, or write the names of the columns there"
        if not self.quoted and "\r" not in line:
            return line.split(self.delimiter)
        if self.quoted and (cells := cells_of(line, self.delimiter)) is not None:
            return cells
        if not self.quoted or self.has_bare_return(line):
            return f"is not a row of cells: {line[:80]!r}. Save the file with line feeds at the ends of its lines"
        if not self.is_open(line):
            return self.literal_cells(line)
        joined = self.joined(text)
        if joined is not None and not swallows_records(joined[0], self.delimiter, len(joined[0])):
            fault = _fault(joined[1])
            return f"cannot be read: {fault}. Save the file as UTF-8" if fault else joined[0]
        return f"is not a row of cells: {line[:80]!r}. Close its quotes"

    def go_on(self, lines: Iterator[PhysicalLine], start: RowStart) -> None:
        """Read on in other lines: those from a record on, with what was learnt above it."""
        self.lines, self.ahead = lines, []
        self.marks.has_opened, self.marks.open_line = start.has_opened, start.open_line

    def records(self) -> Iterator[Record]:
        """Yield what follows the header, blank lines with their reason, those at the very end of the file left out."""
        return starmap(Record, self.read())

    def read(self, *, with_cells: bool = True) -> Iterator[RecordParts]:
        """Yield the parts of what :meth:`records` yields; without cells, where these do not tell where it ends."""
        one_by_one = self._line_by_line()
        may_be_plain = isinstance(self.lines, LineBlocks)
        while True:
            if may_be_plain:
                yield from self._plain(with_cells=with_cells)
            if (record := next(one_by_one, None)) is None:
                return
            # Behind a blank line, the next one may be under way already.
            may_be_plain = isinstance(self.lines, LineBlocks) and record[3] != BLANK
            yield record

    def _plain(self, *, with_cells: bool) -> Iterator[RecordParts]:
        """Yield records as long as nothing about them is odd: each is then what reading line by line gives."""
        lines, width, names, marks = self.lines, self.width, self.names, self.marks
        assert isinstance(lines, LineBlocks)
        while not self.ahead and (texts := lines.plain_texts()):
            number = lines.number + 1
            passed = 0
            try:
                for cells, text, n_lines in plain_records(
                    texts, self.delimiter, quoted=self.quoted, with_cells=with_cells
                ):
                    if cells is None:
                        yield number + passed, b"", None, "", False
                        passed += 1
                        continue
                    n_cells = len(cells)
                    if (n_cells != width and (n_cells not in self.short)) or cells == names:
                        break
                    if n_cells < width:
                        cells += [""] * (width - n_cells)
                    if '"' not in text:
                        is_doubtful = text.endswith("\\")
                    elif n_lines == 1 and marks.are_escaped(text):
                        break
                    else:
                        self.text = text
                        is_doubtful = self._is_doubtful(number + passed, cells)
                    yield number + passed, b"", cells, "", is_doubtful
                    passed += n_lines
            except csv.Error:  # told of its record when that is read line by line
                lines.distrust()
            lines.skip(passed)
            if passed < len(texts):
                return

    def _line_by_line(self) -> Iterator[RecordParts]:
        for number, raw, text, reason in text_lines(iter(self.take, None), " \r"):
            if text is None:
                if self.quoted and reason != BLANK:
                    self._skip_rest(raw)
                yield number, raw, None, reason, False
                continue
            self.text = text
            found = self._quoted_cells(text) if self.quoted else self._bare_cells(text)
            if isinstance(found, str):
                yield number, raw, None, found, False
            elif not self._fits(found):
                yield number, raw, None, f"{len(found)} cells, the header has {self.width}", False
            elif found == self.names:
                yield number, raw, None, SECOND_HEADER, False
            else:
                cells = found + [""] * (self.width - len(found))
                yield number, b"", cells, "", self._is_doubtful(number, cells)

    def _fits(self, cells: Sequence[str]) -> bool:
        return len(cells) == self.width or len(cells) in self.short

    def _is_doubtful(self, number: int, cells: list[str]) -> bool:
        """Whether the record read last may be several, or a part of one."""
        if not self.quoted and self.width > 1:
            return self.marks.tear_text(number, self.text)
        # A cell without a tab beside it has little reason to be quoted: if no name is, its lines may be posts.
        several_posts = self.has_bare_name and self.delimiter == "\t" and "\n" in cells[0]
        return self.marks.tear(self.text) or several_posts or swallows_records(cells, self.delimiter, self.width)

    def take(self) -> PhysicalLine | None:
        """Return the next line of the file."""
        return self.ahead.pop(0) if self.ahead else next(self.lines, None)

    def give_back(self, taken: Sequence[PhysicalLine]) -> None:
        """Put lines back, to be taken again."""
        self.ahead[:0] = taken

    def _quoted_cells(self, text: str) -> list[str] | str:
        """Cells of the record that begins on a line, or what is wrong with it."""
        if '"' not in text and "\r" not in (line := text.removesuffix("\r")):  # as of most lines
            return line.split(self.delimiter)
        if (cells := cells_of(text, self.delimiter)) is not None:
            return self._escaped(self.joined(text, escaped=True)) if self.marks.are_escaped(text) else cells
        if self.is_open(text):
            joined = self.joined(text)
            if joined is None or not self._fits(joined[0]):
                return self._not_joined(text, joined)
            if not (fault := _fault(joined[1])):
                self.text = "\n".join([text, *(raw.decode() for _, raw, _ in joined[1])])
                return joined[0]
            return self._not_joined(text, joined) if swallows_records(joined[0], self.delimiter, self.width) else fault
        if self.has_bare_return(text):
            return BARE_RETURN
        if self.marks.are_escaped_within(text):
            return self._escaped(self.joined(text, escaped=True))
        # Whoever quotes in a comma-separated file has to, and may forget to double a mark; tabs are rarely a reason.
        literal = self.literal_cells(text)
        return literal if self.delimiter == "," and len(literal) == self.width else BEHIND_QUOTE

    def _skip_rest(self, raw: bytes) -> None:
        """Pass over the lines on which a quoted cell of a line that is set aside runs on: they are no records."""
        if len(raw) < MAX_LINE_BYTES:  # of a longer one, the end is not known
            self._skip(self.joined(without_marks(raw).decode("utf-8", "backslashreplace")))

    def _skip(self, joined: _Joined | None) -> None:
        if joined is not None and (
            len(joined[0]) != self.width or swallows_records(joined[0], self.delimiter, self.width)
        ):
            self.give_back(joined[1])

    def _escaped(self, joined: _Joined | None) -> str:
        """Set a record aside that escapes its marks, with the further lines it has if these are read as escaped."""
        self._skip(joined)
        return ESCAPED_MARK

    def _not_joined(self, text: str, joined: _Joined | None) -> str:
        if joined is not None:
            self.give_back(joined[1])
        escaped = self.joined(text, escaped=True)
        if '\\"' in text or (escaped is not None and any(b'\\"' in raw for _, raw, _ in escaped[1])):
            return self._escaped(escaped)
        if escaped is not None:
            self.give_back(escaped[1])
        return OPEN_QUOTE

    def _bare_cells(self, text: str) -> list[str] | str:
        """Cells of a line in which quotation marks are text, unless they obviously are not."""
        line = text.removesuffix("\r")
        cells = line.split(self.delimiter)
        if "\r" in line:
            return BARE_RETURN
        if '"' not in line:
            return cells
        if self.marks.are_escaped_text(cells):
            return ESCAPED_MARK
        if self.is_open(line) and not self.is_followed(cells) and (joined := self.joined(text)) is not None:
            if len(joined[0]) == self.width and not swallows_records(joined[0], self.delimiter, self.width):
                return QUOTES_ARE_TEXT
            self.give_back(joined[1])
        quoted = cells_of(line, self.delimiter)
        return QUOTES_ARE_TEXT if quoted is not None and len(cells) != self.width == len(quoted) else cells

    def is_open(self, line: str) -> bool:
        """Whether a quoted cell is still open at the end of a line; what stands behind a closing mark is harmless."""
        return cells_of(line.replace("\r", " "), self.delimiter, strict=False) is None

    def has_bare_return(self, line: str) -> bool:
        """Whether a carriage return stands outside of quotation marks, where it may be the end of a line."""
        return not self.is_open(line) and cells_of(line, self.delimiter, strict=False) is None

    def joined(self, text: str, *, escaped: bool = False) -> _Joined | None:
        """Cells of a record whose quoted cell runs on, and the further lines it took; None, and none, if it never ends.

        Which is also so if it ends ``MAX_RECORD_LINES`` lines or ``MAX_LINE_BYTES`` characters on.
        """
        taken: list[PhysicalLine] = []
        size = len(text)

        def feed() -> Iterator[str]:
            nonlocal size
            yield text + "\n"
            while len(taken) < MAX_RECORD_LINES and size < MAX_LINE_BYTES and (line := self.take()) is not None:
                taken.append(line)
                if line[2]:
                    return
                piece = line[1].decode("utf-8", "backslashreplace")  # what is no UTF-8 is told when it is clear where
                size += len(piece)
                yield piece + "\n"

        try:
            records = delimited_records(
                feed(), delimiter=self.delimiter, strict=True, escaped=escaped, cell_limit=MAX_LINE_BYTES
            )
            cells = next(records, None)
        except csv.Error:
            cells = None
        if cells is None:
            self.give_back(taken)
            return None
        return cells, taken

    def is_followed(self, literal: Sequence[str]) -> bool:
        """Whether a line and the one below are records if quotation marks are text: none then runs on over the other.

        Which spares looking for the end of a cell on every line of a file in which marks open and do not close.
        """
        if len(literal) != self.width or (below := self.take()) is None:
            return False
        self.give_back([below])
        return below[1].count(self.delimiter.encode()) == self.width - 1

    def literal_cells(self, line: str) -> list[str]:
        """Cells of a line on which some cell goes on behind its closing mark: that one is kept as it stands."""
        quoted = re.compile(rf'"((?:[^"]|"")*+)"(?={re.escape(self.delimiter)}|\Z)')
        line = line.rstrip("\r")
        cells: list[str] = []
        place = -1
        while place < len(line):
            start = place + 1
            if cell := quoted.match(line, start):
                cells.append(cell[1].replace('""', '"'))
                place = cell.end()
            else:
                end = line.find(self.delimiter, start)
                place = len(line) if end < 0 else end
                cells.append(line[start:place])
        return cells


def _fault(lines: Iterable[PhysicalLine]) -> str:
    """Which of the lines of a record cannot be read, and why; nothing where all can be."""
    reasons = ((number, decoded(raw, number, cut)[1]) for number, raw, cut in lines)
    return next((f"line {number}: {reason}" for number, reason in reasons if reason), "")


def delimited_records(
    lines: Iterable[str], *, delimiter: str = ",", strict: bool, escaped: bool = False, cell_limit: int
) -> Iterator[list[str]]:
    """Yield the records of delimited lines, cells no longer than `cell_limit` characters.

    Parameters
    ----------
    lines : iterable of str
        With their line ends.
    delimiter : str
        Between cells.
    strict : bool
        As in the csv module: broken quoting is an error instead of being mended.
    escaped : bool
        Whether marks in a cell have a backslash before them instead of being doubled.
    cell_limit : int
        Longest cell in characters. The csv module keeps it for the whole process, where other readers would
        find it changed.

    Raises
    ------
    csv.Error
        For broken quoting or a cell beyond the limit.
    """
    marks: dict[str, Any] = {"doublequote": False, "escapechar": "\\"} if escaped else {}
    reader = csv.reader(lines, delimiter=delimiter, strict=strict, **marks)

    def record() -> list[str] | None:
        before = csv.field_size_limit(cell_limit)
        try:
            return next(reader, None)
        finally:
            csv.field_size_limit(before)

    yield from iter(record, None)


def cells_of(text: str, delimiter: str, *, strict: bool = True) -> list[str] | None:
    """Cells of one line; None where a quoted cell is left open or, when strict, goes on after its closing quote."""
    # The newline tells of an open quote: inside one it is text, outside it ends the record.
    records = delimited_records([text + "\n"], delimiter=delimiter, strict=strict, cell_limit=MAX_LINE_BYTES)
    try:
        cells = next(records, None)
    except csv.Error:
        return None
    return None if cells and cells[-1].endswith("\n") else cells
