"""A file that is to be labelled: what it is read as, and which columns hold text, id and the id of what is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Table, open_table
from weibo_nlp.io.formats import Format
from weibo_nlp.io.nested_cells import is_within
from weibo_nlp.io.rows import listed
from weibo_nlp.labelling.columns import TextColumns, choose_text_column, columns_of
from weibo_nlp.labelling.crawl_threads import RowThreads
from weibo_nlp.labelling.crawls import Crawls, LabelledCrawl
from weibo_nlp.text.plain import HtmlChoice


@dataclass(frozen=True, slots=True)
class WantedColumns:
    """Columns that a user named; None for what is to be found."""

    text: str | None = None
    parent: str | None = None
    id: str | None = None

    @property
    def named(self) -> list[str]:
        """Those that were named."""
        return [name for name in (self.text, self.parent, self.id) if name is not None]


@dataclass(frozen=True)
class LabelInput:
    """An opened input.

    Attributes
    ----------
    table : Table
        Its rows.
    crawl : LabelledCrawl or None
        What is known of it, if it is a crawler's.
    crawls : Crawls or None
        All files of crawlers in the run.
    text, parent, id : str
        The columns, None where there is none.
    is_guessed : bool
        Whether nobody named the column of the texts.
    notes : tuple of str
        What may not be as it was meant, a sentence each.
    """

    table: Table
    crawl: LabelledCrawl | None
    crawls: Crawls | None
    text: str
    parent: str | None
    id: str | None
    is_guessed: bool
    notes: tuple[str, ...]

    @property
    def read_as(self) -> str:
        """What it is read as, in a phrase."""
        return self.table.sniffed.describe() if self.crawl is None else self.crawl.describe(self.table)

    @property
    def n_unread(self) -> int:
        """Records of a crawl that no row could be made of."""
        return 0 if self.crawl is None else self.crawl.n_set_aside

    @property
    def has_threads_of_crawl(self) -> bool:
        """Whether what stands above its rows is put together of the crawl, rather than found by a column of ids."""
        return self.crawl is not None and not self.crawl.has_own_threads

    def crawl_threads(self) -> RowThreads | None:
        """Put the threads of the crawl together, where its rows are read below them."""
        return None if self.crawl is None or self.crawls is None else self.crawls.threads_of(self.crawl)

    @property
    def columns(self) -> dict[str, str | None]:
        """Arguments of :func:`weibo_nlp.labelling.label_file` that name columns."""
        return {"text_column": self.text, "parent_column": self.parent, "id_column": self.id}

    def texts(self, html: HtmlChoice) -> TextColumns:
        """Where the rows hold what is labelled, read as HTML or not."""
        return TextColumns(self.text, self.parent, html, self.id, are_posts=self.crawl is not None)


@contextmanager
def open_input(
    path: Path,
    format: Format | None = None,
    reading: Mapping[str, Any] | None = None,
    wanted: WantedColumns | None = None,
    alias: Path | None = None,
    crawls: Crawls | None = None,
) -> Iterator[LabelInput]:
    """Open a file for labelling, a crawler's as such unless it is said how to read it.

    Parameters
    ----------
    path : Path
        The file.
    format, reading
        As for :func:`weibo_nlp.io.open_table`.
    wanted : WantedColumns, optional
        Columns that were named.
    alias : Path, optional
        What the file is called for its user, where that is not its path.
    crawls : Crawls, optional
        Of several files of one run, what is known of all of them.

    Raises
    ------
    UsageError
        If a named column is not there, or none can be told to hold the texts.
    DataError
        If the file cannot be read, or its texts are broken.
    """
    wanted = WantedColumns() if wanted is None else wanted
    crawl = None
    if not reading and not wanted.named and format is None:
        crawls = Crawls([path]) if crawls is None else crawls
        crawl = crawls.get(path)
    opening = nullcontext(open_table(path, format, **(reading or {}))) if crawl is None else crawl.table()
    with opening as opened:
        table = replace(opened, alias=alias if crawl is None else alias or path)
        columns = columns_of(table, wanted.named)
        if not columns:
            raise DataError(f"{path}: no column was found reading it as {table.format}; name the right --format.")
        text, parent, id_column = wanted.text, wanted.parent, wanted.id
        if crawl is not None:
            text = crawl.columns.text
            if crawl.columns.parent in columns:
                id_column, parent = crawl.columns.id, crawl.columns.parent
        chosen, notes = choose_text_column(table, columns, text, nested=True)
        if id_column is not None and parent is None:
            raise UsageError("--id-column says how --parent-column is meant; name that as well, or leave both out.")
        for name in (chosen, parent, id_column):
            if name is not None and not is_within(name, columns):
                raise UsageError(f"{path}: no column {name!r}; there is: {listed(columns)}.")
        yield LabelInput(
            table, crawl, crawls, chosen, parent, id_column, wanted.text is None and crawl is None, tuple(notes)
        )
