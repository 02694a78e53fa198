"""How long texts are: percentiles of their lengths in characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from weibo_nlp.errors import DataError

PERCENTS = (1, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Percentiles of lengths in code points, marks and white space counted, as the platform counts them.

    ``percentiles`` runs parallel to ``PERCENTS``.
    """

    n: int
    percentiles: tuple[float, ...]

    def at(self, percent: int) -> float:
        """Length that `percent` of the texts do not exceed."""
        return self.percentiles[PERCENTS.index(percent)]

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Lengths at 25, 50 and 75 %."""
        return self.at(25), self.at(50), self.at(75)

    @property
    def deciles(self) -> tuple[float, ...]:
        """Lengths at 10, 20 ... 90 %."""
        return tuple(self.at(percent) for percent in range(10, 100, 10))


def lengths_of(texts: Sequence[str]) -> Lengths:
    """Measure texts; percentiles between two texts are interpolated linearly.

    Raises
    ------
    DataError
        If there are no texts.
    """
    if not texts:
        raise DataError("there are no texts to measure; give at least one.")
    found = np.percentile([len(text) for text in texts], PERCENTS)
    return Lengths(len(texts), tuple(float(value) for value in found))
