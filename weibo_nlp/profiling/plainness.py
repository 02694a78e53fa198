"""How ordinary the wording of texts is, without anybody's judgement of it.

A reader calls a comment plain when it says what anybody would say: common words in their usual company, no figure, no
turn. A character model of everyday posts expects such wording and finds anything else surprising. So a comment is
**plain** here if its own words cost that model no more bits a character than the median real comment *of the same
length* does. By that definition about half of any real set is plain; what a composed set lacks to a half is its excess
of points, turns and rare words.

A second figure needs no real texts: the share of **bare** comments, one short clause or nothing but marks.

What both miss: an unusual thing said in common words; a dull remark about a rare name, dialect, a typo, an evasive
spelling, all of which surprise the model, as do the words of any one subject; and whether a remark is beside the
point, which only its thread tells.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from weibo_nlp.errors import DataError
from weibo_nlp.profiling.surface_features import unmarked_pieces

# Lower ends of the classes within which lengths count as the same.
LENGTH_CLASSES = (1, 5, 9, 13, 17, 21, 29, 37, 53, 77, 109, 150)
LEAST_TEXTS = 50  # real texts in a class; a median of fewer moves with each of them
_STRENGTH = 3.0  # weight of the next shorter context, in observations
_CHARACTERS = 8_000  # how many there are to be expected: what was never seen shares this much
_START, _END = "\x02", "\x03"
BARE_CHARACTERS = 12
_BETWEEN_CLAUSES = re.compile(r"[\s，。！？；：、,.!?;:…~～]+")


@dataclass(frozen=True)
class CharacterModel:
    """Character trigrams, each smoothed by the next shorter context (MacKay & Peto 1995, with a fixed strength)."""

    total: int
    contexts: Mapping[str, int]
    grams: Mapping[str, int]

    @classmethod
    def fit(cls, texts: Iterable[str]) -> CharacterModel:
        """Count the characters of texts, markup taken out, and what they follow."""
        contexts, grams = Counter[str](), Counter[str]()
        for text in texts:
            for trigram in _trigrams(text):
                grams.update((trigram[2], trigram[1:], trigram))
                contexts.update((trigram[1], trigram[:2]))
        if not grams:
            raise DataError("there are no texts to learn from; give at least one.")
        return cls(grams.total() // 3, contexts, grams)

    def bits(self, text: str) -> float:
        """Mean surprise of a text's characters and its end, in bits."""
        return fmean(-math.log2(self._probability(trigram)) for trigram in _trigrams(text))

    def _probability(self, trigram: str) -> float:
        chance = (self.grams.get(trigram[2], 0) + _STRENGTH / _CHARACTERS) / (self.total + _STRENGTH)
        for gram in (trigram[1:], trigram):
            seen = self.grams.get(gram, 0)
            chance = (seen + _STRENGTH * chance) / (self.contexts.get(gram[:-1], 0) + _STRENGTH)
        return chance


def _trigrams(text: str) -> list[str]:
    """Every character of a text, and its end, with the two before it."""
    padded = _START * 2 + text + _END
    return [padded[at - 2 : at + 1] for at in range(2, len(padded))]


@dataclass(frozen=True, slots=True)
class Plainness:
    """Share of plain texts.

    ``compared`` texts found enough real ones of their length, or hold nothing but marks, which is plain; the rest are
    ``left_out``.
    """

    share: float
    compared: int
    left_out: int


def is_bare(text: str) -> bool:
    """Whether a text has room for no more than one short clause: ``BARE_CHARACTERS`` of its own, or only marks.

    Its markup and white space are left aside.
    """
    clauses = [clause for clause in _BETWEEN_CLAUSES.split(" ".join(unmarked_pieces(text))) if clause]
    return len(clauses) <= 1 and sum(map(len, clauses)) <= BARE_CHARACTERS


def median_bits(model: CharacterModel, sets: Iterable[Sequence[str]]) -> dict[int, float]:
    """Median surprise of real texts by length class, every set counting the same.

    Parameters
    ----------
    model : CharacterModel
        Learnt from none of these texts.
    sets : iterable of sequences of str
        Real texts, markup taken out. A set counts in the classes of which it has ``LEAST_TEXTS`` texts.
    """
    medians: dict[int, list[float]] = defaultdict(list)
    for texts in sets:
        by_length: dict[int, list[float]] = defaultdict(list)
        for text in filter(None, texts):
            by_length[_length_class(text)].append(model.bits(text))
        for length, bits in by_length.items():
            if len(bits) >= LEAST_TEXTS:
                medians[length].append(median(bits))
    return {length: fmean(of_sets) for length, of_sets in sorted(medians.items())}


def plainness(
    texts: Sequence[str], model: CharacterModel, medians: Mapping[int, float], *, like: Sequence[str] | None = None
) -> Plainness | None:
    """Share of texts that surprise the model no more than the median real text of their length.

    Parameters
    ----------
    texts : sequence of str
        Markup taken out.
    model, medians
        As for and from :func:`median_bits`.
    like : sequence of str, optional
        Texts whose lengths the share is standardised to, so that two sets can be compared; those of `texts` themselves
        if left out. A class of which `texts` has fewer than ``LEAST_TEXTS`` is left out then.

    Returns
    -------
    Plainness or None
        None if no text can be compared.
    """
    by_length: dict[int, list[bool]] = defaultdict(list)
    for text in texts:
        length = _length_class(text)
        if not text or length in medians:
            by_length[length].append(not text or model.bits(text) <= medians[length])
    weights = {length: len(plain) for length, plain in by_length.items()}
    if like is not None:
        wanted = Counter(map(_length_class, like))
        weights = {length: wanted[length] for length, n in weights.items() if n >= LEAST_TEXTS}
    compared = sum(weights.values())
    if not compared:
        return None
    left_out = len(texts if like is None else like) - compared
    plain_texts = sum(weight * fmean(by_length[length]) for length, weight in weights.items())
    return Plainness(plain_texts / compared, compared, left_out)


def _length_class(text: str) -> int:
    """Lower end of the class, 0 for nothing."""
    return (0, *LENGTH_CLASSES)[bisect_right(LENGTH_CLASSES, len(text))]
