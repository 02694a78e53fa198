"""How well characters alone tell one set of texts from another of the same lengths."""

from __future__ import annotations

import random
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline

from composing.real_texts import RealText
from weibo_nlp.errors import DataError
from weibo_nlp.stats.estimate import Estimate

ORDERS = (1, 3)
"""Shortest and longest character n-grams that are counted."""
FOLDS = 5
REPLICATES = 1_000
_HAN = re.compile(r"[\u3400-\u9fff]")
_FUNCTION_WORDS = frozenset(
    "的了是我你他她它们这那不也就都还在有没和与而但因为所以如果要会能可很太真最再又才只被把给让对向从到跟比"
    "吧吗呢啊哦呀嘛哈什么怎谁哪几多少一个些点上下里得地着过"
)
LENGTH_TOLERANCE = 0.1
Ours = TypeVar("Ours", bound=RealText)


@dataclass(frozen=True, slots=True)
class Separation:
    """How far two sets can be told apart: area under the ROC curve, .5 where they cannot, with texts a side."""

    auc: Estimate
    n: int


def classifier() -> Pipeline:
    """The one judge of all: tf-idf of character n-grams, logistic regression at its default strength."""
    counts = TfidfVectorizer(analyzer="char", ngram_range=ORDERS, min_df=2, sublinear_tf=True)
    return make_pipeline(counts, LogisticRegression(max_iter=2_000))


def manner_of(text: RealText) -> RealText:
    """Return a text of which its manner alone is left: marks, letters and function words; other characters are 字."""
    masked = _HAN.sub(lambda found: found[0] if found[0] in _FUNCTION_WORDS else "字", text.text)
    return RealText(masked, text.group)


def matched(ours: Sequence[Ours], real: Sequence[RealText], most: int, seed: int) -> tuple[list[Ours], list[RealText]]:
    """Pairs of texts of like length, at most `most`: within a tenth or three characters of each other.

    Notes
    -----
    Ours are taken in random order, and each gets the nearest free real text; one without such a partner is left out.
    """
    dice = random.Random(seed)
    first, pool = list(ours), list(real)
    dice.shuffle(first)
    dice.shuffle(pool)
    pool.sort(key=lambda each: len(each.text))
    lengths = [len(each.text) for each in pool]
    left, right = list[Ours](), list[RealText]()
    for text in first:
        if len(left) == most or not pool:
            break
        n = len(text.text)
        at = bisect_left(lengths, n)
        near = [place for place in (at - 1, at) if 0 <= place < len(pool)]
        best = min(near, key=lambda place: abs(lengths[place] - n))
        if abs(lengths[best] - n) <= max(3, LENGTH_TOLERANCE * n):
            left.append(text)
            right.append(pool.pop(best))
            del lengths[best]
    return left, right


def mixture(sets: Mapping[str, Sequence[RealText]], names: Sequence[str], total: int, seed: int) -> list[RealText]:
    """About `total` texts, as evenly from each set as their sizes allow, groups kept apart by set."""
    dice = random.Random(seed)
    drawn, left = list[RealText](), total
    for behind, name in enumerate(sorted(names, key=lambda name: len(sets[name]))):
        size = min(len(sets[name]), left // (len(names) - behind))
        drawn += [RealText(t.text, f"{name}/{t.group}") for t in dice.sample(list(sets[name]), size)]
        left -= size
    return drawn


def scores_apart(ours: Sequence[RealText], real: Sequence[RealText], seed: int) -> NDArray[np.float64]:
    """What the judge says of each text, ours first, having learnt from other groups: the higher, the more like ours."""
    texts = [each.text for each in (*ours, *real)]
    sides = np.repeat([1, 0], [len(ours), len(real)])
    groups = [f"ours/{each.group}" for each in ours] + [f"real/{each.group}" for each in real]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    scores: NDArray[np.float64] = cross_val_predict(
        classifier(), texts, sides, groups=groups, cv=folds, method="decision_function"
    )
    return scores


def separation(ours: Sequence[RealText], real: Sequence[RealText], *, most: int, seed: int = 0) -> Separation:
    """How far two sets of texts can be told apart at equal lengths, with a percentile interval over texts.

    Raises
    ------
    DataError
        If fewer than a hundred pairs of like length can be made.
    """
    left, right = matched(ours, real, most, seed)
    if len(left) < 100:
        raise DataError(f"{len(left)} pairs of texts of like length; at least 100 are needed to tell sets apart.")
    scores = scores_apart(left, right, seed)
    first, second = scores[: len(left)], scores[len(left) :]
    sides = np.repeat([1, 0], len(left))
    dice = np.random.default_rng(seed)
    drawn = []
    for _ in range(REPLICATES):
        one, two = (dice.choice(side, len(side)) for side in (first, second))
        drawn.append(roc_auc_score(sides, np.concatenate([one, two])))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Separation(Estimate(float(roc_auc_score(sides, scores)), float(low), float(high)), len(left))
