"""The words of the app and the names of its emoticons are read alike in simplified and in traditional script."""

import re

import pytest
from opencc import OpenCC

from weibo_nlp.text import emoticon_lexicon, normalise, parse, reader, recognise

TO_TRADITIONAL = [OpenCC(name).convert for name in ("s2t", "s2tw", "s2hk")]
HAN = re.compile("[\u3400-\u9fff]")
TEXTS = [
    "回复@小明:好", "哈哈//@小明:回复@小林:好", "转发微博", "转发", "好//@小明:转发微博。", "转发理由:好",
    "旧文…展开全文\n转发理由:好", "好…展开全文", "好...全文", "好。。。展开c", "好展开全文c", "好…全文：http://t.cn/A6x",
    "看O网页链接", "看网页链接 好", "好O查看图片", "好查看动图", "好查看大图", "好O评论配图", "L小明的微博视频",
    "好收起全文d", "[组图共9张] 原图", "#足球[超话]#", "[开心][可怜巴巴]",
]  # fmt: skip


def read(text):
    post = parse(text)
    chain = [(link.span, link.reply_to, link.empty) for link in post.chain]
    places = [(place.kind, place.span) for place in post.spans]
    return places, post.own, post.reply_to, chain, post.empty_repost, post.truncated, post.original_span


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_of_the_app_is_read_alike_in_both_scripts(text):
    assert parse(text).spans
    for traditional in {convert(text) for convert in TO_TRADITIONAL}:
        assert read(traditional) == read(text)


@pytest.mark.parametrize(
    "text", ["回復@小明:好", "回覆@小明:好", "轉發理由:好", "看O網頁链接", "好…展开全文", "好…展開全文"]
)
def test_variants_and_mixtures_are_read(text):
    assert parse(text).spans


def in_the_grammar():
    values = [*vars(reader).values(), *vars(recognise).values()]
    patterns = "".join(value.pattern for value in values if isinstance(value, re.Pattern))
    lists = "".join("".join(value) for value in values if isinstance(value, frozenset))
    return set(HAN.findall(patterns + lists))


def test_no_character_of_the_grammar_lacks_its_twin():
    known = in_the_grammar()
    assert {"发", "楼"} <= known
    assert {twin for convert in TO_TRADITIONAL for twin in map(convert, known)} <= known


def test_every_emoticon_is_read_in_both_scripts():
    lexicon = emoticon_lexicon()
    twins = {convert(name) for convert in TO_TRADITIONAL for name in lexicon.names}
    assert {name for name in twins if name not in lexicon} == set()
    assert parse("[吃瓜群眾]").emoticons == ("吃瓜群眾",)


def test_residue_in_traditional_script_is_dropped():
    clean = normalise("看O網頁鏈接", script="simplified", drop={"client_residue"})
    assert clean.text == "看"
