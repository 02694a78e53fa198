"""Runs of letters and digits, grapheme clusters, traditional script: what no segmenter cuts, and what it may join."""

import re
import sys
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.segmentation import create_segmenter, segment
from weibo_nlp.segmentation.base import PIECE_LIMIT, Engine, FramedSegmenter, may_be_traditional
from weibo_nlp.segmentation.clusters import _MAY_JOIN, clusters
from weibo_nlp.segmentation.runs import _MAY_BEGIN, _PLACES
from weibo_nlp.text.script import simplified

OFFLINE = ["fast", "jieba", "char"]


@pytest.mark.parametrize("name", OFFLINE)
@pytest.mark.parametrize(("text", "expected"), [
    pytest.param("A4纸", "A4 纸", id="paper"),
    pytest.param("H5N1型", "H5N1 型", id="virus"),
    pytest.param("5kg米", "5kg 米", id="unit-in-letters"),
    pytest.param("买iphone5", "买 iphone5", id="phone"),
    pytest.param("Java7.0.", "Java7.0 .", id="version-and-full-stop"),
    pytest.param("hello_world", "hello_world", id="identifier"),
    pytest.param("a,b,c", "a , b , c", id="commas-between-letters"),
    pytest.param("Wi-Fi和AT&T", "Wi-Fi 和 AT&T", id="hyphen-and-ampersand"),
    pytest.param("don't", "don't", id="apostrophe"),
    pytest.param("C++和10w+", "C++ 和 10w+", id="plus-behind"),
    pytest.param("都+1", "都 +1", id="plus-before"),
    pytest.param("赞++1，＋＋＋１", "赞 ++1 ， ＋＋＋１", id="up-to-three-plus-signs-before"),
    pytest.param("是1+1", "是 1 + 1", id="plus-between"),
    pytest.param("给10,000元", "给 10,000 元", id="thousands"),
    pytest.param("是3.5%", "是 3.5%", id="percent"),
    pytest.param("在12:30来", "在 12:30 来", id="clock"),
    pytest.param("是3:2啊", "是 3 : 2 啊", id="score"),
    pytest.param("iPhone15：10大", "iPhone15 ： 10 大", id="colon-behind-a-model"),
    pytest.param("涨17.4：10", "涨 17.4 ： 10", id="colon-behind-a-decimal"),
    pytest.param("在12:30：10+来", "在 12:30 ： 10+ 来", id="colon-behind-a-clock"),
    pytest.param("买14：20:00", "买 14 ： 20:00", id="clock-behind-a-model-and-a-colon"),
    pytest.param("v1：10", "v1 ： 10", id="colon-behind-a-version"),
    pytest.param("90:85，25:61", "90 : 85 ， 25 : 61", id="no-hour-or-no-minute"),
    pytest.param("100:30", "100 : 30", id="three-digits-are-no-hour"),
    pytest.param("在08:30:05来，12:30:456", "在 08:30:05 来 ， 12 : 30 : 456", id="seconds"),
    pytest.param("跑1:23.456，比12:30.4567快", "跑 1:23.456 ， 比 12 : 30.4567 快", id="thousandths-of-a-second"),
    pytest.param("在8:00-9:30PM", "在 8:00 - 9:30PM", id="range-of-clocks"),
    pytest.param("12:30iPhone", "12:30 iPhone", id="a-word-behind-a-clock"),
    pytest.param("学C++11、Notepad++7.8", "学 C++11 、 Notepad++7.8", id="version-behind-plus-signs"),
    pytest.param("评A+++和4++", "评 A+++ 和 4++", id="up-to-three-plus-signs"),
    pytest.param("用c#、C#12和F#", "用 c# 、 C#12 和 F#", id="sharp"),
    pytest.param("用.NET和.NET8，是ab.net", "用 .NET 和 .NET8 ， 是 ab.net", id="dot-net"),
    pytest.param("在2024-05-01T08:00来", "在 2024-05-01T08:00 来", id="timestamp"),
    pytest.param("2024-05-01T08:00:00.5+08:00", "2024-05-01T08:00:00.5+08:00", id="timestamp-with-offset"),
    pytest.param("在2024/05/01，5/1/2024", "在 2024/05/01 ， 5/1/2024", id="dates-with-slashes"),
    pytest.param("打138-0000-0000和400-800-1234", "打 138-0000-0000 和 400-800-1234", id="telephones"),
    pytest.param("打010-12345678，+86-13800000000", "打 010-12345678 ， +86-13800000000", id="area-and-country"),
    pytest.param("是4-3-3啊，2-3个", "是 4-3-3 啊 ， 2 - 3 个", id="three-groups-are-a-number-two-a-range"),
    pytest.param("00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E", id="hardware-address"),
    pytest.param("12345678-1234-1234-1234-123456789012", "12345678-1234-1234-1234-123456789012", id="uuid-of-digits"),
    pytest.param("是192.168.1.1:8080", "是 192.168.1.1 : 8080", id="host-and-port"),
    pytest.param("是1e-5、1.5e+5", "是 1e-5 、 1.5e+5", id="exponents"),
    pytest.param("是25°C，50℃", "是 25 °C ， 50 ℃", id="degrees"),
    pytest.param("花$5.5和￥100", "花 $ 5.5 和 ￥ 100", id="signs-of-money"),
    pytest.param("看90's", "看 90's", id="decade"),
    pytest.param("说हिन्दी吧", "说 हिन्दी 吧", id="vowel-signs-and-virama"),
    pytest.param("说9·11的", "说 9·11 的", id="middle-dot-of-a-day"),
    pytest.param("给１０，０００元", "给 １０，０００ 元", id="full-width-thousands"),
    pytest.param("是１０，００００", "是 １０ ， ００００", id="full-width-comma-that-is-none-of-thousands"),
    pytest.param("等10，000人", "等 10 ， 000 人", id="a-clause-ends-in-a-full-width-comma"),
    pytest.param("在１２：３０来", "在 １２：３０ 来", id="full-width-clock"),
    pytest.param("是２０１９－０５－０１", "是 ２０１９－０５－０１", id="full-width-date"),
    pytest.param("用Ｗｉ－Ｆｉ和ＡＴ＆Ｔ", "用 Ｗｉ－Ｆｉ 和 ＡＴ＆Ｔ", id="full-width-hyphen-and-ampersand"),
    pytest.param("ｄｏｎ＇ｔ，ａ＿ｂ", "ｄｏｎ＇ｔ ， ａ＿ｂ", id="full-width-apostrophe-and-low-line"),
    pytest.param("都＋１，３．５％", "都 ＋１ ， ３．５％", id="full-width-plus-and-percent"),
    pytest.param("买Ａ股", "买 Ａ股", id="full-width-established-name"),
    pytest.param("装i7-12700K的", "装 i7-12700K 的", id="model-with-hyphen"),
    pytest.param("用Qwen2.5-7B和v1.2.3-1", "用 Qwen2.5-7B 和 v1.2.3-1", id="hyphens-behind-a-letter"),
    pytest.param("花2-3W吧", "花 2 - 3W 吧", id="range-with-unit"),
    pytest.param("去U.S.A.玩", "去 U.S.A. 玩", id="acronym-with-its-last-dot"),
    pytest.param("看5.x吧", "看 5.x 吧", id="version-with-x"),
    pytest.param("1.iPhone，12.AI", "1 . iPhone ， 12 . AI", id="dot-of-a-list"),
    pytest.param("在2020-01-02", "在 2020-01-02", id="date"),
    pytest.param("是1-2个", "是 1 - 2 个", id="range"),
    pytest.param("去4S店", "去 4S店", id="established-name"),
    pytest.param("买A股", "买 A股", id="established-name-of-a-market"),
    pytest.param("ｙｙｄｓ啊", "ｙｙｄｓ 啊", id="full-width"),
    pytest.param("喝cafe\u0301吧", "喝 cafe\u0301 吧", id="accent-of-its-own"),
    pytest.param("在ไทยน้ำ吃", "在 ไทยน้ำ 吃", id="thai"),
    pytest.param("看नमस्ते啊", "看 नमस्ते 啊", id="devanagari"),
    pytest.param("看한국", "看 한국", id="hangul"),
    pytest.param("в Москве", "в Москве", id="cyrillic"),
])  # fmt: skip
def test_runs_are_whole_and_stand_alone(name, text, expected):
    assert [word for word in segment(text, name) if not word.isspace()] == expected.split()


