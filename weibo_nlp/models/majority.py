"""The majority model: the shares of the labels in training, whatever the text says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError
from weibo_nlp.models.base import FloatArray
from weibo_nlp.models.storage import labels_of, read_model, rebuilding, write_model
from weibo_nlp.records import Example


class MajorityClassifier:
    """Answers every text with the training part's shares, and so with its most frequent label."""

    name = "majority"

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self.version = __version__
        self.shares: FloatArray | None = None

    def fit(
        self,
        examples: Sequence[Example],
        labels: Sequence[str],
        *,
        groups: Sequence[str] | None = None,
        weights: Sequence[float] | None = None,
    ) -> Self:
        """Count labels; texts, groups and weights are without influence."""
        if len(examples) != len(labels):
            raise DataError(f"{len(examples)} examples with {len(labels)} labels; one label an example is needed.")
        if not labels:
            raise DataError("no training labels were given; the majority of nothing is not defined.")
        counts = np.array([sum(label == known for label in labels) for known in self.labels], dtype=float)
        if counts.sum() != len(labels):
            odd = sorted(set(labels) - set(self.labels))
            raise DataError(f"labels {odd} are not among {', '.join(self.labels)}; correct them.")
        self.shares = counts / counts.sum()
        return self

    def predict_proba(self, examples: Sequence[Example]) -> FloatArray:
        """Return the shares for every example, shape (n_examples, n_labels)."""
        if self.shares is None:
            raise DataError("the majority model is not trained; call fit first.")
        return np.tile(self.shares, (len(examples), 1))

    def save(self, folder: Path) -> None:
        """Write the shares."""
        if self.shares is None:
            raise DataError("the majority model is not trained; call fit first.")
        write_model(
            folder, {"model": self.name, "version": self.version, "labels": self.labels}, {"shares": self.shares}
        )

    @classmethod
    def from_folder(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        DataError
            If files are missing, damaged, or do not fit each other.
        """
        config, arrays = read_model(folder)
        with rebuilding(folder):
            model = cls(labels_of(config))
            model.version = config["version"]
            model.shares = arrays["shares"]
            if model.shares.shape != (len(model.labels),):
                raise DataError(f"shares of shape {model.shares.shape} for {len(model.labels)} labels")
        return model
