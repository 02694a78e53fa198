"""The folder of a trained model: its own files, a card for people, all figures, and what it learnt from."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import sha256_of_file
from weibo_nlp.io.atomic import pending_file
from weibo_nlp.io.destination import require_kept
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.manifest import MANIFEST
from weibo_nlp.io.paths import is_folder, named_path
from weibo_nlp.models.storage import CONFIG, WEIGHTS
from weibo_nlp.training.card import MARK
from weibo_nlp.training.distillation_report import KIND as DISTILLATION_KIND
from weibo_nlp.training.learnt_from import KIND as LEARNT_FROM_KIND
from weibo_nlp.training.learnt_from import LEARNT_FROM, MAX_BYTES
from weibo_nlp.training.report import KIND as REPORT_KIND

if TYPE_CHECKING:
    from weibo_nlp.training.learnt_from import LearntFrom

CARD, REPORT = "README.md", "report.json"
_HEAD_BYTES = 1024
_KINDS = {REPORT: (REPORT_KIND, DISTILLATION_KIND), LEARNT_FROM: (LEARNT_FROM_KIND,)}


def require_free(folder: str | Path) -> Path:
    """Return the path of a folder that a model may be written into: not there, empty, or of a model of ours.

    Raises
    ------
    UsageError
        If it holds files and no model, or one of the files that would be replaced is another's.
    """
    place = named_path(folder, "a folder for a model")
    if not is_folder(place):
        if place.exists():
            raise UsageError(f"cannot write into {place}: it is no folder; name another.")
        return place
    names = {path.name for path in place.iterdir()}
    if names and names.isdisjoint({CONFIG, WEIGHTS, MANIFEST}):
        raise UsageError(
            f"cannot write into {place}: it holds files and no model of weibo_nlp; name a folder that is empty, or is "
            "not there."
        )
    for name in sorted(names & {CARD, *_KINDS}):
        require_kept(place, place / name)
        if not _is_ours(place / name):
            raise UsageError(
                f"cannot write {place / name}: it is there and was not written by weibo_nlp; name another "
                "folder, or move the file away."
            )
    return place


def write_folder(folder: str | Path, model: Any, report: Mapping[str, Any], card: str, learnt_from: LearntFrom) -> None:
    """Write a model and what is known of it; see :meth:`weibo_nlp.training.TrainedModel.save`."""
    place = require_free(folder)
    with tempfile.TemporaryDirectory() as scratch:  # the same model gives the same bytes
        model.save_pretrained(scratch)
        weights = sha256_of_file(Path(scratch, WEIGHTS))
    contents = {
        CARD: card,
        REPORT: _json({**report, "weights": weights}),
        LEARNT_FROM: _json(learnt_from.to_dict(weights)),
    }
    missing = [each for each in (place, *place.parents) if not os.path.lexists(each)]
    try:
        _write(place, contents, model)
    except BaseException:
        for each in missing:
            with suppress(OSError):  # not made, or somebody put something into it meanwhile
                each.rmdir()
        raise


def _write(folder: Path, contents: Mapping[str, str], model: Any) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write into {folder}: {error.strerror}; name a folder that can be made.") from error
    with ExitStack() as stack:
        files = [stack.enter_context(pending_file(folder / name, within=folder)) for name in contents]
        for file, content in zip(files, contents.values(), strict=True):
            file.path.write_text(content, "utf-8")
            file.complete()
        model.save_pretrained(folder)
        for file in files:
            file.publish()


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _is_ours(path: Path) -> bool:
    """Whether a file beside a model was written by an earlier training, and may be replaced."""
    try:
        if path.name == CARD:
            with path.open("rb") as file:
                return MARK.encode() in file.read(_HEAD_BYTES).splitlines()
        return read_json_object(path, MAX_BYTES).get("kind") in _KINDS[path.name]
    except DataError:
        return False
    except OSError as error:
        raise UsageError(f"cannot write {path}: what is there cannot be read: {error.strerror}.") from error
