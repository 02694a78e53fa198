"""Each stroke, eye, mouth, arm and letter face of the grammar by itself, and what is next to it but draws nothing."""

import string

import pytest

from weibo_nlp.text import normalise, parse
from weibo_nlp.text.kaomoji import find_kaomoji

FACE_STROKES = "﹏︿﹀▔￣¯ˉ´｀≧≦╯╰╭╮ﾟ゜˘⌒⊙ᴗᴥಠ◡‿︶︵ﾉಥಡ눈≖ლ╥┬﹃﹁◔◐◑╬ヮ￢」乛◞◟ᵕᵔ‸ʖʘ๑ڡㅂㅅㅠㅜㄒꈍᗒᗕ╹◉งŏ‾◝\u0300\u0301"
LETTERS_AS_STROKES = "ωΩεэзЗДдΘθσςвΣ∀∩∪⊂⊃∠"
SHARED_STROKES = "★☆♥♡✿❀✧●○■◎◕•・･→←↑↓°ˇ¬□△▽∇皿益口工艹人一士TxXoO"
EYES = "★☆♥♡✿❀✧●○■◎◕•・･→←↑↓@`><^□△∇°ˇ¬ωΩεэзЗДдΘθσςвΣ∀∩∪⊂⊃∠TxXoO。｡.'’-−—–≥≤ー"
SHAPES = "★☆♥♡✿❀●○■◎□△▽∇→←↑↓"
MOUTHS = "_.人ωДд∀Θзε皿益口□△▽∇﹏︿^oO3v‸‿◡ー︶ᴗᴥᵕェｪㅂ"
LEFT_ARMS = 'ヽヾ╮┑٩＼\\oOψΣ凸ε└乁лฅ☆★~～♪ㄟ╭_¯⁄ʅ❀♥♡✿"`･｡σ'
RIGHT_ARMS = "/／وﾉノ╯╭╮ゞづっง۶oOψ凸┘ㄏฅ☆★~～♪✧゛ʃ_¯\\❀♥♡✿b;σ"
LETTERS = string.ascii_letters + string.digits


def faces(text):
    return [place.value for place in parse(text).spans if place.kind == "kaomoji"]


@pytest.mark.parametrize("stroke", FACE_STROKES, ids=ascii)
def test_a_stroke_of_faces_makes_one_with_any_other_stroke(stroke):
    assert faces(f"好(°{stroke})的") == [f"(°{stroke})"]
    assert faces(f"好({stroke})的") == []


@pytest.mark.parametrize("letter", LETTERS_AS_STROKES)
def test_a_letter_draws_beside_kana_but_counts_beside_other_signs(letter):
    assert faces(f"好({letter}・・<)的") == [f"({letter}・・<)"]
    assert faces(f"好({letter}°°<)的") == []


def test_a_latin_letter_does_not_draw_beside_kana():
    for letter in LETTERS:
        assert faces(f"好({letter}カー{letter})的") == faces(f"好({letter}☆)的") == [], letter


@pytest.mark.parametrize("stroke", SHARED_STROKES)
def test_a_stroke_that_also_writes_draws_beside_one_that_does_not(stroke):
    assert faces(f"好({stroke}ʖ)的") == [f"({stroke}ʖ)"]
    assert faces(f"好({stroke}°)的") == []


@pytest.mark.parametrize("eye", EYES)
def test_a_mouth_between_two_of_an_eye_makes_a_face(eye):
    assert faces(f"好({eye}ｪ{eye})的") == [f"({eye}ｪ{eye})"]
    assert faces(f"好({eye}ｪ)的") == []


@pytest.mark.parametrize("sign", ":*;≡_QAdnyz3#~")
def test_what_is_no_eye_makes_no_face(sign):
    assert faces(f"好({sign}△{sign})的") == []


@pytest.mark.parametrize(
    "pair", ["><", "≧≦", "≥≤", "╯╰", "╰╯", "/＼", "´`", "`´", "´｀", "｀´", "′`", "`′", "ᗒᗕ", "⊂⊃"]
)
def test_two_eyes_may_mirror_each_other(pair):
    assert faces(f"好({pair[0]}▽{pair[1]})的") == [f"({pair[0]}▽{pair[1]})"]


