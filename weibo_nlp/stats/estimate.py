"""An estimate: a value, how far it may be off, and what that was judged by."""

from __future__ import annotations

import math
from dataclasses import dataclass

from weibo_nlp.errors import DataError

# Simulated coverage of 95 % intervals, by number of units, stands beside `bootstrap.DEFAULT_METHOD`.
FEW_UNITS = 100
_SAME = 1e-9  # figures this close are one figure, computed in another order or rounded for a file


# A ValueError as well, so that a reader which checks records field by field can say which one it was.
class IntervalError(DataError, ValueError):
    """An interval that has one end, or does not hold its own value."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, with an interval where the rows say something of the spread between independent units.

    Attributes
    ----------
    value : float
        The figure.
    low, high : float or None
        Ends of its interval; ``None`` where nothing bounds it: the rows are of one unit, the method promises no
        interval, or all units score alike (no resample of twenty threads that are all right is ever wrong, and bounds
        of 1 to 1 would promise that no other thread is).
    n_units : int or None
        Independent units (threads, events, texts) behind it; ``None`` where they were not counted.
    confidence_level : float
        Nominal coverage of the interval, in (0, 1).
    n_resamples : int or None
        Resamples that the interval was read from; ``None`` for one by formula.
    method : str or None
        How the interval was made; ``None`` where there is none.

    Raises
    ------
    IntervalError
        If one end is given without the other, or not low <= value <= high.
    """

    value: float
    low: float | None = None
    high: float | None = None
    n_units: int | None = None
    confidence_level: float = 0.95
    n_resamples: int | None = None
    method: str | None = None

    def __post_init__(self) -> None:
        low, high = self.low, self.high
        if low is None and high is None:
            return
        if low is None or high is None:
            raise IntervalError(f"low is {low} and high is {high}; give both ends of an interval, or neither")
        room = _SAME * max(1.0, abs(self.value)) if math.isfinite(self.value) else 0.0
        # NaN compares false, so the condition is put the way that catches it.
        if not low - room <= self.value <= high + room:
            raise IntervalError(f"value {self.value} is not from low {low} to high {high}; an interval holds its value")

    @property
    def few_units(self) -> bool:
        """Whether there are under 100 units, where an interval tends to be too narrow if it hangs on a rare label."""
        return self.n_units is not None and self.n_units < FEW_UNITS

    def to_dict(self) -> dict[str, float | None]:
        """Return value and bounds, ready for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}
