"""The machine that figures were measured on, as results and leaderboard rows name it."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any


def hardware() -> dict[str, Any]:
    """Describe this machine.

    Returns
    -------
    dict
        ``processor``, ``cores`` (those this process may use), ``memory_gb`` (10⁹ bytes, one decimal; what a container
        is limited to, where it is; None where the system does not tell), ``system``, ``python``.
    """
    memory = _memory()
    return {
        "processor": processor(),
        "cores": _cores(),
        "memory_gb": None if memory is None else round(memory / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def processor() -> str:
    """Name the processor: as the kernel does, or at least its kind, such as ``arm64``."""
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text("utf-8", "replace").splitlines() if cpus.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine() or "unknown"


def described(machine: dict[str, Any]) -> str:
    """Put a machine into one line for a table."""
    memory = "memory unknown" if machine["memory_gb"] is None else f"{machine['memory_gb']:g} GB"
    cores = f"{machine['cores']} core{'' if machine['cores'] == 1 else 's'}"
    return f"{machine['processor']}, {cores}, {memory}, {machine['system']}, Python {machine['python']}"


def _cores() -> int:
    # Linux alone tells which cores this process may use; elsewhere all of the machine count.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> int | None:
    sizes = []
    # Windows has no sysconf, and some systems not these two names.
    if hasattr(os, "sysconf") and {"SC_PAGE_SIZE", "SC_PHYS_PAGES"} <= os.sysconf_names.keys():
        sizes.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text("ascii").strip()).isdecimal():  # else "max": no limit
        sizes.append(int(text))
    return min((size for size in sizes if size > 0), default=None)
