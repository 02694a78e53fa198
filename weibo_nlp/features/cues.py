"""Cues: one superficial side of a text each, for models that must not read the words.

A cue is what a shortcut would lean on: the emoticons, the hashtags, the length and punctuation, the first characters.
Each function takes a raw text and gives named numbers; what a text does not have is left out. No function sees
more of the text than its name says.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter

from weibo_nlp.features.preparation import model_text
from weibo_nlp.text import parse
from weibo_nlp.text.markup import gaps

Cues = dict[str, float]

OPENING = 5
_MOST_COUNTED = 3  # three exclamation marks or thirty: to a reader, many
_NGRAM_WEIGHT = 0.3  # n-grams overlap, so that each says part of what the whole says


def emoticon_cues(text: str) -> Cues:
    """Which emoticons, emoji and kaomoji stand in a text, which comes first and last, and how many there are."""
    values = [item.value for item in parse(text).spans if item.kind in ("emoticon", "emoji", "kaomoji")]
    if not values:
        return {}
    more = ("any", f"first {values[0]}", f"last {values[-1]}", _counted("number", len(values)))
    return dict.fromkeys([*(f"has {value}" for value in values), *more], 1.0)


def hashtag_cues(text: str) -> Cues:
    """Which hashtags and super topics stand in a text, the characters they are made of, and how many there are."""
    post = parse(text)
    topics = [*post.hashtags, *post.super_topics]
    if not topics:
        return {}
    cues: Cues = {"any": 1.0, _counted("number", len(topics)): 1.0}
    for topic in topics:
        cues |= {f"has {topic}": 1.0, **_ngrams(topic)}
    return cues


def shape_cues(text: str) -> Cues:
    """Length, lines and punctuation of a text; signs within links, names, hashtags and emoticons do not count."""
    places = ((item.span.start, item.span.end) for item in parse(text).spans)
    words = "".join(text[start:end] for start, end in gaps(places, 0, len(text))).rstrip()
    signs = Counter(character for character in words if _is_sign(character))
    length, total = len(text), signs.total()
    cues = {
        "length": math.log2(length + 1) / 10,
        # Steps of half an octave let a linear model see a middling length, too.
        f"length {int(2 * math.log2(length + 1))}": 1.0,
        f"lines {min(text.count(chr(10)), 5)}": 1.0,
        f"signs {min(total, 10)}": 1.0,
        f"density {20 * total // max(length, 1)}": 1.0,
        "end " + (words[-1] if words and _is_sign(words[-1]) else "word"): 1.0,
    }
    for sign, number in signs.items():
        cues |= {f"has {sign}": 1.0, _counted(sign, number): 1.0, f"share {sign}": 10 * number / length}
    return cues


def opening_cues(text: str) -> Cues:
    """The first 5 characters of a text as models read it: the whole, how it begins, and its n-grams."""
    opening = model_text(text)[:OPENING]
    return {f"begins {opening[:end]}": 1.0 for end in range(1, len(opening) + 1)} | _ngrams(opening)


def _ngrams(text: str) -> Cues:
    return {f"gram {text[start : start + n]}": _NGRAM_WEIGHT for n in (1, 2, 3) for start in range(len(text) - n + 1)}


def _counted(what: str, number: int) -> str:
    return f"{what} ×{min(number, _MOST_COUNTED)}"


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
