"""Rows out: CSV, TSV, JSON Lines or Parquet, streamed in batches, written beside and renamed."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from weibo_nlp.errors import UsageError
from weibo_nlp.io.atomic import atomic_path, require_file_name
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.io.jsonl import dump_line
from weibo_nlp.io.rows import Reject

OutputFormat = Literal["csv", "tsv", "jsonl", "parquet"]

SUFFIXES: dict[str, OutputFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
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
        if format == "jsonl":
            with temporary.open("w", encoding="utf-8", newline="\n") as handle:
                yield _JsonWriter(handle)
        elif format == "parquet":
            with _ParquetWriter(temporary, columns, arrow_types or {}) as writer:
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
        self.path = rejects_path(output)
        self.count = 0
        self._manager: Any = None
        self._handle: Any = None

    def __enter__(self) -> Self:
        require_file_name(self.path)
        return self

    def write(self, reject: Reject) -> None:
        """Set one record aside."""
        if self._manager is None:
            self._manager = atomic_path(self.path)
            temporary = self._manager.__enter__()
            # A file's name may hold bytes that are no UTF-8; Python shows them as lone surrogates.
            self._handle = temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
        self.count += 1
        self._handle.write(dump_line(asdict(reject)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._manager is not None:
            self._handle.close()
            # After a failure the old output stands, and so must the rejects that belong to it.
            self._manager.__exit__(kind, error, trace)
        elif kind is None:
            self.path.unlink(missing_ok=True)  # left by an earlier run of the same output


class _JsonWriter:
    def __init__(self, handle: Any) -> None:
        self.handle = handle

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.handle.writelines(_dumps(row) + "\n" for row in rows)


class _UnixLines:
    """Takes rows that end in CR LF and ends them in LF: only for that line end does csv quote a CR inside a cell."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle

    def write(self, row: str) -> None:
        self.handle.write(row.removesuffix("\r\n") + "\n")


class _DelimitedWriter:
    def __init__(self, handle: Any, columns: Mapping[str, ColumnType], delimiter: str) -> None:
        self.columns = columns
        self.writer = csv.writer(_UnixLines(handle), delimiter=delimiter, lineterminator="\r\n")
        self.writer.writerow(list(columns))

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.writer.writerows([_cell(row.get(name), kind) for name, kind in self.columns.items()] for row in rows)


class _ParquetWriter:
    def __init__(self, path: Path, columns: Mapping[str, ColumnType], kept: Mapping[str, Any]) -> None:
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
        self.as_json = {name for name, kind in columns.items() if kind == "json" and name not in kept}
        self.schema = pa.schema([(name, kept.get(name, types[kind])) for name, kind in columns.items()])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        data = {
            name: [_json_text(row.get(name)) if name in self.as_json else row.get(name) for row in rows]
            for name in self.columns
        }
        self.writer.write_table(self.pa.table(data, schema=self.schema))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.close()


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


def _cell(value: Any, kind: ColumnType) -> Any:
    if value is None:
        return ""
    return _json_text(value) if kind == "json" and not isinstance(value, str) else value


def _json_text(value: Any) -> str | None:
    return None if value is None else _dumps(value)


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
