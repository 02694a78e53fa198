"""Columns of a collection that hold labels: what may stand in them, what they are about, and how sure the model was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.names import quoted
from weibo_nlp.io.rows import listed
from weibo_nlp.scheme import Task, load_scheme
from weibo_nlp.stats.metrics import FloatArray

if TYPE_CHECKING:
    import pandas as pd

SCORE = "_score"
MAX_LABELS = 1000


@dataclass(frozen=True, slots=True)
class LabelColumn:
    """A column of a collection that holds one label a row.

    Attributes
    ----------
    name : str
        Of the column.
    labels : tuple of str
        What may stand in it: those of the scheme's task in its order; of a category of one's own those that do, or
        have a column of probabilities, in the order of their code points.
    score : str or None
        Column with the probability of the label, or where the labels are false and true of a task of the scheme, of
        true.
    scores : mapping of str to str
        Label -> column with its probability, where all labels have one.
    target : str or None
        Column that says what the label is about, for tasks about a target.
    """

    name: str
    labels: tuple[str, ...]
    score: str | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None

    @property
    def columns(self) -> list[str]:
        """All columns that :meth:`probabilities` reads."""
        return [self.name, *([self.score] if self.score else []), *self.scores.values()]

    def values(self, frame: pd.DataFrame) -> list[str | None]:
        """Label of each row of a frame, None where there is none."""
        return [None if value is None or value != value else label_text(value) for value in _objects(frame[self.name])]

    def probabilities(self, frame: pd.DataFrame) -> FloatArray:
        """Probability of each label in each row of a frame, shape (n_rows, n_labels); nan where it is not known.

        Where the probability of one label alone is known, the others share what is left.

        Raises
        ------
        UsageError
            If the collection has no scores of this column.
        """
        k = len(self.labels)
        if self.scores:
            return np.stack([_numbers(frame[self.scores[label]]) for label in self.labels], axis=1)
        if self.score is None:
            raise UsageError(
                f"{self.name} has no scores ({self.name}{SCORE}), which allocation neyman goes by; take proportional "
                "or equal, or label with a model that tells probabilities."
            )
        score = _numbers(frame[self.score])
        task = scheme_task(self.name)
        if task is not None and task.stored == "bool":
            return np.stack([1 - score, score], axis=1)
        at = {label: place for place, label in enumerate(self.labels)}
        predicted = np.array([-1 if label is None else at.get(label, -1) for label in self.values(frame)])
        matrix = np.repeat(((1 - score) / max(k - 1, 1))[:, None], k, axis=1)
        known = np.flatnonzero(predicted >= 0)
        matrix[known, predicted[known]] = score[known]
        matrix[predicted < 0] = np.nan
        return matrix


def label_columns(collection: Collection, named: Sequence[str] = ()) -> tuple[LabelColumn, ...]:
    """Find the label columns of a collection, or those that are named.

    Parameters
    ----------
    collection : Collection
        As ``weibo-nlp label`` writes it, or any table with a column of labels.
    named : sequence of str, optional
        By default, every column of a task of the scheme, and every other that has a column of scores.

    Raises
    ------
    UsageError
        If there is no such column, or none at all.
    DataError
        If a column has more than ``MAX_LABELS`` different values, or a label that its task does not have.
    """
    columns = collection.columns
    for name in named:
        if name not in columns:
            raise UsageError(f"{collection.path}: no column {name!r}; there is: {listed(list(columns))}.")
    names = list(dict.fromkeys(named)) or [name for name in columns if _is_label_column(name, columns)]
    if not names:
        raise UsageError(
            f"{collection.path}: no column of labels is known among {listed(list(columns))}; label it first "
            "(weibo-nlp label), or name the column with --label."
        )
    seen = _seen(collection, names)
    return tuple(_label_column(collection, name, seen[name]) for name in names)


def scheme_task(column: str) -> Task | None:
    """The task of the scheme that a label column is of: by its name, or that and a number where it has a target."""
    tasks = load_scheme().tasks
    if column in tasks:
        return tasks[column]
    name, _, number = column.rpartition("_")
    return tasks[name] if name in tasks and tasks[name].targeted and number.isdecimal() else None


def label_text(value: object) -> str:
    """Label that a cell holds, as text: booleans, and their names in tables of text, in lower case."""
    text = str(value)
    return text.lower() if text in ("True", "False", "TRUE", "FALSE") else text


def _is_label_column(name: str, columns: Mapping[str, object]) -> bool:
    if scheme_task(name) is not None:
        return True
    return f"{name}{SCORE}" in columns and not name.endswith(SCORE)


def _label_column(collection: Collection, name: str, seen: set[str]) -> LabelColumn:
    columns, task = collection.columns, scheme_task(name)
    prefix = f"{name}{SCORE}_"
    if task is not None:
        labels = task.labels
        if unknown := sorted(seen - set(labels)):
            raise DataError(
                f"{collection.path}: column {name} holds {quoted(unknown[0], 40)}, and task {task.name} has the labels "
                f"{', '.join(labels)}; rename the column if it is another's."
            )
    else:
        scored = {column.removeprefix(prefix) for column in columns if column.startswith(prefix)}
        labels = tuple(sorted(seen | scored))
    if len(labels) < 2:
        what = f"one label only, {quoted(labels[0], 40)}" if labels else "nothing"
        raise DataError(
            f"{collection.path}: column {name} holds {what}; there is no share to be estimated of it. Name others "
            "with --label."
        )
    scores = {label: f"{prefix}{label}" for label in labels}
    score = f"{name}{SCORE}" if f"{name}{SCORE}" in columns else None
    target = None
    if task is not None and task.targeted:
        number = name.removeprefix(task.name)
        target = f"{task.name}_target{number}"
        target = target if target in columns else None
    return LabelColumn(name, labels, score, scores if columns.keys() >= set(scores.values()) else {}, target)


def _seen(collection: Collection, names: Sequence[str]) -> dict[str, set[str]]:
    seen: dict[str, set[str]] = {name: set() for name in names}
    for frame in collection.frames(names):
        for name, labels in seen.items():
            labels |= {label_text(value) for value in frame[name].dropna().unique()}
            if len(labels) > MAX_LABELS:
                raise DataError(
                    f"{collection.path}: column {name} has more than {MAX_LABELS:,} different values, and is no column "
                    "of labels; name others with --label."
                )
    return seen


def _objects(column: pd.Series) -> list[object]:
    return list(column.astype(object).where(column.notna(), None))


def _numbers(column: pd.Series) -> FloatArray:
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    values: FloatArray = np.where((numbers >= 0) & (numbers <= 1), numbers, np.nan)
    return values
