"""The form in which phrases are looked for and words are counted: one width, one script, small letters."""

from __future__ import annotations

from weibo_nlp.text.folding import folded
from weibo_nlp.text.script import simplified


def fold(text: str) -> str:
    """Return a text in half width, simplified script and small letters.

    Signs, spaces and emoticons stay, and so does evasive spelling: ``华 人`` is not ``华人``.

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate.

    Examples
    --------
    >>> fold("ＹＹＤＳ！華人與狗")
    'yyds！华人与狗'
    """
    return simplified(folded(text)).lower()
