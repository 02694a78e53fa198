"""Examples of all tasks as the rows that one encoder learns from, and what is held out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError
from weibo_nlp.models.base import FloatArray, IntArray
from weibo_nlp.models.estimator import TrainingData
from weibo_nlp.models.linear import balanced
from weibo_nlp.models.transformer.inputs import Row

NO_LABEL = -100  # as losses of torch know it


@dataclass(frozen=True, slots=True, eq=False)
class TaskRows:
    """Rows of one task.

    Attributes
    ----------
    rows : sequence of Row
        What the encoder reads of each example.
    codes : ndarray of int, shape (n_rows,)
        Places of their labels.
    weights : ndarray, shape (n_rows,)
        What each weighs in the loss.
    """

    rows: Sequence[Row]
    codes: IntArray
    weights: FloatArray

    def balanced(self, power: float) -> TaskRows:
        """Let labels weigh alike by a power, with a mean of 1."""
        weights = balanced(self.codes, self.weights, power)
        return replace(self, weights=weights / weights.mean())

    def pieces(self) -> Iterator[bytes]:
        """Return all of it as bytes, to be told from others."""
        for row in self.rows:
            yield np.array([row.ids, row.segments], dtype="<i8").tobytes()
        yield self.codes.astype("<i8").tobytes()
        yield self.weights.astype("<f8").tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class JointRows:
    """Rows of all tasks, where a text that several tasks have labels of is read once.

    Attributes
    ----------
    rows : list of Row
        What the encoder reads.
    codes : ndarray of int, shape (n_rows, n_tasks)
        Places of the labels, ``NO_LABEL`` where a task has none of the row.
    weights : ndarray of float32, shape (n_rows, n_tasks)
        What each weighs in the loss.
    """

    rows: list[Row]
    codes: IntArray
    weights: npt.NDArray[np.float32]

    @classmethod
    def of(cls, tasks: Sequence[TaskRows]) -> JointRows:
        """Join the rows of tasks; a text that one task has twice stays twice."""
        places: dict[tuple[Row, int], int] = {}
        columns = []
        for task in tasks:
            seen: dict[Row, int] = {}
            own = []
            for row in task.rows:
                count = seen[row] = seen.get(row, -1) + 1
                own.append(places.setdefault((row, count), len(places)))
            columns.append(own)
        codes = np.full((len(places), len(tasks)), NO_LABEL)
        weights = np.zeros((len(places), len(tasks)), dtype=np.float32)
        for column, (task, own) in enumerate(zip(tasks, columns, strict=True)):
            codes[own, column], weights[own, column] = task.codes, task.weights
        return cls([row for row, _ in places], codes, weights)


def held_out(data: TrainingData, share: float, seed: int) -> tuple[TrainingData, TrainingData | None]:
    """Split examples into those to learn from and about a share to validate by, whole groups, with all labels in both.

    Where a label would be left with nothing to learn from, its groups are learnt from.

    Returns
    -------
    tuple of TrainingData
        None as the second where the share is 0.

    Raises
    ------
    DataError
        If there is too little to hold out from.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    if share == 0:
        return data, None
    n_units = len(data.codes) if data.groups is None else len(np.unique(data.groups))
    most = int(np.bincount(data.codes).max())
    count = min(max(2, round(1 / share)), n_units, most)
    kind = StratifiedKFold if data.groups is None else StratifiedGroupKFold
    outside = np.zeros(len(data.codes), dtype=bool)
    if count > 1:
        splitter = kind(count, shuffle=True, random_state=seed)
        outside[next(iter(_splits(splitter, data)))[1]] = True
    lost = np.setdiff1d(data.codes, data.codes[~outside])
    units = np.arange(len(data.codes)) if data.groups is None else data.groups
    outside &= ~np.isin(units, units[np.isin(data.codes, lost)])
    if not outside.any():
        raise DataError(
            f"{len(data.codes)} examples in {n_units} groups are too few to hold some out; give validation texts, "
            "or hold nothing out (validation=0)."
        )
    return _at(data, ~outside), _at(data, outside)


def _splits(splitter: object, data: TrainingData) -> Iterator[tuple[IntArray, IntArray]]:
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)  # mended by the caller
        yield from splitter.split(np.zeros(len(data.codes)), data.codes, data.groups)  # type: ignore[attr-defined]


def _at(data: TrainingData, mask: npt.NDArray[np.bool_]) -> TrainingData:
    places = np.flatnonzero(mask).tolist()
    return replace(
        data,
        examples=[data.examples[place] for place in places],
        codes=data.codes[places],
        groups=None if data.groups is None else data.groups[places],
        weights=data.weights[places],
    )
