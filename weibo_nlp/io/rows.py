"""Rows of a user's file, streamed: CSV, TSV, JSONL, Parquet or plain lines; what cannot be read comes as a Reject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.delimited import DelimitedReader, text_lines
from weibo_nlp.io.jsonl import excerpt, json_lines, lines_of, raw_lines, without_marks
from weibo_nlp.io.limits import MAX_COLUMNS, MAX_NAME_CHARACTERS
from weibo_nlp.io.names import quoted as shown
from weibo_nlp.io.parquet import ArrowRow, open_parquet
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.quoting import uses_quoting
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
# What parts the cells of files that are called CSV or TSV, or was typed for it.
_SEPARATORS = ",;\t|，；"
LISTED_NAMES = 20
INNER_RETURN = "a carriage return stands in it, where another line may begin; save the file with line feeds"
# What people hand over for text; read as lines it would be labelled as noise.
_NO_TEXT = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\x1f\x8b": "compressed with gzip",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the physical line (or Parquet row, from 1) it starts on, and its values by column.

    Attributes
    ----------
    number : int
        From 1.
    values : dict
        Column -> value.
    origin : ArrowRow, optional
        Of Parquet, the row as it lies there.
    swallows : bool
        Whether the row may be several, or a part of one: a line inside a quoted cell would be a record of its own, or
        there are marks that are not doubled as they have to be in a quoted cell.
    """

    number: int
    values: dict[str, Any]
    origin: ArrowRow | None = field(default=None, compare=False, repr=False)
    swallows: bool = False


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
    quoted : bool
        Whether quotation marks quote in a delimited file; otherwise they are text.
    converted : frozenset of str, optional
        The columns of a Parquet file whose values are wanted; by default all of them.
    """

    path: Path
    format: Format
    columns: tuple[str, ...]
    state: FileState
    has_mark: bool = False
    copy: IO[bytes] | None = None
    quoted: bool = True
    converted: frozenset[str] | None = None

    def rows(self) -> Iterator[Row | Reject]:
        """Stream rows and rejects in file order; each call starts at the first row again.

        Raises
        ------
        DataError
            If the file breaks off, or changed since it was opened; the latter may be known at the end only.
        """
        if self.format in _DELIMITERS:
            return self._delimited_rows()
        return {"jsonl": self._json_rows, "parquet": self._parquet_rows, "lines": self._line_rows}[self.format]()

    def _lines(self) -> Iterator[tuple[int, bytes, bool]]:
        if self.copy is None:
            return raw_lines(self.path, since=self.state)
        self.copy.seek(0)
        return lines_of(self.copy)

    def _delimited_rows(self) -> Iterator[Row | Reject]:
        reader = DelimitedReader(self._lines(), _DELIMITERS[self.format], quoted=self.quoted)
        reader.header()
        for record in reader.records():
            if record.cells is None:
                yield Reject(str(self.path), record.number, record.reason, excerpt(record.raw))
            else:
                values = dict(zip(self.columns, record.cells, strict=True))
                yield Row(record.number, values, swallows=record.swallows)

    def _json_rows(self) -> Iterator[Row | Reject]:
        for line in json_lines(self._lines(), finite=True):
            reason = line.reason or _names_problem(line.value or {})
            if line.value is None or reason:
                yield Reject(str(self.path), line.number, reason or "", line.raw)
            else:
                yield Row(line.number, line.value)

    def _line_rows(self) -> Iterator[Row | Reject]:
        for number, raw, text, reason in text_lines(self._lines()):
            if text is not None and "\r" in (text := text.rstrip("\r")):
                text, reason = None, INNER_RETURN
            if text is None:
                yield Reject(str(self.path), number, reason, excerpt(raw))
            else:
                yield Row(number, {"text": text})

    def _parquet_rows(self) -> Iterator[Row | Reject]:
        with open_parquet(self.path, self.state) as opened:
            for number, item in enumerate(opened.located_rows(self.converted), start=1):
                if isinstance(item, str):
                    yield Reject(str(self.path), number, item)
                else:
                    yield Row(number, *item)


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
    path = named_path(path, "a table")
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is no regular file" if path.exists() else "does not exist"
        raise UsageError(f"{path} {what}; name a CSV, TSV, JSONL, Parquet or plain text file.")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty; nothing to read.")
    state = FileState.of(path)
    with open_unchanged(path, state) as handle:
        head = handle.read(64 * 1024)
    if not (content := without_marks(head)):
        raise DataError(f"{path} is empty but for a byte order mark; nothing to read.")
    kind = SUFFIXES.get(path.suffix.lower()) or _sniff(path, head) if format is None else format
    columns: tuple[str, ...] = ("text",) if kind == "lines" else ()
    quoted = True
    if _is_wide(content, kind):
        raise DataError(f"{path} holds NUL characters in its header or most lines, as UTF-16 does; save it as UTF-8.")
    if kind == "parquet":
        columns = _parquet_columns(path, state)
    elif kind in _DELIMITERS:
        quoted = kind == "csv" or _uses_quoting(path, state)
        columns = _header(path, state, _DELIMITERS[kind], quoted)
    return Table(path, kind, columns, state, has_mark=content != head, quoted=quoted)


def _sniff(path: Path, head: bytes) -> Format:
    """Tell an unknown suffix by its first bytes: Parquet's magic, a JSON object, or a constant number of tabs."""
    content = next((what for magic, what in _NO_TEXT.items() if head.startswith(magic)), None)
    if path.suffix.lower() == ".json" and without_marks(head).lstrip().startswith(b"["):
        content = "one JSON array"
    if content:
        raise DataError(f"{path} is {content}; save it as CSV or JSON Lines in UTF-8, unpacked, or name the --format.")
    if head.startswith(b"PAR1"):
        return "parquet"
    lines = [line for line in without_marks(head).split(b"\n")[:20] if line.strip()]
    if lines and lines[0].lstrip().startswith(b"{"):
        return "jsonl"
    tabs = lines[0].count(b"\t") if lines else 0
    if tabs and sum(line.count(b"\t") == tabs for line in lines) * 2 > len(lines):
        return "tsv"
    return "lines"


