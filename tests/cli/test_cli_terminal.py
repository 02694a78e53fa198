"""Strangers' words on a terminal: whatever command shows them, nothing but printable characters comes out."""

import json
from dataclasses import replace

import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction

HOSTILE = "a\x1b[31m\x9b2J\u202eb\u200b\x1b]8;;http:\x07c\rd\u2028e\u2066"


def assert_harmless(*streams):
    for text in streams:
        odd = {character for character in text if not (character.isprintable() or character in "\n\t")}
        assert odd == set(), text


@pytest.fixture(scope="module")
def predictions(small_corpus_shipped, tmp_path_factory):
    """Two prediction files on topic, whose systems, paths and labels' scores are strangers' words."""
    release = open_release()
    rows = [Prediction(label.document_id, "topic", label.label, {}) for label in release.gold("topic", "test")]
    other = [replace(row, label=release.scheme.task("topic").labels[0]) for row in rows]
    header = PredictionHeader(
        "corpus", release.version, "test", "topic", "standard", release.scheme.version, ModelReference("x", "1")
    )
    folder = tmp_path_factory.mktemp("files") / HOSTILE
    folder.mkdir()
    for name, answers in (("one", rows), ("two", other)):
        reference = ModelReference(name + HOSTILE, HOSTILE)
        write_predictions(folder / f"{name}{HOSTILE}.jsonl", replace(header, model=reference), answers)
    return sorted(folder.iterdir())


QUICK = ("--resamples", "200")


def test_evaluate_and_compare(run, predictions):
    for call in (("evaluate", predictions[0], *QUICK), ("compare", *predictions, *QUICK, "--rounds", "1000")):
        code, out, err = run(*call)
        assert code == 0
        assert r"\x1b[31m\x9b2J\u202e" in out
        assert_harmless(out, err)


def test_faults_in_a_prediction_file(run, predictions, tmp_path):
    lines = predictions[0].read_text("utf-8").split("\n")[:-1]
    rows = [json.loads(line) for line in lines]
    key = f"k{HOSTILE}"
    broken = [
        [rows[0] | {"set": HOSTILE}, *rows[1:]],
        [rows[0] | {key: 1}, *rows[1:]],
        [rows[0], *(row | {"label": HOSTILE} for row in rows[1:])],
        [rows[0], *(row | {"id": HOSTILE, "document_id": HOSTILE} for row in rows[1:])],
        [rows[0], *(row | {key: {key: 1}} for row in rows[1:])],
    ]
    for place, faulty in enumerate(broken):
        file = tmp_path / f"{place}{HOSTILE}.jsonl"
        file.write_text("\n".join(json.dumps(row) for row in faulty), "utf-8")
        _, out, err = run("evaluate", file, *QUICK)
        assert_harmless(out, err)


def test_leaderboard(run, predictions, tmp_path):
    board = tmp_path / HOSTILE
    for call in (
        ("add", *predictions[:1], "--folder", board, *QUICK, "--hardware", HOSTILE, "--command", HOSTILE),
        ("add", *predictions[1:], "--folder", board, *QUICK),
        ("show", "--folder", board, "--rounds", "1000"),
        ("show", "--folder", board, "--rounds", "1000", "--markdown"),
        ("show", "--folder", board / "none"),
    ):
        _, out, err = run("leaderboard", *call)
        assert out or err
        assert_harmless(out, err)
    for file in board.rglob("*.json"):
        file.write_text(json.dumps({HOSTILE: HOSTILE}), "utf-8")
    code, out, err = run("leaderboard", "show", "--folder", board)
    assert code != 0
    assert_harmless(out, err)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"id,text\n1,{HOSTILE}\n2\n".replace("\r", ""), id="cell"),
        pytest.param(f"id,{HOSTILE}\n1,x\n".replace("\r", ""), id="header"),
        pytest.param("id,topic,text\n1,x,好\n", id="renamed"),
        pytest.param('id,text\n1,"好\n', id="unclosed"),
    ],
)
def test_label(run, tmp_path, content):
    folder = tmp_path / HOSTILE
    folder.mkdir()
    source = folder / f"{HOSTILE}\n.csv"
    source.write_text(content, "utf-8")
    _, out, err = run("label", source)
    assert_harmless(out, err)
    assert r"\u202e" in err
    _, out, err = run("label", source, "--text-column", HOSTILE, "--parent-column", HOSTILE)
    assert_harmless(out, err)
    _, out, err = run("label", source, "--model", f"{HOSTILE}={folder}")
    assert_harmless(out, err)


def test_names_in_the_table_of_models_stay_in_their_row(run, tmp_path, monkeypatch):
    home = tmp_path / f"{HOSTILE}\t\n"
    monkeypatch.setenv("WEIBO_NLP_HOME", str(home))
    _, out, err = run("models", "list")
    assert_harmless(out, err)
    (home / "models" / "pkuseg").mkdir(parents=True)
    _, out, err = run("models", "list")
    assert {line.count("\t") for line in out.splitlines()} == {3}
    assert "without its manifest" in err
    assert_harmless(out, err)
    _, out, err = run("models", "remove", "pkuseg")
    assert out.count("\n") == 1
    assert_harmless(out, err)


def test_corpus_check(run, tmp_path, miniature_repository):
    import shutil

    clone = shutil.copytree(miniature_repository, tmp_path / HOSTILE)
    texts = next((clone / "corpus").rglob("*.jsonl"))
    texts.write_text(texts.read_text("utf-8") + json.dumps({"id": HOSTILE, HOSTILE: HOSTILE}) + "\n", "utf-8")
    events = clone / "corpus" / "events.yaml"
    events.write_text(events.read_text("utf-8") + json.dumps({HOSTILE: 1})[1:-1] + "\n", "utf-8")
    code, out, err = run("corpus", "check", clone)
    assert code == 3
    assert_harmless(out, err)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((HOSTILE,), id="command"),
        pytest.param((f"--{HOSTILE}",), id="option"),
        pytest.param(("evaluate", f"--{HOSTILE}", "x"), id="option-of-a-command"),
        pytest.param(("evaluate", "x", HOSTILE), id="one-too-many"),
        pytest.param(("evaluate", "--seed", HOSTILE, "x"), id="number"),
        pytest.param(("label", "--format", HOSTILE, "x"), id="choice"),
        pytest.param(("benchmark", "--task", HOSTILE), id="task"),
        pytest.param(("benchmark", "--model", HOSTILE), id="model"),
        pytest.param(("benchmark", "--json", f"{HOSTILE}/x"), id="file"),
        pytest.param(("benchmark", "--external", HOSTILE, "--path", HOSTILE), id="set"),
        pytest.param(("compare", HOSTILE, HOSTILE), id="files"),
        pytest.param(("corpus", "check", HOSTILE), id="folder"),
        pytest.param(("models", "path", HOSTILE), id="name"),
        pytest.param(("models", HOSTILE), id="command-of-a-group"),
    ],
)
def test_wrong_arguments(run, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2
    assert "Error: " in err
    assert_harmless(out, err)


def test_a_line_end_in_a_name_makes_no_line_that_looks_like_ours(run, tmp_path):
    _, _, err = run("evaluate", tmp_path / "x\nError: all is lost")
    assert "\n  Error: all is lost" in err
    assert err.count("\nError: ") == 0
