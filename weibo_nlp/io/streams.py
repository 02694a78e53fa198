"""A user's file as a stream: unpacked, in UTF-8, and refused if it changes meanwhile."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from weibo_nlp.io.atomic import write_errors
from weibo_nlp.io.compression import Compression, unpacked
from weibo_nlp.io.encodings import UTF8, recoded
from weibo_nlp.io.stable import FileState, open_unchanged

_PIECE = 1024 * 1024


@contextmanager
def open_stream(
    path: Path,
    since: FileState | None = None,
    compression: Compression | None = None,
    encoding: str = UTF8,
    *,
    returns: bool = False,
) -> Iterator[BinaryIO]:
    """Open a file for its text, whatever it is packed with and encoded in.

    Raises
    ------
    DataError
        If it changes meanwhile, as of :func:`~weibo_nlp.io.stable.open_unchanged`, or is damaged.
    """
    with open_unchanged(path, since) as handle:
        yield recoded(unpacked(handle, compression, path), encoding, returns=returns)


@contextmanager
def open_seekable(
    path: Path, since: FileState | None = None, compression: Compression | None = None
) -> Iterator[BinaryIO]:
    """Open a file that is not read from its beginning to its end; a packed one is copied to where temporary files lie.

    Raises
    ------
    DataError
        As of `open_stream`.
    WriteError
        If there is no room for what is unpacked.
    """
    with open_unchanged(path, since) as handle:
        if compression is None:
            yield handle
            return
        with tempfile.TemporaryFile() as whole:
            with write_errors(f"what {path} unpacks to, where temporary files lie (TMPDIR names another folder)"):
                shutil.copyfileobj(unpacked(handle, compression, path), whole, _PIECE)
                whole.flush()
            whole.seek(0)
            yield cast(BinaryIO, whole)
