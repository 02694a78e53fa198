"""What of a text is sent: the author's own words, without what leads to a person.

The preparation of every text model masks handles, links and long numbers. A model of n-grams never hands its texts on;
what does goes through more here: addresses of mail, and the numbers and names by which people are reached, however they
are spaced out. Names of people in running words are not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from weibo_nlp.features.preparation import PreparedExample, prepared
from weibo_nlp.records import Example
from weibo_nlp.text.plain import plain_text

CONTACT = "☎"
# Before the preparation, which takes what stands behind the @ for a handle and leaves the rest.
_SIGN = "[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]"
_MAIL = re.compile(
    rf"{_SIGN}[\w.+\-．]{{0,63}}\s?[@＠#]\s?{_SIGN}[\w\-]{{0,62}}(?:\s?[.．。]\s?[A-Za-zＡ-Ｚａ-ｚ]{{2,10}}){{1,3}}"
)
# Eleven digits as a mobile number has, with at most two signs between two of them; dates have fewer.
_SPACED = re.compile(r"(?<![0-9])[0-9](?:[ \-–—_.·*/~]{0,2}[0-9]){10,}")
_WRITTEN = re.compile(
    r"[零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖](?:\s?[零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖]){6,}"
)
_REACHED_BY = re.compile(
    r"((?:微信|薇信|威信|v信|wechat|weixin|wx|vx|qq|扣扣|企鹅|telegram|tg|电报|skype|line|whatsapp)(?:号|id|群){0,3}"
    r"|(?:加|\+)\s*[vqw]x?)(\s*[:：]?\s*(?:是|为)?\s*)(?=[a-z\-_.]{0,40}[0-9_])[a-z0-9][a-z0-9\-_.]{3,}"
)
_IDENTITY = re.compile(r"(?<![0-9])0x(?![a-z0-9])")  # a number of an identity card that ends in X, masked up to it
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z]\s?[·.]?\s?[a-z0-9]{5,6}(?![a-z0-9])"
)


def sendable(examples: Sequence[Example], *, raw: bool = False) -> list[Example]:
    """Return examples with texts and parents as they are sent.

    Parameters
    ----------
    examples : sequence of Example
        Of any text.
    raw : bool
        Leave everything in that a reader sees: chains of reposts, names, numbers.
    """
    if raw:
        return [row if row.plain else _with(row, _read) for row in examples]
    without_mail = [
        row if isinstance(row, PreparedExample) else _with(row, partial(_MAIL.sub, CONTACT), plain=row.plain)
        for row in examples
    ]
    return [_with(row, _without_contacts) for row in prepared(without_mail)]


def _with(row: Example, change: Callable[[str], str], *, plain: bool = True) -> Example:
    """Change the text of an example, and those above it."""
    parent, root = (None if text is None else change(text) for text in (row.parent, row.root))
    return Example(change(row.text), row.target, parent, plain, root)


def _read(text: str) -> str:
    return plain_text(text).text


def _without_contacts(text: str) -> str:
    for pattern in (_SPACED, _WRITTEN, _IDENTITY, _PLATE):
        text = pattern.sub(CONTACT, text)
    return _REACHED_BY.sub(rf"\1\2{CONTACT}", text)
