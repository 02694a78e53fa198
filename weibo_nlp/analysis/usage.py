"""Which unit uses which term: texts read once each, however often they were copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.analysis.coding import Hashes, hashed_texts
from weibo_nlp.analysis.terms import terms_of
from weibo_nlp.profiling.duplicates import MIN_CHARACTERS
from weibo_nlp.segmentation import Segmenter

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Usage:
    """Terms of different texts.

    Attributes
    ----------
    terms : tuple of str
        Words and hashtags; a word and a hashtag may be spelt alike.
    kinds : dict of str to ndarray of int
        ``word`` and ``hashtag``, and the places of theirs in `terms`.
    places, copy_of : ndarray of int, shape (n_rows_read,)
        Rows that were read, and of each the number of its text.
    units : ndarray of uint64, shape (n_rows_read,)
        Unit of each row that was read.
    matrix : scipy.sparse.csr_array of int, shape (n_texts, n_terms)
        1 where a text has a term.
    background : ndarray of int, shape (n_terms,)
        Units that use each term at all.
    """

    terms: tuple[str, ...]
    kinds: dict[str, Counts]
    places: Counts
    copy_of: Counts
    units: Hashes
    matrix: Any
    background: Counts

    @property
    def n_texts(self) -> int:
        """Number of different texts."""
        return int(self.matrix.shape[0])

    def counts(self, rows: npt.NDArray[np.bool_]) -> tuple[int, int, Counts]:
        """Count what some rows of the collection use.

        Parameters
        ----------
        rows : ndarray of bool, shape (n_rows,)
            Rows of the collection; those that were not read count nowhere.

        Returns
        -------
        tuple of int, int and ndarray of int
            Different texts, units that they come from, and how many of these use each term. A text that several units
            have is that of the unit with the lowest hash, so that the order of rows makes no difference.
        """
        kept = rows[self.places]
        return _counted(self.copy_of[kept], self.units[kept], self.matrix)


def read_usage(drawn: Sequence[tuple[int, str]], units: Hashes | None, segmenter: Segmenter) -> Usage:
    """Read texts and find who uses which term.

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
    from scipy.sparse import csr_array

    numbers: dict[tuple[str, str], int] = {}
    copies: dict[str, int] = {}
    starts, cells = [0], list[int]()
    places, copy_of = [], []
    for place, text in drawn:
        terms = terms_of(text, segmenter)
        if not terms.letters:
            continue
        places.append(place)
        copy = terms.letters
        if len(copy) < MIN_CHARACTERS:  # what many say in the same few words, each of them says
            copy += f"\n{place if units is None or units[place] == 0 else f'by {units[place]}'}"
        copy_of.append(number := copies.setdefault(copy, len(copies)))
        if number == len(starts) - 1:
            for kind, names in (("word", terms.words), ("hashtag", terms.hashtags)):
                cells += [numbers.setdefault((kind, name), len(numbers)) for name in sorted(names)]
            starts.append(len(cells))
    shape = (len(copies), len(numbers))
    matrix = csr_array((np.ones(len(cells), dtype=np.int64), cells, starts), shape=shape)
    at = np.array(places, dtype=np.int64)
    numbered = np.array(copy_of, dtype=np.int64)
    own = hashed_texts(list(copies))[numbered] if copies else np.empty(0, dtype=np.uint64)
    stated = own if units is None else np.where(units[at] == 0, own, units[at])
    kinds = np.array([kind for kind, _ in numbers], dtype=object)
    return Usage(
        tuple(name for _, name in numbers),
        {kind: np.flatnonzero(kinds == kind) for kind in ("word", "hashtag")},
        at,
        numbered,
        stated,
        matrix,
        _counted(numbered, stated, matrix)[2],
    )


def _counted(copy_of: Counts, units: Hashes, matrix: Any) -> tuple[int, int, Counts]:
    from scipy.sparse import csr_array

    if not len(copy_of):
        return 0, 0, np.zeros(matrix.shape[1], dtype=np.int64)
    order = np.lexsort((units, copy_of))
    texts, first = np.unique(copy_of[order], return_index=True)
    different, unit_of = np.unique(units[order][first], return_inverse=True)
    ones = np.ones(len(texts), dtype=np.int64)
    # Shape (n_units, n_texts): a unit's texts; times texts by terms, how often each unit uses each term.
    of_units = csr_array((ones, (unit_of, texts)), shape=(len(different), matrix.shape[0]))
    uses = (of_units @ matrix).tocsc()
    return len(texts), len(different), np.diff(uses.indptr).astype(np.int64)
