"""A collection of rows in a table, or in the parts of a folder, as one: by column, by batch, and by place."""

from __future__ import annotations

import hashlib
from collections.abc import Collection as Places
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.checksum import sha256_of_file
from weibo_nlp.io.column_types import (
    ColumnType,
    DateOrder,
    ValueKind,
    arrow_schema,
    column_type,
    column_type_of,
    value_kind,
)
from weibo_nlp.io.compression import without_compression_suffix
from weibo_nlp.io.formats import DELIMITED
from weibo_nlp.io.job_folder import REJECTED, is_job_folder, read_job_folder
from weibo_nlp.io.rows import Reject, Row, Table, listed, open_table
from weibo_nlp.io.value_text import json_text

if TYPE_CHECKING:
    import pandas as pd

BATCH_ROWS = 20_000
BATCH_CHARACTERS = 8_000_000
"""Rows of a frame, and characters that end one early: posts have far fewer, and hostile texts have more."""
PART_SUFFIXES = (".parquet", ".csv", ".tsv", ".jsonl", ".xlsx")


@dataclass(frozen=True)
class Collection:
    """Rows of one table or of several alike, in order; a row's place is its number among them, from 0.

    A row that cannot be read keeps its place, and has nothing in any column.

    Attributes
    ----------
    path : Path
        The file or the folder, as it was named.
    tables : tuple of Table
        What it is made of, in order.
    columns : mapping of str to {"string", "bool", "int", "float", "json"}
        Name -> type. Cells of CSV, TSV and workbooks are strings.
    date_order : {"day", "month"} or None
        Which number stands first in dates whose year stands last; None where the dates themselves are to tell it.
    """

    path: Path
    tables: tuple[Table, ...]
    columns: Mapping[str, ColumnType]
    date_order: DateOrder | None = None

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes; of several, of their names and sums, a line each."""
        sums = [(table.path.name, sha256_of_file(table.path)) for table in self.tables]
        if len(sums) == 1 and self.tables[0].path == self.path:
            return sums[0][1]
        return hashlib.sha256("".join(f"{name}\t{each}\n" for name, each in sums).encode()).hexdigest()

    @cached_property
    def n_rows(self) -> int:
        """Number of rows, with those that cannot be read."""
        return sum(1 for _ in self.rows(()))

    @cached_property
    def n_unreadable(self) -> int:
        """Number of rows that cannot be read."""
        return sum(isinstance(item, Reject) for table in self.tables for item in table.rows())

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield the values of each row by column, in order.

        Parameters
        ----------
        columns : sequence of str, optional
            Those that are wanted; by default all. A row that lacks one has None there, and so has one with an empty
            cell.

        Raises
        ------
        UsageError
            If there is no such column.
        DataError
            If a file breaks off, or changed since it was opened.
        """
        names = self._known(columns)
        read = frozenset(names or list(self.columns)[:1])  # of a Parquet row without any column, nothing is left
        for table in self.tables:
            source = replace(table, converted=read) if table.format == "parquet" else table
            for item in source.rows():
                values = item.values if isinstance(item, Row) else {}
                yield {name: None if (value := values.get(name)) == "" else value for name in names}

    def rows_at(
        self, places: Places[int], columns: Sequence[str] | None = None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the rows at some places, in order, each with its place.

        Raises
        ------
        UsageError
            If there is no such column, or no row at a place.
        """
        left = set(places)
        for place, row in enumerate(self.rows(columns)):
            if place in left:
                yield place, row
                left.discard(place)
                if not left:
                    return
        if left:
            raise UsageError(f"{self.path} has no row at place {min(left)}: places begin at 0.")

    def frames(self, columns: Sequence[str] | None = None, batch_rows: int = BATCH_ROWS) -> Iterator[pd.DataFrame]:
        """Yield frames of at most so many rows, fewer if these are long; the index is the rows' places.

        Columns are as in :meth:`frame`.
        """
        import pyarrow as pa

        names = self._known(columns)
        schema = pa.schema([(name, _ARROW[self.columns[name]]()) for name in names])
        start = 0
        for batch in _batches(self.rows(names), batch_rows):
            arrays = [pa.array(_values(batch, name, self.columns[name]), schema.field(name).type) for name in names]
            frame = _frame(pa.table(arrays, schema=schema)) if names else _empty(len(batch))
            yield frame.set_axis(range(start, start + len(batch)))
            start += len(batch)

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows as one frame.

        Parameters
        ----------
        columns : sequence of str, optional
            Those that are wanted; by default all.

        Returns
        -------
        DataFrame
            A row each, its index the place. What is missing or empty is missing there (``isna``); integers and booleans
            are ``Int64`` and ``boolean``, so that ids keep their digits beside it. Records and lists are JSON; numbers
            in CSV, TSV and workbooks are the text that they are.
        """
        import pandas as pd

        frames = list(self.frames(columns))
        if not frames:
            return pd.DataFrame(columns=self._known(columns))
        return pd.concat(frames) if len(frames) > 1 else frames[0]

    def _known(self, columns: Sequence[str] | None) -> list[str]:
        names = list(self.columns) if columns is None else list(dict.fromkeys(columns))
        for name in names:
            if name not in self.columns:
                raise UsageError(f"{self.path}: no column {name!r}; there is: {listed(list(self.columns))}.")
        return names


def open_collection(
    path: Path | str, format: Any = None, *, date_order: DateOrder | None = None, **reading: Any
) -> Collection:
    """Open a table, or a folder of tables with the same columns, as one collection of rows.

    Parameters
    ----------
    path : Path or str
        A file that :func:`weibo_nlp.io.open_table` reads; a folder that ``weibo-nlp label`` wrote in parts; or any
        folder of tables, which are taken in the order of their names, but for those that begin with ``_`` or ``.``.
    format : str, optional
        As for :func:`weibo_nlp.io.open_table`, like the others.
    date_order : {"day", "month"}, optional
        Which number stands first in dates whose year stands last, where the dates themselves do not tell.

    Raises
    ------
    UsageError
        If there is no such file or folder, or nothing to read in the folder, or it is unsure how a file is meant.
    DataError
        If a file is not what it seems, the folder's tables differ in their columns, or its job is not finished.
    """
    path = Path(path)
    if is_job_folder(path):
        return _of_job(path, date_order)
    files = _parts(path) if path.is_dir() else [path]
    tables = tuple(open_table(file, format, **reading) for file in files)
    kinds = [_kinds(table) for table in tables]
    for table, others in zip(tables, kinds, strict=True):
        if set(others) != set(kinds[0]):
            odd = sorted({*others} ^ {*kinds[0]})
            raise DataError(
                f"{table.path} has other columns than {tables[0].path}: {listed(odd)} in one of them only; put files "
                "of one kind into a folder, or name one file."
            )
    return Collection(path, tables, _joined(kinds), date_order)


def _of_job(folder: Path, date_order: DateOrder | None) -> Collection:
    job = read_job_folder(folder)
    job.require_finished()
    parts = [(folder / part.part, part.rows) for _, part in sorted(job.parts.items())]
    # Of a unit whose rows were all set aside, the part is empty; of JSON Lines, it is no table then.
    files = [file for file, rows in parts if rows]
    if not files:
        raise DataError(f"{folder}: no row was labelled; all were set aside, and {folder / REJECTED} says why.")
    shape: dict[str, Any] = {"header": True} if job.format in DELIMITED else {}
    shape |= {"encoding": "utf-8"} if job.format != "parquet" else {}
    tables = tuple(open_table(file, job.format, **shape) for file in files)
    return Collection(folder, tables, _joined([_kinds(table) for table in tables]), date_order)


def _parts(folder: Path) -> list[Path]:
    files = [
        file
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name[0] not in "._" and without_compression_suffix(file).suffix in PART_SUFFIXES
    ]
    files = [file for file in files if not file.name.endswith((".rejected.jsonl", ".stream-rejected.jsonl"))]
    if not files:
        raise UsageError(f"{folder} has no table: no file there ends in {', '.join(PART_SUFFIXES)}, or these packed.")
    return files


def _kinds(table: Table) -> dict[str, set[ValueKind]]:
    """Return what kinds of values the columns of a table hold."""
    if table.format == "parquet":
        return {field.name: {column_type_of(field.type)} for field in arrow_schema(table)}
    if not table.is_keyed:
        return {name: {"string"} for name in table.columns}
    kinds: dict[str, set[ValueKind]] = {}
    for item in table.rows():
        if isinstance(item, Row):
            for name, value in item.values.items():
                kinds.setdefault(name, set()).add(value_kind(value))
    return kinds


def _joined(kinds: Sequence[Mapping[str, set[ValueKind]]]) -> dict[str, ColumnType]:
    """Types of the columns of several tables; of values that are missing throughout a table, it tells nothing."""
    names = dict.fromkeys(name for each in kinds for name in each)
    return {name: column_type({kind for each in kinds for kind in each.get(name, ())}) for name in names}


def _batches(rows: Iterator[dict[str, Any]], most: int) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    n_characters = 0
    for row in rows:
        batch.append(row)
        n_characters += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(batch) == most or n_characters >= BATCH_CHARACTERS:
            yield batch
            batch, n_characters = [], 0
    if batch:
        yield batch


def _values(rows: Sequence[Mapping[str, Any]], name: str, kind: ColumnType) -> list[Any]:
    values = [row[name] for row in rows]
    if kind == "json":
        return [None if value is None else value if isinstance(value, str) else json_text(value) for value in values]
    if kind == "string":
        return [None if value is None else value if isinstance(value, str) else str(value) for value in values]
    return values


def _arrow() -> dict[ColumnType, Any]:
    def named(name: str) -> Any:
        def make() -> Any:
            import pyarrow as pa

            return getattr(pa, name)()

        return make

    return {
        "string": named("large_string"),
        "json": named("large_string"),
        "bool": named("bool_"),
        "int": named("int64"),
        "float": named("float64"),
    }


_ARROW = _arrow()


def _frame(table: Any) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}.get)
    return frame


def _empty(n: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(index=range(n))
