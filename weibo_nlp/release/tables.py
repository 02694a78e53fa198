"""The rows of every configuration, built from the people's files, each remembering the line it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.judgements import judgement_row
from weibo_nlp.corpus import schema
from weibo_nlp.corpus.tree import Thread, above_of, build_threads
from weibo_nlp.records import Document
from weibo_nlp.release.segmentation import GOLD, segmentation_row
from weibo_nlp.release.sources import PlacedGold, PlacedText, Sources, line_of_entry
from weibo_nlp.release.splits import assign_splits


@dataclass(frozen=True, slots=True)
class BuiltRow:
    """One row with label names, and the places its values come from, the most telling first."""

    values: Mapping[str, Any]
    origins: tuple[tuple[Path, int], ...]


Tables = dict[tuple[str, str], list[BuiltRow]]


def build_tables(sources: Sources) -> Tables:
    """Build every configuration and split.

    Parameters
    ----------
    sources : Sources
        Without problems, as the validator's ``source_problems`` finds them.

    Returns
    -------
    dict
        (configuration, split) -> rows sorted by id.

    Raises
    ------
    DataError
        If threads are broken.
    KeyError
        If a document has no gold, a row an unknown event, target or document: the validator says so first.
    """
    threads = build_threads(sources.documents)
    splits = assign_splits(threads)
    gold = {placed.gold.document_id: placed for placed in sources.gold}
    tables: Tables = {(config, split): [] for config in schema.CONFIGS for split in schema.splits_of(config)}
    thread_of = {thread.id: thread for thread in threads}
    for placed in sorted(sources.texts, key=lambda placed: placed.document.id):
        document = placed.document
        split = splits[document.thread]
        settled = gold[document.id]
        config = schema.CONFIG_OF_KIND[document.kind]
        tables[config, split].append(_document_row(placed, settled, thread_of[document.thread], sources))
        tables["stances", split].extend(_stance_rows(placed, settled, thread_of[document.thread], sources))
    split_of = {document.id: splits[document.thread] for document in sources.documents}
    for located in sorted(
        sources.judgements,
        key=lambda item: (item.judgement.document_id, item.judgement.round, item.judgement.annotator),
    ):
        row = judgement_row(located.judgement)
        row["stances"] = [{"target_id": target, "stance": stance} for target, stance in row["stances"].items()]
        built = BuiltRow(row, ((located.path, located.line),))
        tables["annotations", split_of[located.judgement.document_id]].append(built)
    for name in sorted(sources.segmentation.gold):
        row = segmentation_row(sources.segmentation, name)
        origin = (sources.root / GOLD, sources.segmentation.lines[name])
        tables["segmentation", split_of[row["document_id"]]].append(BuiltRow(row, (origin,)))
    tables["events", "train"] = _event_rows(sources)
    tables["targets", "train"] = _target_rows(sources)
    return tables


def _document_row(placed: PlacedText, settled: PlacedGold, thread: Thread, sources: Sources) -> BuiltRow:
    document, gold = placed.document, settled.gold
    values = {
        name: getattr(document, name)
        for name in (
            "id", "kind", "title", "text", "platform", "lang", "script", "event", "phase", "author", "account_type",
            "thread", "root", "parent", "repost_of",
        )
    }  # fmt: skip
    values |= {
        "parent_text": _parent_text(document, thread),
        "hashtags": list(document.hashtags),
        "mentions": list(document.mentions),
        "urls": list(document.urls),
        "composed": True,
        "fold": sources.events[document.event or ""].fold,
        "topic": gold.topic,
        "sentiment": gold.sentiment,
        "irony": gold.irony,
        "needs_context": gold.needs_context,
        "frames": list(gold.frames),
        "topic_settled": gold.settled["topic"],
        "sentiment_settled": gold.settled["sentiment"],
        "irony_settled": gold.settled["irony"],
    }
    return BuiltRow(values, ((settled.path, settled.line), (placed.path, placed.line)))


def _parent_text(document: Document, thread: Thread) -> str | None:
    above = above_of(document)
    return thread.documents[above].text if above else None


def _stance_rows(placed: PlacedText, settled: PlacedGold, thread: Thread, sources: Sources) -> list[BuiltRow]:
    document, gold = placed.document, settled.gold
    rows = []
    for target_id, stance in sorted(gold.stances.items()):
        target = sources.targets[target_id]
        values = {
            "document_id": document.id,
            "kind": document.kind,
            "event": document.event,
            "thread": document.thread,
            "fold": sources.events[document.event or ""].fold,
            "target_id": target_id,
            "target": target.text,
            "canonical": target.canonical_for is not None,
            "text": document.text,
            "parent_text": _parent_text(document, thread),
            "root_text": thread.root.text if document.root else None,
            "stance": stance,
            "stance_settled": gold.settled[f"stance:{target_id}"],
        }
        rows.append(BuiltRow(values, ((settled.path, settled.line), (placed.path, placed.line))))
    return rows


def _event_rows(sources: Sources) -> list[BuiltRow]:
    path = sources.root / "corpus" / "events.yaml"
    rows = []
    for event in sorted(sources.events.values(), key=lambda event: event.id):
        values = {
            name: getattr(event, name) for name in ("id", "topic", "near", "name_zh", "name_en", "start", "end", "fold")
        }
        values |= {
            "hashtags": [tag.strip("#") for tag in event.hashtags],
            "phases": [dict(phase) for phase in event.phases],
            "figures": [dict(figure) for figure in event.figures],
            "facts": [dict(fact) for fact in event.facts],
            "targets": list(event.targets),
        }
        rows.append(BuiltRow(values, ((path, line_of_entry(path, event.id)),)))
    return rows


def _target_rows(sources: Sources) -> list[BuiltRow]:
    path = sources.root / "corpus" / "targets.yaml"
    names = [column.name for column in schema.CONFIGS["targets"]]
    return [
        BuiltRow({name: getattr(target, name) for name in names}, ((path, line_of_entry(path, target.id)),))
        for target in sources.targets.values()
    ]
