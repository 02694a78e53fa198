"""Values within the records that cells of JSON and Parquet hold, named by keys with dots between: ``mblog.text``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

MAX_STEPS = 4
_MOST_NAMES = 1_000


def cell_at(values: Mapping[str, Any], column: str, missing: Any = None) -> Any:
    """Return the value of a column, or of what is named within one; `missing` where there is none.

    A column that has the whole name goes before.
    """
    if column in values or "." not in column:
        return values.get(column, missing)
    at: Any = values
    for key in column.split("."):
        if not isinstance(at, Mapping) or key not in at:
            return missing
        at = at[key]
    return at


def is_within(column: str, columns: Collection[str]) -> bool:
    """Whether a name is that of a column, or of something within one."""
    return column in columns or column.partition(".")[0] in columns


def nested_values(values: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Return the values within the records of columns, by name, those that are missing or blank left out.

    Parameters
    ----------
    values : mapping of str to sequence
        Some values of each column. What lies in lists, or deeper than ``MAX_STEPS``, is left out.
    """
    found: dict[str, list[Any]] = {}
    for column, some in values.items():
        for value in some:
            for name, inner in _below(column, value, MAX_STEPS):
                if name in found or len(found) < _MOST_NAMES:
                    found.setdefault(name, []).append(inner)
    return found


def _below(name: str, value: Any, steps: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping) or steps == 0:
        return
    for key, inner in value.items():
        if "." in str(key):  # which its name could not lead to
            continue
        if isinstance(inner, Mapping):
            yield from _below(f"{name}.{key}", inner, steps - 1)
        elif inner is not None and not (isinstance(inner, str) and not inner.strip()):
            yield f"{name}.{key}", inner
