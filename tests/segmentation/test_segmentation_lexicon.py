"""The user's lexicon: what it finds, what it refuses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.segmentation import Lexicon, create_segmenter, lexicon_from_file, segment, segment_many
from weibo_nlp.segmentation.lexicon import WORD_LIMIT

OFFLINE = ["fast", "jieba", "char"]


def found(words, text):
    return [text[start:stop] for start, stop in Lexicon(words).find(text)]


@pytest.mark.parametrize(("words", "text", "expected"), [
    pytest.param(["区块", "区块链"], "谈区块链的", ["区块链"], id="the-longest-of-those-that-start-together"),
    pytest.param(["甲乙", "乙丙丁"], "甲乙丙丁", ["甲乙"], id="the-leftmost-before-the-longest"),
    pytest.param(["甲甲"], "甲甲甲甲甲", ["甲甲", "甲甲"], id="no-overlap"),
    pytest.param(["AI"], "AI用MAIL和AIDS,AI", ["AI", "AI"], id="not-out-of-a-longer-latin-word"),
    pytest.param(["618"], "2618和6180和618大促", ["618"], id="not-out-of-a-longer-number"),
    pytest.param(["iPhone", "H5"], "iPhone15,H5N1", [], id="letters-do-not-end-where-digits-begin"),
    pytest.param(["iPhone15", "3.5%", "股跌"], "iPhone15涨3.5%,A股跌", ["iPhone15", "3.5%"], id="whole-runs-stand"),
    pytest.param(["买iPhone15手", "a,b"], "买iPhone15手机a,b", ["买iPhone15手", "a,b"], id="words-that-contain-runs"),
    pytest.param(["iPhone"], "1.iPhone", ["iPhone"], id="behind-the-dot-of-a-list"),
    pytest.param(["New York"], "去New York玩", ["New York"], id="inner-space"),
    pytest.param([" 甲乙 ", ""], "甲乙", ["甲乙"], id="outer-space-and-empty-ignored"),
    pytest.param(["甲乙丙"], "甲乙", [], id="text-ends-inside-the-word"),
])  # fmt: skip
def test_words_found(words, text, expected):
    assert found(words, text) == expected


@pytest.mark.parametrize("name", OFFLINE)
def test_every_segmenter_keeps_lexicon_words_whole(name):
    words = create_segmenter(name, ["量子猫咪学"]).cut("我爱量子猫咪学,量子猫咪学@量子猫咪学")
    assert words.count("量子猫咪学") == 2
    assert words[-1] == "@量子猫咪学"


WHOLE = ["甲乙", "乙丙丁", "A4", "4甲", "iPhone", "New York", "5月", "月1", "，甲", "後", "丁"]


def leftmost_longest(words, text):
    """Find words as documented, place by place, and slowly; runs here are held together by low lines alone."""
    runs = re.finditer("[0-9A-Za-z]+(?:_+[0-9A-Za-z]+)*", text)
    inner = {border for run in runs for border in range(run.start() + 1, run.end())}
    places, start = [], 0
    while start < len(text):
        for word in sorted(words, key=len, reverse=True):
            end = start + len(word)
            if text.startswith(word, start) and inner.isdisjoint({start, end}):
                places.append((start, end))
                start = end
                break
        else:
            start += 1
    return places


@pytest.mark.parametrize("name", OFFLINE)
@given(
    words=st.lists(st.sampled_from(WHOLE), max_size=5),
    parts=st.lists(
        st.sampled_from([*WHOLE, "4", "A", "纸", " ", "kg", "_", "說", "好" * 1001, "a" * 1001]), max_size=12
    ),
)
def test_only_what_begins_before_cuts_a_word_of_the_lexicon(name, words, parts):
    text = "".join(parts)
    places, start = set(), 0
    for word in segment(text, name, words):
        places.add((start, start + len(word)))
        start += len(word)
    assert set(leftmost_longest(words, text)) <= places


@pytest.mark.parametrize(("words", "text", "expected"), [
    pytest.param(["4甲"], "A4甲纸", ["A4", "甲", "纸"], id="not-out-of-a-run-of-letters-and-digits"),
    pytest.param(["A4甲"], "A4甲纸", ["A4甲", "纸"], id="with-a-whole-run"),
    pytest.param(["5"], "涨3.5%", ["涨", "3.5%"], id="not-out-of-a-decimal"),
    pytest.param(["10"], "10,000", ["10,000"], id="not-out-of-thousands"),
    pytest.param(["618"], "2.618", ["2.618"], id="not-behind-a-decimal-point"),
    pytest.param(["30"], "12:30", ["12:30"], id="not-out-of-a-clock"),
    pytest.param(["05"], "2019-05-01", ["2019-05-01"], id="not-out-of-a-date"),
    pytest.param(["t"], "don't", ["don't"], id="not-behind-an-apostrophe"),
    pytest.param(["Fi"], "Wi-Fi", ["Wi-Fi"], id="not-behind-a-hyphen"),
    pytest.param(["AT"], "AT&T", ["AT&T"], id="not-before-an-ampersand"),
    pytest.param(["world"], "hello_world", ["hello_world"], id="not-behind-a-low-line"),
    pytest.param(["股跌"], "A股跌", ["A股", "跌"], id="not-out-of-an-established-name"),
    pytest.param(["月1"], "5月1日", ["5", "月1", "日"], id="before-a-date"),
    pytest.param(["cafe"], "cafe\u0301cafe", ["cafe\u0301cafe"], id="not-out-of-a-cluster"),
    pytest.param(["über"], "gegenüber", ["gegenüber"], id="not-out-of-a-run-of-other-letters"),
    pytest.param(["６１"], "６１８", ["６１８"], id="not-out-of-a-full-width-number"),
])  # fmt: skip
def test_words_of_the_lexicon_beside_runs(words, text, expected):
    assert segment(text, "char", words) == expected


def test_lexicon_word_is_not_cut_out_of_a_protected_span():
    assert segment("#量子话题#量子", "char", ["量子"]) == ["#量子话题#", "量子"]


@given(st.lists(st.text("甲乙a1 ", min_size=1, max_size=4), max_size=5), st.text("甲乙a1 @[]", max_size=20))
def test_words_with_lexicon_still_join_to_the_text(words, text):
    assert "".join(segment(text, "char", words)) == text


def test_lexicon_file_ignores_comments_and_empty_lines(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("\ufeff# my words\n\n 量子 \r\n区块链\n", encoding="utf-8")
    assert lexicon_from_file(path).words == ("区块链", "量子")
    assert segment("量子区块链", "char", path) == segment("量子区块链", "char", str(path)) == ["量子", "区块链"]


CLEAR = ["云计算 5 n", "元宇宙 9 nz", "区块链 3 n"]


@pytest.mark.parametrize(("lines", "expected"), [
    pytest.param(["云计算 5 n", "元宇宙 9 nz"], {"云计算", "元宇宙"}, id="all-lines"),
    pytest.param([*CLEAR, "高铁 nz", "区块"], {"云计算", "元宇宙", "区块链", "高铁", "区块"}, id="most-lines"),
    pytest.param([*CLEAR, "网红 nz"], {"云计算", "元宇宙", "区块链", "网红"}, id="no-frequency-among-jiebas"),
    pytest.param(["云计算\t5\tn", "New York 5 nz"], {"云计算", "New York"}, id="tabs-and-a-word-with-blanks"),
    pytest.param(["华为", "C++", "小米14"], {"华为", "C++", "小米14"}, id="no-blank-in-any-line"),
    pytest.param(
        ["歼-20", "AC/DC", "A/B", "3.15晚会", "2.5D", "《浮城》", "rock'n'roll", "+1", "24:00", "5元/斤"],
        {"歼-20", "AC/DC", "A/B", "3.15晚会", "2.5D", "《浮城》", "rock'n'roll", "+1", "24:00", "5元/斤"},
        id="signs-of-names",
    ),
])  # fmt: skip
def test_a_user_dictionary_of_jieba_is_told_from_a_list_of_words(tmp_path, lines, expected):
    path = tmp_path / "user.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert set(lexicon_from_file(path).words) == expected


@pytest.mark.parametrize(("lines", "message"), [
    pytest.param(["量子", "iPhone 15"], "user.txt:2: 'iPhone 15' may be a word with blanks", id="number-or-name"),
    pytest.param(["plan b"], "user.txt:1: 'plan b' may be a word with blanks", id="part-of-speech-or-letter"),
    pytest.param(["华为", "小米 14", "国产车"], "user.txt:2: '小米 14' may be a word", id="a-model-among-words"),
    pytest.param(["小米 14", "苹果 15"], "user.txt:1: '小米 14' may be a word", id="nothing-but-models"),
    pytest.param(["华为", "苹果 x"], "user.txt:2: '苹果 x' may be a word", id="a-letter-among-words"),
    pytest.param(["红旗 7", "理想 l"], "user.txt:1: '红旗 7' may be a word", id="numbers-and-letters"),
    pytest.param(["小米 14 t", "一加 9 r"], "user.txt:1: '小米 14 t' may be a word", id="models-in-three-fields"),
    pytest.param(["华为", "云计算 5 n", "国产车"], "user.txt:2: '云计算 5 n' may be", id="one-entry-among-words"),
    pytest.param(["芝麻分 5 brand"], "user.txt:1: '芝麻分 5 brand' may be", id="nothing-but-a-tag-of-ones-own"),
    pytest.param(["芝麻分 brand"], "user.txt:1: '芝麻分 brand' may be", id="a-tag-of-ones-own-without-frequency"),
    pytest.param(["云计算 5 NN"], "user.txt:1: '云计算 5 NN' may be", id="capitals"),
    pytest.param(["芝麻分 zhi ma fen"], "user.txt:1: '芝麻分 zhi ma fen' may be", id="a-reading"),
    pytest.param(["New York", "量子"], "user.txt:1: 'New York' may be a word with blanks", id="a-phrase"),
    pytest.param(["云计算 nz 1000"], "user.txt:1: '云计算 nz 1000' may be", id="the-order-of-hanlp"),
    pytest.param(["甲\u2028乙"], r"user.txt:1: '甲\u2028乙' may be", id="a-blank-that-ends-no-line"),
    pytest.param(["芝麻分,5,n"], "user.txt:1: '芝麻分,5,n' looks like a row of a table", id="csv"),
    pytest.param(["word,freq", "花呗"], "user.txt:1: 'word,freq' looks like a row of a table", id="header"),
    pytest.param(["芝麻分|5"], "user.txt:1: '芝麻分|5' looks like a row of a table", id="other-delimiter"),
    pytest.param(["云计算，5，nz"], "user.txt:1: '云计算，5，nz' looks like a row of a table", id="full-width-csv"),
    pytest.param(["云", "云计算/nz"], "user.txt:2: '云计算/nz' looks like a word with", id="slash-tag"),
    pytest.param(["芝麻分:580"], "user.txt:1: '芝麻分:580' looks like a word with frequency", id="colon"),
    pytest.param(["芝麻分_NN"], "user.txt:1: '芝麻分_NN' looks like a word with frequency", id="low-line"),
    pytest.param(["芝麻分＿n"], "user.txt:1: '芝麻分＿n' looks like a word with frequency", id="full-width-low-line"),
    pytest.param(["芝麻分—nz"], "user.txt:1: '芝麻分—nz' looks like a word with frequency", id="dash"),
    pytest.param(["芝麻分(n)"], "user.txt:1: '芝麻分(n)' looks like a word with frequency", id="brackets"),
    pytest.param(["iPhone/nz"], "user.txt:1: 'iPhone/nz' looks like a word with frequency", id="tag-behind-latin"),
    pytest.param(['"云计算"'], "looks like a word in quotation marks", id="quoted"),
    pytest.param(["“云计算”"], "user.txt:1: '“云计算”' looks like a word in quotation marks", id="curly-quotes"),
    pytest.param(["'云计算'"], "looks like a word in quotation marks", id="single-quotes"),
    pytest.param(["-云计算"], "user.txt:1: '-云计算' looks like an item of a list", id="hyphen-of-a-list"),
    pytest.param(["12.云计算"], "user.txt:1: '12.云计算' looks like an item of a list", id="number-of-a-list"),
    pytest.param(["云计算#术语"], "user.txt:1: '云计算#术语' looks like a word with a comment", id="comment"),
    pytest.param([*CLEAR, "小米 14 ultra"], "user.txt:4: '小米 14 ultra' may be no line of a jieba", id="model"),
    pytest.param([*CLEAR, "小米 14 t"], "user.txt:4: '小米 14 t' may be no line of a jieba", id="model-t"),
    pytest.param([*CLEAR, "小米 14"], "user.txt:4: '小米 14' may be no line of a jieba", id="number"),
    pytest.param([*CLEAR, "花呗 5 brand"], "user.txt:4: '花呗 5 brand' may be no line of a jieba", id="own-tag"),
    pytest.param([*CLEAR, "花呗 5 NN"], "user.txt:4: '花呗 5 NN' may be no line of a jieba", id="capitals-there"),
    pytest.param([*CLEAR, "New York"], "user.txt:4: 'New York' may be no line of a jieba", id="neither"),
    pytest.param([*CLEAR, "new york"], "user.txt:4: 'new york' may be no line of a jieba", id="word-or-tag"),
    pytest.param([*CLEAR, "元宇宙 nz 9"], "user.txt:4: '元宇宙 nz 9' may be no line of a jieba", id="other-order"),
    pytest.param([*CLEAR, "word freq tag"], "user.txt:4: 'word freq tag' may be no line of a jieba", id="names"),
])  # fmt: skip
def test_a_line_that_is_not_clear_is_refused(tmp_path, lines, message):
    path = tmp_path / "user.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(message)):
        segment("好", "char", path)
    with pytest.raises(DataError, match=re.escape('layout="words") or lexicon_from_file(path, layout="jieba")')):
        lexicon_from_file(path)


@pytest.mark.parametrize(("line", "word"), [
    pytest.param("Edu Trust认证 2000", "Edu Trust认证", id="jiebas-own-sample-of-a-word-with-a-blank"),
    pytest.param("创新办 3 i", "创新办", id="all-fields"),
    pytest.param("凱特琳 nz", "凱特琳", id="no-frequency"),
    pytest.param("台中", "台中", id="a-word-alone"),
    pytest.param("芝麻分 5 brand", "芝麻分", id="a-tag-of-ones-own"),
    pytest.param("芝麻分 brand", "芝麻分", id="a-tag-of-ones-own-without-frequency"),
    pytest.param("云计算 5 NN", "云计算", id="capitals"),
    pytest.param("New York", "New York", id="no-tag-of-jieba"),
    pytest.param("iPhone 15 Pro", "iPhone 15 Pro", id="no-tag-behind-a-number"),
    pytest.param("云计算   5\tn", "云计算", id="other-white-space"),
])  # fmt: skip
def test_layout_jieba_reads_a_line_as_jieba_does(tmp_path, line, word):
    path = tmp_path / "user.txt"
    path.write_text(line, encoding="utf-8")
    assert lexicon_from_file(path, layout="jieba").words == (word,)


def test_lines_of_a_file_end_at_line_feeds_and_carriage_returns_alone(tmp_path):
    path = tmp_path / "user.txt"
    path.write_bytes("甲乙\n丙\u3000丁\r\n戊己\r庚辛".encode())
    assert lexicon_from_file(path, layout="words").words == ("丙\u3000丁", "庚辛", "戊己", "甲乙")
    path.write_bytes("甲\n\u2028乙\x85\n\x0c# 丙\n".encode())
    assert lexicon_from_file(path).words == ("乙", "甲")


def test_the_layout_of_a_file_can_be_said(tmp_path):
    path = tmp_path / "user.txt"
    path.write_text("iPhone 15\n云计算 5 n\na,b\n", encoding="utf-8")
    assert set(lexicon_from_file(path, layout="words").words) == {"iPhone 15", "云计算 5 n", "a,b"}
    assert set(lexicon_from_file(path, layout="jieba").words) == {"iPhone", "云计算", "a,b"}
    with pytest.raises(UsageError, match="layout='csv'; pass auto, words or jieba"):
        lexicon_from_file(path, layout="csv")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.txt: No such file"):
        segment("好", "char", tmp_path / "nowhere.txt")


@pytest.mark.parametrize("path", ["", None, 0, "a\x00b", "a\ud800b"])
def test_what_names_no_file_is_refused(path):
    with pytest.raises(UsageError, match="name a text file with one word a line"):
        lexicon_from_file(path)


def test_a_byte_order_mark_within_a_file_is_refused_by_line(tmp_path):
    path = tmp_path / "two-files.txt"
    path.write_text("\ufeff甲乙\n\ufeff丙丁\n", encoding="utf-8")
    for layout in ("auto", "words", "jieba"):
        with pytest.raises(DataError, match=r"two-files\.txt:2: .* holds U\+FEFF"):
            lexicon_from_file(path, layout=layout)


@pytest.mark.parametrize("sign", "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
def test_a_tab_or_an_end_of_line_within_a_word_is_refused(sign):
    with pytest.raises(DataError, match=rf"lexicon, word 2: .* holds U\+{ord(sign):04X}"):
        Lexicon(["花呗", f"分{sign}芝麻"])


def test_other_words_have_another_digest_and_ignored_strings_have_none():
    assert Lexicon(["分芝麻"]).digest() != Lexicon(["分", "芝麻"]).digest() != Lexicon(["分 芝麻"]).digest()
    assert Lexicon(["分", "", "\n"]).digest() == Lexicon(["分"]).digest()
    assert Lexicon(["分", ""]).words == ("分",)


def test_joiners_within_a_word_stay():
    assert Lexicon(["می\u200cخواهم", "👩\u200d💻"]).words == ("می\u200cخواهم", "👩\u200d💻")


def test_words_of_other_string_types_become_plain():
    class Word(str):
        __slots__ = ()

    assert [type(word) for word in Lexicon([Word("甲乙")]).words] == [str]


def test_a_long_line_is_not_repeated_whole(tmp_path):
    path = tmp_path / "one-line.txt"
    path.write_text("长 " * 10_000, encoding="utf-8")
    with pytest.raises(DataError) as refused:
        lexicon_from_file(path)
    assert len(str(refused.value)) < 1000


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    path = tmp_path / "gbk.txt"
    path.write_bytes("量子".encode("gb18030"))
    with pytest.raises(DataError, match=r"gbk.txt: byte 0 is not UTF-8"):
        lexicon_from_file(path)


def test_a_line_that_is_too_long_is_named(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("短\n" + "长" * (WORD_LIMIT + 1), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(f"long.txt:2: {WORD_LIMIT + 1} characters, at most {WORD_LIMIT}")):
        lexicon_from_file(path)


@pytest.mark.parametrize(("words", "error", "message"), [
    pytest.param("量子", UsageError, "pass a list of words", id="one-string"),
    pytest.param(["好", None], DataError, "word 2: None is NoneType, not a string", id="not-a-string"),
    pytest.param(["a\x00b"], DataError, r"word 1: .* holds U\+0000", id="nul"),
    pytest.param(["甲", "云计算\u200b"], DataError, r"word 2: .* holds U\+200B, which readers", id="zero-width"),
    pytest.param(["\ufeff云计算"], DataError, r"word 1: .* holds U\+FEFF", id="byte-order-mark"),
    pytest.param(["云\u202e计算"], DataError, r"word 1: .* holds U\+202E", id="bidi-control"),
    pytest.param(["云计算\u200d"], DataError, r"word 1: .* holds U\+200D", id="joiner-at-the-end"),
    pytest.param(["\x1b[1m"], DataError, r"word 1: .* holds U\+001B", id="control"),
    pytest.param(["\ud800"], DataError, r"word 1: .* holds U\+D800", id="lone-surrogate"),
])  # fmt: skip
def test_words_that_are_refused(words, error, message):
    with pytest.raises(error, match=message):
        Lexicon(words)


@pytest.mark.parametrize("lexicon", ["", 0, False, 1.5, object], ids=repr)
@pytest.mark.parametrize("call", [segment, segment_many], ids=["one", "many"])
def test_what_is_no_lexicon_is_refused_before_anything_is_cut(call, lexicon):
    texts = "好" if call is segment else ["好"]
    with pytest.raises(UsageError, match=r"^lexicon is .*; pass a list of words, a path, or None for no lexicon"):
        list(call(texts, lexicon=lexicon))
