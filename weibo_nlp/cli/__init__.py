"""The command line: thin, one file per command.

Exit codes: 0 fine; 1 done, with rows or files set aside, counted and named; 2 a wrong call; 3 failed; 128 + n stopped
by signal n: 129 SIGHUP, 130 Ctrl-C, 141 SIGPIPE, which stands for output that its reader closed, 143 SIGTERM.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from weibo_nlp.cli.process import Stopped, clean_stop, give_up_output, reserve_standard_descriptors, say_stopped


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    reserve_standard_descriptors()
    try:
        with clean_stop():
            # Takes its time: imported where a signal is answered already.
            from weibo_nlp.cli.application import run

            code = run(sys.argv[1:] if arguments is None else arguments)
    except Stopped as stop:
        say_stopped()
        code = stop.code
    give_up_output()
    sys.exit(code)


def console() -> None:
    """Run the command line as a process of its own, which a Ctrl-C before or behind `main` ends without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
