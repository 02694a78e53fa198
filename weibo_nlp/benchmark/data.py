"""Examples and gold labels for a TaskSpec, from the corpus or from an external set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weibo_nlp.corpus.release import Release
from weibo_nlp.corpus.tree import above_of
from weibo_nlp.errors import UsageError
from weibo_nlp.external import ExternalSet, Part, conflicts, without_leakage
from weibo_nlp.models import Example
from weibo_nlp.records import Document, GoldLabel
from weibo_nlp.tasks import EXTERNAL, TaskSpec

# A text that only its thread explains teaches a model that never sees the thread little but noise.
CONTEXT_WEIGHT = 0.3


@dataclass(frozen=True)
class TaskData:
    """What a model learns from, what it is scored on, and what happened to the rest."""

    train: tuple[Example, ...]
    train_labels: tuple[str, ...]
    train_groups: tuple[str, ...]
    train_weights: tuple[float, ...] | None
    test: tuple[Example, ...]
    gold: tuple[GoldLabel, ...]
    test_groups: tuple[str, ...]
    notes: tuple[str, ...] = ()


def corpus_data(release: Release, spec: TaskSpec) -> TaskData:
    """Examples of a corpus task: the document's own text, for stance with target and the text answered.

    An article counts with its title. Where the model sees no thread (all tasks but stance), training
    documents marked ``needs_context`` weigh ``CONTEXT_WEIGHT``.
    """
    documents = {document.id: document for document in release.documents()}
    needy = _context_documents(release)
    train_gold = [label for split in spec.train for label in release.gold(spec.name, split)]
    test_gold = release.gold(spec.name, spec.test)
    stance = spec.name == "stance"
    return TaskData(
        train=tuple(_example(label, documents) for label in train_gold),
        train_labels=tuple(label.label for label in train_gold),
        train_groups=tuple(documents[label.document_id].thread for label in train_gold),
        train_weights=None
        if stance
        else tuple(CONTEXT_WEIGHT if label.document_id in needy else 1.0 for label in train_gold),
        test=tuple(_example(label, documents) for label in test_gold),
        gold=tuple(test_gold),
        test_groups=tuple(documents[label.document_id].thread for label in test_gold),
    )


def external_task(external: ExternalSet) -> TaskSpec:
    """Official split of an external set: trained on ``train``, scored on ``test`` or, without one, ``validation``.

    Raises
    ------
    UsageError
        If this copy has no such parts.
    """
    scored = next((name for name in ("test", "validation") if name in external.parts), None)
    if "train" not in external.parts or scored is None:
        raise UsageError(
            f"{external.name}: this copy holds {', '.join(external.parts)}; a benchmark needs train, and test or "
            "validation. Sets without an official split can be loaded with weibo_nlp.external.load."
        )
    task = external.tasks[0]
    return TaskSpec(
        name=task,
        set=external.name,
        protocol=EXTERNAL,
        train=("train",),
        test=scored,
        labels=external.labels[task],
        main_metric=external.main_metric,
        version=None,
        scheme=external.name,
    )


def external_data(external: ExternalSet, spec: TaskSpec) -> TaskData:
    """Examples of an external set; training rows that recur in the scored part are left out and counted."""
    scored = external.part(spec.test)
    train = without_leakage(external.part("train"), scored)
    notes = [f"{part.name}: {n} rows set aside ({reason})" for part in (train, scored) for reason, n in _counts(part)]
    if clashing := conflicts(train):
        notes.append(f"train: {len(clashing)} texts stand with different labels; kept as they are")
    if spec.test == "validation":
        notes.append("scored on validation: this copy holds no test part")
    train_examples, train_labels, train_groups = _part_examples(train, spec)
    test_examples, _, test_groups = _part_examples(scored, spec)
    return TaskData(
        train=tuple(train_examples),
        train_labels=tuple(train_labels),
        train_groups=tuple(train_groups),
        train_weights=None,
        test=tuple(test_examples),
        gold=tuple(label for label in scored.gold if label.task == spec.name),
        test_groups=tuple(test_groups),
        notes=tuple(notes),
    )


def full_text(document: Document) -> str:
    """What is read of a document: an article with its title, anything else as it stands."""
    return f"{document.title}\n{document.text}" if document.title else document.text


def _example(label: GoldLabel, documents: dict[str, Document]) -> Example:
    document = documents[label.document_id]
    if label.target is None:
        return Example(full_text(document))
    above = above_of(document)
    return Example(full_text(document), label.target, full_text(documents[above]) if above else None)


def _context_documents(release: Release) -> set[str]:
    return {
        row["id"]
        for config in ("articles", "posts", "comments")
        for row in release.rows(config)
        if row["needs_context"]
    }


def _part_examples(part: Part, spec: TaskSpec) -> tuple[list[Example], list[str], list[str]]:
    documents = {document.id: document for document in part.documents}
    examples, labels, groups = [], [], []
    for label, group in zip(part.gold, part.groups, strict=True):
        if label.task != spec.name:
            continue
        document = documents[label.document_id]
        parent = documents.get(document.parent or "")
        with_parent = parent.text if parent and label.target is not None else None
        examples.append(Example(full_text(document), label.target, with_parent))
        labels.append(label.label)
        groups.append(group)
    return examples, labels, groups


def _counts(part: Part) -> Sequence[tuple[str, int]]:
    return list(part.dropped_counts.items())
