import io
import pkgutil
import re
from contextlib import redirect_stdout

import pytest
from markdown_blocks import ANYTHING, ROOT, blocks_of, numbers, run, skeleton, transcript

import weibo_nlp

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
RUN = [page for page in PAGES if any(block.language in ("python", "console") for block in blocks_of(page))]
# Solvers and processors differ in the last places; a changed model, corpus or interval shows above this.
CLOSE = 0.015


def assert_shown(printed, shown):
    pattern = re.escape(skeleton(shown)).replace(ANYTHING, ".*")
    assert re.fullmatch(pattern, skeleton(printed)), printed
    if ANYTHING not in shown:
        assert numbers(printed) == pytest.approx(numbers(shown), abs=CLOSE), printed


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_what_a_page_shows_runs_in_the_page_s_order_and_prints_what_is_shown(page, tmp_path, monkeypatch):
    for name in ("corpus", "scripts"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    names, output = {"__name__": page.stem}, io.StringIO()
    for block in blocks_of(page):
        if block.language == "python":
            with redirect_stdout(output := io.StringIO()):
                exec(compile(block.code, str(page), "exec"), names)
        elif block.language == "text":  # what the snippet above prints
            assert_shown(output.getvalue(), block.code)
        for command, shown in transcript(block.code) if block.language == "console" else ():
            assert_shown(run(command, shown, tmp_path), shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_that_is_not_run_here_says_why(page):
    for block in blocks_of(page):
        if block.language == "bash":
            assert re.match("(not run here: .+|command: .+)", block.note or ""), block.code
        else:
            assert block.language in ("python", "console", "text", "json"), block


@pytest.mark.parametrize("page", [*PAGES, *sorted(DOCS.glob("api/*.md"))], ids=lambda page: page.name)
def test_links_of_a_page_lead_to_files_that_exist(page):
    for link in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
        assert link.startswith("https://") or (page.parent / link).exists(), link


@pytest.mark.parametrize("page", [*PAGES, ROOT / "DATA_CARD.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_files_of_the_repository_that_a_page_names_exist(page):
    for name in re.findall(
        r"(?<![\w/.])(?:annotations|corpus|scripts|tests|weibo_nlp)/[\w./-]*\w", page.read_text("utf-8")
    ):
        assert (ROOT / name).exists(), name


def test_every_room_has_a_page_of_the_api():
    rooms = {room.name for room in pkgutil.iter_modules(weibo_nlp.__path__) if not room.name.startswith("_")}
    # The command line explains itself by --help; provenance is what reports say of the machine.
    assert rooms - {"cli", "provenance"} == {page.stem for page in DOCS.glob("api/*.md")}


def test_figures_of_transfer_in_the_data_card_are_those_of_the_table():
    text = (DOCS / "transfer.md").read_text("utf-8")
    rows = re.findall(r"^\| mission_dev \| (\w+) \| linear \| corpus 0\.3\.0 \| (\d+) \| ([\d.]+)", text, re.M)
    figures = {task: f"{float(value):.2f}"[1:] for task, _, value in rows}
    counts = {task: count for task, count, _ in rows}
    card = " ".join((ROOT / "DATA_CARD.md").read_text("utf-8").split())
    assert f"On {counts['topic']} real texts" in card
    for task in ("topic", "sentiment", "irony"):
        assert f"{figures[task]} on {task}" in card
    assert f"{figures['stance']} on stance ({counts['stance']} pairs)" in card


def test_figures_of_the_layers_in_the_data_card_are_those_of_the_table():
    text = (DOCS / "real-layers.md").read_text("utf-8")
    rows = re.findall(r"^\| real test \| (\w+) \| (composed|both) \|[^|]+\|[^|]+\| ([\d.]+)", text, re.M)
    figures = {(task, system): f"{float(value):.2f}"[1:] for task, system, value in rows}
    card = " ".join((ROOT / "DATA_CARD.md").read_text("utf-8").split())
    alone, beside = (
        [figures[task, system] for task in ("topic", "sentiment", "stance")] for system in ("composed", "both")
    )
    assert f"a macro-F1 of {alone[0]} on topic, {alone[1]} on sentiment and {alone[2]} on stance" in card
    assert f"beside it {beside[0]}, {beside[1]} and {beside[2]}." in card


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path):
    pytest.importorskip("material")
    pytest.importorskip("mkdocstrings_handlers.python")
    printed = run(f"cd {ROOT} && mkdocs build --strict --quiet --site-dir {tmp_path} && echo built", "", tmp_path)
    assert printed.endswith("built\n"), printed
    pages = [path.read_text("utf-8") for path in tmp_path.rglob("*.html")]
    assert len(pages) > 30
    # Read from the disk or behind a wall, a page must not wait for another machine.
    assert not [page for page in pages if re.search(r"""(?:<\w+[^<>]*\ssrc|<link[^<>]*href)=["']?https?://""", page)]
