"""Columns of a user's table: which of them holds the text, which values can be labelled, and what type each has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, Row, Table
from weibo_nlp.io.column_types import ColumnType, ValueKind, arrow_schema, column_type, column_type_of, value_kind
from weibo_nlp.io.limits import MAX_COLUMNS, MAX_TEXT_CHARACTERS
from weibo_nlp.io.names import quoted
from weibo_nlp.io.rows import listed
from weibo_nlp.models.base import SHOWN_POSITIONS, target_problem

TEXT_COLUMNS = (
    "text", "正文", "微博正文", "content", "内容", "text_raw", "full_text", "comment", "评论", "评论内容", "post",
    "微博内容", "content_text", "body", "message", "desc", "sentence", "review",
)  # fmt: skip

EMPTY = "empty"
"""What is wrong with a text in which a reader sees nothing."""

# White space; controls; what Unicode calls default-ignorable, with joiners and selectors that stand alone; Hangul
# fillers and the empty pattern of Braille, which people use to send nothing.
_VISIBLE = re.compile(
    "[^\\s\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e"
    "\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\U000e0000-\\U000e0fff]"
)


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


def text_problem(value: object, *, missing: bool = False) -> str | None:
    """Say why a value cannot be labelled; None where it can.

    A text ends at ``MAX_TEXT_CHARACTERS``: what a batch costs is then known before it is read.
    """
    if missing:
        return "missing"
    # NaN and NaT are unequal to themselves; pandas' NA refuses to be compared, and a list of arrays would answer many.
    if value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value):
        return "null"
    if not isinstance(value, str):
        return f"not a string but {type(value).__name__}"
    if len(value) > MAX_TEXT_CHARACTERS:
        return f"longer than {MAX_TEXT_CHARACTERS:,} characters"
    if not _VISIBLE.search(value):
        return EMPTY
    try:
        value.encode()
    except UnicodeEncodeError:
        return "holds a lone surrogate"
    return None


def require_labelable(texts: Sequence[object], parents: Sequence[object] | None = None) -> None:
    """Refuse texts of which some cannot be labelled.

    Raises
    ------
    DataError
        Naming the first positions and why.
    """
    problems = [(i, reason) for i, value in enumerate(texts) if (reason := text_problem(value))]
    if parents is not None:
        problems += [
            (i, f"the text it answers is {reason}")
            for i, value in enumerate(parents)
            if (reason := parent_problem(value))
        ]
    if problems:
        first = "; ".join(f"position {i}: {reason}" for i, reason in problems[:SHOWN_POSITIONS])
        raise DataError(f"{len(problems)} of {len(texts)} texts cannot be labelled ({first}). Drop or fill these rows.")


def parent_text(value: object) -> str | None:
    """Return the text that a post answers; None where the value is no text."""
    return value if text_problem(value) is None and isinstance(value, str) else None


def parent_problem(value: object) -> str | None:
    """Say why a text that a post answers cannot be read: not where there is none, but where it is too long."""
    return text_problem(value) if isinstance(value, str) and len(value) > MAX_TEXT_CHARACTERS else None


def require_target(target: object) -> None:
    """Refuse what is no name of a stance target.

    Raises
    ------
    UsageError
        If it is no text, or has blanks around it or signs that readers do not see.
    """
    problem = text_problem(target)
    if problem is not None or not isinstance(target, str):
        raise UsageError(f"the stance target is no text ({problem}); name one, such as 信用惩戒, or leave it out.")
    if problem := target_problem(target):
        raise UsageError(f"the stance target {quoted(target)} {problem}; give its name alone.")


def has_words(text: str | None) -> bool:
    """Whether there is a letter or Chinese character in a text: in a column of ids or figures, there is none."""
    return text is not None and any(map(str.isalpha, text))


def row_problem(values: Mapping[str, Any], text_column: str, parent_column: str | None = None) -> str | None:
    """Say why a row cannot be labelled, and by which column; None where it can."""
    if problem := text_problem(values.get(text_column), missing=text_column not in values):
        return f"{text_column}: {problem}"
    if parent_column is not None and (problem := parent_problem(values.get(parent_column))):
        return f"{parent_column}: {problem}"
    return None


def input_columns(table: Table, text_column: str, parent_column: str | None = None) -> dict[str, ColumnType]:
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
        if isinstance(item, Row) and row_problem(item.values, text_column, parent_column) is None:
            for name, value in item.values.items():
                kinds.setdefault(name, set()).add(value_kind(value))
            if len(kinds) > MAX_COLUMNS:
                raise DataError(
                    f"{table.path}:{item.number}: more than {MAX_COLUMNS:,} different keys up to here, each of them a "
                    "column; put what varies from row to row under one key."
                )
    return {name: column_type(seen) for name, seen in kinds.items()}
