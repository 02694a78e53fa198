"""Parquet row by row: memory is bounded by a row, whatever the file unpacks to."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.arrow_values import python_values
from weibo_nlp.io.jsonl import parse_json_line
from weibo_nlp.io.limits import (
    MAX_COLUMNS,
    MAX_LINE_BYTES,
    PARQUET_BATCH_ROWS,
    PARQUET_GROUP_BYTES,
    PARQUET_RATIO,
)
from weibo_nlp.io.stable import FileState, open_unchanged

_PANDAS = b"pandas"
# Rows of a batch that come to more are looked at one by one: together they may be a hundred times as much in Python.
_SMALL_BATCH_BYTES = 1024 * 1024
# Categories are kept with those that no row has, and in their order; more of them are an index rather than categories,
# and would be written again with every batch.
_CATEGORIES_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class ArrowRow:
    """A row as it lies in a Parquet file: its place in a record batch that has the file's schema."""

    batch: Any
    place: int
    n_bytes: int

    def readable(self) -> dict[str, Any]:
        """Values by column; in place of one that cannot be read, why."""
        values: dict[str, Any] = {}
        for name, column in zip(self.batch.schema.names, self.batch.columns, strict=True):
            try:
                values[name] = python_values(column.slice(self.place, 1))[0]
            except (ValueError, OverflowError) as error:
                values[name] = f"cannot be read: {error}"
        return values


@dataclass(frozen=True)
class OpenParquet:
    """An open Parquet file: its schema, with the metadata that whoever wrote it put there, and its rows."""

    path: Path
    schema: Any
    _file: Any

    def rows(self) -> Iterator[dict[str, Any] | str]:
        """Yield the values of rows as :meth:`located_rows` does."""
        return (row if isinstance(row, str) else row[0] for row in self.located_rows())

    def located_rows(self, converted: Collection[str] | None = None) -> Iterator[tuple[dict[str, Any], ArrowRow] | str]:
        """Yield the rows, each with its place; instead of one that cannot be used, the reason.

        Unusable are rows longer than ``MAX_LINE_BYTES``, and those with a value that Python cannot hold (broken UTF-8,
        the year 20000) in a column that is converted.

        Parameters
        ----------
        converted : collection of str, optional
            Columns whose values are wanted; by default all of them.

        Raises
        ------
        DataError
            If the file breaks off.
        """
        import pyarrow as pa

        number = 0
        names = [name for name in self.schema.names if converted is None or name in converted]
        try:
            for batch in self._file.iter_batches(batch_size=PARQUET_BATCH_ROWS):
                for row in _located_rows(batch, self.schema, names):
                    number += 1
                    yield row
        except (pa.ArrowException, OSError) as error:
            what = " ".join(str(error).split())  # Arrow's messages run over lines
            raise DataError(f"{self.path}: cannot be read on after row {number}: {what} Write it again.") from error


