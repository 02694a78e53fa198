from array import array

import numpy as np
import pandas as pd
import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.records import Span
from weibo_nlp.text import Offsets, evasions, normalise, parse, protected_spans, simplified, to_simplified


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("<a href='/n/x'>@小甲</a>:好", "@小甲:好", id="link-keeps-its-words"),
        pytest.param('<a><span><img src="i.png"></span><span>网页链接</span></a>', "网页链接", id="nested"),
        pytest.param('<img alt="[>.>]" title="a>b">好', "[>.>]好", id="alt-with-angle-bracket"),
        pytest.param('<img src=x alt="😀"/>', "😀", id="pictured-emoji"),
        pytest.param('<img alt="封面图">好', "好", id="alt-of-a-photo"),
        pytest.param("1<2 且 x<y 且 <爱你> <b", "1<2 且 x<y 且 <爱你> <b", id="no-tags"),
        pytest.param('<a href="x>好</a>', "好", id="quote-never-closed"),
        pytest.param("<a 好", "<a 好", id="tag-never-closed"),
        pytest.param("<abc>好</abc>", "<abc>好</abc>", id="no-element-of-html"),
        pytest.param("好<!-- <b>x</b> -->的", "好的", id="comment"),
        pytest.param("好<!-- 的", "好<!-- 的", id="comment-never-closed"),
        pytest.param("好<script>if(a<b){}</script>的", "好的", id="script"),
        pytest.param("<p>一</p><p>二</p>", "一\n二", id="paragraphs"),
        pytest.param("一<br><br/>二<BR />", "一\n\n二\n", id="line-breaks"),
        pytest.param("&#20320;&#x597d;&quot;&nbsp;", '你好"\u00a0', id="numeric-and-named"),
        pytest.param("&#55357;&#56832;", "😀", id="utf-16-halves"),
        pytest.param("&#xD83D;&#xDE00;&#XD83C;&#xdf1f;", "😀🌟", id="hexadecimal-utf-16-halves"),
        pytest.param("&#xd83d;&#56832;&#55357;&#xde00;", "😀😀", id="utf-16-halves-in-either-base"),
        pytest.param("&#55357;好&#xDE00;&#xD83D;&#xD83D;", "&#55357;好&#xDE00;&#xD83D;&#xD83D;", id="lone-halves"),
        pytest.param("&#0;&#1114112;&#xFFFD;&#065533;", "&#0;&#1114112;\ufffd\ufffd", id="numbers-of-no-character"),
        pytest.param("i<u 我爱你>你", "i<u 我爱你>你", id="words-in-brackets"),
        pytest.param("<i love you>, <b 1>", "<i love you>, <b 1>", id="latin-words-in-brackets"),
        pytest.param("<input disabled value='' data-a><a href='x'target=_blank>好</a>", "好", id="bare-attributes"),
        pytest.param('<p class="a" ">好', "好", id="stray-quote"),
        pytest.param("<ruby>漢<rp>(</rp><rt>han</rt><rp>)</rp></ruby>", "漢(han)", id="ruby"),
        pytest.param(
            "<picture><source srcset=x><img alt='[泪]'></picture><bdi dir=rtl>好</bdi>", "[泪]好", id="picture"
        ),
        pytest.param("<dialog open>好</dialog><hgroup>的</hgroup>吧", "好\n的\n吧", id="newer-blocks"),
        pytest.param("&foo; &amp &#55357; A&B", "&foo; &amp &#55357; A&B", id="unknown"),
        pytest.param("a=1&copy=2", "a=1&copy=2", id="query-is-no-entity"),
        pytest.param("&lt;br&gt;", "<br>", id="escaped-tag-is-text"),
    ],
)
def test_html(raw, expected):
    assert normalise(raw, html=True).text == expected


def test_plain_text_keeps_tags_and_entities():
    assert normalise("<b>&lt;</b>").text == "<b>&lt;</b>"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("\ufeff好\u200b\u200e的\u00ad\u202e", "好的", id="invisible-signs"),
        pytest.param("好\u200d的", "好的", id="joiner-outside-emoji"),
        pytest.param("👨\u200d好", "👨好", id="joiner-without-partner"),
        pytest.param("❤\ufe0f葛\U000e0100", "❤\ufe0f葛\U000e0100", id="variation-selectors-stay"),
        pytest.param("Ａ１！？：；（）～①㎡", "A1！？：；（）～①㎡", id="punctuation-stays-wide"),
        pytest.param("(＃°Д°) ＃", "(＃°Д°) #", id="faces-keep-their-strokes"),
        pytest.param("好\u00a0的\u3000\r\n", "好\u00a0的\u3000\r\n", id="spaces-stay"),
        pytest.param("\x00\x07好", "\x00\x07好", id="controls-stay"),
        pytest.param("", "", id="empty"),
    ],
)
def test_plain(raw, expected):
    assert normalise(raw).text == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("哈哈哈", "哈哈哈", id="three-stay"),
        pytest.param("hhhhhh hahahahaha", "hhh hahaha", id="latin"),
        pytest.param("hahahahah Hahahahah!", "hahaha Hahaha!", id="cut-off-beat"),
        pytest.param("#哈哈哈哈哈#@哈哈哈哈哈 哈哈哈哈", "#哈哈哈哈哈#@哈哈哈哈哈 哈哈哈", id="topics-and-names-stay"),
        pytest.param("http://a.com/hhhhh", "http://a.com/hhhhh", id="links-stay"),
        pytest.param("ohhhhhh 1hhhh", "ohhhhhh 1hhhh", id="within-words"),
        pytest.param("111000000 23333", "111000000 23333", id="digits-stay"),
    ],
)
def test_laughter(raw, expected):
    assert normalise(raw, squeeze_laughter=True).text == expected


