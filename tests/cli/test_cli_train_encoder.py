"""`train --model transformer` and `train --corpus`: what is told, how it is gone on with, and what is refused."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from made_hub import made_hub
from made_transformer import ENCODER, MadeMultiTask, MadeTransformer, made_transformers

from weibo_nlp.cli.train_job import TrainJob
from weibo_nlp.models import load_model

DISHES = ("面条", "米饭", "包子", "豆浆", "烧饼", "馄饨", "凉皮", "汤圆")
SKIES = ("下雨", "下雪", "刮风", "起雾", "打雷", "放晴", "降温", "飘霜")
ROWS = [(f"今天的{dish}真好吃", "food") for dish in DISHES] + [(f"外面又{sky}了", "weather") for sky in SKIES]
FINE_TUNE = ("--model", "transformer", "--encoder", ENCODER, "--held-out", "0.3", "--resamples", "200")


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in ROWS), "utf-8")
    return path


@pytest.fixture
def log():
    with made_transformers() as log:
        yield log


def test_an_encoder_is_fine_tuned_scored_once_and_told_of_epoch_by_epoch(run, log, posts, tmp_path):
    code, out, err = run("train", posts, "-o", tmp_path / "m", *FINE_TUNE, "--epochs", "2", "--batch-size", "8")
    assert code == 0, err
    lines = err.splitlines()
    assert lines[1:3] == [
        "Model, epoch 1 of 2: loss 1.000; on validation loss 0.500, macro-F1 0.250, best so far (0 s)",
        "Model, epoch 2 of 2: loss 0.500; on validation loss 0.500, macro-F1 0.500 (0 s)",
    ]
    assert "rows were held out and are scored once" in out
    assert "1 training: " in out
    assert lines[-1] == f"Next: weibo-nlp label POSTS -o LABELLED --model NAME={tmp_path / 'm'}"
    report = json.loads((tmp_path / "m" / "report.json").read_text("utf-8"))
    assert report["run"]["parameters"]["batch_size"] == 8
    assert load_model(tmp_path / "m").classes_.tolist() == ["food", "weather"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m", "posts.csv"]


def test_what_a_post_answers_is_read_without_a_target_by_an_encoder_alone(run, log, tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("text,label,above\n" + "".join(f"{text},{label},{text[-2:]}\n" for text, label in ROWS), "utf-8")
    code, _, err = run("train", path, "-o", tmp_path / "m", "--parent-column", "above")
    assert code == 2
    assert "--parent-column goes with --target-column" in err
    code, _, err = run("train", path, "-o", tmp_path / "m", "--parent-column", "above", *FINE_TUNE)
    assert code == 0, err
    assert err.splitlines()[-1].endswith(f"--model NAME={tmp_path / 'm'} --parent-column COLUMN")


def test_quietly_it_says_nothing(run, log, posts, tmp_path):
    assert run("train", posts, "-o", tmp_path / "m", *FINE_TUNE, "--folds", "2", "-q")[0] == 2
    code, out, err = run("train", posts, "-o", tmp_path / "m", *FINE_TUNE[:4], "--folds", "2", "-q")
    assert (code, out, err, len(log.fits)) == (0, "", "", 3)


def test_after_ctrl_c_the_command_that_is_shown_goes_on(run, log, posts, tmp_path):
    place = tmp_path / "my model"
    log.stop_at = 2
    code, out, err = run("train", posts, "-o", place, *FINE_TUNE, "--epochs", "3")
    command = f"weibo-nlp train {posts} -o {shlex.quote(str(place))} {' '.join(FINE_TUNE)} --epochs 3 --resume"
    assert (code, out) == (130, "")
    assert err.splitlines()[-3:] == [
        f"Unfinished: {place}.unfinished",
        f"Go on with: {command}",
        "Stopped; nothing half-written was left behind.",
    ]
    assert not place.exists()
    code, _, err = run("train", posts, "-o", place, *FINE_TUNE, "--epochs", "3")
    assert code == 2
    assert "an unfinished training lies in" in err
    code, _, err = run("train", posts, "-o", place, *FINE_TUNE, "--epochs", "4", "--resume")
    assert code == 2
    assert "is another one: epochs was 3, is 4" in err
    assert "Go on with" not in err
    log.stop_at = None
    code, _, err = run(*shlex.split(command)[1:])
    assert code == 0, err
    assert log.fits[-1] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my model", "posts.csv"]


def test_a_training_that_fails_at_once_leaves_nothing_to_go_on_with(run, log, posts, tmp_path, monkeypatch):
    def failing(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("made_transformer.tell_epochs", failing)
    code, _, err = run("train", posts, "-o", tmp_path / "m", *FINE_TUNE)
    assert code == 3
    assert "Go on with" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["posts.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--epochs", "2"], "--epochs is for an encoder that is fine-tuned; add --model", id="of-linear"),
        pytest.param(["--resume"], "--resume is for an encoder that is fine-tuned", id="resume-of-linear"),
        pytest.param([*FINE_TUNE, "--learning-rate", "7"], "learning_rate must be a number above 0", id="rate"),
        pytest.param([*FINE_TUNE, "--resume"], "there is no unfinished training in", id="nothing-to-resume"),
        pytest.param([*FINE_TUNE, "--curve"], "a learning curve needs folds", id="curve"),
        pytest.param(["--corpus"], "INPUT (", id="two-sources"),
        pytest.param(["--tasks", "topic"], "--tasks is for --corpus", id="tasks-of-own-labels"),
        pytest.param(["--public"], "--public goes with --push-to-hub", id="public"),
    ],
)
def test_a_wrong_call_is_told_and_nothing_is_trained(run, log, posts, tmp_path, arguments, message):
    code, _, err = run("train", posts, "-o", tmp_path / "m", *arguments)
    assert code == 2
    assert message in err
    assert log.fits == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["posts.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["-o", "m"], "there is nothing to learn from; name a file", id="no-source"),
        pytest.param(["--corpus"], "nowhere to put the model", id="no-output"),
        pytest.param(["--corpus", "-o", "m", "--folds", "3"], "--folds is for labels of your own", id="folds"),
        pytest.param(["--corpus", "-o", "m", "--tasks", "mood"], "unknown task 'mood'", id="unknown-task"),
        pytest.param(["--corpus", "-o", "m", "--tasks", "topic,"], "unknown task ''", id="empty-task"),
    ],
)
def test_a_wrong_call_on_the_corpus_is_told(run, log, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("train", *arguments)
    assert code == 2
    assert message in err
    assert [*tmp_path.iterdir()] == []


@pytest.mark.usefixtures("small_corpus_shipped")
class TestOnTheCorpus:
    def test_one_task_is_learnt_and_the_way_to_its_test_is_told(self, run, log, tmp_path):
        code, out, err = run(
            "train",
            "--corpus",
            "--tasks",
            "topic",
            "-o",
            tmp_path / "m",
            "--model",
            "transformer",
            "--resamples",
            "200",
        )
        assert code == 0, err
        assert "topic: " in err.splitlines()[0]
        assert "to stop by" in err.splitlines()[0]
        assert "transformer:chinese-roberta-wwm-ext" in out
        assert "so a little too good." in out
        assert f"Next: weibo-nlp label posts.csv -o labelled.csv --model topic={tmp_path / 'm'}" in err
        assert (
            "On test, which trains anew: weibo-nlp benchmark --task topic --model "
            "transformer:hfl/chinese-roberta-wwm-ext" in err
        )
        assert load_model(tmp_path / "m").classes_[0] == "credit"

    def test_several_tasks_are_heads_of_one_encoder(self, run, log, tmp_path):
        code, _, err = run(
            "train", "--corpus", "--tasks", "topic, irony", "-o", tmp_path / "m", "--model", "transformer", "--encoder",
            ENCODER, "--resamples", "200",
        )  # fmt: skip
        assert code == 0, err
        assert f"--model topic={tmp_path / 'm'} --model irony={tmp_path / 'm'}" in err
        assert err.count("On test") == 2

    def test_a_linear_model_learns_one_task(self, run, tmp_path):
        code, _, err = run("train", "--corpus", "-o", tmp_path / "m")
        assert code == 2
        assert "a linear model learns one task a folder, and there are several: topic, sentiment, stance, irony" in err
        code, out, err = run("train", "--corpus", "--tasks", "irony", "-o", tmp_path / "m", "--resamples", "200")
        assert code == 0, err
        assert "majority" in out
        assert "a little too good" not in out
        assert "weibo-nlp benchmark --task irony --model linear" in err
        assert load_model(tmp_path / "m").name == "linear"


def test_the_made_models_stand_for_the_real_ones():
    from inspect import signature

    from weibo_nlp.models.transformer import MultiTaskTransformer, TransformerClassifier

    for made, real in ((MadeTransformer, TransformerClassifier), (MadeMultiTask, MultiTaskTransformer)):
        assert list(signature(made.fit).parameters) == list(signature(real.fit).parameters)


def test_a_model_that_is_pushed_says_what_goes_where(run, log, posts, tmp_path):
    with made_hub() as hub:
        code, _, err = run("train", posts, "-o", tmp_path / "m", *FINE_TUNE, "--push-to-hub", "me/kinds")
    assert code == 0, err
    assert [line for line in err.splitlines() if "ploading" in line or "ploaded" in line][-1].endswith("me/kinds")
    assert "README.md" in hub.files["me/kinds"]
    assert hub.private == {"me/kinds": True}


def test_what_cannot_be_pushed_is_told_before_the_training(run, log, posts, tmp_path):
    with made_hub():
        code, _, err = run("train", posts, "-o", tmp_path / "m", *FINE_TUNE, "--push-to-hub", "them/kinds")
    assert code == 2
    assert "who owns none of 'them'" in err
    assert log.fits == []


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(("output", "name"), [("here", "here"), (".", "work"), ("../work", "work")])
def test_what_is_unfinished_lies_beside_the_folder_of_the_model(tmp_path, monkeypatch, output, name):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    job = TrainJob(Path(output), "linear", None, {}, seed=0, resamples=200, resume=False, quiet=True, arguments=())
    assert job.checkpoints is None
    place = replace(job, kind="transformer").checkpoints
    assert place.resolve() == (tmp_path if output != "here" else tmp_path / "work") / f"{name}.unfinished"
