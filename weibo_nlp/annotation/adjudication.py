"""Labels adjudicated from three judgements: unanimity or majority stands, the rest is ruled on with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.judgements import label_types
from weibo_nlp.errors import DataError, LabelError
from weibo_nlp.io.validation import Located, Parser, Problem, field_types, read_records, row_parser
from weibo_nlp.records import AUTHOR_LABEL, Judgement
from weibo_nlp.scheme import NEEDS_CONTEXT, Scheme

UNANIMOUS, MAJORITY, ADJUDICATED = "unanimous", "majority", "adjudicated"
_STANCE = "stance:"


@dataclass(frozen=True, slots=True)
class AdjudicatedLabels:
    """The labels of one document that hold in the end.

    ``resolution`` maps a task (``topic``, ``sentiment``, ``irony``, ``stance:<target id>``) to how its label came
    about; files call it ``settled``. ``reasons`` holds a sentence for every adjudicated one.
    """

    document_id: str
    topic: str
    sentiment: str
    irony: bool
    needs_context: bool | None
    frames: tuple[str, ...]
    stances: Mapping[str, str]
    resolution: Mapping[str, str]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vote:
    """What the annotators said on one task of one document, and what follows from it alone."""

    labels: tuple[str, ...]
    winner: str | None
    resolution: str


def labels_of(item: Judgement | AdjudicatedLabels, scheme: Scheme) -> dict[str, str]:
    """Label of every task, and ``needs_context`` where it was asked; ``stance:<target id>`` for each stance."""
    texts = [task for task in scheme.judged.values() if not task.targeted and getattr(item, task.name) is not None]
    labels = {task.name: task.to_label(getattr(item, task.name)) for task in texts}
    return labels | {f"{_STANCE}{target}": label for target, label in sorted(item.stances.items())}


def count_votes(labels: tuple[str, ...]) -> Vote:
    """Count what was said on one task: a label of more than half wins, and unanimity is told apart."""
    (label, count), *_ = Counter(labels).most_common(1)
    if count * 2 <= len(labels):
        return Vote(labels, None, ADJUDICATED)
    return Vote(labels, label, UNANIMOUS if count == len(labels) else MAJORITY)


def votes(judgements: Sequence[Judgement], scheme: Scheme) -> dict[str, Vote]:
    """Count one document's judgements, one for each annotator, task by task, without the author's own labels.

    Returns
    -------
    dict
        Task -> Vote; ``winner`` is None where no label has a majority.

    Raises
    ------
    DataError
        If the author's labels are among them, or not all judged the same document on the same targets.
    """
    if any(judgement.annotator == AUTHOR_LABEL for judgement in judgements):
        raise DataError("the author's intention is no vote; leave it out.")
    if len({(judgement.document_id, frozenset(judgement.stances)) for judgement in judgements}) != 1:
        subjects = "; ".join(f"{j.annotator}: {j.document_id} on {sorted(j.stances)}" for j in judgements) or "none"
        raise DataError(f"judgements of one document on the same targets are needed, got {subjects}.")
    by_annotator = [labels_of(judgement, scheme) for judgement in judgements]
    return {task: count_votes(tuple(labels[task] for labels in by_annotator)) for task in by_annotator[0]}


def majority_frames(judgements: Sequence[Judgement], scheme: Scheme) -> tuple[str, ...]:
    """Frames that more than half of the annotators heard, in the scheme's order."""
    count = Counter(frame for judgement in judgements for frame in set(judgement.frames))
    return tuple(frame for frame in scheme.frames if count[frame] * 2 > len(judgements))


def majority_confidence(judgements: Sequence[Judgement]) -> str:
    """``high`` where more than half of the annotators were sure of their labels, else ``low``."""
    sure = sum(judgement.confidence == "high" for judgement in judgements)
    return "high" if sure * 2 > len(judgements) else "low"


def tasks_without_majority(judgements: Mapping[str, Sequence[Judgement]], scheme: Scheme) -> dict[str, list[str]]:
    """Document id -> tasks that an adjudicator has to read again; documents without any are left out."""
    tasks = {
        document_id: [task for task, vote in votes(of_document, scheme).items() if vote.winner is None]
        for document_id, of_document in judgements.items()
    }
    return {document_id: names for document_id, names in tasks.items() if names}


