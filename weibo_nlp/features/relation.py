"""How a text stands to the target it is judged on: whether and where it is named, what stands near, what both say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

NOUN, CLAIM = "noun", "claim"
"""What kinds of targets there are: something that has a name, or a sentence that somebody holds."""

WINDOW = 8
"""Characters on either side of a mention that count as near."""
POSITION = "position"
"""How cues begin that name a side which the text takes near the mention."""
GAP = "◇"
"""What stands for the mention in what is near it; no n-gram of a text has it."""

_CLAIM_LENGTH = 9  # of C-STANCE's noun phrases, one in fifty is as long; of its claims, one in 180 is shorter
_SEARCHED = 400  # characters in which parts of a target are looked for: what costs is their number times its length
_STEPS = 8

_CUES = MappingProxyType(
    {
        "for": re.compile("支持|赞|顶|挺|喜欢|爱|好|棒|对|应该|该|必须|理解|欢迎|感谢|加油|值得|真诚|鼓掌|给力|👍|❤"),
        "against": re.compile(
            "反对|抵制|滚|骂|垃圾|恶心|讨厌|可恶|无耻|滥|害|骗|假|烂|差|丑|傻|怒|呸|吐|拒|禁|封|罚|取关|可笑|谎|黑心|底线"
        ),
        "not": re.compile("不|没|无|非|别|莫|勿|未|否|难道|岂|何必|凭什么"),
        "asked": re.compile("[?？]|吗|么|呢|难道|怎么|为什么|凭什么|谁|什么"),
    }
)

# What takes a side by itself, near what it is about; a denial before it turns it round. Scorn is apart: who calls
# defaulters shameless is for a list of them.
_FOR = "支持|赞成|赞同|拥护|力挺|点赞|欢迎|同意|喜欢|真诚|加油|干得漂亮|大快人心|早该|活该|就该|应该|必须"
_AGAINST = "反对|抵制|抗议|取消|拒绝|滥权|滥用|侵权|违法|不公|凭什么|荒唐|过分|太狠|离谱"
_SCORN = "滚|讨厌|恶心|垃圾|无耻|可耻|骗|取关|呸|黑心|底线"
_QUESTION_MARK = re.compile("[?？]")
_DENIED = "(?P<not>不|没|别|莫|勿|难道|岂)?(?:会|要|能|是|想|再|太|敢|可)?"
_POSITIONS = re.compile(f"{_DENIED}(?:(?P<for>{_FOR})|(?P<against>{_AGAINST})|(?P<scorn>{_SCORN}))")
# Most of what is near a mention holds neither a cue nor a position, which its characters tell at once.
_CUE_SIGNS = frozenset("".join(cue.pattern for cue in _CUES.values()))
_POSITION_SIGNS = frozenset(word[0] for word in f"{_FOR}|{_AGAINST}|{_SCORN}".split("|"))
_NEAR_CUES = tuple((cue, (f"{name} before", f"{name} after")) for name, cue in _CUES.items())


@dataclass(frozen=True, slots=True)
class Relation:
    """What is said near a mention of the target, and statistics of both.

    Attributes
    ----------
    window : str
        What stands around the mention, which is a `GAP` there; empty where the target is not mentioned.
    cues : tuple of str
        Names of what is there, such as ``not before`` or ``named``.
    """

    window: str
    cues: tuple[str, ...]


class Mentions:
    """Words by which texts speak of a target, looked for all at once.

    Parameters
    ----------
    words : sequence of str
        In the order in which they count; an empty one is none.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(dict.fromkeys(word for word in words if word))
        self._ranks = {word: rank for rank, word in enumerate(self._words)}
        self._any = re.compile("|".join(map(re.escape, self._words))) if self._words else None

    def first_in(self, text: str) -> str | None:
        """Return the first of the words, in their order, that a text has; None where it has none."""
        if self._any is None:
            return None
        best, place = len(self._words), 0
        # At each place, the first word that begins there is found; of all places, the first in order is taken.
        while best and (match := self._any.search(text, place)):
            best, place = min(best, self._ranks[match.group()]), match.start() + 1
        return self._words[best] if best < len(self._words) else None


def kind_of(target: str) -> str:
    """Say whether a target is a name or a claim, by its length: a claim is a sentence."""
    return CLAIM if len(target) >= _CLAIM_LENGTH else NOUN


