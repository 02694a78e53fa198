"""What a classifier says, checked before it is believed: its labels, and a distribution over them for every text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.models.base import SHOWN_POSITIONS, Classifier, FloatArray, name_and_version
from weibo_nlp.models.limits import require_labels
from weibo_nlp.predictions.check import SUM_TOLERANCE
from weibo_nlp.records import Example
from weibo_nlp.stats.arguments import in_label_order


def plain_labels(classes: object, what: str) -> list[Any]:
    """Return the ``classes_`` of a classifier as strings, whole numbers and booleans, which is all that a label can be.

    Parameters
    ----------
    classes : iterable
        As the classifier holds them.
    what : str
        Whose they are, as the beginning of a sentence.

    Raises
    ------
    UsageError
        If they are no list of one dimension, or one of them is something else.
    """
    if isinstance(classes, str | bytes) or not isinstance(classes, Iterable) or getattr(classes, "ndim", 1) != 1:
        raise UsageError(f"{what} whose classes_ are a {type(classes).__name__}; give a list or array of labels.")
    # Not through an array of numpy, which drops a NUL at an end, and makes strings of what stands beside strings.
    values = [value.item() if isinstance(value, np.generic) else value for value in classes]
    for value in values:
        if not isinstance(value, str | int):
            raise UsageError(f"{what} with the label {quoted(value)}; train with strings, whole numbers or booleans.")
    return values


def require_answerable(labels: list[str], what: str) -> None:
    """Refuse labels that a table could not hold or a reader not tell apart.

    Raises
    ------
    UsageError
        If they are not as :func:`weibo_nlp.models.limits.require_labels` asks.
    """
    try:
        require_labels(labels)
    except DataError as error:
        raise UsageError(f"{what} that cannot be used: {error}.") from None


def probabilities_of(model: Classifier, examples: Sequence[Example], labels: Sequence[str]) -> FloatArray:
    """Ask a classifier that was given its labels, and return its probabilities in their order.

    Parameters
    ----------
    model : Classifier
        Trained on these labels, held in any order.
    examples : sequence of Example
        What it is asked.
    labels : sequence of str
        Order of the columns.

    Raises
    ------
    UsageError
        If it has other labels by now, or answers what :func:`distributions` refuses.
    """
    what = f"the model {name_and_version(model)[0]!r}"
    known = plain_labels(model.classes_, f"{what} is one")
    if len(known) != len(labels) or set(known) != set(labels):
        raise UsageError(f"{what} has the labels {quoted_list(known)}; it was given {', '.join(labels)} to keep.")
    columns = [known.index(label) for label in labels]
    return distributions(model.predict_proba(examples), len(examples), known, what)[:, columns]


def distributions(answer: object, n_texts: int, labels: Sequence[Any], what: str) -> FloatArray:
    """Return what ``predict_proba`` gave as probabilities, shape (n_texts, n_labels).

    Parameters
    ----------
    answer : array-like
        What it gave. A DataFrame whose columns are named by the labels is put into their order.
    n_texts : int
        What it was asked.
    labels : sequence
        Its ``classes_``, of which there is a column each.
    what : str
        Whose it is, as the beginning of a sentence.

    Raises
    ------
    UsageError
        If it is of another shape, names other labels, holds what is no number, or a row is no distribution: with NaN
        or infinity, below 0, or with a sum that is not 1 ± ``SUM_TOLERANCE``. Any of them would make a label of the
        row all the same.
    """
    try:
        array = np.asarray(in_label_order(answer, labels, what))
    except (TypeError, ValueError, RuntimeError) as error:  # ragged rows; tensors that are not on this processor
        raise UsageError(f"{what} gave probabilities that make no array ({error}); give one of numpy.") from None
    if array.shape != (n_texts, len(labels)):
        raise UsageError(
            f"{what} gave probabilities of shape {array.shape} for {n_texts} texts and {len(labels)} labels; give one "
            "whose predict_proba has a row for each text."
        )
    if array.dtype.kind not in "fiu" or np.ma.is_masked(answer):
        kind = "masked numbers" if np.ma.is_masked(answer) else f"{array.dtype} values"
        raise UsageError(f"{what} gave {kind} for probabilities; give real numbers.")
    # -0.0 is a number from 0, and would be shown with its sign.
    probabilities = array.astype(np.float64) + 0.0
    # The comparison is false of NaN and of a sum that overflowed, too.
    with np.errstate(over="ignore", invalid="ignore"):
        sound = (probabilities >= 0).all(axis=1) & (abs(probabilities.sum(axis=1) - 1) <= SUM_TOLERANCE + 1e-9)
    if not sound.all():
        places = np.flatnonzero(~sound)
        first = "; ".join(f"text {place}: {quoted(array[place].tolist())}" for place in places[:SHOWN_POSITIONS])
        raise UsageError(
            f"{what} gave no probabilities for {len(places)} of {n_texts} texts ({first}); they are from 0 and sum to "
            f"1 ± {SUM_TOLERANCE}, as softmax makes them of scores."
        )
    return probabilities
