"""The state of a training on disk: whole or not counted, of one training alone, and no more of it than is needed.

``training.json`` says which training a folder belongs to. A checkpoint is written by transformers; its manifest comes
last, so that one whose writing was cut short is known by having none.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.manifest import check_file, read_manifest, write_manifest
from weibo_nlp.io.names import quoted_list
from weibo_nlp.models.storage import WEIGHTS

TRAINING = "training.json"
STATE = "trainer_state.json"
SAVE_SECONDS = 300.0
"""So long after a checkpoint, the next one is written amid an epoch."""
_MAX_BYTES = 64 * 1024**2
_NAME = re.compile(r"checkpoint-([0-9]{1,12})")
_AGAIN = "Remove the folder, and train anew."


def fingerprint(parameters: Mapping[str, Any], parts: Mapping[str, Iterable[bytes]]) -> dict[str, Any]:
    """Return what tells one training from another: its parameters, and a hash of each thing it learns from.

    Parameters
    ----------
    parameters : mapping
        Plain values; those that say where it is computed are left out, since a training may go on elsewhere.
    parts : mapping of str to iterable of bytes
        What it learns from, by a name that messages repeat.
    """
    kept = {name: value for name, value in sorted(parameters.items()) if name != "device"}
    hashes = {}
    for name, pieces in parts.items():
        digest = sha256()
        for piece in pieces:
            digest.update(len(piece).to_bytes(8, "big") + piece)
        hashes[name] = digest.hexdigest()
    return {"parameters": kept, **hashes}


def opened(folder: Path, known: Mapping[str, Any], *, resume: bool) -> Path | None:
    """Make a folder ready for the checkpoints of a training.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    known : mapping
        What :func:`fingerprint` says of the training.
    resume : bool
        Whether the training goes on from what lies there.

    Returns
    -------
    Path or None
        The last whole checkpoint; None where the training begins.

    Raises
    ------
    UsageError
        If it holds the state of another training, or of any and `resume` is not asked for, or cannot be written to.
    DataError
        If the state that lies there is damaged.
    """
    path = folder / TRAINING
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = read_json_object(path, _MAX_BYTES)
    except FileNotFoundError:
        if others := sorted(each.name for each in folder.iterdir()):
            raise UsageError(
                f"{folder} holds {quoted_list(others)} and no state of a training; name an empty folder for "
                "checkpoints."
            ) from None
        with atomic_path(path) as temporary:
            text = json.dumps(known, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
            temporary.write_text(f"{text}\n", "utf-8")
        return None
    except OSError as error:
        raise UsageError(
            f"{folder}: {error.strerror}; name a folder for checkpoints that can be written to."
        ) from error
    except DataError as error:
        raise DataError(f"{error} {_AGAIN}") from error
    if not resume:
        raise UsageError(
            f"{folder} holds the state of a training; resume it (resume=True), or name another folder for checkpoints."
        )
    if differing := _differing(before, known):
        raise UsageError(
            f"{folder} holds the state of another training: its {quoted_list(differing)} differ; give what it was "
            "begun with, or name another folder for checkpoints."
        )
    whole = [each for _, each in _numbered(folder) if is_whole(each)]
    return whole[-1] if whole else None


def seal(checkpoint: Path) -> None:
    """Write the manifest of a checkpoint that is complete."""
    write_manifest(checkpoint, {})


def is_whole(checkpoint: Path) -> bool:
    """Whether a checkpoint was written to its end and is as it was then."""
    try:
        manifest = read_manifest(checkpoint, _AGAIN)
        for name in manifest["files"]:
            check_file(checkpoint, name, manifest, _AGAIN)
    except (FileNotFoundError, DataError):
        return False
    return STATE in manifest["files"]


def keep(folder: Path, steps: Iterable[int]) -> None:
    """Delete the checkpoints of a folder but those of some steps."""
    kept = set(steps)
    for step, checkpoint in _numbered(folder):
        if step not in kept:
            shutil.rmtree(checkpoint)


def checkpoint_of(folder: Path, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return folder / f"checkpoint-{step}"


def weights_of(folder: Path, step: int) -> dict[str, Any]:
    """Return the weights of a checkpoint, as tensors of torch by name.

    Raises
    ------
    DataError
        If it is not there, or damaged.
    """
    from safetensors.torch import load_file

    if not is_whole(checkpoint := checkpoint_of(folder, step)):
        raise DataError(f"{checkpoint}: missing or damaged, and it has the weights of the best epoch. {_AGAIN}")
    weights: dict[str, Any] = load_file(checkpoint / WEIGHTS)
    return weights


def rows_of(checkpoint: Path) -> list[dict[str, Any]]:
    """Return the epochs that a training had done by a checkpoint."""
    return rows_in(read_json_object(checkpoint / STATE, _MAX_BYTES)["log_history"])


def rows_in(log: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the epochs in what a Trainer of transformers logged."""
    return [entry["row"] for entry in log if "row" in entry]


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    """The checkpoints of a folder, whole or not, by step."""
    named = ((_NAME.fullmatch(each.name), each) for each in folder.iterdir())
    return sorted((int(match[1]), each) for match, each in named if match and each.is_dir() and not each.is_symlink())


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names of what two trainings do not share."""
    names = sorted((before.keys() | now.keys()) - {"parameters"})
    differing = [name for name in names if before.get(name) != now.get(name)]
    old, new = before.get("parameters"), now["parameters"]
    if not isinstance(old, dict):
        return [*differing, "parameters"]
    return differing + sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
