"""Real texts read under this package's own codebook: topic, sentiment, irony, and stance on the topic's own target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from weibo_nlp.corpus import open_release
from weibo_nlp.external.builder import NO_LABEL, STANCES, UNKNOWN_LABEL, FileReading
from weibo_nlp.external.files import UNDECODABLE, CsvRow, bounded_lines, open_text, undecodable
from weibo_nlp.external.sets import Part, SetInfo
from weibo_nlp.external.smp2020 import NOT_A_RECORD, POLARITIES
from weibo_nlp.io.jsonl import parse_json_line
from weibo_nlp.records import Document, GoldLabel, Kind
from weibo_nlp.scheme import load_scheme

NO_TARGET_OF_TOPIC = "its topic has no canonical target"

INFO = SetInfo(
    name="mission_dev",
    description="Real posts and comments labelled under this package's codebook by three language-model readers; "
    "for development, no bar",
    labels={
        "topic": ("credit", "self_media", "consumer_nationalism", "other"),
        "sentiment": POLARITIES,
        "stance": STANCES,
        "irony": ("false", "true"),
    },
    main_metric="macro_f1",
    licence="none: the texts are their authors'",
    published="nobody, since its texts are their authors'; a file of your own in this form, labelled by "
    "annotations/GUIDELINES.md, is read as well",
    files={"test": ("mission-dev.jsonl",)},
    folders=("mission-dev", "mission_dev"),
)

# Which sources hold what; the others are posts.
_KINDS: Mapping[str, Kind] = {"chnci": "comment", "cmtcsd": "comment", "ced": "repost"}
# Labels that are written otherwise there.
_WRITTEN: Mapping[str, Mapping[str, str]] = {"irony": {"0": "false", "1": "true"}}


def read_part(reading: FileReading) -> Part:
    """Read the set's one file; see `weibo_nlp.external.load`.

    Each row has up to four gold labels. What the readers had no majority on is set aside for that task alone, and
    stance where the topic has no canonical target. Targets are worded as in the targets configuration of the shipped
    corpus. A document's ``extra`` keeps ``id`` and ``source``, its ``votes`` each reader's label as written, by task.
    """
    targets = {row["canonical_for"]: row["text"] for row in open_release().rows("targets") if row["canonical_for"]}
    documents: dict[str, Document] = {}
    gold: list[GoldLabel] = []
    for row, record in _records(reading.path):
        if not reading.usable(row):
            continue
        kind = _KINDS.get(str(record.get("source")), "post")
        extra = {key: record[key] for key in ("id", "source") if record.get(key) is not None}
        votes = {task: tuple(labels) for task, labels in (record.get("votes") or {}).items()}
        document = replace(reading.document(row.line, kind, record["text"], extra=extra), votes=votes)
        documents[document.id] = document
        gold += _gold(reading, row.line, document.id, record, targets)
    # One document for each text, however many labels it has.
    return replace(
        reading.part((documents[label.document_id], label) for label in gold), documents=(*documents.values(),)
    )


def _gold(
    reading: FileReading, line: int, document_id: str, record: Mapping[str, Any], targets: Mapping[str, str]
) -> Iterator[GoldLabel]:
    for task, labels in INFO.labels.items():
        raw, target = record.get(task), None
        if load_scheme().task(task).targeted:
            topic = str(record.get("topic"))
            target = targets.get(topic)
            if target is None:
                reading.drop(line, f"{task}: {NO_TARGET_OF_TOPIC}", topic[:40])
                continue
        if raw is None:
            reading.drop(line, f"{task}: {'no majority' if task in record else NO_LABEL}")
            continue
        label = str(raw).strip().casefold()
        label = _WRITTEN.get(task, {}).get(label, label)
        if label in labels:
            yield GoldLabel(document_id, task, label, target)
        else:
            reading.drop(line, f"{task}: {UNKNOWN_LABEL}", repr(raw)[:40])


def _records(path: Path) -> Iterator[tuple[CsvRow, dict[str, Any]]]:
    """Rows as the other readers judge them, each with its record; blank lines are passed over."""
    with open_text(path, newline="\n") as handle:
        for number, line in enumerate(bounded_lines(handle, path), 1):
            if undecodable(line):
                yield CsvRow(number, {}, UNDECODABLE), {}
                continue
            if not line.strip():
                continue
            parsed = parse_json_line(line.encode().removesuffix(b"\n"), number)
            record = parsed.value or {}
            if isinstance(record.get("text"), str):
                yield CsvRow(number, {"text": record["text"]}), record
            else:
                yield CsvRow(number, {}, NOT_A_RECORD, parsed.reason or "no text under 'text'"), {}
