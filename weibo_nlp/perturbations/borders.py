"""Where words begin and end in a text that is edited, as the shipped segmenter cuts it.

A list knows how a word is written, not whether it stands there: `其中通过率` holds the letters of a parcel service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from weibo_nlp.segmentation import Segmenter, create_segmenter
from weibo_nlp.text.grammar import Post
from weibo_nlp.text.markup import INVISIBLE

_UNSEEN = re.compile(f"[{INVISIBLE}\ufe00-\ufe0f]")
_HASHTAGS = ("hashtag", "super_topic")
# The segmenter takes 朋友圈 and 小朋友 for one word; the word within is the same with or without these.
# Some are another word within a longer one: 加油站 cheers nobody, 东西区 lies in the east and west.
_BEFORE = frozenset("小老男女这那有到别翻")
_BEHIND = frozenset("们人家圈群号店站馆线费区队组办样天机剧鞋车奶")
_ALONE = frozenset({"加油", "东西"})


class Borders:
    """Borders of the words of a text; the text is cut when the first word is asked about.

    Invisible signs do not part words, and a hashtag is cut within, as a text of its own.

    Parameters
    ----------
    text : str
        The text.
    post : Post
        Its structure.
    """

    def __init__(self, text: str, post: Post) -> None:
        self._text, self._post = text, post
        self._marks: bytearray | None = None

    def hold(self, left: int, right: int) -> bool:
        """Tell whether a word stands between two offsets: by itself, or with one of a few affixes in a longer word."""
        text, marks = self._text, self._cut()
        if marks[left] and marks[right]:
            return True
        if text[left:right] in _ALONE or any(marks[left + 1 : right]):
            return False
        if marks[left]:
            return bool(text[right] in _BEHIND and marks[right + 1])
        return bool(marks[right] and text[left - 1] in _BEFORE and marks[left - 1])

    def hold_or_enclose(self, left: int, right: int) -> bool:
        """Tell whether a word stands there, or within one longer word, rather than across the border of two."""
        return self.hold(left, right) or not any(self._cut()[left + 1 : right])

    def _cut(self) -> bytearray:
        if self._marks is None:
            self._marks = _marks(self._text, self._post)
        return self._marks


def _marks(text: str, post: Post) -> bytearray:
    """One byte for each gap of a text, both ends among them: whether words meet there."""
    marks = bytearray(len(text) + 1)
    cut = _segmenter().cut
    for start, end in _stretches(text, post):
        seen = [i for i in range(start, end) if not _UNSEEN.match(text[i])]
        met = [start, end]
        # Where invisible signs stand between two words, both sides of each are borders.
        if seen:
            met += [*range(start, seen[0] + 1), *range(seen[-1] + 1, end)]
        at = 0
        for word in cut("".join(text[i] for i in seen))[:-1]:
            at += len(word)
            met += range(seen[at - 1] + 1, seen[at] + 1)
        for gap in met:
            marks[gap] = True
    return marks


def _stretches(text: str, post: Post) -> Iterator[tuple[int, int]]:
    """What lies between markup, and what a hashtag says; the signs of a hashtag apart."""
    position = 0
    for left, right, kind, _ in post.found:
        yield position, left
        if kind in _HASHTAGS:
            yield left + 1, right - 1
        position = right
    yield position, len(text)


@cache
def _segmenter() -> Segmenter:
    return create_segmenter("fast")
