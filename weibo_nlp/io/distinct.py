"""No output is what is read, nor another output: all of them are compared before the work."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from weibo_nlp.errors import UsageError
from weibo_nlp.io.destination import end_of_links

Place = tuple[int, int, str]
"""Device and inode of a file; of one that is not there yet, those of its folder, and its name."""


def require_distinct(
    outputs: Mapping[str, Path | int | None], inputs: Iterable[Path] = (), closed: Iterable[Path] = ()
) -> None:
    """Refuse to write onto what is read, or twice onto the same place.

    Whether two paths name the same file is asked of the disk: through symbolic and hard links, and of descriptors such
    as ``/dev/stdout`` by what they are open on. Devices, such as a terminal or ``/dev/null``, hold nothing to be lost.

    Parameters
    ----------
    outputs : mapping of str to Path, int or None
        What an output is called -> a file or folder, there or not yet; or an open descriptor that is printed to; None
        where it was not asked for.
    inputs : iterable of Path
        Files; and folders, of which any file may be read.
    closed : iterable of Path
        Folders that no output may be added to either: a model, a leaderboard, a corpus.

    Raises
    ------
    UsageError
        Naming the output, and what it would be written onto.
    """
    inputs = list(inputs)
    kept = [(folder, {os.path.realpath(root) for root, _ in _walk(folder)}) for folder in closed]
    written: dict[Place, tuple[str, Path | int]] = {}
    for what, path in outputs.items():
        if path is None or (place := _place(path)) is None:
            continue
        for folder, places in kept:
            if any(_is_inside(path, place) for place in places):
                raise UsageError(f"{_shown(what, path)} is in {folder}, which is read; name another place.")
        # What is printed to has been made by the shell: in a folder of which any file may be read, for that alone.
        files = chain(inputs if isinstance(path, int) else _files(inputs), _files(folder for folder, _ in kept))
        if (same := next((file for file in files if _place_read(file) == place), None)) is not None:
            raise UsageError(f"{_shown(what, path)} is the input {same}; name another file.")
        other, earlier = written.setdefault(place, (what, path))
        # What is printed may go where a named output goes, if both go through a descriptor: one behind the other.
        is_printed = isinstance(path, int) or isinstance(earlier, int)
        if other != what and not (is_printed and _is_descriptor(path) and _is_descriptor(earlier)):
            raise UsageError(f"{_shown(what, path)} is the same file as {_shown(other, earlier)}; name another file.")


def _place(path: Path | int) -> Place | None:
    """By what a file is known; None of a device, and of a descriptor that is closed."""
    end = path if isinstance(path, int) else end_of_links(path)
    try:
        status = os.fstat(end) if isinstance(end, int) else end.stat()
    except OSError:
        return None if isinstance(end, int) else _place_to_be(end)
    return None if stat.S_ISCHR(status.st_mode) else (status.st_dev, status.st_ino, "")


def _place_read(source: Path) -> Place | None:
    try:
        return _place(source)
    except UsageError:  # told of by who reads it
        return None


def _place_to_be(path: Path) -> Place | None:
    try:
        folder = path.parent.stat()
    except OSError:  # told of by who opens it
        return None
    # Names that differ in case, or in how accents are put together, are one file on some systems.
    name = unicodedata.normalize("NFD", unicodedata.normalize("NFD", path.name).casefold())
    return folder.st_dev, folder.st_ino, name


def _is_descriptor(path: Path | int) -> bool:
    return isinstance(path, int) or isinstance(end_of_links(path), int)


def _is_inside(path: Path | int, folder: str) -> bool:
    if isinstance(path, int) or isinstance(end := end_of_links(path), int):
        return False
    return end.is_relative_to(folder)


def _files(sources: Iterable[Path]) -> Iterator[Path]:
    for source in sources:
        yield source
        for root, names in _walk(source):
            yield from (Path(root, name) for name in names)


def _walk(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Folders below one, itself first, with the names of their files: through links, as readers go, once to each."""
    seen: set[str] = set()
    yield str(folder), []
    for root, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(root)) in seen:
            folders.clear()
            continue
        seen.add(real)
        yield root, names


def _shown(what: str, path: Path | int) -> str:
    return what if isinstance(path, int) else f"{what} {path}"
