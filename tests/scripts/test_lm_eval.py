import importlib.util
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score
from tiny_language_model import write_language_model

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, PredictionError, UnknownNameError, UsageError
from weibo_nlp.predictions import read_predictions
from weibo_nlp.scheme import load_scheme
from weibo_nlp.stats import metrics
from weibo_nlp.tasks import corpus_tasks
from weibo_nlp.tasks.folds import corpus_evaluation_set

FOLDER = Path(__file__).parents[2] / "scripts" / "lm_eval"
TASKS = ("topic", "sentiment", "stance", "irony")
PROMPTS = (1, 2, 3)
COLUMNS = {"logits": ("macro_f1", "accuracy"), "generate": ("macro_f1", "accuracy", "refused", "unparseable")}
COMMAND_LINE = "from weibo_nlp.cli import main; main()"
FILTERS = {"logits": "none", "generate": "label"}
EVERY_PROMPT = [pytest.param(task, n, id=f"{task}-{n}") for task in TASKS for n in PROMPTS]


def module(name):
    """A file of the folder, loaded as lm_eval loads it: by path, unknown to `sys.modules`."""
    spec = importlib.util.spec_from_file_location(str(FOLDER / name), FOLDER / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    if name == "samples":  # this one is imported by its script, and holds dataclasses, which look themselves up there
        sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


answers, documents, scoring, samples = (module(name) for name in ("answers", "documents", "scoring", "samples"))


class TaskFile(yaml.SafeLoader):
    """Reads a task file with the names of its functions in place of the functions."""


TaskFile.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))


def task_file(*parts):
    return yaml.load(FOLDER.joinpath(*parts).read_text("utf-8"), TaskFile)  # noqa: S506 - a SafeLoader


@pytest.fixture(scope="module")
def release():
    return open_release()


# The prompts


def test_labels_and_their_order_are_those_of_the_scheme():
    assert {task: tuple(words) for task, words in answers.WORDS.items()} == {
        name: task.labels for name, task in load_scheme().tasks.items()
    }


@pytest.mark.parametrize("task", TASKS)
def test_label_words_of_a_task_are_equally_long_and_none_is_in_another(task):
    words = answers.choices({"task": task})
    assert len({len(word) for word in words}) == 1
    assert not [(a, b) for a in words for b in words if a != b and a in b]


@pytest.mark.parametrize("task", TASKS)
def test_no_word_stands_for_two_labels(task):
    spoken = [word for words in answers.WORDS[task].values() for word in words]
    assert len(spoken) == len(set(spoken))


def options(task, prompt):
    """Label words in the order in which a prompt explains them, a line each."""
    words = "|".join(answers.choices({"task": task}))
    return re.findall(rf"^({words})[：（]", task_file(task, f"logits_{prompt}.yaml")["doc_to_text"], re.MULTILINE)


@pytest.mark.parametrize(("task", "prompt"), EVERY_PROMPT)
def test_a_prompt_explains_every_label_once_and_ends_where_the_word_follows(task, prompt):
    assert sorted(options(task, prompt)) == sorted(answers.choices({"task": task}))
    assert task_file(task, f"logits_{prompt}.yaml")["doc_to_text"].endswith(("回答：", "答案：", "标签："))


@pytest.mark.parametrize("task", TASKS)
def test_no_label_keeps_its_place_over_the_three_prompts(task):
    places = [[options(task, prompt).index(word) for prompt in PROMPTS] for word in answers.choices({"task": task})]
    expected = 2 if task == "irony" else 3  # two labels have but two places
    assert [len(set(own)) for own in places] == [expected] * len(places)


@pytest.mark.parametrize("mode", COLUMNS)
def test_groups_hold_every_task_and_average_every_column(mode):
    for task in TASKS:
        group = task_file(task, f"{mode}.yaml")
        assert group["group"] == f"weibo_nlp_{task}_{mode}"
        assert group["task"] == [task_file(task, f"{mode}_{n}.yaml")["task"] for n in PROMPTS]
        assert [item["metric"] for item in group["aggregate_metric_list"]] == list(COLUMNS[mode])
    assert task_file(f"weibo_nlp_{mode}.yaml")["task"] == [f"weibo_nlp_{task}_{mode}" for task in TASKS]
    assert f"weibo_nlp_{mode}" in task_file("weibo_nlp.yaml")["task"]


