"""What a segmenter is, and the frame that all of them share.

First come marked places, which nothing cuts; then white space, runs of letters and digits, numbers and grapheme
clusters; then words of the user's lexicon, which may contain some of these and cut none. An engine sees only what is
left between them, in simplified script and in pieces of at most ``PIECE_LIMIT`` characters; numbers and grapheme
clusters in its pieces are mended behind it. So no engine can cut a link or an emoji, and a text of any length costs
time and memory in proportion to it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any, Protocol, runtime_checkable
from unicodedata import unidata_version

from weibo_nlp.errors import DataError
from weibo_nlp.segmentation.clusters import widened
from weibo_nlp.segmentation.lexicon import Lexicon
from weibo_nlp.segmentation.runs import Place, bind, unbroken
from weibo_nlp.text import protected_spans
from weibo_nlp.text.lexicon import emoticon_lexicon, script_lexicon
from weibo_nlp.text.markup import require_string
from weibo_nlp.text.script import converted

PIECE_LIMIT = 1000
"""Longest piece an engine is given, in characters; a longer one is cut behind its last clause mark, or at the limit."""

FRAME_VERSION = "2"
"""Moves whenever the frame may give other words; a test holds it to the words of fixed texts."""

_CLAUSE_MARK = re.compile("[，。！？；：、…!?;]")
# Characters of which alone nothing protected can be made: a link has `/` or `www.`, a mention `@`, a hashtag `#`, an
# emoticon `[`, a face drawn in ASCII a letter or one of `^>;-=@$:`, other faces and emoji a character of their own.
# Most texts are ruled out here at a tenth of the cost of reading them.
_MAY_BE_MARKED = re.compile(
    r"[^\u4e00-\u9fff\s0-9,.!?%&'\"{|}~\u3001\u3002\u3008-\u3011\u2018\u2019\u201c\u201d\u2014\u2026，！？：；～]"
)
# The character set of simplified script, which the standard library knows, holds these traditional ones.
_TRADITIONAL_IN_GB2312 = re.compile("[乾吒夥後徵拚捱摺於榘菸著薹袷醣麴麽]")


@runtime_checkable
class Segmenter(Protocol):
    """Cuts text into words; joined, the words are the text.

    Attributes
    ----------
    name : str
        What :func:`weibo_nlp.segmentation.create_segmenter` knows it by.
    version : str
        Changes whenever the words may change: with the engine, the frame around it, the lists of emoticons and of
        scripts, Unicode, and the user's lexicon. What was made of words can be kept under it.
    """

    @property
    def name(self) -> str:
        """The name."""
        ...

    @property
    def version(self) -> str:
        """The version."""
        ...

    def cut(self, text: str) -> list[str]:
        """Return the words of `text` in order; for an empty text, none."""
        ...


@dataclass(frozen=True, slots=True)
class Engine:
    """What cuts the pieces between marked places.

    Attributes
    ----------
    name, version : str
        As of the segmenter.
    cut : callable
        Takes a piece of 1 to ``PIECE_LIMIT`` characters in simplified script, without white space, U+0000 and runs that
        have a letter; returns its words, which joined are the piece.
    """

    name: str
    version: str
    cut: Callable[[str], list[str]]


class FramedSegmenter:
    """A segmenter made of the grammar of Weibo text, a user's lexicon, and an engine that cuts what is in between."""

    def __init__(self, engine: Engine, lexicon: Lexicon | None = None) -> None:
        self.name, self._engine_version, self._cut = engine.name, engine.version, engine.cut
        self._lexicon = lexicon

    @property
    def version(self) -> str:
        """Of engine, frame and, where there is one, lexicon."""
        words = "" if self._lexicon is None else f", lexicon {self._lexicon.digest()}"
        return f"{self._engine_version} ({frame_version()}{words})"

    def __getstate__(self) -> dict[str, Any]:
        """Pickle name and words, and the frame that they were pickled under."""
        return {**self.__dict__, "_frame": frame_version()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what was pickled, unless it was under another frame.

        Raises
        ------
        DataError
            If it may cut otherwise here than where it was pickled.
        """
        frame = state.pop("_frame", "frame 1")
        if frame != frame_version():
            raise DataError(
                f"this segmenter was pickled with {frame}, here is {frame_version()}, and words may differ; create it "
                "again with create_segmenter, and keep names rather than pickled segmenters."
            )
        self.__dict__.update(state)

    def cut(self, text: str) -> list[str]:
        """Return the words of `text` in order; joined, they are the text.

        Links, mentions, hashtags, super topics, emoticons, emoji sequences and drawn faces are one token each, with the
        joiners and accents that readers see as part of their last character; and so are words of the lexicon, runs of
        white space, and runs of letters and digits.

        Raises
        ------
        DataError
            If `text` is no string, or holds a lone surrogate.
        """
        require_string(text)
        # Lone surrogates are among the characters that are looked at closely, and refused there.
        if not may_be_marked(text) or not (spans := protected_spans(text)):
            return self._unmarked(text)
        return _cut_around(text, widened(text, ((span.start, span.end) for span in spans)), self._unmarked)

    def _unmarked(self, text: str) -> list[str]:
        places = unbroken(text)
        if self._lexicon is not None:
            places = _with_words(places, self._lexicon.find(text, places))
        if not places:
            return self._piece(text, ()) if text else []
        words: list[str] = []
        bound: list[Place] = []  # in the piece that begins at `position`
        position = 0
        for left, right, kind in places:
            if kind != "word":
                bound.append((left - position, right - position, kind))
                continue
            if position < left:
                words += self._piece(text[position:left], bound)
                bound = []
            words.append(text[left:right])
            position = right
        return words + self._piece(text[position:], bound) if position < len(text) else words

    def _piece(self, piece: str, bound: Sequence[Place]) -> list[str]:
        if not may_be_traditional(piece):
            return self._simplified(piece, bound)
        words = self._simplified(converted(piece), bound)
        return [piece[end - len(word) : end] for word, end in zip(words, accumulate(map(len, words)), strict=True)]

    def _simplified(self, piece: str, bound: Sequence[Place]) -> list[str]:
        if len(piece) <= PIECE_LIMIT:
            words = self._cut(piece)
            return bind(words, bound) if bound else words
        return [word for part, places in _parts(piece, bound) for word in bind(self._cut(part), places)]


@cache
def frame_version() -> str:
    """Versions of all that the frame's words depend on: its own, its lists, Unicode here and in `regex`, OpenCC."""
    from importlib import metadata  # takes long to import; few ask

    lists = f"emoticons {emoticon_lexicon().version}, script {script_lexicon().version}"
    packages = ", ".join(f"{name} {metadata.version(name)}" for name in ("regex", "opencc"))
    return f"frame {FRAME_VERSION}, {lists}, unicode {unidata_version}, {packages}"


def may_be_marked(text: str) -> bool:
    """Tell cheaply whether it is worth looking for protected spans; true for many texts that hold none."""
    return _MAY_BE_MARKED.search(text) is not None


def may_be_traditional(piece: str) -> bool:
    """Tell cheaply whether characters of the traditional script may be in a piece; true for some that hold none."""
    try:
        piece.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return _TRADITIONAL_IN_GB2312.search(piece) is not None


def _cut_around(text: str, places: Iterable[tuple[int, int]], cut: Callable[[str], list[str]]) -> list[str]:
    """Keep each of the sorted places whole, and cut what is left between them."""
    words: list[str] = []
    position = 0
    for left, right in places:
        if position < left:
            words += cut(text[position:left])
        words.append(text[left:right])
        position = right
    return words + cut(text[position:]) if position < len(text) else words


def _with_words(places: Sequence[Place], words: Iterable[tuple[int, int]]) -> Sequence[Place]:
    """Put words of the lexicon in the place of what they contain; none of them begins or ends inside a place."""
    merged: list[Place] = []
    index = 0
    for left, right in words:
        while index < len(places) and places[index][0] < left:
            merged.append(places[index])
            index += 1
        while index < len(places) and places[index][0] < right:
            index += 1
        merged.append((left, right, "word"))
    return [*merged, *places[index:]] if merged else places


def _parts(piece: str, bound: Sequence[Place]) -> Iterator[tuple[str, list[Place]]]:
    """Cut a long piece behind clause marks, as late as ``PIECE_LIMIT`` allows, and not within one of its places."""
    waiting = deque(bound)
    start = 0
    while start < len(piece):
        stop = start + PIECE_LIMIT
        if stop < len(piece):
            for mark in _CLAUSE_MARK.finditer(piece, start, stop):
                stop = mark.end()
        places: list[Place] = []
        while waiting and waiting[0][0] < stop:
            left, right, kind = waiting[0]
            if right > stop and left > start:
                stop = left
                break
            stop = max(stop, right)
            places.append((left - start, right - start, kind))
            waiting.popleft()
        yield piece[start:stop], places
        start = stop
