"""JSON documents: arrays of records, and records deep inside an object, read one by one in the memory of one.

The brackets of the document are followed without reading what stands between them; each record is then read as a line
of JSON Lines is, with the same limits and the same reasons for being set aside.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from weibo_nlp.errors import DataError
from weibo_nlp.io.limits import MAX_DEPTH, MAX_LINE_BYTES
from weibo_nlp.io.row_places import BEGINNING, Brackets, RowPlaces, RowStart

RecordsPath = tuple[str, ...]
"""Keys that lead to the array of records; none where the document is that array."""
TOP: RecordsPath = ("$",)
"""Stands for records that are in no array: a document that is one, or several one behind the other."""
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[{}\[\]]', re.DOTALL)
_PIECE = 256 * 1024
_LONGEST_GAP = 4_096
"""Blanks that may stand between a key and the bracket behind it."""
_DEEPEST_RECORDS = 8
_MOST_PATHS = 1_000


def path_text(path: RecordsPath) -> str:
    """Write the keys that lead to records with dots between them, as users name them."""
    return ".".join(path) or "."


def records_paths(handle: IO[bytes], where: Path) -> Counter[RecordsPath]:
    """Count the objects in each array of a document that lies in no other array, by the keys that lead there.

    Raises
    ------
    DataError
        If brackets do not fit, or the document breaks off.
    """
    counts = Counter[RecordsPath]()
    scanner = _Scanner(handle, where)
    for sign, _ in scanner.brackets():
        if sign == b"{" and len(scanner.stack) > 1 and scanner.stack[-2][0] == b"[":
            path = scanner.path(len(scanner.stack) - 1)
            if path is not None and (path in counts or len(counts) < _MOST_PATHS):
                counts[path] += 1
    return counts


def document_records(
    handle: IO[bytes], where: Path, path: RecordsPath, start: RowStart = BEGINNING, places: RowPlaces | None = None
) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (number from 1, bytes, too_long) for every element of the array at a path, as `lines_of` does for lines.

    Of an element beyond ``MAX_LINE_BYTES`` only the beginning is kept, and ``too_long`` is true. Where reading begins
    at another element than the first, `start` says what is above it, and `places` is told where each begins.

    Raises
    ------
    DataError
        If brackets do not fit, or the document breaks off; records before are yielded.
    """
    scanner = _Scanner(handle, where)
    number = start.number - 1
    depth = None if path != TOP else 0  # of the array, where reading is inside it
    within: Brackets = ()
    if start.above:
        within = start.brackets
        scanner.stack = [(sign.encode(), None if key is None else key.encode("latin-1")) for sign, key in within]
        depth = len(within)
        scanner.hold(0)

    def element(raw: bytes) -> tuple[int, bytes, bool]:
        nonlocal number
        number += 1
        if places is not None:
            places.line(number, start.offset + scanner.began)
            places.brackets = within
        return number, raw, scanner.is_cut

    for sign, place in scanner.brackets():
        now = len(scanner.stack)
        if depth is None:
            if sign == b"[" and scanner.path(now) == path:
                depth = now
                within = scanner.open_brackets()
                scanner.hold(place + 1)
            continue
        if sign in b"{[" and now == depth + 1:
            if gap := scanner.held(place).strip(b", \t\r\n"):
                yield element(gap)
            scanner.hold(place)
        elif sign in b"}]" and now == depth:
            yield element(scanner.held(place + 1))
            scanner.hold(place + 1)
        elif sign == b"]" and now == depth - 1:
            if gap := scanner.held(place).strip(b", \t\r\n"):
                yield element(gap)
            depth = None
            scanner.release()


