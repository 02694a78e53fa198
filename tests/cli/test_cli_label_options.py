"""Options of `label` that change what is asked: targets, HTML, least score, weights."""

import csv

import pytest

from weibo_nlp.models import LinearClassifier
from weibo_nlp.records import Example

TEXT = "失信被执行人就该上征信黑名单"


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"text\n{TEXT}<br />\n<br />\n今天食堂的菜有点咸\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def about_noodles(tmp_path_factory):
    """A stance model, saved, that has learnt about noodles."""
    folder = tmp_path_factory.mktemp("own") / "noodles"
    examples = [Example(f"{day}{what}", "面条") for day in "今明后昨" for what in ("天爱吃", "天难吃")] * 3
    LinearClassifier(C=1.0).fit(examples, ["favor", "against"] * 12).save_pretrained(folder)
    return folder


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_targets_may_be_repeated_and_each_has_columns_of_its_own(run, posts, tmp_path):
    output = tmp_path / "o.csv"
    run("label", posts, "-o", output, "--target", "信用惩戒", "--target", "食堂", "-q")
    rows = rows_of(output)
    assert [(row["stance_target_1"], row["stance_target_2"]) for row in rows] == [("信用惩戒", "食堂")] * 2
    assert all(row["stance_1"] and row["stance_2"] for row in rows)


def test_the_canonical_targets_are_asked_about_whatever_the_topic(run, posts, tmp_path):
    output = tmp_path / "o.csv"
    run("label", posts, "-o", output, "--target", "canonical", "-q")
    assert all(row[f"stance_{number}"] for row in rows_of(output) for number in (1, 2, 3))


def test_a_result_on_other_targets_that_nobody_named_is_not_replaced(run, posts):
    assert run("label", posts, "-q")[0] == 1
    assert run("label", posts, "-q", "--all-scores")[0] == 1
    code, _, err = run("label", posts, "-q", "--target", "甲", "--target", "乙")
    assert code == 2
    assert "exists and is no earlier result of this: it has no column 'stance_1'" in err


@pytest.mark.parametrize("quiet", [[], ["-q"]], ids=["talking", "quiet"])
def test_a_target_the_model_has_not_learnt_about_is_told_in_one_line(
    run, posts, tmp_path, about_noodles, monkeypatch, quiet
):
    monkeypatch.setattr(LinearClassifier, "targets", property(lambda model: model.targets_), raising=False)
    options = ("--model", f"stance={about_noodles}", "-o", tmp_path / "o.csv", *quiet)
    _, _, err = run("label", posts, "--target", "咪蒙", "--target", "面条", *options)
    lines = [line for line in err.splitlines() if "has not learnt about" in line]
    assert len(lines) == 1
    assert lines[0].startswith("Warning: the model for 'stance' has not learnt about '咪蒙', so")
    assert [row["stance_known_target_1"] for row in rows_of(tmp_path / "o.csv")] == ["False"] * 2


def test_html_is_read_counted_and_told_and_what_reads_as_empty_set_aside(run, posts, tmp_path):
    code, _, err = run("label", posts, "-o", tmp_path / "o.csv")
    assert code == 1
    assert "2 rows labelled:" in err
    assert "1 texts were HTML and read as text; --html no leaves them\n" in err
    assert f"  {posts}:3: text: empty (1 in all)\n" in err
    code, _, err = run("label", posts, "-o", tmp_path / "o.csv", "--html", "no")
    assert (code, "HTML" in err) == (0, False)
    assert len(rows_of(tmp_path / "o.csv")) == 3
    assert run("label", posts, "-o", tmp_path / "o.csv", "--html", "yes", "-q")[2].startswith("1 rows set aside: ")


def test_labels_below_the_least_score_are_left_empty_counted_and_told(run, posts, tmp_path):
    _, _, err = run("label", posts, "-o", tmp_path / "o.csv", "--min-score", "1")
    rows = rows_of(tmp_path / "o.csv")
    assert {row[name] for row in rows for name in ("topic", "sentiment", "irony", "stance")} == {""}
    assert all(float(row["topic_score"]) for row in rows)
    assert "Labels left empty below --min-score: topic 2, sentiment 2, irony 2\n" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(["--html", "maybe"], "'maybe' is not one of", id="html"),
        pytest.param(["--min-score", "2"], "min_score is 2.0; give a number from 0 to 1", id="score"),
        pytest.param(["--min-score", "nan"], "min_score is nan; give a number from 0 to 1", id="nan"),
        pytest.param(["--weights", "none-of-ours"], "unknown weights 'none-of-ours'; there is: ", id="weights"),
        pytest.param(["--weights", ""], "unknown weights ''", id="no-weights"),
        pytest.param(["--target", "甲", "--target", "甲"], "'甲' is named twice; name it once", id="twice"),
        pytest.param(["--target", "甲", "--target", ""], "the stance target is no text (empty)", id="empty"),
    ],
)
def test_a_value_that_is_none_is_refused_before_anything_is_written(run, posts, tmp_path, options, message):
    code, _, err = run("label", posts, "-o", tmp_path / "o.csv", *options)
    assert code == 2
    assert message in err
    assert list(tmp_path.iterdir()) == [posts]
