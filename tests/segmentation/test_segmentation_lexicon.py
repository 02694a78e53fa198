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
    pytest.param(["iPhone"], "iPhone15", ["iPhone"], id="letters-end-where-digits-begin"),
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
    """Find words as documented, place by place, and slowly."""
    places, start = [], 0
    while start < len(text):
        for word in sorted(words, key=len, reverse=True):
            end = start + len(word)
            edges = (text[max(start - 1, 0) : start + 1] if start else "", text[end - 1 : end + 1])
            alone = not any(len(pair) == 2 and pair.isascii() and (pair.isalpha() or pair.isdigit()) for pair in edges)
            if text.startswith(word, start) and alone:
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
    pytest.param(["4甲"], "A4甲纸", ["A", "4甲", "纸"], id="before-a-run-of-letters-and-digits"),
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


@pytest.mark.parametrize(("lines", "expected"), [
    pytest.param(["云计算 5 n", "高铁 3", "网红 nz", "区块"], {"云计算", "高铁", "网红", "区块"}, id="all-four-forms"),
    pytest.param(["云计算\t5\tn", "New York 5 nz"], {"云计算", "New York"}, id="tabs-and-a-word-with-blanks"),
    pytest.param(["云计算 5", "iPhone 15"], {"云计算", "iPhone"}, id="one-clear-line-decides-for-the-file"),
    pytest.param(["New York", "量子", "iPhone 15 手机"], {"New York", "量子", "iPhone 15 手机"}, id="phrases"),
])  # fmt: skip
def test_a_user_dictionary_of_jieba_is_told_from_a_list_of_words(tmp_path, lines, expected):
    path = tmp_path / "user.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert set(lexicon_from_file(path).words) == expected


@pytest.mark.parametrize(("lines", "message"), [
    pytest.param(["量子", "iPhone 15"], "user.txt:2: 'iPhone 15' may be a word with blanks", id="number-or-name"),
    pytest.param(["plan b"], "user.txt:1: 'plan b' may be a word with blanks", id="part-of-speech-or-letter"),
    pytest.param(["云计算 nz 1000"], "user.txt:1: '云计算 nz 1000' may be", id="the-order-of-hanlp"),
    pytest.param(["云计算 5 n", "New York"], "user.txt:2: 'New York' is no line of a jieba", id="neither"),
    pytest.param(["云计算 5 n", "元宇宙 nz 9"], "user.txt:2: '元宇宙 nz 9' is no line of a jieba", id="other-order"),
])  # fmt: skip
def test_a_line_that_is_not_clear_is_refused(tmp_path, lines, message):
    path = tmp_path / "user.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(message)):
        segment("好", "char", path)


def test_the_layout_of_a_file_can_be_said(tmp_path):
    path = tmp_path / "user.txt"
    path.write_text("iPhone 15\n云计算 5 n\n", encoding="utf-8")
    assert set(lexicon_from_file(path, layout="words").words) == {"iPhone 15", "云计算 5 n"}
    assert set(lexicon_from_file(path, layout="jieba").words) == {"iPhone", "云计算"}
    with pytest.raises(UsageError, match="layout='csv'; pass auto, words or jieba"):
        lexicon_from_file(path, layout="csv")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.txt: No such file"):
        segment("好", "char", tmp_path / "nowhere.txt")


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
    pytest.param(["a\x00b"], DataError, r"word 1: holds U\+0000", id="nul"),
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
