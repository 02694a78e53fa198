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
        If the file cannot be read, lacks a required key, or a label is not a string, naming file and key.
    """
    import yaml

    path = path or _resources.scheme_path()
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataError(f"{path}: cannot be read as a label scheme: {error}. Name a YAML file in UTF-8.") from error
    content = _mapping(path, "the scheme", content, "name", "version", "tasks", "marks")
    marks = _mapping(path, "marks", content["marks"], "frames", "confidence")
    if not isinstance(content["version"], str):  # YAML reads a bare `1.0` as a number
        raise DataError(f"{path}: version {content['version']!r} is not a string; put it in quotes.")
    return Scheme(
        name=content["name"],
        version=content["version"],
        tasks={name: _task(path, name, body) for name, body in _mapping(path, "tasks", content["tasks"]).items()},
        frames=tuple(marks["frames"]),
        confidence=tuple(marks["confidence"]),
    )


def _task(path: Path, name: str, body: object) -> TaskLabels:
    content = _mapping(path, f"task {name!r}", body, "question", "main_metric", "labels")
    meanings = _mapping(path, f"labels of task {name!r}", content["labels"])
    for label in meanings:
        if not isinstance(label, str):  # YAML reads a bare `true` as a boolean
            raise DataError(f"{path}: label {label!r} of task {name!r} is not a string; put it in quotes.")
    return TaskLabels(name, content["question"], content["main_metric"], dict(meanings))


def _mapping(path: Path, what: str, value: object, *keys: str) -> Mapping[str, Any]:
    """Check that a value of the file is a mapping that has the keys."""
    if not isinstance(value, Mapping):
        raise DataError(f"{path}: {what} must be a mapping with keys, not {value!r:.60}.")
    if lacking := [key for key in keys if key not in value]:
        raise DataError(f"{path}: key {lacking[0]!r} of {what} is missing; it has {', '.join(keys)}.")
    return value
