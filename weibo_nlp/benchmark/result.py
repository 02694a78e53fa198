"""One model's result on one task: what was scored, the scores, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from weibo_nlp.evaluation import Scores
from weibo_nlp.models import Classifier
from weibo_nlp.predictions import PredictionFile
from weibo_nlp.stats.metrics import IntArray
from weibo_nlp.tasks import TaskSpec
from weibo_nlp.tasks.folds import TaskData, label_numbers


@dataclass(frozen=True, slots=True)
class FoldScore:
    """Main metric of one held-out fold, over all labels of the scheme; ``n`` rows scored, ``n_train`` learnt from."""

    name: str
    n: int
    n_train: int
    value: float


@dataclass(frozen=True)
class Result:
    """Scores of one model under one TaskSpec.

    ``seconds`` is wall-clock time for training and for predicting, the mean over seeds; ``notes`` says what was
    dropped on the way; ``data``, ``files`` (one a seed) and ``trained`` (one a fold, of the first seed) are what it
    was made from.
    """

    spec: TaskSpec
    model: str
    model_version: str
    scores: Scores
    n_train: int
    seconds: Mapping[str, float]
    data: TaskData
    files: tuple[PredictionFile, ...]
    trained: tuple[Classifier, ...]
    folds: tuple[FoldScore, ...] = ()
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def predicted_indices(self) -> IntArray:
        """Predicted labels as indices into the spec's labels, shape (n_seeds, n_rows), in the order of the gold."""
        return np.array([label_numbers([item.label for item in file.predictions], self.spec) for file in self.files])

    def to_dict(self) -> dict[str, Any]:
        """Return the result ready for JSON: ``set, task, protocol, model, metrics`` and everything behind them."""
        return {
            "set": self.spec.set,
            "task": self.spec.name,
            "protocol": self.spec.protocol,
            "units": self.spec.units,
            "model": self.model,
            "model_version": self.model_version,
            "corpus_version": self.spec.version or self.spec.learnt_from,
            "scheme": self.spec.scheme,
            "split": self.spec.test,
            "n_train": self.n_train,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "folds": [asdict(fold) for fold in self.folds],
            "notes": list(self.notes),
            "details": dict(self.details),
            **self.scores.to_dict(),
        }
