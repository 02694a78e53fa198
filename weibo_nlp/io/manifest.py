"""Manifests: ``manifest.json`` in a folder, with size and SHA-256 of the files that belong to it.

Files are compared with it before anything in them is parsed. A file that it does not name is nobody's business here:
it is neither checked nor read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.checksum import sha256_of_bytes, sha256_of_file
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.names import quoted
from weibo_nlp.io.stable import open_regular

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


def write_manifest(folder: Path, facts: Mapping[str, Any], names: Iterable[str] | None = None) -> dict[str, Any]:
    """Write a finished folder's manifest, and return it.

    Parameters
    ----------
    folder : Path
        Where the files lie.
    facts : mapping
        What else the manifest says; ``files`` is added.
    names : iterable of str, optional
        The files that belong to it; by default all there are.

    Raises
    ------
    UsageError
        If the folder cannot be written to.
    """
    present = (path.name for path in folder.iterdir() if path.name != MANIFEST)
    files = {name: _entry(folder / name) for name in sorted(present if names is None else names)}
    manifest = {**facts, "files": files}
    with atomic_path(folder / MANIFEST) as temporary:
        temporary.write_bytes(_content(manifest))
    return manifest


def manifest_of(contents: Mapping[str, bytes]) -> bytes:
    """Return the manifest of files that are not written yet, by name."""
    files = {name: {"bytes": len(content), "sha256": sha256_of_bytes(content)} for name, content in contents.items()}
    return _content({"files": files})


def read_manifest(folder: Path, remedy: str) -> dict[str, Any]:
    """Read a folder's manifest; the files it names are not looked at.

    Parameters
    ----------
    folder : Path
        The folder.
    remedy : str
        What a user can do, as the last sentence of an error.

    Raises
    ------
    FileNotFoundError
        If there is none.
    DataError
        If it is no manifest, or names a file outside the folder.
    """
    path = folder / MANIFEST
    try:
        manifest = read_json_object(path, MAX_MANIFEST_BYTES)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. {remedy}") from error
    except DataError as error:
        raise DataError(f"{error} {remedy}") from error
    files = manifest.get("files")
    if not isinstance(files, dict) or not files:
        raise DataError(f"{path}: not a manifest: files is {quoted(files)}, one entry a file is expected. {remedy}")
    for name, entry in files.items():
        if problem := _problem(name, entry):
            raise DataError(f"{path}: not a manifest: {problem}. {remedy}")
    return manifest


def check_file(folder: Path, name: str, manifest: Mapping[str, Any], remedy: str) -> None:
    """Compare a file with its manifest, without holding it in memory.

    Raises
    ------
    DataError
        If it is missing, not a file, or differs.
    """
    entry, path = _sized(folder, name, manifest, remedy), folder / name
    try:
        digest = sha256_of_file(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. {remedy}") from error
    if digest != entry["sha256"]:
        raise DataError(_differs(path, remedy))


def checked_bytes(folder: Path, name: str, manifest: Mapping[str, Any], remedy: str, limit: int) -> bytes:
    """Return a file's content, which is what the manifest says; so nobody can change it between check and use.

    Raises
    ------
    DataError
        If it is missing, not a file, beyond `limit` bytes, or differs.
    """
    entry, path = _sized(folder, name, manifest, remedy), folder / name
    if entry["bytes"] > limit:
        raise DataError(f"{path}: {entry['bytes']:,} bytes, at most {limit:,} are read. {remedy}")
    try:
        with open_regular(path) as handle:
            content = handle.read(entry["bytes"] + 1)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. {remedy}") from error
    if len(content) != entry["bytes"] or sha256_of_bytes(content) != entry["sha256"]:
        raise DataError(_differs(path, remedy))
    return content


def _sized(folder: Path, name: str, manifest: Mapping[str, Any], remedy: str) -> Mapping[str, Any]:
    """Return a file's entry, if the file has the size it says; before a device or a huge file is read."""
    path = folder / name
    if name not in manifest["files"]:
        raise DataError(f"{folder / MANIFEST}: does not name {name}. {remedy}")
    entry: Mapping[str, Any] = manifest["files"][name]
    try:
        fits = path.is_file() and path.stat().st_size == entry["bytes"]
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. {remedy}") from error
    if not fits:
        raise DataError(_differs(path, remedy))
    return entry


def _differs(path: Path, remedy: str) -> str:
    return f"{path}: missing, or not what {MANIFEST} says. {remedy}"


def _content(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _entry(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": sha256_of_file(path)}


def _problem(name: str, entry: object) -> str | None:
    """What is wrong with an entry: a manifest may come from anyone."""
    if name in ("", ".", "..", MANIFEST) or any(sign in name for sign in "/\\\0:") or len(name) > 255:
        return f"{quoted(name)} is no name of a file beside it"
    if not isinstance(entry, dict):
        return f"{quoted(name)} has {quoted(entry)} for bytes and sha256"
    size, digest = entry.get("bytes"), entry.get("sha256")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        return f"bytes of {quoted(name)} are {quoted(size)}, a whole number from 0 is expected"
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        return f"sha256 of {quoted(name)} is {quoted(digest)}, 64 digits in hex are expected"
    return None
