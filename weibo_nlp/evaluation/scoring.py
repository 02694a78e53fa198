"""Scoring: predictions and gold labels in, every metric of the task with its interval out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean, stdev
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.evaluation.alignment import align_runs, mean_intervals
from weibo_nlp.evaluation.calibration import CalibrationBin, calibration_curve
from weibo_nlp.evaluation.slices import SliceScore, score_slices
from weibo_nlp.evaluation.soft_labels import cross_entropy_rows, jensen_shannon_rows
from weibo_nlp.predictions import PredictionFile, PredictionHeader
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.stats.bootstrap import DEFAULT_METHOD, RESAMPLES, Interval, Method
from weibo_nlp.stats.metrics import (
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

# Beyond, a target has a row or two, as in C-STANCE, and a mean over targets would be one over single rows.
MOST_TARGETS = 50


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
    """What predictions are worth against the gold labels, the mean over seeds, with what was left out.

    Attributes
    ----------
    task, main_metric : str
        What was scored, and which of `metrics` ranks systems.
    labels : tuple of str
        Order of `confusion`.
    metrics : mapping of str to Interval
        ``macro_f1``, ``accuracy``, for stance ``favg``; with scores on the predictions also ``log_loss`` and ``brier``,
        and with votes of the annotators ``soft_cross_entropy`` and ``soft_js`` (in nats, see `evaluate.soft`).
    points : mapping of str to float
        Figures without an interval. ``ece``: its estimate is biased upwards and more so in resamples:
        simulated 95 % percentile intervals covered the true value of a calibrated system in 0 of 200 samples.
        For stance, ``macro_f1_over_targets`` (or another main metric): the mean over targets of the metric on each,
        where there are 2 to 50; the pooled metric can be had from the targets' priors alone. A target's rarer labels
        vanish from resamples of few threads, so that a bootstrap bounds something else (on the corpus' test part
        percentile bounds of .63 to .80 around .79).
    per_class : mapping of str to LabelScores
        By label.
    confusion : tuple of tuple of int
        Rows gold, columns predicted; counts of all seeds added up.
    n, n_units : int
        Rows scored; independent units (threads, events) they belong to.
    dropped : mapping of str to int
        Rows the caller left out before scoring, by reason.
    seed, resamples, level, method
        How the intervals were made.
    calibration : tuple of CalibrationBin or None
        The reliability curve, of as many bins as ``ece``; ``None`` for predictions without scores. Of several seeds
        all predictions are pooled, so that ``n`` counts each row once a seed.
    slices : tuple of SliceScore
        The main metric over each slice asked for.
    seeds : tuple of float
        The main metric of each seed, in the order given.
    header : PredictionHeader or None
        Of the file, where there was one; of several the first.
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
    calibration: tuple[CalibrationBin, ...] | None = None
    slices: tuple[SliceScore, ...] = ()
    seeds: tuple[float, ...] = ()
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
            "calibration": None if self.calibration is None else [found.to_dict() for found in self.calibration],
            "seeds": {"values": list(self.seeds), "sd": stdev(self.seeds) if len(self.seeds) > 1 else None},
            "slices": [found.to_dict() for found in self.slices],
            "predictions": None if self.header is None else self.header.to_dict(),
        }


