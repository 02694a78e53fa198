"""A sample that people filled in, read back: their labels by place, and every fault by where it stands."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from weibo_nlp.analysis.design import GOLD_PREFIX, PLACE, SampleDesign, text_sha256
from weibo_nlp.analysis.labels import scheme_task
from weibo_nlp.errors import DataError
from weibo_nlp.io import Row, Table, open_table
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.io.rows import Reject, listed
from weibo_nlp.io.spreadsheets import cell_of, sheet_names
from weibo_nlp.io.validation import FORM, SCHEME, Problem

SHEET = "sample"
"""Name of the sheet with the rows, in a workbook that a sample is written into."""
SHOWN_PROBLEMS = 20
_WHOLE = re.compile(r"\d{1,18}(?:\.0+)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Gold:
    """What people said of a sample.

    Attributes
    ----------
    path : Path
        The file.
    labels : mapping of str to mapping of int to str
        Label column -> place -> the label that people gave; columns that the file does not have are missing.
    n_empty : mapping of str to int
        Label column -> rows that were asked about and have no label, those that the file lacks among them.
    n_unasked : mapping of str to int
        Label column -> labels that were given to rows without a target, and are left out.
    absent : tuple of int
        Places of the sample that the file has no row for.
    problems : tuple of Problem
        Every fault, by file, line or row, and column; what has one is not among the labels.
    """

    path: Path
    labels: Mapping[str, Mapping[int, str]]
    n_empty: Mapping[str, int]
    n_unasked: Mapping[str, int]
    absent: tuple[int, ...]
    problems: tuple[Problem, ...]

    def require_sound(self) -> None:
        """Refuse a file with faults.

        Raises
        ------
        DataError
            With each of them on a line, up to ``SHOWN_PROBLEMS``.
        """
        if not self.problems:
            return
        lines = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        if len(self.problems) > SHOWN_PROBLEMS:
            lines.append(f"{self.path}: {len(self.problems) - SHOWN_PROBLEMS:,} faults more; mend these first.")
        raise DataError("\n".join(lines))


def read_gold(path: Path, design: SampleDesign) -> Gold:
    """Read a sample back that people filled in, or a file with ``place`` and the same gold columns.

    Parameters
    ----------
    path : Path
        Of any kind that is read; of a workbook, the sheet ``sample``, or the only one with cells. Rows and columns may
        stand in any order, and columns may have been added. Labels, and the names of the sample's own columns, are told
        whatever their case, their width and the blanks around them.
    design : SampleDesign
        How the sample was drawn.

    Raises
    ------
    DataError
        If the file has no column ``place``, or no gold column.
    UsageError
        If there is no such file, or it is unsure how it is meant.
    """
    table = _table_of(path)
    columns = _columns_of(table)
    meant = _meant_columns(path, columns, design)
    if PLACE not in meant.values():
        raise DataError(
            f"{path}: no column {PLACE!r}, by which labels find their rows, among {listed(columns)}; fill in the file "
            "that weibo-nlp sample wrote."
        )
    given = [name for name in meant.values() if name.startswith(GOLD_PREFIX)]
    if not given:
        raise DataError(
            f"{path}: no column of labels that people gave; fill in {', '.join(design.gold_columns)}, as "
            "weibo-nlp sample wrote them."
        )
    reading = _Reading(path, table.sniffed.sheet, design)
    for name in given:
        reading.begin(name)
    for item in table.rows():
        if isinstance(item, Reject):
            reading.fault(item.line, "", FORM, "form", f"{item.reason}; correct it.")
        else:
            reading.take(item, {meant[name]: value for name, value in item.values.items()})
    return reading.finish()


def filled_cells(path: Path) -> int:
    """Count the cells of gold columns that hold anything.

    Raises
    ------
    UsageError, DataError
        If the file cannot be read as a table.
    """
    rows = (item.values.items() for item in _table_of(path).rows() if isinstance(item, Row))
    return sum(
        _folded(name).startswith(GOLD_PREFIX) and bool(cell_of(value).strip())
        for cells in rows
        for name, value in cells
    )


def allowed_labels(column: str, design: SampleDesign) -> tuple[str, ...] | None:
    """Labels that people may give in a label column: of the design, or of the scheme's task; None of any other."""
    if column in design.labels:
        return design.labels[column]
    task = scheme_task(column)
    return None if task is None else task.labels


