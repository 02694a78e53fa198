"""A table cut into ranges of rows, each read by itself."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from weibo_nlp.errors import DataError
from weibo_nlp.io import open_table
from weibo_nlp.io.row_ranges import RangeReader, cut, needs_text, of_text, write_text

# Lines of which each is a record, several, a part of one, or none; in any order.
LINES = [
    "1,今天食堂的菜有点咸",
    '2,"两行\n一条"',
    '3,"没有关上',
    '4,a"b"c',
    "5",
    "",
    '"6","他说""好"""',
    "id,text",
    '7,"a \\"b\\" c"',
    "8,尾\\",
    '9,后"来',
]
JSON_LINES = ['{"text": "好"}', '{"text": ', "", "[1]", '{"text": "坏", "n": 1}', '{"text": "坏", "n": [1, {"a": 2}]}']


def ranges(table, n_rows, text=None):
    """Rows of the ranges of a table, each read by itself, the last one first."""
    copy = None
    if text is not None:
        write_text(table, text)
        copy = text.open("rb")
        table = of_text(table, text, copy)
    starts, total = cut(table, n_rows, look=lambda item: None)
    found = []
    for start in reversed(starts):
        reader = RangeReader(table)
        found[:0] = list(reader.rows(start, n_rows))
        reader.close()
    assert len(found) == total
    if copy is not None:
        copy.close()
    return found


@settings(deadline=None, max_examples=60)
@given(lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=24), n_rows=st.integers(1, 9), tabs=st.booleans())
def test_ranges_of_delimited_lines_are_the_rows_that_reading_through_gives(tmp_path_factory, lines, n_rows, tabs):
    path = tmp_path_factory.mktemp("cut") / "a.csv"
    body = "\n".join(["id,text", "0,开头", *lines]) + "\n"
    path.write_text(body.replace(",", "\t") if tabs else body, "utf-8")
    table = open_table(path, "tsv" if tabs else "csv", header=True)
    assert ranges(table, n_rows) == list(table.rows())


@settings(deadline=None, max_examples=40)
@given(lines=st.lists(st.sampled_from(JSON_LINES), max_size=16), n_rows=st.integers(1, 5))
def test_ranges_of_json_lines_and_of_lines_are_the_rows_that_reading_through_gives(tmp_path_factory, lines, n_rows):
    path = tmp_path_factory.mktemp("cut") / "a.jsonl"
    path.write_text("\n".join(["\ufeff" + '{"text": "头"}', *lines]), "utf-8")
    for format in ("jsonl", "lines"):
        table = open_table(path, format)
        assert ranges(table, n_rows) == list(table.rows())


@settings(deadline=None, max_examples=40)
@given(
    records=st.lists(st.sampled_from(['{"text": "好", "in": {"b": [1]}}', "12", '"词"', '{"text": "]}"}']), max_size=9),
    n_rows=st.integers(1, 4),
    wrapped=st.booleans(),
)
def test_ranges_of_a_document_are_the_records_that_reading_through_gives(tmp_path_factory, records, n_rows, wrapped):
    path = tmp_path_factory.mktemp("cut") / "a.json"
    array = "[" + ",\n ".join(['{"text": "头"}', *records]) + "]"
    path.write_text(f'{{"ok": 1, "data": {{"list": {array}, "n": [2]}}}}' if wrapped else array, "utf-8")
    table = open_table(path, "json")
    assert ranges(table, n_rows) == list(table.rows())


@pytest.mark.parametrize("n_rows", [1, 3, 64, 70, 500])
def test_ranges_of_parquet_are_its_rows_whatever_its_row_groups(tmp_path, n_rows):
    path = tmp_path / "a.parquet"
    names = pa.array([f"用户{n % 3}" for n in range(200)]).dictionary_encode()
    pq.write_table(pa.table({"text": [f"第{n}条" for n in range(200)], "name": names}), path, row_group_size=90)
    table = open_table(path)
    whole = list(table.rows())
    assert ranges(table, n_rows) == whole
    starts, total = cut(table, n_rows)
    assert total == 200
    reader = RangeReader(table)
    assert [row for start in starts for row in reader.rows(start, n_rows)] == whole
    assert list(reader.rows(starts[0], n_rows)) == whole[:n_rows]
    reader.close()


def test_a_packed_or_recoded_file_and_a_workbook_are_read_of_a_copy_of_their_text(tmp_path):
    body = "id,正文\n" + "".join(f'{n},"第{n}条\n{n}"\n' for n in range(9))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(body.encode()))
    (tmp_path / "b.csv").write_bytes(body.encode("gb18030"))
    (tmp_path / "c.json.gz").write_bytes(gzip.compress(json.dumps([{"text": "好"}] * 5).encode()))
    book = Workbook()
    for row in [["编号", "正文"], ["1", "好"], ["2", ""], ["编号", "正文"], ["3", "坏"]]:
        book.active.append(row)
    book.save(tmp_path / "d.xlsx")
    pq.write_table(pa.table({"text": ["好", "坏"]}), tmp_path / "e.parquet")
    (tmp_path / "f.parquet.gz").write_bytes(gzip.compress((tmp_path / "e.parquet").read_bytes()))
    for name in ("a.csv.gz", "b.csv", "c.json.gz", "d.xlsx", "f.parquet.gz"):
        table = open_table(tmp_path / name)
        assert needs_text(table)
        assert ranges(table, 2, tmp_path / "_text") == list(table.rows())
    assert not needs_text(open_table(tmp_path / "e.parquet"))


def test_a_file_that_changed_since_it_was_opened_is_refused_at_the_end_of_a_range(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "1,好\n" * 9, "utf-8")
    table = open_table(path)
    starts, _ = cut(table, 4)
    rows = RangeReader(table).rows(starts[1], 4)
    next(rows)
    with path.open("a", encoding="utf-8") as handle:
        handle.write("2,坏\n")
    with pytest.raises(DataError, match=r"a\.csv: grew from"):
        list(rows)
