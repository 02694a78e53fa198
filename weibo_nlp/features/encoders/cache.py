"""Vectors on disk, so that no text is encoded twice: by encoder and by a hash of the text, without the text.

One file of SQLite in the user's cache holds them all (:mod:`weibo_nlp.io.sqlite_file`).

Who holds the file and a text can see whether the text was encoded, and vectors say much of what a text is about: the
file is as private as the texts, and readable for its user alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError
from weibo_nlp.features.encoders.base import Encoder, FloatArray, encoded
from weibo_nlp.features.encoders.fingerprint import Fingerprint, fingerprint
from weibo_nlp.io.sqlite_file import SqliteFile
from weibo_nlp.segmentation.store import cache_folder

FILE = "vectors.sqlite"
CLEAR = "weibo-nlp models remove vectors"
MAX_BYTES = 2 * 1024**3  # some 2.5 million vectors of 384 dimensions
_FORMAT = 1
_AT_ONCE = 256  # texts encoded between two commits: what a stopped process loses
_ASKED = 500  # hashes in a query, below every limit of SQLite
_TABLES = """
CREATE TABLE IF NOT EXISTS encoders
    (id INTEGER PRIMARY KEY, name TEXT NOT NULL, precision TEXT NOT NULL, max_length INTEGER, dims INTEGER NOT NULL,
     probes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS vectors
    (place INTEGER PRIMARY KEY, encoder INTEGER NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL,
     UNIQUE (encoder, text));
"""
Half = npt.NDArray[np.float16]


def vectors_path() -> Path:
    """File of the cache, whether it is there or not."""
    return cache_folder() / FILE


def vectors(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    cache: VectorCache | None = None,
    progress: Callable[[int], None] | None = None,
) -> FloatArray:
    """Return unit vectors of texts, from the cache where they are there.

    They are rounded to 16 bits, whether they were cached or not, so that the same text always gets the same vector.

    Parameters
    ----------
    encoder : Encoder
        What makes those that are not cached.
    texts : sequence of str
        As models see them. An empty one gets a vector of zeros.
    cache : VectorCache, optional
        By default the one in the user's cache folder.
    progress : callable, optional
        Told how many different texts were encoded since it was told last; those in the cache count at once.

    Returns
    -------
    ndarray of float32, shape (n_texts, dims)

    Raises
    ------
    DataError
        If the cache is damaged, or the encoder gives no vectors.
    UsageError
        If the cache cannot be written to, or the encoder cannot be used here.
    """
    store = VectorCache(vectors_path()) if cache is None else cache
    known = fingerprint(encoder)
    distinct = [text for text in dict.fromkeys(texts) if text]
    held = store.read(known, distinct)
    missing = sorted((text for text in distinct if text not in held), key=len)
    if progress is not None and held:
        progress(len(held))
    for start in range(0, len(missing), _AT_ONCE):
        batch = missing[start : start + _AT_ONCE]
        new = encoded(encoder, batch).astype(np.float16)
        if new.shape[1] != known.vectors.shape[1]:
            raise DataError(
                f"the encoder {known.shown} gave vectors of {new.shape[1]} dimensions; it must give one length."
            )
        store.write(known, batch, new)
        held |= dict(zip(batch, new, strict=True))
        if progress is not None:
            progress(len(batch))
    result = np.zeros((len(texts), known.vectors.shape[1]), dtype=np.float32)
    for place, text in enumerate(texts):
        if text:
            result[place] = held[text]
    return result


class VectorCache:
    """Vectors in one file.

    Parameters
    ----------
    path : Path
        The file; made when first written to, with its folder.
    max_bytes : int
        About how large it may grow.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._file = SqliteFile(path, max_bytes, tables=_TABLES, version=_FORMAT, held="vectors", remedy=CLEAR)

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def read(self, encoder: Fingerprint, texts: Sequence[str]) -> dict[str, Half]:
        """Return the vectors of those texts that are there.

        Raises
        ------
        DataError
            If the file is damaged, of a later format, or none of ours.
        """
        if not self._file.is_there:
            return {}
        dims = encoder.vectors.shape[1]
        with self._file.opened() as connection:
            number = self._number(connection, encoder)
            if number is None:
                return {}
            by_hash = {_hash(text): text for text in texts}
            hashes, held = [*by_hash], {}
            for start in range(0, len(hashes), _ASKED):
                asked = hashes[start : start + _ASKED]
                marks = ",".join("?" * len(asked))
                rows = connection.execute(
                    f"SELECT text, vector FROM vectors WHERE encoder = ? AND text IN ({marks})", (number, *asked)
                )
                for digest, vector in rows:
                    held[by_hash[digest]] = self._half(vector, dims)
            return held

    def write(self, encoder: Fingerprint, texts: Sequence[str], vectors: Half) -> None:
        """Add vectors, one a text; what another process added meanwhile stays.

        Raises
        ------
        DataError
            As :meth:`read`.
        UsageError
            If the file cannot be made or written to.
        """
        self._file.make()
        with self._file.opened() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            number = self._number(connection, encoder)
            if number is None:
                number = connection.execute(
                    "INSERT INTO encoders (name, precision, max_length, dims, probes) VALUES (?, ?, ?, ?, ?)",
                    (
                        encoder.name,
                        encoder.precision,
                        encoder.max_length,
                        encoder.vectors.shape[1],
                        encoder.vectors.astype("<f4").tobytes(),
                    ),
                ).lastrowid
            connection.executemany(
                "INSERT OR IGNORE INTO vectors (encoder, text, vector) VALUES (?, ?, ?)",
                [
                    (number, _hash(text), vector.astype("<f2").tobytes())
                    for text, vector in zip(texts, vectors, strict=True)
                ],
            )
            self._file.bound(connection, "vectors")

    def count(self) -> int:
        """Number of vectors."""
        return self._file.count("vectors")

    def clear(self) -> bool:
        """Delete the file, damaged or not; tell if there was one."""
        return self._file.clear()

    def _number(self, connection: sqlite3.Connection, encoder: Fingerprint) -> int | None:
        """Number of the encoder in the file; None where it is not there."""
        rows = connection.execute(
            "SELECT id, precision, max_length, dims, probes FROM encoders WHERE name = ?", (encoder.name,)
        ).fetchall()
        for number, precision, max_length, dims, probes in rows:
            held = np.frombuffer(probes, dtype="<f4")
            if dims < 1 or held.size % dims or not np.isfinite(held).all():
                raise self._file.damaged("an encoder without its probes")
            if encoder.matches(Fingerprint(encoder.name, precision, max_length, held.reshape(-1, dims))):
                return int(number)
        return None

    def _half(self, vector: bytes, dims: int) -> Half:
        if len(vector) != 2 * dims:
            raise self._file.damaged(f"a vector of {len(vector)} bytes")
        half: Half = np.frombuffer(vector, dtype="<f2")
        if not np.isfinite(half).all():
            raise self._file.damaged("a vector that is not finite")
        return half


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8")).digest()[:16]
