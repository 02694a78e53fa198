import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.io.names import LONGEST, safe_stem

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
