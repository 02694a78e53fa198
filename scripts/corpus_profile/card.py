"""The figures in DATA_CARD.md: counted from the files, put between markers, compared by a test."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import combinations
from statistics import quantiles
from typing import Any

from benchmarks.blocks import fill_block

from corpus_profile.agreement import agreement_blocks
from corpus_profile.cells import fraction, share, table
from corpus_profile.standoff import standoff_blocks
from weibo_nlp.annotation.segmentation import AGREED, word_f1
from weibo_nlp.corpus.schema import SPLITS
from weibo_nlp.errors import DataError
from weibo_nlp.profiling.surface_features import feature_rates
from weibo_nlp.records import KINDS
from weibo_nlp.release.balance import labelled_documents, sentiments_by_topic
from weibo_nlp.release.sources import Sources, first_part
from weibo_nlp.release.tables import document_splits
from weibo_nlp.stats.estimate import FEW_UNITS

_FEATURES = {
    "emoticon": "emoticon",
    "hashtag": "hashtag",
    "mention": "mention",
    "final_mark": "ends in .!?。！？",
    "five_or_fewer": "≤ 5 characters",
    "traditional": "traditional script",
}


def card_blocks(sources: Sources) -> dict[str, str]:
    """Markdown for every block of figures, by the name of its markers."""
    blocks = {name: block(sources) for name, block in _BLOCKS.items()}
    return blocks | agreement_blocks(sources) | standoff_blocks(sources)


def fill_blocks(text: str, blocks: Mapping[str, str]) -> str:
    """Replace what stands between ``<!-- figures: name -->`` and ``<!-- end -->``.

    Raises
    ------
    DataError
        If the text has a marker without figures, or figures without a marker or an end.
    """
    marked = re.findall(r"<!-- figures: (\w+) -->\n", text)
    if sorted(marked) != sorted(blocks):
        raise DataError(f"markers {sorted(marked)} and figures {sorted(blocks)} differ; each block needs one marker.")
    for name, block in blocks.items():
        text = fill_block(text, f"figures: {name}", block)
    return text


def _layers(sources: Sources) -> str:
    threads = {document.thread for document in sources.documents}
    texts = [placed.value for placed in sources.standoff]
    n_sets, n_sources = len({text.set for text in texts}), len({text.source for text in texts})
    return (
        f"- **Composed**: {len(sources.documents)} documents in {len(threads)} threads, with their texts.\n"
        f"- **Stand-off** (configuration `real`): judgements on {len(texts)} public texts of {n_sets} published sets "
        f"from {n_sources} sources,\n  without the texts.\n"
    )


def _size(sources: Sources) -> str:
    splits = document_splits(sources)
    rows: list[list[Any]] = []
    for event in sources.events.values():
        documents = [document for document in sources.documents if document.event == event.id]
        if not documents:  # registered, not yet written about
            continue
        counts = Counter[str](document.kind for document in documents)
        counts.update(splits[document.id] for document in documents)
        threads = len({document.thread for document in documents})
        rows.append([event.id, event.topic, len(documents), threads, *(counts[name] for name in (*KINDS, *SPLITS))])
    rows.append(["**all**", "", *map(sum, list(zip(*rows, strict=True))[2:])])
    return table(["event", "topic", "documents", "threads", *(f"{kind}s" for kind in KINDS), *SPLITS], rows)


def _events(sources: Sources) -> str:
    written = {document.event for document in sources.documents}
    # An event has facts; the near-domain texts and the everyday stream are kept in entries without any.
    with_facts = [event for event in sources.events.values() if event.facts]
    n_everyday = len(sources.events) - len(with_facts)
    firsts = {event.id: first_part(event.id, sources.events) or event for event in with_facts}
    n_events = len({first.id for first in firsts.values()})
    n_written = len({first.id for event, first in firsts.items() if event in written})
    return (
        f"{n_written} events have texts; the register (`corpus/events.yaml`) holds {n_events} with facts, figures and "
        f"sources,\n{len(with_facts) - n_events} further parts of these, for texts that came later, and {n_everyday} "
        "`everyday` entries: near-domain texts (the same words, another matter), the everyday stream.\n"
    )


def _test(sources: Sources) -> str:
    splits = document_splits(sources)
    test = [document for document in sources.documents if splits[document.id] == "test"]
    threads = {document.thread for document in test}
    few = " (fewer than 100)" if len(threads) < FEW_UNITS else ""
    return (
        f"With {len(test)} documents in {len(threads)} threads{few} in the test split, intervals are wide: differences "
        "of a few points mean nothing.\n"
    )


def _known(sources: Sources) -> str:
    """What a system could know of the test texts without reading them: by their ids, or from training."""
    splits = document_splits(sources)
    topics = {item.document.id: item.gold.topic for item in labelled_documents(sources)}
    test = [item for item in sources.documents if splits[item.id] == "test"]
    learnt = [item for item in sources.documents if splits[item.id] != "test"]
    by_event, by_text = defaultdict[str, Counter[str]](Counter), defaultdict[str, set[str]](set)
    for item in learnt:
        by_event[item.event or ""][topics[item.id]] += 1
        by_text[item.text].add(topics[item.id])
    guess = {event: counts.most_common(1)[0][0] for event, counts in by_event.items()}
    right = fraction(sum(guess.get(item.event or "") == topics[item.id] for item in test), len(test))
    commonest = Counter(topics[item.id] for item in learnt).most_common(1)[0][0]
    majority = fraction(sum(topics[item.id] == commonest for item in test), len(test))
    shared = [item for item in test if item.text in by_text]
    n_texts = len({item.text for item in shared})
    other = sum(topics[item.id] not in by_text[item.text] for item in shared)
    return (
        "- Ids begin with the event, and events have topics: from a test document's id alone, with the commonest\n"
        f"  topic of its event in train and validation, {right} of the topics are right ({majority} by the commonest\n"
        "  topic of all). Ids are for joining tables; a system that reads them is not to be compared with others.\n"
        f"- {n_texts} short texts of the test split stand in train or validation as well, in {len(shared)} test\n"
        f"  documents; {other} of these have a topic that the text has nowhere there: the thread gives a short text\n"
        "  its topic.\n"
    )


def _labels(sources: Sources) -> str:
    labelled = labelled_documents(sources)
    topics, sentiments = (sources.scheme.task(task).labels for task in ("topic", "sentiment"))
    rows = []
    for topic, by_sentiment in sentiments_by_topic(labelled, topics, sentiments).items():
        items = [item for item in labelled if item.gold.topic == topic]
        comments = [item for item in items if item.document.kind == "comment"]
        shares = [share(count, len(items)) for count in by_sentiment.values()]
        irony = share(sum(item.gold.irony for item in items), len(items))
        context = share(sum(item.gold.needs_context is True for item in comments), len(comments))
        rows.append([topic, len(items), share(len(items), len(labelled)), *shares, irony, context])
    heads = ["gold topic", "documents", "share", *sentiments, "irony", "comments that need their thread"]
    return table(heads, rows)


def _stance(sources: Sources) -> str:
    labels = sources.scheme.task("stance").labels
    rows = []
    for target in sources.targets.values():
        counts = Counter(
            placed.value.stances[target.id] for placed in sources.gold if target.id in placed.value.stances
        )
        if n := counts.total():
            kind = "canonical" if target.canonical_for else "of one event"
            rows.append([target.text, kind, n, *(share(counts[label], n) for label in labels)])
    return table(["target", "", "pairs", *labels], rows)


def _text(sources: Sources) -> str:
    rows = []
    for kind in KINDS:
        texts = [document.text for document in sources.of_kind(kind)]
        quartiles = "/".join(f"{length:.0f}" for length in quantiles(map(len, texts), n=4))
        rates = feature_rates(texts)
        rows.append([kind, len(texts), quartiles, *(f"{rates[feature]:.1%}" for feature in _FEATURES)])
    return table(["kind", "n", "length quartiles", *_FEATURES.values()], rows)


def _segmentation(sources: Sources) -> str:
    cuts, gold = sources.segmentation.cuts, sources.segmentation.gold
    annotators = sorted({annotator for by_annotator in cuts.values() for annotator in by_annotator})
    pairs = [
        f"{one} and {other}: {word_f1([cuts[name][one] for name in gold], [cuts[name][other] for name in gold]):.3f}"
        for one, other in combinations(annotators, 2)
    ]
    n_words = sum(len(cut.value.words) for cut in gold.values())
    agreed = share(sum(cut.value.resolution == AGREED for cut in gold.values()), len(gold))
    rows = [[len(gold), n_words, agreed, "; ".join(pairs)]]
    return table(["sentences", "words", "cut alike", "word F1 between annotators"], rows)


_BLOCKS = {
    "layers": _layers,
    "events": _events,
    "size": _size,
    "labels": _labels,
    "stance": _stance,
    "text": _text,
    "segmentation": _segmentation,
    "test": _test,
    "known": _known,
}
