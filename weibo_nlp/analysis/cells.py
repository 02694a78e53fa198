"""What a cell of a collection says as text, and which column has one of several names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def value_text(value: object) -> str:
    """Text of a value: ``true`` of a True, ``3`` of a 3.0, as whole numbers are in a column where some are missing."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text.lower() if text in ("True", "False") else text


def name_of(columns: Mapping[str, object], names: Sequence[str]) -> str | None:
    """Return the first of some names in small letters that a column has, however it is cased; None without any."""
    plain = {name.strip().casefold(): name for name in reversed(list(columns))}
    return next((plain[name] for name in names if name in plain), None)
