"""Examples and gold labels of a corpus task, laid out in folds as its protocol says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from weibo_nlp.corpus.release import Release
from weibo_nlp.corpus.tree import above_of
from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.records import Document, Example, GoldLabel
from weibo_nlp.stats.metrics import IntArray
from weibo_nlp.tasks import ALL, CORPUS_PROTOCOLS, CROSS_KIND, CROSS_TOPIC, STANDARD, TaskSpec

# A text that only its thread explains teaches a model that never sees the thread little but noise.
CONTEXT_WEIGHT = 0.3


@dataclass(frozen=True)
class Fold:
    """One training run: what a model learns from, and which rows it then answers.

    Attributes
    ----------
    name : str
        ``test`` where there is one fold; else the held-out fold of events or topic.
    train, train_labels, train_groups : tuple
        Examples, their labels, and the thread of each, which tuning never tears apart.
    train_weights : tuple of float or None
        Weight of each example in the loss.
    held_out : tuple of int
        Places in ``TaskData.test``.
    """

    name: str
    train: tuple[Example, ...]
    train_labels: tuple[str, ...]
    train_groups: tuple[str, ...]
    train_weights: tuple[float, ...] | None
    held_out: tuple[int, ...]


@dataclass(frozen=True)
class TaskData:
    """What is scored, and the folds that answer it.

    ``units`` is the resampling unit of each gold label, ``documents`` the document it belongs to; ``notes`` says
    what was left out.
    """

    folds: tuple[Fold, ...]
    test: tuple[Example, ...]
    gold: tuple[GoldLabel, ...]
    units: tuple[str, ...]
    documents: tuple[Document, ...]
    notes: tuple[str, ...] = ()

    @property
    def n_train(self) -> int:
        """Examples learnt from; where there are several folds, by the largest."""
        return max(len(fold.train) for fold in self.folds)


def corpus_data(release: Release, spec: TaskSpec) -> TaskData:
    """Examples of a corpus task: the document's own text, for stance with target and the text answered.

    An article counts with its title. Where the model sees no thread (all tasks but stance), training
    documents marked ``needs_context`` weigh ``CONTEXT_WEIGHT``.

    Raises
    ------
    UnknownNameError
        If the spec's protocol is not one of the corpus.
    DataError
        If the protocol leaves nothing to learn from or to score, as with a single fold of events.
    """
    if spec.protocol not in CORPUS_PROTOCOLS:
        raise UnknownNameError("protocol of the corpus", spec.protocol, CORPUS_PROTOCOLS)
    documents = {document.id: document for document in release.documents()}
    rows = _Rows(spec.targeted, documents, context_documents(release))
    if spec.protocol in (STANDARD, CROSS_KIND):
        learnt = [label for split in spec.train for label in release.gold(spec.name, split)]
        scored = release.gold(spec.name, spec.test)
        if spec.protocol == CROSS_KIND:
            learnt = [label for label in learnt if documents[label.document_id].kind in ("post", "repost")]
            scored = [label for label in scored if documents[label.document_id].kind == "comment"]
        folds: dict[str, tuple[list[GoldLabel], Sequence[int]]] = {spec.test: (learnt, range(len(scored)))}
        unit: Callable[[GoldLabel], str] = rows.thread
    else:
        scored = release.gold(spec.name, None if spec.test == ALL else spec.test)
        held = _topic_of_target(release) if spec.protocol == CROSS_TOPIC else None
        places: dict[str, list[int]] = {}
        for place, label in enumerate(scored):
            name = str(documents[label.document_id].fold) if held is None else held[label.target or ""]
            places.setdefault(name, []).append(place)
        folds = {name: (rows.apart_from(scored, mine), mine) for name, mine in sorted(places.items())}
        unit = rows.event
    if not scored or not all(learnt for learnt, _ in folds.values()):
        raise DataError(
            f"{spec.name} under {spec.protocol}: nothing to {'learn from' if scored else 'score'} in corpus "
            f"{release.version}; take another protocol."
        )
    return TaskData(
        folds=tuple(rows.fold(name, learnt, held_out) for name, (learnt, held_out) in folds.items()),
        test=tuple(map(rows.example, scored)),
        gold=tuple(scored),
        units=tuple(map(unit, scored)),
        documents=tuple(documents[label.document_id] for label in scored),
    )


def full_text(document: Document) -> str:
    """What is read of a document: an article with its title, anything else as it stands."""
    return f"{document.title}\n{document.text}" if document.title else document.text


def label_numbers(labels: Iterable[str], spec: TaskSpec) -> IntArray:
    """Place of each label among those of the task, shape (n_rows,)."""
    place = {label: number for number, label in enumerate(spec.labels)}
    return np.array([place[label] for label in labels], dtype=np.int64)


@dataclass(frozen=True)
class _Rows:
    """Turns gold labels into what models see."""

    targeted: bool
    documents: Mapping[str, Document]
    needy: Collection[str]

    def example(self, label: GoldLabel) -> Example:
        document = self.documents[label.document_id]
        if label.target is None:
            return Example(full_text(document))
        above = above_of(document)
        return Example(full_text(document), label.target, full_text(self.documents[above]) if above else None)

    def thread(self, label: GoldLabel) -> str:
        return self.documents[label.document_id].thread

    def event(self, label: GoldLabel) -> str:
        return self.documents[label.document_id].event or self.thread(label)

    def weight(self, label: GoldLabel) -> float:
        return CONTEXT_WEIGHT if label.document_id in self.needy else 1.0

    def apart_from(self, labels: Sequence[GoldLabel], places: Collection[int]) -> list[GoldLabel]:
        """Labels of other threads: a document judged on targets of two topics is learnt from for neither."""
        held = {self.thread(labels[place]) for place in places}
        return [label for label in labels if self.thread(label) not in held]

    def fold(self, name: str, learnt: Sequence[GoldLabel], held_out: Sequence[int]) -> Fold:
        return Fold(
            name=name,
            train=tuple(map(self.example, learnt)),
            train_labels=tuple(label.label for label in learnt),
            train_groups=tuple(map(self.thread, learnt)),
            train_weights=None if self.targeted else tuple(map(self.weight, learnt)),
            held_out=tuple(held_out),
        )


def _topic_of_target(release: Release) -> dict[str, str]:
    """Topic of each target by its text: the one it is canonical for, else that of the event that declares it."""
    declared = {name: row["topic"] for row in release.rows("events") for name in row["targets"]}
    return {row["text"]: row["canonical_for"] or declared[row["id"]] for row in release.rows("targets")}


def context_documents(release: Release) -> set[str]:
    """Ids of the documents that most annotators could not judge without their thread."""
    return {
        row["id"]
        for config in ("articles", "posts", "comments")
        for row in release.rows(config)
        if row["needs_context"]
    }
