"""Which texts carry the marks of the platform: emoticons, hashtags, Latin letters, a sentence mark at the end.

Definitions are the same for every set, so that rates can be compared; links, names, hashtags, emoticons and emoji
are read by the grammar of `weibo_nlp.text`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from weibo_nlp.errors import DataError
from weibo_nlp.text import MarkupKind, parse, to_simplified

FEATURES: Mapping[str, str] = {
    "emoticon": "holds an emoticon in brackets, [doge]",
    "emoji": "holds an emoji",
    "hashtag": "holds a hashtag or super topic",
    "mention": "holds @name, also in 回复@name: or //@name:",
    "url": "holds a link",
    "latin": "holds two Latin letters in a row, in links too",
    "final_mark": "ends in one of . ! ? 。 ！ ？",
    "question": "holds a question mark",
    "five_or_fewer": "has five characters or fewer",
    "traditional": "is in traditional script: it changes a tenth or more of its Chinese characters when simplified",
}
"""Features in the order in which they are shown, with what a text that has one does."""

FINAL_MARKS = ".!?。！？"
# One character alone is no evidence: 著, 乾 and 薰 also stand in simplified texts.
TRADITIONAL_SHARE = 0.1

_LATIN = re.compile("[A-Za-z]{2}")
_HAN = re.compile("[\u3400-\u9fff]")
_KINDS: Mapping[MarkupKind, str] = {
    "emoticon": "emoticon",
    "emoji": "emoji",
    "hashtag": "hashtag",
    "super_topic": "hashtag",
    "mention": "mention",
    "reply_prefix": "mention",
    "repost_prefix": "mention",
    "url": "url",
}


def features_of(text: str) -> frozenset[str]:
    """Names of the features that a text has."""
    marks = {_KINDS[markup.kind] for markup in parse(text).spans if markup.kind in _KINDS}
    others = {
        "latin": _LATIN.search(text) is not None,
        "final_mark": text.rstrip().endswith(tuple(FINAL_MARKS)),
        "question": "?" in text or "？" in text,
        "five_or_fewer": len(text) <= 5,
        "traditional": is_traditional(text),
    }
    return frozenset(marks | {name for name, holds in others.items() if holds})


def feature_rates(texts: Iterable[str]) -> dict[str, float]:
    """Share of the texts that have each feature, in the order of ``FEATURES``.

    Raises
    ------
    DataError
        If there are no texts.
    """
    features = [features_of(text) for text in texts]
    if not features:
        raise DataError("there are no texts to measure; give at least one.")
    return {name: sum(name in of_text for of_text in features) / len(features) for name in FEATURES}


def unmarked_pieces(text: str, kinds: Collection[MarkupKind] | None = None) -> list[str]:
    """Pieces of a text that its markup stands between: any markup, or that of some kinds alone."""
    pieces, last = [], 0
    for markup in parse(text).spans:
        if kinds is None or markup.kind in kinds:
            pieces.append(text[last : markup.span.start])
            last = markup.span.end
    return [*pieces, text[last:]]


def is_traditional(text: str) -> bool:
    """Whether a tenth or more of a text's Chinese characters change when it is put into simplified script."""
    characters = "".join(_HAN.findall(text))
    simplified: list[str] = _HAN.findall(to_simplified(characters).text)
    changed = sum(old != new for old, new in zip(characters, simplified, strict=False))
    return changed > 0 and changed >= TRADITIONAL_SHARE * len(characters)
