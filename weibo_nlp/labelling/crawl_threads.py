"""What stands above the rows of crawls' files, as an import of these files finds it."""

from __future__ import annotations

import sqlite3
import weakref
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from weibo_nlp.corpus.tree import above_of
from weibo_nlp.ingest.flags import EMBEDDED
from weibo_nlp.ingest.links import on_disk
from weibo_nlp.ingest.reading import Import
from weibo_nlp.io import Row
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.labelling.threads import Above
from weibo_nlp.records import Document

_REMEMBERED = 16_384  # texts: most of a crawl's answers are below a few of its posts
_FAST = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;"  # KiB
_TABLES = """
CREATE TABLE documents (id TEXT, above TEXT, root TEXT, content TEXT);
CREATE TABLE records (file INTEGER, number INTEGER, id TEXT, PRIMARY KEY (file, number)) WITHOUT ROWID;
"""


def write_crawl_threads(path: Path, crawl: Import) -> None:
    """Write what stands above the documents of a crawl, and which document each record is.

    What a document answers is found as :class:`weibo_nlp.ingest.threads.ThreadJoin` does; a place-holder that stands
    above has no text. Memory does not grow with the crawl.

    Parameters
    ----------
    path : Path
        The file.
    crawl : Import
        All files that may name each other; read once, and its tally is complete then.

    Raises
    ------
    DataError
        If a file breaks off.
    WriteError
        If there is no room.
    """
    with (
        atomic_path(path) as temporary,
        closing(sqlite3.connect(temporary, isolation_level=None)) as connection,
        on_disk(),
    ):
        connection.executescript(f"{_FAST} {_TABLES} BEGIN;")

        def meet(file: int, document: Document) -> None:
            # Of several documents in one record, the outer one comes first; what is inside is not the record itself.
            if document.source is not None and EMBEDDED not in document.flags:
                record = (file, document.source.row, document.id)
                connection.execute("INSERT OR IGNORE INTO records VALUES (?, ?, ?)", record)

        documents = (item for item in crawl.items(meet) if isinstance(item, Document))
        connection.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?)",
            ((each.id, above_of(each), each.thread, each.text) for each in documents),
        )
        connection.execute("CREATE UNIQUE INDEX by_id ON documents (id)")
        _find_tops(connection)
        connection.execute("COMMIT")


def _find_tops(connection: sqlite3.Connection) -> None:
    """Where the first document of a thread is not in the crawl, let the topmost one that is stand for it."""
    connection.execute(
        "CREATE TEMP TABLE headless AS SELECT id FROM documents WHERE root NOT IN (SELECT id FROM documents)"
    )
    for (id,) in connection.execute("SELECT id FROM headless"):
        path, at, root = [], id, None
        while root is None:
            path.append(at)
            row = connection.execute(
                "SELECT upper.id, upper.root, upper.root IN (SELECT id FROM documents) FROM documents own "
                "JOIN documents upper ON upper.id = own.above WHERE own.id = ?",
                (at,),
            ).fetchone()
            if row is None:
                root = at
            elif row[2]:
                root = row[1]
            else:
                at = row[0]
        connection.executemany("UPDATE documents SET root = ? WHERE id = ?", ((root, each) for each in path))


class CrawlThreads:
    """Texts above documents, by document and by record of a file, for any number of processes.

    Parameters
    ----------
    path : Path
        What :func:`write_crawl_threads` wrote.
    """

    def __init__(self, path: Path) -> None:
        self._data = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        weakref.finalize(self, self._data.close)
        self.close = self._data.close
        self._document = lru_cache(_REMEMBERED)(self._read)

    def above(self, id: str) -> Above:
        """Return what stands above a document; of one that is not in the crawl, nothing."""
        document = self._document(id)
        if document is None or document[0] is None:
            return Above()
        above, root, _ = document
        parent, first = self._document(above), self._document(root)
        if parent is None:
            return Above(is_missing=True)
        return Above(parent[2], None if first is None else first[2])

    def document_at(self, file: int, number: int) -> str | None:
        """Return the id of the document that a record of a file is, by their places; None where it is none."""
        row = self._data.execute("SELECT id FROM records WHERE file = ? AND number = ?", (file, number)).fetchone()
        return None if row is None else str(row[0])

    def _read(self, id: str) -> tuple[str | None, str, str] | None:
        row: tuple[str | None, str, str] | None = self._data.execute(
            "SELECT above, root, content FROM documents WHERE id = ?", (id,)
        ).fetchone()
        return row


class RowThreads:
    """What stands above the rows of one file of a crawl, and how many of them could not be found in it.

    Parameters
    ----------
    threads : CrawlThreads
        Of the whole crawl.
    file : int
        Place of the file in it.
    id_column : str, optional
        Where the rows are documents as an import writes them, the column of their ids; otherwise they are known by
        their numbers.
    """

    def __init__(self, threads: CrawlThreads, file: int, id_column: str | None = None) -> None:
        self._threads, self._file, self._id_column = threads, file, id_column
        self.n_unplaced = 0

    def above(self, row: Row) -> Above:
        """Return what stands above a row; nothing where no document could be made of it, which is counted."""
        if self._id_column is None:
            id = self._threads.document_at(self._file, row.number)
        else:
            id = row.values.get(self._id_column)
        if id is None:
            self.n_unplaced += 1
            return Above()
        return self._threads.above(id)
