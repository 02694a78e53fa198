"""Who labels the units of a job: this process, or several on this machine, of which any may die."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol

from weibo_nlp.errors import DataError
from weibo_nlp.io.job_folder import FinishedPart
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.labelling.units import UnitLabeller, UnitSource

MAX_DEATHS = 3
"""Times that a unit is dealt before it is named: whatever kills three processes in turn is in its rows, or is the
memory."""
_JOIN_SECONDS = 5.0
_BYTES_A_PROCESS = 1024 * 1024  # of input, from which on a further process is worth its start


class Executor(Protocol):
    """Labels units of a job, somewhere."""

    def prepared(self, source: UnitSource, n_bytes: int) -> AbstractContextManager[None]:
        """Get ready while a job with so many bytes of input is planned; at the end, all is let go of."""
        ...

    def run(self, source: UnitSource, units: Sequence[int]) -> Iterator[FinishedPart]:
        """Yield the units as they are finished, in whatever order; each is on disk by then.

        What is under way when the iterator is closed is dropped.
        """
        ...


class Here:
    """Labels unit by unit in this process.

    Parameters
    ----------
    labeller : Labeller, optional
        With the models of the job; by default they are loaded.
    """

    def __init__(self, labeller: Labeller | None = None) -> None:
        self._labeller = labeller

    def prepared(self, source: UnitSource, n_bytes: int) -> AbstractContextManager[None]:
        """Do nothing: this process plans."""
        return nullcontext()

    def run(self, source: UnitSource, units: Sequence[int]) -> Iterator[FinishedPart]:
        """Yield the units in order."""
        labeller = UnitLabeller(source, self._labeller)
        try:
            yield from map(labeller.label, units)
        finally:
            labeller.close()


class LocalProcesses:
    """Labels units in several processes of this machine, each with the models loaded once.

    Parameters
    ----------
    n_processes : int
        How many.
    """

    def __init__(self, n_processes: int) -> None:
        self.n_processes = n_processes
        self._ready: list[_Worker] = []

    @contextmanager
    def prepared(self, source: UnitSource, n_bytes: int) -> Iterator[None]:
        """Start as many processes as there will be work for, which load the models meanwhile."""
        try:
            for _ in range(min(self.n_processes, 1 + n_bytes // _BYTES_A_PROCESS)):
                self._ready.append(_start(source))
            yield
        finally:
            _end(self._ready)
            self._ready = []

    def run(self, source: UnitSource, units: Sequence[int]) -> Iterator[FinishedPart]:
        """Yield the units as they are finished.

        Raises
        ------
        DataError
            If ``MAX_DEATHS`` processes in turn ended while they had one unit.
        Exception
            What labelling a unit raised.
        """
        waiting = list(reversed(units))
        deaths = Counter[int]()
        workers, self._ready = self._ready, []
        try:
            while waiting or any(worker.unit is not None for worker in workers):
                n_idle = sum(worker.unit is None for worker in workers)
                for _ in range(min(self.n_processes - len(workers), len(waiting) - n_idle)):
                    workers.append(_start(source))
                for worker in workers:
                    if worker.unit is None and waiting:
                        worker.deal(waiting.pop())
                busy = [worker for worker in workers if worker.unit is not None]
                ready = wait([each for worker in busy for each in (worker.connection, worker.process.sentinel)])
                for worker in busy:
                    if worker.connection in ready or worker.process.sentinel in ready:
                        done = worker.answer()
                        if done is not None:
                            yield done
                            continue
                        workers.remove(worker)
                        waiting.append(_dealt_again(worker, deaths))
        finally:
            _end(workers)


@dataclass(eq=False)
class _Worker:
    """A process, our end of the pipe to it, and the unit that it has."""

    process: SpawnProcess
    connection: Connection[Any, Any]
    unit: int | None = None

    def deal(self, unit: int) -> None:
        self.unit = unit
        with suppress(OSError):  # it died meanwhile, which is seen when its answer is waited for
            self.connection.send(unit)

    def answer(self) -> FinishedPart | None:
        """What it says of its unit; None if it died."""
        try:
            answer = self.connection.recv()
        except (EOFError, OSError):
            return None
        if isinstance(answer, BaseException):
            raise answer
        self.unit = None
        done: FinishedPart = answer
        return done


def _dealt_again(worker: _Worker, deaths: Counter[int]) -> int:
    """The unit of a process that died, unless it was the end of too many."""
    worker.process.join(_JOIN_SECONDS)
    worker.connection.close()
    unit = worker.unit
    assert unit is not None
    deaths[unit] += 1
    if deaths[unit] >= MAX_DEATHS:
        code = worker.process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        raise DataError(
            f"unit {unit} of the job ended {MAX_DEATHS} processes that labelled it, the last with {how}. Where that is "
            "signal 9, the memory may be short: run with --jobs 1, or begin a job with lower --rows-per-part."
        )
    return unit


def _start(source: UnitSource) -> _Worker:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(theirs, source), daemon=True)
    with signals_held():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def signals_held() -> Iterator[None]:
    """Keep Ctrl-C from processes that start: they inherit what is blocked, and are told by us when to end."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGHUP])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(workers: Collection[_Worker]) -> None:
    """End processes whatever they are at: what they have not renamed is not there."""
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.join(_JOIN_SECONDS)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.connection.close()


def _work(connection: Connection[Any, Any], source: UnitSource) -> None:
    """Label units until there are no more, or the process that deals them is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    warnings.simplefilter("ignore")  # told by the process that deals
    try:
        models = source.request.labeller()
        models.load()
        gc.freeze()  # models and modules stay: looking through them for garbage would take a tenth of the time
        unit = connection.recv()
        labeller = UnitLabeller(source, models)
        while True:
            connection.send(labeller.label(unit))
            unit = connection.recv()
    except EOFError:
        return
    except Exception as error:
        connection.send(sendable(error))


def _end_with_parent() -> None:
    """End this process when its parent does, even if that is killed: nobody would take what it labels."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def sendable(error: Exception) -> Exception:
    """Return an error, or one that says the same where it cannot be sent to another process."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, of a moment ago
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
