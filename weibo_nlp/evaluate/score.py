"""Scoring: predictions and gold labels in, every metric of the task with its interval out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.evaluate.intervals import RESAMPLES, Interval, Method, UnitSums, cluster_bootstrap
from weibo_nlp.evaluate.metrics import (
    CountMetric,
    FloatArray,
    IntArray,
    brier_rows,
    confusion_matrix,
    count_metrics,
    expected_calibration_error,
    f1,
    log_loss_rows,
    precision,
    recall,
)
from weibo_nlp.predictions import PredictionFile, PredictionHeader, align_predictions, check_against
from weibo_nlp.records import GoldLabel, Prediction


@dataclass(frozen=True, slots=True)
class LabelScores:
    """How one label fares; ``support`` is the number of gold rows that have it."""

    precision: Interval
    recall: Interval
    f1: Interval
    support: int

    def to_dict(self) -> dict[str, Any]:
        """Return the figures, ready for JSON."""
        return {
            "precision": self.precision.to_dict(),
            "recall": self.recall.to_dict(),
            "f1": self.f1.to_dict(),
            "support": self.support,
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """What a set of predictions is worth against the gold labels, with what was left out.

    Attributes
    ----------
    task, main_metric : str
        What was scored, and which of `metrics` ranks systems.
    labels : tuple of str
        Order of `confusion`.
    metrics : mapping of str to Interval
        ``macro_f1``, ``accuracy``, for stance ``favg``; with scores on the predictions also ``log_loss`` and ``brier``.
    points : mapping of str to float
        Figures without an interval: ``ece``. Its estimate is biased upwards and more so in resamples:
        simulated 95 % percentile intervals covered the true value of a calibrated system in 0 of 200 samples.
    per_class : mapping of str to LabelScores
        By label.
    confusion : tuple of tuple of int
        Rows gold, columns predicted.
    n, n_units : int
        Rows scored; independent units (threads, events) they belong to.
    dropped : mapping of str to int
        Rows the caller left out before scoring, by reason.
    seed, resamples, level, method
        How the intervals were made.
    header : PredictionHeader or None
        Of the file, where there was one.
    """

    task: str
    main_metric: str
    labels: tuple[str, ...]
    metrics: Mapping[str, Interval]
    points: Mapping[str, float]
    per_class: Mapping[str, LabelScores]
    confusion: tuple[tuple[int, ...], ...]
    n: int
    n_units: int
    dropped: Mapping[str, int]
    seed: int
    resamples: int
    level: float
    method: Method
    header: PredictionHeader | None = None

    @property
    def main(self) -> Interval:
        """The main metric."""
        return self.metrics[self.main_metric]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready values; a figure without interval has ``low`` and ``high`` of ``None``."""
        metrics: dict[str, Any] = {name: interval.to_dict() for name, interval in self.metrics.items()}
        metrics |= {name: {"value": value, "low": None, "high": None} for name, value in self.points.items()}
        return {
            "task": self.task,
            "main_metric": self.main_metric,
            "labels": list(self.labels),
            "metrics": metrics,
            "per_class": {label: scores.to_dict() for label, scores in self.per_class.items()},
            "confusion": [list(row) for row in self.confusion],
            "n": self.n,
            "n_units": self.n_units,
            "few_units": self.main.few_units,
            "dropped": dict(self.dropped),
            "bootstrap": {
                "seed": self.seed,
                "resamples": self.resamples,
                "level": self.level,
                "method": self.method,
            },
            "predictions": None if self.header is None else self.header.to_dict(),
        }


