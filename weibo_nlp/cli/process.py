"""What holds for the process from its first moment to its last: imports next to nothing, so that it holds at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STOPPED = "Stopped; nothing half-written was left behind.\n"


class Stopped(SystemExit):
    """A signal asked for the end; unlike KeyboardInterrupt, which typer turns into exit code 1, it passes through."""

    code: int


@contextmanager
def clean_stop() -> Iterator[None]:
    """Let Ctrl-C, a cluster's SIGTERM and a closed terminal's SIGHUP unwind the stack: temporary files are removed."""

    def stop(number: int, frame: object) -> None:
        raise Stopped(128 + number)

    # A signal that somebody else handles or ignores (nohup, a notebook) is left to them.
    defaults = (signal.SIG_DFL, signal.default_int_handler)
    numbers = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    handlers = ((number, signal.getsignal(number)) for number in numbers)
    replaced = {number: handler for number, handler in handlers if handler in defaults}
    try:
        for number in replaced:
            signal.signal(number, stop)
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)


def say_stopped() -> None:
    """Say what a signal left behind; plain, as what prints everything else may be half imported."""
    with suppress(OSError):  # nobody is left to tell
        if sys.stderr is not None:
            sys.stderr.write(STOPPED)
            sys.stderr.flush()


def reserve_standard_descriptors() -> None:
    """Keep a standard stream that was closed from becoming another file, which printing or /dev/stdout would damage."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # so that /dev/stdout is refused, rather than lost


def give_up_output() -> None:
    """Forget what standard output and error could not take, or Python would complain of it at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
