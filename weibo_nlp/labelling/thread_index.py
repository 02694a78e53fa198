"""Texts of a file that other rows of it answer, in a file of SQLite: written once, read by any number of processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, WriteError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.labelling.threads import Above, above_by

_TABLES = """
CREATE TABLE answered (id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE texts (id BLOB PRIMARY KEY, text BLOB, above BLOB) WITHOUT ROWID;
CREATE TABLE doubled (n INTEGER);
"""
_REMEMBERED = 65_536  # rows: the texts of a thread are answered over and over


class ThreadIndex:
    """What :class:`~weibo_nlp.labelling.threads.ThreadTexts` holds in memory, on disk.

    Parameters
    ----------
    path : Path
        A file that :func:`write_thread_index` wrote.

    Raises
    ------
    DataError
        If it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        self._entry = lru_cache(_REMEMBERED)(self._read)
        self.n_doubled = int(self._one("SELECT n FROM doubled")[0])

    def above(self, parent: str | None) -> Above:
        """Return what stands above a row by the id of the text that it answers."""
        return above_by(self._entry, parent)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _read(self, name: str) -> tuple[Any, str | None] | None:
        row = self._one("SELECT text, above FROM texts WHERE id = ?", _bytes(name))
        return None if row is None else (_text(row[0]), _text(row[1]))

    def _one(self, query: str, *given: Any) -> Any:
        try:
            return self._connection.execute(query, given).fetchone()
        except sqlite3.DatabaseError as error:
            raise DataError(f"{self._path}: is damaged ({error}); delete it, and run again.") from error


def write_thread_index(path: Path, read: Callable[[], Iterable[tuple[str | None, Any, str | None]]]) -> None:
    """Write the texts of rows that are answered.

    Parameters
    ----------
    path : Path
        The file.
    read : callable
        Gives the rows, each an id, a text and the id of the one it answers; called twice.

    Raises
    ------
    WriteError
        If there is no room.
    """
    with atomic_path(path) as temporary, closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
        try:
            connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES} BEGIN;")
            connection.executemany(
                "INSERT OR IGNORE INTO answered VALUES (?)",
                ((_bytes(above),) for _, _, above in read() if above is not None),
            )
            offered = 0

            def answered() -> Iterable[tuple[bytes | None, bytes | None, bytes | None]]:
                nonlocal offered
                for own, text, above in read():
                    if own is None:
                        continue
                    key = _bytes(own)
                    if connection.execute("SELECT 1 FROM answered WHERE id = ?", (key,)).fetchone():
                        offered += 1
                        yield key, _bytes(text) if isinstance(text, str) else None, _bytes(above)

            connection.executemany("INSERT OR IGNORE INTO texts VALUES (?, ?, ?)", answered())
            (n_held,) = connection.execute("SELECT count(*) FROM texts").fetchone()
            connection.execute("INSERT INTO doubled VALUES (?)", (offered - n_held,))
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise WriteError(f"cannot write {path}: {error}; make room, or name a folder on another disk.") from error


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogatepass")


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "surrogatepass")
