"""Words of one side against those of the other."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_collection import collection_of

from weibo_nlp.analysis.findings import find
from weibo_nlp.analysis.terms import terms_of
from weibo_nlp.analysis.usage import read_usage
from weibo_nlp.segmentation import create_segmenter

SEGMENTER = create_segmenter("fast")


@pytest.mark.parametrize(
    ("text", "words", "hashtags"),
    [
        pytest.param("支持质量", {"支持", "质量"}, set(), id="words"),
        pytest.param("質量 ＯＫ", {"质量", "ok"}, set(), id="folded"),
        pytest.param("回复@小甲:质量//@小乙:价格 http://t.cn/A1b", {"质量"}, set(), id="what-others-said"),
        pytest.param("#国货 崛起#质量[doge]😂 12 a", {"质量"}, {"国货 崛起"}, id="marks-numbers-single-letters"),
        pytest.param("转发微博", set(), set(), id="nothing-of-ones-own"),
        pytest.param("#质量[超话]#", set(), {"质量"}, id="super-topic"),
        pytest.param("a" * 41, set(), set(), id="no-word-is-so-long"),
    ],
)
def test_terms_are_those_of_the_authors_own_words(text, words, hashtags):
    terms = terms_of(text, SEGMENTER)
    assert (terms.words, terms.hashtags) == (words, hashtags)


def uses(texts, units=None):
    usage = read_usage(list(enumerate(texts)), units, SEGMENTER)
    side = usage.side(np.ones(len(texts), dtype=bool))
    counts, terms = usage.counts("word", side), usage.kinds["word"].terms
    columns = counts.texts.tolist(), counts.units.tolist(), counts.design_effects.tolist()
    return side.n_texts, side.n_units, dict(zip(terms, zip(*columns, strict=True), strict=True))


def counted(texts, units=None):
    return {term: (n_texts, n_units) for term, (n_texts, n_units, _) in uses(texts, units)[2].items()}


LONG = "以后再也不买他们家的东西了，质量太差"


def test_a_copied_text_counts_once_whoever_copies_it():
    n_texts, n_units, counts = uses([LONG, LONG + "！！", "@小甲 " + LONG], np.array([1, 2, 3], dtype=np.uint64))
    assert (n_texts, n_units, counts["质量"][:2]) == (1, 1, (1, 1))


def test_what_many_say_in_few_words_each_of_them_says_once():
    authors = np.array([1, 2, 2, 3], dtype=np.uint64)
    assert counted(["支持质量", "支持质量", "支持质量", "质量"], authors) == {"支持": (2, 2), "质量": (3, 3)}
    assert counted(["支持质量", "支持质量"])["质量"] == (2, 2)


def test_a_text_has_a_word_once_and_an_author_is_one_unit():
    assert counted([LONG, "质量，质量，质量！"], np.array([7, 7], dtype=np.uint64))["质量"] == (2, 1)


def test_a_row_without_an_author_stands_for_itself():
    assert counted(["质量贵", "质量差"], np.array([0, 0], dtype=np.uint64))["质量"] == (2, 2)


def test_what_one_author_repeats_is_less_sure_by_hand():
    # Author 1 writes 价格 in 4 texts; authors 2 to 5 write 质量 in one each. Of 8 uses 价格 has half, so that author 1
    # has 4 - 4 / 2 = 2 more than expected and each other one 1 / 2 less: squares of 4 and 4 times 1/4, 5 in all.
    texts = ["价格", "价格！", "价格？", "价格。"], ["质量"] * 4
    authors = np.array([1, 1, 1, 1, 2, 3, 4, 5], dtype=np.uint64)
    n_texts, n_units, counts = uses([*(f"{text}{i}" for i, text in enumerate(texts[0])), *texts[1]], authors)
    assert (n_texts, n_units) == (8, 5)
    assert counts["价格"] == (4, 1, pytest.approx(5 / 4 * 5 / 4))
    assert counts["质量"] == (4, 4, pytest.approx(5 / 4 * 5 / 4))


def test_where_every_text_has_a_unit_of_its_own_nothing_is_less_sure():
    effects = [effect for _, _, effect in uses(["质量", "价格", "质量", "支持"])[2].values()]
    assert effects == [1, 1, 1]


posts = st.lists(
    st.tuples(
        st.sampled_from(["质量", "价格贵", "支持质量", LONG, "#国货#质量", "转发微博"]), st.sampled_from([0, 1, 2, 3])
    ),
    max_size=12,
)


@given(posts, st.randoms(use_true_random=False))
def test_counts_do_not_depend_on_the_order_of_rows(rows, random):
    mixed = random.sample(rows, len(rows))
    one, other = (
        uses([text for text, _ in each], np.array([unit for _, unit in each], dtype=np.uint64))
        for each in (rows, mixed)
    )
    assert one == other


def collection(path, n=12):
    rows = [
        {"text": f"支持质量{word}", "author": f"{side}{i}", "sentiment": side, "sentiment_score": 0.9}
        for side, word in (("positive", "好看"), ("negative", "垃圾"))
        for i in range(n)
    ]
    return collection_of(path / "posts.jsonl", rows)


def test_each_side_has_the_words_that_it_uses_more_with_the_measure_by_hand(tmp_path):
    keywords = find(collection(tmp_path)).keywords
    assert keywords.table["term"].tolist() == ["好看", "垃圾"]
    assert keywords.table["label"].tolist() == ["positive", "negative"]
    first = keywords.table.iloc[0]
    assert (first["count"], first["other_count"], first["rank"], first["against"]) == (12, 0, 1, "negative")
    # 支持 and 质量 are used by 24, the others by 12 each. Of 36 uses on each side, 12 and 0 are of the word; a fifth
    # of 36 are the pseudo-counts, of which a sixth are its.
    prior = 36 / 5 / 6
    odds = (12 + prior) / (36 + 7.2 - 12 - prior), prior / (36 + 7.2 - prior)
    log_odds = math.log(odds[0]) - math.log(odds[1])
    assert first["log_odds"] == pytest.approx(log_odds)
    assert first["z"] == pytest.approx(log_odds / math.sqrt(1 / (12 + prior) + 1 / prior))
    assert first["rate"] == pytest.approx(12 / 36)
    assert (first["units"], first["other_units"]) == (12, 0)
    assert (keywords.unit, keywords.n_texts, keywords.n_rows, keywords.is_sample) == ("author", 24, 24, False)


def test_a_side_of_few_units_is_not_compared_and_said_so(tmp_path):
    keywords = find(collection(tmp_path, n=9)).keywords
    assert len(keywords.table) == 0
    assert keywords.sides[["label", "n_units", "is_compared"]].values.tolist() == [
        ["positive", 9, False],
        ["negative", 9, False],
    ]


def test_of_more_rows_than_are_read_a_sample_is_drawn(tmp_path):
    keywords = find(collection(tmp_path), keyword_rows=20).keywords
    assert (keywords.n_rows, keywords.is_sample) == (20, True)


def test_topics_are_compared_with_the_rest_and_stances_for_each_target(tmp_path):
    rows = [
        {"text": "质量", "topic": topic, "topic_score": 0.9, "stance_target": target, "stance": stance}
        for topic, target, stance in [
            ("credit", "甲", "favor"),
            ("other", "甲", "against"),
            ("self_media", "乙", "none"),
        ]
    ]
    sides = find(collection_of(tmp_path / "posts.jsonl", rows)).keywords.sides
    pairs = sides[["label_column", "target", "label", "against"]]
    assert pairs.where(pairs.notna(), None).values.tolist() == [
        ["topic", None, "credit", None],
        ["topic", None, "self_media", None],
        ["topic", None, "other", None],
        ["stance", "甲", "favor", "against"],
        ["stance", "甲", "against", "favor"],
        ["stance", "乙", "favor", "against"],
        ["stance", "乙", "against", "favor"],
    ]
    assert pd.api.types.is_bool_dtype(sides["is_compared"])
