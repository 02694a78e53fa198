"""Models on disk: ``config.json``, ``model.safetensors`` and the manifest of all files; nothing is executed when read.

A folder may come from anyone. So its files are compared with its manifest before anything in them is parsed, and what
they claim is compared with the limits of :mod:`weibo_nlp.models.limits` before memory is taken for it.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp._renamed import GONE_IN
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import pending_file
from weibo_nlp.io.destination import require_kept
from weibo_nlp.io.jsonl import parse_json_line, read_json_object
from weibo_nlp.io.manifest import MANIFEST, MAX_MANIFEST_BYTES, checked_bytes, manifest_of, read_manifest
from weibo_nlp.io.names import printable, quoted, quoted_list
from weibo_nlp.io.stable import open_regular
from weibo_nlp.models.limits import (
    MAX_CONFIG_BYTES,
    MAX_WEIGHTS_BYTES,
    Layout,
    require_labels,
    require_layout,
    require_version,
)

FORMAT = 2
WITHOUT_MANIFEST = 1
CONFIG = "config.json"
WEIGHTS = "model.safetensors"
_AGAIN = "Train or install the model again."
_OTHERWISE = "Train with plain numbers and texts."
_NAME = "Name a folder that a model was saved to."
_ELSEWHERE = "name another folder, or move the file away"
_OWN_KEYS = {"format", "model", "version", "labels"}


def write_model(
    folder: Path, config: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]], layout: Layout
) -> None:
    """Write configuration, arrays and their manifest into a folder, made if it is not there; same input, same bytes.

    A model that lies there already is replaced once all of the new one is on disk, so that whatever fails leaves it as
    it is. Only if the process is killed between the renames that end it all, the folder holds files of both, which its
    manifest tells apart, and is refused. Files of the three names that are of no model of ours are never replaced.

    Raises
    ------
    DataError
        If `read_model` would refuse it: an array holds what is no finite number or is not of the `layout`, or the
        configuration what is no plain value. Nothing is written then.
    UsageError
        If the folder cannot be made or written to, or a file in it would be replaced that no model of ours has.
    """
    write_files(folder, _contents(folder, config, arrays, layout))


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files of a model, by name, and their manifest into a folder, as :func:`write_model` does.

    Raises
    ------
    UsageError
        If the folder cannot be made or written to, or a file in it would be replaced that no model of ours has.
    """
    _require_own(folder, contents)
    # The manifest comes first: beside it, no file of the model before is taken for one of this model.
    contents = {MANIFEST: manifest_of(contents), **contents}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write into {folder}: {error.strerror}; name a folder that can be made.") from error
    with ExitStack() as stack:
        files = [stack.enter_context(pending_file(folder / name, within=folder)) for name in contents]
        for file, content in zip(files, contents.values(), strict=True):
            file.path.write_bytes(content)
            file.complete()
        for file in files:
            file.publish()


