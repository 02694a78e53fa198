import ast
import re

import pytest
from markdown_blocks import ROOT, blocks_of

README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"


def code_of(block):
    """Return what a block does: comments in Python are in the language of the page, and do nothing."""
    return ast.dump(ast.parse(block.code)) if block.language == "python" else block.code


def results(page):
    return page.read_text("utf-8").partition("<!-- results -->\n")[2].partition("<!-- end -->")[0]


def test_readme_is_read_on_one_screen():
    assert len(README.read_bytes()) <= 7 * 1024


def test_both_languages_show_the_same_commands_and_code():
    english, chinese = blocks_of(README), blocks_of(CHINESE)
    assert [block.note for block in chinese] == [block.note for block in english]
    assert [code_of(block) for block in chinese] == [code_of(block) for block in english]


def test_both_languages_show_the_same_results_in_at_most_ten_rows():
    rows = [line for line in results(README).splitlines() if line.startswith("|")][2:]
    assert 0 < len(rows) <= 10
    assert results(CHINESE) == results(README)


def test_both_languages_link_to_the_same_pages():
    english, chinese = (set(re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8"))) for page in (README, CHINESE))
    assert english - {"README.zh-CN.md"} == chinese - {"README.md"}


@pytest.mark.parametrize("name", ["main", "tests"])
def test_ci_finds_a_command_in_one_line_below_its_marker(name):
    (block,) = [block for block in blocks_of(README) if block.note == f"command: {name}"]
    assert block.code.count("\n") == 1
