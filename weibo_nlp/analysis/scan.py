"""One pass over the rows of a labelled collection, which leaves a few numbers of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from weibo_nlp.analysis.coding import Coded, Coder, Hashes, hashed
from weibo_nlp.analysis.groups import PeriodReader, order_of_times
from weibo_nlp.analysis.labels import LabelledColumn, in_order, label_text
from weibo_nlp.analysis.lists import texts_of_list
from weibo_nlp.analysis.roles import Roles
from weibo_nlp.analysis.text_scan import ScannedTexts, TextScan
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.io.collection import Collection
from weibo_nlp.labelling.summary import OUT_OF_DOMAIN

MOST_LABELS = 200
MOST_TARGETS = 100_000
MOST_GROUPS = 1000
MOST_LISTS = 10_000
_NO_DAY = np.iinfo(np.int32).min
FRAMES, FLAGS, KIND, COMMENTS = "frames", "flags", "kind", "comments"
"""Columns of documents that were imported or annotated, which are read where they are there."""


@dataclass(frozen=True)
class Scanned:
    """What is kept of every row, shape (n_rows,) each; a column that is not there is None or not in its mapping.

    Attributes
    ----------
    n : int
        Number of rows.
    label_columns : tuple of LabelledColumn
        Columns with their labels in order.
    labels, targets, groups : dict of str to Coded
        By the name of the column of labels, and of groups.
    scores : dict of str to ndarray of float
        By the name of the column of labels: probability of the label, NaN without one.
    days : ndarray of int
        Days since the first of January of the year 1, in China; `no_day` without a time.
    ids, aboves, authors, threads : ndarray of uint64
        Hashes; 0 without.
    frames, flags, kinds : Coded
        Cells of columns that documents have; lists as :func:`weibo_nlp.analysis.lists.texts_of_list` reads them.
    comments : ndarray of int
        Comments that are stated; -1 without.
    out_of_domain : ndarray of int
        1, 0, or -1 where nothing is said.
    n_empty_rows : int
        Rows without a value in any of the columns that were read.
    passed_over : tuple of str
        Columns that have too many values for labels, lists or kinds.
    texts : ScannedTexts or None
        What was found in the texts.
    """

    n: int
    label_columns: tuple[LabelledColumn, ...]
    labels: dict[str, Coded]
    targets: dict[str, Coded]
    groups: dict[str, Coded]
    scores: dict[str, npt.NDArray[np.float32]]
    days: npt.NDArray[np.int32] | None
    ids: Hashes | None
    aboves: Hashes | None
    authors: Hashes | None
    threads: Hashes | None
    frames: Coded | None
    flags: Coded | None
    kinds: Coded | None
    comments: npt.NDArray[np.int64] | None
    out_of_domain: npt.NDArray[np.int8] | None
    n_empty_rows: int
    passed_over: tuple[str, ...]
    texts: ScannedTexts | None

    @property
    def has_day(self) -> npt.NDArray[np.bool_]:
        """Whether a row has a time, shape (n_rows,)."""
        return np.zeros(self.n, dtype=bool) if self.days is None else self.days != _NO_DAY


def scan(
    collection: Collection,
    label_columns: Sequence[LabelledColumn],
    roles: Roles,
    by: Sequence[str],
    text_scan: TextScan | None,
) -> Scanned:
    """Read a collection once.

    Raises
    ------
    DataError
        If a column has more labels, groups or the like than can be told apart, or a file breaks off.
    UsageError
        If it is unsure which number of the dates is the day.
    """
    reader = _Reader(collection, label_columns, roles, by, text_scan)
    for frame in collection.frames(reader.columns):
        reader.add(frame)
    return reader.scanned()


class _Reader:
    """Takes batches of rows."""

    def __init__(
        self,
        collection: Collection,
        label_columns: Sequence[LabelledColumn],
        roles: Roles,
        by: Sequence[str],
        text_scan: TextScan | None,
    ) -> None:
        columns, where = collection.columns, str(collection.path)
        self._label_columns, self._roles, self._texts = tuple(label_columns), roles, text_scan
        self._labels = {
            each.name: Coder(
                MOST_LABELS,
                f"{where}: column {each.name!r} is taken for labels and has too many values",
                label_text,
                gives_up=each.is_guessed,
            )
            for each in label_columns
        }
        self._targets = {
            each.target: Coder(MOST_TARGETS, f"{where}: column {each.target!r} has too many targets")
            for each in label_columns
            if each.target is not None
        }
        self._groups = {
            name: Coder(
                MOST_GROUPS, f"{where}: column {name!r} has too many groups to show; name one of fewer in --by / by="
            )
            for name in by
        }
        self._lists = {
            name: Coder(MOST_LISTS, "", texts_of_list, gives_up=True) for name in (FRAMES, FLAGS) if name in columns
        }
        self._kinds = {name: Coder(MOST_GROUPS, "", gives_up=True) for name in (KIND,) if name in columns}
        self._hashed = {name for name in (roles.id, roles.above, roles.author, roles.thread) if name is not None}
        self._numbers = [name for name in (COMMENTS, OUT_OF_DOMAIN) if name in columns]
        self._kept: dict[str, list[Any]] = {}
        self._n = self._n_empty = 0
        self._day_of = (
            None
            if roles.time is None
            else PeriodReader("day", order_of_times(collection, roles.time), f"{where}: column {roles.time}")
        )
        scores = [each.score for each in label_columns if each.score is not None]
        self.columns = [
            *dict.fromkeys(
                [
                    *self._labels,
                    *scores,
                    *self._targets,
                    *self._groups,
                    *self._lists,
                    *self._kinds,
                    *self._numbers,
                    *roles.names,
                ]
            )
        ]

    def add(self, frame: pd.DataFrame) -> None:
        """Keep what is needed of a batch of rows."""
        self._n += len(frame)
        self._n_empty += int(frame.isna().all(axis=1).sum())
        for coders in (self._labels, self._targets, self._groups, self._lists, self._kinds):
            for name, coder in coders.items():
                coder.add(frame[name])
        for name in self._hashed:
            self._keep(f"hash {name}", hashed(frame[name]))
        for each in self._label_columns:
            if each.score is not None:
                self._keep(f"score {each.name}", _numbers(frame[each.score]))
        for name in self._numbers:
            self._keep(name, _counts(frame[name]) if name == COMMENTS else _truths(frame[name]))
        if self._roles.time is not None and self._day_of is not None:
            self._keep("day", _days(frame[self._roles.time], self._day_of))
        if self._texts is not None and self._roles.text is not None:
            self._texts.add(frame.index[0], frame[self._roles.text])

    def scanned(self) -> Scanned:
        """Return what was kept of all rows."""
        label_columns = tuple(self._with_labels())
        roles = self._roles
        coded = {each.name: self._labels[each.name].coded().ordered(each.labels) for each in label_columns}
        others = {name: coder.coded() for name, coder in (self._lists | self._kinds).items() if not coder.is_given_up}
        coders = self._labels | self._lists | self._kinds
        return Scanned(
            n=self._n,
            label_columns=label_columns,
            labels=coded,
            targets={
                each.name: self._targets[each.target].coded() for each in label_columns if each.target is not None
            },
            groups={name: coder.coded() for name, coder in self._groups.items()},
            scores={
                each.name: _of_the_label(each, self._joined(f"score {each.name}"), coded[each.name])
                for each in label_columns
                if each.score is not None
            },
            days=self._joined("day") if roles.time is not None else None,
            ids=self._hashes(roles.id),
            aboves=self._hashes(roles.above),
            authors=self._hashes(roles.author),
            threads=self._hashes(roles.thread),
            frames=others.get(FRAMES),
            flags=others.get(FLAGS),
            kinds=others.get(KIND),
            comments=self._joined(COMMENTS) if COMMENTS in self._numbers else None,
            out_of_domain=self._joined(OUT_OF_DOMAIN) if OUT_OF_DOMAIN in self._numbers else None,
            n_empty_rows=self._n_empty,
            passed_over=tuple(name for name, coder in coders.items() if coder.is_given_up),
            texts=None if self._texts is None else self._texts.scanned(),
        )

    def _with_labels(self) -> Iterator[LabelledColumn]:
        for each in self._label_columns:
            coder = self._labels[each.name]
            if not coder.is_given_up:
                yield replace(each, labels=in_order(coder.coded().values, each.task))

    def _keep(self, name: str, values: Any) -> None:
        self._kept.setdefault(name, []).append(values)

    def _joined(self, name: str) -> Any:
        joined = np.concatenate(self._kept.get(name, [np.empty(0)]))
        self._kept[name] = [joined]  # held once, though two roles be one column
        return joined

    def _hashes(self, name: str | None) -> Hashes | None:
        return None if name is None else self._joined(f"hash {name}")


def _of_the_label(column: LabelledColumn, scores: npt.NDArray[np.float32], labels: Coded) -> npt.NDArray[np.float32]:
    """Probability of each row's label: of a yes or no, a table has that of the yes."""
    if not column.is_yes_or_no:
        return scores
    is_no = labels.codes == labels.values.index("false")
    return np.where(is_no, np.float32(1) - scores, scores)