def score(
    predictions: PredictionFile | Sequence[Prediction],
    gold: Sequence[GoldLabel],
    labels: Sequence[str],
    groups: Sequence[str] | Mapping[str, str] | None,
    *,
    task: str,
    main_metric: str,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    method: Method = "percentile",
    expect: Mapping[str, str | None] | None = None,
    dropped: Mapping[str, int] | None = None,
) -> Scores:
    """Score predictions against gold labels, with intervals over independent units.

    Parameters
    ----------
    predictions : PredictionFile or sequence of Prediction
        One per gold label, in any order.
    gold : sequence of GoldLabel
        What is scored, all of `task`.
    labels : sequence of str
        The task's labels in the order of the scheme.
    groups : sequence of str, mapping of str to str, or None
        The unit (thread, event) of each gold label: in the order of `gold`, or by document id. ``None`` makes
        each document its own unit, for sets without groups.
    task, main_metric : str
        Task, and the metric that ranks systems: one of the metrics computed.
    seed, resamples, level, method
        Of the bootstrap, see `intervals.cluster_bootstrap`.
    expect : mapping, optional
        Header fields a file must have, see `predictions.check_against`.
    dropped : mapping of str to int, optional
        What was left out before, by reason; carried along.

    Returns
    -------
    Scores
        Independent of the order of rows and of the names of groups.

    Raises
    ------
    PredictionError
        If the predictions cannot be scored against `gold`.
    DataError
        If there are no gold labels, a document has no group, or all belong to one group.
    LabelError
        If a gold label is not in `labels`.
    UnknownNameError
        If `main_metric` is not computed for these labels and predictions.
    UsageError
        If `gold` is of another task, or `groups` does not fit it.
    """
    if isinstance(predictions, PredictionFile):
        aligned = check_against(predictions, gold, labels, expect=expect)
        header = predictions.header
    elif expect:
        raise UsageError("expect compares the header of a file; read the file with read_predictions, or leave it out.")
    else:
        aligned = align_predictions(predictions, gold, labels)
        header = None
    if gold[0].task != task:
        raise UsageError(f"task is {task!r}, but the gold labels are of {gold[0].task!r}; give those of one task.")
    position = {label: index for index, label in enumerate(labels)}
    truth = np.array([position[item.label] for item in gold], dtype=np.int64)
    predicted = np.array([position[item.label] for item in aligned], dtype=np.int64)
    probabilities = _probabilities(aligned, labels)
    losses, points = _probability_metrics(truth, probabilities)
    by_name = count_metrics(labels)
    if main_metric not in (known := [*by_name, *losses]):
        raise UnknownNameError(
            "main metric", main_metric, known, "favg needs labels favor and against; log_loss and brier need scores."
        )
    units = UnitSums.from_rows(truth, predicted, _units_of(gold, groups), len(labels), losses)
    intervals = cluster_bootstrap(
        units, by_name | _class_metrics(labels), resamples=resamples, seed=seed, level=level, method=method
    )
    confusion = confusion_matrix(truth, predicted, len(labels))
    return Scores(
        task=task,
        main_metric=main_metric,
        labels=tuple(labels),
        metrics={name: intervals[name] for name in known},
        points=points,
        per_class={
            label: LabelScores(
                precision=intervals[f"precision of {label}"],
                recall=intervals[f"recall of {label}"],
                f1=intervals[f"f1 of {label}"],
                support=int(confusion[index].sum()),
            )
            for index, label in enumerate(labels)
        },
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        n=len(gold),
        n_units=units.n_units,
        dropped=dict(dropped or {}),
        seed=seed,
        resamples=resamples,
        level=level,
        method=method,
        header=header,
    )


def _class_metrics(labels: Sequence[str]) -> dict[str, CountMetric]:
    kinds: dict[str, CountMetric] = {"precision": precision, "recall": recall, "f1": f1}
    return {
        f"{name} of {label}": partial(_of_label, kind, index)
        for name, kind in kinds.items()
        for index, label in enumerate(labels)
    }


def _of_label(kind: CountMetric, index: int, confusion: npt.NDArray[Any]) -> FloatArray:
    return kind(confusion)[..., index]


def _probabilities(predictions: Sequence[Prediction], labels: Sequence[str]) -> FloatArray | None:
    """Scores as a matrix, shape (n_rows, n_labels), each row summing to 1; None where predictions have no scores."""
    if not predictions[0].scores:  # all or none have them, or the check would have refused
        return None
    matrix = np.array([[item.scores[label] for label in labels] for item in predictions], dtype=np.float64)
    # Scores rounded for the file may miss 1 by 1e-3, which is no reason for a loss.
    normalised: FloatArray = matrix / matrix.sum(axis=1, keepdims=True)
    return normalised


def _probability_metrics(
    truth: IntArray, probabilities: FloatArray | None
) -> tuple[dict[str, FloatArray], dict[str, float]]:
    if probabilities is None:
        return {}, {}
    losses = {"log_loss": log_loss_rows(truth, probabilities), "brier": brier_rows(truth, probabilities)}
    return losses, {"ece": expected_calibration_error(truth, probabilities)}


def _units_of(gold: Sequence[GoldLabel], groups: Sequence[str] | Mapping[str, str] | None) -> list[str]:
    if groups is None:
        # Several targets of one document share its text, so the document, not the row, is the independent unit.
        return [item.document_id for item in gold]
    if isinstance(groups, Mapping):
        lacking = sorted({item.document_id for item in gold} - groups.keys())
        if lacking:
            raise DataError(
                f"{len(lacking)} documents have no group, the first {lacking[0]!r}; give one for every gold label."
            )
        units = [groups[item.document_id] for item in gold]
    else:
        units = list(groups)
        if len(units) != len(gold):
            raise UsageError(f"there are {len(units)} groups for {len(gold)} gold labels; give one each, in order.")
    # A missing value (None, NaN) would silently make one group of all rows that have none, or one of each.
    for item, unit in zip(gold, units, strict=True):
        if not isinstance(unit, str) or not unit:
            raise DataError(f"group of {item.document_id!r} must be a non-empty string, got {unit!r}.")
    return units
