"""How good the data is: rows set aside, copies, concentration on few accounts, what threads lack, gaps in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from weibo_nlp.analysis.tidy import Kind

MEASURE_COLUMNS: Mapping[str, Kind] = {"measure": "text", "count": "int", "n": "int", "share": "float"}
REASON_COLUMNS: Mapping[str, Kind] = {"reason": "text", "count": "int"}
FLAG_COLUMNS: Mapping[str, Kind] = {"flag": "text", "count": "int", "n": "int", "share": "float"}
EMPTY_COLUMNS: Mapping[str, Kind] = {"label_column": "text", "count": "int", "n": "int", "share": "float"}
CONCENTRATION_COLUMNS: Mapping[str, Kind] = {
    "by": "text",
    "n_rows": "int",
    "n_units": "int",
    "n_missing": "int",
    "largest": "int",
    "share_of_largest": "float",
    "share_of_top_ten": "float",
    "share_of_top_percent": "float",
    "effective_units": "float",
}
GAP_COLUMNS: Mapping[str, Kind] = {"after": "text", "before": "text", "days": "int"}


@dataclass(frozen=True)
class Completeness:
    """Comments that the platform states of the posts in the collection, and those that are there.

    Attributes
    ----------
    posts, incomplete : int
        Posts of which a number is stated and below which comments may stand, and those among them with fewer.
    stated, seen : int
        Comments stated of these posts; comments of them that are in the collection.
    """

    posts: int
    incomplete: int
    stated: int
    seen: int


@dataclass(frozen=True)
class Quality:
    """What a reader of the shares has to know about the rows.

    Attributes
    ----------
    measures : DataFrame
        Columns of ``MEASURE_COLUMNS``; `measure` is one of ``rows``, ``unreadable`` (rows that no program can read),
        ``set_aside`` (rows that were not labelled), ``without_text``, ``out_of_domain``, ``exact_copies`` (rows whose
        text an earlier row has to the letter), ``copies_but_for_marks`` (rows whose letters and digits an earlier row
        has, links, names, emoticons, signs and spaces aside), ``near_copies`` (of the rows drawn for it, `n`, those
        that share seven tenths of their character 3-grams with another one drawn), ``without_time``. One that the
        collection cannot tell has no row.
    set_aside : DataFrame
        Reasons for which rows were set aside when they were labelled, the most frequent first.
    flags : DataFrame
        Flags of documents, such as ``truncated`` and ``removed``.
    empty : DataFrame
        For each column of labels, rows without a label.
    concentration : DataFrame
        Rows per account (``author``) and per thread (``thread``): how many units there are, the rows of the largest,
        the shares of rows that the largest, the ten and the hundredth part with most rows have, and the number of
        equally large units that would be as concentrated (inverse Simpson index).
    completeness : Completeness or None
        None where the collection does not tell.
    first_day, last_day : str or None
        Of the rows with a time.
    gaps : DataFrame
        Stretches of days without any row, the longest first: `days` lie between the days `after` and `before`.
    near_copies_read : int
        Rows drawn at random among which near copies were looked for.
    """

    measures: pd.DataFrame
    set_aside: pd.DataFrame
    flags: pd.DataFrame
    empty: pd.DataFrame
    concentration: pd.DataFrame
    completeness: Completeness | None
    first_day: str | None
    last_day: str | None
    gaps: pd.DataFrame
    near_copies_read: int
