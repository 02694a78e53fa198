import json

import pytest
from openpyxl import Workbook, load_workbook

from weibo_nlp.analysis.design import DrawnFrom, DrawnRow, SampleDesign, read_design, text_sha256
from weibo_nlp.analysis.gold import read_gold
from weibo_nlp.errors import DataError, UsageError

TEXTS = {3: "逃票的就该进黑名单", 7: "=冰淇淋都不给", 8: "今天的晚霞绝了[心]"}
LABELS = {"topic": ("credit", "self_media", "consumer_nationalism", "other"), "irony": ("false", "true")}


def design_of(targets=None, **labels):
    labels = labels or LABELS
    rows = tuple(DrawnRow(place, 0.3, text_sha256(text), targets=targets or {}) for place, text in TEXTS.items())
    return SampleDesign(DrawnFrom("labelled.csv", "0" * 64, 10), 0, "simple", tuple(labels), labels, "正文", rows)


def write_csv(path, *rows, header="place,正文,gold_topic,gold_irony"):
    path.write_text("\n".join([header, *rows, ""]), "utf-8")
    return path


def test_labels_come_back_by_place_whatever_the_order_of_rows(tmp_path):
    path = write_csv(
        tmp_path / "s.csv",
        "8,今天的晚霞绝了[心],other,false",
        "3,逃票的就该进黑名单,credit,true",
        "7,'=冰淇淋都不给,consumer_nationalism,",
    )
    gold = read_gold(path, design_of())
    assert gold.labels == {
        "topic": {8: "other", 3: "credit", 7: "consumer_nationalism"},
        "irony": {8: "false", 3: "true"},
    }
    assert gold.n_empty == {"topic": 0, "irony": 1}
    assert gold.absent == ()
    assert gold.problems == ()
    gold.require_sound()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param(
            "3,逃票的就该进黑名单,credt,true",
            "s.csv:2: column gold_topic: 'credt' is none of 'credit', 'self_media', 'consumer_nationalism', 'other'. "
            "Is 'credit' meant? Correct the cell.",
            id="misspelt-label",
        ),
        pytest.param(
            "4,逃票的就该进黑名单,credit,", "s.csv:2: column place: '4' is none that was drawn", id="not-drawn"
        ),
        pytest.param("三,逃票的就该进黑名单,credit,", "s.csv:2: column place: '三' is none", id="no-number"),
        pytest.param(",逃票的就该进黑名单,credit,", "s.csv:2: column place: empty", id="no-place"),
        pytest.param(
            "3,今天的晚霞绝了[心],credit,",
            "s.csv:2: column 正文: '今天的晚霞绝了[心]' is not the text",
            id="other-text",
        ),
    ],
)
def test_a_fault_is_named_by_its_line_and_column_and_its_row_is_left_out(tmp_path, row, fault):
    gold = read_gold(write_csv(tmp_path / "s.csv", row, "7,=冰淇淋都不给,other,false"), design_of())
    assert [str(problem)[len(str(tmp_path)) + 1 :][: len(fault)] for problem in gold.problems] == [fault]
    assert gold.labels["topic"] == {7: "other"}
    with pytest.raises(DataError, match=r"s\.csv:2"):
        gold.require_sound()


def test_a_place_that_stands_twice_is_counted_once_and_named(tmp_path):
    path = write_csv(tmp_path / "s.csv", "7,=冰淇淋都不给,other,", "7,=冰淇淋都不给,credit,")
    gold = read_gold(path, design_of())
    assert gold.labels["topic"] == {7: "other"}
    assert [problem.line for problem in gold.problems] == [3]
    assert "7 stands in row 2 already" in gold.problems[0].text
    assert gold.absent == (3, 8)
    assert gold.n_empty == {"topic": 2, "irony": 3}


@pytest.mark.parametrize("cell", ["TRUE", " true ", "ｔｒｕｅ", "True"])
def test_labels_are_told_whatever_their_case_and_width(tmp_path, cell):
    gold = read_gold(write_csv(tmp_path / "s.csv", f"3,逃票的就该进黑名单,,{cell}"), design_of())
    assert gold.labels["irony"] == {3: "true"}


def test_columns_are_told_whatever_their_case_and_the_blanks_around_them(tmp_path):
    path = write_csv(tmp_path / "s.csv", "3,逃票的就该进黑名单,credit", header=" Place,正文 ,Gold_Topic ")
    gold = read_gold(path, design_of())
    assert (gold.labels, gold.problems) == ({"topic": {3: "credit"}}, ())


def test_a_gold_column_that_nobody_asked_about_is_a_fault_whatever_its_case(tmp_path):
    path = write_csv(tmp_path / "s.csv", "3,credit,no", header="place,gold_topic,GOLD_harm")
    assert "'harm' was not asked about" in str(read_gold(path, design_of()).problems[0])


def test_two_columns_that_are_the_same_one_are_refused(tmp_path):
    path = write_csv(tmp_path / "s.csv", "3,credit,other", header="place,gold_topic,Gold_topic")
    with pytest.raises(DataError, match="columns 'gold_topic' and 'Gold_topic' are both gold_topic"):
        read_gold(path, design_of())