@pytest.mark.parametrize("pair", ["≥>", "≤≥", "⊃⊂", "><>", "/／", "′′"])
def test_eyes_that_neither_are_one_nor_mirror_each_other_make_no_face(pair):
    assert faces(f"好({pair[0]}▽{pair[1:]})的") == []


@pytest.mark.parametrize("mouth", MOUTHS)
def test_a_mouth_stands_between_two_dots(mouth):
    assert faces(f"好(。{mouth}。)的") == [f"(。{mouth}。)"]


@pytest.mark.parametrize("mouth", ["X", "x", "T", "A", "?", "=", "-", "5", "·"])
def test_other_signs_are_no_mouth(mouth):
    assert faces(f"好(。{mouth}。)的") == []


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_between_two_shapes_is_a_row_of_shapes(shape):
    others = [mouth for mouth in "□△∇" if mouth != shape]
    assert [faces(f"({shape}{mouth}{shape})") for mouth in others] == [[]] * len(others)
    assert faces(f"({shape}ω{shape})") == [f"({shape}ω{shape})"]


def test_of_several_pairs_of_eyes_the_inner_one_says_what_the_mouth_may_be():
    assert faces("(°△°)") == ["(°△°)"]
    assert faces("(°□△□°)") == faces("(□°□°□□)") == []
    assert faces("(□°△°□)") == ["(□°△°□)"]
    assert faces("(°□_□°)") == ["(°□_□°)"]


@pytest.mark.parametrize("eye", "皿益口工艹人一士")
def test_eyes_that_are_words_take_few_mouths(eye):
    for mouth in ["_", ".", "ω", "▽", "△", "∇", "﹏", "︿", "^", "o", "O", "￣", " _ "]:
        assert faces(f"({eye}{mouth}{eye})") == [f"({eye}{mouth}{eye})"], mouth
    for mouth in ["口", "人", "Д", "X﹏", "·", "ʖ", "3"]:
        assert faces(f"({eye}{mouth}{eye})") == [], mouth


@pytest.mark.parametrize("cheek", " *~#=;,〃⌐")
def test_cheeks_stand_outside_the_eyes(cheek):
    for face in (f"({cheek}■_■)", f"(■_■{cheek})", f"({cheek}■_■{cheek})"):
        assert faces(f"好{face}的") == [face]


@pytest.mark.parametrize("cheek", "XT°・5-")
def test_other_signs_outside_the_eyes_are_no_cheeks(cheek):
    assert faces(f"好({cheek}■_■)的") == []


@pytest.mark.parametrize(
    "prose",
    ["(≧, ≦)", "(≧，≦)", "(≧、≦)", "(O\u0300)", "(o\u0301)", "(Z\u0301)", "(X→T)", "(≧A)", "(≧X5≦)", "(≧й≦)", "(≧好≦)"],
)
def test_strokes_in_a_list_or_word_are_none(prose):
    assert faces(f"好{prose}的") == []


@pytest.mark.parametrize("letter", "oOwWvVxXuUTQAdDnyz3")
def test_some_letters_stand_among_strokes(letter):
    assert faces(f"好(≧{letter}≦)的") == [f"(≧{letter}≦)"]


@pytest.mark.parametrize(
    "face", ["(｀▽・)", "(´へ`)", "(´ｪ`)", "(´ァ`)", "(´ヿ`)", "(´\uff66`)", "(´\uff9f`)", "(´ゟ`)", "（≧\u3000≦）"]
)
def test_strokes_of_either_width_and_kana(face):
    assert faces(f"好{face}的") == [face]
    assert normalise(f"好{face}的").text == f"好{face}的"


def test_a_face_whose_strokes_are_all_in_ascii_is_found_in_full_width():
    assert faces("好（Ｔ\u3000Ｔ）的") == ["（Ｔ\u3000Ｔ）"]
    assert faces("好（＞\u3000＜）的") == ["（＞\u3000＜）"]


