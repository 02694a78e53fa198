"""A sample as a table that a person fills in: rows in random order, nothing of what a model said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from weibo_nlp.analysis.design import GOLD_PREFIX, PLACE, SampleDesign, design_path
from weibo_nlp.analysis.drawing import random_keys
from weibo_nlp.analysis.gold import SHEET, filled_cells
from weibo_nlp.analysis.label_columns import LabelColumn
from weibo_nlp.analysis.labels import scheme_task
from weibo_nlp.analysis.thread_index import ThreadIndex
from weibo_nlp.errors import UsageError, WeiboNlpError
from weibo_nlp.io.atomic import pending_file
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.io.formats import OutputFormat
from weibo_nlp.io.names import quoted
from weibo_nlp.io.spreadsheets import MAX_CELL_CHARACTERS, MAX_ROWS, escaped_text
from weibo_nlp.io.writers import rows_into

ABOVE_COLUMN = "texts_above"
"""Column with what stands above a text in its thread, from the top down, a text a line."""
MAX_ABOVE = 5
"""Texts above that are shown: the first of the thread, and those nearest to the text."""
LABELS_SHEET = "labels"
"""Sheet of a workbook that says what the labels mean."""
_WIDTHS = {ABOVE_COLUMN: 48, PLACE: 9}
_TEXT_WIDTH, _GOLD_WIDTH, _OTHER_WIDTH = 64, 22, 20


def sheet_columns(design: SampleDesign, asked: Sequence[LabelColumn]) -> tuple[str, ...]:
    """Columns of the table: place, id, what stands above, text, what a label is about, and one to fill in for each.

    Raises
    ------
    UsageError
        If a column of the collection has the name of one of these.
    """
    above = (ABOVE_COLUMN,) if design.id_column and design.parent_column else ()
    targets = tuple(column.target for column in asked if column.target is not None)
    shown = (PLACE, *((design.id_column,) if design.id_column else ()), *above, design.text_column, *targets)
    columns = (*shown, *design.gold_columns)
    if twice := next((name for name in columns if columns.count(name) > 1), None):
        raise UsageError(f"column {twice!r} would stand twice in the sample; rename the one of the collection.")
    return columns


def sheet_rows(collection: Collection, design: SampleDesign, asked: Sequence[LabelColumn]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table in random order, by which nothing of their strata or clusters shows."""
    keys = random_keys(design.seed, "order", len(design.rows))
    places = [row.place for row in design.rows]
    above = _texts_above(collection, design, places)
    targets = [column.target for column in asked if column.target is not None]
    wanted = list(dict.fromkeys([*([design.id_column] if design.id_column else []), design.text_column, *targets]))
    rows = dict(collection.rows_at(places, wanted))
    for at in sorted(range(len(places)), key=lambda each: (int(keys[each]), each)):
        place = places[at]
        yield {PLACE: place, **rows[place], ABOVE_COLUMN: above.get(place), **dict.fromkeys(design.gold_columns)}


def write_sample(
    path: Path, format: OutputFormat, collection: Collection, design: SampleDesign, asked: Sequence[LabelColumn]
) -> None:
    """Write a sample and beside it how it was drawn; both appear when both are complete.

    Parameters
    ----------
    path : Path
        The table; its design is written to :func:`weibo_nlp.analysis.design.design_path`.
    format : {"csv", "tsv", "jsonl", "parquet", "xlsx"}
        Of the table. Workbooks offer the labels as lists to choose from; CSV and TSV begin with a mark by which Excel
        knows Chinese, and a text that it would compute has an apostrophe before it.
    collection, design, asked
        What was drawn from what.

    Raises
    ------
    UsageError
        If a sample that people have begun to fill in would be replaced, or a sheet of Excel cannot hold the texts.
    WriteError
        If the disk is full; what was there before still stands.
    """
    require_unlabelled(path)
    columns = sheet_columns(design, asked)
    with pending_file(path) as table, pending_file(design_path(path)) as record:
        rows = sheet_rows(collection, design, asked)
        if format == "xlsx":
            write_workbook(table.path, columns, rows, design)
        else:
            kinds: dict[str, ColumnType] = {name: "int" if name == PLACE else "string" for name in columns}
            with rows_into(table.path, format, kinds, mark=True) as writer:
                writer.write([_texts(row, columns) for row in rows])
        design.write_into(record.path)
        table.complete()
        record.complete()
        # Cut short in between, a run leaves a table whose rows are not those of the record, which is noticed.
        record.publish()
        table.publish()


def require_unlabelled(path: Path) -> None:
    """Refuse to replace a sample that people have begun to fill in: their work would be gone.

    Raises
    ------
    UsageError
        Naming how many cells they filled, or that what is there cannot be read.
    """
    if not path.exists():
        return
    try:
        n_filled = filled_cells(path)
    except WeiboNlpError as error:
        if not design_path(path).exists():  # no sample, and a file that is named may be replaced
            return
        raise UsageError(
            f"{path} is there, and so is what says how it was drawn; whether people have labelled it cannot be told "
            f"({error}). Name another file, or take it away."
        ) from error
    if n_filled:
        raise UsageError(f"{path} holds {n_filled:,} labels that people gave; name another file, or take it away.")


