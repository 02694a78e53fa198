"""Columns of a user's table: which of them holds the text, which rows can be labelled, and what type each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest.removed import notice_flag
from weibo_nlp.io import Reject, Row, Table
from weibo_nlp.io.column_kinds import NO_TEXT, column_kind, first_values, lost_digits
from weibo_nlp.io.column_names import TEXT_NAMES
from weibo_nlp.io.column_types import ColumnType, ValueKind, arrow_schema, column_type, column_type_of, value_kind
from weibo_nlp.io.limits import MAX_COLUMNS
from weibo_nlp.io.mojibake import mojibake
from weibo_nlp.io.names import quoted
from weibo_nlp.io.nested_cells import cell_at, nested_values
from weibo_nlp.io.rows import listed
from weibo_nlp.labelling.texts import Reading, read, read_parent
from weibo_nlp.text.plain import HtmlChoice

TEXT_COLUMNS = TEXT_NAMES
SHOWN_TEXT = 40
_MISSING = object()


def guess_text_column(columns: Sequence[str], values: Mapping[str, Sequence[Any]] | None = None) -> str:
    """Find the column that holds the text, by the names crawlers and people give it and by what is in it.

    Parameters
    ----------
    columns : sequence of str
        Names.
    values : mapping of str to sequence, optional
        Some values of each, as :func:`first_rows` gives them: a column of numbers, dates or ids is no text whatever it
        is called, and the only one with sentences is it.

    Raises
    ------
    UsageError
        If there is none or none is known, listing the columns there are; or if several may be it.
    """
    if not columns:
        raise UsageError("the frame has no columns; give one with a column of texts.")
    kinds = {} if values is None else {name: column_kind(values.get(name, ())) for name in columns}
    left = [name for name in columns if kinds.get(name) not in NO_TEXT]
    if len(columns) == 1:
        if not left and kinds[columns[0]] != "empty":
            raise UsageError(
                f"the only column, {columns[0]}, holds {_PLURALS[kinds[columns[0]]]} and no texts; if these are meant, "
                "name it with --text-column / text_column=."
            )
        return columns[0]
    # A column that is empty in the first rows may be filled further on, but any other comes before.
    for among in (left, [name for name in columns if kinds.get(name) == "empty"]):
        if (called := _by_name(among)) is not None:
            return called
    texts = [name for name in left if kinds.get(name) == "text"]
    if len(texts) == 1:
        return texts[0]
    if texts:
        raise UsageError(f"texts stand in {listed(texts)}; name the column with --text-column / text_column=.")
    raise UsageError(f"no text column among {listed(columns)}; name it with --text-column / text_column=.")


def _guess_nested(
    columns: Sequence[str], values: Mapping[str, Sequence[Any]], within: Mapping[str, Sequence[Any]]
) -> str:
    """Find the column of the texts, or the place within one: by a known name there, where no column has one.

    Raises
    ------
    UsageError
        As of :func:`guess_text_column`; or if a column looks like texts, and another text within one is called so.
    """
    kinds = {name: column_kind(values.get(name, ())) for name in columns}
    if (called := _by_name([name for name in columns if kinds[name] not in NO_TEXT])) is not None:
        return called
    texts = [name for name, some in within.items() if column_kind(some) not in NO_TEXT]
    ranks = {name: TEXT_COLUMNS.index(last) for name in texts if (last := _last(name)) in TEXT_COLUMNS}
    if not ranks:
        return guess_text_column(columns, values)
    # What a record quotes lies deeper than its own text.
    depth = min(name.count(".") for name in ranks)
    shallow = {name: rank for name, rank in ranks.items() if name.count(".") == depth}
    best = [name for name, rank in shallow.items() if rank == min(shallow.values())]
    rivals = [name for name in columns if kinds[name] == "text"]
    if len(best) == 1 and not rivals:
        return best[0]
    raise UsageError(f"texts stand in {listed([*rivals, *best])}; name the column with --text-column / text_column=.")


def _last(name: str) -> str:
    return name.rpartition(".")[2].strip().casefold()


_PLURALS = {"number": "numbers", "date": "dates", "id": "ids", "address": "addresses", "nested": "lists or records"}


def _by_name(columns: Sequence[str]) -> str | None:
    plain = [str(column).strip().casefold() for column in columns]
    name = next((name for name in TEXT_COLUMNS if name in plain), None)
    if name is None:
        return None
    called = [column for column, each in zip(columns, plain, strict=True) if each == name]
    if len(set(called)) == 1:
        return called[0]
    raise UsageError(f"text columns may be {listed(called)}; name one with --text-column / text_column=.")


def first_rows(table: Table) -> dict[str, list[Any]]:
    """Values of the first rows of a table by column, by which its columns are told apart."""
    return first_values(item.values for item in table.rows() if isinstance(item, Row))


def choose_text_column(
    table: Table, columns: Sequence[str], named: str | None, *, nested: bool = False
) -> tuple[str, list[str]]:
    """Return the column of the texts, and what was found by looking at the first rows.

    Parameters
    ----------
    table : Table
        The file.
    columns : sequence of str
        Those that may be it.
    named : str, optional
        The one that the user named.
    nested : bool
        Whether it may be a text within the records of a column, as ``mblog.text``.

    Returns
    -------
    tuple of str and list of str
        The column; and a sentence for what may not be as it was meant: columns that were given names, lines that were
        left out, ids that have lost digits.

    Raises
    ------
    UsageError
        As of :func:`guess_text_column`.
    DataError
        If its texts are broken, as of :func:`require_no_mojibake`.
    """
    values = first_rows(table)
    within = nested_values({name: values.get(name, ()) for name in columns}) if nested else {}
    column = named
    if column is None:
        column = _guess_nested(columns, values, within) if within else guess_text_column(columns, values)
    require_no_mojibake(table.called, column, values.get(column, within.get(column, ())))
    lost = (lost_digits(str(name), some) for name, some in values.items())
    return column, [*table.sniffed.notes, *(problem for problem in lost if problem is not None)]


def require_no_mojibake(where: object, column: str, values: Sequence[Any]) -> None:
    """Refuse texts that were read in a wrong encoding before they were saved: their labels would be noise.

    Raises
    ------
    DataError
        Naming what was done to them, with an example.
    """
    found = mojibake([value for value in values if isinstance(value, str)])
    if found is None:
        return
    what, text, original = found
    example = f"{quoted(text, SHOWN_TEXT)}, which was {quoted(original, SHOWN_TEXT)}" if original else quoted(text)
    raise DataError(
        f"{where}: the texts of column {column} are broken: {what}, as in {example}. Export them again from where they "
        "come from, or give the file as it was with --encoding."
    )


def columns_of(table: Table, wanted: Sequence[str] = (), sample: int = 1000) -> list[str]:
    """Columns of a table; of JSON, the keys of its first rows, and of as many more as it takes to see `wanted`.

    Raises
    ------
    DataError
        If no row of JSON can be read, naming the first.
    """
    if not table.is_keyed:
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


NOTICE = "a notice of the platform in the place of what is gone"


@dataclass(frozen=True, slots=True)
class TextColumns:
    """Where the rows of a file hold what is labelled, and how it is read.

    Attributes
    ----------
    text : str
        Column with the text, or where it stands within one, as ``mblog.text``.
    parent : str or None
        Column with the text that it answers, or with its id.
    html : bool or "auto"
        Whether texts are HTML.
    id : str or None
        Column with the ids by which `parent` names rows of the same file; None where `parent` holds texts.
    are_posts : bool
        Whether the texts are a platform's, which shows notices in the place of posts that are gone; these are nobody's
        words, and not labelled.
    """

    text: str
    parent: str | None = None
    html: HtmlChoice = "auto"
    id: str | None = None
    are_posts: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Names of the columns, and of those that what is named may lie in."""
        named = [name for name in (self.text, self.parent, self.id) if name is not None]
        return frozenset([*named, *(name.partition(".")[0] for name in named)])

    def read(self, values: Mapping[str, Any]) -> Reading:
        """Read the text of a row, or say why the row cannot be labelled, and by which column."""
        return self.read_both(values)[0]

    def read_both(self, values: Mapping[str, Any]) -> tuple[Reading, Reading | None]:
        """Read the text of a row as :meth:`read` does, and the one that it answers, where a column holds that."""
        value = cell_at(values, self.text, _MISSING)
        reading = read(value, self.html, missing=value is _MISSING)
        if reading.problem is not None:
            return Reading(problem=f"{self.text}: {reading.problem}"), None
        if self.are_posts and notice_flag(reading.text) is not None:
            return Reading(problem=f"{self.text}: {NOTICE}"), None
        if self.parent is None or self.id is not None:
            return reading, None
        parent = read_parent(cell_at(values, self.parent), self.html)
        if parent.problem is not None:
            return Reading(problem=f"{self.parent}: {parent.problem}"), None
        return reading, parent


def input_columns(table: Table, texts: TextColumns) -> dict[str, ColumnType]:
    """Columns of the input with types; reads JSON once through, since a table needs all its columns up front.

    Raises
    ------
    DataError
        If the rows of JSON have more than ``MAX_COLUMNS`` different keys, naming the line.
    """
    if table.format == "parquet":
        return {item.name: column_type_of(item.type) for item in arrow_schema(table)}
    if not table.is_keyed:
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
