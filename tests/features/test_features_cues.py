import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.features.cues import emoticon_cues, hashtag_cues, opening_cues, shape_cues

CUES = [emoticon_cues, hashtag_cues, shape_cues, opening_cues]


def test_emoticons_are_named_counted_and_placed_in_the_order_of_the_text():
    cues = emoticon_cues("早😀说[doge]好[doge]")
    assert {"has 😀", "has doge", "first 😀", "last doge", "number ×3", "any"} == set(cues)


def test_many_emoticons_are_many():
    assert "number ×3" in emoticon_cues("[赞]" * 40)


@pytest.mark.parametrize("cues", [emoticon_cues, hashtag_cues])
def test_a_text_without_the_cue_gives_nothing(cues):
    assert cues("今天下雨，没带伞。") == {}


def test_hashtags_are_known_by_name_and_by_their_characters():
    cues = hashtag_cues("#夏天# 热")
    assert set(cues) == {"any", "number ×1", "has 夏天", "gram 夏", "gram 天", "gram 夏天"}


@pytest.mark.parametrize("cues", [emoticon_cues, hashtag_cues])
def test_the_words_around_make_no_difference(cues):
    assert cues("好#夏天#[赞]") == cues("很不好，差得远#夏天#真的[赞]！")


def test_shape_counts_the_signs_of_the_words_and_not_those_of_markup():
    cues = shape_cues("真好！！[赞]#夏天#@小甲 http://t.cn/A1b2C3d")
    assert {"has ！", "！ ×2", "signs 2"} <= set(cues)
    assert not {"has [", "has #", "has @", "has /"} & set(cues)


def test_texts_of_one_shape_are_one_to_it():
    assert shape_cues("今天很热。") == shape_cues("昨天不冷。") != shape_cues("昨天不冷！")


def test_length_steps_are_half_octaves_of_code_points():
    # 2 log2(7 + 1) = 6, 2 log2(15 + 1) = 8
    assert "length 6" in shape_cues("字" * 7)
    assert "length 8" in shape_cues("字" * 15)


def test_the_opening_is_five_characters_of_what_models_read():
    assert opening_cues("回复@小甲:好的，那么我") == opening_cues("好的，那么他")
    assert {"begins 今", "begins 今天下雨了", "gram 天下雨"} <= set(opening_cues("今天下雨了没带伞"))
    assert opening_cues("今天下雨了没带伞") == opening_cues("今天下雨了，带了伞")


@pytest.mark.parametrize("cues", CUES)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_gives_finite_numbers(cues, text):
    assert all(0 <= value < 100 for value in cues(text).values())


@pytest.mark.parametrize("cues", CUES)
def test_an_empty_text_is_no_crash(cues):
    assert all(value >= 0 for value in cues("").values())
