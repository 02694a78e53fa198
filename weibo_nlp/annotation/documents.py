"""What a campaign is about: texts in their threads, or keys of texts that are not shipped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from weibo_nlp.corpus.tree import Thread, above_of
from weibo_nlp.records import Document, Target

PLACE, ID = "place", "id"
DocumentsKind = Literal["table", "sample", "import", "corpus", "keys"]


@dataclass(frozen=True, slots=True)
class CampaignDocument:
    """One text of a campaign, or one that stands above such a text in its thread.

    Attributes
    ----------
    id : str
        What it is known by: its id, or else its place.
    text : str or None
        As a reader sees it; None where the campaign holds keys alone.
    title, author : str or None
        What is shown beside it, if anything.
    thread : str or None
        Texts of one thread are dealt together, and are one unit where intervals are made.
    parent : str or None
        Id of the one that it answers.
    context : str or None
        The text above it, where there is no thread to find it in.
    place : int or None
        Of a sample, the row's position in the collection that it was drawn from.
    targets : tuple of str or None
        Stance targets that it is asked about; None where all are asked about the same.
    is_judged : bool
        Whether it is dealt out; otherwise it is shown above others only.
    """

    id: str
    text: str | None = None
    title: str | None = None
    author: str | None = None
    thread: str | None = None
    parent: str | None = None
    context: str | None = None
    place: int | None = None
    targets: tuple[str, ...] | None = None
    is_judged: bool = True


@dataclass(frozen=True)
class DocumentSource:
    """Documents that were read, and what is to be known of where they came from.

    ``id_column`` is the name that gold gives to the column of ids. ``design`` is the file of a sample's design.
    ``set_aside`` counts rows that were left out, by the reason. ``tasks`` are those that a
    sample was drawn for.
    """

    documents: Sequence[CampaignDocument]
    kind: DocumentsKind
    name: str
    sha256: str | None = None
    id_column: str = ID
    text_column: str | None = None
    design: Path | None = None
    set_aside: Mapping[str, int] | None = None
    tasks: tuple[str, ...] = ()


def documents_of(
    documents: Iterable[Document], targets: Mapping[str, Sequence[str]] | None = None
) -> list[CampaignDocument]:
    """Turn documents of the corpus, or of any threads, into those of a campaign.

    Parameters
    ----------
    documents : iterable of Document
        Whole threads.
    targets : mapping of thread id to targets, optional
        Texts of the stance targets that the texts of a thread are asked about.
    """
    return [
        CampaignDocument(
            id=each.id,
            text=each.text,
            title=each.title,
            author=each.author,
            thread=each.thread,
            parent=above_of(each),
            targets=None if targets is None else tuple(targets[each.thread]),
        )
        for each in documents
    ]


def targets_of(thread: Thread, declared: Sequence[str], targets: Mapping[str, Target]) -> list[Target]:
    """Targets on which a thread is judged: its event's, or one canonical target where the event declares none.

    That one is drawn by the thread's id, so that the absence of targets tells nobody that a thread is `other`.
    """
    if declared:
        return [targets[target] for target in declared]
    canonical = sorted(target.id for target in targets.values() if target.canonical_for)
    draw = int.from_bytes(hashlib.sha256(thread.id.encode()).digest()[:8], "big")
    return [targets[canonical[draw % len(canonical)]]]


def paths_above(documents: Mapping[str, CampaignDocument], document: CampaignDocument) -> list[CampaignDocument]:
    """Documents above one in its thread, from the root down; ids that run in a circle end it."""
    path: list[CampaignDocument] = []
    seen = {document.id}
    while document.parent is not None and document.parent in documents and document.parent not in seen:
        document = documents[document.parent]
        seen.add(document.id)
        path.append(document)
    return path[::-1]


def document_targets(documents: Iterable[CampaignDocument]) -> Iterator[str]:
    """Targets of the documents, each once, in the order in which they first appear."""
    yield from dict.fromkeys(target for document in documents for target in document.targets or ())
