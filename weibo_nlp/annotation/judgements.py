"""Judgement files: one line a document, one file an annotator, every judgement with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from operator import attrgetter
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io import write_jsonl
from weibo_nlp.io.validation import (
    NAME,
    ORDINAL,
    Located,
    Parser,
    Problem,
    Row,
    field_types,
    label_type,
    list_type,
    mapping_type,
    read_records,
    row_parser,
    without_problems,
)
from weibo_nlp.records import AUTHOR_LABEL, Judgement
from weibo_nlp.scheme import Scheme


def judgement_parser(scheme: Scheme) -> Parser[Judgement]:
    """Return what makes judgements of rows; labels, frames and confidence must be the scheme's."""
    types = dict.fromkeys(("document_id", "annotator", "round"), NAME) | label_types(scheme)
    types |= {"confidence": label_type(scheme.confidence), "order": ORDINAL | None}
    return row_parser(Judgement, field_types(Judgement, **types))


def label_types(scheme: Scheme) -> dict[str, Any]:
    """Types of the fields that hold labels of tasks or frames; what is stored as true or false is no label yet."""
    texts = [task for task in scheme.tasks.values() if not task.targeted and task.stored == "string"]
    return {task.name: label_type(task.labels) for task in texts} | {
        "frames": list_type(label_type(scheme.frames)),
        "stances": mapping_type(label_type(scheme.task("stance").labels)),
    }


def read_judgements(path: Path, scheme: Scheme) -> Iterator[Located[Judgement] | Problem]:
    """Stream a judgement file, with what is wrong with it: labels must be the scheme's.

    It lies at ``<round>/<annotator>.jsonl``; the names of folder and file must match the rows'.
    """
    parse = judgement_parser(scheme)

    def parse_in_place(row: Row) -> Judgement:
        judgement = parse(row)
        if (judgement.round, judgement.annotator) != (path.parent.name, path.stem):
            raise DataError(
                f"round {judgement.round!r} and annotator {judgement.annotator!r} do not match "
                f"the file's place {path.parent.name}/{path.stem}.jsonl; move the row or mend it."
            )
        return judgement

    return read_records(path, parse_in_place)


def read_round(folder: Path, scheme: Scheme) -> list[Judgement]:
    """Read every annotator of a round, the author's labels included, sorted by annotator.

    Raises
    ------
    DataError
        If a line of any file cannot be used; all are named.
    """
    return without_problems(item for path in sorted(folder.glob("*.jsonl")) for item in read_judgements(path, scheme))


def by_document(judgements: Iterable[Judgement]) -> dict[str, list[Judgement]]:
    """Group the judgements that count by document, annotators in alphabetical order.

    The author's own are left out, and so are those of an earlier round where a document has been judged again: the
    names of rounds are in the order of the alphabet.
    """
    counted = [judgement for judgement in judgements if judgement.annotator != AUTHOR_LABEL]
    latest = last_rounds((judgement.document_id, judgement.round) for judgement in counted)
    grouped: dict[str, list[Judgement]] = {}
    for judgement in sorted(counted, key=attrgetter("annotator")):
        if judgement.round == latest[judgement.document_id]:
            grouped.setdefault(judgement.document_id, []).append(judgement)
    return grouped


def last_rounds(judged: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the last round of each document, of pairs of document and round: the one whose judgements count."""
    latest: dict[str, str] = {}
    for document_id, name in judged:
        latest[document_id] = max(name, latest.get(document_id, name))
    return latest


def judgement_row(judgement: Judgement) -> dict[str, Any]:
    """Return the row that a judgement file holds."""
    stances = dict(sorted(judgement.stances.items()))
    return asdict(judgement) | {"frames": list(judgement.frames), "stances": stances}


def write_judgements(path: Path, judgements: Iterable[Judgement]) -> int:
    """Write a judgement file sorted by document id; return how many rows."""
    return write_jsonl(path, map(judgement_row, sorted(judgements, key=attrgetter("document_id"))))
