"""Where writing to a path leads: through its links to a file, or to a stream, which stays what it is."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from weibo_nlp.errors import UsageError

# As many as Linux follows; only a link that changes meanwhile can come so far.
MAX_LINKS = 40


@dataclass(frozen=True, slots=True)
class Destination:
    """What a path names: a file, there or not yet, or a stream."""

    target: Path
    """The path as it was given, for messages."""
    file: Path | None
    """Where links end, and what a finished file may be renamed onto; None for a stream."""
    descriptor: int | None = None
    """Of a stream, the open descriptor of this process that the path names, such as 1 for ``/dev/stdout``."""

    def __str__(self) -> str:
        leads_on = self.file is not None and self.target.is_symlink()
        return f"{self.target} (a link to {self.file})" if leads_on else str(self.target)


def destination_of(target: Path | str) -> Destination:
    """Follow a path to what writing to it would change, and refuse what cannot be written to, before any work.

    Parameters
    ----------
    target : Path or str
        A file, which need not exist; a symbolic link, even to a file that does not exist; a named pipe, a character
        device such as ``/dev/null`` or a terminal, or an open descriptor: ``/dev/stdout``, ``/dev/stderr``,
        ``/dev/fd/N``.

    Returns
    -------
    Destination
        A descriptor is a stream whatever it is open on: a shell's redirection to a file is not to be replaced.

    Raises
    ------
    UsageError
        If it is a folder, a disk, a socket, read-only, or a name that leads nowhere.
    """
    target = Path(target)
    try:
        end = end_of_links(target)
        if isinstance(end, int):
            _require_writable_descriptor(target, end)
            return Destination(target, None, end)
        try:
            # Through the link, not to its end: the system may forbid to follow a stranger's link in a shared folder.
            mode = target.stat().st_mode
        except FileNotFoundError:
            return Destination(target, end)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}; name another file.") from error
    if what := _unwritable(mode):
        raise UsageError(f"cannot write {target}: it is {what}; name a file.")
    if not os.access(end, os.W_OK):
        raise UsageError(f"cannot write {target}: it is read-only; make it writable, or name another file.")
    return Destination(target, end if stat.S_ISREG(mode) else None)


def end_of_links(target: Path) -> Path | int:
    """Follow a chain of links.

    Returns
    -------
    Path or int
        The last path, in a real folder; or the number of the open descriptor that it leads to.

    Raises
    ------
    UsageError
        If it has no end.
    """
    path = target
    descriptors = {"/dev/fd", *(os.path.realpath(f"/proc/{name}/fd") for name in ("self", "thread-self"))}
    for _ in range(MAX_LINKS):
        folder = os.path.realpath(path.parent)
        if folder in descriptors and path.name.isdecimal():
            return int(path.name)
        try:
            if not path.is_symlink():
                return Path(folder, path.name)
            path = Path(folder, path.readlink())
        except OSError as error:
            raise UsageError(f"cannot write {target}: {error.strerror}; name another file.") from error
    raise UsageError(f"cannot write {target}: too many links lead on from it; name the file itself.")


def _require_writable_descriptor(target: Path, descriptor: int) -> None:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise UsageError(f"cannot write {target}: it is a folder; name a file.")
    if os.name == "posix":
        import fcntl

        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise UsageError(f"cannot write {target}: it is open for reading only; name another file.")


def _unwritable(mode: int) -> str | None:
    """Say what it is that nothing should be written to, going by its mode."""
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFBLK: "a disk", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode))
