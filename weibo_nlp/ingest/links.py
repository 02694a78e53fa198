"""Documents of a crawl on disk, merged by id, and what each says of the one that it answers: ids, names, words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from weibo_nlp.corpus.tree import above_of
from weibo_nlp.errors import WriteError
from weibo_nlp.ingest.base import NICKNAME
from weibo_nlp.ingest.flags import CHAIN_GAP, REPLY_UNRESOLVED
from weibo_nlp.ingest.merging import merged
from weibo_nlp.ingest.writing import COLUMNS, cells_of, document_of
from weibo_nlp.records import Document
from weibo_nlp.text.grammar import parse_without_emoticons

MISSING_ID = "missing_id"
"""Key of ``extra`` for the id of what an orphan answers, where it stands below something else instead."""

_CACHE_KIB = 16_384
_TABLES = """
CREATE TABLE documents (position INTEGER PRIMARY KEY, id TEXT, content TEXT);
CREATE TABLE links (
    id TEXT PRIMARY KEY, position INTEGER, is_comment INTEGER, declared TEXT, root TEXT, instead TEXT, nickname TEXT,
    author TEXT,
    is_dated INTEGER, moment TEXT, words TEXT, addressee TEXT, addressed TEXT, above TEXT, marks TEXT, thread TEXT,
    post TEXT
) WITHOUT ROWID;
"""
_INSERT = f"INSERT INTO links VALUES ({'?, ' * 14}'', NULL, NULL)"
# Whoever is asked for is found in a few steps, however often somebody spoke.
_NAME_INDEXES = {
    "siblings": "declared, nickname, is_comment, words, is_dated, moment",
    "speakers": "root, nickname, is_comment, words, is_dated, moment",
    "persons": "root, nickname, author",
}
_ID_DIGITS = 20
_LONGEST_WORDS = 200
_OPENING = 8  # characters in which an answer by name begins


@dataclass(frozen=True, slots=True)
class Link:
    """Where a document says that it stands.

    Attributes
    ----------
    position : int
        In the order in which ids first came.
    is_comment : bool
        Whether it is a comment, and no post or repost.
    above, instead : str or None
        Ids of what stands right above, and of what it is below if that is not there: the post, mostly.
    marks : tuple of str
        Flags that its place has earned it.
    thread, post : str or None
        Once they are known: its first document, and the nearest post or repost.
    """

    position: int
    is_comment: bool
    above: str | None
    instead: str | None
    marks: tuple[str, ...]
    thread: str | None
    post: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands: what is above it, its thread, its flags, and how many comments are below a post."""

    above: str | None
    thread: str
    marks: tuple[str, ...]
    comments: int


