"""The text that a row answers and the first of its thread, found in the same file by ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from weibo_nlp.errors import DataError
from weibo_nlp.io import Row, Table
from weibo_nlp.io.names import quoted

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
    def of_table(cls, table: Table, text_column: str, id_column: str, parent_column: str) -> Self:
        """Read a table twice: which ids are answered, and the texts that have them.

        Raises
        ------
        DataError
            If an id is a number that has lost digits, or no text or number, naming the row.
        """
        answered = {
            above
            for item in table.rows()
            if isinstance(item, Row)
            and (above := as_id(item.values.get(parent_column), table, item, parent_column)) is not None
        }
        texts: dict[str, tuple[Any, str | None]] = {}
        n_doubled = 0
        for item in table.rows():
            if not isinstance(item, Row):
                continue
            own = as_id(item.values.get(id_column), table, item, id_column)
            if own is None or own not in answered:
                continue
            if own in texts:
                n_doubled += 1
                continue
            above = as_id(item.values.get(parent_column), table, item, parent_column)
            texts[own] = (item.values.get(text_column), above)
        return cls(texts, n_doubled)

    def above(self, parent: str | None) -> Above:
        """Return what stands above a row by the id of the text that it answers."""
        if parent is None:
            return Above()
        if parent not in self._texts:
            return Above(is_missing=True)
        place, seen = parent, {parent}
        # Up as far as the file goes; ids that run in a circle lead to no root.
        while (upper := self._texts[place][1]) is not None and upper in self._texts:
            if upper in seen:
                return Above(self._texts[parent][0])
            seen.add(upper)
            place = upper
        return Above(self._texts[parent][0], self._texts[place][0])


def as_id(value: Any, table: Table, row: Row, column: str) -> str | None:
    """Return an id as text; None where there is none.

    Raises
    ------
    DataError
        If it is a number that has lost digits, or no text or number.
    """
    # NaN is unequal to itself: pandas writes it where a column of numbers has gaps.
    if value is None or value != value:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    raise DataError(
        f"{table.path}:{row.number}: {column} is {quoted(value)}, no id that can be relied on; write ids as text (of a "
        "fraction or of a float from 2**53 on, digits are lost)."
    )
