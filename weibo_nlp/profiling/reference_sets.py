"""What texts are like, ours and those of real sets: the same figures over each, from lengths to plainness.

Real texts are read from the user's own copies and nothing of them but figures is kept. Two sets that are not handed
on take part with the figures measured over them when they were at hand.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from weibo_nlp.errors import UsageError
from weibo_nlp.external import load
from weibo_nlp.profiling.diversity import NGRAM_CHARACTERS, XZ_CHARACTERS, diversity
from weibo_nlp.profiling.duplicates import core, near_duplicates
from weibo_nlp.profiling.lengths import length_percentiles
from weibo_nlp.profiling.plainness import CharacterModel, is_bare, median_bits, plainness
from weibo_nlp.profiling.surface_features import FEATURES, features_of
from weibo_nlp.stats.bootstrap import RESAMPLES, bootstrap_figures, unit_numbers
from weibo_nlp.stats.metrics import FloatArray

COMPARED = ("comment", "post")
LEAST_CHARACTERS = 2_000
PLAIN_SAMPLE = 2_000
THIS_CORPUS = "this corpus"
OURS, MEASURED, PUBLISHED_ELSEWHERE = "ours", "measured", "published"

_SETS = (
    ("C-STANCE", "c_stance", "train", "post"),
    ("NLPCC-2016", "nlpcc2016", "train", "post"),
    ("SMP2020", "smp2020", "train", "post"),
    ("COLD", "cold", "train", "comment"),
    ("SWSR comments", "swsr", "all", "comment"),
    ("SWSR posts", "swsr", "all", "post"),
)
MODEL_SET = "SMP2020"  # everyday posts on no one subject; it learns what is ordinary and is compared with nobody


@dataclass(frozen=True, slots=True)
class TextSet:
    """Texts of one kind from one collection."""

    name: str
    kind: str
    texts: tuple[str, ...]


def _published(
    name: str, n: int, lengths: Sequence[float], rates: Sequence[float], distinct: Sequence[float], xz: float
) -> dict[str, Any]:
    features = ("emoticon", "emoji", "hashtag", "mention", "url", "latin", "final_mark", "question", "five_or_fewer")
    return {
        "set": name,
        "kind": "comment",
        "source": PUBLISHED_ELSEWHERE,
        "n": n,
        "lengths": dict(zip(("10", "25", "50", "75", "90"), lengths, strict=True)),
        "rates": {feature: figure_of(rate) for feature, rate in zip(features, rates, strict=True)},
        "diversity": {
            "ngram_characters": NGRAM_CHARACTERS,
            "xz_characters": XZ_CHARACTERS,
            "distinct": list(distinct),
            "xz": xz,
        },
        "bare": None,
        "near_duplicates": None,
    }


def figure_of(value: float) -> dict[str, float | None]:
    """A figure without an interval."""
    return {"value": value, "low": None, "high": None}


# Measured by this project over copies that it may not hand on (design note "What real text looks like", columns as
# there): CHNCI, comments on Douyin, Weibo and Bilibili; CED, reposts on Weibo with words of their own.
PUBLISHED: tuple[dict[str, Any], ...] = (
    _published(
        "CHNCI", 203_689, (6, 9, 15, 25, 39), (0.29, 0, 0, 0.05, 0, 0.04, 0.17, 0.13, 0.09),
        (0.591, 0.862, 0.932), 0.567,
    ),
    _published(
        "CED reposts", 127_499, (4, 5, 10, 20, 37), (0.27, 0, 0.01, 0.14, 0.01, 0.11, 0.32, 0.09, 0.29),
        (0.602, 0.843, 0.911), 0.580,
    ),
)  # fmt: skip
PUBLISHED_SOURCE = "design note real-text.md of this project; the sets themselves are not handed on"


def real_sets(folder: Path) -> tuple[list[TextSet], list[str]]:
    """Texts of the sets that a folder holds copies of, each text once, and a sentence for every set it does not hold.

    Raises
    ------
    UsageError
        If it holds none of them.
    """
    found, notes = [], []
    for name, loader, part, kind in _SETS:
        try:
            documents = load(loader, folder).part(part).documents
        except UsageError as error:
            notes.append(f"{name} was not compared: {error}")
            continue
        # C-STANCE gives a post once for each target.
        texts = tuple(dict.fromkeys(document.text for document in documents if document.kind == kind))
        found.append(TextSet(name, kind, texts))
    if not found:
        raise UsageError(f"{folder}: holds none of the sets that texts are compared with. " + " ".join(notes))
    return found, notes


def form_of(
    texts: TextSet,
    *,
    source: str = MEASURED,
    sizes: tuple[int, int] = (NGRAM_CHARACTERS, XZ_CHARACTERS),
    sample: int | None = None,
    threads: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Length, marks, diversity and repetition of a set, ready for JSON.

    Parameters
    ----------
    texts : TextSet
        At least one text.
    source : str
        ``ours`` or ``measured``.
    sizes : (int, int)
        Characters over which n-grams and compression are measured; a size under ``LEAST_CHARACTERS`` leaves the
        figure out.
    sample : int, optional
        Texts, drawn by a seed, among which near-duplicates are counted; their share grows with the number of texts.
    threads : sequence of str, optional
        Thread of each text: rates get intervals over threads.
    resamples : int
        Of these.
    """
    has = [features_of(text) for text in texts.texts]
    columns = np.array([[name in found for name in FEATURES] for found in has], dtype=np.float64)
    bare = np.array([is_bare(text) for text in texts.texts], dtype=np.float64)
    figures = _shares({name: columns[:, at] for at, name in enumerate(FEATURES)} | {"bare": bare}, threads, resamples)
    drawn = _drawn(texts.texts, sample)
    copies = {later for _, later, _ in near_duplicates(drawn)}
    return {
        "set": texts.name,
        "kind": texts.kind,
        "source": source,
        "n": len(texts.texts),
        "lengths": {str(percent): length for percent, length in length_percentiles(texts.texts).items()},
        "rates": {name: figures[name] for name in FEATURES},
        "bare": figures["bare"],
        "diversity": _diversity(texts.texts, sizes),
        "near_duplicates": {"share": len(copies) / len(drawn), "n": len(drawn)},
    }


