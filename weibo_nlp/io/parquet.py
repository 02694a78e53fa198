"""Parquet row by row: memory is bounded by a row, whatever the file unpacks to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.arrow_values import know_pandas_types, python_values
from weibo_nlp.io.compression import Compression
from weibo_nlp.io.limits import (
    MAX_COLUMNS,
    MAX_LINE_BYTES,
    PARQUET_BATCH_ROWS,
    PARQUET_GROUP_BYTES,
    PARQUET_RATIO,
)
from weibo_nlp.io.stable import FileState
from weibo_nlp.io.streams import open_seekable

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

    @property
    def n_rows(self) -> int:
        """Rows of the file, as it says."""
        return int(self._file.metadata.num_rows)

    def rows(self) -> Iterator[dict[str, Any] | str]:
        """Yield the values of rows as :meth:`located_rows` does."""
        return (row if isinstance(row, str) else row[0] for row in self.located_rows())

    def located_rows(
        self, converted: Collection[str] | None = None, above: int = 0
    ) -> Iterator[tuple[dict[str, Any], ArrowRow] | str]:
        """Yield the rows, each with its place; instead of one that cannot be used, the reason.

        Unusable are rows longer than ``MAX_LINE_BYTES``, and those with a value that Python cannot hold (broken UTF-8,
        the year 20000) in a column that is converted.

        Parameters
        ----------
        converted : collection of str, optional
            Columns whose values are wanted; by default all of them.
        above : int
            Rows that are passed over, unlooked at.

        Raises
        ------
        DataError
            If the file breaks off.
        """
        for _, batch in self.batches(above):
            yield from self.located(batch, converted)

    def batches(self, above: int = 0) -> Iterator[tuple[int, Any]]:
        """Yield batches of few rows as they lie in the file, each with the number of rows above it.

        Parameters
        ----------
        above : int
            Rows that are passed over, unlooked at.

        Raises
        ------
        DataError
            If the file breaks off.
        """
        import pyarrow as pa

        number = 0
        try:
            for group in range(self._file.num_row_groups):
                if number < above:
                    n_rows = self._file.metadata.row_group(group).num_rows
                    if number + n_rows <= above:
                        number += n_rows
                        continue
                # Each by itself: Arrow joins no categories inside lists and records over two of them.
                for batch in self._file.iter_batches(batch_size=PARQUET_BATCH_ROWS, row_groups=[group]):
                    if passed := min(max(above - number, 0), len(batch)):
                        number += passed
                        batch = batch.slice(passed)
                    if len(batch):
                        yield number, batch
                        number += len(batch)
        except (pa.ArrowException, OSError) as error:
            what = " ".join(str(error).split())  # Arrow's messages run over lines
            raise DataError(f"{self.path}: cannot be read on after row {number}: {what} Write it again.") from error

    def located(self, batch: Any, converted: Collection[str] | None = None) -> Iterator[Any]:
        """Yield the rows of a batch as :meth:`located_rows` does."""
        names = [name for name in self.schema.names if converted is None or name in converted]
        return _located_rows(batch, self.schema, names)


@contextmanager
def open_parquet(
    path: Path, since: FileState | None = None, compression: Compression | None = None
) -> Iterator[OpenParquet]:
    """Open a Parquet file whose rows can be read in bounded memory.

    Parameters
    ----------
    path : Path
        The file.
    since : FileState, optional
        State at an earlier reading that this one belongs to.
    compression : {"gz", "bz2", "xz", "zst"}, optional
        What the whole file is packed with.

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

    with open_seekable(path, since, compression) as handle:
        try:
            with pq.ParquetFile(handle) as file:
                schema, metadata = file.schema_arrow, file.metadata
            if know_pandas_types(schema):
                with pq.ParquetFile(handle, metadata=metadata) as file:
                    schema = file.schema_arrow
        # Arrow reports bytes that cannot be decoded as ValueError; the others are pandas', of a type told wrongly.
        except (pa.ArrowException, ValueError, LookupError, TypeError, OSError) as error:
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


