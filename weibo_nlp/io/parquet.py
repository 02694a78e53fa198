"""Parquet row by row: memory is bounded by a row, whatever the file unpacks to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.limits import (
    MAX_COLUMNS,
    MAX_LINE_BYTES,
    PARQUET_BATCH_ROWS,
    PARQUET_GROUP_BYTES,
    PARQUET_RATIO,
)
from weibo_nlp.io.stable import FileState, open_unchanged

# Rows of a batch that come to more are looked at one by one: together they may be a hundred times as much in Python.
_SMALL_BATCH_BYTES = 1024 * 1024


@dataclass(frozen=True)
class OpenParquet:
    """An open Parquet file: its schema, with the metadata that whoever wrote it put there, and its rows."""

    path: Path
    schema: Any
    _file: Any

    def rows(self) -> Iterator[dict[str, Any] | str]:
        """Yield the rows; in place of one that cannot be used, the reason.

        Unusable are rows longer than ``MAX_LINE_BYTES``, and those with a value that Python cannot hold (broken UTF-8,
        the year 20000).

        Raises
        ------
        DataError
            If the file breaks off.
        """
        import pyarrow as pa

        number = 0
        try:
            for batch in self._file.iter_batches(batch_size=PARQUET_BATCH_ROWS):
                for row in _python_rows(batch):
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
        strings = [
            item.name
            for item in schema
            if pa.types.is_string(item.type) or pa.types.is_large_string(item.type) or pa.types.is_binary(item.type)
        ]
        # Buffered, a row group would be held whole.
        with pq.ParquetFile(handle, metadata=metadata, read_dictionary=strings, pre_buffer=False) as file:
            yield OpenParquet(path, schema, file)


def _python_rows(batch: Any) -> Iterator[dict[str, Any] | str]:
    if batch.nbytes <= _SMALL_BATCH_BYTES:
        try:
            yield from batch.to_pylist()
            return
        except (ValueError, OverflowError):
            pass  # some row is at fault: each is read alone
    for place in range(len(batch)):
        row = batch.slice(place, 1)
        if _n_bytes(row) > MAX_LINE_BYTES:
            yield f"row is longer than {MAX_LINE_BYTES:,} bytes"
            continue
        try:
            yield row.to_pylist()[0]
        except (ValueError, OverflowError) as error:
            yield f"a value cannot be read: {error}"


def _n_bytes(row: Any) -> int:
    """Bytes of a batch of one row; a column held as a dictionary counts with the one value of it."""
    import pyarrow as pa

    columns = (c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in row.columns)
    return sum(column.nbytes for column in columns)


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
