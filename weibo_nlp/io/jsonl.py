"""JSON Lines: UTF-8, LF, one object a line, Chinese unescaped so that diffs can be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.atomic import atomic_path

# One document of the largest platform is far smaller; a line beyond this is a broken file, and
# reading it whole would let one line take all memory.
MAX_LINE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One physical line: its number from 1, and either the object on it or the reason there is none."""

    number: int
    value: dict[str, Any] | None
    reason: str | None
    raw: str


def raw_lines(path: Path, limit: int = MAX_LINE_BYTES) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (number, bytes without line end, too_long) for every physical line, in bounded memory.

    Of a line beyond `limit` bytes only the first `limit` are kept, and ``too_long`` is true.
    """
    number = 0
    with path.open("rb") as handle:
        while piece := handle.readline(limit + 2):
            number += 1
            whole = piece.endswith(b"\n")
            # A last line may lack its newline; only a full buffer without one is an overlong line.
            too_long = not whole and len(piece) > limit
            while not whole and (rest := handle.readline(limit)):
                whole = rest.endswith(b"\n")
            yield number, piece.rstrip(b"\r\n")[:limit], too_long


def parse_json_line(raw: bytes, number: int, *, too_long: bool = False) -> JsonLine:
    """Read one line as a JSON object; a line that is none comes back with its reason, never as an exception."""
    shown = raw[:2000].decode("utf-8", "backslashreplace")
    if too_long:
        return JsonLine(number, None, f"line is longer than {MAX_LINE_BYTES:,} bytes", shown)
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        return JsonLine(number, None, f"not UTF-8: byte 0x{raw[error.start]:02x} at byte {error.start}", shown)
    if not text.strip():
        return JsonLine(number, None, "blank line", "")
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return JsonLine(number, None, f"not JSON: {error.msg} at column {error.colno}", shown)
    except (ValueError, RecursionError) as error:  # NaN and Infinity; brackets nested without end
        return JsonLine(number, None, f"not JSON: {error}", shown)
    if not isinstance(value, dict):
        return JsonLine(number, None, f"not a JSON object but {type(value).__name__}", shown)
    if "\\u" in text and not _encodable(value):
        return JsonLine(number, None, "a lone surrogate (half of an escaped character) stands in it", shown)
    return JsonLine(number, value, None, shown)


def read_jsonl(path: Path | str) -> Iterator[JsonLine]:
    """Stream a file's lines, good and bad, in order; blank lines at the very end of the file are not reported.

    Parameters
    ----------
    path : Path or str
        A UTF-8 file, with or without a byte order mark.

    Yields
    ------
    JsonLine
        With ``value`` for an object, with ``reason`` for anything else.
    """
    held: list[JsonLine] = []
    for number, raw, too_long in raw_lines(Path(path)):
        line = parse_json_line(raw, number, too_long=too_long)
        if line.reason == "blank line":
            held.append(line)
            continue
        yield from held
        held.clear()
        yield line


def read_jsonl_strictly(path: Path | str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Stream (line number, object), for files of our own making, where a bad line is an error.

    Raises
    ------
    DataError
        At the first line that is not a JSON object, naming file and line.
    """
    for line in read_jsonl(path):
        if line.value is None:
            raise DataError(f"{path}:{line.number}: {line.reason}; one JSON object a line is expected. Mend the line.")
        yield line.number, line.value


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


def _encodable(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")
