"""Rows out: CSV, TSV, JSON Lines or Parquet, streamed in batches, written beside and renamed."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self

from weibo_nlp.errors import UsageError
from weibo_nlp.io.atomic import PendingFile, atomic_path, pending_file
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.io.destination import destination_of
from weibo_nlp.io.jsonl import dump_line
from weibo_nlp.io.rows import SUFFIXES, OutputFormat, Reject
from weibo_nlp.io.transaction import publish_pair


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Takes rows in batches; what it wrote appears under its name only when all went well."""

    write: Callable[[Sequence[Mapping[str, Any]]], None]
    """Appends rows."""


@contextmanager
def open_writer(
    path: Path | str,
    format: OutputFormat,
    columns: Mapping[str, ColumnType],
    *,
    mark: bool = False,
    arrow_types: Mapping[str, Any] | None = None,
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
    arrow_types : mapping of str to pyarrow.DataType, optional
        Types that columns of a Parquet file keep, instead of what `columns` says.

    Yields
    ------
    RowWriter
        To be given rows in batches; values of type ``json`` are written as JSON text in tables, but
        for strings in delimited files, which stand as they are.
    """
    with atomic_path(path) as temporary, _row_writer(temporary, format, columns, mark, arrow_types) as writer:
        yield writer


def output_format(path: Path, fallback: OutputFormat) -> OutputFormat:
    """Tell the output format by the suffix; an unknown suffix gets the fallback."""
    return SUFFIXES.get(path.suffix.lower(), fallback)


@contextmanager
def open_outputs(
    output: Path | str,
    format: OutputFormat,
    columns: Mapping[str, ColumnType],
    *,
    source: Path,
    mark: bool = False,
    arrow_types: Mapping[str, Any] | None = None,
) -> Iterator[tuple[RowWriter, RejectWriter]]:
    """Open an output file for rows and, as one transaction with it, the file of the rows that are set aside.

    Both appear under their names, and the rejects of an earlier run go, only when the block ends without an error.

    Parameters
    ----------
    output : Path or str
        The finished file, or a stream such as ``/dev/stdout``.
    format, columns, mark, arrow_types
        As for :func:`open_writer`.
    source : Path
        The file the rows are from; beside it lie the rejects of a stream.

    Yields
    ------
    tuple of RowWriter and RejectWriter
        The first to be given rows, the second what cannot be one.
    """
    output = Path(output)
    place = rejects_path(output, source)
    if (file := destination_of(place).file) is not None and file == destination_of(output).file:
        raise UsageError(f"cannot write {output}: {place}, its file of rejects, is a link to it; remove the link.")
    with RejectWriter(place) as rejects, pending_file(output) as rows:
        with _row_writer(rows.path, format, columns, mark, arrow_types) as writer:
            yield writer, rejects
        publish_pair(rows, rejects.finished(), rejects.path)


class RejectWriter:
    """What is set aside, as JSON Lines; the file is made at the first reject, so that a clean run leaves no empty one.

    It is opened by :func:`open_outputs`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._pending: PendingFile | None = None
        self._handle: IO[str] | None = None

    def __enter__(self) -> Self:
        destination_of(self.path)  # a name that cannot be written to is told before the work
        self._stack = ExitStack()
        return self

    def write(self, reject: Reject) -> None:
        """Set one record aside."""
        if self._handle is None:
            self._pending = self._stack.enter_context(pending_file(self.path))
            # A file's name may hold bytes that are no UTF-8; Python shows them as lone surrogates.
            file = self._pending.path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
            self._handle = self._stack.enter_context(file)
        self.count += 1
        self._handle.write(dump_line(asdict(reject)))

    def finished(self) -> PendingFile | None:
        """Return the written file, to be published; None if nothing was set aside."""
        if self._handle is not None:
            self._handle.close()
        return self._pending

    def __exit__(self, *details: Any) -> bool | None:
        return self._stack.__exit__(*details)


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
    arrow_types: Mapping[str, Any] | None,
) -> Iterator[RowWriter]:
    if format == "parquet":
        with _parquet_writer(path, columns, arrow_types or {}) as writer:
            yield writer
        return
    # The ends of lines are the writers' own; csv brings its mark along.
    encoding = "utf-8-sig" if mark and format != "jsonl" else "utf-8"
    with path.open("w", encoding=encoding, newline="") as handle:
        if format == "jsonl":
            yield RowWriter(lambda rows: handle.writelines(_dumps(row) + "\n" for row in rows))
        else:
            yield _delimited_writer(handle, columns, "," if format == "csv" else "\t")


def _delimited_writer(handle: IO[str], columns: Mapping[str, ColumnType], delimiter: str) -> RowWriter:
    def cell(value: Any, kind: ColumnType) -> Any:
        return _dumps(value) if kind == "json" and not isinstance(value, str | None) else value

    writer = csv.writer(_UnixLines(handle), delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(list(columns))
    return RowWriter(
        lambda rows: writer.writerows([cell(row.get(name), kind) for name, kind in columns.items()] for row in rows)
    )


@contextmanager
def _parquet_writer(path: Path, columns: Mapping[str, ColumnType], kept: Mapping[str, Any]) -> Iterator[RowWriter]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"string": pa.string(), "json": pa.string(), "bool": pa.bool_(), "int": pa.int64(), "float": pa.float64()}
    as_json = {name for name, kind in columns.items() if kind == "json" and name not in kept}
    schema = pa.schema([(name, kept.get(name, types[kind])) for name, kind in columns.items()])

    def cell(name: str, value: Any) -> Any:
        return _dumps(value) if name in as_json and value is not None else value

    def write(rows: Sequence[Mapping[str, Any]]) -> None:
        data = {name: [cell(name, row.get(name)) for row in rows] for name in columns}
        writer.write_table(pa.table(data, schema=schema))

    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        yield RowWriter(write)


def rejects_path(output: Path, source: Path) -> Path:
    """Where the rejects of an output go.

    Parameters
    ----------
    output : Path
        The output.
    source : Path
        The input.

    Returns
    -------
    Path
        ``<output>.rejected.jsonl``; of a link, beside the file it leads to, which may be written to by its own name
        as well; of a stream, ``<source>.labelled.rejected.jsonl``.
    """
    file = destination_of(output).file
    if file is None:
        return source.with_name(f"{source.name}.labelled.rejected.jsonl")
    named = file if output.is_symlink() else output
    return named.with_name(f"{named.name}.rejected.jsonl")


def require_distinct(source: Path, output: Path) -> None:
    """Refuse to write over the file being read, be it by the output or by its rejects."""
    rejects = rejects_path(output, source)
    for path, what in ((output, f"output {output}"), (rejects, f"the file of rejects of {output}")):
        try:
            same = path.samefile(source)
        except OSError:  # mostly that it does not exist yet
            continue
        if same:
            raise UsageError(f"{what} is the input itself; name another file with -o.")


def _dumps(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:  # NaN, which Parquet has and JSON has not
        return json.dumps(_without_nan(value), ensure_ascii=False, default=str)


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
