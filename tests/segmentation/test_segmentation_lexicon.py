"""The user's lexicon: what it finds, what it refuses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.segmentation import Lexicon, create_segmenter, lexicon_from_file, segment
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
