"""Locks on open files: they end with the process that holds them, however it ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HAS_LOCKS = sys.platform != "win32"


def lock(handle: int, *, wait: bool) -> bool:
    """Lock an open file or folder against other runs of this package, until it is closed.

    Parameters
    ----------
    handle : int
        Its descriptor.
    wait : bool
        Wait while another holds the lock.

    Returns
    -------
    bool
        False where the system, or the file system, has no locks.

    Raises
    ------
    BlockingIOError
        If another holds the lock, and this is not to wait.
    """
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return False
    return True


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold a folder, which is there, against other runs that do so; they wait until the block ends.

    Raises
    ------
    OSError
        If it cannot be opened.
    """
    if not HAS_LOCKS:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        lock(handle, wait=True)
        yield
    finally:
        os.close(handle)
