"""The quick way of preparing texts: of those that hold nothing for the grammar to read, which most are, many at once.

So are texts whose only markup are names, each of which becomes a mask. Whether there is such a thing is asked of two
neighbouring characters at a time, in arrays; a text of which it is not sure is left to
:func:`weibo_nlp.features.preparation.prepare`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from weibo_nlp.text.markup import INVISIBLE
from weibo_nlp.text.reader import NO_NAMES, behind_reply
from weibo_nlp.text.recognise import find_mentions
from weibo_nlp.text.script import by_phrase, traditional_signs
from weibo_nlp.text.twins import of_both_scripts
from weibo_nlp.text.width import BEFORE_WIDE, WIDE, WIDE_BEHIND

SPACE = re.compile(r"\s+")
_OTHER_SPACE = re.compile(r"\s\s+|[^\S ]")  # what SPACE would make another text of
# Numbers of phones, accounts and orders: they are somebody's, and say nothing.
LONG_NUMBER = re.compile(r"[0-9]{5,}")
NUMBER_MASK = "0"

# Of names, HTML and joined texts; those of words of the traditional script are added.
_SIGNS = f"<&\0\ud800-\udfff{INVISIBLE}{WIDE}"
# Two neighbours of whatever else is read: links; 转发理由, 转发微博 and "repost"; shortening marks; words of the app;
# full-width signs behind half-width letters.
_PAIRS = (
    *(("/", "/"), ("wW", "wW"), ("tT", "."), ("pP", "oO"), (BEFORE_WIDE, WIDE_BEHIND)),
    *map(tuple, ["转发", "全文", "展开", "页链", "查看", "论配", "博视", "收起", "组图"]),
)
_SINGLE = np.uint16(1 << 15)
_NAME = np.uint16(1 << 14)
_ANYTHING = np.uint16(_SINGLE | _NAME)
_BESIDE_NAMES = re.compile("[#＃(（]")  # of a hashtag or a face, `@` may be a part
MENTION_MASK = "@"
_N_CODES = 0x110000
_RANGE = re.compile("(.)(?:-(.))?", re.DOTALL)


def prepare_unmarked(texts: Sequence[str]) -> list[str | None]:
    """Prepare the texts that hold no markup; None in the place of each other.

    Parameters
    ----------
    texts : sequence of str
        Raw texts, read as HTML or not.

    Returns
    -------
    list of str or None
        What :func:`weibo_nlp.features.preparation.prepare` says of a text, which is all the author's own.
    """
    is_left, has_names = _holds_markup(texts)
    for place in np.flatnonzero(has_names & ~is_left).tolist():
        is_left[place] = _BESIDE_NAMES.search(texts[place]) is not None
    quick = [text for text, left in zip(texts, is_left.tolist(), strict=True) if not left]
    if quick:
        is_other_script = _is_changed(quick)
        if is_other_script.any():
            is_left[np.flatnonzero(~is_left)[is_other_script]] = True
            quick = [text for text, left in zip(texts, is_left.tolist(), strict=True) if not left]
    if (has_names := has_names[~is_left]).any():
        quick = [_without_names(text) if named else text for text, named in zip(quick, has_names.tolist(), strict=True)]
    joined = _OTHER_SPACE.sub(" ", LONG_NUMBER.sub(NUMBER_MASK, "\0".join(quick))).lower()
    own = map(str.strip, joined.split("\0"))
    return [None if left else next(own) for left in is_left.tolist()]


def _without_names(text: str) -> str:
    """Mask the names of a text in which nothing else is read; the one that it answers goes."""
    pieces, start = [], behind_reply(text)
    last = start
    for left, right, _, _ in find_mentions(text, start, len(text), NO_NAMES):
        pieces += [text[last:left], MENTION_MASK]
        last = right
    return "".join([*pieces, text[last:]])


def _holds_markup(texts: Sequence[str]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether there may be something in a text that is read or rewritten, and whether a name, shape (n_texts,) each."""
    codes, starts = _codes("\0".join(texts)), _starts(texts)
    opening, closing = _tables()
    flags = opening.take(codes)
    flags[:-1] &= closing.take(codes[1:])
    flags[-1:] &= _ANYTHING
    flags[starts[1:] - 1] = 0  # what joins two texts is in neither
    places = np.flatnonzero(flags)
    rows, found = np.searchsorted(starts, places, side="right") - 1, flags.take(places)
    is_marked, has_names = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    is_marked[rows[found != _NAME]] = True
    has_names[rows[found == _NAME]] = True
    return is_marked, has_names


def _is_changed(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether a conversion to simplified script changes a text, shape (n_texts,)."""
    joined = "\n".join(texts)
    converted = by_phrase()(joined)
    if converted == joined:
        return np.zeros(len(texts), dtype=bool)
    if len(converted) != len(joined):  # nothing in today's dictionaries does that
        return np.ones(len(texts), dtype=bool)
    starts = _starts(texts)
    places = np.flatnonzero(_codes(converted) != _codes(joined))
    is_changed = np.zeros(len(texts), dtype=bool)
    is_changed[np.searchsorted(starts, places, side="right") - 1] = True
    return is_changed


def _starts(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1
    starts: npt.NDArray[np.int64] = np.cumsum(sizes) - sizes
    return starts


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


@cache
def _tables() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """Bits of the pairs that a character may open, and of those that it may close; any may stand behind a sign."""
    opening, closing = np.zeros(_N_CODES, dtype=np.uint16), np.full(_N_CODES, _ANYTHING)
    for place, (first, second) in enumerate(_PAIRS):
        opening[_members(first)] |= np.uint16(1 << place)
        closing[_members(second)] |= np.uint16(1 << place)
    opening[_members(_SIGNS + traditional_signs())] |= _SINGLE
    opening[ord("@")] |= _NAME
    return opening, closing


def _members(characters: str) -> npt.NDArray[np.int64]:
    """Places of the characters of a class of :mod:`re`; of a single one, of its forms in both scripts."""
    if len(characters) == 1:
        characters = of_both_scripts(characters).strip("[]")
    codes: set[int] = set()
    for match in _RANGE.finditer(characters):
        codes.update(range(ord(match[1]), ord(match[2] or match[1]) + 1))
    return np.array(sorted(codes))
