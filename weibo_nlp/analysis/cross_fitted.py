"""Predictions by models that have not learnt from the row: a file with places, and labels of each column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from weibo_nlp.analysis.design import PLACE
from weibo_nlp.analysis.label_columns import LabelColumn
from weibo_nlp.analysis.labels import label_text
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import open_collection
from weibo_nlp.io.names import quoted

SHOWN_PROBLEMS = 20


def read_cross_fitted(path: Path, columns: Sequence[LabelColumn], n_rows: int) -> Mapping[str, Mapping[int, str]]:
    """Read cross-fitted predictions.

    Parameters
    ----------
    path : Path
        A table with the column ``place`` and at least one of the label columns; of rows of the sample, or of all, each
        predicted by one of the models of a cross-validation that has not learnt from it.
    columns : sequence of LabelColumn
        What is estimated.
    n_rows : int
        Rows of the collection.

    Returns
    -------
    mapping of str to mapping of int to str
        Label column -> place -> predicted label.

    Raises
    ------
    UsageError
        If there is no such file, or it has not these columns.
    DataError
        If a place is none or stands twice, or a label is none; all such faults together.
    """
    table = open_collection(path)
    known = [column for column in columns if column.name in table.columns]
    if PLACE not in table.columns or not known:
        names = ", ".join(column.name for column in columns)
        raise UsageError(f"{path}: cross-fitted predictions stand in columns {PLACE} and {names}; it lacks them.")
    found: dict[str, dict[int, str]] = {column.name: {} for column in known}
    problems: list[str] = []
    seen: set[int] = set()
    for line, row in enumerate(table.rows([PLACE, *found]), start=1):
        cell = str(row[PLACE]).removesuffix(".0")
        place = int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 19 else -1
        if not 0 <= place < n_rows or place in seen:
            what = "stands twice" if place in seen else f"is none from 0 to {n_rows - 1}"
            problems.append(f"{path}: row {line}, column {PLACE}: {quoted(cell, 40)} {what}.")
            continue
        seen.add(place)
        for column in known:
            label = None if row[column.name] is None else label_text(row[column.name])
            if label in column.labels:
                found[column.name][place] = str(label)
            elif label is not None:
                problems.append(
                    f"{path}: row {line}, column {column.name}: {quoted(label, 40)} is none of "
                    f"{', '.join(column.labels)}."
                )
    if problems:
        more = [f"{path}: {len(problems) - SHOWN_PROBLEMS:,} faults more."] if len(problems) > SHOWN_PROBLEMS else []
        raise DataError("\n".join([*problems[:SHOWN_PROBLEMS], *more]))
    return found
