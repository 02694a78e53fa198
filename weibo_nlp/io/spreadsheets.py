"""Workbooks of Excel: the cells of one sheet as text, and tables written so that no cell can be executed.

Readers that hold a sheet as a rectangle are a dozen times as fast, and take all memory where a stranger puts one cell
into its last corner. These go row by row; of ``.xlsx``, what is held are the texts that cells share.
"""

from __future__ import annotations

import datetime
import io
import json
import math
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.limits import MAX_COLUMNS, WORKBOOK_BYTES
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.io.row_places import BEGINNING, RowPlaces, RowStart

MAX_ROWS = 1_048_576
MAX_WIDTH = 16_384
MAX_CELL_CHARACTERS = 32_767
# What stands for a control character in a workbook, and what must be written thus lest it be taken for one.
_ESCAPES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\r]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x(?![dD][89A-Fa-f])([0-9A-Fa-f]{4})_")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its name, and its rows, read when they are asked for.

    Attributes
    ----------
    name : str
        As users see it.
    rows : callable
        Yields the values of each row from the first on.
    """

    name: str
    rows: Callable[[], Iterator[Sequence[Any]]]

    def has_cells(self) -> bool:
        """Whether any cell holds anything."""
        return any(any(map(cell_of, row)) for row in self.rows())


def sheet_names(handle: IO[bytes], where: str, format: str) -> list[str]:
    """Names of the sheets of a workbook that hold cells, in their order."""
    with _workbook(handle, where, format) as sheets:
        return [sheet.name for sheet in sheets if sheet.has_cells()]


def sheet_rows(handle: IO[bytes], where: str, format: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet, each with its number in the sheet and its cells as text; those without any left out.

    Parameters
    ----------
    handle : binary file
        The workbook.
    where : str
        What it is called.
    format : {"xlsx", "xls"}
        What it is.
    name : str
        Of the sheet.

    Raises
    ------
    DataError
        If it cannot be read, unpacks to more than ``WORKBOOK_BYTES``, or has more than ``MAX_COLUMNS`` columns.
    """
    with _workbook(handle, where, format) as sheets:
        sheet = next(sheet for sheet in sheets if sheet.name == name)
        for number, row in enumerate(sheet.rows(), start=1):
            if len(row) > MAX_COLUMNS and any(map(cell_of, row[MAX_COLUMNS:])):
                raise DataError(
                    f"{where}: row {number} has more than {MAX_COLUMNS:,} cells; keep the columns that are needed."
                )
            texts = [cell_of(value) for value in row[:MAX_COLUMNS]]
            if any(texts):
                yield number, texts


