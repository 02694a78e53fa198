"""Samples for the blind check of the edits: which texts are judged, and what a judge gets to see of them.

A judge reads edited texts of all edits and unedited ones in one shuffled sheet, each in its thread, under a neutral
number. What was edited how stands in a key that is kept apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.corpus.release import Release
from weibo_nlp.corpus.tree import Thread
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import write_jsonl
from weibo_nlp.perturbations.edits import EDITS, Edited, apply_edit
from weibo_nlp.perturbations.lexicon import edit_lexicon
from weibo_nlp.records import Document
from weibo_nlp.text.offsets import Offsets

UNEDITED = "unedited"
"""The control group: texts as they are, from which the judges' own deviation from the gold labels is known."""
PER_EDIT = 100
PARTS = 12
KEY = "key.jsonl"


@dataclass(frozen=True, slots=True)
class Sample:
    """One text that is judged.

    Attributes
    ----------
    id : str
        Neutral number, in the order of a shuffled deck.
    edit : str
        Name of the edit, or ``unedited``.
    document_id : str
        What was edited.
    target : str or None
        Text of the stance target as the gold has it; None where the document has no stance labels.
    """

    id: str
    edit: str
    document_id: str
    target: str | None


@dataclass(frozen=True)
class Deck:
    """Samples, dealt into parts, with what a judge sees of each.

    Attributes
    ----------
    parts : tuple of tuple of Sample
        No part holds two samples of one document, nor, as far as the threads allow, one that shows another's text.
    rows : mapping of str to dict
        By sample id, the row of the blind sheet.
    seed : int
        Of draw and edits.
    lexicon_version : str
        Of the lists the edits read.
    overlaps : int
        Samples whose unedited text stands as context of another sample in the same part.
    """

    parts: tuple[tuple[Sample, ...], ...]
    rows: Mapping[str, Mapping[str, Any]]
    seed: int
    lexicon_version: str
    overlaps: int

    def key_rows(self) -> Iterator[dict[str, Any]]:
        """Rows of the key, in the order of the sample ids."""
        dealt = [(sample, n) for n, part in enumerate(self.parts, 1) for sample in part]
        for sample, number in sorted(dealt, key=lambda pair: pair[0].id):
            yield {
                "sample": sample.id,
                "part": number,
                "edit": sample.edit,
                "document_id": sample.document_id,
                "target": sample.target,
                "seed": self.seed,
                "lexicon_version": self.lexicon_version,
            }


def draw(release: Release, *, per_edit: int = PER_EDIT, parts: int = PARTS, seed: int = 0) -> Deck:
    """Draw texts that each edit changes, and unedited ones beside them, and deal them into parts.

    Parameters
    ----------
    release : Release
        The corpus; texts of all splits are drawn.
    per_edit : int, default 100
        Texts for each edit; all there are where an edit changes fewer.
    parts : int, default 12
        Sheets of about equal length.
    seed : int
        Of the draw and of the edits.

    Returns
    -------
    Deck

    Raises
    ------
    UsageError
        If `per_edit` or `parts` is below one.
    DataError
        If no text is changed by any edit.
    """
    if per_edit < 1 or parts < 1:
        raise UsageError(f"per_edit and parts must be at least 1, got {per_edit} and {parts}.")
    threads = {document.id: thread for thread in release.threads() for document in thread}
    targets = _targets_by_document(release, seed)
    drawn: list[tuple[str, str]] = []
    pools: list[list[str]] = []
    for name in EDITS:
        pool = [
            document_id
            for document_id in sorted(threads, key=lambda document_id: _rank(seed, name, document_id))
            if _changes(name, threads[document_id].documents[document_id], seed)
        ]
        drawn += [(name, document_id) for document_id in pool[:per_edit]]
        pools.append(pool)
    if not drawn:
        raise DataError(f"{release.path}: no edit changes any of its texts; there is nothing to check.")
    drawn += [(UNEDITED, document_id) for document_id in _controls(pools, per_edit, seed)]
    drawn.sort(key=lambda pair: _rank(seed, "deck", *pair))
    width = len(str(len(drawn)))
    samples = [
        Sample(f"S{n:0{width}d}", edit, document_id, targets.get(document_id))
        for n, (edit, document_id) in enumerate(drawn, 1)
    ]
    shown = {sample.id: {d.id for d in _path(threads, sample)[:-1]} for sample in samples}
    dealt = _deal(samples, shown, parts)
    register = {row["text"]: row for row in release.rows("targets")}
    return Deck(
        parts=tuple(map(tuple, dealt)),
        rows={sample.id: _sheet_row(sample, _path(threads, sample), register, seed) for sample in samples},
        seed=seed,
        lexicon_version=edit_lexicon().version,
        overlaps=sum(
            _clashes(sample, [s for s in part if s is not sample], shown) for part in dealt for sample in part
        ),
    )


def part_name(number: int) -> str:
    """Name of the file of a part, and of the answers to it."""
    return f"part-{number:02d}.jsonl"


