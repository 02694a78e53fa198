import argparse
import json

import pytest
from benchmarks.publishing import DOCS, add_output_options, exit_code, failure, names, program_table, publish

from weibo_nlp.errors import DataError, UnknownNameError, UsageError

FINE, MISSING = {"reason": None}, {"reason": "not installed"}


def published(measure=lambda: {"n": 3}, **options):
    return publish(measure, lambda document: f"| {document['n']} |\n", "speed", **options)


def test_the_table_is_printed_and_put_into_the_page_and_figures_are_kept(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- speed -->\nold\n<!-- end -->\nb\n", "utf-8")
    assert published(page=page, json_file=tmp_path / "n.json") == {"n": 3}
    assert capsys.readouterr().out == "| 3 |\n"
    assert page.read_text("utf-8") == "a\n<!-- speed -->\n| 3 |\n<!-- end -->\nb\n"
    assert json.loads((tmp_path / "n.json").read_text("utf-8")) == {"n": 3}


def test_a_page_without_the_markers_is_refused_before_anything_is_measured(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing", "utf-8")
    with pytest.raises(DataError, match="0 lines <!-- speed -->"):
        published(lambda: pytest.fail("measured"), page=page)


def test_a_run_that_fails_leaves_no_figures_behind(tmp_path):
    def broken():
        raise DataError("broken")

    with pytest.raises(DataError, match="broken"):
        published(broken, json_file=tmp_path / "n.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "page"),
    [
        pytest.param([], None, id="none"),
        pytest.param(["--page"], DOCS / "speed.md", id="its-own-page"),
        pytest.param(["--page", "other.md"], "other.md", id="another"),
    ],
)
def test_page_alone_means_the_page_of_the_docs(line, page):
    parser = argparse.ArgumentParser()
    add_output_options(parser, "speed")
    assert str(parser.parse_args(line).page) == str(page)


def test_names_are_separated_by_commas():
    assert names(" char, jieba,,") == ["char", "jieba"]


@pytest.mark.parametrize(
    ("outcomes", "named", "code"),
    [
        pytest.param([FINE, MISSING], False, 0, id="some-missing-of-all"),
        pytest.param([FINE, MISSING], True, 3, id="one-missing-that-was-named"),
        pytest.param([MISSING, MISSING], False, 3, id="all-missing"),
        pytest.param([FINE, FINE], True, 0, id="none-missing"),
    ],
)
def test_a_program_that_was_named_may_not_be_missing(outcomes, named, code):
    assert exit_code(outcomes, named=named) == code


@pytest.mark.parametrize(
    ("error", "code"), [(UsageError("x"), 2), (UnknownNameError("labeller", "x", ()), 2), (DataError("x"), 3)]
)
def test_a_wrong_call_and_a_failure_have_codes_of_their_own(error, code, capsys):
    assert failure(error) == code
    assert capsys.readouterr().err == f"{error}\n"


def test_a_program_is_shown_by_its_figures_or_by_why_there_are_none():
    columns = {"load": ("load_seconds", "{:.1f} s"), "memory": ("peak_bytes", "{:.0f} MB", 1e-6)}
    fine = {
        "name": "a",
        "load_seconds": 0.25,
        "peak_bytes": 2e6,
        "versions": {"x": "1"},
        "note": "tuned",
        "reason": None,
    }
    # What other programs say cannot end a cell or a row.
    failed = {"name": "b", "versions": {}, "note": "", "reason": "a|b\n| c"}
    rows = program_table("segmenter", columns, [fine, failed], ["one\n| two"]).splitlines()
    assert rows == [
        "| segmenter | load | memory | versions and settings |",
        "|---|---:|---:|---|",
        "| a | 0.2 s | 2 MB | x 1, tuned |",
        r"| b | – | – | no figures: a\|b \| c |",
        "",
        "- one | two",
    ]
