"""Phrases that are tracked: how many texts hold one, over time, by group and by label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from weibo_nlp.analysis.tidy import Kind

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
