"""Texts as sources hold them: read from HTML, seen to be cut, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from weibo_nlp.text import parse
from weibo_nlp.text.grammar import parse_without_emoticons
from weibo_nlp.text.plain import HtmlChoice, plain_text

SHORT = 150
"""Length up to which the platform shows a text at once is 140 characters, of which two of ASCII count as one; links are
counted in other ways, hence the margin."""

_CUT = re.compile(r"(?:…|\.{3})[\s\u200b]*(?:展开|全文)?[\s\u200b]*\Z")
_REGION = re.compile(r"(?:发布于|来自|IP属地[:：]?|IP归属地[:：]?)\s*")


def read_text(value: object, html: HtmlChoice = "auto") -> str:
    """Return a text as the platform shows it; nothing for what is no text."""
    return plain_text(value, html).text if isinstance(value, str) else ""


def cell(value: object) -> str | None:
    """Return what a cell holds as text, without blanks and tabs around it; None where it is empty."""
    text = "" if value is None else str(value).strip()
    return text or None


def listed(value: object) -> list[str]:
    """Return the names that a source has joined by commas, or has in a list."""
    items = value if isinstance(value, list) else str(value or "").split(",")
    return [text for item in items if (text := str(item).strip())]


def is_truncated(text: str, *, is_long: bool = False) -> bool:
    """Whether the platform cut a text.

    Parameters
    ----------
    text : str
        As it is shown.
    is_long : bool
        Whether the source says that there is a longer one: then whatever is not longer than what is shown at once, or
        ends in an ellipsis, is cut.
    """
    if is_long:
        length = sum(0.5 if character.isascii() else 1 for character in text)
        return length <= SHORT or _CUT.search(text[-40:]) is not None
    # The ends of the mark that is looked for; reading the whole text costs far more.
    return ("全文" in text or "展开" in text) and parse(text).truncated


def region_of(value: object) -> str | None:
    """Return the place that a source states (``发布于 云南``) without the words before it, None where there is none."""
    text = value.strip() if isinstance(value, str) else ""
    return _REGION.sub("", text, count=1) if _REGION.match(text) else text or None


class TextMarkup(NamedTuple):
    """What stands in a text, as the fields of a document of the same names hold it."""

    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


def markup_of(text: str, mentioned: Iterable[str] = ()) -> TextMarkup:
    """Find the hashtags, mentions and addresses of a text.

    Parameters
    ----------
    text : str
        As it is shown.
    mentioned : iterable of str
        Names that the source says are mentioned.
    """
    if not any(sign in text for sign in "#＃@＠/"):
        return TextMarkup()
    known = [name for name in mentioned if name]
    post = parse(text, known_mentions=known) if known else parse_without_emoticons(text)
    mentions = tuple(dict.fromkeys(handle.value for handle in post.handles))
    return TextMarkup(post.hashtags, mentions, post.urls)
