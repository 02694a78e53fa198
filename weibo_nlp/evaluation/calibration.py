"""The reliability curve: how often a model is right when it says how sure it is."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import UsageError
from weibo_nlp.stats.arguments import numbers, require_confidence_level
from weibo_nlp.stats.bootstrap import numbered_ids
from weibo_nlp.stats.metrics import CALIBRATION_BINS, FloatArray, confidence_bins


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Rows whose top label has a probability in (low, high].

    Attributes
    ----------
    low, high : float
        Edges of the bin.
    n : int
        Rows in it.
    confidence : float
        Mean probability of the top label.
    accuracy : float
        Share of rows whose top label is right.
    accuracy_low, accuracy_high : float or None
        Bounds of the accuracy; ``None`` where the rows belong to one unit.
    n_units : int or None
        Units that the rows belong to; ``None`` in results of 0.2.0, which did not say so.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    accuracy_low: float | None
    accuracy_high: float | None
    n_units: int | None = None


def calibration_curve(
    gold: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    groups: Sequence[Hashable] | None = None,
    *,
    bins: int = CALIBRATION_BINS,
    confidence_level: float = 0.95,
) -> tuple[CalibrationBin, ...]:
    """Confidence against accuracy, over equal-width bins of the top label's probability.

    Parameters
    ----------
    gold : array-like of int, shape (n_rows,)
        Label indices.
    probabilities : array-like of float, shape (n_rows, n_labels)
        Each row a distribution, with columns as in `metrics.log_loss_rows`.
    groups : sequence, length n_rows, optional
        The unit (thread, event) of each row; without it every row is its own.
    bins : int
        Number of bins, empty ones included; each holds its upper edge.
    confidence_level : float
        Nominal coverage of the bounds of the accuracy.

    Returns
    -------
    tuple of CalibrationBin
        From low to high; bins without rows are left out. The mean distance between confidence and accuracy, each bin
        weighing as many as it has rows, is `metrics.expected_calibration_error` with as many bins.

    Raises
    ------
    UsageError
        If shapes do not fit, a row is no distribution, or `bins` or `confidence_level` is out of range.
    DataError
        If a group is missing (None, NaN).

    Notes
    -----
    The bounds are those of `accuracy_bounds`, not of a bootstrap: most bins hold a handful of units and an accuracy
    near 0 or 1, where resampling returns intervals that are too narrow or empty.
    """
    confidence, right, at = confidence_bins(gold, probabilities, bins)
    confidence_level = require_confidence_level(confidence_level)
    units = np.arange(confidence.size) if groups is None else numbered_ids(groups, "groups")[1]
    if units.size != confidence.size:
        raise UsageError(f"there are {units.size} groups for {confidence.size} rows; give one each, in order.")
    curve = []
    for index in np.unique(at).tolist():
        members = at == index
        _, in_bin = np.unique(units[members], return_inverse=True)
        rows, hits = np.bincount(in_bin), np.bincount(in_bin, weights=right[members])
        low, high = accuracy_bounds(rows, hits, confidence_level) or (None, None)
        # Sums of floats depend on their order in the last bits; sorted, the order of rows has no say.
        mean, accuracy = float(np.sort(confidence[members]).mean()), float(hits.sum() / rows.sum())
        n = int(members.sum())
        curve.append(CalibrationBin(index / bins, (index + 1) / bins, n, mean, accuracy, low, high, rows.size))
    return tuple(curve)


def accuracy_bounds(
    rows: npt.ArrayLike, hits: npt.ArrayLike, confidence_level: float = 0.95
) -> tuple[float, float] | None:
    """Bounds of a share of rows, where the rows come in units that resemble themselves.

    Parameters
    ----------
    rows, hits : array-like of int, shape (n_units,)
        Rows of each unit, and how many of them are hits.
    confidence_level : float
        Nominal coverage.

    Returns
    -------
    tuple of float, or None
        Low and high; ``None`` for fewer than two units.

    Notes
    -----
    Wilson's score interval with an effective number of rows, as Korn & Graubard (1998) use Clopper and Pearson's: the
    number that would have the variance found by leaving out unit after unit, reduced by the ratio of the normal to
    the t quantile. Simulated with units that agree as strongly as a correlation of 0 to .3 makes them, 95 % bounds
    cover 94 to 100 % for 3 to 60 units of 1 to 5 rows, and 91 to 100 % where units have up to 40 rows.
    """
    confidence_level = require_confidence_level(confidence_level)
    sizes, right = numbers(rows, "rows"), numbers(hits, "hits")
    if sizes.ndim != 1 or sizes.shape != right.shape or not ((sizes >= 1) & (right >= 0) & (right <= sizes)).all():
        raise UsageError("rows and hits must be one number a unit: rows from 1, hits from 0 to as many; correct them.")
    if sizes.size < 2:
        return None
    share = float(right.sum() / sizes.sum())
    z = NormalDist().inv_cdf((1 + confidence_level) / 2)
    added = z**2 / _effective_rows(sizes, right, share, z, (1 + confidence_level) / 2)
    middle = (share + added / 2) / (1 + added)
    half = math.sqrt(share * (1 - share) * added + added**2 / 4) / (1 + added)
    return max(0.0, middle - half), min(1.0, middle + half)


def _effective_rows(sizes: FloatArray, hits: FloatArray, share: float, z: float, quantile: float) -> float:
    """How many independent rows would know as much of the share, in the small-sample sense of Student's t."""
    from scipy.special import stdtrit  # a tenth of a second to load, which scoring bare labels need not spend

    n = float(sizes.sum())
    left_out = (hits - share * sizes) / (1 - sizes / n)
    # Sums of floats depend on their order in the last bits; sorted, the order of units has no say.
    variance = float(np.sort(np.square(left_out)).sum()) * (sizes.size - 1) / sizes.size / n**2
    # All right, all wrong, or all units alike: nothing tells how much the rows of a unit resemble each other, so they
    # count as copies (Kish's number of units of equal weight).
    copies = n**2 / float(np.square(sizes).sum())
    rows = min(n, share * (1 - share) / variance) if variance > 0 else copies
    return rows * (z / float(stdtrit(sizes.size - 1, quantile))) ** 2
