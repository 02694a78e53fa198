"""Terminals and pipes that take less than everything, and faults that are no traceback."""

import inspect
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from typer.models import OptionInfo

from weibo_nlp.cli import main
from weibo_nlp.cli.application import app


def left_by(*arguments):
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return left.value.code or 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_what_an_alphabet_lacks_is_printed_as_escapes(monkeypatch, encoding):
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict") for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    assert left_by("label", "--help") == 0
    assert left_by("models", "path", "好🙂") == 2
    shown = "unknown model '好" if encoding == "gbk" else r"unknown model '\u597d\U0001f642'"
    assert shown.encode(encoding) in err.buffer.getvalue()


def test_output_that_is_closed_is_said_and_not_taken_for_done(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", None)
    assert left_by("models", "list") == 3
    assert "standard output: Bad file descriptor" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full on this system")
@pytest.mark.parametrize("arguments", [("models", "list"), ("--help",)], ids=["lines", "help"])
def test_a_full_disk_behind_the_output_is_said(monkeypatch, capsys, arguments):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert left_by(*arguments) == 3
    assert "No space left on device" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "fork"), reason="pipes end programs on POSIX")
@pytest.mark.parametrize("arguments", [("models", "list"), ("--help",)], ids=["lines", "help"])
def test_a_reader_that_goes_away_ends_the_program_without_a_word(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-c", "from weibo_nlp.cli import main; main()", *arguments]
    done = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_an_error_that_cannot_be_told_still_leaves_its_code(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert left_by("models", "path", "nope") == 2


@pytest.mark.parametrize("columns", ["0", "1", "99999999999999999999"])
def test_help_fits_lines_of_any_width(run, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    code, out, _ = run("--help")
    assert code == 0
    assert "Usage: weibo-nlp [OPTIONS] COMMAND" in out
    assert len(out) < 20_000
    assert os.environ["COLUMNS"] == columns


FAULTS = [
    pytest.param(MemoryError(), 3, "the memory is not enough", id="memory"),
    pytest.param(RecursionError("maximum recursion depth exceeded"), 3, "nested too deep", id="depth"),
    pytest.param(UnicodeEncodeError("utf-8", "x\udcff", 1, 2, "no"), 3, r"'x\udcff' is no text", id="surrogate"),
    pytest.param(OSError(28, "No space left on device", "o.csv"), 3, "o.csv: No space left on device", id="disk"),
]


@pytest.mark.parametrize(("fault", "code", "sentence"), FAULTS)
def test_a_fault_is_one_sentence(run, monkeypatch, fault, code, sentence):
    def fail(*_, **__):
        raise fault

    monkeypatch.setattr("weibo_nlp.evaluation.files.evaluate", fail)
    found, out, err = run("evaluate", "x.jsonl")
    assert (found, out) == (code, "")
    assert err.startswith("Error: ")
    assert sentence in err
    assert err.count("\n") == 1
    assert "should not happen" not in err


def test_an_argument_with_nul_is_refused(run):
    code, _, err = run("evaluate", "a\0b")
    assert code == 2
    assert "argument 2 holds a NUL character" in err


def test_an_argument_without_end_makes_a_short_error(run):
    code, _, err = run("evaluate", "x" * 100_000)
    assert code == 2
    assert len(err) < 10_000


def commands(group=app):
    found = {command.callback.__name__: command.callback for command in group.registered_commands}
    for inner in group.registered_groups:
        found |= commands(inner.typer_instance)
    return found


def numbers():
    """Every option that is a number: command, option, and its limits."""
    for name, function in commands().items():
        hints = get_type_hints(function, include_extras=True)
        for parameter in inspect.signature(function).parameters:
            kind, *more = get_args(hints[parameter]) or (hints[parameter],)
            if kind in (int, float):
                (option,) = [item for item in more if isinstance(item, OptionInfo)]
                yield name, parameter, option


def test_every_number_has_a_lower_and_an_upper_limit():
    found = list(numbers())
    parameters = {parameter for _, parameter, _ in found}
    assert parameters >= {"seed", "seeds", "resamples", "rounds", "held_out", "max_examples", "icc", "confidence"}
    unlimited = [(name, parameter) for name, parameter, option in found if None in (option.min, option.max)]
    assert unlimited == []


@pytest.mark.parametrize("value", ["-1", "1000000001000", "1" * 5_000, "1e5", "nan", "１２０００.", ""])
@pytest.mark.parametrize("option", ["--seed", "--resamples", "--rounds"])
def test_a_number_beyond_the_limits_is_refused(run, option, value):
    code, out, err = run("compare", "a", "b", option, value)
    assert (code, out) == (2, "")
    assert f"Invalid value for '{option}'" in err
    assert len(err) < 6_000
