"""The profile of a set of texts: the same figures over each, ours and real ones, from lengths to repetition."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from weibo_nlp.errors import UsageError
from weibo_nlp.profiling.diversity import NGRAM_CHARACTERS, XZ_CHARACTERS, Diversity, diversity
from weibo_nlp.profiling.duplicates import near_duplicates
from weibo_nlp.profiling.lengths import length_percentiles
from weibo_nlp.profiling.plainness import is_bare
from weibo_nlp.profiling.surface_features import FEATURES, features_of
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig, bootstrap_estimates, in_order_of_content
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import FloatArray

OURS, MEASURED, PUBLISHED_ELSEWHERE = "ours", "measured", "published"
_LEAST_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class TextSet:
    """Texts of one kind from one collection."""

    name: str
    kind: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Share of ``n`` texts that nearly repeat an earlier one."""

    share: float
    n: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What the texts of one kind from one collection are like.

    Attributes
    ----------
    set, kind : str
        Name of the collection, and kind of its texts.
    source : {"ours", "measured", "published"}
        Whose texts they are: of this corpus, of a copy at hand, of a set that only figures are known of.
    n : int
        Number of texts.
    lengths : mapping of str to float
        Per cent -> length in characters that so many texts do not exceed.
    rates : mapping of str to Estimate
        Share of the texts that have each surface feature.
    bare : Estimate or None
        Share of the texts that are one short clause or nothing but marks.
    diversity : Diversity
        Distinct n-grams and compressibility.
    near_duplicates : NearDuplicates or None
        How many repeat each other.
    """

    set: str
    kind: str
    source: str
    n: int
    lengths: Mapping[str, float]
    rates: Mapping[str, Estimate]
    bare: Estimate | None
    diversity: Diversity
    near_duplicates: NearDuplicates | None


def profile_of(
    texts: TextSet,
    *,
    source: str = MEASURED,
    sizes: tuple[int, int] = (NGRAM_CHARACTERS, XZ_CHARACTERS),
    sample: int | None = None,
    threads: Sequence[str] | None = None,
    bootstrap: BootstrapConfig = DEFAULT,
) -> Profile:
    """Measure a set of at least one text.

    Parameters
    ----------
    texts : TextSet
        At least one text.
    source : {"ours", "measured"}
        Whose texts they are.
    sizes : (int, int)
        Characters over which n-grams and compression are measured; a size under 2,000 leaves the figures out.
    sample : int, optional
        Texts, drawn by a seed, among which near-duplicates are counted; their share grows with the number of texts.
    threads : sequence of str, optional
        Thread of each text: rates get intervals over threads.
    bootstrap : BootstrapConfig
        How these are made.

    Raises
    ------
    UsageError
        If `sample` is below 1.
    """
    if sample is not None and sample < 1:
        raise UsageError(f"sample must be at least 1, or None for all texts; got {sample}.")
    features = [features_of(text) for text in texts.texts]
    columns = {name: [name in of_text for of_text in features] for name in FEATURES}
    shares = share_estimates({**columns, "bare": list(map(is_bare, texts.texts))}, threads, bootstrap)
    drawn = drawn_texts(texts.texts, sample)
    copies = {later for _, later, _ in near_duplicates(drawn)}
    return Profile(
        set=texts.name,
        kind=texts.kind,
        source=source,
        n=len(texts.texts),
        lengths={str(percent): length for percent, length in length_percentiles(texts.texts).items()},
        rates={name: shares[name] for name in FEATURES},
        bare=shares["bare"],
        diversity=(
            Diversity(*sizes, None, None)
            if min(sizes) < _LEAST_CHARACTERS
            else diversity(texts.texts, ngram_characters=sizes[0], xz_characters=sizes[1])
        ),
        near_duplicates=NearDuplicates(len(copies) / len(drawn), len(drawn)),
    )


def common_sizes(texts: Iterable[str]) -> tuple[int, int]:
    """Characters of n-grams and of compression at which a set can be compared: whole thousands that it has."""
    thousands = sum(map(len, texts)) // 1000 * 1000
    return min(NGRAM_CHARACTERS, thousands), min(XZ_CHARACTERS, thousands)


def share_estimates(
    columns: Mapping[str, Sequence[bool]],
    groups: Sequence[str] | None,
    bootstrap: BootstrapConfig = DEFAULT,
) -> dict[str, Estimate]:
    """Estimate the share of rows that hold each of several statements.

    Parameters
    ----------
    columns : mapping of str to sequence of bool
        Statement -> whether each row holds it.
    groups : sequence of str or None
        Group of each row; without at least two groups shares have no interval.
    bootstrap : BootstrapConfig
        How intervals over groups are made.
    """
    rows = np.array([*columns.values()], dtype=np.float64).T
    if groups is None or len(set(groups)) < 2:
        return dict(zip(columns, map(Estimate, rows.mean(axis=0).tolist()), strict=True))
    units = np.unique(np.asarray(groups), return_inverse=True)[1]
    sums = np.zeros((units.max() + 1, len(columns) + 1))
    np.add.at(sums, units, np.column_stack([rows, np.ones(len(rows))]))

    def shares(totals: FloatArray) -> dict[str, FloatArray]:
        return {name: totals[:, at] / totals[:, -1] for at, name in enumerate(columns)}

    return bootstrap_estimates(in_order_of_content(sums), shares, bootstrap)


def drawn_texts(texts: Sequence[str], number: int | None) -> list[str]:
    """As many texts as asked for, drawn by a seed from whatever order they come in; all where they are fewer."""
    kept = sorted(texts)
    return kept if number is None or number >= len(kept) else random.Random(0).sample(kept, number)
