"""What a prediction file is about, and the file in memory, each prediction with where it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import PredictionError
from weibo_nlp.records import Prediction

FORMAT_KEY = "weibo_nlp_predictions"
FORMAT_VERSION = 1
PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Name and version of the program that predicted."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class PredictionHeader:
    """What a prediction file is about: the set and split it covers, the task, and the model.

    Parameters
    ----------
    set : str
        ``corpus``, or the name of an external set.
    version : str or None
        Version of the corpus; ``None`` for external sets, which have none.
    split, task, protocol : str
        Part predicted, task, and evaluation protocol.
    scheme : str
        Version of the label scheme.
    model : ModelReference
        Who predicted.

    Raises
    ------
    PredictionError
        If a field is empty or of another type.
    """

    set: str
    version: str | None
    split: str
    task: str
    protocol: str
    scheme: str
    model: ModelReference

    def __post_init__(self) -> None:
        """Refuse empty or mistyped fields."""
        if not isinstance(self.model, ModelReference):
            raise PredictionError(f"header: model must be a ModelReference, got {type(self.model).__name__}.")
        required = {name: getattr(self, name) for name in ("set", "split", "task", "protocol", "scheme")}
        required |= {"model.name": self.model.name, "model.version": self.model.version}
        if self.version is not None:
            required["version"] = self.version
        for name, value in required.items():
            if not isinstance(value, str) or not value:
                null = " or null" if name == "version" else ""
                raise PredictionError(f"header: {name} must be a non-empty string{null}, got {value!r}.")

    def to_dict(self) -> dict[str, Any]:
        """Return the header as the JSON object that opens a file, the format's mark first."""
        return {
            FORMAT_KEY: FORMAT_VERSION,
            "set": self.set,
            "version": self.version,
            "split": self.split,
            "task": self.task,
            "protocol": self.protocol,
            "scheme": self.scheme,
            "model": {"name": self.model.name, "version": self.model.version},
        }


@dataclass(frozen=True, slots=True)
class PredictionFile:
    """A header and its predictions, with where each was read.

    ``lines`` holds one line number (JSONL, from 1, the header being line 1) or row number (Parquet, from 1)
    per prediction; it is empty for predictions that come from no file.
    """

    header: PredictionHeader
    predictions: tuple[Prediction, ...]
    path: str | None = None
    lines: tuple[int, ...] = ()

    def where(self, index: int) -> str:
        """Return ``file:line`` of the prediction at `index`, counted from 0."""
        if self.path is None or not self.lines:
            return f"prediction {index + 1}"
        between = ":row " if is_parquet(Path(self.path)) else ":"
        return f"{self.path}{between}{self.lines[index]}"

    @property
    def where_header(self) -> str:
        """``file:line`` of the header."""
        if self.path is None:
            return "header"
        return f"{self.path}:schema metadata" if is_parquet(Path(self.path)) else f"{self.path}:1"

    @property
    def where_end(self) -> str:
        """``file:line`` of the last prediction, after which nothing more was found."""
        return self.where(len(self.predictions) - 1) if self.predictions else self.where_header


def raise_if_any(problems: Sequence[str], what: str, remedy: str) -> None:
    """Raise one PredictionError that lists the first problems and counts them all; do nothing without any."""
    if not problems:
        return
    shown = "\n".join(problems[:PROBLEMS_SHOWN])
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
    first = f"; the first {PROBLEMS_SHOWN}" if len(problems) > PROBLEMS_SHOWN else ""
    raise PredictionError(f"{what}: {count}{first}:\n{shown}\n{remedy}")


def is_parquet(path: Path) -> bool:
    """Tell Parquet from JSONL, which may have any other suffix."""
    return path.suffix.lower() == ".parquet"
