"""Grapheme clusters: characters that are one to the reader, such as a letter and its accent, or a flag."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

# A superset of what goes on a cluster; the standard library does not know which characters do.
_MAY_JOIN = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u1aff\u1b00-\u1dff\u200c\u200d\u20d0-\u20ff\u2cef-\u2cf1\u2d7f\u2de0-\u2dff"
    "\u302a-\u302f\u3099\u309a\ua66f-\uabff\uac00-\ud7ff\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f\uff9e\uff9f"
    "\U00010000-\U0001afff\U0001bc00-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)


def may_hold_clusters(text: str, start: int = 0) -> bool:
    """Tell cheaply whether a cluster of several characters may stand behind `start`; true for some texts without."""
    return _MAY_JOIN.search(text, start) is not None


def clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every cluster of a text, also of one character, in time in proportion to it."""
    return (cluster.span() for cluster in _one_cluster().finditer(text))


def widened(text: str, spans: Iterable[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Widen spans to the grapheme clusters that they begin and end in; spans of one cluster become one."""
    spans = list(spans)
    if not any(_MAY_JOIN.search(text, max(border - 1, 0), border + 1) for span in spans for border in span):
        return spans
    borders = [0, *(end for _, end in clusters(text))]
    wide: list[tuple[int, int]] = []
    for left, right in spans:
        left, right = borders[bisect_right(borders, left) - 1], borders[bisect_left(borders, right)]
        if wide and left < wide[-1][1]:
            left = wide.pop()[0]
        wide.append((left, right))
    return wide


@lru_cache(maxsize=1)
def _one_cluster() -> Any:
    import regex  # type: ignore[import-untyped, unused-ignore]  # only for the few texts that need it

    # Flags are paired here, from the start of their run: at each of them `\X` looks back over all before it.
    return regex.compile(
        r"\p{GCB=Prepend}*+\p{GCB=Regional_Indicator}{1,2}+[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X"
    )