@pytest.mark.parametrize("arm", LEFT_ARMS)
def test_an_arm_on_the_left_belongs_to_the_face(arm):
    assert faces(f"好{arm}(≧▽≦)的") == [f"{arm}(≧▽≦)"]


@pytest.mark.parametrize("arm", RIGHT_ARMS)
def test_an_arm_on_the_right_belongs_to_the_face(arm):
    assert faces(f"好(≧▽≦){arm}的") == [f"(≧▽≦){arm}"]


def test_letters_and_signs_beside_a_face_are_no_arms():
    for sign in [*sorted(set(LETTERS) - set("oOb")), "，", "。", "！", "-", "+", "@", "ω", "一"]:
        assert faces(f"好{sign}(≧▽≦)的") == faces(f"好(≧▽≦){sign}的") == ["(≧▽≦)"], sign


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("b(≧▽≦)", ["(≧▽≦)"], id="thumb-on-the-left"),
        pytest.param("o(≧▽≦)b", ["o(≧▽≦)b"], id="letters-at-the-ends"),
        pytest.param("_o(≧▽≦)o_", ["(≧▽≦)"], id="letters-of-names"),
        pytest.param("(≧▽≦)／／好", ["(≧▽≦)"], id="wide-slashes"),
        pytest.param("(≧▽≦)/", ["(≧▽≦)/"], id="slash-at-the-end"),
        pytest.param("~~~~(≧▽≦)////", ["~~~(≧▽≦)"], id="four-arms"),
        pytest.param("(≧▽≦)~(≧▽≦)", ["(≧▽≦)~", "(≧▽≦)"], id="arm-between-two-faces"),
        pytest.param("(╯°□°)╯︵ ┻━┻ ︵", ["(╯°□°)╯︵ ┻━┻"], id="table"),
        pytest.param("(╯°□°)╯  ︵┻━┻", ["(╯°□°)╯"], id="table-out-of-reach"),
    ],
)
def test_how_far_arms_reach(text, found):
    assert faces(text) == found


@pytest.mark.parametrize(
    "row",
    [
        "(^__^) (^ ^) (^.~^) (^_^;;;) (^_^|||) (^_^!!) (^_^ b) (=^_^=) (##^_^) (  ^_^) (~~^o^~~~)",
        "(> <) (>__<) (>ww<) (>3<) (>O <) (T T) (T__T) (t_T) (tAt) (TA T) (T.T) (T  T)",
        "(QwQ) (QvQ) (QWQ) (QAQ) (;_;) (;.;) (;-;) (-_-) (-..-) (-._-) (=_=) (=^=) (=.=) (=-=)",
        "(@_@) (@.@) (@-@) (@o@) (@O@) (o_O) (O.o) ($_$) (x_X) (X_x) (u_U) (U_u)",
        "(n_n) (._.) (~o~) (~O~) (^_-) (^.-) (-_^) (-.^) (^_-;) (*._.*)",
    ],
)
def test_ascii_faces_in_brackets(row):
    for face in ["(" + part for part in row.removeprefix("(").split(" (")]:
        assert faces(f"好{face}的") == [face]


@pytest.mark.parametrize(
    "brackets",
    ["(^___^)", "(>___<)", "(T___T)", "(TT)", "(;__;)", "(=__^)", "(@__@)", "(o-o)", "(Q_W)", "(***^_^)", "(^_^;;;;)",
     "($.$)", "(x.x)", "(n.n)", "(u.u)", "(.-.)", "(~_~)", "(^-~)", "(-^)", "(QxQ)", "(txt)", "(^x^)", "(^_^x)"],
)  # fmt: skip
def test_ascii_brackets_that_only_resemble_a_face(brackets):
    assert brackets not in faces(f"好{brackets}的")


