import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.profiling.duplicates import core, near_duplicates

# 22 different characters: 20 different 3-grams.
LINE = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收"


@pytest.mark.parametrize(
    ("other", "similarity"),
    [
        pytest.param(LINE, 1.0, id="the-same"),
        pytest.param(LINE[:21] + "冬", 19 / 21, id="last-character-differs"),
        pytest.param(LINE[:16], 14 / 20, id="exactly-at-the-threshold"),
        pytest.param("闰" + LINE, 20 / 21, id="one-character-before"),
        pytest.param(LINE + LINE, 20 / 22, id="written-twice"),  # two 3-grams over the seam are new
        pytest.param("#千字文#" + LINE + "[doge]", 1.0, id="other-markup"),
        pytest.param(LINE[:10] + " \n" + LINE[10:], 1.0, id="other-white-space"),
    ],
)
def test_similarity_is_the_share_of_common_3_grams(other, similarity):
    assert list(near_duplicates([LINE, "毫不相干的一句话放在中间隔开", other])) == [(0, 2, pytest.approx(similarity))]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(LINE[:15], id="13-of-20"),
        pytest.param(LINE[::-1], id="backwards"),
        pytest.param(LINE[:4] + "冬" + LINE[5:11] + "藏" + LINE[12:], id="two-characters-inside"),  # 14 of 26
    ],
)
def test_less_similar_texts_are_no_copies(other):
    assert list(near_duplicates([LINE, other])) == []


def test_texts_under_12_characters_may_repeat():
    short = LINE[:11]
    assert list(near_duplicates([short, short, "转发微博", "转发微博"])) == []
    assert list(near_duplicates([short, short + "寒", short + "寒"])) == [(1, 2, 1.0)]


def test_markup_does_not_make_a_short_text_long():
    long_by_markup = "#这是一个很长很长的话题名字#好吃[允悲][允悲]"
    assert core(long_by_markup) == "好吃"
    assert list(near_duplicates([long_by_markup, long_by_markup])) == []


def test_another_threshold_may_be_asked_for():
    assert list(near_duplicates([LINE, LINE[:12]], threshold=0.5)) == [(0, 1, pytest.approx(10 / 20))]
    assert list(near_duplicates([LINE, LINE[:12]])) == []


@pytest.mark.parametrize("texts", [[], [LINE], ["", ""], ["+1", LINE]], ids=["none", "one", "empty", "one-long"])
def test_fewer_than_two_long_texts_have_no_pairs(texts):
    assert list(near_duplicates(texts)) == []


def jaccard(one, two):
    a, b = ({text[i : i + 3] for i in range(len(text) - 2)} for text in (one, two))
    return len(a & b) / len(a | b)


@given(st.lists(st.text("甲乙", min_size=12, max_size=16), max_size=8))
def test_all_pairs_are_found_with_their_exact_similarity(texts):
    expected = {
        (i, j): pytest.approx(jaccard(texts[i], texts[j]))
        for j in range(len(texts))
        for i in range(j)
        if jaccard(texts[i], texts[j]) >= 0.7
    }
    assert {(i, j): similarity for i, j, similarity in near_duplicates(texts)} == expected


def test_pairs_over_block_borders_are_found():
    many = [chr(0x4E00 + 13 * i) * 3 + "".join(chr(0x4E00 + 13 * i + k) for k in range(10)) for i in range(1001)]
    assert [(i, j) for i, j, _ in near_duplicates([*many, many[0]])] == [(0, 1001)]
