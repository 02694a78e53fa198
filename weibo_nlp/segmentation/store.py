"""Where fetched models lie in the user's cache, and their manifests: a model is there when its manifest is.

A model's folder is filled beside its place and renamed, so that a half-made one never has its name. The manifest
holds a checksum for every file; loading compares them.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import sha256_of_file

MANIFEST = "manifest.json"


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

    def check(self) -> None:
        """Compare every file with the manifest.

        Raises
        ------
        DataError
            If one is missing or differs.
        """
        for name, entry in self.manifest["files"].items():
            file = self.path / name
            if not file.is_file() or sha256_of_file(file) != entry["sha256"]:
                raise DataError(
                    f"{file}: missing, or not what {MANIFEST} says; run `weibo-nlp models fetch {self.name}` again."
                )


def cache_folder() -> Path:
    """Folder for what is fetched: ``WEIBO_NLP_HOME``, else ``weibo-nlp`` in the system's cache folder.

    That is ``XDG_CACHE_HOME`` where it is set, ``LOCALAPPDATA`` on Windows, and ``~/.cache`` elsewhere.
    """
    if own := os.environ.get("WEIBO_NLP_HOME"):
        return Path(own).expanduser()
    system = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return (Path(system).expanduser() if system else Path.home() / ".cache") / "weibo-nlp"


def model_folder(name: str) -> Path:
    """Folder of a fetched model, whether it exists or not."""
    return cache_folder() / "models" / name


def stored_model(name: str) -> StoredModel | None:
    """Return a fetched model, its files unchecked, or ``None`` if it was not fetched.

    Raises
    ------
    DataError
        If its manifest cannot be read.
    """
    path = model_folder(name)
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
        sizes = [int(entry["bytes"]) for entry in manifest["files"].values() if entry["sha256"]]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path / MANIFEST}: not the manifest of a model ({error}); run `weibo-nlp models fetch {name}` again."
        ) from error
    return StoredModel(name, path, manifest) if sizes else None


def remove_model(name: str) -> bool:
    """Delete a fetched model, damaged or not; tell whether there was one."""
    path = model_folder(name)
    if not path.exists():
        return False
    # Without its manifest it is no model any more, should the deletion be interrupted.
    (path / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(path)
    return True


@contextmanager
def new_model(name: str) -> Iterator[Path]:
    """Give a scratch folder in the cache; when the block ends without an error, its subfolder ``model`` is the model.

    Yields
    ------
    Path
        A new folder; what lies beside ``model`` in it is deleted in any case.

    Raises
    ------
    UsageError
        If the cache cannot be written to.
    """
    path = model_folder(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{name}-"))
    except OSError as error:
        raise UsageError(
            f"cannot write to {path.parent}: {error.strerror}; set WEIBO_NLP_HOME to a folder that is writable."
        ) from error
    try:
        (scratch / "model").mkdir()
        yield scratch
        if path.exists():
            path.rename(scratch / "old")
        (scratch / "model").rename(path)
    finally:
        shutil.rmtree(scratch)


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write the manifest of a finished model folder, with size and checksum of every file in it; return it."""
    files = {
        file.name: {"bytes": file.stat().st_size, "sha256": sha256_of_file(file)} for file in sorted(folder.iterdir())
    }
    manifest = {**facts, "files": files}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest
