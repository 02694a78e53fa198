"""What a file is by its content, whatever its name says: what holds no rows of text is never read as such."""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO, Literal

from weibo_nlp.io.jsonl import without_marks

Kind = Literal["parquet", "xlsx", "xls"]

_SIGNS = {
    b"SQLite format 3\x00": "a SQLite database; export the table of posts as CSV, or read it with `weibo-nlp import`",
    b"%PDF-": "a PDF; copy its texts into a file",
    b"\x89PNG\r\n": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"RIFF": "a picture, a sound or a film",
    b"Rar!\x1a\x07": "an archive (RAR); unpack it",
    b"7z\xbc\xaf\x27\x1c": "an archive (7z); unpack it",
    b"{\\rtf": "a text document (RTF); save it as plain text",
    b"ARROW1": "an Arrow table; save it as Parquet",
    b"FEA1": "a Feather table; save it as Parquet",
    b"ORC": "an ORC table; save it as Parquet",
    b"Obj\x01": "an Avro file; save it as Parquet or JSON Lines",
    b"\x93NUMPY": "a NumPy array; save its texts as CSV",
    b"\x89HDF\r\n": "an HDF5 file; save its table as CSV or Parquet",
    b"$FL2": "a table of SPSS; save it as CSV",
    b"<stata_dta>": "a table of Stata; save it as CSV",
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
    b"<?xml": "an XML document; save its rows as CSV or JSON Lines",
    b"<!--": "a web page; save what it shows as CSV or JSON Lines",
}
_WORD = re.compile(rb"[A-Z0-9!$]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_TAR = (257, b"ustar")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICKLE = re.compile(rb"\x80[\x02-\x05](?:\x95|[\]}(cK\x8c])")
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|table|meta|script|div)\b", re.IGNORECASE)
_BOOKS = {"word/": "a Word document", "ppt/": "a PowerPoint presentation"}


def table_kind(head: bytes) -> Kind | None:
    """Tell a table that is no text by its first bytes; whether a zip archive is one, `zip_kind` says."""
    if head.startswith(b"PAR1"):
        return "parquet"
    return "xls" if head.startswith(_OLE) else None


def no_text(head: bytes) -> str | None:
    """Say what a file is that holds no rows of text, by its first bytes, and what to do with it; None for any other."""
    for sign, what in _SIGNS.items():
        # Words may begin so, too: what is no text has bytes behind them that no text has.
        if head.startswith(sign) and (not _WORD.fullmatch(sign) or _CONTROL.search(head[:64])):
            return what
    if head[_TAR[0] :].startswith(_TAR[1]):
        return "an archive (tar); unpack it"
    if _PICKLE.match(head):
        return "a pickle of Python, which may run programs when it is read; save its table as CSV or Parquet"
    return page(without_marks(head))


def page(text: bytes) -> str | None:
    """Say that a text in UTF-8 is a web page, if it is; what is called .xls is often one."""
    if _PAGE.match(text):
        return "a web page; open it in a spreadsheet or a browser and save what it shows as CSV or .xlsx"
    return None


def is_zip(head: bytes) -> bool:
    """Whether a file begins as a zip archive does."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


def zip_kind(handle: BinaryIO) -> Kind | str:
    """``xlsx`` for a workbook; of any other archive, what it is and what to do with it."""
    try:
        with zipfile.ZipFile(handle) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "a damaged zip archive or workbook; download or copy it again"
    if any(name.startswith("xl/workbook") for name in names):
        return "xlsx"
    book = next((what for folder, what in _BOOKS.items() if any(name.startswith(folder) for name in names)), None)
    if book is not None:
        return f"{book}; save its texts as plain text"
    if "mimetype" in names and "content.xml" in names:
        return "an OpenDocument file; save its table as .xlsx or CSV"
    return "a zip archive; unpack it and give the files inside"
