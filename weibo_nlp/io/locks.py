"""Locks on open files: they end with the process that holds them, however it ends."""

import sys

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
