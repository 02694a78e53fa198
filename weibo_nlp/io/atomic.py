"""Writing beside and renaming, so that a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import stat
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from weibo_nlp.errors import UsageError, WriteError
from weibo_nlp.io.destination import Destination, destination_of
from weibo_nlp.io.locks import HAS_LOCKS, lock

# Names of temporary files: what tells them from anybody's own files, between eight random characters and the end.
SUFFIX = ".weibo_nlp.tmp"
_ROOM = "make room, or name a file on another disk"
# What can only come of writing, wherever in a block it is raised; reading knows EIO as well.
_CANNOT_WRITE = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: "raise the limit on the size of files (ulimit -f), or name a file on another disk",
    errno.EROFS: "name a file on another disk",
    errno.EIO: "the disk, or the one that was read, may be failing: check it, and run again",
}
_NO_SYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}
_NO_ATTRIBUTES = {errno.ENOTSUP, errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENODATA}


@contextmanager
def atomic_path(target: Path | str, *, within: Path | None = None) -> Iterator[Path]:
    """Give a temporary path beside `target`; rename it onto `target` when the block ends without an error.

    Parameters
    ----------
    target : Path or str
        Where the finished file shall lie. Its folder must exist. Through symbolic links, what they end at is replaced
        and the links stay. A stream (:func:`~weibo_nlp.io.destination.destination_of`) gets the finished content
        copied into it, in one go.
    within : Path, optional
        Folder above `target` that is kept for its user, who named none of the files in it: there, what is a link or
        no file is refused.

    Yields
    ------
    Path
        An empty file in the folder of the finished one, so that the rename stays within one file system; for a
        stream, in the system's folder for temporary files.

    Raises
    ------
    UsageError
        If the folder does not exist or cannot be written to, or `target` is a folder, a disk or read-only, or
        leads out of `within`.
    WriteError
        If the disk is full or fails, in the block or at its end.
    BrokenPipeError
        If nobody reads the stream to its end.

    Notes
    -----
    The file is on disk before it gets its name. It keeps mode, extended attributes and, where permitted, the owner
    of the file it replaces; other hard links to that file keep the old content.
    """
    with pending_file(target, within=within) as pending:
        yield pending.path
        pending.complete()
        pending.publish()


@contextmanager
def pending_file(target: Path | str, *, within: Path | None = None) -> Iterator[PendingFile]:
    """Give a file to be written under a temporary name; what was not published when the block ends is deleted.

    Raises
    ------
    UsageError, WriteError, BrokenPipeError
        As :func:`atomic_path`.
    """
    pending = PendingFile(destination_of(target, within), within)
    try:
        with write_errors(pending.where):
            yield pending
    finally:
        pending.discard()


@contextmanager
def write_errors(where: object) -> Iterator[None]:
    """Turn the errors of a full or failing disk, which name no file, into one that does and says what to do.

    Parameters
    ----------
    where : object
        Its string is the file, as the message shows it.

    Raises
    ------
    WriteError
        In place of an OSError that tells of a full disk, a limit, or a disk that fails or is read-only.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        remedy = _CANNOT_WRITE[error.errno]
        raise WriteError(f"cannot write {where}: {os.strerror(error.errno)}; {remedy}.") from error


