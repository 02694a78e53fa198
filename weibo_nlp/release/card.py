"""The figures in DATA_CARD.md: counted from the files, put between markers, compared by a test."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import quantiles
from typing import Any

from weibo_nlp.annotation.segmentation import AGREED, word_f1
from weibo_nlp.corpus.schema import SPLITS
from weibo_nlp.corpus.tree import build_threads
from weibo_nlp.errors import DataError
from weibo_nlp.records import KINDS, Document
from weibo_nlp.release.agreement import measure_release
from weibo_nlp.release.sources import Sources
from weibo_nlp.release.splits import assign_splits

END = "<!-- end -->"


def card_blocks(sources: Sources) -> dict[str, str]:
    """Markdown for every block of figures, by the name of its markers."""
    return {
        "size": _size(sources),
        "labels": _labels(sources),
        "stance": _stance(sources),
        "agreement": _agreement(sources),
        "text": _text(sources.documents),
        "segmentation": _segmentation(sources),
    }


def fill_blocks(text: str, blocks: dict[str, str]) -> str:
    """Replace what stands between ``<!-- figures: name -->`` and ``<!-- end -->``.

    Raises
    ------
    DataError
        If the text has a marker without figures, or figures without a marker.
    """
    marked = re.findall(r"<!-- figures: (\w+) -->\n", text)
    if sorted(marked) != sorted(blocks):
        raise DataError(f"markers {sorted(marked)} and figures {sorted(blocks)} differ; each block needs one marker.")
    for name, block in blocks.items():
        head, marker, rest = text.partition(f"<!-- figures: {name} -->\n")
        old, end, tail = rest.partition(END)
        if not end or "<!-- figures: " in old:
            raise DataError(f"figures {name!r} have no {END} below them; put it where they stop.")
        text = head + marker + block + end + tail
    return text


def _size(sources: Sources) -> str:
    documents = sources.documents
    splits = assign_splits(build_threads(documents))
    rows: list[list[Any]] = []
    for event in sources.events:
        mine = [document for document in documents if document.event == event]
        if not mine:  # registered, not yet written about
            continue
        kinds = Counter[str](document.kind for document in mine)
        by_split = Counter(splits[document.thread] for document in mine)
        threads = len({document.thread for document in mine})
        counts = [kinds[kind] for kind in KINDS]
        rows.append([event, sources.events[event].topic, len(mine), threads, *counts, *(by_split[s] for s in SPLITS)])
    totals = [sum(row[i] for row in rows) for i in range(2, len(rows[0]))]
    rows.append(["**all**", "", *totals])
    return _table(["event", "topic", "documents", "threads", *(f"{kind}s" for kind in KINDS), *SPLITS], rows)


def _labels(sources: Sources) -> str:
    gold = {placed.gold.document_id: placed.gold for placed in sources.gold}
    comments = {document.id for document in sources.documents if document.kind == "comment"}
    rows = []
    for topic in sources.scheme.task("topic").labels:
        mine = [item for item in gold.values() if item.topic == topic]
        sentiments = Counter(item.sentiment for item in mine)
        irony = _share(sum(item.irony for item in mine), len(mine))
        said = [item for item in mine if item.document_id in comments]
        context = _share(sum(item.needs_context for item in said), len(said))
        shares = [_share(sentiments[label], len(mine)) for label in sources.scheme.task("sentiment").labels]
        rows.append([topic, len(mine), _share(len(mine), len(gold)), *shares, irony, context])
    heads = ["gold topic", "documents", "share", *sources.scheme.task("sentiment").labels, "irony"]
    return _table([*heads, "comments that need their thread"], rows)


def _stance(sources: Sources) -> str:
    labels = sources.scheme.task("stance").labels
    rows = []
    for target in sources.targets.values():
        found = Counter(placed.gold.stances[target.id] for placed in sources.gold if target.id in placed.gold.stances)
        if not found:
            continue
        kind = "canonical" if target.canonical_for else "of one event"
        rows.append([target.text, kind, found.total(), *(_share(found[label], found.total()) for label in labels)])
    return _table(["target", "", "pairs", *labels], rows)


def _agreement(sources: Sources) -> str:
    rows = [
        [a.task, f"{a.alpha:.3f}", f"{a.low:.3f} to {a.high:.3f}", f"{a.non_unanimous:.1%}", a.n_units, a.n_threads]
        for a in measure_release(sources)
    ]
    return _table(["task", "Krippendorff's alpha", "95 % interval", "not unanimous", "units", "threads"], rows)


def _text(documents: Iterable[Document]) -> str:
    documents = list(documents)
    rows = []
    for kind in KINDS:
        mine = [document for document in documents if document.kind == kind]
        lengths = [len(document.text) for document in mine]
        quartiles = "/".join(f"{value:.0f}" for value in quantiles(lengths, n=4))
        rows.append(
            [
                kind,
                len(mine),
                quartiles,
                _share(sum(bool(re.search(r"\[[^\[\]]{1,8}\]", d.text)) for d in mine), len(mine)),
                _share(sum(bool(d.hashtags) for d in mine), len(mine)),
                _share(sum(bool(d.mentions) for d in mine), len(mine)),
                _share(sum(d.text[-1] in ".!?。！？" for d in mine), len(mine)),
                _share(sum(len(d.text) <= 5 for d in mine), len(mine)),
                _share(sum(d.script == "hant" for d in mine), len(mine)),
            ]
        )
    heads = ["kind", "n", "length quartiles", "emoticon", "hashtag", "mention", "ends in .!?。！？", "≤ 5 characters"]
    return _table([*heads, "traditional script"], rows)


def _segmentation(sources: Sources) -> str:
    found = sources.segmentation
    annotators = sorted({name for cuts in found.cuts.values() for name in cuts})
    names = sorted(found.gold)
    words = sum(len(gold.words) for gold in found.gold.values())
    agreed = sum(gold.settled == AGREED for gold in found.gold.values())
    pairs = [
        f"{one} and {other}: {word_f1([found.cuts[n][one] for n in names], [found.cuts[n][other] for n in names]):.3f}"
        for one, other in combinations(annotators, 2)
    ]
    rows = [[len(names), words, _share(agreed, len(names)), "; ".join(pairs)]]
    return _table(["sentences", "words", "cut alike", "word F1 between annotators"], rows)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
