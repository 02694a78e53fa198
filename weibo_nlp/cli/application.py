"""The commands as one application: what it says of errors, and with which exit code it leaves."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer import Option
from typer.core import TyperGroup

from weibo_nlp.cli.annotate import annotate
from weibo_nlp.cli.benchmark import benchmark
from weibo_nlp.cli.compare import compare
from weibo_nlp.cli.corpus import corpus
from weibo_nlp.cli.distil import distil
from weibo_nlp.cli.estimate import estimate
from weibo_nlp.cli.evaluate import evaluate
from weibo_nlp.cli.explain import explain
from weibo_nlp.cli.import_ import import_
from weibo_nlp.cli.label import label
from weibo_nlp.cli.leaderboard import leaderboard
from weibo_nlp.cli.models import models
from weibo_nlp.cli.report import report
from weibo_nlp.cli.sample import sample
from weibo_nlp.cli.scan import scan
from weibo_nlp.cli.streams import BROKEN_PIPE, ReaderGoneError, print_error, safe_streams
from weibo_nlp.cli.train import train
from weibo_nlp.errors import UnknownNameError, UsageError, WeiboNlpError
from weibo_nlp.io.terminal import print_line, print_lines

# What every command leaves with: 0 fine, SET_ASIDE where rows or files were left out and counted.
WRONG_CALL, FAILED = 2, 3


class _CommandError(Exception):
    """Carries an error of a command past typer, which leaves with 1 after some of them: set aside, not failed."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            # Here, as an error of it at the interpreter's end could not be told any more.
            if sys.stdout is not None:
                sys.stdout.flush()
        except (OSError, EOFError) as error:
            raise _CommandError(error) from error
        return result


app = typer.Typer(
    cls=_Commands,
    help="Chinese internet discourse: label posts, train and score models, check the corpus.\n\nExit codes: 0 fine, "
    "1 rows or files set aside, 2 a wrong or unsure call, 3 failed, 128 + n stopped by signal n.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(label)
app.command("import")(import_)
app.command()(sample)
app.add_typer(annotate, name="annotate", help="Annotators: blind sheets out and back, agreement, adjudication, gold.")
app.command()(estimate)
app.command()(report)
app.command()(train)
app.command()(distil)
app.command()(explain)
app.command()(scan)
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
    del debug  # taken from the line in run, so that it works after the command's name as well
    if version:
        from weibo_nlp import __version__

        print_line(__version__)
        raise typer.Exit


def run(arguments: Sequence[str]) -> Any:
    """Run a command; say what went wrong, and return the exit code."""
    try:
        with safe_streams():
            return _exit_code(list(arguments))
    except ReaderGoneError as gone:
        return gone.code


def _exit_code(arguments: list[str]) -> Any:
    try:
        _require_no_nul(arguments)
        given = [argument for argument in arguments if argument != "--debug"]
        # Not standalone, because typer would print what is wrong with an argument as it was given.
        return app(given, prog_name="weibo-nlp", standalone_mode=False, obj=tuple(given)) or 0
    except Exception as raised:
        error = raised.error if isinstance(raised, _CommandError) else raised
        if "--debug" in arguments:
            raise error from None
        return _failed(error)


def _require_no_nul(arguments: Sequence[str]) -> None:
    for place, argument in enumerate(arguments, start=1):
        if "\0" in argument:
            raise UsageError(f"argument {place} holds a NUL character, which no name and no text has; leave it out.")


def _failed(error: Exception) -> int:
    """Say what went wrong; return the exit code."""
    if isinstance(error, BrokenPipeError):  # without a word, as by convention
        return BROKEN_PIPE
    if hasattr(error, "format_message"):  # typer's own, whose classes are private
        return _wrong_arguments(error)
    print_error(_sentence(error))
    return WRONG_CALL if isinstance(error, (UsageError, UnknownNameError)) else FAILED


def _wrong_arguments(error: Any) -> int:
    if context := getattr(error, "ctx", None):
        print_lines(context.get_usage(), err=True)
        print_line(f"Try '{context.command_path} --help' for help.", err=True)
    # A group without a command has shown its help by now.
    if type(error).__name__ != "NoArgsIsHelpError":
        print_error(error.format_message())
    return WRONG_CALL


def _sentence(error: Exception) -> str:
    if isinstance(error, WeiboNlpError):
        return str(error)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        if not where and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):  # files tell their name
            where = "standard output, or a temporary file: "
        return f"{where}{error.strerror or error}. Check the path and the free space."
    if isinstance(error, MemoryError):
        return "the memory is not enough for this. Give smaller files or lower numbers, or close other programs."
    if isinstance(error, RecursionError):
        return "something in a file is nested too deep to be read. Flatten it."
    if isinstance(error, UnicodeEncodeError):
        return f"{error.object[:200]!r} is no text that can be written as UTF-8. Correct the argument or file name."
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{message}. This should not happen; run again with --debug and report the traceback."
