"""What a prediction file is about, and the file in memory, each prediction with where it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import PredictionError
from weibo_nlp.io.names import quoted
from weibo_nlp.records import Prediction

FORMAT_KEY = "weibo_nlp_predictions"
FORMAT_VERSION = 1
PROBLEMS_SHOWN = 20
NAME_LENGTH = 1_000  # a header is repeated in every result made of it
SEED_LIMIT = 2**64  # what the generators of numpy, torch and others take


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
        ``corpus``, ``real`` (the public texts that the corpus has labels of), or the name of an external set.
    version : str or None
        Version of the corpus; ``None`` for external sets, which have none.
    split, task, protocol : str
        Part predicted, task, and evaluation protocol.
    scheme : str
        Version of the label scheme.
    model : ModelReference
        Who predicted.
    seed : int or None
        Seed of the model's training; None where nothing was random, or the seed is not known.

    Raises
    ------
    PredictionError
        If a field is empty, of another type, or a name of more than 1,000 characters.
    """

    set: str
    version: str | None
    split: str
    task: str
    protocol: str
    scheme: str
    model: ModelReference
    seed: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.model, ModelReference):
            raise PredictionError(f"header: model must be a ModelReference, got {type(self.model).__name__}.")
        required = {name: getattr(self, name) for name in ("set", "split", "task", "protocol", "scheme")}
        required |= {"model.name": self.model.name, "model.version": self.model.version}
        if self.version is not None:
            required["version"] = self.version
        for name, value in required.items():
            if not isinstance(value, str) or not value:
                null = " or null" if name == "version" else ""
                raise PredictionError(f"header: {name} must be a non-empty string{null}, got {quoted(value)}.")
            if len(value) > NAME_LENGTH:
                raise PredictionError(f"header: {name} has {len(value):,} characters; {NAME_LENGTH:,} are allowed.")
        # A bool is an int to Python, and no seed.
        if self.seed is not None and (type(self.seed) is not int or not 0 <= self.seed < SEED_LIMIT):
            raise PredictionError(
                f"header: seed must be an integer from 0 to 2**64 - 1 or null, got {quoted(self.seed)}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the header as the JSON object that opens a file, the format's mark first; no seed, no field."""
        header = {FORMAT_KEY: FORMAT_VERSION, **asdict(self)}
        if self.seed is None:  # left out rather than null: releases before it was added refuse what they do not know
            del header["seed"]
        return header


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
        return f"{self.path}:{'row ' if is_parquet(Path(self.path)) else ''}{self.lines[index]}"

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
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
    first = f"; the first {PROBLEMS_SHOWN}" if len(problems) > PROBLEMS_SHOWN else ""
    raise PredictionError("\n".join([f"{what}: {count}{first}:", *problems[:PROBLEMS_SHOWN], remedy]))


def is_parquet(path: Path) -> bool:
    """Tell Parquet from JSONL, which may have any other suffix."""
    return path.suffix.lower() == ".parquet"
