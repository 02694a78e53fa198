import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from weibo_nlp.cli import main
from weibo_nlp.corpus import open_release
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction

HOSTILE = "../[bold]\n\u202e| <img src=x> [l](http://x) `c`"


@pytest.fixture(scope="module")
def files(small_corpus_shipped, tmp_path_factory):
    """Predictions on topic with none, half (twice) and all of the labels drawn by lot."""
    release = open_release()
    labels = release.scheme.task("topic").labels
    gold = release.gold("topic", "test")
    header = PredictionHeader(
        "corpus", release.version, "test", "topic", "standard", release.scheme.version, ModelReference("x", "1")
    )
    folder = tmp_path_factory.mktemp("files")
    for draw, (file, name, wrong) in enumerate(
        (("a", "good", 0.0), ("b", "middle", 0.5), ("c", "rival", 0.5), ("d", HOSTILE, 1.0))
    ):
        rng = np.random.default_rng(draw)
        rows = [
            Prediction(label.document_id, "topic", str(rng.choice(labels)) if rng.random() < wrong else label.label, {})
            for label in gold
        ]
        write_predictions(folder / f"{file}.jsonl", replace(header, model=ModelReference(name, "1")), rows)
    return folder


@pytest.fixture(scope="module")
def filled(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("filled") / "board"
    for path in sorted(files.iterdir()):
        with pytest.raises(SystemExit) as left:
            main(["leaderboard", "add", str(path), "--folder", str(folder), "--resamples", "200"])
        assert not left.value.code
    return folder


@pytest.fixture
def board(filled, tmp_path):
    return shutil.copytree(filled, tmp_path / "board")


def test_add_then_show_prints_ranks_with_ties_as_ties(run, board, tmp_path):
    code, out, err = run("leaderboard", "show", "--folder", board, "--json", tmp_path / "s.json", "--rounds", "1000")
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines() if " 1 " in line and line.lstrip()[0].isdigit()]
    assert [row[1] for row in rows] == ["1", "2=", "2=", "4"]
    assert rows[1][-2:] == ["row", "3"]
    assert rows[2][-2:] == ["row", "2"]
    assert "Rank: 1 + the number of systems that are better" in out
    assert "\u202e" not in out
    (table,) = json.loads((tmp_path / "s.json").read_text("utf-8"))["tables"]
    assert [row["rank"] for row in table["rows"]] == [1, 2, 2, 4]
    assert table["rows"][3]["system"]["name"] == HOSTILE
    assert len(table["comparisons"]) == 6


def test_systems_that_are_named_are_shown_alone_and_corrected_together(run, board, tmp_path):
    named = ("--system", "good", "--system", "middle==1", "--system", "rival")
    code, out, _ = run("leaderboard", "show", "--folder", board, *named, "--json", tmp_path / "s.json")
    assert code == 0
    assert "Holm over all pairs of the systems named" in out
    content = json.loads((tmp_path / "s.json").read_text("utf-8"))
    assert content["systems"] == ["good", "middle==1", "rival"]
    (table,) = content["tables"]
    assert [row["checked"] for row in table["rows"]] == [True] * 3
    assert len(table["comparisons"]) == 3
    assert any(pair["p_holm"] > pair["p"] for pair in table["comparisons"])
    code, _, err = run("leaderboard", "show", "--folder", board, "--system", "best")
    assert code == 2
    assert "'best'; there is: " in err


def test_markdown_shows_hostile_names_as_text(run, board):
    code, out, _ = run("leaderboard", "show", "--folder", board, "--markdown", "--rounds", "1000")
    assert code == 0
    lines = [line for line in out.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + 4
    assert {line.replace("\\|", "").count("|") for line in lines} == {12}
    assert "<img" not in out.replace("\\<img", "")
    assert "](" not in out.replace("\\](", "")
    assert "http://" not in out


def test_adding_again_says_so_and_changing_is_refused(run, files, board, tmp_path):
    code, out, _ = run("leaderboard", "add", files / "a.jsonl", "--folder", board)
    assert code == 0
    assert "good 1, macro_f1 " in out
    assert "is there already, unchanged; nothing was done" in out
    lines = (files / "b.jsonl").read_text("utf-8").splitlines(keepends=True)
    header = json.loads(lines[0]) | {"model": {"name": "good", "version": "1"}}
    (tmp_path / "b.jsonl").write_text(json.dumps(header) + "\n" + "".join(lines[1:]), "utf-8")
    code, out, err = run("leaderboard", "add", tmp_path / "b.jsonl", "--folder", board)
    assert (code, out) == (3, "")
    assert "already, with other predictions; a version never changes its meaning" in err


def test_damaged_rows_are_named_counted_and_cost_exit_code_one(run, board):
    (kept,) = (board / "predictions").glob("*good*")
    kept.write_text("{}", "utf-8")
    (board / "results" / "x\x1b[2J.json").write_text("{", "utf-8")
    code, out, err = run("leaderboard", "show", "--folder", board, "--rounds", "1000")
    assert code == 1
    assert "good" not in out
    assert "rival" in out
    assert "its bytes changed since it was scored" in err
    assert "x\\x1b[2J.json: not a result of a leaderboard: not JSON" in err
    assert "\x1b" not in err
    assert err.endswith("2 set aside\n")


def test_hardware_and_command_are_kept_as_said(run, files, tmp_path):
    board = tmp_path / "board"
    said = ("--hardware", "8 × abacus", "--command", "make | all", "--resamples", "200")
    assert run("leaderboard", "add", files / "a.jsonl", "--folder", board, *said)[0] == 0
    (result,) = (board / "results").iterdir()
    content = json.loads(result.read_text("utf-8"))
    assert (content["hardware"], content["command"]) == ("8 × abacus", "make | all")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["show"], "leaderboard: has no folder results, so is no leaderboard", id="no-board"),
        pytest.param(["add", "none.jsonl"], "none.jsonl: cannot be read (No such file", id="no-file"),
        pytest.param(["add", "a.jsonl", "--hardware", "x" * 2_000], "--hardware has 2,000 characters", id="endless"),
        pytest.param(["add", "a.jsonl", "b.jsonl"], "b.jsonl:1: not the system, version and task", id="two-systems"),
        pytest.param(["add", "a.jsonl", "a.jsonl"], "two of the files have seed null", id="same-file-twice"),
        pytest.param(["add"], "Missing argument", id="nothing"),
    ],
)
def test_a_wrong_call_is_refused_and_makes_no_folder(run, files, monkeypatch, arguments, message):
    monkeypatch.chdir(files)
    code, out, err = run("leaderboard", *arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.replace("│", " ").split())
    assert not (files / "leaderboard").exists()


def test_an_unknown_task_lists_what_the_board_has(run, board):
    code, _, err = run("leaderboard", "show", "--folder", board, "--task", "mood")
    assert code == 2
    assert "'mood'; there is: topic." in err


def test_an_empty_board_is_shown_as_such(run, tmp_path):
    (tmp_path / "results").mkdir()
    assert run("leaderboard", "show", "--folder", tmp_path) == (0, "no results\n", "")