PAGE = Path(__file__).parents[2] / "docs" / "segmenters.md"
ROWS = [line.split("|") for line in PAGE.read_text("utf-8").split("| | whole | cut |")[1].splitlines()[2:10]]


@pytest.mark.parametrize("name", OFFLINE)
@pytest.mark.parametrize("row", ROWS, ids=[row[1].strip().split(",")[0] for row in ROWS])
def test_the_table_of_the_page_is_true(row, name):
    cells = re.findall("`(.+?)`", "".join(row[2:4]))
    assert len(cells) > 3
    for cell in cells:
        assert segment(cell.replace("｜", ""), name) == cell.split("｜")


@pytest.mark.parametrize(("text", "expected"), [
    pytest.param("H5N1流感", "H5N1 流感", id="words-beside-a-run"),
    pytest.param("27日发iphone5", "27日 发 iphone5", id="date"),
    pytest.param("2019年5月1日", "2019年 5月 1日", id="whole-date"),
    pytest.param("3年没见", "3 年 没 见", id="duration"),
    pytest.param("等180天", "等 180 天", id="measure-word"),
    pytest.param("花了318万", "花 了 318万", id="numeral"),
    pytest.param("第13届", "第13 届", id="ordinal"),
])  # fmt: skip
def test_the_guideline_of_the_corpus_decides_on_numbers(text, expected):
    assert segment(text) == expected.split()