def adjudicate(
    judgements: Sequence[Judgement], rulings: Mapping[str, tuple[str, str]], scheme: Scheme
) -> AdjudicatedLabels:
    """Decide the labels of one document.

    Parameters
    ----------
    judgements : sequence of Judgement
        One for each annotator, the author's own left out.
    rulings : mapping of task to (label, reason)
        The adjudicator's word on every task without a majority, and on no other.

    Raises
    ------
    DataError
        If a ruling is missing, overrules a majority, names a task that was not judged, or comes without a reason.
    LabelError
        If a ruling's label is not in the scheme.
    """
    counted = votes(judgements, scheme)
    document_id = judgements[0].document_id
    _check_rulings(document_id, rulings, counted, scheme)
    labels = {task: rulings[task][0] if vote.winner is None else vote.winner for task, vote in counted.items()}
    values: dict[str, Any] = {
        name: task.to_stored(labels[name]) if name in labels else None
        for name, task in scheme.judged.items()
        if not task.targeted
    }
    return AdjudicatedLabels(
        document_id=document_id,
        **values,
        frames=majority_frames(judgements, scheme),
        stances={task.removeprefix(_STANCE): label for task, label in labels.items() if task.startswith(_STANCE)},
        resolution={task: vote.resolution for task, vote in counted.items() if task != NEEDS_CONTEXT},
        reasons={task: reason for task, (_, reason) in rulings.items()},
    )


def adjudicated_row(adjudicated: AdjudicatedLabels) -> dict[str, Any]:
    """Return the row that ``annotations/adjudicated/<event>.jsonl`` holds."""
    values = asdict(adjudicated) | {"frames": list(adjudicated.frames)}
    values["settled"] = values.pop("resolution")
    values["reasons"] = values.pop("reasons")  # last in the file
    return {name: dict(sorted(value.items())) if isinstance(value, dict) else value for name, value in values.items()}


def adjudicated_parser(scheme: Scheme) -> Parser[AdjudicatedLabels]:
    """Return what makes adjudicated labels of rows; all labels must be the scheme's."""
    types = field_types(AdjudicatedLabels, **label_types(scheme))
    types["settled"] = types.pop("resolution")
    return row_parser(lambda settled, **values: AdjudicatedLabels(resolution=settled, **values), types)


def read_adjudicated(path: Path, scheme: Scheme) -> Iterator[Located[AdjudicatedLabels] | Problem]:
    """Stream a file of adjudicated labels, with what is wrong with it."""
    return read_records(path, adjudicated_parser(scheme))


def adjudication_problems(
    adjudicated: AdjudicatedLabels, judgements: Sequence[Judgement], scheme: Scheme
) -> Iterator[str]:
    """Say where adjudicated labels are not what the judgements and the rule of the majority give."""
    counted, labels = votes(judgements, scheme), labels_of(adjudicated, scheme)
    for task, vote in counted.items():
        counts = ", ".join(vote.labels)
        resolution = adjudicated.resolution.get(task)
        if task not in labels:
            yield f"{task} was judged and is missing"
        elif task != NEEDS_CONTEXT and resolution != vote.resolution:  # a mark, which has no resolution
            yield f"{task} is said to be {resolution!r}, the judgements ({counts}) make it {vote.resolution!r}"
        elif vote.winner is not None and labels[task] != vote.winner:
            yield f"{task} is {labels[task]!r}, the judgements ({counts}) give {vote.winner!r}"
        elif vote.winner is None and not adjudicated.reasons.get(task):
            yield f"{task} was adjudicated without a written reason"
    for task in sorted(adjudicated.resolution.keys() - counted):
        yield f"{task} is said to be settled and was never judged"
    for task in sorted(adjudicated.reasons):
        if task not in counted or counted[task].winner is not None:
            yield f"{task} has a reason and was not adjudicated; a ruling may not overrule a majority"
    if extra := sorted(task.removeprefix(_STANCE) for task in labels.keys() - counted):
        yield f"stance on {', '.join(extra)} was never judged"
    if adjudicated.frames != (frames := majority_frames(judgements, scheme)):
        stated, heard = (", ".join(names) or "none" for names in (adjudicated.frames, frames))
        yield f"frames are {stated}, most annotators heard {heard}"


def _check_rulings(
    document_id: str, rulings: Mapping[str, tuple[str, str]], counted: Mapping[str, Vote], scheme: Scheme
) -> None:
    for task, (label, reason) in rulings.items():
        if task not in counted:
            raise DataError(f"{document_id}: a ruling on {task}, which was not judged ({', '.join(counted)}).")
        if (winner := counted[task].winner) is not None:
            raise DataError(f"{document_id}: {task} has a majority ({winner}); a ruling may not overrule it.")
        allowed = scheme.judged[task.partition(":")[0]].labels
        if label not in allowed:
            raise LabelError(f"{document_id}: ruling {label!r} on {task} is not in the scheme ({', '.join(allowed)}).")
        if not reason.strip():
            raise DataError(f"{document_id}: the ruling on {task} has no written reason; add one.")
    for task, vote in counted.items():
        if vote.winner is None and task not in rulings:
            raise DataError(f"{document_id}: {task} has no majority ({', '.join(vote.labels)}) and no ruling; add one.")
