"""Which characters normalisation takes, and which it leaves: the borders of every class and construct."""

import string

import pytest

from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.records import Span
from weibo_nlp.text import evasions, normalise, parse, to_simplified
from weibo_nlp.text.lexicon import WordIndex, domain_lexicon
from weibo_nlp.text.offsets import Offsets, Tape


def from_html(raw):
    return normalise(raw, html=True).text


@pytest.mark.parametrize(
    "sign",
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2064\u2066\u2069"
    "\u206f\ufeff\ufff9\ufffa\ufffb\U000e0001\U000e0020\U000e0041\U000e007f",
    ids=lambda sign: f"{ord(sign):x}",
)
def test_what_nobody_sees_goes_and_is_declared(sign):
    clean = normalise(f"好{sign}{sign}的")
    assert clean.text == "好的"
    assert [(m.kind, m.span, m.value) for m in clean.removed] == [("invisible", Span(1, 3), sign * 2)]


@pytest.mark.parametrize(
    "sign", "\u00ac\u00ae\u2029\u202f\u205f\u2070\ufff8\ufffc\ufffd\ufe00\ufe0f\u3000\u00a0", ids=ascii
)
def test_what_is_seen_or_chooses_a_glyph_stays(sign):
    assert normalise(f"好{sign}的").text == f"好{sign}的"


def test_full_width_letters_digits_and_two_signs_become_half_width():
    assert normalise("０１９ＡＢＺａｂｚ＃＠").text == "019ABZabz#@"


@pytest.mark.parametrize("beat", [*"哈呵嘿嘻吼嗬hH", "ha", "Ha", "hA", "HA"])
def test_four_beats_of_laughter_become_three(beat):
    for beats in (4, 5, 9):
        clean = normalise(f"好{beat * beats}的", squeeze_laughter=True)
        assert clean.text == f"好{beat * 3}的"
        assert [m.value for m in clean.removed] == [beat * (beats - 3)]
    assert normalise(f"好{beat * 3}的", squeeze_laughter=True).text == f"好{beat * 3}的"


@pytest.mark.parametrize("letter", "azAZ09")
@pytest.mark.parametrize("beat", ["h", "ha"])
def test_letters_and_digits_beside_it_make_laughter_a_word(letter, beat):
    for word in (letter + beat * 5 + " ", " " + beat * 5 + letter.replace("a", "b")):
        assert normalise(word, squeeze_laughter=True).text == word


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("<h1>一</h1>", "一", id="heading"),
        pytest.param("<h7>一</h7><h0>", "<h7>一</h7><h0>", id="no-headings"),
        pytest.param("好<wbr>的<b/><A HREF='x'>一</A>", "好的一", id="void-and-upper-case"),
        pytest.param("<a title='a>b'>好</a><a title=\"a>b\" x='y>'>的</a>", "好的", id="brackets-in-quotes"),
        pytest.param("<a title='x>好</a>", "好", id="single-quote-never-closed"),
        pytest.param("一<hr>二<HR/>三", "一\n二\n三", id="rule"),
        pytest.param("好<!DOCTYPE html>的<!doctype x>", "好的", id="document-type"),
        pytest.param("好<!-- a --><!-- b -->的<!-- c", "好的<!-- c", id="comments"),
        pytest.param("好<STYLE>a{}</style        >的<script>x</SCRIPT >了", "好的了", id="ends-of-scripts"),
        pytest.param("好<script>x</script         >的", "好x的", id="no-end-of-a-script"),
        pytest.param("好<script>x<!-- y</script>的-->", "好的-->", id="comment-within-a-script"),
        pytest.param("&#55357;&#56832;&#55356;&#57119;", "😀🌟", id="halves-of-emoji"),
        pytest.param("&#0020320;&#x00597d;&#X597D;&CounterClockwiseContourIntegral;", "你好好∳", id="long-entities"),
        pytest.param("&#00020320;&#x000597d;&l1;", "&#00020320;&#x000597d;&l1;", id="too-long-for-entities"),
        pytest.param("&lt;&gt;&amp;amp;&ensp;&frac12;", "<>&amp;\u2002½", id="named"),
        pytest.param("<br", "<br", id="tag-cut-off"),
        pytest.param("<好><1>< b><br好>", "<好><1>< b><br好>", id="no-names-of-elements"),
    ],
)
def test_html(raw, expected):
    assert from_html(raw) == expected