def cell_of(value: Any) -> str:
    """Text of a cell, as a spreadsheet would save it as CSV; all digits that it holds of a number."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e17:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return str(value)


def escaped_text(text: str) -> str:
    """Return a text as the XML of a workbook holds it: what it cannot hold by its code, halves of surrogates replaced.

    Also what would be taken for such a code. Readers, Excel among them, show the text that was meant.
    """
    return _SURROGATES.sub("\ufffd", _ESCAPES.sub(lambda match: f"_x{ord(match.group()):04X}_", text))


@contextmanager
def _workbook(handle: IO[bytes], where: str, format: str) -> Iterator[list[Sheet]]:
    """Open the sheets of a workbook; whatever its readers say of a damaged one is told as such."""
    try:
        _require_modest(handle, where)
        handle.seek(0)
        with _old_sheets(handle) if format == "xls" else _new_sheets(handle) as sheets:
            yield sheets
    except (DataError, UsageError, MemoryError):
        raise
    except Exception as error:  # of parsers of XML, zip and records, which have no common one
        what = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(
            f"{where}: cannot be read as a workbook ({what}). Open it in a spreadsheet and save it again, without a "
            "password, or as CSV."
        ) from error


@contextmanager
def _new_sheets(handle: IO[bytes]) -> Iterator[list[Sheet]]:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and the like that have no say in texts
        book = load_workbook(handle, read_only=True, data_only=True, keep_links=False)

    def rows(sheet: Any) -> Iterator[Sequence[Any]]:
        sheet.reset_dimensions()  # what the file says of them may be wrong
        for row in sheet.iter_rows(values_only=True):
            yield [_ESCAPED.sub(_unescaped, value) if isinstance(value, str) else value for value in row]

    try:
        yield [Sheet(sheet.title, partial(rows, sheet)) for sheet in book.worksheets]
    finally:
        book.close()


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


@contextmanager
def _old_sheets(handle: IO[bytes]) -> Iterator[list[Sheet]]:
    import xlrd

    raw = handle.read(WORKBOOK_BYTES + 1)
    if len(raw) > WORKBOOK_BYTES:
        raise DataError(f"longer than {WORKBOOK_BYTES:,} bytes")
    with xlrd.open_workbook(file_contents=raw, on_demand=True, ragged_rows=True, logfile=io.StringIO()) as book:

        def rows(number: int) -> Iterator[Sequence[Any]]:
            sheet = book.sheet_by_index(number)
            for place in range(sheet.nrows):
                yield [_old_value(cell, book.datemode) for cell in sheet.row(place)]

        yield [Sheet(name, partial(rows, number)) for number, name in enumerate(book.sheet_names())]


def _old_value(cell: Any, datemode: int) -> Any:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError):  # no day that a calendar has: the number stays
            return cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return xlrd.error_text_from_code.get(cell.value, "") if cell.ctype == xlrd.XL_CELL_ERROR else cell.value


def _require_modest(handle: IO[bytes], where: str) -> None:
    """Unpack the parts of a workbook once and count: of their sizes, its directory may say anything."""
    handle.seek(0)
    if not zipfile.is_zipfile(handle):
        return  # .xls is not packed
    size = 0
    with zipfile.ZipFile(handle) as archive:
        for part in archive.infolist():
            with archive.open(part) as content:
                while piece := content.read(1024 * 1024):
                    if (size := size + len(piece)) > WORKBOOK_BYTES:
                        raise DataError(
                            f"{where}: unpacks to more than {WORKBOOK_BYTES:,} bytes, which a workbook may have; "
                            "save it as CSV."
                        )


class SheetWriter:
    """Writes rows into a new workbook, all texts as text: a cell that begins with an equals sign is no formula.

    Parameters
    ----------
    stream : binary file
        Gets the workbook when `close` is called.
    columns : sequence of str
        Names of the columns.
    """

    def __init__(self, stream: IO[bytes], columns: Sequence[str]) -> None:
        from openpyxl import Workbook

        if len(columns) > MAX_WIDTH:
            raise UsageError(
                f"{len(columns):,} columns; a sheet of Excel has {MAX_WIDTH:,}. Name an output of another format."
            )
        self._stream = stream
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("weibo_nlp")
        self._n_rows = 0
        self.write([dict(zip(columns, columns, strict=True))], columns)

    def write(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Append rows.

        Raises
        ------
        UsageError
            If a sheet of Excel cannot hold them.
        """
        for row in rows:
            self._n_rows += 1
            if self._n_rows > MAX_ROWS:
                raise UsageError(
                    f"more than {MAX_ROWS - 1:,} rows, which is all that a sheet of Excel holds; name an output of "
                    "another format."
                )
            self._sheet.append([self._cell(row.get(name), name) for name in columns])

    def _cell(self, value: Any, name: str) -> Any:
        from openpyxl.cell import WriteOnlyCell

        if isinstance(value, float) and not math.isfinite(value):
            value = None if math.isnan(value) else str(value)
        # Excel keeps fifteen digits of a number: ids have more.
        if isinstance(value, bool) or value is None or (isinstance(value, int | float) and abs(value) < 10**15):
            return value
        text = escaped_text(str(value))
        if len(text) > MAX_CELL_CHARACTERS:
            raise UsageError(
                f"{name}: {quoted(text, 40)} is longer than a cell of Excel ({MAX_CELL_CHARACTERS:,} characters); "
                "name an output of another format."
            )
        cell = WriteOnlyCell(self._sheet, value="")
        cell.value = text
        cell.data_type = "s"  # a value that begins with = was taken for a formula
        return cell

    def close(self) -> None:
        """Write the workbook to the stream."""
        self._book.save(self._stream)

    def discard(self) -> None:
        """Let go of what was not written: the rows are in a temporary file, which goes when they are saved."""
        self._book.save(_Nowhere())


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return memoryview(data).nbytes


def chosen_sheet(names: Sequence[str], wanted: str | None, where: str) -> str:
    """Return the sheet to be read: the one that is wanted, or the only one.

    Raises
    ------
    UsageError
        If there are several and none is named, or none of that name.
    DataError
        If no sheet has any cells.
    """
    if not names:
        raise DataError(f"{where}: no sheet has any cells; nothing to read.")
    if wanted is not None and wanted not in names:
        raise UsageError(f"{where}: no sheet {quoted(wanted)} with cells; there is: {quoted_list(names)}.")
    if wanted is None and len(names) > 1:
        raise UsageError(f"{where}: several sheets have cells: {quoted_list(names)}; name one with --sheet.")
    return names[0] if wanted is None else wanted


def copied_cells(
    copy: IO[bytes] | None, start: RowStart = BEGINNING, places: RowPlaces | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each row of a sheet from a copy: one row a line, as JSON.

    Parameters
    ----------
    copy : binary file or None
        The copy; of None, nothing.
    start : RowStart
        The row to begin with.
    places : RowPlaces, optional
        Told where rows begin.
    """
    if copy is None:
        return
    copy.seek(offset := start.offset)
    for line in copy:
        number, cells = json.loads(line)
        if places is not None:
            places.line(number, offset)
        offset += len(line)
        yield number, cells
