"""One reading of a text: the steps of the grammar, in the order that ``grammar.py`` states, beside the records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from weibo_nlp.records import Span
from weibo_nlp.text.claims import Claims
from weibo_nlp.text.emoji import EMOJI, find_emoji
from weibo_nlp.text.folding import folded
from weibo_nlp.text.kaomoji import find_kaomoji, may_hold_kaomoji
from weibo_nlp.text.markup import BLANK, Found, refuse_lone_surrogates
from weibo_nlp.text.recognise import (
    MAY_BE_RESIDUE,
    NAME,
    KnownNames,
    find_emoticons,
    find_hashtags,
    find_mentions,
    find_residue,
    find_urls,
)
from weibo_nlp.text.twins import of_both_scripts

_FILLER = re.compile(of_both_scripts("转发(?:微博)?|[rR][eE][pP][oO][sS][tT](?:[eE][dD])?"))
_REASON = re.compile(of_both_scripts("转发理由[:：]"))
_CHAIN_OPENING = re.compile(f"//[{BLANK}]{{0,4}}+[@＠]")
_REPLY_OPENING = re.compile(of_both_scripts(f"[{BLANK}\\n]{{0,16}}+(?:回复|Reply to)[{BLANK}]{{0,4}}+[@＠]"))
_NAME_AND_COLON = re.compile(f"({NAME})[{BLANK}]{{0,4}}+[:：]")
_COLON = re.compile(f"[{BLANK}]{{0,4}}+[:：]")
_MAY_BE_SHORTENED = re.compile(of_both_scripts("全文|展开"))
_DOTS = rf"(?:\.{{2,12}}|…{{1,6}}|。{{2,12}})[{BLANK}]{{0,8}}"
_SHORTENED = re.compile(of_both_scripts(rf"(?:{_DOTS}(?:展开全文|全文|展开)c?|展开全文c)\Z"))
_SHORTENED_LINK = re.compile(of_both_scripts(rf"{_DOTS}全文[:：]?[{BLANK}]{{0,4}}\Z"))
_SHORTENED_REACH = 64  # characters that a shortening mark can span, with room to spare
_DRAWN = re.compile(r"[(（][^()（）\n]{0,14}[#＃@＠]")
MARGIN = BLANK + "\n\r\u200c\u200d\u00ad"
"""Spaces and invisible signs that are no words, at either end of a piece."""


NO_NAMES = KnownNames(())


def behind_reply(text: str) -> int:
    """Return where the words of a half-width text begin that opens with a reply prefix, 0 where it does not."""
    opening = _REPLY_OPENING.match(text)
    named = opening and _NAME_AND_COLON.match(text, opening.end())
    return named.end() if named else 0


class Reader:
    """One reading of one text, with arguments and errors as in :func:`weibo_nlp.text.parse`.

    What is read last, and takes no place from anything else, may be left out: emoticons, faces and emoji.

    The half-width form is read, in which every place is a place of the text; values are as the text has them. Every
    step takes its places through one :class:`Claims`, and looks for them in what is free there.

    Attributes
    ----------
    raw : str
        The text.
    places : list of (start, end, kind, value)
        All markup, sorted, not overlapping; tuples, because a text may hold 10^5 of them.
    own, original : Span
        The author's words; the quoted original, if shown.
    chain : list of (author, words, reply_to)
        Earlier reposts, nearest first.
    """

    def __init__(self, text: str, known_mentions: Sequence[str], *, with_emoticons: bool = True) -> None:
        refuse_lone_surrogates(text)
        self.raw = text
        text = self.text = folded(text)
        are_none = isinstance(known_mentions, tuple) and not known_mentions
        self.known = NO_NAMES if are_none else KnownNames(known_mentions)
        self.chain: list[tuple[str, Span, str | None]] = []
        self.truncated = False
        self._claims = Claims(text)
        self._may_be_shortened = _MAY_BE_SHORTENED.search(text) is not None
        if "//" in text or "www." in text.lower() or "t.cn/" in text.lower():
            self._claims.collect(find_urls)
        self.original, start = self._find_original()
        prefixes = list(self._chain_prefixes(start))
        self._claims.take(prefixes)
        self._find_pieces(start, prefixes)
        self._collect_inline(text)
        if with_emoticons:
            self._collect_emoticons(text)
        self.places = self._claims.places
        if text != self.raw:
            self.places = [self._as_written(place) for place in self.places]

    def _as_written(self, place: Found) -> Found:
        left, right, kind, value = place
        if kind in ("reply_prefix", "repost_prefix"):
            return place  # the name is as written already
        at = self.text.rindex(value, left, right)
        return left, right, kind, self.raw[at : at + len(value)]

    def _collect_inline(self, text: str) -> None:
        collect = self._claims.collect
        # A sign that draws a face opens no hashtag and no mention: `(#^.^#)`, `（＠ω＠）`.
        faces = find_kaomoji(text, 0, len(text)) if _DRAWN.search(text) else ()
        drawn = [place for place in faces if _DRAWN.search(place[3])]
        if "#" in text or "＃" in text:
            signs = {at for left, right, _, _ in drawn for at in range(left, right)}
            collect(lambda piece, start, end: find_hashtags(piece, start, end, signs))
        if MAY_BE_RESIDUE.search(text):
            collect(find_residue)
        if drawn:
            collect(lambda _, start, end: [place for place in drawn if start <= place[0] and place[1] <= end])
        if "@" in text or "＠" in text:
            collect(lambda piece, start, end: find_mentions(piece, start, end, self.known))

    def _collect_emoticons(self, text: str) -> None:
        collect = self._claims.collect
        if "[" in text or "［" in text:
            collect(find_emoticons)
        if may_hold_kaomoji(text):
            collect(find_kaomoji)
        if EMOJI.search(text):
            collect(find_emoji)

    def _find_original(self) -> tuple[Span | None, int]:
        """Find ``转发理由:``; return the original before it, and where the own words start."""
        for match in _REASON.finditer(self.text):
            left = match.start()
            floor = max(self._claims.free_since(0, left), left - _SHORTENED_REACH)
            core = self.text[floor:left].rstrip(MARGIN)
            mark = _SHORTENED.search(core)
            at_start = not core and floor == 0
            if not (at_start or mark or "\n" in self.text[floor + len(core) : left]):
                continue  # somebody writes about reasons for reposting
            stop = left
            if mark:
                stop = floor + mark.start()
                self._claims.take([(stop, left, "client_residue", mark.group())])
                self.truncated = True
            self._claims.take([(left, match.end(), "forward_reason", match.group())])
            return (Span(0, stop) if stop else None), match.end()
        return None, 0

    def _chain_prefixes(self, start: int) -> Iterator[Found]:
        position = start
        for left, right in self._claims.free(start, len(self.text)):
            for opening in _CHAIN_OPENING.finditer(self.text, left, right):
                named = self._name_and_colon(opening.end(), right)
                if named and opening.start() >= position:
                    author, position = named
                    yield opening.start(), position, "repost_prefix", author

    def _name_and_colon(self, start: int, end: int) -> tuple[str, int] | None:
        name = self.known.at(self.text, start, end)
        if name is not None and (colon := _COLON.match(self.text, start + len(name), end)):
            return self.raw[start : start + len(name)], colon.end()
        if match := _NAME_AND_COLON.match(self.text, start, end):
            return self.raw[slice(*match.span(1))], match.end()
        return None

    def _find_pieces(self, start: int, prefixes: list[Found]) -> None:
        found: list[Found] = []
        stops = [*(prefix[0] for prefix in prefixes), len(self.text)]
        self.reply_to, self.own, filled = self._piece(start, stops[0], found)
        for (_, opened, _, author), stop in zip(prefixes, stops[1:], strict=True):
            answered, words, _ = self._piece(opened, stop, found)
            self.chain.append((author, words, answered))
        self._claims.take(found)
        reposted = bool(prefixes) or start > 0
        self.empty_repost = filled or (reposted and not self.own.of(self.text).strip(MARGIN))

    def _piece(self, start: int, end: int, found: list[Found]) -> tuple[str | None, Span, bool]:
        """Take prefix, filler and shortening mark off one speaker's part; return the answered, the words, if filled."""
        reply_to = None
        free = self._claims.free_until(start, end)
        opening = _REPLY_OPENING.match(self.text, start, free)
        if opening and (named := self._name_and_colon(opening.end(), free)):
            reply_to, stop = named
            found.append((start, stop, "reply_prefix", reply_to))
            start = stop
        if end - start <= _SHORTENED_REACH:
            core = self.text[start:end].strip(MARGIN)
            if _FILLER.fullmatch(core.rstrip("。.")):
                found.append((start, end, "repost_filler", core))
                return reply_to, Span(end, end), True
        return reply_to, Span(start, self._shortened_end(start, end, found)), False

    def _shortened_end(self, start: int, end: int, found: list[Found]) -> int:
        """Mark a shortening sign at the end of a part (``…全文``), and return where the words before it end.

        Older clients put a link behind the sign (``…全文：http://…``); the words then go on to the link's end.
        """
        if not self._may_be_shortened:
            return end
        worded = start + len(self.text[start:end].rstrip(MARGIN))
        if mark := self._mark_before(worded, start, _SHORTENED):
            found.append((mark.start(), end, "client_residue", mark.group()))
            return mark.start()
        link = self._claims.before(worded)
        if link is not None and link[1] == worded and (mark := self._mark_before(link[0], start, _SHORTENED_LINK)):
            found.append((*mark.span(), "client_residue", mark.group()))
        return end

    def _mark_before(self, end: int, start: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Find the shortening sign that ends at `end`, in what is free behind `start`; take note that there is one."""
        floor = max(self._claims.free_since(start, end), end - _SHORTENED_REACH)
        mark = pattern.search(self.text, floor, end)
        self.truncated = self.truncated or mark is not None
        return mark