@pytest.mark.parametrize(
    "attributes",
    [
        "alt=[泪]",
        "alt='[泪]'",
        'alt="[泪]"',
        'ALT = "[泪]"',
        "src='x' alt=[泪]/",
        "alt=[泪] title=x",
        "\nalt\t=\n'[泪]'",
        'alt=" alt=[泪]',
    ],
)
def test_a_pictured_emoticon_is_its_alt(attributes):
    assert from_html(f"好<img {attributes}>的") == "好[泪]的"


@pytest.mark.parametrize(
    ("alt", "expected"),
    [
        pytest.param("[" + "甲" * 16 + "]", "[" + "甲" * 16 + "]", id="sixteen-characters"),
        pytest.param("[" + "甲" * 17 + "]", "", id="seventeen"),
        pytest.param("[]", "", id="none"),
        pytest.param("[a b]", "", id="space"),
        pytest.param("[[a]]", "", id="nested"),
        pytest.param("x[泪]", "", id="something-before"),
        pytest.param("[泪]x", "", id="something-behind"),
        pytest.param("😀😀", "", id="two-emoji"),
        pytest.param("&#128512;", "😀", id="entity"),
    ],
)
def test_which_alt_is_an_emoticon(alt, expected):
    assert from_html(f'<img alt="{alt}">') == expected
    assert from_html(f'<img data-alt="{alt}">') == ""
    assert from_html(f'<b alt="{alt}">') == ""


def test_a_tag_that_vanished_is_declared_with_its_place():
    clean = normalise("<b>好</b>", html=True)
    assert [(m.kind, m.value) for m in clean.removed] == [("html_tag", "<b>"), ("html_tag", "</b>")]
    assert normalise("<b>好</b>", html=True).to_raw(Span(0, 1)) == Span(3, 4)


@pytest.mark.parametrize(
    "emoji",
    ["🇨🇳", "9️⃣", "0⃣", "#️⃣", "*️⃣", "👍🏻", "👍🏿", "☝🏽", "✌️", "👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "❤️‍🔥", "⌚", "㊗️",
     "©️", "™️", "🀄", "🫠", "🪿", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"],
)  # fmt: skip
def test_an_emoji_is_one_whole(emoji):
    assert [(m.kind, m.value) for m in parse(f"好{emoji}的").spans] == [("emoji", emoji)]
    assert normalise(f"好{emoji}的\u200b").text == f"好{emoji}的"


@pytest.mark.parametrize(
    "text", ["🇨", "1\ufe0f", "a⃣", "㊗", "㊗\ufe0e", "⌚\ufe0e", "😀\ufe0e", "①", "〰", "\U0001f3fb"]
)
def test_what_is_shown_as_text_is_no_emoji(text):
    emoji = [m.value for m in parse(text).spans if m.kind == "emoji"]
    assert emoji == ([text] if text == "\U0001f3fb" else [])


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "❤️", "🇨🇳", "1️⃣", "©️", "👨‍👩‍👧", "\U0001faff"])
def test_a_letter_beside_an_emoji_is_none_of_it(emoji):
    for letter in [*string.ascii_letters, "1", "-", "\U0001fb00"]:
        text = f"好{letter}{emoji}好{emoji}{letter}好{emoji}\u200d{letter}好{letter}\ufe0f{emoji}"
        assert [m.value for m in parse(text).spans] == [emoji] * 4, letter


# The first and the last sign of ranges of Emoji_Presentation, and what stands before and behind them.
@pytest.mark.parametrize(
    ("first", "last"),
    [
        "⏩⏬",
        "◽◾",
        "☀☄",
        "♈♓",
        "⚒⚗",
        "⛰⛵",
        "⛷⛺",
        "✈✍",
        "❓❕",
        "➕➗",
        "🆑🆚",
        "🈲🈺",
        "🌀🙏",
        "🚀🛿",
        "🟠🟫",
        "🤌🧿",
        "🩰🫿",
    ],
)
def test_signs_that_are_pictures_by_themselves(first, last):
    assert [m.value for m in parse(f"好{first}好{last}").spans] == [first, last]