def write_workbook(path: Path, columns: Sequence[str], rows: Iterator[Mapping[str, Any]], design: SampleDesign) -> None:
    """Write the rows into a workbook: labels to choose from, what they mean on a second sheet, a fixed header."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill

    if len(design.rows) >= MAX_ROWS:
        raise UsageError(f"{len(design.rows):,} rows; a sheet of Excel has {MAX_ROWS - 1:,} below its header.")
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    wrapped, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    to_fill_in = PatternFill("solid", fgColor="FFF9E5")
    for at, name in enumerate(columns, start=1):
        cell = _set_text(sheet.cell(1, at), name, name)
        cell.font, cell.alignment = bold, wrapped
    for number, row in enumerate(rows, start=2):
        for at, name in enumerate(columns, start=1):
            cell = sheet.cell(number, at)
            cell.alignment = wrapped
            if name == PLACE:
                cell.value = row[PLACE]
            elif name in design.gold_columns:
                cell.number_format, cell.fill = "@", to_fill_in
            elif row.get(name) is not None:
                _set_text(cell, str(row[name]), name)
    _lay_out(sheet, columns, design)
    _offer_labels(book, sheet, columns, design)
    book.save(path)


def _set_text(cell: Any, text: str, column: str) -> Any:
    """Put a text into a cell, as text whatever it begins with, also when somebody edits the cell."""
    escaped = escaped_text(text)
    if len(escaped.encode("utf-16-le")) // 2 > MAX_CELL_CHARACTERS:
        raise UsageError(
            f"{column}: {quoted(text, 40)} is longer than a cell of Excel ({MAX_CELL_CHARACTERS:,} characters); name "
            "an output of another format, such as .csv."
        )
    cell.value = escaped
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def _lay_out(sheet: Any, columns: Sequence[str], design: SampleDesign) -> None:
    from openpyxl.utils import get_column_letter

    for at, name in enumerate(columns, start=1):
        width = _TEXT_WIDTH if name == design.text_column else _GOLD_WIDTH if name in design.gold_columns else None
        sheet.column_dimensions[get_column_letter(at)].width = width or _WIDTHS.get(name, _OTHER_WIDTH)
    sheet.freeze_panes = "B2"


def _offer_labels(book: Any, sheet: Any, columns: Sequence[str], design: SampleDesign) -> None:
    """Offer the labels from the sheet that says what they mean: a list within the rule itself cannot hold a comma."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    meanings = book.create_sheet(LABELS_SHEET)
    for at, (name, width) in enumerate((("column", 24), ("question", 48), ("label", 24), ("meaning", 96)), start=1):
        _set_text(meanings.cell(1, at), name, name).font = Font(bold=True)
        meanings.column_dimensions[get_column_letter(at)].width = width
    row = 2
    for name in design.label_columns:
        task, first = scheme_task(name), row
        for label in design.labels[name]:
            texts = (f"{GOLD_PREFIX}{name}", task.question if task else "", label, task.meanings[label] if task else "")
            for at, text in enumerate(texts, start=1):
                _set_text(meanings.cell(row, at), text, name).alignment = Alignment(wrap_text=True, vertical="top")
            row += 1
        rule = DataValidation("list", formula1=f"{LABELS_SHEET}!$C${first}:$C${row - 1}", allow_blank=True)
        rule.showErrorMessage, rule.errorTitle = True, "没有这个标签 / No such label"
        rule.error = "请从列表中选择。 Choose one of the labels in the list."
        where = get_column_letter(columns.index(f"{GOLD_PREFIX}{name}") + 1)
        rule.add(f"{where}2:{where}{len(design.rows) + 1}")
        sheet.add_data_validation(rule)


def _texts(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    return {name: value if name == PLACE or value is None else str(value) for name in columns for value in [row[name]]}


def _texts_above(collection: Collection, design: SampleDesign, places: Sequence[int]) -> dict[int, str]:
    """What stands above each row that was drawn, where the collection says what answers what."""
    if design.id_column is None or design.parent_column is None:
        return {}
    index = ThreadIndex.of_collection(collection, design.id_column, design.parent_column)
    paths = {place: path for place in places if (path := index.above(place))}
    shown = {
        place: path if len(path) <= MAX_ABOVE else [path[0], *path[1 - MAX_ABOVE :]] for place, path in paths.items()
    }
    wanted = {at for path in shown.values() for at in path}
    if not wanted:
        return {}
    column = design.text_column
    texts = {at: str(row[column] or "") for at, row in collection.rows_at(wanted, [column])}
    return {place: _joined([texts[at] for at in path], len(paths[place]) - len(path)) for place, path in shown.items()}


def _joined(texts: Sequence[str], n_left_out: int) -> str:
    lines = [f"[{number}] {' '.join(text.split())}" for number, text in enumerate(texts, start=1)]
    if n_left_out:
        lines.insert(1, f"(… {n_left_out})")
    return "\n".join(lines)
