"""Gaps between characters as rows of a sparse matrix, in the features that the runtime computes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from distill.model_file import LinearModel

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

IntArray = npt.NDArray[np.int64]

WINDOW = 3
LONGEST_NGRAM = 3
LONGEST_WORD = 8
_N_TYPES = 6
_PADDING = [0] * WINDOW
# First and last code point of each type as the runtime sees it, found by asking it about every code point.
_TYPE_RANGES: tuple[tuple[int, int, int], ...] = (
    (1, 0x30, 0x39), (1, 0xFF10, 0xFF19),
    (2, 0x41, 0x5A), (2, 0x61, 0x7A), (2, 0xFF21, 0xFF3A), (2, 0xFF41, 0xFF5A),
    (3, 0x3040, 0x3096),
    (4, 0x30A0, 0x30FA), (4, 0x30FC, 0x30FF), (4, 0xFF66, 0xFF9F),
    (5, 0x3400, 0x4DBF), (5, 0x4E00, 0x9FFF), (5, 0xF900, 0xFAFF),
    (5, 0x20000, 0x2A6DF), (5, 0x2A700, 0x2CEAF), (5, 0x2F800, 0x2FA1F),
)  # fmt: skip


def character_type(character: str) -> int:
    """Type of a character: 1 digit, 2 Latin, 3 hiragana, 4 katakana, 5 Chinese, 6 other; full width counts alike."""
    code = ord(character)
    return next((kind for kind, first, last in _TYPE_RANGES if first <= code <= last), 6)


@dataclass(frozen=True)
class Pieces:
    """Cut pieces of text laid end to end, with padding between them that no window reaches across.

    Attributes
    ----------
    codes : ndarray of int64, shape (n,)
        Code points; 0 is padding.
    types : ndarray of int64, shape (n,)
        Character types; 0 is padding.
    gaps : ndarray of int64, shape (n_gaps,)
        Positions with a character on the left and one at the position itself.
    ends : ndarray of int8, shape (n_gaps,)
        1 where a word ends at the gap, else 0.
    """

    codes: IntArray
    types: IntArray
    gaps: IntArray
    ends: npt.NDArray[np.int8]

    @classmethod
    def of(cls, pieces: Iterable[Sequence[str]]) -> Pieces:
        """Lay out pieces, each given as its words."""
        codes = list(_PADDING)
        starts: list[int] = []
        for words in pieces:
            for word in words:
                starts.append(len(codes))
                codes.extend(map(ord, word))
            codes.extend(_PADDING)
        flat = np.array(codes, dtype=np.int64)
        kinds = {code: character_type(chr(code)) for code in np.unique(flat).tolist() if code}
        known = np.zeros(int(flat.max()) + 1, dtype=np.int64)
        known[list(kinds)] = list(kinds.values())
        gaps = np.flatnonzero((flat[1:] != 0) & (flat[:-1] != 0)) + 1
        begins = np.zeros(len(flat), dtype=np.int8)
        begins[starts] = 1
        return cls(flat, known[flat], gaps, begins[gaps])


def word_counts(pieces: Pieces, words: Iterable[str]) -> dict[str, int]:
    """How often each word of 2 to ``LONGEST_WORD`` characters stands in the text, whatever it was cut into."""
    counts: dict[str, int] = {}
    by_length: dict[int, list[str]] = {}
    for word in words:
        by_length.setdefault(len(word), []).append(word)
    for length, alike in by_length.items():
        places, occurring = np.unique(_hashes(pieces.codes, length), return_counts=True)
        wanted = np.array([_hash(word) for word in alike], dtype=np.uint64)
        index = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
        counts |= zip(alike, np.where(places[index] == wanted, occurring[index], 0).tolist(), strict=True)
    return counts


class FeatureSpace:
    """Which n-grams and words there are, and the column of each of their places around a gap.

    Parameters
    ----------
    pieces : Pieces
        Text that the n-grams are taken from.
    words : iterable of str
        Dictionary, of words of 2 to ``LONGEST_WORD`` characters.
    min_count : int
        An n-gram must occur this often in `pieces`.
    """

    def __init__(self, pieces: Pieces, words: Iterable[str], *, min_count: int) -> None:
        """Collect the n-grams and lay out the columns: characters, types, then lengths of words."""
        self.words = sorted(set(words))
        self._blocks: list[tuple[bool, int, IntArray, int]] = []  # of types?, n, sorted keys, first column
        column = 0
        for of_types in (False, True):
            for n in range(1, LONGEST_NGRAM + 1):
                keys, counts = np.unique(_keys(_row(pieces, of_types), n), return_counts=True)
                kept = keys[(keys >= 0) & (counts >= (1 if of_types else min_count))]
                self._blocks.append((of_types, n, kept, column))
                column += len(kept) * _places(n)
        self._first_word_column = column
        self.n_columns = column + 3 * (LONGEST_WORD - 1)
        self._hashes = {
            length: np.unique(np.array([_hash(word) for word in self.words if len(word) == length], dtype=np.uint64))
            for length in range(2, LONGEST_WORD + 1)
        }

    def matrix(self, pieces: Pieces) -> csr_matrix:
        """Features of every gap.

        Returns
        -------
        scipy.sparse.csr_matrix of float64, shape (n_gaps, n_columns)
            1 where an n-gram stands at a place; for words, how many begin, go on or end at the gap, by length.
        """
        from scipy.sparse import csr_matrix

        gaps = pieces.gaps
        cells: list[tuple[IntArray, IntArray]] = []
        rows_of_gap = np.full(len(pieces.codes) + 1, -1, dtype=np.int64)
        rows_of_gap[gaps] = np.arange(len(gaps))
        for of_types, n, kept, first in self._blocks:
            if not len(kept):
                continue
            keys = _keys(_row(pieces, of_types), n)
            index = np.minimum(np.searchsorted(kept, keys), len(kept) - 1)
            ids = np.where(kept[index] == keys, index, -1)
            for place in range(_places(n)):
                at = ids[gaps + (WINDOW - n - place)]
                rows = np.flatnonzero(at >= 0)
                cells.append((rows, first + at[rows] * _places(n) + place))
        for length, known in self._hashes.items():
            starts = self._occurrences(pieces, length, known)
            first = self._first_word_column + 3 * (length - 2)
            for offset in range(length + 1):
                rows = rows_of_gap[starts + offset]
                rows = rows[rows >= 0]
                role = 0 if offset == 0 else 2 if offset == length else 1
                cells.append((rows, np.full(len(rows), first + role)))
        rows, columns = (np.concatenate(places) for places in zip(*cells, strict=True))
        result: csr_matrix = csr_matrix(
            (np.ones(len(rows)), (rows, columns)), shape=(len(gaps), self.n_columns)
        )  # repeated entries are summed
        return result

    def model(self, weights: npt.NDArray[np.float64], bias: float) -> LinearModel:
        """Put weights by column back to the n-grams and words they belong to; what has only zeros is left out."""
        characters: dict[str, list[float]] = {}
        types: dict[tuple[int, ...], list[float]] = {}
        for of_types, n, kept, first in self._blocks:
            table = weights[first : first + len(kept) * _places(n)].reshape(len(kept), _places(n))
            for row in np.flatnonzero(np.any(table != 0, axis=1)).tolist():
                gram = _unpacked(int(kept[row]), n)
                if of_types:
                    types[gram] = table[row].tolist()
                else:
                    characters["".join(map(chr, gram))] = table[row].tolist()
        by_length = weights[self._first_word_column :].reshape(LONGEST_WORD - 1, 3)
        words = {}
        for word in self.words:
            before, inside, behind = by_length[len(word) - 2].tolist()
            words[word] = [before, *[inside] * (len(word) - 1), behind]
        return LinearModel(WINDOW, characters, types, words, bias)

    def _occurrences(self, pieces: Pieces, length: int, known: npt.NDArray[np.uint64]) -> IntArray:
        if not len(known):
            return np.zeros(0, dtype=np.int64)
        hashes = _hashes(pieces.codes, length)
        index = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        return np.flatnonzero(known[index] == hashes)


def _row(pieces: Pieces, of_types: bool) -> IntArray:
    return pieces.types if of_types else pieces.codes


def _places(n: int) -> int:
    return 2 * WINDOW - n + 1


def _keys(row: IntArray, n: int) -> IntArray:
    """One number for the n-gram starting at each position; -1 where padding or the end is in it."""
    keys = np.zeros(len(row), dtype=np.int64)
    bad = np.zeros(len(row), dtype=bool)
    for offset in range(n):
        shifted = np.zeros_like(row)
        shifted[: len(row) - offset] = row[offset:]
        keys = (keys << 21) | shifted
        bad |= shifted == 0
    keys[bad] = -1
    return keys


def _unpacked(key: int, n: int) -> tuple[int, ...]:
    return tuple((key >> (21 * (n - 1 - index))) & 0x1FFFFF for index in range(n))


_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


def _hashes(row: IntArray, length: int) -> npt.NDArray[np.uint64]:
    """One 64-bit number for the characters at each position and behind; two words meet by a chance of one in 10^8."""
    codes = np.concatenate([row, np.zeros(length, dtype=np.int64)]).astype(np.uint64)
    mixed: Any = np.zeros(len(row), dtype=np.uint64)
    for offset in range(length):
        mixed = (mixed ^ codes[offset : offset + len(row)]) * _MULTIPLIER
        mixed ^= mixed >> _SHIFT
    result: npt.NDArray[np.uint64] = mixed
    return result


def _hash(word: str) -> int:
    return int(_hashes(np.array([ord(character) for character in word], dtype=np.int64), len(word))[0])
