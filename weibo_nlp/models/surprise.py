"""How surprising the characters of texts are: what a fitted domain detector knows, ready to add up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from weibo_nlp.features.ngram_index import NgramIndex, NgramReading, batches
from weibo_nlp.features.ngrams import BITS
from weibo_nlp.models.base import FloatArray, IntArray

PAIR_PRIOR = 200.0
"""Occurrences of a character from which the one behind it says more about the text than its own frequency does."""
LEAST_EVIDENCE = 3
"""Units of a text, below which nothing tells whether it is unlike."""
HAN = "\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
SINGLE = "\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f\uac00-\ud7a3"
_KIND = re.compile(f"([{HAN}])|([{SINGLE}])|([^\\W\\d_])")
_UNSEEN_KIND, _HAN, _SINGLE, _LETTER, _NO_UNIT = range(5)
_SAME = 1e-9  # scores this near to each other differ in the order in which they were added up
_CODE = np.uint64((1 << BITS) - 1)


class SurpriseScorer:
    """Costs of units in bits, see :class:`weibo_nlp.models.domain.DomainDetector`.

    The cost of a character behind another is that of the character by itself, plus what the one before it lets expect
    of any other, less what the pair of them is more frequent: three numbers to be looked up.

    Parameters
    ----------
    terms, counts : ndarray, shape (n_terms,)
        Packed units and pairs of Han characters, and how often each occurred.
    total : int
        Occurrences of all units.
    unseen : float
        Probability of a unit that is not among them.
    index : NgramIndex, optional
        A vocabulary of others' n-grams as well, in which all terms are.
    """

    def __init__(
        self,
        terms: npt.NDArray[np.uint64],
        counts: IntArray,
        total: int,
        unseen: float,
        index: NgramIndex | None = None,
    ) -> None:
        self.index = index = NgramIndex(terms) if index is None else index
        n = len(index)
        first, second = terms & _CODE, terms >> np.uint64(BITS) & _CODE
        is_pair = (terms >> np.uint64(2 * BITS) == 0) & (_kinds(first) == _HAN) & (_kinds(second) == _HAN)
        probabilities, befores = np.full(n + 1, unseen), np.zeros(n + 1)
        places = index.find(terms)
        probabilities[places[~is_pair]] = counts[~is_pair] / total
        befores[places[~is_pair]] = counts[~is_pair]
        expected = PAIR_PRIOR * probabilities[index.find(second[is_pair])]
        is_known = befores[index.find(first[is_pair])] > 0
        self._units, self._pairs = -np.log2(probabilities), np.zeros(n + 1)
        self._pairs[places[is_pair]] = np.where(is_known, -np.log2((counts[is_pair] + expected) / expected), 0.0)
        self._befores = np.log2((befores + PAIR_PRIOR) / PAIR_PRIOR)

    def costs(self, reading: NgramReading) -> tuple[FloatArray, IntArray]:
        """Return bits of each unit of texts that were read, and how many units each text has."""
        kinds, places = _kinds(reading.codes), reading.places
        is_letter, is_han = kinds == _LETTER, kinds == _HAN
        at = np.flatnonzero(is_han | (kinds == _SINGLE) | (is_letter & ~_behind(is_letter)))
        units = places[:, 0].take(at)
        # A word of an alphabet is one unit, by its first three letters.
        words = np.flatnonzero(is_letter.take(at))
        begins = at.take(words)
        length = 1 + is_letter.take(begins + 1)  # behind each letter stands another character, or an end
        length += (length > 1) & is_letter.take(np.minimum(begins + 2, len(kinds) - 1))
        units[words] = places[begins, length - 1]
        costs = self._units.take(units)
        behind = np.flatnonzero((is_han & _behind(is_han)).take(at))
        before = at.take(behind) - 1
        costs[behind] += self._befores.take(places[before, 0]) + self._pairs.take(places[before, 1])
        return costs, np.diff(np.searchsorted(at, reading.ends), prepend=0)

    def scores(self, reading: NgramReading, mean: float, within: float, between: float) -> FloatArray:
        """Return standard deviations above the mean cost, shape (n_texts,); 0 of texts with too few units."""
        costs, sizes = self.costs(reading)
        scores = np.zeros(len(sizes))
        enough = np.flatnonzero(sizes >= LEAST_EVIDENCE)
        filled = np.flatnonzero(sizes)
        sums = np.zeros(len(sizes))
        if len(filled):
            sums[filled] = np.add.reduceat(costs, (np.cumsum(sizes) - sizes)[filled])
        n = sizes[enough]
        scores[enough] = (sums[enough] / n - mean) / np.sqrt(between + within / n)
        return scores


def is_above(scores: FloatArray, threshold: float) -> npt.NDArray[np.bool_]:
    """Whether scores are above a threshold, which was the score of some text itself."""
    above: npt.NDArray[np.bool_] = scores > threshold + _SAME
    return above


def read_in_batches(index: NgramIndex, texts: Sequence[str]) -> Iterator[NgramReading]:
    """Read texts in batches of a bounded number of characters."""
    return (index.read(texts[start:stop]) for start, stop in batches(list(map(len, texts))))


_KINDS_SEEN = np.zeros(1 << BITS, dtype=np.uint8)  # memory is taken only for the pages that are written to


def _kinds(codes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """What characters are; each is looked at when it is first seen, because there are a million of them."""
    places = codes.view(np.int64)
    kinds = _KINDS_SEEN.take(places)
    if (new := places[kinds == _UNSEEN_KIND]).size:
        for code in np.unique(new).tolist():
            match = _KIND.match(chr(code)) if code <= 0x10FFFF else None
            _KINDS_SEEN[code] = _NO_UNIT if match is None or match.lastindex is None else match.lastindex
        kinds = _KINDS_SEEN.take(places)
    return kinds


def _behind(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether what stands before is one of these."""
    shifted = np.zeros_like(mask)
    shifted[1:] = mask[:-1]
    return shifted
