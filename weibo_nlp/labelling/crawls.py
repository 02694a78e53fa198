"""Files of crawlers as tables that can be labelled: their text and threads are known, or are brought into one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest.base import Options, TableColumns
from weibo_nlp.ingest.reading import Import, crawls_of
from weibo_nlp.ingest.registry import sample_of
from weibo_nlp.ingest.writing import ABOVE, write_documents
from weibo_nlp.io import Table, open_table
from weibo_nlp.io.formats import Format
from weibo_nlp.labelling.crawl_threads import CrawlThreads, RowThreads, write_crawl_threads

DOCUMENT_COLUMNS = TableColumns("text", "id", ABOVE)


@dataclass(frozen=True)
class LabelledCrawl:
    """A file of a crawler, and what of it is labelled.

    Attributes
    ----------
    crawl : Import
        The file.
    own : TableColumns or None
        Where text, id and the id of what is answered stand in the file, if a row of it is a document; otherwise its
        documents are labelled.
    beside : tuple of Import
        Files that are labelled in the same run, itself among them.
    """

    crawl: Import
    own: TableColumns | None
    beside: tuple[Import, ...] = ()

    @property
    def columns(self) -> TableColumns:
        """Where text, id and the id of what is answered stand in the table."""
        return self.own or DOCUMENT_COLUMNS

    @property
    def format(self) -> Format:
        """Format of the table."""
        table = self.crawl.crawls[0].source.table
        return "parquet" if self.own is None or table is None else table.format

    @property
    def n_set_aside(self) -> int:
        """Records that no document could be made of, once the table has been made."""
        return self.crawl.tally.set_aside

    @property
    def has_own_threads(self) -> bool:
        """Whether the ids in its table say what a row answers, as an import would find it."""
        is_imported = self.own is None or self.own == DOCUMENT_COLUMNS
        return len(self.beside) < 2 and (is_imported or not self.columns.may_answer)

    @property
    def place(self) -> int:
        """Place of its first part among those of all files of the run."""
        return sum(len(part.crawls) for part in takewhile(lambda part: part is not self.crawl, self.beside))

    @property
    def id_of_document(self) -> str | None:
        """Column with the ids of documents, where the rows are such as an import writes."""
        return self.columns.id if self.columns == DOCUMENT_COLUMNS else None

    def describe(self, table: Table) -> str:
        """Say in a phrase what a file is read as."""
        shape = "a row a document" if self.own is None else table.sniffed.describe()
        families = " and ".join(dict.fromkeys(each.family.name for each in self.crawl.crawls))
        return f"{families}, {shape}"

    @contextmanager
    def table(self) -> Iterator[Table]:
        """Give the table that is labelled: the file itself, or its documents in a temporary one.

        Raises
        ------
        DataError
            If the file breaks off.
        """
        source = self.crawl.crawls[0].source
        if self.own is not None and source.table is not None:
            yield source.table
            return
        with tempfile.TemporaryDirectory() as folder:
            documents = Path(folder, "documents.parquet")
            write_documents(documents, self.crawl)
            yield open_table(documents)


def find_crawl(path: Path) -> LabelledCrawl | None:
    """Recognise a file of a crawler by what it holds; None for any other, which is read as the table that it is."""
    try:
        crawls, unread = crawls_of(path, path.name)
        sample = sample_of(crawls[0].source)
    except (DataError, UsageError):  # whoever reads it as a table says what is wrong with it, and what would help
        return None
    crawl = Import(tuple(crawls), tuple(unread), Options(needs_root=False))
    is_one = len(crawls) + len(unread) == 1
    return LabelledCrawl(crawl, crawls[0].family.columns(sample) if is_one else None)


class Crawls:
    """The crawlers' files that are labelled in one run, which are one crawl: comments find their post in another file.

    Parameters
    ----------
    files : sequence of Path
        All files of the run, those of no crawler among them.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        found = {file: crawl for file in files if (crawl := find_crawl(file)) is not None}
        together = tuple(crawl.crawl for crawl in found.values())
        self._found = {file: replace(crawl, beside=together) for file, crawl in found.items()}
        self._threads: CrawlThreads | None = None

    def get(self, file: Path) -> LabelledCrawl | None:
        """Return a file of the run that is a crawler's; None for any other."""
        return self._found.get(file)

    def write_threads(self, path: Path) -> None:
        """Write what stands above the documents of all files, as :class:`CrawlThreads` reads it.

        Raises
        ------
        DataError
            If a file of the crawl breaks off.
        WriteError
            If there is no room.
        """
        first = next(iter(self._found.values()))
        files = tuple(file for part in first.beside for file in part.crawls)
        write_crawl_threads(path, Import(files, options=first.crawl.options))

    def threads_of(self, crawl: LabelledCrawl) -> RowThreads | None:
        """Return what stands above the rows of a file; None where the ids in its own table say that.

        All files are read for the first of them that asks.

        Raises
        ------
        DataError
            If a file of the crawl breaks off.
        """
        if crawl.has_own_threads:
            return None
        if self._threads is None:
            self._folder = tempfile.TemporaryDirectory()  # goes with this object
            place = Path(self._folder.name, "threads.sqlite")
            self.write_threads(place)
            self._threads = CrawlThreads(place)
        return RowThreads(self._threads, crawl.place, crawl.id_of_document)
