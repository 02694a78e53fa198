"""Every sign of the grammar in full width is read like its half-width twin, at the same places."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from weibo_nlp.text import normalise, parse

ASCII = "/@:#[].-_=%&+abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
WIDE = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in ASCII})
CONSTRUCTS = [
    "http://t.cn/A6ab", "https://a.com/b?c=d&e=f", "www.a.com", "t.cn/ab", "@小明", "@ab", "//@小红:",
    "回复@小明:", "#话题#", "#话题[超话]#", "[泪]", "[doge]", "5@6元", "a@b.com", "user@qq..com", "8#楼",
    "C#和F#", "12.5%", "转发微博", "网页链接 ", "[组图共9张]", "好", "，", "的 ", "满5", "abc", "\n", "#", "@",
]  # fmt: skip


@st.composite
def twins(draw):
    """A text, and the same with some of its signs in full width."""
    text = "".join(draw(st.lists(st.sampled_from(CONSTRUCTS), max_size=6)))
    widened = draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)) | st.just([True] * len(text)))
    return text, "".join(c.translate(WIDE) if wide else c for c, wide in zip(text, widened, strict=True))


def read(text):
    post = parse(text)
    chain = [(link.span, link.empty) for link in post.chain]
    return [(place.kind, place.span) for place in post.spans], post.own, chain, post.empty_repost, post.truncated


@given(twins())
@example(("满5@6元", "满５＠６元"))
@example(("//@小明:", "／／＠小明："))
@example(("http://t.cn/A6ab", "ｈｔｔｐ：／／ｔ．ｃｎ／Ａ６ａｂ"))
def test_a_full_width_sign_is_read_as_its_half_width_twin(pair):
    text, wide = pair
    assert read(wide) == read(text)


@given(twins())
def test_a_text_is_read_alike_before_and_after_its_width_is_normalised(pair):
    assert read(pair[1]) == read(normalise(pair[1]).text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("满５＠６元", [], id="rate"),
        pytest.param("满５@６元", [], id="rate-in-both-widths"),
        pytest.param("ａ＠ｑｑ．ｃｏｍ", [], id="address"),
        pytest.param("看ｈｔｔｐ：／／ｔ．ｃｎ／Ａ６ａ好", [("url", "ｈｔｔｐ：／／ｔ．ｃｎ／Ａ６ａ")], id="link"),
        pytest.param("［泪］［ｄｏｇｅ］", [("emoticon", "泪"), ("emoticon", "ｄｏｇｅ")], id="emoticons"),
        pytest.param("＃话题［超话］＃", [("super_topic", "话题")], id="super-topic"),
        pytest.param("［组图共９张］", [("client_residue", "［组图共９张］")], id="residue"),
        pytest.param("Ｃ＃和Ｆ＃都行", [], id="languages"),
        pytest.param("＠＿＠小明", [("kaomoji", "＠＿＠")], id="eyes"),
        pytest.param("８＃楼＃话题＃", [("hashtag", "话题")], id="building-before-a-topic"),
    ],
)
def test_markup_in_full_width(text, expected):
    assert [(place.kind, place.value) for place in parse(text).spans] == expected


def test_a_chain_in_full_width_has_its_authors_and_words():
    post = parse("／／＠小明：好的／／＠小红：嗯")
    assert [(link.author, link.text) for link in post.chain] == [("小明", "好的"), ("小红", "嗯")]
    assert post.empty_repost


def test_a_known_name_is_found_in_either_width():
    names = [parse(text, known_mentions=["ａ b"]).mentions for text in ("@ａ b好", "@a b好", "＠a b好")]
    assert names == [("ａ b",), ("a b",), ("a b",)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("8#楼#话题#", id="building"),
        pytest.param("3#楼#话题#，来吧", id="and-words"),
    ],
)
def test_a_topic_behind_a_numbered_building_is_found(text):
    assert parse(text).hashtags == ("话题",)


def test_a_topic_may_be_a_number_or_a_building():
    assert parse("#8#楼#").hashtags == ("8",)
    assert parse("看#楼#吧").hashtags == ("楼",)


@pytest.mark.parametrize("text", ["user@qq..com", "a@b@c.com", "a@b..c.com", "写信到 a@qq...com 吧"])
def test_an_address_with_a_slip_is_no_mention(text):
    assert parse(text).mentions == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("via@小甲", ("小甲",)), ("@abc@小甲", ("abc", "小甲")), ("cr@ab。com", ("ab",)), ("a@小明.com", ("小明",)),
    ],
)  # fmt: skip
def test_a_mention_behind_a_word_is_no_address(text, names):
    assert parse(text).mentions == names
