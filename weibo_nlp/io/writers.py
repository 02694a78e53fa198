"""Rows out: CSV, TSV, JSON Lines, Parquet or a workbook, streamed in batches, written beside and renamed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

from weibo_nlp.errors import UsageError
from weibo_nlp.io.atomic import PendingFile, atomic_path, pending_file
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.io.compression import WRITTEN as PACKED
from weibo_nlp.io.compression import Compression, packed
from weibo_nlp.io.destination import destination_of
from weibo_nlp.io.formats import SUFFIXES, OutputFormat
from weibo_nlp.io.formulas import inert
from weibo_nlp.io.names import quoted as shown
from weibo_nlp.io.parquet import ArrowRow, tables_of
from weibo_nlp.io.rejects import RejectWriter, output_of_rejects, outputs_of_rejects, usable_rejects_path
from weibo_nlp.io.row_groups import grouped_writer
from weibo_nlp.io.spreadsheets import SheetWriter
from weibo_nlp.io.suffixes import require_suffix
from weibo_nlp.io.transaction import publish_pair
from weibo_nlp.io.value_text import cell_text, json_text, plain_value

Columns = Mapping[str, Sequence[Any]]
"""Name -> value in each row."""


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Takes rows in batches; what it wrote appears under its name only when all went well."""

    write: Callable[..., None]
    """Appends rows, a sequence of mappings; behind them, if columns are passed on from a Parquet file, as many places
    (:class:`ArrowRow`) that the other columns are from."""
    columns_with: Callable[[Columns, Sequence[ArrowRow]], None] | None = None
    """Of Parquet, appends rows as :meth:`write_columns` does."""
    names: Sequence[str] = ()
    """Of Parquet, the columns that are written."""

    def write_columns(self, columns: Columns, places: Sequence[ArrowRow] = ()) -> None:
        """Append rows by column: name -> its value in each row.

        Parameters
        ----------
        columns : mapping of str to sequence
            All of the same length.
        places : sequence of ArrowRow
            As many, if columns are passed on from a Parquet file: where the other columns are from.
        """
        if self.columns_with is not None:
            self.columns_with(columns, places)
        else:
            self.write([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])

    def write_beside(self, rows: Sequence[Mapping[str, Any]], columns: Columns) -> None:
        """Append rows with further columns, which count where a row has one of the same name."""
        if self.columns_with is None:
            beside = zip(*columns.values(), strict=True)
            self.write([{**row, **dict(zip(columns, new, strict=True))} for row, new in zip(rows, beside, strict=True)])
            return
        own = {name: [row.get(name) for row in rows] for name in self.names if name not in columns}
        self.columns_with({**own, **columns}, ())


@contextmanager
def open_writer(
    path: Path | str,
    format: OutputFormat,
    columns: Mapping[str, ColumnType],
    *,
    mark: bool = False,
    quoted: bool = True,
    passed_on: Any = None,
    raw_cells: bool = False,
) -> Iterator[RowWriter]:
    """Open an output file for rows.

    Parameters
    ----------
    path : Path or str
        The finished file; until the block ends without an error it does not change. A suffix that stands for a
        compression is heeded.
    format : {"csv", "tsv", "jsonl", "parquet", "xlsx"}
        Shape of the file.
    columns : mapping of str to column type
        Names in order, with types; JSON Lines ignores it and keeps every row's own keys.
    mark : bool
        Begin a delimited file with a byte order mark, which Excel needs to show Chinese.
    quoted : bool
        Quote cells of a tab-separated file where that is needed; without, quotation marks are text, and a cell with a
        tab or a line end is refused.
    passed_on : pyarrow.Schema, optional
        First columns of a Parquet file, with all metadata: they are those of the input, untouched, and `columns` are
        written behind them.
    raw_cells : bool
        Leave texts that a spreadsheet would execute as they are; by default, in delimited files, an apostrophe is put
        before them (:mod:`weibo_nlp.io.formulas`). In a workbook they are text in any case.

    Yields
    ------
    RowWriter
        To be given rows in batches; values of type ``json`` are written as JSON text in tables, but for strings, which
        stand as they are.
    """
    shape = _Shape(format, columns, mark, quoted, passed_on, output_compression(Path(path)), raw_cells)
    with atomic_path(path) as temporary, _row_writer(temporary, shape) as writer:
        yield writer


