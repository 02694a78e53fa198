"""Known n-grams of many texts at once, found in arrays of code points: no dictionary, no sparse matrix.

What :class:`sklearn.feature_extraction.text.TfidfVectorizer` counts text by text in Python is looked up here for a
batch of texts together: their code points stand in one array, each n-gram is one integer
(:mod:`weibo_nlp.features.ngrams`), and one table tells its place in the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from weibo_nlp.features.ngrams import BITS, MAX_N, NUL, codes_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
KeyArray = npt.NDArray[np.uint64]

BATCH_CHARACTERS = 1 << 15
"""Characters that are looked up at once: their arrays, some 200 bytes a character, stay in a processor's cache."""

_END = NUL + 1  # stands behind each text: no n-gram has it, so that none reaches over an end
# Fibonacci hashing (Knuth, TAOCP 3, 6.4), and odd numbers without a pattern for those that share a slot there.
_SPREADS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
_NO_KEY = np.uint64(1 << 63)
_SPACES = re.compile(r"\s\s+")  # as scikit-learn's analyzer has it


class NgramIndex:
    """A vocabulary of packed n-grams, and where each stands in it.

    Parameters
    ----------
    terms : ndarray of uint64, shape (n_terms,)
        Different n-grams as :func:`weibo_nlp.features.ngrams.pack` makes them.
    """

    def __init__(self, terms: KeyArray) -> None:
        self.terms = terms
        self._table = _Table(terms, _SPREADS)

    def __len__(self) -> int:
        return len(self.terms)

    def find(self, keys: KeyArray) -> npt.NDArray[np.int32]:
        """Return places of packed n-grams of one dimension, ``len(self)`` where there is none."""
        return self._table.find(keys)

    def read(self, texts: Sequence[str]) -> NgramReading:
        """Look up all n-grams of texts; what it costs in memory is some 200 bytes a character (see :func:`batches`)."""
        codes, ends = _joined(texts)
        keys = np.zeros((len(codes), MAX_N), dtype=np.uint64)
        keys[:, 0] = codes
        keys[:-1, 1] = codes[:-1] | codes[1:] << np.uint64(BITS)
        keys[:-2, 2] = keys[:-2, 1] | codes[2:] << np.uint64(2 * BITS)
        return NgramReading(codes, ends, self.find(keys.reshape(-1)).reshape(keys.shape), len(self))


class _Table:
    """Places of different keys in a list. Of those that share a slot, one stands in it, the others in a table below.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_keys,)
        The keys.
    spreads : sequence of uint64
        Odd numbers by which slots are found, of this table and of those below; where there is none left, keys are
        searched in order.
    """

    def __init__(self, keys: KeyArray, spreads: Sequence[np.uint64]) -> None:
        n = len(keys)
        self._keys = np.append(keys, _NO_KEY)
        self._spreads = spreads
        if not spreads:
            self._order = np.append(np.argsort(keys), n)
            return
        bits = max(4, (4 * n).bit_length())
        self._shift = np.uint64(64 - bits)
        self._table = np.full(1 << bits, n, dtype=np.int32)
        slots = self._slots(keys)
        self._table[slots] = np.arange(n, dtype=np.int32)
        others = np.flatnonzero(self._table[slots] != np.arange(n))
        self._below: _Table | None = None
        if len(others):
            self._below = _Table(keys[others], spreads[1:])
            self._places_below = np.append(others, n).astype(np.int32)
            self._is_shared = np.zeros(1 << bits, dtype=bool)
            self._is_shared[slots[others]] = True

    def find(self, keys: KeyArray) -> npt.NDArray[np.int32]:
        """Return the places of keys, shape (n,); that behind the last one for a key that is not there."""
        n = len(self._keys) - 1
        if not self._spreads:
            at = self._order.take(np.searchsorted(self._keys[:-1], keys, sorter=self._order[:-1]))
            return np.where(self._keys.take(at) == keys, at, n).astype(np.int32)
        slots = self._slots(keys)
        places = self._table.take(slots)
        is_other = self._keys.take(places) != keys
        places = np.where(is_other, np.int32(n), places)
        if self._below is not None:
            rest = np.flatnonzero(is_other & self._is_shared.take(slots))
            places[rest] = self._places_below.take(self._below.find(keys.take(rest)))
        return places

    def _slots(self, keys: KeyArray) -> IntArray:
        slots: IntArray = (keys * self._spreads[0] >> self._shift).view(np.int64)
        return slots


