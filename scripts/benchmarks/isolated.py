"""Programs measured one by one, each in a fresh interpreter on one core; one that fails gives its reason."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import child

import weibo_nlp

# One core is one thread only if the libraries underneath know of it.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "RAYON_NUM_THREADS"), "1"
)
_REASON_LIMIT = 300


def run_isolated(work: Path | str, job: Mapping[str, Any], timeout: float) -> dict[str, Any]:
    """Let a file do a job in a fresh interpreter.

    Parameters
    ----------
    work : Path or str
        A Python file with a function ``do``, which takes the job and returns its figures, both as JSON has them.
    job : mapping
        What to do.
    timeout : float
        Seconds after which it is given up.

    Returns
    -------
    dict
        What ``do`` returned and ``peak_bytes`` (largest resident memory of the process, or None); or ``reason`` alone.
    """
    package = str(Path(weibo_nlp.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(child.__file__), str(work)],
            input=json.dumps(job).encode(),
            capture_output=True,
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": paths},
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"reason": f"not done after {timeout:g} s"}
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        # No result at all: the process was killed, or the interpreter itself failed.
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing on standard error"])[-1]
        return {"reason": shortened(f"ended by {_ending(done.returncode)}: {last}")}
    return {"reason": shortened(found["reason"])} if "reason" in found else found


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of those of these distributions that are installed."""
    versions = {}
    for package in packages:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue  # its absence is told by the row's reason
    return versions


def shortened(reason: str) -> str:
    """Fold a reason into one line of bounded length."""
    reason = " ".join(reason.split())
    return reason if len(reason) <= _REASON_LIMIT else reason[: _REASON_LIMIT - 1] + "…"


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
