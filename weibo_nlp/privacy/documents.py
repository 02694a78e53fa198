"""Documents in, documents without people out: the same threads, texts and counts."""

from __future__ import annotations

import json
import re
import sqlite3
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.io.value_text import json_text
from weibo_nlp.privacy.protection import Protection
from weibo_nlp.privacy.pseudonyms import Pseudonyms
from weibo_nlp.privacy.secret import Secret
from weibo_nlp.privacy.sight import whole
from weibo_nlp.records import Counts, Document, Source

_SUFFIX = re.compile(r"\.(?:csv|tsv|jsonl?|ndjson|parquet|xlsx?|db|sqlite3?|html?|txt|gz|bz2|xz|zst)", re.IGNORECASE)
_MOMENT = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_TUPLES = ("hashtags", "mentions", "urls", "flags")


class ProtectedDocuments(Iterator[Document]):
    """Documents without people, one after the other; ``counts`` says what was replaced so far, by kind."""

    def __init__(self, documents: Iterable[Document], protection: Protection) -> None:
        self._protection = protection
        self._documents = self._protected(documents)

    @property
    def counts(self) -> Counter[str]:
        """How often each kind was replaced; ``field`` counts those that were dropped."""
        return self._protection.counts

    def __next__(self) -> Document:
        return next(self._documents)

    def _protected(self, documents: Iterable[Document]) -> Iterator[Document]:
        again = documents if iter(documents) is not documents else _Spool(documents)
        for document in again:
            _learn(document, self._protection)
        for document in again:
            yield protected_document(document, self._protection)


def protect(documents: Iterable[Document], secret: Secret) -> ProtectedDocuments:
    """Replace what leads to people in documents, whose threads stay what they are.

    Ids of posts and comments, and what names them, become pseudonyms alike, and so do authors and their names in texts
    (``@N``, ``//@N:``, ``回复@N:``): those of an id and of a handle are one where a document gives both. Names,
    pictures, addresses and profiles in ``extra`` are dropped, a region becomes a province, numbers and addresses of
    people in texts a word for what they were.

    Parameters
    ----------
    documents : iterable of Document
        Read twice. A nickname stands in ``extra``, as under ``nickname`` or ``screen_name``, and is the author's. What
        can be read once only, as a generator, is kept in a temporary database on disk between; values that JSON does
        not have come back from there as text.
    secret : Secret
        From :func:`weibo_nlp.privacy.load_secret`.

    Returns
    -------
    ProtectedDocuments
        In the same order, as many. Nothing is read before the first is asked for.

    Raises
    ------
    UsageError
        If `secret` is none.
    DataError
        While reading, if a value of ``extra`` can be kept nowhere, naming the document.
    """
    if not isinstance(secret, Secret):
        raise UsageError(f"secret is a {type(secret).__name__}; pass what load_secret() returns.")
    return ProtectedDocuments(documents, Protection(Pseudonyms(secret)))


def _learn(document: Document, protection: Protection) -> None:
    people = protection.people
    for id in (document.id, document.thread, document.parent, document.root, document.repost_of):
        if id is not None:
            people.add_document(id)
    for handle in document.mentions:
        people.add(handle=handle)
    protection.learn(document.extra, document.author)


def protected_document(document: Document, protection: Protection) -> Document:
    """Return a document without people, by a protection that has learnt from all documents."""

    def id(value: str | None) -> str | None:
        # Whatever it is: 0 is nobody in a file, but here it is an id.
        return None if value is None else protection.pseudonyms.document(value)

    def text(value: str | None) -> str | None:
        return None if value is None else protection.text(value)

    protection.counts["document"] += 1
    source, created_at = document.source, document.created_at
    return replace(
        document,
        id=protection.pseudonyms.document(document.id),
        thread=protection.pseudonyms.document(document.thread),
        parent=id(document.parent),
        root=id(document.root),
        repost_of=id(document.repost_of),
        author=None if document.author is None else str(protection.user(document.author)),
        text=protection.text(document.text, document.mentions),
        title=text(document.title),
        created_at=created_at if created_at is None or _MOMENT.fullmatch(created_at) else text(created_at),
        hashtags=tuple(map(protection.text, document.hashtags)),
        mentions=tuple(str(protection.user(name)) for name in document.mentions),
        urls=tuple(map(protection.link, document.urls)),
        region=None if document.region is None else protection.region(document.region),
        event=text(document.event),
        phase=text(document.phase),
        flags=tuple(map(protection.text, document.flags)),
        source=None if source is None else _protected_source(source, protection),
        extra=protection.fields(document.extra),
    )


def _protected_source(source: Source, protection: Protection) -> Source:
    """Return a source without what its file is called; and without its checksum, which a guess could be tried on."""
    if source.file is None:
        return replace(source, sha256=None)
    suffixes = "".join(each for each in PurePath(source.file).suffixes if _SUFFIX.fullmatch(each))
    return replace(source, file=f"{protection.pseudonyms.file(source.file)}{suffixes}", sha256=None)


class _Spool:
    """Documents that could be read once only, on disk, to be read as often as it takes."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._data = sqlite3.connect("", check_same_thread=False)
        weakref.finalize(self, self._data.close)
        self._data.execute("PRAGMA journal_mode = OFF")
        self._data.execute("CREATE TABLE documents (content TEXT)")
        for document in documents:
            self._data.execute("INSERT INTO documents VALUES (?)", (_written(document),))

    def __iter__(self) -> Iterator[Document]:
        for (content,) in self._data.execute("SELECT content FROM documents ORDER BY rowid"):
            yield _read(content)


def _written(document: Document) -> str:
    try:
        return whole(json_text(to_json(document)))
    except TypeError as error:
        raise DataError(f"document {quoted(document.id)}: its extra cannot be kept: {error}") from error


def _read(content: str) -> Document:
    values: dict[str, Any] = json.loads(content)
    values |= {name: tuple(values[name]) for name in _TUPLES}
    values["counts"] = Counts(**values["counts"])
    values["votes"] = {task: tuple(labels) for task, labels in values["votes"].items()}
    values["source"] = None if values["source"] is None else Source(**values["source"])
    return Document(**values)
