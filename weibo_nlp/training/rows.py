"""Labelled texts of users, checked: what can be learnt from, what was set aside and why, which rows belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, Table
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.io.rows import listed
from weibo_nlp.labelling.texts import read, read_parent
from weibo_nlp.models.base import SHOWN_POSITIONS, IntArray, target_problem
from weibo_nlp.models.limits import MAX_LABELS, MAX_TARGET_LENGTH, require_label
from weibo_nlp.profiling.duplicates import near_duplicates
from weibo_nlp.records import Example
from weibo_nlp.stats.arguments import column, is_missing
from weibo_nlp.stats.units import numbered_ids
from weibo_nlp.text.plain import HtmlChoice
from weibo_nlp.training.learnt_from import row_key

LABEL_COLUMNS = ("label", "labels", "标签", "标注", "类别", "分类", "category", "class")
LEAST_TEXTS = 2
"""Texts of a label below which it cannot both be learnt and be scored."""


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What became of the rows that were given.

    Attributes
    ----------
    given, used : int
        Rows that arrived, and those learnt from.
    set_aside : mapping of str to int
        Reason -> rows left out.
    first : mapping of str to int
        Reason -> line (of a list: position) of the first of them.
    labels : mapping of str to int
        Label -> rows used.
    recurring : int
        Rows whose text (with the same target) stands in an earlier row as well.
    contradicted : int
        Different texts (with one target) that stand in the rows with more than one label.
    groups : int
        Independent units: rows of one group, and rows whose texts are equal or nearly so, are one.
    grouped_by : str
        What made them: ``groups`` where groups were given, or else ``copies``.
    largest_group : int
        Rows of the largest of them.
    targets : int
        Different targets; 0 without any.
    with_parent : int
        Rows with a text that they answer.
    """

    given: int
    used: int
    set_aside: Mapping[str, int]
    first: Mapping[str, int]
    labels: Mapping[str, int]
    recurring: int
    contradicted: int
    groups: int
    grouped_by: str
    largest_group: int
    targets: int = 0
    with_parent: int = 0


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Texts with labels, ready to be learnt from.

    Attributes
    ----------
    examples : tuple of Example
        Texts as the platform shows them, with their targets and the texts they answer.
    labels : tuple of str
        One for each.
    groups : ndarray of int, shape (n_rows,)
        Independent unit of each row, numbered from 0; cross-validation tears none of them apart.
    keys : tuple of str
        What copies of each text have in common, see :func:`weibo_nlp.training.learnt_from.row_key`.
    counts : RowCounts
        What became of the rows given.
    """

    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    groups: IntArray
    keys: tuple[str, ...]
    counts: RowCounts


@dataclass(slots=True)
class _Reader:
    """Takes rows in one after the other."""

    with_target: bool
    html: HtmlChoice
    examples: list[Example] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    groups: list[Hashable] = field(default_factory=list)
    given: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    bad_labels: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, place: int, row: Sequence[object]) -> None:
        """Keep a row (text, label, target, parent, group), or count why not."""
        text, label, target, parent, group = row
        reading, above = read(text, self.html), read_parent(parent, self.html)
        name, problem = _name(label, "label")
        goal: str | None = None
        if problem is None and self.with_target:
            goal, problem = _name(target, "target")
            if goal is not None and (len(goal) > MAX_TARGET_LENGTH or target_problem(goal)):
                problem = f"target {target_problem(goal) or f'is longer than {MAX_TARGET_LENGTH:,} characters'}"
        if reading.problem is not None:
            problem = f"text {_is(reading.problem)}"
        elif problem is None and above.problem is not None:
            problem = f"text answered is {above.problem}"
        elif problem is None and group is not _NO_GROUPS and _is_empty(group):
            problem = "group is empty"
        if problem is not None or name is None:
            self.reject(place, problem or "label is empty")
            return
        self.given += 1
        try:
            require_label(name)
        except DataError as error:
            self.bad_labels.setdefault(name, (place, str(error)))
        self.examples.append(Example(reading.text, goal, above.text or None, plain=True))
        self.labels.append(name)
        self.groups.append(group if isinstance(group, Hashable) else repr(group))

    def reject(self, place: int, reason: str) -> None:
        """Leave out a row."""
        self.given += 1
        self.set_aside[reason] += 1
        self.first.setdefault(reason, place)


_NO_GROUPS = object()


def read_labels(
    texts: Iterable[Any],
    labels: Iterable[Any],
    *,
    targets: Iterable[Any] | None = None,
    parents: Iterable[Any] | None = None,
    groups: Iterable[Any] | None = None,
    html: HtmlChoice = "auto",
    to_learn: bool = True,
) -> LabelledRows:
    """Check columns of texts and labels, and find out which rows belong together.

    Parameters
    ----------
    texts : iterable
        Raw texts.
    labels : iterable
        One label for each; whole numbers and booleans become text.
    targets : iterable, optional
        What the label is about, where it is about something that the text does not say by itself.
    parents : iterable, optional
        The text that each one answers, or None.
    groups : iterable, optional
        Thread, author or page of each text: rows that must not be learnt from and scored in turn.
    html : bool or "auto"
        Whether texts are HTML, which is read as text; by default each is looked at.
    to_learn : bool
        Whether a model shall learn from them. To be scored by, labels may be of one kind, or occur once.

    Returns
    -------
    LabelledRows
        Rows without a text, label or (where there are any) target or group are set aside and counted.

    Raises
    ------
    UsageError
        If one of them is no column, or they differ in length.
    DataError
        If no row is left, or a label is none that a table could hold; to learn from, if fewer than two labels occur,
        or one of them only once.
    """
    columns = {"texts": texts, "labels": labels, "targets": targets, "parents": parents, "groups": groups}
    lists = {name: column(values, name) for name, values in columns.items() if values is not None}
    if len({len(values) for values in lists.values()}) > 1:
        sizes = ", ".join(f"{len(values):,} {name}" for name, values in lists.items())
        raise UsageError(f"columns differ in length: {sizes}; give one of each for every text.")
    rows = _Reader(targets is not None, html)
    n = len(lists["texts"])
    empty = [None] * n
    given = (lists.get(name, empty) for name in ("texts", "labels", "targets", "parents"))
    members = lists.get("groups", [_NO_GROUPS] * n)
    for place, row in enumerate(zip(*given, members, strict=True)):
        rows.add(place, row)
    return _checked(rows, "position", groups is not None, to_learn)


def read_labels_of_table(
    table: Table,
    *,
    text_column: str,
    label_column: str,
    target_column: str | None = None,
    parent_column: str | None = None,
    group_column: str | None = None,
    html: HtmlChoice = "auto",
    to_learn: bool = True,
) -> LabelledRows:
    """Check the rows of a file, as :func:`read_labels` does; what cannot be read of it is set aside as well.

    Raises
    ------
    DataError
        As there, naming lines; or if the file breaks off, or changed since it was opened.
    """
    rows = _Reader(target_column is not None, html)
    for item in table.rows():
        if isinstance(item, Reject):
            rows.reject(item.line, item.reason)
            continue
        values = [
            None if name is None else item.values.get(name)
            for name in (text_column, label_column, target_column, parent_column)
        ]
        group = _NO_GROUPS if group_column is None else item.values.get(group_column)
        rows.add(item.number, [*values, group])
    return _checked(rows, f"{table.path}, line", group_column is not None, to_learn)


def guess_label_column(columns: Sequence[str]) -> str:
    """Find the column of labels by the names that people give it.

    Raises
    ------
    UsageError
        If there is none, or more than one.
    """
    called = [name for name in columns if str(name).strip().casefold() in LABEL_COLUMNS]
    if len(called) != 1:
        what = f"label columns may be {listed(called)}" if called else f"no label column among {listed(columns)}"
        raise UsageError(f"{what}; name it with --label-column.")
    return called[0]


def _checked(rows: _Reader, where: str, with_groups: bool, to_learn: bool) -> LabelledRows:
    """Refuse what nothing can be learnt from; group the rest."""
    if rows.bad_labels:
        some = [f"{where} {place}: {problem}" for place, problem in rows.bad_labels.values()]
        more = f"; and {len(some) - SHOWN_POSITIONS:,} more" if len(some) > SHOWN_POSITIONS else ""
        raise DataError(f"{'; '.join(some[:SHOWN_POSITIONS])}{more}. Rename such labels.")
    counts = Counter(rows.labels)
    if not counts:
        why = "; ".join(f"{reason} ({count:,})" for reason, count in rows.set_aside.most_common(SHOWN_POSITIONS))
        raise DataError(f"none of {rows.given:,} rows has a text and a label{f': {why}' if why else ''}. Label some.")
    if len(counts) < 2 and to_learn:
        raise DataError(
            f"all {len(rows.labels):,} rows have the label {quoted(rows.labels[0])}; at least two labels are needed to "
            "learn a difference. Is it the right column of labels?"
        )
    if len(counts) > MAX_LABELS:
        raise DataError(
            f"{len(counts):,} different labels in {len(rows.labels):,} rows, at most {MAX_LABELS:,} can be learnt; "
            "name the right column of labels."
        )
    if to_learn and (rare := [label for label, count in sorted(counts.items()) if count < LEAST_TEXTS]):
        raise DataError(
            f"{quoted_list(rare)} {'has' if len(rare) == 1 else 'have'} one text; to learn a label and to score it "
            f"takes {LEAST_TEXTS} at the least, better 50. Label more, or give these rows another label or none."
        )
    keys = [row_key(example) for example in rows.examples]
    groups = units_of_texts([each.text for each in rows.examples], keys, rows.groups if with_groups else None)
    told = [(key, example.target) for key, example in zip(keys, rows.examples, strict=True)]
    said: dict[tuple[str, str | None], set[str]] = {}
    for text, label in zip(told, rows.labels, strict=True):
        said.setdefault(text, set()).add(label)
    sizes = np.bincount(groups)
    return LabelledRows(
        tuple(rows.examples),
        tuple(rows.labels),
        groups,
        tuple(keys),
        RowCounts(
            given=rows.given,
            used=len(rows.labels),
            set_aside=dict(rows.set_aside.most_common()),
            first=rows.first,
            labels=dict(sorted(counts.items())),
            recurring=len(told) - len(said),
            contradicted=sum(len(labels) > 1 for labels in said.values()),
            groups=len(sizes),
            grouped_by="groups" if with_groups else "copies",
            largest_group=int(sizes.max()),
            targets=len({example.target for example in rows.examples} - {None}),
            with_parent=sum(example.parent is not None for example in rows.examples),
        ),
    )


def units_of_texts(texts: Sequence[str], keys: Sequence[str], groups: Sequence[Hashable] | None = None) -> IntArray:
    """Number units: what shares a group, or a text but for what copies differ in, is one, and so is what it shares.

    Parameters
    ----------
    texts : sequence of str
        As the platform shows them.
    keys : sequence of str
        Of each text, see :func:`weibo_nlp.training.learnt_from.row_key`.
    groups : sequence, optional
        Thread, author or page of each.

    Returns
    -------
    ndarray of int, shape (n_texts,)
        Numbered from 0.
    """
    _, numbers = numbered_ids(keys, "keys")
    first = np.unique(numbers, return_index=True)[1]
    pairs = [(int(first[number]), place) for place, number in enumerate(numbers.tolist())]
    # Texts that recur are one already: each is looked at once.
    pairs += [
        (int(first[one]), int(first[other]))
        for one, other, _ in near_duplicates([texts[place] for place in first.tolist()])
    ]
    if groups is not None:
        _, members = numbered_ids(groups, "groups")
        start = np.unique(members, return_index=True)[1]
        pairs += [(int(start[member]), place) for place, member in enumerate(members.tolist())]
    left, right = np.array(pairs, dtype=np.int64).T
    links = coo_matrix((np.ones(len(pairs), dtype=np.int8), (left, right)), shape=(len(texts), len(texts)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _name(value: object, what: str) -> tuple[str | None, str | None]:
    """A label or target as text, without the blanks around it; or why it is none."""
    if _is_empty(value):
        return None, f"{what} is empty"
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower(), None
    if isinstance(value, Integral):
        return str(int(value)), None
    if not isinstance(value, str):
        return None, f"{what} is no text but {type(value).__name__}"
    return value.strip(), None


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return not isinstance(value, list | dict | tuple | np.ndarray) and is_missing(value)


def _is(problem: str) -> str:
    return problem if problem.startswith("holds") else f"is {problem}"
