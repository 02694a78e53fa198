"""`label` ends with what the labels came to, on the terminal and in a file, and gives sets of labels where asked."""

import csv
import json

import numpy as np
import pytest

from weibo_nlp.labelling import labeller

ENGLISH = "This company should apologise now"


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"text\n{ENGLISH}\n{ENGLISH}\n今天食堂的菜有点咸\n", "utf-8")
    return path


@pytest.fixture(autouse=True)
def letters(monkeypatch):
    """A detector that takes for unlike what is of plain letters alone."""

    class Letters:
        def is_unlike(self, examples):
            return np.array([example.text.isascii() for example in examples], dtype=bool)

    monkeypatch.setattr(labeller, "_shipped_domain", lambda weights: Letters())


def test_the_end_says_what_the_labels_came_to_and_that_most_are_guesses(run, posts, tmp_path):
    output = tmp_path / "o.csv"
    code, out, err = run("label", posts, "-o", output)
    assert (code, out) == (0, "")
    *_, domain, place = err.splitlines()
    assert domain == (
        "Texts unlike anything the weights learnt from: 66.7%; most texts are unlike anything the weights learnt from: "
        "labels are guesses"
    )
    assert place == f"Summary: {output}.summary.json"
    for task in ("topic", "sentiment", "irony"):
        assert f"\n{task}: " in err
    assert json.loads((tmp_path / "o.csv.summary.json").read_text("utf-8"))["out_of_domain"] == 0.6667
    with output.open(encoding="utf-8", newline="") as handle:
        assert [row["out_of_domain"] for row in csv.DictReader(handle)] == ["True", "True", "False"]


def test_quiet_writes_the_file_and_says_nothing(run, posts, tmp_path):
    assert run("label", posts, "-o", tmp_path / "o.csv", "-q") == (0, "", "")
    assert (tmp_path / "o.csv.summary.json").exists()


def test_a_stream_has_no_file_and_the_terminal_is_told(run, posts, tmp_path):
    code, _, err = run("label", posts, "-o", "/dev/null")
    assert code == 0
    assert "labels are guesses" in err
    assert "Summary: " not in err
    assert list(tmp_path.iterdir()) == [posts]


@pytest.mark.parametrize(
    ("coverage", "message"),
    [("1", "coverage must be a number above 0 and below 1"), ("x", "--coverage")],
)
def test_a_coverage_that_is_none_is_refused_before_anything_is_written(run, posts, tmp_path, coverage, message):
    code, _, err = run("label", posts, "-o", tmp_path / "o.csv", "--coverage", coverage)
    assert code == 2
    assert message in err
    assert list(tmp_path.iterdir()) == [posts]
