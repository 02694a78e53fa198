"""Shares by prediction-powered inference: a classifier's answers everywhere, corrected by a labelled sample."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from weibo_nlp.stats.bootstrap import kurtosis_freedom
from weibo_nlp.stats.metrics import FloatArray, IntArray
from weibo_nlp.stats.proportions import jeffreys_distances

_NO_VARIANCE = 1e-12
# Of the square of the heaviest text, that the variance has at least: of 100 texts that a classifier got right, none
# tells how often it errs. Simulated in scripts/simulate_estimates.py: half an error keeps coverage, one is too many.
_UNSEEN_ERRORS = 0.5


@dataclass(frozen=True, slots=True)
class PoweredShares:
    """What prediction-powered inference says of each label, shape (n_labels,) each.

    Attributes
    ----------
    value, low, high : ndarray of float
        Share and its limits; limits are NaN where no sampled text has the label, or all have.
    power : ndarray of float
        How far predictions are trusted, from 0 (the sample alone) to 1.
    variance : ndarray of float
        Of the estimate, under the design.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    power: FloatArray
    variance: FloatArray


@dataclass(frozen=True, slots=True)
class PoweredSample:
    """Sampled texts, what people and the classifier say of them, and how they were drawn.

    Attributes
    ----------
    outcome : ndarray of float, shape (n_sample, n_labels)
        1 for the label that people gave, 0 for the others.
    predicted : ndarray of float, shape (n_sample, n_labels)
        1 for the predicted label, or the probability of each.
    strata : ndarray of int, shape (n_sample,)
        Stratum of each, from 0; every stratum has some.
    clusters : ndarray of int or None, shape (n_sample,)
        Cluster of each, from 0, within one stratum; ``None`` where texts were drawn one by one.
    weights : ndarray of float, shape (n_sample,)
        In proportion to 1 / the chance of each text to be drawn, within its stratum.
    """

    outcome: FloatArray
    predicted: FloatArray
    strata: IntArray
    clusters: IntArray | None
    weights: FloatArray


def prediction_powered_shares(
    sample: PoweredSample, sizes: IntArray, means: FloatArray, confidence_level: float, power: FloatArray | None = None
) -> PoweredShares:
    """Estimate shares of a finite collection, with the power of predictions tuned label by label.

    Parameters
    ----------
    sample : PoweredSample
        What was labelled.
    sizes : ndarray of int, shape (n_strata,)
        Texts of the collection in each stratum.
    means : ndarray of float, shape (n_strata, n_labels)
        Mean prediction over all texts of the stratum, those of the sample among them.
    confidence_level : float
        Nominal coverage.
    power : ndarray of float, shape (n_labels,), optional
        Given rather than tuned.

    Notes
    -----
    Angelopoulos, Duchi & Zrnic (2023), PPI++: power × mean prediction + mean of (label - power × prediction) over the
    sample, by strata as the collection has them. The power that makes the variance least is the slope of labels on
    predictions; so for a sample drawn from the collection itself this is the regression estimator of surveys (Cochran
    1977, ch. 7), and for one text in a thousand sampled the same as for an endless supply of unlabelled texts. The
    variance is that of the design: linearised for weights, between clusters, with the finite population correction
    where texts were drawn one by one. Limits are those of Jeffreys for as many texts as would have this variance, less
    what Student's t takes (Korn & Graubard 1998), so that they stay within 0 and 1.
    """
    part = sizes / sizes.sum()
    summed = np.bincount(sample.strata, sample.weights)
    share = (part / summed)[sample.strata] * sample.weights
    errors, n_units = _linearised(sample, share, sizes)
    own, other = errors[:, : sample.outcome.shape[1]], errors[:, sample.outcome.shape[1] :]
    if power is None:
        slope, spread = (own * other).sum(axis=0), np.square(other).sum(axis=0)
        power = np.clip(np.divide(slope, spread, out=np.zeros_like(slope), where=spread > _NO_VARIANCE), 0, 1)
    in_sample = (share[:, None] * (sample.outcome - power * sample.predicted)).sum(axis=0)
    value: FloatArray = np.clip(power * (part @ means) + in_sample, 0, 1)
    squares, n_strata = np.square(own - power * other), sizes.size
    # One more is estimated from the sample: the power.
    variance = squares.sum(axis=0) * (n_units - n_strata) / max(n_units - n_strata - 1, 1)
    variance = np.maximum(variance, _UNSEEN_ERRORS * float(np.square(share).max()))
    tail = (1 + confidence_level) / 2
    low, high = _limits(value, variance, squares, n_units - n_strata - 1, tail)
    found = sample.outcome.sum(axis=0)
    unseen = (found == 0) | (found == len(sample.outcome))
    return PoweredShares(value, np.where(unseen, np.nan, low), np.where(unseen, np.nan, high), power, variance)


def _linearised(sample: PoweredSample, share: FloatArray, sizes: IntArray) -> tuple[FloatArray, int]:
    """What each unit adds to the error of the mean label and of the mean prediction, and the number of units."""
    both = np.concatenate([sample.outcome, sample.predicted], axis=1)
    within = np.bincount(sample.strata, share)
    means = np.stack([np.bincount(sample.strata, share * column) for column in both.T], axis=1) / within[:, None]
    added = share[:, None] * (both - means[sample.strata])
    if sample.clusters is None:
        strata = sample.strata
        n = np.bincount(strata)
        left = 1 - n / sizes
    else:
        n_clusters = int(sample.clusters.max()) + 1
        added = np.stack([np.bincount(sample.clusters, column, n_clusters) for column in added.T], axis=1)
        strata = np.empty(n_clusters, dtype=np.int64)
        strata[sample.clusters] = sample.strata
        n = np.bincount(strata)
        left = np.ones(n.size)
    factor = np.sqrt(np.divide(n, n - 1, out=np.zeros(n.size), where=n > 1) * left)
    return factor[strata][:, None] * added, strata.size


def _limits(
    value: FloatArray, variance: FloatArray, squares: FloatArray, most_freedom: int, tail: float
) -> tuple[FloatArray, FloatArray]:
    from scipy.special import stdtrit

    freedom = np.array([min(kurtosis_freedom(column), most_freedom) for column in squares.T])
    student = np.square(stdtrit(np.maximum(freedom, 1), tail) / NormalDist().inv_cdf(tail))
    spread = value * (1 - value)
    n = np.divide(spread, variance * student, out=np.full(value.size, np.inf), where=variance > _NO_VARIANCE)
    n = np.where((spread > 0) & np.isfinite(n), np.maximum(n, 1), np.nan)
    below, above = jeffreys_distances(value, n, 2 * tail - 1)
    return value - np.sqrt(below), value + np.sqrt(above)
