"""Shares of a finite collection, with limits, from a sample of clusters of texts, or of texts with unequal chances."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from statistics import NormalDist

import numpy as np

from weibo_nlp.stats.bootstrap import kurtosis_freedom
from weibo_nlp.stats.metrics import FloatArray, IntArray
from weibo_nlp.stats.proportions import MIN_CELL, SMALL_CELL, share_limits, squared_distances

# Of clusters on the variance. A handful of clusters may by luck be more alike than random texts, even wholly so.
_SMALLEST_EFFECT = 0.5
_ROUNDING = 1e-9
# That must have a label in a cell, and as many that must have another, for the variance to be believed there; where
# there are enough clusters, over all cells: simulated in scripts/simulate_estimates.py, cells without errors otherwise
# make limits too wide, which then cover 98 to 100 %; with two, 93 % at shares of 5 and 95 %.
_FEW_CLUSTERS = 3
_ENOUGH_CLUSTERS = 30
# Of one less than the clusters, as degrees of freedom of so many clusters. All of them cover 92 % of a rare label where
# threads are of 2 to 41 texts and drawn whole (scripts/simulate_prevalence.py).
_LEAST_FREEDOM = 0.75


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

    def is_of_single_texts(self) -> bool:
        """Whether no cluster has two texts and weights are the same within each stratum, as in a stratified sample."""
        strata = self.cells // self.n_labels
        largest, smallest = np.zeros(int(strata.max()) + 1), np.full(int(strata.max()) + 1, np.inf)
        np.maximum.at(largest, strata, self.weights)
        np.minimum.at(smallest, strata, self.weights)
        return int(self.clusters.max()) + 1 == self.cells.size and bool((largest <= smallest * (1 + _ROUNDING)).all())


def sampled_share_limits(
    sizes: IntArray, sample: ClusterSample, confidence_level: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Estimate and limits of each label, shape (n_labels,) each, of single texts or of clusters as the sample is.

    Parameters
    ----------
    sizes, sample, confidence_level
        As for :func:`clustered_share_limits`.
    """
    if not sample.is_of_single_texts():
        return clustered_share_limits(sizes, sample, confidence_level)
    n_strata, k = sizes.shape
    labelled = np.bincount(sample.cells * k + sample.gold, minlength=n_strata * k * k).reshape(n_strata, k, k)
    return share_limits(sizes, labelled, confidence_level)


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
    degrees of freedom are the clusters less the strata, or fewer where most of the variance comes from a few clusters;
    from 30 clusters of texts on, three quarters of them at least. Where fewer than three clusters of a cell have a
    label, or another, their texts count as copies of each other, unless there are 30 clusters of texts and three differ
    over all cells; and what unequal weights take from a sample they take whatever variance was found (Kish 1965).
    Clusters count as if they were drawn with replacement. See `prevalence.design_based`.
    """
    from scipy.special import stdtrit

    pooled = _pooled_cells(sizes, sample)
    size = np.bincount(pooled[pooled >= 0], weights=sizes.ravel()[pooled >= 0])
    cell, n_cells = pooled[sample.cells], size.size
    n_clusters, k = int(sample.clusters.max()) + 1, sample.n_labels
    at = (sample.clusters * n_cells + cell) * k + sample.gold
    found = np.bincount(at, weights=sample.weights, minlength=n_clusters * n_cells * k).reshape(n_clusters, n_cells, k)
    weight, n = size[:, None] / size.sum(), np.bincount(cell)[:, None]
    shares = _within(found.sum(axis=0))
    value: FloatArray = np.clip((weight * shares).sum(axis=0), 0, 1)
    left_out = (weight * _within(found.sum(axis=0) - found)).sum(axis=1)
    strata = sample.cluster_strata()
    members = np.bincount(strata)[:, None]
    means = np.stack([np.bincount(strata, weights=column) for column in left_out.T], axis=1) / members
    factor = ((members - 1) / members)[strata]
    squares = factor * np.square(left_out - means[strata])
    variance = squares.sum(axis=0)
    alone = (np.square(weight) * shares * (1 - shares) / n).sum(axis=0)
    effect = np.divide(variance, alone, out=np.ones(k), where=alone > 0)
    tail = (1 + confidence_level) / 2
    most = n_clusters - members.size
    is_told = _ENOUGH_CLUSTERS <= n_clusters < sample.gold.size  # not of single texts, whose weights may differ
    least = _LEAST_FREEDOM * most if is_told else 0.0
    freedom = np.array([min(max(kurtosis_freedom(column), least), most) for column in squares.T])
    student = np.square(stdtrit(freedom, tail) / NormalDist().inv_cdf(tail))
    weights_of_texts = np.bincount(cell, sample.weights)[:, None], np.bincount(cell, np.square(sample.weights))[:, None]
    lost_to_weights = n * weights_of_texts[1] / np.square(weights_of_texts[0]) - 1
    n_effective = n / (np.maximum(effect, _SMALLEST_EFFECT + lost_to_weights) * student)
    # The variance is one of all cells together. In a cell where next to no cluster differs it tells nothing of how far
    # texts of a cluster are copies of each other, so there all are.
    in_cell = found.sum(axis=2)
    with_label, without_label = (found > 0).sum(axis=0), (in_cell[:, :, None] > found).sum(axis=0)
    differing = np.minimum(with_label, without_label)
    told = differing >= np.minimum(_FEW_CLUSTERS, (in_cell > 0).sum(axis=0))[:, None]
    if is_told:
        told |= (differing.sum(axis=0) >= _FEW_CLUSTERS)[None]
    n_effective = np.where(told, n_effective, np.minimum(n_effective, _equal_clusters(in_cell)[:, None]))
    # Small cells of several strata are bounded together, by the predicted label of most of their texts.
    order = np.argsort(sizes.ravel(), kind="stable")
    kinds = np.zeros(n_cells + 1, dtype=np.int64)
    kinds[pooled[order]] = order % k
    kinds = np.where(n[:, 0] < SMALL_CELL, kinds[:n_cells], -1 - np.arange(n_cells))
    below, above = squared_distances(kinds, weight, shares, n_effective, np.ones_like(weight), confidence_level)
    low, high = value - np.sqrt(below), value + np.sqrt(above)
    counts = np.bincount(sample.gold, minlength=k)
    by_cluster = found.sum(axis=(1, 2))
    of_strata = np.array([_equal_clusters(by_cluster[strata == at]) for at in range(members.size)])
    missed = _largest_unseen(sizes.sum(axis=1) / sizes.sum(), of_strata, confidence_level)
    low, high = np.where(counts == sample.gold.size, 1 - missed, low), np.where(counts == 0, missed, high)
    # What the sample has seen is settled.
    low = np.clip(low, np.minimum(counts / sizes.sum(), value), value)
    high = np.clip(high, value, np.maximum(1 - (sample.gold.size - counts) / sizes.sum(), value))
    return value, low, high


def share_influence(sizes: IntArray, sample: ClusterSample) -> FloatArray:
    """Return what each cluster adds to the error of each post-stratified share, to the first order.

    Parameters
    ----------
    sizes, sample
        As for :func:`clustered_share_limits`.

    Returns
    -------
    ndarray of float, shape (n_clusters, n_labels)
        Summed over the clusters of a stratum, 0; squared and summed, about the variance.
    """
    summed = np.bincount(sample.cells, sample.weights, sizes.size)
    outcome = np.eye(sample.n_labels)[sample.gold]
    totals = np.stack([np.bincount(sample.cells, sample.weights * each, sizes.size) for each in outcome.T], axis=1)
    known = np.where(summed > 0, summed, 1)
    share = (sizes.ravel() / sizes.sum() / known)[sample.cells] * sample.weights
    errors = share[:, None] * (outcome - (totals / known[:, None])[sample.cells])
    return np.stack([np.bincount(sample.clusters, column) for column in errors.T], axis=1)


def _equal_clusters(weights: FloatArray) -> FloatArray:
    """Number of clusters of equal weight that say as much as those along the first axis (Kish 1965)."""
    clusters: FloatArray = np.square(weights.sum(axis=0)) / np.square(weights).sum(axis=0)
    return clusters


def _largest_unseen(shares: FloatArray, clusters: FloatArray, confidence_level: float) -> float:
    """Largest share of the collection that lies in clusters none of which may well have been drawn.

    All clusters of a part p of a stratum are missed with a probability of (1 - p)^n. Of parts that are missed with a
    given probability together, the sum is largest where share × (1 - p) / n is the same, or p is 0.
    """
    budget = -log((1 - confidence_level) / 2)
    order = np.argsort(-shares / clusters, kind="stable")
    shares, clusters = shares[order], clusters[order]
    ratio = np.log(shares / clusters)
    level = (np.cumsum(clusters * ratio) - budget) / np.cumsum(clusters)
    used = int(np.flatnonzero(ratio > level)[-1])
    return float((shares * -np.expm1(-np.maximum(ratio - level[used], 0))).sum())


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
