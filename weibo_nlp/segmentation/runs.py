"""What no engine cuts between marked places: white space, runs of letters and digits, grapheme clusters.

A run is letters and digits of any script but Chinese characters and kana, with the signs that hold it together, also in
full width: ``H5N1``, ``Wi-Fi``, ``hello_world``, ``don't``, ``AT&T``, ``node.js``, ``U.S.A.``, ``i7-12700K``, ``C++``,
``10w+``. One with a letter in it is a word, which no engine sees. One of digits is a number, whole with its decimals,
thousands, clock colon and percent sign (``10,000``, ``12:30``, ``3.5%``, ``9·11``; a score, ``3:2``, is three words),
and the engine reads it within its sentence: the guideline of the corpus wants dates and numerals in one word (``27日``,
``2012年``, ``318万``, ``第13``), but a measure word apart (``3 年``, ``180 天``).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Any, Literal, TypeAlias

Place: TypeAlias = tuple[int, int, Literal["word", "number", "cluster"]]
"""Start, end and kind of a place that is not cut."""

LONGEST_BOUND = 32
"""Longest number or cluster that an engine sees; a longer one is a word by itself."""

# Chinese characters and kana, and the numbers in circles and brackets, which are signs.
_NOT_OF_RUNS = (
    "\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3040-\u30ff\u3105-\u312f"
    "\u3190-\u319f\u31a0-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
    "\U0001b000-\U0001b16f\U0001f100-\U0001f10c\U00020000-\U0003ffff"
)
_LETTER = rf"[^\W_0-9０-９{_NOT_OF_RUNS}]"
_ANY = rf"[^\W_{_NOT_OF_RUNS}]"
# What holds a run together is asked of ASCII and its full-width forms alone: large classes take long to compile.
_A = "[A-Za-zＡ-Ｚａ-ｚ]"
_D = "[0-9０-９]"
_APART = "(?<![0-9A-Za-z０-９Ａ-Ｚａ-ｚ.．_＿])"
_INSIDE = "|".join([
    "[_＿]+",
    # The dot of a list (`1.iPhone`) is no decimal point; that of `5.x` is.
    rf"[.．](?:(?={_D}|[xX](?!{_A}))|(?<!{_APART}{_D}.)(?<!{_APART}{_D}{_D}.))",
    f"['’＇&＆](?<={_A}.)(?={_A})",
    # Models (`i7-12700K`) are whole, ranges of numbers (`2-3W`) are not.
    f"[-－](?:(?<={_A}.)|(?={_A})|(?<={_A}{_D}.)|(?<={_A}{_D}{{2}}.)|(?<={_A}{_D}{{3}}.))",
    # Commas of thousands, the colon of a clock, the dot of `9·11`; between words they are signs.
    "(?<=[0-9])(?<![0-9]{4}),(?=[0-9]{3}(?![0-9]))|(?<=[０-９])(?<![０-９]{4})[,，](?=[０-９]{3}(?![０-９]))",
    f"(?<={_D})(?<!{_D}{{3}})[:：](?={_D}{{2}}(?!{_D}))",
    f"(?<={_D})·(?={_D})",
])  # fmt: skip
_RUN = "|".join([
    # Names made of both that the guideline has whole.
    "[4４][SsＳｓ]店|[ABHabＡＢＨ]股(?![东份权民])|[BbＢ]站|[TＴ]恤|[KkＫ]歌|[XＸ]光|[UＵ]盘|AA制|ＡＡ制",
    f"(?:19|20|１９|２０){_D}{{2}}[-－]{_D}{{1,2}}[-－]{_D}{{1,2}}(?!{_D}|{_A})",
    f"(?:{_A}[.．]){{2,}}(?!{_D}|{_A})",  # with the dot of its last letter: `U.S.A.`
    rf"(?:(?<!{_A})(?<!{_D})[+＋](?={_D}))?{_ANY}+(?:(?:{_INSIDE}){_ANY}+)*(?:[%％‰]|[+＋]{{1,2}}(?!{_D}|{_A}|[+＋]))?",
])  # fmt: skip
_SPACE = r"\s+|\x00"  # U+0000 is one by itself: vaporetto returns nothing for a text that holds it
_PLACES = re.compile(f"(?P<space>{_SPACE})|(?P<run>{_RUN})")
_HAS_LETTER = re.compile(_LETTER)
# No place begins with one of these, nor do they go on a cluster: Chinese characters, kana and most signs. A class of
# characters is searched ten times as fast as the places themselves.
_MAY_BEGIN = re.compile(
    "[^\u4e00-\u9fff\u3001\u3002\u3008-\u301b\u3040-\u3098\u309b-\u30ff\u2010-\u2027\u2030-\u205e！，．：；？（）～"
    "!\"#$%&'()*,./:;<=>?@\\[\\\\\\]^_`{|}~-]"
)
# A superset of what goes on a cluster; the standard library does not know which characters do.
_MAY_JOIN = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u1aff\u1b00-\u1dff\u200c\u200d\u20d0-\u20ff\u2cef-\u2cf1\u2d7f\u2de0-\u2dff"
    "\u302a-\u302f\u3099\u309a\ua66f-\uabff\uac00-\ud7ff\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f\uff9e\uff9f"
    "\U00010000-\U0001afff\U0001bc00-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
_ORDINAL = "第"
_UNITS = frozenset((
    "年", "年代", "月", "月份", "日", "号", "时", "点", "点半", "点钟", "分", "后",
    "十", "百", "千", "万", "亿", "十万", "百万", "千万", "十亿", "百亿", "千亿", "万亿",
))  # fmt: skip


def unbroken(text: str) -> Sequence[Place]:
    """Return the places of `text` that are not cut, in order and without overlap.

    Returns
    -------
    sequence of (start, end, kind)
        ``word``: white space or a run with a letter, a word by itself. ``number``: bound by :func:`bind`. ``cluster``:
        of several characters that are one to the reader; it may be part of a longer word.
    """
    found = _MAY_BEGIN.search(text)
    if found is None:
        return ()
    if _MAY_JOIN.search(text, found.start()) is not None:
        return _unbroken_with_clusters(text)
    places: list[Place] = []
    while found is not None:
        start = end = found.start()
        match = _PLACES.match(text, start)
        if match is None:
            end += 1
        else:
            end = match.end()
            places.append((start, end, "word" if match.lastgroup == "space" else _kind_of_run(text, start, end)))
        found = _MAY_BEGIN.search(text, end)
    return places


def bind(words: Sequence[str], places: Sequence[Place]) -> list[str]:
    """Mend the words of a piece so that its numbers and clusters are whole and its numbers stand alone.

    A number keeps what the engine joined to it only where the guideline has one word: the sign of an ordinal before
    it, a unit of date or time or a numeral behind it.
    """
    piece = "".join(words)
    ends = {0, *accumulate(map(len, words))}
    for left, right, _ in places:
        ends.difference_update(range(left + 1, right))
    numbers = [(left, right) for left, right, kind in places if kind == "number"]
    for left, _ in numbers:
        if not (left and piece[left - 1] == _ORDINAL and left - 1 in ends):
            ends.add(left)
    for _, right in numbers:
        if not any(right + size in ends and piece[right : right + size] in _UNITS for size in (1, 2)):
            ends.add(right)
    return [piece[left:right] for left, right in pairwise(sorted(ends))]


def _unbroken_with_clusters(text: str) -> list[Place]:
    places: list[Place] = []
    for match in _places_with_clusters().finditer(text):
        start, end = match.span()
        if match.lastgroup == "run":
            places.append((start, end, _kind_of_run(text, start, end)))
        elif match.lastgroup == "space" or text[start].isspace() or end - start > LONGEST_BOUND:
            places.append((start, end, "word"))
        elif end - start > 1:
            places.append((start, end, "cluster"))
    return places


def _kind_of_run(text: str, start: int, end: int) -> Literal["word", "number"]:
    return "word" if end - start > LONGEST_BOUND or _HAS_LETTER.search(text, start, end) else "number"


def within(places: Sequence[Place], border: int) -> bool:
    """Tell whether a border lies inside one of the places that :func:`unbroken` returned."""
    before = bisect_left(places, border, key=itemgetter(0)) - 1
    return before >= 0 and border < places[before][1]


def widened(text: str, spans: Iterable[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Widen spans to the grapheme clusters that they begin and end in; spans of one cluster become one."""
    spans = list(spans)
    if not any(
        _MAY_JOIN.search(text, max(left - 1, 0), left + 1) or _MAY_JOIN.match(text, right) for left, right in spans
    ):
        return spans
    borders = [0, *(cluster.end() for cluster in _one_cluster().finditer(text))]
    wide: list[tuple[int, int]] = []
    for left, right in spans:
        left, right = borders[bisect_right(borders, left) - 1], borders[bisect_left(borders, right)]
        if wide and left < wide[-1][1]:
            left = wide.pop()[0]
        wide.append((left, right))
    return wide


@lru_cache(maxsize=1)
def _places_with_clusters() -> Any:
    import regex  # type: ignore[import-untyped, unused-ignore]  # only for the few texts that need it

    extends = r"[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]"
    return regex.compile(
        rf"(?P<space>\s+(?!{extends})|\x00)|(?P<run>\p{{GCB=Prepend}}*(?:{_RUN}){extends}*)|(?P<cluster>\X)"
    )


@lru_cache(maxsize=1)
def _one_cluster() -> Any:
    import regex

    return regex.compile(r"\X")
