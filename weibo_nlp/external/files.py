"""A user's copy on disk: which files it holds, and their rows with the physical line each starts on."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.external.sets import SetInfo
from weibo_nlp.io.delimited import delimited_records
from weibo_nlp.io.jsonl import AmbiguousJsonError, has_many_values, parse_json
from weibo_nlp.io.limits import MAX_FILE_BYTES, MAX_LINE_BYTES, MAX_VALUES
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.stable import open_unchanged
from weibo_nlp.io.swallowed import swallowed_lines

UNDECODABLE = "undecodable bytes"
WRONG_COLUMNS = "wrong number of columns"
SEVERAL_ROWS = "a quotation mark may have made one row of several"
MAX_CELL = 131_072
_GZIPPED = b"\x1f\x8b"

# Bytes that are not UTF-8 are read as lone surrogates, so that one bad byte costs one row and not the file.
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A record of a CSV file by canonical column name; ``problem`` says why the cells cannot be trusted."""

    line: int
    cells: Mapping[str, str]
    problem: str | None = None
    detail: str = ""


def find_parts(info: SetInfo, path: str | Path) -> dict[str, Path]:
    """Find the files of a set in its own folder or in the folder above.

    Returns
    -------
    dict of str to Path
        One file for each part that this copy holds, in the set's own order of parts.

    Raises
    ------
    UsageError
        If `path` is no folder, if a file that the set cannot do without is missing, or if a part could be
        read from more than one file.
    """
    folder = named_path(path, "a copy of a set")
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise UsageError(f"{folder}: {what}; give the folder that holds your copy of {info.name} ({_wanted(info)}).")
    roots = _distinct([folder, *(folder / name for name in info.folders)])
    holding = [(root, parts) for root in roots if (parts := _parts_in(info, root))]
    if not holding:
        raise UsageError(_nothing_found(info, folder, "holds none of the files"))
    if len(holding) > 1:
        raise UsageError(
            f"{folder}: {info.name} could be read from {' or '.join(str(root) for root, _ in holding)}; "
            "give the one folder you mean."
        )
    root, parts = holding[0]
    missing = [part for part in info.required if part not in parts]
    if missing:
        raise UsageError(_nothing_found(info, root, f"lacks the file for {', '.join(missing)}"))
    return parts


def read_csv(
    path: Path, columns: Mapping[str, tuple[str, ...]], optional: Mapping[str, tuple[str, ...]] | None = None
) -> Iterator[CsvRow]:
    """Stream the records of a CSV file, plain or gzipped, with or without a byte order mark.

    Parameters
    ----------
    path : Path
        The file; it counts as gzipped if its name ends in ``.gz``.
    columns, optional : mapping of str to tuple of str
        Canonical name of a column to the names it is published under. An optional column that the file
        lacks is absent from the cells.

    Yields
    ------
    CsvRow
        One for each record, empty lines left out. ``line`` is where the record starts: a quoted cell may
        run over several lines. If some of these would be rows of their own, each comes with ``SEVERAL_ROWS``.

    Raises
    ------
    DataError
        If the header lacks a column, has one twice or may hold rows, if the quoting is broken, or if the file cannot
        be decompressed.
    """
    taken = 0
    with open_text(path, newline="") as handle:

        def lines() -> Iterator[str]:
            nonlocal taken
            for line in bounded_lines(handle, path):
                taken += 1
                yield line

        # strict: without it a quote that is never closed swallows the rest of the file as one cell.
        # The limit is forty times the longest post seen.
        records = delimited_records(lines(), strict=True, cell_limit=MAX_CELL)
        start = 1
        try:
            cells = next(records, [])
            header = [name.strip() for name in cells]
            if swallowed_lines(cells, ",", len(cells)):
                raise DataError(f"{path}:1: {SEVERAL_ROWS}, the header one of them. Compare with the published file.")
            places = _places(path, header, columns, optional or {})
            start = taken + 1
            for record in records:
                if swallowed := swallowed_lines(record, ",", len(header)):
                    for line in (0, *swallowed):
                        yield CsvRow(start + line, {}, SEVERAL_ROWS, f"the record begins on line {start}")
                elif record:
                    yield _row(start, record, header, places)
                start = taken + 1
        except csv.Error as error:
            raise DataError(
                f"{path}:{start}: the record starting here is not valid CSV ({error}). "
                "Compare the line with the published file; a quote is probably not closed, or not doubled."
            ) from error


def bounded_lines(handle: TextIO, path: Path) -> Iterator[str]:
    """Yield lines with their ends; a packed file of a few bytes may hold one that fills the memory.

    Raises
    ------
    DataError
        For a line longer than any record, naming it.
    """
    for number, line in enumerate(iter(partial(handle.readline, MAX_LINE_BYTES + 1), ""), 1):
        if len(line) > MAX_LINE_BYTES:
            raise DataError(
                f"{path}:{number}: longer than {MAX_LINE_BYTES:,} characters. Compare it with the published file."
            )
        yield line


