"""What came back from a language model: a label, a refusal, or nothing that can be read."""

import json
import math

import pytest
from chat_server import completion
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.models.endpoint.replies import (
    ANSWERED,
    OUTCOMES,
    REFUSED,
    UNPARSEABLE,
    NoCompletionError,
    read_reply,
)
from weibo_nlp.models.spoken_labels import WORDS

STANCE = WORDS["stance"]
OWN = {"art": ("art", "艺术"), "party": ("party", "聚会")}


@pytest.mark.parametrize(
    ("said", "label"),
    [
        pytest.param('{"label": "支持"}', "favor", id="asked-for"),
        pytest.param('```json\n{"label": "反对"}\n```\n因为……', "against", id="fenced"),
        pytest.param('<think>像是支持</think>\n{"label": "中立"}', "none", id="thought-first"),
        pytest.param('{"label": "FAVOR"}', "favor", id="label-itself"),
        pytest.param('"支持"', "favor", id="quoted-word"),
        pytest.param("反对。", "against", id="plain-word"),
        pytest.param("答案：作者持中立态度", "none", id="in-a-sentence"),
    ],
)
def test_an_answer_that_names_one_label_is_one(said, label):
    answer = read_reply(completion(said), STANCE)
    assert (answer.label, answer.outcome, answer.problem) == (label, ANSWERED, None)
    assert not answer.gives_scores


@pytest.mark.parametrize(
    ("body", "outcome", "problem"),
    [
        pytest.param(completion("抱歉，我无法判断这条内容。"), REFUSED, None, id="sorry"),
        pytest.param(completion(None, refusal="I can't help with that."), REFUSED, None, id="field-of-refusals"),
        pytest.param(completion("", finish="content_filter"), REFUSED, None, id="filtered"),
        pytest.param(completion('{"label": "支持"}', finish="length"), UNPARSEABLE, "cut off", id="cut-off"),
        pytest.param(completion(""), UNPARSEABLE, "empty", id="empty"),
        pytest.param(completion(None), UNPARSEABLE, "empty", id="nothing"),
        pytest.param(completion("<think>想不出"), UNPARSEABLE, "empty", id="thought-without-end"),
        pytest.param(completion('{"label": "支持", "反对"}'), UNPARSEABLE, "damaged JSON", id="damaged-json"),
        pytest.param(completion('{"label": ["支持", "反对"]}'), UNPARSEABLE, "several labels", id="list"),
        pytest.param(completion('{"label": "支持"}{"label": "反对"}'), UNPARSEABLE, "several labels", id="twice"),
        pytest.param(completion('{"label": "愤怒"}'), UNPARSEABLE, "no label", id="another-label"),
        pytest.param(completion('{"标签": "支持"}'), UNPARSEABLE, "no label", id="another-key"),
        pytest.param(completion('{"label": 1}'), UNPARSEABLE, "no label", id="number"),
        pytest.param(completion("既可以说支持，也可以说反对"), UNPARSEABLE, "several labels", id="both-in-words"),
        pytest.param(completion("这条帖子写得不错"), UNPARSEABLE, "no label", id="something-else"),
    ],
)
def test_whatever_names_no_label_becomes_none(body, outcome, problem):
    answer = read_reply(body, STANCE)
    assert (answer.label, answer.outcome, answer.problem) == (None, outcome, problem)


@pytest.mark.parametrize("body", [None, [], {}, {"choices": []}, {"choices": [{"message": {"content": 7}}]}, "x"])
def test_what_is_no_completion_is_no_outcome_but_an_error(body):
    with pytest.raises(NoCompletionError):
        read_reply(body, STANCE)


def test_an_answer_in_parts_is_one():
    parts = completion([{"type": "text", "text": '{"label": '}, {"type": "text", "text": '"支持"}'}])
    assert read_reply(parts, STANCE).label == "favor"


def test_a_word_of_latin_letters_is_not_found_inside_another():
    assert read_reply(completion("The label: party."), OWN).label == "party"
    assert read_reply(completion("It is about arts, so: 艺术"), OWN).label is None


@given(st.text(), st.sampled_from(["stop", "length", None]))
def test_no_text_breaks_the_reading_and_a_label_is_one_of_those_asked_for(said, finish):
    answer = read_reply(completion(said, finish=finish), STANCE)
    assert answer.outcome in OUTCOMES
    assert (answer.label in STANCE) == (answer.outcome == ANSWERED)


def with_tokens(*tokens):
    """A completion by its tokens: each the one said, or it with the likelihoods of it and others."""
    content = [
        {"token": said, "top_logprobs": [{"token": other, "logprob": math.log(p)} for other, p in others.items()]}
        for said, others in tokens
    ]
    return completion("".join(said for said, _ in tokens), logprobs={"content": content})


def test_probabilities_are_those_of_the_tokens_that_begin_the_words():
    body = with_tokens(('{"label": "', {}), ("支持", {"支持": 0.6, "反": 0.2, "中立": 0.1, "愤怒": 0.1}), ('"}', {}))
    answer = read_reply(body, STANCE)
    # The token of no label is left out, so that .2, .1 and .6 are shares of .9; in the order of the labels.
    assert answer.probabilities == pytest.approx((2 / 9, 1 / 9, 6 / 9))
    assert answer.label == "favor"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(with_tokens(("支持", {"反对": 0.7, "支持": 0.3})), id="another-was-likelier"),
        pytest.param(with_tokens(("支", {}), ("持", {})), id="no-alternatives"),
        pytest.param(completion("支持", logprobs={"content": None}), id="null"),
        pytest.param(completion("支持", logprobs={"content": [{"token": "支持", "top_logprobs": [7]}]}), id="damaged"),
        pytest.param(completion("支持", logprobs={"content": [{"token": "完全"}]}), id="of-another-text"),
    ],
)
def test_where_tokens_tell_nothing_there_are_no_probabilities(body):
    answer = read_reply(body, STANCE)
    assert (answer.label, answer.probabilities) == ("favor", None)


def test_a_token_that_two_words_begin_with_tells_nothing_between_them():
    words = {"likely": ("可能有",), "unlikely": ("可能没有",)}
    answer = read_reply(with_tokens(("可能", {"可能": 1.0}), ("有", {"有": 0.9, "没有": 0.1})), words)
    assert (answer.label, answer.probabilities) == ("likely", None)


def test_what_was_said_is_kept_as_a_checksum_alone():
    said = json.dumps({"label": "支持"}, ensure_ascii=False)
    # sha256sum of the bytes of {"label": "支持"}
    assert read_reply(completion(said), STANCE).digest != read_reply(completion("支持"), STANCE).digest
    assert len(read_reply(completion(said), STANCE).digest) == 16
