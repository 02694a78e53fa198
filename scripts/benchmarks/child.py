"""The process in which one program is measured: alone, on one core, its result as JSON on standard output.

Run as a file by :mod:`benchmarks.isolated`, not as a module: the package around it would load numpy into
every measured process. So it imports only the standard library, and takes what it measures from another such file.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any


def main(work: str) -> int:
    """Read a job from standard input, let the file `work` do it, write the result to standard output, both as JSON."""
    # Programs print as they load; what they print must not stand in the result.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as result:
        os.dup2(2, 1)
        job = json.loads(sys.stdin.buffer.read())
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        try:
            found = {**_module(work).do(job), "peak_bytes": peak_bytes()}
        except Exception as error:  # whatever another program raises is the reason that its row in the table gives
            found = {"reason": f"{type(error).__name__}: {error}"}
        json.dump(found, result)
    return 1 if "reason" in found else 0


def peak_bytes() -> int | None:
    """Largest resident memory of this process so far, interpreter and libraries included; None on Windows."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss here: Linux carries that figure of the parent over fork and exec.
        sizes = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines() if ":" in line)
        if "VmHWM" in sizes:
            return int(sizes["VmHWM"].split()[0]) * 1024
    if os.name == "nt":
        return None
    resource: Any = import_module("resource")
    peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _module(path: str) -> Any:
    spec = spec_from_file_location("measured", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
