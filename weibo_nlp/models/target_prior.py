"""The target prior: the shares of the labels that each target has in training, whatever the text says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError
from weibo_nlp.models.base import Column, FloatArray, Texts, as_examples
from weibo_nlp.models.estimator import Arrays, TextClassifier
from weibo_nlp.models.limits import require_targets


class TargetPriorClassifier(TextClassifier):
    """Answers every text with the shares of its target in training, and with those of all targets for any other.

    What stance can be had from the topic alone: a model that reads the text has to do better.

    Parameters
    ----------
    labels : sequence, optional
        Labels in the order of the columns; without them, those of the training data, sorted.

    Attributes
    ----------
    classes_ : ndarray, shape (n_labels,)
        The labels.
    class_prior_ : ndarray, shape (n_labels,)
        Their shares over all targets.
    targets_ : tuple of str
        Targets with an example, by the alphabet.
    target_prior_ : ndarray, shape (n_targets, n_labels)
        Shares of each. The shares over all targets count as one example more, so that no label of a rare target is
        impossible, and equals are decided.
    """

    name = "target_prior"
    layout = MappingProxyType({"shares": ("F64", ("labels",)), "target_shares": ("F64", ("targets", "labels"))})

    def __init__(self, labels: Sequence[Any] | None = None) -> None:
        self.labels = labels

    def fit(self, X: Texts, y: Iterable[Any], groups: Column = None, sample_weight: Column = None) -> Self:
        """Count the labels of each target, by weight; texts and groups are without influence.

        Raises
        ------
        DataError
            If there are no labels, or what :class:`TextClassifier` is given does not fit together.
        """
        data = self._training_data(X, y, groups, sample_weight)
        if not data.examples:
            raise DataError("no training labels were given; the shares of nothing are not defined.")
        data = data.weighted()
        n_labels = len(data.labels)
        targets = tuple(sorted({example.target for example in data.examples if example.target is not None}))
        places = {target: place for place, target in enumerate(targets)}
        counts = np.zeros((len(targets), n_labels))
        for example, code, weight in zip(data.examples, data.codes, data.weights, strict=True):
            if example.target is not None:
                counts[places[example.target], code] += weight
        totals = np.bincount(data.codes, weights=data.weights, minlength=n_labels)
        self.class_prior_ = totals / totals.sum()
        self.targets_ = targets
        self.target_prior_ = (counts + self.class_prior_) / (counts.sum(axis=1, keepdims=True) + 1)
        self.classes_, self.version_ = data.labels, __version__
        return self

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return the shares of each text's target, shape (n_texts, n_labels)."""
        self._require_fitted()
        known = dict(zip(self.targets_, self.target_prior_, strict=True))
        rows = [known.get(example.target or "", self.class_prior_) for example in as_examples(X)]
        return np.array(rows).reshape(len(rows), len(self.classes_))

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        require_targets(list(self.targets_))
        return {"targets": self.targets_}, {"shares": self.class_prior_, "target_shares": self.target_prior_}

    def _restore(self, config: Mapping[str, Any], arrays: Arrays) -> None:
        require_targets(config["targets"])
        self.targets_ = tuple(config["targets"])
        self.class_prior_, self.target_prior_ = arrays["shares"], arrays["target_shares"]
        if len(self.targets_) != len(self.target_prior_):
            raise DataError(f"{len(self.targets_):,} targets with the shares of {len(self.target_prior_):,}")
        for shares in (self.class_prior_, self.target_prior_):
            if (shares < 0).any() or not np.allclose(shares.sum(axis=-1), 1):
                raise DataError("shares are below 0, or do not sum to 1")
