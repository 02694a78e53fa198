"""Units that rows belong to (threads, events): numbered, and summed up, since the rows of one resemble each other."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.stats.arguments import ids, numbers
from weibo_nlp.stats.metrics import FloatArray, IntArray, label_indices


@dataclass(frozen=True, slots=True)
class UnitSums:
    """All that the bootstrap needs of the rows: per unit, confusion counts of each run and sums of losses.

    Units stand in an order that depends on their content alone, so that neither the order of rows nor the names of
    groups has a say in which unit a random draw hits.

    Attributes
    ----------
    sums : ndarray of float, shape (n_units, n_runs * n_labels² + n_losses)
        Confusion counts run by run and row by row (gold by predicted), then the losses in the order of `losses`.
    n_labels : int
        Side of the confusion matrix.
    losses : tuple of str
        Names of the metrics that are means over rows.
    n_runs : int
        Runs of one system, a run each training seed; a figure is their mean.
    """

    sums: FloatArray
    n_labels: int
    losses: tuple[str, ...] = ()
    n_runs: int = 1

    @classmethod
    def from_rows(
        cls,
        gold: npt.ArrayLike,
        predicted: npt.ArrayLike,
        groups: Sequence[Hashable] | npt.NDArray[Any],
        n_labels: int,
        losses: Mapping[str, npt.ArrayLike] | None = None,
    ) -> UnitSums:
        """Add up rows by group.

        Parameters
        ----------
        gold : array-like of int, shape (n_rows,)
            Label indices in [0, n_labels).
        predicted : array-like of int, shape (n_rows,) or (n_runs, n_rows)
            Label indices; several rows of the array are one system trained with several seeds.
        groups : sequence, length n_rows
            The unit each row belongs to.
        n_labels : int
            Number of labels of the scheme.
        losses : mapping of str to array-like of float, shape (n_rows,), optional
            Figures per row, their mean over runs taken, whose mean over rows is the metric of that name.

        Raises
        ------
        UsageError
            If lengths differ, or labels are not label indices.
        DataError
            If there are no rows, or fewer than two units.
        """
        units = unit_numbers(groups)
        counts = confusion_sums(gold, predicted, units, n_labels, "predicted")
        values = {name: numbers(loss, name) for name, loss in (losses or {}).items()}
        lengths = {"groups": units.size} | {name: loss.size for name, loss in values.items()}
        if len(set(lengths.values())) > 1:
            sizes = ", ".join(f"{name} {size}" for name, size in lengths.items())
            raise UsageError(f"rows differ in number: {sizes}; give one of each per row.")
        totals = []
        for loss in values.values():
            # Sums of floats depend on their order in the last bits: fix it by content within each unit.
            order = np.lexsort((loss, units))
            totals.append(np.bincount(units[order], weights=loss[order], minlength=len(counts))[:, None])
        sums = np.concatenate([counts.reshape(len(counts), -1), *totals], axis=1)
        return cls(in_order_of_content(sums), n_labels, tuple(values), counts.shape[1])

    @property
    def n_units(self) -> int:
        """Number of units, each drawn with the same probability."""
        return len(self.sums)


def unit_numbers(groups: Sequence[Hashable] | npt.NDArray[Any]) -> IntArray:
    """Number the units of the rows from 0, in the order in which they come up.

    Raises
    ------
    DataError
        If there are no rows, fewer than two units, or a missing id.
    """
    names, units = numbered_ids(groups, "groups")
    if not units.size:
        raise DataError("there are no rows to score; check the split and the task that were loaded.")
    if len(names) < 2:
        raise DataError(
            f"all {units.size} rows belong to one group ({names[0]!r}), so nothing is known of the spread between "
            "groups; give at least 2 (better 100) independent groups."
        )
    return units


def numbered_ids(groups: object, what: str) -> tuple[list[Hashable], IntArray]:
    """Return different ids in the order in which they come up, and the number of each one given.

    Raises
    ------
    UsageError, DataError
        If `groups`, which errors call `what`, is no column of ids, see `arguments.ids`.
    """
    numbers_of: dict[Hashable, int] = {}
    entries = ids(groups, what)
    places = np.fromiter((numbers_of.setdefault(entry, len(numbers_of)) for entry in entries), np.int64, len(entries))
    return list(numbers_of), places


def confusion_sums(
    gold: npt.ArrayLike, predicted: npt.ArrayLike, units: IntArray, n_labels: int, what: str
) -> FloatArray:
    """Count confusions of each unit and run, shape (n_units, n_runs, n_labels²).

    Parameters
    ----------
    gold : array-like of int, shape (n_rows,)
        Label indices.
    predicted : array-like of int, shape (n_rows,) or (n_runs, n_rows)
        Label indices.
    units : ndarray of int, shape (n_rows,)
        Number of each row's unit, see `unit_numbers`.
    n_labels : int
        Number of labels of the scheme.
    what : str
        What errors call `predicted`.

    Raises
    ------
    UsageError
        If shapes do not fit, or labels are not label indices.
    """
    rows, runs = label_indices(gold, n_labels, "gold"), np.asarray(predicted)
    runs = runs[None] if runs.ndim == 1 else runs
    if runs.ndim != 2 or not len(runs) or runs.shape[1] != rows.size or rows.size != units.size:
        raise UsageError(
            f"gold has {rows.size} rows, groups {units.size}, {what} the shape {np.shape(predicted)}; give {what} as "
            "(n_rows,) or (n_seeds, n_rows), over the same rows."
        )
    n_cells, n_units = n_labels**2, int(units.max()) + 1
    sums = np.empty((n_units, len(runs), n_cells))
    for at, run in enumerate(runs):
        name = what if len(runs) == 1 else f"{what}, run {at},"
        cells = units * n_cells + rows * n_labels + label_indices(run, n_labels, name)
        sums[:, at] = np.bincount(cells, minlength=n_units * n_cells).reshape(n_units, n_cells)
    return sums


def in_order_of_content(sums: FloatArray) -> FloatArray:
    """Sort units by what they hold, so that neither their names nor the order of rows decide which one a draw hits."""
    return sums[np.lexsort(sums.reshape(len(sums), -1).T)]
