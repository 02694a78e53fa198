"""Labels from a language model behind an address: what is asked, kept, and never kept."""

import json
import pickle
import subprocess
import sys
import threading
import warnings
from collections import Counter

import numpy as np
import pytest
from chat_server import by_text, chat_server, completion, labelled, text_of, words_of

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.models import EndpointClassifier, create, load_model
from weibo_nlp.models.endpoint.cache import AnswerCache, answers_path
from weibo_nlp.models.endpoint.replies import EndpointAnswer
from weibo_nlp.models.storage import CONFIG
from weibo_nlp.records import Example
from weibo_nlp.scheme import load_scheme

pytest.importorskip("openai")
pytestmark = pytest.mark.filterwarnings("ignore:Texts are sent")

LABELS = ("negative", "neutral", "positive")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("WEIBO_NLP_API_KEY", raising=False)
    return tmp_path / "home"


def made(url, labels=LABELS, **parameters):
    return EndpointClassifier(labels, url=url, model="made", **parameters).fit([], [])


def by_word(body):
    """An answer by what a text is about."""
    text = text_of(body)
    if "拒" in text:
        return completion("抱歉，我无法回答。")
    if "乱" in text:
        return completion("负面？正面？都有可能")
    return labelled("正面" if "好" in text else "负面")


def test_each_text_is_asked_once_however_often_it_comes(home):
    texts = ["很好", "很坏", "很好", "@甲 很好", "@乙 很好"]
    with chat_server(by_word) as (url, asked):
        answers = made(url).ask(texts)
        assert [answer.label for answer in answers] == ["positive", "negative", "positive", "positive", "positive"]
        assert sorted(asked.texts) == ["@ 很好", "很坏", "很好"]
        assert not any(answer.kept for answer in answers)
        again = made(url).ask([*texts, "也好"])
        assert [answer.kept for answer in again] == [True] * 5 + [False]
        assert [answer.label for answer in again[:5]] == [answer.label for answer in answers]
        assert asked.texts[3:] == ["也好"]
        # Under another setting, it is another question.
        made(url, temperature=1.0).ask(["很好"])
        made(url, max_tokens=10).ask(["很好"])
        assert len(asked) == 6
    content = (home / "answers.sqlite").read_bytes()
    assert "很好".encode() not in content
    assert (home / "answers.sqlite").stat().st_mode & 0o077 == 0


def test_a_request_holds_codebook_labels_and_the_settings():
    with chat_server(by_word) as (url, asked):
        made(url, temperature=0.5, max_tokens=20).ask([Example("很好", parent="这家店怎么样")])
    (body,) = asked
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert "判断作者的话表达了什么情感" in body["messages"][0]["content"]
    assert body["messages"][1]["content"] == "<上文>这家店怎么样</上文>\n<文本>很好</文本>"
    assert words_of(body) == ["负面", "中性", "正面"]
    assert {key: body[key] for key in ("model", "temperature", "max_tokens", "logprobs")} == {
        "model": "made",
        "temperature": 0.5,
        "max_tokens": 20,
        "logprobs": True,
    }


def test_refusals_and_what_cannot_be_read_are_no_labels_and_get_the_shares():
    with chat_server(by_word) as (url, asked):
        model = EndpointClassifier(LABELS, url=url, model="made").fit(
            ["一", "二", "三", "四"], ["negative", "negative", "neutral", "positive"]
        )
        answers = model.ask(["拒绝", "很乱", "很好"])
        assert [(answer.label, answer.outcome, answer.problem) for answer in answers] == [
            (None, "refused", None),
            (None, "unparseable", "several labels"),
            ("positive", "answered", None),
        ]
        with pytest.warns(UserWarning, match=r"no label for 2 of 3 texts \(refused 1, unparseable 1\)"):
            probabilities = model.predict_proba(["拒绝", "很乱", "很好"])
        assert len(asked) == 3  # neither is asked again
    # The shares of the labels that it was trained with stand where there is no answer.
    np.testing.assert_array_equal(probabilities, [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [0, 0, 1]])


