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
from weibo_nlp.analysis.usage import Side, Usage, read_usage
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
    "units": "int",
    "other_units": "int",
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
    uses on that side. A text has a term once, and copies are one text. What one unit writes is not many findings: z is
    smaller by as much as the units of a side differ in their use of the term (see
    :meth:`weibo_nlp.analysis.usage.Usage.counts`), and a term that fewer than ``MIN_COUNT`` units use is left out.

    Attributes
    ----------
    table : DataFrame
        A row for each term of each side, the highest `z` first (`rank` from 1); columns of ``KEYWORD_COLUMNS``. `kind`
        is ``word`` or ``hashtag``. The side is the rows with `label` (about `target`), the other those with the label
        `against`, or, where that is None, with any other label. `count` is the number of texts of the side that have
        the term, `rate` its share of all uses there, `units` the number of units that use it; `z` is ``MIN_Z`` or more.
    sides : DataFrame
        A row for each comparison; columns of ``SIDE_COLUMNS``. `n_texts` are different texts, `n_units` the units they
        come from. A comparison that has fewer than ``MIN_UNITS`` on a side is not made (`is_compared` false).
    unit : str
        ``author``, ``thread`` or ``text``: what is taken for one source however much it writes.
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
    compared = _Compared(usage, scanned.n)
    rows: list[tuple[Any, ...]] = []
    sides: list[tuple[Any, ...]] = []
    for column in scanned.label_columns:
        labels = scanned.labels[column.name]
        targets, _ = shown_targets(scanned, column)
        for target in targets if len(targets) == 1 else targets[1:]:
            for label, against in _comparisons(labels, target):
                key = (column.name, target.text, label, against)
                both = usage.side(_rows(labels, target, label)), usage.side(_others(labels, target, label, against))
                is_compared = min(both[0].n_units, both[1].n_units) >= MIN_UNITS
                sides.append((*key, both[0].n_texts, both[1].n_texts, both[0].n_units, both[1].n_units, is_compared))
                for kind in usage.kinds if is_compared else ():
                    rows += ((kind, *key, *row) for row in compared.ranked(kind, both, most))
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


def _rows(labels: Coded, target: ShownTarget, label: str) -> npt.NDArray[np.bool_]:
    with_label: npt.NDArray[np.bool_] = labels.codes == labels.values.index(label)
    return target.rows & with_label


def _others(labels: Coded, target: ShownTarget, label: str, against: str | None) -> npt.NDArray[np.bool_]:
    """Rows of the other side: those with the label that it has, or with any but the first side's."""
    if against is not None:
        return _rows(labels, target, against)
    return target.rows & (labels.codes >= 0) & ~_rows(labels, target, label)


class _Compared:
    """Compares sides of the texts that were read."""

    def __init__(self, usage: Usage, n_rows: int) -> None:
        self._usage = usage
        everything = usage.side(np.ones(n_rows, dtype=bool))
        self._background = {kind: usage.counts(kind, everything).texts for kind in usage.kinds}

    def ranked(self, kind: str, sides: tuple[Side, Side], most: int) -> Iterator[tuple[Any, ...]]:
        """Yield the terms that the first side uses more, each with its rank, counts, rates and measures."""
        background, terms = self._background[kind], self._usage.kinds[kind].terms
        first, other = (self._usage.counts(kind, side) for side in sides)
        if len(terms) < 2:
            return
        n, other_n = (max(int(counts.texts.sum()), 1) for counts in (first, other))
        prior = PRIOR_WEIGHT * background / background.sum()
        measured = log_odds_ratio(
            first.texts, other.texts, n * prior, other_n * prior, first.design_effects, other.design_effects
        )
        kept = np.flatnonzero((first.units + other.units >= MIN_COUNT) & (measured.z >= MIN_Z))
        ordered = sorted(kept.tolist(), key=lambda place: (-measured.z[place], terms[place]))[:most]
        for rank, place in enumerate(ordered, 1):
            count, others = int(first.texts[place]), int(other.texts[place])
            units = int(first.units[place]), int(other.units[place])
            scores = float(measured.log_odds[place]), float(measured.z[place])
            yield (rank, terms[place], count, others, count / n, others / other_n, *scores, *units)