def _is_wide(content: bytes, kind: Format) -> bool:
    """Whether text is of two bytes a character without a mark that tells: as UTF-8 some of it can be read, as noise."""
    lines = content.split(b"\n")[:20]
    if kind != "lines":
        return kind in _DELIMITERS and b"\0" in lines[0]
    return sum(b"\0" in line for line in lines) * 2 > len(lines)


def _parquet_columns(path: Path, state: FileState) -> tuple[str, ...]:
    with open_parquet(path, state) as opened:
        names = tuple(opened.schema.names)
    require_columns(f"{path}", names)
    return names


def _uses_quoting(path: Path, state: FileState) -> bool:
    with closing(raw_lines(path, since=state)) as lines:
        return uses_quoting(lines, "\t")


def _header(path: Path, state: FileState, delimiter: str, quoted: bool) -> tuple[str, ...]:
    with closing(raw_lines(path, since=state)) as lines:
        names = DelimitedReader(lines, delimiter, quoted=quoted).header()
    if isinstance(names, str):
        raise DataError(f"{path}:1: the header {names}.")
    require_columns(f"{path}:1", names)
    _require_separated(f"{path}:1", names, delimiter)
    return tuple(names)


def _require_separated(where: str, names: Sequence[str], delimiter: str) -> None:
    """Refuse a header of one name that another sign parts: whole rows would be taken for texts."""
    others = [sign for sign in _SEPARATORS if sign != delimiter and sign in names[0]]
    if len(names) == 1 and others:
        raise DataError(
            f"{where}: the header is one name, {shown(names[0])}, with {others[0]!r} in it, as where that parts the "
            "cells; save the file with commas (tsv: with tabs), name the right --format, or rename the column."
        )


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
