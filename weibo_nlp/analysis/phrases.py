"""Phrases that are tracked: how many texts hold one, over time, by group and by label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from weibo_nlp.analysis.coding import Coded
from weibo_nlp.analysis.scan import Scanned
from weibo_nlp.analysis.slices import Slicing, slicings
from weibo_nlp.analysis.targets import shown_targets
from weibo_nlp.analysis.text_scan import PhrasePlaces, ScannedTexts
from weibo_nlp.analysis.tidy import Kind, tidy_frame

PHRASE_COLUMNS: Mapping[str, Kind] = {
    "phrase": "text",
    "label_column": "text",
    "label": "text",
    "target": "text",
    "period": "text",
    "group_by": "text",
    "group": "text",
    "count": "int",
    "n": "int",
    "share": "float",
    "n_own": "int",
    "n_apart": "int",
}


@dataclass(frozen=True)
class Phrases:
    """Texts that hold a phrase, whatever their width of letters, their script and their case.

    Attributes
    ----------
    table : DataFrame
        A row for each phrase in all texts, in each period, in each group, and among the rows with each label; columns
        of ``PHRASE_COLUMNS``. `count` of `n` texts hold the phrase, once or more often; `n_own` of them in their
        author's own words rather than in a quoted text alone; in `n_apart` of them it stands by itself somewhere, and
        not as part of a longer phrase that is tracked (``华人`` in ``华人与狗``).
    phrases : tuple of str
        As they were given.
    folded : tuple of str
        As they were looked for: half width, simplified script, small letters.
    """

    table: pd.DataFrame
    phrases: tuple[str, ...]
    folded: tuple[str, ...]


def count_phrases(scanned: Scanned, periods: Coded | None) -> Phrases:
    """Count the texts that hold each phrase, in all rows, periods and groups, and among those with each label."""
    texts = scanned.texts
    if texts is None:
        return Phrases(tidy_frame([], PHRASE_COLUMNS), (), ())
    parted = slicings(scanned.n, periods, scanned.groups)
    rows = [
        row
        for phrase, places in zip(texts.phrases, texts.places, strict=True)
        for row in (
            *((phrase, None, None, None, *rest) for rest in _by_part(texts, places, parted)),
            *((phrase, *rest) for rest in _by_label(scanned, texts, places)),
        )
    ]
    return Phrases(tidy_frame(rows, PHRASE_COLUMNS), texts.phrases, texts.folded)


def _by_part(texts: ScannedTexts, places: PhrasePlaces, parted: Sequence[Slicing]) -> Iterator[tuple[Any, ...]]:
    for slicing in parted:
        parts = slicing.parts
        sizes = Coded(parts.values, np.where(texts.exact != 0, parts.codes, -1)).counts()
        counts = [Coded(parts.values, parts.codes[at]).counts() for at in (places.rows, places.own, places.apart)]
        for key, n, count, own, apart in zip(slicing.keys(), sizes.tolist(), *counts, strict=True):
            if n:
                yield (*key, int(count), n, int(count) / n, int(own), int(apart))


def _by_label(scanned: Scanned, texts: ScannedTexts, places: PhrasePlaces) -> Iterator[tuple[Any, ...]]:
    for column in scanned.label_columns:
        labels = scanned.labels[column.name]
        targets, _ = shown_targets(scanned, column)
        for target in targets:
            codes = np.where(target.rows & (texts.exact != 0), labels.codes, -1)
            sizes = Coded(labels.values, codes).counts()
            counts = [Coded(labels.values, codes[at]).counts() for at in (places.rows, places.own, places.apart)]
            for label, n, count, own, apart in zip(labels.values, sizes.tolist(), *counts, strict=True):
                if n:
                    key = (column.name, label, target.text, None, None, None)
                    yield (*key, int(count), n, int(count) / n, int(own), int(apart))
