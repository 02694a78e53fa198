"""What a published set is once read: parts of documents with gold labels, and every row that was set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from weibo_nlp.errors import UnknownNameError
from weibo_nlp.records import Document, GoldLabel, Source


@dataclass(frozen=True, slots=True)
class SetInfo:
    """How a published set is recognised, what it is labelled with, and where a user gets it.

    ``files`` maps each part to the paths, relative to the set's folder, under which it is published; each is
    also found with ``.gz`` at its end. ``folders`` are the names under which a parent folder may hold the set.
    """

    name: str
    description: str
    labels: Mapping[str, tuple[str, ...]]
    main_metric: str
    licence: str
    published: str
    files: Mapping[str, tuple[str, ...]]
    folders: tuple[str, ...]
    required: tuple[str, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tasks the set is labelled for."""
        return tuple(self.labels)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row that was set aside: file name, physical line (1-based; record number in a JSON list), and why.

    ``reason`` is one of a few fixed phrases, so that it can be counted; ``detail`` says what arrived.
    """

    file: str
    line: int
    reason: str
    detail: str = ""

    @classmethod
    def of(cls, document: Document, reason: str) -> Dropped:
        """Note that a document already read is left out; the detail is its id."""
        source = document.source or Source(format="")
        return cls(source.file or "", source.row or 0, reason, document.id)


@dataclass(frozen=True, slots=True)
class Part:
    """One official part of a set, in file order.

    ``groups`` runs parallel to ``gold``: the unit to resample by, which is the thread where the set has
    threads and the row where it has none. A document without gold (a post above labelled comments) is in
    ``documents`` only.
    """

    name: str
    documents: tuple[Document, ...]
    gold: tuple[GoldLabel, ...]
    groups: tuple[str, ...]
    dropped: tuple[Dropped, ...] = ()

    @property
    def dropped_counts(self) -> dict[str, int]:
        """Number of rows set aside for each reason, the most frequent first."""
        return dict(Counter(item.reason for item in self.dropped).most_common())


@dataclass(frozen=True, slots=True)
class ExternalSet:
    """A published set read from the user's own copy; ``labels`` holds the label order of each task."""

    name: str
    labels: Mapping[str, tuple[str, ...]]
    main_metric: str
    parts: Mapping[str, Part]

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tasks the set is labelled for."""
        return tuple(self.labels)

    def part(self, name: str) -> Part:
        """Return the part called `name`.

        Raises
        ------
        UnknownNameError
            If this copy of the set holds no such part.
        """
        if name not in self.parts:
            advice = "A part is there only if your copy holds its file."
            raise UnknownNameError(f"part of {self.name}", name, self.parts, advice)
        return self.parts[name]