def tables_of(rows: Sequence[ArrowRow]) -> Iterator[Any]:
    """Put rows of one file together again, as they lie there.

    Yields
    ------
    pyarrow.Table
        With a row for each of `rows`, in their order; several tables where a column has more categories in all than
        its type can count, as it may have others in each row group.
    """
    # Rows that follow each other in one batch have one difference between place in the batch and place in `rows`.
    runs = groupby(enumerate(rows), key=lambda item: (id(item[1].batch), item[1].place - item[0]))
    pieces = []
    for _, run in runs:
        (_, first), *others = run
        pieces.append(first.batch.slice(first.place, 1 + len(others)))
    yield from unified(pieces)


def unified(pieces: Sequence[Any]) -> Iterator[Any]:
    """Put record batches of one schema together: in several tables where its types cannot count all categories."""
    import pyarrow as pa

    try:
        table = pa.Table.from_batches(pieces).unify_dictionaries()
    except pa.ArrowInvalid:
        if len(pieces) == 1:
            raise
        half = len(pieces) // 2
        yield from unified(pieces[:half])
        yield from unified(pieces[half:])
    else:
        yield table


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
    has_views = any(map(_has_views, batch.schema.types))
    for place in range(len(batch)):
        row = batch.slice(place, 1)
        try:
            if has_views:
                row, n_bytes = _copied(row)
            else:
                n_bytes = _n_bytes(row)
            if n_bytes > MAX_LINE_BYTES:
                yield f"row is longer than {MAX_LINE_BYTES:,} bytes"
                continue
            # Copied, or the row would hold the whole of its batch; where that cannot be, it counts as such.
            alone = _with_schema(row if has_views else row.take([0]), schema)
            yield _python_rows(alone, names)[0], ArrowRow(alone, 0, _n_bytes(row) if has_views else n_bytes)
        except (ValueError, OverflowError) as error:
            yield str(error)


def _copied(row: Any) -> tuple[Any, int]:
    """Copy a batch of one row that has views, without what other rows have; also its bytes.

    A slice of views counts all that the batch has, and Arrow cannot take a row out of them. Views of lists cannot be
    made again of lists: they stay a slice.
    """
    import pyarrow as pa

    plain, columns = [], []
    for column in row.columns:
        copy = column.cast(_without_views(column.type)).take([0])
        plain.append(copy)
        try:
            columns.append(copy.cast(column.type))
        except pa.ArrowNotImplementedError:
            columns.append(column)
    n_bytes = _n_bytes(pa.RecordBatch.from_arrays(plain, names=row.schema.names))
    return pa.RecordBatch.from_arrays(columns, schema=row.schema), n_bytes


@lru_cache(1024)
def _has_views(kind: Any) -> bool:
    return bool(_without_views(kind) != kind)


def _without_views(kind: Any) -> Any:
    """Type of the same values, with all texts, bytes and lists one behind the other."""
    import pyarrow as pa

    if pa.types.is_string_view(kind):
        return pa.large_string()
    if pa.types.is_binary_view(kind):
        return pa.large_binary()
    if pa.types.is_struct(kind):
        return pa.struct([item.with_type(_without_views(item.type)) for item in kind])
    if pa.types.is_map(kind):
        return pa.map_(*(item.with_type(_without_views(item.type)) for item in (kind.key_field, kind.item_field)))
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_without_views(kind.value_type)))
    if pa.types.is_large_list(kind) or pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        return pa.large_list(kind.value_field.with_type(_without_views(kind.value_type)))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(kind.value_field.with_type(_without_views(kind.value_type)), kind.list_size)
    return kind


def _python_rows(batch: Any, names: list[str]) -> list[dict[str, Any]]:
    columns = []
    for name in names:
        try:
            columns.append(python_values(batch.column(name)))
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{name[:80]}: a value cannot be read: {error}") from None
    if not names:
        return [{} for _ in range(len(batch))]
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
