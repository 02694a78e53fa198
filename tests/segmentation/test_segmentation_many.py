"""Many texts: order, laziness, workers, errors."""

import itertools

import numpy as np
import pandas as pd
import pytest

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.segmentation import registry, segment, segment_many
from weibo_nlp.segmentation.many import BATCH_TEXTS, BATCHES_AHEAD

TEXTS = [f"第{number}条,今天天气真好@小甲" for number in range(3 * BATCH_TEXTS + 7)]


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_texts(processes):
    assert list(segment_many(TEXTS, processes=processes)) == [segment(text) for text in TEXTS]


def test_lexicon_reaches_the_workers():
    assert list(segment_many(["甲乙丙"] * 3, "char", ["甲乙"], processes=2)) == [["甲乙", "丙"]] * 3


@pytest.mark.parametrize("processes", [1, 2])
def test_texts_are_read_only_a_few_batches_ahead(processes):
    read = itertools.count()
    endless = (f"好{next(read)}" for _ in itertools.count())
    results = segment_many(endless, "char", processes=processes)
    assert next(results) == ["好", "0"]
    assert next(results) == ["好", "1"]
    assert next(read) <= BATCH_TEXTS * BATCHES_AHEAD * processes + 1
    results.close()


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(
    ("bad", "message"), [("好\ud800", "text 2: offset 1: lone surrogate"), (None, "text 2: .*None")]
)
def test_a_text_that_is_refused_is_numbered(processes, bad, message):
    with pytest.raises(DataError, match=message):
        list(segment_many(["甲", "乙", bad], "char", processes=processes))


def test_a_series_is_read_and_so_is_one_of_words():
    texts = pd.Series(["甲乙丙", "甲"], index=[7, 8])
    assert list(segment_many(texts, "char", pd.Series(["乙丙"]))) == [["甲", "乙丙"], ["甲"]]


def test_the_number_of_processes_may_be_numpys():
    assert list(segment_many(["甲乙"] * 3, "char", processes=np.int64(2))) == [["甲", "乙"]] * 3


def test_no_texts_give_no_results():
    assert list(segment_many([], processes=2)) == []


@pytest.mark.parametrize(("arguments", "error", "message"), [
    pytest.param({"texts": "好"}, UsageError, "texts is one string", id="one-string"),
    pytest.param({"texts": b"a"}, UsageError, "texts is one bytes", id="bytes"),
    pytest.param({"texts": None}, UsageError, "texts is None; pass a list of texts", id="nothing"),
    pytest.param({"texts": {"a": "好"}}, UsageError, "texts is a dict, of which only the names", id="dict"),
    pytest.param({"texts": pd.DataFrame({"a": ["好"]})}, UsageError, "texts is a DataFrame", id="frame"),
    pytest.param({"texts": [], "lexicon": {"好": 1}}, UsageError, "lexicon is a dict, of which", id="dict-as-lexicon"),
    pytest.param({"texts": [], "lexicon": ""}, UsageError, "lexicon is an empty string", id="empty-lexicon"),
    pytest.param({"texts": [], "lexicon": 0}, UsageError, "lexicon is 0; pass a list of words", id="zero-as-lexicon"),
    pytest.param({"texts": [], "lexicon": False}, UsageError, "lexicon is False; pass", id="false-as-lexicon"),
    pytest.param({"texts": [], "segmenter": ["fast"]}, UsageError, r"segmenter=\['fast'\]; pass one", id="list"),
    pytest.param({"texts": [], "processes": 0}, UsageError, "processes=0; pass the number", id="no-process"),
    pytest.param({"texts": [], "processes": True}, UsageError, "processes=True; pass the number", id="bool"),
    pytest.param({"texts": [], "processes": 2.0}, UsageError, "processes=2.0; pass the number", id="float"),
    pytest.param({"texts": [], "processes": 10**6}, UsageError, "from 1 to", id="a-million-processes"),
    pytest.param({"texts": [], "segmenter": "x"}, UnknownNameError, "unknown segmenter 'x'", id="unknown-name"),
])  # fmt: skip
def test_misuse_is_refused_at_the_call_not_at_the_first_result(arguments, error, message):
    with pytest.raises(error, match=message):
        segment_many(**arguments)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_model_that_was_not_fetched_is_said_at_the_call(processes, tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path))
    registry._engine.cache_clear()
    with pytest.raises(DataError, match="run `weibo-nlp models fetch pkuseg` once"):
        segment_many(["好"], "pkuseg", processes=processes)
