"""The two promises: joined, the words are the text; and no protected span is cut."""

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.segmentation import Segmenter, create_segmenter, names, segment
from weibo_nlp.segmentation.base import FRAME_VERSION, PIECE_LIMIT, may_be_marked
from weibo_nlp.segmentation.store import stored_model
from weibo_nlp.text import protected_spans

needs_pkuseg = pytest.mark.skipif(stored_model("pkuseg") is None, reason="`weibo-nlp models fetch pkuseg` was not run")
SEGMENTERS = ["fast", "jieba", "char", pytest.param("pkuseg", marks=needs_pkuseg)]

CONSTRUCTS = [
    "@甲乙", "＠小甲", "a@b.com", "回复@小甲:", "//@小丙:", "转发理由:", "#话题#", "＃全＃", "#区块链[超话]#",
    "http://t.cn/A6abcDE", "t.cn/Aa", "www.a.com", "HTTPS://A.com/b?c=d", "[doge]", "[泪]", "[1]", "[", "]", "#",
    "@", "(≧▽≦)/", "（＾ω＾）", "T_T", "orz", "XD", "^_^", "=_=", "⊙﹏⊙", "ʕ•ᴥ•ʔ", "QAQ", ">_<", ";_;", "$_$", ":-)",
    "👨\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "🇨🇳", "1\ufe0f\u20e3", "©\ufe0f", "㊙", "〰\ufe0f", "\u200d", "\ufeff",
    "今天天气真好", "2/3", "a\\b", "\\ ", "3.5%", "，", "。", "“好”", "…", "\x00", "\x1c", "\x85", " ", "\n", "\r\n",
    "\u3000", "\u00a0", "\u200b", "\u2028", "e\u0301", "ｙｙｄｓ", "ﬁ", "한국", "ไทย", "𠮷", "\U0010ffff", "٣",
]  # fmt: skip
anything = st.characters(exclude_categories=["Cs"])
texts = st.lists(st.one_of(st.sampled_from(CONSTRUCTS), st.text(anything, max_size=6)), max_size=12).map("".join)


@pytest.mark.parametrize("name", SEGMENTERS)
@given(text=texts)
@example(text="")
@example(text="\x00")
@example(text=" ")
@example(text="a" * (2 * PIECE_LIMIT + 1))
@example(text="，" + "好" * (PIECE_LIMIT + 1))
@example(text="@甲乙🏻")
def test_words_join_to_the_text_and_no_protected_span_is_cut(name, text):
    words = segment(text, name)
    assert "".join(words) == text
    assert all(words)
    places, start = set(), 0
    for word in words:
        places.add((start, start + len(word)))
        start += len(word)
    borders = sorted({border for place in places for border in place})
    spans = protected_spans(text)
    # What a word holds beside spans belongs to the first or last character of one; spans that share one are one word.
    clusters = list(regex.finditer(r"\X", text))
    starts = {max(c.start() for c in clusters if c.start() <= span.start) for span in spans}
    ends = {min(c.end() for c in clusters if c.end() >= span.end) for span in spans}
    for span in spans:
        left, right = max(b for b in borders if b <= span.start), min(b for b in borders if b >= span.end)
        assert (left, right) in places
        assert left in starts
        assert right in ends


@given(st.one_of(texts, st.text(st.sampled_from("()（）^_<>≧▽≦TQo;-=@$xXuUn:.1#*/w\u20e3\ufe0f🇨👍\u200d"), max_size=8)))
def test_texts_ruled_out_by_the_quick_look_hold_nothing_protected(text):
    assert may_be_marked(text) or protected_spans(text) == []


@pytest.mark.slow
def test_every_character_that_the_quick_look_rules_out_is_no_span_beside_any_other_such():
    plain = [character for character in map(chr, range(0x110000)) if not may_be_marked(character)]
    others = [character for character in plain if not "\u4e00" <= character <= "\u9fff"] + ["好"]
    assert len(plain) > 20_000
    for left in others:
        for right in others:
            for text in (left + right, left + right + left, left + "好" + right):
                assert protected_spans(text) == [], text


@pytest.mark.slow
@pytest.mark.parametrize("name", SEGMENTERS)
def test_every_code_point_survives(name):
    codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    segmenter = create_segmenter(name)
    for start in range(0, len(codes), 64):
        text = "".join(f"好{chr(code)}a" for code in codes[start : start + 64])
        assert "".join(segmenter.cut(text)) == text


@pytest.mark.parametrize("name", SEGMENTERS)
def test_empty_text_has_no_words(name):
    assert segment("", name) == []


