"""Agreement between annotators: Krippendorff's alpha for nominal labels, with an interval over threads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from weibo_nlp.errors import DataError
from weibo_nlp.stats.arguments import require_whole
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig, bootstrap_estimates, in_order_of_content, numbered_ids
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import FloatArray, IntArray

_NO_PAIR = "no unit was judged by two annotators; agreement needs at least one."
_MOST_LABELS = 1_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one task.

    ``alpha`` is 1 at perfect agreement and 0 at chance, bounded by resampling whole threads; NaN without bounds where
    one label was used throughout. ``pairwise`` is the share of pairs of judgements that agree, uncorrected for chance;
    ``non_unanimous`` the share of units, judged at least twice, on which some annotator differs.
    """

    task: str
    alpha: Estimate
    pairwise: float
    non_unanimous: float
    n_units: int
    n_threads: int

    def to_dict(self) -> dict[str, Any]:
        """Return the row that tables and JSON files hold; JSON has no NaN, so alpha may be null."""
        alpha = None if math.isnan(self.alpha.value) else self.alpha.value
        bounds = {"alpha": alpha, "low": self.alpha.low, "high": self.alpha.high}
        return {"task": self.task, **bounds} | {
            name: getattr(self, name) for name in ("pairwise", "non_unanimous", "n_units", "n_threads")
        }


def krippendorff_alpha(codes: IntArray, n_labels: int | None = None) -> float:
    """Krippendorff's alpha for nominal data with any number of annotators and missing values.

    Parameters
    ----------
    codes : array-like of int, shape (n_units, n_annotators)
        Label index; -1 where an annotator did not judge the unit.
    n_labels : int, optional
        Number of labels; by default the largest index found plus one.

    Returns
    -------
    float
        1 - observed / expected disagreement; ``nan`` where only one label was ever used, since chance
        then explains everything and nothing can be said.

    Raises
    ------
    DataError
        If no unit was judged by two annotators, `codes` is no such matrix, or an index lies beyond `n_labels`.

    Notes
    -----
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, by the coincidence matrix.
    """
    codes = _checked(codes, n_labels)
    # Labels that nobody gave have no part in alpha, so that those given can be numbered anew from 0.
    used, numbers = np.unique(codes, return_inverse=True)
    first = int(np.searchsorted(used, 0))
    numbers = np.maximum(numbers.reshape(codes.shape) - first, -1)
    return float(_alpha_of(_unit_coincidences(numbers[_judged_twice(numbers)], used.size - first).sum(axis=0)))


def measure(
    task: str, codes: IntArray, groups: Sequence[str], n_labels: int, bootstrap: BootstrapConfig = DEFAULT
) -> Agreement:
    """Alpha of one task, bootstrapped over whole threads, since documents of a thread are not independent.

    Parameters
    ----------
    task : str
        What the units were judged on.
    codes : ndarray of int, shape (n_units, n_annotators)
        As for :func:`krippendorff_alpha`.
    groups : sequence of str, length n_units
        Thread of each unit.
    n_labels : int
        Number of labels of the task.
    bootstrap : BootstrapConfig
        How the interval is made.

    Raises
    ------
    DataError
        If no unit was judged by two annotators, or lengths or indices do not fit.

    Notes
    -----
    A resample in which only one label is left has no alpha and is left out: the interval speaks of samples in which
    the question can be asked. Where that hangs on a single thread (all others use one label, or there is no other),
    nothing is known of the spread between threads, and alpha has no bounds.
    """
    codes, (_, threads) = _checked(codes, n_labels), numbered_ids(groups, "groups")
    if len(threads) != len(codes):
        raise DataError(f"{len(threads)} groups for {len(codes)} units; one thread id a unit is needed.")
    kept = _judged_twice(codes)
    codes = codes[kept]
    if not len(codes):
        raise DataError(_NO_PAIR)
    _, index = np.unique(threads[kept], return_inverse=True)
    per_unit = _unit_coincidences(codes, n_labels)
    per_thread = np.zeros((index.max() + 1, n_labels, n_labels))
    np.add.at(per_thread, index, per_unit)
    total = per_thread.sum(axis=0)
    # In an order of content, so that the threads' names have no say in which one a draw hits.
    sums = in_order_of_content(per_thread.reshape(len(per_thread), -1))
    value = float(_alpha_of(total))
    alpha = Estimate(value, n_units=len(sums), confidence_level=bootstrap.confidence_level)
    if not np.isnan(_alphas(sums.sum(axis=0) - sums)["alpha"]).any():
        # The value to its last digit, which hangs on the order in which sums are added.
        alpha = replace(bootstrap_estimates(sums, _alphas, bootstrap)["alpha"], value=value)
    lowest = np.where(codes >= 0, codes, n_labels).min(axis=1)
    return Agreement(
        task=task,
        alpha=alpha,
        pairwise=float(np.trace(total) / total.sum()),
        non_unanimous=float((lowest != codes.max(axis=1)).mean()),
        n_units=len(codes),
        n_threads=len(sums),
    )


