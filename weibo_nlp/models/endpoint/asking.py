"""Many requests at once: each answer is kept as it comes, whatever becomes of the others."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import TypeVar

from weibo_nlp.models.endpoint.replies import EndpointAnswer

Request = TypeVar("Request")


class StoppedError(Exception):
    """Another request failed, or the run was interrupted, before this one was sent."""


def ask_all(
    requests: Mapping[bytes, Request],
    ask: Callable[[Request, Event], EndpointAnswer],
    keep: Callable[[bytes, EndpointAnswer], None],
    *,
    concurrency: int,
) -> dict[bytes, EndpointAnswer]:
    """Ask about several requests at once.

    Where one fails, or the run is interrupted, no further one is sent, and those under way are awaited and kept: they
    are paid for. A second interruption gives them up.

    Parameters
    ----------
    requests : mapping
        Key -> request.
    ask : callable
        Gives the answer to a request; where the event is set, it sends nothing more and raises StoppedError.
    keep : callable
        Keeps an answer by its key; called at once, in the thread that got it.
    concurrency : int
        Requests under way at a time.

    Returns
    -------
    dict
        Key -> answer.
    """
    waiting, lock, stopped = iter(requests), Lock(), Event()
    outcomes: SimpleQueue[tuple[bytes, EndpointAnswer | BaseException]] = SimpleQueue()

    def work() -> None:
        while True:
            with lock:
                key = None if stopped.is_set() else next(waiting, None)
            if key is None:
                return
            try:
                answer = ask(requests[key], stopped)
                keep(key, answer)
            except BaseException as error:  # raised again where it was asked for
                outcomes.put((key, error))
                return
            outcomes.put((key, answer))

    # Daemons, which the interpreter's end does not wait for: a request that is given up may take its minute.
    threads = [Thread(target=work, daemon=True) for _ in range(min(concurrency, len(requests)))]
    answers: dict[bytes, EndpointAnswer] = {}
    try:
        for thread in threads:
            thread.start()
        while len(answers) < len(requests):
            key, outcome = outcomes.get()
            if isinstance(outcome, BaseException):
                raise outcome
            answers[key] = outcome
    except BaseException as error:
        stopped.set()
        if isinstance(error, KeyboardInterrupt | SystemExit):
            warnings.warn("Answers under way are awaited and kept; interrupt again to give them up.", stacklevel=2)
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        raise
    return answers