def score(
    predictions: PredictionFile | Sequence[PredictionFile] | Sequence[Prediction],
    gold: Sequence[GoldLabel],
    labels: Sequence[str],
    groups: Sequence[str] | Mapping[str, str] | None,
    *,
    task: str,
    main_metric: str,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    method: Method = DEFAULT_METHOD,
    expect: Mapping[str, str | None] | None = None,
    dropped: Mapping[str, int] | None = None,
    votes: FloatArray | None = None,
    slices: Sequence[Mapping[str, str]] | None = None,
) -> Scores:
    """Score predictions against gold labels, with intervals over independent units.

    Parameters
    ----------
    predictions : PredictionFile, sequence of PredictionFile, or sequence of Prediction
        One prediction per gold label, in any order. Several files are one system's with different seeds: figures are
        means over them, and a resample takes the same units for all.
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
    votes : ndarray of float, shape (n_gold, n_labels), optional
        Distribution of the annotators' judgements, in the order of `gold`, see `soft.vote_shares`. Predictions
        without scores have no soft score.
    slices : sequence of mapping, optional
        Slice -> value of each gold label, see `slices.corpus_slices`; each slice is scored on the main metric.

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
        If `gold` is of another task, or `groups`, `votes` or `slices` does not fit it.
    """
    runs = align_runs(predictions, gold, labels, expect)
    if gold[0].task != task:
        raise UsageError(f"task is {task!r}, but the gold labels are of {gold[0].task!r}; give those of one task.")
    position = {label: index for index, label in enumerate(labels)}
    truth = np.array([position[item.label] for item in gold], dtype=np.int64)
    if votes is not None and np.shape(votes) != (len(gold), len(labels)):
        raise UsageError(
            f"votes have the shape {np.shape(votes)} for {len(gold)} gold labels of {len(labels)} labels; give a "
            "distribution for each gold label, in order."
        )
    losses, points = _probability_metrics(truth, runs.probabilities, votes)
    by_name = count_metrics(labels)
    if main_metric not in (known := [*by_name, *losses]):
        raise UnknownNameError(
            "main metric",
            main_metric,
            known,
            "favg needs labels favor and against; log_loss and brier need scores, soft_cross_entropy and soft_js votes "
            "as well.",
        )
    unit_of = _units_of(gold, groups)
    intervals = mean_intervals(
        truth,
        runs.predicted,
        unit_of,
        len(labels),
        by_name | _class_metrics(labels),
        {name: loss.mean(axis=0) for name, loss in losses.items()},
        seed=seed,
        resamples=resamples,
        level=level,
        method=method,
    )
    confusions = np.stack([confusion_matrix(truth, run, len(labels)) for run in runs.predicted])
    if main_metric in by_name:
        of_seeds = tuple(by_name[main_metric](confusions).tolist())
        points |= _over_targets(truth, runs.predicted, gold, len(labels), main_metric, by_name[main_metric])
    else:
        of_seeds = tuple(losses[main_metric].mean(axis=1).tolist())
    by_slice: tuple[SliceScore, ...] = ()
    if slices is not None:
        by_slice = score_slices(
            truth,
            runs.predicted,
            unit_of,
            slices,
            labels,
            main_metric,
            seed=seed,
            resamples=resamples,
            level=level,
            method=method,
        )
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
                support=int((truth == index).sum()),
            )
            for index, label in enumerate(labels)
        },
        confusion=tuple(tuple(int(count) for count in row) for row in confusions.sum(axis=0)),
        n=len(gold),
        n_units=len(set(unit_of)),
        dropped=dict(dropped or {}),
        seed=seed,
        resamples=resamples,
        level=level,
        method=method,
        calibration=_pooled_curve(truth, runs.probabilities, unit_of, level),
        slices=by_slice,
        seeds=of_seeds,
        header=runs.header,
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


def _probability_metrics(
    truth: IntArray, probabilities: FloatArray | None, votes: FloatArray | None
) -> tuple[dict[str, FloatArray], dict[str, float]]:
    """Losses of each run and row, shape (n_runs, n_rows); and figures without an interval, their mean over runs."""
    if probabilities is None:
        return {}, {}
    of: dict[str, list[FloatArray]] = {
        "log_loss": [log_loss_rows(truth, run) for run in probabilities],
        "brier": [brier_rows(truth, run) for run in probabilities],
    }
    if votes is not None:
        of["soft_cross_entropy"] = [cross_entropy_rows(votes, run) for run in probabilities]
        of["soft_js"] = [jensen_shannon_rows(votes, run) for run in probabilities]
    errors = [expected_calibration_error(truth, run) for run in probabilities]
    return {name: np.stack(losses) for name, losses in of.items()}, {"ece": fmean(errors)}


def _pooled_curve(
    truth: IntArray, probabilities: FloatArray | None, units: Sequence[str], level: float
) -> tuple[CalibrationBin, ...] | None:
    if probabilities is None:
        return None
    n_runs, n_rows, n_labels = probabilities.shape
    pooled = probabilities.reshape(n_runs * n_rows, n_labels)
    return calibration_curve(np.tile(truth, n_runs), pooled, list(units) * n_runs, level=level)


def _over_targets(
    truth: IntArray, predicted: IntArray, gold: Sequence[GoldLabel], n_labels: int, name: str, metric: CountMetric
) -> dict[str, float]:
    """Mean over targets of the metric on each, under its name; nothing where there are no targets, one, or too many."""
    targets = np.unique([item.target or "" for item in gold], return_inverse=True)[1]
    n_targets = int(targets.max()) + 1
    if not 2 <= n_targets <= MOST_TARGETS:
        return {}
    size = n_targets * n_labels**2
    cells = (targets * n_labels + truth) * n_labels + predicted
    counts = np.stack([np.bincount(run, minlength=size).reshape(n_targets, n_labels, n_labels) for run in cells])
    # Sorted, since sums of floats depend on their order and the names of targets shall not.
    return {f"{name}_over_targets": float(np.sort(metric(counts), axis=None).mean())}


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
