"""Gold labels settled from three judgements: unanimity or majority stands, the rest is adjudicated with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.judgements import Located
from weibo_nlp.errors import DataError, LabelError
from weibo_nlp.io import read_jsonl
from weibo_nlp.records import INTENTION, Judgement
from weibo_nlp.scheme import Scheme

UNANIMOUS, MAJORITY, ADJUDICATED = "unanimous", "majority", "adjudicated"
_FIELDS = {"document_id", "topic", "sentiment", "irony", "needs_context", "frames", "stances", "settled", "reasons"}


@dataclass(frozen=True, slots=True)
class Gold:
    """The settled labels of one document.

    ``settled`` maps a task (``topic``, ``sentiment``, ``irony``, ``stance:<target id>``) to how its label came about;
    ``reasons`` holds a sentence for every adjudicated one.
    """

    document_id: str
    topic: str
    sentiment: str
    irony: bool
    needs_context: bool
    frames: tuple[str, ...]
    stances: Mapping[str, str]
    settled: Mapping[str, str]
    reasons: Mapping[str, str]

    def label(self, task: str) -> str:
        """Label of a task; ``stance:<target id>`` for a stance; irony as ``true``/``false``."""
        if task.startswith("stance:"):
            return self.stances[task.removeprefix("stance:")]
        return _text(getattr(self, task))


@dataclass(frozen=True, slots=True)
class Vote:
    """What the annotators said on one task of one document, and what follows from it alone."""

    labels: tuple[str, ...]
    winner: str | None
    settled: str


def votes(judgements: Sequence[Judgement]) -> dict[str, Vote]:
    """Count one document's judgements, task by task; the intention must not be among them.

    Parameters
    ----------
    judgements : sequence of Judgement
        One for each annotator.

    Returns
    -------
    dict
        Task -> Vote; ``winner`` is None where no label has a majority.

    Raises
    ------
    DataError
        If the intention is among them, or not all judged the same document on the same targets.
    """
    if any(judgement.annotator == INTENTION for judgement in judgements):
        raise DataError("the author's intention is no vote; leave it out.")
    if len({(judgement.document_id, frozenset(judgement.stances)) for judgement in judgements}) != 1:
        told = "; ".join(f"{j.annotator}: {j.document_id} on {sorted(j.stances)}" for j in judgements) or "none"
        raise DataError(f"judgements of one document on the same targets are needed, got {told}.")
    tasks: dict[str, tuple[str, ...]] = {
        name: tuple(_text(getattr(judgement, name)) for judgement in judgements)
        for name in ("topic", "sentiment", "irony", "needs_context")
    }
    for target in sorted(judgements[0].stances):
        tasks[f"stance:{target}"] = tuple(judgement.stances[target] for judgement in judgements)
    return {name: _vote(labels) for name, labels in tasks.items()}


def majority_frames(judgements: Sequence[Judgement], scheme: Scheme) -> tuple[str, ...]:
    """Frames that at least two annotators heard, in the scheme's order."""
    count = Counter(frame for judgement in judgements for frame in set(judgement.frames))
    return tuple(frame for frame in scheme.frames if count[frame] >= 2)


def unsettled(judgements: Mapping[str, Sequence[Judgement]]) -> dict[str, list[str]]:
    """Document id -> tasks without a majority, which an adjudicator has to read again."""
    found = {
        document_id: [task for task, vote in votes(given).items() if vote.winner is None]
        for document_id, given in judgements.items()
    }
    return {document_id: tasks for document_id, tasks in found.items() if tasks}


def settle(judgements: Sequence[Judgement], rulings: Mapping[str, tuple[str, str]], scheme: Scheme) -> Gold:
    """Settle one document.

    Parameters
    ----------
    judgements : sequence of Judgement
        One for each annotator, intention left out.
    rulings : mapping of task to (label, reason)
        The adjudicator's word on every task without a majority, and on no other.

    Raises
    ------
    DataError
        If a ruling is missing, overrules a majority, names a task that was not judged, or comes without a reason.
    LabelError
        If a ruling's label is not in the scheme.
    """
    counted = votes(judgements)
    document_id = judgements[0].document_id
    _check_rulings(document_id, rulings, counted, scheme)
    labels: dict[str, str] = {}
    settled: dict[str, str] = {}
    for task, vote in counted.items():
        if vote.winner is None:
            if task not in rulings:
                raise DataError(
                    f"{document_id}: {task} has no majority ({', '.join(vote.labels)}) and no ruling; add one."
                )
            labels[task] = rulings[task][0]
        elif task in rulings:
            raise DataError(f"{document_id}: {task} has a majority ({vote.winner}); a ruling may not overrule it.")
        else:
            labels[task] = vote.winner
        settled[task] = vote.settled
    settled.pop("needs_context")  # a mark, not a task
    return Gold(
        document_id=document_id,
        topic=labels["topic"],
        sentiment=labels["sentiment"],
        irony=labels["irony"] == "true",
        needs_context=labels["needs_context"] == "true",
        frames=majority_frames(judgements, scheme),
        stances={t.removeprefix("stance:"): label for t, label in labels.items() if t.startswith("stance:")},
        settled=settled,
        reasons={task: reason for task, (_, reason) in rulings.items()},
    )


def gold_row(gold: Gold) -> dict[str, Any]:
    """Return the row that ``annotations/adjudicated/<event>.jsonl`` holds."""
    return {
        "document_id": gold.document_id,
        "topic": gold.topic,
        "sentiment": gold.sentiment,
        "irony": gold.irony,
        "needs_context": gold.needs_context,
        "frames": list(gold.frames),
        "stances": dict(sorted(gold.stances.items())),
        "settled": dict(sorted(gold.settled.items())),
        "reasons": dict(sorted(gold.reasons.items())),
    }


