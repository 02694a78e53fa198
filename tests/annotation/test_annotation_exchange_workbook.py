import zipfile

import pytest
from exchange_cases import BY_NUMBER, IRONY, ITEMS, QUESTIONS, ROWS, TOPIC, items_of
from hypothesis import given, settings
from openpyxl import Workbook, load_workbook

from weibo_nlp.annotation.exchange.base import Item, Passage, Question
from weibo_nlp.annotation.exchange.texts import checksum
from weibo_nlp.annotation.exchange.workbook import WorkbookFormat
from weibo_nlp.errors import DataError, UsageError

FORMAT = WorkbookFormat()


@pytest.fixture
def sheet_path(tmp_path):
    (path,) = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="zh")
    return path


def columns(sheet):
    """Heading up to its first line -> letter."""
    return {str(cell.value).partition("\n")[0]: cell.column_letter for cell in sheet[1]}


def put(cell, value):
    """Type a value into a cell; a text that begins with = as text."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def fill(path, cells):
    """Fill cells in, named by row and heading."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    letters = columns(sheet)
    for (row, heading), value in cells.items():
        put(sheet[f"{letters[heading]}{row}"], value)
    book.save(path)
    return letters


def problems_of(path):
    return [str(problem) for problem in FORMAT.read(path, BY_NUMBER, QUESTIONS)[1]]


def test_labels_that_were_filled_in_come_back(sheet_path):
    fill(
        sheet_path,
        {
            (2, "topic"): "credit",
            (2, "stance_1"): "against",
            (2, "irony"): "true",
            (2, "不确定"): "是",
            (2, "备注"): "=真的吗",
            (4, "topic"): "other",
        },
    )
    answers, problems = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert problems == []
    first, last = answers
    assert (first.number, last.number) == ("S001", "S003")
    assert first.labels == {"topic": "credit", "stance_1": "against", "irony": "true"}
    assert (first.is_unsure, first.comment, first.place) == (True, "=真的吗", "sheet 标注, row 2")
    assert (last.labels, last.is_unsure, last.comment) == ({"topic": "other"}, False, None)


def test_a_sheet_that_nobody_filled_in_has_no_answers_and_no_faults(sheet_path):
    assert FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS) == ([], [])


def test_the_sheet_offers_the_labels_as_lists_and_locks_the_rest(sheet_path):
    book = load_workbook(sheet_path)
    sheet, letters = book.worksheets[0], columns(book.worksheets[0])
    assert [s.title for s in book.worksheets] == ["标注", "说明", "_labels"]
    assert book["_labels"].sheet_state == "hidden"
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {
        f"{letters['topic']}2:{letters['topic']}4": "_labels!$A$1:$A$3",
        f"{letters['stance_1']}2:{letters['stance_1']}4": "_labels!$B$1:$B$3",
        f"{letters['irony']}2:{letters['irony']}4": "_labels!$C$1:$C$2",
        f"{letters['不确定']}2:{letters['不确定']}4": "_labels!$D$1:$D$1",
    }
    assert [cell.value for cell in book["_labels"]["A"]][:3] == list(TOPIC.labels)
    assert sheet.protection.sheet
    assert sheet.freeze_panes == "B2"
    assert sheet[f"{letters['正文']}2"].protection.locked
    assert not sheet[f"{letters['topic']}2"].protection.locked
    assert sheet.column_dimensions[letters["校验"]].hidden
    assert letters["校验"] == max(letters.values())


def test_headings_say_what_is_asked_and_the_second_sheet_what_labels_mean(sheet_path):
    book = load_workbook(sheet_path)
    letters = columns(book.worksheets[0])
    assert book.worksheets[0][f"{letters['topic']}1"].value == "topic\n主要说什么？"
    assert book.worksheets[0][f"{letters['stance_1']}1"].value == "stance_1\n对目标是什么态度？（扫码借书，先实名）"
    told = {(row[0].value, row[1].value) for row in book["说明"].iter_rows(max_col=2)}
    assert {("credit", "信用记录与惩戒"), (None, "针对：扫码借书，先实名")} <= told


def test_rows_are_as_high_as_their_texts(tmp_path):
    items = [Item("S1", "短"), Item("S2", "一\n二\n三"), Item("S3", "字" * 59), Item("S4", "字\n" * 1_000)]
    (path,) = FORMAT.write(items, [TOPIC], tmp_path, stem="a1", language="zh")
    heights = [load_workbook(path).worksheets[0].row_dimensions[row].height for row in range(1, 6)]
    assert heights == [30, 15, 45, 45, 409]


