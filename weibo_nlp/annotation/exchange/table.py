"""Sheets that are tables: one row an item, one column a question; and answers read from rows that people filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from weibo_nlp.annotation.exchange.base import LANGUAGES, Answer, Item, Language, Question
from weibo_nlp.annotation.exchange.questions import LabelMatcher, asked_text, folded, require_askable
from weibo_nlp.annotation.exchange.texts import checksum, is_same_text, shown_text, text_above, without_apostrophe
from weibo_nlp.errors import DataError
from weibo_nlp.io.names import LISTED, printable_line, quoted, quoted_list
from weibo_nlp.io.validation import FORM, SCHEME, Problem

Role = Literal["number", "title", "above", "text", "suggestion", "answer", "unsure", "comment", "checksum"]

HEADINGS: Mapping[Role, Mapping[Language, str]] = {
    "number": {"zh": "编号", "en": "number"},
    "title": {"zh": "标题", "en": "title"},
    "above": {"zh": "上文", "en": "texts above"},
    "text": {"zh": "正文", "en": "text"},
    "suggestion": {"zh": "建议", "en": "suggested"},
    "unsure": {"zh": "不确定", "en": "unsure"},
    "comment": {"zh": "备注", "en": "comment"},
    "checksum": {"zh": "校验", "en": "checksum"},
}
"""What the columns are called; that of an answer begins with the question's name, and goes on with what is asked."""
UNSURE = {"zh": "是", "en": "yes"}
_YES = frozenset({"是", "对", "不确定", "yes", "y", "true", "1", "x", "✓", "✔", "√", "unsure"})
_NO = frozenset({"否", "不", "no", "n", "false", "0", "-", "确定", "sure"})
_ROLES = {folded(heading): role for role, headings in HEADINGS.items() for heading in headings.values()}
_COLONS = (":", "：")
_HEADER_ROWS = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: what it holds, how it is headed, and the question of an answer or a suggestion."""

    role: Role
    heading: str
    question: Question | None = None


def sheet_columns(
    items: Sequence[Item], questions: Sequence[Question], language: Language, *, parting: str
) -> tuple[Column, ...]:
    """Columns of a sheet: those with texts, then the questions, and the checksum at the far end.

    A sheet sorted by some of its columns only has answers beside checksums of other items, or texts that are not those
    of their numbers.

    Parameters
    ----------
    items, questions : sequence
        What is asked of what.
    language : {"zh", "en"}
        Of headings.
    parting : str
        Between the name of a question and what is asked, in its heading.

    Raises
    ------
    UsageError
        As :func:`~weibo_nlp.annotation.exchange.questions.require_askable`.
    """
    require_askable(items, questions, _ROLES)

    def column(role: Role) -> Column:
        return Column(role, HEADINGS[role][language])

    columns = [column("number")]
    if any(item.title for item in items):
        columns.append(column("title"))
    if any(item.above for item in items):
        columns.append(column("above"))
    columns.append(column("text"))
    for question in questions:
        if any(question.name in item.suggestions for item in items):
            heading = f"{HEADINGS['suggestion'][language]}{'：' if language == 'zh' else ': '}{question.name}"
            columns.append(Column("suggestion", heading, question))
        asked = " ".join(shown_text(asked_text(question, language)).split())
        columns.append(Column("answer", f"{question.name}{parting}{asked}" if asked else question.name, question))
    return (*columns, column("unsure"), column("comment"), column("checksum"))


def sheet_cells(item: Item, columns: Sequence[Column], language: Language) -> list[str]:
    """Cells of an item's row, those of answers empty."""
    texts: dict[Role, str] = {
        "number": item.number,
        "title": shown_text(item.title or ""),
        "above": text_above(item.above, language),
        "text": shown_text(item.text),
        "checksum": checksum(item),
    }
    return [
        item.suggestions.get(column.question.name, "")
        if column.role == "suggestion" and column.question
        else texts.get(column.role, "")
        for column in columns
    ]


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """How places in a table are called: the sheet or nothing, and the letter or number of a column."""

    sheet: str | None
    column: Callable[[int], str]

    def row(self, number: int) -> str:
        """Name a row."""
        return f"sheet {printable_line(self.sheet)}, row {number}" if self.sheet is not None else f"row {number}"


