import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.features import model_text, prepare, prepared
from weibo_nlp.records import Example

any_text = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("@#/:：[]　 \n。"))
names = st.text(st.sampled_from("小明阿花ABcd09_-"), min_size=2, max_size=12)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("@小明 你好", "@ 你好", id="mention"),
        pytest.param("＠小明 你好", "@ 你好", id="full-width-mention"),
        pytest.param("看 http://t.cn/AbC123 这里", "看 ⌁ 这里", id="address"),
        pytest.param("看 网页链接 这里", "看 ⌁ 这里", id="what-the-app-shows-for-an-address"),
        pytest.param("打13800138000给@小明", "打0给@", id="long-number"),
        pytest.param("涨了12.5%，2024年1314", "涨了12.5%，2024年1314", id="short-numbers-stay"),
    ],
)
def test_names_and_addresses_are_masked(raw, expected):
    assert model_text(raw) == expected


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
    assert model_text(text) == text


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
    assert model_text(raw) == expected


@pytest.mark.parametrize(
    ("raw", "own", "answered"),
    [
        pytest.param("不同意//@老王:太好了[鼓掌]//@阿花:转", "不同意", "太好了[鼓掌]", id="nearest-repost"),
        pytest.param("哈//@老王://@阿花:真惨", "哈", "真惨", id="wordless-reposts-are-passed-over"),
        pytest.param("转发微博//@老王:太好了", "", "太好了", id="wordless-repost"),
        pytest.param("回复@小红:说得对", "说得对", None, id="reply"),
        pytest.param("不去<a href='/n/甲'>@甲</a><br />//<a href='/n/乙'>@乙</a>:去", "不去@", "去", id="html"),
        pytest.param("這種人就該進黑名單", "这种人就该进黑名单", None, id="traditional"),
    ],
)
def test_the_authors_own_words_are_read_and_what_they_answer_apart(raw, own, answered):
    seen = prepare(raw)
    assert (seen.own, seen.answered) == (own, answered)


def test_a_parent_that_is_given_comes_before_what_the_text_quotes():
    quoting, answering = prepared([Example("不//@甲:好", "乙"), Example("不//@甲:好", "乙", "原文//@丙:转")])
    assert (quoting.text, quoting.target, quoting.parent) == ("不", "乙", "好")
    assert (answering.text, answering.parent) == ("不", "原文")


def test_what_is_plain_is_not_read_as_html():
    read, left = prepared([Example("用<br>换行"), Example("用<br>换行", plain=True)])
    assert (read.text, left.text) == ("用 换行", "用<br>换行")


@given(names)
def test_whose_name_it_is_makes_no_difference(name):
    assert model_text(f"听@{name} 说的") == "听@ 说的"
    assert model_text(f"回复@{name}:说的") == "说的"
    assert prepare(f"不//@{name}:说的") == prepare("不//@阿花:说的")


@given(st.text(st.sampled_from("abcXYZ019"), min_size=5, max_size=8))
def test_which_page_it_is_makes_no_difference(key):
    assert model_text(f"见http://t.cn/{key} 吧") == "见⌁ 吧"


@given(st.text(st.sampled_from("好吃难看的一二三，。！？"), max_size=30))
def test_plain_chinese_is_left_alone(text):
    assert model_text(text).replace("?", "？").replace("!", "！").replace(",", "，") == text


@given(any_text)
def test_any_text_goes_through_in_one_line(text):
    seen = model_text(text)
    assert seen == seen.strip()
    assert not any(space in seen for space in ("  ", "\n", "\t", "\u3000"))


def test_half_a_character_is_refused():
    with pytest.raises(DataError, match="surrogate"):
        model_text("好\ud83d")
