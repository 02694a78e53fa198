from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.external import ExternalSet, load
from weibo_nlp.external.nlpcc2016 import TARGETS, canonical_target, records

MINIATURE = Path(__file__).parents[1] / "data" / "external" / "nlpcc2016"


@pytest.fixture(scope="module")
def miniature() -> ExternalSet:
    return load("nlpcc2016", MINIATURE)


def test_stances_are_favor_against_none_and_the_official_score_is_favg(miniature):
    assert miniature.tasks == ("stance",)
    assert miniature.labels["stance"] == ("favor", "against", "none")
    assert miniature.main_metric == "favg"


def test_usable_rows_keep_their_physical_line_behind_a_byte_order_mark(miniature):
    part = miniature.part("train")
    assert [(gold.document_id, gold.label) for gold in part.gold] == [
        ("nlpcc2016-train-000002", "favor"),
        ("nlpcc2016-train-000003", "against"),
        ("nlpcc2016-train-000004", "none"),
        ("nlpcc2016-train-000006", "favor"),
        ("nlpcc2016-train-000007", "against"),
        ("nlpcc2016-train-000015", "favor"),
        ("nlpcc2016-train-000017", "none"),
        ("nlpcc2016-train-000018", "against"),
    ]
    assert [document.id for document in part.documents] == [gold.document_id for gold in part.gold]
    assert part.groups == tuple(document.id for document in part.documents)
    assert part.documents[0].source.row == 2
    assert part.documents[0].source.file == "evasampledata4-TaskAA.txt"
    assert part.documents[0].extra == {"id": "1"}


def test_training_names_of_targets_become_the_names_of_the_gold(miniature):
    train = {gold.target for gold in miniature.part("train").gold}
    assert {"iPhone SE", "俄罗斯叙利亚反恐行动"} <= train
    assert {gold.target for gold in miniature.part("test").gold} <= train


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("IphoneSE", "iPhone SE", id="training-file-spelling"),
        pytest.param(" iphone  se ", "iPhone SE", id="case-and-spaces"),
        pytest.param("俄罗斯在叙利亚的反恐行动", "俄罗斯叙利亚反恐行动", id="training-file-wording"),
        pytest.param("火星移民", None, id="not-a-target-of-the-task"),
    ],
)
def test_canonical_target(raw, expected):
    assert canonical_target(raw) == expected


def test_a_stray_quote_is_text_and_swallows_no_rows(miniature):
    texts = {document.id: document.text for document in miniature.part("train").documents}
    assert texts["nlpcc2016-train-000004"] == '"电瓶车又被拖走一辆'


def test_texts_wrapped_for_a_tab_or_a_line_feed_are_put_together_and_marked(miniature):
    repaired = {document.id: document.text for document in miniature.part("train").documents if document.flags}
    assert repaired == {
        "nlpcc2016-train-000006": "守岁\t听着炮声",
        "nlpcc2016-train-000007": "第一段说车\n第二段说人",
    }


def test_every_broken_row_is_set_aside_with_line_and_reason(miniature):
    part = miniature.part("train")
    assert [(item.line, item.reason) for item in part.dropped] == [
        (5, "no label"),
        (9, "wrong number of columns"),
        (10, "unknown label"),
        (11, "unknown target"),
        (12, "no text"),
        (13, "undecodable bytes"),
        (14, "wrong number of columns"),
    ]
    assert part.dropped_counts["wrong number of columns"] == 2
    assert part.dropped[2].detail == "'MAYBE'"


def test_windows_line_ends_leave_nothing_behind(miniature):
    part = miniature.part("test")
    assert [gold.label for gold in part.gold] == ["none", "against", "favor"]
    assert part.dropped == ()
    assert part.documents[1].text == "屏幕太小看不清字"


def test_another_file_under_the_published_name_is_refused(tmp_path):
    file = tmp_path / "evasampledata4-TaskAA.txt"
    file.write_text("a\tb\n1\t2\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"evasampledata4-TaskAA\.txt:1: the header is \['a', 'b'\], not ID, TARGET"):
        load("nlpcc2016", tmp_path)


def test_a_copy_in_another_encoding_is_refused_with_the_remedy(tmp_path):
    rows = "id\ttarget\ttext\tstance\n1\t开放二胎\t热闹\tFAVOR\n2\t开放二胎\t拥挤\tAGAINST\n"
    (tmp_path / "NLPCC_2016_Stance_Detection_Task_A_gold.txt").write_bytes(rows.encode("gb18030"))
    with pytest.raises(DataError, match=r"2 rows hold bytes that are not UTF-8, only 0 can be read.*iconv"):
        load("nlpcc2016", tmp_path)


@given(st.lists(st.tuples(st.sampled_from(TARGETS), st.text(st.sampled_from("字a\"' ，\r"))), max_size=8))
def test_rows_of_four_cells_come_back_unchanged_whatever_their_quotes(rows):
    lines = [f"{number}\t{target}\t{text}\tNONE\n" for number, (target, text) in enumerate(rows, 1)]
    found = list(records(lines))
    assert [record.cells for record in found] == [
        (str(number), target, text, "NONE") for number, (target, text) in enumerate(rows, 1)
    ]
    assert [record.line for record in found] == list(range(1, len(rows) + 1))
    assert not any(record.repaired for record in found)
