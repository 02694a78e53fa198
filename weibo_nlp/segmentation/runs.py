"""What no engine cuts between marked places: white space, runs of letters and digits, grapheme clusters.

A run is letters and digits of any script but Chinese characters and kana, with the signs that hold it together, also in
full width: ``H5N1``, ``Wi-Fi``, ``hello_world``, ``don't``, ``AT&T``, ``node.js``, ``U.S.A.``, ``i7-12700K``,
``C++17``, ``10w+``, ``C#``, ``.NET``, ``2024-05-01T08:00Z``. One with a letter in it is a word, which no engine sees.
One of digits is a number, whole with its decimals, thousands, clock colon and percent sign (``10,000``, ``12:30``,
``3.5%``, ``9·11``; a score, ``3:2``, is three words), and the engine reads it within its sentence: the guideline of the
corpus wants dates and numerals in one word (``27日``, ``2012年``, ``318万``, ``第13``), but a measure word apart
(``3 年``, ``180 天``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Literal, TypeAlias

from weibo_nlp.segmentation.clusters import clusters, may_hold_clusters

Kind: TypeAlias = Literal["word", "number", "cluster"]
Place: TypeAlias = tuple[int, int, Kind]
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
_AD = "[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]"
_APART = "(?<![0-9A-Za-z０-９Ａ-Ｚａ-ｚ.．_＿])"
_INSIDE = "|".join([
    "[_＿]+",
    # The dot of a list (`1.iPhone`) is no decimal point; that of `5.x` is.
    rf"[.．](?:(?={_D}|[xX](?!{_A}))|(?<!{_APART}{_D}.)(?<!{_APART}{_D}{_D}.))",
    f"['’＇&＆](?<={_A}.)(?={_A})|['’＇](?<={_D}.)(?=[sSｓＳ](?!{_A}))",
    # Models (`i7-12700K`) are whole, ranges of numbers (`2-3W`) are not.
    f"[-－](?:(?<={_A}.)|(?={_A})|(?<={_A}{_D}.)|(?<={_A}{_D}{{2}}.)|(?<={_A}{_D}{{3}}.))",
    # Commas of thousands, the dot of `9·11`, the signs of `C++17`; between words they are signs.
    "(?<=[0-9])(?<![0-9]{4}),(?=[0-9]{3}(?![0-9]))|(?<=[０-９])(?<![０-９]{4})[,，](?=[０-９]{3}(?![０-９]))",
    f"(?<={_D})·(?={_D})",
    f"[+＋]{{2}}(?<={_A}..)(?={_D})",
])  # fmt: skip
# What digits and signs make together, told by its shape and bounded in length. A colon is a clock's only between an
# hour and a minute that begin a run: `iPhone15：10`, `17.4：10` and `21:15:3` hold none, `小米14：20:00` holds `20:00`.
_HOUR, _SIXTIETH = f"(?:[01０１]?{_D}|[2２][0-4０-４])", f"[0-5０-５]{_D}"
_NO_MORE = f"(?!{_D}|[.．]{_D})"
_ZONE = "(?:(?:[AaPpＡＰａｐ][MmＭｍ]|UTC|GMT|Z)(?![0-9A-Za-z]))?"
_YEAR, _MONTH = f"(?:[1１][89８９]|[2２][0０]){_D}{{2}}", "(?:[0０]?[1-9１-９]|[1１][0-2０-２])"
_DAY = f"(?:[0０]?[1-9１-９]|[12１２]{_D}|[3３][01０１])"
_TIME = "T[0-2][0-9](?::[0-5][0-9]){0,2}(?:[.,][0-9]{1,9})?(?:Z|[+-][0-2][0-9]:?[0-5][0-9])?(?![0-9A-Za-z])"
_HEX = "[0-9A-Fa-f]"
_SHAPES = "|".join([
    f"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}(?!{_AD})",  # UUID
    f"(?<!:)(?:{_HEX}{{2}}:){{5}}{_HEX}{{2}}(?!:?{_AD})|(?:{_HEX}{{2}}-){{5}}{_HEX}{{2}}(?!-?{_AD})",  # MAC
    f"{_YEAR}-{_MONTH}-{_DAY}(?:{_TIME}|{_NO_MORE})",
    *(f"{_YEAR}{sign}{_MONTH}{sign}{_DAY}{_NO_MORE}" for sign in "－/／"),
    f"{_DAY}/{_DAY}/{_YEAR}{_NO_MORE}",
    *(
        f"(?<!{_D}{colon}){_HOUR}{colon}{_SIXTIETH}(?:{colon}{_SIXTIETH})?(?:[.．]{_D}{{1,3}})?{_NO_MORE}(?![{after}]{_D}){_ZONE}"
        for colon, after in ((":", ":"), ("：", ":："))
    ),
    # Three groups and more are one number, of a telephone, a book, a day (`138-0000-0000`); two are a range, unless the
    # first is an area's or a country's.
    *(
        f"(?<!{_D}{hyphen})(?:[+＋]?{_D}{{1,12}}(?:{hyphen}{_D}{{1,12}}){{2,6}}|0{_D}{{2,3}}{hyphen}{_D}{{7,8}}"
        f"|[+＋]{_D}{{1,3}}{hyphen}{_D}{{7,12}}){_NO_MORE}(?![%％‰]|:{_D}|{hyphen}?{_AD})"
        for hyphen in "-－"
    ),
])  # fmt: skip
_RUN = "|".join([
    # Names made of both that the guideline has whole.
    "[4４][SsＳｓ]店|[ABHabＡＢＨ]股(?![东份权民])|[BbＢ]站|[TＴ]恤|[KkＫ]歌|[XＸ]光|[UＵ]盘|AA制|ＡＡ制",
    # Names of languages, keys and units that a sign begins or ends; which `#` opens a hashtag is known before.
    f"(?<!{_AD})[CDFGJQcdfgjqＣＤＦＧＪＱ][#＃♯](?![#＃♯])m?(?:{_D}+(?:[.．]{_D}+)*)?(?!{_AD})",
    f"°[CFcfＣＦ](?!{_AD})",
    f"(?=[+＋]?[0-9A-Fa-f０-９]{{1,12}}[-－:：/／])(?<!{_AD})(?:{_SHAPES})",
    f"(?:{_A}[.．]){{2,}}(?!{_D}|{_A})",  # with the dot of its last letter: `U.S.A.`
    f"{_D}{{1,12}}(?:[.．]{_D}{{1,12}})?[EeＥｅ][+＋]{_D}{{1,3}}(?!{_AD}|[.．]{_D})",  # 1.5e+5
    rf"(?:(?<!{_AD})(?<![%％‰)）+＋])[+＋]{{1,3}}(?={_D}))?"
    # A name that begins with a letter keeps all of its hyphens: `v1.2.3-1`, `Llama-3.1-8B`.
    rf"(?P<name>(?={_A}))?{_ANY}+(?:(?:(?(name)[-－]|(?!))|{_INSIDE}){_ANY}+)*"
    rf"(?:[%％‰]|[+＋]{{1,3}}(?!{_D}|{_A}|[+＋]))?",
])  # fmt: skip
_BINDING: tuple[Kind, ...] = ("word", "number", "cluster")
_SPACE = r"\s+|\x00"  # U+0000 is one by itself: vaporetto returns nothing for a text that holds it
# Found at its letters and widened to its dot: few dots begin a name, and every text has some.
_DOTTED = rf"(?<=[.．])(?<!{_AD}.)(?<![.．].)(?:NET|Net|net|ＮＥＴ)(?:{_D}+(?:[.．]{_D}+)*)?(?!{_AD})"
_PLACES = re.compile(f"(?P<space>{_SPACE})|(?P<dotted>{_DOTTED})|(?P<run>{_RUN})")
_HAS_LETTER = re.compile(_LETTER)
# No place begins with one of these, nor do they go on a cluster: Chinese characters, kana and most signs. A class of
# characters is searched ten times as fast as the places themselves.
_MAY_BEGIN = re.compile(
    "[^\u4e00-\u9fff\u3001\u3002\u3008-\u301b\u3040-\u3098\u309b-\u30ff\u2010-\u2027\u2030-\u205e！，．：；？（）～"
    "!\"#$%&'()*,./:;<=>?@\\[\\\\\\]^_`{|}~-]"
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
    runs = _runs(text, found)
    if not may_hold_clusters(text, found.start()):
        return list(runs)
    return _with_clusters(text, runs)


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


def _runs(text: str, found: re.Match[str] | None) -> Iterator[Place]:
    """Yield white space and runs, the first of which begins where `found` does or behind it."""
    while found is not None:
        start = end = found.start()
        match = _PLACES.match(text, start)
        if match is None:
            end += 1
        else:
            end = match.end()
            start -= match.lastgroup == "dotted"
            yield start, end, "word" if match.lastgroup == "space" else _kind_of_run(text, start, end)
        found = _MAY_BEGIN.search(text, end)


def _with_clusters(text: str, runs: Iterator[Place]) -> list[Place]:
    """Add clusters to white space and runs, and widen these to the clusters that they begin and end in.

    A run that goes on behind the marks of its last letter is one: to :mod:`re` marks are no letters.
    """
    joined: Iterator[Place] = ((start, end, "cluster") for start, end in clusters(text) if end - start > 1)
    places: list[Place] = []
    run_end = 0  # of the run in the last place; 0 where it holds none
    for start, end, kind in sorted([*runs, *joined], key=itemgetter(0)):
        last = places[-1][1] if places else 0
        is_run = kind != "cluster" and not text[start].isspace()
        if places and (start < last or (start == last and is_run and 0 < run_end < last)):
            left, right, other = places.pop()
            places.append((left, max(end, right), min(kind, other, key=_BINDING.index)))
        else:
            places.append((start, end, kind))
            run_end = 0
        run_end = end if is_run else run_end
    return [(start, end, kind if end - start <= LONGEST_BOUND else "word") for start, end, kind in places]


def _kind_of_run(text: str, start: int, end: int) -> Literal["word", "number"]:
    return "word" if end - start > LONGEST_BOUND or _HAS_LETTER.search(text, start, end) else "number"


def within(places: Sequence[Place], border: int) -> bool:
    """Tell whether a border lies inside one of the places that :func:`unbroken` returned."""
    before = bisect_left(places, border, key=itemgetter(0)) - 1
    return before >= 0 and border < places[before][1]