class Links:
    """Documents and their links. Memory does not grow with their number."""

    def __init__(self) -> None:
        # Without a name: a private file, made when the cache overflows.
        self._data = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            self._data.execute(f"PRAGMA {setting}")
        self._data.executescript(_TABLES)
        self._data.execute("BEGIN")
        self._count = 0
        self._has_names = False

    def add(self, document: Document) -> bool:
        """Keep a document; return whether it was merged into an earlier one."""
        with on_disk():
            found = self._data.execute("SELECT position FROM links WHERE id = ?", (document.id,)).fetchone()
            if found is None:
                self._count += 1
                position = self._count
                self._data.execute(
                    "INSERT INTO documents VALUES (?, ?, ?)", (position, document.id, _written(document))
                )
                self._data.execute(_INSERT, self._row(document, position))
                return False
            (position,) = found
            earlier = self._document(position)
            both = merged(earlier, document)
            if both != earlier:
                content = _written(both)
                self._data.execute("UPDATE documents SET content = ? WHERE position = ?", (content, position))
                self._data.execute("DELETE FROM links WHERE id = ?", (document.id,))
                self._data.execute(_INSERT, self._row(both, position))
            return True

    def find_by_name(self) -> None:
        """Look for what documents answer by a name alone, once all of them are here."""
        if not self._has_names:
            return
        with on_disk():
            for name, columns in _NAME_INDEXES.items():
                self._data.execute(f"CREATE INDEX {name} ON links ({columns}) WHERE nickname IS NOT NULL")
            # In an order that no index has: all rows are read before the first is changed.
            asking = self._data.execute(
                "SELECT id, is_comment, declared, root, is_dated, moment, addressee, addressed FROM links "
                "WHERE addressee IS NOT NULL ORDER BY position"
            )
            for id, is_comment, declared, root, is_dated, moment, name, words in asking:
                upper = self._data.execute(
                    "SELECT is_comment, nickname FROM links WHERE id = ?", (declared,)
                ).fetchone()
                is_named = upper is not None and upper[1] == name
                if is_comment and is_named and upper[0]:
                    continue
                is_sibling = bool(is_comment and upper is not None and upper[0])
                found = self._nearest(
                    "declared" if is_sibling else "root",
                    declared if is_sibling else root,
                    root,
                    (name, is_comment, words, is_dated, moment),
                )
                if found is not None:
                    self.hang(id, found)
                elif not is_named:
                    self.mark(id, REPLY_UNRESOLVED if is_comment else CHAIN_GAP)

    def _nearest(self, column: str, value: str | None, root: str | None, asked: tuple[Any, ...]) -> str | None:
        """Return the latest document of one person before a moment, among those with a value in a column."""
        ends = [
            self._data.execute(
                f"SELECT author FROM links WHERE root = ? AND nickname = ? ORDER BY author {order} LIMIT 1",
                (root, asked[0]),
            ).fetchone()
            for order in ("ASC", "DESC")
        ]
        if ends[0] != ends[1]:  # several people with the name
            return None
        row = self._data.execute(
            f"SELECT id FROM links WHERE {column} = ? AND nickname = ? AND is_comment = ? AND words IS ? "
            "AND is_dated = ? AND moment < ? ORDER BY moment DESC LIMIT 1",
            (value, *asked),
        ).fetchone()
        return None if row is None else str(row[0])

    def get(self, id: str) -> Link | None:
        """Return the link of a document, None where it is not there."""
        row = self._data.execute(
            "SELECT position, is_comment, above, instead, marks, thread, post FROM links WHERE id = ?", (id,)
        ).fetchone()
        if row is None:
            return None
        position, is_comment, above, instead, marks, thread, post = row
        return Link(position, bool(is_comment), above, None if instead == id else instead, _split(marks), thread, post)

    def unplaced(self) -> Iterator[str]:
        """Yield the ids of documents that are below something and have no thread yet, in their order."""
        with on_disk():
            self._data.execute(
                "UPDATE links SET thread = id, post = CASE WHEN is_comment THEN NULL ELSE id END WHERE above IS NULL"
            )
        # Others may be placed meanwhile; whether these still come does not matter.
        rows = self._data.execute(
            "SELECT d.id FROM documents d CROSS JOIN links l ON l.id = d.id WHERE l.thread IS NULL ORDER BY d.position"
        )
        return (row[0] for row in rows)

    def hang(self, id: str, above: str | None) -> None:
        """Put a document below another."""
        self._data.execute("UPDATE links SET above = ? WHERE id = ?", (above, id))

    def mark(self, id: str, flag: str) -> None:
        """Give a document a flag that its place earns it."""
        self._data.execute("UPDATE links SET marks = marks || ? || ' ' WHERE id = ?", (flag, id))

    def put(self, id: str, thread: str, post: str | None) -> None:
        """Say in which thread a document is, and below which post."""
        self._data.execute("UPDATE links SET thread = ?, post = ? WHERE id = ?", (thread, post, id))

    def count_comments(self) -> None:
        """Count the comments below each post."""
        with on_disk():
            self._data.execute("CREATE TABLE seen (post TEXT PRIMARY KEY, comments INTEGER) WITHOUT ROWID")
            self._data.execute(
                "INSERT INTO seen SELECT post, COUNT(*) FROM links WHERE is_comment AND post IS NOT NULL GROUP BY post"
            )

    def documents(self) -> Iterator[tuple[Document, Place]]:
        """Yield the documents in their order, each with its place."""
        rows = self._data.execute(
            "SELECT d.content, l.above, l.thread, l.marks, s.comments FROM documents d JOIN links l ON l.id = d.id "
            "LEFT JOIN seen s ON s.post = l.id AND NOT l.is_comment ORDER BY d.position"
        )
        for content, above, thread, marks, comments in rows:
            yield _read(content), Place(above, thread, _split(marks), comments or 0)

    def _document(self, position: int) -> Document:
        (content,) = self._data.execute("SELECT content FROM documents WHERE position = ?", (position,)).fetchone()
        return _read(content)

    def _row(self, document: Document, position: int) -> tuple[Any, ...]:
        """Return what a document says of its place, in the order of the table's columns."""
        is_comment = document.kind == "comment"
        root = document.repost_of or document.root or document.thread
        declared = above_of(document)
        declared = None if declared == document.id else declared  # several crawlers write nothing so
        if declared is None and is_comment and root != document.id:
            declared = root
        instead = root
        if isinstance(missing := document.extra.get(MISSING_ID), str):  # in threads before, and an orphan there
            declared, instead = missing, declared or root
        words, addressee, addressed = _named(document, is_comment=is_comment)
        self._has_names = self._has_names or addressee is not None
        is_dated = document.created_at is not None
        number = document.id if document.id.isascii() and document.id.isdigit() else ""
        # Ids of one platform grow with time: of two within one second, or one day, the smaller one was first.
        moment = f"{document.created_at} {number.zfill(_ID_DIGITS)}" if is_dated else str(position).zfill(_ID_DIGITS)
        nickname = document.extra.get(NICKNAME) or document.author
        return (
            document.id,
            position,
            is_comment,
            declared,
            root,
            instead,
            str(nickname) if nickname else None,
            document.author,
            is_dated,
            moment,
            words,
            addressee,
            addressed,
            declared,
        )


def _named(document: Document, *, is_comment: bool) -> tuple[str | None, str | None, str | None]:
    """Return the own words of a repost; and whom a document answers by name, and of a repost's words which."""
    if is_comment:
        may_answer = "回" in document.text[:_OPENING]
        return None, parse_without_emoticons(document.text).reply_to if may_answer else None, None
    if document.repost_of is None:
        return None, None, None
    post = parse_without_emoticons(document.text)
    words = "" if post.empty_repost else post.own_text.strip()[:_LONGEST_WORDS]
    if not post.chain:
        return words, None, None
    link = post.chain[0]
    return words, link.author, "" if link.empty else link.text.strip()[:_LONGEST_WORDS]


@contextmanager
def on_disk() -> Iterator[None]:
    """Say where room is needed, if there is none."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise WriteError(
            f"a copy of the documents cannot be kept where temporary files lie: {error}. Make room, or name another "
            "folder with SQLITE_TMPDIR."
        ) from error


def _split(marks: str) -> tuple[str, ...]:
    return tuple(marks.split())


def _written(document: Document) -> str:
    return json.dumps(cells_of(document))


def _read(content: str) -> Document:
    return document_of(dict(zip(COLUMNS, json.loads(content), strict=True)))
