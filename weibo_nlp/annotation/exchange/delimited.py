"""Sheets as CSV that Excel opens: in UTF-8 with a mark, nothing in them executed, instructions in a text beside."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from weibo_nlp.annotation.exchange.base import Answer, Item, Language, Question
from weibo_nlp.annotation.exchange.table import (
    SheetPlace,
    SheetReader,
    first_rows,
    instructions,
    sheet_cells,
    sheet_columns,
)
from weibo_nlp.errors import DataError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.io.delimited import delimited_records
from weibo_nlp.io.encodings import guess_encoding
from weibo_nlp.io.limits import MAX_COLUMNS, MAX_LINE_BYTES, SNIFFED_BYTES
from weibo_nlp.io.stable import open_unchanged
from weibo_nlp.io.validation import Problem
from weibo_nlp.io.writers import open_writer

_DELIMITERS = (",", ";", "\t")


class DelimitedFormat:
    """CSV with the columns of :mod:`weibo_nlp.annotation.exchange.table`; meanings in ``<stem>.instructions.txt``."""

    name = "csv"

    def write(
        self, items: Sequence[Item], questions: Sequence[Question], folder: Path, *, stem: str, language: Language
    ) -> list[Path]:
        """Write ``<stem>.csv`` and ``<stem>.instructions.txt``, as every format does."""
        columns = sheet_columns(items, questions, language, parting=": ")
        sheet, beside = folder / f"{stem}.csv", folder / f"{stem}.instructions.txt"
        headings = [column.heading for column in columns]
        types: dict[str, ColumnType] = dict.fromkeys(headings, "string")
        with open_writer(sheet, "csv", types, mark=True) as writer:
            writer.write(dict(zip(headings, sheet_cells(item, columns, language), strict=True)) for item in items)
        lines = [f"{label}\t{meaning}".strip() for label, meaning in instructions(questions, language)]
        with atomic_path(beside) as temporary:
            temporary.write_text("\n".join(lines) + "\n", "utf-8-sig")  # with the mark, by which Windows knows Chinese
        return [sheet, beside]

    def read(
        self, path: Path, items: Mapping[str, Item], questions: Sequence[Question]
    ) -> tuple[list[Answer], list[Problem]]:
        """Read a CSV that was filled in, whatever a spreadsheet saved it with: commas, semicolons or tabs, or GBK."""
        with open_unchanged(path, regular=True) as handle:
            encoding = _encoding_of(handle, path)
            text = TextIOWrapper(handle, encoding=encoding, newline="")
            place = SheetPlace(None, lambda index: f"{index + 1}")
            reader = SheetReader(path, items, questions, place, encoding)
            try:
                rows = _records(text, path)
                if first_rows(rows, reader):
                    for number, cells in rows:
                        reader.take_row(number, cells)
            finally:
                text.detach()
        return reader.finish()


def _encoding_of(handle: IO[bytes], path: Path) -> str:
    sample = handle.read(SNIFFED_BYTES)
    guess = guess_encoding(sample)
    if guess.encoding is None:
        raise DataError(f"{path}: cannot be read as text, in UTF-8 or GBK; save the sheet as CSV in UTF-8.")
    handle.seek(len(guess.bom))
    return guess.encoding


def _records(handle: IO[str], path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a file with the number of the line that each begins on; blank ones left out."""
    counted = _CountedLines(handle)
    try:
        delimiter = _delimiter_of(counted.first())
        records = delimited_records(counted, delimiter=delimiter, strict=True, cell_limit=MAX_LINE_BYTES)
        begins = 1
        for cells in records:
            if len(cells) > MAX_COLUMNS:
                raise DataError(
                    f"{path}:{begins}: has more than {MAX_COLUMNS:,} cells; remove what is not the sheet's."
                )
            if any(cells):
                yield begins, cells
            begins = counted.number + 1
    except csv.Error as error:
        raise DataError(
            f"{path}:{counted.number}: is no row of a CSV ({error}); save the sheet as CSV again."
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}:{counted.number + 1}: not {error.encoding}: byte 0x{error.object[error.start]:02x}; save "
            "the sheet as CSV in UTF-8."
        ) from error


def _delimiter_of(line: str) -> str:
    """Tell what stands between cells by the header: headings are names, which have fewer other signs."""
    return max(_DELIMITERS, key=line.count)


class _CountedLines:
    """Lines of a file, none longer than a row may be, counted as they are read."""

    def __init__(self, handle: IO[str]) -> None:
        self._handle, self._ahead = handle, ""
        self.number = 0

    def first(self) -> str:
        """Look at the first line without taking it."""
        self._ahead = self._handle.readline(MAX_LINE_BYTES)
        return self._ahead

    def __iter__(self) -> Iterator[str]:
        while line := self._ahead or self._handle.readline(MAX_LINE_BYTES):
            self._ahead = ""
            self.number += 1
            yield line
