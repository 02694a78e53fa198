"""What stands above the rows of crawls' files, as an import of these files finds it."""

from __future__ import annotations

import sqlite3
from functools import lru_cache

from weibo_nlp.corpus.tree import above_of
from weibo_nlp.ingest.flags import EMBEDDED
from weibo_nlp.ingest.links import on_disk
from weibo_nlp.ingest.reading import Import
from weibo_nlp.io import Row
from weibo_nlp.labelling.threads import Above
from weibo_nlp.records import Document

_CACHE_KIB = 16_384
_REMEMBERED = 16_384  # texts: most of a crawl's answers are below a few of its posts
_TABLES = """
CREATE TABLE documents (id TEXT, above TEXT, root TEXT, content TEXT);
CREATE TABLE records (file INTEGER, number INTEGER, id TEXT, PRIMARY KEY (file, number)) WITHOUT ROWID;
"""


class CrawlThreads:
    """Texts above documents, by document and by row of a file.

    They lie in a temporary database that the system deletes with the process, so that memory does not grow with them.
    What a document answers is found as :class:`weibo_nlp.ingest.threads.ThreadJoin` does; a place-holder that stands
    above has no text.

    Parameters
    ----------
    crawl : Import
        All files that may name each other; read once, and its tally is complete then.

    Raises
    ------
    DataError
        If a file breaks off.
    WriteError
        If there is no room for the database.
    """

    def __init__(self, crawl: Import) -> None:
        # Without a name: a private file, made when the cache overflows.
        self._data = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            self._data.execute(f"PRAGMA {setting}")
        self._data.executescript(_TABLES)
        with on_disk():
            self._data.execute("BEGIN")
            for item in crawl.items(self._meet):
                if isinstance(item, Document):
                    row = (item.id, above_of(item), item.thread, item.text)
                    self._data.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", row)
            self._data.execute("CREATE UNIQUE INDEX by_id ON documents (id)")
            self._find_tops()
            self._data.execute("COMMIT")
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

    def _meet(self, file: int, document: Document) -> None:
        # Of several documents in one record, the outer one comes first; what is inside is not the record itself.
        if document.source is not None and EMBEDDED not in document.flags:
            self._data.execute(
                "INSERT OR IGNORE INTO records VALUES (?, ?, ?)", (file, document.source.row, document.id)
            )

    def _find_tops(self) -> None:
        """Where the first document of a thread is not in the crawl, let the topmost one that is stand for it."""
        self._data.execute(
            "CREATE TABLE headless AS SELECT id FROM documents WHERE root NOT IN (SELECT id FROM documents)"
        )
        for (id,) in self._data.execute("SELECT id FROM headless"):
            path, at, root = [], id, None
            while root is None:
                path.append(at)
                row = self._data.execute(
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
            self._data.executemany("UPDATE documents SET root = ? WHERE id = ?", ((root, each) for each in path))
        self._data.execute("DROP TABLE headless")

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
