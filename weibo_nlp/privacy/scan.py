"""What files still hold of people, looked for before they are given away; what is found is never repeated."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, open_table
from weibo_nlp.io.jsonl import BLANK, parse_json, raw_lines
from weibo_nlp.io.limits import MAX_DEPTH, MAX_FILE_BYTES, MAX_LINE_BYTES
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.sqlite_tables import MAGIC, SqliteTables
from weibo_nlp.privacy.fields import OF_PEOPLE, Role, role_of
from weibo_nlp.privacy.links import bare_link
from weibo_nlp.privacy.masks import MASKS, blanked, find_addresses, find_numbers
from weibo_nlp.privacy.protection import as_json, is_id_like, is_nothing
from weibo_nlp.privacy.pseudonyms import PSEUDONYM, is_pseudonym
from weibo_nlp.privacy.regions import province
from weibo_nlp.privacy.sight import see, whole
from weibo_nlp.text.grammar import parse
from weibo_nlp.text.plain import plain_text

SHOWN_PLACES = 3
UNREAD = "unread"
"""Kind of what could not be looked into."""

_HEAD_BYTES = 64 * 1024
_SHOWN_SHAPE = 24
_NAME_DIGITS = re.compile("[0-9]{9,}")  # of a file; eight are a date
# As platforms number posts and people: digits, hexadecimal, or letters of both cases with digits among them.
_PLATFORM_ID = re.compile(
    "[0-9]{8,24}|[0-9a-f]{16,64}|(?=[0-9A-Za-z]{8,24}\\Z)(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[0-9A-Za-z]+"
)
_POST_ID = re.compile("(?<![0-9A-Za-z])[345][0-9]{15}(?![0-9A-Za-z])")
_DIGIT, _LETTER, _HAN = re.compile("[0-9]"), re.compile("[A-Za-z]"), re.compile("[^\\W\\d_A-Za-z]")
_ROLES: Mapping[Role, str] = {
    "handle": "name",
    "handles": "name",
    "user": "user id",
    "answered": "user id",
    "document": "document id",
}


@dataclass
class Finding:
    """What was found of one kind in one file: how often, where first, and in what form.

    Attributes
    ----------
    count : int
        How often.
    places : list of str
        The first ``SHOWN_PLACES``.
    shape : str
        Of the first value, with 0 for each digit, x for each letter and 字 for any other.
    """

    count: int = 0
    places: list[str] = field(default_factory=list)
    shape: str = ""

    def add(self, place: str, value: str) -> None:
        """Count one more, and keep its place if it is among the first."""
        self.count += 1
        if len(self.places) < SHOWN_PLACES:
            self.places.append(place)
        self.shape = self.shape or shape(value)


@dataclass
class ScannedFile:
    """A file and what it holds, by kind: nothing, where it was looked into from end to end and holds none."""

    path: Path
    findings: dict[str, Finding] = field(default_factory=dict)

    def add(self, kind: str, place: str, value: str = "") -> None:
        """Take note of a finding."""
        self.findings.setdefault(kind, Finding()).add(place, value)


def scan_files(paths: Iterable[Path]) -> Iterator[ScannedFile]:
    """Look into files, and into all files of folders, in constant memory.

    Parameters
    ----------
    paths : iterable of Path
        Tables of any shape that `weibo_nlp.io` reads, those of SQLite files, and JSON, are read by their fields, any
        other text by its lines.
        What is no text is said to be unread.

    Yields
    ------
    ScannedFile
        In the order of the paths; of a folder, by name.

    Raises
    ------
    UsageError
        If a path does not exist.
    DataError
        If a file changes while it is read.
    """
    for path in paths:
        named = named_path(path, "what is to be scanned")
        if not os.path.lexists(named):
            raise UsageError(f"{named} does not exist; name files and folders that are to be given away.")
        for file in _files_of(named):
            yield scan_file(file, root=named)


def scan_file(path: Path, *, root: Path | None = None) -> ScannedFile:
    """Look into one file, and at its name and those of the folders between it and `root`."""
    scanned = ScannedFile(path)
    name = path.name if root is None or root == path else path.relative_to(root).as_posix()
    if number := _NAME_DIGITS.search(name):
        scanned.add("file name", "its name", number.group())
    _scan_text(scanned, "its name", name)
    if not path.is_file():
        scanned.add(UNREAD, "it is no regular file")
    elif path.stat().st_size:
        _scan_content(scanned)
    return scanned


def shape(value: str) -> str:
    """Return the form of a value, from which it cannot be told: ``x000@xx.xxx``."""
    cut = value[:_SHOWN_SHAPE]
    for pattern, sign in ((_DIGIT, "0"), (_LETTER, "x"), (_HAN, "字")):
        cut = pattern.sub(sign, cut)
    return cut if len(value) <= _SHOWN_SHAPE else f"{cut}…"


def _files_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path, onerror=_refuse):
        folders.sort()
        for name in sorted(names):
            yield Path(folder, name)


def _refuse(error: OSError) -> None:
    raise error


def _scan_content(scanned: ScannedFile) -> None:
    path = scanned.path
    with path.open("rb") as opened:
        is_database = opened.read(len(MAGIC)) == MAGIC
    if is_database:
        _scan_database(scanned)
        return
    if path.suffix.lower() == ".json" and path.stat().st_size <= MAX_FILE_BYTES and _scan_json(scanned):
        return
    try:
        table = open_table(path)
    except (DataError, UsageError):  # it is none, or not surely: then its lines are read
        _scan_lines(scanned)
        return
    unit = "row" if table.format == "parquet" else "line"
    for item in table.rows():
        if isinstance(item, Reject):
            if item.reason != BLANK:
                scanned.add(UNREAD, f"{unit} {item.line}")
                _scan_text(scanned, f"{unit} {item.line}", item.raw)
        elif table.format == "lines":
            _scan_text(scanned, f"line {item.number}", item.values["text"], of_line=True)
        else:
            for name, value in item.values.items():
                _scan_value(scanned, f"{unit} {item.number}, {name}", value, role_of(str(name)))


def _scan_database(scanned: ScannedFile) -> None:
    """Look into all cells of all tables of an SQLite file."""
    try:
        database = SqliteTables(scanned.path)
        for table in database.tables:
            _scan_text(scanned, "the name of a table", table)
            for number, values in database.rows(table):
                place = f"table {table}, row {number}"
                if isinstance(values, str):
                    scanned.add(UNREAD, f"{place}: {values}")
                    continue
                for name, value in values.items():
                    _scan_value(scanned, f"{place}, {name}", value, role_of(name))
    except DataError as error:
        scanned.add(UNREAD, str(error))
        return
    if database.passed_over:
        scanned.add(UNREAD, f"{database.passed_over:,} views and virtual tables")
    if database.free_pages:
        scanned.add(UNREAD, f"{database.free_pages:,} free pages, where deleted rows may still be; VACUUM empties them")


def _scan_json(scanned: ScannedFile) -> bool:
    """Look into a document of JSON; return whether it is one."""
    try:
        value = parse_json(scanned.path.read_bytes().decode("utf-8-sig"))
    except ValueError:
        return False
    _scan_value(scanned, "", value, "text")
    return True


def _scan_lines(scanned: ScannedFile) -> None:
    with scanned.path.open("rb") as opened:
        if b"\0" in opened.read(_HEAD_BYTES):
            scanned.add(UNREAD, "it is no text, or not in UTF-8; look into it by yourself")
            return
    with closing(raw_lines(scanned.path)) as lines:
        for number, raw, is_cut in lines:
            if is_cut:
                scanned.add(UNREAD, f"line {number} behind {MAX_LINE_BYTES:,} bytes")
            text = raw.decode("utf-8", "replace")
            if "\ufffd" in text:  # of another encoding, letters and digits may still be those of ASCII
                scanned.add(UNREAD, f"line {number}: not in UTF-8")
            _scan_text(scanned, f"line {number}", text, of_line=True)


def _scan_value(scanned: ScannedFile, place: str, value: Any, role: Role, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        scanned.add(UNREAD, f"{place}: nested too deep")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            below = f"{place}.{name}" if place else str(name)
            _scan_text(scanned, f"{place}, a key", str(name))
            inner_role = role_of(str(name), of_person=role in OF_PEOPLE)
            if str(name).lower() == "name" and place and role not in OF_PEOPLE:  # of a topic, a model, anything
                inner_role = "text"
            _scan_value(scanned, below, inner, inner_role, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            _scan_value(scanned, place, inner, role, depth + 1)
    elif isinstance(value, bytes):
        scanned.add(UNREAD, f"{place}: bytes")
    elif not isinstance(value, bool) and not is_nothing(value):
        _scan_cell(scanned, place, value, role, depth)


def _scan_cell(scanned: ScannedFile, place: str, value: Any, role: Role, depth: int) -> None:
    text = str(value).strip()
    if not text or is_pseudonym(text) or text in MASKS.values():
        return
    if isinstance(value, str) and (nested := as_json(value)) is not None:
        _scan_value(scanned, place, nested, role, depth + 1)
    elif role in ("document", "above") and is_id_like(value):
        if _PLATFORM_ID.fullmatch(text):
            scanned.add("document id", place, text)
    elif role in _ROLES:
        scanned.add(_ROLES[role], place, text)
    elif role == "dropped":
        if not PSEUDONYM.match(text) and ("://" not in text or bare_link(text) != text):
            scanned.add("address or profile", place, text)
    elif role == "region":
        if province(text) != text:
            scanned.add("place", place, text)
    else:
        _scan_text(scanned, place, text)


def _scan_text(scanned: ScannedFile, place: str, text: str, *, of_line: bool = False) -> None:
    plain = plain_text(whole(text), html=False if of_line else "auto").text
    sight = see(plain)
    rest = sight.text
    addresses = find_addresses(rest)
    found: list[tuple[int, int, str]] = []
    for start, end, kind in addresses:
        if kind != "link" or bare_link(rest[start:end]) != rest[start:end]:
            found.append((start, end, kind))
    rest = blanked(rest, addresses)
    if "@" in rest:
        names = (mention for mention in parse(rest).handles if not is_pseudonym(mention.value))
        mentions = [(name.span.start, name.span.end, "mention") for name in names]
        found += mentions
        rest = blanked(rest, mentions)
    numbers = find_numbers(rest)
    found += numbers
    found += [(*match.span(), "document id") for match in _POST_ID.finditer(blanked(rest, numbers))]
    for start, end, what in sorted(found):
        left, _ = sight.place(start, end)
        scanned.add(what, f"{place}, character {left + 1}" if of_line else place, sight.text[start:end])
