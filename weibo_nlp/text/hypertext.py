"""HTML as Weibo's endpoints send it: tags out, line breaks, pictured emoticons and entities in.

No HTML parser: those repair the text, and lose the offsets. Only the name of an HTML element, with attributes if
any, makes a tag; ``<爱你>``, ``<i 爱你>``, ``1<2`` and a tag that never closes are text. One left-to-right scan decides
every ``<`` and ``&`` once, so an entity is decoded once: ``&amp;lt;`` becomes ``&lt;``.
"""

from __future__ import annotations

import html
import re

from weibo_nlp.text.emoji import EMOJI
from weibo_nlp.text.offsets import Edit

# Of the HTML standard, with what it calls obsolete, and the parts of an inline SVG picture that endpoints send.
_ELEMENTS = (
    "a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|bgsound|big|blink|blockquote|"
    "body|br|button|canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|details|dfn|dialog|dir|div|"
    "dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hgroup|hr|html|i|"
    "iframe|image|img|input|ins|isindex|kbd|keygen|label|legend|li|link|listing|main|map|mark|marquee|math|menu|"
    "menuitem|meta|meter|multicol|nav|nextid|nobr|noembed|noframes|noscript|object|ol|optgroup|option|output|p|"
    "param|picture|plaintext|pre|progress|q|rb|rp|rt|rtc|ruby|s|samp|script|search|section|select|selectedcontent|"
    "slot|small|source|spacer|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|"
    "th|thead|time|title|tr|track|tt|u|ul|var|video|wbr|xmp|path|use"
)
# Names of attributes are ASCII in any HTML that is sent; `<i 我爱你>` and `<i love you>` are what
# somebody wrote. Values never reach over
# the next `<`: that keeps the scan linear, and a stray `<` from eating the sentence.
_BARE = (
    "allowfullscreen|alt|async|autofocus|autoplay|checked|class|compact|controls|default|defer|disabled|download|hidden|"
    "href|id|inert|ismap|itemscope|loop|multiple|muted|nohref|nomodule|noresize|noshade|novalidate|nowrap|open|"
    "playsinline|readonly|required|reversed|selected|src|style|target|title|data-[a-z0-9\\-]{1,40}+"
)
_ATTRIBUTE = (
    r"(?:[a-z_:@][a-z0-9_:.@\-]*+\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'|[^<>\s]*+)"
    rf"|(?:{_BARE})(?![a-z0-9_:.@\-]))"
)
_TOKEN = re.compile(  # of letters in either case
    rf"<(?=[a-z/])(?P<close>/?)(?P<name>(?a:{_ELEMENTS}))(?=[\s/>])(?:[\s/\"']++|(?<=[\s/\"']){_ATTRIBUTE})*+>"
    r"|(?P<comment><!--|<!DOCTYPE)"
    # Some crawlers write an emoji as the two halves of its UTF-16 form: 55296 to 56319 and 56320 to 57343.
    r"|&#(?:(?P<high>5(?:529[6-9]|5[3-9][0-9]{2}|6[0-2][0-9]{2}|63[01][0-9]))|x(?P<hex_high>d[89ab][0-9a-f]{2}));"
    r"&#(?:(?P<low>5(?:63[2-9][0-9]|6[4-9][0-9]{2}|7[0-2][0-9]{2}|73[0-3][0-9]|734[0-3]))|x(?P<hex_low>d[c-f][0-9a-f]{2}));"
    r"|(?P<entity>&(?:#[0-9]{1,7}+|#x[0-9a-f]{1,6}+|[a-z][a-z0-9]{1,31}+);)",
    re.IGNORECASE,
)
_REPLACEMENT_CHARACTER = re.compile("&#(?:0*65533|[xX]0*[fF]{3}[dD]);")
_ALT = re.compile(r"\salt\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']++))", re.IGNORECASE)
_BRACKETED = re.compile(r"\[[^\[\]\s]{1,16}+\]")
_ENDINGS = {
    "<!--": re.compile("-->"),
    "<!doctype": re.compile(">"),
    "script": re.compile(r"</script\s{0,8}>", re.IGNORECASE),
    "style": re.compile(r"</style\s{0,8}>", re.IGNORECASE),
}
# Elements whose borders no word crosses: a browser sets them on lines of their own; a cell or an option stands apart.
_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir",
     "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
     "head", "header", "hgroup", "html", "legend", "li", "listing", "main", "menu", "nav", "ol", "optgroup",
     "option", "p", "pre", "search", "section", "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul",
     "xmp"]
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
# Elements whose names nobody writes between angle brackets for anything else: no word, no title of a song.
_TELLING = frozenset(
    ["br", "hr", "div", "span", "ul", "ol", "li", "dl", "dt", "dd", "table", "tbody", "thead", "tr", "td", "th", "img",
     "wbr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "iframe", "textarea", "svg", "html"]
)  # fmt: skip


def html_edits(text: str) -> list[Edit]:
    """Return the edits that turn an HTML fragment into plain text.

    ``<br>`` becomes a newline, and so does the border of a block (``<div>``, ``<p>``, ``<li>``) between words, where
    the source has none; the border of a table's cell becomes a space. Inline tags (``<b>``, ``<span>``) part nothing.
    An ``<img>`` becomes its ``alt`` where that is an emoticon (``[doge]``) or an emoji. Entities are decoded; unknown
    ones stay, and so do halves of a character without the other. Every other tag, a comment, and what stands in
    ``<script>`` or ``<style>``, is removed and declared as ``html_tag``; a link keeps its words and loses its address.
    """
    edits: list[Edit] = []
    missing: set[str] = set()
    position = 0
    border = _Border(edits)
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
        border.read(text[position:left])
        border.read(replacement)
        if name in _BLOCKS or name in _CELLS:
            border.meet(" " if name in _CELLS else "\n")
        edits.append((left, right, replacement, "html_tag"))
        position = right
    border.read(text[position:])
    return edits


def is_html(text: str) -> bool:
    """Whether a text is HTML, by what stands in it.

    An entity that HTML knows, a comment, an element with an attribute, one that is closed behind its opening tag, or
    one whose name means nothing else (``<br>``, ``<div>``). A lone ``<Time>`` or ``<s>`` is somebody's title or mood.
    """
    if "<" not in text and "&" not in text:
        return False
    opened: set[str] = set()
    for match in _TOKEN.finditer(text):
        if match["entity"]:
            if html.unescape(match["entity"]) != match["entity"]:
                return True
            continue
        if match["name"] is None:  # a comment, or the halves of an emoji
            return True
        name = match["name"].lower()
        if name in _TELLING or "=" in match.group() or (match["close"] and name in opened):
            return True
        if not match["close"]:
            opened.add(name)
    return False


class _Border:
    """What stands between two words: white space, and the borders of blocks that must part them."""

    def __init__(self, edits: list[Edit]) -> None:
        self._edits = edits
        self._worded = False  # words have been read
        self._blank = self._newline = False  # white space since
        self._place: int | None = None  # index of the first border since among the edits
        self._sign = "\n"  # what parts the words there

    def meet(self, sign: str) -> None:
        """Note that the next edit is a border; a newline parts more than a space."""
        if self._place is None:
            self._place, self._sign = len(self._edits), sign
        elif sign == "\n":
            self._sign = sign

    def read(self, piece: str) -> None:
        """Read on; where words come, part them from those before the border, unless white space does."""
        if piece.strip():
            self._note(piece[: len(piece) - len(piece.lstrip())])
            parted = self._newline if self._sign == "\n" else self._blank
            if self._place is not None and self._worded and not parted:
                self._edits[self._place] = (*self._edits[self._place][:2], self._sign, None)
            self._worded, self._place = True, None
            self._blank = self._newline = False
            piece = piece[len(piece.rstrip()) :]
        self._note(piece)

    def _note(self, blank: str) -> None:
        self._blank = self._blank or blank != ""
        self._newline = self._newline or "\n" in blank


def _replacement(match: re.Match[str], name: str) -> str:
    if entity := match["entity"]:
        decoded = html.unescape(entity)
        # Half a character, or the number of none, has nothing to be decoded to.
        undecoded = decoded == "\ufffd" and not _REPLACEMENT_CHARACTER.fullmatch(entity)
        return entity if undecoded else decoded or entity
    if match["high"] or match["hex_high"]:
        high = int(match["high"]) if match["high"] else int(match["hex_high"], 16)
        low = int(match["low"]) if match["low"] else int(match["hex_low"], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
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
