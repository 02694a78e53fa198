"""Models on disk: ``config.json`` and ``model.safetensors``, nothing that is executed when read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import atomic_path

FORMAT = 1
CONFIG = "config.json"
WEIGHTS = "model.safetensors"


def write_model(folder: Path, config: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write configuration and arrays into a folder, made if it is not there; same input, same bytes.

    Raises
    ------
    UsageError
        If the folder cannot be made or written to.
    """
    from safetensors.numpy import save

    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Cut short between the two files, a model has no configuration, rather than that of the model before it.
        (folder / CONFIG).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write into {folder}: {error.strerror}; name a folder that can be made.") from error
    with atomic_path(folder / WEIGHTS) as temporary:
        temporary.write_bytes(save({name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}))
    text = json.dumps({"format": FORMAT, **config}, ensure_ascii=False, indent=2, sort_keys=True)
    with atomic_path(folder / CONFIG) as temporary:
        temporary.write_text(text + "\n", "utf-8")


def read_model(folder: Path) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Read configuration and arrays.

    Raises
    ------
    DataError
        If a file is missing, damaged, or of a later format, or an array holds what is no finite number.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    config, path = read_config(folder), folder / WEIGHTS
    try:
        arrays = load_file(path)
    except (OSError, SafetensorError, AttributeError, KeyError, TypeError) as error:  # the last three: no type of numpy
        raise DataError(f"{path}: cannot be read: {error}. Train or install the model again.") from error
    if infinite := [name for name, array in arrays.items() if not np.isfinite(array).all()]:
        raise DataError(f"{path}: {infinite[0]} holds numbers that are not finite. Train or install the model again.")
    return config, arrays


@contextmanager
def rebuilding(folder: Path) -> Iterator[None]:
    """Turn what a damaged model provokes while it is put together into a DataError that names it.

    Raises
    ------
    DataError
        In place of any KeyError, TypeError or ValueError, and of any DataError that knows of no file.
    """
    try:
        yield
    except (DataError, KeyError, TypeError, ValueError) as error:
        problem = f"{error} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise DataError(
            f"{folder / WEIGHTS} and {CONFIG} beside it do not fit: {problem}. Train or install the model again."
        ) from error


def read_config(folder: Path) -> dict[str, Any]:
    """Read a model's configuration alone.

    Raises
    ------
    DataError
        If there is none, or it is not what this version reads.
    """
    path = folder / CONFIG
    try:
        config = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: cannot be read: {error}. Name a folder that a model was saved to.") from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        version = config.get("format") if isinstance(config, dict) else type(config).__name__
        raise DataError(f"{path}: format {version!r}, this version reads {FORMAT}; install the version that wrote it.")
    return config
