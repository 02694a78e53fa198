"""Documents as a Parquet file with all their fields, written and read back in batches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.corpus.tree import above_of
from weibo_nlp.errors import DataError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.jsonl import parse_json
from weibo_nlp.io.parquet import open_parquet
from weibo_nlp.io.row_groups import grouped_writer
from weibo_nlp.records import Counts, Document, Source

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 4096
BATCH_CHARACTERS = 16 * 1024 * 1024
"""Documents that are held together; fewer where they come to more characters."""

_LISTS = ("hashtags", "mentions", "urls", "flags")
# Anything may stand in these, so that no type of Parquet describes them.
_JSON = ("votes", "extra")
# Records within a record are columns side by side, as tables for people have them.
_COUNTS = tuple(item.name for item in fields(Counts))
_SOURCE = {f"source_{item.name}": item.name for item in fields(Source)}
_PLAIN = tuple(item.name for item in fields(Document) if item.name not in (*_LISTS, *_JSON, "counts", "source"))
_INTEGERS = {"fold": "int32", "source_row": "int64", **dict.fromkeys(_COUNTS, "int64")}
ABOVE = "above"
"""Column with the id of what a document answers or reposts, which no field has alone: ``parent``, or ``repost_of``."""
COLUMNS = (*_PLAIN, *_LISTS, *_COUNTS, *_SOURCE, *_JSON, ABOVE)
"""Columns of the file: the fields of :class:`weibo_nlp.records.Document`; ``votes`` and ``extra`` are JSON."""


def write_documents(path: Path, documents: Iterable[Document]) -> int:
    """Write documents, beside and renamed; memory is bounded by a batch. Return how many.

    Raises
    ------
    DataError
        If a document holds in ``extra`` or ``votes`` what JSON cannot, or a number beyond 64 bits.
    WriteError
        If the disk is full; what was there before still stands.
    """
    with atomic_path(path) as temporary:
        return write_rows(temporary, documents)


def write_rows(path: Path, documents: Iterable[Document]) -> int:
    """Write documents as :func:`write_documents` does, into a file that the caller renames."""
    import pyarrow as pa

    count = 0
    with grouped_writer(path, _schema()) as writer:
        for batch in _batches(documents):
            columns = zip(*batch, strict=True)
            try:
                arrays = [pa.array(cells, item.type) for cells, item in zip(columns, _schema(), strict=True)]
            except (pa.ArrowException, OverflowError, UnicodeEncodeError) as error:
                raise DataError(f"documents {batch[0][0]!r} and on cannot be written: {error}.") from error
            writer.write(pa.Table.from_arrays(arrays, schema=_schema()))
            count += len(batch)
    return count


def _batches(documents: Iterable[Document]) -> Iterator[list[list[Any]]]:
    batch: list[list[Any]] = []
    weight = 0
    for document in documents:
        batch.append(cells_of(document))
        weight += sum(len(cell) for cell in batch[-1] if isinstance(cell, str))
        if len(batch) >= BATCH_ROWS or weight >= BATCH_CHARACTERS:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def read_documents(path: Path | str) -> Iterator[Document]:
    """Read documents back, equal to those that were written, in memory bounded by a batch.

    Raises
    ------
    DataError
        If it is no such file, or a row cannot be read, naming it.
    """
    path = Path(path)
    with open_parquet(path) as opened:
        if missing := [name for name in COLUMNS if name not in opened.schema.names]:
            raise DataError(f"{path}: no column {', '.join(missing)}; a file of imported documents is expected.")
        for number, row in enumerate(opened.rows(), 1):
            if isinstance(row, str):
                raise DataError(f"{path}: row {number}: {row}. Import the crawl again.")
            try:
                yield document_of(row)
            except (TypeError, ValueError, AttributeError, DataError) as error:
                raise DataError(f"{path}: row {number}: {error}. Import the crawl again.") from None


@cache
def _schema() -> pa.Schema:
    import pyarrow as pa

    def type_of(name: str) -> pa.DataType:
        return pa.list_(pa.string()) if name in _LISTS else pa.type_for_alias(_INTEGERS.get(name, "string"))

    return pa.schema([(name, type_of(name)) for name in COLUMNS])


def cells_of(document: Document) -> list[Any]:
    """Return the cells of a document, one for each of ``COLUMNS``."""
    source = document.source
    return [
        *(getattr(document, name) for name in _PLAIN),
        *(list(getattr(document, name)) for name in _LISTS),
        *(getattr(document.counts, name) for name in _COUNTS),
        *(None if source is None else getattr(source, name) for name in _SOURCE.values()),
        *(_json(document, name) for name in _JSON),
        above_of(document),
    ]


def _json(document: Document, name: str) -> str | None:
    value: Mapping[str, Any] = getattr(document, name)
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False) if value else None
    except (TypeError, ValueError) as error:
        raise DataError(f"document {document.id!r}: {name} is no JSON: {error}.") from None


def document_of(row: Mapping[str, Any]) -> Document:
    """Return the document whose cells stand in a row, by the names of ``COLUMNS``."""
    values = {name: row[name] for name in _PLAIN}
    for name in _LISTS:
        values[name] = tuple(row[name] or ())
    values["counts"] = Counts(**{name: row[name] for name in _COUNTS})
    if row["source_format"] is not None:
        values["source"] = Source(**{field: row[name] for name, field in _SOURCE.items()})
    values["extra"] = parse_json(row["extra"] or "{}")
    values["votes"] = {task: tuple(labels) for task, labels in parse_json(row["votes"] or "{}").items()}
    return Document(**values)
