"""A tiny encoder through the real command line: trained, killed, gone on with, labelled by, opened by transformers."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from made_hub import made_hub

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")

DISHES = ["面条", "米饭", "包子", "豆浆", "烧饼", "馄饨", "凉皮", "汤圆", "油条", "饺子"]
SKIES = ["下雨", "下雪", "刮风", "起雾", "打雷", "放晴", "降温", "飘霜", "结冰", "闷热"]
ROWS = [(form.format(dish), "food") for form in ("今天的{}真好吃", "又吃了一顿{}", "{}太咸了") for dish in DISHES]
ROWS += [(form.format(sky), "weather") for form in ("外面又{}了", "明天{}吗", "天气预报说{}") for sky in SKIES]
# The figures that a tiny encoder needs to learn anything in seconds.
QUICK = ("--learning-rate", "0.005", "--batch-size", "8", "--max-length", "32")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Folder of an encoder of two small layers with random weights, made of our tokenizer."""
    from weibo_nlp import hf_tokenizer

    folder = tmp_path_factory.mktemp("encoders") / "tiny"
    tokenizer = hf_tokenizer()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=128,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    path = tmp_path_factory.mktemp("posts") / "posts.csv"
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in ROWS), "utf-8")
    return path


def contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_killed_at_once_and_gone_on_with_it_ends_as_if_it_had_not_been(run, tiny, posts, tmp_path):
    options = ["--model", "transformer", "--encoder", tiny, "--epochs", "5", "--patience", "5", *QUICK]
    code, out, err = run("train", posts, "-o", tmp_path / "whole", *options)
    assert code == 0, err
    assert sum(", epoch " in line for line in err.splitlines()) == 5
    assert "rows were held out and are scored once" in out
    command = [sys.executable, "-m", "weibo_nlp.cli", "train", posts, "-o", tmp_path / "killed", *options]
    process = subprocess.Popen(map(str, command), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    for line in process.stderr:
        if ", epoch 2 of 5" in line:
            process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()
    assert process.returncode != 0
    assert not (tmp_path / "killed").exists()
    code, _, err = run("train", posts, "-o", tmp_path / "killed", *options, "--resume")
    assert code == 0, err
    assert ", epoch 5 of 5" in err
    assert ", epoch 1 of 5" not in err
    whole, again = contents(tmp_path / "whole"), contents(tmp_path / "killed")
    assert whole.keys() == again.keys()
    assert {name for name in whole if whole[name] != again[name]} == {"README.md", "report.json"}  # for the seconds
    reports = [json.loads(each["report.json"]) for each in (whole, again)]
    assert reports[0]["scores"] == reports[1]["scores"]
    assert not (tmp_path / "killed.unfinished").exists()


def test_the_folder_labels_and_is_opened_by_transformers_as_it_is(run, tiny, posts, tmp_path):
    options = ["--model", "transformer", "--encoder", tiny, "--epochs", "6", "--patience", "6", *QUICK, "-q"]
    with made_hub() as hub:
        assert run("train", posts, "-o", tmp_path / "kinds", *options, "--push-to-hub", "me/kinds") == (0, "", "")
    given_away = contents(tmp_path / "kinds")
    assert hub.files["me/kinds"] == {
        name: given_away[name] for name in given_away.keys() - {"learnt_from.json", "report.json"}
    }
    assert "tokenizer.json" in given_away
    code, _, err = run("label", posts, "-o", tmp_path / "out.csv", "--model", f"about={tmp_path / 'kinds'}", "-q")
    assert (code, err) == (0, "")
    rows = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    labels = [row.split(",")[rows[0].split(",").index("about")] for row in rows[1:]]
    assert sum(label == given for label, (_, given) in zip(labels, ROWS, strict=True)) > 0.8 * len(ROWS)
    pipe = transformers.pipeline("text-classification", model=str(tmp_path / "kinds"))
    assert [each["label"] for each in pipe([text for text, _ in ROWS])] == labels
    card = (tmp_path / "kinds" / "README.md").read_text("utf-8")
    assert "The encoder tiny of a folder, fine-tuned." in card
    assert str(tiny.parent) not in card + (tmp_path / "kinds" / "report.json").read_text("utf-8")


def test_several_tasks_of_the_corpus_label_from_one_folder(run, tiny, small_corpus, tmp_path, monkeypatch):
    from weibo_nlp import _resources

    monkeypatch.setattr(_resources, "corpus_dir", lambda: small_corpus)
    options = ["--model", "transformer", "--encoder", tiny, "--epochs", "1", *QUICK, "--batch-size", "32"]
    code, out, err = run("train", "--corpus", "-o", tmp_path / "all", *options, "--resamples", "200")
    assert code == 0, err
    assert "by task topic " in err
    assert [line.split()[1] for line in out.splitlines() if "transformer:tiny" in line] == [
        "topic", "sentiment", "stance", "irony"
    ]  # fmt: skip
    path = tmp_path / "crawl.csv"
    path.write_text("text,above\n支持,宝马又出事了\n支持,\n", "utf-8")
    heads = [f"--model={name}={tmp_path / 'all'}" for name in ("topic", "sentiment", "stance", "irony")]
    code, _, err = run(
        "label", path, "-o", tmp_path / "o.jsonl", *heads, "--target", "宝马", "--text-column", "text",
        "--parent-column", "above", "--all-scores",
    )  # fmt: skip
    assert code == 0, err
    assert "1 rows answer a text, which was read for stance and no other label" in err
    first, second = (json.loads(line) for line in (tmp_path / "o.jsonl").read_text("utf-8").splitlines())
    assert first["topic_score"] == second["topic_score"]
    assert first["stance_score"] != second["stance_score"]
    code, _, err = run("label", path, "-o", tmp_path / "p.csv", "--model", f"mood={tmp_path / 'all'}")
    assert code != 0
    assert "topic" in err
    code, _, err = run("explain", "支持", "--model", tmp_path / "all")
    assert code == 2
    assert "is no linear model" in err


def test_ctrl_c_amid_an_epoch_leaves_what_the_last_one_came_to(tiny, posts, tmp_path):
    command = [
        sys.executable, "-m", "weibo_nlp.cli", "train", posts, "-o", tmp_path / "m", "--model", "transformer",
        "--encoder", tiny, "--epochs", "500", "--patience", "500", *QUICK,
    ]  # fmt: skip
    process = subprocess.Popen(map(str, command), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    told = []
    for line in process.stderr:
        told.append(line.rstrip("\n"))
        if ", epoch 2 of 500" in line:
            process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert told[-1] == "Stopped; nothing half-written was left behind."
    assert told[-2].startswith("Go on with: weibo-nlp train ")
    assert told[-2].endswith(" --resume")
    assert [path.name for path in (tmp_path / "m.unfinished" / "model").glob("checkpoint-*/manifest.json")]
