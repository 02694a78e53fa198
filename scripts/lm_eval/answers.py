"""What `lm_eval` asks for and gets, in the words of :mod:`weibo_nlp.models.spoken_labels`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from weibo_nlp.models import spoken_labels
from weibo_nlp.models.spoken_labels import LONGEST, WORDS, Answer

__all__ = ["LONGEST", "WORDS", "Answer", "choices", "read", "read_all"]


def choices(row: Mapping[str, Any]) -> list[str]:
    """Words that the prompts of a row's task ask for, in the order of the scheme's labels."""
    return [words[0] for words in WORDS[row["task"]].values()]


def read_all(responses: Sequence[Sequence[str]], rows: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Read the first response to each row: the filter of the tasks that generate."""
    return [read(given[0], row["task"]) for given, row in zip(responses, rows, strict=True)]


def read(text: str, task: str) -> Answer:
    """Find the one label of a task that an answer names."""
    return spoken_labels.read(text, WORDS[task])
