"""What every model is: something that learns from texts and gives a probability to every label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.records import Example
from weibo_nlp.text.markup import hidden_sign

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Texts = Iterable[str | Example]
"""A list, Series or array of raw texts, or of :class:`weibo_nlp.records.Example` where a target or parent is known."""
Column = Iterable[Any] | None
"""One value for each text, where there are any."""

SHOWN_POSITIONS = 5


@runtime_checkable
class Classifier(Protocol):
    """A classifier by the conventions of scikit-learn, for texts.

    Attributes
    ----------
    classes_ : ndarray, shape (n_labels,)
        Labels, in the order of the columns of :meth:`predict_proba`; there once the model is trained.
    """

    classes_: npt.NDArray[Any]

    def fit(self, X: Texts, y: Iterable[Any], groups: Column = None, sample_weight: Column = None) -> Classifier:
        """Learn from texts; `groups` (threads) are never torn apart when something is tuned."""

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return probabilities, shape (n_texts, n_labels), rows summing to 1."""


def name_and_version(model: object) -> tuple[str, str]:
    """Return what prediction files call a model: its ``name`` and ``version`` where it has them."""
    return getattr(model, "name", type(model).__name__), getattr(model, "version", "unversioned")


def as_examples(X: object) -> list[Example]:
    """Return texts as examples.

    Parameters
    ----------
    X : iterable of str or Example
        Such as a list, a Series or an array of one dimension.

    Raises
    ------
    UsageError
        If it is one string, or nothing that holds texts one by one.
    DataError
        If an element is neither a string nor an Example, naming the first positions; or if a target is none.
    """
    if isinstance(X, str | bytes | Mapping) or not isinstance(X, Iterable) or getattr(X, "ndim", 1) != 1:
        raise UsageError(f"X is a {type(X).__name__}; give a list of texts, a Series or an array of one dimension.")
    rows = list(X)
    if places := [place for place, row in enumerate(rows) if not isinstance(row, str | Example)]:
        first = ", ".join(f"position {place}: {type(rows[place]).__name__}" for place in places[:SHOWN_POSITIONS])
        raise DataError(f"{len(places)} of {len(rows)} texts are no strings ({first}). Drop or fill these rows.")
    examples = [row if isinstance(row, Example) else Example(str(row)) for row in rows]
    for target in {row.target for row in examples if row.target is not None}:
        if problem := target_problem(target):
            raise DataError(f"target {quoted(target)} {problem}; give its name alone.")
    return examples


def target_problem(target: str) -> str | None:
    """Say why a text is no name of a target; None where it is.

    Models know a target by its exact name: with a line end or a sign that nobody sees behind it, it is another one.
    """
    if target != target.strip():
        return "begins or ends with a blank"
    return None if (hidden := hidden_sign(target)) is None else f"holds {hidden}, which readers do not see"
