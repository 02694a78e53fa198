"""A random sample of rows of a stream whose end is not known, in memory that does not grow with it."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

_SPARE = 1.25  # how many times as much as is kept may be held until what is not kept goes


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
        # By column: of a million texts, a tuple and two numbers each would take more than the texts of most.
        self._numbers, self._places, self._texts = array("d"), array("q"), list[str]()
        self._characters = 0
        self._highest = 1.0

    def offer(self, places: Sequence[int], texts: Sequence[str]) -> None:
        """Offer texts with their places, which come back with them."""
        numbers = self._random.random(len(texts))
        for at in np.flatnonzero(numbers < self._highest).tolist():
            self._numbers.append(numbers[at])
            self._places.append(places[at])
            self._texts.append(texts[at])
            self._characters += len(texts[at])
            if len(self._texts) > _SPARE * self._size or self._characters > _SPARE * self._most:
                self._trim()

    def drawn(self) -> list[tuple[int, str]]:
        """Return what was drawn, each with its place, in the order of the draw: any first part is a sample as well."""
        self._trim()
        return list(zip(self._places, self._texts, strict=True))

    def _trim(self) -> None:
        order = np.lexsort((self._places, self._numbers)).tolist()
        reach = list(accumulate(len(self._texts[at]) for at in order))
        n = min(self._size, bisect_right(reach, self._most))
        is_full = len(order) > n
        del order[n:]
        self._numbers = array("d", [self._numbers[at] for at in order])
        self._places = array("q", [self._places[at] for at in order])
        self._texts = [self._texts[at] for at in order]
        if is_full:
            self._size = n  # of what comes later no more is kept, or long texts would give way to short ones
            self._highest = self._numbers[-1] if n else 0.0
        self._characters = reach[n - 1] if n else 0
