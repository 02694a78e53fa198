import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.text import lexicon, normalise, script, simplified


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("乾隆皇帝後來說著名瞭解甚麼🇨🇳\x00\n a"))
def test_the_simplified_form_has_the_borders_of_the_text(text):
    assert len(simplified(text)) == len(text)


@pytest.fixture
def growing_dictionary(monkeypatch):
    """A converter as a later release of the dictionaries may be: a phrase and a character that change the length."""
    entries = {"計程車": "出租汽车", "麼": "什么"}

    def convert(text):
        for old, new in entries.items():
            text = text.replace(old, new)
        return text.replace("後", "后").replace("車", "车")

    monkeypatch.setattr(script, "_converter", lambda: convert)


def test_a_phrase_that_would_change_the_length_is_converted_character_by_character(growing_dictionary):
    assert simplified("後來，計程車麼，後") == "后來，計程车麼，后"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("看著他睡著了，急著走", "看着他睡着了，急着走", id="particle"),
        pytest.param("著急著火著涼，沒著落", "着急着火着凉，没着落", id="the-verb-zhao"),
        pytest.param("執著、穿著、沉著", "执着、穿着、沉着", id="words-that-end-in-it"),
        pytest.param("著名著作，名著原著，土著，編著，專著", "著名著作，名著原著，土著，编著，专著", id="to-write"),
        pytest.param("效果顯著，惡名昭著，以勇著稱", "效果显著，恶名昭著，以勇著称", id="manifest"),
        pytest.param("魯迅所著，見微知著，著書立說", "鲁迅所著，见微知著，著书立说", id="set-phrases"),
        pytest.param("喊著名字寫著作業笑著稱讚", "喊着名字写着作业笑着称赞", id="words-across-the-particle"),
        pytest.param(
            "討論著，彰顯著，命名著，改編著", "讨论着，彰显着，命名着，改编着", id="verbs-that-end-like-a-word"
        ),
        pytest.param("合著你最懂", "合着你最懂", id="it-turns-out"),
        pytest.param("兩人合著的書，合著者", "两人合著的书，合著者", id="co-authors"),
        pytest.param("甚麼？甚至", "什么？甚至", id="what"),
        pytest.param("這裡，那裏", "这里，那里", id="inside"),
        pytest.param("乾隆乾杯，乾坤餅乾", "乾隆干杯，乾坤饼干", id="dry"),
        pytest.param("瞭解瞭望，一目瞭然", "了解瞭望，一目了然", id="clear"),
        pytest.param("藉口，慰藉，狼藉，藉酒", "借口，慰藉，狼藉，借酒", id="excuse"),
        pytest.param("回覆，顛覆核心，覆核結果", "回复，颠覆核心，复核结果", id="again-and-overturn"),
        pytest.param("只要，神祇，祇有", "只要，神祇，只有", id="only"),
        pytest.param("姪子暱稱，痲痺，大砲", "侄子昵称，麻痹，大炮", id="variants"),
        pytest.param("妳和祂，牠們", "妳和祂，牠们", id="pronouns-that-simplified-texts-use"),
        pytest.param("著名的着急，名著着火", "著名的着急，名著着火", id="simplified-already"),
    ],
)
def test_simplified_script_by_context(text, expected):
    assert simplified(text) == expected
    assert simplified(expected) == expected


def test_names_keep_their_script():
    assert normalise("@顯著後 看著後面", script="simplified").text == "@顯著後 看着后面"


def test_an_entry_that_would_change_the_length_is_refused(monkeypatch):
    lists = {"version": "1", "kept": {"words": []}, "not_kept": {"words": []}}
    lists |= {"characters": {"著": "着"}, "words": {"計程車": "出租汽车"}}
    monkeypatch.setattr(lexicon, "_read", lambda name: lists)
    with pytest.raises(DataError, match="'計程車' becomes '出租汽车'; an entry keeps its number of characters"):
        lexicon.script_lexicon.__wrapped__()
