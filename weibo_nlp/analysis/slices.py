"""The parts of a collection that are counted one by one: all rows, each period, each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from weibo_nlp.analysis.coding import Coded

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slicing:
    """One way in which rows are parted.

    Attributes
    ----------
    group_by : str or None
        Column of the groups; None for all rows and for periods.
    parts : Coded
        Part of every row.
    is_time : bool
        Whether the parts are periods.
    """

    group_by: str | None
    parts: Coded
    is_time: bool = False

    def keys(self) -> Iterator[tuple[str | None, str | None, str | None]]:
        """Yield for each part its cells of the columns ``period``, ``group_by`` and ``group``."""
        for value in self.parts.values:
            yield (value, None, None) if self.is_time else (None, self.group_by, value)

    def counts(self, codes: npt.NDArray[np.int32], n_values: int, rows: npt.NDArray[np.bool_] | None = None) -> Counts:
        """Count values in each part, shape (n_parts, n_values); rows without a part or a value count nowhere."""
        kept = (codes >= 0) & (self.parts.codes >= 0)
        if rows is not None:
            kept &= rows
        cells = self.parts.codes[kept].astype(np.int64) * n_values + codes[kept]
        n_parts = len(self.parts.values)
        return np.bincount(cells, minlength=n_parts * n_values).reshape(n_parts, n_values)


def slicings(n: int, periods: Coded | None, groups: Mapping[str, Coded]) -> list[Slicing]:
    """Return all ways in which rows are parted: not at all, by period, by each column."""
    whole = _Whole(None, Coded(("",), np.zeros(n, dtype=np.int32)))
    over_time = [] if periods is None else [Slicing(None, periods, is_time=True)]
    return [whole, *over_time, *(Slicing(name, parts) for name, parts in groups.items())]


class _Whole(Slicing):
    """All rows as one part, which has no name."""

    def keys(self) -> Iterator[tuple[str | None, str | None, str | None]]:
        yield None, None, None
