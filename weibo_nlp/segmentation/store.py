"""Where fetched models lie in the user's cache, and their manifests: a model is there when its manifest is.

A model's folder is filled beside its place and renamed, so that a half-made one never has its name. What a killed
process left half-made is deleted when the next one begins. The manifest holds a checksum for every file; loading
compares them.

In a model's folder, its manifest, the files that this names, and those that the model is known to have are ours. A
folder that holds anything else is neither replaced nor deleted.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import SUFFIX
from weibo_nlp.io.locks import HAS_LOCKS, lock
from weibo_nlp.io.manifest import MANIFEST, check_file, read_manifest
from weibo_nlp.io.names import quoted, quoted_list

_A_DAY = 24 * 60 * 60
_OLD = "old"
_MAX_VERSION_LENGTH = 100


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A fetched model on disk.

    Attributes
    ----------
    name : str
        What it was fetched as.
    path : Path
        Its folder.
    manifest : mapping
        Where it comes from, how it was converted, and ``files``: name to ``{"bytes", "sha256"}``.
    """

    name: str
    path: Path
    manifest: Mapping[str, Any]

    @property
    def bytes(self) -> int:
        """Size of its files."""
        return sum(int(entry["bytes"]) for entry in self.manifest["files"].values())

    @property
    def version(self) -> str:
        """Version of the model, which goes into what is made with it."""
        return str(self.manifest["version"])

    def check(self, needed: Iterable[str]) -> None:
        """Compare every file with the manifest.

        Parameters
        ----------
        needed : iterable of str
            Files that the model cannot do without.

        Raises
        ------
        DataError
            If one is missing or differs, or the manifest does not name one that is needed.
        """
        for name in dict.fromkeys([*needed, *self.manifest["files"]]):
            check_file(self.path, name, self.manifest, _remedy(self.name))


def cache_folder() -> Path:
    """Folder for what is fetched: ``WEIBO_NLP_HOME``, else ``weibo-nlp`` in the system's cache folder.

    That is ``XDG_CACHE_HOME`` where it is set, ``LOCALAPPDATA`` on Windows, and ``~/.cache`` elsewhere.

    Raises
    ------
    UsageError
        If there is no home folder to begin from.
    """
    own = os.environ.get("WEIBO_NLP_HOME")
    system = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    try:
        if own:
            return Path(own).expanduser()
        return (Path(system).expanduser() if system else Path.home() / ".cache") / "weibo-nlp"
    except RuntimeError as error:
        raise UsageError(f"no home folder is known ({error}); set WEIBO_NLP_HOME to a folder for the cache.") from error


def model_folder(name: str) -> Path:
    """Folder of a fetched model, whether it exists or not."""
    return cache_folder() / "models" / name


def stored_model(name: str) -> StoredModel | None:
    """Return a fetched model, its files unchecked, or ``None`` if it was not fetched.

    Raises
    ------
    DataError
        If its manifest cannot be read, or does not say which version it is.
    """
    path = model_folder(name)
    try:
        manifest = read_manifest(path, _remedy(name))
    except FileNotFoundError:
        return None
    version = manifest.get("version")
    if not isinstance(version, str) or not version.isprintable() or not 0 < len(version) <= _MAX_VERSION_LENGTH:
        raise DataError(f"{path / MANIFEST}: version is {quoted(version)}, not a short text. {_remedy(name)}")
    return StoredModel(name, path, manifest)


def remove_model(name: str, files: Iterable[str]) -> bool:
    """Delete a fetched model, damaged or half-made or not, and what killed processes left; tell if there was any.

    Parameters
    ----------
    name : str
        What it was fetched as.
    files : iterable of str
        Files that such a model has, whatever its manifest says.

    Raises
    ------
    UsageError
        If its folder holds other files, or is a file; then nothing of it is deleted.
    """
    path = model_folder(name)
    _require_own(name, files)
    left = sweep(name)
    if not os.path.lexists(path):
        return left
    # What was put back by the sweep is looked at as well.
    own = _require_own(name, files)
    if path.is_symlink():
        path.unlink()
        return True
    # Without its manifest it is no model any more, should the deletion be interrupted.
    for file in sorted(own, key=lambda file: file.name != MANIFEST):
        if file.is_dir() and not file.is_symlink():
            file.rmdir()
        else:
            file.unlink()
    path.rmdir()
    return True


