"""Where an answer stands: the columns of one task, or of one task about one target."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.scheme import Task


@dataclass(frozen=True, slots=True)
class Slot:
    """Columns that one answer fills.

    Attributes
    ----------
    task : Task
        What is asked.
    about : str, optional
        Target that every text is asked about; None for tasks without targets, and where the text's topic decides.
    number : int, optional
        Place of the target among several, from 1, which then ends the names of the columns.
    is_asked : bool
        Whether the answer comes from a language model, which may give none.
    """

    task: Task
    about: str | None = None
    number: int | None = None
    is_asked: bool = False

    @property
    def label(self) -> str:
        """Column of the label."""
        return self._named("")

    @property
    def score(self) -> str:
        """Column of the label's probability; of a yes or no, that of the yes."""
        return self._named("_score")

    @property
    def target(self) -> str | None:
        """Column of the target; None for tasks without."""
        return self._named("_target") if self.task.targeted else None

    @property
    def known(self) -> str | None:
        """Column that says whether the model has learnt about the target; None for tasks without."""
        return self._named("_known_target") if self.task.targeted else None

    @property
    def outcome(self) -> str | None:
        """Column that says whether a language model answered; None where none is asked."""
        return self._named("_outcome") if self.is_asked else None

    @property
    def columns(self) -> list[tuple[str, ColumnType]]:
        """Columns in order, with their types."""
        about: list[tuple[str, ColumnType]] = []
        if self.target is not None and self.known is not None:
            about = [(self.target, "string"), (self.known, "bool")]
        outcome: list[tuple[str, ColumnType]] = [] if self.outcome is None else [(self.outcome, "string")]
        return [*about, (self.label, self.task.stored), (self.score, "float"), *outcome]

    def probability(self, label: str) -> str:
        """Column of the probability of one label, where all are asked for."""
        return f"{self.label}_score_{label}"

    def _named(self, what: str) -> str:
        return f"{self.task.name}{what}" + ("" if self.number is None else f"_{self.number}")


def slots_of(tasks: Iterable[Task], targets: Sequence[str], asked: Collection[str] = ()) -> tuple[Slot, ...]:
    """Slots of tasks in order; a task about targets has one for each of several, and some are `asked` by their name."""
    about: list[tuple[str | None, int | None]] = [(targets[0] if targets else None, None)]
    if len(targets) > 1:
        about = [(target, number) for number, target in enumerate(targets, start=1)]
    return tuple(
        Slot(task, *each, is_asked=task.name in asked)
        for task in tasks
        for each in (about if task.targeted else [(None, None)])
    )
