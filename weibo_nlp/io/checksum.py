"""Checksums: of bytes, of files, and of rows whatever container holds them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from weibo_nlp.io.stable import open_regular


def sha256_of_bytes(data: bytes) -> str:
    """Return the SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes in hex, read in pieces.

    Raises
    ------
    DataError
        If it is no regular file.
    OSError
        If it cannot be read.
    """
    with open_regular(Path(path)) as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sha256_of_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return one SHA-256 over rows in order, the same whichever program or version wrote the file.

    Each row counts as its JSON with sorted keys and unescaped Chinese, followed by a newline.
    """
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
        digest.update(b"\n")
    return digest.hexdigest()