class SheetReader:
    """Makes answers of the rows of a filled-in sheet, and notes every fault.

    Parameters
    ----------
    path : Path
        The file, for problems.
    items : mapping of str to Item
        What was dealt, by its number.
    questions : sequence of Question
        What was asked.
    place : SheetPlace
        How rows and columns are called.
    encoding : str
        Of the file, which may not have all characters.

    Attributes
    ----------
    answers : list of Answer
        Of the rows so far, in their order.
    problems : list of Problem
        What is wrong with them.
    """

    def __init__(
        self,
        path: Path,
        items: Mapping[str, Item],
        questions: Sequence[Question],
        place: SheetPlace,
        encoding: str = "utf-8",
    ) -> None:
        self._path, self._items, self._place, self._encoding = path, items, place, encoding
        self._questions = {folded(question.name): question for question in questions}
        self._matchers = {question.name: LabelMatcher(question.labels) for question in questions}
        self._columns: dict[int, Column] = {}
        self._strays: dict[int, int] = {}
        self._answered: dict[str, int] = {}
        self._row = 0
        self.answers: list[Answer] = []
        self.problems: list[Problem] = []

    @property
    def has_header(self) -> bool:
        """Whether the header has been found."""
        return bool(self._columns)

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether a row holds the headings: that of the numbers, and of one question at least."""
        roles = [column.role for cell in cells if (column := self._column(cell)) is not None]
        return "number" in roles and "answer" in roles

    def take_header(self, number: int, cells: Sequence[str]) -> None:
        """Take a row for the header, and note what it lacks or has twice."""
        self._row = number
        seen: dict[tuple[Role, str], int] = {}
        for index, cell in enumerate(cells):
            column = self._column(cell)
            if column is None:
                continue
            key = (column.role, column.question.name if column.question else "")
            if key in seen:
                first, second = self._place.column(seen[key]), self._place.column(index)
                self._note(FORM, f"columns {first} and {second} have one heading, {quoted(cell)}; keep one of them.")
                continue
            seen[key] = index
            self._columns[index] = column
        for question in self._questions.values():
            if ("answer", question.name) not in seen:
                there = quoted_list([cell for cell in cells if cell])
                self._note(
                    FORM,
                    f"no column is headed {quoted(question.name)}; there is {there}. Name the column as it was when "
                    "the sheet was made.",
                )
        if not {("text", ""), ("checksum", "")} & set(seen):
            self._note(
                FORM,
                "neither the texts nor their checksums are there any more, so that nobody can tell whether rows were "
                "shifted; put the columns back.",
            )

    def take_row(self, number: int, cells: Sequence[str]) -> None:
        """Read one row below the header; one without a number and without answers is passed over."""
        self._row = number
        by_role: dict[Role, str] = {}
        typed: list[tuple[int, Question, str]] = []
        for index, cell in enumerate(cells):
            column = self._columns.get(index)
            if not cell.strip():
                continue
            if column is None:
                self._strays.setdefault(index, number)
            elif column.role == "answer" and column.question is not None:
                typed.append((index, column.question, cell.strip()))
            else:
                by_role[column.role] = cell
        unsure, comment = by_role.get("unsure", "").strip(), by_role.get("comment")
        item_number = by_role.get("number", "").strip()
        item = self._item(item_number)
        is_answered = bool(typed or unsure or comment)
        if item is None:
            if item_number or is_answered:
                self._note(FORM, self._unknown_number(item_number))
            return
        if fault := self._changed(item, by_role):
            self._note(FORM, fault)
            return
        if not is_answered:
            return
        if item.number in self._answered:
            self._note(
                FORM,
                f"{quoted(item.number)} is answered twice, first in row {self._answered[item.number]}; keep one row.",
            )
            return
        self._answered[item.number] = number
        labels = dict(self._labels(typed))
        is_unsure = self._is_unsure(unsure)
        where = self._place.row(number)
        self.answers.append(Answer(item.number, labels, is_unsure=is_unsure, comment=comment, place=where))

    def finish(self) -> tuple[list[Answer], list[Problem]]:
        """Return the answers and problems of all rows.

        Raises
        ------
        DataError
            If there was no header.
        """
        if not self.has_header:
            names = quoted_list([question.name for question in self._questions.values()])
            numbers = " or ".join(quoted(HEADINGS["number"][language]) for language in LANGUAGES)
            raise DataError(
                f"{self._path}: no row has the headings of the sheet, {numbers} and the questions ({names}); name the "
                "sheet that was filled in for these questions."
            )
        for index, row in sorted(self._strays.items()):
            self._row = row
            self._note(
                FORM,
                f"column {self._place.column(index)} is none of the sheet's, and has cells from here on; move what "
                "they say into the column for comments, or delete the column.",
            )
        self._strays.clear()
        return self.answers, self.problems

    def _column(self, cell: str) -> Column | None:
        heading = without_apostrophe(cell.strip())
        for name in _names_in(heading):
            if (question := self._questions.get(name)) is not None:
                return Column("answer", heading, question)
            if (role := _ROLES.get(name)) is not None:
                return Column(role, heading, Question(folded(heading), "", "", ()) if role == "suggestion" else None)
        return None

    def _item(self, number: str) -> Item | None:
        return self._items.get(number) or self._items.get(without_apostrophe(number))

    def _unknown_number(self, number: str) -> str:
        if not number:
            return "has answers and no number, so that nobody can tell of what; write the number, or empty the row."
        dealt = quoted_list(list(islice(self._items, LISTED))) + (", …" if len(self._items) > LISTED else "")
        return f"{quoted(number)} was not dealt; what was dealt is {dealt}. Write the number as it was."

    def _changed(self, item: Item, cells: Mapping[Role, str]) -> str:
        """Say which cell is not the item's, if one is not."""
        roles = {column.role for column in self._columns.values()}
        wanted = checksum(item)
        stands = cells.get("checksum", "").strip()
        if "checksum" in roles and stands != wanted:
            return (
                f"{quoted(item.number)} stands beside the checksum {quoted(stands)} instead of {wanted!r}: cells were "
                "shifted or changed, so that the answers may be those of another text. Undo that, or fill the row in "
                "on a new copy of the sheet."
            )
        if "text" in roles and not is_same_text(cells.get("text", ""), item.text, self._encoding):
            return (
                f"the text beside {quoted(item.number)} is not the one that was dealt, but "
                f"{quoted(cells.get('text', ''), 40)}: cells were shifted or changed. Undo that, or fill the row in on "
                "a new copy of the sheet."
            )
        return ""

    def _labels(self, typed: Sequence[tuple[int, Question, str]]) -> Iterator[tuple[str, str]]:
        for index, question, cell in typed:
            matcher = self._matchers[question.name]
            label = matcher.match(cell)
            if label is None:
                label = matcher.match(without_apostrophe(cell))
            if label is None:
                where = f"column {self._place.column(index)} ({question.name})"
                self._note(SCHEME, f"{where}: {matcher.fault(cell)}")
            else:
                yield question.name, label

    def _is_unsure(self, cell: str) -> bool:
        said = folded(cell)
        if said and said not in _YES | _NO:
            index = next(index for index, column in self._columns.items() if column.role == "unsure")
            where = f"column {self._place.column(index)} ({self._columns[index].heading})"
            self._note(FORM, f"{where}: {quoted(cell)} is neither 是 nor yes; write one of them, or empty the cell.")
        return said in _YES

    def _note(self, level: int, text: str) -> None:
        rule = "scheme" if level == SCHEME else "form"
        self.problems.append(Problem(self._path, self._row, level, rule, f"{self._place.row(self._row)}: {text}"))


