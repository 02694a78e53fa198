"""Folders that files will be written into: whether they can be is seen before the work."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from weibo_nlp.errors import UsageError


def require_writable_folder(folder: Path, option: str) -> None:
    """Refuse a folder that cannot be made, or takes no file; nothing of the trial stays.

    Parameters
    ----------
    folder : Path
        There or not; folders above it are made as well.
    option : str
        What names it, for messages.

    Raises
    ------
    UsageError
        Naming the folder and why.
    """
    if str(folder) == "-":
        raise UsageError(f"{option} -: a folder is written, not standard output; name one.")
    missing = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(
            f"cannot write into {option} {folder}: {error.strerror}; name a folder that is writable, or is not there."
        ) from error
    finally:
        for place in missing:
            with suppress(OSError):  # not made, or somebody put something into it meanwhile
                place.rmdir()
