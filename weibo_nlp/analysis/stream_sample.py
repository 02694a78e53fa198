"""A random sample of rows of a stream whose end is not known, in memory that does not grow with it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np


class StreamSample:
    """A simple random sample without replacement of all texts that are offered.

    Every text draws a number, and those with the lowest stay; so what is drawn from a stream is drawn from every
    longer one as well, unless lower numbers come.

    Parameters
    ----------
    size : int
        Texts to keep.
    seed : int
        Of the numbers.
    most_characters : int
        Characters to keep; where so many texts have more, fewer are kept.
    """

    def __init__(self, size: int, seed: int, most_characters: int) -> None:
        self._size, self._most = size, most_characters
        self._random = np.random.default_rng(seed)
        self._kept: list[tuple[float, int, str]] = []
        self._characters = 0
        self._highest = 1.0

    def offer(self, places: Sequence[int], texts: Sequence[str]) -> None:
        """Offer texts with their places, which come back with them."""
        numbers = self._random.random(len(texts))
        for at in np.flatnonzero(numbers < self._highest).tolist():
            self._kept.append((float(numbers[at]), places[at], texts[at]))
            self._characters += len(texts[at])
            if len(self._kept) > 2 * self._size or self._characters > 2 * self._most:
                self._trim()

    def drawn(self) -> list[tuple[int, str]]:
        """Return what was drawn, each with its place, in the order of the draw: any first part is a sample as well."""
        self._trim()
        return [(place, text) for _, place, text in self._kept]

    def _trim(self) -> None:
        self._kept.sort(key=lambda each: each[:2])
        reach = list(accumulate(len(text) for _, _, text in self._kept))
        n = min(self._size, bisect_right(reach, self._most))
        if len(self._kept) > n:
            self._size = n  # of what comes later no more is kept, or long texts would give way to short ones
            del self._kept[n:]
            self._highest = self._kept[-1][0] if self._kept else 0.0
        self._characters = reach[n - 1] if n else 0
