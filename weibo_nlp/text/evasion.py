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
from weibo_nlp.text.lexicon import EvasionLexicon, evasion_lexicon
from weibo_nlp.text.markup import MarkupKind

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
        If `text` holds a lone surrogate.

    Notes
    -----
    The version of the lexicon is ``evasion_lexicon().version``.

    Examples
    --------
    >>> [(item.surface, item.normal, item.ambiguous) for item in evasions("新/冠/疫/情 2/3")]
    [('新/冠/疫/情', '新冠疫情', False)]
    """
    lexicon = evasion_lexicon()
    found: list[Evasion] = []
    position = 0
    for left, right, kind, _ in marked_places(text):
        if kind in _CLOSED:
            found.extend(_between(text, position, left, lexicon))
            position = right
    found.extend(_between(text, position, len(text), lexicon))
    return found


def _between(text: str, start: int, end: int, lexicon: EvasionLexicon) -> Iterator[Evasion]:
    if end - start < 2:
        return
    candidates = [
        *_cut_words(text, start, end, lexicon),
        *_initials(text, start, end, lexicon),
        *_spellings(text, start, end, lexicon),
    ]
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
            yield Evasion(Span(*match.span()), surface, normal, not _holds_a_word(normal, lexicon), "cut_words")


def _holds_a_word(normal: str, lexicon: EvasionLexicon) -> bool:
    longest = max(map(len, lexicon.cut_words))
    return any(
        normal[at : at + length] in lexicon.cut_words
        for at in range(len(normal))
        for length in range(2, longest + 1)
        if at + length <= len(normal)
    )


def _initials(text: str, start: int, end: int, lexicon: EvasionLexicon) -> Iterator[Evasion]:
    for match in _ASCII_RUN.finditer(text, start, end):
        surface = match.group()
        entry = lexicon.entries.get(surface.lower())
        if entry:
            yield Evasion(Span(*match.span()), surface, entry.normal, entry.ambiguous, entry.family)


def _spellings(text: str, start: int, end: int, lexicon: EvasionLexicon) -> Iterator[Evasion]:
    opening, lengths = _han_index(lexicon.version)
    last = start
    for match in opening.finditer(text, start, end):
        left = match.start()
        if left < last:
            continue
        for length in lengths[match.group()]:
            surface = text[left : left + length]
            entry = lexicon.entries.get(surface)
            if entry and left + length <= end:
                yield Evasion(Span(left, left + length), surface, entry.normal, entry.ambiguous, entry.family)
                last = left + length
                break


@lru_cache(maxsize=1)
def _han_index(_version: str) -> tuple[re.Pattern[str], dict[str, list[int]]]:
    """Return a pattern of first characters, and for each the lengths of its entries, longest first."""
    lengths: dict[str, set[int]] = {}
    for surface in evasion_lexicon().entries:
        if not surface.isascii():
            lengths.setdefault(surface[0], set()).add(len(surface))
    return re.compile(f"[{''.join(lengths)}]"), {first: sorted(sizes, reverse=True) for first, sizes in lengths.items()}
