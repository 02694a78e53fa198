"""Sheets as workbooks of Excel: lists to choose labels from, instructions beside them, and no cell that is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from weibo_nlp.annotation.exchange.base import Answer, Item, Language, Question
from weibo_nlp.annotation.exchange.table import (
    UNSURE,
    Column,
    SheetPlace,
    SheetReader,
    first_rows,
    instructions,
    sheet_cells,
    sheet_columns,
)
from weibo_nlp.annotation.exchange.texts import MOVED, fits_cell
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.names import quoted_list
from weibo_nlp.io.spreadsheets import MAX_CELL_CHARACTERS, MAX_ROWS, escaped_text, sheet_names, sheet_rows
from weibo_nlp.io.stable import open_unchanged
from weibo_nlp.io.validation import Problem

SHEETS: Mapping[str, Mapping[Language, str]] = {
    "annotation": {"zh": "标注", "en": "annotation"},
    "instructions": {"zh": "说明", "en": "instructions"},
    "long": {"zh": "长文", "en": "long texts"},
}
LABELS_SHEET = "_labels"
_USUAL_WIDTH = 12
_WIDTHS = {"title": 24, "above": 48, "text": 60, "answer": 20, "comment": 30}
_LONG_HEADINGS: Mapping[Language, tuple[str, str, str]] = {
    "zh": ("编号", "栏目", "全文（分段，依次相接）"),
    "en": ("number", "column", "whole text, in pieces that follow each other"),
}
_LIST_FAULT: Mapping[Language, tuple[str, str]] = {
    "zh": ("没有这个标签", "请从列表中选择一个标签。"),
    "en": ("No such label", "Choose one of the labels in the list."),
}
_LINE_POINTS = 15
_HIGHEST_POINTS = 409
"""Height of a row at most, in Excel."""
# Leaves room for the codes that stand for what XML cannot hold, seven characters for one.
_PIECE = MAX_CELL_CHARACTERS // 7


class WorkbookFormat:
    """An ``.xlsx`` with the columns of :mod:`weibo_nlp.annotation.exchange.table`.

    Labels are offered as lists, from a hidden sheet: a list within the rule itself ends at 255 characters, cannot hold
    a comma, and turns ``true`` into a truth value. Texts and numbers are locked, without a password. What is longer
    than a cell stands whole on a sheet of its own.
    """

    name = "xlsx"

    def write(
        self, items: Sequence[Item], questions: Sequence[Question], folder: Path, *, stem: str, language: Language
    ) -> list[Path]:
        """Write ``<stem>.xlsx``, as every format does."""
        from openpyxl import Workbook

        columns = sheet_columns(items, questions, language, parting="\n")
        if len(items) >= MAX_ROWS:
            raise UsageError(f"{len(items):,} items; a sheet of Excel has {MAX_ROWS - 1:,} rows below its header.")
        book = Workbook()
        sheet = book.active
        sheet.title = SHEETS["annotation"][language]
        long = _LongTexts(language)
        _write_rows(sheet, items, columns, language, long)
        _offer_labels(book, sheet, columns, len(items), language)
        _lay_out(sheet, columns)
        _write_instructions(book, questions, language)
        long.write(book)
        path = folder / f"{stem}.xlsx"
        with atomic_path(path) as temporary:
            book.save(temporary)
        return [path]

    def read(
        self, path: Path, items: Mapping[str, Item], questions: Sequence[Question]
    ) -> tuple[list[Answer], list[Problem]]:
        """Read a workbook that was filled in, ``.xlsx`` or the older ``.xls``; its sheets may be called anything."""
        with open_unchanged(path, regular=True) as handle:
            kind = "xlsx" if handle.read(2) == b"PK" else "xls"
            found: list[SheetReader] = []
            names = [name for name in sheet_names(handle, str(path), kind) if name != LABELS_SHEET]
            for name in names:
                handle.seek(0)
                reader = SheetReader(path, items, questions, SheetPlace(name, _column_letter))
                rows = sheet_rows(handle, str(path), kind, name)
                if first_rows(rows, reader):
                    found.append(reader)
                    for number, cells in rows:
                        reader.take_row(number, cells)
        if len(found) > 1:
            raise DataError(
                f"{path}: {len(found)} of its sheets ({quoted_list(names)}) have the headings of the questions; keep "
                "the one that was filled in."
            )
        nowhere = SheetReader(path, items, questions, SheetPlace(None, _column_letter))
        return (found[0] if found else nowhere).finish()


class _LongTexts:
    """Texts beyond what a cell holds, in pieces on a sheet of their own; in their cells stands where they are."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language
        self._rows: list[tuple[str, str, str]] = []

    def fitting(self, text: str, number: str, column: Column) -> str:
        """Return the text, or where it was moved to."""
        if fits_cell(text):
            return text
        first = len(self._rows) + 2
        for start in range(0, len(text), _PIECE):
            self._rows.append((number, column.heading, text[start : start + _PIECE]))
        where = {"sheet": SHEETS["long"][self._language], "first": first, "last": len(self._rows) + 1}
        return MOVED[self._language].format(**where)

    def write(self, book: Any) -> None:
        """Add the sheet, if there is anything on it."""
        if not self._rows:
            return
        from openpyxl.styles import Alignment

        sheet = book.create_sheet(SHEETS["long"][self._language])
        for row, cells in enumerate([_LONG_HEADINGS[self._language], *self._rows], start=1):
            for column, text in enumerate(cells, start=1):
                _set_text(sheet.cell(row, column), text).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions["C"].width = 120
        sheet.freeze_panes = "A2"
        sheet.protection.sheet = True


