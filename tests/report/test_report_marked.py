import pytest

from weibo_nlp.evaluation import score
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.report import main_rows, markdown_table
from weibo_nlp.report.table import HEADINGS, markdown_rows


def result_of(labels, *, model="linear"):
    """Six rows in three threads, alternately of the two labels; the last two are predicted wrongly."""
    gold = [GoldLabel(str(row), "mood", labels[row % 2]) for row in range(6)]
    predicted = [labels[row % 2] for row in range(4)] + [labels[1], labels[0]]
    rows = [
        Prediction(item.document_id, "mood", label, {name: float(name == label) for name in labels})
        for item, label in zip(gold, predicted, strict=True)
    ]
    scores = score(rows, gold, labels, list("ttuuvv"), task="mood", main_metric="macro_f1", resamples=200)
    return scores.to_dict() | {"set": "corpus", "protocol": "standard", "model": model}


def test_a_row_shows_main_metric_interval_and_sizes():
    # 6 rows of 3 threads, 4 of them right; precision of 赞 2/3, recall 2/3, and the same of 踩: macro F1 2/3.
    (row,) = main_rows([result_of(("赞", "踩"))])
    shown = dict(zip(HEADINGS, row, strict=True))
    assert (shown["main metric"], shown["value"], shown["accuracy"]) == ("macro_f1", "0.667", "0.667")
    assert (shown["scored"], shown["units"], shown["model"]) == ("6", "3", "linear")
    assert shown["95 % interval"].endswith("*")


def test_intervals_over_enough_units_have_no_star():
    (row,) = main_rows([result_of(("赞", "踩")) | {"few_units": False}])
    assert "*" not in "".join(row)


def test_a_figure_without_interval_says_so():
    result = result_of(("赞", "踩")) | {"few_units": False}
    result["metrics"]["macro_f1"] = {"value": 0.5, "low": None, "high": None}
    (row,) = main_rows([result])
    assert dict(zip(HEADINGS, row, strict=True))["95 % interval"] == "no interval"


def test_any_rows_make_a_table_and_headings_are_escaped_too():
    assert markdown_rows(["a|b", "c"], [("1", "2\n3")]) == "| a\\|b | c |\n|---|---|\n| 1 | 2 3 |\n"


def test_markdown_has_a_line_a_result_below_its_head():
    lines = markdown_table([result_of(("赞", "踩"))] * 3).splitlines()
    assert len(lines) == 5
    assert {line.count("|") for line in lines} == {11}
    assert markdown_table([]).splitlines() == lines[:2]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("a|b", r"| a\|b |", id="bar"),
        pytest.param("a\\|b", r"| a\\\|b |", id="backslash-before-a-bar"),
        pytest.param("a\n| b\r\nc", r"| a \| b c |", id="line-ends"),
    ],
)
def test_a_name_ends_neither_cell_nor_row(name, shown):
    lines = markdown_table([result_of(("赞", "踩"), model=name)]).splitlines()
    assert len(lines) == 3
    assert shown in lines[2]
