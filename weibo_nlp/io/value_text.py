"""Values of rows as text: JSON, and cells of a table; what has no text form is refused and never shown as Python's."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID


def json_text(value: Any) -> str:
    """Return a value as JSON, Chinese unescaped; of what Parquet has and JSON has not, NaN is null, infinity a string.

    Raises
    ------
    TypeError
        If it is, or holds, what neither JSON nor Parquet has.
    """
    try:
        return json.dumps(value, ensure_ascii=False, default=_text_of, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=_text_of)


def cell_text(value: Any) -> str | None:
    """Return a value as JSON, but a string as it stands, and None as it is.

    Raises
    ------
    TypeError
        As of :func:`json_text`.
    """
    return value if isinstance(value, str | None) else json_text(value)


def plain_value(value: Any) -> Any:
    """Return a value for a cell of delimited text: what the csv module writes without loss, and JSON of lists and such.

    Raises
    ------
    TypeError
        As of :func:`json_text`.
    """
    if isinstance(value, str | int | float | None):
        return value
    return json_text(value) if isinstance(value, list | tuple | Mapping) else _text_of(value)


def _text_of(value: object) -> str:
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta | Decimal | UUID):
        return str(value)
    raise TypeError(f"a {type(value).__name__} is no value of a table; give text, numbers, dates, lists and the like.")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
