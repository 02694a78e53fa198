"""Units of a job labelled by workers of Dask: of a cluster on this machine, or of one that runs already.

The units, their parts and the manifest are those of :mod:`weibo_nlp.labelling.jobs`, whoever labels. Dask deals the
units, and deals those of a worker that died to others; parts are written by the workers, into a folder that all of them
see under the same path, and the manifest by the process that coordinates.
"""

from __future__ import annotations

import importlib
import logging
import signal
import threading
import uuid
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, EndpointError, UsageError
from weibo_nlp.io.checksum import sha256_of_file
from weibo_nlp.io.job_folder import JOB, FinishedPart
from weibo_nlp.labelling.units import UnitSource, label_unit
from weibo_nlp.labelling.workers import MAX_DEATHS, sendable, signals_held

INSTALL = "pip install 'weibo-nlp[scale]'"
CONNECT_SECONDS = 30.0
"""How long a scheduler may take to answer, and to have a first worker."""
_CLOSE_SECONDS = 5.0
# A worker holds one unit at a time, so that the one that ended it is known; nothing is served over HTTP.
_LOCAL_SETTINGS = {
    "distributed.scheduler.allowed-failures": MAX_DEATHS - 1,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


class DaskWorkers:
    """Labels units by workers of Dask, each with the models loaded once.

    Parameters
    ----------
    workers : int or str
        Workers of a cluster that is started on this machine and ends with the run, reached by it alone; or the address
        of a scheduler, such as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    UsageError
        If Dask is not installed.
    """

    def __init__(self, workers: int | str) -> None:
        self.workers = workers
        self._distributed = _library()

    def prepared(self, source: UnitSource, n_bytes: int) -> AbstractContextManager[None]:
        """Do nothing: workers read the plan before anything else."""
        return nullcontext()

    def run(self, source: UnitSource, units: Sequence[int]) -> Iterator[FinishedPart]:
        """Yield the units as they are finished.

        Of a scheduler that goes on, units that workers have in hand when the iterator is closed are finished by them,
        and count for nothing; those that wait are taken back.

        Raises
        ------
        DataError
            If a unit ended several workers in turn, or a worker cannot label: it does not see the folder, or has other
            models or versions.
        EndpointError
            If the scheduler does not answer, has no worker, or is gone.
        Exception
            What labelling a unit raised.
        """
        shared = _SharedUnits(_absolute(source), sha256_of_file(source.folder / JOB))
        name = f"weibo-nlp-{uuid.uuid4().hex}"
        unit_of = {f"{name}-{unit:06}": unit for unit in units}
        with self._client() as client:
            futures = client.map(partial(_label, shared), units, key=list(unit_of), pure=False)
            completed = self._distributed.as_completed(futures)
            try:
                del futures  # each is let go of when it is done
                for future in completed:
                    yield self._part(future, unit_of[future.key])
            finally:
                with suppress(Exception):  # of a cluster that is gone; what went wrong is on its way already
                    client.cancel(list(completed.futures), force=True)

    def _part(self, future: Any, unit: int) -> FinishedPart:
        distributed = self._distributed
        try:
            answer = future.result()
        except distributed.KilledWorker as error:
            raise DataError(
                f"unit {unit} of the job ended {error.allowed_failures + 1} workers that labelled it, the last at "
                f"{error.last_worker.address}. Where they were killed, the memory may be short: give fewer workers, or "
                "begin a job with lower --rows-per-part."
            ) from error
        except (distributed.CancelledError, OSError) as error:
            raise EndpointError(f"the scheduler{self._where} is gone ({error}). Start it again.") from error
        except Exception as error:
            raise DataError(
                f"unit {unit} of the job could not be given to a worker{self._where}: {type(error).__name__}: {error}. "
                f"Scheduler and workers need the versions of this machine: {INSTALL} there."
            ) from error
        if isinstance(answer, Exception):
            raise answer
        part: FinishedPart = answer
        return part

    @property
    def _where(self) -> str:
        return f" at {self.workers}" if isinstance(self.workers, str) else ""

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """A client of the cluster; one that was started for this run ends with it."""
        distributed = self._distributed
        with ExitStack() as stack:
            stack.callback(_log_level(logging.CRITICAL))
            stack.enter_context(_no_broken_pipes())
            if isinstance(self.workers, int):
                stack.enter_context(importlib.import_module("dask").config.set(_LOCAL_SETTINGS))
                with signals_held():
                    where = distributed.LocalCluster(
                        n_workers=self.workers,
                        threads_per_worker=1,
                        dashboard_address=None,
                        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # 8787 may be taken
                        memory_limit=0,
                        silence_logs=logging.CRITICAL,
                        security=True,  # keys of this run: on loopback, others on this machine could reach it
                    )
                stack.callback(_close, where)
            else:
                where = self.workers
            try:
                client = distributed.Client(where, timeout=CONNECT_SECONDS)
                stack.callback(_close, client)
                client.wait_for_workers(1, timeout=CONNECT_SECONDS)
            except (OSError, TimeoutError, ValueError) as error:
                raise EndpointError(
                    f"no scheduler of Dask with a worker answered{self._where} within {CONNECT_SECONDS:.0f} seconds "
                    f"({error}). Start one by `dask scheduler`, and workers by `dask worker ADDRESS --nthreads 1`."
                ) from error
            yield client


@dataclass(frozen=True)
class _SharedUnits:
    """What a worker needs to label units: where they come from, and by what their job is known."""

    source: UnitSource
    job_sum: str


_ONE_AT_A_TIME = threading.Lock()


def _label(shared: _SharedUnits, unit: int) -> FinishedPart | Exception:
    """Label a unit in a worker, whose models and open files are for one thread.

    Errors are answered rather than raised: Dask takes what is raised through more processes than it survives.
    """
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # told where the job was begun
        try:
            return label_unit(shared.source, unit, shared.job_sum)
        except Exception as error:
            return sendable(error)


def _absolute(source: UnitSource) -> UnitSource:
    """The source for processes that work in another folder."""
    models = {
        name: model.absolute() if isinstance(model, Path) else model for name, model in source.request.models.items()
    }
    return UnitSource(source.folder.absolute(), replace(source.request, models=models))


@contextmanager
def _no_broken_pipes() -> Iterator[None]:
    """Keep a connection that a worker closed from sending SIGPIPE, which on the command line ends the program."""
    if not hasattr(signal, "SIGPIPE") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)


def _close(opened: Any) -> None:
    with suppress(Exception):  # of a cluster that is gone already
        opened.close(timeout=_CLOSE_SECONDS)


def _log_level(level: int) -> Any:
    """Set what Dask logs here; what goes wrong is raised. Return what sets it back."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(level)
    return partial(logger.setLevel, before)


def _library() -> Any:
    try:
        importlib.import_module("cryptography")  # for keys of a local cluster
        return importlib.import_module("distributed")
    except ImportError as error:
        raise UsageError(f"workers of Dask need it installed ({error}): {INSTALL}.") from error
