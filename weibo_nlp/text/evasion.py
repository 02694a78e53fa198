"""Evasive and slang spellings: what is meant, beside what is written.

A separate layer over the text. The surface stays, because how something is said is evidence; the layer adds a normal
form, and says where the surface also has a plain reading. Nothing here rewrites a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from weibo_nlp.records import Span
from weibo_nlp.text.grammar import marked_places
from weibo_nlp.text.lexicon import EvasionLexicon, WordIndex, evasion_lexicon
from weibo_nlp.text.markup import MarkupKind, gaps

_ASCII_RUN = re.compile("[A-Za-z0-9]++")
_HAN = "\u3400-\u9fff"
# One sign, the same throughout, between single characters; digits never take part, so 2/3 stays a fraction.
_CUT = re.compile(rf"[{_HAN}]([/|·.\-*_+~\\])[{_HAN}](?:\1[{_HAN}])++")
_CUT_PAIR = re.compile(rf"(?<![{_HAN}])[{_HAN}][/|·.\-*_+~\\][{_HAN}](?![{_HAN}])")
_CLOSED: frozenset[MarkupKind] = frozenset(
    {"url", "mention", "emoticon", "kaomoji", "reply_prefix", "repost_prefix", "client_residue"}
)


@dataclass(frozen=True, slots=True)
class Evasion:
    """One evasive spelling in a text.

    Attributes
    ----------
    span : Span
        Where it stands, in code points.
    surface : str
        As written.
    normal : str
        What it stands for.
    ambiguous : bool
        The surface also has a plain reading, or the rule that found it also finds plain text.
    family : str
        ``initials`` (yyds), ``homophones`` (河蟹), ``split_characters`` (弓虽) or ``cut_words`` (新/冠).
    """

    span: Span
    surface: str
    normal: str
    ambiguous: bool
    family: str


def evasions(text: str) -> list[Evasion]:
    """Find evasive and slang spellings by the lexicon, and words cut with signs by rule.

    Parameters
    ----------
    text : str
        Plain text. Links, names and emoticons are not searched.

    Returns
    -------
    list of Evasion
        Sorted, not overlapping; the longest entry wins.

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate.

    Notes
    -----
    The version of the lexicon is ``evasion_lexicon().version``.

    Examples
    --------
    >>> [(item.surface, item.normal, item.ambiguous) for item in evasions("新/冠/疫/情 2/3")]
    [('新/冠/疫/情', '新冠疫情', False)]
    """
    lexicon = evasion_lexicon()
    closed = [place for place in marked_places(text) if place[2] in _CLOSED]
    return [item for start, end in gaps(closed, 0, len(text)) for item in _between(text, start, end, lexicon)]


def _between(text: str, start: int, end: int, lexicon: EvasionLexicon) -> Iterator[Evasion]:
    candidates = [*_cut_words(text, start, end, lexicon), *_listed(text, start, end, lexicon)]
    last = start
    for item in sorted(candidates, key=lambda item: (item.span.start, -item.span.end)):
        if item.span.start >= last:
            yield item
            last = item.span.end


def _cut_words(text: str, start: int, end: int, lexicon: EvasionLexicon) -> Iterator[Evasion]:
    for pattern in (_CUT, _CUT_PAIR):
        for match in pattern.finditer(text, start, end):
            surface = match.group()
            normal = surface[::2]
            if pattern is _CUT_PAIR and normal not in lexicon.cut_words:
                continue  # 男/女: two characters around a sign are a cut word only if the word is known
            known = any(word in normal for word in lexicon.cut_words)
            yield Evasion(Span(*match.span()), surface, normal, not known, "cut_words")


def _listed(text: str, start: int, end: int, lexicon: EvasionLexicon) -> Iterator[Evasion]:
    ascii_runs = (match.span() for match in _ASCII_RUN.finditer(text, start, end))
    for left, right in (*ascii_runs, *_han_index().find(text, start, end)):
        surface = text[left:right]
        if entry := lexicon.entries.get(surface.lower() if surface.isascii() else surface):
            yield Evasion(Span(left, right), surface, entry.normal, entry.ambiguous, entry.family)


@lru_cache(maxsize=1)
def _han_index() -> WordIndex:
    lexicon = evasion_lexicon()
    # Where a plain word is longer than the spelling inside, it is found instead, and means nothing else.
    return WordIndex([*(surface for surface in lexicon.entries if not surface.isascii()), *lexicon.plain])
