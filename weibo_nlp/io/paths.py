"""Paths as callers and people at a terminal give them."""

from __future__ import annotations

import os
from pathlib import Path

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted


def named_path(path: str | Path, what: str = "a path") -> Path:
    """Return a path that was given; an empty name, as of an unset variable, is not the folder we are in.

    Parameters
    ----------
    path : str or Path
        Of a file or a folder.
    what : str
        What it is the path of, for messages.

    Raises
    ------
    UsageError
        If it is empty, holds a NUL character, or is no path.
    """
    if not isinstance(path, str | os.PathLike):
        raise UsageError(f"{what} is {quoted(path)}; give a path, as text or as a pathlib.Path.")
    name = os.fsdecode(path)
    if not name:
        raise UsageError(f"the name of {what} is empty; name a place, or leave it out. The current folder is called .")
    if "\0" in name:
        raise UsageError(f"the name of {what} holds a NUL character, which no name has: {quoted(name)}.")
    return Path(name)


def is_folder(path: Path) -> bool:
    """Whether a folder is there; a name that the system cannot even ask for, as one too long, is that of none."""
    try:
        return path.is_dir()
    except OSError:
        return False
