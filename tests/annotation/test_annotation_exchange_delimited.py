import csv
import io

import pytest
from exchange_cases import BY_NUMBER, ITEMS, QUESTIONS, ROWS, TOPIC, items_of
from hypothesis import given

from weibo_nlp.annotation.exchange.base import Item
from weibo_nlp.annotation.exchange.delimited import DelimitedFormat
from weibo_nlp.errors import DataError

FORMAT = DelimitedFormat()


@pytest.fixture
def sheet_path(tmp_path):
    path, _ = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="zh")
    return path


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def save(path, rows, *, encoding="utf-8-sig", delimiter=",", errors="strict"):
    """Save rows as a spreadsheet would."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding, errors))


def filled(path, row, heading, value):
    rows = rows_of(path)
    (place,) = [place for place, name in enumerate(rows[0]) if name.partition(":")[0] == heading]
    rows[row][place] = value
    return rows


def test_the_sheet_has_a_mark_and_the_meanings_stand_beside_it(tmp_path):
    sheet, beside = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="en")
    assert (sheet.name, beside.name) == ("a1.csv", "a1.instructions.txt")
    assert sheet.read_bytes().startswith("\ufeffnumber,title,texts above,text,topic: 主要说什么？,".encode())
    told = beside.read_text("utf-8-sig")
    assert "credit\t信用记录与惩戒\n" in told
    assert "Target: 扫码借书，先实名\n" in told


def test_a_text_that_looks_like_a_formula_gets_an_apostrophe_and_is_the_same_when_it_comes_back(sheet_path):
    assert rows_of(sheet_path)[2][3] == "'=SUM(A1:A9) 也算信用？"
    save(sheet_path, filled(sheet_path, 2, "topic", "credit"))
    (answer,), problems = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert (answer.number, answer.labels, answer.place, problems) == ("S002", {"topic": "credit"}, "row 3", [])


@pytest.mark.parametrize(
    ("encoding", "delimiter", "errors"),
    [
        pytest.param("utf-8", ",", "strict", id="without-mark"),
        pytest.param("utf-8-sig", ";", "strict", id="semicolons"),
        pytest.param("utf-16", "\t", "strict", id="unicode-text"),
        pytest.param("gbk", ",", "replace", id="gbk-without-emoji"),
    ],
)
def test_what_a_spreadsheet_saved_is_read_whatever_it_saved_it_as(sheet_path, encoding, delimiter, errors):
    rows = filled(sheet_path, 1, "topic", "other")
    save(sheet_path, rows, encoding=encoding, delimiter=delimiter, errors=errors)
    (answer,), problems = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert (answer.number, answer.labels, problems) == ("S001", {"topic": "other"}, [])


def test_a_text_that_excel_takes_for_a_date_is_noticed(tmp_path):
    item = Item("S1", "1/2")
    sheet, _ = FORMAT.write([item], [TOPIC], tmp_path, stem="a1", language="en")
    rows = filled(sheet, 1, "topic", "other")
    rows[1][1] = "2026/1/2"
    save(sheet, rows)
    _, (problem,) = FORMAT.read(sheet, {"S1": item}, [TOPIC])
    assert "is not the one that was dealt, but '2026/1/2'" in problem.text


def test_a_workbook_saved_as_csv_says_where_a_long_text_is(tmp_path):
    item = Item("S1", "长" * 40_000)
    sheet, _ = FORMAT.write([item], [TOPIC], tmp_path, stem="a1", language="zh")
    rows = filled(sheet, 1, "topic", "other")
    rows[1][1] = "（过长，全文见“长文”表第 2 至 9 行）"
    save(sheet, rows)
    (answer,), problems = FORMAT.read(sheet, {"S1": item}, [TOPIC])
    assert (answer.labels, problems) == ({"topic": "other"}, [])


def test_a_misspelt_cell_is_named_by_line_and_column(sheet_path):
    save(sheet_path, filled(sheet_path, 3, "topic", "crédit"))
    (answer,), (problem,) = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert answer.labels == {}
    assert str(problem).startswith(f"{sheet_path}:4: row 4: column 5 (topic): 'crédit' is no label of this question")


def test_rows_below_a_text_of_several_lines_are_named_by_the_line_they_begin_on(tmp_path):
    items = [Item("S1", "一\n二\n三"), Item("S2", "四")]
    sheet, _ = FORMAT.write(items, [TOPIC], tmp_path, stem="a1", language="en")
    save(sheet, filled(sheet, 2, "topic", "?"))
    _, (problem,) = FORMAT.read(sheet, {item.number: item for item in items}, [TOPIC])
    assert problem.line == 5


def test_a_text_sorted_away_from_its_number_is_noticed(sheet_path):
    rows = filled(sheet_path, 1, "topic", "other")
    rows[1][3], rows[2][3] = rows[2][3], rows[1][3]
    save(sheet_path, rows)
    answers, problems = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert (answers, [problem.line for problem in problems]) == ([], [2, 3])
    assert "the text beside 'S001' is not the one that was dealt" in problems[0].text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "no row has the headings", id="empty"),
        pytest.param(b"name,value\na,b\n", "no row has the headings", id="something-else"),
        pytest.param('编号,正文,topic\nS001,"a'.encode(), ":2: is no row of a CSV", id="open-quote"),
        pytest.param('编号,正文,topic\nS001,"a"b,c\n'.encode(), ":2: is no row of a CSV", id="behind-quote"),
        pytest.param("编号,正文,topic\n".encode() + b"S001,\xff,a\n", "not utf-8: byte 0xff", id="no-utf-8"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(tmp_path, content, message):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        FORMAT.read(path, BY_NUMBER, QUESTIONS)


@given(ROWS)
def test_whatever_the_texts_the_labels_come_back(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("sheet")
    items = items_of(rows)
    sheet, _ = FORMAT.write(items, QUESTIONS, folder, stem="a1", language="en")
    table = rows_of(sheet)
    place = table[0].index("topic: 主要说什么？")
    for cells, (*_, label) in zip(table[1:], rows, strict=True):
        cells[place] = label
    save(sheet, table)
    answers, problems = FORMAT.read(sheet, {item.number: item for item in items}, QUESTIONS)
    assert problems == []
    assert [answer.labels["topic"] for answer in answers] == [label for *_, label in rows]
