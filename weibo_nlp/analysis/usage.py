"""Which texts use which term, each text once however often it was copied, and who wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        from scipy.sparse import csr_array

        matrix = self.kinds[kind].matrix
        shape = (side.n_units, matrix.shape[0])
        by_unit = csr_array((np.ones(side.n_texts, dtype=np.int64), (side.unit_of, side.texts)), shape=shape) @ matrix
        texts, of_units = by_unit.sum(axis=0), by_unit.sum(axis=1)
        total = max(int(texts.sum()), 1)
        rate = texts / total
        squares = by_unit.power(2).sum(axis=0) - 2 * rate * (by_unit.T @ of_units) + rate**2 * (of_units**2).sum()
        correction = side.n_units / max(side.n_units - 1, 1)
        effects = np.maximum(correction * squares / np.maximum(texts, 1), 1.0)
        return TermCounts(texts, np.diff(by_unit.tocsc().indptr).astype(np.int64), effects)


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
    numbers: dict[str, int] = {}
    places, text_of = list[int](), list[int]()
    for place, text in drawn:
        terms = terms_of(text, segmenter)
        if not terms.letters:
            continue
        key = terms.letters
        if len(key) < MIN_CHARACTERS:  # what many say in the same few words, each of them says
            key += f"\n{place if units is None or units[place] == 0 else f'by {units[place]}'}"
        places.append(place)
        text_of.append(number := numbers.setdefault(key, len(numbers)))
        if number == tables["word"].n_texts:
            tables["word"].add(terms.words)
            tables["hashtag"].add(terms.hashtags)
    at, numbered = np.array(places, dtype=np.int64), np.array(text_of, dtype=np.int64)
    own = hashed_texts(list(numbers))[numbered]
    return Usage(
        len(numbers),
        {kind: table.finished() for kind, table in tables.items()},
        at,
        numbered,
        own if units is None else np.where(units[at] == 0, own, units[at]),
    )


class _Growing:
    """A table of texts by terms to which texts are added."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._cells: list[int] = []
        self._starts = [0]

    @property
    def n_texts(self) -> int:
        return len(self._starts) - 1

    def add(self, terms: frozenset[str]) -> None:
        # Sorted, so that tables are the same in every run.
        self._cells += [self._numbers.setdefault(term, len(self._numbers)) for term in sorted(terms)]
        self._starts.append(len(self._cells))

    def finished(self) -> TermTable:
        from scipy.sparse import csr_array

        shape = (self.n_texts, len(self._numbers))
        ones = np.ones(len(self._cells), dtype=np.int64)
        matrix = csr_array((ones, self._cells, self._starts), shape=shape, dtype=np.int64)
        return TermTable(tuple(self._numbers), matrix)
