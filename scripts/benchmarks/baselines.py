"""What our models are held against on real text, as classifiers: other people's programs, priors, fewer labels.

None of them learns here: each answers from what it was made with, whatever it is given to learn from.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from benchmarks.adapters import LABELLERS
from benchmarks.subprocess_runner import installed_versions, run_adapter

from weibo_nlp._version import __version__
from weibo_nlp.corpus import Release
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.models import Classifier, name_and_version
from weibo_nlp.models.base import Column, Texts, as_examples
from weibo_nlp.stats.metrics import FloatArray
from weibo_nlp.tasks.spec import TaskSpec

NEGATIVE, NEUTRAL, POSITIVE = "negative", "neutral", "positive"
POLAR = (NEGATIVE, POSITIVE)
TOPIC_PRIOR = "topic prior"
TIMEOUT = 3600.0


class PeerError(WeiboNlpError):
    """Another program gave no answers; says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that says by one number how positive a text is.

    Attributes
    ----------
    name : str
        As in `adapters.LABELLERS`, by which it is asked.
    low, high : float
        Below the one it is read as negative, above the other as positive, else as neutral.
    middle : float
        Where it leans to neither side.
    rule : str
        The same in words.
    """

    name: str
    low: float
    high: float
    middle: float
    rule: str

    def label(self, score: float) -> str:
        """Read a score as one of three labels."""
        return POSITIVE if score > self.high else NEGATIVE if score < self.low else NEUTRAL

    def leaning(self, score: float, text: str, draw: int) -> str:
        """Read a score as negative or positive; one in the middle by lot, the same for the same text and draw."""
        if score != self.middle:
            return POSITIVE if score > self.middle else NEGATIVE
        drawn = hashlib.sha256(f"{draw}:{text}".encode("utf-8", "surrogatepass")).digest()[0]
        return (NEGATIVE, POSITIVE)[drawn % 2]


PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("snownlp", 0.4, 0.6, 0.5, "`sentiments` above 0.6 positive, below 0.4 negative, else neutral"),
        Peer("cnsenti", 0.0, 0.0, 0.0, "`sentiment_calculate`: pos above neg positive, below negative, equal neutral"),
    )
}
"""All peers by name, in the order of the table."""


class _Untrained:
    """A classifier that learns nothing."""

    def __init__(self, name: str, version: str, labels: Sequence[str]) -> None:
        self.name, self.version, self.classes_ = name, version, np.array(labels)

    def fit(self, X: Texts, y: Iterable[Any], groups: Column = None, sample_weight: Column = None) -> Self:
        """Leave everything as it is."""
        return self


class PeerClassifier(_Untrained):
    """A peer as a classifier, asked in a process of its own: three labels by its own lines, or the side it leans to.

    Parameters
    ----------
    peer : Peer
        The program.
    labels : sequence of str
        All three labels, or the two of ``POLAR``.
    scores : dict of str to float
        Scores by text; those that are lacking are asked for and added, so that no text is scored twice.
    draw : int
        Which of several lots decides where it leans to neither side.
    timeout : float
        Seconds after which it is given up.
    """

    gives_scores = False  # a label is all it is read as

    def __init__(
        self, peer: Peer, labels: Sequence[str], scores: dict[str, float], *, draw: int = 0, timeout: float = TIMEOUT
    ) -> None:
        versions = installed_versions(LABELLERS[peer.name].packages)
        super().__init__(peer.name, ", ".join(f"{package} {version}" for package, version in versions.items()), labels)
        self.peer, self.scores, self.draw, self.timeout = peer, scores, draw, timeout

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return 1 for the label that the program is read as, shape (n_examples, n_labels).

        Raises
        ------
        PeerError
            If it gives no answer.
        """
        texts = [example.text for example in as_examples(X)]
        if lacking := [text for text in dict.fromkeys(texts) if text not in self.scores]:
            outcome = run_adapter("score", LABELLERS[self.name], {"texts": lacking}, self.timeout)
            if outcome.reason is not None:
                raise PeerError(outcome.reason)
            self.scores.update(zip(lacking, outcome.figures["scores"], strict=True))
        chosen = np.array([self._label(text) for text in texts])
        one_hot: FloatArray = (chosen[:, None] == self.classes_).astype(np.float64)
        return one_hot

    def _label(self, text: str) -> str:
        score = self.scores[text]
        return self.peer.leaning(score, text, self.draw) if tuple(self.classes_) == POLAR else self.peer.label(score)


class PolarClassifier(_Untrained):
    """A trained classifier of three labels, asked to choose between two: its probabilities of these alone."""

    def __init__(self, classifier: Classifier) -> None:
        super().__init__(*name_and_version(classifier), POLAR)
        self.classifier = classifier

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return the probabilities of the two labels, shape (n_examples, 2), made to sum to 1."""
        known = list(self.classifier.classes_)
        chosen = self.classifier.predict_proba(X)[:, [known.index(label) for label in POLAR]]
        probabilities: FloatArray = chosen / chosen.sum(axis=1, keepdims=True)
        return probabilities


class TopicPrior(_Untrained):
    """The shares of the stances that texts of a topic take towards its canonical target, whatever the text.

    A target that is canonical for no topic gets the shares over all canonical ones.

    Parameters
    ----------
    release : Release
        The corpus.
    spec : TaskSpec
        Stance, with the splits that are counted.
    """

    def __init__(self, release: Release, spec: TaskSpec) -> None:
        super().__init__(TOPIC_PRIOR, __version__, spec.labels)
        topic_of = {row["text"]: row["canonical_for"] for row in release.rows("targets") if row["canonical_for"]}
        counts: Counter[tuple[str, str]] = Counter()
        for split in spec.train:
            topics = {label.document_id: label.label for label in release.gold("topic", split)}
            counts.update(
                (label.target, label.label)
                for label in release.gold(spec.name, split)
                if label.target is not None and topics[label.document_id] == topic_of.get(label.target)
            )
        tables = {target: np.array([counts[target, label] for label in spec.labels]) for target in topic_of}
        self.overall = _shares(np.sum(list(tables.values()), axis=0))
        self.shares = {target: _shares(table) for target, table in tables.items() if table.any()}

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return the shares for each example's target, shape (n_examples, n_labels)."""
        return np.array([self.shares.get(example.target or "", self.overall) for example in as_examples(X)])


def _shares(counts: Any) -> FloatArray:
    shares: FloatArray = counts / counts.sum()
    return shares