def _require_own(name: str, files: Iterable[str]) -> list[Path]:
    """Return what lies in a model's folder; refuse what no fetch has put there. A link to a folder has nothing in it.

    Raises
    ------
    UsageError
        Naming it.
    """
    path = model_folder(name)
    if path.is_symlink() or not os.path.lexists(path):
        return []
    if not path.is_dir():
        raise UsageError(f"{path}: a file that weibo_nlp did not write; move it elsewhere, then run again.")
    try:
        manifest = read_manifest(path, _remedy(name))
    except (FileNotFoundError, DataError):
        manifest = {}
    named = manifest["files"] if manifest.get("name") == name else ()
    known = {MANIFEST, *files, *named}
    found = sorted(path.iterdir())
    if strangers := [file.name for file in found if file.name not in known or _holds_something(file)]:
        raise UsageError(
            f"{path}: holds {quoted_list(strangers)}, which weibo_nlp did not write; move what you need elsewhere and "
            "delete the rest, then run again."
        )
    return found


def _holds_something(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and any(path.iterdir())


def sweep(name: str) -> bool:
    """Delete the scratch folders of processes that were killed while they fetched a model; tell if there were any.

    A living process holds a lock on its own. Where a model was being replaced and is in neither place, the older one
    goes back to where it was.
    """
    path = model_folder(name)
    if not path.parent.is_dir():
        return False
    with _locked(path.parent):
        ours = re.compile(re.escape(f".{name}-") + "[a-z0-9_]{8}" + re.escape(SUFFIX))
        found = [scratch for scratch in path.parent.iterdir() if ours.fullmatch(scratch.name)]
        left = [
            scratch for scratch in found if scratch.is_dir() and not scratch.is_symlink() and _is_abandoned(scratch)
        ]
        for scratch in left:
            if (scratch / _OLD).is_dir() and not os.path.lexists(path):
                (scratch / _OLD).rename(path)
            shutil.rmtree(scratch, ignore_errors=True)  # pip may outlive who started it, and write on
    return bool(left)


@contextmanager
def new_model(name: str, files: Iterable[str]) -> Iterator[Path]:
    """Give a scratch folder in the cache; when the block ends without an error, its subfolder ``model`` is the model.

    What killed processes left is deleted first.

    Parameters
    ----------
    name : str
        What it is fetched as.
    files : iterable of str
        Files that such a model has: what may be replaced in its place, besides what the older one's manifest names.

    Yields
    ------
    Path
        A new folder; what lies beside ``model`` in it is deleted in any case.

    Raises
    ------
    UsageError
        If the cache cannot be written to, or something else than such a model stands in its place.
    """
    path = model_folder(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _require_own(name, files)
        sweep(name)
        with _locked(path.parent):
            scratch = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{name}-", suffix=SUFFIX))
            held = _lock(scratch)
    except OSError as error:
        raise UsageError(
            f"cannot write to {path.parent}: {error.strerror}; set WEIBO_NLP_HOME to a folder that is writable."
        ) from error
    try:
        (scratch / "model").mkdir()
        yield scratch
        _require_own(name, files)  # again: fetching takes a while
        if os.path.lexists(path):
            path.rename(scratch / _OLD)
        (scratch / "model").rename(path)
    finally:
        shutil.rmtree(scratch)
        if held is not None:
            os.close(held)


def _remedy(name: str) -> str:
    return f"Run `weibo-nlp models fetch {name}` again."


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let no other process make or sweep scratch folders: a new one has no lock of its own for a moment."""
    held = _lock(folder)
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def _lock(folder: Path) -> int | None:
    """Lock a folder until the descriptor is closed, which the system does for a process that dies."""
    if not HAS_LOCKS:
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    lock(descriptor, wait=True)
    return descriptor


def _is_abandoned(scratch: Path) -> bool:
    # Without locks: what is a day old is no fetch that goes on.
    aged = time.time() - scratch.stat().st_mtime > _A_DAY
    if not HAS_LOCKS:
        return aged
    descriptor = os.open(scratch, os.O_RDONLY)
    try:
        return lock(descriptor, wait=False) or aged
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
