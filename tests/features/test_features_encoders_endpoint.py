import json
import warnings
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest

from weibo_nlp.errors import EndpointError, UsageError
from weibo_nlp.features.encoders import EndpointEncoder, VectorCache, endpoint, vectors
from weibo_nlp.io import remote

pytest.importorskip("httpx")

KEY = "sk-not-for-anybody"


@contextmanager
def served(answers):
    """A server that answers one request after another by functions of the inputs; the last one serves all further."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append((self.path, body, self.headers.get("Authorization")))
            status, content, headers = answers[min(len(seen), len(answers)) - 1](body["input"])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", seen
    finally:
        server.shutdown()
        server.server_close()


def lengths(texts):
    # Backwards: the order of an answer is that of its indices.
    rows = [{"index": place, "embedding": [len(text), 1.0]} for place, text in enumerate(texts)]
    return 200, {"data": rows[::-1]}, {}


def failing(status, content=b"busy", **headers):
    return lambda _: (status, content, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(remote, "FIRST_WAIT", 0.001)
    monkeypatch.delenv("WEIBO_NLP_API_KEY", raising=False)
    endpoint._tell_host.cache_clear()
    endpoint._dims.cache_clear()


def test_texts_are_sent_in_batches_and_vectors_put_in_their_order():
    with served([lengths]) as (url, seen), pytest.warns(UserWarning, match=r"Texts are sent to 127\.0\.0\.1"):
        found = EndpointEncoder(url, "m", prefix="q ", batch_size=2).encode(["一", "二二", "三三三"])
    np.testing.assert_array_equal(found, [[3, 1], [4, 1], [5, 1]])
    assert [(path, body) for path, body, _ in seen] == [
        ("/v1/embeddings", {"model": "m", "input": ["q 一", "q 二二"]}),
        ("/v1/embeddings", {"model": "m", "input": ["q 三三三"]}),
    ]


def test_the_host_is_named_before_anything_is_sent():
    with served([lengths]) as (url, seen), warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match=r"127\.0\.0\.1"):
            EndpointEncoder(url, "m").encode(["一"])
        assert not seen


@pytest.mark.filterwarnings("ignore:Texts are sent")
def test_the_key_comes_from_the_environment_and_stands_in_no_message(monkeypatch, tmp_path):
    monkeypatch.setenv("WEIBO_NLP_API_KEY", KEY)
    with served([failing(401, f"bad key {KEY}".encode())]) as (url, seen):
        encoder = EndpointEncoder(url, "m")
        with pytest.raises(EndpointError, match="status 401: bad key …") as raised:
            encoder.encode(["一"])
    assert seen[0][2] == f"Bearer {KEY}"
    assert KEY not in f"{raised.value!r} {encoder!r}"
    with served([lengths]) as (url, _):
        vectors(EndpointEncoder(url, "m"), ["一"], cache=VectorCache(tmp_path / "v.sqlite"))
    assert KEY.encode() not in (tmp_path / "v.sqlite").read_bytes()


def test_a_key_does_not_go_unencrypted_to_another_machine(monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_API_KEY", KEY)
    with pytest.raises(UsageError, match=r"would go to example\.invalid unencrypted"):
        EndpointEncoder("http://example.invalid/v1", "m").encode(["一"])


@pytest.mark.filterwarnings("ignore:Texts are sent")
@pytest.mark.parametrize("first", [failing(503), failing(429, Retry_After="0"), failing(500, Retry_After="soon")])
def test_a_busy_server_is_asked_again(first):
    with served([first, first, lengths]) as (url, seen):
        np.testing.assert_array_equal(EndpointEncoder(url, "m").encode(["一二"]), [[2, 1]])
    assert len(seen) == 3


@pytest.mark.filterwarnings("ignore:Texts are sent")
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(failing(503), "no answer after 6 tries: status 503: busy", id="always-busy"),
        pytest.param(failing(404), "Correct the base address", id="another-address"),
        pytest.param(failing(200, b"<html>"), "no JSON", id="no-json"),
        pytest.param(failing(200, {"data": []}), "no vector for each text", id="no-vector"),
        pytest.param(failing(200, []), "no vector for each text", id="a-list"),
        pytest.param(failing(200, {"data": [{"index": 0, "embedding": "x"}]}), "no vector for each", id="words"),
        pytest.param(failing(200, {"data": [{"index": 0, "embedding": []}]}), r"shape \(1, 0\)", id="empty"),
        pytest.param(failing(302, Location="http://elsewhere.invalid/"), "status 302", id="led-elsewhere"),
    ],
)
def test_what_is_no_answer_is_told_with_the_host(answer, message):
    with served([answer]) as (url, _), pytest.raises(EndpointError, match=f"127.0.0.1: .*{message}"):
        EndpointEncoder(url, "m").encode(["一"])


@pytest.mark.filterwarnings("ignore:Texts are sent")
def test_nobody_at_the_address_is_told():
    with served([lengths]) as (url, _):
        pass
    with pytest.raises(EndpointError, match="no answer after 6 tries: ConnectError"):
        EndpointEncoder(url, "m").encode(["一"])


@pytest.mark.filterwarnings("ignore:Texts are sent")
def test_vectors_of_several_lengths_are_refused():
    def longer(_):
        return 200, {"data": [{"index": 0, "embedding": [1.0, 2.0, 3.0]}]}, {}

    with served([lengths, longer]) as (url, _), pytest.raises(EndpointError, match="several lengths"):
        EndpointEncoder(url, "m", batch_size=1).encode(["一", "二"])
