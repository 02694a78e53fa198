"""What a saved model says of itself, checked: a folder may come from anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.names import quoted
from weibo_nlp.models.endpoint.prompts import LONGEST_SYSTEM, Prompt
from weibo_nlp.records import Example

_TEXTS = ("text", "target", "parent", "root")
_PROMPT = ("name", "version", "system", "targeted", "words")
Shot = tuple[Example, int]
"""An example as it is sent, and the place of its label."""


def saved_prompt(prompt: Prompt) -> dict[str, Any]:
    """Return a prompt as plain values."""
    return {
        "name": prompt.name,
        "version": prompt.version,
        "system": prompt.system,
        "targeted": prompt.targeted,
        "words": {label: list(words) for label, words in prompt.words.items()},
    }


def restored_prompt(saved: object, labels: Sequence[str]) -> Prompt:
    """Return the prompt that :func:`saved_prompt` made plain values of.

    Raises
    ------
    DataError
        If it is none for these labels.
    """
    saved = mapping("the prompt", saved)
    name, version, system, targeted, words = (saved.get(key) for key in _PROMPT)
    if not all(isinstance(text, str) and 0 < len(text) <= LONGEST_SYSTEM for text in (name, version, system)):
        raise DataError("the prompt is no text of a possible length")
    if not isinstance(targeted, bool):
        raise DataError(f"targeted of the prompt is {quoted(targeted)}, which it cannot be")
    if not isinstance(words, dict) or set(words) != set(labels):
        raise DataError("the words of the prompt are for other labels")
    if not all(isinstance(each, list) and each and all(map(_is_word, each)) for each in words.values()):
        raise DataError("the words of the prompt are no texts")
    return Prompt(str(name), str(version), str(system), {label: tuple(words[label]) for label in labels}, targeted)


def saved_shots(shots: Sequence[Shot]) -> list[dict[str, Any]]:
    """Return shots as plain values."""
    return [{**{name: getattr(example, name) for name in _TEXTS}, "label": place} for example, place in shots]


def restored_shots(saved: object, n_labels: int) -> tuple[Shot, ...]:
    """Return the shots that :func:`saved_shots` made plain values of.

    Raises
    ------
    DataError
        If one is none.
    """
    if not isinstance(saved, list):
        raise DataError(f"shots are {quoted(saved)}, which they cannot be")
    return tuple(_shot(mapping("a shot", each), n_labels) for each in saved)


def mapping(what: str, value: object) -> Mapping[str, Any]:
    """Return what must be a mapping.

    Raises
    ------
    DataError
        If it is none.
    """
    if not isinstance(value, dict):
        raise DataError(f"{what} is {quoted(value)}, which it cannot be")
    return value


def _is_word(word: object) -> bool:
    return isinstance(word, str) and bool(word)


def _shot(saved: Mapping[str, Any], n_labels: int) -> Shot:
    text, target, parent, root = (saved.get(key) for key in _TEXTS)
    label = saved.get("label")
    if type(label) is not int or not 0 <= label < n_labels or not isinstance(text, str):
        raise DataError("a shot has no text, or none of the labels")
    if not all(isinstance(each, str | None) for each in (target, parent, root)):
        raise DataError("the target of a shot, or what stands above it, is no text")
    return Example(text, target, parent, True, root), label
