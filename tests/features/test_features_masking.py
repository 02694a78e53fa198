import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.features import mask_and_normalise

any_text = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("@#/:：[]　 \n。"))
names = st.text(st.sampled_from("小明阿花ABcd09_-"), min_size=2, max_size=12)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("@小明 你好", "@ 你好", id="mention"),
        pytest.param("＠小明 你好", "@ 你好", id="full-width-mention"),
        pytest.param("看 http://t.cn/AbC123 这里", "看 ⌁ 这里", id="address"),
        pytest.param("看 网页链接 这里", "看 ⌁ 这里", id="what-the-app-shows-for-an-address"),
        pytest.param("回复@小红:说得对", "回复@:说得对", id="reply-prefix"),
        pytest.param("转//@老王:哈哈//@阿花:呵呵", "转//@:哈哈//@:呵呵", id="repost-chain"),
    ],
)
def test_names_and_addresses_are_masked(raw, expected):
    assert mask_and_normalise(raw) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("#今天下雨#真冷", id="hashtag"),
        pytest.param("#@小明 生日#快乐", id="name-within-a-hashtag"),
        pytest.param("[doge]笑死", id="emoticon"),
        pytest.param("👨‍👩‍👧好(｡･ω･｡)", id="emoji-and-kaomoji"),
        pytest.param("5@6元", id="at-for-a-price"),
        pytest.param("@", id="bare-at"),
        pytest.param("甲/乙:丙", id="slash-and-colon"),
    ],
)
def test_everything_else_stays(text):
    assert mask_and_normalise(text) == text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("ＡＢＣ好 Ok", "abc好 ok", id="width-and-case"),
        pytest.param(" 甲\u3000\n\t乙 ", "甲 乙", id="white-space"),
        pytest.param("", "", id="empty"),
        pytest.param("\u200b\ufeff", "", id="invisible"),
    ],
)
def test_spellings_of_one_text_become_one(raw, expected):
    assert mask_and_normalise(raw) == expected


@given(names)
def test_whose_name_it_is_makes_no_difference(name):
    assert mask_and_normalise(f"听@{name} 说的") == "听@ 说的"
    assert mask_and_normalise(f"转发//@{name}:说的") == "转发//@:说的"


@given(st.text(st.sampled_from("abcXYZ019"), min_size=5, max_size=8))
def test_which_page_it_is_makes_no_difference(key):
    assert mask_and_normalise(f"见http://t.cn/{key} 吧") == "见⌁ 吧"


@given(st.text(st.sampled_from("好吃难看的一二三，。！？"), max_size=30))
def test_plain_chinese_is_left_alone(text):
    assert mask_and_normalise(text).replace("?", "？").replace("!", "！").replace(",", "，") == text


@given(any_text)
def test_any_text_goes_through_in_one_line(text):
    prepared = mask_and_normalise(text)
    assert prepared == prepared.strip()
    assert not any(space in prepared for space in ("  ", "\n", "\t", "\u3000"))


def test_half_a_character_is_refused():
    with pytest.raises(DataError, match="surrogate"):
        mask_and_normalise("好\ud83d")