def test_task_files_are_pinned_to_the_corpus_that_is_shipped(release):
    """A new corpus version needs new task files: raise `corpus_version` and, if a prompt changed, `version`."""
    assert task_file("_logits_yaml")["metadata"]["corpus_version"] == release.version


# The documents


@pytest.mark.parametrize("task", TASKS)
def test_rows_are_what_the_benchmark_gives_other_models(task, release):
    (spec,) = corpus_tasks(release.scheme, release.version, [task])
    scored = corpus_evaluation_set(release, spec)
    rows = documents.rows(release, task, "test")
    assert [row["document_id"] for row in rows] == [gold.document_id for gold in scored.gold]
    assert [spec.labels[row["label"]] for row in rows] == [gold.label for gold in scored.gold]
    assert [(row["text"], row.get("target"), row.get("parent")) for row in rows] == [
        (example.text, example.target, example.parent) for example in scored.examples
    ]


@pytest.mark.parametrize("task", TASKS)
def test_shots_come_from_other_threads_than_what_is_scored(task, release):
    train, test = ({row["thread"] for row in documents.rows(release, task, split)} for split in ("train", "test"))
    assert train
    assert test
    assert not train & test


def test_articles_posts_and_comments_are_all_asked_about(release):
    assert {row["genre"] for row in documents.rows(release, "topic", "train")} == {"文章", "微博", "转发", "评论"}


def test_stance_rows_explain_the_labels_in_the_words_of_the_register(release):
    register = {row["text"]: row for row in release.rows("targets")}
    rows = documents.rows(release, "stance", "test")
    assert {row["target"] for row in rows} <= set(register)
    assert all(
        row[f"{label}_means"] == register[row["target"]][label] for row in rows for label in answers.WORDS["stance"]
    )


def test_another_corpus_version_is_refused():
    with pytest.raises(UnknownNameError, match=re.escape("unknown corpus version '9.9.9'")):
        documents.load(task="topic", corpus_version="9.9.9", pretrained="a model argument that lm_eval hands over")


# The answers

REFUSED, UNPARSEABLE = "refused", "unparseable"


