"""What a fine-tuning tells while it runs, and what its epochs came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStep:
    """Where a training stands: after some steps of the optimiser, or after an epoch with its figures on validation.

    Attributes
    ----------
    step, steps : int
        Steps done, and planned; early stopping may end it before.
    epoch, epochs : float, int
        Epochs done and planned; at the end of an epoch, a whole number.
    loss : float
        Mean loss per text since the last one that was told.
    learning_rate : float
        Of the last step.
    seconds : float
        Since the training began, without what came before a resumption.
    validation_loss, macro_f1 : float or None
        After an epoch, on the validation part: mean log loss and macro-F1, over the tasks; None otherwise, and where
        nothing is held out.
    by_task : mapping of str to mapping
        The same two for each task, where there are several.
    is_best : bool
        Whether these are the best weights so far.
    """

    step: int
    steps: int
    epoch: float
    epochs: int
    loss: float
    learning_rate: float
    seconds: float
    validation_loss: float | None = None
    macro_f1: float | None = None
    by_task: Mapping[str, Mapping[str, float]] | None = None
    is_best: bool = False

    @property
    def is_epoch(self) -> bool:
        """Whether an epoch ended here."""
        return self.epoch == int(self.epoch)


Progress = Callable[[TrainingStep], None]


def best_epoch(rows: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the place of the epoch with the highest macro-F1 on validation, of equals the one of the lowest loss.

    None where nothing was measured.
    """
    measured = [place for place, row in enumerate(rows) if row["macro_f1"] is not None]
    return max(measured, key=lambda at: (rows[at]["macro_f1"], -rows[at]["validation_loss"]), default=None)


def is_over(rows: Sequence[Mapping[str, Any]], patience: int) -> bool:
    """Whether as many epochs as the patience has gone by since the best one."""
    best = best_epoch(rows)
    return best is not None and len(rows) - 1 - best >= patience


def is_finished(rows: Sequence[Mapping[str, Any]], epochs: int, patience: int) -> bool:
    """Whether no epoch is left to train."""
    return len(rows) >= epochs or is_over(rows, patience)
