"""Shares of a finite collection, with limits, from a sample of clusters of texts, or of texts with unequal chances."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from weibo_nlp.stats.bootstrap import kurtosis_freedom
from weibo_nlp.stats.metrics import FloatArray, IntArray
from weibo_nlp.stats.proportions import MIN_CELL, jeffreys_distances

# Of clusters on the variance. A handful of clusters may by luck be more alike than random texts, even wholly so.
_SMALLEST_EFFECT = 0.5


@dataclass(frozen=True, slots=True)
class ClusterSample:
    """Labelled texts, and how they came to be drawn.

    Attributes
    ----------
    cells : ndarray of int, shape (n_sample,)
        Stratum times `n_labels` plus predicted label.
    gold : ndarray of int, shape (n_sample,)
        Label indices.
    clusters : ndarray of int, shape (n_sample,)
        Numbers from 0 of the clusters that were drawn, each of one stratum, at least two in every stratum.
    weights : ndarray of float, shape (n_sample,)
        Above 0, in proportion to 1 / the chance of each text to be drawn.
    n_labels : int
        Number of labels.
    """

    cells: IntArray
    gold: IntArray
    clusters: IntArray
    weights: FloatArray
    n_labels: int

    def cluster_strata(self) -> IntArray:
        """Stratum of each cluster, shape (n_clusters,)."""
        strata = np.empty(int(self.clusters.max()) + 1, dtype=np.int64)
        strata[self.clusters] = self.cells // self.n_labels
        return strata


def clustered_share_limits(
    sizes: IntArray, sample: ClusterSample, confidence_level: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Estimate and limits of each label, shape (n_labels,) each.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_strata, n_labels)
        Texts of the collection in each stratum, by predicted label.
    sample : ClusterSample
        What was labelled.
    confidence_level : float
        Nominal coverage.

    Notes
    -----
    As `proportions.share_limits`, but for the number of texts that a cell's limits rest on: that which would give the
    variance found by leaving out cluster after cluster, less what Student's t takes from it (Korn & Graubard 1998). The
    degrees of freedom are the clusters less the strata, or fewer where most of the variance comes from a few clusters.
    Clusters count as if they were drawn with replacement. See `prevalence.design_based`.
    """
    from scipy.special import stdtrit

    pooled = _pooled_cells(sizes, sample)
    size = np.bincount(pooled[pooled >= 0], weights=sizes.ravel()[pooled >= 0])
    cell, n_cells = pooled[sample.cells], size.size
    n_clusters, k = int(sample.clusters.max()) + 1, sample.n_labels
    at = (sample.clusters * n_cells + cell) * k + sample.gold
    found = np.bincount(at, weights=sample.weights, minlength=n_clusters * n_cells * k).reshape(n_clusters, n_cells, k)
    weight, n = size[:, None] / size.sum(), np.bincount(cell, minlength=n_cells)[:, None]
    shares = _within(found.sum(axis=0))
    value: FloatArray = (weight * shares).sum(axis=0)
    left_out = (weight * _within(found.sum(axis=0) - found)).sum(axis=1)
    strata = sample.cluster_strata()
    members = np.bincount(strata)[:, None]
    means = np.stack([np.bincount(strata, weights=column) for column in left_out.T], axis=1) / members
    factor = ((members - 1) / members)[strata]
    squares = factor * np.square(left_out - means[strata])
    variance = squares.sum(axis=0)
    alone = (np.square(weight) * shares * (1 - shares) / n).sum(axis=0)
    # Nothing but one label in a cell: no variance tells how far texts of a cluster are copies of each other, so all
    # are (Kish's number of clusters of equal weight).
    by_cluster = found.sum(axis=(1, 2))
    copies = float(by_cluster.sum() ** 2 / np.square(by_cluster).sum())
    effect = np.divide(variance, alone, out=np.full(k, sample.gold.size / copies), where=alone > 0)
    tail = (1 + confidence_level) / 2
    freedom = np.array([min(kurtosis_freedom(column), n_clusters - members.size) for column in squares.T])
    student = np.square(stdtrit(freedom, tail) / NormalDist().inv_cdf(tail))
    below, above = jeffreys_distances(shares, n / (np.maximum(effect, _SMALLEST_EFFECT) * student), confidence_level)
    low = value - np.sqrt((np.square(weight) * below).sum(axis=0))
    high = value + np.sqrt((np.square(weight) * above).sum(axis=0))
    counts = np.bincount(sample.gold, minlength=k)
    missed = 1 - ((1 - confidence_level) / 2) ** (1 / copies)
    low, high = np.where(counts == sample.gold.size, 1 - missed, low), np.where(counts == 0, missed, high)
    # What the sample has seen is settled.
    low = np.clip(low, np.minimum(counts / sizes.sum(), value), value)
    high = np.clip(high, value, np.maximum(1 - (sample.gold.size - counts) / sizes.sum(), value))
    return value, low, high


def _within(found: FloatArray) -> FloatArray:
    shares: FloatArray = found / found.sum(axis=-1, keepdims=True)
    return shares


def _pooled_cells(sizes: IntArray, sample: ClusterSample) -> IntArray:
    """Number of the merged cell that each cell belongs to, shape (n_strata * n_labels,); -1 for one without texts.

    Cells of one stratum are merged until each has labelled texts of `MIN_CELL` clusters, or none is left to merge with.
    """
    touched = np.zeros((sizes.size, int(sample.clusters.max()) + 1), dtype=bool)
    touched[sample.cells, sample.clusters] = True
    pooled, n_pooled = np.full(sizes.size, -1), 0
    for stratum, row in enumerate(sizes):
        cells = [([stratum * row.size + at], touched[stratum * row.size + at], int(n)) for at, n in enumerate(row) if n]
        cells.sort(key=lambda cell: (int(cell[1].sum()), cell[2]))
        while len(cells) > 1 and cells[0][1].sum() < MIN_CELL:
            (one, by_one, n), (other, by_other, m), *rest = cells
            cells = sorted(
                [(one + other, by_one | by_other, n + m), *rest], key=lambda cell: (int(cell[1].sum()), cell[2])
            )
        for members, _, _ in cells:
            pooled[members] = n_pooled
            n_pooled += 1
    return pooled
