"""Workbooks in and out: cells as text with all their digits, none of them executed, none of them lost."""

import datetime
import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, Row, open_table, open_writer, spreadsheets
from weibo_nlp.io.formulas import inert, is_executed

DATA = Path(__file__).parents[1] / "data" / "io"


def workbook(path, **sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def rows(path, **options):
    return [list(item.values.values()) for item in open_table(path, **options).rows() if isinstance(item, Row)]


def test_cells_are_text_with_all_their_digits(tmp_path):
    when = datetime.datetime(2024, 1, 2, 3, 4, 5)
    cells = ["0012", 4900000000000012, 3, 0.5, True, None, when, "x"]
    path = workbook(tmp_path / "a.xlsx", posts=[["id", "mid", "n", "share", "yes", "none", "time", "text"], cells])
    assert rows(path) == [["0012", "4900000000000012", "3", "0.5", "TRUE", "", "2024-01-02 03:04:05", "x"]]


def test_blank_rows_and_titles_are_left_out_and_rows_numbered_as_the_sheet_does(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", posts=[["某月微博"], [], ["id", "正文"], [1, "好"], [], [2, "坏"], ["id", "正文"], [3]]
    )
    table = open_table(path)
    assert (table.columns, table.sniffed.notes) == (("id", "正文"), ("1 rows above the header are left out",))
    items = list(table.rows())
    assert [(item.number, item.values["正文"]) for item in items if isinstance(item, Row)] == [
        (4, "好"),
        (6, "坏"),
        (8, ""),
    ]
    assert [(item.line, item.reason) for item in items if isinstance(item, Reject)] == [
        (7, "it is the header again, as where files are joined")
    ]


def test_a_sheet_without_a_header_loses_no_row(tmp_path):
    cells = [["4900000000000012", "今天真好，开心"], ["4900000000000013", "不行！"]]
    path = workbook(tmp_path / "a.xlsx", posts=cells)
    assert (rows(path), open_table(path).columns) == (cells, ("column_1", "column_2"))
    assert rows(path, header=True) == cells[1:]


def test_of_several_sheets_with_cells_none_is_guessed(tmp_path):
    path = workbook(tmp_path / "a.xlsx", one=[["text"], ["一"]], two=[["text"], ["二"]], empty=[])
    with pytest.raises(UsageError, match="several sheets have cells: 'one', 'two'; name one with --sheet"):
        open_table(path)
    assert rows(path, sheet="two") == [["二"]]
    with pytest.raises(UsageError, match="no sheet 'three' with cells; there is: 'one', 'two'"):
        open_table(path, sheet="three")
    with pytest.raises(DataError, match="no sheet has any cells; nothing to read"):
        open_table(workbook(tmp_path / "b.xlsx", empty=[]))


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(spreadsheets, "WORKBOOK_BYTES", 20_000)
    path = workbook(tmp_path / "a.xlsx", posts=[["text"], *[["好" * 30]] * 500])
    with pytest.raises(DataError, match="unpacks to more than 20,000 bytes, which a workbook may have; save it as CSV"):
        open_table(path)


def test_a_workbook_whose_directory_lies_about_sizes_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", posts=[["text"], *[["好"]] * 99])
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    raw = path.read_bytes()
    path.write_bytes(raw.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        open_table(path)


def test_a_cell_far_from_all_others_takes_no_memory_for_those_before_it(tmp_path):
    path = tmp_path / "a.xlsx"
    book = Workbook()
    book.active.append(["text"])
    book.active.cell(50_000, 4_000, "好")
    book.save(path)
    tracemalloc.start()
    (row,) = open_table(path, header=True).rows()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (row.number, row.values["column_4000"]) == (50_000, "好")
    assert peak < 20_000_000


def test_a_row_of_more_columns_than_a_table_has_is_refused(tmp_path):
    book = Workbook()
    book.active.cell(1, 1, "text")
    book.active.cell(2, 16_384, "好")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match="row 2 has more than 4,096 cells; keep the columns that are needed"):
        open_table(tmp_path / "a.xlsx")


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_whatever_is_damaged_in_a_workbook_is_told_and_never_a_traceback(tmp_path, name):
    if name == "a.xlsx":
        workbook(tmp_path / "a.xlsx", posts=[["id", "text"], *([n, "今天真好，开心"] for n in range(9))])
        with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
            parts = {part: archive.read(part) for part in archive.namelist()}
    else:
        parts = {"": (DATA / "posts.xls").read_bytes()}
    n_told = 0
    for seed in range(40):
        chance = random.Random(seed)
        damaged = chance.choice(sorted(parts))
        content = bytearray(parts[damaged])
        for _ in range(6):
            place = chance.randrange(len(content))
            content[place : place + chance.randrange(1, 9)] = bytes(chance.choices(b'0123456789"<>/AZX', k=4))
        path = tmp_path / name
        if name == "a.xlsx":
            with zipfile.ZipFile(path, "w") as archive:
                for part, whole in parts.items():
                    archive.writestr(part, bytes(content) if part == damaged else whole)
        else:
            path.write_bytes(content)
        try:
            list(open_table(path, header=True).rows())
        except (DataError, UsageError):
            n_told += 1
    assert n_told > 10


def test_a_damaged_workbook_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        open_table(path)


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["=1+1", "_x0041_", "_x005F_x0041_", "\x01", "\r\n", "0012", " 前后 ", "'=1", "+86"]
)