class _Scanner:
    """Follows the brackets of a document, and keeps the bytes from a place on that is held."""

    def __init__(self, handle: IO[bytes], where: Path) -> None:
        self._handle, self._where = handle, where
        self.stack: list[tuple[bytes, bytes | None]] = []
        """Open brackets, each with the key before it."""
        self._buffer, self._base = b"", 0
        self._held: int | None = None
        self._beginning = b""
        self.began = 0
        """The place from which on bytes are held, or were as long as there was room."""
        self.is_cut = False
        """Whether what is held is longer than a row may be."""

    def brackets(self) -> Iterator[tuple[bytes, int]]:
        """Yield each bracket and its place in the document, when it has been put on the stack or its like taken off."""
        position = 0
        key: tuple[int, int] | None = None  # the last string: where it begins and ends
        while piece := self._handle.read(_PIECE):
            self._buffer += piece
            for match in _TOKEN.finditer(self._buffer, position):
                sign = match[0]
                if sign[:1] == b'"':
                    if not match[1]:
                        position = match.start()
                        break
                    key = (self._base + match.start(), self._base + match.end())
                    continue
                place = self._base + match.start()
                self._follow(sign, self._key_before(place, key))
                yield sign, place
            else:
                position = len(self._buffer)
            if len(self._buffer) - position > 2 * MAX_LINE_BYTES:
                raise self._error("holds a text longer than a row may be, or a quotation mark that never closes")
            position -= self._drop(position, key)
        if self.stack or position < len(self._buffer):
            raise self._error("breaks off before its brackets are closed")

    def open_brackets(self) -> Brackets:
        """Brackets that are open, by which reading can go on inside of them."""
        return tuple((sign.decode(), None if key is None else key.decode("latin-1")) for sign, key in self.stack)

    def path(self, depth: int) -> RecordsPath | None:
        """Keys that lead to the bracket at a depth, counted from 1; None where an array stands above it."""
        above = self.stack[:depth]
        if depth > _DEEPEST_RECORDS or any(sign == b"[" for sign, _ in above[:-1]):
            return None
        keys = [key for _, key in above[1:]]
        if any(key is None for key in keys):
            return None
        return tuple(_text_of(key) for key in keys if key is not None)

    def hold(self, place: int) -> None:
        """Keep the bytes from a place on."""
        self.began = place
        self._held, self.is_cut, self._beginning = place, False, b""

    def held(self, end: int) -> bytes:
        """Bytes from the place that is held to an end; their beginning, where they are longer than a row may be."""
        if self._held is None:
            return self._beginning
        content = self._buffer[self._held - self._base : end - self._base]
        self.is_cut = len(content) > MAX_LINE_BYTES
        return content[:MAX_LINE_BYTES]

    def release(self) -> None:
        """Keep nothing any more."""
        self._held, self._beginning = None, b""

    def _key_before(self, place: int, key: tuple[int, int] | None) -> bytes | None:
        if key is None or key[0] < self._base:
            return None
        between = self._buffer[key[1] - self._base : place - self._base]
        return self._buffer[key[0] - self._base : key[1] - self._base] if between.strip() == b":" else None

    def _follow(self, sign: bytes, key: bytes | None) -> None:
        if sign in b"{[":
            if len(self.stack) > 2 * MAX_DEPTH:
                raise self._error(f"is nested deeper than {2 * MAX_DEPTH} levels")
            self.stack.append((sign, key))
        elif not self.stack or self.stack.pop()[0] != (b"{" if sign == b"}" else b"["):
            raise self._error(f"closes with {sign.decode()} what was not opened")

    def _drop(self, position: int, key: tuple[int, int] | None) -> int:
        """Forget what nobody asks for any more; return how many bytes."""
        if self._held is not None and self._base + len(self._buffer) - self._held > MAX_LINE_BYTES + _PIECE:
            self._beginning, self._held, self.is_cut = self.held(self._held + MAX_LINE_BYTES), None, True
        places = [self._base + position]
        places += [] if self._held is None else [self._held]
        # A bracket may still come behind its key.
        places += [] if key is None or position - (key[1] - self._base) > _LONGEST_GAP else [key[0]]
        n_bytes = max(min(places) - self._base, 0)
        self._buffer, self._base = self._buffer[n_bytes:], self._base + n_bytes
        return n_bytes

    def _error(self, what: str) -> DataError:
        return DataError(f"{self._where}: is no JSON document that can be read: it {what}. Write it again.")


def _text_of(key: bytes) -> str:
    try:
        return str(json.loads(key))
    except ValueError:  # bytes that are no UTF-8, or a lone escape: the record reader says what is wrong
        return key.decode("utf-8", "backslashreplace").strip('"')
