"""Threads as trees: a root, what answers it, and the path from any document back to the root."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from weibo_nlp.errors import DataError
from weibo_nlp.records import Document


@dataclass(frozen=True)
class Thread:
    """One thread: the root document and everything below it, in release order."""

    root: Document
    documents: Mapping[str, Document]
    _children: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents.values())

    @property
    def id(self) -> str:
        """Id of the thread, which is the root's."""
        return self.root.id

    def children(self, document_id: str) -> tuple[Document, ...]:
        """Documents that answer or repost the given one, in release order."""
        self._require(document_id)
        return tuple(self.documents[child] for child in self._children.get(document_id, ()))

    def parent(self, document_id: str) -> Document | None:
        """The document answered or reposted; None for the root."""
        self._require(document_id)
        above = above_of(self.documents[document_id])
        return self.documents[above] if above is not None else None

    def path_to_root(self, document_id: str) -> tuple[Document, ...]:
        """The document itself, its parent, and so on up to the root."""
        self._require(document_id)
        path = [self.documents[document_id]]
        while (above := above_of(path[-1])) is not None:
            path.append(self.documents[above])
        return tuple(path)

    def depth(self, document_id: str) -> int:
        """Steps to the root: 0 for the root."""
        return len(self.path_to_root(document_id)) - 1

    def _require(self, document_id: str) -> None:
        if document_id not in self.documents:
            raise DataError(f"document {document_id!r} is not in thread {self.id!r}; look it up in its own thread.")


def above_of(document: Document) -> str | None:
    """Id of the document this one answers or reposts, or None for a root."""
    return document.parent if document.parent is not None else document.repost_of


def build_threads(documents: Iterable[Document]) -> list[Thread]:
    """Group documents into threads, in the order in which each thread first appears.

    Raises
    ------
    DataError
        If a parent is missing or lies in another thread, a thread has no root or two, or parents run in a
        circle; every such document is named.
    """
    groups: dict[str, dict[str, Document]] = {}
    problems: list[str] = []
    for document in documents:
        group = groups.setdefault(document.thread, {})
        if document.id in group:
            problems.append(f"document {document.id!r} stands twice in thread {document.thread!r}; ids are unique.")
        group[document.id] = document
    children = {name: _children_in(group) for name, group in groups.items()}
    for name, group in groups.items():
        problems += _thread_problems(name, group, children[name])
    if problems:
        raise DataError("\n".join(problems))
    return [Thread(group[name], group, children[name]) for name, group in groups.items()]


def _children_in(group: Mapping[str, Document]) -> dict[str, tuple[str, ...]]:
    children: dict[str, list[str]] = {}
    for document in group.values():
        above = above_of(document)
        if above is not None:
            children.setdefault(above, []).append(document.id)
    return {parent: tuple(ids) for parent, ids in children.items()}


def _thread_problems(
    name: str, group: Mapping[str, Document], children: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    roots = [document.id for document in group.values() if above_of(document) is None]
    if roots != [name]:
        yield f"thread {name!r} needs one root with that id; documents without a parent: {', '.join(roots) or 'none'}."
    orphans = [(document, parent) for parent in children if parent not in group for document in children[parent]]
    for document, parent in orphans:
        yield f"document {document!r} answers {parent!r}, which is not in thread {name!r}."
    starts = [*roots, *(document for document, _ in orphans)]
    reached, queue = set(starts), starts
    while queue:
        below = children.get(queue.pop(), ())
        reached.update(below)
        queue.extend(below)
    if lost := sorted(set(group) - reached):
        yield f"thread {name!r}: {', '.join(lost)} answer each other in a circle and reach no root."
