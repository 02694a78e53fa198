import pytest

from weibo_nlp.text import normalise, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("１２．５％", "12.5%", id="number"),
        pytest.param("涨了12．5％！", "涨了12.5%！", id="signs-among-half-width-digits"),
        pytest.param("１，０００，０００元", "1,000,000元", id="groups-of-a-number"),
        pytest.param("１，１０，１００和1，100", "1，10，100和1，100", id="a-list-of-numbers"),
        pytest.param("１２：３０开始：１２人", "12:30开始：12人", id="time"),
        pytest.param("－１０℃，３＋２＝５", "-10℃，3+2=5", id="sums"),
        pytest.param("Ｃ＋＋、Ａ／Ｂ、ｄｏｎ＇ｔ、Ｎｏ．１", "C++、A/B、don't、No.1", id="words-with-signs"),
        pytest.param(
            "ｈｔｔｐｓ：／／ａ．ｃｏｍ／ｂ－ｃ？ｄ＝１＆ｅ＝２，好", "https://a.com/b-c?d=1&e=2，好", id="link"
        ),
        pytest.param("见http：//t.cn/A6abcDE", "见http://t.cn/A6abcDE", id="link-with-a-chinese-colon"),
        pytest.param("ａｂｃ＠ｑｑ．ｃｏｍ", "abc@qq.com", id="email"),
        pytest.param("ｇｏｏｄ　ｄａｙ　好", "good day　好", id="wide-space-between-latin-words"),
        pytest.param("ｙｙｄｓ，ｘｓｗｌ！（Ａ）", "yyds，xswl！（A）", id="chinese-punctuation"),
        pytest.param("好／坏，甲＝乙，好～", "好／坏，甲＝乙，好～", id="signs-among-chinese"),
        pytest.param("去吗？ａ＝１", "去吗？a=1", id="a-question-is-no-query"),
        pytest.param("cafe\u0301，ｃａｆｅ\u0301", "cafe\u0301，cafe\u0301", id="accents-stay-with-their-letters"),
        pytest.param("（＃°Д°）＃１", "（＃°Д°）#1", id="faces-keep-their-strokes"),
        pytest.param("①㎡ﾊﾝ￥５", "①㎡ﾊﾝ￥5", id="other-compatibility-forms"),
    ],
)
def test_a_full_width_form_is_folded_whole(text, expected):
    assert normalise(text).text == expected
    assert normalise(expected).text == expected


def test_what_was_set_in_full_width_is_read_like_what_was_not():
    post = parse(normalise("ｈｔｔｐ：／／ｔ．ｃｎ／Ａ６ａｂｃＤＥ　ａ＠ｂ．ｃｏｍ＠小甲").text)
    assert (post.urls, post.mentions) == (("http://t.cn/A6abcDE",), ("小甲",))


SIGNS = "./-+_%=&$*\\^`|\"'<>"


def wide(text):
    return "".join(" " if sign == "\u3000" else chr(ord(sign) + 0xFEE0) for sign in text)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_is_as_narrow_as_the_word_beside_it(sign):
    for word in ("A", "z", "0", wide("A"), wide("z"), wide("9")):
        narrow = word if word.isascii() else chr(ord(word) - 0xFEE0)
        assert normalise(f"好{word}{wide(sign)}好").text == f"好{narrow}{sign}好"
        assert normalise(f"好{wide(sign)}{word}好").text == f"好{sign}{narrow}好"
    assert normalise(f"好{wide(sign)}好").text == f"好{wide(sign)}好"


@pytest.mark.parametrize("sign", SIGNS)
def test_signs_of_either_width_make_one_run(sign):
    assert normalise(f"好Ａ{sign}．{wide(sign)}％好").text == f"好A{sign}.{sign}%好"
    assert normalise(f"好％{sign}．{wide(sign)}Ａ好").text == f"好%{sign}.{sign}A好"


@pytest.mark.parametrize("sign", "!,:;?()~[]{}")
def test_chinese_punctuation_keeps_its_width_beside_words(sign):
    assert normalise(f"好Ａ{wide(sign)}Ｂ好").text == f"好A{wide(sign)}B好"
    assert normalise(f"Ａ{wide(sign)}．Ｂ").text == f"A{wide(sign)}.B"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0：9", "0:9", id="time-of-half-width-digits"),
        pytest.param("９：０", "9:0", id="time-of-wide-digits"),
        pytest.param("a：1 1：a", "a：1 1：a", id="letters"),
        pytest.param("P：//p：//S：//s：／／a", "P://p://S://s://a", id="schemes"),
        pytest.param("Ｐ：//ｓ：／／9", "P://s://9", id="wide-schemes"),
        pytest.param("p：/ x：//", "p：/ x：//", id="no-schemes"),
        pytest.param("a？b=1", "a?b=1", id="query"),
        pytest.param("a.com/？_＝1", "a.com/?_=1", id="query-of-a-folder"),
        pytest.param("／？Ａ＿9＝1", "／?A_9=1", id="query-behind-a-wide-slash"),
        pytest.param("Ａ？＿＝好", "A?＿＝好", id="wide-key-of-one-sign"),
        pytest.param("a？" + "b" * 32 + "=", "a?" + "b" * 32 + "=", id="longest-key"),
        pytest.param("a？" + "b" * 33 + "=", "a？" + "b" * 33 + "=", id="too-long-for-a-key"),
        pytest.param("a？=1 好？b=1", "a？=1 好？b=1", id="no-key-and-no-link"),
        pytest.param("a\u3000b 1\u3000Ａ", "a b 1 A", id="wide-space-between-words"),
        pytest.param("a\u3000\u3000b 好\u3000a", "a\u3000\u3000b 好\u3000a", id="other-wide-spaces"),
        pytest.param("／／＠甲", "//@甲", id="chain"),
        pytest.param("／／ \u3000  @甲", "// \u3000  @甲", id="chain-with-four-blanks"),
        pytest.param("／／     @甲", "／／     @甲", id="five-blanks"),
        pytest.param("／@甲", "／@甲", id="one-slash"),
    ],
)
def test_signs_that_are_narrow_within_words(text, expected):
    assert normalise(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("１，０００", "1,000", id="one-digit-first"),
        pytest.param("９９９，９９９，０００", "999,999,000", id="three-digits-first"),
        pytest.param("1０，000", "10,000", id="one-of-them-wide"),
        pytest.param("10０，000", "100,000", id="the-last-of-three"),
        pytest.param("100，０００", "100，000", id="none-of-the-first-wide"),
        pytest.param("１０００，０００", "1000，000", id="four-digits-first"),
        pytest.param("１，００", "1，00", id="two-digits-behind"),
        pytest.param("１，００００", "1，0000", id="four-digits-behind"),
        pytest.param("１，０００，", "1，000，", id="a-comma-behind"),
        pytest.param("，１，０００", "，1，000", id="a-comma-before"),
        pytest.param(",１，０００", ",1，000", id="a-narrow-comma-before"),
        pytest.param("１,０００", "1,000", id="narrow-already"),
    ],
)
def test_groups_of_a_number(text, expected):
    assert normalise(text).text == expected
