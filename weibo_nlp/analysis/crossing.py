"""Stance towards each target, sentiment by stance, topic by sentiment, and the frames of each label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from weibo_nlp.analysis.coding import Coded
from weibo_nlp.analysis.labels import LabelledColumn
from weibo_nlp.analysis.lists import names_in
from weibo_nlp.analysis.scan import Scanned
from weibo_nlp.analysis.targets import ShownTarget, shown_targets
from weibo_nlp.analysis.tidy import Kind, tidy_frame

STANCE_COLUMNS: Mapping[str, Kind] = {
    "label_column": "text",
    "target": "text",
    "is_canonical": "bool",
    "label": "text",
    "count": "int",
    "n": "int",
    "share": "float",
    "n_expressed": "int",
    "share_expressed": "float",
}
CROSSING_COLUMNS: Mapping[str, Kind] = {
    "row_column": "text",
    "row_label": "text",
    "column_column": "text",
    "column_label": "text",
    "target": "text",
    "count": "int",
    "expected": "float",
    "residual": "float",
}
FRAME_COLUMNS: Mapping[str, Kind] = {
    "frame": "text",
    "label_column": "text",
    "label": "text",
    "target": "text",
    "count": "int",
    "n": "int",
    "share": "float",
}


@dataclass(frozen=True)
class StanceFindings:
    """What is said of whom, and what goes with it.

    Attributes
    ----------
    stance : DataFrame
        A row for each label of each column of stances and each target; columns of ``STANCE_COLUMNS``. `share` is that
        among the `n` rows with the target, `share_expressed` that among the `n_expressed` which are for or against it
        (NaN for ``none``). Canonical targets come first, then others, the most frequent first.
    crossing : DataFrame
        A row for each cell of sentiment × stance, for each target and for all (`target` None), and of topic ×
        sentiment; columns of ``CROSSING_COLUMNS``. `expected` is the count were the two independent, `residual` that of
        Pearson, ``(count - expected) / sqrt(expected)``; both NaN where nothing is expected.
    frames : DataFrame
        A row for each frame in all rows (`label_column`, `label` None) and among those with a label; columns of
        ``FRAME_COLUMNS``. A row may have several frames or none, so that shares do not sum to 1. Empty without a column
        ``frames``.
    other_targets : int
        Number of further targets, which are in no table by themselves.
    """

    stance: pd.DataFrame
    crossing: pd.DataFrame
    frames: pd.DataFrame
    other_targets: int


_NO_STANCE = "none"


def find_stances(scanned: Scanned) -> StanceFindings:
    """Count stances by target, and what labels and frames go together."""
    stances = [column for column in scanned.label_columns if _is_stance(scanned, column)]
    stance_rows: list[tuple[Any, ...]] = []
    crossing_rows: list[tuple[Any, ...]] = []
    n_others = 0
    by_task = {column.task: column for column in scanned.label_columns if not _is_stance(scanned, column)}
    for column in stances:
        targets, others = shown_targets(scanned, column)
        n_others += others
        for target in targets:
            if target.text is not None or len(targets) == 1:
                stance_rows += _stance(scanned, column, target)
            if (sentiment := by_task.get("sentiment")) is not None:
                crossing_rows += _crossed(scanned, sentiment, column, target)
    if "topic" in by_task and "sentiment" in by_task:
        everything = ShownTarget(None, False, np.ones(scanned.n, dtype=bool))
        crossing_rows += _crossed(scanned, by_task["topic"], by_task["sentiment"], everything)
    return StanceFindings(
        tidy_frame(stance_rows, STANCE_COLUMNS),
        tidy_frame(crossing_rows, CROSSING_COLUMNS),
        tidy_frame([] if scanned.frames is None else _frames(scanned, scanned.frames), FRAME_COLUMNS),
        n_others,
    )


def _is_stance(scanned: Scanned, column: LabelledColumn) -> bool:
    return column.task == "stance" or column.name in scanned.targets


def _stance(scanned: Scanned, column: LabelledColumn, target: ShownTarget) -> Iterator[tuple[Any, ...]]:
    labels = scanned.labels[column.name]
    counts = Coded(labels.values, np.where(target.rows, labels.codes, -1)).counts().tolist()
    n = sum(counts)
    expressed = sum(count for label, count in zip(labels.values, counts, strict=True) if label != _NO_STANCE)
    for label, count in zip(labels.values, counts, strict=True) if n else ():
        among = count / expressed if expressed and label != _NO_STANCE else None
        yield (column.name, target.text, target.is_canonical, label, count, n, count / n, expressed, among)


def _crossed(
    scanned: Scanned, rows: LabelledColumn, columns: LabelledColumn, target: ShownTarget
) -> Iterator[tuple[Any, ...]]:
    first, second = scanned.labels[rows.name], scanned.labels[columns.name]
    kept = target.rows & (first.codes >= 0) & (second.codes >= 0)
    width = len(second.values)
    cells = first.codes[kept].astype(np.int64) * width + second.codes[kept]
    observed = np.bincount(cells, minlength=len(first.values) * width).reshape(len(first.values), width)
    expected, residuals = independence(observed)
    for i, row_label in enumerate(first.values) if observed.any() else ():
        for j, column_label in enumerate(second.values):
            cell = (int(observed[i, j]), float(expected[i, j]), float(residuals[i, j]))
            yield (rows.name, row_label, columns.name, column_label, target.text, *cell)


def independence(observed: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Counts expected of a table whose rows and columns were independent, and Pearson's residuals.

    Returns
    -------
    tuple of ndarray of float
        ``expected``, of the same sums of rows and columns, and ``(observed - expected) / sqrt(expected)``; both NaN
        where nothing is expected.
    """
    total = observed.sum()
    sums = np.outer(observed.sum(axis=1), observed.sum(axis=0)).astype(np.float64)
    expected = np.where(sums > 0, sums / max(int(total), 1), np.nan)
    return expected, (observed - expected) / np.sqrt(expected)


def _frames(scanned: Scanned, cells: Coded) -> Iterator[tuple[Any, ...]]:
    names = sorted({name for cell in cells.values for name in names_in(cell)})
    # Shape (n_cells, n_frames): which frames a cell has.
    holds = np.array([[name in names_in(cell) for name in names] for cell in cells.values], dtype=np.int64)
    yield from _of_label(cells, holds, names, np.ones(scanned.n, dtype=bool), (None, None, None))
    for column in scanned.label_columns:
        labels = scanned.labels[column.name]
        targets, _ = shown_targets(scanned, column)
        for target in targets:
            for number, label in enumerate(labels.values):
                rows = target.rows & (labels.codes == number)
                yield from _of_label(cells, holds, names, rows, (column.name, label, target.text))


def _of_label(
    cells: Coded,
    holds: npt.NDArray[np.int64],
    names: list[str],
    rows: npt.NDArray[np.bool_],
    key: tuple[str | None, str | None, str | None],
) -> Iterator[tuple[Any, ...]]:
    n = int(np.count_nonzero(rows))
    counts = np.bincount(cells.codes[rows & (cells.codes >= 0)], minlength=len(cells.values)) @ holds if names else ()
    for name, count in zip(names, counts, strict=True) if n else ():
        yield (name, *key, int(count), n, int(count) / n)
