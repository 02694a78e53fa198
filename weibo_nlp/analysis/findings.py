"""All that a page on a labelled collection shows, computed in one pass over its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.analysis.crossing import StanceFindings, find_stances
from weibo_nlp.analysis.estimates_joined import EstimatesOf, estimates_of
from weibo_nlp.analysis.examples import Examples, draw_examples
from weibo_nlp.analysis.groups import PERIODS, Period, require_time_column
from weibo_nlp.analysis.keywords import Keywords, find_keywords
from weibo_nlp.analysis.labelled_by import read_labelled_by
from weibo_nlp.analysis.labels import LabelledColumn, find_labelled_columns
from weibo_nlp.analysis.periods import period_for, periods_of, span_of_days
from weibo_nlp.analysis.phrases import Phrases, count_phrases
from weibo_nlp.analysis.quality import Quality, judge
from weibo_nlp.analysis.roles import find_roles
from weibo_nlp.analysis.scan import scan
from weibo_nlp.analysis.shares import Shares, count_shares
from weibo_nlp.analysis.text_scan import TextScan
from weibo_nlp.errors import UsageError
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.names import quoted
from weibo_nlp.io.rows import listed
from weibo_nlp.segmentation import create_segmenter
from weibo_nlp.stats.arguments import require_whole

KEYWORD_ROWS = 200_000
"""Rows, drawn at random, whose words are read; a share of them is as good as one of millions."""
MOST_KEYWORD_ROWS = 2_000_000
_MOST_SHOWN = 1000


@dataclass(frozen=True)
class Findings:
    """What was found in a labelled collection; :func:`find` makes it.

    Attributes
    ----------
    name, sha256 : str
        Of the collection.
    n : int
        Its rows.
    label_columns : tuple of LabelledColumn
        Columns of labels, each with its labels in the order in which they are shown.
    passed_over : tuple of str
        Columns beside which scores stand and which have too many values for labels, and columns called as those of
        documents (``frames``, ``flags``, ``kind``) which have too many for these.
    text_column, time_column, id_column : str or None
        Columns that were read as such.
    labelled_by : mapping
        What the summary beside the collection says of the weights: ``weights``, ``mode``, ``models``, ``version``;
        empty where there is none.
    estimated_by : mapping
        What the file of estimates says of its ``sample`` and of itself, without its rows; empty where none is given.
    shares, stance, keywords, phrases, examples, quality
        See their types.
    """

    name: str
    sha256: str
    n: int
    label_columns: tuple[LabelledColumn, ...]
    passed_over: tuple[str, ...]
    text_column: str | None
    time_column: str | None
    id_column: str | None
    labelled_by: Mapping[str, Any]
    estimated_by: Mapping[str, Any]
    shares: Shares
    stance: StanceFindings
    keywords: Keywords
    phrases: Phrases
    examples: Examples
    quality: Quality


def find(
    collection: Collection,
    *,
    estimates: Mapping[str, Any] | Path | str | None = None,
    by: Sequence[str] = (),
    time_column: str | None = None,
    phrases: Sequence[str] = (),
    text_column: str | None = None,
    label_columns: Sequence[str] = (),
    most_examples: int = 3,
    most_keywords: int = 30,
    keyword_rows: int = KEYWORD_ROWS,
    with_texts: bool = True,
    seed: int = 0,
) -> Findings:
    """Compute what a page on a labelled collection shows.

    Parameters
    ----------
    collection : Collection
        Labelled rows, as ``weibo-nlp label`` writes them, or with labels of one's own.
    estimates : mapping, Path or str, optional
        What ``weibo-nlp estimate`` wrote of the same collection.
    by : sequence of str
        Columns of groups; of ``day``, ``week``, ``month``, ``quarter`` and ``year`` one, which is then the period of
        shares over time. By default the period follows from the span of time.
    time_column, text_column : str, optional
        Columns of the time and of the text; guessed unless named.
    phrases : sequence of str
        Phrases to track.
    label_columns : sequence of str, optional
        Columns of labels; by default those that ``weibo-nlp label`` writes.
    most_examples, most_keywords : int
        Examples of each label and kind; terms of each side and kind.
    keyword_rows : int
        Rows whose words are read at most, drawn at random.
    with_texts : bool
        Whether texts are read; without, there are no key words, phrases, examples and copies.
    seed : int
        Of what is drawn at random.

    Returns
    -------
    Findings

    Raises
    ------
    UsageError
        If a column is not there or cannot be guessed, or has more groups than a page can show.
    DataError
        If the estimates are of another collection.
    """
    given = None if estimates is None else estimates_of(estimates, collection)
    for name, value in (("most_examples", most_examples), ("most_keywords", most_keywords)):
        require_whole(value, name, 0, _MOST_SHOWN, "how many are shown")
    require_whole(keyword_rows, "keyword_rows", 1, MOST_KEYWORD_ROWS, "how many rows are read at most")
    if isinstance(label_columns, str):
        raise UsageError(f"label_columns is the string {quoted(label_columns)}; give a list of columns.")
    seed = require_whole(seed, "seed", 0, 2**64 - 1, "such as 0")
    columns = find_labelled_columns(collection.columns, label_columns, collection.path)
    roles = find_roles(collection, columns, text_column=text_column, time_column=time_column, with_texts=with_texts)
    period, groups = _parts(collection, by, given)
    if period is not None and roles.time is None:
        require_time_column(collection.columns, None, str(collection.path))
    text_scan = TextScan(phrases, keyword_rows, seed) if with_texts else None
    scanned = scan(collection, columns, roles, groups, text_scan)
    span = span_of_days(scanned)
    if period is None and span is not None:
        period = period_for(*span)
    periods = None if period is None or span is None else periods_of(scanned, period)
    return Findings(
        name=collection.path.name,
        sha256=collection.sha256,
        n=scanned.n,
        label_columns=scanned.label_columns,
        passed_over=scanned.passed_over,
        text_column=roles.text,
        time_column=roles.time,
        id_column=roles.id,
        labelled_by=read_labelled_by(collection.path),
        estimated_by={} if given is None else given.about,
        shares=count_shares(scanned, periods, period, given),
        stance=find_stances(scanned),
        keywords=find_keywords(scanned, create_segmenter("fast"), most_keywords),
        phrases=count_phrases(scanned, periods),
        examples=draw_examples(collection, scanned, roles, most_examples, seed),
        quality=judge(collection, scanned),
    )


def _parts(
    collection: Collection, by: Sequence[str], estimates: EstimatesOf | None
) -> tuple[Period | None, tuple[str, ...]]:
    """Return the period that was asked for, or by which was estimated, and the columns of groups."""
    if isinstance(by, str):
        raise UsageError(f"by is the string {quoted(by)}; give a list of columns.")
    named = [name for name in by if name in PERIODS and name not in collection.columns]
    if len(named) > 1:
        raise UsageError(f"shares over time are by one period; by names {' and '.join(named)}, so leave one out.")
    if unknown := [name for name in by if name not in collection.columns and name not in PERIODS]:
        raise UsageError(
            f"{collection.path}: no column {quoted(unknown[0])}; there is: {listed(list(collection.columns))}."
        )
    estimated = () if estimates is None else estimates.by
    periods = [name for name in (*named, *estimated) if name in PERIODS and name not in collection.columns]
    groups = [name for name in (*by, *estimated) if name in collection.columns]
    return periods[0] if periods else None, tuple(dict.fromkeys(groups))