@pytest.mark.parametrize(("glued", "expected"), [
    pytest.param("在27日", "在 27日", id="a-unit-is-kept"),
    pytest.param("27日发", "27 日发", id="a-unit-in-a-longer-word-is-not"),
    pytest.param("第13届", "第13 届", id="an-ordinal-is-kept-its-noun-is-not"),
    pytest.param("了第13", "了第 13", id="an-ordinal-in-a-longer-word-is-not"),
    pytest.param("5月1日", "5月 1日", id="two-numbers"),
    pytest.param("か\u3099き", "か\u3099き", id="a-cluster-may-be-part-of-a-word"),
])  # fmt: skip
def test_what_an_engine_glues_to_a_number_is_cut_off(glued, expected):
    assert FramedSegmenter(Engine("whole", "1", lambda piece: [piece])).cut(glued) == expected.split()


CLUSTERS = [
    "e\u0301",
    "好\u0301",
    "か\u3099",
    "กำ",
    "น้ำ",
    "स्ते",
    "क्षि",
    "각",
    "👍🏽",
    "🇨🇳",
    "1\ufe0f\u20e3",
    "葛\U000e0100",
]
RUNS = [
    "A4", "H5N1", "５kg", "x_1", "Java7", "don't", "ß", "Ωm", "18", "3.5%", "10,000", "12:30", "9·11", "2019-05-01",
    "i7-12700K", "U.S.A.", "Wi-Fi", "AT&T", "１０，０００", "A股", "10w+",
]  # fmt: skip
FILLERS = ["好", "流感", "月", "第", "，", "、", " ", "。", "（", "說"]
mixtures = st.lists(st.sampled_from([*CLUSTERS, *RUNS, *FILLERS]), max_size=10).map("".join)


def places(words):
    return set(pairwise(accumulate(map(len, words), initial=0)))


@pytest.mark.parametrize("name", OFFLINE)
@given(text=mixtures)
def test_no_cluster_is_cut_in_any_mixture(name, text):
    words = segment(text, name)
    assert "".join(words) == text
    borders = {start for start, _ in places(words)}
    for cluster in regex.finditer(r"\X", text):
        assert borders.isdisjoint(range(cluster.start() + 1, cluster.end())), words


@pytest.mark.parametrize("name", OFFLINE)
@given(st.lists(st.tuples(st.sampled_from(RUNS), st.sampled_from(["好", "流感", "，", "、", " "])), max_size=6))
def test_no_run_is_cut_or_glued_in_any_mixture(name, pairs):
    words = segment("".join(run + filler for run, filler in pairs), name)
    expected = places([part for pair in pairs for part in pair])
    wanted = {place for number, place in enumerate(sorted(expected)) if number % 2 == 0}
    assert wanted <= places(words)


@pytest.mark.parametrize("name", OFFLINE)
@given(
    pairs=st.lists(st.tuples(st.sampled_from(RUNS), st.sampled_from(["好", "流感", "，", "、", " "])), max_size=6),
    slices=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)), max_size=8),
)
def test_no_lexicon_cuts_a_run(name, pairs, slices):
    text = "".join(run + filler for run, filler in pairs)
    words = segment(text, name, [text[start : start + length] for start, length in slices])
    assert "".join(words) == text
    borders = set(accumulate(map(len, words)))
    for start, end in sorted(places([part for pair in pairs for part in pair]))[::2]:
        assert borders.isdisjoint(range(start + 1, end)), words


GRAPHEME_PARTS = [
    "🇨", "🇳", "\u0600", "\u0d4e", "\u0301", "\u200d", "\ufe0f", "\u0903", "ᄀ", "ᅡ", "ᆨ", "가", "क", "्", "ष", "👨", "🏽",
    "\r", "\n", " ", "\x00", "a", "5", "好", "か", "\u3099", "@", ":", "+", "#", "-",
]  # fmt: skip


