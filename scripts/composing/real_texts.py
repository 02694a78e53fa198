"""Real texts that composed ones are compared with, in two halves of sets that never meet.

What is drawn from and filtered by are the sets of ``DRAWN_FROM``; the gate is measured on those of ``GATE`` alone. The
test part of the real layer is in neither.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from weibo_nlp.benchmark.run import find_real_texts
from weibo_nlp.corpus import Release
from weibo_nlp.errors import DataError
from weibo_nlp.external import load
from weibo_nlp.profiling.reference_sets import SETS
from weibo_nlp.tasks.spec import LEARNT_SPLITS

GATE = ("NLPCC-2016", "SMP2020", "COVID-Weibo")
"""Sets of posts that the gate is measured on; nothing else here reads them."""
DRAWN_FROM: Mapping[str, tuple[str, ...]] = {
    "post": ("CED posts", "CHECKED posts", "SWSR posts", "C-STANCE"),
    "comment": ("CED", "CHECKED", "SWSR comments", "COLD"),
    "answer": ("Zhihu",),
}
"""Sets that specifications are drawn from and the filter learns from, by what their texts are."""
_HYDRATED = {
    "ced": "CED", "ced_post": "CED posts", "checked": "CHECKED", "checked_post": "CHECKED posts",
    "swsr_post": "SWSR posts", "swsr_comment": "SWSR comments", "covid_post": "COVID-Weibo", "zhihu": "Zhihu",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RealText:
    """A text that somebody posted, with what it must not be torn from: its thread, hashtag or question."""

    text: str
    group: str


def real_texts(release: Release, external: Path) -> dict[str, list[RealText]]:
    """Texts by set, each text once, from a folder of the published sets.

    Texts of the real layer's test part are left out, whichever file they stand in.

    Raises
    ------
    UsageError
        If the folder lacks a set.
    DataError
        If a set has no usable text.
    """
    found = find_real_texts(release, external)
    by_key = found.texts or {}
    held_out = {by_key[row["id"]] for row in found.rows["test"] if row["id"] in by_key}
    texts: dict[str, dict[str, RealText]] = defaultdict(dict)
    for row in (row for split in LEARNT_SPLITS for row in found.rows[split]):
        name, text = _HYDRATED.get(row["set"]), by_key.get(row["id"])
        if name and text and text not in held_out:
            texts[name].setdefault(text, RealText(text, row["group"]))
    for path in sorted(external.rglob("unlabelled.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if (name := _HYDRATED.get(row["set"])) and row["text"] not in held_out:
                    texts[name].setdefault(row["text"], RealText(row["text"], row["text"][:12]))
    for name, loader, part, kind in SETS:
        for document in load(loader, external).part(part).documents:
            if document.kind == kind and document.text.strip() and document.text not in held_out:
                texts[name].setdefault(document.text, RealText(document.text, document.root or document.text[:12]))
    wanted = {name for names in DRAWN_FROM.values() for name in names} | set(GATE)
    if missing := sorted(wanted - texts.keys()):
        raise DataError(f"{external}: no text of {', '.join(missing)} was found; put copies of these sets there.")
    return {name: list(texts[name].values()) for name in sorted(wanted)}
