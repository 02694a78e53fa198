"""Texts prepared many at once are what each is by itself."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.features.preparation import PreparedExample, PreparedText, _masked, prepare, prepared
from weibo_nlp.features.unmarked import prepare_unmarked
from weibo_nlp.records import Example
from weibo_nlp.text import normalise, parse
from weibo_nlp.text.plain import plain_text

# Whatever the grammar, the normalisation or the converter of scripts reads, beside words and pieces of words.
MARKED = [
    "@甲", "＠乙:", "//", "//@丙:", "回复@丁:", "转发", "轉發微博", "Reposted", "转发理由:", "...全文",
    "…展開全文", "http://t.cn/a", "www.a.cn", "T.cn/x", "网页链接", "網頁連結", "查看图片", "查看大圖",
    "评论配图", "評論配圖", "L甲的微博视频", "收起d", "[组图共9张]", "#话题#", "[泪]", "［淚］", "(＾＾)",
    "T_T", "Ｔ＿Ｔ", "❤️", "👨\u200d👩\u200d👧", "&amp;", "<br>", "1<2", "a：b", "3？x=1", "１２，０００",
    "／／", "。", "12345", "１２３４５", "ΑΣ", "İ", "ẞ", "①", "乾隆", "乾杯", "看著", "魯迅著", "著名",
    "於是", "樊於期", "甚麼", "說", "後", "答覆", "宫商角徵羽", "昇腾", "𠀀", "好的", "Abc",
]  # fmt: skip
PIECES = st.sampled_from(MARKED) | st.sampled_from("\u200b\u00ad\ufeff\0\n\t　 ")
TEXT = st.lists(PIECES | st.text(max_size=3), max_size=5).map("".join)


def by_definition(text, html):
    """What is seen of a text, by the whole of the grammar."""
    post = parse(normalise(plain_text(text, html).text, script="simplified").text)
    answered = next((link.span for link in post.chain if not link.empty), post.original_span)
    return PreparedText(_masked(post, post.own), None if answered is None else _masked(post, answered) or None)


@given(st.lists(TEXT, max_size=6), st.booleans())
@example(["答", "覆", "乾", "杯", ""], True)
@example(["a\0b", "", "転发\0"], False)
@example(["ΑΣ", "Σ", "İ"], True)
def test_texts_at_once_are_prepared_as_each_by_itself(texts, plain):
    html = False if plain else "auto"
    together = [(row.text, row.parent) for row in prepared([Example(text, plain=plain) for text in texts])]
    alone = [by_definition(text, html) for text in texts]
    assert together == [(each.own, each.answered) for each in alone]
    assert [prepare(text, html) for text in texts] == alone


NAMED = [
    "@甲", "@乙 ", "@甲@乙", "@_@", "a@b.com", "5@6元", "12345@", "@12345", "@", "via@", "@甲-·", "回复",
    "回复@丁:", "回復@丙:", "Reply to @d:", " ",
    "#", "(@", "@)", "（@", "\u0301", "\n", "  ", "　", "好", "ABC", "著", "對", "@魯迅", "//", "转", "发", ":",
    "：", "66666",
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(NAMED), max_size=7).map("".join), max_size=5))
def test_texts_with_names_are_prepared_as_each_by_itself(texts):
    quick = prepare_unmarked(texts)
    assert [(own, None) for own in quick if own is not None] == [
        (each.own, each.answered)
        for each, own in zip([by_definition(text, False) for text in texts], quick, strict=True)
        if own is not None
    ]


@pytest.mark.parametrize(
    "text", ["@甲 今天的晚霞绝了！", "回复@丁 : @甲的晚霞", "不回复@丁:好", "好@乙@丙\n  12345", "[泪]@_@ 来信a@b.com"]
)
def test_texts_in_which_names_alone_are_read_take_the_quick_way(text):
    assert prepare_unmarked([text]) == [prepare(text).own]


@pytest.mark.parametrize("text", ["今天的晚霞绝了！", "#话题#[泪]哈哈哈 OK 123", "(｡･ω･｡)😀 比分：1", ""])
def test_texts_without_markup_take_the_quick_way(text):
    assert prepare_unmarked([text, "//@甲:", text])[::2] == [prepare(text).own] * 2


def test_what_is_prepared_is_not_prepared_again():
    (once,) = prepared([Example("见http://t.cn/abc //@甲:@乙 好", "某事")])
    assert once == PreparedExample("见⌁", "某事", "@ 好", plain=True)
    assert prepared([once]) == [once]


@pytest.mark.parametrize(
    ("text", "message"),
    [pytest.param("好\ud83d", "lone surrogate", id="half-a-character"), pytest.param(5, "not a string", id="number")],
)
def test_what_is_no_text_is_refused_among_others(text, message):
    with pytest.raises(DataError, match=message):
        prepared([Example("好"), Example(text)])