def test_probabilities_are_the_model_s_where_it_tells_them_and_are_cached():
    def sure(body):
        tops = [{"token": "正", "logprob": float(np.log(0.8))}, {"token": "负面", "logprob": float(np.log(0.2))}]
        return completion("正面", logprobs={"content": [{"token": "正面", "top_logprobs": tops}]})

    with chat_server(sure) as (url, asked):
        model = made(url)
        for _ in range(2):
            np.testing.assert_allclose(model.predict_proba(["很好"]), [[0.2, 0, 0.8]])
        assert model.ask(["很好"])[0].gives_scores
    assert len(asked) == 1


def test_no_more_requests_are_under_way_than_was_said():
    everyone = threading.Barrier(3, timeout=10)

    def together(body):
        everyone.wait()  # goes on when three are there, so that three at a time there are
        return by_word(body)

    with chat_server(together) as (url, asked):
        made(url, concurrency=3).ask([f"第{number}条" for number in range(9)])
    assert (len(asked), asked.most_at_once) == (9, 3)


def test_the_host_is_named_before_anything_is_sent_and_once():
    with chat_server(by_word) as (url, asked):
        model = EndpointClassifier(LABELS, url=url, model="named once").fit([], [])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(
                UserWarning, match=r"sent to 127\.0\.0\.1, to be labelled by named once, with names and"
            ):
                model.ask(["很好"])
            assert not asked
        with pytest.warns(UserWarning, match="Texts are sent"):
            model.ask(["很好"])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.ask(["很坏"])


def test_shots_are_drawn_by_a_seed_as_many_of_each_label_and_masked():
    texts = [f"第{number}条 @某人{number}" for number in range(12)]
    labels = ["negative"] * 8 + ["neutral"] * 2 + ["positive"] * 2
    with chat_server(by_word) as (url, asked):
        model = EndpointClassifier(LABELS, url=url, model="made", shots=6, random_state=1).fit(texts, labels)
        assert Counter(place for _, place in model.shots_) == {0: 2, 1: 2, 2: 2}
        again = EndpointClassifier(LABELS, url=url, model="made", shots=6, random_state=1).fit(texts, labels)
        assert again.shots_ == model.shots_
        assert again.set_params(random_state=2).fit(texts, labels).shots_ != model.shots_
        model.ask(["很好"])
        turns = asked[0]["messages"]
        assert [turn["role"] for turn in turns] == ["system", *["user", "assistant"] * 6, "user"]
        assert "某人" not in json.dumps(turns, ensure_ascii=False)
        assert json.loads(turns[2]["content"])["label"] in ("负面", "中性", "正面")
    with pytest.raises(DataError, match="6 shots from 2 texts"):
        EndpointClassifier(LABELS, url=url, model="made", shots=6).fit(texts[:2], labels[:2])


def test_shots_are_written_only_where_that_was_asked_for(tmp_path):
    texts, labels = ["一好", "一坏", "二好", "二坏"], ["positive", "negative"] * 2
    with chat_server(by_word) as (url, _):
        model = EndpointClassifier(url=url, model="made", shots=2).fit(texts, labels)
        with pytest.raises(DataError, match="2 shots are texts of the training data; set save_examples=True"):
            model.save_pretrained(tmp_path / "model")
        assert not (tmp_path / "model").exists()
        model.set_params(save_examples=True).save_pretrained(tmp_path / "model")
        loaded = load_model(tmp_path / "model")
        assert loaded.shots_ == model.shots_
        assert loaded.prompt_ == model.prompt_


def test_a_folder_does_not_say_where_texts_are_sent(tmp_path):
    EndpointClassifier(LABELS, url="https://elsewhere.invalid/v1", model="made").fit([], []).save_pretrained(tmp_path)
    loaded = load_model(tmp_path)
    with pytest.raises(UsageError, match=r"saved to ask https://elsewhere\.invalid/v1, and a folder must not say"):
        loaded.ask(["很好"])
    with chat_server(by_word) as (url, _):
        assert EndpointClassifier.from_pretrained(tmp_path, url=url).predict(["很好"]).tolist() == ["positive"]


def test_a_saved_model_asks_by_its_own_codebook(tmp_path):
    prompt = tmp_path / "own.yaml"
    prompt.write_text("codebook: 判断冷热\nlabels: {hot: 热, cold: 冷}", "utf-8")
    with chat_server(by_text) as (url, asked):
        model = EndpointClassifier(url=url, model="made", task=prompt).fit([], [])
        assert model.classes_.tolist() == ["hot", "cold"]
        model.save_pretrained(tmp_path / "model")
        prompt.unlink()
        before = model.ask(["三十度"])
        assert load_model(tmp_path / "model").ask(["三十度"]) == before
        assert len(asked) == 1
    assert str(tmp_path) not in (tmp_path / "model" / CONFIG).read_text("utf-8")


