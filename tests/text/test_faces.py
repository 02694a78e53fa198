"""Drawn faces, and brackets that hold none; own collection of both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.text import normalise, parse

FACES = [
    "(｡･ω･｡)", "( ͡° ͜ʖ ͡°)", "(＾▽＾)", "(＃＾．＾＃)", "（＃＾．＾＃）", "（＞﹏＜）", "(≧▽≦)", "(￣▽￣)",
    "(⊙o⊙)", "(´･ω･`)", "(｀・ω・´)", "(*´▽｀*)", "(*^▽^*)", "(๑•̀ㅂ•́)و✧", "(๑´ㅂ`๑)", "(๑>◡<๑)", "(｡◕‿◕｡)",
    "(✿◡‿◡)", "(つ﹏⊂)", "(ಥ_ಥ)", "(ಠ_ಠ)", "(¬_¬)", "(눈_눈)", "(；′⌒`)", "(；´д｀)", "(*￣3￣)╭",
    "(。・∀・)ノ", "(・∀・)", "(ﾟ∀ﾟ)", "(=・ω・=)", "(=^･ω･^=)", "(=￣ω￣=)", "(－_－)", "(ー_ー)", "(°ー°〃)",
    "(°Д°)", "(O_O)", "(o´ω`o)", "(´∀｀)♡", "(ಡωಡ)", "(・ω・)", "(>ω<)", "(>﹏<)", "(ˉ▽￣～)", "(=´∇｀=)",
    "(≖ᴗ≖)", "(★ω★)", "(。﹏。)", "(⌒▽⌒)", "(●'◡'●)", "(ง •_•)ง", "(｡♥‿♥｡)", "(っ˘ω˘ς)", "(°∀°)ﾉ", "(￣ε￣)",
    "(｡>﹏<｡)", "(´；ω；`)", "(つД`)", "(•̀ω•́)", "(･_･)", "(^人^)", "ヽ(✿ﾟ▽ﾟ)ノ", "o(╥﹏╥)o", "（T▽T）",
    "＼（＾ｏ＾）／", "（＠＿＠）", "(^_-)", "ʕ•ᴥ•ʔ", "⊙▽⊙", "→_→", "＾＿＾", "＞＿＜", "＠＿＠", "－＿－",
    "；＿；",
]  # fmt: skip
BRACKETS = [
    "(ω, θ)", "(ω，θ)", "（∩∪）", "（°～°）", "(α、β)", "(A∩B)", "(x∈A)", "(★★★)", "（★☆）", "(←→)",
    "（一、二）", "(25°C)", "(♥)", "（●●）", "（……）", "（。。。）", "（～）", "(σ=1)", "(σ,μ)", "(Σ)",
    "(θ=30°)", "(∠ABC)", "(∀x)", "(≥18)", "(≥≤)", "(<3)", "(>5<8)", "(x_y)", "(x^2)", "(QQ)", "(X.X)", "(v1.0)",
    "（人人）", "（一人一）", "（一口一）", "(wo\u0300)", "(Да)", "(カ・ナ)", "（「」）", "(***)", "(^^^)",
    "（＠）", "（＃）", "（＃＃）", "(-1-)", "($5)", "(1*2*1)", "(0°-90°)", "(¬p∨¬q)", "(A→B→A)", "(△ABC)",
    "(△▽)", "(↑5↑)", "(A⊂B)", "(x→o)", "(●1●)", "（一·一）", "：Ｄ",
]  # fmt: skip


def faces(text):
    return [place.value for place in parse(text).spans if place.kind == "kaomoji"]


@pytest.mark.parametrize("face", FACES)
def test_a_face_is_found_whole_and_keeps_its_strokes(face):
    text = f"好{face}的"
    assert faces(text) == [face]
    assert normalise(text).text == text


@pytest.mark.parametrize("brackets", BRACKETS)
def test_what_is_written_in_brackets_is_no_face(brackets):
    assert faces(f"好{brackets}的") == []


@pytest.mark.parametrize(("text", "clean"), [("Ｔ＿Ｔ", "T_T"), ("ｏｒｚ", "orz"), ("ＸＤ", "XD"), ("ＱＡＱ", "QAQ")])
def test_a_face_of_letters_is_found_in_either_width_and_written_in_one(text, clean):
    assert faces(f"好{text}的") == [text]
    assert normalise(f"好{text}的").text == f"好{clean}的"
    assert faces(f"好{clean}的") == [clean]


def test_the_signs_of_a_face_open_no_hashtag_and_no_mention():
    assert parse("(#^.^#)#话题#").hashtags == ("话题",)
    assert parse("（＃＾．＾＃）好（＃＾．＾＃）").hashtags == ()
    assert parse("(@ω@)小明").mentions == ()
    assert parse("(#^.^#)@_@#话题#").hashtags == ("话题",)
    assert parse("#(＃°Д°)#").hashtags == ("(＃°Д°)",)


@given(
    st.lists(st.sampled_from([*FACES, *BRACKETS, "＃话题＃", "ａｂ", "＠小明 ", "好", "，"]), max_size=5).map("".join)
)
def test_faces_are_the_same_before_and_after_normalising(text):
    clean = normalise(text).text
    assert normalise(clean).text == clean
    assert [(place.kind, place.span) for place in parse(clean).spans] == [
        (place.kind, place.span) for place in parse(text).spans
    ]
