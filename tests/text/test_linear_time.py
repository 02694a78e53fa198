"""A third of a megabyte of any one construct is read within a second, whatever it is: time grows with the text.

The limit is CPU time, and generous: a recogniser that looks at every place twice passes, one that looks from every
place to the end takes an hour.
"""

import time

import pytest

from weibo_nlp.text import evasions, normalise, parse

THIRD_OF_A_MEGABYTE = 333_000
LIMIT_S = 2.0
CONSTRUCTS = [
    "@", "#", "//@a:", "//@甲:好", "[", "<", "&", "回复@", "回复@a:", "http://", "http://a", "http://t.cn/a",
    "http://a.com/(", "http://a)", "http://a!", "http://a#b", "www.a", "\u200d", "👨\u200d", "👨", "🇨", "1️⃣",
    "(", "（", "(^", "(≧▽≦)", "(≧", "T_T", "^", "→", "#a", "#a#", "C#和", "1#", "[doge", "[doge]", "[泪]好",
    "//", "//@", "全文", "...全文", ".", "…", " ", "\n", "Ａ", "＃", "＠甲", "@甲:", "哈", "ha", "<a ", '<a "',
    "<img alt=[doge]>", "<br>", "<!--", "<script>", "<p></p>", "&amp;", "&#55357;", "&a", "a\u200b", "\u200b",
    "转发理由:", "转发微博", "的微博视频", "L", "[组图共", "网页链接", "新/", "yyds ", "y", "河蟹", "乾杯",
    "\x00", "a@", "h", "/", " <p>", "a<td>", "a@b.", "1@", "@_", "１，", "＋", "a？", "著名", "說著",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_third_of_a_megabyte_of_one_construct(construct):
    text = construct * (THIRD_OF_A_MEGABYTE // len(construct.encode()))
    for read in (
        parse,
        lambda text: parse(text, known_mentions=["a", "甲"]),
        lambda text: normalise(text, html=True, squeeze_laughter=True, script="simplified"),
        evasions,
    ):
        before = time.process_time()
        read(text)
        assert time.process_time() - before < LIMIT_S


@pytest.mark.slow
@pytest.mark.parametrize("construct", ["@", "[", "<", "&", "(", "#", "\u200d", " ", "👨\u200d", "Ａ"])
def test_a_third_of_a_million_characters_of_one_sign(construct):
    text = construct * THIRD_OF_A_MEGABYTE
    before = time.process_time()
    parse(text)
    normalise(text, html=True)
    assert time.process_time() - before < LIMIT_S


@pytest.mark.slow
def test_known_names_that_begin_alike_cost_no_more_than_their_lengths():
    names = ["a" * length for length in range(1, 2_000)]
    before = time.process_time()
    parse("@" + "a" * 2_000 + "@a" * 9_000, known_mentions=names)
    assert time.process_time() - before < 1.0
