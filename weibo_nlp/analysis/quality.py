"""How good the data is: rows set aside, copies, concentration on few accounts, what threads lack, gaps in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from weibo_nlp.analysis.coding import MISSING, Coded, Hashes, places_of_hashes
from weibo_nlp.analysis.lists import names_in
from weibo_nlp.analysis.periods import span_of_days
from weibo_nlp.analysis.scan import Scanned
from weibo_nlp.analysis.set_aside import set_aside_reasons
from weibo_nlp.analysis.tidy import Kind, tidy_frame
from weibo_nlp.io.collection import Collection
from weibo_nlp.profiling.duplicates import near_duplicates

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
        Stretches of a week and more without any row, the longest twenty, the longest first: `days` lie between the
        days `after` and `before`.
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


NEAR_COPIES_READ = 10_000
"""Rows drawn for near copies: those of all rows would take hours, and the share among fewer is a lower bound of it."""
NEAR_COPIES_REACH = 1000
"""Characters that are compared of each: posts are shorter, and hostile texts are not."""
LEAST_GAP = 7
MOST_GAPS = 20
COMMENT = "comment"


def judge(collection: Collection, scanned: Scanned) -> Quality:
    """Say how good the rows of a collection are."""
    reasons = set_aside_reasons(collection)
    near = _near_copies(scanned)
    span = span_of_days(scanned)
    first, last = (None, None) if span is None else (date.fromordinal(day).isoformat() for day in span)
    return Quality(
        tidy_frame(_measures(collection, scanned, reasons, near), MEASURE_COLUMNS),
        tidy_frame(sorted(reasons.items(), key=lambda item: (-item[1], item[0])), REASON_COLUMNS),
        tidy_frame([] if scanned.flags is None else _flags(scanned, scanned.flags), FLAG_COLUMNS),
        tidy_frame(_empty(scanned), EMPTY_COLUMNS),
        tidy_frame(_concentrations(scanned), CONCENTRATION_COLUMNS),
        _completeness(scanned),
        first,
        last,
        tidy_frame(_gaps(scanned), GAP_COLUMNS),
        0 if near is None else near[1],
    )


def _measures(
    collection: Collection, scanned: Scanned, reasons: Mapping[str, int], near: tuple[int, int] | None
) -> Iterator[tuple[Any, ...]]:
    n, texts, unlike = scanned.n, scanned.texts, scanned.out_of_domain
    # A row that cannot be read has nothing in any column; where there is none, nobody needs to look for it.
    n_unreadable = collection.n_unreadable if scanned.n_empty_rows else 0
    yield _measure("rows", n, n)
    yield _measure("unreadable", n_unreadable, n)
    n_aside = sum(reasons.values())
    yield _measure("set_aside", n_aside, n + n_aside)
    if texts is not None:
        yield _measure("without_text", n - texts.n_texts, n)
    if unlike is not None:
        yield _measure("out_of_domain", int(np.count_nonzero(unlike == 1)), int(np.count_nonzero(unlike >= 0)))
    if texts is not None:
        for name, hashes in (("exact_copies", texts.exact), ("copies_but_for_marks", texts.letters)):
            kept = hashes[hashes != 0]
            yield _measure(name, len(kept) - len(np.unique(kept)), len(kept))
    if near is not None:
        yield _measure("near_copies", *near)
    if scanned.days is not None:
        yield _measure("without_time", n - int(np.count_nonzero(scanned.has_day)), n)


def _measure(name: str, count: int, n: int) -> tuple[str, int, int, float | None]:
    return name, count, n, count / n if n else None


def _near_copies(scanned: Scanned) -> tuple[int, int] | None:
    """Rows drawn that are near copies of another one drawn, and how many were drawn."""
    if scanned.texts is None:
        return None
    texts = [text[:NEAR_COPIES_REACH] for _, text in scanned.texts.sample[:NEAR_COPIES_READ]]
    pairs = near_duplicates(texts)
    return len({place for first, second, _ in pairs for place in (first, second)}), len(texts)


def _flags(scanned: Scanned, cells: Coded) -> Iterator[tuple[str, int, int, float]]:
    totals: dict[str, int] = {}
    for cell, count in zip(cells.values, cells.counts().tolist(), strict=True):
        for flag in names_in(cell):
            totals[flag] = totals.get(flag, 0) + count
    for flag, count in sorted(totals.items(), key=lambda item: (-item[1], item[0])):
        yield flag, count, scanned.n, count / scanned.n


def _empty(scanned: Scanned) -> Iterator[tuple[str, int, int, float]]:
    for column in scanned.label_columns:
        count = int(np.count_nonzero(scanned.labels[column.name].codes == MISSING))
        yield column.name, count, scanned.n, count / scanned.n if scanned.n else 0.0


def _concentrations(scanned: Scanned) -> Iterator[tuple[Any, ...]]:
    for name, hashes in (("author", scanned.authors), ("thread", scanned.threads)):
        if hashes is not None and hashes.any():
            yield (name, *_concentration(hashes))


def _concentration(hashes: Hashes) -> tuple[Any, ...]:
    sizes = np.sort(np.unique(hashes[hashes != 0], return_counts=True)[1])[::-1]
    n = int(sizes.sum())
    top = ceil(len(sizes) / 100)
    shares = (sizes[0] / n, sizes[:10].sum() / n, sizes[:top].sum() / n)
    effective = 1 / float(((sizes / n) ** 2).sum())
    return n, len(sizes), len(hashes) - n, int(sizes[0]), *map(float, shares), effective


def _completeness(scanned: Scanned) -> Completeness | None:
    """Compare the comments that posts state with those of their threads, where some of them are there."""
    if scanned.kinds is None or scanned.comments is None or scanned.ids is None or scanned.threads is None:
        return None
    if COMMENT not in scanned.kinds.values:
        return None
    is_comment = scanned.kinds.codes == scanned.kinds.values.index(COMMENT)
    posts = places_of_hashes(scanned.threads[is_comment], scanned.ids)
    posts = posts[posts >= 0]
    below: npt.NDArray[np.int64] = np.bincount(posts, minlength=scanned.n)
    counted = np.flatnonzero((below > 0) & ~is_comment & (scanned.comments >= 0))
    stated, seen = scanned.comments[counted], below[counted]
    return Completeness(len(counted), int(np.count_nonzero(seen < stated)), int(stated.sum()), int(seen.sum()))


def _gaps(scanned: Scanned) -> list[tuple[str, str, int]]:
    if scanned.days is None:
        return []
    days = np.unique(scanned.days[scanned.has_day])
    empty = np.diff(days) - 1
    longest = [int(at) for at in np.argsort(-empty, kind="stable")[:MOST_GAPS] if empty[at] >= LEAST_GAP]
    iso = [date.fromordinal(int(day)).isoformat() for day in days] if longest else []
    return [(iso[at], iso[at + 1], int(empty[at])) for at in longest]
