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


@pytest.mark.parametrize(
    "text",
    ["华为昇腾910", "毕昇和洪昇", "黄昇", "乾县面", "乾安县，乾坤湾", "菜薹", "获益甚夥", "哪吒", "宫商角徵羽",
     "凌濛初", "李想著，人民出版社",
     "鲁迅著《呐喊》", "曹雪芹著", "拜读大著", "较著", "他跟著名导演合作", "有著作三种", "於先生", "神祇"],
)  # fmt: skip
def test_what_both_scripts_use_does_not_make_a_text_traditional(text):
    assert simplified(text) == text
    assert normalise(text, script="simplified").text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("看著他", "看着他", id="the-particle-behind-a-verb"),
        pytest.param("乾杯", "干杯", id="a-word"),
        pytest.param("由於天气", "由于天气", id="a-particle-of-the-old-form"),
        pytest.param("說昇旗", "说升旗", id="a-character-of-one-script"),
    ],
)
def test_one_sign_beyond_doubt_makes_a_text_traditional(text, expected):
    assert simplified(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("陳寅恪著", "陈寅恪著", id="at-the-end"),
        pytest.param("書名，錢穆著。三聯書店", "书名，钱穆著。三联书店", id="at-the-end-of-a-clause"),
        pytest.param("魯迅著《吶喊》", "鲁迅著《呐喊》", id="before-a-title"),
        pytest.param("他們合著了三本書", "他们合著了三本书", id="together"),
        pytest.param("這本書是他著的", "这本书是他著的", id="his-work"),
        pytest.param("他著急，這是看著的", "他着急，这是看着的", id="the-verb-zhao-and-the-particle"),
        pytest.param("他看著《紅樓夢》", "他看着《红楼梦》", id="particle-before-a-title"),
        pytest.param("周圍看著。楊坐著，等著", "周围看着。杨坐着，等着", id="verbs-at-the-end"),
    ],
)
def test_to_write_and_the_particle_in_traditional_text(text, expected):
    assert simplified(text) == expected


def test_a_character_without_a_simplified_form_in_use_stays():
    assert simplified("嗰度係邊") == "嗰度系边"


def test_a_name_says_nothing_of_the_script_around_it():
    assert normalise("@陳小明 华为昇腾", script="simplified").text == "@陳小明 华为昇腾"
    assert normalise("@陳小明 這是昇腾", script="simplified").text == "@陳小明 这是升腾"


def test_names_keep_their_script():
    assert normalise("@顯著後 看著後面", script="simplified").text == "@顯著後 看着后面"


def test_an_entry_that_would_change_the_length_is_refused(monkeypatch):
    lists = {"version": "1", "kept": {"words": []}, "not_kept": {"words": []}}
    lists |= {"shared": {"characters": ""}, "traditional": {"words": []}}
    lists |= {"characters": {"著": "着"}, "words": {"計程車": "出租汽车"}}
    monkeypatch.setattr(lexicon, "_read", lambda name: lists)
    with pytest.raises(DataError, match="'計程車' becomes '出租汽车'; an entry keeps its number of characters"):
        lexicon.script_lexicon.__wrapped__()
