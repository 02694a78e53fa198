from pathlib import Path

import pytest
from corpus_profile.card import card_blocks, fill_blocks

from weibo_nlp.errors import DataError
from weibo_nlp.release.sources import read_sources

ROOT = Path(__file__).resolve().parents[2]


def test_figures_stand_between_their_markers_and_nothing_else_changes():
    card = "甲\n<!-- figures: size -->\nold\n<!-- end -->\n乙\n<!-- figures: text -->\n<!-- end -->\n丙"
    filled = fill_blocks(card, {"size": "1 \\g<0>\n", "text": "2\n"})
    assert filled == (
        "甲\n<!-- figures: size -->\n1 \\g<0>\n<!-- end -->\n乙\n<!-- figures: text -->\n2\n<!-- end -->\n丙"
    )
    assert fill_blocks(filled, {"size": "1 \\g<0>\n", "text": "2\n"}) == filled


@pytest.mark.parametrize(
    ("card", "message"),
    [
        pytest.param("", r"markers \[\] and figures \['size'\] differ", id="no-marker"),
        pytest.param("<!-- figures: seize -->\n<!-- end -->", r"markers \['seize'\] and", id="misspelt"),
        pytest.param("<!-- figures: size -->\n<!-- end -->\n" * 2, "each block needs one marker", id="doubled"),
        pytest.param("<!-- figures: size -->\nold", "no <!-- end --> below <!-- figures: size -->", id="no-end"),
    ],
)
def test_a_card_whose_markers_do_not_match_is_refused(card, message):
    with pytest.raises(DataError, match=message):
        fill_blocks(card, {"size": "1\n"})


def test_the_end_of_one_block_is_not_taken_for_that_of_the_block_above():
    card = "<!-- figures: size -->\nprose that people wrote\n<!-- figures: text -->\n<!-- end -->\n"
    with pytest.raises(DataError, match="no <!-- end --> below <!-- figures: size -->"):
        fill_blocks(card, {"size": "1\n", "text": "2\n"})


@pytest.mark.slow
def test_the_data_card_shows_what_the_files_hold():
    card = (ROOT / "DATA_CARD.md").read_text("utf-8")
    assert fill_blocks(card, card_blocks(read_sources(ROOT))) == card
