"""Periods of time that suit a span of days, and the period of every row."""

from __future__ import annotations

from datetime import date

import numpy as np

from weibo_nlp.analysis.coding import MISSING, Coded
from weibo_nlp.analysis.groups import Period, period_of
from weibo_nlp.analysis.scan import Scanned

# Longest spans in days whose rows are shown by day, week, month and quarter: 30 to 80 points make a line that can be
# read.
_LONGEST: tuple[tuple[int, Period], ...] = ((45, "day"), (500, "week"), (2500, "month"), (7500, "quarter"))


def period_for(first_day: int, last_day: int) -> Period:
    """Return the period by which a span of days is best shown."""
    span = last_day - first_day + 1
    return next((period for longest, period in _LONGEST if span <= longest), "year")


def span_of_days(scanned: Scanned) -> tuple[int, int] | None:
    """Return the first and the last day of the rows, counted from the year 1; None where no row has a time."""
    if scanned.days is None or not scanned.has_day.any():
        return None
    days = scanned.days[scanned.has_day]
    return int(days.min()), int(days.max())


def periods_of(scanned: Scanned, period: Period) -> Coded:
    """Return the period of every row, in the order of time; rows without a time have none."""
    codes = np.full(scanned.n, MISSING, dtype=np.int32)
    if scanned.days is None:
        return Coded((), codes)
    days, place = np.unique(scanned.days[scanned.has_day], return_inverse=True)
    names = [str(period_of(date.fromordinal(int(day)).isoformat(), period)) for day in days]
    values = tuple(dict.fromkeys(names))  # days ascend, and so do their periods
    numbers = {value: number for number, value in enumerate(values)}
    codes[scanned.has_day] = np.array([numbers[name] for name in names], dtype=np.int32)[place]
    return Coded(values, codes)
