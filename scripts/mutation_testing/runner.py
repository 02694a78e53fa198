"""Runs the quick tests of a room on each mutant, in copies of the repository that no one else sees."""

from __future__ import annotations

import compileall
import os
import queue
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory

from mutation_testing.mutants import Mutant
from weibo_nlp.errors import DataError

COPIED = ("weibo_nlp", "tests", "scripts", "corpus", "annotations", "docs", "pyproject.toml", "README.md")
TIMES_AS_LONG, SECONDS_MORE = 5, 20
"""A mutant whose tests take longer than this many times the clean ones, and these seconds, runs for ever: killed."""

MEMORY = 8 * 2**30
"""Bytes that the tests of one mutant may take: one that fills the memory would take the others with it."""

_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant: ``killed_by`` names the first test that failed, and is ``None`` for a survivor."""

    room: str
    mutant: Mutant
    killed_by: str | None


def run_mutants(
    root: Path,
    drawn: Iterable[tuple[str, Mutant]],
    *,
    jobs: int = 1,
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Put each mutant into a copy of the repository and run the tests of its room there until one fails.

    Parameters
    ----------
    root : Path
        The repository; never written to.
    drawn : iterable of (room, Mutant)
        The mutants.
    jobs : int
        Copies, and processes that run tests at a time.
    progress : callable
        Called with each outcome as it comes.

    Returns
    -------
    list of Outcome
        In the order of `drawn`.

    Raises
    ------
    DataError
        If the tests of a room fail on the code as it is, or a file has changed since the mutants were drawn.
    """
    drawn = list(drawn)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))  # handed down
    with TemporaryDirectory(prefix="mutants-") as folder:
        first = _copy(root, Path(folder) / "0")
        trees: queue.SimpleQueue[Path] = queue.SimpleQueue()
        trees.put(first)
        for number in range(1, jobs):  # before any test leaves pipes and circles of links behind
            trees.put(Path(shutil.copytree(first, Path(folder) / str(number))))
        rooms = dict.fromkeys(room for room, _ in drawn)
        limits = {room: _clean_seconds(first, room) * TIMES_AS_LONG + SECONDS_MORE for room in rooms}

        def outcome(room: str, mutant: Mutant) -> Outcome:
            tree = trees.get()
            try:
                return Outcome(room, mutant, _killer(tree, room, mutant, limits[room]))
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(outcome, room, mutant) for room, mutant in drawn]
            try:
                for future in as_completed(futures):
                    progress(future.result())
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return [future.result() for future in futures]


def _copy(root: Path, tree: Path) -> Path:
    tree.mkdir()
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        elif (root / name).exists():
            shutil.copy2(root / name, tree / name)
    # By their sources' checksums: a mutant written within the second and as long as the file would run as the old one.
    compileall.compile_dir(tree / "weibo_nlp", quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return tree


def _clean_seconds(tree: Path, room: str) -> float:
    begin = time.monotonic()
    code, output = _test(tree, room)  # leaves the tests compiled
    if code:
        raise DataError(f"the quick tests of {room} fail on the code as it is; mend them first.\n{output}")
    return time.monotonic() - begin


def _killer(tree: Path, room: str, mutant: Mutant, timeout: float) -> str | None:
    path = tree / mutant.path
    source = path.read_bytes()
    text = source.decode()
    if mutant.before not in " ".join(text.split()):
        raise DataError(f"{mutant.path} no longer holds {mutant.before!r}; draw the sample again.")
    path.write_bytes(mutant.applied(text).encode())
    try:
        code, output = _test(tree, room, path.stem, timeout=timeout, PYTHONDONTWRITEBYTECODE="1")
    finally:
        path.write_bytes(source)
    if code == 0:
        return None
    failed = _FAILED.search(output)
    return "no end in time" if code is None else failed[1] if failed else f"pytest left with {code}"


def _test(
    tree: Path, room: str, module: str = "", timeout: float | None = None, **settings: str
) -> tuple[int | None, str]:
    """Exit code (``None``: it ran out of time) and output of a room's quick tests, which stop at the first failure.

    Files called after `module` come first, then those of details: most faults end there.
    """
    files = sorted(
        (tree / "tests" / room).glob("test_*.py"),
        key=lambda file: (module not in file.stem, "details" not in file.stem, file.name),
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WEIBO_NLP", "PYTEST"))}
    environment |= {
        "PYTHONPATH": os.pathsep.join(map(str, (tree, tree / "scripts"))),
        "CI": "1",  # hypothesis draws the same examples each time, and keeps none
        "WEIBO_NLP_HOME": str(tree / "home"),
        "TMPDIR": str(tree),
        **settings,
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", *map(str, files)]
    with subprocess.Popen(
        command,
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            return None, ""
        finally:
            _end(process)
    return process.returncode, output.decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the tests and whatever they started, which may hold the pipe of their output open."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
