"""Rows labelled in batches and in order, a whole file or some of its rows; those that cannot be are set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from sys import getsizeof
from typing import Any, Protocol

from weibo_nlp.io import Reject, RejectWriter, Row, RowWriter
from weibo_nlp.io.nested_cells import cell_at
from weibo_nlp.io.value_text import json_text
from weibo_nlp.labelling.columns import TextColumns
from weibo_nlp.labelling.crawl_threads import RowThreads
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.labelling.row_counts import RowCounts
from weibo_nlp.labelling.texts import Reading, has_words
from weibo_nlp.labelling.threads import Above, as_id, read_above
from weibo_nlp.privacy.rows import ProtectedRows, protected_reject

# A batch ends early at about so many bytes in memory, or long articles and wide tables would fill it.
BATCH_WEIGHT = 64_000_000
TEXT_WEIGHT = 64  # bytes of a character while it is labelled
PROGRESS_STEP = 256  # records
SCORE_DIGITS = 4  # more than the models know; files get smaller and can be compared between machines


class Threads(Protocol):
    """Knows what stands above a row, by the id of the text that it answers."""

    n_doubled: int
    """Rows with the id of an earlier one that is answered, which counts."""

    def above(self, parent: str | None) -> Above:
        """Return what stands above a row."""
        ...


class RowLabeller:
    """Labels rows of one table, whichever of them, and writes them with the columns that they had.

    Parameters
    ----------
    labeller : Labeller
        The models.
    texts : TextColumns
        Where a row holds what is labelled.
    called : Path
        What the table is called.
    renamed : mapping of str to str
        Columns of the input whose names are needed -> the names they get.
    passed_on : bool
        Whether rows of Parquet are written as they lie there.
    people : ProtectedRows, optional
        Takes people out of what is written.
    threads : Threads, optional
        Knows what stands above a row.
    crawl_threads : RowThreads, optional
        Knows it of the rows of a crawl; the column of what is answered is then only one.
    index : (str, range), optional
        A column that numbers the rows, and its value for each of them.
    """

    def __init__(
        self,
        labeller: Labeller,
        texts: TextColumns,
        called: Path,
        *,
        renamed: Mapping[str, str],
        passed_on: bool = False,
        people: ProtectedRows | None = None,
        threads: Threads | None = None,
        crawl_threads: RowThreads | None = None,
        index: tuple[str, range] | None = None,
    ) -> None:
        self.labeller, self.texts, self.called, self.renamed = labeller, texts, called, renamed
        self.passed_on, self.people, self.threads, self.index = passed_on, people, threads, index
        self.crawl_threads = crawl_threads
        self._scores = [name for name, kind in labeller.columns.items() if kind == "float"]

    def label(
        self,
        items: Iterable[Row | Reject],
        writer: RowWriter,
        rejects: RejectWriter,
        advance: Callable[[int], None] | None = None,
    ) -> RowCounts:
        """Label rows and write them.

        Parameters
        ----------
        items : iterable of Row or Reject
            Of the table, in order.
        writer, rejects : RowWriter, RejectWriter
            Take what is labelled, and what is set aside.
        advance : callable, optional
            Told the number of records done.

        Raises
        ------
        DataError
            If an id cannot be relied on.
        """
        labeller, texts = self.labeller, self.texts
        counts = RowCounts(labeller.summary())
        crawl = self.crawl_threads
        counts.answering = None if texts.parent is None and crawl is None else 0
        counts.missing_parents = None if self.threads is None and crawl is None else 0
        unplaced_before = 0 if crawl is None else crawl.n_unplaced
        if labeller.min_score is not None:
            counts.below_min_score = dict.fromkeys([slot.label for slot in labeller.slots], 0)
        before = Counter() if self.people is None else Counter(self.people.counts)
        batch: list[_Readable] = []
        weight = 0
        batch_size = labeller.batch_size
        step = min(batch_size, PROGRESS_STEP)
        for n_records, item in enumerate(items, start=1):
            if isinstance(item, Reject):
                self._set_aside(item, rejects, counts)
            else:
                reading, parent = texts.read_both(item.values)
                if reading.problem is not None:
                    values = item.values if item.origin is None else item.origin.readable()
                    shown = json_text(values)[:2000]
                    self._set_aside(Reject(str(self.called), item.number, reading.problem, shown), rejects, counts)
                else:
                    batch.append((item, reading, parent))
                    weight += _weight(item.values) + TEXT_WEIGHT * len(reading.text)
                    if item.origin is not None:
                        weight += item.origin.n_bytes
                    if reading.was_html:
                        counts.html += 1
                    if item.swallows:
                        counts.swallowing += 1
                        counts.first_swallowing = counts.first_swallowing or item.number
                    if len(batch) >= batch_size or weight >= BATCH_WEIGHT:
                        self._flush(batch, writer, counts)
                        weight = 0
            if advance is not None and n_records % step == 0:
                advance(step)
        self._flush(batch, writer, counts)
        if crawl is not None:
            counts.unplaced = crawl.n_unplaced - unplaced_before
        if self.people is not None:
            counts.replaced = self.people.counts - before
        return counts

    def _set_aside(self, item: Reject, rejects: RejectWriter, counts: RowCounts) -> None:
        item = item if self.people is None else protected_reject(item)
        rejects.write(item)
        counts.set_aside(item)

    def _flush(self, batch: list[_Readable], writer: RowWriter, counts: RowCounts) -> None:
        labeller = self.labeller
        counts.rows += len(batch)
        labeller.warn_of_unknown_targets()
        parents, more = self._above(batch, counts)
        if parents is not None:
            counts.answering = (counts.answering or 0) + sum(has_words(parent.text) for parent in parents)
        labels = labeller.label_columns([reading for _, reading, _ in batch], parents, **more)
        for slot in (slot for slot in labeller.slots if slot.label in counts.below_min_score):
            counts.below_min_score[slot.label] += sum(
                label is None and score is not None
                for label, score in zip(labels[slot.label], labels[slot.score], strict=True)
            )
        counts.summary.add_columns(labels, len(batch))
        for name in self._scores:
            labels[name] = [None if score is None else round(score, SCORE_DIGITS) for score in labels[name]]
        if self.index is not None:
            name, values = self.index
            labels[name] = [values[item.number - 1] for item, _, _ in batch]
        if self.passed_on:
            writer.write_columns(labels, [row.origin for row, _, _ in batch if row.origin is not None])
        else:
            writer.write_beside([self._original(row) for row, _, _ in batch], labels)
        batch.clear()

    def _above(
        self, batch: Sequence[_Readable], counts: RowCounts
    ) -> tuple[list[Reading] | None, dict[str, list[Reading]]]:
        """What stands above the rows of a batch: their parents, and their roots where these are known."""
        texts, threads = self.texts, self.threads
        if self.crawl_threads is not None:
            above = [self.crawl_threads.above(row) for row, _, _ in batch]
            parents, roots, n_missing = read_above(above, texts.html)
            counts.missing_parents = (counts.missing_parents or 0) + n_missing
            return parents, {"roots": roots}
        if texts.parent is None:
            return None, {}
        if threads is None:
            return [parent for _, _, parent in batch if parent is not None], {}
        column = texts.parent
        ids = [as_id(cell_at(row.values, column), f"{self.called}:{row.number}", column) for row, _, _ in batch]
        parents, roots, n_missing = read_above(map(threads.above, ids), texts.html)
        counts.missing_parents = (counts.missing_parents or 0) + n_missing
        return parents, {"roots": roots}

    def _original(self, row: Row) -> Mapping[str, Any]:
        values: Mapping[str, Any] = row.values if self.people is None else self.people.protected(row.values)
        if self.renamed.keys().isdisjoint(values):
            return values
        return {self.renamed.get(name, name): value for name, value in values.items()}


_Readable = tuple[Row, Reading, Reading | None]


_CONTAINERS = frozenset((list, tuple, dict))


def _weight(values: Mapping[str, object]) -> int:
    """Bytes that a row takes in memory, about."""
    weight = sum(map(getsizeof, values.values()))
    if _CONTAINERS.isdisjoint(map(type, values.values())):
        return weight
    inner = [each for value in values.values() if type(value) in _CONTAINERS for each in _within(value)]
    while inner:
        value = inner.pop()
        weight += getsizeof(value)
        inner += _within(value)
    return weight


def _within(value: object) -> Iterable[object]:
    """What a value holds besides itself."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else ()
