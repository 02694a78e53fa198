"""NLPCC 2016 shared task 4A: stance of Weibo posts on five known targets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from weibo_nlp.errors import DataError
from weibo_nlp.external.builder import NO_TEXT, STANCE_NAMES, STANCES, FileReading, Pair
from weibo_nlp.external.files import UNDECODABLE, WRONG_COLUMNS, bounded_lines, open_text, undecodable
from weibo_nlp.external.sets import Part, SetInfo
from weibo_nlp.records import GoldLabel

UNKNOWN_TARGET = "unknown target"
REPAIRED = "repaired_row"

INFO = SetInfo(
    name="nlpcc2016",
    description="Stance of Weibo posts on five targets (NLPCC 2016 task 4A); official score FAVG",
    labels={"stance": STANCES},
    main_metric="favg",
    licence="none given by the organisers",
    published="Xu et al. (2016), Overview of NLPCC Shared Task 4: Stance Detection in Chinese Microblogs",
    files={
        "train": ("evasampledata4-TaskAA.txt",),
        "test": ("NLPCC_2016_Stance_Detection_Task_A_gold.utf8", "NLPCC_2016_Stance_Detection_Task_A_gold.txt"),
    },
    folders=("nlpcc2016-stance", "nlpcc2016", "NLPCC2016_Stance_Detection_Test_Datasets"),
)

TARGETS = ("春节放鞭炮", "iPhone SE", "俄罗斯叙利亚反恐行动", "开放二胎", "深圳禁摩限电")

# The training file words two targets otherwise than the gold does; the gold's names are the canonical ones.
_RENAMED = {"俄罗斯在叙利亚的反恐行动": "俄罗斯叙利亚反恐行动"}

_HEADER = ["id", "target", "text", "stance"]
_RECORD_START = re.compile(r"[0-9]+\t[^\t]+\t")


@dataclass(frozen=True, slots=True)
class TsvRecord:
    """A record of the task's files: the line it starts on, its cells, and whether it had to be put together."""

    line: int
    cells: tuple[str, ...]
    repaired: bool = False


def read_part(reading: FileReading) -> Part:
    """Read a part of this set; see `weibo_nlp.external.load`."""
    # Only "\n" ends a line: a lone carriage return inside a post is text.
    with open_text(reading.path, newline="\n") as handle:
        rows = records(bounded_lines(handle, reading.path))
        _check_header(reading.path, next(rows, None))
        return reading.part(_pair(reading, record) for record in rows)


def canonical_target(raw: str) -> str | None:
    """Return the gold's name of a target however its case and spaces are written, or None if it is none of the five."""
    name = "".join(raw.split())
    name = _RENAMED.get(name, name).casefold()
    return next((target for target in TARGETS if "".join(target.split()).casefold() == name), None)


def records(lines: Iterable[str]) -> Iterator[TsvRecord]:
    r"""Cut the lines of a file, with or without line ends, into records of ``id, target, text, stance``.

    A quote is an ordinary character here: authors open quotes and never close them, and a CSV reader would
    swallow the rows in between. Only where a text holds a tab or a line feed did the file's program wrap it in
    quotes; such a record is recognised by its wrong number of cells, put together again and marked as repaired.
    A record whose quote is still open when the next record starts is returned as broken as it is.

    Yields
    ------
    TsvRecord
        In file order, empty lines left out; with other than four cells if it cannot be put together.
    """
    start, pending = 0, ""
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        cells, opens = line.split("\t"), _RECORD_START.match(line)
        if pending and opens:
            yield TsvRecord(start, tuple(pending.split("\t")))
            pending = ""
        if pending:
            pending += "\n" + line
            if len(cells) > 1 and cells[-2].endswith('"'):
                yield _put_together(start, pending.split("\t"))
                pending = ""
        elif opens and len(cells) == 3 and cells[2].startswith('"'):
            start, pending = number, line
        elif line.strip():
            yield _put_together(number, cells)
    if pending:
        yield TsvRecord(start, tuple(pending.split("\t")))


def _put_together(line: int, cells: list[str]) -> TsvRecord:
    text = "\t".join(cells[2:-1])
    wrapped = len(text) > 1 and text.startswith('"') and text.endswith('"')
    if wrapped and ("\t" in text or "\n" in text):
        inner = text[1:-1].replace('""', '"').strip()
        return TsvRecord(line, (cells[0], cells[1], inner, cells[-1]), repaired=True)
    return TsvRecord(line, tuple(cells))


def _pair(reading: FileReading, record: TsvRecord) -> Pair | None:
    line = record.line
    if any(undecodable(cell) for cell in record.cells):
        reading.drop(line, UNDECODABLE)
        return None
    if len(record.cells) != len(_HEADER):
        reading.drop(line, WRONG_COLUMNS, f"{len(record.cells)} instead of {len(_HEADER)}")
        return None
    number, raw_target, text, raw_stance = record.cells
    target = canonical_target(raw_target)
    if target is None:
        reading.drop(line, UNKNOWN_TARGET, repr(raw_target[:40]))
        return None
    if not text.strip():
        reading.drop(line, NO_TEXT)
        return None
    stance = reading.label(line, raw_stance, STANCE_NAMES)
    if stance is None:
        return None
    flags = (REPAIRED,) if record.repaired else ()
    document = reading.document(line, "post", text, flags=flags, extra={"id": number.strip()})
    return document, GoldLabel(document.id, "stance", stance, target)


def _check_header(path: Path, header: TsvRecord | None) -> None:
    cells = [] if header is None else [cell.strip().casefold()[:40] for cell in header.cells]
    if cells != _HEADER:
        raise DataError(
            f"{path}:1: the header is {cells!r}, not {', '.join(_HEADER).upper()} with tabs between. "
            "Check that this is the published file, in UTF-8."
        )
