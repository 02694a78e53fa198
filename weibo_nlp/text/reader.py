"""One reading of a text: the steps of the grammar, in the order that ``grammar.py`` states, beside the records."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from weibo_nlp.records import Span
from weibo_nlp.text.emoji import EMOJI, find_emoji
from weibo_nlp.text.kaomoji import find_kaomoji, may_hold_kaomoji
from weibo_nlp.text.markup import Found, gaps, refuse_lone_surrogates
from weibo_nlp.text.recognise import (
    BLANK,
    NAME,
    KnownNames,
    find_emoticons,
    find_hashtags,
    find_mentions,
    find_residue,
    find_urls,
)

_FILLERS = frozenset({"转发微博", "轉發微博", "转发", "轉發", "repost", "reposted"})
_REASON = re.compile("(?:转发理由|轉發理由)[:：]")
_CHAIN_OPENING = re.compile(f"//[{BLANK}]{{0,4}}+[@＠]")
_REPLY_OPENING = re.compile(f"[{BLANK}\\n]{{0,16}}+(?:回[复覆]|Reply to)[{BLANK}]{{0,4}}+[@＠]")
_NAME_AND_COLON = re.compile(f"({NAME})[{BLANK}]{{0,4}}+[:：]")
_COLON = re.compile(f"[{BLANK}]{{0,4}}+[:：]")
_SHORTENED = re.compile(rf"(?:(?:\.{{2,12}}|…{{1,6}}|。{{2,12}})[{BLANK}]{{0,8}}(?:展开全文|全文|展开)c?|展开全文c)\Z")
_SHORTENED_LINK = re.compile(rf"(?:\.{{2,12}}|…{{1,6}}|。{{2,12}})[{BLANK}]{{0,8}}全文[:：]?[{BLANK}]{{0,4}}\Z")
_SHORTENED_REACH = 64  # characters that a shortening mark can span, with room to spare
MARGIN = BLANK + "\n\r\u200c\u200d\u00ad"
"""Spaces and invisible signs that are no words, at either end of a piece."""


class Reader:
    """One reading of one text, with arguments and errors as in :func:`weibo_nlp.text.parse`.

    Markup is kept in tuples: a text may hold 10^5 places, and not every caller wants all.

    Attributes
    ----------
    places : list of (start, end, kind, value)
        All markup, sorted.
    own, original : Span
        The author's words; the quoted original, if shown.
    chain : list of (author, words, reply_to)
        Earlier reposts, nearest first.
    """

    def __init__(self, text: str, known_mentions: Sequence[str]) -> None:
        refuse_lone_surrogates(text)
        self.text = text
        self.known = KnownNames(known_mentions)
        self.places: list[Found] = []
        self.chain: list[tuple[str, Span, str | None]] = []
        self.truncated = False
        self._may_be_shortened = "全文" in text or "展开" in text
        if "//" in text or "www." in text.lower() or "t.cn/" in text.lower():
            self._collect(find_urls)
        self._urls = list(self.places)
        self.original, start = self._find_original()
        prefixes = list(self._chain_prefixes(start))
        stops = [*(prefix[0] for prefix in prefixes), len(text)]
        self.reply_to, self.own, filled = self._piece(start, stops[0])
        for (left, right, kind, author), stop in zip(prefixes, stops[1:], strict=True):
            self.places.append((left, right, kind, author))
            answered, words, _ = self._piece(right, stop)
            self.chain.append((author, words, answered))
        reposted = bool(prefixes) or start > 0
        self.empty_repost = filled or (reposted and not self.own.of(text).strip(MARGIN))
        self.places.sort()
        self._collect_inline(text)

    def _collect_inline(self, text: str) -> None:
        if "#" in text or "＃" in text:
            self._collect(find_hashtags)
        if "图" in text or "链接" in text or "视频" in text or "收起" in text or "展开" in text:
            self._collect(find_residue)
        if "@" in text or "＠" in text:
            self._collect(lambda piece, start, end: find_mentions(piece, start, end, self.known))
        if "[" in text:
            self._collect(find_emoticons)
        if may_hold_kaomoji(text):
            self._collect(find_kaomoji)
        if EMOJI.search(text):
            self._collect(find_emoji)

    def _collect(self, finder: Callable[[str, int, int], Iterable[Found]]) -> None:
        """Run a recogniser over what is still free."""
        free = gaps(self.places, 0, len(self.text))
        if places := [place for start, end in free for place in finder(self.text, start, end)]:
            self.places = sorted(self.places + places)

    def _find_original(self) -> tuple[Span | None, int]:
        """Find ``转发理由:``; return the original before it, and where the own words start."""
        for match in _REASON.finditer(self.text):
            left = match.start()
            before = self.text[max(0, left - _SHORTENED_REACH) : left]
            core = before.rstrip(MARGIN)
            mark = _SHORTENED.search(core)
            at_start = not core and left <= _SHORTENED_REACH
            if not (at_start or mark or "\n" in before[len(core) :]):
                continue  # somebody writes about reasons for reposting
            stop = left
            if mark:
                stop = left - len(before) + mark.start()
                self.places.append((stop, left, "client_residue", mark.group()))
                self.truncated = True
            self.places.append((left, match.end(), "forward_reason", match.group()))
            self.places.sort()
            return (Span(0, stop) if stop else None), match.end()
        return None, 0

    def _chain_prefixes(self, start: int) -> Iterator[Found]:
        position = start
        for left, right in gaps(self._urls, start, len(self.text)):
            for opening in _CHAIN_OPENING.finditer(self.text, left, right):
                named = self._name_and_colon(opening.end(), right)
                if named and opening.start() >= position:
                    author, position = named
                    yield opening.start(), position, "repost_prefix", author

    def _name_and_colon(self, start: int, end: int) -> tuple[str, int] | None:
        name = self.known.at(self.text, start, end)
        if name is not None and (colon := _COLON.match(self.text, start + len(name), end)):
            return name, colon.end()
        if match := _NAME_AND_COLON.match(self.text, start, end):
            return match.group(1), match.end()
        return None

    def _piece(self, start: int, end: int) -> tuple[str | None, Span, bool]:
        """Take prefix, filler and shortening mark off one speaker's part; return the answered, the words, if filled."""
        reply_to = None
        opening = _REPLY_OPENING.match(self.text, start, end)
        if opening and (named := self._name_and_colon(opening.end(), end)):
            reply_to, stop = named
            self.places.append((start, stop, "reply_prefix", reply_to))
            start = stop
        if end - start <= _SHORTENED_REACH:
            core = self.text[start:end].strip(MARGIN)
            if core.rstrip("。.").lower() in _FILLERS:
                self.places.append((start, end, "repost_filler", core))
                return reply_to, Span(end, end), True
        return reply_to, Span(start, self._shortened_end(start, end)), False

    def _shortened_end(self, start: int, end: int) -> int:
        """Mark a shortening sign at the end of a part (``…全文``), and return where the words before it end.

        Older clients put a link behind the sign (``…全文：http://…``); the words then go on to the link's end.
        """
        if not self._may_be_shortened:
            return end
        tail = self.text[start:end].rstrip(MARGIN)
        reach = tail[-_SHORTENED_REACH:]
        if mark := _SHORTENED.search(reach):
            left = start + len(tail) - len(reach) + mark.start()
            self.places.append((left, end, "client_residue", mark.group()))
            self.truncated = True
            return left
        index = bisect_right(self._urls, end, key=lambda url: url[1]) - 1
        if index >= 0 and self._urls[index][0] >= start and self._urls[index][1] >= start + len(tail):
            right = self._urls[index][0]
            floor = max(start, right - _SHORTENED_REACH)
            if mark := _SHORTENED_LINK.search(self.text[floor:right]):
                self.places.append((floor + mark.start(), right, "client_residue", mark.group()))
                self.truncated = True
        return end