@contextmanager
def open_parquet(path: Path, since: FileState | None = None) -> Iterator[OpenParquet]:
    """Open a Parquet file whose rows can be read in bounded memory.

    Parameters
    ----------
    path : Path
        The file.
    since : FileState, optional
        State at an earlier reading that this one belongs to.

    Yields
    ------
    OpenParquet
        For the length of the block.

    Raises
    ------
    DataError
        If it is not Parquet, has too many columns, unpacks to far more than is on disk, or changes meanwhile.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with open_unchanged(path, since) as handle:
        try:
            with pq.ParquetFile(handle) as file:
                schema, metadata = file.schema_arrow, file.metadata
        # Arrow reports bytes that cannot be decoded as ValueError.
        except (pa.ArrowException, ValueError, OSError) as error:
            what = " ".join(str(error).split())[:300]
            raise DataError(
                f"{path}: not a Parquet file: {what}. Write it again, or correct its suffix or --format."
            ) from None
        if metadata.num_columns > MAX_COLUMNS:
            raise DataError(
                f"{path}: {metadata.num_columns:,} columns; {MAX_COLUMNS:,} are allowed. Drop some of them."
            )
        for place in range(metadata.num_row_groups):
            _require_modest(path, place, metadata.row_group(place))
        # Left as they lie on disk, repeated strings are held once and not once a row.
        strings = [item.name for item in schema if _has_lengths(item.type)]
        # Buffered, a row group would be held whole.
        with pq.ParquetFile(handle, metadata=metadata, read_dictionary=strings, pre_buffer=False) as file:
            yield OpenParquet(path, schema, file)


def table_of(rows: Sequence[ArrowRow]) -> Any:
    """Put rows of one file together again, at least one, as they lie there.

    Returns
    -------
    pyarrow.Table
        A row for each of `rows`, in their order.
    """
    import pyarrow as pa

    # Rows that follow each other in one batch have one difference between place in the batch and place in `rows`.
    runs = groupby(enumerate(rows), key=lambda item: (id(item[1].batch), item[1].place - item[0]))
    pieces = []
    for _, run in runs:
        (_, first), *others = run
        pieces.append(first.batch.slice(first.place, 1 + len(others)))
    return pa.Table.from_batches(pieces).unify_dictionaries()


def _located_rows(batch: Any, schema: Any, names: list[str]) -> Iterator[tuple[dict[str, Any], ArrowRow] | str]:
    if (n_bytes := _n_bytes(batch)) <= _SMALL_BATCH_BYTES:
        whole = _with_schema(batch, schema)
        try:
            values = _python_rows(whole, names)
        except (ValueError, OverflowError):
            pass  # some row is at fault: each is read alone
        else:
            share = n_bytes // max(len(batch), 1)
            yield from ((row, ArrowRow(whole, place, share)) for place, row in enumerate(values))
            return
    for place in range(len(batch)):
        row = batch.slice(place, 1)
        if (n_bytes := _n_bytes(row)) > MAX_LINE_BYTES:
            yield f"row is longer than {MAX_LINE_BYTES:,} bytes"
            continue
        # Copied, or the row would hold the whole of its batch.
        alone = _with_schema(row.take([0]), schema)
        try:
            yield _python_rows(alone, names)[0], ArrowRow(alone, 0, n_bytes)
        except (ValueError, OverflowError) as error:
            yield str(error)


def _python_rows(batch: Any, names: list[str]) -> list[dict[str, Any]]:
    columns = []
    for name in names:
        try:
            columns.append(python_values(batch.column(name)))
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{name[:80]}: a value cannot be read: {error}") from None
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _with_schema(batch: Any, schema: Any) -> Any:
    """Give the columns that were left as dictionaries for reading the types that they have in the file."""
    import pyarrow as pa

    columns = [_as_type(column, kind) for column, kind in zip(batch.columns, schema.types, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _as_type(column: Any, kind: Any) -> Any:
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return column
    if not pa.types.is_dictionary(kind):
        return column.dictionary_decode().cast(kind)
    if column.dictionary.nbytes <= _CATEGORIES_BYTES:
        return column
    used = column.dictionary_decode().dictionary_encode()
    indices = used.indices.cast(kind.index_type)
    return pa.DictionaryArray.from_arrays(indices, used.dictionary, ordered=kind.ordered)


def _n_bytes(batch: Any) -> int:
    """Bytes of a batch; a column held as a dictionary counts with the values that its rows have."""
    import pyarrow as pa
    import pyarrow.compute as pc

    n_bytes = 0
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and _has_lengths(column.type.value_type):
            lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
            n_bytes += pc.sum(lengths).as_py() or 0
        elif pa.types.is_dictionary(column.type):
            n_bytes += column.dictionary_decode().nbytes
        else:
            n_bytes += column.nbytes
    return n_bytes


def _has_lengths(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind))


def _require_modest(path: Path, place: int, group: Any) -> None:
    """Refuse a row group that would take all memory before its rows could be looked at."""
    size = group.total_byte_size
    if size <= PARQUET_GROUP_BYTES:
        return
    packed = sum(group.column(place).total_compressed_size for place in range(group.num_columns))
    if size > group.num_rows * MAX_LINE_BYTES:
        what = f"in {group.num_rows:,} rows; a row may have {MAX_LINE_BYTES:,}. Leave out such rows"
    elif size > PARQUET_RATIO * packed:
        what = (
            f"packed into {packed:,}, more than {PARQUET_RATIO} times as much. Write it again without repeated filling"
        )
    else:
        return
    raise DataError(f"{path}: row group {place + 1} unpacks to {size:,} bytes {what}.")


def renamed_schema(schema: Any, names: Mapping[str, str]) -> Any:
    """Give columns of a schema other names, also where pandas' metadata name them: it reads columns as told there.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of a Parquet file.
    names : mapping of str to str
        Old name -> new name.
    """
    import pyarrow as pa

    fields = [item.with_name(names.get(item.name, item.name)) for item in schema]
    metadata = schema.metadata
    if names and metadata and _PANDAS in metadata:
        metadata = metadata | {_PANDAS: _renamed_for_pandas(metadata[_PANDAS], names)}
    return pa.schema(fields, metadata=metadata)


def _renamed_for_pandas(content: bytes, names: Mapping[str, str]) -> bytes:
    described = parse_json_line(content, 1).value
    if described is None:
        return content  # no description that pandas could read either
    index = described.get("index_columns")
    if isinstance(index, list):
        described["index_columns"] = [names.get(item, item) if isinstance(item, str) else item for item in index]
    columns = described.get("columns")
    for column in columns if isinstance(columns, list) else []:
        place = column.get("field_name") if isinstance(column, dict) else None
        if isinstance(place, str) and place in names:
            column["field_name"] = names[place]
            # An index may be called like a column.
            if column.get("name") == place and not (isinstance(index, list) and place in index):
                column["name"] = names[place]
    return json.dumps(described).encode()
