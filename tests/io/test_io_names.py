import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.io.names import LONGEST, printable, printable_line, printable_name, quoted, quoted_list, safe_stem

parts = st.lists(st.text(st.characters(), max_size=30), min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("given_parts", "expected"),
    [
        pytest.param(("corpus", "topic", "standard", "linear"), "corpus-topic-standard-linear", id="plain"),
        pytest.param(("v1.2_b",), "v1.2_b", id="dots-and-underscores"),
    ],
)
def test_plain_names_stay_as_they_are(given_parts, expected):
    assert safe_stem(*given_parts) == expected


HOSTILE = ["../../etc/passwd", "a/b", "模型\n二", "\u202eabc", "", ".", "..", "-x", "NUL\0", "A"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_becomes_one_safe_name(name):
    stem = safe_stem("corpus", name)
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", stem)
    assert ".." not in stem


@pytest.mark.parametrize(
    ("part", "stem"),
    [
        pytest.param("AZaz09-._", "AZaz09-._", id="all-that-may-stand"),
        pytest.param("0@9[`{/:", "0_9_", id="neighbours-of-these"),
        pytest.param("a/ b", "a_b", id="one-sign-for-many"),
        pytest.param("..a", "_a", id="dots-before"),
        pytest.param("a...b..", "a._b._", id="dots-inside"),
        pytest.param("é模" * 60, "_", id="letters-of-others"),
        pytest.param("é." * 51, ("_." * 51)[:100], id="cut-behind-the-exchange"),
    ],
)
def test_what_no_file_system_takes_is_one_underscore_and_a_checksum_follows(part, stem):
    assert safe_stem(part) == f"{stem}-{hashlib.sha256(part.encode()).hexdigest()[:8]}"


def test_parts_with_hyphens_are_told_from_parts():
    assert safe_stem("a-b") == f"a-b-{hashlib.sha256(b'a-b').hexdigest()[:8]}"
    assert safe_stem("A", "b") == f"A-b-{hashlib.sha256(bytes([65, 0, 98])).hexdigest()[:8]}"


@given(parts)
def test_a_name_is_short_and_of_safe_signs(given_parts):
    stem = safe_stem(*given_parts)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", stem)
    assert len(stem) <= LONGEST + 9
    assert not stem.startswith(".")


@given(parts, parts)
def test_different_parts_give_different_names_even_without_regard_to_case(one, other):
    if one != other:
        assert safe_stem(*one).casefold() != safe_stem(*other).casefold()


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
    assert quoted(value) == expected


def test_a_list_is_cut_and_counted():
    assert quoted_list([*"abc"]) == "'a', 'b', 'c'"
    assert quoted_list([*"abcdefgh"]) == "'a', 'b', 'c', 'd', 'e' and 3 more"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("模型 v2 (大)", "模型 v2 (大)", id="harmless"),
        pytest.param("a\nb", "a\\nb", id="line-end"),
        pytest.param("a\\nb", "a\\\\nb", id="backslash-doubled"),
        pytest.param("\u202eabc", "\\u202eabc", id="direction-mark"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="terminal-control"),
        pytest.param("x" * 60, "x" * 47 + "…", id="long"),
        pytest.param("a\ufe0f\u034f\u2800\u3164", "a\\ufe0f\\u034f\\u2800\\u3164", id="invisible"),
        pytest.param(" a b  c ", "\\x20a b \\x20c\\x20", id="blanks"),
        pytest.param("   ", "\\x20\\x20\\x20", id="blanks-alone"),
        pytest.param("  a   b", "\\x20\\x20a \\x20\\x20b", id="blanks-in-a-row"),
        pytest.param("a" * 46 + "  b", "a" * 46 + "\\…", id="blanks-that-are-an-end-once-cut"),
        pytest.param("❤\ufe0f", "❤\\ufe0f", id="form-of-an-emoji"),
        pytest.param(" " * 13 + "a", "\\x20" * 11 + "\\x2…", id="escapes-beyond-the-limit"),
    ],
)
def test_a_name_is_shown_printable_and_short(name, expected):
    assert printable_name(name) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_names_stay_printable_within_the_limit_and_different_unless_cut(one, other):
    for name in (one, other):
        assert printable_name(name).isprintable()
        assert len(printable_name(name)) <= 48
    if one != other and not (printable_name(one).endswith("…") or printable_name(other).endswith("…")):
        assert printable_name(one) != printable_name(other)


@given(st.text())
def test_a_message_keeps_its_lines_and_loses_its_controls(text):
    assert printable(text).count("\n") == text.count("\n")
    assert printable(text).replace("\n", "").isprintable()


def test_a_message_shows_what_has_no_shape_and_keeps_the_form_of_an_emoji():
    assert printable("a\ufe0f\u034f\u2800\u3164") == "a\\ufe0f\\u034f\\u2800\\u3164"
    assert printable("❤\ufe0f 1\ufe0f\u20e3 ❤\ufe0f\ufe0f") == "❤\ufe0f 1\ufe0f\u20e3 ❤\ufe0f\\ufe0f"
    assert printable("\ufe0f") == "\\ufe0f"


@pytest.mark.parametrize(
    "sign",
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180d\u180f\u2800\u3164\uffa0\ufffc\u2d7f\ufe00\U000e0100\U000e01ef\U00016fe4\U0001d159",
)
def test_a_sign_without_a_shape_is_shown_by_its_code(sign):
    code = f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
    assert printable(f"a{sign}") == f"a{code}"


@pytest.mark.parametrize("text", ["#\ufe0f\u20e3", "*\ufe0f", "0\ufe0f", "9\ufe0f", "好\U000e0100", "©\ufe0f", "a\n好"])
def test_a_selector_behind_what_it_may_vary_stays(text):
    assert printable(text) == text


@pytest.mark.parametrize("text", ["/\ufe0f", ":\ufe0f", "\x7f\ufe0f", "+\ufe0f", '"\ufe0f'])
def test_a_selector_behind_anything_else_is_shown(text):
    assert printable(text).endswith("\\ufe0f")


def test_a_line_has_its_ends_as_escapes():
    assert printable_line("好\na\r\t") == "好\\na\\r\\t"
    assert printable("a\r\n") == "a\\r\n"
