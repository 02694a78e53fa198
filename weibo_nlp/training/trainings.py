"""How the trainings of a job are carried out: timed, told of step by step, and gone on with after an interruption."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from weibo_nlp.models.base import FloatArray
from weibo_nlp.training.unfinished import UnfinishedTraining, leaves_checkpoints

MODEL = "model"
"""Name of the training of the model that is kept."""
Steps = Callable[[str, Any], None]
"""Told the name of a training, and where it stands: what models with checkpoints give as a TrainingStep."""


class Trainings:
    """Trains one model after the other.

    Parameters
    ----------
    unfinished : UnfinishedTraining, optional
        Where checkpoints lie, of models that leave any, and answers of trainings that are done.
    steps : callable, optional
        Told how models that tell of it get on.

    Attributes
    ----------
    n : int
        Trainings carried out, in this process.
    seconds : float
        What they took together, in this process.
    """

    def __init__(self, unfinished: UnfinishedTraining | None = None, steps: Steps | None = None) -> None:
        self.unfinished, self.steps = unfinished, steps
        self.n, self.seconds = 0, 0.0

    def fit(self, model: Any, name: str, *data: Any, **given: Any) -> Any:
        """Train a model and return it.

        Parameters
        ----------
        model : Classifier
            Untrained.
        name : str
            Of the training, a file name; an empty one is not gone on with.
        *data, **given
            For its ``fit``.
        """
        start = time.perf_counter()
        if leaves_checkpoints(model):
            if self.steps is not None:
                given["progress"] = partial(self.steps, name)
            if self.unfinished is not None and name:
                # Whether there may be anything to go on with was asked when the folder was opened.
                given |= {"checkpoints": self.unfinished.checkpoints(name), "resume": True}
        trained = model.fit(*data, **given)
        self.n += 1
        self.seconds += time.perf_counter() - start
        return trained

    def answers(self, name: str, shape: tuple[int, int]) -> FloatArray | None:
        """Return what a training that was done before an interruption answered."""
        return None if self.unfinished is None else self.unfinished.answers(name, shape)

    def keep_answers(self, name: str, answers: FloatArray) -> None:
        """Keep what a training answered, so that it need not be done again."""
        if self.unfinished is not None:
            self.unfinished.keep_answers(name, answers)
