"""The same posts in every shape, encoding and compression: read row for row as from the plain CSV in UTF-8."""

import bz2
import csv
import gzip
import io
import json
import lzma
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Row, open_table
from weibo_nlp.labelling import Labeller, columns_of, label_file
from weibo_nlp.labelling.columns import choose_text_column

NAMES = ["id", "正文", "作者"]
POSTS = [
    ["0001", "今天的会议真好，我们都很开心", "3"],
    ["4900000000000012", '他说"不去了"，那就算了吧', "0"],
    ["7", "两行的话\n第二行在这里", "12"],
    ["8", "a,b;c|d 都是我打的标点，不是分隔", "1万"],
]
TRADITIONAL = [
    ["0001", "今天的會議真好，我們都很開心", "3"],
    ["4900000000000012", '他說"不去了"，那就算了吧', "0"],
    ["7", "兩行的話\n第二行在這裡", "12"],
    ["8", "a,b;c|d 都是我打的標點，不是分隔", "1萬"],
]


def delimited(delimiter, end="\n", before=""):
    def write(rows):
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator=end).writerows([NAMES, *rows])
        return before + text.getvalue()

    return write


def records(rows):
    return [dict(zip(NAMES, row, strict=True)) for row in rows]


def dumped(value, **options):
    return json.dumps(value, ensure_ascii=False, **options)