@pytest.mark.parametrize(
    ("task", "text", "expected"),
    [
        pytest.param("sentiment", "负面", "negative", id="the-word"),
        pytest.param("sentiment", "“负面”", "negative", id="quotes"),
        pytest.param("sentiment", "「中性」", "neutral", id="corner-brackets"),
        pytest.param("sentiment", "**正面**。", "positive", id="markdown"),
        pytest.param("sentiment", "\\boxed{正面}", "positive", id="boxed"),
        pytest.param("sentiment", '{"情感": "正面"}', "positive", id="json"),
        pytest.param("sentiment", "\n\n负面", "negative", id="blank-lines-first"),
        pytest.param("sentiment", "答案：负面", "negative", id="lead"),
        pytest.param("sentiment", "好的，我的判断是：正面。", "positive", id="two-leads"),
        pytest.param("sentiment", "情感倾向：积极", "positive", id="lead-and-synonym"),
        pytest.param("sentiment", "這條評論是負面的", "negative", id="traditional-script"),
        pytest.param("sentiment", "负 面", "negative", id="characters-spaced-by-the-tokenizer"),
        pytest.param("sentiment", "Ｎｅｇａｔｉｖｅ", "negative", id="full-width-letters"),
        pytest.param("sentiment", "Negative.", "negative", id="english"),
        pytest.param("sentiment", "The sentiment is neutral.", "neutral", id="english-sentence"),
        pytest.param("sentiment", "not negative", UNPARSEABLE, id="english-negation"),
        pytest.param("sentiment", "消极", "negative", id="synonym-alone"),
        pytest.param("sentiment", "作者态度消极", UNPARSEABLE, id="synonym-in-running-text"),
        pytest.param("sentiment", "作者的情感偏负面", "negative", id="word-in-running-text"),
        pytest.param("sentiment", "不是负面", UNPARSEABLE, id="negated"),
        pytest.param("sentiment", "不是负面，是中性", "neutral", id="negated-then-named"),
        pytest.param("sentiment", "不是正面、负面，而是中性", "neutral", id="negated-list-then-named"),
        pytest.param("sentiment", "既不是正面也不是负面", UNPARSEABLE, id="both-negated"),
        pytest.param("sentiment", "没有什么负面情绪，整体中性", "neutral", id="negation-with-filler"),
        pytest.param("sentiment", "特别正面", "positive", id="特别-is-no-negation"),
        pytest.param("sentiment", "非常负面", "negative", id="非常-is-no-negation"),
        pytest.param("sentiment", "是否负面不好说", UNPARSEABLE, id="whether"),
        pytest.param("sentiment", "负面、中性、正面", UNPARSEABLE, id="all-options"),
        pytest.param("sentiment", "中性，偏负面", UNPARSEABLE, id="two-labels"),
        pytest.param("sentiment", "负面: 0.2\n正面: 0.8", UNPARSEABLE, id="table-of-scores"),
        pytest.param("sentiment", "负面。虽有正面的字眼，整体在骂人。", "negative", id="label-then-explanation"),
        pytest.param("sentiment", "负面\n理由：语气不正面", "negative", id="label-then-line"),
        pytest.param("sentiment", "负面\n\n请判断下面这条评论……\n回答：正面", "negative", id="goes-on-with-an-example"),
        pytest.param("sentiment", "这条评论的情感是：\n\n负面", "negative", id="introduction-then-label"),
        pytest.param("sentiment", "<think>正面？还是负面？</think>\n\n中性", "neutral", id="thoughts"),
        pytest.param("sentiment", "不像正面。</think>中性", "neutral", id="thoughts-opened-by-the-template"),
        pytest.param("sentiment", "<think>应该是正面", UNPARSEABLE, id="thoughts-cut-off"),
        pytest.param("sentiment", "", UNPARSEABLE, id="empty"),
        pytest.param("sentiment", " \n\n\t", UNPARSEABLE, id="blank"),
        pytest.param("sentiment", "选B", UNPARSEABLE, id="option-that-was-not-given"),
        pytest.param("sentiment", "\ud83d负面", "negative", id="half-a-surrogate-pair"),
        pytest.param("sentiment", "作为一个AI，我无法对此作出判断。", REFUSED, id="as-an-ai"),
        pytest.param("sentiment", "抱歉，这个话题我们换一个聊吧。", REFUSED, id="sorry"),
        pytest.param("sentiment", "很抱歉，作为语言模型，我不能发表看法", REFUSED, id="language-model"),
        pytest.param("sentiment", "无法判断是正面还是负面", REFUSED, id="cannot-tell-which"),
        pytest.param("sentiment", "我无法提供负面内容的分析", REFUSED, id="label-word-within-a-refusal"),
        pytest.param("sentiment", "I'm sorry, but I can't help with that.", REFUSED, id="english-refusal"),
        pytest.param("sentiment", "As an AI language model, I cannot judge.", REFUSED, id="english-as-an-ai"),
        pytest.param("sentiment", "对不起，我选择负面", "negative", id="sorry-but-answers"),
        pytest.param("sentiment", "虽然无法完全确定，但应为中性", "neutral", id="unsure-but-answers"),
        pytest.param("stance", "作者对该目标持反对态度，而不是支持。", "against", id="stance-in-a-sentence"),
        pytest.param("stance", "不支持", UNPARSEABLE, id="denied-support-is-not-opposition"),
        pytest.param("stance", "立场：没有立场", "none", id="no-stance"),
        pytest.param("stance", "中立：没有表明支持或反对", "none", id="explanation-denies-both-others"),
        pytest.param("stance", "In favor", "favor", id="english-stance"),
        pytest.param("topic", "这条微博谈的是信用制度", "credit", id="topic-in-a-sentence"),
        pytest.param("topic", "自媒体", "self_media", id="short-form-alone"),
        pytest.param("topic", "因为提到其他人，属于爱国消费", "consumer_nationalism", id="其他-in-running-text"),
        pytest.param("topic", "consumer_nationalism", "consumer_nationalism", id="label-of-the-scheme"),
        pytest.param("topic", "信用制度；其他话题", UNPARSEABLE, id="two-topics"),
        pytest.param("irony", "反话", "true", id="irony"),
        pytest.param("irony", "不是反话", "false", id="the-other-of-two"),
        pytest.param("irony", "不是直说，而是反话", "true", id="not-this-but-that"),
        pytest.param("irony", "是", UNPARSEABLE, id="yes-to-which"),
    ],
)
def test_an_answer_is_the_one_label_it_names(task, text, expected):
    answer = answers.read(text, task)
    found = answer.label or (REFUSED if answer.refused else UNPARSEABLE)
    assert found == expected


