"""Examples and gold labels of an external set: its official split, or all of it answered by what learnt the corpus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import UsageError
from weibo_nlp.external import ExternalSet, Part, conflicts, load, text_key, to_polarity, without_leakage
from weibo_nlp.records import Document, Example
from weibo_nlp.tasks import EXTERNAL, ZERO_SHOT, TaskSpec, corpus_tasks
from weibo_nlp.tasks.folds import Fold, TaskData, corpus_data, full_text

POLARITY = "-polarity"


def open_external(name: str, path: Path | str) -> ExternalSet:
    """Read an external set; ``smp2020-polarity`` is smp2020 with its emotions read as sentiment.

    Raises
    ------
    UnknownNameError
        If there is no loader of that name.
    UsageError, DataError
        As `weibo_nlp.external.load`.
    """
    return to_polarity(load(name.removesuffix(POLARITY), path)) if name.endswith(POLARITY) else load(name, path)


def external_task(external: ExternalSet) -> TaskSpec:
    """Official split of an external set: trained on ``train``, scored on ``test`` or, without one, ``validation``.

    Raises
    ------
    UsageError
        If this copy has no such parts.
    """
    scored = _scored_part(external)
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
        targeted=any(label.target is not None for label in external.part(scored).gold),
    )


def zero_shot_tasks(external: ExternalSet, release: Release) -> list[TaskSpec]:
    """Tasks of an external set that the corpus has as well, with the same labels: learnt there, scored here.

    Raises
    ------
    UsageError
        If there is none.
    """
    shared = [
        spec
        for spec in corpus_tasks(release.scheme, release.version)
        if spec.name in external.tasks and set(spec.labels) == set(external.labels[spec.name])
    ]
    if not shared:
        hint = f" Read it as {external.name}{POLARITY}." if external.tasks == ("emotion",) else ""
        raise UsageError(
            f"{external.name} has the tasks {', '.join(external.tasks)}, none of them with the labels of a task of the "
            f"corpus ({', '.join(release.scheme.tasks)}), so nothing learnt there can be scored here.{hint}"
        )
    part = _scored_part(external) or next(iter(external.parts))
    return [
        replace(
            spec,
            set=external.name,
            protocol=ZERO_SHOT,
            test=part,
            main_metric=external.main_metric,
            version=None,
            scheme=external.name,
            learnt_from=release.version,
        )
        for spec in shared
    ]


def external_data(external: ExternalSet, spec: TaskSpec) -> TaskData:
    """Examples of an external set; training rows that recur in the scored part are left out and counted."""
    scored = external.part(spec.test)
    train = without_leakage(external.part("train"), scored)
    notes = [note for part in (train, scored) for note in _set_aside(part)]
    if clashing := conflicts(train):
        notes.append(f"train: {len(clashing)} texts stand with different labels; kept as they are")
    examples, labels, groups, _ = _part_rows(train, spec)
    fold = Fold(spec.test, tuple(examples), tuple(labels), tuple(groups), None, ())
    return _scored(scored, spec, fold, notes)


def zero_shot_data(external: ExternalSet, release: Release, spec: TaskSpec) -> TaskData:
    """Rows of an external set, answered by what learnt from train and validation of the corpus.

    Corpus texts that recur in the scored part are left out and counted.
    """
    scored = external.part(spec.test)
    (own,) = corpus_tasks(release.scheme, release.version, [spec.name])
    (fold,) = corpus_data(release, own).folds
    keys = {text_key(full_text(document)) for document in scored.documents}
    kept = [place for place, example in enumerate(fold.train) if text_key(example.text) not in keys]
    notes = _set_aside(scored)
    if len(kept) < len(fold.train):
        notes.append(f"corpus: {len(fold.train) - len(kept)} texts set aside (they recur in the scored part)")
    weights = fold.train_weights
    fold = Fold(
        spec.test,
        tuple(fold.train[place] for place in kept),
        tuple(fold.train_labels[place] for place in kept),
        tuple(fold.train_groups[place] for place in kept),
        None if weights is None else tuple(weights[place] for place in kept),
        (),
    )
    return _scored(scored, spec, fold, notes)


def _scored_part(external: ExternalSet) -> str | None:
    return next((name for name in ("test", "validation") if name in external.parts), None)


def _scored(part: Part, spec: TaskSpec, fold: Fold, notes: list[str]) -> TaskData:
    examples, _, groups, documents = _part_rows(part, spec)
    if spec.test == "validation":
        notes.append("scored on validation: this copy holds no test part")
    return TaskData(
        folds=(replace(fold, held_out=tuple(range(len(examples)))),),
        test=tuple(examples),
        gold=tuple(label for label in part.gold if label.task == spec.name),
        units=tuple(_one_unit_a_text(groups, documents)),
        documents=tuple(documents),
        notes=tuple(notes),
    )


def _part_rows(part: Part, spec: TaskSpec) -> tuple[list[Example], list[str], list[str], list[Document]]:
    """Examples, labels, groups and documents of a part's gold labels for the task."""
    by_id = {document.id: document for document in part.documents}
    examples, labels, groups, documents = [], [], [], []
    for label, group in zip(part.gold, part.groups, strict=True):
        if label.task != spec.name:
            continue
        document = by_id[label.document_id]
        parent = by_id.get(document.parent or "")
        with_parent = parent.text if parent and label.target is not None else None
        examples.append(Example(full_text(document), label.target, with_parent))
        labels.append(label.label)
        groups.append(group)
        documents.append(document)
    return examples, labels, groups, documents


def _one_unit_a_text(groups: list[str], documents: list[Document]) -> list[str]:
    """Give rows with one text (a post under several targets) one unit: they are not independent of each other."""
    first: dict[str, str] = {}
    return [
        first.setdefault(text_key(document.text), group) if group == document.id else group
        for group, document in zip(groups, documents, strict=True)
    ]


def _set_aside(part: Part) -> list[str]:
    return [f"{part.name}: {count} rows set aside ({reason})" for reason, count in part.dropped_counts.items()]