def test_a_plan_counts_and_sends_nothing():
    with chat_server(by_word) as (url, asked):
        model = made(url)
        model.ask(["很好"])
        plan = model.plan(["很好", "很坏", "很坏", "拒绝"])
        assert (plan.texts, plan.cached, plan.requests) == (4, 1, 2)
        assert plan.tokens_out == 24
        # Both requests are the codebook, the form around a text, and two characters.
        (one, other) = (model.plan([text]).tokens_in for text in ("很坏", "拒绝"))
        assert plan.tokens_in == one + other == 2 * one
        assert plan.cost(2.0, 10.0) == pytest.approx((2 * plan.tokens_in + 240) / 1e6)
        assert len(asked) == 1


def test_a_model_is_made_by_its_name_with_the_prompt_that_has_the_labels():
    for name, task in load_scheme().tasks.items():
        model = create("endpoint:http://localhost:1/v1?model=some/model&concurrency=2", task.labels).fit([], [])
        assert (model.name, model.prompt_.name, model.concurrency) == ("endpoint:some/model", name, 2)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param("endpoint:http://localhost/v1", "names no model", id="no-model"),
        pytest.param("endpoint:?model=m", "names no language model", id="no-address"),
        pytest.param("endpoint:http://localhost/v1?model=m&key=sk", "no option 'key'", id="option"),
        pytest.param("endpoint:http://localhost/v1?model=m&shots=few", "shots .* give a number", id="number"),
        pytest.param("endpoint:http://localhost/v1?model=m&extra_body={a", "is no JSON", id="body"),
        pytest.param("endpoint:http://localhost/v1?model=m&model=n", "stands twice", id="twice"),
        pytest.param("endpoint:http://localhost/v1?model=m&task=topic&prompt=x.yaml", "leave one out", id="both"),
    ],
)
def test_a_name_that_is_none_is_told(spec, message):
    with pytest.raises(UsageError, match=message):
        EndpointClassifier.from_spec(spec, LABELS)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        pytest.param({"url": None}, "give the base address", id="no-address"),
        pytest.param({"url": "https://me:sk-1@host/v1"}, "holds a user", id="key-in-the-address"),
        pytest.param({"model": ""}, "give the name", id="no-model"),
        pytest.param({"shots": -1}, "shots must be", id="shots"),
        pytest.param({"concurrency": 0}, "concurrency must be a number from 1 to 256", id="concurrency"),
        pytest.param({"temperature": "hot"}, "temperature must be", id="temperature"),
        pytest.param({"max_tokens": 1.5}, "max_tokens must be", id="max-tokens"),
        pytest.param({"timeout": 0}, "timeout must be", id="timeout"),
        pytest.param({"extra_body": {"messages": []}}, "without messages, model, n, stream", id="body-of-ours"),
        pytest.param({"extra_body": {"a": {1}}}, "as plain values by name", id="body-of-a-set"),
        pytest.param({"send_raw": "no"}, "send_raw must be True or False", id="send-raw"),
        pytest.param({"task": "topic"}, "is for the labels 'credit'", id="labels-of-another-task"),
    ],
)
def test_a_parameter_that_cannot_be_is_told_before_anything_is_sent(parameters, message):
    with pytest.raises(UsageError, match=message):
        EndpointClassifier(LABELS, **{"url": "http://localhost:1/v1", "model": "m", **parameters}).fit([], [])


def test_fields_that_a_server_wants_are_sent_and_make_another_question(tmp_path):
    with chat_server(by_word) as (url, asked):
        made(url).ask(["很好"])
        spec = f'endpoint:{url}?model=made&extra_body={{"enable_thinking": false}}'
        model = EndpointClassifier.from_spec(spec, LABELS).fit([], [])
        model.ask(["很好"])
        assert [body.get("enable_thinking") for body in asked] == [None, False]
        model.save_pretrained(tmp_path)
        assert load_model(tmp_path).get_params() == model.get_params()