@pytest.mark.parametrize("task", TASKS)
@given(
    text=st.text(alphabet=st.sampled_from("负面正反对支持中立直说话不是无法，。：\n <think>/、的") | st.characters())
)
def test_any_text_is_read_and_a_label_is_never_a_refusal_too(task, text):
    answer = answers.read(text, task)
    assert answer.label in (None, *answers.WORDS[task])
    assert answer.label is None or not answer.refused


@pytest.mark.parametrize("piece", ["负面", "不", "是", "答案是", "无法", "<think>", "\n \n", "不很", "* ", "字 "])
def test_a_model_in_a_loop_does_not_hold_up_the_scoring(piece):
    seconds = min(_seconds(lambda: answers.read(piece * 200_000, "sentiment")) for _ in range(2))
    assert seconds < 2


def _seconds(call):
    from time import process_time

    start = process_time()
    call()
    return process_time() - start


# The scores


def items(task, gold, given_labels):
    return [[task, own, label] for own, label in zip(gold, given_labels, strict=True)]


def test_a_row_without_answer_costs_recall_and_no_precision():
    rows = items(
        "sentiment", ["negative", "negative", "neutral", "positive"], ["negative", None, "neutral", "positive"]
    )
    # negative: precision 1, recall 1/2, F1 2/3; neutral and positive 1.
    assert scoring.macro_f1(rows) == pytest.approx((2 / 3 + 1 + 1) / 3)
    assert scoring.accuracy(rows) == 3 / 4


LABELS = st.sampled_from(tuple(answers.WORDS["stance"]))


@given(st.lists(st.tuples(LABELS, LABELS | st.none()), min_size=1, max_size=30))
def test_scores_are_those_of_scikit_learn(pairs):
    rows = items("stance", *zip(*pairs, strict=True))
    gold, shown = [own for own, _ in pairs], [label or "no answer" for _, label in pairs]
    labels = list(answers.WORDS["stance"])
    expected = f1_score(gold, shown, labels=labels, average="macro", zero_division=0)
    assert scoring.macro_f1(rows) == pytest.approx(expected)
    assert scoring.accuracy(rows) == pytest.approx(accuracy_score(gold, shown))


@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=30))
def test_where_all_is_answered_the_scores_are_our_own(pairs):
    places = {label: place for place, label in enumerate(answers.WORDS["stance"])}
    gold, shown = zip(*pairs, strict=True)
    confusion = metrics.confusion_matrix([places[x] for x in gold], [places[x] for x in shown], len(places))
    assert scoring.macro_f1(items("stance", gold, shown)) == float(metrics.macro_f1(confusion))


def row(task="sentiment", label=0):
    return {"task": task, "document_id": "a-1", "label": label}


def test_the_likeliest_word_is_the_label_and_the_first_of_equals():
    found = scoring.from_likelihoods(row(), [(-3.0, False), (-1.0, False), (-1.0, True)])
    assert found == {name: ["sentiment", "negative", "neutral"] for name in ("macro_f1", "accuracy")}