class _Reading:
    """Takes the rows of a file one by one."""

    def __init__(self, path: Path, sheet: str, design: SampleDesign) -> None:
        self.path, self.design = path, design
        self.where = f"sheet {quoted(sheet, 31)}, " if sheet else ""
        self.allowed: dict[str, _Labels] = {}
        self.labels: dict[str, dict[int, str]] = {}
        self.unasked: dict[str, int] = {}
        self.lines: dict[int, int] = {}
        self.problems: list[Problem] = []

    def begin(self, column: str) -> None:
        name = column.removeprefix(GOLD_PREFIX)
        labels = allowed_labels(name, self.design)
        if labels is None:
            what = "was not asked about when the sample was drawn, and is no task of the scheme"
            known = ", ".join(self.design.gold_columns)
            self.fault(0, column, SCHEME, "column", f"{name!r} {what}; there is: {known}. Take the column out.")
            return
        self.allowed[name], self.labels[name], self.unasked[name] = _Labels(labels), {}, 0

    def fault(self, line: int, column: str, level: int, rule: str, text: str) -> None:
        place = f"{self.where}column {column}: " if column else self.where
        self.problems.append(Problem(self.path, line, level, rule, f"{place}{text}"))

    def take(self, row: Row, values: Mapping[str, Any]) -> None:
        cells = {name: cell_of(value).strip() for name, value in values.items()}
        answers = {name: cells.get(f"{GOLD_PREFIX}{name}", "") for name in self.allowed}
        if not cells.get(PLACE, ""):
            if any(answers.values()):
                self.fault(row.number, PLACE, FORM, "place", "empty, so that nobody knows what the labels are of.")
            return
        place = self._place(row.number, cells[PLACE])
        if place is None or not self._is_same_text(row, cells, place):
            return
        for name, answer in answers.items():
            if not answer:
                continue
            label = self.allowed[name].label_of(answer)
            if label is None:
                self.fault(row.number, f"{GOLD_PREFIX}{name}", SCHEME, "label", self.allowed[name].refusal(answer))
            elif name in self.design.labels and not self.design.is_asked(place, name):
                self.unasked[name] += 1
            else:
                self.labels[name][place] = label

    def _place(self, line: int, cell: str) -> int | None:
        place = int(cell.partition(".")[0]) if _WHOLE.match(cell) else -1
        if place not in self.design.by_place:
            self.fault(line, PLACE, FORM, "place", f"{quoted(cell)} is none that was drawn; take the row out.")
            return None
        if place in self.lines:
            first = self.lines[place]
            self.fault(line, PLACE, FORM, "place", f"{place} stands in row {first} already; leave one of them.")
            return None
        self.lines[place] = line
        return place

    def _is_same_text(self, row: Row, cells: Mapping[str, str], place: int) -> bool:
        column = self.design.text_column
        if column not in cells or text_sha256(cells[column]) == self.design.by_place[place].text_sha256:
            return True
        self.fault(
            row.number,
            column,
            FORM,
            "text",
            f"{quoted(cells[column], 40)} is not the text that was drawn at place {place}; cells may have been moved "
            "or sorted apart. Take the row from the sample as it was written.",
        )
        return False

    def finish(self) -> Gold:
        absent = tuple(sorted(self.design.by_place.keys() - self.lines.keys()))
        empty = {
            name: sum(self._is_asked(place, name) and place not in labels for place in self.design.by_place)
            for name, labels in self.labels.items()
        }
        return Gold(self.path, self.labels, empty, self.unasked, absent, tuple(self.problems))

    def _is_asked(self, place: int, name: str) -> bool:
        return name not in self.design.labels or self.design.is_asked(place, name)


class _Labels:
    """Labels that a cell may hold, told whatever their case and width as long as one alone is meant."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = tuple(labels)
        self._folded: dict[str, str | None] = {}
        for label in labels:
            self._folded[_folded(label)] = None if _folded(label) in self._folded else label

    def label_of(self, cell: str) -> str | None:
        if cell in self._labels:
            return cell
        return self._folded.get(_folded(cell))

    def refusal(self, cell: str) -> str:
        close = get_close_matches(_folded(cell[:100]), [each for each in self._folded if self._folded[each]], 2, 0.5)
        meant = " or ".join(repr(self._folded[each]) for each in close)
        hint = f" Is {meant} meant?" if meant else ""
        return f"{quoted(cell, 40)} is none of {quoted_list(self._labels)}.{hint} Correct the cell."


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _meant_columns(path: Path, columns: Sequence[str], design: SampleDesign) -> dict[str, str]:
    """Column of the file -> the sample's own that it is, told as labels are; others stay as they are called.

    Raises
    ------
    DataError
        If two of them are the same one.
    """
    own = (PLACE, design.text_column, *design.gold_columns)
    known = {_folded(name): name for name in own if [_folded(each) for each in own].count(_folded(name)) == 1}
    meant: dict[str, str] = {}
    for column in columns:
        folded = _folded(column)
        name = column if column in own else known.get(folded, column)
        if name == column and folded.startswith(GOLD_PREFIX):
            name = GOLD_PREFIX + unicodedata.normalize("NFKC", column).strip()[len(GOLD_PREFIX) :]
        if name in meant.values():
            first = next(each for each, other in meant.items() if other == name)
            raise DataError(
                f"{path}: columns {quoted(first)} and {quoted(column)} are both {name}; take one of them out."
            )
        meant[column] = name
    return meant


def _table_of(path: Path) -> Table:
    return open_table(path, header=True, sheet=_sheet_of(path))


def _sheet_of(path: Path) -> str | None:
    """The sheet of a workbook that a sample stands in, where it has several."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return None
    with path.open("rb") as handle, zipfile.ZipFile(handle) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return None
        handle.seek(0)
        names = sheet_names(handle, str(path), "xlsx")
    named = next((name for name in names if _folded(name) == SHEET), None)
    if named is None and len(names) > 1:
        raise DataError(
            f"{path}: several sheets have cells, {quoted_list(names)}, and none is called {SHEET!r}; give the one with "
            "the labels that name."
        )
    return named


def _columns_of(table: Table) -> list[str]:
    if not table.is_keyed:
        return list(table.columns)
    names: dict[str, Any] = {}
    for item in table.rows():
        if isinstance(item, Row):
            names |= dict.fromkeys(item.values)
    return list(names)
