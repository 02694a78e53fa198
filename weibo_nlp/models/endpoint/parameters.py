"""What the parameters of a language model behind an address may be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.io.remote import host_of, require_address

LONGEST_NAME = 200
_OURS = frozenset({"model", "messages", "stream", "n"})
"""Fields of a request that nobody else may set."""
_RANGES: Mapping[str, tuple[type, float, float]] = {
    "shots": (Integral, 0, 100),
    "concurrency": (Integral, 1, 256),
    "temperature": (Real, 0, 2),
    "max_tokens": (Integral, 1, 100_000),
    "timeout": (Real, 0.01, 3600),
}


def require_parameters(given: Mapping[str, Any]) -> None:
    """Refuse parameters of an :class:`EndpointClassifier` that cannot be what they are.

    Raises
    ------
    UsageError
        Naming the first, and what is allowed.
    """
    url, model = given["url"], given["model"]
    if not isinstance(url, str):
        raise UsageError(f"url is {quoted(url)}; give the base address of a server, as https://host/v1.")
    require_address(url, "a language model")
    if not isinstance(model, str) or not 0 < len(model) <= LONGEST_NAME or not model.isprintable():
        raise UsageError(f"model is {quoted(model)}; give the name of the one that {host_of(url)} serves.")
    for name, (number, least, most) in _RANGES.items():
        value = given[name]
        is_number = isinstance(value, number) and not isinstance(value, bool)
        if not is_number or not least <= value <= most:
            raise UsageError(f"{name} must be a number from {least:g} to {most:g}; got {quoted(value)}.")
    for name in ("send_raw", "save_examples"):
        if not isinstance(value := given[name], bool | np.bool_):
            raise UsageError(f"{name} must be True or False; got {quoted(value)}.")
    if given["extra_body"] is not None and not _is_body(given["extra_body"]):
        raise UsageError(
            f"extra_body is {quoted(given['extra_body'])}; give further fields of a request, as plain values by name, "
            f"without {', '.join(sorted(_OURS))}."
        )


def _is_body(value: object) -> bool:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value) or not _OURS.isdisjoint(value):
        return False
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
