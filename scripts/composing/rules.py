"""What the second brief forbids and a program can see. No label is among it, and no rate."""

from __future__ import annotations

import re
from collections.abc import Mapping

from weibo_nlp.profiling.habits import TRADE_OPENING

_TENS = "[一二两三四五六七八九]"
RULES: Mapping[str, re.Pattern[str]] = {
    "an exact number above ten in characters": re.compile(
        f"(?:{_TENS}?十{_TENS}|{_TENS}百(?:零?{_TENS}|{_TENS}十{_TENS}?))(?=[年天个次块元岁分号家人条遍楼排页斤里班])"
    ),
    "a trade credential as opening": TRADE_OPENING,
    "a contrast made for effect": re.compile("不是[^，。！？\\n]{1,14}[，,]?\\s?而是"),
    "a dash": re.compile("——|--"),
    "a word for readers who know": re.compile("懂的都懂|细品"),
}
"""Patterns by what they are called; a text that holds one is not kept while others are at hand."""


def broken_rules(text: str) -> list[str]:
    """Names of the rules that a text breaks."""
    return [name for name, pattern in RULES.items() if pattern.search(text)]
