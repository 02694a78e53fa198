"""Words and hashtags of the rows on one side against those on the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from weibo_nlp.analysis.tidy import Kind

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

    Attributes
    ----------
    table : DataFrame
        A row for each term of each side, the highest `z` first (`rank` from 1); columns of ``KEYWORD_COLUMNS``. `kind`
        is ``word`` or ``hashtag``. The side is the rows with `label` (about `target`), the other those with the label
        `against`, or, where that is None, with any other label. `count` is the number of units of the side that use the
        term, `rate` that among the units of the side; `log_odds` and `z` are above 0.
    sides : DataFrame
        A row for each comparison; columns of ``SIDE_COLUMNS``. `n_texts` are different texts, `n_units` the units they
        come from. A comparison that has too few units on a side is not made (`is_compared` false).
    unit : str
        ``author``, ``thread`` or ``text``: what counts once however often it uses a term.
    n_texts : int
        Different texts that were read. A text that stands several times counts once, for the unit that has fewest.
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
