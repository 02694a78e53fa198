"""Where the robustness edits write, and what: each finder proposes places of a passage with their replacements.

A finder yields sorted, not overlapping, not empty places. Those who only exchange words share one; those who draw do so
from the generator they are given, in an order that depends on the text alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from weibo_nlp.perturbations.borders import Borders
from weibo_nlp.perturbations.lexicon import Trade, WordList, edit_lexicon, is_whole
from weibo_nlp.text.grammar import Post, parse
from weibo_nlp.text.markup import INVISIBLE, MarkupKind
from weibo_nlp.text.offsets import Edit as Place
from weibo_nlp.text.reader import MARGIN

HASHTAGS: frozenset[MarkupKind] = frozenset({"hashtag", "super_topic"})

_HAN = "\u3400-\u9fff"
# What a reader sees: neither white space and controls, nor joiners and selectors, nor fillers that look like blanks.
_VISIBLE = re.compile(f"[^\\s{INVISIBLE}\\x00-\\x1f\\x7f-\\x9f\u115f\u1160\u2800\u3164\ufe00-\ufe0f\uffa0]")


@dataclass(frozen=True, slots=True)
class Passage:
    """What an edit may read and where it may write.

    Attributes
    ----------
    text : str
        The whole text.
    post : Post
        Its structure.
    free : tuple of (start, end)
        Where the edit may write: sorted, not overlapping, free of what it must not touch.
    """

    text: str
    post: Post
    free: tuple[tuple[int, int], ...]

    def words(self, words: WordList, *, enclosed: bool = False) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Words of a list where the edit may write: start, end and replacements.

        Where the segmenter sees other words, there are none; with `enclosed`, a longer word may hold one.
        """
        borders = Borders(self.text, self.post)
        stands = borders.hold_or_enclose if enclosed else borders.hold
        return chain.from_iterable(words.find(self.text, start, end, stands) for start, end in self.free)

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches of a pattern where the edit may write."""
        return chain.from_iterable(pattern.finditer(self.text, start, end) for start, end in self.free)


def passage_of(text: str, *, whole_text: bool = False, touches: frozenset[MarkupKind] = frozenset()) -> Passage:
    """Read a text and find where an edit may write.

    Parameters
    ----------
    text : str
        The text.
    whole_text : bool
        Also in what others said; else in the author's own words only.
    touches : frozenset of str
        Kinds of markup that do not hold the edit back.
    """
    post = parse(text)
    first, last = (0, len(text)) if whole_text else (post.own.start, post.own.end)
    free: list[tuple[int, int]] = []
    position = first
    for left, right, kind, _ in post.found:
        if kind in touches:
            continue
        if position < min(left, last):
            free.append((position, min(left, last)))
        position = max(position, right)
    if position < last:
        free.append((position, last))
    return Passage(text, post, tuple(free))


Finder = Callable[[Passage, random.Random], list[Place]]


def swap(words: str) -> Finder:
    """Return a finder of the words of a list of the lexicon, each with one of its replacements."""

    def find(passage: Passage, generator: random.Random) -> list[Place]:
        listed: WordList = getattr(edit_lexicon(), words)
        places: list[Place] = []
        for left, right, others in passage.words(listed):
            other = generator.choice(others)
            if is_whole(passage.text, left, right, other):
                places.append((left, right, other, None))
        return places

    return find


def separators(passage: Passage, generator: random.Random) -> list[Place]:
    """Words of two characters and more, cut by one sign for the whole text."""
    lexicon = edit_lexicon()
    sign = generator.choice(lexicon.cut_signs)
    words = passage.words(lexicon.cut_words, enclosed=True)
    return [(left, right, sign.join(passage.text[left:right]), None) for left, right, _ in words]


_BETWEEN_HAN = re.compile(f"[{_HAN}](?=[{_HAN}])")
# Zero-width space, non-joiner, word joiner, byte order mark: they show nothing between Chinese characters, and unlike a
# joiner they are never part of an emoji.
_ZERO_WIDTH = "\u200b\u200c\u2060\ufeff"


def zero_width(passage: Passage, generator: random.Random) -> list[Place]:
    """Gaps between characters, each with an invisible sign."""
    gaps = passage.matches(_BETWEEN_HAN)
    return [(*gap.span(), gap.group() + generator.choice(_ZERO_WIDTH), None) for gap in gaps]


# The signs of markup (# @ [ ] / : and brackets) stay: in full width some would be markup and some would not.
_HALF_WIDTH = re.compile(r"[A-Za-z0-9,.!?;~%&*+=-]+")
_TO_FULL_WIDTH = {half: half + 0xFEE0 for half in range(ord("!"), ord("~") + 1)}


def full_width(passage: Passage, generator: random.Random) -> list[Place]:
    """Runs of Latin letters, digits and punctuation, in full width."""
    runs = passage.matches(_HALF_WIDTH)
    return [(*run.span(), run.group().translate(_TO_FULL_WIDTH), None) for run in runs]


def traditional(passage: Passage, generator: random.Random) -> list[Place]:
    """Characters that traditional script writes otherwise, by phrase."""
    places: list[Place] = []
    for start, end in passage.free:
        before = passage.text[start:end]
        after: str = _to_traditional().convert(before)
        if len(before) == len(after):
            changed = (i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new)
            places += [(start + i, start + i + 1, after[i], None) for i in changed]
        elif before != after:
            places.append((start, end, after, None))
    return places


@lru_cache(maxsize=1)
def _to_traditional() -> Any:
    from opencc import OpenCC  # dictionaries of a few megabytes: only for those who ask

    return OpenCC("s2t")


# Marks that stretch a feeling which is there already. Not ？, which turns a question into indignation, not a 了 in the
# middle of a sentence, which is no cry, and not H, which is a name. With an end position `$` is that end, so a final
# particle before markup counts.
_CLAUSE_END = r"(?=[\s。！!，,～~…?？)）]|$)"
_STRETCHED = re.compile(
    r"(?P<laugh>(?P<ha>[哈嘿嘻呵])(?P=ha)++)(?!镜)"
    rf"|(?<![A-Za-z0-9哈])(?=哈*+h)[哈h]{{3,}}+{_CLAUSE_END}"
    r"|(?P<exclamation>[!！]++)"
    # Between words ~ is a range, and behind a number, too.
    rf"|(?<=[{_HAN}A-Za-z。，,…!！?？])(?<![零〇一二三四五六七八九十百千万亿两年月日天点号元块])[~～]++{_CLAUSE_END}"
    r"|(?<=[啊呀哇哦噢耶啦嘛哟呜呢吧哈])[~～]++"
    rf"|(?:[啊呀哇哦噢耶啦哟呜]|(?<!喇)嘛){_CLAUSE_END}"
    r"|(?P<done>了)(?=[！!～~]|\s*$)"
)
# Beside ASCII signs and letters, ! is a negation, a factorial or a part of a name: `a!=b`, `!important`, `5!`.
_NO_EXCLAMATION_BEFORE = re.compile(r"(?:[0-9)=<#]|(?<![A-Za-z])[A-Za-z]|(?:^|\s))\Z")
_NO_EXCLAMATION_BEHIND = re.compile(r"[A-Za-z0-9_=(/<|&*+-]")
_FACES: frozenset[MarkupKind] = frozenset({"emoticon", "emoji", "kaomoji"})


def repeats(passage: Passage, generator: random.Random) -> list[Place]:
    """Exclamation marks, laughter and final particles, drawn out by two or three."""
    borders = Borders(passage.text, passage.post)
    ends = set(_sentence_ends(passage))
    stretches = [m for m in passage.matches(_STRETCHED) if _is_cry(m, borders, ends)]
    return [(m.end() - 1, m.end(), m.group()[-1] * (1 + generator.randint(2, 3)), None) for m in stretches]


def _sentence_ends(passage: Passage) -> Iterator[int]:
    """Ends of the free stretches behind which no sentence goes on: `看了#电影#` has an object, a face has none."""
    own = passage.post.own
    yield own.end
    end = own.end
    for left, right, kind, _ in reversed(passage.post.found):
        if kind in _FACES:
            yield left
        elif kind in HASHTAGS and right <= own.end and not _VISIBLE.search(passage.text, right, end):
            # Hashtags behind the last word, which a blank sets apart.
            if passage.text[left - 1 : left].isspace():
                yield left
            end = left


def _is_cry(match: re.Match[str], borders: Borders, ends: Container[int]) -> bool:
    text, (left, right) = match.string, match.span()
    if match["laugh"]:
        return borders.hold(left, right)  # 娃哈哈 is a drink
    if match["exclamation"]:
        if match.group().isascii():
            behind = _NO_EXCLAMATION_BEHIND.match(text, right)
            return not behind and not _NO_EXCLAMATION_BEFORE.search(text[max(left - 2, 0) : left])
        return text[right : right + 1] != "="
    if match["done"]:
        marked = text[right : match.endpos].lstrip()[:1] in tuple("!！~～")
        return marked or match.endpos in ends
    return True


def hashtags(passage: Passage, generator: random.Random) -> list[Place]:
    """Hashtags before the first word and after the last one; within a sentence a hashtag is a part of it."""
    text, own = passage.text, passage.post.own
    tags = [item for item in passage.post.found if item[2] in HASHTAGS and own.start <= item[0] < own.end]
    first, last = own.start, own.end  # of the words between the hashtags
    for left, right, *_ in tags:
        if _VISIBLE.search(text, first, left):
            break
        first = right
    for left, right, *_ in reversed(tags):
        if left < first or _VISIBLE.search(text, right, last):
            break
        last = left
    if not _VISIBLE.search(text, first, last):
        return []
    places: list[Place] = []
    position = own.start
    for left, right, kind, _ in (tag for tag in tags if tag[1] <= first or tag[0] >= last):
        # The blank that set a hashtag apart goes with it.
        while left > position and text[left - 1] in " \u3000":
            left -= 1
        while right < own.end and text[right] in " \u3000":
            right += 1
        places.append((left, right, "", kind))
        position = right
    return places


def brands(passage: Passage, generator: random.Random) -> list[Place]:
    """Brands, each with that of the same trade which the draw puts in its place."""
    # Drawn for all trades before the text is looked at, so that text, target and parent exchange alike.
    trades = edit_lexicon().trades
    others = _exchange(tuple(generator.randrange(1, len(trade)) for trade in trades))
    places: list[Place] = []
    for left, right, (other,) in passage.words(others):
        written = _in_case_of(passage.text[left:right], other)
        if not _is_english(passage.text, left, right, trades) and is_whole(passage.text, left, right, written):
            places.append((left, right, written, None))
    return places


# Brands that are English words, too.
_ENGLISH = frozenset({"mini", "smart", "costa"})
_LATIN_BEFORE, _LATIN_BEHIND = re.compile("[A-Za-z] ?\\Z"), re.compile(" ?[A-Za-z]")


def _is_english(text: str, left: int, right: int, trades: Sequence[Trade]) -> bool:
    """Tell whether a spelling is no brand but an English word: `I am smart`, `mini裙`, `Costa Rica`."""
    spelling = text[left:right]
    if spelling.lower() not in _ENGLISH:
        return False
    if _LATIN_BEHIND.match(text, right):
        return True
    trade = next(trade for trade in trades if any(spelling.lower() == name.lower() for row in trade for name in row))
    if (
        text[max(left - 16, 0) : left]
        .rstrip(" ")
        .lower()
        .endswith(tuple(name.lower() for row in trade for name in row))
    ):
        return False  # 宝马mini
    listed = any(spelling in row for row in trade) and not spelling.islower()
    return not listed or _LATIN_BEFORE.search(text[max(left - 2, 0) : left]) is not None


@lru_cache(maxsize=256)
def _exchange(shifts: tuple[int, ...]) -> WordList:
    words: dict[str, tuple[str]] = {}
    lexicon = edit_lexicon()
    for trade, shift in zip(lexicon.trades, shifts, strict=True):
        for i, row in enumerate(trade):
            for spelling, other in zip(row, trade[(i + shift) % len(trade)], strict=True):
                for cased in (spelling, spelling.lower(), spelling.upper(), spelling.capitalize()):
                    words[cased] = (other,)
    return WordList.of(words, lexicon.kept_brands)


def _in_case_of(spelling: str, other: str) -> str:
    cases = (str.lower, str.upper, str.capitalize) if (spelling + other).isascii() else ()
    return next((cased(other) for cased in cases if spelling == cased(spelling)), other)


def spam(passage: Passage, generator: random.Random) -> list[Place]:
    """The end of the author's own words, with one of the tails behind it."""
    own = passage.post.own
    tail = generator.choice(edit_lexicon().spam_tails)
    words = own.of(passage.text).rstrip(MARGIN)
    if not _VISIBLE.search(words):
        return []
    end = own.start + len(words)
    gap = generator.choice((" ", "\n", "  "))
    return [(end - 1, end, f"{words[-1]}{gap}{tail}", None)]
