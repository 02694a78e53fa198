"""Scoring: predictions and gold labels in, every metric of the task with its interval out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.evaluation.alignment import align_runs
from weibo_nlp.evaluation.calibration import CalibrationBin, calibration_curve
from weibo_nlp.evaluation.results import LabelScores, Scores, SeedScores
from weibo_nlp.evaluation.slices import SliceScore, score_slices
from weibo_nlp.evaluation.soft_labels import cross_entropy_rows, jensen_shannon_rows
from weibo_nlp.predictions import PredictionFile
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.stats import Estimate, UnitSums, cluster_bootstrap, count_metrics, metrics
from weibo_nlp.stats.arguments import column
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.metrics import CountMetric, FloatArray, IntArray
from weibo_nlp.tasks.evaluation_set import label_numbers

# Beyond, a target has a row or two, as in C-STANCE, and a mean over targets would be one over single rows.
MOST_TARGETS = 50
_LABEL_METRICS: Mapping[str, CountMetric] = {"precision": metrics.precision, "recall": metrics.recall, "f1": metrics.f1}


def score(
    predictions: PredictionFile | Sequence[PredictionFile] | Sequence[Prediction],
    gold: Sequence[GoldLabel],
    labels: Sequence[str],
    groups: Sequence[str] | Mapping[str, str] | None,
    *,
    task: str,
    main_metric: str,
    bootstrap: BootstrapConfig = DEFAULT,
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
    bootstrap : BootstrapConfig
        How intervals are made.
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
    labels = column(labels, "labels")
    runs = align_runs(predictions, gold, labels, expect)
    if gold[0].task != task:
        raise UsageError(f"task is {task!r}, but the gold labels are of {gold[0].task!r}; give those of one task.")
    truth = label_numbers((item.label for item in gold), labels)
    if votes is not None and np.shape(votes) != (len(gold), len(labels)):
        raise UsageError(
            f"votes have the shape {np.shape(votes)} for {len(gold)} gold labels of {len(labels)} labels; give a "
            "distribution for each gold label, in order."
        )
    losses, points = _probability_metrics(truth, runs.probabilities, votes)
    by_name = count_metrics(labels)
    if main_metric not in (known := [*by_name, *losses]):
        remedy = (
            "favg needs labels favor and against; log_loss and brier need scores, soft_cross_entropy and soft_js votes "
            "as well."
        )
        raise UnknownNameError("main metric", main_metric, known, remedy)
    group_of = _groups_of(gold, groups)
    mean_losses = {name: loss.mean(axis=0) for name, loss in losses.items()}
    units = UnitSums.from_rows(truth, runs.predicted, group_of, len(labels), mean_losses)
    estimates = cluster_bootstrap(units, by_name | _class_metrics(labels), bootstrap)
    confusions = np.stack([metrics.confusion_matrix(truth, run, len(labels)) for run in runs.predicted])
    if main_metric in by_name:
        of_seeds = by_name[main_metric](confusions).tolist()
        points |= _over_targets(truth, runs.predicted, gold, len(labels), main_metric, by_name[main_metric])
    else:
        of_seeds = losses[main_metric].mean(axis=1).tolist()
    curve: tuple[CalibrationBin, ...] | None = None
    if runs.probabilities is not None:
        pooled, n_runs = np.concatenate(runs.probabilities), len(runs)
        level = bootstrap.confidence_level
        curve = calibration_curve(np.tile(truth, n_runs), pooled, group_of * n_runs, confidence_level=level)
    by_slice: tuple[SliceScore, ...] = ()
    if slices is not None:
        by_slice = score_slices(truth, runs.predicted, group_of, slices, labels, main_metric, bootstrap=bootstrap)
    return Scores(
        task=task,
        main_metric=main_metric,
        labels=tuple(labels),
        metrics={name: estimates[name] for name in known}
        | {name: Estimate(value, n_units=units.n_units) for name, value in points.items()},
        per_class={
            label: LabelScores(
                **{kind: estimates[f"{kind} of {label}"] for kind in _LABEL_METRICS},
                support=int((truth == index).sum()),
            )
            for index, label in enumerate(labels)
        },
        confusion=tuple(map(tuple, confusions.sum(axis=0).tolist())),
        n=len(gold),
        n_units=units.n_units,
        few_units=estimates[main_metric].few_units,
        dropped=dict(dropped or {}),
        bootstrap=bootstrap,
        calibration=curve,
        seeds=SeedScores.of(of_seeds),
        slices=by_slice,
        header=runs.header,
    )


def _class_metrics(labels: Sequence[str]) -> dict[str, CountMetric]:
    return {
        f"{kind} of {label}": partial(_of_label, metric, index)
        for kind, metric in _LABEL_METRICS.items()
        for index, label in enumerate(labels)
    }


def _of_label(metric: CountMetric, index: int, confusion: npt.NDArray[Any]) -> FloatArray:
    return metric(confusion)[..., index]


def _probability_metrics(
    truth: IntArray, probabilities: FloatArray | None, votes: FloatArray | None
) -> tuple[dict[str, FloatArray], dict[str, float]]:
    """Losses of each run and row, shape (n_runs, n_rows); and figures without an interval, their mean over runs."""
    if probabilities is None:
        return {}, {}
    rows = {"log_loss": partial(metrics.log_loss_rows, truth), "brier": partial(metrics.brier_rows, truth)}
    if votes is not None:
        rows["soft_cross_entropy"] = partial(cross_entropy_rows, votes)
        rows["soft_js"] = partial(jensen_shannon_rows, votes)
    losses = {name: np.stack([loss(run) for run in probabilities]) for name, loss in rows.items()}
    return losses, {"ece": fmean(metrics.expected_calibration_error(truth, run) for run in probabilities)}


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


def _groups_of(gold: Sequence[GoldLabel], groups: Sequence[str] | Mapping[str, str] | None) -> list[str]:
    if groups is None:
        # Several targets of one document share its text, so the document, not the row, is the independent unit.
        return [item.document_id for item in gold]
    if isinstance(groups, Mapping):
        if lacking := sorted({item.document_id for item in gold} - groups.keys()):
            raise DataError(
                f"{len(lacking)} documents have no group, the first {lacking[0]!r}; give one for every gold label."
            )
        groups = [groups[item.document_id] for item in gold]
    groups = column(groups, "groups")
    if len(groups) != len(gold):
        raise UsageError(f"there are {len(groups)} groups for {len(gold)} gold labels; give one each, in order.")
    # A missing value (None, NaN) would silently make one group of all rows that have none, or one of each.
    for item, unit in zip(gold, groups, strict=True):
        if not isinstance(unit, str) or not unit:
            raise DataError(f"group of {item.document_id!r} must be a non-empty string, got {unit!r}.")
    return list(groups)