def test_likelihoods_that_are_no_numbers_are_an_error():
    with pytest.raises(UsageError, match=r"a-1.*dtype=float32"):
        scoring.from_likelihoods(row(), [(-3.0, False), (math.nan, False), (-1.0, False)])


@pytest.mark.parametrize(
    ("text", "refused", "unparseable"),
    [
        pytest.param("负面", 0, 0, id="answered"),
        pytest.param("抱歉，我无法判断", 1, 0, id="refused"),
        pytest.param("负面、正面", 0, 1, id="several"),
    ],
)
def test_an_answer_counts_in_at_most_one_of_the_two_columns(text, refused, unparseable):
    (answer,) = answers.read_all([[text]], [row()])
    found = scoring.from_answer(row(), [answer])
    assert (found["refused"], found["unparseable"]) == (refused, unparseable)


# The export


def write_run(folder, release, given_samples, *, effective=None):
    """A run's files as lm_eval 0.4.13 writes them; `given_samples`: task -> place in the test split -> fields."""
    folder.mkdir(exist_ok=True)
    names = list(given_samples)
    run = {
        "configs": {name: {"metadata": {"version": 1.0, "corpus_version": release.version}} for name in names},
        "config": {"model_sha": "abc123", "model_revision": "main", "fewshot_seed": 1234, "gen_kwargs": {}},
        "model_name": "org/model",
        "lm_eval_version": "0.4.13",
        "n-shot": dict.fromkeys(names, 0),
        "versions": dict.fromkeys(names, 1.0),
        "chat_template_sha": None,
    }
    for name in names:
        task = name.split("_")[2]
        lines = []
        for place, own in enumerate(documents.rows(release, task, "test")[:effective]):
            lines.append(json.dumps({"doc": own, **given_samples[name](place, own)}, ensure_ascii=False) + "\n")
        (folder / f"samples_{name}_2026-01-01T00-00-00.jsonl").write_text("".join(lines), "utf-8")
    path = folder / "results_2026-01-01T00-00-00.json"
    path.write_text(json.dumps(run), "utf-8")
    return path


def generated(place, _row):
    """Every tenth answer is refused, the one after it names nothing, the others say positive."""
    label = None if place % 10 < 2 else "positive"
    marks = {"refused": float(place % 10 == 0), "unparseable": float(place % 10 == 1)}
    return {"macro_f1": ["sentiment", "neutral", label], "filtered_resps": [[str(label), "False"]], **marks}


def by_likelihood(_place, _row):
    values = [[str(math.log(p)), "False"] for p in (0.02, 0.03, 0.05)]
    return {"macro_f1": ["stance", "none", "favor"], "filtered_resps": values}


def test_likelihoods_become_the_probability_of_each_label_given_that_it_is_one(tmp_path, release):
    results = write_run(tmp_path, release, {"weibo_nlp_stance_logits_2": by_likelihood})
    (export,) = samples.read_exports(results)
    assert len(export.predictions) == len(release.gold("stance", "test"))
    assert export.predictions[0].scores == pytest.approx({"against": 0.2, "none": 0.3, "favor": 0.5})
    assert (export.header.model.name, export.header.model.version) == (
        "org/model (logits, prompt 2)",
        "weights abc123, lm_eval 0.4.13, tasks 1.0, 0-shot",
    )


def test_answers_without_a_label_are_refused_unless_it_is_said_what_they_become(tmp_path, release):
    results = write_run(tmp_path, release, {"weibo_nlp_sentiment_generate_1": generated})
    total = len(release.gold("sentiment", "test"))
    without = sum(place % 10 < 2 for place in range(total))
    said = rf"weibo_nlp_sentiment_generate_1 {without} of {total}.*--unanswered majority"
    with pytest.raises(UsageError, match=said):
        samples.read_exports(results)


