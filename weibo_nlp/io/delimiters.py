"""Which sign parts the cells of a text, told by its first lines."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from weibo_nlp.io.cells import is_typed
from weibo_nlp.io.column_names import is_known, is_text_name, looks_like_names
from weibo_nlp.io.delimited import delimited_records
from weibo_nlp.io.limits import MAX_LINE_BYTES, SNIFFED_ROWS

DELIMITERS = ",;\t|，；"
"""What parts the cells of files that are called CSV or TSV, or was typed for it."""
_WIDE = "，；"
_ODD_SHARE, _GOOD_SHARE = 0.5, 0.9
_LEAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class DelimiterGuess:
    """Sign between cells; None where each line is one, or where `alternatives` are about equally likely."""

    delimiter: str | None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a text looks if a sign parts its cells."""

    delimiter: str
    n_rows: int
    fit: float
    """Share of the rows below the first that have as many cells as it."""
    n_known: int
    n_typed: int
    """Numbers, dates, ids and addresses among the first cells: the wrong sign cuts such cells in two or joins them."""
    has_text: bool
    has_names: bool

    @property
    def rank(self) -> tuple[int, int]:
        """By what the likeliest of several is told."""
        return self.n_known, self.n_typed

    @property
    def is_wide(self) -> bool:
        """Whether the sign is one of prose."""
        return self.delimiter in _WIDE

    @property
    def is_table(self) -> bool:
        """Whether lines are unlikely to come to this if the sign is text."""
        if self.n_known and self.fit >= _ODD_SHARE:
            return True
        if self.is_wide:
            return False  # the comma of Chinese prose: lines with one each are no table
        least = 1 if self.n_typed else _LEAST_ROWS
        return self.n_rows >= least and self.fit >= _GOOD_SHARE


def guess_delimiter(lines: Sequence[str], usual: str | None) -> DelimiterGuess:
    """Tell the sign between the cells of a text.

    Parameters
    ----------
    lines : sequence of str
        The first lines, without their ends; none of them blank.
    usual : str, optional
        The sign that the file's name or the user speaks of. Without one, each line is rather a text, unless one of the
        names in the first is known.
    """
    readings = [reading for sign in DELIMITERS if (reading := _reading(lines, sign)) is not None]
    if usual is None:
        return _of_unnamed(readings)
    own = next((reading for reading in readings if reading.delimiter == usual), None)
    tables = [reading for reading in readings if reading.is_table or reading is own]
    best = max((reading.rank for reading in tables), default=(0, 0))
    if own is not None and own.rank == best and (own.n_known or own.fit >= _ODD_SHARE):
        return DelimiterGuess(usual)
    better = [reading.delimiter for reading in tables if reading.rank == best and reading.is_table]
    if not better and own is None:
        return _of_few_rows(readings, usual)
    if len(better) > 1:
        return DelimiterGuess(None, tuple(better))
    return DelimiterGuess(better[0] if better else usual)


def _of_few_rows(readings: Sequence[_Reading], usual: str) -> DelimiterGuess:
    """Tell the sign of a table that has one column by its usual one, and too few rows to speak for another.

    To take whole rows for texts would be as wrong as to cut texts in two: where there is reason for either, the user
    is asked. A tab is no reason in texts.
    """
    others = [reading for reading in readings if reading.fit >= _GOOD_SHARE]
    sure = [reading for reading in others if reading.delimiter == "\t" or (reading.n_typed and not reading.is_wide)]
    if len(sure) == 1:
        return DelimiterGuess(sure[0].delimiter)
    others = sure or [reading for reading in others if reading.has_names]
    return (
        DelimiterGuess(None, (usual, *(reading.delimiter for reading in others))) if others else DelimiterGuess(usual)
    )


def _of_unnamed(readings: Sequence[_Reading]) -> DelimiterGuess:
    tables = [reading for reading in readings if reading.has_text and reading.fit >= _ODD_SHARE]
    if len(tables) > 1:
        most = max(reading.n_known for reading in tables)
        tables = [reading for reading in tables if reading.n_known == most]
    if len(tables) == 1:
        return DelimiterGuess(tables[0].delimiter)
    if tables:
        return DelimiterGuess(None, tuple(reading.delimiter for reading in tables))
    # Names of columns, but rows that do not fit: the user knows.
    return DelimiterGuess(None, tuple(reading.delimiter for reading in readings if reading.has_text))


def _reading(lines: Sequence[str], delimiter: str) -> _Reading | None:
    first, *others = first_records(lines, delimiter) or [[""]]
    if len(first) < 2:
        return None
    fit = sum(len(row) == len(first) for row in others) / len(others) if others else 1.0
    n_known = sum(map(is_known, first))
    return _Reading(
        delimiter=delimiter,
        n_rows=len(others),
        fit=fit,
        n_known=n_known,
        n_typed=sum(is_typed(cell.strip()) for cell in first),
        has_text=any(map(is_text_name, first)),
        has_names=looks_like_names(first),
    )


def first_records(lines: Sequence[str], delimiter: str, *, quoted: bool = True) -> list[list[str]]:
    """Cells of the first records, as far as they can be told."""
    if not quoted:
        return [line.split(delimiter) for line in lines[:SNIFFED_ROWS]]
    records = delimited_records(
        (f"{line}\n" for line in lines), delimiter=delimiter, strict=False, cell_limit=MAX_LINE_BYTES
    )
    try:
        return [cells for cells in islice(records, SNIFFED_ROWS) if cells]
    except csv.Error:
        return [line.split(delimiter) for line in lines[:SNIFFED_ROWS]]
