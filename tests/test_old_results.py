"""Files that version 0.2.0 wrote are read for what they say: the majority's answers to irony, and their scores.

The prediction file names corpus 0.2.0, whose test part has 363 documents; 35 of them are ironic and the majority misses
all: F1 of "false" is 2 * 328 / (2 * 328 + 35), of "true" 0.
"""

import copy
import json
import shutil
from pathlib import Path

import pytest

from weibo_nlp.evaluation import evaluate
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.leaderboard.additions import add_predictions
from weibo_nlp.predictions import read_predictions
from weibo_nlp.report import write_page
from weibo_nlp.report.markdown import markdown_document
from weibo_nlp.stats import BootstrapConfig

RESULTS = Path(__file__).parent / "data" / "results"
BOARD = RESULTS / "leaderboard"
(PREDICTIONS,) = (BOARD / "predictions").iterdir()
(ENTRY,) = (BOARD / "results").iterdir()
CONFUSION = ((328, 0), (35, 0))
MACRO_F1 = (2 * 328 / (2 * 328 + 35)) / 2
FEW = BootstrapConfig(n_resamples=200)


@pytest.fixture(scope="module")
def document():
    return json.loads((RESULTS / "benchmark.json").read_text("utf-8"))


@pytest.fixture
def board(tmp_path):
    return shutil.copytree(BOARD, tmp_path / "board")


def test_a_prediction_file_of_rows_without_scores_is_evaluated():
    file = read_predictions(PREDICTIONS)
    assert (file.header.model.name, file.header.model.version, file.header.version) == ("majority", "0.2.0", "0.2.0")
    assert {(row.label, len(row.scores)) for row in file.predictions} == {("false", 0)}
    result = evaluate(PREDICTIONS, bootstrap=FEW)
    assert result.scores.confusion == CONFUSION
    assert result.main.value == pytest.approx(MACRO_F1)


def without_empty_intervals(part):
    """What was stored, but for intervals from a figure to itself, which are none since all units score alike."""
    if isinstance(part, list):
        return [without_empty_intervals(each) for each in part]
    if not isinstance(part, dict):
        return part
    if set(part) == {"value", "low", "high"} and part["low"] == part["high"]:
        return part | {"low": None, "high": None}
    return {name: without_empty_intervals(each) for name, each in part.items()}


def test_an_evaluation_gives_the_figures_that_were_stored():
    stored = json.loads(ENTRY.read_text("utf-8"))["scores"]
    scored = evaluate(PREDICTIONS, bootstrap=FEW).to_dict()
    assert stored["n"] == 363
    for name in stored:
        assert scored[name] == without_empty_intervals(stored[name]), name


def test_a_leaderboard_is_shown_with_its_row_ranked(run, board):
    code, out, err = run("leaderboard", "show", "--folder", board)
    assert (code, err) == (0, "")
    (row,) = [line.split() for line in out.splitlines() if "majority 0.2.0" in line]
    assert row[0] == "1"
    assert f"{MACRO_F1:.3f}" in row


def test_the_file_of_an_entry_added_again_is_there_already(board):
    before = ENTRY.read_bytes()
    (added,) = add_predictions([PREDICTIONS], board, hardware_text="another", bootstrap=FEW)
    assert added.state == "present"
    assert added.path.read_bytes() == before


def test_a_benchmark_is_read_with_every_figure(document):
    report = BenchmarkReport.from_dict(document)
    (result,) = report.results
    assert (report.package, report.corpus_version, result.model) == ("0.2.0", "0.2.0", "majority")
    assert result.scores.confusion == CONFUSION
    assert result.main.value == pytest.approx(MACRO_F1)
    assert [row.annotator for row in report.ceiling] == [row["annotator"] for row in document["ceiling"]]
    assert [row.shortcut for row in report.shortcuts] == [row["shortcut"] for row in document["shortcuts"]]
    assert [row.document_id for row in report.errors] == [row["document_id"] for row in document["errors"]]
    expected = copy.deepcopy(document)
    expected["results"][0]["n_set_aside"] = 0  # counted since 0.3.0
    for row in expected["results"][0]["calibration"]:
        row["n_units"] = None  # counted since 0.3.0
    for row in expected["errors"]:
        row["seen"] |= {"plain": False, "root": None}  # said since 0.3.0
    assert report.to_dict() == expected


def test_a_benchmark_goes_to_page_and_markdown(document, tmp_path):
    report = BenchmarkReport.from_dict(document)
    write_page(tmp_path / "page.html", report)
    for text in ((tmp_path / "page.html").read_text("utf-8"), markdown_document(report)):
        assert "majority" in text
        assert f"{MACRO_F1:.3f}" in text
