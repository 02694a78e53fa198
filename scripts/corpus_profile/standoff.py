"""The layer of texts that are judged and not shipped, in DATA_CARD.md: its sets, their terms, sizes and labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from corpus_profile.cells import share, table
from weibo_nlp.annotation.adjudication import AdjudicatedLabels
from weibo_nlp.corpus.schema import DRAWN, SPLITS
from weibo_nlp.external.real_sets import REAL_SETS
from weibo_nlp.records import StandoffText
from weibo_nlp.release.sources import Sources


def standoff_blocks(sources: Sources) -> dict[str, str]:
    """Markdown for every block of figures on the layer, by the name of its markers."""
    return {"standoff": _sizes(sources), "standoff_labels": _labels(sources), "standoff_sets": _sets(sources)}


def _sizes(sources: Sources) -> str:
    texts = [placed.value for placed in sources.standoff]
    rows: list[list[object]] = []
    for name, of_set in _by_set(texts).items():
        rows.append([name, of_set[0].source, of_set[0].kind, *_counts(of_set)])
    rows.append(["**all**", "", "", *_counts(texts)])
    return table(["set", "source", "kind", "texts", "groups", *DRAWN, *SPLITS], rows)


def _counts(texts: Iterable[StandoffText]) -> list[int]:
    texts = list(texts)
    counts = Counter[str](text.drawn for text in texts) + Counter[str](text.split for text in texts)
    return [len(texts), len({text.group for text in texts}), *(counts[name] for name in (*DRAWN, *SPLITS))]


def _labels(sources: Sources) -> str:
    gold = [placed.value for placed in sources.standoff_gold]
    topics, sentiments, stances = (sources.scheme.task(task).labels for task in ("topic", "sentiment", "stance"))
    target_of = {target.canonical_for: target.id for target in sources.targets.values() if target.canonical_for}
    drawn = {placed.value.id: placed.value.drawn for placed in sources.standoff}
    rows = []
    for topic in topics:
        of_topic = [labels for labels in gold if labels.topic == topic]
        feelings = Counter(labels.sentiment for labels in of_topic)
        irony = share(sum(labels.irony for labels in of_topic), len(of_topic))
        shares = [share(feelings[label], len(of_topic)) for label in sentiments]
        positions = _positions(of_topic, target_of.get(topic))
        taken = [share(positions[label], positions.total()) for label in stances]
        by_chance = sum(drawn[labels.document_id] == "random" for labels in of_topic)
        rows.append([topic, len(of_topic), share(len(of_topic), len(gold)), by_chance, *shares, irony, *taken])
    return table(["gold topic", "texts", "share", "drawn at random", *sentiments, "irony", *stances], rows)


def _positions(gold: Iterable[AdjudicatedLabels], target: str | None) -> Counter[str]:
    """Stances on one target; none where a topic has no target of its own."""
    return Counter(labels.stances[target] for labels in gold if target is not None)


def _sets(sources: Sources) -> str:
    present = _by_set(placed.value for placed in sources.standoff)
    rows = [
        [name, of_set.content, of_set.source.published, of_set.source.terms, of_set.layout]
        for name, of_set in REAL_SETS.items()
        if name in present
    ]
    return table(["set", "what", "published", "terms", "files that are read"], rows)


def _by_set(texts: Iterable[StandoffText]) -> dict[str, list[StandoffText]]:
    """Texts of each set, in the order in which sets are reported."""
    by_set: dict[str, list[StandoffText]] = {name: [] for name in REAL_SETS}
    for text in texts:
        by_set.setdefault(text.set, []).append(text)
    return {name: of_set for name, of_set in by_set.items() if of_set}
