"""Difference of two shares: its limits, recovered from those of the shares, and how probable it is by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from weibo_nlp.stats.metrics import FloatArray, IntArray

Bounds = tuple[FloatArray, FloatArray, FloatArray]
"""Values, lower and upper limits of some shares."""
Limits = Callable[[float], Bounds]
"""Confidence level -> values, lower and upper limits of some shares, shape (n_shares,) each."""

# Normal quantiles at which limits are looked at for a p-value, up to the highest level that limits are made for.
_QUANTILES = (0.02, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 4.5, 4.89)
SMALLEST_P = 2 * NormalDist().cdf(-_QUANTILES[-1])
"""P-values below are given as this one."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Differences of shares, each of one label, shape (n_labels,) each.

    Attributes
    ----------
    value, low, high : ndarray of float
        Share of the first less that of the second, and its limits.
    p : ndarray of float
        Two-sided, of no difference: one less the level at which an interval just reaches 0.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray


class LimitsByLevel:
    """Limits of some shares at one confidence level and at those from which p-values are read, each computed once.

    Parameters
    ----------
    limits : callable
        Confidence level -> values, lower and upper limits.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._at: dict[float, Bounds] = {}

    def at(self, confidence_level: float) -> Bounds:
        """Return values, lower and upper limits at a level."""
        if confidence_level not in self._at:
            self._at[confidence_level] = self._limits(confidence_level)
        return self._at[confidence_level]


def differences(
    one: LimitsByLevel, other: LimitsByLevel, confidence_level: float, correlation: FloatArray | float = 0.0
) -> Differences:
    """Compare shares of two groups.

    Parameters
    ----------
    one, other : LimitsByLevel
        Shares of the same labels in each.
    confidence_level : float
        Nominal coverage.
    correlation : float or ndarray of float, shape (n_labels,)
        Of the two estimates; 0 for groups that were sampled apart, of a random sample any two that share no text.

    Notes
    -----
    MOVER (Zou & Donner 2008; with a correlation, Zou 2007): the distances of the limits from the shares, added as
    squares. So skewed limits of rare labels stay skewed in the difference.
    """
    value, low, high = difference_limits(one.at(confidence_level), other.at(confidence_level), correlation)
    excess = []
    for z in _QUANTILES:
        level = 2 * NormalDist().cdf(z) - 1
        _, below, above = difference_limits(one.at(level), other.at(level), correlation)
        excess.append(np.where(value > 0, below, -above))  # above 0 where the interval does not reach 0
    return Differences(value, low, high, np.array([_p_value(column) for column in np.array(excess).T]))


def difference_limits(one: Bounds, other: Bounds, correlation: FloatArray | float = 0.0) -> Bounds:
    """Return differences of shares with their limits.

    Parameters
    ----------
    one, other : tuple of three ndarrays of float, shape (n_labels,) each
        Values, lower and upper limits at the same level.
    correlation : float or ndarray of float, shape (n_labels,)
        Of the two estimates.
    """
    (a, a_low, a_high), (b, b_low, b_high) = one, other
    value = a - b
    return (
        value,
        value - _combined(a - a_low, b_high - b, correlation),
        value + _combined(a_high - a, b - b_low, correlation),
    )


def correlation_of(
    units: IntArray, influence: FloatArray, other_units: IntArray, other_influence: FloatArray
) -> FloatArray:
    """Correlation of the estimates of two groups whose texts come from the same clusters, shape (n_labels,).

    Parameters
    ----------
    units, other_units : ndarray, shape (n_clusters,)
        Which clusters they are, each once, sorted.
    influence, other_influence : ndarray of float, shape (n_clusters, n_labels)
        What each cluster adds to the error of the estimate, to the first order.
    """
    _, at, other_at = np.intersect1d(units, other_units, assume_unique=True, return_indices=True)
    shared = (influence[at] * other_influence[other_at]).sum(axis=0)
    scale = np.sqrt(np.square(influence).sum(axis=0) * np.square(other_influence).sum(axis=0))
    found: FloatArray = np.clip(np.divide(shared, scale, out=np.zeros_like(shared), where=scale > 0), -1, 1)
    return found


def _combined(first: FloatArray, second: FloatArray, correlation: FloatArray | float) -> FloatArray:
    squares = np.square(first) + np.square(second) - 2 * correlation * first * second
    distance: FloatArray = np.sqrt(np.maximum(squares, 0))
    return distance


def _p_value(excess: FloatArray) -> float:
    """P-value from how far beyond 0 an interval ends, at each of `_QUANTILES`; falls as the interval grows."""
    if np.isnan(excess).any():
        return float("nan")
    if excess[0] <= 0:
        return 1.0
    if excess[-1] > 0:
        return SMALLEST_P
    at = int(np.flatnonzero(excess <= 0)[0])
    before, after = float(excess[at - 1]), float(excess[at])
    z = _QUANTILES[at - 1] + (_QUANTILES[at] - _QUANTILES[at - 1]) * before / (before - after)
    return 2 * NormalDist().cdf(-z)
