"""Rows of a user's file, streamed: CSV, TSV, JSONL, Parquet or plain lines; what cannot be read comes as a Reject."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.jsonl import BLANK, decoded, excerpt, json_lines, lines_of, raw_lines, without_last_blanks
from weibo_nlp.io.limits import MAX_COLUMNS, MAX_LINE_BYTES, MAX_NAME_CHARACTERS, MAX_RECORD_LINES
from weibo_nlp.io.parquet import open_parquet
from weibo_nlp.io.stable import FileState, open_unchanged

OutputFormat = Literal["csv", "tsv", "jsonl", "parquet"]
Format = OutputFormat | Literal["lines"]

SUFFIXES: dict[str, OutputFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_DELIMITERS = {"csv": ",", "tsv": "\t"}
LISTED_NAMES = 20
# What people hand over for text; read as lines it would be labelled as noise.
_NO_TEXT = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\x1f\x8b": "compressed with gzip",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the physical line (or Parquet row, from 1) it starts on, and its values by column."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that could not be used, with the reason; ``raw`` is its beginning, made printable."""

    file: str
    line: int
    reason: str
    raw: str = ""


@dataclass(frozen=True)
class Table:
    """An opened input: its format, its columns where the file names them, and its rows as an iterator.

    Attributes
    ----------
    path : Path
        The file.
    format : {"csv", "tsv", "jsonl", "parquet", "lines"}
        What it is read as.
    columns : tuple of str
        Names of the columns; of JSON Lines, none.
    state : FileState
        By which it is seen, whenever rows are read, that the file is still the one that was opened.
    has_mark : bool
        Whether the file begins with a UTF-8 byte order mark.
    copy : file, optional
        The same bytes in a file of our own, which nobody changes; read instead.
    """

    path: Path
    format: Format
    columns: tuple[str, ...]
    state: FileState
    has_mark: bool = False
    copy: IO[bytes] | None = None

    def rows(self) -> Iterator[Row | Reject]:
        """Stream rows and rejects in file order; each call starts at the first row again.

        Raises
        ------
        DataError
            If the file breaks off, or changed since it was opened; the latter may be known at the end only.
        """
        if self.format in _DELIMITERS:
            return _DelimitedReader(self.path, self._lines(), _DELIMITERS[self.format], self.columns).rows()
        return {"jsonl": self._json_rows, "parquet": self._parquet_rows, "lines": self._line_rows}[self.format]()

    def _lines(self) -> Iterator[tuple[int, bytes, bool]]:
        if self.copy is None:
            return raw_lines(self.path, since=self.state)
        self.copy.seek(0)
        return lines_of(self.copy)

    def _json_rows(self) -> Iterator[Row | Reject]:
        for line in json_lines(self._lines(), finite=True):
            reason = line.reason or _names_problem(line.value or {})
            if line.value is None or reason:
                yield Reject(str(self.path), line.number, reason or "", line.raw)
            else:
                yield Row(line.number, line.value)

    def _line_rows(self) -> Iterator[Row | Reject]:
        for number, raw, text, reason in _text_lines(self._lines()):
            if text is None:
                yield Reject(str(self.path), number, reason, excerpt(raw))
            else:
                yield Row(number, {"text": text.removesuffix("\r")})

    def _parquet_rows(self) -> Iterator[Row | Reject]:
        with open_parquet(self.path, self.state) as opened:
            for number, values in enumerate(opened.rows(), start=1):
                if isinstance(values, str):
                    yield Reject(str(self.path), number, values)
                else:
                    yield Row(number, values)


