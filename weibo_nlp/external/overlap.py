"""Texts that recur: between a training part and a scored part, and under different labels within a part."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace

from weibo_nlp.external.sets import Dropped, Part

RECURS = "recurs in the scored part"

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_URL = re.compile(r"https?://[\w./?=&%:~+\-]+", re.ASCII | re.IGNORECASE)


class _Wordless(dict[int, int | None]):
    """Deletes what carries no words; fills itself, since a set uses a few thousand of all characters."""

    def __missing__(self, code: int) -> int | None:
        """Decide on a character when it is first met."""
        char = chr(code)
        self[code] = None if char == "#" or char.isspace() or unicodedata.category(char) == "Cf" else code
        return self[code]


_WORDLESS = _Wordless()


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
    return folded.translate(_WORDLESS) or "".join(text.split())


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
    kept = [
        (gold, group) for gold, group in zip(train.gold, train.groups, strict=True) if gold.document_id not in leaked
    ]
    noted = tuple(Dropped.of(document, RECURS) for document in leaked.values())
    return replace(
        train,
        documents=tuple(document for document in train.documents if document.id not in leaked),
        gold=tuple(gold for gold, _ in kept),
        groups=tuple(group for _, group in kept),
        dropped=train.dropped + noted,
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
