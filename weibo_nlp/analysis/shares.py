"""Raw shares of labels among all rows, by period and by group, with the estimates made of the same collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from weibo_nlp.analysis.coding import Coded
from weibo_nlp.analysis.estimates_joined import EstimatesOf, Joined
from weibo_nlp.analysis.labels import LabelledColumn
from weibo_nlp.analysis.scan import Scanned
from weibo_nlp.analysis.slices import Slicing, slicings
from weibo_nlp.analysis.targets import shown_targets
from weibo_nlp.analysis.tidy import Kind, tidy_frame

SHARE_COLUMNS: Mapping[str, Kind] = {
    "label_column": "text",
    "label": "text",
    "target": "text",
    "period": "text",
    "group_by": "text",
    "group": "text",
    "count": "int",
    "n": "int",
    "share": "float",
    "estimate": "float",
    "low": "float",
    "high": "float",
    "method": "text",
    "note": "text",
}


@dataclass(frozen=True)
class Shares:
    """Shares of labels as they were predicted, and as they were estimated where a sample was labelled by people.

    Attributes
    ----------
    table : DataFrame
        A row for each label in all rows (`period`, `group_by` and `group` None), in each period (`period`) and in each
        group (`group_by`, a column's name, and `group`, its value); columns of ``SHARE_COLUMNS``. `target` is that of a
        stance, None for all targets together and for other tasks. `count` of `n` rows with any label have it, and
        `share` is their ratio, uncorrected. `estimate`, `low`, `high` are NaN, and `method` None, where nothing was
        estimated; `note` says why an estimate has no interval.
    period : str or None
        ``day``, ``week``, ``month``, ``quarter`` or ``year``; None where no row has a time.
    by : tuple of str
        Columns of the groups.
    is_corrected : bool
        Whether there are estimates.
    confidence_level : float or None
        Of their intervals.
    differences : DataFrame
        Differences between groups or periods with their tests, as the file of estimates has them; empty without.
    unplaced : DataFrame
        EstimatesOf that belong to no row of `table`, as those of groups within periods, as the file has them.
    """

    table: pd.DataFrame
    period: str | None
    by: tuple[str, ...]
    is_corrected: bool
    confidence_level: float | None
    differences: pd.DataFrame
    unplaced: pd.DataFrame


def count_shares(scanned: Scanned, periods: Coded | None, period: str | None, estimates: EstimatesOf | None) -> Shares:
    """Count the labels of each column in all rows, each period and each group, and join what was estimated.

    Parameters
    ----------
    scanned : Scanned
        The rows.
    periods : Coded, optional
        Period of every row.
    period : str, optional
        What the periods are.
    estimates : EstimatesOf, optional
        Made of the same collection.
    """
    parted = slicings(scanned.n, periods, scanned.groups)
    counted = [row for column in scanned.label_columns for row in _counted(scanned, column, parted)]
    joined = Joined(counted, estimates, period)
    return Shares(
        tidy_frame(joined.rows(), SHARE_COLUMNS),
        period if periods is not None and periods.values else None,
        tuple(scanned.groups),
        joined.is_corrected,
        None if estimates is None else estimates.confidence_level,
        pd.DataFrame() if estimates is None else estimates.differences,
        joined.unplaced(),
    )


def _counted(scanned: Scanned, column: LabelledColumn, parted: Sequence[Slicing]) -> Iterator[tuple[Any, ...]]:
    labels = scanned.labels[column.name]
    targets, _ = shown_targets(scanned, column)
    for target in targets:
        for slicing in parted:
            counts = slicing.counts(labels.codes, len(labels.values), target.rows)
            for key, of_part in zip(slicing.keys(), counts.tolist(), strict=True):
                n = sum(of_part)
                if n:
                    for label, count in zip(labels.values, of_part, strict=True):
                        yield (column.name, label, target.text, *key, count, n, count / n)
