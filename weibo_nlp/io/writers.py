"""Rows out: CSV, TSV, JSON Lines or Parquet, streamed in batches, written beside and renamed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from weibo_nlp.errors import UsageError
from weibo_nlp.io.atomic import PendingFile, atomic_path, pending_file
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.io.names import quoted as shown
from weibo_nlp.io.parquet import ArrowRow, tables_of
from weibo_nlp.io.rejects import RejectWriter, output_of_rejects, outputs_of_rejects, usable_rejects_path
from weibo_nlp.io.rows import SUFFIXES, OutputFormat
from weibo_nlp.io.suffixes import require_suffix
from weibo_nlp.io.transaction import publish_pair
from weibo_nlp.io.value_text import cell_text, json_text, plain_value


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Takes rows in batches; what it wrote appears under its name only when all went well."""

    write: Callable[..., None]
    """Appends rows, a sequence of mappings; behind them, if columns are passed on from a Parquet file, as many places
    (:class:`ArrowRow`) that the other columns are from."""


@contextmanager
def open_writer(
    path: Path | str,
    format: OutputFormat,
    columns: Mapping[str, ColumnType],
    *,
    mark: bool = False,
    quoted: bool = True,
    passed_on: Any = None,
) -> Iterator[RowWriter]:
    """Open an output file for rows.

    Parameters
    ----------
    path : Path or str
        The finished file; until the block ends without an error it does not change.
    format : {"csv", "tsv", "jsonl", "parquet"}
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

    Yields
    ------
    RowWriter
        To be given rows in batches; values of type ``json`` are written as JSON text in tables, but for strings, which
        stand as they are.
    """
    with atomic_path(path) as temporary, _row_writer(temporary, format, columns, mark, quoted, passed_on) as writer:
        yield writer


def output_format(path: Path, fallback: OutputFormat) -> OutputFormat:
    """Tell the output format by the suffix; one that names no format gets the fallback.

    Raises
    ------
    UsageError
        If the suffix names a format that is not written.
    """
    require_suffix(path, *SUFFIXES)
    return SUFFIXES.get(path.suffix.lower(), fallback)


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
) -> Iterator[tuple[RowWriter, RejectWriter]]:
    """Open an output file for rows and, as one transaction with it, the file of the rows that are set aside.

    Both appear under their names, and the rejects of an earlier run go, only when the block ends without an error.

    Parameters
    ----------
    output : Path or str
        The finished file, or a stream such as ``/dev/stdout``.
    format, columns, mark, quoted, passed_on
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
    set_aside = RejectWriter(place, output_of_rejects(output, source, place))
    with set_aside, pending_file(output) as rows:
        with _row_writer(rows.path, format, columns, mark, quoted, passed_on) as writer:
            yield writer, set_aside
        publish_pair(rows, set_aside, outputs_of_rejects(output, source, place), report)


class _UnixLines:
    """Takes rows that end in CR LF and ends them in LF: only for that line end does csv quote a CR inside a cell."""

    def __init__(self, handle: IO[str]) -> None:
        self.handle = handle

    def write(self, row: str) -> None:
        self.handle.write(row.removesuffix("\r\n") + "\n")


@contextmanager
def _row_writer(
    path: Path,
    format: OutputFormat,
    columns: Mapping[str, ColumnType],
    mark: bool,
    quoted: bool,
    passed_on: Any,
) -> Iterator[RowWriter]:
    if format == "parquet":
        with _parquet_writer(path, columns, passed_on) as writer:
            yield writer
        return
    # The ends of lines are the writers' own; csv brings its mark along.
    encoding = "utf-8-sig" if mark and format != "jsonl" else "utf-8"
    with path.open("w", encoding=encoding, newline="") as handle:
        if format == "jsonl":
            yield RowWriter(lambda rows: handle.writelines(json_text(row) + "\n" for row in rows))
        else:
            delimited = _quoted_rows if quoted or format == "csv" else _bare_rows
            yield delimited(handle, columns, "," if format == "csv" else "\t")


def _quoted_rows(handle: IO[str], columns: Mapping[str, ColumnType], delimiter: str) -> RowWriter:
    writer = csv.writer(_UnixLines(handle), delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(list(columns))
    return RowWriter(lambda rows: writer.writerows(_cells(row, columns) for row in rows))


def _bare_rows(handle: IO[str], columns: Mapping[str, ColumnType], delimiter: str) -> RowWriter:
    def line(cells: Iterable[Any]) -> str:
        texts = ["" if cell is None else str(cell) for cell in cells]
        signs = (delimiter, "\n", "\r")
        if any(sign in text for text in texts for sign in signs):
            text = next(text for text in texts if any(sign in text for sign in signs))
            raise UsageError(
                f"{shown(text, 40)} has a tab or a line end, which has no place in a tab-separated file whose "
                "quotation marks are text, as the input's are; name an output of another format with -o."
            )
        return delimiter.join(texts) + "\n"

    handle.write(line(columns))
    return RowWriter(lambda rows: handle.writelines(line(_cells(row, columns)) for row in rows))


def _cells(row: Mapping[str, Any], columns: Mapping[str, ColumnType]) -> list[Any]:
    return [(cell_text if kind == "json" else plain_value)(row.get(name)) for name, kind in columns.items()]


@contextmanager
def _parquet_writer(path: Path, columns: Mapping[str, ColumnType], passed_on: Any) -> Iterator[RowWriter]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"string": pa.string(), "json": pa.string(), "bool": pa.bool_(), "int": pa.int64(), "float": pa.float64()}
    added = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    schema = added if passed_on is None else pa.schema([*passed_on, *added], metadata=passed_on.metadata)

    def values(rows: Sequence[Mapping[str, Any]], name: str, kind: ColumnType) -> list[Any]:
        return [cell_text(row.get(name)) if kind == "json" else row.get(name) for row in rows]

    def write(rows: Sequence[Mapping[str, Any]], places: Sequence[ArrowRow] = ()) -> None:
        if not rows:
            return
        new = pa.table([pa.array(values(rows, name, kind), types[kind]) for name, kind in columns.items()], added)
        if passed_on is None:
            writer.write_table(new)
            return
        start = 0
        for kept in tables_of(places):
            beside = new.slice(start, len(kept))
            writer.write_table(pa.Table.from_arrays([*kept.columns, *beside.columns], schema=schema))
            start += len(kept)

    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        yield RowWriter(write)
