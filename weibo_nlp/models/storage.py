"""Models on disk: ``config.json`` and ``model.safetensors``, nothing that is executed when read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path

FORMAT = 1
CONFIG = "config.json"
WEIGHTS = "model.safetensors"


def write_model(folder: Path, config: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write configuration and arrays into a folder, made if it is not there; same input, same bytes."""
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
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
        If a file is missing, damaged, or of a later format.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    config = read_config(folder)
    try:
        return config, load_file(folder / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{folder / WEIGHTS}: cannot be read: {error}. Train or install the model again.") from error


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
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {error}. Name a folder that a model was saved to.") from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        found = config.get("format") if isinstance(config, dict) else type(config).__name__
        raise DataError(f"{path}: format {found!r}, this version reads {FORMAT}; install the version that wrote it.")
    return config
