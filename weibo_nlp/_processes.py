"""How many worker processes a caller may ask for."""

from __future__ import annotations

import sys
from operator import index

from weibo_nlp.errors import UsageError

MOST_PROCESSES = 61 if sys.platform == "win32" else 1024
"""Windows waits for no more."""


def require_processes(processes: object) -> int:
    """Return a number of processes as an int.

    Raises
    ------
    UsageError
        If it is no whole number, or not from 1 to ``MOST_PROCESSES``.
    """
    try:
        number = -1 if isinstance(processes, bool) else index(processes)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if not 1 <= number <= MOST_PROCESSES:
        raise UsageError(f"processes={processes!r}; pass the number of worker processes, from 1 to {MOST_PROCESSES}.")
    return number