@dataclass(frozen=True, slots=True, eq=False)
class NgramReading:
    """What stands where in texts that were read together.

    Attributes
    ----------
    codes : ndarray of uint64, shape (n_characters,)
        Code points of all texts, with an end behind each.
    ends : ndarray of int64, shape (n_texts,)
        Where the ends stand.
    places : ndarray of int32, shape (n_characters, 3)
        Place in the vocabulary of the n-gram of one, two and three characters that begins here.
    unknown : int
        What stands for the place of an n-gram that is not in the vocabulary, or reaches over an end.
    """

    codes: KeyArray
    ends: IntArray
    places: npt.NDArray[np.int32]
    unknown: int

    def counts(self) -> NgramCounts:
        """Count each known n-gram of each text."""
        flat = self.places.reshape(-1)
        at = np.flatnonzero(flat != self.unknown)
        terms = flat.take(at)
        sizes = np.diff(np.searchsorted(at, (self.ends + 1) * MAX_N), prepend=0)
        rows = np.repeat(np.arange(len(self.ends)), sizes)
        first, occurrences = _distinct(rows * (self.unknown + 1) + terms)
        rows = rows.take(first)
        frequencies = np.ones(len(first))
        several = np.flatnonzero(occurrences > 1)
        frequencies[several] += np.log(occurrences[several])
        bounds = np.searchsorted(rows, np.arange(len(self.ends) + 1))
        return NgramCounts(terms.take(first), frequencies, bounds)


@dataclass(frozen=True, slots=True, eq=False)
class NgramCounts:
    """Known n-grams of texts, each once a text: the rows of a term-document matrix, end to end.

    Attributes
    ----------
    terms : ndarray of int32, shape (n_entries,)
        Places in the vocabulary.
    frequencies : ndarray of float64, shape (n_entries,)
        One plus the logarithm of how often.
    bounds : ndarray of int64, shape (n_texts + 1,)
        Entries of text ``i`` are those from ``bounds[i]`` to ``bounds[i + 1]``.
    """

    terms: npt.NDArray[np.int32]
    frequencies: FloatArray
    bounds: IntArray

    def weighted(self, idf: npt.NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
        """Weigh entries by how rare their n-grams are.

        Returns
        -------
        ndarray, shape (n_entries,)
            The weights.
        ndarray, shape (n_texts,)
            Length of each text's weights as a vector, by which its sums are to be divided; 1 where all are 0.
        """
        weights = self.frequencies * idf.take(self.terms)
        lengths = np.sqrt(self.sums(weights * weights))
        lengths[lengths == 0] = 1.0
        return weights, lengths

    def of(self, texts: IntArray) -> tuple[NgramCounts, IntArray]:
        """Return the counts of some texts, and which entries here they are."""
        starts = self.bounds[texts]
        sizes = self.bounds[texts + 1] - starts
        bounds = np.concatenate(([0], np.cumsum(sizes)))
        entries = np.repeat(starts - bounds[:-1], sizes) + np.arange(bounds[-1])
        return NgramCounts(self.terms.take(entries), self.frequencies.take(entries), bounds), entries

    def sums(self, values: FloatArray) -> FloatArray:
        """Add up one value for each entry, by text, shape (n_texts,)."""
        starts, stops = self.bounds[:-1], self.bounds[1:]
        sums = np.zeros(len(starts))
        # `reduceat` knows no empty stretch: where a text has no entry, it would give the first of the next one.
        filled = np.flatnonzero(starts < stops)
        if len(filled):
            sums[filled] = np.add.reduceat(values, starts[filled])
        return sums


def batches(sizes: Sequence[int], limit: int = BATCH_CHARACTERS) -> Iterator[tuple[int, int]]:
    """Yield the bounds of batches of texts with as many characters at most, or of one longer text."""
    start = characters = 0
    for place, size in enumerate(sizes):
        if characters and characters + size > limit:
            yield start, place
            start, characters = place, 0
        characters += size + 1
    if start < len(sizes):
        yield start, len(sizes)


def _joined(texts: Sequence[str]) -> tuple[KeyArray, IntArray]:
    """Code points of texts, with an end behind each, and the places of the ends."""
    joined = "\0".join([*texts, ""])
    if _SPACES.search(joined):
        texts = [_SPACES.sub(" ", text) for text in texts]
        joined = "\0".join([*texts, ""])
    codes = codes_of(joined)
    ends = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    np.cumsum(ends + 1, out=ends)
    ends -= 1
    codes[ends] = _END
    return codes, ends


def _distinct(keys: IntArray) -> tuple[IntArray, IntArray]:
    """One place of each different key, rising, and how often it occurs.

    A key is written into a slot of a table, and whoever finds another place there has a rival: mostly an equal key. It
    is a tenth of the cost of sorting them all; only those are sorted that lost their slot to another key.
    """
    n = len(keys)
    bits = max(4, (2 * n).bit_length())
    slots = (keys.view(np.uint64) * _SPREADS[0] >> np.uint64(64 - bits)).view(np.int64)
    places = np.arange(n, dtype=np.int32)
    table = np.empty(1 << bits, dtype=np.int32)
    table[slots] = places
    holder = table.take(slots)
    losers = np.flatnonzero(holder != places)
    holders = holder.take(losers)
    is_equal = keys.take(holders) == keys.take(losers)
    occurrences = np.bincount(holders[is_equal], minlength=n) + 1
    occurrences[losers] = 0
    displaced = losers[~is_equal]
    if len(displaced):
        _, first, numbers = np.unique(keys[displaced], return_index=True, return_counts=True)
        occurrences[displaced[first]] = numbers
    kept = np.flatnonzero(occurrences)
    return kept, occurrences.take(kept)