@pytest.mark.parametrize("face", ["^_^", "T_T", "-_-", "orz", "XD", ":-)", ";_;"])
@pytest.mark.parametrize("tail", ["", "|", "|||", "b", "!", "#"])
def test_sweat_behind_a_bare_face_belongs_to_it(face, tail):
    assert faces(f"好{face}{tail}的") == [face + tail]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("^_^||||", ["^_^|||"], id="three-drops"),
        pytest.param("^_^#话题#", ["^_^"], id="hashtag"),
        pytest.param("^_^#" + "话" * 140 + "#", ["^_^"], id="longest-hashtag"),
        pytest.param("^_^#" + "话" * 141 + "#", ["^_^#"], id="too-long-for-a-hashtag"),
        pytest.param("^_^#话\n题#", ["^_^#"], id="two-lines"),
        pytest.param("^_^#a", ["^_^"], id="letter-behind-a-sign"),
        pytest.param("^_^!a", ["^_^"], id="letter-behind-a-mark"),
        pytest.param("^_^!9", ["^_^"], id="digit-behind-a-mark"),
        pytest.param("^_^b9", [], id="digit-behind-a-thumb"),
        pytest.param("^_^##话题#", ["^_^#"], id="sweat-before-a-hashtag"),
        pytest.param("^_^^", [], id="too-many-eyes"),
        pytest.param("^^_^", [], id="too-many-eyes-before"),
        pytest.param("-_--", ["-_-"], id="dash-behind"),
        pytest.param("^_^T_T", ["T_T"], id="letter-behind"),
        pytest.param("^_^ T_T", ["^_^", "T_T"], id="two"),
        pytest.param("选:D T_T", ["T_T"], id="behind-an-answer"),
        pytest.param("CAT_TAIL T_T", ["T_T"], id="behind-a-word"),
        pytest.param("(好)(≧▽≦)(好)(･_･)", ["(≧▽≦)", "(･_･)"], id="behind-prose-in-brackets"),
    ],
)
def test_where_a_bare_face_ends(text, found):
    assert faces(f"好{text}") == found


@pytest.mark.parametrize(
    ("behind", "face"),
    [("", "^_^#"), ("话#", "^_^"), ("话＃", "^_^"), ("话" * 140 + "#", "^_^"), ("话" * 141 + "#", "^_^#"),
     ("##", "^_^#"), ("＃#", "^_^#"), ("话\n#", "^_^#"), (" #", "^_^"), ("A", "^_^"), ("z", "^_^"), ("9", "^_^")],
)  # fmt: skip
def test_a_sign_that_may_open_a_hashtag_is_no_sweat(behind, face):
    text = f"好^_^#{behind}"
    assert [place[3] for place in find_kaomoji(text, 0, len(text))] == [face]


@pytest.mark.parametrize(
    "row",
    [
        "^^ ^_^ ^.^ ^-^ ^o^ ^O^ ^w^ ^W^ ^3^ ^__^ ^._^ >_< >.< >__< >_.<",
        "T_T T.T TAT Q_Q QAQ QwQ QWQ QvQ QVQ ;_; -_- -__- -___- =_= =__= @_@ $_$",
        "o_o o_O O_o O_O x_x x_X X_x X_X u_u u_U U_u U_U n_n OvO TvT XD orz Orz oRz orZ ORZ OTZ",
    ],
)
def test_letter_faces_stand_in_either_width(row):
    wide = {ord(sign): ord(sign) + 0xFEE0 for sign in row if sign != " "}
    for face in row.split():
        assert faces(f"好{face}的") == [face]
        for one in face:
            mixed = face.replace(one, one.translate(wide))
            assert faces(f"好{mixed}的") == [mixed]


@pytest.mark.parametrize(
    "text",
    ["^x^", "^___^", "^~^", ">-<",
     ">___<", "T-T", "T__T", "t_t", "QxQ", "Q__Q", ";-;", ";__;", "-.-", "-____-", "=___=", "=.=",
     "@.@", "$__$", "o.o", "x-x", "u-u", "n-n", "N_N", "OVO", "xd", "XDD", "otz", ":-x", ":D", ":P", ":p", ";-D",
     "→___→", "→→", "°...°", "≧___≦", "≧≦", "≦_≧", "°x°", "≧ᴥ≦", "ʕᴥʔ"],
)  # fmt: skip
def test_signs_that_only_resemble_a_bare_face(text):
    assert faces(f"好{text}的") == []
