"""Metrics of single-label classification, as functions of confusion counts or as means over rows.

Everything that depends on counts alone takes an array of shape (..., n_labels, n_labels), so that thousands of
resampled confusion matrices are scored in one call. Rows of a confusion matrix are gold, columns predicted labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import UsageError
from weibo_nlp.stats.arguments import column, in_label_order, numbers

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CountMetric = Callable[[npt.NDArray[Any]], FloatArray]
"""Confusion counts, shape (..., n_labels, n_labels) -> one figure each, shape (...)."""

# A probability of 0 for what turned out true costs 36 nats, not infinity; scikit-learn clips at the same place.
SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)
CALIBRATION_BINS = 15


def confusion_matrix(gold: npt.ArrayLike, predicted: npt.ArrayLike, n_labels: int) -> IntArray:
    """Count how often each gold label was predicted as each label.

    Parameters
    ----------
    gold, predicted : array-like of int, shape (n_rows,)
        Label indices in [0, n_labels).
    n_labels : int
        Number of labels of the scheme, whether or not they occur.

    Returns
    -------
    ndarray of int64, shape (n_labels, n_labels)
        Rows gold, columns predicted.

    Raises
    ------
    UsageError
        If the arrays differ in length or hold anything but label indices.
    """
    rows, columns = label_indices(gold, n_labels, "gold"), label_indices(predicted, n_labels, "predicted")
    if rows.shape != columns.shape:
        raise UsageError(f"gold has {rows.size} rows, predicted has {columns.size}; give one of each per row.")
    return np.bincount(rows * n_labels + columns, minlength=n_labels**2).astype(np.int64).reshape(n_labels, n_labels)


def figures_of(metric: CountMetric, confusion: npt.NDArray[Any]) -> FloatArray:
    """Apply a metric, which may be anybody's, to confusion counts, shape (..., n_labels, n_labels).

    Raises
    ------
    UsageError
        If it gives anything but one real number for each matrix, shape (...).
    """
    figures = np.asarray(metric(confusion))
    if figures.shape != (expected := confusion.shape[:-2]) or figures.dtype.kind not in "fiub":
        raise UsageError(
            f"the metric gave {figures.dtype} of shape {figures.shape} for {expected} confusion matrices; give one "
            "that makes one number of each, such as macro_f1."
        )
    return figures.astype(np.float64)


def accuracy(confusion: npt.NDArray[Any]) -> FloatArray:
    """Share of rows whose label is right, in [0, 1]; 0 where there are no rows."""
    return _share(np.trace(confusion, axis1=-2, axis2=-1), confusion.sum(axis=(-2, -1)))


def precision(confusion: npt.NDArray[Any]) -> FloatArray:
    """Share of right ones among the rows predicted as each label, shape (..., n_labels); 0 where none was."""
    return _share(_hits(confusion), confusion.sum(axis=-2))


def recall(confusion: npt.NDArray[Any]) -> FloatArray:
    """Share of found ones among the rows of each gold label, shape (..., n_labels); 0 where there is none."""
    return _share(_hits(confusion), confusion.sum(axis=-1))


def f1(confusion: npt.NDArray[Any]) -> FloatArray:
    """Harmonic mean of precision and recall, shape (..., n_labels); 0 for a label that does not occur at all."""
    return _share(2 * _hits(confusion), confusion.sum(axis=-1) + confusion.sum(axis=-2))


def macro_f1(confusion: npt.NDArray[Any]) -> FloatArray:
    """Unweighted mean of the F1 of all labels of the scheme.

    Notes
    -----
    A label that is absent from gold and predictions counts as F1 = 0 and stays in the mean, as in
    ``sklearn.metrics.f1_score(..., labels=scheme, average="macro", zero_division=0)``. Leaving it out would make
    figures over different subsets (slices, bootstrap resamples) means over different labels.
    """
    return _mean(f1(confusion))


def favg(confusion: npt.NDArray[Any], favor: int, against: int) -> FloatArray:
    """Mean of the F1 of favor and of against; `none` counts only through its confusions with them.

    Parameters
    ----------
    confusion : ndarray, shape (..., n_labels, n_labels)
        Rows gold, columns predicted.
    favor, against : int
        Index of these two labels.

    Notes
    -----
    The official metric of NLPCC-2016 task 4 (Xu et al., 2016) and SemEval-2016 task 6 (Mohammad et al., 2016).
    """
    return _mean(f1(confusion)[..., [favor, against]])


def cohen_kappa(confusion: npt.NDArray[Any]) -> FloatArray:
    """Agreement beyond what chance makes of the shares of the labels, at most 1; 0 where chance alone would agree.

    Notes
    -----
    Cohen (1960).
    """
    n = confusion.sum(axis=(-2, -1))
    by_chance = _share((confusion.sum(axis=-1) * confusion.sum(axis=-2)).sum(axis=-1), np.square(n))
    return _share(accuracy(confusion) - by_chance, 1 - by_chance)


def count_metrics(labels: Sequence[str]) -> dict[str, CountMetric]:
    """Return the metrics of a task by name: macro_f1, accuracy, and favg if it has labels favor and against."""
    labels = column(labels, "labels")
    metrics: dict[str, CountMetric] = {"macro_f1": macro_f1, "accuracy": accuracy}
    if "favor" in labels and "against" in labels:
        metrics["favg"] = partial(favg, favor=labels.index("favor"), against=labels.index("against"))
    return metrics


def log_loss_rows(gold: npt.ArrayLike, probabilities: npt.ArrayLike) -> FloatArray:
    """Surprise at each gold label in nats, shape (n_rows,); the mean is the log loss.

    Parameters
    ----------
    gold : array-like of int, shape (n_rows,)
        Label indices.
    probabilities : array-like of float, shape (n_rows, n_labels)
        Each row a distribution; clipped from below at 2.2e-16. Column i is of label index i: columns of a DataFrame
        that are named by indices are put into their order, any others stay where they are.

    Raises
    ------
    UsageError
        If the shapes do not fit, a row is no distribution, or columns are named by other indices.
    """
    labels, matrix = _distributions(gold, probabilities)
    surprise: FloatArray = -np.log(np.clip(matrix[np.arange(labels.size), labels], SMALLEST_PROBABILITY, 1.0))
    return surprise


def brier_rows(gold: npt.ArrayLike, probabilities: npt.ArrayLike) -> FloatArray:
    """Squared distance of each distribution to the gold label, in [0, 2], shape (n_rows,); the mean is the Brier score.

    Parameters and errors as in `log_loss_rows`.

    Notes
    -----
    The sum over all labels of Brier (1950), not the half of it that two-label software reports.
    """
    labels, matrix = _distributions(gold, probabilities)
    squares: FloatArray = np.square(matrix - np.eye(matrix.shape[1])[labels]).sum(axis=1)
    return squares


def expected_calibration_error(
    gold: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int = CALIBRATION_BINS
) -> float:
    """Mean distance between confidence and accuracy over equal-width bins of the top label's probability.

    Parameters
    ----------
    gold : array-like of int, shape (n_rows,)
        Label indices.
    probabilities : array-like of float, shape (n_rows, n_labels)
        Each row a distribution, with columns as in `log_loss_rows`. The top label is its largest entry, the first of
        equals, whatever label the model finally gave.
    bins : int
        Number of bins; each holds its upper edge.

    Returns
    -------
    float
        In [0, 1]; 0 for no rows.

    Raises
    ------
    UsageError
        If the shapes do not fit or a row is no distribution.

    Notes
    -----
    Guo et al. (2017). The estimate is biased upwards: bins of few rows differ from their confidence by chance alone.
    """
    confidence, right, at = confidence_bins(gold, probabilities, bins)
    if confidence.size == 0:
        return 0.0
    gap = right - confidence
    # Sums of floats depend on their order in the last bits; sorted, they do not depend on the order of the rows.
    order = np.argsort(gap)
    return float(np.abs(np.bincount(at[order], weights=gap[order], minlength=bins)).sum() / confidence.size)


def confidence_bins(
    gold: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int
) -> tuple[FloatArray, npt.NDArray[np.bool_], IntArray]:
    """Probability of each row's top label, whether that label is right, and the bin the probability falls into.

    Parameters
    ----------
    gold, probabilities, bins
        As in `expected_calibration_error`.

    Returns
    -------
    tuple of ndarray, shape (n_rows,) each
        Confidence, right or not, and bin from 0; bin ``i`` is (i / bins, (i + 1) / bins].

    Raises
    ------
    UsageError
        If the shapes do not fit, a row is no distribution, or there is no bin.
    """
    if bins < 1:
        raise UsageError(f"bins must be at least 1, better {CALIBRATION_BINS}; got {bins}.")
    labels, matrix = _distributions(gold, probabilities)
    # The maximum over no labels does not exist, and no rows have no labels to speak of.
    confidence = matrix.max(axis=1) if labels.size else np.zeros(0)
    right = matrix.argmax(axis=1) == labels if labels.size else np.zeros(0, dtype=np.bool_)
    return confidence, right, np.searchsorted(np.arange(1, bins) / bins, confidence, side="left").astype(np.int64)


def label_indices(values: npt.ArrayLike, n_labels: int, what: str) -> IntArray:
    """Return `values` as label indices, or raise UsageError saying which row of `what` is none."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise UsageError(f"{what} must be one-dimensional label indices ({error}).") from None
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise UsageError(f"{what} must be one-dimensional label indices, got {array.dtype} of shape {array.shape}.")
    if (outside := np.flatnonzero((array < 0) | (array >= n_labels))).size:
        row = int(outside[0])
        raise UsageError(f"{what}[{row}] is {array[row]}, not a label index from 0 to {n_labels - 1}.")
    return array.astype(np.int64)


