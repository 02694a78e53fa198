"""The majority model: the shares of the labels in training, whatever the text says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from weibo_nlp._renamed import with_old_keywords
from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError
from weibo_nlp.models.base import Column, FloatArray, Texts, as_examples
from weibo_nlp.models.estimator import Arrays, TextClassifier


class MajorityClassifier(TextClassifier):
    """Answers every text with the training part's shares, and so with its most frequent label.

    Parameters
    ----------
    labels : sequence, optional
        Labels in the order of the columns; without them, those of the training data, sorted.

    Attributes
    ----------
    classes_ : ndarray, shape (n_labels,)
        The labels.
    class_prior_ : ndarray, shape (n_labels,)
        Their shares.
    """

    name = "majority"
    layout = MappingProxyType({"shares": ("F64", ("labels",))})

    def __init__(self, labels: Sequence[Any] | None = None) -> None:
        self.labels = labels

    @with_old_keywords
    def fit(self, X: Texts, y: Iterable[Any], groups: Column = None, sample_weight: Column = None) -> Self:
        """Count labels; texts, groups and weights are without influence.

        Raises
        ------
        DataError
            If there are no labels, or what :class:`TextClassifier` is given does not fit together.
        """
        data = self._training_data(X, y, groups, sample_weight)
        if not data.examples:
            raise DataError("no training labels were given; the majority of nothing is not defined.")
        self.class_prior_ = np.bincount(data.codes, minlength=len(data.labels)) / len(data.codes)
        self.classes_, self.version_ = data.labels, __version__
        return self

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return the shares for every text, shape (n_texts, n_labels)."""
        self._require_fitted()
        return np.tile(self.class_prior_, (len(as_examples(X)), 1))

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        return {}, {"shares": self.class_prior_}

    def _restore(self, config: Mapping[str, Any], arrays: Arrays) -> None:
        self.class_prior_ = arrays["shares"]
        if (self.class_prior_ < 0).any() or not np.isclose(self.class_prior_.sum(), 1):
            raise DataError("shares are below 0, or do not sum to 1")
