"""What one pass over texts leaves."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.analysis.folded import fold
from weibo_nlp.analysis.text_scan import TextScan, letters_of
from weibo_nlp.errors import UsageError


def scanned(texts, phrases=(), size=10):
    scan = TextScan(phrases, size, 0)
    scan.add(0, pd.Series(texts, dtype=object))
    return scan.scanned()


def test_rows_without_a_text_have_no_hash_and_are_not_drawn():
    texts = scanned(["好的", None, " \u200b", "好的", 3.5])
    assert texts.n_texts == 2
    assert texts.exact[0] == texts.exact[3] != 0
    assert [text for _, text in texts.sample] == ["好的", "好的"]
    assert sorted(place for place, _ in texts.sample) == [0, 3]


@pytest.mark.parametrize(
    ("one", "other", "are_copies"),
    [
        pytest.param("今天的晚霞真的太好看了吧", "今天的晚霞真的太好看了吧！！[心]", True, id="signs-and-emoticons"),
        pytest.param(
            "@小甲 今天的晚霞真的太好看了吧", "今天的晚霞真的太好看了吧 http://t.cn/A1", True, id="names-and-links"
        ),
        pytest.param("今天的晚霞真的太好看了吧", "昨天的晚霞真的太好看了吧", False, id="another-word"),
        pytest.param("好看", "好看！", False, id="short-texts-repeat"),
    ],
)
def test_copies_share_their_letters(one, other, are_copies):
    first, second = scanned([one, other]).letters
    assert bool(first == second and first != 0) is are_copies


def test_a_text_is_read_as_the_platform_shows_it():
    texts = scanned(["支持&nbsp;国货<br />", "支持\xa0国货\n"])
    assert texts.exact[0] == texts.exact[1]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        pytest.param("華人與狗不得入內", "华人与狗", id="script"),
        pytest.param("ＹＹＤＳ永远", "yyds", id="width-and-case"),
        pytest.param("华人与狗", "華人與狗", id="the-phrase-too"),
    ],
)
def test_phrases_are_found_in_either_width_and_script(text, phrase):
    (places,) = scanned(["别的", text], [phrase]).places
    assert places.rows.tolist() == [1]


def test_a_phrase_in_what_others_said_is_not_the_authors_own():
    (places,) = scanned(["华人与狗", "不同意//@小甲:华人与狗", "转发微博//@小甲:好"], ["华人与狗"]).places
    assert places.rows.tolist() == [0, 1]
    assert places.own.tolist() == [0]


def test_a_phrase_within_a_longer_one_is_told_from_one_that_stands_apart():
    texts = ["华人与狗", "华人与狗，华人", "海外华人", "哈哈哈"]
    shorter, longer, laughter, double = scanned(texts, ["华人", "华人与狗", "哈哈", "哈哈哈"]).places
    assert shorter.rows.tolist() == [0, 1, 2]
    assert shorter.apart.tolist() == [1, 2]
    assert longer.apart.tolist() == longer.rows.tolist() == [0, 1]
    # 哈哈 stands twice in 哈哈哈, overlapping, and both times within it.
    assert (laughter.rows.tolist(), laughter.apart.tolist(), double.apart.tolist()) == ([3], [], [3])


@pytest.mark.parametrize(
    ("phrases", "message"),
    [
        pytest.param([" "], "cannot be looked for", id="blank"),
        pytest.param(["a" * 201], "up to 200", id="long"),
        pytest.param(["华人", "華人"], "are one in simplified script", id="twice"),
        pytest.param([str(i) for i in range(51)], "up to 50", id="many"),
        pytest.param("华人", "give a list", id="a-string"),
        pytest.param(["\ud800"], "lone surrogate", id="surrogate"),
    ],
)
def test_phrases_that_cannot_be_tracked_are_refused(phrases, message):
    with pytest.raises(UsageError, match=message):
        TextScan(phrases, 1, 0)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    once = fold(text)
    assert fold(once) == once


@given(st.text(max_size=30), st.text(min_size=1, max_size=3), st.text(max_size=30))
def test_letters_are_those_that_signs_and_spaces_stand_between(before, sign, after):
    assert all(letter.isalnum() or letter.isidentifier() for letter in letters_of(before + sign + after))
