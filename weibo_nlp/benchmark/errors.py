"""The most instructive errors: where a model was sure and wrong though the annotators agreed, each with its thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from weibo_nlp.benchmark.run import ModelRun
from weibo_nlp.corpus.release import Release
from weibo_nlp.corpus.tree import Thread, build_threads
from weibo_nlp.evaluation.diagnostics import ErrorCase, ThreadEntry
from weibo_nlp.evaluation.soft_labels import corpus_judged
from weibo_nlp.records import Document
from weibo_nlp.tasks.evaluation_set import full_text

SHOWN = 20
AROUND = 4  # answers to the judged document that are shown below it


def instructive_errors(release: Release, runs: Sequence[ModelRun], shown: int = SHOWN) -> list[ErrorCase]:
    """Choose errors of the best system of each task, and show what it saw and what it did not.

    Parameters
    ----------
    release : Release
        The corpus that was scored.
    runs : sequence of ModelRun
        Of the corpus; for each task and protocol the system with the best main metric is looked at, its first seed.
    shown : int
        How many, taken task by task in turn; within a task, kinds of confusion (gold, predicted) take turns too, the
        surest error of each first. Errors on which annotators agreed come before those on which they did not.
    """
    threads = {thread.id: thread for thread in build_threads(release.documents())}
    queues = []
    for run in _best(runs):
        votes = [Counter(judged.values()) for judged in corpus_judged(release, run.evaluation_set.gold)]
        queues.append(_in_turn(_by_confusion(_errors(run, votes, threads))))
    return _in_turn(queues)[:shown]


def _best(runs: Sequence[ModelRun]) -> Iterable[ModelRun]:
    best: dict[tuple[str, str], ModelRun] = {}
    for run in runs:
        known = best.setdefault((run.spec.name, run.spec.protocol), run)
        if run.result.main.value > known.result.main.value:
            best[run.spec.name, run.spec.protocol] = run
    return best.values()


def _errors(
    run: ModelRun, votes: Sequence[Mapping[str, int]], threads: Mapping[str, Thread]
) -> list[tuple[tuple[Any, ...], ErrorCase]]:
    errors = []
    scored = run.evaluation_set
    rows = zip(scored.gold, run.files[0].predictions, scored.documents, scored.examples, strict=True)
    for (gold, predicted, document, example), cast in zip(rows, votes, strict=True):
        if gold.label == predicted.label:
            continue
        agreed = len(cast) == 1
        sure = predicted.scores.get(predicted.label, 0.0)
        error = ErrorCase(
            task=run.spec.name,
            model=run.model,
            document_id=document.id,
            event=document.event,
            kind=document.kind,
            target=gold.target,
            gold=gold.label,
            predicted=predicted.label,
            scores={label: round(score, 4) for label, score in predicted.scores.items()},
            votes=dict(cast),
            thread=_conversation(threads[document.thread], document),
            seen=example,
            reason=_reason(agreed, sure, predicted.label, example.parent is not None, document),
        )
        errors.append(((not agreed, -sure, document.id, gold.target or ""), error))
    return errors


def _by_confusion(errors: Iterable[tuple[tuple[Any, ...], ErrorCase]]) -> list[list[ErrorCase]]:
    """Errors of each kind of confusion, the most instructive first; the commonest kind first."""
    kinds: dict[tuple[str, str], list[ErrorCase]] = {}
    for _, error in sorted(errors, key=lambda item: item[0]):
        kinds.setdefault((error.gold, error.predicted), []).append(error)
    return sorted(kinds.values(), key=lambda kind: (-len(kind), kind[0].gold, kind[0].predicted))


def _in_turn(queues: Sequence[Sequence[ErrorCase]]) -> list[ErrorCase]:
    return [error for turn in zip_longest(*queues) for error in turn if error is not None]


def _conversation(thread: Thread, document: Document) -> tuple[ThreadEntry, ...]:
    """The way from the root to the document, and the first answers to it."""
    path = list(reversed(thread.path_to_root(document.id)))
    answers = ((len(path), answer) for answer in thread.children(document.id)[:AROUND])
    return tuple(
        ThreadEntry(entry.id, entry.kind, entry.author, depth, full_text(entry), this=entry.id == document.id)
        for depth, entry in [*enumerate(path), *answers]
    )


def _reason(agreed: bool, sure: float, label: str, saw_parent: bool, document: Document) -> str:
    votes = "all annotators agreed" if agreed else "annotators did not agree"
    answering = document.parent is not None or document.repost_of is not None
    unseen = "; the model did not see what this answers" if answering and not saw_parent else ""
    return f"the model gave {label} {sure:.0%}, {votes}{unseen}"
