"""Records wherever they stand in a document of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def outermost(value: Any, is_record: Callable[[Mapping[str, Any]], bool]) -> Iterator[Mapping[str, Any]]:
    """Yield the outermost records in a value, in its order; what stands inside of one is its own matter.

    Parameters
    ----------
    value : object
        As JSON gives it, whose reader bounds how deep it is nested.
    is_record : callable
        Whether an object is one.
    """
    if isinstance(value, dict):
        if is_record(value):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from outermost(item, is_record)
