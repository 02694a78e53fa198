"""The tasks for inspect_ai: questions of the lm_eval task files, figures over threads, logs as prediction files."""

import importlib.util
import math
import sys
from pathlib import Path

import pytest
from sklearn.metrics import f1_score
from tiny_language_model import CHAT, write_language_model

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.predictions import read_predictions

SCRIPTS = Path(__file__).parents[2] / "scripts"
LM_EVAL, TASKS = SCRIPTS / "lm_eval", SCRIPTS / "inspect_tasks" / "tasks.py"
NEEDED = "pip install inspect_ai torch transformers: these are not in [dev], they are large"


def module(path):
    spec = importlib.util.spec_from_file_location(f"of_inspect_{path.stem}", path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # dataclasses look themselves up there
    spec.loader.exec_module(loaded)
    return loaded


prompts, samples, documents, answers = (
    module(LM_EVAL / f"{name}.py") for name in ("prompts", "samples", "documents", "answers")
)

ROWS = [
    {"genre": "评论", "this": "这条评论", "text": text, "label": label}
    for text, label in (("甲", 0), ("乙", 1), ("丙", 2))
]
WORDS = ["负面", "中性", "正面"]


# The questions


def test_a_question_is_the_template_of_the_task_file_around_the_row():
    (asked,) = prompts.questions(ROWS[:1], "sentiment", 3, WORDS)
    assert asked.startswith("你在给微博语料标注情感，每条文本只标一个。标签有：\n中性（")
    assert asked.endswith("\n\n待标注的评论：甲\n\n只写一个标签。\n标签：")


def test_examples_show_the_word_of_their_label_and_a_blank_line_parts_them_from_the_question():
    (asked,) = prompts.questions(ROWS[:1], "sentiment", 2, WORDS, train=ROWS[1:2], shots=1)
    shown, question = asked.split("答案：中性\n\n")
    assert "评论：乙\n" in shown
    assert [question] == prompts.questions(ROWS[:1], "sentiment", 2, WORDS)


def test_every_question_has_examples_of_its_own_and_the_same_seed_draws_the_same():
    train = [{**ROWS[0], "text": f"例{number}"} for number in range(50)]
    draw = {"train": train, "shots": 2}
    first = prompts.questions(ROWS, "sentiment", 1, WORDS, **draw)
    assert first == prompts.questions(ROWS, "sentiment", 1, WORDS, **draw)
    assert first != prompts.questions(ROWS, "sentiment", 1, WORDS, **draw, seed=1)
    assert len({text.split("回答：")[0] for text in first}) == len(ROWS)


def test_a_prompt_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(UnknownNameError, match=r"unknown prompt of topic '4'.*1, 2, 3"):
        prompts.questions(ROWS, "topic", 4, WORDS)


def test_versions_and_the_length_of_an_answer_are_those_of_the_task_files():
    assert prompts.settings() == ("1.0", open_release().version, 64)


@pytest.mark.slow
@pytest.mark.parametrize("task", ["stance", "irony"])
def test_questions_and_examples_are_those_of_lm_eval(task, monkeypatch):
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    pytest.importorskip("lm_eval.evaluator", reason="pip install 'lm_eval[hf]': not in [dev], it is large")
    from lm_eval.tasks import TaskManager

    name = f"weibo_nlp_{task}_generate_2"
    theirs = TaskManager(include_path=str(LM_EVAL), include_defaults=False).load([name])["tasks"][name]
    theirs.set_fewshot_seed(prompts.SHOTS_SEED)
    release = open_release()
    rows, train = (documents.rows(release, task, split) for split in ("test", "train"))
    ours = prompts.questions(rows[:3], task, 2, answers.choices({"task": task}), train=train, shots=2)
    assert ours == [theirs.fewshot_context(row, 2) for row in rows[:3]]


# The runs


@pytest.fixture(scope="module")
def inspect_ai():
    """inspect_ai, and the tasks as a module; nothing is fetched."""
    found = pytest.importorskip("inspect_ai", reason=NEEDED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("INSPECT_DISPLAY", "none")
        patch.setenv("INSPECT_LOG_LEVEL", "warning")
        yield found


def saying(answer_to):
    """A model that answers what a function makes of the question."""
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    def say(messages, tools, tool_choice, config):
        said = answer_to(messages[-1].text)
        output = said if isinstance(said, ModelOutput) else ModelOutput.from_content("scripted-1", said)
        output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)  # or it would count with a download
        return output

    return get_model("mockllm/model", custom_outputs=say, memoize=False)


def figures(log):
    assert log.status == "success", str(log.error)[:2000]
    return {(score.name, name): metric.value for score in log.results.scores for name, metric in score.metrics.items()}


def test_without_inspect_ai_its_logs_are_refused_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "inspect_ai.log", None)
    with pytest.raises(UsageError, match=r"run\.eval: a log of inspect_ai, which is not installed; pip install"):
        samples.read_exports(tmp_path / "run.eval")


