"""Values of columns as numbers: each different one once, and of every row its place among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from weibo_nlp.analysis.cells import value_text
from weibo_nlp.errors import DataError

Codes = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
MISSING = -1
"""Code of a row without a value."""


@dataclass(frozen=True)
class Coded:
    """Values of the rows of one column.

    Attributes
    ----------
    values : tuple of str
        Those that there are.
    codes : ndarray of int, shape (n_rows,)
        Of every row the place of its value in `values`, or ``MISSING``.
    """

    values: tuple[str, ...]
    codes: Codes

    def counts(self) -> npt.NDArray[np.int64]:
        """Rows of each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    def ordered(self, values: tuple[str, ...]) -> Coded:
        """Return the same rows with the values in another order, which may have more of them."""
        places = {value: place for place, value in enumerate(values)}
        table = np.array([places[value] for value in self.values] + [MISSING], dtype=np.int32)
        return Coded(values, table[self.codes])


class Coder:
    """Codes values batch by batch.

    Parameters
    ----------
    most : int
        Different values that are taken.
    what : str
        What an error says of a column that has more: what it is, and what to do.
    read : callable, optional
        What is coded of a value; None where it is none. By default its text, as groups are called.
    gives_up : bool
        Whether too many values are no error, but end the coding: `is_given_up` then tells.
    """

    def __init__(
        self,
        most: int,
        what: str,
        read: Callable[[object], str | None] | None = None,
        *,
        gives_up: bool = False,
    ) -> None:
        self._most, self._what, self._read, self._gives_up = most, what, read or value_text, gives_up
        self.is_given_up = False
        self._places: dict[str, int] = {}
        self._batches: list[Codes] = []

    def add(self, values: pd.Series) -> None:
        """Code the values of a batch of rows.

        Raises
        ------
        DataError
            If there are too many different ones.
        """
        if self.is_given_up:
            return
        codes, different = pd.factorize(values, use_na_sentinel=True)
        table = np.full(len(different) + 1, MISSING, dtype=np.int32)
        for place, value in enumerate(different):
            if (text := self._read(value)) is not None:
                table[place] = self._places.setdefault(text, len(self._places))
        if len(self._places) > self._most:
            self.is_given_up = self._gives_up
            if self._gives_up:
                return
            raise DataError(f"{self._what}, more than {self._most:,} of them.")
        self._batches.append(table[codes])

    def coded(self) -> Coded:
        """Return what was coded, the values in alphabetical order, whatever the order of the rows."""
        codes = np.concatenate([np.empty(0, dtype=np.int32), *self._batches])
        self._batches = [codes]  # held once
        return Coded(tuple(self._places), codes).ordered(tuple(sorted(self._places)))


def hashed(values: pd.Series) -> Hashes:
    """Hash the texts of values, alike in every run; 0 stands for what is missing.

    Ids and texts of millions of rows are compared by these 64 bits: among two million different ones, two are taken for
    one with a probability of one in nine million.
    """
    codes, different = pd.factorize(values, use_na_sentinel=True)
    return np.append(hashed_texts([value_text(value) for value in different]), np.uint64(0))[codes]


def hashed_texts(texts: list[str]) -> Hashes:
    """Hash texts, none of them to 0."""
    if not texts:
        return np.empty(0, dtype=np.uint64)
    values = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
    return np.maximum(values, np.uint64(1))


def places_of_hashes(wanted: Hashes, hashes: Hashes) -> npt.NDArray[np.int64]:
    """Find where hashes first stand among others; -1 where they do not, or are 0."""
    order = np.argsort(hashes, kind="stable")
    at = np.minimum(np.searchsorted(hashes, wanted, sorter=order), max(len(hashes) - 1, 0))
    if not len(hashes):
        return np.full(len(wanted), -1, dtype=np.int64)
    places = order[at]
    return np.where((hashes[places] == wanted) & (wanted != 0), places, -1)