def read_json(path: Path, *, numbers_as_text: bool = False) -> Any:
    """Read a file, plain or gzipped, that is one value of JSON.

    Parameters
    ----------
    path : Path
        The file; it counts as gzipped if its name ends in ``.gz``.
    numbers_as_text : bool
        Give integers as they are written, and fractions as Python writes them: somebody's post may be a number.

    Raises
    ------
    DataError
        If it holds anything else, or far more than a published set does; names the file, and the place.
    """
    with open_text(path, newline="\n") as handle:
        text = handle.read(MAX_FILE_BYTES + 1)
    if len(text) > MAX_FILE_BYTES or has_many_values(text):
        raise DataError(
            f"{path}: longer than {MAX_FILE_BYTES:,} characters, or has more than {MAX_VALUES:,} values. "
            "Compare with the published file."
        )
    try:
        return parse_json(text, numbers_as_text=numbers_as_text)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}:{error.lineno}:{error.colno}: not valid JSON ({error.msg}). Compare with the published file."
        ) from error
    except AmbiguousJsonError as error:
        raise DataError(
            f"{path}: {error} in the object that begins {error.beginning}. Compare with the published file."
        ) from error
    except ValueError as error:
        raise DataError(f"{path}: {error}. Compare with the published file.") from error


def undecodable(text: str) -> bool:
    """Whether `text` holds what is left of bytes that are not UTF-8 (or half a surrogate pair from JSON)."""
    return _SURROGATE.search(text) is not None


@contextmanager
def open_unpacked(path: Path) -> Iterator[BinaryIO]:
    """Open a file, plain or gzipped, for its bytes.

    Raises
    ------
    DataError
        For a broken ``.gz``, a file that is one without its name, and a file that changes meanwhile.
    """
    try:
        with (
            open_unchanged(path, regular=True) as raw,
            gzip.open(raw) if path.suffix == ".gz" else nullcontext(raw) as unpacked,
        ):
            if unpacked.read(len(_GZIPPED)) == _GZIPPED:
                raise DataError(f"{path}: is packed with gzip; unpack it, or give it a name that ends in .gz.")
            unpacked.seek(0)
            yield cast(BinaryIO, unpacked)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be decompressed ({error}). Download or copy the file again.") from error


@contextmanager
def open_text(path: Path, newline: str) -> Iterator[TextIO]:
    """Open a file, plain or gzipped, as UTF-8 with or without byte order marks; raises as `open_unpacked` does."""
    with open_unpacked(path) as unpacked:
        head = unpacked.read(len(BOM_UTF8))
        while head == BOM_UTF8:  # programs that each add a mark leave several
            head = unpacked.read(len(BOM_UTF8))
        unpacked.seek(unpacked.tell() - len(head))
        # Kept here: without it, the file beneath would be closed before it is looked at again.
        text = TextIOWrapper(unpacked, encoding="utf-8", errors="surrogateescape", newline=newline)
        yield text


def _parts_in(info: SetInfo, root: Path) -> dict[str, Path]:
    parts: dict[str, Path] = {}
    for part, names in info.files.items():
        files = [file for name in names for file in (root / name, root / f"{name}.gz") if file.is_file()]
        if len(files) > 1:
            raise UsageError(
                f"{root}: the {part} part of {info.name} could be read from "
                f"{' or '.join(str(file.relative_to(root)) for file in files)}; keep one of them in the folder."
            )
        if files:
            parts[part] = files[0]
    return parts


def _distinct(folders: list[Path]) -> list[Path]:
    # On a file system that ignores case, "swsr" and "SWSR" are one folder and no ambiguity.
    present = [folder for folder in folders if folder.is_dir()]
    return [folder for place, folder in enumerate(present) if not any(map(folder.samefile, present[:place]))]


def _wanted(info: SetInfo) -> str:
    return "; ".join(f"{part}: {' or '.join(names)}" for part, names in info.files.items())


def _nothing_found(info: SetInfo, folder: Path, problem: str) -> str:
    return (
        f"{folder}: {problem} that {info.name} is recognised by, here or in a folder called "
        f"{', '.join(info.folders)}. Looked for {_wanted(info)}; each also with .gz. "
        f"This package ships no external data; the set is published with {info.published}."
    )


def _places(
    path: Path, header: list[str], columns: Mapping[str, tuple[str, ...]], optional: Mapping[str, tuple[str, ...]]
) -> dict[str, int]:
    places: dict[str, int] = {}
    for name, published in {**columns, **optional}.items():
        held = [place for place, column in enumerate(header) if column in published]
        if len(held) > 1:
            shown = " and ".join(repr(header[place]) for place in held[:2])
            raise DataError(
                f"{path}:1: the {name} could be read from {shown}, columns {held[0] + 1} and {held[1] + 1}. "
                "Compare with the published file, and keep one."
            )
        if held:
            places[name] = held[0]
        elif name in columns:
            shown = ", ".join(repr(cell[:40]) for cell in header[:12]) or "nothing"
            raise DataError(
                f"{path}:1: no column {' or '.join(map(repr, published))} in the header ({shown}). "
                "Check that this is the published file of the set you named, in UTF-8."
            )
    return places


def _row(line: int, record: list[str], header: list[str], places: Mapping[str, int]) -> CsvRow:
    if len(record) != len(header):
        return CsvRow(line, {}, WRONG_COLUMNS, f"{len(record)} instead of {len(header)}")
    if any(undecodable(cell) for cell in record):
        return CsvRow(line, {}, UNDECODABLE)
    return CsvRow(line, {name: record[place] for name, place in places.items()})
