"""Texts as programs for annotators can hold and show them, character for character, and checksums that tell them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from weibo_nlp.annotation.exchange.base import Item, Language, Passage
from weibo_nlp.io.formulas import is_executed
from weibo_nlp.io.spreadsheets import MAX_CELL_CHARACTERS, escaped_text

# Control characters as the pictures that Unicode has of them: XML cannot hold them, PostgreSQL no NUL, and nobody sees
# them. Halves of surrogates cannot be written as UTF-8. Each is replaced by one character, so that places in the text
# stay what they are.
_SHOWN = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"}
    | {0x7F: 0x2421}
    | dict.fromkeys((0xFFFE, 0xFFFF, *range(0xD800, 0xE000)), 0xFFFD)
)
_DIGITS = 12
# What older spreadsheets save Chinese in has no emoji; they put question marks in place of what it does not have.
_SAVED_AS = {"gb18030": "gbk", "cp950": "cp950", "big5hkscs": "big5hkscs"}
_BLANKS = re.compile(r"\s+")
# LibreOffice writes a text that looks like the code of a character in a workbook as it is, and reads the character.
_CODE = re.compile("_x([0-9A-Fa-f]{4})_")
MOVED: Mapping[Language, str] = {
    "zh": "（过长，全文见“{sheet}”表第 {first} 至 {last} 行）",
    "en": "(too long; see rows {first} to {last} of “{sheet}”)",
}
"""What stands in a cell for a text that no cell can hold."""
_UNNAMED = {"zh": "（未署名）", "en": "(no name)"}


def shown_text(text: str) -> str:
    """Return a text with its control characters made visible and line feeds at the ends of its lines; as long as it.

    Examples
    --------
    >>> shown_text("a\\x00b\\r\\nc")
    'a␀b \\nc'
    """
    return text.replace("\r\n", " \n").replace("\r", "\n").translate(_SHOWN)


def text_above(passages: Sequence[Passage], language: Language) -> str:
    """Write what stands above an item in its thread as one text, from the root down, each passage numbered."""
    lines = []
    for number, passage in enumerate(passages, start=1):
        author = shown_text(passage.author) if passage.author else _UNNAMED[language]
        lines.append(f"[{number}] {author}{'：' if language == 'zh' else ': '}{shown_text(passage.text)}")
    return "\n".join(lines)


def checksum(item: Item) -> str:
    """Short checksum of an item's number and text, which stands at the far end of its row on a sheet.

    It begins with a letter: digits alone, or with one ``e`` among them, a spreadsheet would take for a number.
    """
    content = f"{item.number}\0{item.text}".encode("utf-8", "surrogatepass")
    return "k" + hashlib.sha256(content).hexdigest()[:_DIGITS]


def is_same_text(cell: str, text: str, encoding: str = "utf-8") -> bool:
    """Whether a cell shows a text, blanks aside, and what the encoding of the file has no characters for.

    So does a cell that says where a text was moved to; which one that is, the checksum tells.

    Parameters
    ----------
    cell : str
        As it was read, perhaps with the apostrophe that keeps a spreadsheet from computing it.
    text : str
        The text itself.
    encoding : str
        Of the file that the cell is from.
    """
    if not fits_cell(shown_text(text)) and cell.startswith(
        tuple(notice.partition("{")[0] for notice in MOVED.values())
    ):
        return True
    wanted = _compared(shown_text(text), encoding)
    return _compared(cell, encoding) == wanted or _compared(without_apostrophe(cell), encoding) == wanted


def fits_cell(text: str) -> bool:
    """Whether a cell of Excel holds a text: it counts units of UTF-16, and the codes for what XML cannot hold."""
    return len(escaped_text(text).encode("utf-16-le")) // 2 <= MAX_CELL_CHARACTERS


def without_apostrophe(cell: str) -> str:
    """Return a cell without the apostrophe that was put before what a spreadsheet would compute."""
    return cell[1:] if cell.startswith("'") and is_executed(cell[1:]) else cell


def _compared(text: str, encoding: str) -> str:
    if saved_as := _SAVED_AS.get(encoding):
        text = text.encode(saved_as, "replace").decode(saved_as).replace("?", "")
    return _BLANKS.sub("", _CODE.sub(lambda code: chr(int(code[1], 16)), text))
