"""JSON Lines and JSON: UTF-8, LF, one object a line or a file, Chinese unescaped so that diffs can be read."""

from __future__ import annotations

import codecs
import json
import math
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, TypeVar

from weibo_nlp.errors import DataError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.limits import MAX_DEPTH, MAX_FILE_BYTES, MAX_LINE_BYTES, MAX_VALUES
from weibo_nlp.io.row_places import BEGINNING, RowPlaces, RowStart
from weibo_nlp.io.stable import FileState, open_unchanged

BLANK = "blank line"
_EXACT = 2.0**53  # up to here, a float holds every whole number
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One physical line: its number from 1, and either the object on it or the reason there is none."""

    number: int
    value: dict[str, Any] | None
    reason: str | None
    raw: str


def raw_lines(
    path: Path, limit: int = MAX_LINE_BYTES, *, since: FileState | None = None
) -> Generator[tuple[int, bytes, bool], None, None]:
    """Yield (number, bytes without the newline, too_long) for every physical line, in bounded memory.

    Of a line beyond `limit` bytes only the first `limit` are kept, and ``too_long`` is true. The carriage return of
    a Windows line end stays: inside a quoted cell it is text.

    Raises
    ------
    DataError
        At the end, if the file changed meanwhile, or from the state `since`.
    """
    with open_unchanged(path, since) as handle:
        yield from lines_of(handle, limit)


def lines_of(
    handle: IO[bytes], limit: int = MAX_LINE_BYTES, *, start: RowStart = BEGINNING, places: RowPlaces | None = None
) -> Iterator[tuple[int, bytes, bool]]:
    """Yield the physical lines of an open file as `raw_lines` does.

    Parameters
    ----------
    handle : binary file
        Where reading begins.
    limit : int
        Longest line.
    start : RowStart
        What its line is counted from, and its bytes.
    places : RowPlaces, optional
        Told where each line begins.
    """
    number, offset = start.number - 1, start.offset
    while piece := handle.readline(limit + 2):
        number += 1
        if places is not None:
            places.line(number, offset)
        offset += len(piece)
        whole = piece.endswith(b"\n")
        while not whole and (rest := handle.readline(limit)):
            whole = rest.endswith(b"\n")
            offset += len(rest)
        line = piece.removesuffix(b"\n")
        yield number, line[:limit], len(line.removesuffix(b"\r")) > limit


def decoded(raw: bytes, number: int, too_long: bool) -> tuple[str | None, str]:
    """Text of a physical line, or the reason why there is none."""
    if too_long:
        return None, f"line is longer than {MAX_LINE_BYTES:,} bytes"
    try:
        return (without_marks(raw) if number == 1 else raw).decode(), ""
    except UnicodeDecodeError as error:
        return None, f"not UTF-8: byte 0x{raw[error.start]:02x} at byte {error.start}"


def without_marks(head: bytes) -> bytes:
    """Beginning of a file behind its byte order mark; programs that each add one leave several."""
    end = 0
    while head.startswith(codecs.BOM_UTF8, end):
        end += len(codecs.BOM_UTF8)
    return head[end:] if end else head


def excerpt(raw: bytes) -> str:
    """Beginning of a line, made printable."""
    return raw[:2000].decode("utf-8", "backslashreplace")


def without_last_blanks(
    lines: Iterable[T], number_of_blank: Callable[[T], int], blank: Callable[[int], T]
) -> Iterator[T]:
    """Pass lines on, but for blank ones at the very end of a file, which are not worth a word.

    Parameters
    ----------
    lines : iterable
        Of anything that stands for a line.
    number_of_blank : callable
        Gives the number of a line that is blank, and 0 for any other.
    blank : callable
        Makes such a line of its number: millions of them are counted rather than held.
    """
    first = count = 0
    for line in lines:
        if number := number_of_blank(line):
            first, count = first if count else number, count + 1
            continue
        yield from map(blank, range(first, first + count))
        count = 0
        yield line


def parse_json_line(raw: bytes, number: int, *, too_long: bool = False, finite: bool = False) -> JsonLine:
    """Read one line as a JSON object; a line that is none comes back with its reason, never as an exception.

    With `finite`, a number too large for a float is refused; without, it is infinity.
    """
    raw = raw.removesuffix(b"\r")
    if not too_long and not raw.strip():  # as is decided below, for a tenth of the time
        return JsonLine(number, None, BLANK, "")
    text, reason = decoded(raw, number, too_long)
    if text is None:
        return JsonLine(number, None, reason, excerpt(raw))
    if not text.strip():
        return JsonLine(number, None, BLANK, "")
    value = _object_or_reason(text, finite)
    if isinstance(value, str):
        return JsonLine(number, None, value, excerpt(raw))
    return JsonLine(number, value, None, excerpt(raw))


def read_jsonl(path: Path | str, *, finite: bool = False) -> Iterator[JsonLine]:
    """Stream a file's lines, good and bad, in order; blank lines at the very end of the file are not reported.

    Parameters
    ----------
    path : Path or str
        A UTF-8 file, with or without a byte order mark.
    finite : bool
        Refuse numbers too large for a float, which are valid but could not be written as JSON again.

    Yields
    ------
    JsonLine
        With ``value`` for an object, with ``reason`` for anything else.

    Raises
    ------
    DataError
        At the end, if the file changed while it was read.
    """
    return json_lines(raw_lines(Path(path)), finite=finite)


def json_lines(lines: Iterable[tuple[int, bytes, bool]], *, finite: bool = False) -> Iterator[JsonLine]:
    """Read physical lines as `read_jsonl` reads a file."""
    parsed = (parse_json_line(raw, number, too_long=too_long, finite=finite) for number, raw, too_long in lines)
    return without_last_blanks(
        parsed,
        lambda line: line.number if line.reason == BLANK else 0,
        lambda number: JsonLine(number, None, BLANK, ""),
    )


def read_json_object(path: Path, limit: int = MAX_FILE_BYTES) -> dict[str, Any]:
    """Read a file that holds one JSON object, over as many lines as it likes; written by anyone.

    Raises
    ------
    DataError
        If it is no regular file, holds anything else, more than `limit` bytes, a key twice, or a number that is none,
        or changes while it is read; names the file.
    OSError
        If it cannot be read.
    """
    with open_unchanged(path, regular=True) as handle:
        raw = handle.read(limit + 1)
    if len(raw) > limit:
        raise DataError(f"{path}: longer than {limit:,} bytes; a JSON object of figures is expected.")
    parsed = parse_json_line(raw, 1, finite=True)
    if parsed.value is None:
        raise DataError(f"{path}: {parsed.reason}; a JSON object is expected.")
    return parsed.value


def parse_json(text: str, *, finite: bool = False, numbers_as_text: bool = False) -> Any:
    """Read one JSON value that anyone may have written, if it has one meaning.

    Parameters
    ----------
    text : str
        The whole of it; how long it may be, and how many values it may hold (`has_many_values`), is for the caller.
    finite : bool
        Refuse numbers too large for a float, and whole numbers that one would round.
    numbers_as_text : bool
        Give integers as they are written, and fractions as Python writes them.

    Raises
    ------
    json.JSONDecodeError
        If it breaks the grammar, with the place.
    AmbiguousJsonError
        If an object has a key twice.
    ValueError
        If it holds NaN, infinity or an integer of thousands of digits, or is nested deeper than ``MAX_DEPTH``. All of
        these say why.
    """
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=str if numbers_as_text else None,
            parse_float=_written if numbers_as_text else _finite if finite else None,
            object_pairs_hook=_object_without_doubles,
        )
    except (json.JSONDecodeError, AmbiguousJsonError):
        raise
    except ValueError as error:
        what = "an integer of thousands of digits" if "int_max_str_digits" in str(error) else error
        raise ValueError(f"not JSON: {what}") from None
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth_exceeds(value, MAX_DEPTH):
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    return value


def _written(digits: str) -> str:
    return str(float(digits))


class AmbiguousJsonError(ValueError):
    """JSON by its grammar, but not one value: to keep the last of two would lose the other without a word.

    Parameters
    ----------
    key : str
        It stands twice in an object.
    beginning : str
        Of the object.
    """

    def __init__(self, key: str, beginning: str) -> None:
        super().__init__(f"key {key[:40]!r} stands twice")
        self.beginning = beginning


def dump_line(row: Mapping[str, Any]) -> str:
    """Return one line of JSON, keys as they stand, Chinese unescaped."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"


