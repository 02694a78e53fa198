import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.text import script, simplified


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
