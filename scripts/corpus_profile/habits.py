"""Habits of one hand, ours by brief beside real sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from weibo_nlp.io.typed_json import to_json
from weibo_nlp.profiling.habits import emoticon_spread, habits_of
from weibo_nlp.profiling.profile import TextSet
from weibo_nlp.profiling.reference_sets import THIS_CORPUS
from weibo_nlp.records import Document
from weibo_nlp.release.limits import APART
from weibo_nlp.release.sources import FIRST_BRIEF, Sources

KINDS = ("article", "post", "comment")
LEAST_TEXTS = 20
_LEAST_COMMENTS = 15  # of an event whose emoticons are compared with another's


def habit_figures(sources: Sources, real: Sequence[TextSet]) -> dict[str, Any]:
    """Habits of ours, of each brief alone, and of real sets, kind by kind, and how emoticons spread over events.

    Documents of the events that stand apart are left out.
    """
    documents = [each for each in sources.documents if each.event not in APART]
    rows = []
    for kind in KINDS:
        of_kind = [each for each in documents if each.kind == kind]
        parts = {THIS_CORPUS: [each.text for each in of_kind]}
        by_brief = defaultdict(list)
        for each in of_kind:
            by_brief[sources.briefs.get(each.id, FIRST_BRIEF)].append(each.text)
        if len(by_brief) > 1:
            parts |= {f"{THIS_CORPUS}, brief {brief}": texts for brief, texts in sorted(by_brief.items())}
        parts |= {other.name: list(other.texts) for other in real if other.kind == kind}
        rows += [
            {"set": name, "kind": kind, "n": len(texts), "habits": habits_of(texts)}
            for name, texts in parts.items()
            if len(texts) >= LEAST_TEXTS
        ]
    return {"rows": rows, "emoticons": _emoticons(documents)}


def _emoticons(documents: Sequence[Document]) -> dict[str, Any] | None:
    comments: dict[str, list[str]] = defaultdict(list)
    for each in documents:
        if each.kind == "comment":
            comments[each.event or ""].append(each.text)
    groups = [texts for texts in comments.values() if len(texts) >= _LEAST_COMMENTS]
    return {"events": len(groups), **to_json(emoticon_spread(groups))} if len(groups) > 1 else None
