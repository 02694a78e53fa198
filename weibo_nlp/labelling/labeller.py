"""Texts in, labels out: topic, sentiment, irony and stance with probabilities, and the labels of one's own models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.labelling.columns import require_labelable, require_target, text_problem
from weibo_nlp.models import Classifier, load_model
from weibo_nlp.models.answers import distributions, plain_labels, require_answerable
from weibo_nlp.models.limits import require_label
from weibo_nlp.records import Example
from weibo_nlp.scheme import NEEDS_CONTEXT, Task, load_scheme

Models = Mapping[str, Classifier | str | Path]
"""Name of a task, or of a label of one's own -> a trained classifier, or where one lies."""

BATCH = 2048


class Labeller:
    """Trained models, loaded once and used for as many batches as there are.

    Parameters
    ----------
    models : mapping of str to classifier, str or Path, optional
        A task of the scheme as name replaces the task's shipped model, with labels of its own where it has others; any
        other name adds a label of that name. A str
        or Path is given to :func:`weibo_nlp.models.load_model`. Otherwise whatever has ``classes_`` and a
        ``predict_proba`` for lists of strings will do, such as a Pipeline of scikit-learn; for stance, it must read
        :class:`weibo_nlp.records.Example`.
    target : str, optional
        Stance target for every text; without it, the canonical target of the predicted topic, and no stance where
        the topic has none, as ``other``.
    all_scores : bool
        Give the probability of every label, not only of the chosen one.

    Attributes
    ----------
    tasks : mapping of str to Task
        What is labelled: tasks about texts, tasks about targets, one's own labels.
    labels : mapping of str to tuple of str
        Task -> its labels, in the order of the model's columns.
    columns : mapping of str to str
        Output columns in order, with their types.

    Raises
    ------
    UsageError
        If the target is no text, or a model cannot be used under its name.
    UnknownNameError, DataError
        If there is no such model, or its files are damaged.
    """

    def __init__(self, models: Models | None = None, *, target: str | None = None, all_scores: bool = False) -> None:
        if target is not None:
            require_target(target)
        if models is not None and not isinstance(models, Mapping):
            raise UsageError(
                f"models is a {type(models).__name__}; give a mapping of names to models, or leave it out."
            )
        self.target, self.all_scores = target, all_scores
        self._own: dict[str, Classifier] = {
            name: load_model(model) if isinstance(model, str | Path) else model
            for name, model in ({} if models is None else models).items()
        }
        tasks = {name: task for name, task in load_scheme().judged.items() if name != NEEDS_CONTEXT}
        own = {name: Task(name, question="", main_metric="", meanings={}) for name in self._own if name not in tasks}
        self.tasks: Mapping[str, Task] = tasks | own
        self.labels: Mapping[str, tuple[str, ...]] = {
            name: _labels_of(self._own[name], task) if name in self._own else task.labels
            for name, task in self.tasks.items()
        }
        columns = [column for task in self.tasks.values() for column in _columns_of(task)]
        if all_scores:
            columns += [(f"{name}_score_{label}", "float") for name in self.tasks for label in self.labels[name]]
        if doubled := [name for name, count in Counter(name for name, _ in columns).items() if count > 1]:
            raise UsageError(f"two labels would stand in column {doubled[0]!r}; give your own model another name.")
        self.columns: dict[str, ColumnType] = dict(columns)

    @cached_property
    def models(self) -> Mapping[str, Classifier]:
        """Task -> model; the shipped ones are read here, once a process."""
        return {name: self._own[name] if name in self._own else _shipped_model(name) for name in self.tasks}

    @property
    def canonical(self) -> Mapping[str, str]:
        """Topic -> text of its canonical stance target."""
        return _canonical_targets()

    def label(self, texts: Sequence[str], parents: Sequence[str | None] | None = None) -> list[dict[str, Any]]:
        """Label a batch.

        Parameters
        ----------
        texts : sequence of str
            Raw texts, none empty.
        parents : sequence of str or None, optional
            The text each one answers, where known; only stance makes use of it.

        Returns
        -------
        list of dict
            One a text, in order, with the keys of :attr:`columns`; stance fields are None where there is no target.

        Raises
        ------
        DataError
            If a text is none, empty or longer than ``MAX_TEXT_CHARACTERS``, or the text it answers is as long, naming
            positions.
        UsageError
            If there are other than as many `parents` as texts, or a model of one's own cannot read the texts, has
            other labels by now, or gives what is no distribution over them (``models.answers.distributions``).
        """
        if parents is not None and len(parents) != len(texts):
            raise UsageError(f"{len(parents)} parents for {len(texts)} texts; give one for each, None where unknown.")
        require_labelable(texts, parents)
        rows: list[dict[str, Any]] = [dict.fromkeys(self.columns) for _ in texts]
        for task in self.tasks.values():
            if not task.targeted:
                self._fill(rows, task, texts)
                continue
            targets = [self.canonical.get(row["topic"]) if self.target is None else self.target for row in rows]
            for row, target in zip(rows, targets, strict=True):
                row[f"{task.name}_target"] = target
            answered = [place for place, target in enumerate(targets) if target is not None]
            examples = [Example(texts[i], targets[i], None if parents is None else parents[i]) for i in answered]
            self._fill([rows[i] for i in answered], task, examples)
        return rows

    def _fill(self, rows: Sequence[dict[str, Any]], task: Task, texts: Sequence[str] | Sequence[Example]) -> None:
        """Put the answers of a task's model into rows."""
        if not rows:
            return
        model, labels = self.models[task.name], self.labels[task.name]
        if task.name in self._own and _labels_of(model, task) != labels:
            raise UsageError(f"the model for {task.name!r} was trained on other labels meanwhile; make a new Labeller.")
        try:
            answer = model.predict_proba(texts)
        except (AttributeError, TypeError) as error:
            if not task.targeted:
                raise
            raise UsageError(
                f"the model for {task.name!r} cannot read texts with a target ({error}); give one that takes "
                "weibo_nlp.records.Example, such as LinearClassifier."
            ) from error
        what = f"the model for {task.name!r}"
        probabilities = distributions(answer, len(rows), plain_labels(model.classes_, f"{what} is one"), what)
        for row, scores in zip(rows, probabilities.tolist(), strict=True):
            best = scores.index(max(scores))
            row[task.name] = task.to_stored(labels[best])
            # Of a yes or no, people ask how likely the yes is.
            row[f"{task.name}_score"] = scores[labels.index(task.labels[-1]) if task.stored == "bool" else best]
            if self.all_scores:
                row |= {f"{task.name}_score_{label}": score for label, score in zip(labels, scores, strict=True)}


