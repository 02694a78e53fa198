"""Which texts use which term, each text once however often it was copied, and who wrote them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.analysis.coding import Hashes, hashed_texts
from weibo_nlp.analysis.terms import terms_of
from weibo_nlp.profiling.duplicates import MIN_CHARACTERS
from weibo_nlp.segmentation import Segmenter

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_TEXTS_AT_ONCE = 20_000
_READ_AT_ONCE = 1000


@dataclass(frozen=True)
class TermTable:
    """Terms of one kind.

    Attributes
    ----------
    terms : tuple of str
        The terms.
    matrix : scipy.sparse.csr_array of int, shape (n_texts, n_terms)
        1 where a text has a term.
    """

    terms: tuple[str, ...]
    matrix: Any


@dataclass(frozen=True)
class Side:
    """Different texts of some rows.

    Attributes
    ----------
    texts : ndarray of int, shape (n_texts_here,)
        Their numbers.
    unit_of : ndarray of int, shape (n_texts_here,)
        Number of the unit of each.
    """

    texts: Counts
    unit_of: Counts

    @property
    def n_texts(self) -> int:
        """Number of different texts."""
        return len(self.texts)

    @property
    def n_units(self) -> int:
        """Number of units that they come from."""
        return int(self.unit_of.max()) + 1 if len(self.unit_of) else 0

    def by_whole_units(self, size: int) -> Iterator[tuple[Counts, Counts]]:
        """Yield the texts with their units in pieces: about so many texts in each, those of a unit all in one."""
        order = np.argsort(self.unit_of, kind="stable")
        texts, unit_of = self.texts[order], self.unit_of[order]
        start = 0
        while start < len(texts):
            last = min(start + size, len(texts)) - 1
            stop = int(np.searchsorted(unit_of, unit_of[last], side="right"))
            yield texts[start:stop], unit_of[start:stop] - unit_of[start]
            start = stop


@dataclass(frozen=True)
class TermCounts:
    """How the texts of a side use each term of a kind, shape (n_terms,) each.

    Attributes
    ----------
    texts, units : ndarray of int
        Texts that have the term; units that they come from.
    design_effects : ndarray of float
        How many times less sure a rate is than if every text came from a unit of its own; 1 or more.
    """

    texts: Counts
    units: Counts
    design_effects: Floats


@dataclass(frozen=True)
class Usage:
    """Terms of different texts.

    Attributes
    ----------
    n_texts : int
        Number of different texts.
    kinds : mapping of str to TermTable
        Of ``word`` and ``hashtag``.
    places, text_of : ndarray of int, shape (n_rows_read,)
        Rows that were read, and of each the number of its text.
    units : ndarray of uint64, shape (n_rows_read,)
        Unit of each row that was read.
    """

    n_texts: int
    kinds: Mapping[str, TermTable]
    places: Counts
    text_of: Counts
    units: Hashes

    def side(self, rows: npt.NDArray[np.bool_]) -> Side:
        """Return the texts of some rows of the collection; those that were not read count nowhere.

        A text that several units have is that of the one with the lowest hash, so that the order of rows makes no
        difference.
        """
        kept = rows[self.places]
        texts, units = self.text_of[kept], self.units[kept]
        order = np.lexsort((units, texts))
        different, first = np.unique(texts[order], return_index=True)
        return Side(different, np.unique(units[order][first], return_inverse=True)[1])

    def counts(self, kind: str, side: Side) -> TermCounts:
        """Count the terms of a kind in the texts of a side.

        Notes
        -----
        The design effect of a term is that of its rate, the ratio of its uses to those of all terms, over units that
        were drawn as wholes: with y uses of n in a unit and the rate r, the sum of ``(y - r n)²`` over the uses, times
        ``g / (g - 1)`` for g units.
        """
        matrix = self.kinds[kind].matrix
        # Of each term: its uses, units with it, the sums of their squared uses and of these by all that a unit uses.
        texts, units, squared, crossed = np.zeros((4, matrix.shape[1]), dtype=np.int64)
        squared_units = 0
        for some, unit_of in side.by_whole_units(_TEXTS_AT_ONCE):
            by_unit = _summed(matrix[some], unit_of)
            of_units = by_unit.sum(axis=1)
            texts += by_unit.sum(axis=0)
            units += np.bincount(by_unit.indices, minlength=len(units))
            crossed += by_unit.T @ of_units
            squared_units += int((of_units**2).sum())
            by_unit.data **= 2
            squared += by_unit.sum(axis=0)
        rate = texts / max(int(texts.sum()), 1)
        squares = squared - 2 * rate * crossed + rate**2 * squared_units
        correction = side.n_units / max(side.n_units - 1, 1)
        effects = np.maximum(correction * squares / np.maximum(texts, 1), 1.0)
        return TermCounts(texts, units, effects)


def read_usage(drawn: Sequence[tuple[int, str]], units: Hashes | None, segmenter: Segmenter) -> Usage:
    """Read texts and find which terms they use.

    A text counts once for all its copies, which have the same letters and digits; one with fewer than
    ``MIN_CHARACTERS`` of them, as 支持国货, once for each unit that writes it.

    Parameters
    ----------
    drawn : sequence of (int, str)
        Places of rows with their texts.
    units : ndarray of uint64, shape (n_rows,), optional
        Unit of every row, 0 where it has none and is a unit by itself; without, every text is.
    segmenter : Segmenter
        Cuts words.
    """
    tables = {"word": _Growing(), "hashtag": _Growing()}
    numbers: dict[int, int] = {}  # by the hash of what copies have alike: of the texts themselves, nothing stays
    places, text_of, hashes = array("q"), array("q"), array("Q")
    for start in range(0, len(drawn), _READ_AT_ONCE):
        read = [(place, terms_of(text, segmenter)) for place, text in drawn[start : start + _READ_AT_ONCE]]
        read = [(place, terms) for place, terms in read if terms.letters]
        keys = hashed_texts([_key(terms.letters, place, units) for place, terms in read])
        hashes.extend(keys.tolist())
        for (place, terms), key in zip(read, keys.tolist(), strict=True):
            places.append(place)
            text_of.append(number := numbers.setdefault(key, len(numbers)))
            if number == tables["word"].n_texts:
                tables["word"].add(terms.words)
                tables["hashtag"].add(terms.hashtags)
    at, numbered = np.array(places, dtype=np.int64), np.array(text_of, dtype=np.int64)
    own = np.array(hashes, dtype=np.uint64)
    return Usage(
        len(numbers),
        {kind: table.finished() for kind, table in tables.items()},
        at,
        numbered,
        own if units is None else np.where(units[at] == 0, own, units[at]),
    )


def _key(letters: str, place: int, units: Hashes | None) -> str:
    """Return what a text and its copies have alike."""
    if len(letters) >= MIN_CHARACTERS:
        return letters
    # What many say in the same few words, each of them says.
    return f"{letters}\n{place if units is None or units[place] == 0 else f'by {units[place]}'}"


def _summed(rows: Any, unit_of: Counts) -> Any:
    """Sum the rows of a sparse array by unit."""
    from scipy.sparse import csr_array

    ones = np.ones(len(unit_of), dtype=np.int64)
    return csr_array((ones, (unit_of, np.arange(len(unit_of)))), shape=(int(unit_of[-1]) + 1, len(unit_of))) @ rows


class _Growing:
    """A table of texts by terms to which texts are added."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._cells = array("i")
        self._starts = array("i", [0])

    @property
    def n_texts(self) -> int:
        return len(self._starts) - 1

    def add(self, terms: frozenset[str]) -> None:
        # Sorted, so that tables are the same in every run.
        self._cells.extend(self._numbers.setdefault(term, len(self._numbers)) for term in sorted(terms))
        self._starts.append(len(self._cells))

    def finished(self) -> TermTable:
        from scipy.sparse import csr_array

        shape = (self.n_texts, len(self._numbers))
        cells, starts = np.array(self._cells, dtype=np.int32), np.array(self._starts, dtype=np.int32)
        matrix = csr_array((np.ones(len(cells), dtype=np.int8), cells, starts), shape=shape)
        return TermTable(tuple(self._numbers), matrix)
