import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from benchmarks.front_pages import PAGES

from weibo_nlp.benchmark import run_corpus
from weibo_nlp.benchmark.suite import benchmark_report
from weibo_nlp.evaluation.results import Provenance
from weibo_nlp.report.markdown import result_table

ROOT = Path(__file__).parents[2]
# Solvers and processors differ in the last places; a changed model, corpus or interval shows above this.
CLOSE = 0.015


def block(path, name):
    return path.read_text("utf-8").partition(f"<!-- {name} -->\n")[2].partition("<!-- end -->")[0]


def rows(table):
    """Cells of a result table by set, task, protocol and model."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "|" in line]
    return {tuple(row[:4]): row[4:] for row in cells[2:]}


@pytest.mark.parametrize("name", [name for name, choose in PAGES.items() if choose is not None])
def test_front_pages_show_their_choice_of_the_results_in_the_docs(name):
    everything = rows(block(ROOT / "docs" / "benchmark.md", "results"))
    chosen = PAGES[name](
        [SimpleNamespace(provenance=Provenance(*key[:3], "threads", key[3], "1"), model=key[3]) for key in everything]
    )
    keys = [(*result.provenance.question, result.provenance.model) for result in chosen]
    assert rows(block(ROOT / name, "results")) == {key: everything[key] for key in keys}


@pytest.mark.slow
def test_the_printed_results_are_what_the_benchmark_gives():
    printed = rows(block(ROOT / "docs" / "benchmark.md", "results"))
    measured = rows(result_table(benchmark_report(run_corpus(), command="")))
    assert measured.keys() <= printed.keys()
    for key, cells in measured.items():
        words, figures = zip(*[(re.sub(r"[\d.,\u2212]+", "#", cell), numbers(cell)) for cell in cells], strict=True)
        assert words == tuple(re.sub(r"[\d.,\u2212]+", "#", cell) for cell in printed[key])
        for mine, theirs in zip(figures, map(numbers, printed[key]), strict=True):
            assert mine == pytest.approx(theirs, abs=CLOSE), key


def numbers(cell):
    return [float(number.replace(",", "").replace("\u2212", "-")) for number in re.findall(r"\u2212?[\d.,]+", cell)]
