"""Label schemes: which labels a task has, in which order, and what each means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from weibo_nlp import _resources
from weibo_nlp.errors import DataError, LabelError, UnknownNameError


@dataclass(frozen=True, slots=True)
class TaskLabels:
    """The labels of one task in the order that files, matrices and ClassLabel features use."""

    name: str
    question: str
    main_metric: str
    meanings: Mapping[str, str]

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in their fixed order."""
        return tuple(self.meanings)

    def index(self, label: str) -> int:
        """Place of `label` in the order.

        Raises
        ------
        LabelError
            If the task has no such label.
        """
        try:
            return self.labels.index(label)
        except ValueError:
            raise LabelError(
                f"label {label!r} is not in task {self.name!r} ({', '.join(self.labels)}). "
                "Correct it, or add the label to a new scheme version."
            ) from None


@dataclass(frozen=True, slots=True)
class Scheme:
    """A versioned set of tasks, the marks kept beside them, and the vocabularies of documents."""

    name: str
    version: str
    tasks: Mapping[str, TaskLabels]
    frames: tuple[str, ...]
    confidence: tuple[str, ...]

    def task(self, name: str) -> TaskLabels:
        """Return the task called `name`, or raise UnknownNameError listing what there is."""
        try:
            return self.tasks[name]
        except KeyError:
            raise UnknownNameError("task", name, self.tasks) from None


@cache
def load_scheme(path: Path | None = None) -> Scheme:
    """Read a scheme file; without `path`, the one shipped with this version.

    Raises
    ------
    DataError
        If the file lacks a required key or a label is not a string, naming file and key.
    """
    import yaml

    path = path or _resources.scheme_path()
    content = yaml.safe_load(path.read_text("utf-8"))
    try:
        tasks = {name: _task(path, name, body) for name, body in content["tasks"].items()}
        return Scheme(
            name=content["name"],
            version=content["version"],
            tasks=tasks,
            frames=tuple(content["marks"]["frames"]),
            confidence=tuple(content["marks"]["confidence"]),
        )
    except KeyError as error:
        raise DataError(
            f"{path}: key {error.args[0]!r} is missing; a scheme has name, version, tasks, marks."
        ) from None


def _task(path: Path, name: str, body: Mapping[str, Any]) -> TaskLabels:
    meanings = body["labels"]
    for label in meanings:
        if not isinstance(label, str):  # YAML reads a bare `true` as a boolean
            raise DataError(f"{path}: label {label!r} of task {name!r} is not a string; put it in quotes.")
    return TaskLabels(name, body["question"], body["main_metric"], dict(meanings))
