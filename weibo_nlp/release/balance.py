"""How labels, threads and events are spread over a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from weibo_nlp.annotation.adjudication import AdjudicatedLabels
from weibo_nlp.corpus.tree import Thread
from weibo_nlp.records import Document, Event, Target
from weibo_nlp.release.sources import Sources


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document with the labels adjudicated for it."""

    document: Document
    gold: AdjudicatedLabels


def labelled_documents(sources: Sources) -> list[Labelled]:
    """Documents that have gold, in file order."""
    gold = {placed.value.document_id: placed.value for placed in sources.gold}
    return [Labelled(document, gold[document.id]) for document in sources.documents if document.id in gold]


def topic_counts(labelled: Iterable[Labelled], topics: Sequence[str]) -> dict[str, int]:
    """Documents of each gold topic, in the scheme's order."""
    counts = Counter(item.gold.topic for item in labelled)
    return {topic: counts[topic] for topic in topics}


def sentiments_by_topic(
    labelled: Iterable[Labelled], topics: Sequence[str], sentiments: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Documents of each sentiment within each gold topic."""
    counts = Counter((item.gold.topic, item.gold.sentiment) for item in labelled)
    return {topic: {label: counts[topic, label] for label in sentiments} for topic in topics}


def stance_counts(labelled: Iterable[Labelled], stances: Sequence[str]) -> dict[tuple[str, str], dict[str, int]]:
    """Documents of each stance by (event, target id), events and targets in the order in which they come up."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for item in labelled:
        for target, stance in item.gold.stances.items():
            counts.setdefault((item.document.event or "", target), Counter())[stance] += 1
    return {key: {label: by_label[label] for label in stances} for key, by_label in counts.items()}


def first_own_target(event: Event, targets: Mapping[str, Target]) -> str | None:
    """Id of the first target that the event has beside its topic's canonical one; None where it has none."""
    return next((target for target in event.targets if targets[target].canonical_for is None), None)


def comment_depths(threads: Iterable[Thread]) -> dict[int, int]:
    """Comments at each depth; those that answer a root directly are at 1."""
    counts = Counter(
        thread.depth(document.id) for thread in threads for document in thread if document.kind == "comment"
    )
    return dict(sorted(counts.items()))


def comments_by_thread(threads: Iterable[Thread]) -> dict[str, int]:
    """Threads with 0, 1 to 4, 5 to 11, and 12 or more comments."""
    sizes = [sum(document.kind == "comment" for document in thread) for thread in threads]
    bounds = {"0": (0, 0), "1–4": (1, 4), "5–11": (5, 11), "12+": (12, max([12, *sizes]))}
    return {name: sum(low <= size <= high for size in sizes) for name, (low, high) in bounds.items()}


def register_names(sources: Sources) -> tuple[str, ...]:
    """Names and hashtags that the registers of events and targets give, which texts on an event cannot but repeat."""
    names = {event.name_zh for event in sources.events.values()}
    names |= {hashtag.strip("#") for event in sources.events.values() for hashtag in event.hashtags}
    names |= {target.text for target in sources.targets.values()}
    return tuple(sorted(name for name in names if len(name) > 1))
