"""``weibo-nlp label --model NAME=endpoint:URL?model=NAME``."""

import csv
import json
from pathlib import Path

import pytest
from chat_server import by_text, chat_server, completion, labelled, text_of, words_of

from weibo_nlp.models import EndpointClassifier

pytest.importorskip("openai")

POSTS = "id,text,parent\n1,支持列入征信 13812345678,老赖太多\n2,拒绝,\n3,很乱,\n4,支持列入征信 13812345678,老赖太多\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("WEIBO_NLP_API_KEY", raising=False)
    (tmp_path / "posts.csv").write_text(POSTS, "utf-8")


def answer(body):
    text = text_of(body)
    if "拒" in text:
        return completion("抱歉，我无法回答。")
    return completion("{乱") if "乱" in text else labelled(words_of(body)[0])


def rows(path="out.csv"):
    with Path(path).open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_each_row_says_whether_there_was_an_answer_and_has_no_label_where_there_was_none(run):
    with chat_server(answer) as (url, asked):
        line = ["label", "posts.csv", "-o", "out.csv", "--model", f"topic=endpoint:{url}?model=made"]
        code, _, err = run(*line, "--all-scores")
        assert code == 0, err
        assert len(asked) == 3
        assert "Up to 4 texts are sent to 127.0.0.1, to be labelled by made, with names and numbers masked." in err
        assert "topic: credit 100.0%; without scores; no label in refused 1, unparseable 1 of 4 rows" in err
        run(*line, "--quiet")
        assert len(asked) == 3
    assert [(row["topic"], row["topic_score"], row["topic_outcome"]) for row in rows()] == [
        ("credit", "", "answered"),
        ("", "", "refused"),
        ("", "", "unparseable"),
        ("credit", "", "answered"),
    ]
    # Where there is no topic, there is no target of stance.
    assert [row["stance_target"] for row in rows()] == ["信用惩戒", "", "", "信用惩戒"]
    with Path("out.csv.summary.json").open(encoding="utf-8") as handle:
        entry = json.load(handle)["labels"]["topic"]
    assert (entry["answered"], entry["scored"], entry["mean_score"]) == (2, 0, None)
    assert entry["outcomes"] == {"answered": 2, "refused": 1, "unparseable": 1}


def test_scores_are_those_of_a_server_that_gives_them_and_min_score_reads_them(run):
    def sure(body):
        tops = [{"token": "直说", "logprob": -0.356675}, {"token": "反话", "logprob": -1.203973}]  # .7 and .3
        return completion("直说", logprobs={"content": [{"token": "直说", "top_logprobs": tops}]})

    with chat_server(sure) as (url, _):
        line = ["label", "posts.csv", "-o", "out.csv", "--model", f"irony=endpoint:{url}?model=made"]
        run(*line, "--all-scores")
        assert {(row["irony"], row["irony_score"], row["irony_score_false"]) for row in rows()} == {
            ("False", "0.3", "0.7")
        }
        _, _, err = run(*line, "--min-score", "0.8")
    assert {(row["irony"], row["irony_score"]) for row in rows()} == {("", "0.3")}
    assert "irony 4" in err


def test_stance_is_asked_towards_any_target_in_words_with_the_thread(run):
    with chat_server(answer) as (url, asked):
        line = ["label", "posts.csv", "-o", "out.csv", "--model", f"stance=endpoint:{url}?model=made"]
        targets = ["--target", "把老赖列入征信", "--target", "开放平台"]
        code, _, err = run(*line, *targets, "--parent-column", "parent")
        assert code == 0, err
    said = {body["messages"][-1]["content"] for body in asked}
    assert "<目标>把老赖列入征信</目标>\n<上文>老赖太多</上文>\n<文本>支持列入征信 0</文本>" in said
    assert len(said) == len(asked) == 6
    assert [row["stance_1"] for row in rows()] == ["against", "", "", "against"]
    assert [row["stance_outcome_2"] for row in rows()] == ["answered", "refused", "unparseable", "answered"]


