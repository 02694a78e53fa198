"""Cells that hold several names, such as frames and flags: as JSON, or one after another with signs between them."""

from __future__ import annotations

import json
import re

from weibo_nlp.io.jsonl import parse_json

_BETWEEN = re.compile(r"\s*[|;,；，、]\s*")


def texts_of_list(cell: object) -> str | None:
    """Return the names in a cell, sorted, as JSON; None where there are none.

    Parameters
    ----------
    cell : object
        ``["perk", "pride"]``, ``perk|pride``, ``perk; pride`` or ``perk、pride``.
    """
    names = sorted({name for name in map(str.strip, _names(str(cell).strip())) if name})
    return json.dumps(names, ensure_ascii=False) if names else None


def names_in(text: str) -> tuple[str, ...]:
    """Return the names that :func:`texts_of_list` put into one text."""
    return tuple(json.loads(text))


def _names(cell: str) -> list[str]:
    if cell.startswith("["):
        try:
            value = parse_json(cell)
        except ValueError:
            value = None  # brackets of somebody's own
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return value
    return _BETWEEN.split(cell)
