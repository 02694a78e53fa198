"""Columns of a user's table: which of them holds the text, which rows can be labelled, and what type each has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, Row, Table
from weibo_nlp.io.column_types import ColumnType, ValueKind, arrow_schema, column_type, column_type_of, value_kind
from weibo_nlp.io.limits import MAX_COLUMNS
from weibo_nlp.io.names import quoted
from weibo_nlp.io.rows import listed
from weibo_nlp.labelling.texts import Reading, read, read_parent
from weibo_nlp.text.plain import HtmlChoice

TEXT_COLUMNS = (
    "text", "正文", "微博正文", "content", "内容", "text_raw", "full_text", "comment", "评论", "评论内容", "post",
    "微博内容", "content_text", "body", "message", "desc", "sentence", "review",
)  # fmt: skip


def guess_text_column(columns: Sequence[str]) -> str:
    """Find the column that holds the text by the names crawlers and people give it.

    Raises
    ------
    UsageError
        If there is none or none is known, listing the columns there are; or if two have the same name but for case or
        blanks.
    """
    if not columns:
        raise UsageError("the frame has no columns; give one with a column of texts.")
    if len(columns) == 1:
        return columns[0]
    plain = [str(column).strip().casefold() for column in columns]
    if (name := next((name for name in TEXT_COLUMNS if name in plain), None)) is not None:
        called = [column for column, each in zip(columns, plain, strict=True) if each == name]
        if len(set(called)) == 1:
            return called[0]
        raise UsageError(f"text columns may be {listed(called)}; name one with --text-column / text_column=.")
    raise UsageError(f"no text column among {listed(columns)}; name it with --text-column / text_column=.")


def require_no_header(table: Table) -> None:
    """Refuse to read as plain lines what begins with names of columns, one of which is a text column's.

    Raises
    ------
    UsageError
        Asking for the format.
    """
    first = next(table.rows(), None)
    if not isinstance(first, Row):
        return
    names = [name.strip(' "').casefold() for name in re.split("[,;|\t]", first.values["text"])]
    if len(names) > 1 and not set(names).isdisjoint(TEXT_COLUMNS):
        raise UsageError(
            f"{table.path} begins as a table does, with {quoted(first.values['text'])}; name the --format, csv or tsv, "
            "or lines if each line is a text."
        )


def columns_of(table: Table, wanted: Sequence[str] = (), sample: int = 1000) -> list[str]:
    """Columns of a table; of JSON Lines, the keys of its first rows, and of as many more as it takes to see `wanted`.

    Raises
    ------
    DataError
        If no line of a JSON Lines file can be read, naming the first.
    """
    if table.format != "jsonl":
        return list(table.columns)
    keys: dict[str, None] = {}
    first: Reject | None = None
    for count, item in enumerate(table.rows(), start=1):
        if isinstance(item, Row):
            # Of later rows, one may have a wanted key; all their keys together may fill the memory.
            keys |= dict.fromkeys(item.values if count <= sample else item.values.keys() & set(wanted))
        else:
            first = first or item
        if keys and count >= sample and keys.keys() >= set(wanted):
            break
    if not keys and first is not None:
        raise DataError(f"{first.file}:{first.line}: {first.reason}; no line can be read as JSON, name the --format.")
    return list(keys)


@dataclass(frozen=True, slots=True)
class TextColumns:
    """Where the rows of a file hold what is labelled, and how it is read.

    Attributes
    ----------
    text : str
        Column with the text.
    parent : str or None
        Column with the text that it answers, or with its id.
    html : bool or "auto"
        Whether texts are HTML.
    id : str or None
        Column with the ids by which `parent` names rows of the same file; None where `parent` holds texts.
    """

    text: str
    parent: str | None = None
    html: HtmlChoice = "auto"
    id: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """Names of the columns."""
        return frozenset(name for name in (self.text, self.parent, self.id) if name is not None)

    def read(self, values: Mapping[str, Any]) -> Reading:
        """Read the text of a row, or say why the row cannot be labelled, and by which column."""
        return self.read_both(values)[0]

    def read_both(self, values: Mapping[str, Any]) -> tuple[Reading, Reading | None]:
        """Read the text of a row as :meth:`read` does, and the one that it answers, where a column holds that."""
        reading = read(values.get(self.text), self.html, missing=self.text not in values)
        if reading.problem is not None:
            return Reading(problem=f"{self.text}: {reading.problem}"), None
        if self.parent is None or self.id is not None:
            return reading, None
        parent = read_parent(values.get(self.parent), self.html)
        if parent.problem is not None:
            return Reading(problem=f"{self.parent}: {parent.problem}"), None
        return reading, parent


def input_columns(table: Table, texts: TextColumns) -> dict[str, ColumnType]:
    """Columns of the input with types; reads JSON Lines once through, since a table needs all its columns up front.

    Raises
    ------
    DataError
        If the rows of JSON Lines have more than ``MAX_COLUMNS`` different keys, naming the line.
    """
    if table.format == "parquet":
        return {item.name: column_type_of(item.type) for item in arrow_schema(table)}
    if table.format != "jsonl":
        return dict.fromkeys(table.columns, "string")
    kinds: dict[str, set[ValueKind]] = {}
    for item in table.rows():
        # A row to be set aside has no say: one number among the texts would turn them all into JSON.
        if isinstance(item, Row) and texts.read(item.values).problem is None:
            for name, value in item.values.items():
                kinds.setdefault(name, set()).add(value_kind(value))
            if len(kinds) > MAX_COLUMNS:
                raise DataError(
                    f"{table.path}:{item.number}: more than {MAX_COLUMNS:,} different keys up to here, each of them a "
                    "column; put what varies from row to row under one key."
                )
    return {name: column_type(seen) for name, seen in kinds.items()}