def _require_own(folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder where the manifest or a file of some names is another program's, or leads elsewhere.

    A damaged model is still ours: by its manifest, or by its configuration. Files beside these are by the manifest.
    """
    paths = [path for name in (MANIFEST, *names) if os.path.lexists(path := folder / name)]
    for path in paths:
        require_kept(folder, path)
    manifest = _object(folder / MANIFEST, MAX_MANIFEST_BYTES)
    config = _object(folder / CONFIG, MAX_CONFIG_BYTES)
    ours = {
        MANIFEST: manifest is not None and manifest.keys() == {"files"} and _names_a_model(manifest["files"]),
        CONFIG: config is not None and config.keys() >= _OWN_KEYS and type(config["format"]) is int,
    }
    ours[WEIGHTS] = any(ours.values())
    # What cannot be parsed may be ours and damaged, if the other one says so; a model of format 1 has no manifest.
    ours[MANIFEST] |= ours[CONFIG] and manifest is None and config is not None and config["format"] != WITHOUT_MANIFEST
    ours[CONFIG] |= ours[MANIFEST] and (config is None or not config.keys().isdisjoint(_OWN_KEYS))
    listed = manifest["files"] if ours[MANIFEST] and manifest is not None else {}
    for path in paths:
        if not ours.get(path.name, path.name in listed):
            raise UsageError(f"cannot write {path}: it is there and of no model of weibo_nlp; {_ELSEWHERE}.")


def _object(path: Path, limit: int) -> dict[str, Any] | None:
    """Return the JSON object of a file; None if it is not there or holds none."""
    try:
        return read_json_object(path, limit)
    except (FileNotFoundError, NotADirectoryError, DataError):
        return None
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: what is there cannot be read: {error.strerror}; {_ELSEWHERE}."
        ) from error


def _names_a_model(files: object) -> bool:
    return isinstance(files, dict) and files.keys() >= {CONFIG, WEIGHTS}


def _contents(
    folder: Path, config: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]], layout: Layout
) -> dict[str, bytes]:
    """Both files of a model, as `read_model` takes them."""
    from safetensors.numpy import save

    where = f"the model for {folder}"
    _require_finite(where, arrays, "Give weights and texts that a model can be learnt from.")
    weights = save({name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())})
    with _written(folder):
        contents = {CONFIG: _configured(config), WEIGHTS: weights}
        require_bytes(contents, {WEIGHTS: MAX_WEIGHTS_BYTES})
        require_layout(weights, layout, {"labels": len(config["labels"])})
    return contents


def config_bytes(folder: Path, config: Mapping[str, Any]) -> bytes:
    """Return a model's configuration as its file, which :func:`read_config` takes.

    Raises
    ------
    DataError
        If it holds what is no plain value, is too large, or its version is none.
    """
    with _written(folder):
        return _configured(config)


def require_bytes(contents: Mapping[str, bytes], limits: Mapping[str, int]) -> None:
    """Refuse files beyond what is read.

    Raises
    ------
    DataError
        If one is longer than its limit.
    """
    for name, limit in limits.items():
        if len(contents[name]) > limit:
            raise DataError(f"{name} would have {len(contents[name]):,} bytes, at most {limit:,} are read")


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """Say of what cannot be written which model it was."""
    try:
        yield
    except (DataError, TypeError, ValueError, RecursionError) as error:
        raise DataError(f"the model for {folder} cannot be written: {str(error).rstrip('.')}. {_OTHERWISE}") from error


def _configured(config: Mapping[str, Any]) -> bytes:
    settings = {"format": FORMAT, **config}
    text = json.dumps(settings, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False, default=_plain)
    content = f"{text}\n".encode()
    require_bytes({CONFIG: content}, {CONFIG: MAX_CONFIG_BYTES})
    if (parsed := parse_json_line(content, 1, finite=True)).value is None:
        raise DataError(f"{CONFIG} could not be read: {parsed.reason}")
    require_version(config["version"])
    return content


def _plain(value: object) -> object:
    """What JSON knows of a number of numpy."""
    if isinstance(value, np.generic) and isinstance(plain := value.item(), int | float | str):
        return plain
    raise TypeError(f"a {type(value).__name__} stands in it, which is no plain value")


def read_model(folder: Path, layout: Layout) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Read configuration and arrays.

    Parameters
    ----------
    folder : Path
        The model's.
    layout : mapping
        The arrays that this kind of model writes; no other is read.

    Raises
    ------
    DataError
        If the manifest names other files, one is missing, damaged, altered, too large or of a later format, or an array
        is missing, of another type or shape, or holds what is no finite number.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    config, manifest = _configuration(folder)
    if manifest is not None:
        _require_names(folder, manifest, {CONFIG, WEIGHTS})
    path = folder / WEIGHTS
    raw = _content(folder, WEIGHTS, manifest, MAX_WEIGHTS_BYTES, _AGAIN)
    with rebuilding(folder):
        require_labels(config["labels"])
        require_version(config["version"])
    try:
        require_layout(raw, layout, {"labels": len(config["labels"])})
        arrays = load(raw)
    except (DataError, SafetensorError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {str(error).rstrip('.')}. {_AGAIN}") from error
    _require_finite(path, arrays, _AGAIN)
    return config, arrays


def read_config(folder: Path) -> dict[str, Any]:
    """Read a model's configuration alone, after comparing it with the folder's manifest; `read_model` checks the rest.

    Raises
    ------
    DataError
        If there is none, it is altered, or it is not what this version reads.
    """
    return _configuration(folder)[0]


def read_files(folder: Path, limits: Mapping[str, int]) -> tuple[dict[str, Any], dict[str, bytes], dict[str, Any]]:
    """Read the configuration of a model and its other files, each after comparing it with the folder's manifest.

    Parameters
    ----------
    folder : Path
        The model's.
    limits : mapping of str to int
        Names of the files that such a model may have, and the bytes of each that are read at the most.

    Returns
    -------
    tuple of dict
        The configuration, the content of the files by name, and what the manifest says of all of them.

    Raises
    ------
    DataError
        If there is no manifest, it names other files, or one is missing, damaged, altered, too large or of a later
        format.
    """
    config, manifest = _configuration(folder)
    if manifest is None:
        raise DataError(f"{folder / MANIFEST}: missing, so nothing says whether the model is whole. {_AGAIN}")
    _require_names(folder, manifest, {CONFIG, *limits})
    contents = {
        name: checked_bytes(folder, name, manifest, _AGAIN, limit)
        for name, limit in limits.items()
        if name in manifest["files"]
    }
    return config, contents, manifest["files"]


def _require_names(folder: Path, manifest: Mapping[str, Any], names: Set[str]) -> None:
    if other := manifest["files"].keys() - names:
        raise DataError(
            f"{folder / MANIFEST}: names {quoted_list(sorted(other))}, and a model is made of "
            f"{', '.join(sorted(names))}. {_AGAIN}"
        )


@contextmanager
def rebuilding(folder: Path) -> Iterator[None]:
    """Turn what a damaged model provokes while it is put together into a DataError that names it.

    Raises
    ------
    DataError
        In place of any KeyError, TypeError, ValueError or OverflowError, and of any DataError that knows of no file.
    """
    try:
        yield
    except (DataError, KeyError, TypeError, ValueError, OverflowError) as error:
        problem = f"{error} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise DataError(f"{folder / WEIGHTS} and {CONFIG} beside it do not fit: {problem}. {_AGAIN}") from error


def _configuration(folder: Path) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return a folder's configuration and its manifest, which a folder of format 1 does not have."""
    path = folder / CONFIG
    try:
        manifest = read_manifest(folder, _AGAIN)
    except FileNotFoundError:
        manifest = None
    raw = _content(folder, CONFIG, manifest, MAX_CONFIG_BYTES, _NAME if manifest is None else _AGAIN)
    parsed = parse_json_line(raw, 1, finite=True)
    if parsed.value is None:
        raise DataError(f"{path}: cannot be read: {parsed.reason}. {_NAME}")
    config, version = parsed.value, parsed.value.get("format")
    if type(version) is not int:  # 2.0 and True are equal to whole numbers, and were written by nothing of ours
        raise DataError(f"{path}: format is {quoted(version)}, not a whole number as {FORMAT}. {_NAME}")
    if version not in (FORMAT, WITHOUT_MANIFEST):
        raise DataError(
            f"{path}: format {quoted(version)}, this version reads {FORMAT}; install the version that wrote it."
        )
    if manifest is None:
        if version != WITHOUT_MANIFEST:
            raise DataError(f"{folder / MANIFEST}: missing, so nothing says whether the model is whole. {_AGAIN}")
        # For people who use models, not only for those who write code: unlike a DeprecationWarning, it is shown.
        warnings.warn(
            f"{printable(str(folder))}: a model of format {WITHOUT_MANIFEST}, whose files have no checksums; it is "
            f"read until weibo_nlp {GONE_IN}. Save it again: load_model(folder).save_pretrained(folder).",
            FutureWarning,
            stacklevel=2,
        )
    return config, manifest


def _content(folder: Path, name: str, manifest: Mapping[str, Any] | None, limit: int, remedy: str) -> bytes:
    if manifest is not None:
        return checked_bytes(folder, name, manifest, remedy, limit)
    path = folder / name
    try:
        with open_regular(path) as handle:
            content = handle.read(limit + 1)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. {remedy}") from error
    if len(content) > limit:
        raise DataError(f"{path}: cannot be read: longer than {limit:,} bytes. {remedy}")
    return content


def _require_finite(where: object, arrays: Mapping[str, npt.NDArray[Any]], remedy: str) -> None:
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise DataError(f"{where}: {name} holds numbers that are not finite. {remedy}")
