"""Label schemes: which labels a task has, in which order, and what each means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from weibo_nlp import _resources
from weibo_nlp.errors import DataError, LabelError, UnknownNameError
from weibo_nlp.io.yaml_file import read_yaml


@dataclass(frozen=True, slots=True)
class Task:
    """What a task is: its labels in the order that files, matrices and ClassLabel features use, and how it is asked.

    Attributes
    ----------
    name, question : str
        What it is called, and what an annotator is asked.
    main_metric : str
        The metric that ranks systems.
    meanings : mapping of str to str
        Label -> what it means, in order.
    targeted : bool
        Whether a label is about a target, so that a text has one for each of its targets.
    stored : {"string", "bool"}
        How tables hold a label: by its name, or, of the labels ``false`` and ``true``, as a boolean.
    """

    name: str
    question: str
    main_metric: str
    meanings: Mapping[str, str]
    targeted: bool = False
    stored: Literal["string", "bool"] = "string"

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

    def to_stored(self, label: str) -> str | bool:
        """Return a label as tables hold it."""
        return label == "true" if self.stored == "bool" else label

    def to_label(self, value: object) -> str:
        """Return the label that a table holds as `value`."""
        return str(value).lower() if self.stored == "bool" else str(value)


# A mark is kept with every judgement, and settled and measured like a task; it is no benchmark task of its own.
NEEDS_CONTEXT = "needs_context"


@dataclass(frozen=True, slots=True)
class Scheme:
    """A versioned set of tasks, the marks kept beside them, and the vocabularies of documents."""

    name: str
    version: str
    tasks: Mapping[str, Task]
    frames: tuple[str, ...]
    confidence: tuple[str, ...]

    @property
    def targeted(self) -> tuple[str, ...]:
        """Names of the tasks whose labels are about a target."""
        return tuple(name for name, task in self.tasks.items() if task.targeted)

    @property
    def judged(self) -> Mapping[str, Task]:
        """Everything an annotator answers with one label of a few: the tasks, and the mark ``needs_context``.

        In the order that agreement tables use: what is asked of the text, then what is asked of its targets.
        """
        mark = Task(NEEDS_CONTEXT, "", "macro_f1", {"false": "", "true": ""}, stored="bool")
        texts = {name: task for name, task in self.tasks.items() if not task.targeted}
        return {**texts, NEEDS_CONTEXT: mark, **{name: self.tasks[name] for name in self.targeted}}

    def task(self, name: str) -> Task:
        """Return the task called `name`, or raise UnknownNameError listing what there is."""
        try:
            return self.tasks[name]
        except KeyError:
            raise UnknownNameError("task", name, self.tasks) from None


def scheme_of_version(version: str) -> Scheme:
    """Return the scheme of a version: the one installed, or one that an older release follows.

    Raises
    ------
    UnknownNameError
        If this package does not come with it, listing those it has.
    """
    older = {path.stem: path for path in sorted(_resources.older_schemes_dir().glob("*.yaml"))}
    current = load_scheme()
    if version == current.version:
        return current
    if version not in older:
        raise UnknownNameError("scheme version", version, (current.version, *older))
    return load_scheme(older[version])


@cache
def load_scheme(path: Path | None = None) -> Scheme:
    """Read a scheme file; without `path`, the one shipped with this version.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a required key, or a label is not a string, naming file and key.
    """
    path = _resources.scheme_path() if path is None else Path(path)
    content = _mapping(path, "the scheme", read_yaml(path, "a label scheme"), "name", "version", "tasks", "marks")
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


def _task(path: Path, name: str, body: object) -> Task:
    content = _mapping(path, f"task {name!r}", body, "question", "main_metric", "labels")
    meanings = _mapping(path, f"labels of task {name!r}", content["labels"])
    for label in meanings:
        if not isinstance(label, str):  # YAML reads a bare `true` as a boolean
            raise DataError(f"{path}: label {label!r} of task {name!r} is not a string; put it in quotes.")
    targeted, stored = content.get("targeted", False), content.get("stored", "string")
    if not isinstance(targeted, bool):
        raise DataError(f"{path}: targeted of task {name!r} is {targeted!r}; write true or false.")
    if stored not in ("string", "bool"):
        raise DataError(f"{path}: stored of task {name!r} is {stored!r}; write string or bool.")
    if stored == "bool" and list(meanings) != ["false", "true"]:
        raise DataError(
            f"{path}: task {name!r} is stored as bool and has the labels {', '.join(meanings)}; a task "
            'stored as bool has "false" and "true", in this order.'
        )
    return Task(name, content["question"], content["main_metric"], dict(meanings), targeted, stored)


def _mapping(path: Path, what: str, value: object, *keys: str) -> Mapping[str, Any]:
    """Check that a value of the file is a mapping that has the keys."""
    if not isinstance(value, Mapping):
        raise DataError(f"{path}: {what} must be a mapping with keys, not {value!r:.60}.")
    if lacking := [key for key in keys if key not in value]:
        raise DataError(f"{path}: key {lacking[0]!r} of {what} is missing; it has {', '.join(keys)}.")
    return value
