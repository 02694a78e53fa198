"""Words and hashtags of an author's own words: what others said, names and links taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from weibo_nlp.analysis.folded import fold
from weibo_nlp.analysis.text_scan import letters_of
from weibo_nlp.segmentation import Segmenter
from weibo_nlp.text.grammar import parse_without_emoticons

LONGEST_TERM = 40
"""Longest word or hashtag that is counted, in characters; what is longer is no word."""
_WORD = re.compile(r"\w(?:[\w.'-]*\w)?")
_IS_WORD = re.compile(r"[^\W\d_]")
_ONE_LETTER = re.compile("[a-z]")
_BETWEEN = "\n"  # words do not reach over it


@dataclass(frozen=True, slots=True)
class Terms:
    """Different terms of one text.

    Attributes
    ----------
    words, hashtags : frozenset of str
        Folded as :func:`weibo_nlp.analysis.folded.fold` does; hashtags without their signs.
    letters : str
        Letters and digits of the own words, by which copies are known.
    """

    words: frozenset[str]
    hashtags: frozenset[str]
    letters: str


def terms_of(text: str, segmenter: Segmenter) -> Terms:
    """Return the terms of the author's own words in a plain text.

    Words have a letter or Chinese character; numbers, single Latin letters, signs, emoticons and emoji are none. A
    hashtag is one term and its words are not counted again; so are super topics.
    """
    post = parse_without_emoticons(text)
    pieces, hashtags, position = [], set(), post.own.start
    for left, right, kind, value in post.found:
        if left < post.own.start or right > post.own.end:
            continue
        pieces.append(text[position:left])
        position = right
        if kind in ("hashtag", "super_topic") and (tag := fold(value).strip()) and len(tag) <= LONGEST_TERM:
            hashtags.add(tag)
    own = fold(_BETWEEN.join([*pieces, text[position : post.own.end]]))
    words = frozenset(word for word in segmenter.cut(own) if _is_word(word))
    return Terms(words, frozenset(hashtags), letters_of(own) + "#".join(["", *sorted(hashtags)]))


@lru_cache(maxsize=1 << 16)
def _is_word(word: str) -> bool:
    if len(word) > LONGEST_TERM or _WORD.fullmatch(word) is None or _IS_WORD.search(word) is None:
        return False
    return len(word) > 1 or _ONE_LETTER.fullmatch(word) is None