def test_the_training_majority_stands_in_for_no_answer_and_the_version_says_so(tmp_path, release):
    results = write_run(tmp_path, release, {"weibo_nlp_sentiment_generate_1": generated})
    (export,) = samples.read_exports(results, unanswered="majority")
    ((majority, _),) = Counter(gold.label for gold in release.gold("sentiment", "train")).most_common(1)
    assert [item.label for item in export.predictions[:3]] == [majority, majority, "positive"]
    assert not any(item.scores for item in export.predictions)
    marks = [sum(place % 10 == last for place in range(len(export.predictions))) for last in (0, 1)]
    assert [export.refused, export.unparseable] == marks
    assert export.header.model.version.endswith(
        f", {sum(marks)} of {len(export.predictions)} without an answer ({marks[0]} refused, {marks[1]} unparseable)"
        f" given the majority label {majority}"
    )


def test_a_run_cut_short_is_not_exported(tmp_path, release):
    results = write_run(tmp_path, release, {"weibo_nlp_stance_logits_1": by_likelihood}, effective=5)
    with pytest.raises(DataError, match=r"has 5 of \d+ rows; run it again without --limit"):
        samples.read_exports(results)


def test_samples_of_another_task_are_named_with_file_and_line(tmp_path, release):
    results = write_run(tmp_path, release, {"weibo_nlp_topic_logits_1": by_likelihood})
    with pytest.raises(DataError, match=r"samples_weibo_nlp_topic_logits_1_.*jsonl:1: not a sample"):
        samples.read_exports(results)


def test_infinitely_unlikely_words_are_an_error(tmp_path, release):
    def impossible(place, own):
        return by_likelihood(place, own) | {"filtered_resps": [["-inf", "False"]] * 3}

    results = write_run(tmp_path, release, {"weibo_nlp_stance_logits_1": impossible})
    with pytest.raises(DataError, match=r"jsonl:1: not a sample.*-inf"):
        samples.read_exports(results)


def test_a_row_logged_twice_is_refused(tmp_path, release):
    results = write_run(tmp_path, release, {"weibo_nlp_stance_logits_1": by_likelihood})
    (logged,) = tmp_path.glob("samples_*")
    text = logged.read_text("utf-8")
    logged.write_text(text + text.splitlines(keepends=True)[0], "utf-8")
    with pytest.raises(PredictionError, match="is predicted a second time"):
        samples.read_exports(results)


def test_a_run_without_logged_samples_says_what_to_do(tmp_path, release):
    results = write_run(tmp_path, release, {"weibo_nlp_stance_logits_1": by_likelihood})
    next(tmp_path.glob("samples_*")).unlink()
    with pytest.raises(DataError, match="--log_samples"):
        samples.read_exports(results)


# With lm_eval itself


@pytest.fixture(scope="module")
def harness():
    """`lm_eval` without a network, and the manager of our tasks alone: indexing its own takes longer than ours run."""
    needed = "pip install torch, then pip install 'lm_eval[hf]': these are not in [dev], they are large"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"):
            patch.setenv(name, "1")
        pytest.importorskip("torch", reason=needed)
        # By its own submodule: a folder called lm_eval on the path would pass for the package.
        evaluator = pytest.importorskip("lm_eval.evaluator", reason=needed)
        from lm_eval.tasks import TaskManager

        yield evaluator, TaskManager(include_path=str(FOLDER), include_defaults=False)


@pytest.fixture(scope="module")
def tiny(harness, tmp_path_factory):
    """Folder of a random language model of two layers, over the project's own tokenizer."""
    return write_language_model(tmp_path_factory.mktemp("tiny"), n_positions=256)


@pytest.mark.slow
def test_every_group_runs_and_every_column_is_a_share(harness, tiny):
    evaluator, manager = harness
    found = evaluator.simple_evaluate(
        model="hf",
        model_args=f"pretrained={tiny}",
        tasks=["weibo_nlp"],
        task_manager=manager,
        num_fewshot=1,
        limit=2,
        device="cpu",
        batch_size=8,
        gen_kwargs="max_gen_toks=4",
        bootstrap_iters=0,
    )
    for mode, columns in COLUMNS.items():
        for task in TASKS:
            group = f"weibo_nlp_{task}_{mode}"
            for column in columns:
                key = f"{column},{FILTERS[mode]}"
                values = [found["results"][f"{group}_{prompt}"][key] for prompt in PROMPTS]
                assert all(0 <= value <= 1 for value in values)
                assert found["groups"][group][key] == pytest.approx(np.mean(values))


