"""Cells that hold several names."""

import pytest

from weibo_nlp.analysis.lists import names_in, texts_of_list


@pytest.mark.parametrize(
    "cell",
    ['["perk", "pride"]', "pride|perk", "perk; pride", "perk、pride", '["pride", "perk", "perk"]', " pride , perk "],
)
def test_names_are_read_however_they_are_put_together(cell):
    assert names_in(texts_of_list(cell)) == ("perk", "pride")


@pytest.mark.parametrize("cell", ["[]", "", " | "])
def test_a_cell_without_names_has_none(cell):
    assert texts_of_list(cell) is None


def test_brackets_of_somebodys_own_are_a_name():
    assert names_in(texts_of_list("[perk")) == ("[perk",)
