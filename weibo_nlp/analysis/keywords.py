"""Words and hashtags of the rows on one side against those on the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from weibo_nlp.analysis.coding import Coded
from weibo_nlp.analysis.scan import Scanned
from weibo_nlp.analysis.targets import ShownTarget, shown_targets
from weibo_nlp.analysis.tidy import Kind, tidy_frame
from weibo_nlp.analysis.usage import Usage, read_usage
from weibo_nlp.segmentation import Segmenter
from weibo_nlp.stats.log_odds import log_odds_ratio

MIN_UNITS = 10
"""Units that a side needs."""
MIN_Z = 1.96
"""Standard errors by which a term must differ; by chance, it does so on either side in one of forty terms at most."""
MIN_COUNT = 5
"""Units of both sides together that must use a term."""
PRIOR_WEIGHT = 0.2
"""Weight of what is known of the terms before the sides are looked at, relative to what each side shows itself.

Simulated with Zipf's law and 5,000 terms, 2,000 against 2,000 to 200,000 against 200,000 uses: of terms that both sides
use alike, 1 to 5 % reach ``MIN_Z`` in absolute value, whatever the sides' sizes.
"""
_OPPOSED = (("favor", "against"), ("positive", "negative"))

KEYWORD_COLUMNS: Mapping[str, Kind] = {
    "kind": "text",
    "label_column": "text",
    "target": "text",
    "label": "text",
    "against": "text",
    "rank": "int",
    "term": "text",
    "count": "int",
    "other_count": "int",
    "rate": "float",
    "other_rate": "float",
    "log_odds": "float",
    "z": "float",
}
SIDE_COLUMNS: Mapping[str, Kind] = {
    "label_column": "text",
    "target": "text",
    "label": "text",
    "against": "text",
    "n_texts": "int",
    "other_n_texts": "int",
    "n_units": "int",
    "other_n_units": "int",
    "is_compared": "bool",
}


@dataclass(frozen=True)
class Keywords:
    """Words and hashtags that one side uses more than the other, in their own words.

    The measure is that of Monroe, Colaresi & Quinn (2008), see :func:`weibo_nlp.stats.log_odds.log_odds_ratio`; the
    prior of a side has the shares of the terms in all texts that were read, with a weight of ``PRIOR_WEIGHT`` of the
    uses on that side. A term that fewer than ``MIN_COUNT`` units use is left out.

    Attributes
    ----------
    table : DataFrame
        A row for each term of each side, the highest `z` first (`rank` from 1); columns of ``KEYWORD_COLUMNS``. `kind`
        is ``word`` or ``hashtag``. The side is the rows with `label` (about `target`), the other those with the label
        `against`, or, where that is None, with any other label. `count` is the number of units of the side that use the
        term, `rate` its share of all uses there; `z` is ``MIN_Z`` or more.
    sides : DataFrame
        A row for each comparison; columns of ``SIDE_COLUMNS``. `n_texts` are different texts, `n_units` the units they
        come from. A comparison that has fewer than ``MIN_UNITS`` on a side is not made (`is_compared` false).
    unit : str
        ``author``, ``thread`` or ``text``: what counts once however often it uses a term.
    n_texts : int
        Different texts that were read; copies of twelve letters and more count as one, for one of their units.
    n_rows : int
        Rows that were read: all of the collection, or so many drawn at random.
    is_sample : bool
        Whether these were drawn.
    segmenter : str
        Name and version of what cut the words.
    """

    table: pd.DataFrame
    sides: pd.DataFrame
    unit: str
    n_texts: int
    n_rows: int
    is_sample: bool
    segmenter: str


def find_keywords(scanned: Scanned, segmenter: Segmenter, most: int) -> Keywords:
    """Compare the words and hashtags of the sides of every column of labels.

    Parameters
    ----------
    scanned : Scanned
        The rows; their drawn texts are read.
    segmenter : Segmenter
        Cuts words.
    most : int
        Terms of each side and kind.
    """
    drawn = [] if scanned.texts is None else scanned.texts.sample
    unit, units = _units(scanned)
    usage = read_usage(drawn, units, segmenter)
    rows: list[tuple[Any, ...]] = []
    sides: list[tuple[Any, ...]] = []
    for column in scanned.label_columns:
        labels = scanned.labels[column.name]
        targets, _ = shown_targets(scanned, column)
        for target in targets if len(targets) == 1 else targets[1:]:
            for label, against in _comparisons(labels, target):
                key = (column.name, target.text, label, against)
                side, other = _rows(labels, target, label), _rows(labels, target, against, instead_of=label)
                facts = _Side(usage, side), _Side(usage, other)
                is_compared = min(facts[0].n_units, facts[1].n_units) >= MIN_UNITS
                counted = (facts[0].n_texts, facts[1].n_texts, facts[0].n_units, facts[1].n_units)
                sides.append((*key, *counted, is_compared))
                for kind, terms in usage.kinds.items() if is_compared else ():
                    rows += ((kind, *key, *row) for row in _ranked(usage, terms, facts, most))
    return Keywords(
        tidy_frame(rows, KEYWORD_COLUMNS),
        tidy_frame(sides, SIDE_COLUMNS),
        unit,
        usage.n_texts,
        len(drawn),
        scanned.texts is not None and len(drawn) < scanned.texts.n_texts,
        f"{segmenter.name} {segmenter.version}",
    )


def _units(scanned: Scanned) -> tuple[str, npt.NDArray[np.uint64] | None]:
    if scanned.authors is not None and scanned.authors.any():
        return "author", scanned.authors
    if scanned.threads is not None and scanned.threads.any():
        return "thread", scanned.threads
    return "text", None


def _comparisons(labels: Coded, target: ShownTarget) -> Iterator[tuple[str, str | None]]:
    """Yield the sides to compare: two that are opposed against each other, others each against the rest."""
    counts = Coded(labels.values, np.where(target.rows, labels.codes, -1)).counts()
    present = [label for label, count in zip(labels.values, counts.tolist(), strict=True) if count]
    if pair := next((pair for pair in _OPPOSED if set(pair) <= set(labels.values)), None):
        yield pair
        yield pair[::-1]
    elif len(present) == 2:
        yield present[1], present[0]
        yield present[0], present[1]
    elif len(present) > 2:
        for label in present:
            yield label, None


def _rows(
    labels: Coded, target: ShownTarget, label: str | None, instead_of: str | None = None
) -> npt.NDArray[np.bool_]:
    """Rows with a label, or with any but another one."""
    with_label: npt.NDArray[np.bool_] = labels.codes == labels.values.index(str(label or instead_of))
    return target.rows & (with_label if label is not None else ~with_label & (labels.codes >= 0))


class _Side:
    """How many units of some rows use each term."""

    def __init__(self, usage: Usage, rows: npt.NDArray[np.bool_]) -> None:
        self.n_texts, self.n_units, self.counts = usage.counts(rows)


def _ranked(
    usage: Usage, terms: npt.NDArray[np.int64], sides: tuple[_Side, _Side], most: int
) -> Iterator[tuple[Any, ...]]:
    """Yield the terms that the first side uses more, each with its rank, counts, rates and measures."""
    counts, others, background = sides[0].counts[terms], sides[1].counts[terms], usage.background[terms]
    used = background > 0
    if np.count_nonzero(used) < 2:
        return
    n, other_n = max(int(counts.sum()), 1), max(int(others.sum()), 1)
    prior = PRIOR_WEIGHT * background[used] / background[used].sum()
    measured = log_odds_ratio(counts[used], others[used], n * prior, other_n * prior)
    kept = np.flatnonzero((counts[used] + others[used] >= MIN_COUNT) & (measured.z >= MIN_Z))
    names = [usage.terms[number] for number in terms[used]]
    ordered = sorted(kept.tolist(), key=lambda place: (-measured.z[place], names[place]))[:most]
    for rank, place in enumerate(ordered, 1):
        count, other = int(counts[used][place]), int(others[used][place])
        scores = float(measured.log_odds[place]), float(measured.z[place])
        yield (rank, names[place], count, other, count / n, other / other_n, *scores)
