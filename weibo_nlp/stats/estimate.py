"""Figures of a few rows: with an interval where the rows come from several units, without one where they do not.

A slice or an annotator may be left with the rows of one thread; the figure still stands, but nothing bounds it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError
from weibo_nlp.stats.bootstrap import DEFAULT_METHOD, FEW_UNITS, RESAMPLES, Method
from weibo_nlp.stats.metrics import CountMetric, confusion_matrix
from weibo_nlp.stats.randomisation import mean_interval


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and its bounds; ``low`` and ``high`` are ``None`` where the rows say nothing of the spread.

    That is so for a single unit, and where all units score alike: no resample of twenty threads that are all right
    is ever wrong, and bounds of 1 to 1 would promise that no other thread is.
    """

    value: float
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, float | None]:
        """Return value and bounds, ready for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures by the name of their metric, over the same ``n`` rows from ``n_units`` units."""

    of: Mapping[str, Figure]
    n: int
    n_units: int

    @property
    def few_units(self) -> bool:
        """Whether there are so few units that intervals tend to be too narrow."""
        return self.n_units < FEW_UNITS


def figures_of(
    truth: npt.ArrayLike,
    predicted: npt.ArrayLike,
    units: Sequence[Hashable],
    n_labels: int,
    metrics: Mapping[str, CountMetric],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    method: Method = DEFAULT_METHOD,
) -> Figures:
    """Score rows, however few units they come from.

    Parameters
    ----------
    truth : array-like of int, shape (n_rows,)
        Label indices in [0, n_labels).
    predicted : array-like of int, shape (n_rows,) or (n_seeds, n_rows)
        Label indices; of several seeds the mean figure is meant.
    units : sequence, length n_rows
        The unit (thread, event) of each row.
    n_labels : int
        Number of labels of the scheme.
    metrics : mapping of str to CountMetric
        What to compute.
    seed, resamples, level, method
        Of the bootstrap over units, see `intervals.cluster_bootstrap`.

    Returns
    -------
    Figures

    Raises
    ------
    DataError
        If there are no rows.
    UsageError
        If shapes do not fit, or labels are not label indices.
    """
    n_units = len(set(units))
    if not n_units:
        raise DataError("there are no rows to score; check which rows were chosen.")
    runs = np.atleast_2d(np.asarray(predicted))
    if n_units == 1:
        confusion = np.stack([confusion_matrix(truth, run, n_labels) for run in runs])
        of = {name: Figure(float(metric(confusion).mean())) for name, metric in metrics.items()}
    else:
        of = {}
        for name, metric in metrics.items():
            found = mean_interval(
                truth, runs, units, n_labels, metric, resamples=resamples, seed=seed, level=level, method=method
            )
            told = found.low < found.high
            of[name] = Figure(found.value, found.low if told else None, found.high if told else None)
    return Figures(of, len(units), n_units)
