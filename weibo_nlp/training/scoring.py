"""Scores of a model's probabilities on texts that it has not learnt from."""

from __future__ import annotations

from collections.abc import Sequence

from weibo_nlp.evaluation.results import Scores
from weibo_nlp.evaluation.scoring import score
from weibo_nlp.models.base import FloatArray, IntArray
from weibo_nlp.records import Example, GoldLabel, Prediction
from weibo_nlp.stats import BootstrapConfig

_TASK = "label"


def scores_of(
    examples: Sequence[Example],
    labels: Sequence[str],
    groups: IntArray,
    names: tuple[str, ...],
    probabilities: FloatArray,
    bootstrap: BootstrapConfig,
) -> Scores:
    """Score probabilities against labels.

    Parameters
    ----------
    examples : sequence of Example
        What the model was asked about.
    labels : sequence of str
        Label of each.
    groups : ndarray of int, shape (n_examples,)
        Independent unit of each, over which intervals are made.
    names : tuple of str
        Labels in the order of the columns.
    probabilities : ndarray, shape (n_examples, n_labels)
        What the model said.
    bootstrap : BootstrapConfig
        How intervals are made.

    Raises
    ------
    DataError
        If all are of one unit.
    """
    gold, predictions = [], []
    for place, (example, label) in enumerate(zip(examples, labels, strict=True)):
        row = probabilities[place].tolist()
        best = names[row.index(max(row))]
        gold.append(GoldLabel(str(place), _TASK, label, example.target))
        scored = dict(zip(names, row, strict=True))
        predictions.append(Prediction(str(place), _TASK, best, scored, example.target))
    units = [str(group) for group in groups.tolist()]
    return score(predictions, gold, names, units, task=_TASK, main_metric="macro_f1", bootstrap=bootstrap)
