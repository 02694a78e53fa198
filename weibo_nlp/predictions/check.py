"""Predictions against gold labels: everything that forbids scoring, collected and named with file and line."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from weibo_nlp.errors import DataError, LabelError, UsageError
from weibo_nlp.io.names import LISTED, printable_name, quoted, quoted_list
from weibo_nlp.predictions.header import PredictionFile, PredictionHeader, raise_if_any
from weibo_nlp.records import GoldLabel, Prediction, known_fields

SUM_TOLERANCE = 1e-3  # scores are often rounded to three or four places before they are written


def check_against(
    file: PredictionFile,
    gold: Sequence[GoldLabel],
    labels: Sequence[str],
    *,
    expect: Mapping[str, str | None] | None = None,
) -> tuple[Prediction, ...]:
    """Refuse a file that cannot be scored against `gold`, naming all that is wrong with it.

    Parameters
    ----------
    file : PredictionFile
        What was read.
    gold : sequence of GoldLabel
        All of one task; exactly these (document, target) pairs must be predicted, once each.
    labels : sequence of str
        The task's labels.
    expect : mapping, optional
        Header fields that must have a given value, as ``{"set": "corpus", "version": "0.1.0"}``;
        ``None`` stands for null.

    Returns
    -------
    tuple of Prediction
        The predictions, in the order of `gold`.

    Raises
    ------
    PredictionError
        For missing, doubled or unknown ids, unknown labels, scores that are not a distribution over the labels
        (or stand on some rows only), another task, version or other header field than expected. One error
        lists the first 20 problems, each with file and line, and says how many there are.
    DataError, LabelError, UsageError
        If `gold`, `labels` or `expect` are themselves not usable.
    """
    task = _task_of(gold)
    wanted: dict[str, str | None] = {"task": task, **(expect or {})}
    if unknown := sorted(wanted.keys() - (known_fields(PredictionHeader) - {"model", "seed"})):
        raise UsageError(f"expect names {', '.join(unknown)}, which a header does not have or is not comparable.")
    problems = [
        f"{file.where_header}: {name} is {quoted(stated)}, but {value!r} is scored here; predict that again."
        for name, value in wanted.items()
        if (stated := getattr(file.header, name)) != value
    ]
    aligned, row_problems = _align(file.predictions, gold, labels, file.where, file.where_end)
    raise_if_any(problems + row_problems, file.path or "predictions", "Correct the file, or predict again.")
    return aligned


def align_predictions(
    predictions: Sequence[Prediction], gold: Sequence[GoldLabel], labels: Sequence[str]
) -> tuple[Prediction, ...]:
    """Check predictions that come from no file as `check_against` does, and return them in the order of `gold`.

    Raises
    ------
    PredictionError
        As in `check_against`, with ``prediction N`` (from 1) in place of file and line.
    DataError, LabelError, UsageError
        If `gold` or `labels` are themselves not usable.
    """
    task = _task_of(gold)
    problems = [
        f"prediction {number}: task is {prediction.task!r}, but {task!r} is scored here."
        for number, prediction in enumerate(predictions, start=1)
        if prediction.task != task
    ]
    where_end = f"prediction {len(predictions)}"
    aligned, row_problems = _align(predictions, gold, labels, lambda index: f"prediction {index + 1}", where_end)
    raise_if_any(problems + row_problems, "predictions", "Correct them, or predict again.")
    return aligned


def _task_of(gold: Sequence[GoldLabel]) -> str:
    tasks = sorted({item.task for item in gold})
    if not tasks:
        raise DataError("there are no gold labels to score against; check the split and the task that were loaded.")
    if len(tasks) > 1:
        raise UsageError(f"gold labels of several tasks ({', '.join(tasks)}) were given; score one task at a time.")
    return tasks[0]


def _align(
    predictions: Sequence[Prediction],
    gold: Sequence[GoldLabel],
    labels: Sequence[str],
    where: Callable[[int], str],
    where_end: str,
) -> tuple[tuple[Prediction, ...], list[str]]:
    """Return the predictions in gold order (only complete if there are no problems) and the problems."""
    wanted = _gold_keys(gold, labels)
    targets: dict[str, list[str | None]] = {}
    for document_id, target in wanted:
        targets.setdefault(document_id, []).append(target)
    problems: list[str] = []
    first_seen: dict[tuple[str, str | None], int] = {}
    scored = next((index for index, item in enumerate(predictions) if item.scores), None)
    for index, item in enumerate(predictions):
        key = (item.document_id, item.target)
        faults: list[str] = []
        if key in first_seen:
            faults.append(f"{_name(key)} is predicted a second time, first in {where(first_seen[key])}; keep one.")
        elif item.document_id not in targets:
            faults.append(f"{_name(key)} is not in the gold labels; remove it.")
        elif key not in wanted:
            known = ", ".join(repr(target) for target in targets[item.document_id])
            faults.append(f"{_name(key)} is not in the gold labels, which have for this document the target {known}.")
        first_seen.setdefault(key, index)
        if item.label not in labels:
            faults.append(f"label {quoted(item.label)} for {_name(key)} is not one of {', '.join(labels)}.")
        if item.scores:
            faults += (f"scores for {_name(key)} {fault}" for fault in _score_faults(item.scores, labels))
        elif scored is not None:
            faults.append(f"{_name(key)} has no scores, but {where(scored)} has; give them on every row or on none.")
        problems += (f"{where(index)}: {text}" for text in faults)
    problems += (
        f"{where_end}: the predictions end without one for {_name(key)}; every gold label needs one."
        for key in wanted
        if key not in first_seen
    )
    return tuple(predictions[first_seen[key]] for key in wanted if key in first_seen), problems


def _gold_keys(gold: Sequence[GoldLabel], labels: Sequence[str]) -> dict[tuple[str, str | None], None]:
    if not labels or len(set(labels)) != len(labels):
        raise UsageError(f"labels must be the task's labels, each once, got {list(labels)!r}.")
    keys: dict[tuple[str, str | None], None] = {}
    for item in gold:
        key = (item.document_id, item.target)
        if item.label not in labels:
            raise LabelError(f"gold label {item.label!r} for {_name(key)} is not one of {', '.join(labels)}.")
        if key in keys:
            raise DataError(f"{_name(key)} has two gold labels; settle on one before scoring.")
        keys[key] = None
    return keys


def _score_faults(scores: Mapping[str, float], labels: Sequence[str]) -> Iterator[str]:
    if lacking := [label for label in labels if label not in scores]:
        yield f"lack {', '.join(lacking)}; give every label of the task."
    if foreign := [label for label in scores if label not in labels]:
        yield f"name {quoted_list(foreign)}, not of the task ({', '.join(labels)})."
    if wrong := [(label, p) for label, p in scores.items() if not (math.isfinite(p) and p >= 0)]:
        first = ", ".join(f"{printable_name(label)}: {p!r}" for label, p in wrong[:LISTED])
        yield f"are not all finite and at least 0 ({first}); give probabilities."
    # The slack lets three rounded thirds (0.333 × 3 = 0.999) through, whose distance from 1 is 1e-3 plus a rounding.
    # sum, not fsum: the latter raises where two huge numbers overflow.
    elif not lacking and not foreign and abs(sum(scores.values()) - 1) > SUM_TOLERANCE + 1e-9:
        yield f"sum to {sum(scores.values()):.6g}, not to 1 ± {SUM_TOLERANCE}; normalise them."


def _name(key: tuple[str, str | None]) -> str:
    document_id, target = key
    return quoted(document_id) if target is None else f"{quoted(document_id)} on {quoted(target)}"
