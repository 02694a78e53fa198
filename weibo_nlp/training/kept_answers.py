"""Answers of a slow model, kept beside what is made of them until it is made: a run that was ended goes on from them.

A file of JSON Lines: what was asked of whom, then a line for each batch. It holds no text but hashes of texts, and says
what was answered: whoever has a text can tell by it whether the text was asked about, until the file is deleted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import write_errors
from weibo_nlp.io.paths import named_path
from weibo_nlp.models.base import FloatArray
from weibo_nlp.predictions.check import SUM_TOLERANCE

KIND = "weibo_nlp answers of a teacher"
_FIRST = json.dumps({"kind": KIND})[:-1].encode()
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class AnsweredBatch:
    """What was answered about some texts.

    Attributes
    ----------
    texts : tuple of str
        Hash of each text with what was asked about it, see :func:`text_hash`.
    probabilities : ndarray of float, shape (n_texts, n_targets, n_labels)
        NaN where there was no answer.
    outcomes : mapping of str to int
        Why there was none -> how often.
    seconds : float or None
        How long it took; None where that says nothing of the model.
    """

    texts: tuple[str, ...]
    probabilities: FloatArray
    outcomes: Mapping[str, int]
    seconds: float | None


def text_hash(text: str, parent: str | None) -> str:
    """Return a hash of a text and of what it answers."""
    return sha256(json.dumps([text, parent], ensure_ascii=False).encode()).hexdigest()[:_DIGITS]


class KeptAnswers:
    """A file of answers.

    Parameters
    ----------
    path : str or Path
        The file; made with the first answers.
    about : mapping
        Who was asked for which labels about which targets, ready for JSON: answers to anything else are refused.
    shape : (int, int)
        Number of targets, at least 1, and of labels.

    Attributes
    ----------
    batches : list of AnsweredBatch
        What is there, in the order in which it was answered.

    Raises
    ------
    UsageError
        If the file is no file of answers, holds those of another teacher, or cannot be read or written.
    DataError
        If it is damaged anywhere but in the last line, which a process that is killed may leave half written.
    """

    def __init__(self, path: str | Path, about: Mapping[str, Any], shape: tuple[int, int]) -> None:
        self.path = named_path(path, "a file of answers")
        self.shape = shape
        self._about = {"kind": KIND, **about}
        self.batches: list[AnsweredBatch] = []
        if os.path.lexists(self.path):
            self._read()

    def add(self, batch: AnsweredBatch) -> None:
        """Append what was answered; it is in the file when this returns.

        Raises
        ------
        UsageError, WriteError
            If the file cannot be written.
        """
        line = {
            "texts": batch.texts,
            "probabilities": [
                [None if np.isnan(row).any() else row.tolist() for row in about] for about in batch.probabilities
            ],
            "outcomes": dict(batch.outcomes),
            "seconds": batch.seconds,
        }
        lines = [line] if os.path.lexists(self.path) else [self._about, line]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with write_errors(self.path), os.fdopen(handle, "ab") as file:
                file.write("".join(json.dumps(each, allow_nan=False) + "\n" for each in lines).encode())
        except OSError as error:
            raise UsageError(f"cannot write {self.path}: {error.strerror}; name another output.") from error
        self.batches.append(batch)

    def _read(self) -> None:
        try:
            if not self.path.is_file() or self.path.is_symlink():
                raise UsageError(f"{self.path} is no plain file; move it away, or name another output.")
            content, newline, rest = self.path.read_bytes().rpartition(b"\n")
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be read: {error.strerror}.") from error
        if not newline and _FIRST.startswith(rest[: len(_FIRST)]):  # a process was killed in its first line
            self.path.unlink()
            return
        lines = (content or rest).split(b"\n")
        if _object(lines[0]) != self._about:
            is_ours = (_object(lines[0]) or {}).get("kind") == KIND
            what = "has answers of another model, or to another question" if is_ours else "is none of our files"
            raise UsageError(f"{self.path} {what}; delete it or move it away, or name another output.")
        for number, line in enumerate(lines[1:], start=2):
            self.batches.append(self._batch(line, number))
        if rest:
            os.truncate(self.path, len(content) + len(newline))

    def _batch(self, line: bytes, number: int) -> AnsweredBatch:
        content = _object(line) or {}
        texts, rows, outcomes, seconds = (
            content.get(name) for name in ("texts", "probabilities", "outcomes", "seconds")
        )
        try:
            nothing = [np.nan] * self.shape[1]
            filled = [[nothing if row is None else row for row in about] for about in rows]  # type: ignore[union-attr]
            probabilities = np.array(filled, dtype=np.float64)
            sums = probabilities.sum(axis=-1)
            sound = (
                isinstance(texts, list)
                and all(isinstance(text, str) for text in texts)
                and probabilities.shape == (len(texts), *self.shape)
                and bool(
                    (
                        np.isnan(sums) | ((abs(sums - 1) <= SUM_TOLERANCE + 1e-9) & (probabilities >= 0).all(axis=-1))
                    ).all()
                )
                and isinstance(outcomes, dict)
                and all(isinstance(count, int) for count in outcomes.values())
                and (seconds is None or (isinstance(seconds, float) and seconds >= 0))
            )
        except (TypeError, ValueError):
            sound = False
        if not sound:
            raise DataError(f"{self.path}:{number}: holds no answers; the file is damaged, delete it.")
        return AnsweredBatch(tuple(texts), probabilities, outcomes, seconds)  # type: ignore[arg-type]


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
