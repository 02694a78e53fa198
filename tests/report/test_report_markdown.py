from dataclasses import replace

import pytest
from report_document import rich_document

from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.results import Provenance, Result
from weibo_nlp.evaluation.scoring import score
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.report.markdown import (
    HEADINGS,
    figure_table,
    markdown_document,
    markdown_table,
    result_rows,
    result_table,
)
from weibo_nlp.stats import BootstrapConfig, Estimate


def result_of(*, model="linear", **changes):
    """Six rows in three threads, alternately of the two labels; the last two are predicted wrongly."""
    labels = ("赞", "踩")
    gold = [GoldLabel(str(row), "mood", labels[row % 2]) for row in range(6)]
    predicted = [labels[row % 2] for row in range(4)] + [labels[1], labels[0]]
    rows = [
        Prediction(item.document_id, "mood", label, {name: float(name == label) for name in labels})
        for item, label in zip(gold, predicted, strict=True)
    ]
    scores = score(
        rows, gold, labels, list("ttuuvv"), task="mood", main_metric="macro_f1", bootstrap=BootstrapConfig(200)
    )
    return Result(Provenance("corpus", "mood", "standard", "threads", model, "1"), replace(scores, **changes))


def cells_of(result):
    (row,) = result_rows([result])
    return dict(zip(HEADINGS, row, strict=True))


@pytest.fixture
def report():
    return BenchmarkReport.from_dict(rich_document())


def test_a_row_shows_main_metric_interval_and_sizes():
    # 6 rows of 3 threads, 4 of them right; precision of 赞 2/3, recall 2/3, and the same of 踩: macro F1 2/3.
    cells = cells_of(result_of())
    assert (cells["main metric"], cells["value"], cells["accuracy"]) == ("macro_f1", "0.667", "0.667")
    assert (cells["scored"], cells["units"], cells["model"]) == ("6", "3", "linear")
    assert cells["95 % interval"].endswith("*")


def test_intervals_over_enough_units_have_no_star():
    assert "*" not in "".join(cells_of(result_of(few_units=False)).values())


def test_an_estimate_without_interval_says_so():
    result = result_of(metrics={"macro_f1": Estimate(0.5)}, few_units=False)
    cells = cells_of(result)
    assert (cells["95 % interval"], cells["accuracy"]) == ("no interval", "–")


def test_any_rows_make_a_table_and_headings_are_escaped_too():
    assert markdown_table(["a|b", "c"], [("1", "2\n3")]) == "| a\\|b | c |\n|---|---|\n| 1 | 2 3 |\n"


def test_columns_of_figures_stand_to_the_right():
    assert figure_table(["program", "F1", "speed", "settings"], []).splitlines()[1] == "|---|---:|---:|---|"
    assert markdown_table(["n", "name"], [], figures=[0]).splitlines()[1] == "|---:|---|"


def test_markdown_has_a_line_a_result_below_its_head():
    lines = markdown_table(HEADINGS, result_rows([result_of()] * 3)).splitlines()
    assert len(lines) == 5
    assert {line.count("|") for line in lines} == {11}


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        pytest.param("a|b", r"| a\|b |", id="bar"),
        pytest.param("a\\|b", r"| a\\\|b |", id="backslash-before-a-bar"),
        pytest.param("a\n| b\r\nc", r"| a \| b c |", id="line-ends"),
    ],
)
def test_a_name_ends_neither_cell_nor_row(name, cell):
    lines = markdown_table(HEADINGS, result_rows([result_of(model=name)])).splitlines()
    assert len(lines) == 3
    assert cell in lines[2]


def test_the_result_table_shows_the_chosen_rows_and_how_they_were_made(report):
    external = [result for result in report.results if result.provenance.set != "corpus"]
    table = result_table(report, external)
    assert [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| ")] == ["| set", "| c-stance-a"]
    assert "less" not in table
    assert table.endswith("Machine: AMD EPYC 7763, 2 cores, 7.8 GB, Linux 6.8, Python 3.11.9.\n")
    assert "A star:" not in table, "no row shown has one"


def test_how_pairs_differ_is_said_below_the_table_where_it_is_asked_for(report):
    table = result_table(report, with_comparisons=True)
    assert "\n\n- stance, standard: `stack` less `linear` 0.017 (−0.003 to 0.037), p = .243: tie\n" in table
    assert "`stack` less `majority` 0.451 (0.431 to 0.471), p < .001: they differ\n" in table
    assert "p: approximate randomisation, Holm over the 7 comparisons of this table." in table
    assert " A star: fewer than 100 independent units" in table


def test_verdicts_of_several_tasks_are_corrected_over_the_table_that_shows_them(report):
    # Four tasks with a pair each, .001 × 4, .013 × 3, .02 × 2 and .03: all differ. Three of .026 do not: × 3 is .078.
    pair, tasks = report.comparisons[0], ("topic", "sentiment", "irony", "stance")
    alone = [replace(pair, task=task, p=p, p_holm=p) for task, p in zip(tasks, (0.001, 0.013, 0.02, 0.03), strict=True)]
    table = result_table(replace(report, comparisons=tuple(alone)), with_comparisons=True)
    assert [line.rsplit(", ", 1)[1] for line in table.splitlines() if line.startswith("- ")] == [
        "p = .004: they differ",
        "p = .039: they differ",
        "p = .040: they differ",
        "p = .040: they differ",
    ]
    alone[1:] = [replace(row, p=0.026, p_holm=0.026) for row in alone[1:]]
    table = result_table(replace(report, comparisons=tuple(alone)), with_comparisons=True)
    assert table.count("p = .078: tie") == 3
    assert "Holm over the 4 comparisons of this table" in table
    assert "p = .078 | tie" in markdown_document(replace(report, comparisons=tuple(alone)))


def test_a_figure_without_spread_is_shown_without_bounds_and_with_the_reason(report):
    cells = cells_of(result_of(metrics={"macro_f1": Estimate(1.0, n_units=99, method="bca_t")}, few_units=True))
    assert cells["95 % interval"] == "no interval: no unit differs*"


def test_a_document_has_every_section_as_a_table(report):
    text = markdown_document(report)
    assert text.count("\n## ") == 7
    assert "| stance | a1 | macro_f1 | 0.861 (0.841 to 0.881) | 0.881 (0.851 to 0.911) | 980 | 240 |" in text
    assert "| macro_f1 | stack | linear | 0.017 (−0.003 to 0.037) | p = .081 | p = .243 | tie |" in text
    assert "p: Holm over the 7 comparisons of this table." in text
    assert "| split characters | checked | 0.573 (0.543 to 0.603) |" in text
    assert "| 640 | 1,200 | 60* |" in text
    assert "| emoji for words | not so |" in text
    assert "| irony | emoticons | 0.221 | 0.301 (0.271 to 0.331) | 0.655 | – | not testable | 1,200 | 260 |" in text
    assert "| own text | all | macro_f1 | 0.600 (0.570 to 0.630) | – | – | 1,200 | 300 |" in text
    assert "| stack | kind | article | 0.672 | 42 | 37* |" in text


def test_a_section_without_rows_is_left_out(report):
    text = markdown_document(replace(report, context=(), comparisons=(), hardware=None))
    assert "## Context" not in text
    assert "## Paired comparisons" not in text
    assert "Machine" not in text
