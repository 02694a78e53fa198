"""A file that has to be looked through before its rows are used is read once: our own copy serves for the rest."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from weibo_nlp.errors import UsageError
from weibo_nlp.io.rows import Table
from weibo_nlp.io.stable import open_unchanged

HELD_BYTES = 16 * 1024 * 1024  # up to here the copy stays in memory, beyond it is a nameless file that dies with us


@contextmanager
def read_once(table: Table) -> Iterator[Table]:
    """Give a table that may be read as often as needed, while the user's file is read once.

    Only JSON Lines has to be: its columns are known at its end. The copy lies where temporary files do (``TMPDIR``).

    Raises
    ------
    DataError
        If the file changed since it was opened, or while it was copied.
    UsageError
        If there is no room for the copy.
    """
    if table.format != "jsonl":
        yield table
        return
    with tempfile.SpooledTemporaryFile(HELD_BYTES) as copy:
        with open_unchanged(table.path, table.state) as handle:
            try:
                shutil.copyfileobj(handle, copy, 1024 * 1024)
            except OSError as error:
                raise UsageError(
                    f"{table.path}: cannot be copied to {tempfile.gettempdir()} ({error.strerror}); make room there, "
                    "or name another folder in TMPDIR."
                ) from error
        yield replace(table, copy=copy)