@contextmanager
def rows_into(
    path: Path, format: OutputFormat, columns: Mapping[str, ColumnType], *, mark: bool = False
) -> Iterator[RowWriter]:
    """Open a file for rows, as :func:`open_writer` does, that the caller renames; it is not packed."""
    with _row_writer(path, _Shape(format, columns, mark, True, None, None, False)) as writer:
        yield writer


def output_format(path: Path, fallback: OutputFormat) -> OutputFormat:
    """Tell the output format by the suffix, that of a compression aside; a name without any gets the fallback.

    Raises
    ------
    UsageError
        If the suffix is none of those that are written; what leads to a stream may have any.
    """
    require_suffix(path, *SUFFIXES, *PACKED)
    shape = (path if output_compression(path) is None else path.with_suffix("")).suffix.lower()
    if shape in SUFFIXES:
        return SUFFIXES[shape]
    if path.suffix and destination_of(path).file is not None:
        raise UsageError(
            f"cannot write {path}: {shape or path.suffix} is no suffix of what is written; name a file that ends in "
            f"{', '.join(SUFFIXES)}, behind which may stand {' or '.join(PACKED)}."
        )
    return fallback


def output_compression(path: Path) -> Compression | None:
    """Tell by the suffix what an output is packed with."""
    return PACKED.get(path.suffix.lower())


@contextmanager
def open_outputs(
    output: Path | str,
    format: OutputFormat,
    columns: Mapping[str, ColumnType],
    *,
    source: Path,
    rejects: Path | None = None,
    report: PendingFile | None = None,
    mark: bool = False,
    quoted: bool = True,
    passed_on: Any = None,
    raw_cells: bool = False,
) -> Iterator[tuple[RowWriter, RejectWriter]]:
    """Open an output file for rows and, as one transaction with it, the file of the rows that are set aside.

    Both appear under their names, and the rejects of an earlier run go, only when the block ends without an error.

    Parameters
    ----------
    output : Path or str
        The finished file, or a stream such as ``/dev/stdout``.
    format, columns, mark, quoted, passed_on, raw_cells
        As for :func:`open_writer`.
    source : Path
        The file the rows are from; beside it lie the rejects of a stream.
    rejects : Path, optional
        Where the rejects go instead of :func:`~weibo_nlp.io.rejects.rejects_path`.
    report : PendingFile, optional
        What is said of the rows, a file that is complete when the block ends and appears with the output.

    Yields
    ------
    tuple of RowWriter and RejectWriter
        The first to be given rows, the second what cannot be one.

    Raises
    ------
    UsageError
        As :func:`~weibo_nlp.io.rejects.usable_rejects_path`, and if the output cannot be written.
    """
    output = Path(output)
    place = usable_rejects_path(output, source, rejects)
    shape = _Shape(format, columns, mark, quoted, passed_on, output_compression(output), raw_cells)
    set_aside = RejectWriter(place, output_of_rejects(output, source, place))
    with set_aside, pending_file(output) as rows:
        with _row_writer(rows.path, shape) as writer:
            yield writer, set_aside
        publish_pair(rows, set_aside, outputs_of_rejects(output, source, place), report)


class _UnixLines:
    """Takes rows that end in CR LF and ends them in LF: only for that line end does csv quote a CR inside a cell."""

    def __init__(self, handle: IO[str]) -> None:
        self.handle = handle

    def write(self, row: str) -> None:
        self.handle.write(row.removesuffix("\r\n") + "\n")


@dataclass(frozen=True, slots=True)
class _Shape:
    """How rows are written, as `open_writer` is told."""

    format: OutputFormat
    columns: Mapping[str, ColumnType]
    mark: bool
    quoted: bool
    passed_on: Any
    compression: Compression | None
    raw_cells: bool


