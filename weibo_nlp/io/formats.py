"""Shapes of files: their names and suffixes, how a user wants one to be read, and what one was found to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from weibo_nlp.io.compression import Compression
from weibo_nlp.io.encodings import UTF8
from weibo_nlp.io.json_documents import TOP, RecordsPath, path_text

OutputFormat = Literal["csv", "tsv", "jsonl", "parquet", "xlsx"]
Format = OutputFormat | Literal["json", "xls", "lines"]
FORMATS: tuple[Format, ...] = ("csv", "tsv", "jsonl", "json", "parquet", "xlsx", "xls", "lines")
SUFFIXES: dict[str, OutputFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
KEYED = frozenset(("jsonl", "json"))
"""Formats whose rows have keys of their own each, and whose columns are known at the end only."""
WORKBOOKS = frozenset(("xlsx", "xls"))
DELIMITED = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a user wants a file to be read, where what would be guessed is wrong; None for what is to be guessed.

    Attributes
    ----------
    format : str
        One of ``FORMATS``.
    encoding : str
        Name of a codec.
    delimiter : str
        One sign between cells.
    header : bool
        Whether the first row holds the names of the columns.
    records : str
        Keys with dots between them that lead to the records of a JSON document.
    sheet : str
        Name of a sheet of a workbook.
    """

    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    records: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file was found to be.

    Attributes
    ----------
    format : str
        Shape of the rows.
    compression : str or None
        How the file is packed.
    encoding : str
        Name of a codec; of Parquet and workbooks, that of the texts in them.
    has_mark : bool
        Whether the text begins with a byte order mark.
    returns : bool
        Whether lines end in carriage returns alone.
    delimiter : str
        Between cells.
    quoted : bool
        Whether quotation marks quote; otherwise they are text.
    header_line : int or None
        Line of the header, from 1; None where there is none.
    skipped : int
        Lines above the header, or above the first row where there is none.
    width : int
        Cells of a row where there is no header.
    records : tuple of str
        Keys that lead to the records of a JSON document.
    sheet : str
        Of a workbook.
    notes : tuple of str
        What else was found, a sentence each.
    """

    format: Format
    compression: Compression | None = None
    encoding: str = UTF8
    has_mark: bool = False
    returns: bool = False
    delimiter: str = ","
    quoted: bool = True
    header_line: int | None = 1
    skipped: int = 0
    width: int = 0
    records: RecordsPath = ()
    sheet: str = ""
    notes: tuple[str, ...] = ()

    def describe(self) -> str:
        """Say in a phrase what a file is read as, with whatever is not usual in its format."""
        about = [] if self.compression is None else [f"unpacked from {self.compression}"]
        if self.encoding != UTF8:
            about.append(f"encoding {self.encoding}")
        if self.returns:
            about.append("lines end in carriage returns")
        if self.format in DELIMITED:
            if self.delimiter != DELIMITED[self.format]:
                about.append(f"cells parted by {self.delimiter}")
            if self.header_line is None:
                about.append("no header")
            elif self.header_line > 1:
                about.append(f"header in line {self.header_line}")
        if self.format == "json":
            about.append("records are the document" if self.records == TOP else f"records at {path_text(self.records)}")
        if self.sheet:
            about.append(f"sheet {self.sheet}")
        return f"{self.format} ({', '.join(about)})" if about else self.format


def output_of(format: Format) -> OutputFormat:
    """Format in which rows of one are written where no suffix says another."""
    if format == "lines":
        return "csv"
    if format == "json":
        return "jsonl"
    return "xlsx" if format == "xls" else format