@pytest.mark.parametrize(("text", "expected"), [
    pytest.param("甲 \n 乙", ["甲", " \n ", "乙"], id="a-run-of-white-space"),
    pytest.param("\x00\x00", ["\x00", "\x00"], id="nul"),
    pytest.param("回复@小甲:好", ["回", "复", "@小甲", ":", "好"], id="of-a-prefix-the-name"),
    pytest.param("看http://t.cn/A6abcDE好", ["看", "http://t.cn/A6abcDE", "好"], id="link"),
    pytest.param("#甲##乙[超话]#", ["#甲#", "#乙[超话]#"], id="hashtag-and-super-topic"),
    pytest.param("[doge][1]", ["[doge]", "[", "1", "]"], id="emoticon-and-brackets"),
    pytest.param("👨\u200d👩\u200d👧(≧▽≦)/", ["👨\u200d👩\u200d👧", "(≧▽≦)/"], id="emoji-and-kaomoji"),
])  # fmt: skip
def test_frame_around_single_characters(text, expected):
    assert segment(text, "char") == expected


@pytest.mark.parametrize(("text", "expected"), [
    pytest.param("👍\u200d好", ["👍\u200d", "好"], id="joiner-that-joins-nothing"),
    pytest.param("[泪]\ufe0f好", ["[泪]\ufe0f", "好"], id="variation-selector"),
    pytest.param("#甲#\u20e4@小乙\u20e3", ["#甲#\u20e4", "@小乙\u20e3"], id="enclosing-marks-in-a-row"),
    pytest.param("\u0600@小甲", ["\u0600@小甲"], id="sign-that-is-part-of-what-follows"),
    pytest.param("@\u0d4e：好", ["@\u0d4e：", "好"], id="a-name-ends-in-a-sign-that-is-part-of-what-follows"),
])  # fmt: skip
def test_a_cluster_at_the_edge_of_a_marked_place_is_whole(text, expected):
    assert segment(text, "char") == expected


@pytest.mark.parametrize("name", ["fast", "jieba"])
def test_ordinary_words_are_found(name):
    assert segment("我喜欢北京的天气", name) == ["我", "喜欢", "北京", "的", "天气"]


@pytest.mark.parametrize("text", ["\ud800", "好\ud83d", "\udc00a"])
@pytest.mark.parametrize("name", ["fast", "char"])
def test_lone_surrogates_are_refused_with_their_offset(name, text):
    offset = next(place for place, character in enumerate(text) if "\ud800" <= character <= "\udfff")
    with pytest.raises(DataError, match=f"offset {offset}: lone surrogate"):
        segment(text, name)


@pytest.mark.parametrize("text", [None, float("nan"), b"a"])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(DataError, match="not a string; drop or fill missing values"):
        segment(text, "char")


def test_unknown_segmenters_are_refused_with_the_names_there_are():
    with pytest.raises(UnknownNameError, match="unknown segmenter 'thulac'; there is: char, fast, jieba, pkuseg"):
        create_segmenter("thulac")


def test_segmenters_follow_the_protocol():
    assert names() == ("fast", "pkuseg", "jieba", "char")
    for name in ("fast", "jieba", "char"):
        segmenter = create_segmenter(name)
        assert isinstance(segmenter, Segmenter)
        assert segmenter.name == name
        assert segmenter.version


# If these words change, so do those that were kept under the version: move FRAME_VERSION along, then the words here.
FRAME_2 = [
    "iPhone15|：|10|大", "12:30", "2|-|3W", "4-3-3", "C++11", "10w+", "4S店", "A4|纸", "第|13|届", "1|.|iPhone",
    "a|,|b", "3.5%", "2024-05-01T08:00Z", "🇨🇳|  |好", "#甲#|\x00|http://t.cn/A6abcDE", "Wi-Fi|、|U.S.A.", "हिन्दी",
    "電|腦", "好|[泪]|@小甲", "好|++1", "1:23.456", "c#|、|.NET", "8|/|9",
]  # fmt: skip


def test_the_frame_s_version_moves_with_its_words():
    assert FRAME_VERSION == "2"
    assert ["|".join(segment(cut.replace("|", ""), "char")) for cut in FRAME_2] == FRAME_2


def test_the_version_tells_frame_and_lexicon():
    plain = create_segmenter("char").version
    assert f"(frame {FRAME_VERSION}, " in plain
    versions = {plain, create_segmenter("char", ["甲乙"]).version, create_segmenter("char", ["甲丙"]).version}
    assert len(versions) == 3
    assert create_segmenter("char", ["乙", "甲"]).version == create_segmenter("char", ["甲", "乙", "甲"]).version


def test_a_piece_beyond_the_limit_is_cut_behind_its_last_clause_mark():
    from weibo_nlp.segmentation.base import Engine, FramedSegmenter

    first = "好" * 10 + "，" + "好" * 20 + "。"
    rest = "好" * PIECE_LIMIT
    whole = FramedSegmenter(Engine("whole", "1", lambda piece: [piece]))
    assert whole.cut(first + rest) == [first, rest]
    assert whole.cut(rest + "好") == [rest, "好"]