@settings(max_examples=25)
@given(texts=st.lists(CELLS.filter(str.strip), min_size=1, max_size=4))
def test_any_text_comes_back_from_a_workbook(tmp_path, texts):
    with open_writer(tmp_path / "a.xlsx", "xlsx", {"text": "string", "n": "int"}) as writer:
        writer.write([{"text": text, "n": 1} for text in texts])
    assert [text for text, _ in rows(tmp_path / "a.xlsx", header=True)] == texts


def test_no_cell_of_a_written_workbook_is_a_formula_and_long_numbers_keep_their_digits(tmp_path):
    path = tmp_path / "a.xlsx"
    written = [
        {"text": "=cmd|' /C calc'!A0", "n": 4900000000000012, "share": 0.5},
        {"text": "x", "share": float("nan")},
    ]
    with open_writer(path, "xlsx", {"text": "string", "n": "int", "share": "float"}, raw_cells=True) as writer:
        writer.write(written)
    header, row, nothing = load_workbook(path).active.iter_rows()
    assert [cell.value for cell in nothing] == ["x", None, None]
    assert [cell.value for cell in header] == ["text", "n", "share"]
    assert [(cell.value, cell.data_type) for cell in row] == [
        ("=cmd|' /C calc'!A0", "s"),
        ("4900000000000012", "s"),
        (0.5, "n"),
    ]


@pytest.mark.parametrize(
    ("limit", "rows", "message"),
    [
        ("MAX_ROWS", [{"text": "a"}] * 3, "more than 2 rows, which is all that a sheet of Excel holds"),
        ("MAX_CELL_CHARACTERS", [{"text": "aaaaaa"}], "text: 'aaaaaa' is longer than a cell of Excel"),
    ],
)
def test_what_a_sheet_cannot_hold_is_refused_and_nothing_is_written(tmp_path, monkeypatch, limit, rows, message):
    monkeypatch.setattr(spreadsheets, limit, 3 if limit == "MAX_ROWS" else 5)
    with (
        pytest.raises(UsageError, match=message),
        open_writer(tmp_path / "a.xlsx", "xlsx", {"text": "string"}) as writer,
    ):
        writer.write(rows)
    assert list(tmp_path.iterdir()) == []


EXECUTED = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    " =1",
    "\t=1",
    "\r=1",
    "\n@A1!B",
    "＝1+1",
    "＋a",
    "－a",
    "＠SUM(1)",
    "-_-||",
    "+cmd|'/C'!A",
]
SHOWN = [
    "",
    "好",
    "a=1",
    "-5",
    "+8613800000000",
    "-0.5%",
    "-1e-5",
    "-",
    "+",
    "@张三 你好",
    "@张三(笑)",
    "@abc 你好",
    "1-2",
    "'=1",
]


@pytest.mark.parametrize("text", EXECUTED)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", SHOWN)
def test_what_a_spreadsheet_shows_stays_as_it_is(text):
    assert inert(text) == text


def test_numbers_are_no_texts():
    assert [inert(value) for value in (-5, -0.5, None, True)] == [-5, -0.5, None, True]


@pytest.mark.parametrize("format", ["csv", "tsv"])
@pytest.mark.parametrize("quoted", [True, False])
def test_cells_and_names_are_kept_from_being_executed_unless_that_is_switched_off(tmp_path, format, quoted):
    for raw_cells in (False, True):
        path = tmp_path / f"{raw_cells}.{format}"
        with open_writer(path, format, {"=name": "string", "n": "int"}, quoted=quoted, raw_cells=raw_cells) as writer:
            writer.write([{"=name": "=1+1", "n": -5}])
        sign = "" if raw_cells else "'"
        delimiter = "," if format == "csv" else "\t"
        assert path.read_text("utf-8") == f"{sign}=name{delimiter}n\n{sign}=1+1{delimiter}-5\n"


@given(text=st.text(max_size=20))
def test_what_is_inert_is_never_executed_and_can_be_undone(text):
    assert not is_executed(inert(text))
    assert inert(text).removeprefix("'" if is_executed(text) else "") == text
