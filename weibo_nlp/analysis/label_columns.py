"""Columns of a collection that hold labels: what may stand in them, what they are about, and how sure the model was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from weibo_nlp.analysis.labels import LabelledColumn, find_labelled_columns, label_text, scheme_task
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.names import quoted
from weibo_nlp.stats.metrics import FloatArray

if TYPE_CHECKING:
    import pandas as pd

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
                f"{self.name} has no scores (a column {self.name}_score), which allocation neyman goes by; take "
                "proportional or equal, or label with a model that tells probabilities."
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
    found = find_labelled_columns(collection.columns, named, collection.path)
    seen = _seen(collection, [each.name for each in found])
    return tuple(_label_column(collection, each, seen[each.name]) for each in found)


def _label_column(collection: Collection, of: LabelledColumn, seen: set[str]) -> LabelColumn:
    columns, name, task = collection.columns, of.name, scheme_task(of.name)
    prefix = f"{name}_score_"
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
    return LabelColumn(name, labels, of.score, scores if columns.keys() >= set(scores.values()) else {}, of.target)


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
