"""The columns of labels that a labelled table has, each with its score, its targets and its labels in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.io.rows import listed
from weibo_nlp.scheme import Task, load_scheme

_NUMBERED = re.compile(r"(?P<task>.+?)_(?P<number>[1-9][0-9]?)")
_SCORE = "_score"


@dataclass(frozen=True, slots=True)
class LabelledColumn:
    """One column of labels.

    Attributes
    ----------
    name : str
        The column.
    score : str or None
        Column with the probability of the label; of a yes or no, that of the yes.
    target : str or None
        Column with what the label is about.
    task : str or None
        Task of the scheme that it answers, such as ``stance`` for ``stance_2``; None for a category of one's own.
    labels : tuple of str
        Labels in the scheme's order; then others, in alphabetical order.
    is_guessed : bool
        Whether it is taken for labels because a column of scores stands beside it, and for no other reason.
    """

    name: str
    score: str | None = None
    target: str | None = None
    task: str | None = None
    labels: tuple[str, ...] = ()
    is_guessed: bool = False

    @property
    def is_yes_or_no(self) -> bool:
        """Whether tables hold it as true and false, and its score is that of true."""
        return self.task is not None and load_scheme().tasks[self.task].stored == "bool"


def find_labelled_columns(
    columns: Mapping[str, str], named: Sequence[str] = (), where: object = "the table"
) -> tuple[LabelledColumn, ...]:
    """Columns of labels among the columns of a table, in the table's order.

    Parameters
    ----------
    columns : mapping of str to str
        Name -> kind of the column, as :attr:`weibo_nlp.io.collection.Collection.columns` has them.
    named : sequence of str, optional
        Columns that are to be taken for labels; otherwise those of the scheme's tasks, ``stance_1`` and so on, and each
        column beside which ``NAME_score`` holds numbers.
    where : object
        What errors call the table.

    Raises
    ------
    UsageError
        If there is none, or one of those named is not there.
    """
    if missing := [name for name in named if name not in columns]:
        raise UsageError(f"{where}: no column {quoted(missing[0])} of labels; there is {listed(list(columns))}.")
    found = [_label_column(name, columns, is_named=name in named) for name in columns if not named or name in named]
    label_columns = tuple(each for each in found if each is not None)
    if not label_columns:
        raise UsageError(
            f"{where}: no column of labels is known among {listed(list(columns))}; label the rows with weibo-nlp "
            "label, or name the columns of your own labels with --label."
        )
    return label_columns


def label_text(value: object) -> str:
    """Return the label that a cell holds: true and false in small letters, however a program writes them."""
    text = str(value)
    return text.lower() if text in ("True", "False", "TRUE", "FALSE") else text


def scheme_task(column: str) -> Task | None:
    """Return the task of the scheme that a column of labels is of: by its name, or that and a number beside targets."""
    return _task_of(column)[0]


def in_order(labels: Iterable[str], task: str | None) -> tuple[str, ...]:
    """Labels of a column in the scheme's order, which come with it even if no row has them; then others."""
    tasks = load_scheme().tasks
    known = tasks[task].labels if task is not None else ()
    return (*known, *sorted(set(labels) - set(known)))


def _label_column(name: str, columns: Mapping[str, str], *, is_named: bool) -> LabelledColumn | None:
    task, number = _task_of(name)
    ending = "" if number is None else f"_{number}"
    stem = name if task is None else task.name
    score: str | None = f"{stem}{_SCORE}{ending}"
    if columns.get(score or "") not in ("float", "int", "string"):  # numbers in CSV are strings
        score = None
    if not is_named and (columns[name] not in ("string", "bool") or (task is None and score is None)):
        return None
    target = f"{stem}_target{ending}" if task is not None and task.targeted else None
    name_of_task = None if task is None else task.name
    return LabelledColumn(
        name,
        score,
        target if target in columns else None,
        name_of_task,
        in_order((), name_of_task),
        is_guessed=task is None and not is_named,
    )


def _task_of(name: str) -> tuple[Task | None, str | None]:
    tasks = load_scheme().tasks
    if name in tasks:
        return tasks[name], None
    match = _NUMBERED.fullmatch(name)
    if match and match["task"] in tasks and tasks[match["task"]].targeted:
        return tasks[match["task"]], match["number"]
    return None, None
