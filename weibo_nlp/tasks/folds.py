"""Folds of a corpus task: what is scored under a protocol, and what a model may learn from to answer it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from weibo_nlp.corpus.release import Release
from weibo_nlp.corpus.schema import DOCUMENT_CONFIGS
from weibo_nlp.corpus.tree import above_of
from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.records import Document, Example, GoldLabel
from weibo_nlp.tasks.evaluation_set import EvaluationSet, full_text
from weibo_nlp.tasks.spec import ALL, CORPUS_PROTOCOLS, CROSS_KIND, CROSS_TOPIC, STANDARD, TaskSpec

# A text that only its thread explains teaches a model that never sees the thread little but noise.
CONTEXT_WEIGHT = 0.3


@dataclass(frozen=True)
class Fold:
    """One training run: what a model learns from, and which rows it then answers.

    Attributes
    ----------
    name : str
        ``test`` where there is one fold; else the held-out fold of events, topic or source.
    train, train_labels, train_groups : tuple
        Examples, their labels, and the thread of each, which tuning never tears apart.
    train_weights : tuple of float or None
        Weight of each example in the loss.
    held_out : tuple of int
        Places in the evaluation set.
    """

    name: str
    train: tuple[Example, ...]
    train_labels: tuple[str, ...]
    train_groups: tuple[str, ...]
    train_weights: tuple[float, ...] | None
    held_out: tuple[int, ...]


def corpus_evaluation_set(release: Release, spec: TaskSpec) -> EvaluationSet:
    """Rows of a corpus task that are scored: the document's own text, for targeted tasks with target and text answered.

    Raises
    ------
    UnknownNameError
        If the spec's protocol is not one of the corpus.
    DataError
        If the protocol leaves nothing to score.
    """
    return _Rows(release, spec).evaluation_set()


def corpus_folds(release: Release, spec: TaskSpec) -> tuple[Fold, ...]:
    """Training runs that answer `corpus_evaluation_set` between them.

    An article counts with its title. Where the model sees no thread (all tasks but targeted ones), training documents
    marked ``needs_context`` weigh ``CONTEXT_WEIGHT``.

    Raises
    ------
    UnknownNameError
        If the spec's protocol is not one of the corpus.
    DataError
        If the protocol leaves nothing to learn from, as with a single fold of events.
    """
    return _Rows(release, spec).folds()


def context_documents(release: Release) -> set[str]:
    """Ids of the documents that most annotators could not judge without their thread."""
    return {row["id"] for config in DOCUMENT_CONFIGS for row in release.rows(config) if row["needs_context"]}


class _Rows:
    """Gold labels of a task under a protocol, turned into what models see."""

    def __init__(self, release: Release, spec: TaskSpec) -> None:
        if spec.protocol not in CORPUS_PROTOCOLS:
            raise UnknownNameError("protocol of the corpus", spec.protocol, CORPUS_PROTOCOLS)
        self.release, self.spec = release, spec
        self.documents: Mapping[str, Document] = {document.id: document for document in release.documents()}

    @cached_property
    def scored(self) -> list[GoldLabel]:
        labels = self.release.gold(self.spec.name, None if self.spec.test == ALL else self.spec.test)
        if self.spec.protocol == CROSS_KIND:
            labels = [label for label in labels if self._document(label).kind == "comment"]
        if not labels:
            raise self._nothing("score")
        return labels

    def evaluation_set(self) -> EvaluationSet:
        of_thread = self.spec.protocol in (STANDARD, CROSS_KIND)
        return EvaluationSet(
            gold=tuple(self.scored),
            groups=tuple(self._thread(label) if of_thread else self._event(label) for label in self.scored),
            documents=tuple(map(self._document, self.scored)),
            examples=tuple(map(self._example, self.scored)),
        )

    def folds(self) -> tuple[Fold, ...]:
        needy = context_documents(self.release)
        places: dict[str, list[int]] = {}
        topic_of = _topic_of_target(self.release) if self.spec.protocol == CROSS_TOPIC else {}
        for place, label in enumerate(self.scored):
            name = self.spec.test
            if self.spec.protocol not in (STANDARD, CROSS_KIND):
                name = topic_of[label.target or ""] if topic_of else str(self._document(label).fold)
            places.setdefault(name, []).append(place)
        return tuple(self._fold(name, held_out, needy) for name, held_out in sorted(places.items()))

    def _fold(self, name: str, held_out: Sequence[int], needy: Collection[str]) -> Fold:
        train = self._train(held_out)
        if not train:
            raise self._nothing("learn from")
        weights = tuple(CONTEXT_WEIGHT if label.document_id in needy else 1.0 for label in train)
        return Fold(
            name=name,
            train=tuple(map(self._example, train)),
            train_labels=tuple(label.label for label in train),
            train_groups=tuple(map(self._thread, train)),
            train_weights=None if self.spec.targeted else weights,
            held_out=tuple(held_out),
        )

    def _train(self, held_out: Collection[int]) -> list[GoldLabel]:
        if self.spec.protocol in (STANDARD, CROSS_KIND):
            train = [label for split in self.spec.train for label in self.release.gold(self.spec.name, split)]
            roots = ("post", "repost")
            return [label for label in train if self.spec.protocol == STANDARD or self._document(label).kind in roots]
        # Labels of other threads: a document judged on targets of two topics is learnt from for neither.
        held = {self._thread(self.scored[place]) for place in held_out}
        return [label for label in self.scored if self._thread(label) not in held]

    def _document(self, label: GoldLabel) -> Document:
        return self.documents[label.document_id]

    def _example(self, label: GoldLabel) -> Example:
        document = self._document(label)
        if label.target is None:
            return Example(full_text(document))
        above = above_of(document)
        return Example(full_text(document), label.target, full_text(self.documents[above]) if above else None)

    def _thread(self, label: GoldLabel) -> str:
        return self._document(label).thread

    def _event(self, label: GoldLabel) -> str:
        return self._document(label).event or self._thread(label)

    def _nothing(self, to_do: str) -> DataError:
        return DataError(
            f"{self.spec.name} under {self.spec.protocol}: nothing to {to_do} in corpus {self.release.version}; take "
            "another protocol."
        )


def _topic_of_target(release: Release) -> dict[str, str]:
    """Topic of each target by its text: the one it is canonical for, else that of the event that declares it."""
    declared = {name: row["topic"] for row in release.rows("events") for name in row["targets"]}
    # A target that was retired is in the register and in no event: nothing is judged on it any more.
    named = ((row["text"], row["canonical_for"] or declared.get(row["id"])) for row in release.rows("targets"))
    return {text: topic for text, topic in named if topic is not None}
