"""Vectors from an address that speaks OpenAI's protocol of embeddings: a service's, or a server of one's own."""

from __future__ import annotations

import ipaddress
import os
import random
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from weibo_nlp.errors import UsageError, WeiboNlpError
from weibo_nlp.features.encoders.base import FloatArray
from weibo_nlp.io.names import printable, quoted

KIND = "endpoint"
KEY_VARIABLE = "WEIBO_NLP_API_KEY"
INSTALL = "pip install 'weibo-nlp[llm]'"
TRIES = 6
FIRST_WAIT = 1.0  # seconds; doubled with every try, and shaken, so that many clients do not come back at once
LONGEST_WAIT = 60.0
_TIMEOUT = 120.0
_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504}
_SHOWN = 200  # characters of an answer that a message repeats


class EndpointError(WeiboNlpError):
    """An address did not answer, or not with vectors."""


@dataclass(frozen=True)
class EndpointEncoder:
    """An encoder behind ``<url>/embeddings``, asked as OpenAI's is; what it is sent leaves this machine.

    Texts are sent as models see them: own words, with handles, links and long numbers masked. Before the first of them
    goes, a warning names the host. Needs httpx, in the extra ``[llm]``.

    Parameters
    ----------
    url : str
        Base address, such as ``http://localhost:8080/v1``.
    model : str
        Name of the model there.
    prefix : str
        Stands before every text.
    batch_size : int
        Texts in a request.

    Notes
    -----
    The key, where the address asks for one, is read from the environment variable ``WEIBO_NLP_API_KEY`` when a request
    is sent: a variable of its own, so that no key goes to a host that it was not meant for. It is neither kept nor
    shown, and never sent unencrypted to another machine.
    """

    url: str
    model: str
    prefix: str = ""
    batch_size: int = 64

    precision = "as served"
    max_length = None

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            port_is_fine = parts.port is None or parts.port > 0
        except ValueError as error:
            raise UsageError(f"the address {quoted(self.url)} of an encoder is none: {error}.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
            raise UsageError(f"the address {quoted(self.url)} of an encoder is none; give one as https://host/v1.")
        if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            raise UsageError(
                f"the address of an encoder at {parts.hostname} holds a user, a query or a fragment, where keys stand; "
                f"give the plain address, and the key in {KEY_VARIABLE}."
            )
        if not self.model:
            raise UsageError(f"the encoder at {parts.hostname} has no model; name the one that it serves.")

    @property
    def name(self) -> str:
        """Kind and model; where it is served says nothing elsewhere."""
        return f"{KIND}:{self.model}"

    @property
    def host(self) -> str:
        """Machine that texts are sent to."""
        return urlsplit(self.url).hostname or ""

    @property
    def dims(self) -> int:
        """Numbers in a vector, as a first request shows."""
        return _dims(self)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return vectors, shape (n_texts, dims).

        Raises
        ------
        UsageError
            If httpx is not installed, or a key would go unencrypted to another machine.
        EndpointError
            If the address cannot be reached, refuses, or answers otherwise than with a vector for each text.
        """
        try:
            import httpx
        except ImportError as error:
            raise UsageError(f"an encoder behind an address needs httpx ({error}); run: {INSTALL}.") from error
        headers = self._headers()
        _tell_host(self.host)
        starts = range(0, len(texts), self.batch_size)
        with httpx.Client(timeout=_TIMEOUT, headers=headers) as client:
            pieces = [self._batch(client, texts[start : start + self.batch_size]) for start in starts]
        if len({piece.shape[1] for piece in pieces}) > 1:
            raise EndpointError(f"{self.host}: gave vectors of several lengths; use a model that gives one.")
        return np.concatenate(pieces) if pieces else np.zeros((0, self.dims), dtype=np.float32)

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(KEY_VARIABLE)
        if not key:
            return {}
        if urlsplit(self.url).scheme != "https" and not _is_here(self.host):
            raise UsageError(
                f"the key in {KEY_VARIABLE} would go to {self.host} unencrypted; give an address with https."
            )
        if not key.isascii() or not key.isprintable():
            raise UsageError(f"{KEY_VARIABLE} holds what no key does (signs beyond ASCII, or a line end); set it anew.")
        return {"Authorization": f"Bearer {key}"}

    def _batch(self, client: Any, texts: Sequence[str]) -> FloatArray:
        answer = self._answer(client, {"model": self.model, "input": [self.prefix + text for text in texts]})
        try:
            rows = {int(row["index"]): row["embedding"] for row in answer["data"]}
            vectors = np.array([rows[place] for place in range(len(texts))], dtype=np.float32)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise EndpointError(
                f"{self.host}: its answer holds no vector for each text ({type(error).__name__}); is {self.url} the "
                "base address of an API of embeddings?"
            ) from error
        if vectors.ndim != 2 or not vectors.shape[1]:
            raise EndpointError(f"{self.host}: gave vectors of the shape {vectors.shape} for {len(texts)} texts.")
        return vectors

    def _answer(self, client: Any, body: dict[str, Any]) -> Any:
        """Post until there is an answer, or it is clear that there will be none."""
        import httpx

        problem = ""
        for attempt in range(TRIES):
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2**attempt) * random.uniform(0.5, 1.0)
            try:
                response = client.post(f"{self.url.rstrip('/')}/embeddings", json=body)
            except httpx.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
            else:
                if response.status_code == 200:
                    try:
                        return response.json()
                    except ValueError as error:
                        raise EndpointError(f"{self.host}: its answer is no JSON; is {self.url} right?") from error
                problem = f"status {response.status_code}: {_without_key(response.text)[:_SHOWN]}"
                if response.status_code not in _AGAIN:
                    raise EndpointError(f"{self.host}: {printable(problem)}. {_remedy(response.status_code)}")
                wait = _asked_wait(response.headers.get("retry-after"), wait)
            if attempt < TRIES - 1:
                time.sleep(wait)
        raise EndpointError(f"{self.host}: no answer after {TRIES} tries: {printable(problem)}. Try again later.")


def _remedy(status: int) -> str:
    if status in (401, 403):
        return f"Set the key in the environment variable {KEY_VARIABLE}."
    if status == 404:
        return "Correct the base address or the name of the model."
    return "Correct the request: the model, or the length of the texts."


def _asked_wait(asked: str | None, otherwise: float) -> float:
    """Seconds that a server asks to wait, where it says so in a number."""
    try:
        seconds = float(asked) if asked is not None else otherwise
    except ValueError:
        return otherwise
    return min(LONGEST_WAIT, max(0.0, seconds)) if np.isfinite(seconds) else otherwise


def _without_key(text: str) -> str:
    """A server may repeat the key that it refuses."""
    key = os.environ.get(KEY_VARIABLE)
    return text.replace(key, "…") if key else text


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache
def _tell_host(host: str) -> None:
    warnings.warn(f"Texts are sent to {printable(host)} to be encoded.", stacklevel=4)


@lru_cache(maxsize=8)
def _dims(encoder: EndpointEncoder) -> int:
    (vector,) = encoder.encode(["微博"])
    return len(vector)
