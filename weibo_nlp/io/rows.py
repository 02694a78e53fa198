"""Rows of a user's file, streamed, whatever shape it has; what cannot be read comes as a Reject."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import write_errors
from weibo_nlp.io.column_names import (
    is_header,
    names_a_text,
    names_problem,
    numbered_names,
    require_columns,
    usable_names,
)
from weibo_nlp.io.delimited import SECOND_HEADER, DelimitedReader, RecordParts
from weibo_nlp.io.formats import DELIMITED, KEYED, WORKBOOKS, Format, Reading, Sniffed
from weibo_nlp.io.json_documents import document_records
from weibo_nlp.io.jsonl import JsonLine, excerpt, json_lines, lines_of, parse_json_line
from weibo_nlp.io.limits import SNIFFED_ROWS
from weibo_nlp.io.line_blocks import LineBlocks
from weibo_nlp.io.names import quoted_list
from weibo_nlp.io.parquet import ArrowRow, open_parquet
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.row_places import BEGINNING, RowPlaces, RowStart
from weibo_nlp.io.sniffing import lines_below, sniff
from weibo_nlp.io.spreadsheets import copied_cells, sheet_rows
from weibo_nlp.io.stable import FileState
from weibo_nlp.io.streams import open_seekable, open_stream
from weibo_nlp.io.text_lines import text_lines

LISTED_NAMES = 20
INNER_RETURN = "a carriage return stands in it, where another line may begin; save the file with line feeds"
_HELD_BYTES = 16 * 1024 * 1024


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
    """An opened input: what it was found to be, its columns where the file names them, and its rows as an iterator.

    Attributes
    ----------
    path : Path
        The file.
    sniffed : Sniffed
        What it is read as.
    columns : tuple of str
        Names of the columns; of JSON, none.
    state : FileState
        By which it is seen, whenever rows are read, that the file is still the one that was opened.
    copy : file, optional
        The same text in UTF-8, in a file of our own, which nobody changes; read instead. Of a workbook, the cells of
        its sheet, a row a line.
    converted : frozenset of str, optional
        The columns of a Parquet file whose values are wanted; by default all of them.
    short : frozenset of int
        Numbers of cells that a row of a delimited file may have instead of the header's: its last ones are then empty.
    alias : Path, optional
        What stands for the file in rejects, and beside what its rejects lie; by default its path.
    """

    path: Path
    sniffed: Sniffed
    columns: tuple[str, ...]
    state: FileState
    copy: IO[bytes] | None = None
    converted: frozenset[str] | None = None
    short: frozenset[int] = frozenset()
    alias: Path | None = None

    @property
    def called(self) -> Path:
        """What the file is called for its user."""
        return self.path if self.alias is None else self.alias

    @property
    def format(self) -> Format:
        """Shape of the rows."""
        return self.sniffed.format

    @property
    def is_keyed(self) -> bool:
        """Whether every row has keys of its own, as in JSON, and the columns are known at the end only."""
        return self.format in KEYED

    @property
    def has_mark(self) -> bool:
        """Whether a delimited output should begin with a byte order mark, by which Excel knows Chinese.

        So it should where the input had one, and where it came from Windows or a spreadsheet by its looks.
        """
        return self.sniffed.has_mark or self.sniffed.encoding != "utf-8" or self.format in WORKBOOKS

    @property
    def quoted(self) -> bool:
        """Whether quotation marks quote in a delimited file; otherwise they are text."""
        return self.sniffed.quoted

    def rows(self, start: RowStart = BEGINNING, places: RowPlaces | None = None) -> Iterator[Row | Reject]:
        """Stream rows and rejects in file order; each call starts at the first row again, or at another.

        Parameters
        ----------
        start : RowStart
            The row to begin with; where that is not the first one, the text must be at hand as it is read: the file
            itself, where it is neither packed nor in another encoding, or a copy.
        places : RowPlaces, optional
            Told where rows begin.

        Raises
        ------
        DataError
            If the file breaks off, or changed since it was opened; the latter may be known at the end only.
        """
        if self.format in DELIMITED:
            return self._delimited_rows(start, places)
        if self.format in WORKBOOKS:
            return self._sheet_rows(start, places)
        if self.is_keyed:
            return self._json_rows(start, places)
        return self._parquet_rows(start) if self.format == "parquet" else self._line_rows(start, places)

    def numbers(self, places: RowPlaces) -> Iterator[int]:
        """Stream the number of each row and reject of :meth:`rows`, at less cost where no values are needed for it."""
        if self.format in DELIMITED:
            return (record[0] for record in self._delimited_records(BEGINNING, places, with_cells=False))
        return (item.number if isinstance(item, Row) else item.line for item in self.rows(places=places))

    def _lines(
        self, start: RowStart = BEGINNING, places: RowPlaces | None = None
    ) -> Generator[tuple[int, bytes, bool], None, None]:
        with self._opened(start) as stream:
            yield from lines_of(stream, start=start, places=places)

    @contextmanager
    def _opened(self, start: RowStart = BEGINNING) -> Iterator[IO[bytes]]:
        """Open the text of the file in UTF-8, or the copy there is of it, at the beginning of a row."""
        found = self.sniffed
        if self.copy is not None:
            self.copy.seek(start.offset)
            yield self.copy
            return
        with open_stream(self.path, self.state, found.compression, found.encoding, returns=found.returns) as stream:
            if start.offset:
                stream.seek(start.offset)
            yield stream

    def _reject(self, number: int, reason: str, raw: str = "") -> Reject:
        if self.sniffed.encoding != "utf-8" and "not UTF-8" in reason:
            before = reason.partition("not UTF-8")[0]
            reason = f"{before}not {self.sniffed.encoding}: bytes that stand for no character"
        return Reject(str(self.called), number, reason, raw)

    def _delimited_rows(self, start: RowStart, places: RowPlaces | None) -> Iterator[Row | Reject]:
        names = self.columns
        for number, raw, cells, reason, swallows in self._delimited_records(start, places):
            if cells is None:
                yield self._reject(number, reason, excerpt(raw))
            else:
                yield Row(number, dict(zip(names, cells, strict=True)), None, swallows)

    def _delimited_records(
        self, start: RowStart, places: RowPlaces | None, *, with_cells: bool = True
    ) -> Iterator[RecordParts]:
        found = self.sniffed
        with self._opened() as stream:
            lines = LineBlocks(stream, places=None if start.above else places)
            for _ in islice(lines, found.skipped):
                pass
            reader = DelimitedReader(lines, found.delimiter, quoted=found.quoted, short=self.short)
            if found.header_line is None:
                reader.expect(found.width)
            else:
                reader.header()
            if not start.above:
                yield from _told(reader, places, with_cells=with_cells)
                return
        with self._opened(start) as stream:
            reader.go_on(LineBlocks(stream, start=start, places=places), start)
            yield from _told(reader, places, with_cells=with_cells)

    def _json_rows(self, start: RowStart, places: RowPlaces | None) -> Iterator[Row | Reject]:
        is_of_lines = self.format == "jsonl"
        records = json_lines(self._lines(start, places), finite=True) if is_of_lines else self._documents(start, places)
        for line in records:
            reason = line.reason or names_problem(line.value or {})
            if line.value is None or reason:
                yield self._reject(line.number, reason or "", line.raw)
            else:
                yield Row(line.number, line.value)

    def _documents(self, start: RowStart, places: RowPlaces | None) -> Iterator[JsonLine]:
        with self._opened(start) as stream:
            for number, raw, too_long in document_records(stream, self.path, self.sniffed.records, start, places):
                yield parse_json_line(raw, number, too_long=too_long, finite=True)

    def _line_rows(self, start: RowStart, places: RowPlaces | None) -> Iterator[Row | Reject]:
        for number, raw, text, reason in text_lines(self._lines(start, places)):
            if text is not None and "\r" in (text := text.rstrip("\r")):
                text, reason = None, INNER_RETURN
            if text is None:
                yield self._reject(number, reason, excerpt(raw))
            else:
                yield Row(number, {"text": text})

    def _parquet_rows(self, start: RowStart) -> Iterator[Row | Reject]:
        with open_parquet(self.path, self.state, self.sniffed.compression) as opened:
            for number, item in enumerate(opened.located_rows(self.converted, above=start.above), start.above + 1):
                if isinstance(item, str):
                    yield Reject(str(self.called), number, item)
                else:
                    yield Row(number, *item)

    def _sheet_rows(self, start: RowStart, places: RowPlaces | None) -> Iterator[Row | Reject]:
        names: list[str] | None = None
        if start.above and (line := self.sniffed.header_line) is not None:
            names = next(cells for number, cells in copied_cells(self.copy) if number == line)
        for number, cells in copied_cells(self.copy, start, places):
            if number <= self.sniffed.skipped:
                continue
            if number == self.sniffed.header_line:
                names = cells
                continue
            if cells == names:
                yield Reject(str(self.called), number, SECOND_HEADER, "\t".join(cells)[:2000])
                continue
            cells += [""] * (len(self.columns) - len(cells))
            yield Row(number, dict(zip(self.columns, cells, strict=True)))


def open_table(
    path: Path | str,
    format: Format | None = None,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    records: str | None = None,
    sheet: str | None = None,
) -> Table:
    """Find out what a file is, by its content before its suffix, and which columns it has.

    Parameters
    ----------
    path : Path or str
        The input file, plain or compressed.
    format : {"csv", "tsv", "jsonl", "json", "parquet", "xlsx", "xls", "lines"}, optional
        Given where the guess would be wrong, as the others are.
    encoding : str, optional
        Name of a codec.
    delimiter : str, optional
        Sign between cells.
    header : bool, optional
        Whether the first row holds the names of the columns.
    records : str, optional
        Keys with dots between them that lead to the records of a JSON document; ``$`` for the document itself.
    sheet : str, optional
        Name of a sheet of a workbook.

    Raises
    ------
    UsageError
        If the file does not exist or is a folder, or two readings of it are about equally likely.
    DataError
        If it is empty, holds no rows of text, or is not what is said of it.
    """
    path = named_path(path, "a table")
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is no regular file" if path.exists() else "does not exist"
        raise UsageError(f"{path} {what}; name a CSV, TSV, JSONL, Parquet or plain text file.")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty; nothing to read.")
    state = FileState.of(path)
    wanted = Reading(format, encoding, delimiter, header, records, sheet)
    table = Table(path, sniff(path, state, wanted), (), state)
    if table.format in WORKBOOKS:
        return _with_sheet(table, wanted)
    if table.format == "parquet":
        with open_parquet(path, state, table.sniffed.compression) as opened:
            names = tuple(opened.schema.names)
        require_columns(f"{path}", names)
        return replace(table, columns=names)
    if table.format in DELIMITED:
        return _with_header(table)
    return replace(table, columns=("text",) if table.format == "lines" else ())


def _told(reader: DelimitedReader, places: RowPlaces | None, *, with_cells: bool) -> Iterator[RecordParts]:
    """Records of a reader; behind each, what was learnt is told."""
    records = reader.read(with_cells=with_cells)
    if places is None:
        yield from records
        return
    marks = reader.marks
    for record in records:
        places.has_opened, places.open_line = marks.has_opened, marks.open_line
        yield record


def _with_header(table: Table) -> Table:
    found = table.sniffed
    if found.header_line is None:
        return _named(table, numbered_names(found.width), f"{table.path}:{found.skipped + 1}")
    with closing(table._lines()) as lines:
        reader = DelimitedReader(lines_below(lines, found.skipped), found.delimiter, quoted=found.quoted)
        names = reader.header()
    where = f"{table.path}:{found.header_line}"
    if isinstance(names, str):
        raise DataError(f"{where}: the header {names}.")
    return _named(table, names, where)


def _named(table: Table, names: Sequence[str], where: str) -> Table:
    if problem := names_problem(names):
        raise DataError(f"{where}: the header has {problem}; keep the columns that are needed.")
    columns, notes = usable_names(names)
    return replace(table, columns=columns, sniffed=replace(table.sniffed, notes=(*table.sniffed.notes, *notes)))


def _with_sheet(table: Table, wanted: Reading) -> Table:
    """Copy the cells of a sheet once, so that a workbook is not held in memory while its rows are used."""
    found, path = table.sniffed, table.path
    copy = tempfile.SpooledTemporaryFile(_HELD_BYTES)  # noqa: SIM115 (it goes with the table)
    width = 0
    place = f"a copy of {path} where temporary files lie (TMPDIR names another folder)"
    with open_seekable(path, table.state, found.compression) as book, write_errors(place):
        for number, cells in sheet_rows(book, str(path), found.format, found.sheet):
            while not cells[-1]:
                cells.pop()
            width = max(width, len(cells))
            copy.write(json.dumps([number, cells]).encode() + b"\n")
        copy.flush()
    first = [
        (number, cells + [""] * (width - len(cells))) for number, cells in islice(copied_cells(copy), SNIFFED_ROWS)
    ]
    titles = 0
    while width > 1 and len(first) - titles > 1 and len([cell for cell in first[titles][1] if cell]) == 1:
        titles += 1
    if not names_a_text(first[titles][1]):
        titles = 0
    line, names = first[titles]
    has_header = is_header([cells for _, cells in first[titles:]]) if wanted.header is None else wanted.header
    if has_header is None:
        raise UsageError(
            f"{path}: its first row, {quoted_list(names)}, may be the names of the columns or a row as the others; say "
            "which with --header or --no-header."
        )
    notes = (f"{titles} rows above the header are left out",) if titles else ()
    found = replace(found, header_line=line if has_header else None, skipped=line - 1 if has_header else 0)
    table = replace(table, sniffed=replace(found, notes=notes), copy=copy)
    return _named(table, names, f"{path}:{line}") if has_header else replace(table, columns=numbered_names(width))


def listed(names: Sequence[object]) -> str:
    """Names for a message: the first ``LISTED_NAMES``, none longer than 40 characters, and how many more there are."""
    first = ", ".join(str(name)[:40] for name in names[:LISTED_NAMES])
    return f"{first}, and {len(names) - LISTED_NAMES:,} more" if len(names) > LISTED_NAMES else first
