"""The rows of every configuration, built from the people's files, each remembering the line it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.adjudication import AdjudicatedLabels, majority_confidence, votes
from weibo_nlp.annotation.judgements import by_document, judgement_row
from weibo_nlp.corpus import schema
from weibo_nlp.corpus.tree import Thread, above_of, build_threads
from weibo_nlp.records import Document, Judgement, StandoffText
from weibo_nlp.release.segmentation import segmentation_row
from weibo_nlp.release.sources import Sources, line_of_entry
from weibo_nlp.release.splits import assign_splits


@dataclass(frozen=True, slots=True)
class BuiltRow:
    """One row with label names, and the places its values come from, the most telling first."""

    values: Mapping[str, Any]
    origins: tuple[tuple[Path, int], ...]


Tables = dict[tuple[str, str], list[BuiltRow]]


def build_tables(sources: Sources) -> Tables:
    """Build every configuration and split of sources without problems, as ``validate.source_problems`` finds them.

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
    threads = {thread.id: thread for thread in build_threads(sources.documents)}
    split_of = document_splits(sources)
    gold = {placed.value.document_id: placed for placed in sources.gold}
    tables: Tables = {(config, split): [] for config in schema.CONFIGS for split in schema.splits_of(config)}
    judged = by_document(located.value for located in (*sources.judgements, *sources.standoff_judgements))
    for placed in sorted(sources.texts, key=attrgetter("value.id")):
        document = placed.value
        split = split_of[document.id]
        row, stances = _rows_of(
            document, gold[document.id].value, judged[document.id], threads[document.thread], sources
        )
        origins = tuple((place.path, place.line) for place in (gold[document.id], placed))
        tables[schema.CONFIG_OF_KIND[document.kind], split].append(BuiltRow(row, origins))
        tables["stances", split] += [BuiltRow(stance, origins) for stance in stances]
    order = attrgetter("value.document_id", "value.round", "value.annotator")
    for located in sorted(sources.judgements, key=order):
        row = judgement_row(located.value)
        row["stances"] = [{"target_id": target, "stance": stance} for target, stance in row["stances"].items()]
        built = BuiltRow(row, ((located.path, located.line),))
        tables["annotations", split_of[located.value.document_id]].append(built)
    settled = {placed.value.document_id: placed for placed in sources.standoff_gold}
    for public in sorted(sources.standoff, key=attrgetter("value.id")):
        key = public.value.id
        row = _real_row(public.value, settled[key].value, judged[key], sources)
        origins = tuple((place.path, place.line) for place in (settled[key], public))
        tables[schema.REAL, public.value.split].append(BuiltRow(row, origins))
    for name in sorted(sources.segmentation.gold):
        row = segmentation_row(sources.segmentation, name)
        cut = sources.segmentation.gold[name]
        tables["segmentation", split_of[row["document_id"]]].append(BuiltRow(row, ((cut.path, cut.line),)))
    events, targets = (sources.root / "corpus" / f"{name}.yaml" for name in ("events", "targets"))
    for _, event in sorted(sources.events.items()):
        row = asdict(event) | {"hashtags": [tag.strip("#") for tag in event.hashtags]}
        tables["events", "train"].append(BuiltRow(row, ((events, line_of_entry(events, event.id)),)))
    for target in sources.targets.values():
        tables["targets", "train"].append(BuiltRow(asdict(target), ((targets, line_of_entry(targets, target.id)),)))
    return tables


def document_splits(sources: Sources) -> dict[str, str]:
    """Split of every document, those struck out among them: a split stays what it was when others are struck out."""
    documents = [placed.value for placed in (*sources.texts, *sources.struck_texts)]
    splits = assign_splits(build_threads(documents))
    return {document.id: splits[document.thread] for document in documents}


def _rows_of(
    document: Document, gold: AdjudicatedLabels, judged: Sequence[Judgement], thread: Thread, sources: Sources
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Row of a document, and a row for each of its targets; fields that are no columns stay behind when encoded."""
    above = above_of(document)
    row = asdict(document) | asdict(gold) | {f"{name}_settled": how for name, how in gold.resolution.items()}
    row |= {
        "parent_text": thread.documents[above].text if above else None,
        "root_text": thread.root.text if document.root else None,
        "fold": sources.events[document.event or ""].fold,
        "composed": True,
        "confidence": majority_confidence(judged),
    }
    stances = []
    for target_id, stance in sorted(gold.stances.items()):
        target = sources.targets[target_id]
        labels = {"stance": stance, "stance_settled": gold.resolution[f"stance:{target_id}"]}
        canonical = target.canonical_for is not None
        stances.append(row | {"target_id": target_id, "target": target.text, "canonical": canonical, **labels})
    return row, stances


def _real_row(
    text: StandoffText, gold: AdjudicatedLabels, judged: Sequence[Judgement], sources: Sources
) -> dict[str, Any]:
    """Row of a text that is not shipped: its labels, and what each annotator said, in the order of their names."""
    counted = votes(judged, sources.scheme)
    row = asdict(text) | asdict(gold) | {f"{name}_settled": how for name, how in gold.resolution.items()}
    tasks = [task for task in sources.scheme.tasks.values() if not task.targeted]
    row |= {f"{task.name}_votes": [task.to_stored(label) for label in counted[task.name].labels] for task in tasks}
    row["stances"] = [
        {
            "target_id": target_id,
            "stance": stance,
            "settled": gold.resolution[f"stance:{target_id}"],
            "votes": list(counted[f"stance:{target_id}"].labels),
        }
        for target_id, stance in sorted(gold.stances.items())
    ]
    return row | {"confidence": majority_confidence(judged)}
