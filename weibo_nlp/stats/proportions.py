"""Shares with limits: of samples, by Wilson; of finite collections, from random samples of their cells."""

from __future__ import annotations

from math import log

import numpy as np

from weibo_nlp.errors import DataError
from weibo_nlp.stats.arguments import require_confidence_level, require_whole
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import FloatArray, IntArray

# Simulated with 1 to 10: all cover alike, but from 10 on a rare label loses what the classifier knows of it (intervals
# of a share of 5 % are up to 4 % wider).
MIN_CELL = 5
# Labelled texts below which cells of several strata are bounded together. Simulated (scripts/simulate_prevalence.py),
# 95 % limits cell by cell cover 76 to 96 % with 10 to 100 strata of 1 to 20 texts each.
SMALL_CELL = 20
_MOST_ROWS = 2**53  # whole numbers that a float holds


def wilson_interval(count: int, n: int, confidence_level: float = 0.95) -> Estimate:
    """Share of `count` in `n` independent rows, with the score interval of Wilson (1927).

    Raises
    ------
    DataError
        If `n` is 0.
    UsageError
        If `count` is no whole number from 0 to `n`, or `confidence_level` none between 0 and 1.
    """
    from scipy.stats import binomtest  # half a second to load, which nobody else need spend

    n = require_whole(n, "n", -_MOST_ROWS, _MOST_ROWS, "the number of rows")
    if n < 1:
        raise DataError("a share of no rows is not defined; leave the row out.")
    count = require_whole(count, "count", 0, n, f"how many of the {n} rows are meant")
    confidence_level = require_confidence_level(confidence_level)
    bounds = binomtest(count, n).proportion_ci(confidence_level, method="wilson")
    return Estimate(count / n, float(bounds.low), float(bounds.high), n, confidence_level, method="wilson")


