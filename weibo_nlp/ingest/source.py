"""A file of a crawler, opened: records of tables and of JSON in one form, and the tables of SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest.prose import Prose, find_prose
from weibo_nlp.io import Reject, Row, Table, open_table
from weibo_nlp.io.json_documents import TOP
from weibo_nlp.io.jsonl import has_many_values, parse_json, without_marks
from weibo_nlp.io.limits import MAX_FILE_BYTES, MAX_VALUES
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.sniffing import sheets_of
from weibo_nlp.io.sqlite_tables import MAGIC, SqliteTables
from weibo_nlp.io.stable import FileState, open_unchanged
from weibo_nlp.io.streams import open_stream

SWALLOWING = "quotation marks may have made it of several rows"
_HEAD_BYTES = 4096
# How a reader of tables is told that a JSON document is one record, whatever arrays it has.
_WHOLE = "$"


@dataclass(frozen=True)
class Source:
    """An opened file of a crawler.

    Attributes
    ----------
    path : Path
        The file.
    name : str
        What it is called in documents and messages: its path from the folder that was named, or its name alone.
    table : Table, optional
        Of anything but SQLite and prose: what it was found to be.
    sqlite : SqliteTables, optional
        Of SQLite.
    prose : Prose, optional
        Of a web page, or a list in Markdown.
    """

    path: Path
    name: str
    table: Table | None = None
    sqlite: SqliteTables | None = None
    prose: Prose | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of a table that names them in its first line; of JSON, none."""
        return () if self.table is None else self.table.columns

    @property
    def is_document(self) -> bool:
        """Whether the file is one JSON object, which is read whole."""
        return self.table is not None and self.table.format == "json" and self.table.sniffed.records == TOP

    def rows(self, short: frozenset[int] = frozenset()) -> Iterator[Row | Reject]:
        """Yield the records: rows of a table, the objects of a JSON array, or the one object that a document is.

        Parameters
        ----------
        short : frozenset of int
            Numbers of cells that a row of a delimited file may have instead of the header's; the others are empty.

        Raises
        ------
        DataError
            If the file breaks off, or changed since it was opened.
        UsageError
            If it is a database or a page.
        """
        if self.table is None:
            raise UsageError(f"{self.path} holds no rows of a table or of JSON; leave --family out, or name another.")
        if self.is_document:
            yield Row(1, self._document(self.table))
            return
        for item in replace(self.table, short=short).rows():
            if isinstance(item, Reject):
                yield replace(item, file=self.name)
            elif item.swallows:
                yield self.reject(item.number, SWALLOWING)
            else:
                yield item

    def inner_rows(self, row: Row, key: str) -> Iterator[Row | Reject]:
        """Yield the objects of a list that a record holds, numbered from 1."""
        items = row.values.get(key)
        if not isinstance(items, list):
            yield self.reject(row.number, f"no list of {key} in it")
            return
        for number, item in enumerate(items, 1):
            yield Row(number, item) if isinstance(item, dict) else self.reject(number, "not a JSON object")

    def table_rows(self, name: str) -> Iterator[Row | Reject]:
        """Yield the rows of a table of SQLite."""
        if self.sqlite is None:
            raise UsageError(f"{self.path} is no SQLite file; read its rows.")
        for number, values in self.sqlite.rows(name):
            yield self.reject(number, f"{name}: {values}") if isinstance(values, str) else Row(number, values)

    def text(self) -> str:
        """Return all of a web page or a list."""
        if self.prose is None:
            raise UsageError(f"{self.path} is no page and no list; leave --family out, or name another.")
        return self.prose.read()

    def reject(self, number: int, reason: str) -> Reject:
        """Make a reject of a record, by its number and the reason."""
        return Reject(self.name, number, reason)

    def _document(self, table: Table) -> dict[str, Any]:
        found = table.sniffed
        with open_stream(self.path, table.state, found.compression, found.encoding, returns=found.returns) as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise DataError(
                f"{self.path}: one JSON document of more than {MAX_FILE_BYTES:,} bytes, which is read whole; save its "
                "records as JSON Lines, or take another format of the crawler."
            )
        try:
            text = without_marks(raw).decode()
            if has_many_values(text):
                raise ValueError(f"more than {MAX_VALUES:,} values")
            document = parse_json(text)
            if not isinstance(document, dict):
                raise ValueError(f"not a JSON object but {type(document).__name__}")
            if "\\u" in text:
                # Half of an escaped character could not be written again.
                json.dumps(document, ensure_ascii=False).encode()
        except UnicodeDecodeError as error:
            raise DataError(f"{self.path}: not {found.encoding} at byte {error.start}; name another file.") from None
        except UnicodeEncodeError:
            raise DataError(f"{self.path}: a lone surrogate (half of an escaped character) stands in it.") from None
        except ValueError as error:
            raise DataError(f"{self.path}: {error}; a JSON document or JSON Lines are expected.") from None
        return document


def open_sources(path: Path | str, name: str | None = None) -> list[Source]:
    """Open a file of a crawler as :func:`open_source` does; of a workbook, every sheet that has cells.

    Where there are several, each is called by the file's name and its own: ``weibo.xlsx#Comments``.
    """
    path = named_path(path, "a crawl")
    name = path.name if name is None else name
    sheets = sheets_of(path, FileState.of(path)) if path.is_file() else []
    if len(sheets) < 2:
        return [open_source(path, name)]
    return [Source(path, f"{name}#{sheet}", open_table(path, sheet=sheet)) for sheet in sheets]


def open_source(path: Path | str, name: str | None = None) -> Source:
    """Open a file of a crawler as what it is by its content, packed or not, in whatever encoding.

    Parameters
    ----------
    path : Path or str
        The file.
    name : str, optional
        What to call it in documents; by default its name without its folders.

    Raises
    ------
    UsageError
        If it does not exist, is a folder, or two readings of it are about equally likely.
    DataError
        If it is empty, damaged, or holds no records.
    """
    path = named_path(path, "a crawl")
    name = path.name if name is None else name
    if path.is_file():
        with open_unchanged(path) as handle:
            head = handle.read(len(MAGIC))
        if head == MAGIC:
            return Source(path, name, sqlite=SqliteTables(path))
        if (prose := find_prose(path)) is not None:
            return Source(path, name, prose=prose)
    table = open_table(path, records=_WHOLE)
    sign = _first_sign(table)
    if sign in (b"{", b"[") and not table.is_keyed:  # JSON over many lines, under the suffix of another format
        table = open_table(path, "json", records=_WHOLE)
    if sign == b"[" and table.format == "json":  # its elements are read one by one
        table = replace(table, sniffed=replace(table.sniffed, records=()))
    return Source(path, name, table)


def _first_sign(table: Table) -> bytes:
    """Return the first byte of a text that is no blank."""
    found = table.sniffed
    with open_stream(table.path, table.state, found.compression, found.encoding, returns=found.returns) as stream:
        return without_marks(stream.read(_HEAD_BYTES)).lstrip()[:1]
