"""Who is who in the data: which handle is whose, and which numbers are ids. On disk, however many there are."""

from __future__ import annotations

import re
import sqlite3
import weakref
from collections.abc import Iterator
from functools import lru_cache

from weibo_nlp.privacy.sight import name_key, whole
from weibo_nlp.text.recognise import KNOWN_NAME_LIMIT

_CACHE_KIB = 16_384
_REMEMBERED = 16_384  # answers; the same few people are mentioned again and again
_SEVERAL = ""
# Which people a handle is told to be, in any order: nobody yet, one, or several, who are then kept apart from it.
_ADD_HANDLE = """
INSERT INTO handles (handle, user) VALUES (?, ?) ON CONFLICT (handle) DO UPDATE SET user = CASE
    WHEN user IS NULL THEN excluded.user WHEN excluded.user IS NULL OR user = excluded.user THEN user ELSE '' END
"""
_TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|[_\-](?=[A-Za-z0-9]))*+")
_PART = re.compile("[A-Za-z0-9]+")
_NUMBER = re.compile("[0-9]{9,}")
# An id has so many signs, and a number that is one by itself so many digits: a shorter one is found in any text.
_SHORTEST, _LONGEST, _FEWEST_DIGITS = 6, 64, 8


def id_tokens(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of a text where an id may stand: what letters, digits, ``-`` and ``_`` join, and its parts."""
    for token in _TOKEN.finditer(text):
        if not token.end() - token.start() >= _SHORTEST or not any(map(str.isdigit, token.group())):
            continue
        places = dict.fromkeys([token.span()])
        places |= dict.fromkeys(part.span() for part in _PART.finditer(text, *token.span()))
        places |= dict.fromkeys(number.span() for number in _NUMBER.finditer(text, *token.span()))
        for start, end in places:
            if _is_telling(text[start:end]):
                yield start, end


class People:
    """Handles, user ids and document ids of some data, filled first and asked then.

    They lie in a temporary database that the system deletes with the process, so that memory does not grow with them.
    """

    def __init__(self) -> None:
        # Without a name: a private file, made when the cache overflows. Never shared between threads at one time.
        self._data = sqlite3.connect("", check_same_thread=False)
        weakref.finalize(self, self._data.close)
        self._data.execute("PRAGMA journal_mode = OFF")
        self._data.execute("PRAGMA synchronous = OFF")
        self._data.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._data.execute("CREATE TABLE handles (handle TEXT PRIMARY KEY, user TEXT) WITHOUT ROWID")
        self._data.execute("CREATE TABLE ids (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._data.execute("CREATE TABLE users (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._data.execute("CREATE TABLE documents (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self.user_of = lru_cache(_REMEMBERED)(self._user_of)
        self.is_handle = lru_cache(_REMEMBERED)(self._is_handle)
        self.is_id = lru_cache(_REMEMBERED)(self._is_id)
        self.is_document = lru_cache(_REMEMBERED)(self._is_document)

    def add(self, user: object = None, handle: object = None) -> None:
        """Take note of a person: an id, a handle, or both, which are then one and the same."""
        id = None if user is None else whole(str(user)).strip() or None
        if id is not None:
            self._data.execute("INSERT OR IGNORE INTO users VALUES (?)", (name_key(id),))
            self.add_id(id)
        name = "" if handle is None else name_key(str(handle))
        if name and len(name) <= KNOWN_NAME_LIMIT:
            self._data.execute(_ADD_HANDLE, (name, id))

    def add_id(self, id: object) -> None:
        """Take note of an id, of a person or a document, and of the parts of one that is put together of several."""
        text = str(id)
        for start, end in id_tokens(text):
            self._data.execute("INSERT OR IGNORE INTO ids VALUES (?)", (text[start:end],))

    def add_document(self, id: object) -> None:
        """Take note of the id of a post or comment of the data."""
        self._data.execute("INSERT OR IGNORE INTO documents VALUES (?)", (str(id).strip(),))
        self.add_id(id)

    def longest_handle(self, text: str, start: int) -> str:
        """Return the longest handle that stands at a place of a text in lower case, or nothing."""
        probe = text[start : start + KNOWN_NAME_LIMIT]
        while probe:
            # The last handle up to the probe is the longest one that it begins with, or shares as much with it as any.
            query = "SELECT handle FROM handles WHERE handle <= ? ORDER BY handle DESC LIMIT 1"
            row = self._data.execute(query, (probe,)).fetchone()
            if row is None:
                return ""
            handle: str = row[0]
            if probe.startswith(handle):
                return handle
            probe = probe[: _shared(probe, handle)]
        return ""

    def _user_of(self, name: str) -> str:
        """Return what a person is called by whom pseudonyms are made: the id, where the name is known for one's."""
        key = name_key(name)
        if self._data.execute("SELECT 1 FROM users WHERE id = ?", (key,)).fetchone():
            return name
        row = self._data.execute("SELECT user FROM handles WHERE handle = ?", (key,)).fetchone()
        return name if row is None or row[0] in (None, _SEVERAL) else row[0]

    def _is_handle(self, name: str) -> bool:
        key = name_key(name)
        return self._data.execute("SELECT 1 FROM handles WHERE handle = ?", (key,)).fetchone() is not None

    def _is_document(self, id: str) -> bool:
        return self._data.execute("SELECT 1 FROM documents WHERE id = ?", (id.strip(),)).fetchone() is not None

    def _is_id(self, token: str) -> bool:
        return self._data.execute("SELECT 1 FROM ids WHERE id = ?", (token,)).fetchone() is not None


def _is_telling(token: str) -> bool:
    if not _SHORTEST <= len(token) <= _LONGEST:
        return False
    return len(token) >= _FEWEST_DIGITS if token.isdecimal() else any(map(str.isdigit, token))


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
