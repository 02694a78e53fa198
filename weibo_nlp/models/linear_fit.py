"""How the linear model learns: with each C in folds, and a regression from margins of unseen texts to log odds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import Pipeline

from weibo_nlp.models.base import FloatArray, IntArray
from weibo_nlp.models.linear_folder import WeightArray
from weibo_nlp.records import Example

LEAST_SHARE = 0.01
"""Share of a text below which a label is not learnt from it: a text of many labels would be learnt from many times for
next to nothing. The regression from margins to log odds learns from all."""


@dataclass(frozen=True, slots=True)
class LinearFit:
    """What was learnt: arrays as :class:`weibo_nlp.models.LinearClassifier` keeps them.

    Attributes
    ----------
    C : float
        The one chosen.
    losses : mapping of float to float
        Each C that was tried -> its cross-validated log loss.
    coef, intercept : ndarray, shape (n_labels, n_columns) and (n_labels,)
        Of the margins.
    calibrator_coef, calibrator_intercept : ndarray, shape (n_labels, n_labels) and (n_labels,)
        The regression.
    """

    C: float
    losses: Mapping[float, float]
    coef: WeightArray
    intercept: WeightArray
    calibrator_coef: WeightArray
    calibrator_intercept: WeightArray


def fit_linear(
    features: Any,
    texts: Sequence[Example],
    shares: FloatArray,
    folds: Sequence[tuple[IntArray, IntArray]],
    learners: Mapping[float, Any],
) -> LinearFit:
    """Choose C by folds, fit the regression to the margins that they gave unseen texts, and learn from all texts.

    Parameters
    ----------
    features : transformer
        From prepared examples to columns; fitted here to all of them in the end.
    texts : sequence of Example
        Prepared.
    shares : ndarray, shape (n_texts, n_labels)
        What each text weighs for each label: above 0 for one label, or, of probabilities, for several.
    folds : sequence of (ndarray, ndarray)
        Places to learn from and places held out; together, the latter are all places.
    learners : mapping of float to classifier
        C -> what learns with it, untrained.
    """
    n_labels = shares.shape[1]
    linear = Pipeline([("features", features), ("margins", _Margins(tuple(learners.values()), n_labels))])
    with config_context(enable_metadata_routing=False):  # what a caller routes to fit ends there
        margins = cross_val_predict(linear, texts, shares, cv=folds)
    rows, codes = np.nonzero(shares)
    weights = shares[rows, codes]
    candidates = {C: each[rows] for C, each in zip(learners, np.split(margins, len(learners), axis=1), strict=True)}
    calibrators = {C: LogisticRegression(max_iter=1000).fit(unseen, codes, weights) for C, unseen in candidates.items()}
    losses = {
        C: float(log_loss(codes, calibrators[C].predict_proba(unseen), sample_weight=weights))
        for C, unseen in candidates.items()
    }
    best = min(losses, key=lambda C: losses[C])
    chosen = _fitted(learners[best], features.fit_transform(texts), shares)
    return LinearFit(
        best,
        losses,
        *_per_label(chosen, n_labels, absent=0.0),
        *_per_label(calibrators[best], n_labels, absent=-1e4),
    )


class _Margins(BaseEstimator):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Predicts the margins of several learners, side by side, shape (n_examples, n_learners * n_labels).

    So `cross_val_predict` makes features once for all of them, and the margin of a label that a fold lacks is 0 rather
    than minus infinity. Where a fold has a single label, all are 0.
    """

    def __init__(self, learners: tuple[Any, ...], n_labels: int) -> None:
        self.learners, self.n_labels = learners, n_labels

    def fit(self, X: csr_matrix, y: FloatArray) -> Self:
        """Learn from the shares of labels, shape (n_examples, n_labels)."""
        learners = self.learners if is_learnt(y).any(axis=0).sum() > 1 else ()
        self.fitted_ = [_per_label(_fitted(each, X, y), self.n_labels, absent=0.0) for each in learners]
        return self

    def predict(self, X: csr_matrix) -> FloatArray:
        if not self.fitted_:
            return np.zeros((X.shape[0], len(self.learners) * self.n_labels))
        return np.hstack([X @ coef.T + intercept for coef, intercept in self.fitted_])


def is_learnt(shares: FloatArray) -> npt.NDArray[np.bool_]:
    """Which labels are learnt from which texts, shape (n_texts, n_labels): one at the least from each."""
    learnt: npt.NDArray[np.bool_] = (shares > 0) & (shares >= LEAST_SHARE * shares.sum(axis=1, keepdims=True))
    return learnt


def _fitted(learner: Any, X: csr_matrix, shares: FloatArray) -> Any:
    """Learn from each text once for each of its labels, by its share."""
    rows, codes = np.nonzero(is_learnt(shares))
    texts = X if len(rows) == X.shape[0] else X[rows]
    return clone(learner).fit(texts, codes, shares[rows, codes])


def _per_label(linear: Any, n_labels: int, *, absent: float) -> tuple[WeightArray, WeightArray]:
    """Coefficients and intercepts, one row a label; a label that did not occur in training gets intercept `absent`."""
    coef, intercept = linear.coef_, linear.intercept_
    if len(linear.classes_) == 2:  # scikit-learn then keeps one row: the second label against the first
        coef, intercept = np.vstack([-coef, coef]), np.concatenate([-intercept, intercept])
        if absent:  # log odds are a difference: half to either side
            coef, intercept = coef / 2, intercept / 2
    weights = np.zeros((n_labels, coef.shape[1]), dtype=np.float32)
    biases = np.full(n_labels, absent, dtype=np.float32)
    weights[linear.classes_], biases[linear.classes_] = coef, intercept
    return weights, biases
