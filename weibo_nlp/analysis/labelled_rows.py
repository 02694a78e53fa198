"""Rows of a collection with what the model and people say of them, in one label column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from weibo_nlp.analysis.label_columns import LabelColumn
from weibo_nlp.evaluation.domain_shares import LabelledDomain
from weibo_nlp.evaluation.sample_design import between_clusters, require_known_chances, require_known_weights
from weibo_nlp.io.collection import Collection
from weibo_nlp.stats.cluster_samples import ClusterSample
from weibo_nlp.stats.metrics import FloatArray, IntArray

NO_PREDICTION = "no prediction"
"""Stands for the predicted label of rows without one, and of those whose prediction is not to be made use of."""
MAX_TARGETS = 100


@dataclass(frozen=True, slots=True)
class DrawnRows:
    """How the rows of a collection came to be sampled.

    Attributes
    ----------
    strata : ndarray of int, shape (n_rows,)
        Stratum of each row of the collection, from 0.
    clusters : ndarray of int or None, shape (n_rows,)
        Cluster of each row of the collection, where clusters were drawn.
    chances : mapping of int to float
        Place -> the chance that it was drawn, for the rows that were.
    """

    strata: IntArray
    clusters: IntArray | None
    chances: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """One label column of a collection, and what people said of some rows.

    Attributes
    ----------
    column : LabelColumn
        Which labels there are.
    asked : ndarray of bool, shape (n_rows,)
        Rows that have a label: all, but for those without a target of labels about one.
    predicted : ndarray of int, shape (n_rows,)
        Index of the predicted label; one beyond the last where there is none to be made use of.
    targets : tuple of str
        Different targets, the most frequent first; none of labels without.
    target : ndarray of int or None, shape (n_rows,)
        Index of the target of each row, -1 without one.
    scores : ndarray of float or None, shape (n_rows, n_labels + 1)
        Probability of each label, nothing where the prediction is not made use of.
    """

    column: LabelColumn
    asked: np.ndarray
    predicted: IntArray
    targets: tuple[str, ...]
    target: IntArray | None
    scores: FloatArray | None

    @property
    def n_labels(self) -> int:
        """Number of labels."""
        return len(self.column.labels)

    def without_predictions(self, places: Sequence[int] | np.ndarray) -> LabelledRows:
        """Return the same, no use being made of the predictions at some places."""
        predicted = self.predicted.copy()
        predicted[places] = self.n_labels
        scores = None if self.scores is None else self.scores.copy()
        if scores is not None:
            scores[places] = 0
        return LabelledRows(self.column, self.asked, predicted, self.targets, self.target, scores)

    def with_predictions(self, others: Mapping[int, str]) -> LabelledRows:
        """Return the same with other predictions at some places, and no probabilities, which are not of these."""
        at = {label: index for index, label in enumerate(self.column.labels)}
        predicted = self.predicted.copy()
        for place, label in others.items():
            predicted[place] = at[label]
        return LabelledRows(self.column, self.asked, predicted, self.targets, self.target, None)

    def domains(self) -> Iterator[tuple[str | None, np.ndarray]]:
        """Yield each target, or None, with a mask of the rows that shares are of."""
        if self.target is None:
            yield None, self.asked
            return
        for number, name in enumerate(self.targets[:MAX_TARGETS]):
            yield name, self.target == number

    def domain(self, gold: Mapping[int, str], drawn: DrawnRows) -> LabelledDomain:
        """Return all rows as a domain, which those of a target or a group are within."""
        at = {label: index for index, label in enumerate(self.column.labels)}
        places = np.array(sorted(place for place in gold if self.asked[place]), dtype=np.int64)
        return LabelledDomain(
            self.predicted,
            drawn.strata,
            places,
            np.array([at[gold[place]] for place in places.tolist()], dtype=np.int64),
            None if drawn.clusters is None else drawn.clusters[places],
            np.array([1 / drawn.chances[place] for place in places.tolist()]),
            self.n_labels + 1,
            self.scores,
        )

    def require_random(self, domain: LabelledDomain, drawn: DrawnRows) -> None:
        """Refuse labels that cannot well be those of a random sample.

        Raises
        ------
        DataError
            If predicted labels of the sample are not in the proportions of the collection, or gold labels are equal in
            number as where texts were chosen by them.
        """
        part = domain.within(self.asked)
        names, k = (*self.column.labels, NO_PREDICTION), self.n_labels
        strata = np.unique(part.strata, return_inverse=True)[1]
        sampled = np.unique(strata[part.places])
        # Of strata without labels nothing can be said; shares are then estimated by weights.
        kept = np.isin(strata, sampled)
        strata = np.unique(strata[kept], return_inverse=True)[1]
        n_strata = int(strata.max()) + 1
        predicted, position = part.predicted[kept], np.cumsum(kept) - 1
        places = position[part.places]
        cells = strata * (k + 1) + predicted
        sizes = np.bincount(cells, minlength=n_strata * (k + 1)).reshape(n_strata, k + 1)
        if part.clusters is None:  # each row of a stratum had the same chance
            table = np.bincount(cells[places] * k + part.gold, minlength=n_strata * (k + 1) * k)
            require_known_chances(sizes, table.reshape(n_strata, k + 1, k), names)
            return
        clusters = np.unique(part.clusters, return_inverse=True)[1]
        sample = ClusterSample(cells[places], part.gold, clusters, part.weights / part.weights.max(), k + 1)
        of_rows = None if drawn.clusters is None else drawn.clusters[self.asked][kept].tolist()
        require_known_weights(sizes, sample, names, between_clusters(of_rows, strata, predicted, k + 1))


def labelled_rows(collection: Collection, column: LabelColumn) -> LabelledRows:
    """Read a label column of a collection, with its targets, and its probabilities where all labels have one."""
    import pandas as pd

    names = [column.name, *column.scores.values(), *([column.target] if column.target else [])]
    frame = collection.frame(list(dict.fromkeys(names)))
    at = {label: index for index, label in enumerate(column.labels)}
    k = len(column.labels)
    predicted = np.array([k if label is None else at[label] for label in column.values(frame)], dtype=np.int64)
    scores = None
    if column.scores:
        known = column.probabilities(frame)
        usable = ~np.isnan(known).any(axis=1) & (predicted < k)
        scores = np.where(usable[:, None], np.nan_to_num(known), 0.0)
        scores = np.concatenate([scores, (~usable)[:, None].astype(float)], axis=1)
    if column.target is None:
        return LabelledRows(column, np.ones(len(frame), dtype=bool), predicted, (), None, scores)
    about = frame[column.target].astype(object)
    counts = about.dropna().map(str).value_counts()
    order = sorted(counts.index, key=lambda name: (-counts[name], name))
    number = {name: index for index, name in enumerate(order)}
    target = np.array([-1 if pd.isna(name) else number[str(name)] for name in about], dtype=np.int64)
    return LabelledRows(column, target >= 0, predicted, tuple(order), target, scores)
