"""The half-width form in which a text is read: the full-width twin of a sign means what the sign means.

:func:`weibo_nlp.text.parse` reads this form and speaks of the text as written; :func:`weibo_nlp.text.normalise` writes
it. So a text is read alike before and after. A drawn face keeps its strokes (``（＃＾．＾＃）``), unless
ASCII has them all (``Ｔ＿Ｔ``), and its signs open no hashtag.
"""

from __future__ import annotations

from collections.abc import Iterable

from weibo_nlp.text.kaomoji import find_kaomoji
from weibo_nlp.text.width import narrow


def folded(text: str) -> str:
    """Return a text in half width, faces aside; of the same length, so that a place in it is a place in the text."""
    narrowed = narrow(text)
    if narrowed == text:
        return text
    faces = (place[:2] for place in find_kaomoji(text, 0, len(text)))
    torn = ((left, right) for left, right in faces if not narrowed[left:right].isascii())
    return restored(narrowed, text, torn)


def restored(after: str, before: str, places: Iterable[tuple[int, int]]) -> str:
    """Put back what stood at some places before a text was rewritten character for character."""
    pieces: list[str] = []
    position = 0
    for left, right in places:
        pieces += [after[position:left], before[left:right]]
        position = right
    return "".join([*pieces, after[position:]])
