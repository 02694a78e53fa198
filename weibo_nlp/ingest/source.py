"""A file of a crawler, opened: records of tables and of JSON in one form, and the tables of SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest.sqlite import MAGIC, SqliteFile
from weibo_nlp.io import Reject, Row, Table, open_table
from weibo_nlp.io.jsonl import has_many_values, parse_json, parse_json_line, without_marks
from weibo_nlp.io.limits import MAX_FILE_BYTES, MAX_LINE_BYTES, MAX_VALUES
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.stable import FileState, open_unchanged

SWALLOWING = "quotation marks may have made it of several rows"


@dataclass(frozen=True)
class Source:
    """An opened file of a crawler.

    Attributes
    ----------
    path : Path
        The file.
    name : str
        What it is called in documents and messages: its path from the folder that was named, or its name alone.
    state : FileState
        By which it is seen, whenever it is read, that it is still the one that was opened.
    table : Table, optional
        Of CSV, TSV, JSON Lines or Parquet.
    sqlite : SqliteFile, optional
        Of SQLite. Without either, the file is one JSON document.
    """

    path: Path
    name: str
    state: FileState
    table: Table | None = None
    sqlite: SqliteFile | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of a table that names them in its first line; of JSON, none."""
        return () if self.table is None else self.table.columns

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
        """
        if self.table is not None:
            for item in replace(self.table, short=short).rows():
                if isinstance(item, Reject):
                    yield replace(item, file=self.name)
                elif item.swallows:
                    yield self.reject(item.number, SWALLOWING)
                else:
                    yield item
        elif self.sqlite is None:
            document = self._document()
            items = document if isinstance(document, list) else [document]
            for number, item in enumerate(items, 1):
                if isinstance(item, dict):
                    yield Row(number, item)
                else:
                    yield self.reject(number, "not a JSON object")

    def table_rows(self, name: str) -> Iterator[Row | Reject]:
        """Yield the rows of a table of SQLite."""
        if self.sqlite is None:
            raise UsageError(f"{self.path} is no SQLite file; read its rows.")
        for number, values in self.sqlite.rows(name):
            yield self.reject(number, f"{name}: {values}") if isinstance(values, str) else Row(number, values)

    def reject(self, number: int, reason: str) -> Reject:
        """Make a reject of a record, by its number and the reason."""
        return Reject(self.name, number, reason)

    def _document(self) -> Any:
        with open_unchanged(self.path, self.state) as handle:
            raw = handle.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise DataError(
                f"{self.path}: a JSON document of more than {MAX_FILE_BYTES:,} bytes; save it as JSON Lines."
            )
        try:
            text = without_marks(raw).decode()
            if has_many_values(text):
                raise DataError(f"{self.path}: more than {MAX_VALUES:,} values; save it as JSON Lines.")
            document = parse_json(text)
            if "\\u" in text:
                # Half of an escaped character could not be written again.
                json.dumps(document, ensure_ascii=False).encode()
        except UnicodeDecodeError as error:
            raise DataError(f"{self.path}: not UTF-8 at byte {error.start}; save it as UTF-8.") from None
        except UnicodeEncodeError:
            raise DataError(f"{self.path}: a lone surrogate (half of an escaped character) stands in it.") from None
        except ValueError as error:
            raise DataError(f"{self.path}: {error}; a JSON document or JSON Lines are expected.") from None
        return document


def open_source(path: Path | str, name: str | None = None) -> Source:
    """Open a file of a crawler as what its first bytes are.

    Parameters
    ----------
    path : Path or str
        The file.
    name : str, optional
        What to call it in documents; by default its name without its folders.

    Raises
    ------
    UsageError
        If it does not exist, or is a folder.
    DataError
        If it is empty or damaged.
    """
    path = named_path(path, "a crawl")
    name = path.name if name is None else name
    if path.is_file():
        state = FileState.of(path)
        with open_unchanged(path, state) as handle:
            head = handle.read(MAX_LINE_BYTES)
        if head.startswith(MAGIC):
            return Source(path, name, state, sqlite=SqliteFile(path))
        if _is_document(without_marks(head)):
            return Source(path, name, state)
    table = open_table(path)
    return Source(path, name, table.state, table)


def _is_document(head: bytes) -> bool:
    """Whether a file is one JSON value, over as many lines as it likes, rather than JSON Lines."""
    content = head.lstrip()
    if content.startswith(b"["):
        return content[1:].lstrip()[:1] in (b"{", b"]")
    if not content.startswith(b"{"):
        return False
    line, _, rest = content.partition(b"\n")
    return parse_json_line(line, 1).value is None and (rest != b"" or len(head) == MAX_LINE_BYTES)
