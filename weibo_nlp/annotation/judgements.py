"""Judgement files: one line a document, one file an annotator, every judgement with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, LabelError
from weibo_nlp.io import read_jsonl, write_jsonl
from weibo_nlp.records import Judgement
from weibo_nlp.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Located:
    """A judgement and the line it stands on."""

    judgement: Judgement
    path: Path
    line: int

    @property
    def where(self) -> str:
        """``file:line`` for messages."""
        return f"{self.path}:{self.line}"


def read_judgements(path: Path, scheme: Scheme) -> Iterator[Located | DataError]:
    """Stream a judgement file; a line that cannot be used comes as the error that says why.

    Parameters
    ----------
    path : Path
        ``<round>/<annotator>.jsonl``; the names of folder and file must match the rows'.
    scheme : Scheme
        Labels the rows may use.
    """
    for line in read_jsonl(path):
        where = f"{path}:{line.number}"
        if line.value is None:
            yield DataError(f"{where}: {line.reason}; one judgement a line is expected.")
            continue
        try:
            judgement = judgement_from(line.value, scheme, where)
        except DataError as error:
            yield error
            continue
        if (judgement.round, judgement.annotator) != (path.parent.name, path.stem):
            yield DataError(
                f"{where}: round {judgement.round!r} and annotator {judgement.annotator!r} do not match "
                f"the file's place {path.parent.name}/{path.stem}.jsonl; move the row or mend it."
            )
            continue
        yield Located(judgement, path, line.number)


def read_round(folder: Path, scheme: Scheme) -> list[Located]:
    """Read every annotator of a round, the intention included, sorted by annotator.

    Raises
    ------
    DataError
        At the first line that cannot be used, naming file and line.
    """
    found: list[Located] = []
    for path in sorted(folder.glob("*.jsonl")):
        for item in read_judgements(path, scheme):
            if isinstance(item, DataError):
                raise item
            found.append(item)
    return found


def judgement_from(row: Mapping[str, Any], scheme: Scheme, where: str) -> Judgement:
    """Check one row against the scheme and turn it into a Judgement.

    Raises
    ------
    LabelError
        For a label, frame or confidence that the scheme does not have.
    DataError
        For a missing or unknown field, or a value of the wrong type.
    """
    required = {"document_id", "annotator", "round", "topic", "sentiment", "irony", "needs_context", "stances"}
    optional = {"frames", "confidence", "model", "prompt_sha256", "guideline_version", "layout", "order"}
    if missing := required - row.keys():
        raise DataError(f"{where}: field {min(missing)!r} is missing; a judgement has {', '.join(sorted(required))}.")
    if unknown := row.keys() - required - optional:
        raise DataError(f"{where}: unknown field {min(unknown)!r}; allowed: {', '.join(sorted(required | optional))}.")
    for name in ("irony", "needs_context"):
        if not isinstance(row[name], bool):
            raise DataError(f"{where}: {name} must be true or false, got {row[name]!r}.")
    for name in ("document_id", "annotator", "round"):
        if not isinstance(row[name], str) or not row[name]:
            raise DataError(f"{where}: {name} must be text that is not empty, got {row[name]!r}.")
    for name in ("model", "prompt_sha256", "guideline_version", "layout"):
        if not isinstance(row.get(name), str | None):
            raise DataError(f"{where}: {name} must be text or null, got {row[name]!r}.")
    document_id = row["document_id"]
    for task in ("topic", "sentiment"):
        _check_label(row[task], scheme.task(task).labels, task, where, document_id)
    if not isinstance(row["stances"], dict):
        raise DataError(f"{where}: stances must map target ids to labels, got {row['stances']!r}.")
    for stance in row["stances"].values():
        _check_label(stance, scheme.task("stance").labels, "stance", where, document_id)
    frames = row.get("frames", [])
    if not isinstance(frames, list):
        raise DataError(f"{where}: frames must be a list, got {frames!r}.")
    for frame in frames:
        _check_label(frame, scheme.frames, "frames", where, document_id)
    confidence = row.get("confidence", "high")
    _check_label(confidence, scheme.confidence, "confidence", where, document_id)
    order = row.get("order")
    if order is not None and (type(order) is not int or order < 1):
        raise DataError(f"{where}: order must be a whole number from 1, got {order!r}.")
    return Judgement(
        document_id=document_id,
        annotator=row["annotator"],
        round=row["round"],
        topic=row["topic"],
        sentiment=row["sentiment"],
        irony=row["irony"],
        needs_context=row["needs_context"],
        stances=dict(row["stances"]),
        frames=tuple(frames),
        confidence=confidence,
        model=row.get("model"),
        prompt_sha256=row.get("prompt_sha256"),
        guideline_version=row.get("guideline_version"),
        layout=row.get("layout"),
        order=order,
    )


def judgement_row(judgement: Judgement) -> dict[str, Any]:
    """Return the row that a judgement file holds."""
    return {
        "document_id": judgement.document_id,
        "annotator": judgement.annotator,
        "round": judgement.round,
        "topic": judgement.topic,
        "sentiment": judgement.sentiment,
        "irony": judgement.irony,
        "needs_context": judgement.needs_context,
        "confidence": judgement.confidence,
        "frames": list(judgement.frames),
        "stances": dict(sorted(judgement.stances.items())),
        "model": judgement.model,
        "prompt_sha256": judgement.prompt_sha256,
        "guideline_version": judgement.guideline_version,
        "layout": judgement.layout,
        "order": judgement.order,
    }


def write_judgements(path: Path, judgements: Iterable[Judgement]) -> int:
    """Write a judgement file sorted by document id; return how many rows."""
    return write_jsonl(path, [judgement_row(item) for item in sorted(judgements, key=lambda item: item.document_id)])


def _check_label(value: object, allowed: Iterable[str], field: str, where: str, document_id: object) -> None:
    allowed = tuple(allowed)
    if value not in allowed:
        raise LabelError(
            f"{where}: {field} {value!r} for {document_id} is not in the scheme ({', '.join(allowed)}). "
            "Correct the row, or add the label to a new scheme version."
        )
