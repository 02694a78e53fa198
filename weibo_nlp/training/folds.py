"""Rows to learn from and rows held out: what is scored is answered by a model that has seen no row of its unit."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.models.base import Classifier, FloatArray, IntArray
from weibo_nlp.records import Example
from weibo_nlp.training.rows import LabelledRows
from weibo_nlp.training.trainings import Trainings

FOLDS = 5
FOLDS_OF_FEW, FEW_ROWS = 10, 2_000
"""Below so many rows there are more folds: with five, of 300 texts 240 are learnt from, which costs a score points."""


@dataclass(frozen=True)
class CrossValidation:
    """Folds of labelled rows, and the classifier that is trained on each.

    Between them, folds hold out every row once; or, where a part is held out, a single one holds out that part.

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
    trainings : Trainings
        How each is carried out.
    """

    rows: LabelledRows
    classifier: Classifier
    labels: tuple[str, ...]
    folds: list[tuple[IntArray, IntArray]]
    trainings: Trainings = field(default_factory=Trainings)

    @classmethod
    def of(
        cls,
        rows: LabelledRows,
        classifier: Classifier,
        labels: tuple[str, ...],
        seed: int,
        n_folds: int | None = None,
        trainings: Trainings | None = None,
    ) -> CrossValidation:
        """Draw folds that keep the shares of the labels as far as units allow.

        Parameters
        ----------
        n_folds : int, optional
            By default `FOLDS`, of few rows `FOLDS_OF_FEW`; fewer where there are fewer units or texts of a label.

        Raises
        ------
        DataError
            If there are fewer than two units.
        """
        n_units = _required_units(rows)
        codes = np.unique(rows.labels, return_inverse=True)[1]
        most = n_folds or (FOLDS if len(rows.labels) >= FEW_ROWS else FOLDS_OF_FEW)
        n_folds = min(most, n_units, int(np.bincount(codes).max()))
        single = n_units == len(rows.labels)
        kind = StratifiedKFold if single else StratifiedGroupKFold
        splitter = kind(n_folds, shuffle=True, random_state=seed)
        with quiet_folds():
            folds = list(splitter.split(np.zeros(len(codes)), codes, None if single else rows.groups))
        return cls(rows, classifier, labels, folds, trainings or Trainings())

    @classmethod
    def holding_out(
        cls,
        rows: LabelledRows,
        classifier: Classifier,
        labels: tuple[str, ...],
        seed: int,
        share: float,
        trainings: Trainings | None = None,
    ) -> CrossValidation:
        """Draw one fold, which holds out about a share of the rows, whole units, of each label alike.

        Raises
        ------
        DataError
            If there are fewer than two units, or so few that nothing is left on one of the sides.
        UsageError
            If the share is none.
        """
        if not 0 < share < 1:
            raise UsageError(f"held_out is {share!r:.40}; give a share between 0 and 1, such as 0.2, or leave it out.")
        _required_units(rows)
        everything = np.arange(len(rows.labels))
        whole = cls(rows, classifier, labels, [], trainings or Trainings())
        held_out = whole.part_of(everything, share, np.random.default_rng(seed))
        learnt = np.setdiff1d(everything, held_out)
        left, units = len({rows.labels[place] for place in learnt}), len(np.unique(rows.groups[held_out]))
        if left < 2 or units < 2:
            raise DataError(
                f"with a share of {share:g} held out, texts of {left} labels are left to learn from, and {units} "
                "independent units to score by; it takes two of both. Label texts of other groups, or score by folds."
            )
        return replace(whole, folds=[(learnt, held_out)])

    @property
    def scored(self) -> IntArray:
        """Places of the rows that a fold holds out, in their order."""
        return np.sort(np.concatenate([held_out for _, held_out in self.folds]))

    def fitted(self, places: IntArray, name: str = "") -> Any:
        """Return the classifier, trained on the rows at these places; `name` is that of a training to be gone on with.

        Without one, it is trained to the end or not at all.
        """
        groups = self.rows.groups[places]
        # Without units of several rows, the model's own folds can keep the labels' shares exactly.
        units = groups if len(np.unique(groups)) < len(groups) else None
        model: Any = clone(self.classifier).set_params(labels=self.labels)
        labels = [self.rows.labels[place] for place in places]
        with quiet_folds():
            return self.trainings.fit(model, name, self.examples(places), labels, groups=units)

    def examples(self, places: Sequence[int] | IntArray) -> list[Example]:
        """Return the examples at these places."""
        return [self.rows.examples[place] for place in places]

    def out_of_fold(self, tick: Callable[[], None]) -> FloatArray:
        """Return the probabilities of each row by a model that has not seen its unit, shape (n_rows, n_labels).

        Rows that no fold holds out have zeros.
        """
        answers = np.zeros((len(self.rows.labels), len(self.labels)))
        for number, (train, held_out) in enumerate(self.folds, start=1):
            shape = (len(held_out), len(self.labels))
            name = f"fold-{number}"
            known = self.trainings.answers(name, shape)
            if known is None:
                known = self.answers(train, held_out, name)
                self.trainings.keep_answers(name, known)
            answers[held_out] = known
            tick()
        return answers

    def answers(self, train: IntArray, held_out: IntArray, name: str = "") -> FloatArray:
        """Return the probabilities of rows by a model trained on others, shape (n_held_out, n_labels)."""
        return probabilities_of(self.fitted(train, name), self.examples(held_out), self.labels)

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


def _required_units(rows: LabelledRows) -> int:
    if rows.counts.groups < 2:
        raise DataError(
            f"all {len(rows.labels):,} rows are of one group (or copies of each other), so that none can be scored by "
            "a model that has not learnt from its like; label texts of other groups."
        )
    return rows.counts.groups


@contextmanager
def quiet_folds() -> Iterator[None]:
    """Leave unsaid what scikit-learn says of rare labels: the report says it in words that help."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class in y has only", UserWarning)
        yield