def write_jsonl(path: Path | str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows, beside and renamed; return how many."""
    count = 0
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as handle:
        for row in rows:
            handle.write(dump_line(row))
            count += 1
    return count


def has_many_values(text: str) -> bool:
    """Whether JSON may hold more than ``MAX_VALUES`` values, told by its commas and brackets before it is read."""
    return len(text) > MAX_VALUES and sum(map(text.count, ",[{")) > MAX_VALUES


def _object_or_reason(text: str, finite: bool) -> dict[str, Any] | str:
    if has_many_values(text):
        return f"more than {MAX_VALUES:,} values"
    try:
        value = parse_json(text, finite=finite)
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg.removesuffix(' at')} at column {error.colno}"
    except ValueError as error:
        return str(error)
    if not isinstance(value, dict):
        return f"not a JSON object but {type(value).__name__}"
    if "\\u" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return "a lone surrogate (half of an escaped character) stands in it"
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"{digits[:40]} is too large a number")
    # Of a fraction some digits may go; of a whole number, which may be an id, none.
    if abs(value) >= _EXACT and Decimal(repr(value)) != Decimal(digits):
        raise ValueError(f"{digits[:40]} is a number that would be rounded; write it as text")
    return value


def _object_without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise AmbiguousJsonError(twice, json.dumps(dict(pairs[:1]), ensure_ascii=False)[:80])
    return value


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        inner = [each for outer in level for each in (outer.values() if isinstance(outer, dict) else outer)]
        level = [each for each in inner if isinstance(each, dict | list)]
    return bool(level)
