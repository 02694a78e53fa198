"""The texts of a user's copies as they lie on disk: files of the published sets, and bare lists of texts.

A file is recognised by its name, the folder it lies in, and its columns. What is read is the text as it was published;
which texts are looked for, and in what form, is for `weibo_nlp.external.hydration` to say.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError, WeiboNlpError
from weibo_nlp.external import cold, smp2020, swsr
from weibo_nlp.external.files import (
    MAX_CELL,
    UNDECODABLE,
    CsvRow,
    bounded_lines,
    open_text,
    open_unpacked,
    read_csv,
    read_json,
)
from weibo_nlp.external.sets import Dropped, SetInfo
from weibo_nlp.external.smp2020 import NOT_A_RECORD
from weibo_nlp.io import Reject, open_table
from weibo_nlp.io.delimited import DelimitedReader, PhysicalLine, delimited_records
from weibo_nlp.io.formats import SUFFIXES
from weibo_nlp.io.jsonl import BLANK, json_lines, lines_of
from weibo_nlp.io.rows import listed

Texts = Iterator[str | Dropped]
"""Texts of a file as they were published, and between them what could not be read."""

TEXT = "text"
"""Column of a bare list that holds the texts."""

_SNIFFED = 64 * 1024
_QUESTIONS = re.compile(r"hot-question-.*\.json")
_CED_REPOSTS = ("rumor-repost", "non-rumor-repost")
_CED_POSTS = "original-microblog"
_CHECKED = ("fake_news", "real_news")
_COVID = "COVID-19 Unlabeled Weibo Data"
# A character that GB18030 does not have was written as a question mark behind a blank.
_COVID_RESIDUE = " ?"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the files of a published set are recognised, and the texts in them."""

    source: str
    recognises: Callable[[Path], bool]
    texts: Callable[[Path], Texts]


def layout_of(path: Path) -> Layout | None:
    """Layout of a published set that a file has; None for one of another kind.

    Parameters
    ----------
    path : Path
        The file; `.gz` at the end of its name does not count.
    """
    return next((layout for layout in LAYOUTS if layout.recognises(path.absolute())), None)


def is_list(path: Path) -> bool:
    """Whether a file may be a bare list of texts, by its suffix: a table, or JSON Lines or CSV packed with gzip."""
    suffix = Path(_plain(path)).suffix.lower()
    return suffix in SUFFIXES if path.suffix != ".gz" else SUFFIXES.get(suffix) in ("jsonl", "csv")


def list_texts(path: Path, *, required: bool = False) -> Texts:
    """Texts of a bare list: the column ``text`` of a table.

    Parameters
    ----------
    path : Path
        JSON Lines, CSV, TSV or Parquet. A file without the column is no list of texts, and has none.
    required : bool
        Refuse such a file.

    Yields
    ------
    str or Dropped
        Each text, or a row that cannot be read.

    Raises
    ------
    UsageError
        If the column is missing though it is `required`.
    DataError
        If the file is not what its suffix says, or changes meanwhile.
    """
    if path.suffix == ".gz":
        yield from _packed_texts(path, required)
        return
    table = replace(open_table(path, header=True), converted=frozenset({TEXT}))
    if table.columns and TEXT not in table.columns:
        _require_column(path, required, table.columns)
        return
    has_texts = False
    for row in table.rows():
        if isinstance(row, Reject):
            yield from _unread(path, row.line, row.reason)
        elif TEXT in row.values:
            has_texts = True
            yield from _texts(path, row.number, [row.values[TEXT]])
    if not has_texts:
        _require_column(path, required, table.columns)


def _packed_texts(path: Path, required: bool) -> Texts:
    if SUFFIXES[Path(_plain(path)).suffix.lower()] == "csv":
        if TEXT in (names := _columns(path)) or not names:  # where there are none, reading it says why
            yield from _rows(path, read_csv(path, {TEXT: (TEXT,)}))
        else:
            _require_column(path, required, sorted(names))
        return
    has_texts = False
    with open_unpacked(path) as unpacked:
        for line in json_lines(lines_of(unpacked)):
            if line.value is None:
                yield from _unread(path, line.number, line.reason or "")
            elif TEXT in line.value:
                has_texts = True
                yield from _texts(path, line.number, [line.value[TEXT]])
    if not has_texts:
        _require_column(path, required, ())


def _require_column(path: Path, required: bool, columns: Iterable[str]) -> None:
    if required:
        held = listed(list(columns))
        raise UsageError(
            f"{path}: no column {TEXT!r}{f' among {held}' if held else ''}; name a list of texts that has one, or "
            "the folder that holds your copies of the published sets."
        )


def _ced_reposts(path: Path) -> Texts:
    for number, item in enumerate(_records(path, read_json(path, numbers_as_text=True)), 1):
        yield from _fields(path, number, item, TEXT)


def _ced_post(path: Path) -> Texts:
    yield from _fields(path, 1, read_json(path, numbers_as_text=True), TEXT)


def _checked(path: Path) -> Texts:
    post = read_json(path, numbers_as_text=True)
    yield from _fields(path, 1, post, TEXT)
    if isinstance(post, dict):
        below = chain.from_iterable(_records(path, post.get(kind) or []) for kind in ("comments", "reposts"))
        for number, item in enumerate(below, 2):
            yield from _fields(path, number, item, TEXT)


