"""One model's result on one task: what was scored, the scores, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from weibo_nlp.evaluate import Scores
from weibo_nlp.tasks import TaskSpec


@dataclass(frozen=True)
class Result:
    """Scores of one model under one TaskSpec.

    ``seconds`` is wall-clock time for training and for predicting; ``notes`` says what was dropped on the way.
    """

    spec: TaskSpec
    model: str
    model_version: str
    scores: Scores
    n_train: int
    seconds: Mapping[str, float]
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the result ready for JSON: ``set, task, protocol, model, metrics`` and everything behind them."""
        return {
            "set": self.spec.set,
            "task": self.spec.name,
            "protocol": self.spec.protocol,
            "model": self.model,
            "model_version": self.model_version,
            "corpus_version": self.spec.version,
            "scheme": self.spec.scheme,
            "split": self.spec.test,
            "n_train": self.n_train,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "notes": list(self.notes),
            "details": dict(self.details),
            **self.scores.to_dict(),
        }
