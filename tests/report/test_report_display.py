from html.parser import HTMLParser

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from weibo_nlp.report.display import LINE_LIMIT, bounds, few_units_note, number, p_value, plain, seconds, visible
from weibo_nlp.stats import Estimate


def code(point, name, times=""):
    return f'<span class="code" title="{name}">{point}{times}</span>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("支持", "支持", id="chinese"),
        pytest.param("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;", id="markup"),
        pytest.param("a\u202eb", f"a{code('U+202E', 'RIGHT-TO-LEFT OVERRIDE')}b", id="override"),
        pytest.param("\u2067", code("U+2067", "RIGHT-TO-LEFT ISOLATE"), id="isolate"),
        pytest.param("好\u200b\u200b的", f"好{code('U+200B', 'ZERO WIDTH SPACE', ' × 2')}的", id="zero-width-run"),
        pytest.param("\x00", code("U+0000", "character without a name"), id="nul"),
        pytest.param("模\ud83d", f"模{code('U+D83D', 'character without a name')}", id="lone-surrogate"),
        pytest.param("\uffff", code("U+FFFF", "character without a name"), id="noncharacter"),
        pytest.param("\u3164", code("U+3164", "HANGUL FILLER"), id="filler"),
        pytest.param("a\nb", f"a{code('U+000A', 'character without a name')}b", id="line-end-in-a-name"),
        pytest.param("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦", id="zwj-emoji-whole"),
        pytest.param("好\u200d", f"好{code('U+200D', 'ZERO WIDTH JOINER')}", id="joiner-outside-emoji"),
        pytest.param("❤️", "❤️", id="one-selector"),
        pytest.param("葛\U000e0100", "葛\U000e0100", id="ideographic-variant"),
        # Each selector beyond the first could carry a hidden byte.
        pytest.param(
            "a\ufe00\ufe01", f"a\ufe00{code('U+FE01', 'VARIATION SELECTOR-2')}", id="smuggled-selectors"
        ),
        pytest.param("\U00020bb7野家", "\U00020bb7野家", id="extension-b"),
        pytest.param("Việt", "Việt", id="two-marks-on-a-letter"),
        pytest.param(
            "Z" + "\u0301" * 9,
            "Z" + "\u0301" * 4 + code("U+0301", "COMBINING ACUTE ACCENT", " × 5"),
            id="zalgo",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_seen_is_shown_by_its_code_point(text, expected):
    assert visible(text) == f"<bdi>{expected}</bdi>"


def test_a_long_text_is_cut_and_what_was_cut_is_counted():
    assert visible("长" * 10_080, 80) == f'<bdi>{"长" * 80}<span class="cut"> … 10,000 more characters</span></bdi>'
    assert plain("长" * 1_081, 80) == "长" * 80 + " … 1,001 more characters"
    assert visible("长" * 80, 80) == f"<bdi>{'长' * 80}</bdi>"


def test_a_text_of_many_lines_is_cut_at_a_line():
    # 500 lines of 2 code points, of which LINE_LIMIT are kept.
    shown = visible("字\n" * 500, 800, lines=True)
    assert shown.count("字") == LINE_LIMIT
    assert f"{1_000 - 2 * LINE_LIMIT} more characters" in shown


def test_an_emoji_sequence_is_not_cut_in_half():
    # The family is 7 code points at places 1 to 7; a cut at 4 would leave a couple and a joiner.
    assert visible("家👨‍👩‍👧‍👦好", 4) == '<bdi>家<span class="cut"> … 8 more characters</span></bdi>'


def test_attributes_get_the_same_without_elements():
    assert plain('"\u202e\u200b\u200b') == '"[U+202E][U+200B × 2]'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0.6125, "0.613", id="rounded"),
        pytest.param(-0.0125, "−0.013", id="real-minus"),
        pytest.param(-0.0004, "0.000", id="no-negative-zero"),
        pytest.param(None, "–", id="none"),
        pytest.param(float("nan"), "undefined", id="nan"),
        pytest.param(float("inf"), "undefined", id="infinite"),
    ],
)
def test_figures_have_three_decimals(value, expected):
    # 0.6125 and 0.0125 are not exact in binary: 0.61250000000000004441, 0.01250000000000000069 round up.
    assert number(value) == expected


def test_differences_carry_their_sign_and_intervals_both_ends():
    assert number(0.02, signed=True) == "+0.020"
    assert bounds(Estimate(0.02, -0.01, 0.05), signed=True) == "−0.010 to +0.050"
    assert bounds(Estimate(0.02)) == bounds(None) == "no interval"
    assert bounds(Estimate(1.0, n_units=99, method="bca_t")) == "no interval: no unit differs"
    assert bounds(Estimate(1.0, n_units=1)) == "no interval: one unit"
    assert bounds(Estimate(0.1, n_units=99)) == "no interval", "an ECE has none by whatever units"


def test_few_units_are_said_in_words_that_fit_the_fewest_of_a_table():
    assert few_units_note([100, 997]) == few_units_note([]) == ""
    assert (
        few_units_note([997, 99]) == "* fewer than 100 independent units: intervals like these are somewhat too narrow"
    )
    assert "down to 19: where a label is rare, intervals over so few can be far too narrow" in few_units_note([99, 19])


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0009999, "p < .001"), (0.001, "p = .001"), (0.0332, "p = .033"), (1.0, "p = 1.000"), (None, "–")],
)
def test_p_values_are_printed_as_in_papers(value, expected):
    assert p_value(value) == expected


def test_durations_are_in_seconds_until_two_minutes_and_never_nothing():
    assert [seconds(value) for value in (0.0, 0.21, 119.9, 120, 5_400)] == [
        "under 0.1 s",
        "0.2 s",
        "119.9 s",
        "2 min",
        "90 min",
    ]


@given(text=st.text(alphabet=st.characters(), max_size=60), lines=st.booleans())
def test_nothing_is_lost_and_nothing_becomes_an_element(text, lines):
    assume(len(text.splitlines()) <= LINE_LIMIT)

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags, self.text, self.inside = set(), "", False

        def handle_starttag(self, tag, attributes):
            self.tags.add((tag, *(name for name, _ in attributes)))
            self.inside = tag == "span"

        def handle_endtag(self, tag):
            self.inside = False

        def handle_data(self, data):
            if self.inside:
                point, _, times = data.removeprefix("U+").partition(" × ")
                data = chr(int(point, 16)) * int(times or 1)
            self.text += data

    reader = Reader()
    reader.feed(str(visible(text, 60, lines=lines)))
    reader.close()
    assert reader.text == text
    assert reader.tags <= {("bdi",), ("span", "class", "title")}
    str(visible(text, 60)).encode("utf-8")