def open_table(path: Path | str, format: Format | None = None) -> Table:
    """Find out what a file is, by its suffix or its first bytes, and which columns it has.

    Parameters
    ----------
    path : Path or str
        The input file.
    format : {"csv", "tsv", "jsonl", "parquet", "lines"}, optional
        Given where the guess would be wrong.

    Raises
    ------
    UsageError
        If the file does not exist or is a folder.
    DataError
        If it is empty, or is not what its suffix says.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is no regular file" if path.exists() else "does not exist"
        raise UsageError(f"{path} {what}; name a CSV, TSV, JSONL, Parquet or plain text file.")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty; nothing to read.")
    state = FileState.of(path)
    with open_unchanged(path, state) as handle:
        head = handle.read(64 * 1024)
    kind = SUFFIXES.get(path.suffix.lower()) or _sniff(path, head) if format is None else format
    columns: tuple[str, ...] = ("text",) if kind == "lines" else ()
    if kind == "parquet":
        columns = _parquet_columns(path, state)
    elif kind in _DELIMITERS:
        columns = _header(path, _DELIMITERS[kind])
    return Table(path, kind, columns, state, has_mark=head.startswith(b"\xef\xbb\xbf"))


def _sniff(path: Path, head: bytes) -> Format:
    """Tell an unknown suffix by its first bytes: Parquet's magic, a JSON object, or a constant number of tabs."""
    content = next((what for magic, what in _NO_TEXT.items() if head.startswith(magic)), None)
    if path.suffix.lower() == ".json" and head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        content = "one JSON array"
    if content:
        raise DataError(f"{path} is {content}; save it as CSV or JSON Lines in UTF-8, unpacked, or name the --format.")
    if head.startswith(b"PAR1"):
        return "parquet"
    lines = [line for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n")[:20] if line.strip()]
    if lines and lines[0].lstrip().startswith(b"{"):
        return "jsonl"
    tabs = lines[0].count(b"\t") if lines else 0
    if tabs and sum(line.count(b"\t") == tabs for line in lines) * 2 > len(lines):
        return "tsv"
    return "lines"


def _parquet_columns(path: Path, state: FileState) -> tuple[str, ...]:
    with open_parquet(path, state) as opened:
        names = tuple(opened.schema.names)
    require_columns(f"{path}", names)
    return names


def _header(path: Path, delimiter: str) -> tuple[str, ...]:
    number, raw, too_long = next(raw_lines(path))  # an empty file comes not this far
    text, reason = decoded(raw, number, too_long)
    if text is None:
        raise DataError(f"{path}:1: the header cannot be read: {reason}. Save the file as UTF-8.")
    names = _cells(text.removesuffix("\r"), delimiter, strict=False)
    if names is None:
        raise DataError(
            f"{path}:1: the header is not a row of cells: {text[:80]!r}. Close its quotes, and put it on one line."
        )
    require_columns(f"{path}:1", names)
    return tuple(names)


def require_columns(where: str, names: Sequence[str]) -> None:
    """Refuse a header that is too long, or has a name twice.

    Raises
    ------
    DataError
        Naming the file, as `where`, and the name.
    """
    if problem := _names_problem(names):
        raise DataError(f"{where}: the header has {problem}; keep the columns that are needed.")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{where}: column {twice[0][:80]!r} stands twice in the header; rename one.")


def _names_problem(names: Sequence[str] | Mapping[str, Any]) -> str:
    """Say what is wrong with the names of a table's columns or of a row's keys; nothing where they will do."""
    if len(names) > MAX_COLUMNS:
        return f"more than {MAX_COLUMNS:,} names"
    if sum(map(len, names)) > MAX_NAME_CHARACTERS and max(map(len, names)) > MAX_NAME_CHARACTERS:
        return f"a name longer than {MAX_NAME_CHARACTERS:,} characters"
    return ""


def listed(names: Sequence[object]) -> str:
    """Names for a message: the first ``LISTED_NAMES``, none longer than 40 characters, and how many more there are."""
    first = ", ".join(str(name)[:40] for name in names[:LISTED_NAMES])
    return f"{first}, and {len(names) - LISTED_NAMES:,} more" if len(names) > LISTED_NAMES else first


def delimited_records(
    lines: Iterable[str], *, delimiter: str = ",", strict: bool, cell_limit: int
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
    cell_limit : int
        Longest cell in characters. The csv module keeps it for the whole process, where other readers would
        find it changed.

    Raises
    ------
    csv.Error
        For broken quoting or a cell beyond the limit.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=strict)

    def record() -> list[str] | None:
        before = csv.field_size_limit(cell_limit)
        try:
            return next(reader, None)
        finally:
            csv.field_size_limit(before)

    yield from iter(record, None)


class _DelimitedReader:
    """Records of a delimited file, read physical line by physical line so that one bad line costs one row."""

    def __init__(
        self, path: Path, lines: Iterator[tuple[int, bytes, bool]], delimiter: str, columns: tuple[str, ...]
    ) -> None:
        self.path, self.lines, self.delimiter, self.columns = path, lines, delimiter, columns
        self.ahead: list[tuple[int, bytes, bool]] = []

    def rows(self) -> Iterator[Row | Reject]:
        self._take()  # the header
        for number, raw, text, reason in _text_lines(iter(self._take, None), " \r"):
            cells = None if text is None else self._record(text)
            if isinstance(cells, list):
                yield Row(number, dict(zip(self.columns, cells, strict=True)))
            else:
                yield Reject(str(self.path), number, cells or reason, excerpt(raw))

    def _take(self) -> tuple[int, bytes, bool] | None:
        return self.ahead.pop(0) if self.ahead else next(self.lines, None)

    def _record(self, text: str) -> list[str] | str:
        """Cells of the record that begins on a line, or what is wrong with it."""
        width = len(self.columns)
        line = text.removesuffix("\r")
        cells = _cells(line, self.delimiter, strict=True)
        if cells is not None and len(cells) == width:
            return cells
        # Strictly, `"好"的` is an error; read loosely it is harmless, and only an open quote is still none.
        cells = cells or _cells(line, self.delimiter, strict=False)
        # Tab-separated files are mostly written without quoting: a quotation mark is then only text.
        literal = line.split(self.delimiter)
        literal_fits = self.delimiter == "\t" and len(literal) == width
        if cells is None and (joined := self._continued(text, literal_fits)) is not None:
            return joined
        if literal_fits:
            return literal
        if cells is None:
            return f"a quoted cell is not closed, or closes {MAX_RECORD_LINES}+ lines on"
        return cells if len(cells) == width else f"{len(cells)} cells, the header has {width}"

    def _continued(self, text: str, literal_fits: bool) -> list[str] | None:
        """Cells of a record whose quoted cell runs on; the lines it took are given back if it does not end well.

        Where the first line is a whole row if quotation marks are text (`literal_fits`), it does not end well
        either if it would swallow another such row.
        """
        taken: list[tuple[int, bytes, bool]] = []
        size = len(text)

        def feed() -> Iterator[str]:
            nonlocal size
            yield text + "\n"
            while len(taken) < MAX_RECORD_LINES and size < MAX_LINE_BYTES and (line := self._take()) is not None:
                taken.append(line)
                piece, _ = decoded(line[1], line[0], line[2])
                if piece is None:
                    return
                size += len(piece)
                yield piece + "\n"

        try:
            records = delimited_records(feed(), delimiter=self.delimiter, strict=True, cell_limit=MAX_LINE_BYTES)
            cells = next(records, None)
        except csv.Error:
            cells = None
        tabs = len(self.columns) - 1
        swallowed = literal_fits and any(raw.count(b"\t") == tabs for _, raw, _ in taken)
        if cells is None or len(cells) != len(self.columns) or swallowed:
            self.ahead[:0] = taken
            return None
        return cells


def _cells(text: str, delimiter: str, *, strict: bool) -> list[str] | None:
    """Cells of one line; None where a quoted cell is left open or, when strict, goes on after its closing quote."""
    # The newline tells of an open quote: inside one it is text, outside it ends the record.
    records = delimited_records([text + "\n"], delimiter=delimiter, strict=strict, cell_limit=MAX_LINE_BYTES)
    try:
        cells = next(records, None)
    except csv.Error:
        return None
    return None if cells and cells[-1].endswith("\n") else cells


def _text_lines(
    lines: Iterable[tuple[int, bytes, bool]], blanks: str | None = None
) -> Iterator[tuple[int, bytes, str | None, str]]:
    """Number, bytes, and text or the reason why there is none, of every line; blank is what is all of `blanks`."""
    texts = ((number, raw, *decoded(raw, number, too_long)) for number, raw, too_long in lines)
    with_blanks = (
        (number, b"", None, BLANK) if text is not None and not text.strip(blanks) else (number, raw, text, reason)
        for number, raw, text, reason in texts
    )
    return without_last_blanks(
        with_blanks, lambda line: line[0] if line[3] == BLANK else 0, lambda number: (number, b"", None, BLANK)
    )
