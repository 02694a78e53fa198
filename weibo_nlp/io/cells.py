"""What single cells look like: numbers, dates, ids, addresses, prose."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+\-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:[eE][+\-]?\d+)?\s*(?:%|万|亿|[kKwW])?\+?\Z")
_DATE = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2}\s*日?)?(?:[T\s]*\d{1,2}:\d\d.*)?\Z"
    r"|\d{1,2}[-/.月]\d{1,2}日?(?:[-/.](?:19|20)?\d\d)?(?:\s+\d{1,2}:\d\d.*)?\Z|\d{1,2}:\d\d(?::\d\d.*)?\Z"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*\d\d:\d\d:\d\d.*\Z"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+\Z|[\w.+\-]+@[\w\-]+\.[\w.\-]+\Z", re.ASCII)
# A bid, a hash, a UUID: signs of ASCII without a blank, digits among them. Words have none, nor have emoticons letters.
_CODE = re.compile(r"(?=[^\d]*\d)(?=[\d_\-]*[A-Za-z])[A-Za-z0-9_\-]{6,64}\Z|\d{10,}\Z", re.ASCII)
_SENTENCE = re.compile(r"[，。！？；…～~!?]|\s\S+\s\S+\s|[,;]\s|\[[^\]\s]{1,8}\]|[#@]\S|[\U0001f300-\U0001faff]")
_LONGEST_WORD = 20


def is_number(cell: str) -> bool:
    """Whether a cell is a number, as counts are written as well."""
    return _NUMBER.match(cell) is not None


def is_date(cell: str) -> bool:
    """Whether a cell is a date or a time of day."""
    return _DATE.match(cell) is not None


def is_address(cell: str) -> bool:
    """Whether a cell is an address of the web, or of mail, and nothing else."""
    return _ADDRESS.match(cell) is not None


def is_code(cell: str) -> bool:
    """Whether a cell is an id: a long number, or letters of ASCII with digits."""
    return _CODE.match(cell) is not None


def is_typed(cell: str) -> bool:
    """Whether a cell is any of these."""
    return is_number(cell) or is_date(cell) or is_address(cell) or is_code(cell)


def looks_like_prose(cell: str) -> bool:
    """Whether a cell has the marks of a sentence, or is longer than a name."""
    return len(cell) > _LONGEST_WORD or _SENTENCE.search(cell) is not None
