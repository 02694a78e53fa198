"""Vectors from an address that speaks OpenAI's protocol of embeddings: a service's, or a server of one's own."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from weibo_nlp.errors import EndpointError, UsageError
from weibo_nlp.features.encoders.base import FloatArray
from weibo_nlp.io.names import printable
from weibo_nlp.io.remote import (
    AGAIN,
    INSTALL,
    TRIES,
    host_of,
    is_here,
    key_for,
    remedy,
    require_address,
    shown,
    wait_before_next,
)

KIND = "endpoint"
_TIMEOUT = 120.0


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
        require_address(self.url, "an encoder")
        if not self.model:
            raise UsageError(f"the encoder at {printable(self.host)} has no model; name the one that it serves.")

    @property
    def name(self) -> str:
        """Kind and model; where it is served says nothing elsewhere."""
        return f"{KIND}:{self.model}"

    @property
    def host(self) -> str:
        """Machine that texts are sent to."""
        return host_of(self.url)

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
        key = key_for(self.url)
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        _tell_host(self.host)
        starts = range(0, len(texts), self.batch_size)
        # What does not leave this machine goes through no proxy of the environment.
        with httpx.Client(timeout=_TIMEOUT, headers=headers, trust_env=not is_here(self.host)) as client:
            pieces = [self._batch(client, texts[start : start + self.batch_size]) for start in starts]
        if len({piece.shape[1] for piece in pieces}) > 1:
            raise EndpointError(f"{self.host}: gave vectors of several lengths; use a model that gives one.")
        return np.concatenate(pieces) if pieces else np.zeros((0, self.dims), dtype=np.float32)

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
            asked = None
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
                problem = f"status {response.status_code}: {shown(response.text)}"
                if response.status_code not in AGAIN:
                    raise EndpointError(f"{self.host}: {printable(problem)}. {remedy(response.status_code)}")
                asked = response.headers.get("retry-after")
            if attempt < TRIES - 1:
                time.sleep(wait_before_next(attempt, asked))
        raise EndpointError(f"{self.host}: no answer after {TRIES} tries: {printable(problem)}. Try again later.")


@lru_cache
def _tell_host(host: str) -> None:
    warnings.warn(f"Texts are sent to {printable(host)} to be encoded.", stacklevel=4)


@lru_cache(maxsize=8)
def _dims(encoder: EndpointEncoder) -> int:
    (vector,) = encoder.encode(["微博"])
    return len(vector)
