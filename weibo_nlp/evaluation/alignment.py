"""Runs of one system: what it predicts with each training seed, and the intervals of its mean figures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from weibo_nlp.errors import PredictionError, UsageError
from weibo_nlp.predictions import PredictionFile, PredictionHeader, align_predictions, check_against
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.stats.bootstrap import Interval, Method, bootstrap_figures, unit_numbers
from weibo_nlp.stats.metrics import CountMetric, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Runs:
    """Predictions in the order of the gold labels, one run for each training seed.

    Attributes
    ----------
    predicted : ndarray of int, shape (n_runs, n_rows)
        Label indices.
    probabilities : ndarray of float, shape (n_runs, n_rows, n_labels), or None
        Distributions over the labels; ``None`` for predictions without scores.
    header : PredictionHeader or None
        Of the first run's file, where there was one.
    """

    predicted: IntArray
    probabilities: FloatArray | None
    header: PredictionHeader | None

    def __len__(self) -> int:
        return len(self.predicted)


def align_runs(
    predictions: PredictionFile | Sequence[PredictionFile] | Sequence[Prediction],
    gold: Sequence[GoldLabel],
    labels: Sequence[str],
    expect: Mapping[str, str | None] | None = None,
) -> Runs:
    """Put predictions into the order of the gold labels.

    Parameters
    ----------
    predictions : PredictionFile, sequence of PredictionFile, or sequence of Prediction
        One prediction per gold label, in any order; several files are one system's with different seeds.
    gold : sequence of GoldLabel
        What is scored.
    labels : sequence of str
        The task's labels in the order of the scheme.
    expect : mapping, optional
        Header fields that files must have, see `predictions.check_against`.

    Raises
    ------
    PredictionError
        If the predictions cannot be scored against `gold`, or files are not of one system.
    UsageError
        If `expect` comes without a file.
    """
    if isinstance(predictions, PredictionFile):
        predictions = [predictions]
    if not predictions or isinstance(predictions[0], Prediction):
        if expect:
            raise UsageError(
                "expect compares the header of a file; read the file with read_predictions, or leave it out."
            )
        return _runs([align_predictions(cast("Sequence[Prediction]", predictions), gold, labels)], labels, None)
    files = cast("Sequence[PredictionFile]", predictions)
    aligned = [check_against(file, gold, labels, expect=expect) for file in files]
    first = files[0].header.model
    for file, run in zip(files, aligned, strict=True):
        if file.header.model != first:
            raise PredictionError(
                f"{file.where_header}: is of {file.header.model.name} {file.header.model.version}, the first file of "
                f"{first.name} {first.version}; score two systems one by one."
            )
        if bool(run[0].scores) != bool(aligned[0][0].scores):
            raise PredictionError(
                f"{file.where_header}: has {'scores' if run[0].scores else 'no scores'}, other than the first file; "
                "predict every seed with scores."
            )
    return _runs(aligned, labels, files[0].header)


def mean_intervals(
    truth: IntArray,
    predicted: IntArray,
    units: Sequence[Hashable],
    n_labels: int,
    metrics: Mapping[str, CountMetric],
    losses: Mapping[str, FloatArray],
    *,
    seed: int,
    resamples: int,
    level: float,
    method: Method,
) -> dict[str, Interval]:
    """Intervals of the mean over runs of every metric, from the same resamples of whole units.

    Parameters
    ----------
    truth : ndarray of int, shape (n_rows,)
        Label indices of the gold labels.
    predicted : ndarray of int, shape (n_runs, n_rows)
        Label indices.
    units : sequence, length n_rows
        The unit of each row.
    n_labels : int
        Number of labels of the scheme.
    metrics : mapping of str to CountMetric
        Functions of confusion counts.
    losses : mapping of str to ndarray of float, shape (n_rows,)
        Figures per row, their mean over runs taken, whose mean over rows is the metric of that name.
    seed, resamples, level, method
        Of the bootstrap, see `intervals.cluster_bootstrap`, which this is for a single run.

    Returns
    -------
    dict of str to Interval
        Metrics in the order given, then the losses. A resample takes the same units for all runs, so that it speaks
        of other rows, not of other seeds.

    Raises
    ------
    DataError
        If there are no rows, or fewer than two units.
    """
    numbers = unit_numbers(units)
    n_units, n_cells = int(numbers.max()) + 1, n_labels**2
    counts = [
        np.bincount(numbers * n_cells + truth * n_labels + run, minlength=n_units * n_cells).reshape(n_units, n_cells)
        for run in predicted
    ]
    totals = []
    for loss in losses.values():
        # Sums of floats depend on their order in the last bits: fix it by content within each unit.
        order = np.lexsort((loss, numbers))
        totals.append(np.bincount(numbers[order], weights=loss[order], minlength=n_units)[:, None])
    sums = np.concatenate([*counts, *totals], axis=1).astype(np.float64)
    n_counts = len(predicted) * n_cells

    def figures(resampled: FloatArray) -> dict[str, FloatArray]:
        confusion = resampled[:, :n_counts].reshape(len(resampled), len(predicted), n_labels, n_labels)
        n_rows = confusion[:, 0].sum(axis=(-2, -1))
        counted = {name: metric(confusion).mean(axis=1) for name, metric in metrics.items()}
        return counted | {name: resampled[:, n_counts + at] / n_rows for at, name in enumerate(losses)}

    # In the order of their content, so that neither the order of rows nor names decide which unit a draw hits.
    in_order = sums[np.lexsort(sums.T)]
    return bootstrap_figures(in_order, figures, resamples=resamples, seed=seed, level=level, method=method)


def _runs(aligned: Sequence[Sequence[Prediction]], labels: Sequence[str], header: PredictionHeader | None) -> Runs:
    place = {label: index for index, label in enumerate(labels)}
    predicted = np.array([[place[item.label] for item in run] for run in aligned], dtype=np.int64)
    if not aligned[0][0].scores:  # all or none have them, or the checks would have refused
        return Runs(predicted, None, header)
    scores = [[[item.scores[label] for label in labels] for item in run] for run in aligned]
    matrix = np.array(scores, dtype=np.float64)
    # Scores rounded for the file may miss 1 by 1e-3, which is no reason for a loss.
    return Runs(predicted, matrix / matrix.sum(axis=-1, keepdims=True), header)
