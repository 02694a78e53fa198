"""A random sample of rows of a stream whose end is not known, in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")


class StreamSample(Generic[T]):
    """A simple random sample without replacement of all items that are offered.

    Every item draws a number, and those with the lowest stay; so what is drawn from a stream is drawn from every
    longer one as well, unless lower numbers come.

    Parameters
    ----------
    size : int
        Items to keep.
    seed : int
        Of the numbers.
    """

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._random = np.random.default_rng(seed)
        self._kept: list[tuple[float, int, T]] = []
        self._highest = 1.0
        self.n_offered = 0

    def offer(self, places: Sequence[int], items: Sequence[T]) -> None:
        """Offer items with their places, which come back with them."""
        self.n_offered += len(items)
        numbers = self._random.random(len(items))
        for at in np.flatnonzero(numbers < self._highest).tolist():
            self._kept.append((float(numbers[at]), places[at], items[at]))
        if len(self._kept) > 2 * self._size:
            self._trim()

    def drawn(self) -> list[tuple[int, T]]:
        """Return what was drawn, each with its place, in the order of the draw: any first part is a sample as well."""
        self._trim()
        return [(place, item) for _, place, item in self._kept]

    def _trim(self) -> None:
        self._kept.sort(key=lambda each: each[:2])
        if len(self._kept) > self._size:
            del self._kept[self._size :]
            self._highest = self._kept[-1][0] if self._kept else 0.0
