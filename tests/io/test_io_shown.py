import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.io.shown import printable, shown, shown_list, shown_name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("好\n", r"'好\n'", id="line-end"),
        pytest.param("x" * 200, "'" + "x" * 80 + "'… (200 characters)", id="long"),
        pytest.param(10**5_000, "an integer of 16,610 bits", id="integer-too-long-to-print"),
        pytest.param(dict.fromkeys(range(1_000)), "dict of 1,000 entries", id="many-entries"),
        pytest.param([1.5, None], "[1.5, None]", id="list"),
        pytest.param(True, "True", id="bool"),
    ],
)
def test_a_value_is_shown_short_and_on_one_line(value, expected):
    assert shown(value) == expected


def test_a_list_is_cut_and_counted():
    assert shown_list([*"abc"]) == "'a', 'b', 'c'"
    assert shown_list([*"abcdefgh"]) == "'a', 'b', 'c', 'd', 'e' and 3 more"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("模型 v2 (大)", "模型 v2 (大)", id="harmless"),
        pytest.param("a\nb", "a\\nb", id="line-end"),
        pytest.param("a\\nb", "a\\\\nb", id="backslash-doubled"),
        pytest.param("\u202eabc", "\\u202eabc", id="direction-mark"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="terminal-control"),
        pytest.param("x" * 60, "x" * 47 + "…", id="long"),
    ],
)
def test_a_name_is_shown_printable_and_short(name, expected):
    assert shown_name(name) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_names_stay_printable_within_the_limit_and_different_unless_cut(one, other):
    for name in (one, other):
        assert shown_name(name).isprintable()
        assert len(shown_name(name)) <= 48
    if one != other and not (shown_name(one).endswith("…") or shown_name(other).endswith("…")):
        assert shown_name(one) != shown_name(other)


@given(st.text())
def test_a_message_keeps_its_lines_and_loses_its_controls(text):
    assert printable(text).count("\n") == text.count("\n")
    assert printable(text).replace("\n", "").isprintable()