def write_deck(deck: Deck, folder: Path) -> None:
    """Write the blind sheets into ``parts`` of a folder, and the key beside that, where no judge looks."""
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    write_jsonl(folder / KEY, deck.key_rows())
    for number, part in enumerate(deck.parts, 1):
        write_jsonl(folder / "parts" / part_name(number), [deck.rows[sample.id] for sample in part])


def full_text(document: Document) -> str:
    """What is edited of a document: an article with its title, anything else as it stands."""
    return f"{document.title}\n{document.text}" if document.title else document.text


def _targets_by_document(release: Release, seed: int) -> dict[str, str]:
    """One stance target for each document that has any."""
    targets: dict[str, list[str]] = {}
    for label in release.gold("stance"):
        targets.setdefault(label.document_id, []).append(str(label.target))
    return {
        document_id: min(texts, key=lambda text: _rank(seed, "target", document_id, text))
        for document_id, texts in targets.items()
    }


def _rank(seed: int, *parts: str) -> bytes:
    """Place in a draw that depends on the thing drawn alone: another document more or less moves no other."""
    return hashlib.sha256("\0".join([str(seed), *parts]).encode()).digest()


def _changes(name: str, document: Document, seed: int) -> bool:
    # Only texts that are changed themselves: where merely the target is another brand, an error of the edit in the
    # text could not show.
    text = full_text(document)
    return apply_edit(name, text, key=document.id, seed=seed).text != text


def _controls(pools: Sequence[Sequence[str]], n: int, seed: int) -> list[str]:
    """Documents for the control group, drawn from the edits' pools in turn, so that they are of the same make."""
    ranked = [sorted(pool, key=lambda document_id: _rank(seed, UNEDITED, document_id)) for pool in pools]
    chosen: dict[str, None] = {}
    while len(chosen) < n:
        before = len(chosen)
        for pool in ranked:
            fresh = next((document_id for document_id in pool if document_id not in chosen), None)
            if fresh is not None and len(chosen) < n:
                chosen[fresh] = None
        if len(chosen) == before:
            break
    return list(chosen)


def _path(threads: Mapping[str, Thread], sample: Sample) -> list[Document]:
    """The document and what it answers, root first."""
    return list(reversed(threads[sample.document_id].path_to_root(sample.document_id)))


def _deal(samples: Sequence[Sample], shown: Mapping[str, set[str]], parts: int) -> list[list[Sample]]:
    dealt: list[list[Sample]] = [[] for _ in range(parts)]
    for sample in samples:
        # Twice the same text is worst: the second time the judge remembers the first.
        costs = [
            (
                sum(other.document_id == sample.document_id for other in part),
                _clashes(sample, part, shown) + sum(other.document_id in shown[sample.id] for other in part),
                len(part),
            )
            for part in dealt
        ]
        fullest_allowed = min(map(len, dealt)) + max(2, len(samples) // (10 * parts))
        best = min(range(parts), key=lambda i: (len(dealt[i]) >= fullest_allowed, costs[i]))
        dealt[best].append(sample)
    return dealt


def _clashes(sample: Sample, part: Sequence[Sample], shown: Mapping[str, set[str]]) -> int:
    """How many of a part show the sample's text, unedited, as context."""
    return sum(sample.document_id in shown[other.id] for other in part)


def _sheet_row(
    sample: Sample, path: Sequence[Document], register: Mapping[str, Mapping[str, Any]], seed: int
) -> dict[str, Any]:
    document = path[-1]
    edited = _edited(sample, full_text(document), seed, sample.target)
    whole_text = sample.edit in EDITS and EDITS[sample.edit].whole_text
    thread: list[dict[str, Any]] = []
    for n, above in enumerate(path[:-1], 1):
        # A thread on one brand with an answer on another would not hang together.
        title, text = (_as_shown(sample, part, seed) if whole_text else part for part in (above.title, above.text))
        thread.append(_shown(n, above, title, text or ""))
    thread.append(_shown(len(path), document, None, edited.text))
    row: dict[str, Any] = {"sample": sample.id, "thread": thread, "judge": len(path), "target": None}
    if sample.target is not None:
        entry = register[sample.target]
        row["target"] = {"text": edited.target, **{label: entry[label] for label in ("favor", "against", "none")}}
    return row


def _edited(sample: Sample, text: str, seed: int, target: str | None) -> Edited:
    if sample.edit == UNEDITED:
        return Edited(text, Offsets(len(text)), changed=False, target=target, parent=None)
    return apply_edit(sample.edit, text, key=sample.document_id, seed=seed, target=target)


def _as_shown(sample: Sample, text: str | None, seed: int) -> str | None:
    return None if text is None else apply_edit(sample.edit, text, key=sample.document_id, seed=seed).text


def _shown(n: int, document: Document, title: str | None, text: str) -> dict[str, Any]:
    return {
        "n": n,
        "kind": document.kind,
        "author": document.author,
        "account_type": document.account_type,
        "title": title,
        "text": text,
    }
