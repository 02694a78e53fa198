"""A part of a set while it is being read: rows kept or set aside, none lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.external.files import UNDECODABLE, CsvRow
from weibo_nlp.external.sets import Dropped, Part
from weibo_nlp.io.checksum import sha256_of_file
from weibo_nlp.records import Document, GoldLabel, Kind, Source

Pair = tuple[Document, GoldLabel]
NO_TEXT = "no text"
NO_TARGET = "no target"
NO_LABEL = "no label"
UNKNOWN_LABEL = "unknown label"

STANCES = ("favor", "against", "none")
STANCE_NAMES = {stance: stance for stance in STANCES} | {"支持": "favor", "反对": "against", "中立": "none"}


@dataclass(slots=True)
class FileReading:
    """One file of a part: gives documents their ids and sources, and notes what is set aside.

    Document ids are ``<set>-<stem>-<line>``: they stay the same for as long as the file does.
    """

    set_name: str
    stem: str
    path: Path
    dropped: list[Dropped] = field(default_factory=list)
    kept: int = 0
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        self.sha256 = sha256_of_file(self.path)

    def document(self, line: int, kind: Kind, text: str, *, thread: str | None = None, **more: Any) -> Document:
        """Make the document of the record that starts on `line`; it is its own thread unless one is given."""
        self.kept += 1
        name = f"{self.set_name}-{self.stem}-{line:06d}"
        source = Source(format=self.set_name, file=self.path.name, row=line, sha256=self.sha256)
        return Document(id=name, kind=kind, text=text, thread=thread or name, source=source, **more)

    def drop(self, line: int, reason: str, detail: str = "") -> None:
        """Set a row aside with its reason."""
        self.dropped.append(Dropped(self.path.name, line, reason, detail))

    def usable(self, row: CsvRow) -> bool:
        """Whether the row's cells and its text can be used; if not, it is set aside."""
        if row.problem is not None:
            self.drop(row.line, row.problem, row.detail)
        elif not row.cells["text"].strip():
            self.drop(row.line, NO_TEXT)
        else:
            return True
        return False

    def label(self, line: int, raw: str, names: Mapping[str, str]) -> str | None:
        """Translate the label of the row that starts on `line`, ignoring case and surrounding space.

        `names` leads from lower-case published labels to those of this package; a row whose label it does not hold is
        set aside, and the label is ``None``.
        """
        written = raw.strip()
        label = names.get(written.casefold())
        if label is None:
            # Cut short: where columns have shifted, the label is somebody's text.
            self.drop(line, UNKNOWN_LABEL if written else NO_LABEL, written and repr(written[:40]))
        return label

    def part(self, pairs: Iterable[Pair | None]) -> Part:
        """Make the part, of a set that gives no groups: each row is its own unit, and None one that was set aside.

        Raises
        ------
        DataError
            If more rows are undecodable than usable: then it is the encoding, not the rows.
        """
        # The pairs first: reading them fills `dropped`.
        return row_part(self.stem, [pair for pair in pairs if pair is not None], self.finish())

    def finish(self) -> list[Dropped]:
        """Return what was set aside; raises as `part` does."""
        broken = sum(item.reason == UNDECODABLE for item in self.dropped)
        if broken > self.kept:
            raise DataError(
                f"{self.path}: {broken} rows hold bytes that are not UTF-8, only {self.kept} can be read. "
                "Convert the file to UTF-8 first, from GB18030 for instance (iconv -f gb18030 -t utf-8)."
            )
        return self.dropped


def row_part(name: str, pairs: Sequence[Pair], dropped: Iterable[Dropped]) -> Part:
    """Make a part of a set that gives no groups: each row is its own unit."""
    return Part(
        name=name,
        documents=tuple(document for document, _ in pairs),
        gold=tuple(gold for _, gold in pairs),
        groups=tuple(document.id for document, _ in pairs),
        dropped=tuple(dropped),
    )