@pytest.mark.slow
def test_figures_are_over_all_rows_and_their_standard_errors_over_threads(inspect_ai, tmp_path):
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ModelOutput

    tasks = module(TASKS)
    withheld = ModelOutput.from_content("scripted-1", "", stop_reason="content_filter")
    said = [
        ("a", "negative", "负面"),
        ("a", "negative", "答案是：负面。"),
        ("b", "neutral", withheld),
        ("b", "positive", "正面、负面"),
        ("c", "positive", "正面"),
        ("c", "neutral", "正面"),
    ]
    dataset = [
        Sample(
            id=number,
            input=str(number),
            target=label,
            metadata={"thread": thread, "task": "sentiment", "label": label},
        )
        for number, (thread, label, _) in enumerate(said)
    ]
    task = inspect_ai.Task(dataset=dataset, scorer=tasks.label_named("sentiment"))
    model = saying(lambda question: said[int(question)][2])
    (log,) = inspect_ai.eval(task, model=model, log_dir=str(tmp_path))
    found = figures(log)
    # F1: negative 1; neutral, missed twice, 0; positive, one of two and one too many, 1/2.
    assert found["label_named", "macro_f1"] == pytest.approx(1 / 2)
    assert found["label_named", "macro_f1_low"] < 1 / 2 < found["label_named", "macro_f1_high"]
    # Sums of the deviations of a thread from the mean: 1, -1, 0; of three threads, so their squares by 3/2.
    assert found["accuracy", "mean"] == pytest.approx(1 / 2)
    assert found["accuracy", "stderr"] == pytest.approx(math.sqrt(2 * 3 / 2) / 6)
    # -1/3, 2/3, -1/3 for either.
    for column in ("refused", "unparseable"):
        assert found[column, "mean"] == pytest.approx(1 / 6)
        assert found[column, "stderr"] == pytest.approx(math.sqrt(6 / 9 * 3 / 2) / 6)


@pytest.mark.slow
def test_every_pair_of_a_document_and_a_target_is_a_row_of_its_own(inspect_ai):
    rows = module(TASKS).weibo_nlp_stance().dataset
    gold = open_release().gold("stance", "test")
    assert [(row.metadata["document_id"], row.metadata["target"]) for row in rows] == [
        (label.document_id, label.target) for label in gold
    ]
    assert [row.target for row in rows] == [label.label for label in gold]
    assert len({row.id for row in rows}) == len(gold)


@pytest.fixture(scope="module")
def irony_log(inspect_ai, tmp_path_factory):
    """Log of a whole run: of a text with a question mark in its first line the model declines to speak."""
    folder = tmp_path_factory.mktemp("logs")
    model = saying(lambda question: "抱歉，我无法判断。" if "？" in question.splitlines()[0] else "反话")
    (log,) = inspect_ai.eval(
        f"{TASKS}@weibo_nlp_irony", task_args={"prompt": 2}, model=model, log_dir=str(folder), log_realtime=False
    )
    return log


@pytest.mark.slow
def test_a_whole_run_is_exported_with_the_fallback_said_in_the_version(irony_log):
    path, found = Path(irony_log.location), figures(irony_log)
    total = len(open_release().gold("irony", "test"))
    refused = round(found["refused", "mean"] * total)
    assert 0 < refused < total
    with pytest.raises(UsageError, match=rf"weibo_nlp_irony_generate_2 {refused} of {total}.*--unanswered majority"):
        samples.read_exports(path)
    (export,) = samples.read_exports(path, unanswered="majority")
    assert (export.name, export.refused, export.unparseable) == ("weibo_nlp_irony_generate_2", refused, 0)
    assert sum(item.label == "false" for item in export.predictions) == refused
    assert export.header.model.name == "mockllm/model (generate, prompt 2)"
    version = export.header.model.version
    assert version.startswith("weights scripted-1, inspect_ai 0.")
    assert 'tasks 1.0, 0-shot, settings {"max_tokens": 64, "temperature": 0.0}' in version
    assert version.endswith(f"({refused} refused, 0 unparseable) given the majority label false")


