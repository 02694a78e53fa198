"""Raw shares of labels among all rows, by period and by group, with the estimates made of the same collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from weibo_nlp.analysis.tidy import Kind

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
        Estimates that belong to no row of `table`, as those of groups within periods, as the file has them.
    """

    table: pd.DataFrame
    period: str | None
    by: tuple[str, ...]
    is_corrected: bool
    confidence_level: float | None
    differences: pd.DataFrame
    unplaced: pd.DataFrame
