"""What a trained model is worth: scores of rows not learnt from, with intervals, and what limits them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from weibo_nlp.evaluation.results import Scores
from weibo_nlp.io.names import quoted_list
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.report.display import few_units_note
from weibo_nlp.training.curve import LearningCurve
from weibo_nlp.training.rows import RowCounts
from weibo_nlp.training.run import TrainingRun

KIND = "weibo_nlp training report"
FEW_TEXTS = 30
LARGE_GROUP = 0.2
COVERAGE = 0.9


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What is known of a model that was trained on labels of one's own.

    Attributes
    ----------
    scores : Scores
        Cross-validated: each row is scored by a model that learnt from the other folds, and that has seen no row of the
        same group, nor a copy. The model that is saved learnt from all rows, and is about as good or a little better.
        With a part held out: of the model that is saved, on that part.
    baseline : Scores
        Of always answering the most frequent label, in the same folds.
    curve : LearningCurve
        Scores with a part of the labels; without points where none was asked for.
    rows : RowCounts
        What became of the rows given.
    model, version : str
        What was trained, by which version of the package.
    trained_on : mapping
        What the model says of its training, such as the C that was chosen.
    n_folds, seed : int
        How it was validated.
    set_size : float or None
        Mean number of labels in prediction sets of `COVERAGE`; None without sets.
    held_out : float or None
        Share of the rows that was held out to score by; None where they were cross-validated.
    run : TrainingRun or None
        How an encoder was fine-tuned, and what that took; None of other models.
    """

    scores: Scores
    baseline: Scores
    curve: LearningCurve
    rows: RowCounts
    model: str
    version: str
    trained_on: Mapping[str, Any]
    n_folds: int
    seed: int
    set_size: float | None = None
    held_out: float | None = None
    run: TrainingRun | None = None
    notes: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(self._notes()))

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in the order of the model's columns."""
        return self.scores.labels

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        how = {"seed": self.seed, "grouped_by": self.rows.grouped_by}
        if self.held_out is None:
            scored_by: dict[str, Any] = {"cross_validation": {"folds": self.n_folds, **how}}
        else:
            scored_by = {"held_out": {"share": self.held_out, "rows": self.scores.n, **how}}
        return {
            "kind": KIND,
            "model": self.model,
            "version": self.version,
            "rows": to_json(self.rows),
            **scored_by,
            "scores": self.scores.to_dict(),
            "baseline": self.baseline.to_dict(),
            "learning_curve": self.curve.to_dict(),
            "prediction_sets": None if self.set_size is None else {"coverage": COVERAGE, "mean_size": self.set_size},
            "trained_on": dict(self.trained_on),
            "notes": list(self.notes),
            **({} if self.run is None else {"run": to_json(self.run)}),
        }

    def _notes(self) -> Iterator[str]:
        """Say what a reader of the figures has to know."""
        counts, rows = self.rows.labels, self.rows
        if few := [label for label, count in counts.items() if count < FEW_TEXTS]:
            are = "is" if len(few) == 1 else "are"
            yield (
                f"There {are} fewer than {FEW_TEXTS} texts of {quoted_list(few)}: too few to learn from and to "
                "score by; a text or two decide its F1. Label 50 or more of each, or join labels."
            )
        main, base = self.scores.main, self.baseline.main
        if main.low is None or main.low <= base.value:
            yield (
                "The model is not shown to be better than always answering the most frequent label: its interval holds "
                "the baseline."
            )
        if unlearnt := [label for label, each in self.scores.per_class.items() if each.f1.value == 0]:
            yield f"Of {quoted_list(unlearnt)}, no text was found by a model that had not seen it."
        if note := few_units_note([self.scores.n_units]):
            yield f"{note.removeprefix('* ').capitalize()}."
        if rows.largest_group > LARGE_GROUP * rows.used:
            yield (
                f"{rows.largest_group:,} of {rows.used:,} rows are of one group or copies of each other: what it is "
                "scored on differs much from fold to fold."
            )
        if rows.recurring:
            yield f"The text of {rows.recurring:,} rows stands in other rows as well; all copies are held out together."
        if rows.contradicted:
            yield (
                f"{rows.contradicted:,} texts stand in the rows with different labels: read them again, for nobody can "
                "learn from both."
            )
