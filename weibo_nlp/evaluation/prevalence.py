"""Prevalence: the share of each label in a collection of texts that a classifier labelled with errors.

Error rates measured elsewhere do not hold on another collection, so an interval comes from :func:`design_based` alone:
from a random sample of the collection itself that people labelled. The others give point estimates without a promise.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, LabelError, UsageError
from weibo_nlp.evaluation.prevalence_estimate import PrevalenceEstimate, PrevalenceMethod
from weibo_nlp.evaluation.sample_design import (
    SAMPLE_REMEDY,
    between_clusters,
    cluster_numbers,
    require_known_chances,
    require_known_weights,
    require_same_rows,
    require_two_clusters,
    sample_places,
    sample_weights,
    stratum_numbers,
)
from weibo_nlp.stats.arguments import column, in_label_order, numbers, require_confidence_level
from weibo_nlp.stats.cluster_samples import ClusterSample, clustered_share_limits
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import SMALLEST_PROBABILITY, FloatArray, IntArray, distributions
from weibo_nlp.stats.proportions import share_limits

__all__ = [
    "PrevalenceEstimate",
    "PrevalenceMethod",
    "adjusted_count",
    "design_based",
    "saerens_em",
    "uncorrected",
]

_SUM_TOLERANCE = 1e-3  # probabilities rounded for a file
_EM_TOLERANCE = 1e-8
_EM_ROUNDS = 10_000


def uncorrected(predicted: Sequence[str], labels: Sequence[str]) -> PrevalenceEstimate:
    """Share of each label among the predictions as they are, with the classifier's errors in it.

    Parameters
    ----------
    predicted : sequence of str
        The classifier's label of every text.
    labels : sequence of str
        All labels of the task.

    Raises
    ------
    DataError
        If there are no texts.
    LabelError
        If a predicted label is not in `labels`.
    UsageError
        If `labels` are fewer than two or not all different.
    """
    labels = _labels(labels)
    indices = _indices(predicted, labels, "predicted")
    return _points("uncorrected", _raw_shares(indices, len(labels)), labels, indices)


def adjusted_count(predicted: Sequence[str], confusion: npt.ArrayLike, labels: Sequence[str]) -> PrevalenceEstimate:
    """Shares that explain the predicted ones best, if the classifier errs here as it did where it was tested.

    Parameters
    ----------
    predicted : sequence of str
        The classifier's label of every text.
    confusion : array-like, shape (n_labels, n_labels)
        Counts from labelled data, rows gold, columns predicted. A DataFrame whose rows and columns are named by the
        labels, such as ``pandas.crosstab(gold, predicted)``, may have them in any order.
    labels : sequence of str
        All labels of the task, in the order of `confusion` where that does not name them.

    Returns
    -------
    PrevalenceEstimate
        Without intervals: nothing tells whether the error rates hold for these texts.

    Raises
    ------
    UsageError
        If `confusion` has another shape, names other labels, holds what is no count, or has no row for a label, or
        `labels` are misused.
    DataError
        If there are no texts, or the classifier confuses labels so thoroughly that shares cannot be told apart.
    LabelError
        If a predicted label is not in `labels`.

    Notes
    -----
    Forman (2008); with two labels (q - fpr) / (tpr - fpr) cut to [0, 1], the estimator of Rogan & Gladen (1978). With
    more, least squares among the shares that are at least 0 and sum to 1.
    """
    from scipy.optimize import nnls

    labels = _labels(labels)
    indices = _indices(predicted, labels, "predicted")
    observed = _raw_shares(indices, len(labels))
    counts = numbers(in_label_order(confusion, labels, "confusion", rows=True), "confusion")
    if counts.shape != (len(labels), len(labels)):
        raise UsageError(
            f"confusion must have a row and a column for each of {len(labels)} labels, got {counts.shape}."
        )
    if not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise UsageError("confusion must hold counts, at least 0 and finite; give gold rows by predicted columns.")
    rows = counts.sum(axis=1)
    if not rows.all():
        label = labels[int(np.flatnonzero(rows == 0)[0])]
        raise UsageError(f"confusion has no row of gold label {label!r}: its error rates are unknown; test on some.")
    rates = counts / rows[:, None]
    if np.linalg.matrix_rank(rates, tol=1e-6) < len(labels):
        raise DataError("the classifier predicts some labels alike, whatever the gold label: shares cannot be told.")
    # The distance |rates' shares - observed| is |D shares|, as the shares sum to 1. The shares that make it
    # smallest are those that non-negative least squares of (D over a row of ones) onto (0, 1) finds, up to a factor.
    system = np.vstack([rates.T - observed[:, None], np.ones(len(labels))])
    solution, _ = nnls(system, np.append(np.zeros(len(labels)), 1.0))
    return _points("adjusted_count", solution / solution.sum(), labels, indices)


def saerens_em(
    probabilities: npt.ArrayLike, train_prior: Mapping[str, float], labels: Sequence[str]
) -> PrevalenceEstimate:
    """Shares that make the classifier's probabilities most likely, if only the shares differ from its training data.

    Parameters
    ----------
    probabilities : array-like of float, shape (n_texts, n_labels)
        Each row a distribution. A DataFrame whose columns are named by the labels may have them in any order;
        columns with other names, such as ``sentiment_score_positive``, are taken by position.
    train_prior : mapping of str to float
        Share of each label in the data the classifier learned from (weighted as it learned).
    labels : sequence of str
        Column order of `probabilities`, where that does not name them.

    Returns
    -------
    PrevalenceEstimate
        Without intervals: the probabilities may be off, and texts may differ in more than their labels' shares.

    Raises
    ------
    DataError
        If there are no texts, or no shares were settled on.
    UsageError
        If a row is no distribution, columns are named by other labels, `train_prior` is none over `labels` without
        zeros, or `labels` are misused.

    Notes
    -----
    Expectation maximisation of Saerens, Latinne & Decaestecker (2002).
    """
    labels = _labels(labels)
    matrix = _distributions(probabilities, labels)
    if set(train_prior) != set(labels):
        raise UsageError(
            f"train_prior is of {', '.join(map(str, train_prior))}; give the share of each of {', '.join(labels)}."
        )
    prior = numbers([train_prior[label] for label in labels], "train_prior")
    if not ((prior > 0).all() and abs(prior.sum() - 1) <= _SUM_TOLERANCE):
        raise UsageError(f"train_prior {dict(train_prior)} must have shares above 0 that sum to 1.")
    prior /= prior.sum()
    ratios = matrix / prior
    shares = prior
    for _ in range(_EM_ROUNDS):
        previous, shares = shares, shares * (ratios.T @ (1 / (ratios @ shares))) / len(ratios)
        shares /= shares.sum()
        if float(np.abs(shares - previous).max()) < _EM_TOLERANCE:
            return _points("saerens_em", shares, labels, matrix)
    raise DataError(f"shares still move after {_EM_ROUNDS} rounds: the probabilities hardly depend on the text.")


def design_based(
    predicted: Sequence[str],
    sample: npt.ArrayLike | None,
    gold: Sequence[str] | None,
    labels: Sequence[str],
    *,
    strata: Sequence[Hashable] | None = None,
    clusters: Sequence[Hashable] | None = None,
    weights: npt.ArrayLike | None = None,
    confidence_level: float = 0.95,
) -> PrevalenceEstimate:
    """Shares with intervals, from a random sample of the collection that people labelled.

    What the classifier said of all texts makes the estimate sharper; how well it did, only the sample has to tell. So
    the intervals hold whatever its errors are, and wherever it was trained.

    Parameters
    ----------
    predicted : sequence of str
        The classifier's label of every text in the collection.
    sample : array-like of int, shape (n_sample,)
        Places of the labelled texts in `predicted`, no names of rows; drawn at random without replacement: from the
        whole collection, or, with `strata`, a number fixed beforehand from each stratum; with `clusters`, whole
        clusters or texts of them.
    gold : sequence of str
        Labels that people gave to these texts, in the same order.
    labels : sequence of str
        All labels of the task.
    strata : sequence, optional
        The stratum each text of the collection was drawn from (the predicted label, a month, ...).
    clusters : sequence, optional
        The cluster (thread, author, day, ...) of each text of the collection, where clusters were drawn and texts
        within them. Ten threads of twenty texts say far less than 200 texts; at least 2 a stratum, better 30.
    weights : array-like of float, shape (n_sample,), optional
        1 / the chance that each text of the sample had to be drawn, or in proportion to it; needed where chances were
        unequal other than by stratum. For threads drawn at random and n texts of each: the thread's texts / n.
    confidence_level : float
        Nominal coverage in (0, 1).

    Returns
    -------
    PrevalenceEstimate
        A label that was not found gets the largest share that could well have been missed as its upper bound.
        `n_units` of a share are clusters where clusters were drawn.

    Raises
    ------
    UsageError
        If there is no sample, it is smaller than `MIN_SAMPLE`, or its places are doubled or not in the collection, a
        stratum has none of it, or lengths, `clusters`, `weights`, `labels` or `confidence_level` are wrong.
    DataError
        If the sample cannot well have been drawn with the chances given: its predicted labels are not in the
        proportions of the collection (in one honest sample of 10,000, at most), or its gold labels are equal in
        number, as where texts were chosen by the label that people gave them. No formula makes up for that.
    LabelError
        If a predicted or a gold label is not in `labels`.

    Notes
    -----
    The estimator is post-stratified by predicted label, within the strata of the design (Cochran 1977, §5A.9): the
    regression estimator on the predicted labels, or prediction-powered inference (Angelopoulos et al. 2023) with a
    weight fitted for every label. Cells of fewer than 5 labelled texts are merged. Limits: Jeffreys limits in
    each cell (Brown, Cai & DasGupta 2001), with the finite population correction, combined as squared distances
    (Zou, Huang & Zhang 2009, MOVER).

    Simulated as in tests/evaluation/test_evaluation_prevalence_coverage.py: 2 to 4 labels, shares of 5 to 70 %, 100,
    200 and 400 labelled of 3,000 and 20,000 texts, error rates as trained and shifted; 648 intervals at 95 %, 4,000
    draws each. Covered, least to most often, in %:

    =================================  ===========  ============  =====================
    design                             simple       proportional  equal from each label
    =================================  ===========  ============  =====================
    these limits                       93.5 - 96.1  93.2 - 96.3   93.1 - 97.1
    Wilson's, at the effective size    94.2 - 96.6  94.1 - 97.1   69.2 - 96.8
    logit scale, Student's t           94.4 - 98.1  94.1 - 98.0   71.0 - 96.8
    posterior of the sum, Jeffreys     88.4 - 96.8  88.9 - 96.3   88.9 - 98.4
    normal scale, Student's t          89.2 - 95.8  87.9 - 95.9   67.8 - 96.0
    =================================  ===========  ============  =====================

    Beyond that range: classifiers that are right in 95 to 99 % of a label make up to 99.9 % (no error found in 100
    texts is no proof of none); one that finds half of a label of 5 %, drawn equally from both labels, 90.7 %.

    What follows is simulated by ``python scripts/simulate_prevalence.py --runs 200``: three labels of 5 to 70 %;
    threads of one label, of several, of random texts; classifiers without errors in a cell among them. Given are the
    least and the most, over these collections, that 95 % limits cover of the label covered least, each within 3 points
    of chance.

    *Many strata.* Cells of fewer than 20 labelled texts are bounded together over strata: 100 strata of one text, 40 of
    5 and 10 of 20 cover 91 to 97 % (76 to 96 % if each cell is bounded alone).

    *Clusters and weights.* Post-stratified and with Jeffreys limits as above, by weighted counts, for as many texts as
    would have the variance found by leaving out cluster after cluster, with Student's t; where next to no cluster of a
    cell differs, texts of a cluster count as copies. Single texts of equal weight are a random sample, and bounded as
    one. 10 threads of 20 texts 93 to 100 %, 30 of 5 93 to 100 %, 60 whole ones 91 to 99 %, 10 or 30 of each of two
    unequal strata 94 to 100 %; 5 threads of 20 87 to 100 % (take more). Weights that differ log-normally, by 1 or 1.5,
    97 to 100 %; texts of one label drawn thrice as often, 91 to 100 %; weights that differ by 1.5 and 16-fold by label
    besides, 87 to 100 %, by 2 and 16-fold, 82 to 100 %: a label that few heavy texts stand for is held less often than
    said, so draw with chances that differ less. Ten and 40 strata with weights of 1 to 3 in each, 91 to 100 %. Ten
    threads of twenty texts given as a random sample cover 69 to 73 %.

    What no drawn cluster shows is not in the limits of a label that others have: where 5 % of threads are wholly of one
    label and predicted to be of another, beside random texts, 10 threads cover 70 %, 30 threads 86 to 97 %, 60 threads
    78 to 91 %; where 2 % are, and the label is rare, 60 threads cover 70 %. Draw more clusters, or make such threads a
    stratum. Clusters count as drawn with replacement: where a large part of them was drawn, limits are too wide.

    Not taken: regression on probabilities, 9 % narrower on average, covers 86 to 92 % at a share of 5 % and 100 texts;
    cells by label and confidence are no narrower on average, and cover 91 % there with four labels; cells of up to 50
    texts bounded together over strata, with shares drawn towards their common one, are a tenth narrower with three
    strata, and cover 87 % where one of these has four fifths of the texts and a third of the sample.
    """
    if sample is None or gold is None:
        raise UsageError(f"an interval needs a labelled sample: {SAMPLE_REMEDY}. Without one, report uncorrected().")
    confidence_level, labels = require_confidence_level(confidence_level), _labels(labels)
    require_same_rows(
        sample,
        {"predicted": predicted, "strata": strata, "clusters": clusters},
        {"gold": gold, "weights": weights},
    )
    guesses = _indices(predicted, labels, "predicted")
    places = sample_places(sample, guesses.size)
    truth = _indices(gold, labels, "gold")
    if truth.size != places.size:
        raise UsageError(f"gold has {truth.size} labels for {places.size} sampled texts; give one of each.")
    designed = stratum_numbers(strata, guesses.size, places)
    k, n_strata = len(labels), int(designed.max()) + 1
    cell = designed * k + guesses
    sizes = np.bincount(cell, minlength=n_strata * k).reshape(n_strata, k)
    labelled = np.bincount(cell[places] * k + truth, minlength=n_strata * k * k).reshape(n_strata, k, k)
    if clusters is None and weights is None:
        require_known_chances(sizes, labelled, labels)
        n_units, bounds = places.size, share_limits(sizes, labelled, confidence_level)
    else:
        numbers_of, shares_of = cluster_numbers(clusters, places, designed), sample_weights(weights, places.size)
        drawn = ClusterSample(cell[places], truth, numbers_of, shares_of, k)
        require_known_weights(sizes, drawn, labels, between_clusters(clusters, designed, guesses, k))
        n_units = int(numbers_of.max()) + 1
        if drawn.is_of_single_texts():
            bounds = share_limits(sizes, labelled, confidence_level)
        else:
            require_two_clusters(drawn.cluster_strata())
            bounds = clustered_share_limits(sizes, drawn, confidence_level)
    limits = zip(*(column.tolist() for column in bounds), strict=True)
    shares = {
        label: Estimate(value, low, high, n_units, confidence_level, method="design_based")
        for label, (value, low, high) in zip(labels, limits, strict=True)
    }
    counts = dict(zip(labels, labelled.sum(axis=(0, 1)).tolist(), strict=True))
    return PrevalenceEstimate("design_based", shares, guesses.size, confidence_level, counts)


def _labels(labels: Sequence[str]) -> tuple[str, ...]:
    names = () if isinstance(labels, str) else tuple(column(labels, "labels"))
    if len(names) < 2 or len(set(names)) < len(names) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"labels must be all labels of the task, two or more and different strings; got {labels!r}.")
    return names


def _indices(values: Sequence[str], labels: Sequence[str], what: str) -> IntArray:
    position = {label: at for at, label in enumerate(labels)}
    given = column(values, what)
    indices = np.fromiter((position.get(value, -1) if isinstance(value, str) else -1 for value in given), np.int64)
    if (unknown := np.flatnonzero(indices < 0)).size:
        at = int(unknown[0])
        raise LabelError(
            f"{what}[{at}] is {given[at]!r}, not one of {', '.join(labels)} ({unknown.size} such); correct it, "
            "or add the label."
        )
    return indices


def _raw_shares(predicted: IntArray, n_labels: int) -> FloatArray:
    if not predicted.size:
        raise DataError("there are no texts in the collection; give the predicted label of each.")
    shares: FloatArray = np.bincount(predicted, minlength=n_labels) / predicted.size
    return shares


def _distributions(probabilities: npt.ArrayLike, labels: Sequence[str]) -> FloatArray:
    """Probabilities above 0, rows summing to 1, in an order that does not depend on that of the rows given."""
    matrix, n_labels = numbers(in_label_order(probabilities, labels, "probabilities"), "probabilities"), len(labels)
    if matrix.ndim != 2 or matrix.shape[1] != n_labels:
        raise UsageError(f"probabilities must have a row a text and {n_labels} columns, got the shape {matrix.shape}.")
    if not len(matrix):
        raise DataError("there are no texts in the collection; give the probabilities of each.")
    clipped = np.maximum(distributions(matrix, "probabilities", _SUM_TOLERANCE), SMALLEST_PROBABILITY)
    clipped /= clipped.sum(axis=1, keepdims=True)
    ordered: FloatArray = clipped[np.lexsort(clipped.T)]
    return ordered


def _points(method: PrevalenceMethod, shares: FloatArray, labels: Sequence[str], texts: Any) -> PrevalenceEstimate:
    return PrevalenceEstimate(
        method, {label: Estimate(float(share)) for label, share in zip(labels, shares, strict=True)}, len(texts)
    )
