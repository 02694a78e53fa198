"""The command line: thin, one file per command; exit codes 0 fine, 1 rows were set aside, 2 a wrong call, 3 failed."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from typer import Option

from weibo_nlp.cli.benchmark import benchmark
from weibo_nlp.cli.compare import compare
from weibo_nlp.cli.corpus import corpus
from weibo_nlp.cli.evaluate import evaluate
from weibo_nlp.cli.label import label
from weibo_nlp.cli.leaderboard import leaderboard
from weibo_nlp.cli.models import models
from weibo_nlp.errors import UnknownNameError, UsageError, WeiboNlpError

# What every command leaves with: 0 fine, SET_ASIDE where rows or files were left out and counted.
WRONG_CALL, FAILED = 2, 3

app = typer.Typer(
    help="Chinese internet discourse: label posts, score models, check the corpus.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(label)
app.command()(benchmark)
app.command()(evaluate)
app.command()(compare)
app.add_typer(leaderboard, name="leaderboard", help="Results of many systems, ranked with ties as ties.")
app.add_typer(corpus, name="corpus", help="The shipped corpus, or the one in a clone.")
app.add_typer(models, name="models", help="Models on this machine: shipped, fetched, to be fetched.")


@app.callback(invoke_without_command=True)
def _options(
    version: bool = Option(False, "--version", help="Print the version and stop."),
    debug: bool = Option(False, "--debug", help="Show tracebacks; may stand anywhere on the line."),
) -> None:
    del debug  # taken from the line in main, so that it works after the command's name as well
    if version:
        from weibo_nlp import __version__

        typer.echo(__version__)
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        with _clean_stop():
            app([argument for argument in arguments if argument != "--debug"])
    except _Stopped as stop:
        typer.echo("Stopped; nothing half-written was left behind.", err=True)
        sys.exit(stop.code)
    except Exception as error:
        if "--debug" in arguments:
            raise
        typer.echo(f"Error: {_sentence(error)}", err=True)
        sys.exit(WRONG_CALL if isinstance(error, (UsageError, UnknownNameError)) else FAILED)


def _sentence(error: Exception) -> str:
    if isinstance(error, WeiboNlpError):
        return str(error)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}. Check the path and the free space."
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{message}. This should not happen; run again with --debug and report the traceback."


class _Stopped(SystemExit):
    """A signal asked for the end; unlike KeyboardInterrupt, which typer turns into exit code 1, it passes through."""


@contextmanager
def _clean_stop() -> Iterator[None]:
    """Let Ctrl-C and a cluster's SIGTERM unwind the stack, so that temporary files are removed."""

    def stop(number: int, frame: object) -> None:
        raise _Stopped(128 + number)

    # A signal that somebody else handles or ignores (nohup, a notebook) is left to them.
    defaults = (signal.SIG_DFL, signal.default_int_handler)
    handlers = ((number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM))
    replaced = {number: handler for number, handler in handlers if handler in defaults}
    try:
        for number in replaced:
            signal.signal(number, stop)
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
