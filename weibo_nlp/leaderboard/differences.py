"""Stored figures against those computed from the predictions, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weibo_nlp.evaluation.consistency import TOLERANCE
from weibo_nlp.io.names import printable_name, quoted

_BOUNDS = frozenset({"low", "high", "accuracy_low", "accuracy_high"})


def first_difference(stored: Any, computed: Any, place: str, *, same_version: bool = True) -> str | None:
    """Say where stored figures are not the computed ones, as a sentence without its end; None where all of them are.

    Parameters
    ----------
    stored, computed : JSON value
        Of an entry, and of the same predictions scored again.
    place : str
        What they are of, as ``scores``.
    same_version : bool
        Whether this version of the package stored them. Of another one, ends of intervals may differ, and what it did
        not tell may be missing: methods get better, while every value still has to be right.

    Notes
    -----
    Numbers may differ by 1e-6, far more than the order of additions makes and less than any table shows.
    """
    if isinstance(stored, Mapping) and isinstance(computed, Mapping):
        for name in dict.fromkeys([*computed, *stored]):
            if not same_version and (name in _BOUNDS or stored.get(name) is None):
                continue
            inner = f"{place}.{printable_name(name)}"
            difference = first_difference(stored.get(name), computed.get(name), inner, same_version=same_version)
            if difference is not None:
                return difference
        return None
    if isinstance(stored, list) and isinstance(computed, list) and len(stored) == len(computed):
        pairs = enumerate(zip(stored, computed, strict=True))
        inside = (first_difference(*pair, f"{place}[{at}]", same_version=same_version) for at, pair in pairs)
        return next((difference for difference in inside if difference is not None), None)
    if isinstance(stored, float) and isinstance(computed, float):
        same = abs(stored - computed) <= TOLERANCE
    else:
        same = stored == computed
    return None if same else f"{place} is {quoted(stored)}, but the predictions give {quoted(computed)}"
