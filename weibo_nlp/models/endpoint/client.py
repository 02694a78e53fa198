"""The client: asks an address for one chat completion, and again where that may help.

It is openai's, made so that nothing that the environment holds for other hosts goes to this one: keys, organisations,
projects and headers that openai's client reads from there, and what it tells of the machine, are taken off every
request just before it goes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Event, Lock
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from weibo_nlp._version import __version__
from weibo_nlp.errors import EndpointError, UsageError
from weibo_nlp.io.remote import (
    AGAIN,
    INSTALL,
    TRIES,
    host_of,
    is_here,
    key_for,
    remedy,
    shown,
    wait_before_next,
)
from weibo_nlp.models.endpoint.asking import StoppedError
from weibo_nlp.models.endpoint.replies import FILTERED, EndpointAnswer, NoCompletionError, read_reply, refusal

_TOP = 5  # tokens whose probabilities are asked for; some services refuse more
# Besides what HTTP needs, openai's own mark of a response that is handed over unread, by which it knows it again.
_LEFT_ON = frozenset(
    {
        *("host", "accept", "accept-encoding", "connection", "content-type", "content-length", "transfer-encoding"),
        "x-stainless-raw-response",
    }
)
# What servers may not take, by how their refusals name it, and what a user is told.
_STRUCTURE, _SCORES, _WARMTH, _LENGTH = "structure", "scores", "temperature", "length"
_NAMED_BY = (
    (_LENGTH, ("max_completion_tokens", "max_tokens")),
    (_WARMTH, ("temperature",)),
    (_SCORES, ("logprobs",)),
    (_STRUCTURE, ("response_format", "json_schema", "structured", "guided", "grammar")),
)
_NOTES = {
    _STRUCTURE: "takes no structured output; answers are read from what it says in words",
    _SCORES: "gives no probabilities of tokens; all is put on the label that it answers",
    _WARMTH: "takes no temperature; it answers at its own",
}


@dataclass(slots=True)
class _Server:
    """What was learnt of a model at an address: what it does not take, and until when it wants to be left alone."""

    refused: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)
    quiet_until: float = 0.0
    lock: Lock = field(default_factory=Lock)


@lru_cache(maxsize=64)
def _server(url: str, model: str) -> _Server:
    return _Server()


class ChatClient:
    """Asks a model at an address.

    Parameters
    ----------
    url, model : str
        Where, and whom.
    temperature : float
        Of sampling.
    max_tokens : int
        Longest answer.
    timeout : float
        Seconds until a request counts as lost.
    extra_body : mapping, optional
        Further fields of each request.

    Raises
    ------
    UsageError
        If openai is not installed, or a key would go unencrypted to another machine.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        temperature: float,
        max_tokens: int,
        timeout: float,
        extra_body: Mapping[str, Any] | None = None,
    ) -> None:
        try:
            import openai
        except ImportError as error:
            raise UsageError(f"a language model behind an address needs openai ({error}); run: {INSTALL}.") from error
        self.url, self.model, self.host = url, model, host_of(url)
        self._temperature, self._max_tokens, self._extra_body = temperature, max_tokens, extra_body
        key = key_for(url)

        def without_what_is_for_others(request: Any) -> None:
            for name in [name for name in request.headers if name.lower() not in _LEFT_ON]:
                del request.headers[name]
            request.headers["User-Agent"] = f"weibo-nlp/{__version__}"
            if key is not None:
                request.headers["Authorization"] = f"Bearer {key}"

        # No redirection is followed, by which texts would go where nobody was told they go; and what does not leave
        # this machine goes through no proxy of the environment.
        transport = openai.DefaultHttpxClient(
            timeout=timeout,
            follow_redirects=False,
            trust_env=not is_here(self.host),
            # Reading certificates takes 40 ms, and there are none to check.
            verify=not (is_here(self.host) and urlsplit(url).scheme == "http"),
            event_hooks={"request": [without_what_is_for_others]},
        )
        self._client = openai.OpenAI(
            # Given as texts: what is None, the client would look up in the environment.
            api_key=key or "none",
            organization="",
            project="",
            webhook_secret="",
            base_url=url,
            timeout=timeout,
            max_retries=0,
            http_client=transport,
        )
        self._server = _server(url, model)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all connections, also those of requests under way."""
        self._client.close()

    def notes(self) -> list[str]:
        """Return what was learnt of the server since this was last asked for."""
        with self._server.lock:
            notes, self._server.notes = self._server.notes, []
        return notes

    def answer(
        self, messages: Sequence[Mapping[str, str]], words: Mapping[str, Sequence[str]], stopped: Event
    ) -> EndpointAnswer:
        """Ask until there is an answer, or it is clear that there will be none.

        Parameters
        ----------
        messages : sequence of mapping
            The chat.
        words : mapping of str to sequence of str
            Label -> its words.
        stopped : Event
            Set from another thread, no further request is sent.

        Raises
        ------
        EndpointError
            If the address cannot be reached, refuses, or sends what is no chat completion.
        StoppedError
            If `stopped` was set before it was answered.
        """
        import openai

        problem = ""
        for attempt in range(TRIES):
            asked = None
            self._wait_turn(stopped)
            try:
                return self._ask(messages, words)
            except openai.APIStatusError as error:
                status = error.status_code
                problem = f"status {status}: {shown(error.response.text)}"
                if status not in AGAIN:
                    raise EndpointError(f"{self.host}: {problem.rstrip('.')}. {remedy(status)}") from None
                asked = error.response.headers.get("retry-after")
            except openai.APIConnectionError as error:
                cause = error.__cause__ or error
                problem = f"{type(cause).__name__}: {shown(str(cause))}"
            except NoCompletionError as error:
                problem = f"{error}; is {self.url} the base address of an API of chat completions?"
            if attempt < TRIES - 1:
                wait = wait_before_next(attempt, asked)
                if asked is not None:  # a server that is too busy for one request is for the others
                    self._leave_alone(wait)
                if stopped.wait(wait):
                    raise StoppedError
        raise EndpointError(
            f"{self.host}: no answer after {TRIES} tries: {problem.rstrip('.')}. Try again later; what was answered is "
            "kept."
        )

    def _ask(self, messages: Sequence[Mapping[str, str]], words: Mapping[str, Sequence[str]]) -> EndpointAnswer:
        """Ask once; and once more for each thing that the server turns out not to take."""
        import openai

        refused = set(self._server.refused)
        while True:
            try:
                raw = self._client.chat.completions.with_raw_response.create(
                    model=self.model, messages=list(messages), **self._options(words, refused)
                )
            except openai.APIStatusError as error:
                said = error.response.text
                if error.status_code in (400, 422, 451) and FILTERED.search(said):
                    return refusal(said)
                if error.status_code not in (400, 422) or (thing := _not_taken(said, refused)) is None:
                    raise
                refused.add(thing)
                continue
            try:
                body = json.loads(raw.http_response.content)
            except (ValueError, RecursionError) as error:
                raise NoCompletionError("its answer is no JSON") from error
            answer = read_reply(body, words)
            self._learn(refused)
            return answer

    def _options(self, words: Mapping[str, Sequence[str]], refused: set[str]) -> dict[str, Any]:
        length = "max_completion_tokens" if _LENGTH in refused else "max_tokens"
        options: dict[str, Any] = {length: self._max_tokens, "extra_body": self._extra_body}
        if _WARMTH not in refused:
            options["temperature"] = self._temperature
        if _SCORES not in refused:
            options |= {"logprobs": True, "top_logprobs": _TOP}
        if _STRUCTURE not in refused:
            label = {"type": "string", "enum": [each[0] for each in words.values()]}
            schema = {
                "type": "object",
                "properties": {"label": label},
                "required": ["label"],
                "additionalProperties": False,
            }
            options["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "label", "strict": True, "schema": schema},
            }
        return options

    def _learn(self, refused: set[str]) -> None:
        with self._server.lock:
            new = refused - self._server.refused
            self._server.refused |= new
            self._server.notes += [
                f"{self.model} at {self.host} {_NOTES[each]}." for each in sorted(new) if each in _NOTES
            ]

    def _leave_alone(self, seconds: float) -> None:
        with self._server.lock:
            self._server.quiet_until = max(self._server.quiet_until, time.monotonic() + seconds)

    def _wait_turn(self, stopped: Event) -> None:
        if stopped.wait(max(0.0, self._server.quiet_until - time.monotonic())):
            raise StoppedError


def _not_taken(said: str, refused: set[str]) -> str | None:
    """What a server does not take, by what it says; where it does not say, what most of those take that take little."""
    plain = said.lower()
    for thing, names in _NAMED_BY:
        if thing not in refused and any(name in plain for name in names):
            return thing
    return next((thing for thing in (_STRUCTURE, _SCORES) if thing not in refused), None)
