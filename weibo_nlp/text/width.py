"""Full-width forms: Latin letters, digits and their signs as an input method sets them among Chinese ones.

The rule, for forms of either width mixed as they are in real texts:

- letters and digits, ``＃`` and ``＠`` become half-width wherever they stand;
- signs that Chinese sentences do not use (``．／－＋＿％＝＆＄＊＼＾｀｜＂＇＜＞``) do so beside a letter or
  digit, in one run with each other: ``１２．５％``, ``Ｃ＋＋``, ``ｄｏｎ＇ｔ``; ``／／`` does before ``＠``, where it
  opens a repost chain;
- Chinese punctuation (``！，：；？（）～［］｛｝``) keeps its width, because in a sentence it is Chinese.
  Exceptions are ``：`` between digits (``１２：３０``) and before ``//`` in a link, ``？`` before a link's query,
  ``，`` between the groups of a number set in full-width digits (``１，０００``), and the wide space between two
  letters or digits.
"""

from __future__ import annotations

import re

from weibo_nlp.text.markup import BLANK

_WORD = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９"
_DIGIT = "0-9０-９"
_WIDE_SIGN = "．／－＋＿％＝＆＄＊＼＾｀｜＂＇＜＞"
_SIGN = re.escape("./-+_%=&$*\\^`|\"'<>") + _WIDE_SIGN
_ALWAYS = re.compile("[０-９Ａ-Ｚａ-ｚ＃＠]+")
_BESIDE_A_WORD = re.compile(f"(?<=[{_WORD}])[{_SIGN}]++|(?<![{_SIGN}])[{_SIGN}]++(?=[{_WORD}])")
_WITHIN = re.compile(
    f"(?<=[{_DIGIT}])：(?=[{_DIGIT}])"
    "|(?<=[PpSsＰｐＳｓ])：(?=[/／]{2})"
    f"|(?<=[{_WORD}/／])？(?=[{_WORD}_＿]{{1,32}}[=＝])"
    f"|(?<=[{_WORD}])\u3000(?=[{_WORD}])"
    f"|[/／]{{2}}(?=[{BLANK}]{{0,4}}[@＠])"
)
_GROUPED = re.compile(
    f"(?<![{_DIGIT}，,])(?=[0-9]{{0,2}}[０-９])[{_DIGIT}]{{1,3}}(?:，[{_DIGIT}]{{3}})++(?![{_DIGIT}，])"
)
WIDE = f"０-９Ａ-Ｚａ-ｚ＃＠{_WIDE_SIGN}"
"""What may change by itself, and :data:`WIDE_BEHIND` what may behind one of `BEFORE_WIDE`; for classes of :mod:`re`."""
BEFORE_WIDE, WIDE_BEHIND = f"{_WORD}/", "：？\u3000"
_MAY_CHANGE = re.compile(f"[{WIDE}]|[{BEFORE_WIDE}][{WIDE_BEHIND}]")
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(ord("！"), ord("～") + 1)} | {0x3000: ord(" ")}


def narrow(text: str) -> str:
    """Return a text with its full-width forms in half width where the rule above says so; of the same length.

    Examples
    --------
    >>> narrow("ｙｙｄｓ！①，＃话题＃１２．５％")
    'yyds！①，#话题#12.5%'
    """
    if not _MAY_CHANGE.search(text):
        return text
    for pattern in (_BESIDE_A_WORD, _WITHIN, _GROUPED, _ALWAYS):
        text = pattern.sub(_half_width, text)
    return text


def _half_width(match: re.Match[str]) -> str:
    return match.group().translate(_HALF_WIDTH)
