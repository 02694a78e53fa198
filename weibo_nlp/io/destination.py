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


def link_within(folder: Path, path: Path) -> Path | None:
    """Return the first link that a path below a folder leads through, itself included; None where there is none.

    The folder may be a link: its user named it. What lies in a folder that is kept for its user, nobody named, so that
    a link there leads to files that nobody spoke of.
    """
    places = (path, *(place for place in path.parents if folder in place.parents))
    return next((place for place in reversed(places) if place.is_symlink()), None)


def require_kept(folder: Path, path: Path) -> None:
    """Refuse to write to a path in a folder that is kept for its user if that would change what lies outside of it.

    Other hard links to a file need no refusal: what is renamed onto one of its names leaves the others as they are.

    Parameters
    ----------
    folder : Path
        There or not; may be a link.
    path : Path
        Below it, there or not.

    Raises
    ------
    UsageError
        If it leads through a link, even one that leads nowhere, or is there and no file.
    """
    if (link := link_within(folder, path)) is not None:
        raise UsageError(
            f"cannot write {path}: {'it' if link == path else link} is a link, and none in {folder} is followed; put "
            "what it leads to in its place, or remove it, and run again."
        )
    if os.path.lexists(path) and not path.is_file():
        raise UsageError(f"cannot write {path}: it is there and no file; move it away, and run again.")


def destination_of(target: Path | str, within: Path | None = None) -> Destination:
    """Follow a path to what writing to it would change, and refuse what cannot be written to, before any work.

    Parameters
    ----------
    target : Path or str
        A file, which need not exist; a symbolic link, even to a file that does not exist; a named pipe, a character
        device such as ``/dev/null`` or a terminal, or an open descriptor: ``/dev/stdout``, ``/dev/stderr``,
        ``/dev/fd/N``.
    within : Path, optional
        Folder above it that is kept for its user: links in it are not followed, see :func:`require_kept`.

    Returns
    -------
    Destination
        A descriptor is a stream whatever it is open on: a shell's redirection to a file is not to be replaced.

    Raises
    ------
    UsageError
        If it is a folder, a disk, a socket, read-only, or a name that leads nowhere; or leads out of `within`.
    """
    target = Path(target)
    try:
        if within is not None:
            require_kept(within, target)
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
