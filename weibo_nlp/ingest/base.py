"""What a family of crawlers is: how its files are recognised, and how documents are made of their records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from weibo_nlp.ingest.source import Source
from weibo_nlp.io import Reject
from weibo_nlp.io.column_types import DateOrder
from weibo_nlp.records import Document

NICKNAME = "nickname"
"""Key of ``extra`` for the name that a user shows, where ``author`` is the id."""
CREATED_RAW = "created_raw"
"""Key of ``extra`` for a date that says no moment."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the first records of a file look like, by which its family is known.

    Attributes
    ----------
    keys : frozenset of str
        Columns of a table, or keys of JSON records; of nested ones paths, such as ``user.screen_name``. The items of a
        list are at ``[]``: ``weibo[].text``.
    tables : mapping of str to frozenset of str
        Of an SQLite file, its tables and their columns.
    markup : str
        ``html`` of a web page, ``markdown`` of a list; empty for records.
    beginning : str
        Of these, how they begin.
    """

    keys: frozenset[str] = frozenset()
    tables: Mapping[str, frozenset[str]] = field(default_factory=dict)
    markup: str = ""
    beginning: str = ""

    def has(self, *keys: str) -> bool:
        """Whether all of some keys stand in the records."""
        return self.keys.issuperset(keys)

    def has_any(self, *keys: str) -> bool:
        """Whether one of some keys stands in the records."""
        return not self.keys.isdisjoint(keys)

    def has_table(self, name: str, *columns: str) -> bool:
        """Whether there is an SQLite table with some columns."""
        return self.tables.get(name, frozenset()).issuperset(columns) and name in self.tables


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller knows and the files do not say.

    Attributes
    ----------
    root : str, optional
        Id of the post that comments answer, where their records do not name it.
    crawled_at : datetime, optional
        When the files were crawled, with its zone; relative dates count from it.
    needs_root : bool
        Whether comments whose post nobody names are refused; otherwise each is the root of its own answers.
    columns : mapping of str to str
        Of a plain table, field -> the column that holds it, where its name does not tell; an empty name if none does.
    date_order : {"day", "month"}, optional
        Of a plain table, which number stands first in dates whose year stands last; by default told from the column.
    """

    root: str | None = None
    crawled_at: datetime | None = None
    needs_root: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None


Documents = Iterator[Document | Reject]
"""Documents of a file in its order, and between them the records that none could be made of."""


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Columns of a file that can be used as the table it is.

    Attributes
    ----------
    text, id, parent : str
        With the text, its id, and the id of what it answers or reposts.
    may_answer : bool
        Whether a row may answer or repost another text, be it by a column, inside of a cell, or by words of its text.
    """

    text: str
    id: str | None = None
    parent: str | None = None
    may_answer: bool = True


def _no_columns(sample: Sample) -> TableColumns | None:
    return None


def _no_users(sample: Sample) -> bool:
    return False


def _nothing_required(sources: Sequence[Source], options: Options) -> None:
    return None


def _nothing_guessed(source: Source, options: Options) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Family:
    """The files of one crawler.

    Attributes
    ----------
    name : str
        As users name it.
    generations : tuple of str
        The shapes that its versions have written and that are read.
    matches : callable
        Whether a sample is one of its files. No file is of two families.
    documents : callable
        Documents of a file. Each has ``thread``, ``root``, ``parent`` and ``repost_of`` as far as its own record tells;
        an original or a comment inside of a record is a document of its own, the outer one first.
    columns : callable
        Columns of a sample's file where a row is one document and a cell its text, so that the rows can be labelled as
        they stand; None where that takes the documents.
    holds_users : callable
        Whether a sample is of a file in which the crawler lists users without any posts.
    is_generic : bool
        Whether it is any site's, and so only where no crawler's family matches.
    require : callable
        Refuses files that cannot be read together, or not as the options say, before any is read.
    guessed : callable
        Sentences on what is taken for what in a file, where that is a guess.
    """

    name: str
    generations: tuple[str, ...]
    matches: Callable[[Sample], bool]
    documents: Callable[[Source, Options], Documents]
    columns: Callable[[Sample], TableColumns | None] = _no_columns
    holds_users: Callable[[Sample], bool] = _no_users
    is_generic: bool = False
    require: Callable[[Sequence[Source], Options], None] = _nothing_required
    guessed: Callable[[Source, Options], Sequence[str]] = _nothing_guessed


def without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a source has left empty, as ``extra`` does: None, and texts and lists without anything in them."""
    return {name: value for name, value in values.items() if value is not None and value != "" and value != []}