@pytest.mark.parametrize("sign", "/|·.-*_+~\\")
def test_signs_that_cut_words(sign):
    assert [(e.surface, e.normal, e.family) for e in evasions(f"说新{sign}冠{sign}疫{sign}情了")] == [
        (f"说新{sign}冠{sign}疫{sign}情"[1:], "新冠疫情", "cut_words")
    ]
    assert [(e.surface, e.ambiguous) for e in evasions(f"「疫{sign}情」")] == [(f"疫{sign}情", False)]


@pytest.mark.parametrize("text", ["新//冠", "新,冠,疫,情", "甲/乙", "a/b/c", "1/2/3", "甲/2/丙", "说疫/情", "疫/情说"])
def test_other_signs_between_characters_cut_nothing(text):
    assert [e.surface for e in evasions(text) if e.family == "cut_words"] == []


def test_the_first_and_longest_spelling_wins():
    assert [e.surface for e in evasions("河/蟹/河蟹 yyds河蟹")] == ["河/蟹/河", "yyds", "河蟹"]


def test_offsets_are_read_like_a_tuple_of_places():
    offsets = normalise("好\u200b的吗").offsets
    assert list(offsets) == [(0, 1), (2, 3), (3, 4)]
    assert (offsets[0], offsets[-1], offsets[-3], offsets[1:]) == ((0, 1), (3, 4), (0, 1), [(2, 3), (3, 4)])
    for outside in (3, -4):
        with pytest.raises(IndexError, match=f"character {outside} of a text of 3"):
            offsets[outside]
    assert offsets != Offsets(3)
    assert offsets != normalise("好\u200b的").offsets
    assert offsets != [(0, 1), (2, 3), (3, 4)]
    assert repr(offsets) == "Offsets((0, 1), (2, 3), (3, 4))"
    assert repr(Offsets(8)).endswith("(7, 8))")
    assert repr(Offsets(9)).endswith("(7, 8), …)")


def test_edits_map_by_character_where_the_length_stays_and_by_place_where_not():
    tape = Tape("甲乙丙丁戊")
    tape.edit([(0, 2, "ab", None), (2, 4, "xyz", None), (4, 5, "", "url")])
    done = tape.finish()
    assert (done.text, list(done.offsets)) == ("abxyz", [(0, 1), (1, 2), (2, 4), (2, 4), (2, 4)])
    assert [(m.kind, m.span, m.value) for m in done.removed] == [("url", Span(4, 5), "戊")]
    unnamed = Tape("甲乙")
    unnamed.edit([(0, 1, "", None)])
    assert [m.kind for m in unnamed.finish().removed] == ["client_residue"]
    again = Tape("甲乙")
    again.edit([])
    assert again.finish().offsets.starts is None
    assert Tape("").finish().to_raw(Span(0, 0)) == Span(0, 0)


def test_a_word_index_finds_the_leftmost_and_longest_words_within_bounds():
    index = WordIndex(["甲", "甲乙", "乙丙", "丁", ""])
    assert index.words == {"甲", "甲乙", "乙丙", "丁"}
    assert list(index.at("甲乙丙", 0, 3)) == ["甲乙", "甲"]
    assert list(index.at("甲乙丙", 0, 1)) == ["甲"]
    assert list(index.at("甲乙丙", 2, 3)) == list(index.at("甲", 1, 1)) == []
    assert list(index.find("甲乙丙丁丁", 0, 5)) == [(0, 2), (3, 4), (4, 5)]
    assert list(index.find("甲乙丙丁丁", 1, 4)) == [(1, 3), (3, 4)]
    assert list(index.find("甲乙丙", 0, 2, lambda text, left, right: right - left == 1)) == [(0, 1)]
    assert list(WordIndex([]).find("甲", 0, 1)) == []


def test_words_of_a_kind_are_some_of_all_and_an_unknown_kind_is_refused():
    lexicon = domain_lexicon()
    kinds = set(lexicon.kinds.values())
    assert sum(len(lexicon.of_kind(kind)) for kind in kinds) == len(lexicon.words)
    with pytest.raises(UnknownNameError, match="kind of word"):
        lexicon.of_kind("nothing")


@pytest.mark.parametrize("raw", ["好\ud83d", "\udfff"])
def test_half_a_character_is_refused_whatever_is_asked(raw):
    for call in (parse, evasions, normalise, to_simplified):
        with pytest.raises(DataError, match=f"offset {len(raw) - 1}: lone surrogate U\\+{ord(raw[-1]):04X}"):
            call(raw)
