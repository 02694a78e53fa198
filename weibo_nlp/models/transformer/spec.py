"""Fine-tunings by name, as they are written on a command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.models.transformer.parameters import Parameters

_TEXTS = ("revision", "reads", "precision", "device")
_WHOLE = ("max_length", "epochs", "batch_size", "accumulate", "patience")
_NUMBERS = ("learning_rate", "warmup", "weight_decay", "balance", "validation")


def parameters_of(source: str) -> Mapping[str, Any]:
    """Return the parameters of a fine-tuning that is written as an encoder, and others behind a question mark.

    Parameters
    ----------
    source : str
        Id on the Hub, or a folder; with ``?`` and ``&`` between them, any of the other parameters of a
        :class:`weibo_nlp.models.transformer.TransformerClassifier` but the seed.

    Raises
    ------
    UsageError
        If there is no such parameter, or as a parameter cannot be.

    Examples
    --------
    >>> parameters_of("hfl/chinese-roberta-wwm-ext?learning_rate=2e-5&epochs=3")
    {'encoder': 'hfl/chinese-roberta-wwm-ext', 'learning_rate': 2e-05, 'epochs': 3}
    """
    encoder, _, query = source.partition("?")
    values: dict[str, Any] = {"encoder": encoder}
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name in values or name not in (*_TEXTS, *_WHOLE, *_NUMBERS):
            known = quoted_list(sorted((*_TEXTS, *_WHOLE, *_NUMBERS)))
            why = "is given twice" if name in values else f"is none of {known}"
            raise UsageError(f"{quoted(name)} in 'transformer:{source}' {why}; correct it.")
        values[name] = text if name in _TEXTS else _number(name, text, int if name in _WHOLE else float)
    Parameters.of(values)  # here, and not after a file was read
    return values


def _number(name: str, text: str, kind: type[int] | type[float]) -> int | float:
    try:
        return kind(text)
    except ValueError:
        what = "a whole number" if kind is int else "a number"
        raise UsageError(f"{name} is {quoted(text)}; give {what}.") from None
