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
