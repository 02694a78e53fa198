"""Whether quotation marks quote in a delimited file, or are text, told by its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from weibo_nlp.io.delimited import DelimitedReader, PhysicalLine, cells_of
from weibo_nlp.io.jsonl import decoded
from weibo_nlp.io.limits import QUOTING_BYTES
from weibo_nlp.io.swallowed import is_wrapped, swallows_records

# So many rows, each with a cell that is quoted without need, are the habit of a program and not of a person.
_QUOTED_BY_HABIT = 3


def uses_quoting(lines: Iterator[PhysicalLine], delimiter: str) -> bool:
    """Tell whether quotation marks quote in a file or are text, as in most tab-separated files.

    Read are ``QUOTING_BYTES`` from the first line with such a mark on. For quoting speak a quoted header, and rows that
    are whole with it only or have doubled marks; against it, rows that are broken with it, and marks inside cells that
    are not quoted: what quotes would have doubled them. Where all that is found are cells quoted without need, they
    must stand in every row.

    Parameters
    ----------
    lines : iterator of (int, bytes, bool)
        From the first line of the file on.
    delimiter : str
        Between cells.
    """
    reader = DelimitedReader(lines, delimiter)
    first = reader.take()
    header = None if first is None else decoded(first[1], first[0], first[2])[0]
    if first is None or header is None:
        return True
    line = header.removesuffix("\r")
    if '"' in line:
        reader.give_back([first])
        names, pieces = reader.header(), line.split(delimiter)
        if isinstance(names, list) and (reader.is_open(line) or any(map(is_wrapped, pieces))):
            return True
        if len(names) < len(pieces) and not _has_cells(reader, len(pieces)):  # a quoted name with a tab inside
            return True
    reader.width = line.count(delimiter) + 1
    votes = Counter[str]()
    size = 0
    while size < QUOTING_BYTES and (taken := reader.take()) is not None:
        if b'"' in taken[1]:
            size += len(taken[1])
            if (text := decoded(taken[1], taken[0], taken[2])[0]) is not None:
                votes[_vote(reader, text)] += 1
        elif taken[1].strip():
            votes["none"] += 1
            size += len(taken[1]) if size else 0
    if votes["quoted"] or votes["text"]:
        return votes["quoted"] > votes["text"]  # what is text stays as it is, whoever reads it
    return votes["habit"] >= _QUOTED_BY_HABIT and not votes["none"]


def _has_cells(reader: DelimitedReader, width: int) -> bool:
    """Whether the line to come has so many cells if quotation marks are text."""
    if (below := reader.take()) is None:
        return False
    reader.give_back([below])
    return below[1].count(reader.delimiter.encode()) == width - 1


def _vote(reader: DelimitedReader, text: str) -> str:
    """What the record that begins on a line with a quotation mark says about their use."""
    line = text.removesuffix("\r")
    literal = line.split(reader.delimiter)
    literal_fits = len(literal) == reader.width
    otherwise = "text" if literal_fits else "undecided"
    cells = cells_of(line, reader.delimiter)
    if cells is None:
        # Of one column every line would be followed by one that fits; where it runs on, it is told that it may not.
        runs_on = reader.is_open(line) and (reader.width == 1 or not reader.is_followed(literal))
        joined = reader.joined(text) if runs_on else None
        if joined is None:
            return otherwise
        if len(joined[0]) == reader.width and not swallows_records(joined[0], reader.delimiter, reader.width):
            return "quoted"
        reader.give_back(joined[1])
        return otherwise
    if not literal_fits:
        return "quoted" if len(cells) == reader.width else "undecided"
    marked = [cell for cell in literal if '"' in cell]
    if not all(map(is_wrapped, marked)):
        return "text"
    # Spreadsheets quote for a comma as well, whatever the delimiter.
    return "quoted" if any(set('",\r') & set(cell[1:-1]) for cell in marked) else "habit"