@pytest.mark.parametrize("name", OFFLINE)
@given(text=st.lists(st.sampled_from(GRAPHEME_PARTS), max_size=9).map("".join))
def test_no_cluster_is_cut_in_any_mixture_of_what_clusters_are_made_of(name, text):
    words = segment(text, name)
    assert "".join(words) == text
    assert {start for start, _ in places(words)} <= {0, *(end for _, end in clusters(text))}


@given(st.lists(st.sampled_from([part for part in GRAPHEME_PARTS if part != "्"]), max_size=9).map("".join))
def test_clusters_are_those_of_the_standard_flags_included(text):
    assert list(clusters(text)) == [match.span() for match in regex.finditer(r"\X", text)]


@pytest.mark.parametrize("flags", ["🇨🇳" * 50_000, "好\u0301" + "🇨" * 100_001], ids=["marked", "unmarked"])
def test_a_hundred_thousand_flags_are_cut_in_pairs(flags):
    # To look back from each flag to the first one would take minutes.
    words = segment(flags, "char")
    assert "".join(words) == flags
    assert set(map(len, words[1:-1])) == {2}


@pytest.mark.parametrize("run", ["a" * (2 * PIECE_LIMIT), "1" * (2 * PIECE_LIMIT), "a_" * PIECE_LIMIT + "b"])
@pytest.mark.parametrize("name", OFFLINE)
def test_a_run_longer_than_a_piece_is_whole(name, run):
    assert segment(f"好{run}好", name) == ["好", run, "好"]


@pytest.mark.parametrize("place", ["2019", "12：30", "か\u3099", "好" + 40 * "\u0301", "2" * 40])
@pytest.mark.parametrize("before", range(PIECE_LIMIT - 6, PIECE_LIMIT + 2))
def test_no_piece_ends_within_a_number_or_a_cluster(before, place):
    text = "好" * before + place + "好" * PIECE_LIMIT + f"，{place}" * 900
    seen = []
    words = FramedSegmenter(Engine("char", "1", lambda piece: seen.append(piece) or list(piece))).cut(text)
    assert "".join(words) == text
    assert words.count(place) == 901
    assert max(map(len, seen)) <= PIECE_LIMIT


def test_the_quick_looks_miss_no_character():
    every = "".join(chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    joining = regex.compile(
        r"[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}\p{GCB=Prepend}\p{GCB=L}\p{GCB=V}\p{GCB=T}\p{GCB=LV}\p{GCB=LVT}"
        r"\p{GCB=Regional_Indicator}]"
    )
    assert _MAY_JOIN.sub("", "".join(joining.findall(every))) == ""
    ruled_out = _MAY_BEGIN.sub("", every)
    assert len(ruled_out) > 20_000
    assert joining.search(ruled_out) is None
    assert _PLACES.search(ruled_out) is None


@pytest.mark.parametrize(("text", "expected"), [
    pytest.param("我們喜歡北京的天氣", "我們 喜歡 北京 的 天氣", id="traditional"),
    pytest.param("他的電腦壞了，沒有辦法", "他 的 電腦 壞 了 ， 沒有 辦法", id="with-signs"),
    pytest.param("她在2019年5月1日結婚", "她 在 2019年 5月 1日 結婚", id="with-dates"),
    pytest.param("看這個[泪]沒有A4紙", "看 這個 [泪] 沒有 A4 紙", id="around-marks-and-runs"),
])  # fmt: skip
def test_traditional_script_is_cut_as_its_simplified_form(text, expected):
    assert segment(text) == expected.split()
    assert list(map(len, segment(text))) == list(map(len, segment(simplified(text))))


def test_the_quick_look_for_traditional_script_misses_no_character():
    every = "".join(map(chr, (*range(0x2E80, 0xD800), *range(0xF900, 0xFB00), *range(0x20000, 0x33480))))
    changed = [old for old, new in zip(every, simplified(every), strict=True) if old != new]
    assert len(changed) > 3_000
    assert [character for character in changed if not may_be_traditional(character)] == []
    assert not may_be_traditional("今天天气真好，我们去公园玩吧！")


def test_the_engine_sees_simplified_script_and_the_words_keep_theirs():
    seen = []
    segmenter = FramedSegmenter(Engine("pairs", "1", lambda piece: seen.append(piece) or [piece[:2], piece[2:]]))
    assert segmenter.cut("電腦壞了") == ["電腦", "壞了"]
    assert seen == ["电脑坏了"]


def test_a_lexicon_word_in_traditional_script_is_compared_as_it_stands():
    assert create_segmenter("char", ["電腦"]).cut("電腦电脑") == ["電腦", "电", "脑"]
