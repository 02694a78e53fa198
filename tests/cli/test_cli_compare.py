import json
from dataclasses import replace

import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction


@pytest.fixture(scope="module")
def files(small_corpus_shipped, tmp_path_factory):
    """Three systems on topic: all right, one label flipped, and always the first label."""
    release = open_release()
    labels = release.scheme.task("topic").labels
    header = PredictionHeader(
        "corpus", release.version, "test", "topic", "standard", release.scheme.version, ModelReference("right", "1")
    )
    right = [Prediction(label.document_id, "topic", label.label, {}) for label in release.gold("topic", "test")]
    flipped = [replace(right[0], label=next(label for label in labels if label != right[0].label)), *right[1:]]
    constant = [replace(row, label=labels[0]) for row in right]
    folder = tmp_path_factory.mktemp("files")
    for name, rows in (("right", right), ("flipped", flipped), ("[bold]\n\u202e", constant)):
        path = folder / f"{name.strip('[]').split(']')[0]}.jsonl"
        write_predictions(path, replace(header, model=ModelReference(name, "1")), rows)
    return folder


def test_one_flip_is_called_a_tie(run, files):
    code, out, err = run("compare", files / "right.jsonl", files / "flipped.jsonl", "--resamples", "200")
    assert (code, err) == (0, "")
    assert "right 1 less flipped 1: +0.0" in out
    assert "p = 1.0000 (2 exact assignments; predictions differ in 1 of " in out
    assert out.endswith("  tie\n")
    assert "is better" not in out


def test_the_better_of_two_is_named_and_names_are_shown_escaped(run, files, tmp_path):
    code, out, _ = run(
        "compare", files / "bold.jsonl", files / "right.jsonl", "--resamples", "200", "--json", tmp_path / "c.json"
    )
    assert code == 0
    assert out.endswith("  right 1 is better\n")
    assert "[bold]\\n\\u202e 1" in out
    assert "\u202e" not in out
    assert "1.000" in out
    found = json.loads((tmp_path / "c.json").read_text("utf-8"))
    assert [system["score"]["value"] for system in found["systems"]][1] == 1.0
    assert found["comparisons"][0]["tie"] is False


def test_three_files_are_three_pairs_corrected_by_holm(run, files):
    code, out, _ = run("compare", *sorted(files.iterdir()), "--resamples", "200")
    assert code == 0
    assert out.count(" less ") == 3
    assert out.count("after Holm") == 3
    assert out.count("  tie\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["right.jsonl"], 2, "1 prediction file given; name two or more", id="one-file"),
        pytest.param(["right.jsonl", "none.jsonl"], 2, "none.jsonl: cannot be read (No such file", id="missing"),
        pytest.param(
            ["right.jsonl", "flipped.jsonl", "--json", "none/c.json"],
            2,
            "none/c.json: the folder does not",
            id="folder",
        ),
        pytest.param(
            ["right.jsonl", "flipped.jsonl", "--path", "."], 2, "predictions on the corpus; leave the folder", id="path"
        ),
        pytest.param(["right.jsonl", "flipped.jsonl", "--rounds", "9"], 2, "Invalid value for '--rounds'", id="rounds"),
    ],
)
def test_a_wrong_call_is_refused(run, files, monkeypatch, arguments, code, message):
    monkeypatch.chdir(files)
    found, out, err = run("compare", *arguments)
    assert (found, out) == (code, "")
    assert message in " ".join(err.replace("│", " ").split())


def test_files_about_different_things_are_refused_naming_both(run, files, tmp_path):
    lines = (files / "right.jsonl").read_text("utf-8").splitlines(keepends=True)
    header = json.loads(lines[0]) | {"task": "irony"}
    (tmp_path / "irony.jsonl").write_text(json.dumps(header) + "\n" + "".join(lines[1:]), "utf-8")
    code, _, err = run("compare", files / "right.jsonl", tmp_path / "irony.jsonl")
    assert code == 3
    assert f"{tmp_path / 'irony.jsonl'}:1: task is 'irony', but 'topic' in {files / 'right.jsonl'}:1;" in err