def _numbers(values: pd.Series) -> npt.NDArray[np.float32]:
    numbers: Any = pd.to_numeric(values, errors="coerce")
    array: npt.NDArray[np.float32] = numbers.to_numpy(np.float32, na_value=np.nan)
    return array


def _counts(values: pd.Series) -> npt.NDArray[np.int64]:
    codes, different = pd.factorize(values, use_na_sentinel=True)
    counts = [parse_count(value.item() if isinstance(value, np.generic) else value) for value in different]
    return np.array([*(-1 if count is None else count for count in counts), -1], dtype=np.int64)[codes]


def _truths(values: pd.Series) -> npt.NDArray[np.int8]:
    truths = {"true": 1, "1": 1, "false": 0, "0": 0}
    codes, different = pd.factorize(values, use_na_sentinel=True)
    return np.array([*(truths.get(str(value).lower(), -1) for value in different), -1], dtype=np.int8)[codes]


def _days(values: pd.Series, day_of: PeriodReader) -> npt.NDArray[np.int32]:
    codes, different = pd.factorize(values, use_na_sentinel=True)
    days = [day_of(value.item() if isinstance(value, np.generic) else value) for value in different]
    numbers = [_NO_DAY if day is None else date.fromisoformat(day).toordinal() for day in days]
    return np.array([*numbers, _NO_DAY], dtype=np.int32)[codes]