def test_a_stance_is_asked_about_a_target_and_not_without():
    with chat_server(by_text) as (url, asked):
        model = made(url, ("against", "none", "favor"))
        with pytest.raises(DataError, match=r"the prompt 'stance' asks about a target, and a text has none"):
            model.ask([Example("支持", "信用惩戒"), Example("支持")])
        assert not asked


def test_answers_that_are_mostly_cut_off_are_told_with_what_to_do():
    thinking = completion("<think>嗯", finish="length")
    with (
        chat_server(lambda body: thinking) as (url, _),
        pytest.warns(UserWarning, match="2 of 2 answers were cut off at max_tokens=256"),
    ):
        assert [answer.problem for answer in made(url).ask(["一", "二"])] == ["cut off"] * 2


def test_without_labels_there_is_nothing_to_ask():
    with pytest.raises(DataError, match="there are no labels"):
        EndpointClassifier(url="http://localhost:1/v1", model="m").fit([], [])


def test_a_pickle_holds_no_key(monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_API_KEY", "sk-not-for-anybody")
    with chat_server(by_word) as (url, asked):
        model = made(url)
        model.ask(["很好"])
        assert asked.headers[0]["authorization"] == "Bearer sk-not-for-anybody"
    assert b"sk-not" not in pickle.dumps(model)
    assert "sk-not" not in repr(model)


# The cache


def test_answers_are_shared_by_threads_and_processes_and_none_is_lost(tmp_path):
    path = tmp_path / "answers.sqlite"
    code = (
        "import sys\nfrom pathlib import Path\nfrom weibo_nlp.models.endpoint.cache import AnswerCache\n"
        "from weibo_nlp.models.endpoint.replies import EndpointAnswer\n"
        "cache = AnswerCache(Path(sys.argv[1]))\n"
        "for n in range(60): cache.write(b'%d' % n, EndpointAnswer('a', 'answered', (0.5, 0.5)))\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(path)])
    cache = AnswerCache(path)

    def write(start):
        for number in range(start, start + 30):
            cache.write(b"%d" % number, EndpointAnswer(None, "refused"))

    threads = [threading.Thread(target=write, args=(start,)) for start in (100, 130)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait(60) == 0
    keys = [b"%d" % number for number in (*range(60), *range(100, 160))]
    held = cache.read(keys, ["a", "b"])
    assert len(held) == cache.count() == 120
    assert held[b"0"] == EndpointAnswer("a", "answered", (0.5, 0.5))
    assert held[b"159"] == EndpointAnswer(None, "refused")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("outcome = 'maybe'", id="outcome"),
        pytest.param("label = NULL", id="answered-without-label"),
        pytest.param("label = 'other'", id="another-label"),
        pytest.param("probabilities = '[1]'", id="too-few"),
        pytest.param("probabilities = '[2, -1]'", id="no-distribution"),
        pytest.param("probabilities = 'x'", id="no-json"),
        pytest.param("problem = 'x'", id="problem"),
    ],
)
def test_an_answer_that_is_none_is_told_with_how_to_clear_it(tmp_path, change):
    cache = AnswerCache(tmp_path / "answers.sqlite")
    cache.write(b"1", EndpointAnswer("a", "answered", (0.5, 0.5)))
    with cache._file.opened() as connection:
        connection.execute(f"UPDATE answers SET {change}")
    with pytest.raises(DataError, match=r"is damaged .* weibo-nlp models remove answers"):
        cache.read([b"1"], ["a", "b"])


def test_a_cache_that_grows_beyond_its_bound_loses_what_came_first(tmp_path):
    cache = AnswerCache(tmp_path / "answers.sqlite", max_bytes=40 * 1024)
    labels = [str(number) for number in range(100)]
    for number in range(50):  # of some 600 bytes each
        cache.write(b"%032d" % number, EndpointAnswer("1", "answered", (0.01,) * 100))
    assert not cache.read([b"%032d" % 0], labels)
    assert cache.read([b"%032d" % 49], labels)


def test_nothing_is_asked_where_answers_cannot_be_kept(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "file"))
    with chat_server(by_word) as (url, asked), pytest.raises(UsageError, match="set WEIBO_NLP_HOME"):
        made(url).ask(["很好"])
    assert not asked
    assert answers_path().name == "answers.sqlite"