def test_a_workbook_of_several_sheets_none_of_which_is_the_sample_is_refused(tmp_path):
    book = Workbook()
    book.active.title = "甲"
    book.active.append(["place", "gold_topic"])
    book.create_sheet("乙").append(["place", "gold_topic"])
    book.save(tmp_path / "s.xlsx")
    with pytest.raises(DataError, match="'甲', '乙', and none is called 'sample'; give the one with the labels"):
        read_gold(tmp_path / "s.xlsx", design_of())


def test_labels_that_differ_in_case_alone_are_told_apart_and_neither_is_guessed(tmp_path):
    rows = ["3,逃票的就该进黑名单,A", "7,=冰淇淋都不给,Ａ"]
    gold = read_gold(write_csv(tmp_path / "s.csv", *rows, header="place,正文,gold_x"), design_of(x=("A", "a")))
    assert gold.labels == {"x": {3: "A"}}
    assert [problem.line for problem in gold.problems] == [3]


def test_a_workbook_filled_in_is_read_and_its_fault_named_by_sheet_row_and_column(tmp_path):
    book = Workbook()
    book.active.title = "sample"
    for row in (("place", "正文", "gold_topic", "gold_irony"), (3, TEXTS[3], "credit", True), (7, "x", "other", None)):
        book.active.append(row)
    book.create_sheet("labels").append(["credit"])
    book.save(tmp_path / "s.xlsx")
    gold = read_gold(tmp_path / "s.xlsx", design_of())
    assert gold.labels == {"topic": {3: "credit"}, "irony": {3: "true"}}
    assert str(gold.problems[0]).startswith(
        f"{tmp_path / 's.xlsx'}:3: sheet 'sample', column 正文: 'x' is not the text"
    )
    assert load_workbook(tmp_path / "s.xlsx").sheetnames == ["sample", "labels"]


def test_gold_without_texts_is_read_and_a_task_that_was_not_drawn_for_is_known_by_the_scheme(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text('{"place": 3, "gold_sentiment": "negative"}\n{"place": 7, "gold_sentiment": null}\n', "utf-8")
    gold = read_gold(path, design_of())
    assert gold.labels == {"sentiment": {3: "negative"}}
    assert gold.n_empty == {"sentiment": 2}


def test_a_gold_column_that_nobody_asked_about_is_a_fault(tmp_path):
    path = write_csv(tmp_path / "s.csv", "3,credit,no", header="place,gold_topic,gold_harm")
    assert "'harm' was not asked about" in str(read_gold(path, design_of()).problems[0])


def test_a_row_without_a_target_is_not_asked_about_its_stance(tmp_path):
    path = write_csv(tmp_path / "s.csv", "3,favor", header="place,gold_stance")
    gold = read_gold(path, design_of({"stance": None}, stance=("favor", "against", "none")))
    assert gold.labels == {"stance": {}}
    assert gold.n_unasked == {"stance": 1}
    assert gold.n_empty == {"stance": 0}


@pytest.mark.parametrize(
    ("header", "message"),
    [("row,gold_topic", "no column 'place'"), ("place,topic", "no column of labels that people gave")],
)
def test_a_file_that_is_no_sample_is_refused(tmp_path, header, message):
    with pytest.raises(DataError, match=message):
        read_gold(write_csv(tmp_path / "s.csv", "3,credit", header=header), design_of())


def test_a_design_reads_back_what_it_wrote(tmp_path):
    design = design_of({"stance": "信用惩戒"})
    design.write(tmp_path / "s.csv.design.json")
    assert read_design(tmp_path / "s.csv") == design
    assert read_design(tmp_path / "s.csv.design.json") == design


def test_a_sample_without_its_design_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"s\.csv: there is no such file"):
        read_design(tmp_path / "s.csv")
    sample = write_csv(tmp_path / "s.csv")
    with pytest.raises(UsageError, match=r"s\.csv\.design\.json is not there"):
        read_design(sample)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"kind": "x"}, "kind 'x'", id="another-kind"),
        pytest.param({"format": 2}, "format 2", id="another-format"),
        pytest.param({"method": "stratified"}, "method stratified and strata do not go together", id="no-strata"),
        pytest.param({"labels": {}}, "there are no labels for topic, irony", id="no-labels"),
        pytest.param({"seed": "1"}, "seed must be a whole number|seed must be", id="seed-is-text"),
        pytest.param({"collection": {"name": "x", "sha256": "0", "n": 8}}, "a place is none from 0 to 7", id="outside"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(tmp_path, change, message):
    content = design_of().to_dict() | change
    path = tmp_path / "s.csv.design.json"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(DataError, match=message):
        read_design(path)


def test_what_does_not_show_has_no_part_in_the_sum_of_a_text():
    assert text_sha256("'=好\r\n的\u200b ") == text_sha256("=好\n的")
    assert text_sha256("好") != text_sha256("坏")
