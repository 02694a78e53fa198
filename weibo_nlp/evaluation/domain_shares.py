"""Shares of labels in one domain of a collection: all of it, the texts of a month, those about a target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from weibo_nlp.evaluation.sample_design import MIN_SAMPLE
from weibo_nlp.stats.cluster_samples import ClusterSample, sampled_share_limits, share_influence
from weibo_nlp.stats.metrics import FloatArray, IntArray
from weibo_nlp.stats.prediction_powered import PoweredSample, prediction_powered_shares

ShareMethod = Literal["design_based", "sample", "ppi"]

MIN_CLUSTERS = 30
"""Sampled clusters below which an interval is refused: simulated, few of them cover less than they say."""


@dataclass(frozen=True, slots=True)
class DomainShares:
    """Share of each label in a domain, shape (n_labels,) each; limits are NaN where there are none.

    Attributes
    ----------
    value, low, high : ndarray of float
        Share and limits.
    reason : str or None
        Why there are no limits; ``None`` where there are, of some label at least.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledDomain:
    """Texts that a share is asked of, and those of them that people labelled.

    Attributes
    ----------
    predicted : ndarray of int, shape (n_texts,)
        Predicted label of each text, an index below `n_labels`.
    strata : ndarray of int, shape (n_texts,)
        Stratum of the design that each text belongs to, from 0.
    places : ndarray of int, shape (n_sample,)
        Which of the texts were sampled.
    gold : ndarray of int, shape (n_sample,)
        Labels that people gave to them.
    clusters : ndarray of int or None, shape (n_sample,)
        Cluster of each sampled text, where clusters were drawn.
    weights : ndarray of float, shape (n_sample,)
        1 / the chance of each sampled text to be drawn.
    n_labels : int
        Number of labels.
    scores : ndarray of float or None, shape (n_texts, n_labels)
        Probability of each label, where the classifier gave it.
    """

    predicted: IntArray
    strata: IntArray
    places: IntArray
    gold: IntArray
    clusters: IntArray | None
    weights: FloatArray
    n_labels: int
    scores: FloatArray | None = None

    @property
    def n_texts(self) -> int:
        """Number of texts."""
        return self.predicted.size

    @property
    def n_sample(self) -> int:
        """Number of sampled texts."""
        return self.places.size

    @property
    def n_units(self) -> int:
        """Number of sampled clusters, or of texts where these were drawn one by one."""
        return self.n_sample if self.clusters is None else np.unique(self.clusters).size

    def within(self, chosen: np.ndarray) -> LabelledDomain:
        """Return the part of the domain for which a mask of its texts is true.

        A random sample is one of every part, of as many texts as happen to lie there.
        """
        kept, position = chosen[self.places], np.cumsum(chosen) - 1
        return replace(
            self,
            predicted=self.predicted[chosen],
            strata=self.strata[chosen],
            places=position[self.places[kept]],
            gold=self.gold[kept],
            clusters=None if self.clusters is None else self.clusters[kept],
            weights=self.weights[kept],
            scores=None if self.scores is None else self.scores[chosen],
        )

    def refusal(self) -> str | None:
        """Why no interval can be had from so small a sample of the domain; None where one can."""
        if self.n_sample < MIN_SAMPLE:
            return f"{self.n_sample} labelled texts are in it, an interval needs {MIN_SAMPLE}"
        if self.clusters is not None and self.n_units < MIN_CLUSTERS:
            return f"texts of {self.n_units} clusters are labelled in it, an interval needs {MIN_CLUSTERS} clusters"
        return None

    def shares(self, method: ShareMethod, confidence_level: float) -> DomainShares:
        """Estimate the share of each label.

        Parameters
        ----------
        method : {"design_based", "sample", "ppi"}
            By labels post-stratified by predicted label; by the sample alone, as it was drawn; or prediction-powered.
        confidence_level : float
            Nominal coverage.
        """
        if method == "ppi":
            return self._powered(confidence_level)
        guesses = self.predicted if method == "design_based" else np.zeros_like(self.predicted)
        sizes, sample = self._sample(guesses, 1 if self.clusters is None else 2)
        value, low, high = sampled_share_limits(sizes, sample, confidence_level)
        return self._refused(DomainShares(value, low, high))

    def influence(self) -> tuple[IntArray, FloatArray]:
        """Return the sampled clusters, and what each adds to the error of each share, to the first order.

        Returns
        -------
        tuple of ndarray of int, shape (n_clusters,), and ndarray of float, shape (n_clusters, n_labels)
            Of the post-stratified estimate; clusters as they are numbered in `clusters`, or places of texts.
        """
        sizes, sample = self._sample(self.predicted, 1 if self.clusters is None else 2)
        influence = share_influence(sizes, sample)
        if self.clusters is not None:
            return np.unique(self.clusters), influence
        order = np.argsort(self.places)
        return self.places[order], influence[order]

    def _powered(self, confidence_level: float) -> DomainShares:
        n_strata, strata, weights = self._strata(2)
        sizes = np.bincount(strata, minlength=n_strata)
        if self.scores is None:
            table = np.bincount(strata * self.n_labels + self.predicted, minlength=n_strata * self.n_labels)
            means = table.reshape(n_strata, self.n_labels) / sizes[:, None]
            predicted = np.eye(self.n_labels)[self.predicted[self.places]]
        else:
            means = np.stack([np.bincount(strata, column) for column in self.scores.T], axis=1) / sizes[:, None]
            predicted = self.scores[self.places]
        clusters = None if self.clusters is None else np.unique(self.clusters, return_inverse=True)[1]
        sample = PoweredSample(np.eye(self.n_labels)[self.gold], predicted, strata[self.places], clusters, weights)
        found = prediction_powered_shares(sample, sizes, means, confidence_level)
        return self._refused(DomainShares(found.value, found.low, found.high))

    def _sample(self, guesses: IntArray, least: int) -> tuple[IntArray, ClusterSample]:
        n_strata, strata, weights = self._strata(least)
        k = self.n_labels
        cells = strata * k + guesses
        sizes = np.bincount(cells, minlength=n_strata * k).reshape(n_strata, k)
        clusters = np.arange(self.n_sample)
        if self.clusters is not None:
            clusters = np.unique(self.clusters, return_inverse=True)[1]
        return sizes, ClusterSample(cells[self.places], self.gold, clusters, weights, k)

    def _strata(self, least: int) -> tuple[int, IntArray, FloatArray]:
        """Number of strata, stratum of each text from 0, and weights of the sampled texts.

        Where a stratum has fewer than `least` sampled units in this domain, nothing is known of it by itself, and texts
        of all strata are put together by their weights.
        """
        names, strata = np.unique(self.strata, return_inverse=True)
        sampled = strata[self.places]
        n_units = np.bincount(sampled, minlength=names.size)
        if self.clusters is not None:
            pairs = np.unique(np.stack([self.clusters, sampled]), axis=1)
            n_units = np.bincount(pairs[1], minlength=names.size)
            if np.unique(pairs[0]).size < pairs.shape[1]:  # clusters that lie in several strata
                n_units = np.zeros_like(n_units)
        if n_units.min() >= least:
            return names.size, strata, self.weights / self.weights.max()
        return 1, np.zeros_like(strata), self.weights / self.weights.max()

    def _refused(self, shares: DomainShares) -> DomainShares:
        reason = self.refusal()
        if reason is None:
            return shares
        none = np.full_like(shares.value, np.nan)
        return DomainShares(shares.value, none, none, reason)
