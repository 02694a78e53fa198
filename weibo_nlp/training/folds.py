"""Cross-validation of a classifier: every row is scored by a model that has seen no row of its unit."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from weibo_nlp.errors import DataError
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.models.base import Classifier, FloatArray, IntArray
from weibo_nlp.records import Example
from weibo_nlp.training.rows import LabelledRows

FOLDS = 5
FOLDS_OF_FEW, FEW_ROWS = 10, 2_000
"""Below so many rows there are more folds: with five, of 300 texts 240 are learnt from, which costs a score points."""


@dataclass(frozen=True)
class CrossValidation:
    """Folds of labelled rows, and the classifier that is trained on each.

    Attributes
    ----------
    rows : LabelledRows
        What is learnt from and scored.
    classifier : Classifier
        Untrained, cloned for each training.
    labels : tuple of str
        Order of the columns of probabilities.
    folds : list of (ndarray, ndarray)
        Rows to learn from and rows held out.
    """

    rows: LabelledRows
    classifier: Classifier
    labels: tuple[str, ...]
    folds: list[tuple[IntArray, IntArray]]

    @classmethod
    def of(cls, rows: LabelledRows, classifier: Classifier, labels: tuple[str, ...], seed: int) -> CrossValidation:
        """Draw folds that keep the shares of the labels as far as units allow.

        Raises
        ------
        DataError
            If there are fewer than two units.
        """
        n_units = rows.counts.groups
        if n_units < 2:
            raise DataError(
                f"all {len(rows.labels):,} rows are of one group (or copies of each other), so that none can be scored "
                "by a model that has not learnt from its like; label texts of other groups."
            )
        codes = np.unique(rows.labels, return_inverse=True)[1]
        most = FOLDS if len(rows.labels) >= FEW_ROWS else FOLDS_OF_FEW
        n_folds = min(most, n_units, int(np.bincount(codes).max()))
        single = n_units == len(rows.labels)
        kind = StratifiedKFold if single else StratifiedGroupKFold
        splitter = kind(n_folds, shuffle=True, random_state=seed)
        with quiet_folds():
            folds = list(splitter.split(np.zeros(len(codes)), codes, None if single else rows.groups))
        return cls(rows, classifier, labels, folds)

    def fitted(self, places: IntArray) -> Any:
        """Return the classifier, trained on the rows at these places."""
        groups = self.rows.groups[places]
        # Without units of several rows, the model's own folds can keep the labels' shares exactly.
        units = groups if len(np.unique(groups)) < len(groups) else None
        model: Any = clone(self.classifier).set_params(labels=self.labels)
        with quiet_folds():
            return model.fit(self.examples(places), [self.rows.labels[place] for place in places], groups=units)

    def examples(self, places: Sequence[int] | IntArray) -> list[Example]:
        """Return the examples at these places."""
        return [self.rows.examples[place] for place in places]

    def out_of_fold(self, tick: Callable[[], None]) -> FloatArray:
        """Return the probabilities of each row by a model that has not seen its unit, shape (n_rows, n_labels)."""
        answers = np.zeros((len(self.rows.labels), len(self.labels)))
        for train, held_out in self.folds:
            answers[held_out] = self.answers(train, held_out)
            tick()
        return answers

    def answers(self, train: IntArray, held_out: IntArray) -> FloatArray:
        """Return the probabilities of rows by a model trained on others, shape (n_held_out, n_labels)."""
        return probabilities_of(self.fitted(train), self.examples(held_out), self.labels)

    def part_of(self, places: IntArray, share: float, random: np.random.Generator) -> IntArray:
        """Draw about a share of rows at random, whole units, of each label alike.

        Units are drawn within the label that most of their rows have.
        """
        units, rows_of = np.unique(self.rows.groups[places], return_inverse=True)
        codes = np.unique([self.rows.labels[place] for place in places], return_inverse=True)[1]
        counts = np.zeros((len(units), codes.max() + 1), dtype=np.int64)
        np.add.at(counts, (rows_of, codes), 1)
        main = counts.argmax(axis=1)
        drawn: list[int] = []
        for code in np.unique(main):
            members = random.permutation(np.flatnonzero(main == code))
            drawn += members[: max(1, round(share * len(members)))].tolist()
        return places[np.isin(rows_of, drawn)]


@contextmanager
def quiet_folds() -> Iterator[None]:
    """Leave unsaid what scikit-learn says of rare labels: the report says it in words that help."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class in y has only", UserWarning)
        yield
