"""Files that hold one JSON object, written by anyone: read in bounded memory, refused when ambiguous."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.jsonl import parse_json_line

LARGEST_FILE = 64 * 1024 * 1024


def read_json_object(path: Path, limit: int = LARGEST_FILE) -> dict[str, Any]:
    """Read a file that holds one JSON object, over as many lines as it likes.

    Raises
    ------
    DataError
        If it holds anything else, more than `limit` bytes, a key twice, or a number that is none; names the file.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as handle:
        raw = handle.read(limit + 1)
    if len(raw) > limit:
        raise DataError(f"{path}: longer than {limit:,} bytes; a JSON object of figures is expected.")
    parsed = parse_json_line(raw, 1, finite=True)
    if parsed.value is None:
        raise DataError(f"{path}: {parsed.reason}; a JSON object is expected.")
    return parsed.value
