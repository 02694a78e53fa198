"""What a reader sees of a text, wherever it was crawled: HTML read as text, and the author's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from weibo_nlp.errors import UsageError
from weibo_nlp.text.grammar import parse
from weibo_nlp.text.hypertext import is_html
from weibo_nlp.text.markup import refuse_lone_surrogates
from weibo_nlp.text.normalise import normalise

HtmlChoice = bool | Literal["auto"]
HTML_CHOICES: tuple[HtmlChoice, ...] = ("auto", True, False)


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text as the platform shows it, and whether it came as HTML."""

    text: str
    was_html: bool


def plain_text(text: str, html: HtmlChoice = "auto") -> PlainText:
    """Read a text as the platform shows it.

    Parameters
    ----------
    text : str
        As a crawler left it.
    html : bool or "auto"
        Whether it is HTML; by default what stands in it decides, see :func:`weibo_nlp.text.hypertext.is_html`. A text
        without tags and entities is the same either way.

    Returns
    -------
    PlainText
        ``text`` is `text` itself where nothing is read as HTML.

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate.
    UsageError
        If `html` is none of these.

    Examples
    --------
    >>> plain_text("好&nbsp;的<br />不去").text
    '好\\xa0的\\n不去'
    >>> plain_text("1<2 & <爱你>").was_html
    False
    """
    require_html_choice(html)
    refuse_lone_surrogates(text)
    if html is False or not ("<" in text or "&" in text) or (html == "auto" and not is_html(text)):
        return PlainText(text, False)
    read = normalise(text, html=True).text
    return PlainText(read, True)


def own_words(text: str) -> str:
    """Return the author's own words of a plain text: what stands before a repost chain and behind a reply's address.

    A repost to which its author added nothing (``转发微博``, or nothing before the chain) has none.

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate.

    Examples
    --------
    >>> own_words("不同意//@甲:太好了"), own_words("转发微博")
    ('不同意', '')
    """
    return parse(text).own_text.strip()


def require_html_choice(html: object) -> None:
    """Refuse what does not say whether a text is HTML.

    Raises
    ------
    UsageError
        If it is neither a bool nor ``"auto"``.
    """
    if html is not True and html is not False and not (isinstance(html, str) and html == "auto"):
        raise UsageError(f"html is {html!r:.40}; it is True, False, or 'auto' to look at each text.")
