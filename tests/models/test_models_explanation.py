"""Explanations of linear models: exact, readable, of every field that a model reads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features import model_text
from weibo_nlp.models import LinearClassifier, StanceClassifier
from weibo_nlp.models.estimator import NotFittedError
from weibo_nlp.records import Example

PRAISE, BLAME = ["真好吃", "太好吃了", "好吃啊", "这家好吃"], ["真难吃", "太难吃了", "难吃啊", "这家难吃"]
NEWS = ["据报道面馆关门", "据报道涨价了", "记者据报道称", "据报道好评如潮"]
ABOUT = ["宝马", "奥迪", "没见过的目标", "人人都应该抵制国外的汽车品牌"]
LINES = st.text(st.sampled_from("真好难吃据报道这家宝马抵制支持不 [心]@小。\u0000𠮷"), max_size=12)


@pytest.fixture(scope="module")
def three():
    texts = PRAISE + BLAME + NEWS
    return LinearClassifier(C=1.0, min_df=1).fit(texts, ["praise"] * 4 + ["blame"] * 4 + ["news"] * 4)


@pytest.fixture(scope="module")
def stance():
    """A model that reads text, parent, target, what is near a mention, and cues."""
    said = [("坚决抵制{}", "against"), ("{}滚出去", "against"), ("我支持{}", "favor"), ("{}真好", "favor")]
    rows = [
        (Example(form.format(name) + tail, target, "楼上说" + tail), label)
        for target, name in (("宝马", "宝马"), ("奥迪", "那辆车"))
        for form, label in said
        for tail in "啊呀哦嗯哈"
    ]
    model = StanceClassifier(C=1.0, min_df=1, families={"宝马": "品牌"}, mentions={"奥迪": ["那辆车"]})
    return model.fit([example for example, _ in rows], [label for _, label in rows])


def log_odds(model, example, label, other):
    shares = dict(zip(model.classes_.tolist(), model.predict_proba([example])[0], strict=True))
    return np.log(shares[label] / shares[other])


def assert_exact(model, example, told):
    over = told.intercept_over_other + sum(each.over_other for each in told.contributions)
    assert over == pytest.approx(told.log_odds, abs=1e-9)
    assert told.log_odds == pytest.approx(log_odds(model, example, told.label, told.other), abs=1e-4)
    for_label = told.intercept_for_label + sum(each.for_label for each in told.contributions)
    assert for_label == pytest.approx(told.score, abs=1e-9)


@given(text=LINES)
def test_what_words_add_sums_to_the_log_odds(three, text):
    told = three.explain(text)
    assert_exact(three, Example(text), told)
    pieces = [each for each in told.contributions if each.span is not None]
    assert all(each.span.of(told.texts["text"]) == each.piece for each in pieces)
    assert told.texts == {"text": model_text(text)}


@settings(max_examples=25)
@given(
    text=LINES, target=st.sampled_from(["宝马", "奥迪", "没见过的目标", "人人都应该抵制国外的汽车品牌"]), parent=LINES
)
def test_so_do_those_of_every_field_that_a_stance_model_reads(stance, text, target, parent):
    example = Example(text, target, parent)
    told = stance.explain(example)
    assert_exact(stance, example, told)
    assert set(told.texts) == {"text", "parent", "target", "near"}
    for each in told.contributions:
        assert each.span is None if each.field == "cue" else each.span.of(told.texts[each.field]) == each.piece


def test_the_word_that_decides_comes_first_and_speaks_against_the_runner_up(three):
    told = three.explain("隔壁那家好吃")
    assert (told.label, told.other) == ("praise", "blame")
    assert told.contributions[0].piece == "好吃"
    assert told.contributions[0].over_other > 0
    assert max(told.ngrams, key=lambda item: item[2])[:2] in {("text", "好"), ("text", "好吃")}
    against = three.explain("隔壁那家好吃", label="blame", against="news")
    assert (against.label, against.other) == ("blame", "news")
    assert three.explain("隔壁那家好吃", label="blame").other == "praise"
    assert three.explain("隔壁那家好吃", against="praise").label == "blame"


def test_what_stands_near_a_mention_and_what_is_done_there_is_named(stance):
    told = stance.explain(Example("坚决抵制那辆车", "奥迪"))
    assert told.label == "against"
    assert told.texts["near"] == "坚决抵制◇"
    assert {"alias", "against before"} <= {each.piece for each in told.contributions if each.field == "cue"}


def test_an_explanation_is_ready_for_json(three):
    content = three.explain("真好吃").to_dict()
    assert content["label"] == "praise"
    assert {"field", "piece", "for_label", "over_other", "start", "end"} == set(content["contributions"][0])


@pytest.mark.parametrize(
    ("text", "options", "error", "message"),
    [
        pytest.param("好", {"label": "x"}, UsageError, "label 'x' is none of the model's", id="unknown-label"),
        pytest.param("好", {"label": "news", "against": "news"}, UsageError, "two that differ", id="itself"),
        pytest.param(["好"], {}, UsageError, "X is a list; one text is explained at a time", id="list"),
        pytest.param("\ud800", {}, DataError, "surrogate", id="lone-surrogate"),
    ],
)
def test_what_cannot_be_explained_is_refused(three, text, options, error, message):
    with pytest.raises(error, match=message):
        three.explain(text, **options)


def test_a_model_that_reads_targets_needs_one_and_an_untrained_one_explains_nothing(stance):
    with pytest.raises(DataError, match="have no target"):
        stance.explain("好")
    with pytest.raises(NotFittedError):
        LinearClassifier().explain("好")
