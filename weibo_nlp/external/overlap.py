"""Texts that recur: between a training part and a scored part, and under different labels within a part."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from itertools import filterfalse

from weibo_nlp.external.sets import Dropped, Part

RECURS = "recurs in the scored part"

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_URL = re.compile(r"https?://[\w./?=&%:~+\-]+", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One text (with one target) that a part labels in more than one way.

    ``document_ids`` and ``labels`` run parallel, in the part's order.
    """

    task: str
    target: str | None
    document_ids: tuple[str, ...]
    labels: tuple[str, ...]


def text_key(text: str) -> str:
    """What two copies of one text have in common.

    Width, case, white space, invisible characters, HTML tags and entities, web addresses and hashtag signs do not
    count: mirrors of one set differ in them. A text of nothing else keeps all but its white space.
    """
    bare = _URL.sub("", _TAG.sub("", html.unescape(text)))
    folded = unicodedata.normalize("NFKC", bare).casefold()
    return "".join(filterfalse(_is_wordless, folded)) or "".join(text.split())


@cache
def _is_wordless(character: str) -> bool:
    return character == "#" or character.isspace() or unicodedata.category(character) == "Cf"


def without_leakage(train: Part, scored: Part) -> Part:
    """Leave out of a training part what recurs in the part it will be scored on.

    Parameters
    ----------
    train, scored : Part
        Parts of one set, or of two. Texts are compared by `text_key`, whatever their targets and labels.

    Returns
    -------
    Part
        The training part without the recurring documents and their gold; each is noted in ``dropped`` under the
        reason `RECURS`, with its document id as the detail.
    """
    keys = {text_key(document.text) for document in scored.documents}
    leaked = {document.id: document for document in train.documents if text_key(document.text) in keys}
    pairs = zip(train.gold, train.groups, strict=True)
    kept = [(gold, group) for gold, group in pairs if gold.document_id not in leaked]
    return replace(
        train,
        documents=tuple(document for document in train.documents if document.id not in leaked),
        gold=tuple(gold for gold, _ in kept),
        groups=tuple(group for _, group in kept),
        dropped=(*train.dropped, *(Dropped.of(document, RECURS) for document in leaked.values())),
    )


def conflicts(part: Part) -> tuple[Conflict, ...]:
    """Find the texts that a part labels in more than one way for one task and target.

    Parameters
    ----------
    part : Part
        Texts are compared by `text_key`.

    Returns
    -------
    tuple of Conflict
        In the order in which the texts first appear. Nothing is removed: which label is right, the file does
        not say.
    """
    keys = {document.id: text_key(document.text) for document in part.documents}
    seen: dict[tuple[str, str, str | None], list[tuple[str, str]]] = {}
    for gold in part.gold:
        seen.setdefault((keys[gold.document_id], gold.task, gold.target), []).append((gold.document_id, gold.label))
    return tuple(
        Conflict(task, target, tuple(name for name, _ in rows), tuple(label for _, label in rows))
        for (_, task, target), rows in seen.items()
        if len({label for _, label in rows}) > 1
    )
