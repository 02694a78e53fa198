"""How much texts repeat their wording: distinct n-grams and compressibility, at equal size.

Both fall as a sample grows, so that only figures at the same number of characters can be compared.
"""

from __future__ import annotations

import lzma
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from weibo_nlp.errors import UsageError

NGRAM_CHARACTERS = 20_000
XZ_CHARACTERS = 40_000
ORDERS = (2, 3, 4)
SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Diversity:
    """Diversity of a set; a figure is None where the set holds fewer characters than it is taken over.

    ``distinct`` are the shares of different 2-, 3- and 4-grams among ``ngram_characters`` characters, ``xz`` the
    compressed over the plain size of ``xz_characters`` characters; both are means over shuffled samples.
    """

    ngram_characters: int
    xz_characters: int
    distinct: tuple[float, ...] | None
    xz: float | None


def diversity(
    texts: Sequence[str],
    *,
    ngram_characters: int = NGRAM_CHARACTERS,
    xz_characters: int = XZ_CHARACTERS,
    samples: int = SAMPLES,
) -> Diversity:
    """Measure a set of texts, in whatever order they come.

    Parameters
    ----------
    texts : sequence of str
        All of one kind, or of one collection.
    ngram_characters, xz_characters : int
        Sizes of the samples; the same for all sets that are to be compared.
    samples : int
        Shuffles (seeds 0, 1, ...) over which the figures are averaged: one differs from the next by about .006 in
        distinct 2-grams on public sets, as much as some sets differ from each other.

    Raises
    ------
    UsageError
        If a size is under 5 characters, or there are no samples.
    """
    if min(ngram_characters, xz_characters) <= max(ORDERS) or samples < 1:
        raise UsageError(
            f"samples of {ngram_characters} and {xz_characters} characters, {samples} times; "
            f"sizes of more than {max(ORDERS)} characters and at least one sample are needed."
        )
    total = sum(map(len, texts))
    distinct, xz = None, None
    if total >= ngram_characters:
        drawn = [shuffled_text(texts, ngram_characters, seed) for seed in range(samples)]
        distinct = tuple(fmean(distinct_ngrams(text, order) for text in drawn) for order in ORDERS)
    if total >= xz_characters:
        xz = fmean(compressed_share(shuffled_text(texts, xz_characters, seed)) for seed in range(samples))
    return Diversity(ngram_characters, xz_characters, distinct, xz)


def shuffled_text(texts: Sequence[str], characters: int, seed: int) -> str:
    """First characters of the texts, joined in an order drawn by the seed; the order given has no influence."""
    order = sorted(texts)
    random.Random(seed).shuffle(order)
    return "".join(order)[:characters]


def distinct_ngrams(text: str, order: int) -> float:
    """Share of different n-grams among all of a text.

    Raises
    ------
    UsageError
        If the text is shorter than one n-gram.
    """
    n_grams = len(text) - order + 1
    if n_grams < 1:
        raise UsageError(f"a text of {len(text)} characters has no {order}-grams; give a longer one.")
    return len({text[start : start + order] for start in range(n_grams)}) / n_grams


def compressed_share(text: str) -> float:
    """Size of a text compressed by xz over its plain size, both in UTF-16: two bytes for nearly every character."""
    raw = text.encode("utf-16-le")
    return len(lzma.compress(raw)) / len(raw)
