"""Files that stay as they are while they are read: what grows, shrinks or is replaced meanwhile is refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from weibo_nlp.errors import DataError


@dataclass(frozen=True, slots=True)
class FileState:
    """By what a file is known again: two readings with the same state have read the same bytes."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int
    """Of the inode: a date of modification can be set back, this one cannot."""

    @classmethod
    def of(cls, path: Path) -> FileState:
        """State of the file that a path names now."""
        return cls._from(path.stat())

    @classmethod
    def of_opened(cls, handle: BinaryIO) -> FileState:
        """State of a file that is open, whatever its path names by now."""
        return cls._from(os.fstat(handle.fileno()))

    @classmethod
    def _from(cls, status: os.stat_result) -> FileState:
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@contextmanager
def open_unchanged(path: Path, since: FileState | None = None, *, regular: bool = False) -> Iterator[BinaryIO]:
    """Open a user's file for reading, and see at the end of the block that all of it was read from one state.

    Parameters
    ----------
    path : Path
        The file. Of what is no regular file, as a pipe, nothing is checked: its bytes pass only once.
    since : FileState, optional
        State at an earlier reading that this one belongs to.
    regular : bool
        Refuse what is no regular file: for a name inside a folder, where a pipe or a device has no business, and would
        be waited for without end.

    Yields
    ------
    BinaryIO
        The open file.

    Raises
    ------
    DataError
        If it is to be a regular file and is none; if the file grew, shrank, was written to, was removed, or another
        took its place. An error that the block raised meanwhile is its cause: what was read of a changing file may seem
        damaged.
    OSError
        If it cannot be opened.
    """
    try:
        before = FileState.of(path) if since is None else since
        opened_file = open_regular(path) if regular else path.open("rb")
    except FileNotFoundError as error:
        if since is None:
            raise
        raise _changed(path, "was removed") from error
    with opened_file as handle:
        opened = FileState.of_opened(handle)
        checked = stat.S_ISREG(os.fstat(handle.fileno()).st_mode)
        if checked:
            _require_unchanged(path, before, opened, handle)
        try:
            yield handle
        except Exception as error:
            if checked:
                _require_unchanged(path, before, opened, handle, error)
            raise
        if checked:
            _require_unchanged(path, before, opened, handle)


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading that must be a regular one; never waits for a pipe that nobody writes to.

    Raises
    ------
    DataError
        If it is a pipe, a socket or a device.
    OSError
        If it cannot be opened, as a folder cannot.
    """
    waits_not = getattr(os, "O_NONBLOCK", 0)  # Windows has neither such pipes nor the flag
    handle = open(path, "rb", opener=lambda name, flags: os.open(name, flags | waits_not))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
        handle.close()
        raise DataError(f"{path}: cannot be read: it is no file, but a pipe or a device. Put the file in its place.")
    return handle


def require_unchanged(path: Path, since: FileState) -> None:
    """Refuse a file that is not any more what it was.

    Raises
    ------
    DataError
        If it grew, shrank, was written to, was removed, or another took its place.
    """
    try:
        problem = _change(since, FileState.of(path))
    except FileNotFoundError:
        problem = "was removed"
    if problem is not None:
        raise _changed(path, problem)


def _require_unchanged(
    path: Path, before: FileState, opened: FileState, handle: BinaryIO, cause: Exception | None = None
) -> None:
    # States of the path and of the open file are not compared with each other: Windows numbers devices in two ways.
    try:
        problem = _change(before, FileState.of(path))
    except FileNotFoundError:
        problem = "was removed"
    # A file that lost its name, or got another, has changed by that alone; so what became of its name comes first.
    problem = problem or _change(opened, FileState.of_opened(handle))
    if problem is not None:
        raise _changed(path, problem) from cause


def _changed(path: Path, how: str) -> DataError:
    return DataError(
        f"{path}: {how} while it was read. Wait until it is finished, or make a copy of it, and start again."
    )


def _change(before: FileState, now: FileState) -> str | None:
    if now == before:
        return None
    if (now.device, now.inode) != (before.device, before.inode):
        return "was replaced by another file"
    if now.size != before.size:
        return f"{'grew' if now.size > before.size else 'shrank'} from {before.size:,} to {now.size:,} bytes"
    if now.modified_ns != before.modified_ns:
        return "was written to"
    return "was written to, or its mode or links changed,"