def test_headings_are_english_where_that_is_asked_for(tmp_path):
    (path,) = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="en")
    sheet = load_workbook(path).worksheets[0]
    assert list(columns(sheet)) == [
        "number",
        "title",
        "texts above",
        "text",
        "topic",
        "stance_1",
        "irony",
        "unsure",
        "comment",
        "checksum",
    ]
    assert sheet["C4"].value == "[1] 甲: 都来说说\n[2] (no name): "


def test_a_text_that_looks_like_a_formula_is_text(sheet_path):
    cell = load_workbook(sheet_path).worksheets[0]["D3"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=SUM(A1:A9) 也算信用？", "s", True)
    with zipfile.ZipFile(sheet_path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("credit ", id="blank-behind"),
        pytest.param("ｃｒｅｄｉｔ", id="full-width"),
        pytest.param("Credit", id="capital"),
        pytest.param("\u3000credit", id="wide-blank-before"),
    ],
)
def test_a_label_is_known_in_other_width_case_and_blanks(sheet_path, typed):
    fill(sheet_path, {(2, "topic"): typed})
    (answer,), problems = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert (answer.labels, problems) == ({"topic": "credit"}, [])


def test_what_excel_made_a_truth_value_is_the_label_it_was(sheet_path):
    fill(sheet_path, {(2, "irony"): True})
    (answer,), problems = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert (answer.labels, problems) == ({"irony": "true"}, [])


def test_a_misspelt_cell_is_named_by_sheet_row_and_column_with_the_nearest_labels(sheet_path):
    letters = fill(sheet_path, {(3, "topic"): "self media!", (3, "irony"): "true"})
    (answer,), (problem,) = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert answer.labels == {"irony": "true"}
    assert (problem.line, problem.rule) == (3, "scheme")
    assert f"sheet 标注, row 3: column {letters['topic']} (topic): 'self media!' is no label" in problem.text
    assert "'credit', 'self_media', 'other'" in problem.text


def test_of_many_labels_the_nearest_are_named(tmp_path):
    question = Question("frame", "frame", "", (*(f"label {n}" for n in range(40)), "humiliation"))
    (path,) = FORMAT.write(ITEMS, [question], tmp_path, stem="a1", language="en")
    fill(path, {(2, "frame"): "humilation"})
    _, (problem,) = FORMAT.read(path, BY_NUMBER, [question])
    assert "none of the 41 labels of this question; nearest are 'humiliation'" in problem.text


def test_labels_that_differ_in_width_alone_must_be_written_exactly(tmp_path):
    question = Question("size", "size", "", ("a", "Ａ"))
    (path,) = FORMAT.write(ITEMS, [question], tmp_path, stem="a1", language="en")
    fill(path, {(2, "size"): "Ａ", (3, "size"): "A"})
    (answer, _), (problem,) = FORMAT.read(path, BY_NUMBER, [question])
    assert answer.labels == {"size": "Ａ"}
    assert "'A' may be 'a' or 'Ａ'; write one of them exactly." in problem.text


def test_labels_with_commas_quotes_and_signs_go_out_and_come_back(tmp_path):
    labels = ("yes, but", '"no"', "=1+1", "'maybe", "-")
    question = Question("q", "q", "", labels)
    items = [Item(f"S{n}", "文") for n in range(len(labels))]
    (path,) = FORMAT.write(items, [question], tmp_path, stem="a1", language="en")
    book = load_workbook(path)
    assert [cell.value for cell in book["_labels"]["A"]] == list(labels)
    sheet = book.worksheets[0]
    for row, label in enumerate(labels, start=2):
        put(sheet.cell(row, 3), label)
    book.save(path)
    answers, problems = FORMAT.read(path, {item.number: item for item in items}, [question])
    assert ([answer.labels["q"] for answer in answers], problems) == (list(labels), [])


def test_columns_may_stand_in_another_order_and_blank_rows_between(sheet_path):
    fill(sheet_path, {(2, "topic"): "credit", (3, "topic"): "other"})
    values = [[cell.value for cell in row] for row in load_workbook(sheet_path).worksheets[0].iter_rows()]
    book = Workbook()
    book.active.append(["", "a heading of the annotator's own"])
    for line, row in zip(range(2, 20, 2), values, strict=False):
        for place, value in enumerate(reversed(row), start=1):
            put(book.active.cell(line, place), value)
    book.save(sheet_path)
    answers, problems = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert [(answer.number, answer.labels) for answer in answers] == [
        ("S001", {"topic": "credit"}),
        ("S002", {"topic": "other"}),
    ]
    assert problems == []


