"""Trained linear models that answer and do not learn, read in a fraction of the time, because without scikit-learn.

Their answers are those of the classifiers that were saved there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from weibo_nlp.features.ngram_index import NgramIndex
from weibo_nlp.features.preparation import prepared
from weibo_nlp.models.base import FloatArray, Texts, as_examples
from weibo_nlp.models.conformal import ConformalSets
from weibo_nlp.models.linear_folder import ARRAYS, LinearParts, WeightArray, linear_parts
from weibo_nlp.models.scorer import LinearScorer
from weibo_nlp.models.storage import read_model, rebuilding

KINDS = ("linear", "stance")
"""Kinds of models whose folders are read."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearPredictor:
    """A linear or stance model as its folder holds it.

    Attributes
    ----------
    name, version : str
        As of :class:`weibo_nlp.models.LinearClassifier`.
    classes_ : ndarray, shape (n_labels,)
        The labels.
    parts : LinearParts
        What it is made of.
    margins : tuple of ndarray
        Intercepts, and the regression from margins to log odds.
    """

    name: str
    version: str
    classes_: npt.NDArray[np.str_]
    parts: LinearParts
    margins: tuple[WeightArray, WeightArray, WeightArray]

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Read a folder that a classifier was saved to.

        Raises
        ------
        DataError
            If files are missing, damaged, altered, of another kind of model, or do not fit each other.
        """
        config, arrays = read_model(folder, ARRAYS)
        with rebuilding(folder):
            parts = linear_parts(config, arrays, is_related=config["model"] == "stance")
            margins = arrays["bias"], arrays["mixing"], arrays["offset"]
            return cls(config["model"], config["version"], np.array(config["labels"]), parts, margins)

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets that the model knows by name."""
        return self.parts.targets

    @property
    def conformal_(self) -> ConformalSets | None:
        """Prediction sets."""
        return self.parts.conformal

    def scorer(self, index: NgramIndex) -> LinearScorer:
        """Return the model in the vocabulary of an index, in which all of its own n-grams are."""
        parts = self.parts
        places, n = index.find(parts.terms), len(index)
        idf = np.zeros(n)
        idf[places] = parts.idf
        n_blocks, n_own = parts.layout.n_blocks, parts.layout.n_blocks * len(parts.terms)
        coef = np.zeros((len(parts.coef), parts.layout.n_columns(n)), dtype=np.float32)
        for row, own in zip(coef, parts.coef, strict=True):  # in place: a stance model has a copy for each target
            row[: n_blocks * n].reshape(n_blocks, n)[:, places] = own[:n_own].reshape(n_blocks, -1)
            row[n_blocks * n :] = own[n_own:]
        return LinearScorer(parts.layout, index, idf, coef, *self.margins)

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return probabilities, shape (n_texts, n_labels), rows summing to 1; see :class:`LinearClassifier`."""
        examples = as_examples(X)
        if not examples:
            return np.zeros((0, len(self.classes_)))
        return probabilities(self.scorer(NgramIndex(self.parts.terms)).log_odds(prepared(examples)))


def probabilities(log_odds: FloatArray) -> FloatArray:
    """Softmax of each row."""
    odds = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))