def distributions(
    values: npt.ArrayLike, what: str, tolerance: float = 1e-6, labels: Sequence[Any] | None = None
) -> FloatArray:
    """Return `values` as a matrix whose rows are distributions, or raise UsageError saying which row of `what` is none.

    Parameters
    ----------
    values : array-like of float, shape (n_rows, n_labels)
        Each row at least 0 and, but for `tolerance`, with sum 1.
    what : str
        What errors call it.
    tolerance : float
        By how much a sum may miss 1.
    labels : sequence, optional
        Order of the columns where `values` names them; without it, that of the label indices.
    """
    matrix = numbers(in_label_order(values, labels, what), what)
    if matrix.ndim != 2:
        raise UsageError(f"{what} must have the shape (n_rows, n_labels), got {matrix.shape}.")
    # NaN compares false, so the condition is put the way that catches it.
    fine = (matrix >= 0).all(axis=1) & (np.abs(matrix.sum(axis=1) - 1.0) <= tolerance)
    if not fine.all():
        row = int(np.flatnonzero(~fine)[0])
        raise UsageError(f"{what}[{row}] = {matrix[row].tolist()} is no distribution; normalise it to sum 1.")
    return matrix


def _distributions(gold: npt.ArrayLike, probabilities: npt.ArrayLike) -> tuple[IntArray, FloatArray]:
    matrix = distributions(probabilities, "probabilities")
    labels = label_indices(gold, matrix.shape[1], "gold")
    if labels.size != matrix.shape[0]:
        raise UsageError(
            f"gold has {labels.size} rows, probabilities have {matrix.shape[0]}; give one of each per row."
        )
    return labels, matrix


def _hits(confusion: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.diagonal(confusion, axis1=-2, axis2=-1)


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> FloatArray:
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    share: FloatArray = np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)
    return share


def _mean(per_label: FloatArray) -> FloatArray:
    mean: FloatArray = per_label.mean(axis=-1)
    return mean
