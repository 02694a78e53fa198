"""Examples and gold labels of an external set: its official split, or all of it answered by what learnt the corpus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import UsageError
from weibo_nlp.external import ExternalSet, Part, conflicts, load, text_key, to_polarity, without_leakage
from weibo_nlp.records import Example
from weibo_nlp.tasks.evaluation_set import EvaluationSet, full_text
from weibo_nlp.tasks.folds import Fold, corpus_folds
from weibo_nlp.tasks.spec import EXTERNAL, ZERO_SHOT, TaskSpec, corpus_tasks

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
            train_version=release.version,
        )
        for spec in shared
    ]


def external_evaluation_set(external: ExternalSet, spec: TaskSpec) -> EvaluationSet:
    """Rows of an external set that a spec of it scores.

    Rows with one text (a post under several targets) are in one group: they are not independent of each other.
    """
    rows = _part_rows(external.part(spec.test), spec)
    first: dict[str, str] = {}
    groups = tuple(
        first.setdefault(text_key(document.text), group) if group == document.id else group
        for group, document in zip(rows.groups, rows.documents, strict=True)
    )
    fallback = ("scored on validation: this copy holds no test part",) * (spec.test == "validation")
    return replace(rows, groups=groups, notes=rows.notes + fallback)


def external_fold(external: ExternalSet, spec: TaskSpec) -> tuple[Fold, tuple[str, ...]]:
    """Return the training run on a set's own training part, and notes.

    Training rows that recur in the scored part are left out and counted.
    """
    scored = external.part(spec.test)
    train = without_leakage(external.part("train"), scored)
    rows = _part_rows(train, spec)
    labels = tuple(label.label for label in rows.gold)
    fold = Fold(spec.test, rows.examples, labels, rows.groups, train_weights=None, held_out=_all_rows(scored, spec))
    if clashing := conflicts(train):
        return fold, (*rows.notes, f"train: {len(clashing)} texts stand with different labels; kept as they are")
    return fold, rows.notes


def zero_shot_fold(external: ExternalSet, release: Release, spec: TaskSpec) -> tuple[Fold, tuple[str, ...]]:
    """Return the training run on train and validation of the corpus that answers an external set, and notes.

    Corpus texts that recur in the scored part are left out and counted.
    """
    scored = external.part(spec.test)
    (own,) = corpus_tasks(release.scheme, release.version, [spec.name])
    (fold,) = corpus_folds(release, own)
    keys = {text_key(full_text(document)) for document in scored.documents}
    kept = [place for place, example in enumerate(fold.train) if text_key(example.text) not in keys]
    left_out = len(fold.train) - len(kept)
    columns: dict[str, Any] = {
        name: tuple(values[place] for place in kept)
        for name in ("train", "train_labels", "train_groups", "train_weights")
        if (values := getattr(fold, name)) is not None
    }
    fold = replace(fold, name=spec.test, held_out=_all_rows(scored, spec), **columns)
    return fold, (f"corpus: {left_out} texts set aside (they recur in the scored part)",) * bool(left_out)


def _scored_part(external: ExternalSet) -> str | None:
    return next((name for name in ("test", "validation") if name in external.parts), None)


def _part_rows(part: Part, spec: TaskSpec) -> EvaluationSet:
    """A part's rows of the task, with notes on what was set aside."""
    by_id = {document.id: document for document in part.documents}
    rows = [pair for pair in zip(part.gold, part.groups, strict=True) if pair[0].task == spec.name]
    documents = tuple(by_id[label.document_id] for label, _ in rows)
    examples = []
    for (label, _), document in zip(rows, documents, strict=True):
        parent = by_id.get(document.parent or "") if label.target is not None else None
        examples.append(Example(full_text(document), label.target, parent.text if parent else None))
    return EvaluationSet(
        gold=tuple(label for label, _ in rows),
        groups=tuple(group for _, group in rows),
        documents=documents,
        examples=tuple(examples),
        notes=tuple(f"{part.name}: {n} rows set aside ({reason})" for reason, n in part.dropped_counts.items()),
        n_set_aside=len(part.dropped),
    )


def _all_rows(part: Part, spec: TaskSpec) -> tuple[int, ...]:
    return tuple(range(sum(label.task == spec.name for label in part.gold)))
