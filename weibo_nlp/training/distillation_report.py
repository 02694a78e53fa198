"""What distilling came to: what was lost, what was gained in speed, and what limits both, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from weibo_nlp.evaluation.results import Scores
from weibo_nlp.io.names import quoted_list
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.report.display import few_units_note
from weibo_nlp.stats import PairedTest
from weibo_nlp.training.fidelity import Fidelity
from weibo_nlp.training.posts import PostCounts
from weibo_nlp.training.teacher import TeacherFacts

KIND = "weibo_nlp distillation report"
FEW_POSTS = 1_000
RARE = 0.01


@dataclass(frozen=True, slots=True)
class Speed:
    """Posts a second, each about all targets, asked in batches one after the other.

    Attributes
    ----------
    teacher, student : float or None
        The median of the batches; None where none could be timed.
    batches : int
        Batches timed, the same posts for both.
    batch : int
        Posts in each.
    machine : mapping
        What it was measured on, as `provenance.hardware` describes it.
    """

    teacher: float | None
    student: float | None
    batches: int
    batch: int
    machine: Mapping[str, Any]

    @property
    def times(self) -> float | None:
        """How many times as fast the student is."""
        return None if self.teacher is None or self.student is None else self.student / self.teacher


@dataclass(frozen=True, slots=True)
class GoldComparison:
    """Teacher and student against labels that somebody gave.

    Attributes
    ----------
    teacher, student : Scores
        On the same rows, none of which the student has learnt from.
    test : PairedTest
        Macro-F1 of the student less that of the teacher.
    """

    teacher: Scores
    student: Scores
    test: PairedTest


@dataclass(frozen=True, slots=True)
class DistillationReport:
    """What is known of a student.

    Attributes
    ----------
    task : str
        What the labels are called.
    labels, targets : tuple of str
        Labels in the order of the model's columns; what they are about, if anything.
    teacher : TeacherFacts
        Who taught.
    student, version : str
        Kind of the student, and the version of the package that trained it.
    trained_on : mapping
        What the student says of its training, such as the C that was chosen.
    posts : PostCounts
        What became of the posts given.
    unanswered : int
        Answers that the teacher did not give, each a post about a target where there are any; left out.
    outcomes : mapping of str to int
        Why -> how many.
    learnt, held_out : int
        Posts that the student learnt from, and posts kept from it to be compared on.
    near_gold : int
        Posts left out for being copies of labelled ones, or nearly.
    fidelity : Fidelity
        On the posts held out.
    speed : Speed
        Of both.
    gold : GoldComparison or None
        Where labels were given.
    seed : int
        Of the split, the folds and the bootstrap.
    notes : tuple of str
        What a reader of the figures has to know.
    """

    task: str
    labels: tuple[str, ...]
    targets: tuple[str, ...]
    teacher: TeacherFacts
    student: str
    version: str
    trained_on: Mapping[str, Any]
    posts: PostCounts
    unanswered: int
    outcomes: Mapping[str, int]
    learnt: int
    held_out: int
    near_gold: int
    fidelity: Fidelity
    speed: Speed
    gold: GoldComparison | None
    seed: int
    notes: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(self._notes()))

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        content: dict[str, Any] = {name: to_json(getattr(self, name)) for name in self.__slots__}
        return {"kind": KIND, **content}

    def _notes(self) -> Iterator[str]:
        shares = self.fidelity.shares
        yield "The student repeats what the teacher gets wrong: agreement with it is no score."
        if self.gold is None:
            yield "No labels of people were given, so that nothing here says how often either is right."
        if self.learnt < FEW_POSTS:
            yield f"It learnt from {self.learnt:,} posts; some thousands cost the teacher's time alone and bring more."
        if never := [label for label, each in shares.items() if each.teacher == 0]:
            yield f"To no post held out did the teacher give {quoted_list(never)}: in macro-F1, it counts 0."
        if rare := [label for label, each in shares.items() if 0 < each.teacher < RARE]:
            yield f"The teacher gives {quoted_list(rare)} to fewer than one post in a hundred: too few to copy it by."
        if note := few_units_note([self.fidelity.n_units]):
            yield f"{note.removeprefix('* ').capitalize()}."
        if self.speed.teacher is None:
            yield "The teacher's speed was not measured: vectors or answers of posts held out were kept from before."
