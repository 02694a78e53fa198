"""What stands in a Weibo text beside its words: the kinds of markup, and one marked place."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from weibo_nlp.errors import DataError
from weibo_nlp.records import Span

DroppableKind = Literal[
    "url",
    "mention",
    "hashtag",
    "super_topic",
    "emoticon",
    "emoji",
    "kaomoji",
    "client_residue",
    "reply_prefix",
    "repost_prefix",
    "repost_filler",
    "forward_reason",
]
MarkupKind = Literal[DroppableKind, "html_tag", "invisible", "laughter"]

MARKUP_KINDS: tuple[MarkupKind, ...] = get_args(MarkupKind)

Found = tuple[int, int, MarkupKind, str]
"""A place as the recognisers pass it on: start, end, kind, value. A tuple, because a text may hold 10^5 of them."""

BLANK = " \t\u00a0\u3000\u200b\u200e\u200f\u2060\ufeff"
"""What stands between a name and its colon in real texts: spaces, and the invisible signs the app inserts."""

JOINING = "\u200d\U000e0020-\U000e007f"
"""Parts of an emoji, invisible anywhere else; for a class of characters in :mod:`re`."""

INVISIBLE = (
    f"\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001{JOINING}"
)
"""Default-ignorable code points without a meaning in Chinese text: soft hyphen, grapheme joiner, Arabic letter mark,
Mongolian vowel separator, zero-width space, joiners and marks, bidi controls, word joiner and invisible operators, BOM,
interlinear marks, language tags. Variation selectors are not among them: they choose a picture or a glyph."""

# But for joiners within a word; of white space, what ends a line or moves to a tab stop.
_HIDDEN = re.compile(
    f"(?![\u200c{JOINING}])[{INVISIBLE}]|^[\u200c\u200d]|[\u200c\u200d]$|[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
)


def hidden_sign(name: str) -> str | None:
    """Return the first sign, as U+200B, that readers of a name do not see, and that no name or word is written with."""
    hidden = _HIDDEN.search(name)
    return None if hidden is None else f"U+{ord(hidden.group()):04X}"


def visible_name(name: str) -> str:
    """Return a name as its readers see it: what `hidden_sign` tells of is a blank where it parts, and else is gone."""
    return " ".join(_HIDDEN.sub(lambda sign: " " if sign.group().isspace() else "", name).split())


@dataclass(frozen=True, slots=True)
class Markup:
    """One marked place in a text.

    Attributes
    ----------
    kind : str
        ``url``, ``mention`` (``@N``), ``hashtag`` (``#…#``), ``super_topic`` (``#…[超话]#``), ``emoticon``
        (``[泪]``), ``emoji`` (one whole sequence), ``kaomoji``, ``client_residue`` (words of the app, such as
        ``网页链接``), ``reply_prefix`` (``回复@N:``), ``repost_prefix`` (``//@N:``), ``repost_filler`` (``转发微博``
        where nobody wrote anything), ``forward_reason`` (``转发理由:``). Only normalisation reports ``html_tag``,
        ``invisible`` and ``laughter``.
    span : Span
        Where it stands, in code points of the text that was read.
    value : str
        What it says, without its signs: the name of a mention, the topic of a hashtag, the name of an emoticon;
        for kinds without inner structure, the surface itself.
    """

    kind: MarkupKind
    span: Span
    value: str


def gaps(places: Iterable[tuple[int, int, *tuple[object, ...]]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what sorted places leave free between `start` and `end`; a gap is never empty."""
    for place in places:
        if start < place[0]:
            yield start, place[0]
        start = max(start, place[1])
    if start < end:
        yield start, end


def require_string(text: object) -> None:
    """Raise DataError where a text is no string: the door of every function that takes one."""
    if not isinstance(text, str):
        shown = reprlib.repr(text)
        raise DataError(f"text is {shown} ({type(text).__name__}), not a string; drop or fill missing values.")


def refuse_lone_surrogates(text: str) -> None:
    r"""Raise DataError, naming its offset, at the first lone surrogate; any other code point is text, ``\x00`` too.

    What is no string is refused as well.
    """
    require_string(text)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError(
            f"offset {error.start}: lone surrogate U+{ord(text[error.start]):04X}; a text is code points "
            f"without surrogates. It was cut or decoded as UTF-16: decode it again, or with errors='replace'."
        ) from error