def read_gold(path: Path, scheme: Scheme) -> Iterator[tuple[int, Gold | DataError]]:
    """Stream (line number, gold); a line that cannot be used comes as the error that says why."""
    for line in read_jsonl(path):
        where = f"{path}:{line.number}"
        if line.value is None:
            yield line.number, DataError(f"{where}: {line.reason}; one gold row a line is expected.")
            continue
        try:
            yield line.number, _gold_from(line.value, scheme, where)
        except DataError as error:
            yield line.number, error


def gold_problems(gold: Gold, judgements: Sequence[Judgement], scheme: Scheme) -> list[str]:
    """Say where a gold row is not what the judgements and the rule of settlement give."""
    problems = []
    counted = votes(judgements)
    for task, vote in counted.items():
        if task.startswith("stance:") and task.removeprefix("stance:") not in gold.stances:
            problems.append(f"{task} was judged and is missing")
            continue
        label = gold.label(task)
        if task != "needs_context" and gold.settled.get(task) != vote.settled:
            problems.append(
                f"{task} is said to be {gold.settled.get(task)!r}, the judgements ({', '.join(vote.labels)}) make it "
                f"{vote.settled!r}"
            )
        elif vote.winner is not None and label != vote.winner:
            problems.append(f"{task} is {label!r}, the judgements ({', '.join(vote.labels)}) give {vote.winner!r}")
        elif vote.winner is None and not gold.reasons.get(task):
            problems.append(f"{task} was adjudicated without a written reason")
    problems += [f"{task} is said to be settled and was never judged" for task in sorted(gold.settled.keys() - counted)]
    problems += [
        f"{task} has a reason and was not adjudicated; a ruling may not overrule a majority"
        for task in sorted(gold.reasons)
        if task not in counted or counted[task].winner is not None
    ]
    extra = sorted(set(gold.stances) - {task.removeprefix("stance:") for task in counted if task.startswith("stance:")})
    if extra:
        problems.append(f"stance on {', '.join(extra)} was never judged")
    if gold.frames != majority_frames(judgements, scheme):
        heard = ", ".join(majority_frames(judgements, scheme)) or "none"
        problems.append(f"frames are {', '.join(gold.frames) or 'none'}, two or more annotators heard {heard}")
    return problems


def by_document(located: Iterable[Located]) -> dict[str, list[Judgement]]:
    """Group a round's judgements by document, the intention left out, annotators in alphabetical order."""
    grouped: dict[str, list[Judgement]] = {}
    for item in sorted(located, key=lambda item: item.judgement.annotator):
        if item.judgement.annotator != INTENTION:
            grouped.setdefault(item.judgement.document_id, []).append(item.judgement)
    return grouped


def _check_rulings(
    document_id: str, rulings: Mapping[str, tuple[str, str]], counted: Mapping[str, Vote], scheme: Scheme
) -> None:
    for task, (label, reason) in rulings.items():
        if task not in counted:
            raise DataError(f"{document_id}: a ruling on {task}, which was not judged ({', '.join(counted)}).")
        allowed = scheme.task("irony" if task == "needs_context" else task.partition(":")[0]).labels
        if label not in allowed:
            raise LabelError(f"{document_id}: ruling {label!r} on {task} is not in the scheme ({', '.join(allowed)}).")
        if not reason.strip():
            raise DataError(f"{document_id}: the ruling on {task} has no written reason; add one.")


def _vote(labels: tuple[str, ...]) -> Vote:
    (label, count), *_ = Counter(labels).most_common(1)
    if count == len(labels):
        return Vote(labels, label, UNANIMOUS)
    if count * 2 > len(labels):
        return Vote(labels, label, MAJORITY)
    return Vote(labels, None, ADJUDICATED)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _gold_from(row: Mapping[str, Any], scheme: Scheme, where: str) -> Gold:
    if row.keys() != _FIELDS:
        odd = sorted(row.keys() ^ _FIELDS)
        raise DataError(
            f"{where}: fields missing or unknown: {', '.join(odd)}; a gold row has {', '.join(sorted(_FIELDS))}."
        )
    document_id = row["document_id"]
    if not isinstance(document_id, str):
        raise DataError(f"{where}: document_id must be text, got {document_id!r}.")
    if not isinstance(row["frames"], list):
        raise DataError(f"{where}: frames must be a list, got {row['frames']!r}.")
    for name in ("stances", "settled", "reasons"):
        if not isinstance(row[name], dict) or not all(isinstance(value, str) for value in row[name].values()):
            raise DataError(f"{where}: {name} must map names to text, got {row[name]!r}.")
    given = [("topic", row["topic"]), ("sentiment", row["sentiment"])]
    given += [("stance", label) for label in row["stances"].values()]
    for task, label in given:
        if label not in scheme.task(task).labels:
            raise LabelError(
                f"{where}: {task} {label!r} for {document_id} is not in the scheme "
                f"({', '.join(scheme.task(task).labels)}). Correct the row, or add the label to a new scheme version."
            )
    for name in ("irony", "needs_context"):
        if not isinstance(row[name], bool):
            raise DataError(f"{where}: {name} must be true or false, got {row[name]!r}.")
    if unknown := [frame for frame in row["frames"] if frame not in scheme.frames]:
        raise LabelError(f"{where}: frame {unknown[0]!r} is not in the scheme ({', '.join(scheme.frames)}).")
    return Gold(
        document_id=document_id,
        topic=row["topic"],
        sentiment=row["sentiment"],
        irony=row["irony"],
        needs_context=row["needs_context"],
        frames=tuple(row["frames"]),
        stances=row["stances"],
        settled=row["settled"],
        reasons=row["reasons"],
    )
