"""Evasive and slang spellings: what is meant, beside what is written.

A separate layer over the text. The surface stays, because how something is said is evidence; the layer adds a normal
form, and says where the surface also has a plain reading. Nothing here rewrites a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from weibo_nlp.records import Span
from weibo_nlp.text.folding import folded
from weibo_nlp.text.grammar import marked_places
from weibo_nlp.text.lexicon import EvasionLexicon, WordIndex, evasion_lexicon
from weibo_nlp.text.markup import INVISIBLE, MarkupKind, gaps

_ASCII_RUN = re.compile("[A-Za-z0-9]++")
_HAN = "\u3400-\u9fff"
# One sign, the same throughout, between single characters; digits never take part, so 2/3 stays a fraction.
_CUT = re.compile(rf"[{_HAN}]([/|·.\-*_+~\\])[{_HAN}](?:\1[{_HAN}])++")
_CUT_PAIR = re.compile(rf"(?<![{_HAN}])[{_HAN}][/|·.\-*_+~\\][{_HAN}](?![{_HAN}])")
# What input methods set in the place of a sign that cuts.
_HALF_WIDTH = {chr(ord(sign) + 0xFEE0): sign for sign in "/|.-*_+~\\"} | dict.fromkeys("・•‧･", "·")
_WIDE_SIGN = re.compile(f"[{''.join(_HALF_WIDTH)}]")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_CLOSED: frozenset[MarkupKind] = frozenset(
    {"url", "mention", "emoticon", "kaomoji", "reply_prefix", "repost_prefix", "client_residue"}
)

_Reading = tuple[int, int, str, bool, str]
"""Start and end in a piece; what it stands for, whether it is ambiguous, its family."""


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
        Plain text. Links, names and emoticons are not searched. Full-width letters and signs are read like their
        half-width twins, and invisible characters (U+200B) are passed over. The list is in simplified script.

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
    plain = _WIDE_SIGN.sub(lambda sign: _HALF_WIDTH[sign.group()], folded(text))
    found = []
    for start, end in gaps(closed, 0, len(text)):
        piece, places = _visible(plain, start, end)
        for left, right, normal, ambiguous, family in _between(piece, lexicon):
            span = Span(places[left], places[right - 1] + 1)
            found.append(Evasion(span, span.of(text), normal, ambiguous, family))
    return found


def _visible(text: str, start: int, end: int) -> tuple[str, Sequence[int]]:
    """Return what is seen of a piece of a text, and the place of each of its characters in the text."""
    piece = text[start:end]
    if not _INVISIBLE.search(piece):
        return piece, range(start, end)
    places = [place for place in range(start, end) if not _INVISIBLE.match(text, place)]
    return _INVISIBLE.sub("", piece), places


def _between(piece: str, lexicon: EvasionLexicon) -> Iterator[_Reading]:
    candidates = [*_cut_words(piece, lexicon), *_listed(piece, lexicon)]
    last = 0
    for item in sorted(candidates, key=lambda item: (item[0], -item[1])):
        if item[0] >= last:
            yield item
            last = item[1]


def _cut_words(piece: str, lexicon: EvasionLexicon) -> Iterator[_Reading]:
    for pattern in (_CUT, _CUT_PAIR):
        for match in pattern.finditer(piece):
            normal = match.group()[::2]
            if pattern is _CUT_PAIR and normal not in lexicon.cut_words:
                continue  # 男/女: two characters around a sign are a cut word only if the word is known
            known = any(word in normal for word in lexicon.cut_words)
            yield *match.span(), normal, not known, "cut_words"


def _listed(piece: str, lexicon: EvasionLexicon) -> Iterator[_Reading]:
    ascii_runs = (match.span() for match in _ASCII_RUN.finditer(piece))
    for left, right in (*ascii_runs, *_han_index().find(piece, 0, len(piece))):
        surface = piece[left:right]
        if entry := lexicon.entries.get(surface.lower() if surface.isascii() else surface):
            yield left, right, entry.normal, entry.ambiguous, entry.family


@lru_cache(maxsize=1)
def _han_index() -> WordIndex:
    lexicon = evasion_lexicon()
    # Where a plain word is longer than the spelling inside, it is found instead, and means nothing else.
    return WordIndex([*(surface for surface in lexicon.entries if not surface.isascii()), *lexicon.plain])
