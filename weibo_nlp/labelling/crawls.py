"""Files of crawlers as tables that can be labelled: their text and threads are known, or are brought into one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest.base import Options, TableColumns
from weibo_nlp.ingest.reading import Crawl, Import
from weibo_nlp.ingest.registry import families_of, sample_of
from weibo_nlp.ingest.source import open_source
from weibo_nlp.ingest.writing import ABOVE, write_documents
from weibo_nlp.io import Table, open_table
from weibo_nlp.io.formats import Format

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
    """

    crawl: Import
    own: TableColumns | None

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

    def describe(self, table: Table) -> str:
        """Say in a phrase what a file is read as."""
        shape = "a row a document" if self.own is None else table.sniffed.describe()
        return f"{self.crawl.crawls[0].family.name}, {shape}"

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
        source = open_source(path)
        sample = sample_of(source)
    except (DataError, UsageError):  # whoever reads it as a table says what is wrong with it, and what would help
        return None
    if len(families := families_of(sample)) != 1:
        return None
    crawl = Import((Crawl(source, families[0]),), options=Options(needs_root=False))
    return LabelledCrawl(crawl, families[0].columns(sample))
