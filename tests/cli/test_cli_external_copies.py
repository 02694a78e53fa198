"""What could not be scored of a user's copy is told by every command that scores, and by its exit code."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from weibo_nlp.evaluation.files import resolve_evaluation_set
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction

EXTERNAL = Path(__file__).parents[1] / "data" / "external"
HEADER = PredictionHeader("nlpcc2016", None, "test", "stance", "external", "nlpcc2016", ModelReference("favor", "1"))
NOTE = "test: 1 rows set aside (unknown label)"
pytestmark = pytest.mark.usefixtures("small_corpus_shipped")


@pytest.fixture
def copies(tmp_path):
    """A copy as it is published, one with a row whose label nobody knows, and two files on the rows of both."""
    shutil.copytree(EXTERNAL / "nlpcc2016", tmp_path / "whole")
    damaged = Path(shutil.copytree(tmp_path / "whole", tmp_path / "damaged"))
    with (damaged / "NLPCC_2016_Stance_Detection_Task_A_gold.utf8").open("a", encoding="utf-8") as handle:
        handle.write("4\t开放二胎\t二孩房谁来买单\tMAYBE\n")
    _, rows = resolve_evaluation_set(HEADER, tmp_path / "whole")
    for name, label in (("one", "favor"), ("two", "against")):
        header = replace(HEADER, model=ModelReference(name, "1"))
        write_predictions(
            tmp_path / f"{name}.jsonl",
            header,
            [Prediction(gold.document_id, "stance", label, {}, gold.target) for gold in rows.gold],
        )
    return tmp_path


@pytest.mark.parametrize(("copy", "expected"), [("whole", 0), ("damaged", 1)])
@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_rows_of_a_copy_that_cannot_be_scored_are_told(run, copies, command, copy, expected):
    files = [copies / "one.jsonl", copies / "two.jsonl"][: 1 if command == "evaluate" else 2]
    code, out, err = run(command, *files, "--path", copies / copy, "--json", copies / "out.json", "--resamples", "200")
    content = json.loads((copies / "out.json").read_text("utf-8"))
    content = content["results"][0] if command == "evaluate" else content
    assert (code, content["n_set_aside"]) == (expected, expected)
    assert content["notes"] == [NOTE] * expected
    assert (f"Note: {NOTE}\n" in out) == (expected == 1)
    assert err == "1 rows with gold labels set aside\n" * expected


def test_a_leaderboard_tells_what_of_a_copy_was_not_scored(run, copies):
    board, table = copies / "board", copies / "table.json"
    code, out, err = run("leaderboard", "add", copies / "one.jsonl", "--folder", board, "--path", copies / "damaged")
    assert (code, err) == (1, "1 rows with gold labels set aside\n")
    assert f"Note: {NOTE}\n" in out
    (stored,) = (board / "results").iterdir()
    assert json.loads(stored.read_text("utf-8"))["notes"] == [NOTE]
    show = ("leaderboard", "show", "--folder", board, "--json", table, "--path")
    code, out, err = run(*show, copies / "damaged")
    assert (code, err) == (1, "1 rows with gold labels set aside\n")
    assert f"Note: {NOTE}\n" in out
    assert json.loads(table.read_text("utf-8"))["tables"][0]["notes"] == [NOTE]
    code, out, err = run(*show, copies / "whole")
    assert (code, err) == (0, "")
    assert NOTE not in out
    code, out, err = run("leaderboard", "add", copies / "one.jsonl", "--folder", board, "--path", copies / "whole")
    assert (code, err) == (0, "")
    assert "notes" not in json.loads(stored.read_text("utf-8"))


def test_a_benchmark_leaves_with_1_where_rows_could_not_be_scored(run, copies):
    files = ("--html", copies / "page.html", "--json", copies / "out.json")
    about = ("--external", "nlpcc2016", "--path", copies / "damaged", "--model", "majority")
    code, _, err = run("benchmark", *about, *files, "--resamples", "200")
    assert code == 1
    assert err.endswith("1 rows with gold labels set aside\n")
    (result,) = json.loads((copies / "out.json").read_text("utf-8"))["results"]
    assert result["n_set_aside"] == 1


def test_a_part_scored_in_place_of_the_test_part_is_told(run, tmp_path):
    copy = Path(shutil.copytree(EXTERNAL / "cold", tmp_path / "cold"))
    (copy / "test.csv").unlink()
    with (copy / "dev.csv").open("a", encoding="utf-8") as handle:
        handle.writelines(f"第{number}个红灯也要等,{number % 2},region,train\n" for number in range(4))
    header = PredictionHeader("cold", None, "validation", "offence", "external", "cold", ModelReference("all", "1"))
    _, rows = resolve_evaluation_set(header, copy)
    path = tmp_path / "all.jsonl"
    write_predictions(path, header, [Prediction(gold.document_id, "offence", "offensive", {}) for gold in rows.gold])
    code, out, err = run("evaluate", path, "--path", copy, "--resamples", "200")
    assert (code, err) == (0, "")
    assert "Note: scored on validation: this copy holds no test part\n" in out