def _covid(path: Path) -> Texts:
    with open_unpacked(path) as unpacked:
        head = unpacked.read(_SNIFFED)
        unpacked.seek(0)
        # As published, or converted to UTF-8 by the user.
        encoding = "utf-8" if _is_utf8(head) else "gb18030"
        reader = DelimitedReader(_recoded(lines_of(unpacked), encoding), ",")
        names = reader.header()
        if isinstance(names, str):
            raise DataError(f"{path}:1: the header {names}.")
        if TEXT not in names:
            raise DataError(f"{path}:1: no column {TEXT!r} in the header ({listed(names)}). Compare it as published.")
        place = names.index(TEXT)
        for record in reader.records():
            if record.cells is None:
                yield from _unread(path, record.number, record.reason)
                continue
            text = record.cells[place]
            yield text
            if text.endswith(_COVID_RESIDUE):
                yield text.removesuffix(_COVID_RESIDUE)
            if "\ufffd" in text:  # what bytes outside the encoding come out as
                yield Dropped(path.name, record.number, UNDECODABLE)


def _questions(path: Path) -> Texts:
    for number, item in enumerate(_records(path, read_json(path, numbers_as_text=True)), 1):
        target = item.get("target") if isinstance(item, dict) else None
        if not isinstance(target, dict) or not isinstance(target.get("title"), str):
            yield Dropped(path.name, number, NOT_A_RECORD)
            continue
        excerpt = target.get("excerpt")
        yield " ".join((target["title"].strip(), excerpt.strip() if isinstance(excerpt, str) else "")).strip()


def _titles(path: Path) -> Texts:
    for number, item in enumerate(_records(path, read_json(path, numbers_as_text=True)), 1):
        yield from _fields(path, number, item, "title")


def _records(path: Path, value: Any) -> list[Any]:
    """Items of a published list, bare or as the ``data`` of what the platform answered."""
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        value = value["data"]
    if not isinstance(value, list):
        raise DataError(f"{path}: holds a JSON {type(value).__name__}, not a list of records as published.")
    return value


def _fields(path: Path, number: int, item: Any, name: str) -> Texts:
    if isinstance(item, dict):
        return _texts(path, number, [item.get(name)])
    return iter([Dropped(path.name, number, NOT_A_RECORD)])


def _texts(path: Path, number: int, values: Iterable[Any]) -> Texts:
    """Pass on what can be a text; who only passes something on may have written none."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield str(value)
        elif value is not None:
            yield Dropped(path.name, number, NOT_A_RECORD, f"{type(value).__name__} instead of a text")


def _unread(path: Path, line: int, reason: str) -> Iterator[Dropped]:
    if reason != BLANK:
        yield Dropped(path.name, line, reason)


def _rows(path: Path, rows: Iterable[CsvRow]) -> Texts:
    for row in rows:
        yield row.cells[TEXT] if row.problem is None else Dropped(path.name, row.line, row.problem, row.detail)


def _recoded(lines: Iterable[PhysicalLine], encoding: str) -> Iterator[PhysicalLine]:
    """Turn lines into UTF-8; no byte of a character of GB18030 is a line end, a comma or a quotation mark."""
    for number, raw, is_too_long in lines:
        yield number, raw.decode(encoding, "replace").encode(), is_too_long


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _columns(path: Path) -> frozenset[str]:
    """Names in the header of a CSV file; none where it cannot be read, of which whoever reads it tells."""
    try:
        with open_text(path, newline="") as handle:
            lines = bounded_lines(handle, path)
            return frozenset(map(str.strip, next(delimited_records(lines, strict=False, cell_limit=MAX_CELL), [])))
    except (WeiboNlpError, OSError, csv.Error):
        return frozenset()


def _plain(path: Path) -> str:
    return path.name.removesuffix(".gz")


def _is_json_in(path: Path, *folders: str) -> bool:
    return path.parent.name in folders and _plain(path).endswith(".json")


def _is_file_of(path: Path, info: SetInfo) -> bool:
    return any(Path(name).name == _plain(path) for names in info.files.values() for name in names)


def _is_titles(path: Path) -> bool:
    # The two collections of titles have one layout; beside the questions lie other lists of the hub, "hot-...".
    return _is_json_in(path, "raw") and not path.name.startswith("hot-")


def _is_covid(path: Path) -> bool:
    if not _plain(path).endswith(".csv"):
        return False
    return path.parent.name == _COVID or {"userid", TEXT} <= _columns(path)


def _is_cold(path: Path) -> bool:
    return _is_file_of(path, cold.INFO) and "TEXT" in _columns(path)


def _is_swsr(path: Path) -> bool:
    return _is_file_of(path, swsr.INFO) and not {"weibo_id", "post"}.isdisjoint(_columns(path))


def _is_smp(path: Path) -> bool:
    if not _is_file_of(path, smp2020.INFO):
        return False
    # Any table may be called train.csv; that of the mirror comes with the meaning of its numbers.
    return _plain(path).endswith(".txt") or path.with_name(smp2020.MAPPING).is_file()


LAYOUTS = (
    Layout("CED", lambda path: _is_json_in(path, *_CED_REPOSTS), _ced_reposts),
    Layout("CED", lambda path: _is_json_in(path, _CED_POSTS), _ced_post),
    Layout("CHECKED", lambda path: _is_json_in(path, *_CHECKED), _checked),
    Layout("Zhihu", lambda path: _QUESTIONS.fullmatch(_plain(path)) is not None, _questions),
    Layout("Zhihu, hot search", _is_titles, _titles),
    Layout("COLD", _is_cold, lambda path: _rows(path, cold.texts(path))),
    Layout("SWSR", _is_swsr, lambda path: _rows(path, swsr.texts(path))),
    Layout("SMP", _is_smp, lambda path: _rows(path, smp2020.texts(path))),
    Layout("COVID-Weibo", _is_covid, _covid),
)
