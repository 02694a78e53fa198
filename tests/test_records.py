import pickle

import pytest

from weibo_nlp.errors import DataError, UnknownNameError, UsageError, WeiboNlpError
from weibo_nlp.records import Document, GoldLabel, Prediction, Span, known_fields


def test_a_span_counts_code_points():
    assert Span(1, 3).of("好👨吃啊") == "👨吃"
    assert Span(2, 2).of("好吃") == ""


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)], ids=["negative", "reversed"])
def test_impossible_bounds_are_refused(start, end):
    with pytest.raises(DataError, match=rf"span \[{start}, {end}\) is not 0 <= start <= end"):
        Span(start, end)


def test_a_document_knows_nothing_it_was_not_told():
    document = Document("a", "post", "", "a")
    assert document.counts.likes is None
    assert (document.author, document.created_at, document.parent, document.title) == (None, None, None, None)
    assert (document.hashtags, document.flags, dict(document.extra)) == ((), (), {})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"id": 4871}, "id must be a non-empty string, got 4871; convert numbers with str", id="number-id"),
        pytest.param({"id": ""}, "id must be a non-empty string, got ''", id="empty-id"),
        pytest.param({"text": None}, "document 'a': text must be a string, got NoneType", id="no-text"),
        pytest.param({"kind": "tweet"}, "kind 'tweet' is not one of article, post, repost, comment", id="kind"),
        pytest.param({"account_type": "bot"}, "account_type 'bot' is not one of netizen", id="account-type"),
        pytest.param({"script": "zh"}, "script 'zh' is not one of hans, hant", id="script"),
    ],
)
def test_a_document_is_checked_at_the_door(fields, message):
    with pytest.raises(DataError, match=message):
        Document(**{"id": "a", "kind": "post", "text": "好", "thread": "a"} | fields)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        pytest.param(Document("a", "post", "好", "a"), "text", id="document"),
        pytest.param(Span(0, 1), "end", id="span"),
        pytest.param(GoldLabel("a", "topic", "other"), "label", id="gold"),
        pytest.param(Prediction("a", "topic", "other", {}), "label", id="prediction"),
    ],
)
def test_records_are_frozen_and_survive_pickling(record, field):
    with pytest.raises(AttributeError):
        setattr(record, field, "x")
    assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301 - as worker processes send them


def test_known_fields_tell_what_does_not_belong():
    assert {"document_id", "task", "label", "target"} == known_fields(GoldLabel)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(
            UnknownNameError("task", "mood", ["topic", "irony"], "Ask for one."),
            "unknown task 'mood'; there is: irony, topic. Ask for one.",
            id="unknown-name",
        ),
        pytest.param(UnknownNameError("model", 7, []), "unknown model 7; there is: nothing.", id="nothing-known"),
        pytest.param(DataError("a.csv:3: no text"), "a.csv:3: no text", id="data"),
        pytest.param(UsageError("name a file"), "name a file", id="usage"),
    ],
)
def test_errors_say_the_same_after_a_worker_process_sent_them(error, message):
    sent = pickle.loads(pickle.dumps(error))  # noqa: S301 - as worker processes send them
    assert str(error) == str(sent) == message
    assert type(sent) is type(error)
    assert isinstance(sent, WeiboNlpError)
