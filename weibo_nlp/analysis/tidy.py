"""Tidy tables: one row a finding, columns named and typed once, missing cells None or NaN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

Kind = Literal["text", "int", "float", "bool", "object"]
_TYPES: Mapping[Kind, str] = {"text": "object", "int": "int64", "float": "float64", "bool": "bool", "object": "object"}


def tidy_frame(rows: Iterable[Sequence[Any]], columns: Mapping[str, Kind]) -> pd.DataFrame:
    """Return rows as a table whose columns have the same types whatever stands in them, or if nothing does.

    Parameters
    ----------
    rows : iterable of sequence
        A value for each column, in order.
    columns : mapping of str to {"text", "int", "float", "bool", "object"}
        Name -> kind. A missing text is None, a missing float NaN; the other kinds have none.
    """
    listed = [list(row) for row in rows]
    cells = zip(*listed, strict=True) if listed else [()] * len(columns)
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=_TYPES[kind])
            for (name, kind), values in zip(columns.items(), cells, strict=True)
        }
    )
