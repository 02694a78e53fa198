"""Language models by name, as they are written on a command line: ``endpoint:URL?model=NAME``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from weibo_nlp.errors import UsageError
from weibo_nlp.io.jsonl import parse_json
from weibo_nlp.io.names import quoted

KIND = "endpoint"
FORM = "endpoint:URL?model=NAME"
_NUMBERS: Mapping[str, type] = {
    "shots": int,
    "concurrency": int,
    "max_tokens": int,
    "temperature": float,
    "timeout": float,
}
_TEXTS = ("model", "task", "prompt", "extra_body")


def is_spec(name: object) -> bool:
    """Whether a name is of this kind."""
    return isinstance(name, str) and name.startswith(f"{KIND}:")


def parameters(spec: str) -> dict[str, Any]:
    """Return the parameters of an :class:`EndpointClassifier` that a name gives.

    Parameters
    ----------
    spec : str
        ``endpoint:``, a base address, and behind ``?`` the ``model``; ``task`` for the prompt of a task of the scheme,
        or ``prompt`` for a file with a codebook of one's own; ``shots``, ``concurrency``, ``max_tokens``,
        ``temperature``, ``timeout``; ``extra_body``, a JSON object. Options are joined by ``&``, and in values ``%26``
        stands for that sign.

    Raises
    ------
    UsageError
        If it is none, has an option that is none, or names no model.
    """
    place, _, query = spec.removeprefix(f"{KIND}:").partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    known = (*_TEXTS, *_NUMBERS)
    if not is_spec(spec) or not place:
        raise UsageError(f"{quoted(spec)} names no language model; write it as {FORM}.")
    if len(options) < len(pairs):
        raise UsageError(f"an option stands twice in {quoted(spec)}; leave one out.")
    if unknown := sorted(options.keys() - set(known)):
        raise UsageError(f"{quoted(spec)} has no option {unknown[0]!r}; there is: {', '.join(known)}.")
    if not options.get("model"):
        raise UsageError(f"{quoted(spec)} names no model; write it as {FORM}.")
    if "task" in options and "prompt" in options:
        raise UsageError(f"{quoted(spec)} names a task and a file with a prompt; leave one out.")
    given: dict[str, Any] = {"url": place, "model": options["model"]}
    if (task := options.get("prompt", options.get("task"))) is not None:
        given["task"] = task
    if "extra_body" in options:
        try:
            given["extra_body"] = parse_json(options["extra_body"])
        except ValueError as error:
            raise UsageError(f'extra_body in {quoted(spec)} is no JSON ({error}); write it as {{"key": …}}.') from None
    for name in options.keys() & _NUMBERS.keys():
        try:
            given[name] = _NUMBERS[name](options[name])
        except ValueError:
            raise UsageError(f"{name} in {quoted(spec)} is {quoted(options[name])}; give a number.") from None
    return given
