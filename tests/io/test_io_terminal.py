"""What is printed: escaped as a whole, and by one module alone."""

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weibo_nlp
from weibo_nlp.io.terminal import print_line, print_lines, print_row
from weibo_nlp.report.terminal import print_table

PACKAGE = Path(weibo_nlp.__file__).parent
# Escape, C1 control, override of direction, zero width, link, bell, carriage return, line separator, half of a pair.
HOSTILE = "a\x1b[31m\x9b2J\u202eb\u200b\x1b]8;;http://x\x07c\rd\u2028e\ud800"
ESCAPED = r"a\x1b[31m\x9b2J\u202eb\u200b\x1b]8;;http://x\x07c\rd\u2028e\ud800"


@pytest.mark.parametrize("err", [False, True], ids=["out", "err"])
def test_a_line_is_one_line_of_printable_characters(capsys, err):
    print_line(f"好 [bold]{HOSTILE}\n\t", err=err)
    captured = capsys.readouterr()
    assert (captured.err if err else captured.out) == f"好 [bold]{ESCAPED}\\n\\t\n"


def test_lines_keep_their_ends_and_nothing_else(capsys):
    print_lines(f"a{HOSTILE}\nb\n")
    print_lines("c")
    assert capsys.readouterr().out == f"a{ESCAPED}\nb\nc\n"


def test_a_row_has_no_more_tabulators_than_it_has_cells(capsys):
    print_row(("a\tb", "c\nd"))
    assert capsys.readouterr().out == "a\\tb\tc\\nd\n"


def test_a_table_is_escaped_in_headings_and_cells(capsys):
    print_table((HOSTILE, "b"), [("x", HOSTILE), ("1\n2", "[red]")])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [[ESCAPED, "b"], ["x", ESCAPED], [r"1\n2", "[red]"]]


@given(st.text())
def test_nothing_but_printable_characters_reaches_the_terminal(text):
    class Stream:
        written = ""

        def write(self, piece):
            self.written += piece

        def flush(self):
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream := Stream())
        print_line(text)
        print_table((text,), [(text,)])
    assert all(character.isprintable() or character == "\n" for character in stream.written)
    assert stream.written.count("\n") == 3


def test_output_that_is_closed_is_an_error_and_not_silence(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OSError, match="Bad file descriptor: 'standard output'"):
        print_line("a")


def test_errors_that_nobody_can_read_are_dropped(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    print_line("a", err=True)


def prints(node):
    """Whether a call writes to a terminal by itself: print, typer.echo, sys.stdout.write, a console of rich."""
    if isinstance(node.func, ast.Name):
        return node.func.id in ("print", "echo", "secho", "Console")
    if not isinstance(node.func, ast.Attribute):
        return False
    owner = ast.unparse(node.func.value)
    return node.func.attr in ("echo", "secho", "print") or (
        owner in ("sys.stdout", "sys.stderr") and node.func.attr.startswith("write")
    )


def test_no_other_module_of_the_package_prints():
    calls = {
        f"{path.relative_to(PACKAGE).as_posix()}: {ast.unparse(node)}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and prints(node)
    }
    elsewhere = {call for call in calls if not call.startswith("io/terminal.py: ")}
    assert elsewhere == {
        "report/terminal.py: console.print(table)",  # into a string, which io/terminal.py writes
        "cli/process.py: sys.stderr.write(STOPPED)",  # nobody's words, and said before anything can be imported
    }