@contextmanager
def _row_writer(path: Path, shape: _Shape) -> Iterator[RowWriter]:
    with packed(path, shape.compression) as stream:
        if shape.format == "parquet":
            with _parquet_writer(stream, shape.columns, shape.passed_on) as writer:
                yield writer
            return
        if shape.format == "xlsx":
            with _sheet_writer(stream, shape.columns) as writer:
                yield writer
            return
        # The ends of lines are the writers' own; csv brings its mark along.
        encoding = "utf-8-sig" if shape.mark and shape.format != "jsonl" else "utf-8"
        handle = TextIOWrapper(stream, encoding=encoding, newline="")
        if shape.format == "jsonl":
            yield RowWriter(lambda rows: handle.writelines(json_text(row) + "\n" for row in rows))
        else:
            delimited = _quoted_rows if shape.quoted or shape.format == "csv" else _bare_rows
            yield delimited(handle, shape)
        handle.flush()
        handle.detach()


@contextmanager
def _sheet_writer(stream: IO[bytes], columns: Mapping[str, ColumnType]) -> Iterator[RowWriter]:
    names = list(columns)
    sheet = SheetWriter(stream, names)
    try:
        yield RowWriter(lambda rows: sheet.write((_plain(row, columns) for row in rows), names))
    except BaseException:
        sheet.discard()
        raise
    sheet.close()


def _quoted_rows(handle: IO[str], shape: _Shape) -> RowWriter:
    delimiter = "," if shape.format == "csv" else "\t"
    writer = csv.writer(_UnixLines(handle), delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(_header(shape))
    return RowWriter(lambda rows: writer.writerows(_cells(row, shape) for row in rows))


def _bare_rows(handle: IO[str], shape: _Shape) -> RowWriter:
    def line(cells: Iterable[Any]) -> str:
        texts = ["" if cell is None else str(cell) for cell in cells]
        signs = ("\t", "\n", "\r")
        if any(sign in text for text in texts for sign in signs):
            text = next(text for text in texts if any(sign in text for sign in signs))
            raise UsageError(
                f"{shown(text, 40)} has a tab or a line end, which has no place in a tab-separated file whose "
                "quotation marks are text, as the input's are; name an output of another format with -o."
            )
        return "\t".join(texts) + "\n"

    handle.write(line(_header(shape)))
    return RowWriter(lambda rows: handle.writelines(line(_cells(row, shape)) for row in rows))


def _header(shape: _Shape) -> list[Any]:
    return list(shape.columns) if shape.raw_cells else list(map(inert, shape.columns))


def _cells(row: Mapping[str, Any], shape: _Shape) -> list[Any]:
    cells = _plain(row, shape.columns).values()
    return list(cells) if shape.raw_cells else list(map(inert, cells))


def _plain(row: Mapping[str, Any], columns: Mapping[str, ColumnType]) -> dict[str, Any]:
    return {name: (cell_text if kind == "json" else plain_value)(row.get(name)) for name, kind in columns.items()}


@contextmanager
def _parquet_writer(stream: IO[bytes], columns: Mapping[str, ColumnType], passed_on: Any) -> Iterator[RowWriter]:
    import pyarrow as pa

    types = {"string": pa.string(), "json": pa.string(), "bool": pa.bool_(), "int": pa.int64(), "float": pa.float64()}
    added = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    schema = added if passed_on is None else pa.schema([*passed_on, *added], metadata=passed_on.metadata)

    def array(values: Sequence[Any], kind: ColumnType) -> Any:
        return pa.array(list(map(cell_text, values)) if kind == "json" else values, types[kind])

    def write(rows: Sequence[Mapping[str, Any]], places: Sequence[ArrowRow] = ()) -> None:
        write_columns({name: [row.get(name) for row in rows] for name in columns}, places)

    def write_columns(given: Columns, places: Sequence[ArrowRow] = ()) -> None:
        if not any(map(len, given.values())):
            return
        new = pa.table([array(given[name], kind) for name, kind in columns.items()], added)
        if passed_on is None:
            writer.write(new)
            return
        start = 0
        for kept in tables_of(places):
            beside = new.slice(start, len(kept))
            writer.write(pa.Table.from_arrays([*kept.columns, *beside.columns], schema=schema))
            start += len(kept)

    with grouped_writer(stream, schema) as writer:
        yield RowWriter(write, write_columns, list(columns))