def test_labels_of_ones_own_are_asked_by_a_file_with_a_codebook(run, tmp_path):
    (tmp_path / "own.yaml").write_text("codebook: 判断长短\nlabels: {long: 长, short: 短}", "utf-8")
    with chat_server(by_text) as (url, _):
        named = f"length=endpoint:{url}?model=made&prompt=own.yaml"
        code, _, err = run("label", "posts.csv", "-o", "out.csv", "--model", named)
        assert code == 0, err
        assert {row["length"] for row in rows()} <= {"long", "short"}
        code, _, err = run("label", "posts.csv", "-o", "own.yaml", "--model", named)
        assert code == 2  # the file that is read
        code, _, err = run("label", "posts.csv", "-o", "out.csv", "--model", f"length=endpoint:{url}?model=made")
    assert code == 2
    assert "nothing says what 'length' is" in err


def test_what_names_people_is_sent_only_where_that_is_asked_for(run):
    with chat_server(answer) as (url, asked):
        line = ["label", "posts.csv", "-o", "out.csv", "--model", f"irony=endpoint:{url}?model=made"]
        run(*line)
        assert "13812345678" not in json.dumps(asked)
        _, _, err = run(*line, "--send-raw")
        assert "13812345678" in json.dumps(asked)
    assert "as they are, with all names and numbers in them" in err


def test_a_dry_run_sends_and_writes_nothing_and_says_what_it_would_take(run, tmp_path):
    with chat_server(answer) as (url, asked):
        line = ["label", "posts.csv", "-o", "out.csv"]
        line += [part for name in ("topic", "stance") for part in ("--model", f"{name}=endpoint:{url}?model=made")]
        code, out, err = run(*line, "--dry-run", "--price-in", "2", "--price-out", "8")
        assert (code, err) == (0, "")
        assert not asked
        assert "topic: 4 texts, 0 answered before; 3 requests to 127.0.0.1 (made)" in out
        assert "stance: up to 4 requests more" in out
        assert "one a Chinese character" in out
        assert "Cost: 0.0" in out
        assert "[user]\n<文本>支持列入征信 0</文本>\n" in out
        assert out.endswith("Nothing was sent.\n")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["posts.csv"]
        run(*line)
        _, out, _ = run(*line, "--dry-run")
    assert "topic: 4 texts, 4 answered before; 0 requests" in out
    assert "stance: 2 texts, 2 answered before; 0 requests" in out


def test_a_model_that_was_saved_with_shots_is_planned_and_asked_as_one_that_is_named(run):
    labels = ["true", "false"] * 2
    with chat_server(answer) as (url, asked):
        model = EndpointClassifier(url=url, model="made", shots=2, save_examples=True)
        model.fit(["真行", "不行", "真会", "不会"], labels).save_pretrained("saved")
        line = ["label", "posts.csv", "-o", "out.csv", "--model", "irony=saved", "--concurrency", "2"]
        assert "irony: 4 texts, 0 answered before; 3 requests" in run(*line, "--dry-run")[1]
        assert run(*line)[0] == 0
        assert {len(body["messages"]) for body in asked} == {6}
        code, _, err = run(*line, "--send-raw")
    assert code == 2
    assert "was saved to be sent masked texts" in err


def test_a_folder_that_says_where_texts_go_is_not_obeyed(run, tmp_path):
    model = EndpointClassifier(("true", "false"), url="https://elsewhere.invalid/v1", model="made")
    model.fit([], []).save_pretrained("saved")
    code, _, err = run("label", "posts.csv", "-o", "out.csv", "--model", "irony=saved")
    assert code == 2
    assert "saved to ask https://elsewhere.invalid/v1, and a folder must not say where texts are sent" in err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dry-run"], "are for language models, and none is named"),
        (["--send-raw"], "are for language models, and none is named"),
        (["--price-in", "1"], "go together"),
        (["--model", "topic=endpoint:http://localhost/v1"], "names no model"),
        (["--model", "topic=endpoint:http://localhost/v1?model=m", "--coverage", "0.9"], "not calibrated for"),
        (["--model", "topic=endpoint:ftp://localhost/v1?model=m"], "give one as https://host/v1"),
    ],
)
def test_a_call_that_cannot_be_meant_is_told(run, options, message):
    code, _, err = run("label", "posts.csv", "-o", "out.csv", *options)
    assert code == 2
    assert message in err


def test_answers_are_listed_and_removed_with_the_other_caches(run):
    with chat_server(answer) as (url, _):
        run("label", "posts.csv", "-o", "out.csv", "--model", f"irony=endpoint:{url}?model=made")
    assert "\nanswers\tcached\t" in run("models", "list")[1]
    assert run("models", "remove", "answers")[1].startswith("answers: removed from ")
    assert run("models", "remove", "answers")[1] == "answers: was not there\n"
