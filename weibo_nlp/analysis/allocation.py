"""How many rows of a sample each stratum gets, and how far apart labels are expected to be within it."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from math import fsum, sqrt

import numpy as np

from weibo_nlp.analysis.design import Allocation
from weibo_nlp.errors import UsageError
from weibo_nlp.stats.metrics import FloatArray, IntArray

LEAST = 2
"""Rows of a stratum without which nothing is known of the spread within it."""
SUREST = 0.95
"""Share of a label in a stratum beyond which its scores are not believed."""


def allocate(n: int, sizes: Sequence[int], weights: Sequence[float], least: int = LEAST) -> tuple[int, ...]:
    """Divide a sample among strata in proportion to weights, in whole numbers and within what there is.

    Parameters
    ----------
    n : int
        Rows of the sample.
    sizes : sequence of int
        Rows of the collection in each stratum.
    weights : sequence of float
        Of each stratum: its size for a proportional allocation, 1 for an equal one, size times standard deviation for
        Neyman's.
    least : int
        Rows that each stratum gets at least, as far as it has them.

    Returns
    -------
    tuple of int
        Rows of the sample in each stratum; they come to `n`.

    Raises
    ------
    UsageError
        If `n` is more than there are, or less than `least` for each stratum.

    Notes
    -----
    Row after row goes where the priority value ``weight / sqrt(rows * (rows + 1))`` is largest. The outcome is the one
    in whole numbers that makes the variance ``sum(weight**2 / rows)`` smallest (Wright 2012), where sizes and `least`
    bound it as well, so that a stratum that is taken whole (Cochran 1977, §5.8) needs no rule of its own.

    Examples
    --------
    Cochran (1977), table 5.1: 16 and 48 cities, of variance 53,843 and 5,581, and a sample of 24.

    >>> allocate(24, (16, 48), (16, 48)), allocate(24, (16, 48), (16 * 53_843**0.5, 48 * 5_581**0.5))
    ((6, 18), (12, 12))
    """
    total = sum(sizes)
    if n > total:
        raise UsageError(f"{n:,} rows are to be drawn, and there are {total:,}; draw fewer.")
    drawn = [min(least, size) for size in sizes]
    if n < sum(drawn):
        raise UsageError(
            f"{n:,} rows are to be drawn from {len(sizes):,} strata, of which each needs {least}; draw "
            f"{sum(drawn):,} at least, or make strata of fewer columns."
        )
    queue = [(-_priority(weights[at], drawn[at]), at) for at in range(len(sizes)) if drawn[at] < sizes[at]]
    heapify(queue)
    for _ in range(n - sum(drawn)):
        _, at = heappop(queue)
        drawn[at] += 1
        if drawn[at] < sizes[at]:
            heappush(queue, (-_priority(weights[at], drawn[at]), at))
    return tuple(drawn)


def stratum_weights(
    allocation: Allocation, sizes: Sequence[int], deviations: Sequence[float] | None = None
) -> tuple[float, ...]:
    """Weights of strata as :func:`allocate` takes them.

    Parameters
    ----------
    allocation : {"proportional", "equal", "neyman"}
        The rule.
    sizes : sequence of int
        Rows of each stratum.
    deviations : sequence of float, optional
        For ``neyman``, the standard deviation expected within each, as of :func:`label_deviations`.
    """
    if allocation == "equal":
        return (1.0,) * len(sizes)
    if allocation == "proportional" or deviations is None:
        return tuple(map(float, sizes))
    return tuple(size * deviation for size, deviation in zip(sizes, deviations, strict=True))


def label_deviations(probabilities: FloatArray, strata: IntArray, n_strata: int) -> tuple[float, ...]:
    """Standard deviation within each stratum that the scores of a model let expect, over all labels of a column.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_rows, n_labels)
        Of each label of each row; rows whose scores are not known are nan, and left out.
    strata : ndarray of int, shape (n_rows,)
        Stratum of each row.
    n_strata : int
        Number of strata.

    Returns
    -------
    tuple of float
        ``sqrt(sum over labels of p (1 - p))``, p being the mean probability of a label in the stratum.

    Notes
    -----
    An allocation in proportion to size times this makes the sum of the variances of all labels' shares smallest (Yates
    1960; Cochran 1977, §5A.4). Scores are too sure on texts unlike those that a model learnt from, and a stratum that
    is wrongly taken to be all of one label would get next to no row: no p counts as above `SUREST` or below what is
    left by it.
    """
    known = ~np.isnan(probabilities).any(axis=1)
    counts = np.bincount(strata[known], minlength=n_strata)
    n_labels = probabilities.shape[1]
    deviations = []
    for at in range(n_strata):
        if not counts[at]:  # nothing is known: as far apart as can be
            deviations.append(sqrt(1 - 1 / n_labels))
            continue
        rows = probabilities[known & (strata == at)]
        # Exact sums, so that a sample does not hang on how a machine adds.
        means = [min(max(fsum(column.tolist()) / len(rows), 1 - SUREST), SUREST) for column in rows.T]
        deviations.append(sqrt(fsum(mean * (1 - mean) for mean in means)))
    return tuple(deviations)


def _priority(weight: float, drawn: int) -> float:
    return float("inf") if drawn == 0 else weight / sqrt(drawn * (drawn + 1))