def test_answers_that_were_shifted_by_a_row_are_noticed(sheet_path):
    book = load_workbook(sheet_path)
    sheet = book.worksheets[0]
    letters = columns(sheet)
    sheet.move_range(f"{letters['topic']}2:{letters['校验']}3", rows=1)
    sheet[f"{letters['topic']}3"].value = "credit"
    book.save(sheet_path)
    answers, problems = FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)
    assert answers == []
    assert [problem.line for problem in problems] == [2, 3, 4]
    assert f"'S002' stands beside the checksum {checksum(ITEMS[0])!r}" in problems[1].text


def test_a_text_that_was_edited_is_noticed(sheet_path):
    fill(sheet_path, {(2, "正文"): "另一句话", (2, "topic"): "credit"})
    (problem,) = problems_of(sheet_path)
    assert "row 2: the text beside 'S001' is not the one that was dealt, but '另一句话'" in problem


def test_what_libreoffice_makes_of_a_code_is_the_text(tmp_path):
    item = Item("S1", "写作 _x0041_ 的码")
    (path,) = FORMAT.write([item], [TOPIC], tmp_path, stem="a1", language="zh")
    fill(path, {(2, "正文"): "写作 A 的码", (2, "topic"): "other"})
    (answer,), problems = FORMAT.read(path, {"S1": item}, [TOPIC])
    assert (answer.labels, problems) == ({"topic": "other"}, [])


def test_a_number_that_was_not_dealt_is_named(sheet_path):
    fill(sheet_path, {(2, "编号"): "S009", (2, "topic"): "credit"})
    (problem,) = problems_of(sheet_path)
    assert "row 2: 'S009' was not dealt; what was dealt is 'S001', 'S002', 'S003'." in problem


def test_answers_without_a_number_are_named(sheet_path):
    fill(sheet_path, {(7, "topic"): "credit"})
    (problem,) = problems_of(sheet_path)
    assert "row 7: has answers and no number" in problem


def test_an_item_answered_twice_is_named(sheet_path):
    fill(sheet_path, {(2, "topic"): "credit"})
    book = load_workbook(sheet_path)
    sheet = book.worksheets[0]
    sheet.append([cell.value for cell in sheet[2]])
    book.save(sheet_path)
    (problem,) = problems_of(sheet_path)
    assert "row 5: 'S001' is answered twice, first in row 2; keep one row." in problem


def test_a_question_whose_column_is_gone_is_named(sheet_path):
    fill(sheet_path, {(1, "irony"): "ironie"})
    (problem,) = problems_of(sheet_path)
    assert "row 1: no column is headed 'irony'" in problem


def test_a_question_with_two_columns_is_named(sheet_path):
    letters = fill(sheet_path, {(1, "irony"): "topic"})
    first, _ = problems_of(sheet_path)
    assert f"columns {letters['topic']} and {letters['irony']} have one heading, 'topic'" in first


def test_cells_in_a_column_that_is_not_the_sheets_are_not_lost_in_silence(sheet_path):
    book = load_workbook(sheet_path)
    book.worksheets[0]["K3"].value = "我的笔记"
    book.save(sheet_path)
    (problem,) = problems_of(sheet_path)
    assert "row 3: column K is none of the sheet's" in problem


def test_an_unsure_cell_that_says_neither_is_named(sheet_path):
    fill(sheet_path, {(2, "不确定"): "也许", (2, "topic"): "credit"})
    (problem,) = problems_of(sheet_path)
    assert "(不确定): '也许' is neither 是 nor yes" in problem