def relation(text: str, target: str, mentions: Mentions | Sequence[str] = ()) -> Relation:
    """Relate a text to a target, both as models see them.

    Parameters
    ----------
    text, target : str
        As :func:`weibo_nlp.features.preparation.prepare` gives them.
    mentions : Mentions or sequence of str
        Other words by which texts speak of the target.

    Examples
    --------
    >>> near = relation("坚决反对黑名单", "信用惩戒", ["黑名单"])
    >>> near.window, "against before" in near.cues
    ('坚决反对◇', True)
    """
    place = _mention(text, target, mentions if isinstance(mentions, Mentions) else Mentions(mentions))
    cues: list[str] = []
    window = ""
    if place is None:
        cues.append("unnamed")
    else:
        how, start, end = place
        before, after = text[max(0, start - WINDOW) : start], text[end : end + WINDOW]
        window = f"{before}{GAP}{after}"
        cues.append(how)
        near = (before, after)
        sides = [side for side in (0, 1) if not _CUE_SIGNS.isdisjoint(near[side])]
        if sides:
            cues += [names[side] for cue, names in _NEAR_CUES for side in sides if cue.search(near[side])]
        cues += [f"next {sign}" for sign in (before[-1:], after[:1]) if sign]
        if taken := [words for words in near if not _POSITION_SIGNS.isdisjoint(words)]:
            cues += _positions(*taken, is_question=_QUESTION_MARK.search(text) is not None)
    if kind_of(target) == CLAIM:
        cues += _statistics(text, target)
    return Relation(window, tuple(cues))


def _mention(text: str, target: str, mentions: Mentions) -> tuple[str, int, int] | None:
    """How a text names a target, and where; parts of it count from two characters on."""
    if target and (start := text.find(target)) >= 0:
        return "named", start, start + len(target)
    if name := mentions.first_in(text):
        start = text.find(name)
        return "alias", start, start + len(name)
    if (pairs := _pairs(target)) is None or not pairs.search(text, 0, _SEARCHED):
        return None
    place, size = _common_part(text[:_SEARCHED], target)
    start = text.find(target[place : place + size])
    return f"part {_step(size / len(target))}", start, start + size


@lru_cache(maxsize=4096)
def _pairs(target: str) -> re.Pattern[str] | None:
    """What finds two signs that follow each other in a target; None where it has no two."""
    pairs = dict.fromkeys(first + second for first, second in pairwise(target))
    return re.compile("|".join(map(re.escape, pairs))) if pairs else None


def _common_part(text: str, target: str) -> tuple[int, int]:
    """Place in the target, and size, of the first of its longest parts that a text has.

    By bisection, since a text with a part of some size has parts of every smaller one.
    """
    least, most, place = 0, min(len(target), len(text)), 0
    while least < most:
        size = (least + most + 1) // 2
        start = next((at for at in range(len(target) - size + 1) if target[at : at + size] in text), None)
        if start is None:
            most = size - 1
        else:
            least, place = size, start
    return place, least


def _positions(*near: str, is_question: bool) -> Iterator[str]:
    """Sides that are taken near a mention, by words that say so; who asks may take none."""
    sides = sorted(_side(match) for words in near for match in _POSITIONS.finditer(words))
    yield from (f"{'asked ' if is_question else ''}{POSITION} {side}" for side in sides)


def _side(match: re.Match[str]) -> str:
    if match["scorn"]:
        return "scorn"
    return "for" if bool(match["for"]) is not bool(match["not"]) else "against"


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a claim is compared by, which comes again with every text: pairs of signs, signs, denials, cues."""

    pairs: tuple[str, ...]
    signs: frozenset[str]
    denied: int
    present: tuple[bool, ...]


@lru_cache(maxsize=4096)
def _claim(target: str) -> _Claim:
    pairs = tuple({first + second for first, second in pairwise(target)})
    present = tuple(cue.search(target) is not None for cue in _CUES.values())
    return _Claim(pairs, frozenset(target), len(_CUES["not"].findall(target)), present)


def _statistics(text: str, target: str) -> tuple[str, ...]:
    """What a claim and a text share, and whether both deny: a text that repeats a claim mostly supports it."""
    claim = _claim(target)
    shared = _step(sum([pair in text for pair in claim.pairs]) / max(1, len(claim.pairs)))
    signs = _step(sum([sign in text for sign in claim.signs]) / max(1, len(claim.signs)))
    denying = len(_CUES["not"].findall(text))
    present = tuple(denying > 0 if name == "not" else cue.search(text) is not None for name, cue in _CUES.items())
    odd = (claim.denied + denying) % 2
    return _statistic_cues(shared, signs, min(claim.denied, 2), min(denying, 4), odd, present, claim.present)


@lru_cache(maxsize=2**16)
def _statistic_cues(
    shared: int, signs: int, denied: int, denying: int, odd: int, present: tuple[bool, ...], claimed: tuple[bool, ...]
) -> tuple[str, ...]:
    """Names of what a text and a claim have in common: there are some thousands of combinations."""
    cues = [
        f"shared {shared}",
        f"signs {signs}",
        f"denials {denied} {denying}",
        f"odd {odd}",
        f"shared {shared} denials {denied} {min(denying, 3)}",
    ]
    for name, of_text, of_claim in zip(_CUES, present, claimed, strict=True):
        cues += [f"{name} {of_text} {of_claim}", f"{name} {of_text} shared {shared}"]
    return tuple(cues)


def _step(share: float) -> int:
    return int(share * _STEPS)
