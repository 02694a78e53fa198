"""A file of SQLite in the user's cache, in which what was costly to get is kept.

Processes and threads may share it: SQLite locks it for each of its transactions, and one that is cut off is undone.
Where it grows beyond its bound, the rows that came first go. It is readable for its user alone.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from weibo_nlp.errors import DataError, UsageError

WAIT = 60.0  # seconds for another process' transaction
FREED = 0.1
"""Share of the rows that go at once."""


class SqliteFile:
    """What a cache of ours does with its file; it opens it for each of its transactions.

    Parameters
    ----------
    path : Path
        The file; made when first written to, with its folder.
    max_bytes : int
        About how large it may grow.
    tables : str
        SQL that makes its tables, as `version` of the format asks.
    version : int
        Of the format; a file of another one is refused.
    held : str
        What is in it, for messages.
    remedy : str
        Command that clears it.
    """

    def __init__(self, path: Path, max_bytes: int, *, tables: str, version: int, held: str, remedy: str) -> None:
        self.path, self.max_bytes = path, max_bytes
        self._tables, self._version, self._held, self._remedy = tables, version, held, remedy

    @property
    def is_there(self) -> bool:
        """Whether there is such a file."""
        return os.path.lexists(self.path)

    def make(self) -> None:
        """Make the file where it is not there.

        Raises
        ------
        UsageError
            If it cannot be made or written to.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise UsageError(
                f"cannot write {self.path}: {error.strerror}; set WEIBO_NLP_HOME to a folder that is writable."
            ) from error

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file, with its tables in it.

        Raises
        ------
        DataError
            If it is damaged, of a later format, or none of ours.
        UsageError
            If it cannot be used, as on a full disk.
        """
        try:
            with closing(sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)) as connection:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version not in (0, self._version):
                    raise DataError(
                        f"{self.path}: {self._held} of format {version}, this version reads {self._version}; upgrade "
                        f"weibo-nlp, or clear them: {self._remedy}"
                    )
                if version == 0:
                    # Immediately: of two that have begun to read and would write, SQLite fails one without waiting.
                    made = f"{self._tables}PRAGMA user_version = {self._version};"
                    connection.executescript(f"BEGIN IMMEDIATE;{made}COMMIT;")
                yield connection
        except sqlite3.DatabaseError as error:
            # A file that may not be written, a full disk and a lock that is held too long are of this kind as well.
            if isinstance(error, sqlite3.OperationalError):
                raise UsageError(
                    f"{self.path}: cannot be used: {error}. Make room, or set WEIBO_NLP_HOME to another folder."
                ) from error
            raise self.damaged(str(error)) from error

    def damaged(self, how: str) -> DataError:
        """Return the error that tells of damage."""
        return DataError(f"{self.path}: is damaged ({how}); clear it: {self._remedy}")

    def count(self, table: str) -> int:
        """Rows of a table."""
        if not self.is_there:
            return 0
        with self.opened() as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def bound(self, connection: sqlite3.Connection, table: str) -> None:
        """Let the oldest rows of a table, by its ``place``, go where there are too many; their pages are used again."""
        facts = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        }
        if (facts["page_count"] - facts["freelist_count"]) * facts["page_size"] <= self.max_bytes:
            return
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        connection.execute(
            f"DELETE FROM {table} WHERE place IN (SELECT place FROM {table} ORDER BY place LIMIT ?)",
            (max(1, int(count * FREED)),),
        )

    def clear(self) -> bool:
        """Delete the file, damaged or not; tell if there was one."""
        there = self.is_there
        for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
            path.unlink(missing_ok=True)
        return there