SHAPES = {
    "comma.csv": delimited(","),
    "windows.csv": delimited(",", "\r\n"),
    "semicolon.csv": delimited(";"),
    "bar.csv": delimited("|"),
    "tab.csv": delimited("\t"),
    "tab.tsv": delimited("\t"),
    "comma.tsv": delimited(","),
    "wide-comma.csv": delimited("，"),
    "sep-line.csv": delimited(";", "\r\n", "sep=;\r\n"),
    "blank-lines.csv": delimited(",", "\n", "\n,,\n \n"),
    "title.csv": delimited(",", "\n", "全部微博\n\n"),
    "comma.txt": delimited(","),
    "lines.jsonl": lambda rows: "".join(dumped(row) + "\n" for row in records(rows)),
    "lines.json": lambda rows: "".join(dumped(row) + "\n" for row in records(rows)),
    "array.json": lambda rows: dumped(records(rows)),
    "array.txt": lambda rows: dumped(records(rows), indent=1),
    "array.jsonl": lambda rows: dumped(records(rows), indent=2),
    "nested.json": lambda rows: dumped({"user": {"id": 1, "tags": [1, 2]}, "weibo": records(rows)}, indent=2),
    "on-one-line.json": lambda rows: dumped({"code": 0, "data": {"list": records(rows), "empty": []}}),
    "objects.json": lambda rows: "\n".join(dumped(row, indent=2) for row in records(rows)),
}
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be")
PACKED = {
    "": lambda raw: raw,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def read(path, **options):
    items = list(open_table(path, **options).rows())
    assert [item for item in items if not isinstance(item, Row)] == []
    return [list(item.values.values()) for item in items]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_in_every_encoding_and_compression_is_read_as_the_plain_csv(tmp_path, name, encoding):
    posts = TRADITIONAL if encoding == "big5" else POSTS
    plain = tmp_path / "plain.csv"
    plain.write_text(delimited(",")(posts), "utf-8")
    content = SHAPES[name](posts).encode(encoding)
    assert read(plain) == posts
    for suffix, pack in PACKED.items():
        path = tmp_path / f"{name}{suffix}"
        path.write_bytes(pack(content))
        assert read(path) == posts
        table = open_table(path)
        assert list(table.columns or next(table.rows()).values) == NAMES
    (tmp_path / "called-by-another-name.csv").write_bytes(content)
    assert read(tmp_path / "called-by-another-name.csv") == posts


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_shape_in_every_encoding_and_compression_is_labelled_as_the_plain_csv(tmp_path, encoding):
    posts = TRADITIONAL if encoding == "big5" else POSTS
    labeller = Labeller()

    def labels(path):
        table = open_table(path)
        column, _ = choose_text_column(table, columns_of(table), None)
        label_file(table, tmp_path / "labelled.jsonl", labeller, text_column=column)
        rows = [row.values for row in open_table(tmp_path / "labelled.jsonl").rows()]
        return column, [[row[name] for name in ("id", *labeller.columns)] for row in rows]

    (tmp_path / "plain.csv").write_text(delimited(",")(posts), "utf-8")
    expected = labels(tmp_path / "plain.csv")
    assert expected[0] == "正文"
    assert len(expected[1]) == len(posts)
    for name, write in SHAPES.items():
        for suffix, pack in PACKED.items():
            path = tmp_path / f"{name}{suffix}"
            path.write_bytes(pack(write(posts).encode(encoding)))
            assert labels(path) == expected


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_plain_lines_in_every_encoding_and_compression_are_texts(tmp_path, encoding):
    posts = TRADITIONAL if encoding == "big5" else POSTS
    texts = [text.replace("\n", " ") for _, text, _ in posts]
    for end in ("\n", "\r\n", "\r"):
        for suffix, pack in PACKED.items():
            path = tmp_path / f"posts.txt{suffix}"
            path.write_bytes(pack("".join(text + end for text in texts).encode(encoding)))
            assert read(path) == [[text] for text in texts]


@pytest.mark.parametrize("name", ["comma.csv", "semicolon.csv", "tab.tsv"])
def test_lines_that_end_in_carriage_returns_are_lines(tmp_path, name):
    posts = [[cell.replace("\n", " ") for cell in row] for row in POSTS]
    for encoding in ENCODINGS:
        if encoding == "big5":
            continue
        path = tmp_path / name
        path.write_bytes(SHAPES[name](posts).replace("\n", "\r").encode(encoding))
        assert read(path) == posts


def workbook(path, rows, sheets=()):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for name, cells in sheets:
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    book.save(path)


def test_a_workbook_is_read_whatever_it_is_called_and_packed_with(tmp_path):
    workbook(tmp_path / "a.xlsx", [NAMES, *POSTS], [("空", [])])
    content = (tmp_path / "a.xlsx").read_bytes()
    for name in ("a.xlsx", "a.csv", "a"):
        for suffix, pack in PACKED.items():
            path = tmp_path / f"{name}{suffix}"
            path.write_bytes(pack(content))
            assert read(path) == POSTS
            assert open_table(path).format == "xlsx"


def test_an_old_workbook_is_read(tmp_path):
    """Made once, as nothing that is kept up writes such files any more."""
    path = Path(__file__).parents[1] / "data" / "io" / "posts.xls"
    assert read(path) == POSTS
    assert open_table(path).sniffed.describe() == "xls (sheet 微博)"


def test_parquet_is_read_whatever_it_is_called_and_packed_with(tmp_path):
    columns = {name: [row[place] for row in POSTS] for place, name in enumerate(NAMES)}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    for name in ("a.parquet", "a.csv", "a"):
        for suffix, pack in PACKED.items():
            path = tmp_path / f"{name}{suffix}"
            path.write_bytes(pack(content))
            assert read(path) == POSTS
            assert open_table(path).format == "parquet"


CELLS = st.text(
    st.sampled_from("好坏的是,;|\t\"'，；\n a1") | st.characters(codec="gb18030", exclude_categories=["Cs", "Cc"]),
    max_size=8,
)


@settings(max_examples=25)
@given(
    data=st.data(),
    delimiter=st.sampled_from(",;\t|，；"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"]),
)
def test_whatever_the_csv_module_writes_is_read_back_whole_or_refused(
    tmp_path, data, delimiter, quoting, end, encoding
):
    width = data.draw(st.integers(2, 4))
    names = data.draw(st.permutations(["id", "正文", "时间", "url"]))[:width]
    rows = data.draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=5))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows([names, *rows])
    path = tmp_path / "any.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    try:
        table = open_table(path)
    except (DataError, UsageError):
        return
    items = list(table.rows())
    told = [item for item in items if not isinstance(item, Row) or item.swallows]
    if not told:
        assert list(table.columns) == names
        assert [list(item.values.values()) for item in items] == [
            [cell.replace("\r\n", "\n") for cell in row] for row in rows
        ]


@settings(max_examples=25)
@given(
    rows=st.lists(
        st.tuples(st.integers(10**15, 10**16), st.sampled_from([text for _, text, _ in POSTS])), min_size=2, max_size=6
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_a_file_without_a_header_loses_no_row(tmp_path, rows, delimiter):
    written = [[str(number), text, "2024-01-02 10:00"] for number, text in rows]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(written)
    path = tmp_path / "any.csv"
    path.write_text(text.getvalue(), "utf-8")
    table = open_table(path)
    assert table.columns == ("column_1", "column_2", "column_3")
    assert read(path) == written
