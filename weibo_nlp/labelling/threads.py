"""The text that a row answers and the first of its thread, found by ids in the same file or frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Self

from weibo_nlp.errors import DataError
from weibo_nlp.io import Row, Table
from weibo_nlp.io.names import quoted
from weibo_nlp.io.nested_cells import cell_at
from weibo_nlp.labelling.texts import Reading, read_parent
from weibo_nlp.text.plain import HtmlChoice

_EXACT = 2**53
"""From here on, a float does not hold every whole number: digits of an id are lost already."""


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above a row: values of the text column, None where there is none; `is_missing` if it should be."""

    parent: Any = None
    root: Any = None
    is_missing: bool = False


class ThreadTexts:
    """Texts of a file that other rows of it answer, by id.

    Parameters
    ----------
    texts : mapping of str to (value, str or None)
        Id of a row that is answered -> its text, and the id of the one that it answers.
    n_doubled : int
        Rows with the id of an earlier one that is answered, which counts.
    """

    def __init__(self, texts: Mapping[str, tuple[Any, str | None]], n_doubled: int = 0) -> None:
        self._texts, self.n_doubled = texts, n_doubled

    @classmethod
    def of_rows(cls, read: Callable[[], Iterable[tuple[str | None, Any, str | None]]]) -> Self:
        """Read rows twice, each an id, a text and the id of the one it answers: what is answered, then its texts."""
        answered = {above for _, _, above in read() if above is not None}
        texts: dict[str, tuple[Any, str | None]] = {}
        n_doubled = 0
        for own, text, above in read():
            if own is None or own not in answered:
                continue
            if own in texts:
                n_doubled += 1
                continue
            texts[own] = (text, above)
        return cls(texts, n_doubled)

    @classmethod
    def of_table(cls, table: Table, text_column: str, id_column: str, parent_column: str) -> Self:
        """Read a table twice, as :meth:`of_rows` does.

        Raises
        ------
        DataError
            If an id is a number that has lost digits, or no text or number, naming the row.
        """

        return cls.of_rows(lambda: thread_rows(table, text_column, id_column, parent_column))

    def above(self, parent: str | None) -> Above:
        """Return what stands above a row by the id of the text that it answers."""
        return above_by(self._texts.get, parent)


def thread_rows(
    table: Table, text_column: str, id_column: str, parent_column: str
) -> Iterator[tuple[str | None, Any, str | None]]:
    """Yield id, text and the id of what is answered of each row of a table.

    Raises
    ------
    DataError
        If an id is a number that has lost digits, or no text or number, naming the row.
    """
    for item in table.rows():
        if isinstance(item, Row):
            place = f"{table.path}:{item.number}"
            own, above = (as_id(cell_at(item.values, name), place, name) for name in (id_column, parent_column))
            yield own, cell_at(item.values, text_column), above


def above_by(entry: Callable[[str], tuple[Any, str | None] | None], parent: str | None) -> Above:
    """Return what stands above a row.

    Parameters
    ----------
    entry : callable
        Takes the id of a row that is answered, gives its text and the id of the one that it answers; None where there
        is no such row.
    parent : str or None
        The id of the text that the row answers.
    """
    if parent is None:
        return Above()
    if (found := entry(parent)) is None:
        return Above(is_missing=True)
    seen, root = {parent}, found
    # Up as far as the file goes; ids that run in a circle lead to no root.
    while (upper := root[1]) is not None and (next_up := entry(upper)) is not None:
        if upper in seen:
            return Above(found[0])
        seen.add(upper)
        root = next_up
    return Above(found[0], root[0])


def read_above(above: Iterable[Above], html: HtmlChoice) -> tuple[list[Reading], list[Reading], int]:
    """Read what stands above rows: parents, roots, and how many rows answer what is not there or cannot be read.

    Where a text cannot be read, as one that is too long, its answers are read without it.
    """
    parents, roots, n_missing = [], [], 0
    nothing = read_parent(None, html)
    known: dict[str, Reading] = {}  # one text has many answers

    def reading_of(value: object) -> Reading:
        if not isinstance(value, str):
            return read_parent(value, html)
        if value not in known:
            known[value] = read_parent(value, html)
        return known[value]

    for each in above:
        parent, root = reading_of(each.parent), reading_of(each.root)
        n_missing += each.is_missing or parent.problem is not None
        parents.append(nothing if parent.problem is not None else parent)
        roots.append(nothing if root.problem is not None else root)
    return parents, roots, n_missing


def as_id(value: Any, place: str, column: object) -> str | None:
    """Return an id as text; None where there is none. Messages name the place and the column.

    Raises
    ------
    DataError
        If it is a number that has lost digits, or no text or number.
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Integral) and not isinstance(value, bool):
        return str(int(value))
    # NaN is unequal to itself: pandas writes it where a column of numbers has gaps.
    if value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    raise DataError(
        f"{place}: {column} is {quoted(value)}, no id that can be relied on; write ids as text (of a "
        "fraction or of a float from 2**53 on, digits are lost)."
    )