def code_matrix(labels: Sequence[Mapping[str, str]], annotators: Sequence[str], order: Sequence[str]) -> IntArray:
    """Arrange labels as the matrix that the functions above take.

    Parameters
    ----------
    labels : sequence of mapping, length n_units
        Annotator -> label, for each unit.
    annotators : sequence of str
        Columns.
    order : sequence of str
        The task's labels.

    Returns
    -------
    ndarray of int, shape (n_units, n_annotators)
        Label index; -1 where missing.
    """
    place = {label: index for index, label in enumerate(order)}
    rows = [[place[unit[name]] if name in unit else -1 for name in annotators] for unit in labels]
    return np.asarray(rows, dtype=np.int64).reshape(len(labels), len(annotators))


def _checked(codes: npt.ArrayLike, n_labels: int | None) -> IntArray:
    """Return codes as a matrix of label indices and -1, or raise DataError saying what they are instead."""
    if n_labels is not None:
        n_labels = require_whole(n_labels, "n_labels", 1, _MOST_LABELS, "the number of labels of the task")
    try:
        matrix = np.asarray(codes)
    except ValueError as error:
        raise DataError(f"codes must be a matrix, a row a unit ({error}); give -1 for what was not judged.") from None
    if matrix.ndim != 2 or (matrix.size and not np.issubdtype(matrix.dtype, np.integer)):
        raise DataError(
            f"codes must be label indices of the shape (n_units, n_annotators), got {matrix.dtype} of shape "
            f"{matrix.shape}; give whole numbers, and -1 for what was not judged."
        )
    lowest, highest = int(matrix.min(initial=0)), int(matrix.max(initial=-1))
    if lowest < -1:
        raise DataError(f"label index {lowest}; indices run from 0, and -1 is what was not judged.")
    if n_labels is not None and highest >= n_labels:
        raise DataError(f"label index {highest} with {n_labels} labels; indices run from 0 to {n_labels - 1}.")
    return matrix.astype(np.int64)


def _judged_twice(codes: IntArray) -> NDArray[np.bool_]:
    return np.asarray((codes >= 0).sum(axis=1) >= 2)


def _unit_coincidences(codes: IntArray, n_labels: int) -> FloatArray:
    """Coincidence matrix of every unit, shape (n_units, n_labels, n_labels); each sums to its number of judgements."""
    if not len(codes):
        raise DataError(_NO_PAIR)
    counts = np.stack([(codes == label).sum(axis=1) for label in range(n_labels)], axis=1).astype(float)
    judgements = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(n_labels)
    pairs[:, diagonal, diagonal] -= counts
    result: FloatArray = pairs / (judgements - 1)[:, None, None]
    return result


def _alpha_of(coincidences: FloatArray) -> FloatArray:
    """Alpha of one matrix or of a stack of them, shape (..., n_labels, n_labels)."""
    totals = coincidences.sum(axis=-1)
    n = totals.sum(axis=-1)
    observed = n - np.trace(coincidences, axis1=-2, axis2=-1)
    expected = (n * n - (totals * totals).sum(axis=-1)) / np.maximum(n - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: FloatArray = np.asarray(np.where(expected > 0, 1 - observed / expected, np.nan))
    return result


def _alphas(totals: FloatArray) -> dict[str, FloatArray]:
    """Alpha of flattened matrices, shape (n_rows, n_labels²), as the bootstrap asks for it."""
    n_labels = math.isqrt(totals.shape[1])
    return {"alpha": _alpha_of(totals.reshape(len(totals), n_labels, n_labels))}
