"""The tables of SQLite files, read row by row and never written to, whoever made them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.limits import MAX_COLUMNS, MAX_LINE_BYTES
from weibo_nlp.io.names import quoted
from weibo_nlp.io.stable import open_unchanged

MAGIC = b"SQLite format 3\0"
MAX_TABLES = 1_000

_SURROGATE = re.compile("[\ud800-\udfff]")


class SqliteTables:
    """The tables of an SQLite file. Views, virtual tables and computed columns, which run code, are passed over.

    Parameters
    ----------
    path : Path
        The file.

    Attributes
    ----------
    tables : mapping of str to tuple of str
        Names of the tables and of their columns.
    passed_over : int
        Views and virtual tables.
    free_pages : int
        Pages in which deleted rows may still be.

    Raises
    ------
    DataError
        If it is damaged, or beside it stands a journal with rows that it does not have yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        for suffix in ("-wal", "-journal"):
            journal = path.with_name(path.name + suffix)
            if journal.is_file() and journal.stat().st_size:
                raise DataError(
                    f"{path}: {journal.name} beside it has rows that are not in it yet; end the crawler, or open and "
                    "close the file with sqlite3, and try again."
                )
        with self._connected() as connection:
            self.tables: Mapping[str, tuple[str, ...]] = dict(_tables(path, connection))
            self.passed_over: int = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'view' OR upper(sql) LIKE 'CREATE VIRTUAL%'"
            ).fetchone()[0]
            self.free_pages: int = connection.execute("PRAGMA freelist_count").fetchone()[0]

    def rows(self, table: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
        """Yield the rows of a table, numbered from 1; instead of one with bytes that are no text, the reason.

        Raises
        ------
        DataError
            If the file is damaged, or a row has more than ``MAX_LINE_BYTES``.
        """
        names = self.tables[table]
        listed = ", ".join(map(_identifier, names))
        number = 0
        with self._connected() as connection:
            for number, values in enumerate(connection.execute(f"SELECT {listed} FROM {_identifier(table)}"), 1):
                yield number, _row(names, values)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # Immutable: no locks are taken, and nothing beside the file is made or looked at.
        address = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
        with open_unchanged(self.path, regular=True):
            try:
                with closing(sqlite3.connect(address, uri=True)) as connection:
                    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_LINE_BYTES)
                    connection.execute("PRAGMA trusted_schema = OFF")
                    connection.execute("PRAGMA cell_size_check = ON")
                    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
                    yield connection
            except sqlite3.Error as error:
                raise DataError(
                    f"{self.path}: cannot be read as SQLite: {error}. Copy what can be saved with sqlite3's .recover."
                ) from error


def _tables(path: Path, connection: sqlite3.Connection) -> Iterator[tuple[str, tuple[str, ...]]]:
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchmany(
        MAX_TABLES + 1
    )
    if len(found) > MAX_TABLES:
        raise DataError(f"{path}: more than {MAX_TABLES:,} tables; no crawler's. Copy those that are needed.")
    for name, statement in found:
        if name.startswith("sqlite_") or str(statement).lstrip().upper().startswith("CREATE VIRTUAL"):
            continue
        # Computed and hidden columns are not among these.
        columns = tuple(row[1] for row in connection.execute(f"PRAGMA table_info({_identifier(name)})"))
        if len(columns) > MAX_COLUMNS:
            raise DataError(f"{path}: table {quoted(name)} has more than {MAX_COLUMNS:,} columns.")
        yield name, columns


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _row(names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any] | str:
    for name, value in zip(names, values, strict=True):
        if isinstance(value, str) and not value.isascii() and _SURROGATE.search(value):
            return f"{name}: not UTF-8"
    return dict(zip(names, values, strict=True))
