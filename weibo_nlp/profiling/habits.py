"""Habits of one hand: what composed texts do more often, or less often, than real ones.

A critical reader of the first 1,822 documents of this corpus named them; here they are counted in the same way in any
set, so that ours can be put beside real ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from weibo_nlp.errors import DataError
from weibo_nlp.text import parse

_TENS = "[一二两三四五六七八九]"
_EXACT = re.compile(f"{_TENS}?十{_TENS}|{_TENS}十(?!{_TENS}|分|足|字|全)|{_TENS}百|{_TENS}千(?!万)")
_CONNECTIVES = ("因为", "所以", "觉得", "其实", "但是", "如果", "可能", "应该", "而且", "不过")
_FAMILY = re.compile(
    "我妈|妈妈|我爸|爸爸|奶奶|爷爷|外婆|姥姥|外公|姥爷|老公|老婆|儿子|女儿|我姐|我哥|我弟|我妹|表[哥姐弟妹]|婆婆|丈母娘"
    "|舅|姑|姨|叔叔|大伯|孙子|母亲|父亲|爹|娘"
)
TRADE_OPENING = re.compile(
    r"^[^，。！？\s]{0,10}(?:干|做|当|开|跑|飞|写|教|卖)了?(?:[一二两三四五六七八九十百]+|\d+)多?年"
)
_ABUSE = re.compile(
    "傻逼|傻B|SB|煞笔|傻比|操你|草泥马|他妈|妈的|尼玛|贱人|婊|脑残|狗东西|畜生|王八|人渣|去死|杂种|cnm|nmsl",
    re.IGNORECASE,
)
ELLIPSIS = re.compile(r"…+|\.{2,}|。{2,}")
CLAUSE = re.compile(r"[^，。！？；：、,.!?;:…~～\s]+")
"""What stands between marks and white space."""
_QUESTION_AND_ANSWER = re.compile(r"(?m)^\s*(?:问|答|Q|A)[：:]")
CLAUSES_OF = (40, 160)
"""Lengths, in characters, of the texts whose clauses are measured."""

HABITS: Mapping[str, str] = {
    "exact_number": "share of texts with a Chinese number above ten written in characters",
    "family": "words for relatives per 1,000 characters",
    "trade_opening": "share of texts that open with years in a trade",
    "connectives": f"words such as {', '.join(_CONNECTIVES[:4])} per 1,000 characters",
    "ellipsis": "runs of dots per 1,000 characters",
    "curly_quotes": "share of texts with “”",
    "abuse": "share of texts with hard abuse",
    "doubled_emoticon": "share of the texts with an emoticon that write one twice or more in a row",
    "question_and_answer": "share of texts in which lines begin with 问 or 答",
    "clause_mean": f"mean length of a clause, in characters, of texts of {CLAUSES_OF[0]} to {CLAUSES_OF[1]} characters",
    "clause_sd": "standard deviation of those lengths",
}
"""Habits in the order in which they are shown, with what each figure is."""


@dataclass(frozen=True, slots=True)
class EmoticonSpread:
    """Whether groups of texts differ in how many carry an emoticon: a χ² test against one rate for all."""

    chi_squared: float
    degrees_of_freedom: int
    p_value: float


def habits_of(texts: Sequence[str]) -> dict[str, float | None]:
    """Count the habits of a set of texts, in the order of ``HABITS``.

    Returns
    -------
    dict of str to float or None
        Shares from 0 to 1, rates per 1,000 characters, lengths in characters; None where no text allows the figure.

    Raises
    ------
    DataError
        If there are no texts.
    """
    if not texts:
        raise DataError("there are no texts to measure; give at least one.")
    characters = sum(map(len, texts)) or 1
    clauses = [
        len(clause) for text in texts if CLAUSES_OF[0] <= len(text) <= CLAUSES_OF[1] for clause in CLAUSE.findall(text)
    ]
    emoticons = [runs for text in texts if (runs := _emoticon_run(text))]
    return {
        "exact_number": _share(texts, _EXACT),
        "family": 1_000 * sum(len(_FAMILY.findall(text)) for text in texts) / characters,
        "trade_opening": _share(texts, TRADE_OPENING),
        "connectives": 1_000 * sum(text.count(word) for text in texts for word in _CONNECTIVES) / characters,
        "ellipsis": 1_000 * sum(len(ELLIPSIS.findall(text)) for text in texts) / characters,
        "curly_quotes": sum("“" in text for text in texts) / len(texts),
        "abuse": _share(texts, _ABUSE),
        "doubled_emoticon": fmean(run > 1 for run in emoticons) if emoticons else None,
        "question_and_answer": _share(texts, _QUESTION_AND_ANSWER),
        "clause_mean": fmean(clauses) if clauses else None,
        "clause_sd": pstdev(clauses) if clauses else None,
    }


def emoticon_spread(groups: Collection[Sequence[str]]) -> EmoticonSpread:
    """Test whether the share of texts with an emoticon differs between groups, such as events.

    Raises
    ------
    DataError
        If fewer than two groups have texts, or all or none of the texts carry an emoticon.
    """
    from scipy.stats import chi2_contingency

    counts = [[sum(_emoticon_run(text) > 0 for text in group), len(group)] for group in groups if group]
    table = [[with_one, n - with_one] for with_one, n in counts]
    if len(table) < 2 or not all(map(sum, zip(*table, strict=True))):
        raise DataError("emoticons can be compared between two or more groups of which some texts have one, some not.")
    result = chi2_contingency(table, correction=False)
    return EmoticonSpread(float(result.statistic), int(result.dof), float(result.pvalue))


def _share(texts: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.search(text) is not None for text in texts) / len(texts)


def _emoticon_run(text: str) -> int:
    """Most times that one emoticon stands in a row; 0 without any."""
    longest = run = 0
    last_end, last = -1, ""
    for markup in parse(text).spans:
        if markup.kind != "emoticon":
            continue
        written = text[markup.span.start : markup.span.end]
        run = run + 1 if (markup.span.start, written) == (last_end, last) else 1
        last_end, last = markup.span.end, written
        longest = max(longest, run)
    return longest
