"""Learning curves: the score with a part of the labels, and what twice as many would bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from weibo_nlp.errors import DataError
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.models.base import FloatArray, IntArray
from weibo_nlp.stats import BootstrapConfig, Estimate, bootstrap_estimates
from weibo_nlp.stats.metrics import macro_f1
from weibo_nlp.stats.units import in_order_of_content
from weibo_nlp.training.folds import FEW_ROWS, CrossValidation

FRACTIONS = (0.25, 0.5)
DRAWS = 2
"""Parts drawn for each fraction and fold where there are few rows: which 60 texts are learnt from moves the score by
some points."""
# Below these numbers no gain is extrapolated.
LEAST_TEXTS, LEAST_UNITS = 10, 60

WIDENING = 2.5
"""How much wider than the bootstrap's the interval of a gain is: that one speaks of the rows scored, not of the rows
learnt from, by which two models of equally many differ as much. Of 14 draws of 300 rows with six labels (SMP2020), what
twice the rows brought lay within the bootstrap's interval in 6, within one twice as wide in 12, within this one in all.
"""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The score of models that learnt from a part of the labels.

    Attributes
    ----------
    fraction : float
        Part of the rows that each fold has to learn from.
    rows : int
        Rows learnt from, the mean over folds and draws.
    macro_f1 : Estimate
        On the rows held out, the mean over draws.
    """

    fraction: float
    rows: int
    macro_f1: Estimate


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Scores with a part of the labels, and with twice as many.

    Attributes
    ----------
    points : tuple of CurvePoint
        From few labels to all.
    gain : Estimate or None
        What twice the labels would add to macro-F1; None where there is too little to say.
    why_not : str
        Why there is no gain.

    Notes
    -----
    The gain is that of a power law: the error, 1 less macro-F1, falls by the same part with each doubling (Hestness et
    al. 2017; Viering & Loog 2022), a part fitted to the logarithms of the errors by least squares. The interval is the
    cluster bootstrap's, over the same units at all points, `WIDENING` times as wide; it says nothing of a curve that
    bends otherwise.
    """

    points: tuple[CurvePoint, ...] = ()
    gain: Estimate | None = None
    why_not: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the curve ready for JSON."""
        return {"points": to_json(self.points), "gain": to_json(self.gain), "why_not": self.why_not}


def learning_curve(
    validation: CrossValidation,
    full: FloatArray,
    seed: int,
    bootstrap: BootstrapConfig,
    tick: Callable[[], None],
) -> LearningCurve:
    """Score parts of the labels by the same folds.

    Parameters
    ----------
    validation : CrossValidation
        The folds.
    full : ndarray of float, shape (n_rows, n_labels)
        Out-of-fold probabilities of the models that learnt from all of their fold.
    seed : int
        Of the draws of the parts.
    bootstrap : BootstrapConfig
        How intervals are made.
    tick : callable
        Called after each fold and draw.
    """
    rows, labels = validation.rows, validation.labels
    gold = np.array([labels.index(label) for label in rows.labels])
    predicted: dict[float, IntArray] = {}
    sizes: dict[float, float] = {}
    for fraction in FRACTIONS:
        try:
            predicted[fraction], sizes[fraction] = _scored(validation, fraction, seed, tick)
        except DataError:  # so few rows that there are no folds of the part, or no n-gram that recurs in it
            return LearningCurve(why_not=f"a part of {fraction:g} of the labels is too little to learn from")
    predicted[1.0] = full.argmax(axis=1)[None]
    sizes[1.0] = float(np.mean([len(train) for train, _ in validation.folds]))
    n_labels = len(labels)
    parts = [_unit_sums(gold, runs, rows.groups, n_labels) for runs in predicted.values()]
    sums = in_order_of_content(np.hstack(parts))
    shapes = {fraction: len(runs) for fraction, runs in predicted.items()}

    def figures(totals: FloatArray) -> Mapping[str, FloatArray]:
        ends = np.cumsum([n_runs * n_labels**2 for n_runs in shapes.values()])[:-1]
        split = zip(shapes, np.split(totals, ends, axis=1), strict=True)
        scores = {
            fraction: macro_f1(part.reshape(len(part), shapes[fraction], n_labels, n_labels)).mean(axis=1)
            for fraction, part in split
        }
        named = {f"{fraction:g}": values for fraction, values in scores.items()}
        learnt, values = np.array([sizes[each] for each in scores]), np.stack([*scores.values()])
        return named | {"gain": _gain(learnt, values)}

    estimates = bootstrap_estimates(sums, figures, bootstrap)
    points = tuple(CurvePoint(each, round(sizes[each]), estimates[f"{each:g}"]) for each in predicted)
    if why_not := _too_little(validation):
        return LearningCurve(points, why_not=why_not)
    return LearningCurve(points, _widened(estimates["gain"]))


def _widened(gain: Estimate) -> Estimate:
    if gain.low is None or gain.high is None:
        return gain
    low, high = (gain.value + WIDENING * (bound - gain.value) for bound in (gain.low, gain.high))
    return replace(gain, low=low, high=high)


def draws_of(n_rows: int) -> int:
    """Parts drawn for each fraction and fold."""
    return DRAWS if n_rows < FEW_ROWS else 1


def _scored(
    validation: CrossValidation, fraction: float, seed: int, tick: Callable[[], None]
) -> tuple[IntArray, float]:
    """Predicted labels of all rows, shape (n_draws, n_rows), and how many rows they were learnt from."""
    n_rows = len(validation.rows.labels)
    predicted = np.zeros((draws_of(n_rows), n_rows), dtype=np.int64)
    sizes = []
    for draw in range(len(predicted)):
        for fold, (train, held_out) in enumerate(validation.folds):
            random = np.random.default_rng([seed, draw, fold, round(1000 * fraction)])
            part = validation.part_of(train, fraction, random)
            predicted[draw, held_out] = validation.answers(part, held_out).argmax(axis=1)
            sizes.append(len(part))
            tick()
    return predicted, float(np.mean(sizes))


def _unit_sums(gold: IntArray, predicted: IntArray, groups: IntArray, n_labels: int) -> FloatArray:
    """Confusion counts by unit, in the order of the units' numbers, which is the same for all points."""
    n_units, cells = int(groups.max()) + 1, n_labels**2
    places = groups * cells + gold * n_labels + predicted
    counts = [np.bincount(run, minlength=n_units * cells).reshape(n_units, cells) for run in places]
    return np.hstack(counts).astype(np.float64)


def _gain(sizes: FloatArray, scores: FloatArray) -> FloatArray:
    """What twice the labels would add by a power law of the error, shape (n_rows,)."""
    steps, errors = np.log(sizes), np.maximum(1 - scores, 1e-9)
    centred = (steps - steps.mean())[:, None]
    slopes = (centred * np.log(errors)).sum(axis=0) / np.square(centred).sum()
    gain: FloatArray = errors[-1] * (1 - 2.0**slopes)
    return gain


def _too_little(validation: CrossValidation) -> str:
    counts = validation.rows.counts
    rare = min(counts.labels, key=lambda label: counts.labels[label])
    if counts.labels[rare] < LEAST_TEXTS:
        return (
            f"a label has {counts.labels[rare]} texts, a quarter of which teaches nothing; it takes {LEAST_TEXTS} of "
            "each"
        )
    if counts.groups < LEAST_UNITS:
        return f"{counts.groups} independent units are too few; it takes {LEAST_UNITS}"
    return ""
