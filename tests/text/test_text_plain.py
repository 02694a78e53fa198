import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.text.plain import own_words, plain_text


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        pytest.param("好吃<br />下次还来", "好吃\n下次还来", id="line-break"),
        pytest.param("<span class='x'>好</span>", "好", id="attribute"),
        pytest.param("真<b>好</b>", "真好", id="closed-element"),
        pytest.param("甲&amp;乙&nbsp;丙", "甲&乙\xa0丙", id="entities"),
        pytest.param("哭<!-- 注 -->了", "哭了", id="comment"),
        pytest.param("笑<img alt='[doge]' src='x'>", "笑[doge]", id="pictured-emoticon"),
        pytest.param("&#55357;&#56832;", "\U0001f600", id="halves-of-an-emoji"),
    ],
)
def test_html_is_seen_and_read(raw, read):
    plain = plain_text(raw)
    assert (plain.text, plain.was_html) == (read, True)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("1<2 & 3>2", id="signs-of-arithmetic"),
        pytest.param("<爱你> <i 爱你>", id="moods-in-brackets"),
        pytest.param("封面上了<Time>", id="title-of-a-magazine"),
        pytest.param("尺码<S>还是<M>", id="sizes"),
        pytest.param("AT&T;和R&D", id="no-entity"),
        pytest.param("普通的话", id="plain"),
    ],
)
def test_plain_text_with_such_signs_stays(raw):
    assert plain_text(raw) == plain_text(raw, html=False)
    assert plain_text(raw).text == raw


def test_who_knows_better_than_the_text_says_so():
    assert plain_text("用<br>换行", html=False).text == "用<br>换行"
    read = plain_text("封面上了<Time>", html=True)
    assert (read.text, read.was_html) == ("封面上了", True)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<&")))
def test_without_its_signs_nothing_is_html(text):
    assert all(plain_text(text, choice).text == text for choice in (True, False, "auto"))


@pytest.mark.parametrize("choice", ["yes", None, 1, 0, []], ids=repr)
def test_other_choices_are_refused(choice):
    with pytest.raises(UsageError, match="'auto' to look at each text"):
        plain_text("好", choice)


def test_half_a_character_is_refused():
    with pytest.raises(DataError, match="surrogate"):
        plain_text("好\ud83d")


@pytest.mark.parametrize(
    ("raw", "own"),
    [
        pytest.param("不同意//@甲:太好了", "不同意", id="chain"),
        pytest.param("回复@甲:好的 //@乙:不", "好的", id="reply-in-a-chain"),
        pytest.param("转发微博", "", id="wordless-repost"),
        pytest.param("//@甲:太好了", "", id="nothing-before-the-chain"),
        pytest.param(" 好 ", "好", id="plain"),
    ],
)
def test_own_words_stand_before_the_chain(raw, own):
    assert own_words(raw) == own
