"""What a long training has done so far, in a folder of its own, to be gone on with after an interruption."""

from __future__ import annotations

import inspect
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import is_folder, named_path
from weibo_nlp.models.base import FloatArray

ABOUT = "training.json"
KIND = "weibo_nlp unfinished training"


def leaves_checkpoints(model: Any) -> bool:
    """Whether a model's training takes so long that it leaves checkpoints and tells of its steps, as of encoders."""
    return "checkpoints" in inspect.signature(model.fit).parameters


def digest_of(values: Iterable[object]) -> str:
    """Return a checksum of plain values in their order."""
    state = sha256()
    for value in values:
        state.update(json.dumps(value, ensure_ascii=True).encode("ascii") + b"\n")
    return state.hexdigest()


@contextmanager
def unfinished_of(
    model: Any, folder: str | Path | None, about: Callable[[], Mapping[str, Any]], *, resume: bool
) -> Iterator[UnfinishedTraining | None]:
    """Give the folder of a training, which stays for going on if the block is left by an error; None without one.

    Raises
    ------
    UsageError
        As :class:`UnfinishedTraining`; or if there is nowhere to go on from, or the model leaves no checkpoints.
    """
    if folder is None:
        if resume:
            raise UsageError("resume goes with checkpoints: the folder that the training was begun with; name it.")
        yield None
        return
    if not leaves_checkpoints(model):
        raise UsageError(
            f"the model {type(model).__name__} leaves no checkpoints, since its training is short; leave checkpoints "
            "out."
        )
    unfinished = UnfinishedTraining(folder, about(), resume=resume)
    try:
        yield unfinished
    except BaseException:
        if not unfinished.is_begun:
            unfinished.discard()
        raise


class UnfinishedTraining:
    """A folder with the checkpoints of a training, and the answers of those of its parts that are done.

    No text is in it. It is used where what is trained is the same as when it was begun, and by one process at a time.

    Parameters
    ----------
    folder : str or Path
        Its own: not there, empty, or left by an earlier training.
    about : mapping
        What decides how the training ends: rows, parameters, seeds; plain values.
    resume : bool
        Whether to go on with what lies there; without it, nothing may.

    Raises
    ------
    UsageError
        If there is an unfinished training and it is not gone on with, or none and it is; if it is of other rows or
        parameters, naming them; or if the folder holds other files, or cannot be made.
    DataError
        If its file is damaged.
    """

    def __init__(self, folder: str | Path, about: Mapping[str, Any], *, resume: bool = False) -> None:
        self.folder = named_path(folder, "a folder for checkpoints")
        content = {"kind": KIND, "about": json.loads(json.dumps(about, sort_keys=True))}
        path = self.folder / ABOUT
        if path.is_file():
            self._require_same(path, content["about"], resume)
            return
        if is_folder(self.folder) and any(self.folder.iterdir()):
            raise UsageError(f"{self.folder} holds files and no unfinished training; name another folder.")
        if resume:
            raise UsageError(
                f"there is no unfinished training in {self.folder}; leave --resume (resume=True) out, or name the "
                "folder that it was begun with."
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"cannot write into {self.folder}: {error.strerror}; name a folder that can be made."
            ) from error
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")

    @property
    def is_begun(self) -> bool:
        """Whether there is anything to go on with."""
        return any(path.is_file() and path.name != ABOUT for path in self.folder.rglob("*"))

    def checkpoints(self, name: str) -> Path:
        """Folder for the checkpoints of one training."""
        return self.folder / name

    def answers(self, name: str, shape: tuple[int, int]) -> FloatArray | None:
        """Return the probabilities of a training that is done; None where it is not.

        Raises
        ------
        DataError
            If they are damaged.
        """
        path = self.folder / f"{name}.npy"
        if not path.is_file():
            return None
        try:
            answers = np.load(path, allow_pickle=False)
        except (ValueError, OSError, EOFError) as error:
            raise DataError(f"{path}: cannot be read ({error}); delete it, and this part is trained again.") from error
        if answers.shape != shape or answers.dtype != np.float64 or not np.isfinite(answers).all():
            raise DataError(f"{path}: holds no probabilities of {shape[0]:,} rows; delete it, and it is trained again.")
        done: FloatArray = answers
        return done

    def keep_answers(self, name: str, answers: FloatArray) -> None:
        """Keep the probabilities of a training that is done, in place of its checkpoints."""
        with atomic_path(self.folder / f"{name}.npy") as temporary, temporary.open("wb") as file:
            np.save(file, np.asarray(answers, dtype=np.float64), allow_pickle=False)
        shutil.rmtree(self.checkpoints(name), ignore_errors=True)

    def discard(self) -> None:
        """Remove the folder: the training is done, or nothing of it is worth going on with."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _require_same(self, path: Path, about: Mapping[str, Any], resume: bool) -> None:
        content = read_json_object(path)
        known = content.get("about")
        if content.get("kind") != KIND or not isinstance(known, dict):
            raise DataError(f"{path}: is not of an unfinished training; delete {self.folder}, and begin anew.")
        if not resume:
            raise UsageError(
                f"an unfinished training lies in {self.folder}; go on with it by --resume (resume=True), or delete the "
                "folder to begin anew."
            )
        names = sorted(name for name in {*known, *about} if known.get(name) != about.get(name))
        if names:
            told = "; ".join(_change(name, known.get(name), about.get(name)) for name in names)
            raise UsageError(
                f"the unfinished training in {self.folder} is another one: {told}. Give what it was begun with, or "
                "delete the folder to begin anew."
            )


def _change(name: str, before: object, now: object) -> str:
    if name.startswith("rows"):  # whose checksums nobody can read
        return f"{name} are others"
    was, is_ = ("nothing" if value is None else quoted(value) for value in (before, now))
    return f"{name} was {was}, is {is_}"
