"""Cells that a spreadsheet would execute when it opens a delimited file, kept from it by an apostrophe before them."""

from __future__ import annotations

import re
from typing import Any

# A text that begins so is computed, and may start programs on old or careless settings (DDE). Chinese systems take the
# wide signs for the same. A plain number is a value. Mentions begin with @ as functions do: only what goes on as a call
# or a reference does is taken for one.
_EXECUTED = re.compile(
    r"[\s\x00-\x1f\x7f\ufeff\u200b]*"
    r"(?:[=＝]|[+\-＋－](?!(?:\d[\d,]*)?(?:\.\d+)?(?:[eE][+\-]?\d+)?%?\Z)|[@＠][\x20-\x7e]*[(|!])"
)
_LONE_SIGN = re.compile(r"\s*[+\-＋－]\s*\Z")


def is_executed(text: str) -> bool:
    """Whether a spreadsheet would compute a cell rather than show it."""
    return _EXECUTED.match(text) is not None and _LONE_SIGN.match(text) is None


def inert(value: Any) -> Any:
    """Return a value as it is, but a text that would be executed with an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and is_executed(value) else value