@pytest.mark.slow
def test_what_a_model_says_ends_up_in_the_columns(harness):
    evaluator, manager = harness
    from lm_eval.api.model import LM

    class Scripted(LM):
        """Says the same four things in turn."""

        def generate_until(self, requests):
            script = ["正面", "抱歉，我无法回答。", "正面、负面", "负面"]
            return [script[place % 4] for place in range(len(requests))]

        def loglikelihood(self, requests):
            raise NotImplementedError

        loglikelihood_rolling = loglikelihood

    name = "weibo_nlp_sentiment_generate_1"
    found = evaluator.simple_evaluate(
        model=Scripted(), tasks=[name], task_manager=manager, limit=8, bootstrap_iters=0, log_samples=True
    )
    result, logged = found["results"][name], found["samples"][name]
    assert (result["refused,label"], result["unparseable,label"]) == (0.25, 0.25)
    assert [sample["macro_f1"][2] for sample in logged] == ["positive", None, None, "negative"] * 2
    gold = [sample["macro_f1"][1] for sample in logged]
    right = sum(label == said for label, said in zip(gold, ["positive", None, None, "negative"] * 2, strict=True))
    assert result["accuracy,label"] == right / 8


@pytest.mark.slow
def test_shots_show_the_answer_that_the_prompt_asks_for(harness):
    _, manager = harness
    name = "weibo_nlp_stance_generate_2"
    task = manager.load([name])["tasks"][name]
    task.set_fewshot_seed(1)
    scored = task.eval_docs[0]
    shot, question = re.split(r"(?<=\n答案：[一-鿿]{2})\n\n", task.fewshot_context(scored, 1))
    assert shot[-2:] in answers.choices({"task": "stance"})
    assert question.endswith("答案：")
    assert scored["text"] in question
    assert f"“{scored['target']}”" in question


@pytest.mark.slow
def test_from_the_command_line_to_scores_with_intervals(tiny, tmp_path):
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(tmp_path / "cache")}

    def run(*command):
        return subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, encoding="utf-8", env=environment, check=False
        )

    names = ["weibo_nlp_irony_logits_2", "weibo_nlp_irony_generate_2"]
    options = ["--model", "hf", "--model_args", f"pretrained={tiny}", "--include_path", FOLDER, "--log_samples"]
    options += ["--device", "cpu", "--batch_size", "16", "--gen_kwargs", "max_gen_toks=2"]
    ran = run("-m", "lm_eval", "--tasks", ",".join(names), "--output_path", tmp_path / "out", *options)
    assert ran.returncode == 0, ran.stderr
    (results,) = (tmp_path / "out").glob("*/results_*.json")
    reported = json.loads(results.read_text("utf-8"))["results"]

    script, output = FOLDER / "export_predictions.py", tmp_path / "predictions"
    refused = run(script, results, "--output", output)
    assert refused.returncode == 2
    gold = [item.label for item in open_release().gold("irony", "test")]
    assert f"weibo_nlp_irony_generate_2 {len(gold)} of {len(gold)}" in refused.stderr  # a random model names no label
    assert not output.exists()
    exported = run(script, results, "--output", output, "--unanswered", "majority")
    assert exported.returncode == 0, exported.stderr

    for name in names:
        evaluated = run("-c", COMMAND_LINE, "evaluate", output / f"{name}.jsonl", "--resamples", "200")
        assert evaluated.returncode == 0, evaluated.stderr
        assert "macro_f1" in evaluated.stdout
    logits = read_predictions(output / f"{names[0]}.jsonl")
    assert all(sum(item.scores.values()) == pytest.approx(1) for item in logits.predictions)
    again = f1_score(gold, [item.label for item in logits.predictions], average="macro", zero_division=0)
    assert reported[names[0]]["macro_f1,none"] == pytest.approx(again)
