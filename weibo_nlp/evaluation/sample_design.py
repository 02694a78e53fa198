"""How a labelled sample was drawn from a collection: places, strata, clusters, weights, and whether that can be."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import lgamma, log
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.stats.arguments import ids, numbers
from weibo_nlp.stats.bootstrap import kurtosis_freedom, numbered_ids
from weibo_nlp.stats.cluster_samples import ClusterSample
from weibo_nlp.stats.metrics import FloatArray, IntArray

MIN_SAMPLE = 30
SAMPLE_REMEDY = (
    f"draw at least {MIN_SAMPLE} (better 200) texts at random from this very collection, have them labelled by people, "
    "and give their places as sample and the labels as gold"
)
# An honest random sample is refused this often at most; less often by t over clusters, which is rough that far out.
_INCREDIBLE, _INCREDIBLE_T = 1e-4, 1e-6
_RARE = 0.01
_ROUNDING = 1e-9
_MOST_UNEQUAL = 1e9  # of chances; sums of weights further apart are rounded to those of the largest
_CHANCES = (
    "If texts were drawn with unequal chances, say how: strata (a number from each predicted label, month, ...), "
    "weights (1 / chance) or clusters. If they were chosen by the label that people gave them, no interval can be had "
    "from them: draw texts at random and have those labelled."
)


def require_same_rows(sample: object, collection: Mapping[str, object], labelled: Mapping[str, object]) -> None:
    """Refuse rows of pandas in an order that their index contradicts: values are taken by position.

    Parameters
    ----------
    sample : object
        Places of the sample; an Index of pandas is one of places only if the collection is numbered from 0 in order.
    collection, labelled : mapping of str to object
        What is given for each text of the collection, and of the sample, by what errors call it.

    Raises
    ------
    UsageError
        Naming what stands in another order.
    """
    remedy = "give columns of one frame, after frame.reset_index(drop=True)"
    for columns in (collection, labelled):
        named = {name: index for name, column in columns.items() if (index := _index_of(column)) is not None}
        for name, index in named.items():
            first, other = next(iter(named.items()))
            if len(index) == len(other) and not index.equals(other) and set(index) == set(other):
                raise UsageError(f"rows of {name} stand in another order than those of {first}; {remedy}.")
    if not hasattr(sample, "nlevels"):
        return
    names = np.asarray(sample)
    for name, column in collection.items():
        index = _index_of(column)
        if index is not None and not np.array_equal(index, np.arange(len(index))):
            raise UsageError(
                f"sample is an index, whose values name rows, but those of {name} are not numbered from 0 in order: "
                f"they are no places; {remedy}."
            )
    for name, column in labelled.items():
        index = _index_of(column)
        if index is not None and not np.array_equal(index, names) and set(index) == set(names.tolist()):
            raise UsageError(f"rows of {name} stand in another order than sample; give {name}.loc[sample].")


def _index_of(column: object) -> Any:
    """Index of a Series; None of anything else."""
    index = getattr(column, "index", None)
    return None if index is None or callable(index) else index


def sample_places(sample: npt.ArrayLike, n: int) -> IntArray:
    """Places of the sample in a collection of `n` texts, or UsageError that says which is none."""
    places = np.asarray(sample)
    if places.ndim != 1 or (places.size and not np.issubdtype(places.dtype, np.integer)):
        raise UsageError(f"sample must be places in predicted, got {places.dtype} of shape {places.shape}.")
    if places.size < MIN_SAMPLE:
        raise UsageError(f"sample has {places.size} texts, an interval needs {MIN_SAMPLE}: {SAMPLE_REMEDY}.")
    if (outside := np.flatnonzero((places < 0) | (places >= n))).size:
        at = int(outside[0])
        raise UsageError(f"sample[{at}] is {places[at]}, no place from 0 to {n - 1}; the sample is of this collection.")
    different, times = np.unique(places, return_counts=True)
    if different.size < places.size:
        raise UsageError(
            f"place {different[times > 1][0]} stands {times.max()} times in sample; a text is drawn and counted once."
        )
    return places.astype(np.int64)


def stratum_numbers(strata: Sequence[Hashable] | None, n: int, places: IntArray) -> IntArray:
    """Strata as numbers from 0; refused where one has no labelled text, since nothing is known of it then."""
    if strata is None:
        return np.zeros(n, dtype=np.int64)
    names, designed = numbered_ids(strata, "strata")
    if designed.size != n:
        raise UsageError(f"there are {designed.size} strata for {n} texts; give the stratum of each text.")
    if (empty := np.flatnonzero(np.bincount(designed[places], minlength=len(names)) == 0)).size:
        raise UsageError(
            f"{empty.size} of {len(names)} strata have no labelled text, the first {names[int(empty[0])]!r}; label "
            "some of each, or merge strata before drawing."
        )
    return designed


def cluster_numbers(clusters: Sequence[Hashable] | None, places: IntArray, strata: IntArray) -> IntArray:
    """Number of the cluster of each sampled text, from 0; without clusters each text is its own.

    Raises
    ------
    UsageError
        If there is not a cluster for each text of the collection, one lies in several strata, or fewer than two were
        drawn of a stratum.
    """
    if clusters is None:
        return np.arange(places.size)
    of_texts = ids(clusters, "clusters")
    if len(of_texts) != strata.size:
        raise UsageError(
            f"there are {len(of_texts)} clusters for {strata.size} texts; give the cluster of each text of the "
            "collection."
        )
    names, numbers = numbered_ids([of_texts[place] for place in places.tolist()], "clusters")
    pairs = np.unique(np.stack([numbers, strata[places]]), axis=1)
    times = np.bincount(pairs[0])
    if times.max() > 1:
        raise UsageError(
            f"cluster {names[int(times.argmax())]!r} lies in {times.max()} strata; give strata that hold whole "
            "clusters, or none (the predicted labels are made use of anyway)."
        )
    require_two_clusters(pairs[1])
    return numbers


def require_two_clusters(strata: IntArray) -> None:
    """Refuse strata of which one cluster was drawn, or one weighted text; `strata` has the stratum of each cluster."""
    if (alone := np.flatnonzero(np.bincount(strata) == 1)).size:
        raise UsageError(
            f"all labelled texts of a stratum are of one cluster ({alone.size} such), so nothing is known of the "
            "spread between clusters; label some of at least 2, better 30, or merge strata before drawing."
        )


def sample_weights(weights: npt.ArrayLike | None, n_sample: int) -> FloatArray:
    """Weights of the sampled texts as shares of the largest, 1 each where none are given, or UsageError."""
    if weights is None:
        return np.ones(n_sample)
    values = numbers(weights, "weights")
    if values.shape != (n_sample,):
        raise UsageError(
            f"weights have the shape {values.shape} for {n_sample} sampled texts; give 1 / the chance of each."
        )
    if (wrong := np.flatnonzero(~((values > 0) & np.isfinite(values)))).size:
        at = int(wrong[0])
        raise UsageError(f"weights[{at}] is {values[at]}; 1 / the chance to be drawn is above 0 and finite.")
    if values.max() / _MOST_UNEQUAL > values.min():
        raise UsageError(
            f"weights run from {values.min():g} to {values.max():g}, more than {_MOST_UNEQUAL:g}-fold: the sample "
            "would be a few texts; give 1 / the chance of each."
        )
    shares: FloatArray = values / values.max()
    return shares


def require_known_chances(sizes: IntArray, labelled: IntArray, labels: Sequence[str]) -> None:
    """Refuse a sample that cannot well be a random one, of the collection or of each stratum.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_strata, n_labels)
        Texts of the collection by predicted label.
    labelled : ndarray of int, shape (n_strata, n_labels, n_labels)
        Texts of the sample, by predicted and gold label.
    labels : sequence of str
        All labels of the task.

    Raises
    ------
    DataError
        If its predicted labels are in other proportions than those of the collection, or its gold labels are equal in
        number where chance would hardly make them so.

    Notes
    -----
    What is drawn is known of predicted labels alone: a sample chosen by gold label has other predicted ones the better
    the classifier is. One chosen by the gold label of texts with the same predicted label cannot be told.
    """
    drawn = labelled.sum(axis=2)
    p, (stratum, label) = _smallest_p(sizes, drawn)
    total, n = int(sizes[stratum].sum()), int(drawn[stratum].sum())
    if p < _INCREDIBLE:
        raise DataError(
            f"{int(drawn[stratum, label])} of {n} texts of the sample are predicted {labels[label]!r}, but "
            f"{int(sizes[stratum, label])} of {total} of the {'collection' if len(sizes) == 1 else 'stratum'}: no "
            f"random sample is like that (p = {p:.1g}). {_CHANCES}"
        )
    gold = labelled.sum(axis=(0, 1))
    if len(sizes) == 1 and (gold == gold[0]).all() and min(_chance_of_equals(n, len(labels)), p) < _RARE:
        raise DataError(
            f"the sample has {gold[0]} texts of each of the {len(labels)} gold labels, as one chosen by them. "
            f"{_CHANCES} If chance made them equal, say so by weights that are all 1."
        )


def between_clusters(clusters: Sequence[Hashable] | None, strata: IntArray, predicted: IntArray, k: int) -> FloatArray:
    """Variance between clusters of each predicted label in the collection, shape (n_strata, n_labels).

    Parameters
    ----------
    clusters : sequence or None
        Cluster of each text of the collection, checked; ``None`` where each text is its own.
    strata, predicted : ndarray of int, shape (n_texts,)
        Stratum and predicted label of each text of the collection.
    k : int
        Number of labels.
    """
    n_strata = int(strata.max()) + 1
    sizes = np.bincount(strata * k + predicted, minlength=n_strata * k).reshape(n_strata, k)
    shares = sizes / sizes.sum(axis=1, keepdims=True)
    if clusters is None:
        whole: FloatArray = shares * (1 - shares)
        return whole
    # A cluster may lie in several strata, as long as no text of it was drawn: its parts count.
    pairs = numbered_ids(clusters, "clusters")[1] * n_strata + strata
    _, parts = np.unique(pairs, return_inverse=True)
    found = np.bincount(parts * k + predicted, minlength=(int(parts.max()) + 1) * k).reshape(-1, k)
    of_part = np.zeros(len(found), dtype=np.int64)
    of_part[parts] = strata
    n = found.sum(axis=1, keepdims=True)
    squares = n * np.square(found / n - shares[of_part])
    sums = np.stack([np.bincount(of_part, column, n_strata) for column in squares.T], axis=1)
    variance: FloatArray = sums / sizes.sum(axis=1, keepdims=True)
    return variance


def require_known_weights(
    sizes: IntArray, sample: ClusterSample, labels: Sequence[str], between: FloatArray | None = None
) -> None:
    """Refuse a sample of clusters, or of texts with weights, whose weighted predicted labels are not the collection's.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_strata, n_labels)
        Texts of the collection by predicted label.
    sample : ClusterSample
        What was labelled.
    labels : sequence of str
        All labels of the task.
    between : ndarray of float, shape (n_strata, n_labels), optional
        Variance of each predicted label between the clusters of the collection, see `between_clusters`; as if texts
        of a cluster were copies of each other, if left out.

    Raises
    ------
    DataError
        If Student's t, over clusters, of one of the weighted shares is beyond belief.

    Notes
    -----
    The standard error is that of the sample or, if larger, that of such a sample from this collection: clusters that
    are alike by luck, or all lack a rare label, do not have one of their own.
    """
    from scipy.special import stdtr

    strata, predicted = np.divmod(sample.cells, len(labels))
    shares = sizes / sizes.sum(axis=1, keepdims=True)
    everything = shares * (1 - shares)
    between = everything if between is None else np.minimum(between, everything)
    n_clusters = int(sample.clusters.max()) + 1
    of_clusters = np.square(np.bincount(sample.clusters, sample.weights))
    of_strata = np.bincount(sample.cluster_strata(), of_clusters, len(sizes))
    of_texts = np.bincount(strata, np.square(sample.weights), len(sizes))
    known = of_strata @ between + of_texts @ (everything - between)
    for at, label in enumerate(labels):
        over = sample.weights * ((predicted == at) - shares[strata, at])
        totals = np.bincount(sample.clusters, over)
        squares = np.square(totals - totals.mean())
        error = np.sqrt(max(n_clusters / (n_clusters - 1) * squares.sum(), known[at]))
        if abs(total := float(totals.sum())) <= _ROUNDING * sample.weights.sum():
            continue
        t = -abs(total) / max(float(error), _ROUNDING)
        if 2 * stdtr(kurtosis_freedom(squares), t) * len(labels) < _INCREDIBLE_T:
            seen = float(sample.weights[predicted == at].sum() / sample.weights.sum())
            raise DataError(
                f"with these weights and clusters {seen:.1%} of the sample are predicted {label!r}, but "
                f"{sizes[:, at].sum() / sizes.sum():.1%} of the collection: it was drawn with other chances. {_CHANCES}"
            )


def _smallest_p(sizes: IntArray, drawn: IntArray) -> tuple[float, tuple[int, int]]:
    """Smallest two-sided p of a predicted label's count, corrected for their number; and its stratum and label.

    Binomial, which spreads more than draws without replacement do.
    """
    from scipy.special import bdtr

    n, share = drawn.sum(axis=1, keepdims=True), sizes / sizes.sum(axis=1, keepdims=True)
    at_most, fewer = bdtr(drawn, n, share), np.where(drawn > 0, bdtr(np.maximum(drawn - 1, 0), n, share), 0.0)
    p = 2 * np.minimum(at_most, 1 - fewer) * sizes.size
    stratum, label = np.unravel_index(p.argmin(), p.shape)
    return float(min(p[stratum, label], 1)), (int(stratum), int(label))


def _chance_of_equals(n: int, k: int) -> float:
    """Largest chance that `n` random texts are equally many of `k` labels: where the labels are equally frequent."""
    return float(np.exp(lgamma(n + 1) - k * lgamma(n // k + 1) - n * log(k)))
