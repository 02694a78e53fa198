"""A server that is busy, breaks, lies or is gone; a user who stops; and keys that are nobody else's business."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from email.utils import format_datetime
from pathlib import Path
from threading import Event, Timer

import pytest
from chat_server import by_text, chat_server, completion, labelled, text_of

from weibo_nlp.errors import EndpointError, UsageError
from weibo_nlp.io import remote
from weibo_nlp.models import EndpointClassifier
from weibo_nlp.models.endpoint.cache import AnswerCache, answers_path

pytest.importorskip("openai")
pytestmark = pytest.mark.filterwarnings("ignore:Texts are sent")

KEY = "sk-not-for-anybody"
LABELS = ("negative", "neutral", "positive")
TEXTS = [f"第{number}条" for number in range(10)]
SIGNALS = pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGINT between processes")


@pytest.fixture(autouse=True)
def quick(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("WEIBO_NLP_API_KEY", raising=False)
    monkeypatch.setattr(remote, "FIRST_WAIT", 0.001)


def made(url, **parameters):
    return EndpointClassifier(LABELS, url=url, model="made", **parameters).fit([], [])


def failing_first(*faults):
    """A server that does these one after another, then answers."""
    left = list(faults)

    def answer(body):
        fault = left.pop(0) if left else by_text
        return fault(body) if callable(fault) else fault

    return answer


def cut(body):
    return None


def slow(body):
    time.sleep(0.5)
    return by_text(body)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param((429, b"busy", {"Retry-After": "0"}), id="429-with-seconds"),
        pytest.param((429, b"busy", {"Retry-After": format_datetime(remote.datetime.now(remote.UTC))}), id="429-date"),
        pytest.param((429, b"busy", {"Retry-After": "soon"}), id="429-with-words"),
        pytest.param((500, b"", {}), id="500"),
        pytest.param((502, b"<html>", {}), id="502"),
        pytest.param((503, b"", {}), id="503"),
        pytest.param(cut, id="cut-connection"),
        pytest.param(slow, id="slow-reply"),
        pytest.param((200, b'{"choices": [{"mess', {}), id="half-an-answer"),
        pytest.param((200, b"{}", {"Content-Length": "400"}), id="body-cut-off"),
        pytest.param((200, {"error": "overloaded"}, {}), id="error-with-200"),
        pytest.param((200, b"<html>", {"Content-Type": "text/html"}), id="page"),
    ],
)
def test_what_may_pass_is_asked_again_and_nothing_is_lost(fault):
    with chat_server(failing_first(fault, fault, fault)) as (url, asked):
        answers = made(url, concurrency=3, timeout=0.3).ask(TEXTS)
    assert [answer.outcome for answer in answers] == ["answered"] * 10
    # Three were asked twice, or one of them again and again; no other one.
    assert len(asked) == 13
    assert set(asked.texts) == set(TEXTS)


def test_an_answer_that_comes_twice_is_one():
    # A server that answers two requests with the same body, ids and all.
    with chat_server(lambda body: labelled("正面")) as (url, asked):
        answers = made(url).ask([*TEXTS, *TEXTS])
    assert len(asked) == 10
    assert {answer.label for answer in answers} == {"positive"}


def test_a_server_that_asks_to_wait_is_left_alone_by_all_requests():
    came = []

    def busy_once(body):
        came.append(time.monotonic())
        return (429, b"", {"Retry-After": "0.4"}) if len(came) == 1 else by_text(body)

    with chat_server(busy_once) as (url, _):
        made(url, concurrency=1).ask(TEXTS[:3])
    assert came[1] - came[0] >= 0.4


@pytest.mark.parametrize(
    ("status", "message"),
    [
        pytest.param(401, "Set the key in the environment variable WEIBO_NLP_API_KEY", id="key"),
        pytest.param(404, "Correct the base address or the name of the model", id="address"),
        pytest.param(302, "Correct the base address", id="led-elsewhere"),
        pytest.param(413, "Correct the request", id="too-long"),
    ],
)
def test_what_will_not_pass_is_told_at_once(status, message):
    answer = (status, b"no", {"Location": "http://elsewhere.invalid/"})
    with chat_server(lambda body: answer) as (url, asked):
        with pytest.raises(EndpointError, match=rf"127\.0\.0\.1: status {status}: no.* {message}"):
            made(url, concurrency=1).ask(TEXTS)
        assert len(asked) == 1


def test_a_server_that_never_answers_is_given_up_after_six_tries():
    with chat_server(cut) as (url, asked):
        with pytest.raises(EndpointError, match=r"no answer after 6 tries: .*what was answered is kept"):
            made(url, concurrency=1).ask(["一"])
        assert len(asked) == 6
    with pytest.raises(EndpointError, match="no answer after 6 tries: ConnectError"):
        made(url).ask(["一"])


def test_what_was_answered_before_a_failure_is_kept_and_not_asked_again():
    broken = [True]

    def answer(body):
        return (401, b"no more", {}) if broken[0] and "第7条" in text_of(body) else by_text(body)

    with chat_server(answer) as (url, asked):
        with pytest.raises(EndpointError, match="status 401"):
            made(url, concurrency=2).ask(TEXTS)
        broken[0] = False
        before = len(asked)
        assert all(each.label for each in made(url).ask(TEXTS))
        assert Counter(asked.texts) == {text: 1 + (text == "第7条") for text in TEXTS}
        assert before < len(asked) == 11


def test_a_service_that_will_not_read_one_text_has_refused_that_one():
    def filtering(body):
        if "第3条" in text_of(body):
            return 400, {"error": {"code": "data_inspection_failed", "message": "Input may be inappropriate"}}, {}
        return by_text(body)

    with chat_server(filtering) as (url, asked):
        answers = made(url).ask(TEXTS)
        assert [answer.outcome for answer in answers].count("refused") == 1
        assert answers[3].outcome == "refused"
        assert len(asked) == 10


@pytest.mark.parametrize(
    ("lacks", "said", "note"),
    [
        pytest.param("response_format", "response_format is not supported", "takes no structured output", id="schema"),
        pytest.param("response_format", "invalid request", "takes no structured output", id="schema-unsaid"),
        pytest.param("logprobs", "logprobs is not allowed", "gives no probabilities of tokens", id="logprobs"),
        pytest.param("temperature", "'temperature' does not support 0", "takes no temperature", id="temperature"),
        pytest.param("max_tokens", "use 'max_completion_tokens' instead", None, id="another-name"),
    ],
)
def test_a_server_that_takes_less_is_asked_for_less_and_that_is_told_once(lacks, said, note, recwarn):
    def answer(body):
        if lacks in body:
            return 400, {"error": {"message": said}}, {}
        return completion("正面") if lacks == "response_format" else by_text(body)

    with chat_server(answer) as (url, asked):
        assert all(each.label for each in made(url, concurrency=1).ask(TEXTS[:4]))
        assert all(each.label for each in made(url, concurrency=1).ask(TEXTS[4:]))
        assert len(asked) == 11  # the first one twice
    told = [str(each.message) for each in recwarn if "Texts are sent" not in str(each.message)]
    assert len(told) == (0 if note is None else 1)
    assert all(f"made at 127.0.0.1 {note}" in each for each in told)


def test_a_refusal_that_is_about_something_else_is_told_and_not_put_down_to_the_server(recwarn):
    with chat_server(lambda body: (400, b"no such model", {})) as (url, asked):
        with pytest.raises(EndpointError, match="status 400: no such model"):
            made(url, concurrency=1).ask(["一"])
        assert len(asked) == 3  # with less each time, as it did not say what was wrong
    assert not [each for each in recwarn if "takes no" in str(each.message)]


# Keys, and what the environment holds for others

OF_OTHERS = {
    "OPENAI_API_KEY": "secret-of-openai",
    "OPENAI_ADMIN_KEY": "secret-of-admin",
    "OPENAI_ORG_ID": "secret-org",
    "OPENAI_PROJECT_ID": "secret-project",
    "OPENAI_WEBHOOK_SECRET": "secret-hook",
    "OPENAI_CUSTOM_HEADERS": "X-Gateway: secret-gateway\nAuthorization: Bearer secret-custom",
    "AZURE_OPENAI_API_KEY": "secret-azure",
}


@pytest.mark.parametrize("key", [None, KEY])
def test_nothing_that_the_environment_holds_for_others_is_sent_or_logged(key, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    if key:
        monkeypatch.setenv("WEIBO_NLP_API_KEY", key)
    with chat_server(by_text) as (other, asked_elsewhere), chat_server(by_text) as (url, asked):
        for name, value in {**OF_OTHERS, "OPENAI_BASE_URL": other, "HTTP_PROXY": other, "ALL_PROXY": other}.items():
            monkeypatch.setenv(name, value)
            monkeypatch.setenv(name.lower(), value)
        made(url).ask(TEXTS[:2])
        assert not asked_elsewhere
        (one, _) = asked.headers
        assert one.get("authorization") == (f"Bearer {key}" if key else None)
        assert "secret" not in json.dumps([one, asked], ensure_ascii=False)
        # Nor what openai's client tells of the machine.
        assert set(one) <= {
            *("host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"),
            *("authorization", "x-stainless-raw-response"),
        }
    assert caplog.text
    assert "secret" not in caplog.text
    assert KEY not in caplog.text


def test_the_key_stands_in_no_file_log_or_message(run, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("WEIBO_NLP_API_KEY", KEY)
    (tmp_path / "posts.csv").write_text("id,text\n1,很好\n2,很坏\n", "utf-8")
    told = []
    with chat_server(lambda body: (401, f"bad key {KEY}".encode(), {})) as (url, _):
        told.append(run("label", tmp_path / "posts.csv", "-o", tmp_path / "a.csv", *naming(url)))
        with pytest.raises(EndpointError) as raised:
            made(url).ask(["很好"])
        told.append("".join(traceback.format_exception(raised.value)))
    with chat_server(lambda body: (400, f"moderation of {KEY}".encode(), {})) as (url, _):
        told.append(run("label", tmp_path / "posts.csv", "-o", tmp_path / "b.csv", *naming(url)))
    with chat_server(lambda body: completion(f"{KEY} 正面", refusal=KEY)) as (url, asked):
        told.append(run("label", tmp_path / "posts.csv", "-o", tmp_path / "c.csv", *naming(url)))
        assert asked.headers[0]["authorization"] == f"Bearer {KEY}"
        model = made(url)
        model.save_pretrained(tmp_path / "model")
        told.append(repr(model))
    assert KEY not in str(told) + caplog.text
    assert (tmp_path / "c.csv").is_file()
    held = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"answers.sqlite", "c.csv", "config.json"} <= {path.name for path in held}
    for path in held:
        assert KEY.encode() not in path.read_bytes(), path


def naming(url):
    return "--model", f"sentiment=endpoint:{url}?model=made"


def test_the_key_goes_to_no_other_machine_unencrypted(monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_API_KEY", KEY)
    with pytest.raises(UsageError, match=r"would go to example\.invalid unencrypted"):
        made("http://example.invalid/v1").ask(["一"])


# Ctrl-C


def steady(body):
    time.sleep(0.05)
    return by_text(body)


@SIGNALS
def test_an_interruption_keeps_what_is_under_way_and_the_same_call_goes_on_from_there():
    with chat_server(steady) as (url, asked):
        model = made(url, concurrency=3)
        Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt), pytest.warns(UserWarning, match="under way are awaited and kept"):
            model.ask([f"第{number}条" for number in range(60)])
        interrupted = len(asked)
        assert 0 < interrupted < 60
        assert AnswerCache(answers_path()).count() == interrupted
        assert model.plan([f"第{number}条" for number in range(60)]).requests == 60 - interrupted
        model.ask(TEXTS)
        assert max(Counter(asked.texts).values()) == 1


@SIGNALS
def test_a_second_interruption_gives_up_what_is_under_way():
    let_go = Event()

    def stuck(body):
        let_go.wait(20)
        return by_text(body)

    with chat_server(stuck) as (url, asked):
        for seconds in (0.3, 0.5):
            Timer(seconds, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt), pytest.warns(UserWarning, match="interrupt again to give them up"):
            made(url, concurrency=4).ask(TEXTS)
        assert not let_go.is_set()
        assert (len(asked), AnswerCache(answers_path()).count()) == (4, 0)
        let_go.set()


@SIGNALS
@pytest.mark.slow
def test_a_run_that_is_interrupted_goes_on_from_what_was_answered_and_asks_nothing_twice(run, tmp_path):
    texts = [f"第{number}条" for number in range(40)]
    (tmp_path / "posts.csv").write_text("text\n" + "\n".join(texts) + "\n", "utf-8")
    with chat_server(steady) as (url, asked):
        line = ["label", str(tmp_path / "posts.csv"), "-o", str(tmp_path / "out.csv"), *naming(url)]
        process = subprocess.Popen(
            [sys.executable, "-m", "weibo_nlp", *line],
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        while len(asked) < 6 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        assert b"answers under way are awaited and kept" in err.lower()
        assert not (tmp_path / "out.csv").exists()
        interrupted = len(asked)
        assert 6 <= interrupted < 40
        code, _, err = run(*line)
        assert code == 0, err
        assert Counter(asked.texts) == dict.fromkeys(texts, 1)
    assert (tmp_path / "out.csv").read_text("utf-8").count("answered") == 40