def test_a_sheet_without_texts_and_checksums_proves_nothing(sheet_path):
    fill(sheet_path, {(1, "正文"): None, (1, "校验"): None})
    assert "neither the texts nor their checksums are there" in problems_of(sheet_path)[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"PK\x03\x04 broken", "cannot be read as a workbook", id="no-workbook"),
        pytest.param(b"", "cannot be read as a workbook", id="empty"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(tmp_path, content, message):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        FORMAT.read(path, BY_NUMBER, QUESTIONS)


def test_a_workbook_of_something_else_is_refused(tmp_path):
    book = Workbook()
    book.active.append(["name", "value"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match="no row has the headings of the sheet, '编号' or 'number' and the questions"):
        FORMAT.read(tmp_path / "a.xlsx", BY_NUMBER, QUESTIONS)


def test_two_sheets_with_answers_are_refused(sheet_path):
    book = load_workbook(sheet_path)
    book.copy_worksheet(book.worksheets[0])
    book.save(sheet_path)
    with pytest.raises(DataError, match="2 of its sheets"):
        FORMAT.read(sheet_path, BY_NUMBER, QUESTIONS)


def test_a_text_beyond_a_cell_stands_whole_on_a_sheet_of_its_own(tmp_path):
    text = "长" * 40_000 + "\x01尾"
    items = [Item("S1", "短"), Item("S2", text, above=(Passage("上" * 33_000, "甲"),))]
    (path,) = FORMAT.write(items, [TOPIC], tmp_path, stem="a1", language="zh")
    book = load_workbook(path)
    rows = [[cell.value for cell in row] for row in book["长文"].iter_rows(min_row=2)]
    assert (
        "".join(piece for number, column, piece in rows if (number, column) == ("S2", "正文")) == "长" * 40_000 + "␁尾"
    )
    assert "".join(piece for _, column, piece in rows if column == "上文") == "[1] 甲：" + "上" * 33_000
    assert book.worksheets[0]["C3"].value == "（过长，全文见“长文”表第 10 至 18 行）"
    assert rows[8][1] == "正文"
    fill(path, {(3, "topic"): "other"})
    answers, problems = FORMAT.read(path, {item.number: item for item in items}, [TOPIC])
    assert ([answer.labels for answer in answers], problems) == ([{"topic": "other"}], [])


def test_suggestions_stand_beside_the_answers_and_are_none(tmp_path):
    items = [Item("S1", "文", suggestions={"topic": "credit"}), Item("S2", "文")]
    (path,) = FORMAT.write(items, [TOPIC, IRONY], tmp_path, stem="a1", language="en")
    sheet = load_workbook(path).worksheets[0]
    assert [cell.value for cell in sheet[2]][:4] == ["S1", "文", "credit", None]
    assert sheet["C1"].value == "suggested: topic"
    assert FORMAT.read(path, {item.number: item for item in items}, [TOPIC, IRONY]) == ([], [])


@pytest.mark.parametrize(
    ("items", "questions", "message"),
    [
        pytest.param([], QUESTIONS, "0 items", id="no-items"),
        pytest.param(ITEMS, [], "0 questions", id="no-questions"),
        pytest.param([ITEMS[0], ITEMS[0]], QUESTIONS, "numbers of items: 'S001' is there more than once", id="numbers"),
        pytest.param(ITEMS, [TOPIC, TOPIC], "names of questions: 'topic' is there more than once", id="questions"),
        pytest.param(ITEMS, [Question("Text ", "x", "", ("a",))], "'Text ' cannot stand on a sheet", id="blank-behind"),
        pytest.param(ITEMS, [Question("Text", "x", "", ("a",))], "the sheet has columns of these names", id="reserved"),
        pytest.param(ITEMS, [Question("q", "x", "", ())], "has 0 labels", id="no-labels"),
        pytest.param(ITEMS, [Question("q", "x", "", ("a", "a"))], "labels of 'q': 'a' is there", id="labels"),
        pytest.param(ITEMS, [Question("q", "x", "", ("a\n",))], r"'a\\n' cannot stand", id="line-end-in-label"),
        pytest.param(ITEMS, [Question("q", "x", "问" * 2_001, ("a",))], "longer than 2,000 characters", id="long"),
        pytest.param(
            [Item("S1", "文", suggestions={"topic": "x"})], QUESTIONS, "'x' is suggested for 'topic'", id="suggestion"
        ),
    ],
)
def test_what_could_not_be_told_apart_when_it_comes_back_is_refused(tmp_path, items, questions, message):
    with pytest.raises(UsageError, match=message):
        FORMAT.write(items, questions, tmp_path, stem="a1", language="en")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=15)  # each writes, fills in and reads two workbooks
@given(ROWS)
def test_whatever_the_texts_the_labels_come_back(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("sheet")
    items = items_of(rows)
    (path,) = FORMAT.write(items, QUESTIONS, folder, stem="a1", language="zh")
    fill(path, {(row, "topic"): label for row, (*_, label) in enumerate(rows, start=2)})
    answers, problems = FORMAT.read(path, {item.number: item for item in items}, QUESTIONS)
    assert problems == []
    assert [answer.labels["topic"] for answer in answers] == [label for *_, label in rows]