class PendingFile:
    """A file that is being written: it lies under a temporary name, locked, until it is published under its own.

    Whose lock is gone is nobody's: it is left by a process that was killed, and deleted by the next one that writes
    to the same target. (A lock tells it more surely than a process number, which another process may have got.)
    """

    def __init__(self, destination: Destination, within: Path | None = None) -> None:
        self.destination = destination
        self._within = within
        folder = Path(tempfile.gettempdir()) if destination.file is None else destination.file.parent
        through = "" if destination.file is not None else f" (gathered in {folder}; TMPDIR names another folder)"
        self.where = f"{destination}{through}"
        # File names end at 255 bytes, and a character has up to four.
        prefix = f".{(destination.file or destination.target).name[:40]}."
        _sweep(folder, prefix)
        try:
            self._lock, name = _new_locked_file(folder, prefix)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                with write_errors(self.where):
                    raise
            raise UsageError(
                f"cannot write {self.where}: {error.strerror}; name a folder that exists and is writable."
            ) from error
        self.path = Path(name)
        self._copied = False

    @property
    def is_published(self) -> bool:
        """Whether the content stands where it belongs; asked of the disk, as a signal may come in at any moment."""
        return self._copied if self.destination.file is None else not self.path.exists()

    def complete(self) -> None:
        """Bring the written content to disk, with the mode, owner and attributes that the finished file shall have."""
        if self.destination.file is None:
            return
        # Again: it may have been made read-only, or a link may lead elsewhere by now.
        try:
            now = destination_of(self.destination.target, self._within)
        except UsageError as error:
            raise WriteError(str(error)) from error
        if now != self.destination:
            raise WriteError(f"cannot write {self.where}: its name leads elsewhere by now; run again.")
        handle = os.open(self.path, os.O_RDWR)
        try:
            _take_over(self.destination.file, self.path)
            _sync(handle)
        finally:
            os.close(handle)

    def publish(self) -> None:
        """Rename the completed file onto the one it replaces, or copy it into the stream."""
        file = self.destination.file
        if file is None:
            self._copy()
            return
        try:
            self.path.replace(file)
        except OSError as error:
            raise WriteError(f"cannot write {self.where}: {error.strerror}; name another file.") from error
        sync_folder(file.parent)

    def discard(self) -> None:
        """Delete the file unless it was published."""
        self.path.unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)

    def _copy(self) -> None:
        descriptor = self.destination.descriptor
        for stream in (sys.stdout, sys.stderr):  # what was printed before comes before
            if stream is not None:
                stream.flush()
        try:
            if descriptor is None:
                handle = os.open(self.destination.target, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
            else:
                handle = os.dup(descriptor)
            with _one_broken_pipe(), self.path.open("rb") as source, os.fdopen(handle, "wb") as stream:
                shutil.copyfileobj(source, stream)
                stream.flush()
                if stat.S_ISREG(os.fstat(handle).st_mode):
                    _sync(handle)
        except BrokenPipeError:
            raise
        except OSError as error:
            remedy = _CANNOT_WRITE.get(error.errno or 0, "name another file")
            raise WriteError(f"cannot write {self.destination}: {error.strerror}; {remedy}.") from error
        self._copied = True


@contextmanager
def _one_broken_pipe() -> Iterator[None]:
    """Let a handler of SIGPIPE raise at the end of the block, once, and not amid what cleans up behind it."""
    if sys.platform == "win32":  # where there is no such signal
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPIPE])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def sync_folder(folder: Path) -> None:
    """Bring to disk what was renamed or deleted in a folder."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows, or a folder that may be written to and not read: left to the system
        return
    try:
        _sync(handle)
    finally:
        os.close(handle)


def _sync(handle: int) -> None:
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC:  # a pipe, or a file system that cannot: its own affair
            raise


def _take_over(old: Path, new: Path) -> None:
    """Give a new file the attributes, owner and mode of the one it replaces, or else those of any new file."""
    try:
        status = old.stat()
    except FileNotFoundError:
        # Temporary files are made private; a result should be as readable as any file the user makes.
        umask = os.umask(0)
        os.umask(umask)
        new.chmod(0o666 & ~umask)
        return
    mode = status.st_mode & 0o777
    if sys.platform != "win32":
        with _unless(errno.EPERM):
            os.chown(new, -1, status.st_gid)
        with _unless(errno.EPERM):
            os.chown(new, status.st_uid, -1)
        if new.stat().st_gid != status.st_gid:  # another group must not get what the old one was allowed
            mode = mode & 0o707 | (mode & 0o007) << 3
    if sys.platform == "linux":
        with _unless(*_NO_ATTRIBUTES):
            for name in os.listxattr(old):
                with _unless(*_NO_ATTRIBUTES):
                    os.setxattr(new, name, os.getxattr(old, name))
    new.chmod(mode)


@contextmanager
def _unless(*codes: int) -> Iterator[None]:
    """Pass over errors that say a file system or user cannot have what is wished for, and nothing worse."""
    try:
        yield
    except OSError as error:
        if error.errno not in codes:
            raise


def _new_locked_file(folder: Path, prefix: str) -> tuple[int | None, str]:
    """Make an empty file and lock it; return the descriptor that holds the lock, None without locks, and its name."""
    while True:
        handle, name = tempfile.mkstemp(dir=folder, prefix=prefix, suffix=SUFFIX)
        if not HAS_LOCKS:
            os.close(handle)
            return None, name
        lock(handle, wait=True)  # on a file system without locks, nothing is ever taken for abandoned
        if os.fstat(handle).st_nlink:
            return handle, name
        os.close(handle)  # between being made and being locked, it was swept as nobody's


def _sweep(folder: Path, prefix: str) -> None:
    """Delete the temporary files that killed processes left behind while they wrote to the same target, and say so."""
    if not HAS_LOCKS:
        return
    ours = re.compile(re.escape(prefix) + "[a-z0-9_]{8}" + re.escape(SUFFIX))
    try:
        found = [path for path in folder.iterdir() if ours.fullmatch(path.name)]
    except OSError:  # a folder that is not there is told of when a file is to be made in it
        return
    for path in found:
        with suppress(OSError):  # another's file, or just now renamed: not ours to delete
            if _delete_if_abandoned(path):
                warnings.warn(f"{path}: left by a run that was killed; deleted.", stacklevel=2)


def _delete_if_abandoned(path: Path) -> bool:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            return False
        # Locking fails while the process that writes it lives.
        if not lock(handle, wait=False) or not os.path.samestat(status, path.stat()):
            return False
        path.unlink()
        return True
    finally:
        os.close(handle)