def first_rows(rows: Iterator[tuple[int, list[str]]], reader: SheetReader) -> bool:
    """Go through rows up to the header, which may have a few above it; whether it was found."""
    for _, (number, cells) in zip(range(_HEADER_ROWS), rows, strict=False):
        if reader.is_header(cells):
            reader.take_header(number, cells)
            return True
    return False


def instructions(questions: Sequence[Question], language: Language) -> list[tuple[str, str]]:
    """What an annotator is told beside the sheet: how to fill it in, and each question with what its labels mean."""
    rows = [("", line) for line in _HOW_TO[language]]
    for question in questions:
        rows += [("", ""), (question.name, shown_text(question.text))]
        if question.target:
            rows.append(("", f"{_TARGET[language]}{shown_text(question.target)}"))
        rows += [(label, shown_text(question.meanings.get(label, ""))) for label in question.labels]
    return rows


def _names_in(heading: str) -> Iterator[str]:
    """Names that a heading may begin with, the longest first, folded."""
    yield folded(heading)
    first_line = heading.partition("\n")[0].strip()
    yield folded(first_line)
    places = [place for place, sign in enumerate(first_line) if sign in _COLONS]
    yield from (folded(first_line[:place]) for place in reversed(places[:_HEADER_ROWS]))


_TARGET = {"zh": "针对：", "en": "Target: "}
_HOW_TO: Mapping[Language, tuple[str, ...]] = {
    "zh": (
        "每行是一条文本。请先读“上文”（如有），再读“正文”；只就“正文”作答。",
        "每个问题选一个标签；单元格有下拉列表时从中选择，也可以直接写标签。",
        "拿不准时仍请选一个标签，并在“不确定”栏写“是”；要说明的话写在“备注”栏。",
        "请不要改动编号、正文和最右边的校验栏，不要只排序其中几栏，也不要增加栏目。",
    ),
    "en": (
        "Each row is one text. Read the texts above it first, where there are any; answer for the text alone.",
        "Choose one label for each question, from the list where the cell has one, or write the label.",
        "Choose a label even when in doubt, and write yes under “unsure”; remarks go under “comment”.",
        "Leave numbers, texts and the checksum at the far right as they are; never sort some of the columns alone, and "
        "add none.",
    ),
}
