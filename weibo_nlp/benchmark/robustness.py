"""Robustness of a trained model: what it scores on texts before and after each edit, and which labels flip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.models import Classifier
from weibo_nlp.perturbations import EDITS, apply_edit, is_label_preserving
from weibo_nlp.records import Example
from weibo_nlp.stats.bootstrap import FEW_UNITS, RESAMPLES, bootstrap_figures
from weibo_nlp.stats.metrics import CountMetric, FloatArray, IntArray, count_metrics
from weibo_nlp.tasks import TaskSpec
from weibo_nlp.tasks.folds import TaskData


def robustness(
    model: Classifier, spec: TaskSpec, data: TaskData, *, seed: int = 0, resamples: int = RESAMPLES
) -> list[dict[str, Any]]:
    """Score a model before and after every edit, on the texts that the edit changes.

    Parameters
    ----------
    model : Classifier
        Trained on the data's one fold.
    spec : TaskSpec
        Task, labels and main metric.
    data : TaskData
        What is scored; of one fold, since a single model has learnt from the scored rows of any other.
    seed : int
        Of the edits and of the bootstrap.
    resamples : int
        Of the bootstrap over units.

    Returns
    -------
    list of dict
        One row an edit, in the order of `EDITS`: ``n`` rows scored in all and ``n_changed`` of them whose text, target
        or parent the edit changes; on these the main metric after the edit (``score``), by how much it fell
        (``drop``), and the share of predicted labels that became others (``flipped``), each with an interval over the
        same resampled units; bounds are None where the changed rows are of one unit. An edit that changes none of
        the rows has no row. ``label_preserving`` says whether a blind check found that readers keep the labels; where
        it is false, a drop may be the edit's doing and not the model's.

    Raises
    ------
    UsageError
        If the data have several folds, or the model's labels are not the task's.
    UnknownNameError
        If the main metric is no function of confusion counts.
    """
    if len(data.folds) != 1:
        raise UsageError(
            f"{spec.name} under {spec.protocol} has {len(data.folds)} folds; a model trained on one has "
            "seen what the others score. Measure robustness under standard, cross_kind or external."
        )
    if model.labels != spec.labels:
        raise UsageError(f"model {model.name} has the labels {model.labels}, task {spec.name} {spec.labels}.")
    metrics = count_metrics(spec.labels)
    if spec.main_metric not in metrics:
        raise UnknownNameError("main metric", spec.main_metric, metrics)
    position = {label: index for index, label in enumerate(spec.labels)}
    gold = np.array([position[label.label] for label in data.gold], dtype=np.int64)
    before = _predicted(model, data.test)
    rows = []
    for name in EDITS:
        edited = [_edited(name, example, label.document_id, seed) for example, label in _rows(data)]
        places = [place for place, example in enumerate(edited) if example is not None]
        if not places:
            continue
        after = _predicted(model, [example for example in edited if example is not None])
        units = [data.units[place] for place in places]
        n_units = len(set(units))
        figures = _figures(
            gold[places], before[places], after, units, len(spec.labels), metrics[spec.main_metric], seed, resamples
        )
        rows.append(
            {
                "task": spec.name,
                "model": model.name,
                "edit": name,
                "label_preserving": is_label_preserving(name),
                "n": len(gold),
                "n_changed": len(places),
                "n_units": n_units,
                "few_units": n_units < FEW_UNITS,
                "metric": spec.main_metric,
                **figures,
            }
        )
    return rows


def _rows(data: TaskData) -> list[tuple[Example, Any]]:
    return list(zip(data.test, data.gold, strict=True))


def _edited(name: str, example: Example, document_id: str, seed: int) -> Example | None:
    """The example after the edit; None where nothing of it changes.

    The document's id is the key, so that a text is edited alike for each of its stance targets.
    """
    edited = apply_edit(name, example.text, key=document_id, seed=seed, target=example.target, parent=example.parent)
    return Example(edited.text, edited.target, edited.parent) if edited.changed else None


def _predicted(model: Classifier, examples: Sequence[Example]) -> IntArray:
    best: IntArray = np.asarray(model.predict_proba(examples)).argmax(axis=1).astype(np.int64)
    return best


def _figures(
    gold: IntArray,
    before: IntArray,
    after: IntArray,
    units: Sequence[str],
    n_labels: int,
    metric: CountMetric,
    seed: int,
    resamples: int,
) -> dict[str, dict[str, float | None]]:
    """Score, drop and flipped share, from the same resamples of units."""
    n_cells = n_labels**2
    numbers: dict[str, int] = {}
    unit = np.array([numbers.setdefault(name, len(numbers)) for name in units], dtype=np.int64)
    sums = np.concatenate(
        [
            _counts(unit, gold * n_labels + before, len(numbers), n_cells),
            _counts(unit, gold * n_labels + after, len(numbers), n_cells),
            np.bincount(unit, weights=before != after, minlength=len(numbers))[:, None],
        ],
        axis=1,
    )
    # By content, so that neither names nor the order of rows decide which unit a draw hits.
    sums = sums[np.lexsort(sums.T)]

    def figures(totals: FloatArray) -> dict[str, FloatArray]:
        first = totals[:, :n_cells].reshape(-1, n_labels, n_labels)
        second = totals[:, n_cells : 2 * n_cells].reshape(-1, n_labels, n_labels)
        score = metric(second)
        return {"score": score, "drop": metric(first) - score, "flipped": totals[:, -1] / first.sum(axis=(-2, -1))}

    if len(sums) < 2:  # nothing is known of the spread between units
        found = figures(sums)
        return {name: {"value": float(values[0]), "low": None, "high": None} for name, values in found.items()}
    intervals = bootstrap_figures(sums, figures, resamples=resamples, seed=seed)
    return {name: {**interval.to_dict()} for name, interval in intervals.items()}


def _counts(unit: IntArray, cells: IntArray, n_units: int, n_cells: int) -> FloatArray:
    """Confusion counts of each unit, shape (n_units, n_labels²)."""
    counts = np.bincount(unit * n_cells + cells, minlength=n_units * n_cells)
    return counts.reshape(n_units, n_cells).astype(np.float64)
