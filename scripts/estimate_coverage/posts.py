"""Simulated posts: what people would say of each, and what classifiers that err in several ways do."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from weibo_nlp.stats.metrics import FloatArray, IntArray

N, THREAD, N_LABELS = 30_000, 25, 3
ICC = 0.3
GROUP_SIZES = (0.5, 0.3, 0.2)


@dataclass(frozen=True)
class Posts:
    """A collection: gold and predicted label index, probabilities, group and thread of each post; the first label is
    the one whose share is looked at.
    """

    gold: IntArray
    predicted: IntArray
    scores: FloatArray
    group: IntArray
    thread: IntArray

    @cached_property
    def by_predicted(self) -> tuple[IntArray, ...]:
        """Places of the posts of each predicted label."""
        return tuple(np.flatnonzero(self.predicted == label) for label in range(N_LABELS))

    @cached_property
    def by_group(self) -> tuple[IntArray, ...]:
        """Places of the posts of each group."""
        return tuple(np.flatnonzero(self.group == number) for number in range(len(GROUP_SIZES)))

    def share(self, group: int | None = None) -> float:
        """True share of the first label, in one group or all."""
        gold = self.gold if group is None else self.gold[self.by_group[group]]
        return float((gold == 0).mean())


@dataclass(frozen=True)
class Classifier:
    """How far a classifier's evidence lies from chance for posts of each label, and which labels it favours."""

    evidence: tuple[float, float, float]
    favour: tuple[float, float, float] = (0.0, 0.0, 0.0)


AS_TRAINED = Classifier((2.5, 2.5, 2.5))
# Classifiers by group of posts; one for all groups, or one each.
KINDS: Mapping[str, tuple[Classifier, ...]] = {
    "errors as trained": (AS_TRAINED,),
    "prior shift": (Classifier((2.5, 2.5, 2.5), (0.8, 0.0, -0.4)),),
    "error rates shifted": (Classifier((1.0, 2.0, 3.0), (-0.5, 0.0, 0.0)),),
    "error rates shift between groups": (
        AS_TRAINED,
        Classifier((1.0, 2.0, 3.0), (-0.5, 0.0, 0.0)),
        Classifier((2.0, 1.0, 1.5), (0.8, 0.0, 0.0)),
    ),
}
BEYOND: Mapping[str, tuple[Classifier, ...]] = {"right in 99.9 %": (Classifier((5.0, 5.0, 5.0)),)}


def simulated_posts(
    rng: np.random.Generator, share: float, classifiers: tuple[Classifier, ...], in_threads: bool, alike: bool = False
) -> Posts:
    """Make a collection in which the first label has about this share.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    share : float
        Share of the first label.
    classifiers : tuple of Classifier
        One for all posts, or one for each group.
    in_threads : bool
        Whether labels go together within threads.
    alike : bool
        Whether every group has exactly the same share of each label, to the next post.
    """
    shares = np.array([share, (1 - share) * 0.6, (1 - share) * 0.4])
    thread = np.repeat(np.arange(N // THREAD), THREAD)
    mixtures = np.tile(shares, (N // THREAD, 1))
    if in_threads:  # Dirichlet: the correlation of two posts of a thread is 1 / (1 + concentration)
        mixtures = rng.dirichlet(shares * (1 / ICC - 1), N // THREAD)
    gold = (rng.random(N)[:, None] > mixtures.cumsum(axis=1)[thread, :-1]).sum(axis=1)
    if alike:
        group = np.empty(N, dtype=np.int64)
        for label in range(N_LABELS):
            rows = rng.permutation(np.flatnonzero(gold == label))
            group[rows] = np.searchsorted(np.cumsum(GROUP_SIZES), (np.arange(rows.size) + 0.5) / rows.size)
    else:
        group = rng.choice(len(GROUP_SIZES), N, p=GROUP_SIZES)
    evidence = rng.standard_normal((N, 3))
    for number in range(len(GROUP_SIZES)):
        rows = np.flatnonzero(group == number)
        classifier = classifiers[number % len(classifiers)]
        evidence[rows, gold[rows]] += np.array(classifier.evidence)[gold[rows]]
        evidence[rows] += np.array(classifier.favour)
    odds = np.exp(1.5 * evidence)
    return Posts(gold, evidence.argmax(axis=1), odds / odds.sum(axis=1, keepdims=True), group, thread)
