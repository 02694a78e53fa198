"""Chance that is the same on every machine: rows and clusters drawn by keys of a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from weibo_nlp.stats.metrics import FloatArray, IntArray

Stream = Literal["rows", "clusters", "start", "order"]
_STREAMS: dict[Stream, int] = {"rows": 0, "clusters": 1, "start": 2, "order": 3}


def random_keys(seed: int, stream: Stream, n: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Random numbers of 64 bits, shape (n,); the first of them are the same whatever `n` is.

    Notes
    -----
    NumPy promises the bits of a generator to stay as they are from version to version, which it does not of the numbers
    and choices that are made of them (NEP 19).
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(_STREAMS[stream],))
    keys: np.ndarray[tuple[int], np.dtype[np.uint64]] = np.random.PCG64(sequence).random_raw(n)
    return keys


def draw_rows(keys: np.ndarray[tuple[int], np.dtype[np.uint64]], strata: IntArray, drawn: IntArray) -> IntArray:
    """Draw rows at random without replacement, a number from each stratum: those of the smallest keys.

    With the keys of the same seed, a larger number from a stratum holds the smaller one.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_rows,)
        Random numbers of the rows.
    strata : ndarray of int, shape (n_rows,)
        Stratum of each row.
    drawn : ndarray of int, shape (n_strata,)
        Number to be drawn from each.

    Returns
    -------
    ndarray of int
        Places, sorted.
    """
    order = np.lexsort((np.arange(keys.size), keys, strata))
    starts = np.searchsorted(strata[order], np.arange(drawn.size))
    rank = np.arange(keys.size) - starts[strata[order]]
    places: IntArray = np.sort(order[rank < drawn[strata[order]]])
    return places


@dataclass(frozen=True, slots=True)
class DrawnClusters:
    """How often each cluster was drawn, and the chance of each of its rows.

    Attributes
    ----------
    hits : ndarray of int, shape (n_clusters,)
        How often the cluster was drawn.
    rows : ndarray of int, shape (n_clusters,)
        How many of its rows are to be drawn.
    probabilities : ndarray of float, shape (n_clusters,)
        The chance that each of its rows had, before anything was drawn.
    """

    hits: IntArray
    rows: IntArray
    probabilities: FloatArray


def draw_whole_clusters(seed: int, sizes: IntArray, n_clusters: int) -> DrawnClusters:
    """Draw clusters with equal chances, with all of their rows."""
    keys = random_keys(seed, "clusters", sizes.size)
    hits = np.zeros(sizes.size, dtype=np.int64)
    hits[draw_rows(keys, np.zeros(sizes.size, dtype=np.int64), np.array([n_clusters]))] = 1
    return DrawnClusters(hits, hits * sizes, np.full(sizes.size, n_clusters / sizes.size))


def draw_clusters(seed: int, sizes: IntArray, n_draws: int, per_cluster: int) -> DrawnClusters:
    """Draw clusters with chances in proportion to size, and some rows each time, so that all rows have the same chance.

    Parameters
    ----------
    seed : int
        Which of the possible samples.
    sizes : ndarray of int, shape (n_clusters,)
        Rows of each cluster.
    n_draws : int
        How often a cluster is drawn.
    per_cluster : int
        Rows of it each time, or all where it has fewer.

    Notes
    -----
    Systematic sampling with probability proportional to size from clusters in random order (Madow 1949; Hartley & Rao
    1962); a cluster larger than the interval is drawn several times, with as many more rows. A cluster smaller than
    `per_cluster` counts as if it were that large: it is drawn that much more often and gives that many fewer rows, so
    that the chance of a row is ``n_draws * per_cluster / sum(max(size, per_cluster))`` whatever thread it is of, and
    weights are all the same.
    """
    order = np.lexsort((np.arange(sizes.size), random_keys(seed, "clusters", sizes.size)))
    measure = np.maximum(sizes, per_cluster)
    hits = systematic_hits(order, measure, n_draws, int(random_keys(seed, "start", 1)[0]))
    fewest, rest = np.divmod(n_draws * measure, int(measure.sum()))
    often = rest / measure.sum()
    few, many = np.minimum(per_cluster * fewest, sizes), np.minimum(per_cluster * (fewest + 1), sizes)
    return DrawnClusters(
        hits, np.minimum(per_cluster * hits, sizes), ((1 - often) * few + often * many) / np.maximum(sizes, 1)
    )


def systematic_hits(order: IntArray, measure: IntArray, n_draws: int, start: int, bits: int = 64) -> IntArray:
    """How often each cluster is drawn, at equal steps over the clusters laid end to end in an order.

    Parameters
    ----------
    order : ndarray of int, shape (n_clusters,)
        The clusters one after the other.
    measure : ndarray of int, shape (n_clusters,)
        Length of each.
    n_draws : int
        Number of steps.
    start : int
        Where in the first step the draws begin, from 0 to less than ``2 ** bits``, which stands for its end.
    bits : int
        See `start`.
    """
    total, ends = int(measure.sum()), np.cumsum(measure[order])
    # In whole numbers, so that no rounding moves a draw from one cluster to the next.
    at = [((draw << bits) + start) * total // (n_draws << bits) for draw in range(n_draws)]
    hits: IntArray = np.bincount(order[np.searchsorted(ends, at, side="right")], minlength=measure.size)
    return hits.astype(np.int64)
