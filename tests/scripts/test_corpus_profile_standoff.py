import shutil
from pathlib import Path

import pytest
from corpus_profile.agreement import agreement_blocks
from corpus_profile.standoff import standoff_blocks

from weibo_nlp.external.real_sets import REAL_SETS
from weibo_nlp.release.sources import read_sources

MINIATURE = Path(__file__).resolve().parents[1] / "data" / "release"


@pytest.fixture(scope="module")
def blocks():
    """Blocks of the miniature: 16 composed documents, 12 texts that are not shipped."""
    sources = read_sources(MINIATURE)
    return standoff_blocks(sources) | agreement_blocks(sources)


def cells(block):
    """Rows of a table by their first cells, without its headings."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()[2:]]
    return {row[0]: row[1:] for row in rows}


def test_sets_are_counted_by_drawing_and_split_and_added_up(blocks):
    assert cells(blocks["standoff"]) == {
        # texts, groups, random, topic word, train, validation, test
        "zhihu": ["Zhihu", "question", "4", "4", "1", "3", "2", "0", "2"],
        "cold": ["COLD", "reaction", "8", "7", "3", "5", "5", "2", "1"],
        "**all**": ["", "", "12", "11", "4", "8", "7", "2", "3"],
    }


def test_stance_is_shown_on_the_target_of_the_topic_and_where_there_is_none_as_a_dash(blocks):
    labels = cells(blocks["standoff_labels"])
    # texts, share, drawn at random; negative, neutral, positive; irony; against, none, favor
    assert labels["self_media"] == ["3", "25.0%", "1", "33.3%", "33.3%", "33.3%", "0.0%", "33.3%", "33.3%", "33.3%"]
    assert labels["other"] == ["3", "25.0%", "3", "33.3%", "66.7%", "0.0%", "33.3%", "–", "–", "–"]


def test_terms_and_files_are_those_of_the_sets_that_have_texts(blocks):
    sets = cells(blocks["standoff_sets"])
    assert list(sets) == ["zhihu", "cold"]
    assert sets["cold"][2] == REAL_SETS["cold"].source.terms == "Apache-2.0"
    assert sets["zhihu"][1] == REAL_SETS["zhihu"].source.published


def test_agreement_is_shown_by_task_over_all_texts_and_groups(blocks):
    rows = cells(blocks["standoff_agreement"])
    assert list(rows) == ["topic", "sentiment", "irony", "stance", "stance on topic"]
    # Two texts of twelve are not judged alike; one of nine pairs of a text and its topic's target.
    assert rows["sentiment"][2:] == ["16.7%", "12", "11"]
    assert rows["stance on topic"][2:] == ["11.1%", "9", "9"]


def test_agreement_by_set_has_a_dash_where_one_label_was_given_throughout(blocks):
    rows = cells(blocks["standoff_agreement_sets"])
    assert list(rows) == ["zhihu", "cold"]
    # One of the 4 questions has three sentiments: of 12 judgements 10 are neutral, 1 is positive, 1 negative. Observed
    # disagreement is 3 / 12, expected (12 * 12 - 10 * 10 - 1 - 1) / (12 * 11) = 42 / 132, alpha 1 - 0.25 / 0.318.
    assert rows["zhihu"] == ["4", "1.000", "0.0%", "0.214", "25.0%", "–", "0.0%"]


def test_unanimous_judgements_of_both_layers_stand_side_by_side(blocks):
    rows = cells(blocks["unanimous"])
    assert rows["topic"] == ["87.5%", "100.0%"]  # 14 of 16 documents, all 12 texts
    assert rows["sentiment"] == ["81.2%", "83.3%"]  # 13 of 16, 10 of 12
    assert rows["needs_context"][1] == rows["stance on topic"][0] == "–"  # judged in one of the layers alone


def test_agreement_by_confidence_counts_each_text_once(blocks):
    rows = [line.split(" | ")[:4] for line in blocks["confidence"].splitlines()[2:]]
    assert rows == [
        ["| composed", "high", "16", "100.0%"],
        ["| composed", "low", "0", "0.0%"],
        ["| not shipped", "high", "11", "91.7%"],
        ["| not shipped", "low", "1", "8.3%"],
    ]
    assert blocks["unsure"].startswith("All three were unsure of 0 of the 16 composed documents (0.0%) and of 0 of")


def test_a_corpus_without_the_layer_has_tables_without_rows(tmp_path):
    root = Path(shutil.copytree(MINIATURE, tmp_path / "repository"))
    shutil.rmtree(root / "annotations" / "rounds" / "r03")
    for name in ("annotations/adjudicated/real.jsonl", "corpus/standoff.jsonl"):
        (root / name).unlink()
    sources = read_sources(root)
    found = standoff_blocks(sources) | agreement_blocks(sources)
    assert cells(found["standoff"]) == {"**all**": ["", "", *["0"] * 7]}
    assert cells(found["standoff_sets"]) == cells(found["standoff_agreement_sets"]) == {}
    assert cells(found["standoff_labels"])["credit"] == ["0", "–", "0", *["–"] * 7]