def _set_text(cell: Any, text: str) -> Any:
    """Put a text into a cell, as text whatever it begins with, also when somebody edits the cell."""
    cell.value = escaped_text(text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def _write_rows(sheet: Any, items: Sequence[Item], columns: Sequence[Column], language: Language, long: Any) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill, Protection

    wrapped = Alignment(wrap_text=True, vertical="top")
    open_fill, head_fill = PatternFill("solid", fgColor="FFF9E5"), PatternFill("solid", fgColor="E3EAF3")
    sheet.row_dimensions[1].height = _height([column.heading for column in columns], columns)
    for place, column in enumerate(columns, start=1):
        head = _set_text(sheet.cell(1, place), column.heading)
        head.font, head.fill, head.alignment = Font(bold=True), head_fill, wrapped
    for row, item in enumerate(items, start=2):
        texts = sheet_cells(item, columns, language)
        sheet.row_dimensions[row].height = _height(texts, columns)
        for place, (column, text) in enumerate(zip(columns, texts, strict=True), start=1):
            cell = sheet.cell(row, place)
            cell.alignment = wrapped
            if column.role in ("answer", "unsure", "comment"):
                cell.number_format, cell.fill, cell.protection = "@", open_fill, Protection(locked=False)
            else:
                _set_text(cell, long.fitting(text, item.number, column))


def _height(texts: Sequence[str], columns: Sequence[Column]) -> float:
    """Height at which a row shows its texts, in points: not every program finds it out when it opens the sheet."""
    n_lines = 1
    for text, column in zip(texts, columns, strict=True):
        if column.role != "checksum":
            width = _WIDTHS.get(column.role, _USUAL_WIDTH)
            # A Chinese character is as wide as two others; one of a line's places may be lost where it is broken.
            lengths = (sum(1 + (east_asian_width(sign) in "WF") for sign in line) for line in text.split("\n"))
            n_lines = max(n_lines, sum(1 + length // (width - 1) for length in lengths))
    return min(n_lines * _LINE_POINTS, _HIGHEST_POINTS)


def _offer_labels(book: Any, sheet: Any, columns: Sequence[Column], n_items: int, language: Language) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = book.create_sheet(LABELS_SHEET)
    lists.sheet_state = "hidden"
    for place, column in enumerate(columns, start=1):
        if column.role == "answer" and column.question is not None:
            labels: Sequence[str] = column.question.labels
        elif column.role == "unsure":
            labels = (UNSURE[language],)
        else:
            continue
        letter = get_column_letter(lists.max_column + 1 if lists["A1"].value is not None else 1)
        for row, label in enumerate(labels, start=1):
            _set_text(lists[f"{letter}{row}"], label)
        rule = DataValidation("list", formula1=f"{LABELS_SHEET}!${letter}$1:${letter}${len(labels)}", allow_blank=True)
        rule.showErrorMessage = True
        rule.errorTitle, rule.error = _LIST_FAULT[language]
        where = get_column_letter(place)
        rule.add(f"{where}2:{where}{n_items + 1}")
        sheet.add_data_validation(rule)


def _lay_out(sheet: Any, columns: Sequence[Column]) -> None:
    from openpyxl.utils import get_column_letter

    for place, column in enumerate(columns, start=1):
        shape = sheet.column_dimensions[get_column_letter(place)]
        shape.width = _WIDTHS.get(column.role, _USUAL_WIDTH)
        shape.hidden = column.role == "checksum"
    sheet.freeze_panes = "B2"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # widths and heights may be changed


def _write_instructions(book: Any, questions: Sequence[Question], language: Language) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(SHEETS["instructions"][language], 1)
    names = {question.name for question in questions}
    for row, (head, text) in enumerate(instructions(questions, language), start=1):
        for place, value in ((1, head), (2, text)):
            if value:
                cell = _set_text(sheet.cell(row, place), value)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.font = Font(bold=head in names)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 90
    sheet.protection.sheet = True


def _column_letter(index: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(index + 1))
