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
from weibo_nlp.io.atomic import atomic_path, require_file_name
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.io.jsonl import dump_line
from weibo_nlp.io.rows import SUFFIXES, OutputFormat, Reject


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
    with atomic_path(path) as temporary:
        if format == "parquet":
            with _parquet_writer(temporary, columns, arrow_types or {}) as writer:
                yield writer
            return
        # The ends of lines are the writers' own; csv brings its mark along.
        encoding = "utf-8-sig" if mark and format != "jsonl" else "utf-8"
        with temporary.open("w", encoding=encoding, newline="") as handle:
            if format == "jsonl":
                yield RowWriter(lambda rows: handle.writelines(_dumps(row) + "\n" for row in rows))
            else:
                yield _delimited_writer(handle, columns, "," if format == "csv" else "\t")


def output_format(path: Path, fallback: OutputFormat) -> OutputFormat:
    """Tell the output format by the suffix; an unknown suffix gets the fallback."""
    return SUFFIXES.get(path.suffix.lower(), fallback)


class RejectWriter:
    """``<output>.rejected.jsonl``: made at the first reject, so that a clean run leaves no empty file behind."""

    def __init__(self, output: Path) -> None:
        self.path = rejects_path(output)
        self.count = 0
        self._handle: IO[str] | None = None

    def __enter__(self) -> Self:
        require_file_name(self.path)
        self._stack = ExitStack()
        return self

    def write(self, reject: Reject) -> None:
        """Set one record aside."""
        if self._handle is None:
            temporary = self._stack.enter_context(atomic_path(self.path))
            # A file's name may hold bytes that are no UTF-8; Python shows them as lone surrogates.
            file = temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
            self._handle = self._stack.enter_context(file)
        self.count += 1
        self._handle.write(dump_line(asdict(reject)))

    def __exit__(self, kind: type[BaseException] | None, *details: Any) -> None:
        # After a failure the old output stands, and so must the rejects that belong to it.
        self._stack.__exit__(kind, *details)
        if self._handle is None and kind is None:
            self.path.unlink(missing_ok=True)  # left by an earlier run of the same output


class _UnixLines:
    """Takes rows that end in CR LF and ends them in LF: only for that line end does csv quote a CR inside a cell."""

    def __init__(self, handle: IO[str]) -> None:
        self.handle = handle

    def write(self, row: str) -> None:
        self.handle.write(row.removesuffix("\r\n") + "\n")


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


def rejects_path(output: Path) -> Path:
    """Where the rejects of an output go: ``<output>.rejected.jsonl``."""
    return output.with_name(output.name + ".rejected.jsonl")


def require_distinct(inputs: Path, output: Path) -> None:
    """Refuse to write over the file being read, be it by the output or by its rejects."""
    for path, what in ((output, f"output {output}"), (rejects_path(output), f"the file of rejects of {output}")):
        try:
            same = path.samefile(inputs)
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