@pytest.mark.slow
def test_the_script_exports_logs_of_inspect_too_and_no_run_twice(irony_log, tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(LM_EVAL)
    script = module(LM_EVAL / "export_predictions.py")
    options = ["--output", str(tmp_path / "predictions"), "--unanswered", "majority"]
    monkeypatch.setattr(sys, "argv", ["export", irony_log.location, irony_log.location, *options])
    assert script.main() == 2
    assert "weibo_nlp_irony_generate_2 in several of these runs" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(sys, "argv", ["export", irony_log.location, *options])
    assert script.main() == 0
    written = read_predictions(tmp_path / "predictions" / "weibo_nlp_irony_generate_2.jsonl").predictions
    assert len(written) == len(open_release().gold("irony", "test"))


@pytest.mark.slow
def test_a_log_that_is_damaged_or_of_another_task_is_refused(inspect_ai, tmp_path):
    from inspect_ai.dataset import Sample
    from inspect_ai.scorer import match

    (tmp_path / "no.eval").write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match=r"no\.eval: cannot be read as a log of inspect_ai"):
        samples.read_exports(tmp_path / "no.eval")
    task = inspect_ai.Task(dataset=[Sample(id=1, input="1", target="1")], scorer=match(), name="weibo_nlp_topic")
    (log,) = inspect_ai.eval(task, model=saying(str), log_dir=str(tmp_path))
    with pytest.raises(DataError, match=r"the log of 'weibo_nlp_topic', which is no task of scripts/inspect_tasks"):
        samples.read_exports(Path(log.location))
    with pytest.raises(UsageError, match=r"gone\.eval: no such file"):
        samples.read_exports(tmp_path / "gone.eval")


@pytest.mark.slow
def test_a_run_that_was_broken_off_and_rows_scored_otherwise_are_refused(inspect_ai, tmp_path):
    from inspect_ai.dataset import Sample
    from inspect_ai.log import write_eval_log
    from inspect_ai.scorer import match

    task = inspect_ai.Task(dataset=[Sample(id="a-1", input="1", target="1")], scorer=match(), name="weibo_nlp_topic")
    (log,) = inspect_ai.eval(task, model=saying(str), log_dir=str(tmp_path))
    log.eval.task_args = {"prompt": 1, "shots": 0, "seed": 1}
    log.eval.metadata = {"corpus_version": open_release().version}
    for status, message in (("success", "sample 'a-1' is not one of"), ("cancelled", "ended with 'cancelled'; finish")):
        log.status = status
        write_eval_log(log, str(tmp_path / f"{status}.eval"))
        with pytest.raises(DataError, match=rf"{status}\.eval: .*{message}"):
            samples.read_exports(tmp_path / f"{status}.eval")


@pytest.mark.slow
def test_a_model_of_transformers_is_asked_and_a_run_cut_short_is_not_exported(inspect_ai, tmp_path):
    pytest.importorskip("torch", reason=NEEDED)
    write_language_model(tmp_path / "tiny", n_positions=2048, chat_template=CHAT)
    (log,) = inspect_ai.eval(
        f"{TASKS}@weibo_nlp_irony",
        task_args={"shots": 1},
        model="hf/tiny",
        model_args={"model_path": str(tmp_path / "tiny"), "device": "cpu", "do_sample": False},
        max_tokens=2,
        limit=3,
        log_dir=str(tmp_path),
    )
    found = figures(log)
    assert all(0 <= value <= 1 for value in found.values())
    gold = [sample.target for sample in log.samples]
    given = [sample.scores["label_named"].answer or "no answer" for sample in log.samples]
    expected = f1_score(gold, given, labels=["false", "true"], average="macro", zero_division=0)
    assert found["label_named", "macro_f1"] == pytest.approx(expected)
    assert log.samples[0].input.count("只回答“反话”“直说”之一") == 2  # an example, and the question
    with pytest.raises(DataError, match=r"weibo_nlp_irony_generate_1 has 3 of \d+ rows; run it again without --limit"):
        samples.read_exports(Path(log.location))
