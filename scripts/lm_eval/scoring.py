"""Scores of the tasks: the project's own metrics over what a model said of each row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from weibo_nlp.errors import UsageError
from weibo_nlp.scheme import load_scheme
from weibo_nlp.stats import metrics

Item = Sequence[Any]
"""Task, gold label, label given or None: what is kept of a row, as plain values that can be logged and gathered."""


class Answer(Protocol):
    """What was read in a generated answer."""

    label: str | None
    refused: bool


def from_likelihoods(row: Mapping[str, Any], results: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Give a row the label whose word is the likeliest continuation, the first of equals.

    Raises
    ------
    UsageError
        If a likelihood is not a number, which no label could be read from.
    """
    likelihoods = [float(likelihood) for likelihood, _ in results]
    if any(math.isnan(likelihood) for likelihood in likelihoods):
        raise UsageError(
            f"{row['task']}, {row['document_id']}: the model's log-likelihoods are {likelihoods}, which say nothing of "
            "the labels. Models in half precision are often at fault: run it with dtype=float32 or bfloat16."
        )
    given = _labels(row["task"])[likelihoods.index(max(likelihoods))]
    return _scored(row, given)


def from_answer(row: Mapping[str, Any], results: Sequence[Answer]) -> dict[str, Any]:
    """Give a row the label that its answer names; one that names none is right in no metric."""
    (answer,) = results
    return _scored(row, answer.label) | {
        "refused": float(answer.label is None and answer.refused),
        "unparseable": float(answer.label is None and not answer.refused),
    }


def macro_f1(items: Sequence[Item]) -> float:
    """Return the unweighted mean of the F1 of the scheme's labels.

    Notes
    -----
    A row without a label is missed by its gold label and taken by none, so that it costs recall and no precision, as
    in ``sklearn.metrics.f1_score(..., labels=scheme, average="macro")`` with a word outside the scheme as prediction.
    Where every row has a label, this is `weibo_nlp.stats.metrics.macro_f1`.
    """
    confusion = _confusion(items)
    return float(metrics.f1(confusion)[:-1].mean())


def accuracy(items: Sequence[Item]) -> float:
    """Return the share of rows with the right label, among all."""
    return float(metrics.accuracy(_confusion(items)))


def share(marks: Sequence[float]) -> float:
    """Return the share of marked rows.

    Notes
    -----
    Not `lm_eval`'s ``mean``, which comes with a standard error for independent rows. Rows of a thread are not
    independent; `weibo-nlp evaluate` gives intervals over threads.
    """
    return math.fsum(marks) / len(marks)


def _scored(row: Mapping[str, Any], given: str | None) -> dict[str, Any]:
    task = row["task"]
    item = [task, _labels(task)[row["label"]], given]
    return {"macro_f1": item, "accuracy": item}


def _confusion(items: Sequence[Item]) -> metrics.IntArray:
    """Counts of gold by given labels; the last row and column stand for no label."""
    (task,) = {item[0] for item in items}
    places = {label: place for place, label in enumerate(_labels(task))}
    nothing = len(places)
    gold = [places[item[1]] for item in items]
    given = [nothing if item[2] is None else places[item[2]] for item in items]
    return metrics.confusion_matrix(gold, given, nothing + 1)


def _labels(task: str) -> tuple[str, ...]:
    return load_scheme().task(task).labels
