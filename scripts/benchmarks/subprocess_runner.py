"""Programs measured one by one, each in a fresh interpreter on one core; one that fails gives its reason.

Not `pyperf`: its workers tell the time of a loop alone, where the tables also need time to load, quantiles of single
calls and the words that were cut; and its peak memory is ``ru_maxrss``, which on Linux starts at that of the parent.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any, Literal

from benchmarks.adapters import Adapter

import weibo_nlp
from weibo_nlp.errors import UnknownNameError, UsageError

# One core is one thread only if the libraries underneath know of it.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "RAYON_NUM_THREADS"), "1"
)
_IMPORTABLE = (Path(__file__).parents[1], Path(weibo_nlp.__file__).parents[1])
_REASON_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Effort:
    """How long programs are measured.

    Attributes
    ----------
    repeat : int
        How often the speed of each is taken.
    seconds : float
        Work for each of these: the texts are repeated to about this time.
    timeout : float
        Seconds after which a program is given up.

    Raises
    ------
    UsageError
        If one of them is not above 0.
    """

    repeat: int = 3
    seconds: float = 1.0
    timeout: float = 3600.0

    def __post_init__(self) -> None:
        require_positive(**asdict(self))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a program in a process of its own.

    Attributes
    ----------
    adapter : Adapter
        The program.
    versions : dict
        Installed distributions that it is made of.
    reason : str or None
        Why there are no figures.
    figures : mapping
        What the function of :mod:`benchmarks._worker` returned, and ``peak_bytes`` (largest resident memory of the
        process with nothing subtracted, or None where the system does not tell); empty where there is a reason.
    """

    adapter: Adapter[Any]
    versions: dict[str, str]
    reason: str | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)

    def to_row(self, per_second: str, n: int) -> dict[str, Any]:
        """Return what every comparison publishes of a program, ready for JSON.

        Parameters
        ----------
        per_second : str
            Name of its speed, the median of the repeats.
        n : int
            What it went through in one pass, in the unit that is counted a second.
        """
        speeds = [self.figures["passes"] * n / elapsed for elapsed in self.figures.get("seconds", ())]
        return {
            "group": self.adapter.group,
            "versions": self.versions,
            "note": self.adapter.note,
            "reason": self.reason,
            per_second: median(speeds) if speeds else None,
            f"{per_second}_repeats": speeds,
            "load_seconds": self.figures.get("load_seconds"),
            "peak_bytes": self.figures.get("peak_bytes"),
        }


def run_adapter(
    work: Literal["segment", "label", "score", "train"], adapter: Adapter[Any], job: Mapping[str, Any], timeout: float
) -> Outcome:
    """Let a program do a job in a fresh interpreter.

    Parameters
    ----------
    work : {"segment", "label", "score", "train"}
        Which function of :mod:`benchmarks._worker` is to measure it.
    adapter : Adapter
        The program; the process looks it up by its name.
    job : mapping
        The other arguments of that function, as JSON has them.
    timeout : float
        Seconds after which it is given up.

    Returns
    -------
    Outcome
        With a reason where the program is not installed, fails, or takes too long.
    """
    versions = installed_versions(adapter.packages)
    if len(versions) < len(adapter.packages):
        return Outcome(adapter, versions, f"not installed: pip install {' '.join(adapter.packages)}")
    # Relative places would be those of whatever folder this is started in; -P keeps that folder itself out.
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = os.pathsep.join([*map(str, _IMPORTABLE), *(place for place in given if Path(place).is_absolute())])
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "benchmarks._worker"],
            input=json.dumps({"work": work, "name": adapter.name, **job}).encode(),
            capture_output=True,
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": paths},
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(adapter, versions, f"not done after {timeout:g} s")
    try:
        figures: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        # No result at all: the process was killed, or the interpreter itself failed.
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing on standard error"])[-1]
        figures = {"reason": f"ended by {_ending(done.returncode)}: {last}"}
    if "reason" in figures:
        return Outcome(adapter, versions, shortened(figures["reason"]))
    return Outcome(adapter, versions, figures=figures)


def require_known(kind: str, names: Collection[str], known: Collection[str]) -> None:
    """Raise UnknownNameError, before an hour is spent, if one of the names is not known."""
    if unknown := [name for name in names if name not in known]:
        raise UnknownNameError(kind, unknown[0], known)


def require_positive(**numbers: float) -> None:
    """Raise UsageError if one of the numbers is not above 0."""
    for name, value in numbers.items():
        if not value > 0:
            raise UsageError(f"{name} is {value}; give a number above 0.")


def shortened(reason: str) -> str:
    """Fold a reason into one line of bounded length."""
    reason = " ".join(reason.split())
    return reason if len(reason) <= _REASON_LIMIT else reason[: _REASON_LIMIT - 1] + "…"


def installed_versions(packages: Collection[str]) -> dict[str, str]:
    """Return the versions of those of these distributions that are installed."""
    versions = {}
    for package in packages:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue  # its absence is told by the row's reason
    return versions


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