def test_drop_removes_and_declares_the_kinds_asked_for():
    clean = normalise("看http://t.cn/A6abcDE 网页链接 @小甲", drop={"url", "client_residue"})
    assert clean.text == "看  @小甲"
    assert [(m.kind, m.value) for m in clean.removed] == [
        ("url", "http://t.cn/A6abcDE"),
        ("client_residue", "网页链接"),
    ]


def test_names_keep_their_script():
    clean = normalise("回覆@乾媽:愛國@後來 乾杯[淚]", script="simplified")
    assert clean.text == "回复@乾媽:爱国@後來 干杯[泪]"


def test_known_names_keep_their_script_to_their_end():
    names = {"known_mentions": ["龍 貓", "後來 說"], "script": "simplified"}
    assert normalise("說@龍 貓，回覆@後來 說:後來", **names).text == "说@龍 貓，回复@後來 說:后来"
    assert normalise("說＠龍 貓 龍", **names).text == "说@龍 貓 龙"


def test_simplification_maps_character_to_character():
    clean = to_simplified("他說：乾杯")
    assert (clean.text, list(clean.offsets)) == ("他说：干杯", [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)])


def test_to_raw_leads_back_over_what_was_removed():
    clean = normalise("好\u200b<br>&lt;ｙ", html=True)
    assert clean.text == "好\n<y"
    assert clean.to_raw(Span(0, 1)) == Span(0, 1)
    assert clean.to_raw(Span(1, 3)) == Span(2, 10)
    assert clean.to_raw(Span(0, 4)) == Span(0, 11)
    assert clean.to_raw(Span(4, 4)) == Span(11, 11)
    assert clean.to_raw(Span(2, 2)) == Span(6, 6)
    with pytest.raises(UsageError, match="ends behind the normalised text of 4 characters"):
        clean.to_raw(Span(0, 5))


def test_offsets_of_an_unchanged_text_cost_no_memory():
    offsets = normalise("好" * 1000).offsets
    assert offsets.starts is None
    assert (len(offsets), offsets[-1], offsets[1:3]) == (1000, (999, 1000), [(1, 2), (2, 3)])
    assert offsets == Offsets(1000)


def test_laughter_around_an_invisible_sign_is_told_once():
    clean = normalise("哈哈哈哈\u200b哈哈", squeeze_laughter=True)
    assert clean.text == "哈哈哈"
    assert [(m.kind, m.span) for m in clean.removed] == [("laughter", Span(3, 7))]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"script": "traditional"}, "script is 'traditional'", id="unknown-script"),
        pytest.param({"drop": ["link"]}, "what can be dropped is url, mention", id="unknown-kind"),
        pytest.param({"drop": "url"}, "drop is the string 'url'", id="string-for-collection"),
        pytest.param({"drop": None}, r"drop is None; pass a collection of kinds.* or \(\) to drop none", id="none"),
        pytest.param({"drop": [["url"], 1]}, r"drop names 1, \['url'\]", id="no-names"),
        pytest.param({"drop": [pd.NA]}, "drop names <NA>", id="a-missing-kind"),
        pytest.param({"script": np.array(["simplified"] * 2)}, "script is array", id="array-for-script"),
        pytest.param({"html": "no"}, "html is 'no'; it is True or False", id="word-for-html"),
        pytest.param({"squeeze_laughter": pd.NA}, "squeeze_laughter is <NA>", id="missing-switch"),
        pytest.param({"known_mentions": "小明"}, "known_mentions is the string '小明'", id="string-for-names"),
        pytest.param({"known_mentions": 1}, "known_mentions is a int", id="number-for-names"),
        pytest.param({"known_mentions": [None]}, r"known_mentions\[0\] is None", id="missing-name"),
    ],
)
def test_misuse_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        normalise("好", **options)


@pytest.mark.parametrize("text", [None, float("nan"), b"a", 1, ["a"]], ids=ascii)
@pytest.mark.parametrize("function", [normalise, parse, protected_spans, evasions, simplified, to_simplified])
def test_what_is_no_string_is_refused_at_the_door(function, text):
    with pytest.raises(DataError, match="not a string; drop or fill missing values"):
        function(text)


def test_a_result_is_hashable_by_content():
    assert hash(normalise("好")) == hash(normalise("好"))
    assert len({normalise("好"), normalise("好\u200b"), normalise("好")}) == 2
    assert hash(Offsets(1)) == hash(Offsets(1, array("I", [0]), array("I", [1])))


def test_an_iterator_of_names_serves_every_step():
    clean = normalise("@後來說好 後來", known_mentions=iter(["後來說好"]), drop={"url"}, script="simplified")
    assert clean.text == "@後來說好 后来"


def test_a_switch_of_numpy_is_a_switch():
    assert normalise("<b>好</b>", html=np.True_).text == "好"


@pytest.mark.parametrize("span", [None, (0, 1), 0])
def test_what_is_no_span_leads_nowhere(span):
    with pytest.raises(UsageError, match="pass a Span"):
        normalise("好").to_raw(span)


def test_what_dropping_brings_together_is_not_read_anew():
    assert normalise("http:/[泪]/a.cn", drop={"emoticon", "url"}).text == "http://a.cn"


def test_lone_surrogate_is_refused_with_its_offset():
    with pytest.raises(DataError, match=r"offset 1: lone surrogate U\+DC00"):
        normalise("好\udc00")
    with pytest.raises(DataError, match="offset 0"):
        to_simplified("\ud800")
    with pytest.raises(DataError, match="offset 1"):
        simplified("後\ud800")