def share_limits(
    sizes: IntArray, labelled: IntArray, confidence_level: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Estimate and limits of each label, shape (n_labels,) each.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_strata, n_labels)
        Texts in each stratum of the design, by predicted label.
    labelled : ndarray of int, shape (n_strata, n_labels, n_labels)
        Labelled texts, by stratum, predicted label and gold label; at least one in every stratum.
    confidence_level : float
        Nominal coverage.

    Notes
    -----
    See `prevalence.design_based` for sources and for the coverage simulated.
    """
    merged = [merged_cells(*stratum, len(sizes) > 1) for stratum in zip(sizes, labelled, strict=True)]
    size = np.concatenate([part[0] for part in merged])[:, None]
    counts = np.concatenate([part[1] for part in merged])
    kinds = np.concatenate([part[2] for part in merged])
    # Sums of floats depend on their order in the last bits: fix it by content, not by the names of strata.
    order = np.lexsort((kinds, *counts.T, size[:, 0]))
    size, counts, kinds = size[order], counts[order], kinds[order]
    n = counts.sum(axis=1, keepdims=True)
    share, weight, unseen = counts / n, size / size.sum(), 1 - n / size
    value: FloatArray = np.clip((weight * share).sum(axis=0), 0, 1)
    kinds = np.where(n[:, 0] < SMALL_CELL, kinds, -1 - np.arange(len(n)))
    below, above = squared_distances(kinds, weight, share, n, unseen, confidence_level)
    low, high = value - np.sqrt(below), value + np.sqrt(above)
    seen, everything, drawn = counts.sum(axis=0), size.sum(), n.sum()
    missed = largest_unseen(sizes.sum(axis=1), labelled.sum(axis=(1, 2)), confidence_level)
    low, high = np.where(seen == drawn, 1 - missed, low), np.where(seen == 0, missed, high)
    # What the sample has seen is settled.
    low = np.clip(low, seen / everything, value)
    high = np.clip(high, value, 1 - (drawn - seen) / everything)
    return value, low, high


def squared_distances(
    kinds: IntArray, weight: FloatArray, share: FloatArray, n: FloatArray, unseen: FloatArray, confidence_level: float
) -> tuple[FloatArray, FloatArray]:
    """Squared distances from the estimate to its limits, shape (n_labels,) each, cells of one kind taken together.

    Limits of many small cells do not add up: most have none of a rare label, and so nothing below.

    Parameters
    ----------
    kinds : ndarray of int, shape (n_cells,)
        Cells with the same number are bounded as one, of as many texts as would have the variance of their sum.
    weight, unseen : ndarray of float, shape (n_cells, 1)
        Part of the collection in each cell; part of the cell that was not drawn.
    share : ndarray of float, shape (n_cells, n_labels)
        Share of each label in each cell.
    n : ndarray of float, shape (n_cells, 1) or (n_cells, n_labels)
        Texts that each share rests on.
    confidence_level : float
        Nominal coverage.
    """
    _, kinds = np.unique(kinds, return_inverse=True)
    total, variance = _sums(kinds, weight), _sums(kinds, np.square(weight) / n)
    left = _sums(kinds, np.square(weight) / n * unseen) / variance
    shares = np.clip(_sums(kinds, weight * share) / total, 0, 1)
    to_lower, to_upper = jeffreys_distances(shares, np.square(total) / variance, confidence_level)
    scale = np.square(total) * left
    return (scale * to_lower).sum(axis=0), (scale * to_upper).sum(axis=0)


def _sums(kinds: IntArray, values: FloatArray) -> FloatArray:
    return np.stack([np.bincount(kinds, weights=column) for column in values.T], axis=1)


def jeffreys_distances(share: FloatArray, n: FloatArray, confidence_level: float) -> tuple[FloatArray, FloatArray]:
    """Squared distances from each share to its lower and its upper Jeffreys limit; `n` rows, not necessarily whole."""
    from scipy.special import betaincinv

    counts, tail = share * n, (1 - confidence_level) / 2
    # A label that was not found in a cell may be missing from it altogether, and the other way round.
    lower = np.where(share == 0, 0.0, betaincinv(counts + 0.5, n - counts + 0.5, tail))
    upper = np.where(share == 1, 1.0, betaincinv(counts + 0.5, n - counts + 0.5, 1 - tail))
    # At extreme levels a cell's limit may lie beyond its share by rounding.
    return np.square(share - np.minimum(lower, share)), np.square(np.maximum(upper, share) - share)


def largest_unseen(sizes: IntArray, drawn: IntArray, confidence_level: float) -> float:
    """Largest share of the collection that a sample may well have missed altogether: 3.7 / n at 95 %.

    Parameters
    ----------
    sizes, drawn : ndarray of int, shape (n_strata,)
        Texts in each stratum of the design, and how many of them were drawn.
    confidence_level : float
        Nominal coverage; the share is one that is missed in (1 - confidence_level) / 2 of all draws.

    Notes
    -----
    All of D texts in a stratum are missed with a probability of at most (1 - drawn / size)^D; the most texts for one
    probability lie where the smallest part was drawn. The rule of three (Hanley & Lippman-Hand 1983) in two tails.
    """
    budget, unseen = log((1 - confidence_level) / 2), 0.0
    for part, left in sorted(zip((drawn / sizes).tolist(), (sizes - drawn).tolist(), strict=True)):
        if left:
            missed = min(budget / log(1 - part), left)
            unseen += missed
            budget -= missed * log(1 - part)
    return float(unseen / sizes.sum())


def merged_cells(sizes: IntArray, labelled: IntArray, by_design: bool) -> tuple[IntArray, IntArray, IntArray]:
    """Merge cells of one stratum until each has enough labelled texts.

    Sizes (n_cells,), counts (n_cells, n_labels), and the predicted label of most texts in each (n_cells,).

    What was drawn of a cell says nothing of its labels, but of what it is merged with: merged where few were drawn by
    luck, labels that go with the prediction are underestimated, and over many strata that adds up. So with `by_design`
    the number expected decides; only cells of which none was drawn are merged for that.
    """
    drawn, total = int(labelled.sum()), int(sizes.sum())
    cells = [
        (int(counts.sum()), int(size), counts, (int(size), -at))
        for at, (size, counts) in enumerate(zip(sizes, labelled, strict=True))
        if size
    ]

    def need(cell: tuple[int, int, IntArray, tuple[int, int]]) -> tuple[float, int]:
        return (drawn * cell[1] / total if by_design and cell[0] else cell[0]), cell[1]

    cells.sort(key=need)
    while len(cells) > 1 and need(cells[0])[0] < MIN_CELL:
        (n, size, counts, most), (other_n, other_size, other_counts, other_most), *rest = cells
        both = (n + other_n, size + other_size, counts + other_counts, max(most, other_most))
        cells = sorted([both, *rest], key=need)
    _, size_of, counts_of, most_of = zip(*cells, strict=True)
    return np.array(size_of), np.array(counts_of), np.array([-at for _, at in most_of])
