"""A few texts of each label, drawn at random, with what stands above them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from weibo_nlp.analysis.tidy import Kind

EXAMPLE_COLUMNS: Mapping[str, Kind] = {
    "label_column": "text",
    "label": "text",
    "target": "text",
    "kind": "text",
    "place": "int",
    "id": "text",
    "text": "text",
    "score": "float",
    "above": "object",
    "n_above": "int",
}


@dataclass(frozen=True)
class Examples:
    """Texts as they stand in the collection; names in them are for the page to mask.

    Attributes
    ----------
    table : DataFrame
        A few rows for each label, of each target for stances; columns of ``EXAMPLE_COLUMNS``. `kind` is ``random``,
        drawn among all rows with the label, or ``unsure``, drawn among the tenth whose `score` (the probability of the
        label, NaN without one) is lowest. `above` is a tuple of the texts above it, the first of the thread first and
        the one that it answers last, at most three of `n_above`; `place` is the row's position in the collection.
    seed : int
        Of the draw.
    """

    table: pd.DataFrame
    seed: int
