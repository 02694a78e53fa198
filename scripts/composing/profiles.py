"""The surface of a real text: how long, how cut, with which marks. No word of it is in its profile."""

from __future__ import annotations

import re
from dataclasses import dataclass

from weibo_nlp.profiling.habits import CLAUSE, ELLIPSIS
from weibo_nlp.profiling.surface_features import features_of

_MARKS = re.compile(r"[，。！？；：、,.!?;:…~～]")
CONNECTIVES = (
    "因为",
    "所以",
    "觉得",
    "其实",
    "但是",
    "如果",
    "应该",
    "可能",
    "而且",
    "不过",
    "只是",
    "就是",
    "然后",
    "虽然",
    "还是",
)
_DIGITS = re.compile(r"\d")
NO_END = "无"
_ENDS = {
    "。": "句号",
    ".": "句号",
    "！": "叹号",
    "!": "叹号",
    "？": "问号",
    "?": "问号",
    "…": "省略号",
    "~": "波浪号",
    "～": "波浪号",
}


@dataclass(frozen=True, slots=True)
class SurfaceProfile:
    """What can be said of a text without a word of it.

    Attributes
    ----------
    length : int
        Characters, markup included.
    clauses : int
        Pieces between marks and spaces.
    breaks : str
        How clauses are parted: ``标点``, ``空格``, ``混用``, or ``不断`` where there is one.
    end : str
        What it ends in.
    exclamations, questions, ellipses : int
        Runs of each mark.
    connectives : int
        Words such as 因为, 所以, 觉得, 其实.
    quotes, digits, latin, hashtag, mention, url, headline, lines : bool
        “” or 「」, digits, Latin letters, #…#, @…, a link, 【】, more than one paragraph.
    """

    length: int
    clauses: int
    breaks: str
    end: str
    exclamations: int
    questions: int
    ellipses: int
    connectives: int
    quotes: bool
    digits: bool
    latin: bool
    hashtag: bool
    mention: bool
    url: bool
    headline: bool
    lines: bool


def surface_profile(text: str) -> SurfaceProfile:
    """Measure a text.

    Raises
    ------
    ValueError
        If it is empty.
    """
    text = text.strip()
    if not text:
        raise ValueError("an empty text has no surface; leave it out.")
    features = features_of(text)
    clauses = max(1, len(CLAUSE.findall(text)))
    marks, spaces = len(_MARKS.findall(text)), len(re.findall(r"\S\s+\S", text))
    if clauses == 1:
        breaks = "不断"
    elif not spaces:
        breaks = "标点"
    elif spaces > 2 * marks:
        breaks = "空格"
    else:
        breaks = "标点" if marks > 4 * spaces else "混用"
    return SurfaceProfile(
        length=len(text),
        clauses=clauses,
        breaks=breaks,
        end=_ENDS.get(text[-1], NO_END),
        exclamations=len(re.findall("[！!]+", text)),
        questions=len(re.findall("[？?]+", text)),
        ellipses=len(ELLIPSIS.findall(text)),
        connectives=sum(text.count(word) for word in CONNECTIVES),
        quotes=any(mark in text for mark in '“”「」"'),
        digits=_DIGITS.search(text) is not None,
        latin="latin" in features,
        hashtag="hashtag" in features,
        mention="mention" in features,
        url="url" in features,
        headline="【" in text,
        lines="\n" in text,
    )
