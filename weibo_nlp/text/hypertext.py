"""HTML as Weibo's endpoints send it: tags out, line breaks, pictured emoticons and entities in.

No HTML parser: those repair the text, and lose the offsets. Only names of HTML elements make a tag; ``<爱你>``,
``1<2`` and a tag that never closes are text. One left-to-right scan decides every ``<`` and ``&`` once, so an entity
is decoded once: ``&amp;lt;`` becomes ``&lt;``.
"""

from __future__ import annotations

import html
import re

from weibo_nlp.text.emoji import EMOJI
from weibo_nlp.text.offsets import Edit

_ELEMENTS = (
    "a|abbr|article|aside|audio|b|big|blockquote|body|br|button|center|cite|code|col|dd|del|div|dl|dt|em|embed|"
    "figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|iframe|i|img|input|ins|kbd|label|li|link|main|mark|"
    "meta|nav|noscript|object|ol|option|p|path|pre|q|s|script|section|select|small|source|span|strike|strong|style|sub|"
    "sup|svg|table|tbody|td|textarea|tfoot|th|thead|time|title|tr|tt|u|ul|use|var|video|wbr"
)
# Attributes never reach over the next `<`: that keeps the scan linear, and a stray `<` from eating the sentence.
_TOKEN = re.compile(
    rf"<(?=[A-Za-z/])(?P<close>/?)(?P<name>{_ELEMENTS})(?=[\s/>])(?:(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>|[^<>]*+>)"
    r"|(?P<comment><!--|<!DOCTYPE)"
    # Some crawlers write an emoji as the two halves of its UTF-16 form.
    r"|&#(?P<high>5[5-6][0-9]{3});&#(?P<low>5[6-7][0-9]{3});"
    r"|(?P<entity>&(?:#[0-9]{1,7}+|#[xX][0-9a-fA-F]{1,6}+|[A-Za-z][A-Za-z0-9]{1,31}+);)",
    re.IGNORECASE,
)
_ALT = re.compile(r"\salt\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']++))", re.IGNORECASE)
_BRACKETED = re.compile(r"\[[^\[\]\s]{1,16}+\]")
_ENDINGS = {
    "<!--": re.compile("-->"),
    "<!doctype": re.compile(">"),
    "script": re.compile(r"</script\s{0,8}>", re.IGNORECASE),
    "style": re.compile(r"</style\s{0,8}>", re.IGNORECASE),
}
_BLOCKS = frozenset({"p", "div", "li", "tr", "blockquote", "article", "section", "figure", "figcaption", "pre"})


def html_edits(text: str) -> list[Edit]:
    """Return the edits that turn an HTML fragment into plain text.

    ``<br>`` becomes a newline, and so does the end of a block between words. An ``<img>`` becomes its ``alt`` where
    that is an emoticon (``[doge]``) or an emoji. Entities are decoded; unknown ones stay. Every other tag, a comment,
    and what stands in ``<script>`` or ``<style>``, is removed and declared as ``html_tag``; a link keeps its words and
    loses its address.
    """
    edits: list[Edit] = []
    missing: set[str] = set()
    position = 0
    worded = False  # words have been seen
    block_end: int | None = None  # index of a block's end among the edits, as long as no words follow it
    for match in _TOKEN.finditer(text):
        left, right = match.span()
        if left < position:
            continue  # inside a comment or a script
        name = (match["name"] or "").lower()
        if match["comment"] or (name in ("script", "style") and not match["close"]):
            stop = _end_of((name or match["comment"]).lower(), text, right, missing)
            if stop is None and match["comment"]:
                continue
            right = stop or right
        replacement = "" if match["comment"] else _replacement(match, name)
        if replacement == match.group():
            continue
        if text[position:left].strip() or replacement.strip():
            if block_end is not None:
                edits[block_end] = (*edits[block_end][:2], "\n", None)
                block_end = None
            worded = True
        if name in _BLOCKS and match["close"] and worded and block_end is None:
            block_end = len(edits)
        elif name == "br" or name == "hr":
            block_end = None  # the line is broken already
        edits.append((left, right, replacement, "html_tag"))
        position = right
    if block_end is not None and text[position:].strip():
        edits[block_end] = (*edits[block_end][:2], "\n", None)
    return edits


def _replacement(match: re.Match[str], name: str) -> str:
    if match["entity"]:
        return html.unescape(match["entity"]) or match["entity"]
    if match["high"]:
        high, low = int(match["high"]), int(match["low"])
        paired = 0xD800 <= high < 0xDC00 <= low < 0xE000
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)) if paired else match.group()
    if name in ("br", "hr") and not match["close"]:
        return "\n"
    if name == "img":
        attribute = _ALT.search(match.group())
        alt = html.unescape(next(filter(None, attribute.groups()), "")).removesuffix("/") if attribute else ""
        if _BRACKETED.fullmatch(alt) or EMOJI.fullmatch(alt):
            return alt
    return ""


def _end_of(opening: str, text: str, start: int, missing: set[str]) -> int | None:
    """Where a comment or script ends; an ending that is not there is looked for only once, which keeps time linear."""
    ending = None if opening in missing else _ENDINGS[opening].search(text, start)
    if ending is None:
        missing.add(opening)
        return None
    return ending.end()
