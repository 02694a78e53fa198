"""What every model is: something that learns from examples and gives a probability to every label."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from weibo_nlp.records import Example

FloatArray = npt.NDArray[np.float64]


@runtime_checkable
class Classifier(Protocol):
    """A model for one task.

    Attributes
    ----------
    name, version : str
        Who predicts, as prediction files record it.
    labels : tuple of str
        Column order of :meth:`predict_proba`.
    """

    name: str
    version: str
    labels: tuple[str, ...]

    def fit(
        self,
        examples: Sequence[Example],
        labels: Sequence[str],
        *,
        groups: Sequence[str] | None = None,
        weights: Sequence[float] | None = None,
    ) -> Classifier:
        """Learn from examples; `groups` (threads) are never torn apart when something is tuned."""

    def predict_proba(self, examples: Sequence[Example]) -> FloatArray:
        """Return probabilities, shape (n_examples, n_labels), rows summing to 1."""

    def save(self, folder: Path) -> None:
        """Write the model into a folder, without pickle."""