def common_sizes(texts: Iterable[str]) -> tuple[int, int]:
    """Characters of n-grams and of compression at which a set can be compared: whole thousands that it has."""
    thousands = sum(map(len, texts)) // 1000 * 1000
    return min(NGRAM_CHARACTERS, thousands), min(XZ_CHARACTERS, thousands)


def plain_shares(
    ours: Mapping[str, Sequence[str]], real: Sequence[TextSet], further: Sequence[TextSet] = ()
) -> list[dict[str, Any]]:
    """Share of plain texts (`weibo_nlp.profiling.plainness`) in ours and in each real set.

    Parameters
    ----------
    ours : mapping of kind to texts
        Compared with the median of all real sets.
    real : sequence of TextSet
        Each compared with the median of the others and standardised to our lengths; ``MODEL_SET`` must be among them.
    further : sequence of TextSet
        Small real sets, compared as ours are.

    Returns
    -------
    list of dict
        ``set, kind, source, share, compared, left_out``; empty without ``MODEL_SET`` or a second set.
    """
    by_name = {texts.name: [core(text) for text in _drawn(texts.texts, PLAIN_SAMPLE)] for texts in real}
    learnt = [core(text) for texts in real if texts.name == MODEL_SET for text in texts.texts]
    by_name.pop(MODEL_SET, None)
    if not learnt or len(by_name) < 2:
        return []
    model = CharacterModel.fit(learnt)
    all_medians = median_bits(model, by_name.values())
    rows = []
    for kind in COMPARED:
        if not (mine := [core(text) for text in ours.get(kind, ())]):
            continue
        judged: list[tuple[str, str, list[str], dict[int, float], list[str] | None]]
        judged = [(THIS_CORPUS, OURS, mine, all_medians, None)]
        for texts in real:
            if texts.kind == kind and texts.name in by_name:
                others = median_bits(model, (found for name, found in by_name.items() if name != texts.name))
                judged.append((texts.name, MEASURED, by_name[texts.name], others, mine))
        judged += [
            (texts.name, MEASURED, [core(text) for text in texts.texts], all_medians, None)
            for texts in further
            if texts.kind == kind
        ]
        for name, source, cores, medians, like in judged:
            found = plainness(cores, model, medians, like=like)
            if found is not None:  # else that set has none of our lengths
                rows.append({"set": name, "kind": kind, "source": source, **asdict(found)})
    return rows


def share_figures(
    columns: Mapping[str, Sequence[bool]], groups: Sequence[str], *, resamples: int = RESAMPLES
) -> dict[str, dict[str, float | None]]:
    """Share of rows that hold each of several statements, with intervals over groups of rows."""
    return _shares({name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}, groups, resamples)


def _shares(
    columns: Mapping[str, FloatArray], groups: Sequence[str] | None, resamples: int
) -> dict[str, dict[str, float | None]]:
    values = {name: float(column.mean()) for name, column in columns.items()}
    if groups is None or len(set(groups)) < 2:
        return {name: figure_of(value) for name, value in values.items()}
    units = unit_numbers(groups)
    stacked = np.stack([*columns.values(), np.ones(len(units))], axis=1)
    sums = np.zeros((int(units.max()) + 1, stacked.shape[1]))
    np.add.at(sums, units, stacked)

    def figures(totals: FloatArray) -> dict[str, FloatArray]:
        return {name: totals[:, at] / totals[:, -1] for at, name in enumerate(columns)}

    found = bootstrap_figures(sums[np.lexsort(sums.T)], figures, resamples=resamples)
    return {name: dict(interval.to_dict()) for name, interval in found.items()}


def _diversity(texts: Sequence[str], sizes: tuple[int, int]) -> dict[str, Any]:
    if min(sizes) < LEAST_CHARACTERS:
        return {"ngram_characters": sizes[0], "xz_characters": sizes[1], "distinct": None, "xz": None}
    found = diversity(texts, ngram_characters=sizes[0], xz_characters=sizes[1])
    return {
        "ngram_characters": sizes[0],
        "xz_characters": sizes[1],
        "distinct": None if found.distinct is None else list(found.distinct),
        "xz": found.xz,
    }


def _drawn(texts: Sequence[str], number: int | None) -> list[str]:
    """As many texts as asked for, drawn by a seed from whatever order they come in."""
    kept = sorted(texts)
    if number is None or number >= len(kept):
        return kept
    return random.Random(0).sample(kept, number)
