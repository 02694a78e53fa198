"""Files and folders of crawls, read as documents."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest import table
from weibo_nlp.ingest.base import Family, Options
from weibo_nlp.ingest.registry import get_family, recognise
from weibo_nlp.ingest.source import Source, open_sources
from weibo_nlp.ingest.threads import Completeness, ThreadJoin
from weibo_nlp.io import Reject
from weibo_nlp.io.jsonl import without_marks
from weibo_nlp.io.limits import MAX_REASONS
from weibo_nlp.io.magic import no_text, page
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.sqlite_tables import MAGIC
from weibo_nlp.io.stable import open_unchanged
from weibo_nlp.records import Document

DOCUMENTS = "documents.parquet"
SUMMARY = "import.json"
"""What an import leaves in its folder."""
_BESIDE_DOCUMENTS = frozenset([SUMMARY, f"{DOCUMENTS}.rejected.jsonl"])
_HEAD_BYTES = 512
_FILM = b"ftyp"  # behind the length of the first box of MP4


@dataclass
class Tally:
    """What became of the records: each is written, set aside, or merged into another of the same id.

    Attributes
    ----------
    records : int
        Posts, reposts and comments that were met, those inside of others included.
    documents, set_aside, merged : int
        Together `records`.
    kinds, flags, reasons : Counter
        How many documents there are of each kind and with each flag, and how many were set aside for each reason.
    completeness : Completeness
        How many of the comments that the platform states are there.
    """

    records: int = 0
    documents: int = 0
    set_aside: int = 0
    merged: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    completeness: Completeness = field(default_factory=Completeness)

    def count_document(self, document: Document) -> None:
        """Count a document that goes out."""
        self.documents += 1
        self.kinds[document.kind] += 1
        self.flags.update(document.flags)

    def count_reject(self, reject: Reject) -> None:
        """Count a record that is set aside."""
        self.set_aside += 1
        reason = reject.reason if len(self.reasons) < MAX_REASONS or reject.reason in self.reasons else "others"
        self.reasons[reason] += 1


@dataclass(frozen=True)
class Crawl:
    """One file with the family that it is of."""

    source: Source
    family: Family


@dataclass(frozen=True)
class Unread:
    """A file of a folder, or a sheet of a workbook, that is of no family, and why it was passed over.

    Attributes
    ----------
    holds_text : bool
        Whether it may hold records; pictures and films, which crawlers put beside them, do not.
    """

    path: Path
    reason: str
    holds_text: bool = True


@dataclass
class Import:
    """Documents of some files, in memory that does not grow with them; iterating again reads the files again.

    Attributes
    ----------
    crawls : tuple of Crawl
        The files that are read, in their order.
    unread : tuple of Unread
        Files of the folders, and sheets of workbooks, that were passed over.
    options : Options
        What the caller knows.
    tally : Tally
        Of the last reading, complete when that is.
    """

    crawls: tuple[Crawl, ...]
    unread: tuple[Unread, ...] = ()
    options: Options = field(default_factory=Options)
    tally: Tally = field(default_factory=Tally)

    def __iter__(self) -> Iterator[Document]:
        return self.documents()

    def documents(self, set_aside: Callable[[Reject], object] | None = None) -> Iterator[Document]:
        """Yield the documents in their threads, those of one id merged, once all files have been read.

        Parameters
        ----------
        set_aside : callable, optional
            Is given every record that no document could be made of.

        Raises
        ------
        DataError
            If a file breaks off, or changed since it was recognised.
        UsageError
            If records need what `options` do not say.
        """
        for item in self.items():
            if isinstance(item, Document):
                yield item
            elif set_aside is not None:
                set_aside(item)

    def items(self, met: Callable[[int, Document], object] | None = None) -> Iterator[Document | Reject]:
        """Yield the documents as :meth:`documents` does, and before them what is set aside.

        Parameters
        ----------
        met : callable, optional
            Is given every document as its record has it, before any are merged, with the place of its file in
            `crawls`.
        """
        self.tally = tally = Tally()
        threads = ThreadJoin()
        for place, crawl in enumerate(self.crawls):
            for item in crawl.family.documents(crawl.source, self.options):
                tally.records += 1
                if isinstance(item, Document):
                    if met is not None:
                        met(place, item)
                    tally.merged += threads.add(item)
                else:
                    tally.count_reject(item)
                    yield item
        for document in threads.documents():
            tally.count_document(document)
            yield document
        tally.completeness = threads.completeness


def read(paths: Path | str | Sequence[Path | str], family: str | None = None, options: Options | None = None) -> Import:
    """Recognise files of crawls and make ready to read them.

    Parameters
    ----------
    paths : path or sequence of paths
        Files and folders; of a folder, all files in it and below it.
    family : str, optional
        The family that all of them are of, where their content does not tell.
    options : Options, optional
        What the files do not say.

    Returns
    -------
    Import
        Documents to iterate over.

    Raises
    ------
    UsageError
        If a path does not exist, a file that was named is of no family or of several, or a folder holds none.
    DataError
        If a file that was named is damaged.
    """
    named = [named_path(path, "a crawl") for path in ([paths] if isinstance(paths, str | Path) else paths)]
    chosen = None if family is None else get_family(family)
    options = options or Options()
    crawls: list[Crawl] = []
    unread: list[Unread] = []
    for path in named:
        if not path.is_dir():
            found, others = crawls_of(path, path.name, chosen, options.columns)
            crawls += found
            unread += others
            continue
        for file in _files_below(path):
            try:
                found, others = crawls_of(file, file.relative_to(path).as_posix(), chosen, options.columns)
            except (DataError, UsageError) as error:
                unread.append(Unread(file, str(error), _holds_text(file)))
            else:
                crawls += found
                unread += others
    if not crawls:
        why = f" ({unread[0].reason})" if unread else ""
        raise UsageError(f"{', '.join(map(str, named))}: no file of a crawler was found{why}.")
    if (options.columns or options.date_order is not None) and not any(each.family is table.FAMILY for each in crawls):
        raise UsageError("--column and --date-order say how a plain table is read; name --family table, or leave them.")
    for read_as in dict.fromkeys(each.family.name for each in crawls):
        get_family(read_as).require([each.source for each in crawls if each.family.name == read_as], options)
    return Import(tuple(crawls), tuple(unread), options)


def crawls_of(
    path: Path, name: str, family: Family | None = None, columns: Mapping[str, str] | None = None
) -> tuple[list[Crawl], list[Unread]]:
    """Recognise a file; of a workbook with several sheets, each of them, and why others are passed over.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What it is called in documents.
    family : Family, optional
        What it is, where that is known.
    columns : mapping of str to str, optional
        Of a plain table, field -> column.

    Raises
    ------
    UsageError
        If it is of no family or of several; of sheets, if that is so of each.
    DataError
        If it is damaged.
    """
    sources = open_sources(path, name)
    crawls: list[Crawl] = []
    unread: list[Unread] = []
    for source in sources:
        try:
            if family is table.FAMILY:
                table.require_texts(source, columns or {})
            crawls.append(Crawl(source, recognise(source) if family is None else family))
        except UsageError as error:
            unread.append(Unread(path, str(error)))
            if len(unread) == len(sources):
                raise
    return crawls, unread


def _holds_text(file: Path) -> bool:
    with open_unchanged(file) as handle:
        head = handle.read(_HEAD_BYTES)
    is_page = page(without_marks(head)) is not None
    return is_page or head.startswith(MAGIC) or (no_text(head) is None and head[4:8] != _FILM)


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and below it in the order of their names; links lead to other places.

    Of an import, the documents; what it says of them is of no crawler.
    """
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(place, name)
            if name in _BESIDE_DOCUMENTS and DOCUMENTS in names:
                continue
            if file.is_file() and not file.is_symlink():
                yield file
