"""Prediction sets beside labels: which tasks have them, how they stand in a column, and whose models can give them."""

from __future__ import annotations

from dataclasses import dataclass

from weibo_nlp.errors import UsageError
from weibo_nlp.models.conformal import ConformalSets

WITH_SETS = ("topic", "sentiment")
JOINT = "|"
"""Stands between two labels of a set, in every format: a list would be another column in each of them."""


@dataclass(frozen=True, slots=True)
class SetsOf:
    """Prediction sets of a task.

    Attributes
    ----------
    column : str
        Where they stand.
    coverage : float
        What was asked for.
    undecided : tuple of str
        Labels that are in every set, for want of texts to calibrate on.
    """

    column: str
    coverage: float
    undecided: tuple[str, ...]


def set_column(task: str) -> str:
    """Column with the prediction sets of a task."""
    return f"{task}_set"


def sets_of(task: str, model: object, coverage: float) -> SetsOf:
    """Return what the sets of a task's model are at a coverage.

    Raises
    ------
    UsageError
        If the model is not calibrated for sets, or a label holds the sign that joins labels.
    """
    conformal = conformal_sets(model)
    if conformal is None:
        raise UsageError(
            f"the model for {task!r} is not calibrated for prediction sets; leave out the coverage, or use a model of "
            "weibo_nlp with a conformal_ (weibo_nlp.models.conformal.ConformalSets)."
        )
    if joined := [label for label in conformal.labels if JOINT in label]:
        raise UsageError(
            f"the label {joined[0]!r} of {task!r} holds {JOINT!r}, which joins labels of a set; rename it."
        )
    return SetsOf(set_column(task), coverage, conformal.undecided(coverage))


def conformal_sets(model: object) -> ConformalSets | None:
    """What a model was calibrated to for prediction sets; None where it was not."""
    conformal = getattr(model, "conformal_", None)
    return conformal if isinstance(conformal, ConformalSets) else None
