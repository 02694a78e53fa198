"""Limits of many samples at once, as the package has them of one."""

import numpy as np

from weibo_nlp.stats.metrics import FloatArray, IntArray
from weibo_nlp.stats.proportions import (
    MIN_CELL,
    SMALL_CELL,
    jeffreys_distances,
    largest_unseen,
    merged_cells,
)


def many_share_limits(
    sizes: IntArray, labelled: IntArray, confidence_level: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Estimates and limits as of `proportions.share_limits`, of many samples of one collection.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_strata, n_labels)
        Texts in each stratum, by predicted label.
    labelled : ndarray of int, shape (n_samples, n_strata, n_labels, n_labels)
        Labelled texts of each sample, by stratum, predicted label and gold label.
    confidence_level : float
        Nominal coverage.

    Returns
    -------
    tuple of three ndarrays of float, shape (n_samples, n_labels) each
        The same as sample by sample, but for the order in which floats are summed.
    """
    n_samples, k = len(labelled), sizes.shape[1]
    of, size, counts, kinds = _cells(sizes, labelled)
    n, total = counts.sum(axis=1, keepdims=True), sizes.sum()
    share, weight, unseen = counts / n, size[:, None] / total, 1 - n / size[:, None]
    value = np.clip(_summed(of, weight * share, n_samples), 0, 1)
    # Small cells of one kind are bounded together, others by themselves.
    kinds = np.where(n[:, 0] < SMALL_CELL, kinds, k + np.arange(kinds.size))
    _, first, bounded = np.unique(of * (k + kinds.size) + kinds, return_index=True, return_inverse=True)
    n_bounded = first.size
    part, variance = _summed(bounded, weight, n_bounded), _summed(bounded, np.square(weight) / n, n_bounded)
    left = _summed(bounded, np.square(weight) / n * unseen, n_bounded) / variance
    shares = np.clip(_summed(bounded, weight * share, n_bounded) / part, 0, 1)
    distances = jeffreys_distances(shares, np.square(part) / variance, confidence_level)
    below, above = (_summed(of[first], np.square(part) * left * each, n_samples) for each in distances)
    low, high = value - np.sqrt(below), value + np.sqrt(above)
    seen = labelled.sum(axis=(1, 2))
    drawn = seen.sum(axis=1, keepdims=True)
    for at in np.flatnonzero(((seen == 0) | (seen == drawn)).any(axis=1)):
        missed = largest_unseen(sizes.sum(axis=1), labelled[at].sum(axis=(1, 2)), confidence_level)
        low[at] = np.where(seen[at] == drawn[at], 1 - missed, low[at])
        high[at] = np.where(seen[at] == 0, missed, high[at])
    return value, np.clip(low, seen / total, value), np.clip(high, value, 1 - (drawn - seen) / total)


def _cells(sizes: IntArray, labelled: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Sample, size, counts and kind of each cell, merged where it is small."""
    n_strata = len(sizes)
    n_labelled = labelled.sum(axis=3)
    need = n_labelled.astype(float)
    if n_strata > 1:
        expected = n_labelled.sum(axis=2, keepdims=True) * sizes / sizes.sum(axis=1, keepdims=True)
        need = np.where(n_labelled > 0, expected, n_labelled)
    several = (sizes > 0).sum(axis=1) > 1
    is_small = ((need < MIN_CELL) & (sizes > 0)).any(axis=2) & several
    whole = ~is_small[:, :, None] & (sizes > 0)
    of, stratum, predicted = np.nonzero(whole)
    cells = [(of, sizes[stratum, predicted], labelled[of, stratum, predicted], predicted)]
    for at, row in zip(*np.nonzero(is_small), strict=True):
        size, counts, kinds = merged_cells(sizes[row], labelled[at, row], n_strata > 1)
        cells.append((np.full(size.size, at), size, counts, kinds))
    merged = [np.concatenate(column) for column in zip(*cells, strict=True)]
    return merged[0], merged[1], merged[2], merged[3]


def _summed(of: IntArray, values: FloatArray, n: int) -> FloatArray:
    return np.stack([np.bincount(of, column, n) for column in values.T], axis=1)
