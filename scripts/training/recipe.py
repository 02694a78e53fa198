"""How the shipped models are made: rows weighed by cross-validation, then the model fitted and calibrated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from training.rows import C_STANCE, RowWeights, TrainingRows
from weibo_nlp.features.preparation import prepared
from weibo_nlp.models.base import IntArray
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.stats.metrics import confusion_matrix, count_metrics
from weibo_nlp.tasks.spec import TaskSpec

FOLDS = 3
FIRST_C = 0.5
C_GRID = (0.1, 0.25, 0.5, 1.0)
FIRST = RowWeights(public=3.0, short=1.0, off_topic=0.1, c_stance=0.0)
WEIGHTS: dict[str, tuple[float, ...]] = {
    "public": (1.0, 3.0, 8.0),
    "short": (0.3, 1.0),
    "off_topic": (0.03, 0.1, 0.3, 1.0),
    "own_target": (0.1, 0.3, 1.0),
    "c_stance": (0.0, 0.1, 0.3),
}
"""What is tried, in this order, each with the ones before as they were chosen; C before C-STANCE."""
MIN_TEXTS = 3
"""Texts that no other nearly repeats in which an n-gram must occur."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Choice:
    """Weights of rows and C of the SVM, and the score of everything that was tried."""

    weights: RowWeights
    C: float
    tried: tuple[tuple[RowWeights, float, float], ...]


class Trials:
    """Scores of weights and C by cross-validation over the groups of the public rows, whose features are made once.

    All other rows teach in every fold. The metric is over the held-out public rows of all folds together, for stance
    those on the target of their own topic, and of the SVM of the model, before it is calibrated.

    Parameters
    ----------
    rows : TrainingRows
        Public ones among them.
    spec : TaskSpec
        Labels and metric.
    model : LinearClassifier
        Untrained; it says what features suit, and how labels are balanced.
    seed : int
        Of folds and solver.
    folds : int
        How many.
    tol : float
        Where the solver stops.
    """

    def __init__(
        self,
        rows: TrainingRows,
        spec: TaskSpec,
        model: LinearClassifier,
        seed: int,
        *,
        folds: int = FOLDS,
        tol: float = 1e-2,
    ) -> None:
        self.rows, self.spec, self.model, self.seed, self.tol = rows, spec, model, seed, tol
        self.scores: dict[tuple[RowWeights, float], float] = {}
        self._predictions: dict[tuple[RowWeights, float], IntArray] = {}
        self._codes = np.array([spec.labels.index(label) for label in rows.labels])
        public = np.array([place for place, kind in enumerate(rows.kinds) if kind is not None])
        others = np.array([place for place, kind in enumerate(rows.kinds) if kind is None], dtype=int)
        self.held: list[int] = []
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        groups = [rows.groups[place] for place in public]
        self._folds = [
            self._fold(np.concatenate([others, public[learnt]]), public[held])
            for learnt, held in splitter.split(public, self._codes[public], groups)
        ]

    def _fold(self, train: IntArray, held: IntArray) -> tuple[IntArray, csr_matrix, csr_matrix]:
        test = np.array([place for place in held if self.rows.on_topic[place]])
        self.held += test.tolist()
        examples = [self.rows.examples[place] for place in train]
        features = self.model.suited_features(examples)
        learnt_texts = features.fit_transform(prepared(examples))
        held_texts = features.transform(prepared([self.rows.examples[place] for place in test]))
        return train, learnt_texts, held_texts

    def score(self, weights: RowWeights, C: float = FIRST_C) -> float:
        """Return the metric for weights and C, computed once for each pair."""
        if (weights, C) not in self.scores:
            counts = confusion_matrix(self.answers, self.predictions(weights, C), len(self.spec.labels))
            metric = count_metrics(self.spec.labels)[self.spec.main_metric]
            self.scores[weights, C] = float(metric(counts[None])[0])
        return self.scores[weights, C]

    @property
    def answers(self) -> IntArray:
        """Place of the label of each row that is scored, in the order of ``held``, their places among the rows."""
        codes: IntArray = self._codes[self.held]
        return codes

    def predictions(self, weights: RowWeights, C: float = FIRST_C) -> IntArray:
        """Return what the models that did not see a row say of it, in the order of ``held``."""
        if (weights, C) not in self._predictions:
            row_weights = np.array(self.rows.weights_of(weights))
            said = []
            for train, learnt_texts, held_texts in self._folds:
                used = np.flatnonzero(row_weights[train])
                codes = self._codes[train][used]
                examples = [self.rows.examples[place] for place in train[used]]
                own = self.model.training_weights(examples, codes, row_weights[train][used])
                svm = LinearSVC(C=C, tol=self.tol, random_state=self.seed).fit(learnt_texts[used], codes, own)
                said.append(svm.predict(held_texts))
            self._predictions[weights, C] = np.concatenate(said)
        return self._predictions[weights, C]


def choose(rows: TrainingRows, spec: TaskSpec, model: LinearClassifier, *, seed: int = 0) -> Choice:
    """Choose what rows weigh, and C, by :class:`Trials`."""
    trials = Trials(rows, spec, model, seed)
    chosen = FIRST
    asked = _asked(rows)
    for name in (name for name in WEIGHTS if name in asked and name != "c_stance"):
        chosen = max((replace(chosen, **{name: value}) for value in WEIGHTS[name]), key=trials.score)
    best = max(C_GRID, key=lambda C: trials.score(chosen, C))
    if "c_stance" in asked:  # last, because there is so much of it
        tried = [replace(chosen, c_stance=value) for value in WEIGHTS["c_stance"]]
        chosen = max(tried, key=lambda weights: trials.score(weights, best))
    return Choice(chosen, best, tuple((weights, C, score) for (weights, C), score in trials.scores.items()))


def choose_regularisation(
    rows: TrainingRows, spec: TaskSpec, model: LinearClassifier, weights: RowWeights, *, seed: int = 0
) -> Choice:
    """Choose C by :class:`Trials` for weights of rows that were chosen before, as for another model of the task."""
    # Rows that weigh nothing need no features, and those of an encoder are dear.
    trials = Trials(rows.weighted(weights), spec, model, seed)
    best = max(C_GRID, key=lambda C: trials.score(RowWeights(), C))
    return Choice(weights, best, tuple((weights, C, trials.scores[RowWeights(), C]) for C in C_GRID))


def _asked(rows: TrainingRows) -> set[str]:
    """Weights that make a difference to these rows; all of them hold public ones."""
    asked = {"public", "short"}
    elsewhere = {kind is None for kind, on_topic in zip(rows.kinds, rows.on_topic, strict=True) if not on_topic}
    asked |= {"own_target" if is_composed else "off_topic" for is_composed in elsewhere}
    if C_STANCE in rows.sources:
        asked.add("c_stance")
    return asked


def halves(rows: TrainingRows) -> tuple[TrainingRows, TrainingRows]:
    """Part rows by their groups into two halves: one to calibrate by, one for prediction sets.

    By a hash of the group, so that a text stays in its half whatever other texts there are.
    """
    first = [_is_first(group) for group in rows.groups]
    return (
        rows.subset(place for place, is_first in enumerate(first) if is_first),
        rows.subset(place for place, is_first in enumerate(first) if not is_first),
    )


def _is_first(group: str) -> bool:
    return sha256(group.encode()).digest()[0] < 128
