"""A file that has to be looked through before its rows are used is read once: our own copy serves for the rest."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import write_errors
from weibo_nlp.io.rows import Table
from weibo_nlp.io.streams import open_stream

HELD_BYTES = 16 * 1024 * 1024  # up to here the copy stays in memory, beyond it is a nameless file that dies with us
CHUNK_BYTES = 1024 * 1024


@contextmanager
def read_once(table: Table) -> Iterator[Table]:
    """Give a table that may be read as often as needed, while the user's file is read once.

    Only JSON has to be: its columns are known at its end. What is copied is the text, unpacked and in UTF-8. The copy
    lies where temporary files do (``TMPDIR``).

    Raises
    ------
    DataError
        If the file changed since it was opened, or while it was copied.
    WriteError
        If there is no room for the copy.
    UsageError
        If there is no folder for it.
    """
    if not table.is_keyed or table.copy is not None:
        yield table
        return
    with tempfile.SpooledTemporaryFile(HELD_BYTES) as copy:
        found = table.sniffed
        with open_stream(table.path, table.state, found.compression, found.encoding, returns=found.returns) as stream:
            for chunk in _chunks(stream, table.path):
                _append(copy, chunk, table.path)
        yield replace(table, copy=copy)


def _chunks(handle: IO[bytes], path: Path) -> Iterator[bytes]:
    try:
        while chunk := handle.read(CHUNK_BYTES):
            yield chunk
    except OSError as error:
        raise DataError(f"{path}: cannot be read to its end ({error.strerror}); check the disk it is on.") from error


def _append(copy: IO[bytes], chunk: bytes, path: Path) -> None:
    """Write to a copy and flush it, so that what the disk does not take is told here, not where it is read."""
    try:
        with write_errors(f"a copy of {path} where temporary files lie (TMPDIR names another folder)"):
            copy.write(chunk)
            copy.flush()
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be copied to where temporary files lie ({error.strerror}); name a folder in TMPDIR that "
            "can be written to."
        ) from error
