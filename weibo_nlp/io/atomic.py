"""Writing beside and renaming, so that a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from weibo_nlp.errors import UsageError


@contextmanager
def atomic_path(target: Path | str) -> Iterator[Path]:
    """Give a temporary path beside `target`; rename it onto `target` when the block ends without an error.

    Parameters
    ----------
    target : Path or str
        Where the finished file shall lie. Its folder must exist.

    Yields
    ------
    Path
        An empty file in the same folder, so that the rename stays within one file system.

    Raises
    ------
    UsageError
        If the folder does not exist or cannot be written to, or `target` is a folder or a device.
    """
    target = Path(target)
    require_file_name(target)
    try:
        # File names end at 255 bytes, and a character has up to four.
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".tmp")
    except OSError as error:
        raise UsageError(
            f"cannot write {target}: {error.strerror}; name a folder that exists and is writable."
        ) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files private; a result should be as readable as any file the user makes.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def require_file_name(target: Path) -> None:
    """Refuse what could not be renamed onto, before the work: a folder, a device, a name too long for the file system.

    Raises
    ------
    UsageError
        Naming what stands in the way.
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}; name another file.") from error
    if not stat.S_ISREG(mode):  # a device such as /dev/null would be replaced by a file
        raise UsageError(f"cannot write {target}: it is a folder or a device; name a file.")
