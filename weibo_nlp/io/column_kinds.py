"""What the columns of a table hold, told by the values of its first rows: numbers, dates, ids, addresses, texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Literal

from weibo_nlp.io.cells import is_address, is_code, is_date, is_number, looks_like_prose
from weibo_nlp.io.limits import SNIFFED_ROWS
from weibo_nlp.io.names import quoted

ColumnKind = Literal["text", "word", "number", "date", "id", "address", "nested", "empty"]
NO_TEXT: frozenset[ColumnKind] = frozenset(("number", "date", "id", "address", "nested", "empty"))
"""Kinds of columns that never hold what is to be labelled."""
_SHARE = 0.8
_TESTS: tuple[tuple[ColumnKind, Any], ...] = (
    ("id", is_code),
    ("number", is_number),
    ("date", is_date),
    ("address", is_address),
)
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2}\Z")
_LONG_INTEGER = re.compile(r"\d{16,}\Z")
EXACT_DIGITS = 15
_LEAST_SIXTEEN, _LEAST_LONGER = 5, 3


def first_values(rows: Iterable[Mapping[str, Any]], limit: int = SNIFFED_ROWS) -> dict[str, list[Any]]:
    """Values of the first rows by column, those that are missing or blank left out."""
    values: dict[str, list[Any]] = {}
    for row in islice(rows, limit):
        for name, value in row.items():
            column = values.setdefault(name, [])
            if not _is_missing(value):
                column.append(value)
    return values


def _is_missing(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    # NaN is unequal to itself; that and the others are what pandas has where there is nothing.
    is_nan = isinstance(value, float) and value != value
    return value is None or is_nan or type(value).__name__ in ("NAType", "NaTType")


def column_kind(values: Sequence[Any]) -> ColumnKind:
    """Kind of a column by some of its values, of which four fifths must be of it; ``word`` is text without a sentence.

    Parameters
    ----------
    values : sequence
        Strings or what JSON and Parquet have; none missing or blank.
    """
    if not values:
        return "empty"
    texts = [value.strip() for value in values if isinstance(value, str)]
    least = _SHARE * len(values)
    if len(texts) < len(values) - least:
        return "nested" if sum(isinstance(value, list | tuple | dict) for value in values) >= least else "number"
    for kind, test in _TESTS:
        if sum(map(test, texts)) >= least:
            return kind
    # Counts of which some are ids, dates of which some are numbers: of a kind each, and no text.
    if sum(any(test(text) for _, test in _TESTS) for text in texts) >= least:
        return "number"
    return "text" if sum(map(looks_like_prose, texts)) * 3 >= len(texts) else "word"


def lost_digits(name: str, values: Sequence[Any]) -> str | None:
    """Say that a column has ids that went through a spreadsheet, which keeps fifteen digits; None for any other."""
    texts = [value.strip() if isinstance(value, str) else str(value) for value in values]
    rounded = [text for text in texts if _ROUNDED.match(text) and int(float(text)) >= 10**9]
    if rounded and len(rounded) * 2 >= len(texts):
        return f"column {name[:40]!r} has lost digits to a spreadsheet, as in {quoted(rounded[0], 30)}"
    long = [text for text in texts if _LONG_INTEGER.match(text)]
    least = _LEAST_LONGER if all(len(text) > EXACT_DIGITS + 2 for text in long) else _LEAST_SIXTEEN
    if len(long) >= least and all(not text[EXACT_DIGITS:].strip("0") for text in long):
        return (
            f"column {name[:40]!r} has lost digits to a spreadsheet: all from the sixteenth on are 0, as in "
            f"{quoted(long[0], 30)}"
        )
    return None
