"""Rows out: CSV, TSV, JSON Lines or Parquet, streamed in batches, written beside and renamed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from weibo_nlp.errors import UsageError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.jsonl import dump_line
from weibo_nlp.io.rows import Reject

OutputFormat = Literal["csv", "tsv", "jsonl", "parquet"]
ColumnType = Literal["string", "bool", "int", "float", "json"]

SUFFIXES: dict[str, OutputFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


class RowWriter(Protocol):
    """Takes rows in batches; what it wrote appears under its name only when all went well."""

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows."""


@contextmanager
def open_writer(
    path: Path | str, format: OutputFormat, columns: Mapping[str, ColumnType], *, mark: bool = False
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

    Yields
    ------
    RowWriter
        To be given rows in batches; values of type ``json`` are written as JSON text in tables.
    """
    with atomic_path(path) as temporary:
        if format == "jsonl":
            with temporary.open("w", encoding="utf-8", newline="\n") as handle:
                yield _JsonWriter(handle)
        elif format == "parquet":
            with _ParquetWriter(temporary, columns) as writer:
                yield writer
        else:
            with temporary.open("w", encoding="utf-8-sig" if mark else "utf-8", newline="") as handle:
                yield _DelimitedWriter(handle, columns, "," if format == "csv" else "\t")


def output_format(path: Path, fallback: OutputFormat) -> OutputFormat:
    """Tell the output format by the suffix; an unknown suffix gets the fallback."""
    return SUFFIXES.get(path.suffix.lower(), fallback)


class RejectWriter:
    """``<output>.rejected.jsonl``: made at the first reject, so that a clean run leaves no empty file behind."""

    def __init__(self, output: Path) -> None:
        self.path = output.with_name(output.name + ".rejected.jsonl")
        self.count = 0
        self._manager: Any = None
        self._handle: Any = None

    def __enter__(self) -> Self:
        return self

    def write(self, reject: Reject) -> None:
        """Set one record aside."""
        if self._manager is None:
            self._manager = atomic_path(self.path)
            self._handle = self._manager.__enter__().open("w", encoding="utf-8", newline="\n")
        self.count += 1
        self._handle.write(dump_line(reject.to_dict()))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._manager is not None:
            self._handle.close()
            # Rejects found before a failure are worth keeping: they may be its reason.
            self._manager.__exit__(None, None, None)
        elif kind is None:
            self.path.unlink(missing_ok=True)  # left by an earlier run of the same output


class _JsonWriter:
    def __init__(self, handle: Any) -> None:
        self.handle = handle

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.handle.writelines(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)


class _DelimitedWriter:
    def __init__(self, handle: Any, columns: Mapping[str, ColumnType], delimiter: str) -> None:
        self.columns = columns
        self.writer = csv.writer(handle, delimiter=delimiter, lineterminator="\n")
        self.writer.writerow(list(columns))

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.writer.writerows([_cell(row.get(name), kind) for name, kind in self.columns.items()] for row in rows)


class _ParquetWriter:
    def __init__(self, path: Path, columns: Mapping[str, ColumnType]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {
            "string": pa.string(),
            "json": pa.string(),
            "bool": pa.bool_(),
            "int": pa.int64(),
            "float": pa.float64(),
        }
        self.pa = pa
        self.columns = columns
        self.schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        data = {
            name: [_json_text(row.get(name)) if kind == "json" else row.get(name) for row in rows]
            for name, kind in self.columns.items()
        }
        self.writer.write_table(self.pa.table(data, schema=self.schema))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.close()


def column_type(values: Sequence[Any]) -> ColumnType:
    """Type of a column by its values, nulls aside; mixed or nested values become JSON text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str}:
        return "string"
    if kinds == {bool}:
        return "bool"
    if kinds == {int}:
        return "int" if all(-(2**63) <= value < 2**63 for value in values if value is not None) else "json"
    if kinds <= {int, float}:
        return "float"
    return "json"


def require_distinct(inputs: Path, output: Path) -> None:
    """Refuse to write over the file being read."""
    if output.exists() and output.resolve() == inputs.resolve():
        raise UsageError(f"output {output} is the input itself; name another file with -o.")


def _cell(value: Any, kind: ColumnType) -> Any:
    if value is None:
        return ""
    return _json_text(value) if kind == "json" else value


def _json_text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