def _columns_of(task: Task) -> list[tuple[str, ColumnType]]:
    target: list[tuple[str, ColumnType]] = [(f"{task.name}_target", "string")] if task.targeted else []
    return [*target, (task.name, task.stored), (f"{task.name}_score", "float")]


def _labels_of(model: Classifier, task: Task) -> tuple[str, ...]:
    """Labels of a model of one's own, checked for use under the name of a task."""
    if problem := text_problem(task.name):
        raise UsageError(f"the name {task.name!r} of a model is no text ({problem}); it becomes the name of a column.")
    try:
        require_label(task.name)
    except DataError as error:
        raise UsageError(f"the name of a model becomes the name of a column: {error}.") from None
    kind = f"the model for {task.name!r} is a {type(model).__name__}"
    if not hasattr(model, "predict_proba"):
        raise UsageError(f"{kind} without predict_proba; give a classifier of texts that has it, or a folder.")
    if not hasattr(model, "classes_"):
        raise UsageError(f"{kind} that is not trained: it has no classes_. Call its fit first.")
    labels = tuple(map(task.to_label, plain_labels(model.classes_, kind)))
    require_answerable(list(labels), f"{kind} with labels")
    if task.stored == "bool" and sorted(labels) != sorted(task.labels):
        raise UsageError(
            f"{kind} with the labels {', '.join(labels)}; it needs {' and '.join(task.labels)}. "
            "Under another name, it adds a label of its own."
        )
    return labels


_shipped_model = cache(load_model)


@cache
def _canonical_targets() -> Mapping[str, str]:
    from weibo_nlp.corpus import open_release

    rows = open_release().rows("targets")
    return MappingProxyType({row["canonical_for"]: row["text"] for row in rows if row["canonical_for"]})
