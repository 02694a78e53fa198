"""Borders of what is read and written: last values inside, first ones outside, and the words of messages about them."""

import csv
import datetime
import hashlib
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.io import Reject, Row, open_table, read_jsonl
from weibo_nlp.io.checksum import sha256_of_rows
from weibo_nlp.io.column_types import column_type, column_type_of, value_kind
from weibo_nlp.io.delimited import delimited_records
from weibo_nlp.io.jsonl import decoded, excerpt, raw_lines, read_json_object, write_jsonl
from weibo_nlp.io.names import printable_name, quoted, quoted_list, safe_stem
from weibo_nlp.io.typed_json import from_json, to_json
from weibo_nlp.io.validation import Located, Problem


def rows_of(path, body, **options):
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return list(open_table(path, **options).rows())


def values_of(path, body, **options):
    return [row.values for row in rows_of(path, body, **options)]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        ("", "string"),
        (True, "bool"),
        (0, "int"),
        (2**53, "int"),
        (-(2**53), "int"),
        (2**53 + 1, "long"),
        (-(2**53) - 1, "long"),
        (2**63 - 1, "long"),
        (-(2**63), "long"),
        (2**63, "json"),
        (-(2**63) - 1, "json"),
        (0.5, "float"),
        ([], "json"),
    ],
)
def test_kind_of_a_value(value, kind):
    assert value_kind(value) == kind


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (set(), "string"),
        ({"null"}, "string"),
        ({"null", "string"}, "string"),
        ({"bool"}, "bool"),
        ({"bool", "int"}, "json"),
        ({"int", "long"}, "int"),
        ({"long"}, "int"),
        ({"int", "float"}, "float"),
        ({"float", "null"}, "float"),
        ({"long", "float"}, "json"),
        ({"string", "int"}, "json"),
        ({"json"}, "json"),
    ],
)
def test_type_of_a_column_by_the_kinds_of_its_values(kinds, expected):
    assert column_type(kinds) == expected


@pytest.mark.parametrize(
    ("arrow_type", "expected"),
    [
        (pa.dictionary(pa.int8(), pa.string()), "string"),
        (pa.dictionary(pa.int8(), pa.int64()), "int"),
        (pa.dictionary(pa.int8(), pa.bool_()), "bool"),
        (pa.bool_(), "bool"),
        (pa.bool8(), "bool"),
        (pa.opaque(pa.int8(), "number", "vendor"), "int"),
        (pa.uuid(), "string"),
        (pa.int8(), "int"),
        (pa.uint64(), "int"),
        (pa.float16(), "float"),
        (pa.float64(), "float"),
        (pa.date32(), "string"),
        (pa.timestamp("s"), "string"),
        (pa.decimal128(5, 2), "string"),
        (pa.large_string(), "string"),
        (pa.list_(pa.int8()), "json"),
        (pa.struct([("a", pa.int8())]), "json"),
        (pa.map_(pa.string(), pa.int8()), "json"),
    ],
    ids=str,
)
def test_type_of_a_column_by_its_arrow_type(arrow_type, expected):
    assert column_type_of(arrow_type) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_are_no_part_of_cells(tmp_path, end):
    expected = [{"a": "1", "b": "好"}, {"a": "", "b": ""}]
    assert values_of(tmp_path / "t.csv", end.join(["a,b", "1,好", ",", ""])) == expected
    assert values_of(tmp_path / "t.tsv", end.join(["a\tb", "1\t好", "\t", ""])) == expected
    assert values_of(tmp_path / "t.txt", end.join(["一", "二"])) == [{"text": "一"}, {"text": "二"}]
    assert [line.value for line in read_jsonl(_written(tmp_path, end.join(['{"a": 1}', "{}"])))] == [{"a": 1}, {}]


def _written(folder, text):
    path = folder / "t.jsonl"
    path.write_bytes(text.encode())
    return path


def test_cells_with_line_breaks_and_loose_quotes(tmp_path):
    body = 'a,b\n"一\n二",3\n"好"的,4\n5\n"开,6\n'
    rows = rows_of(tmp_path / "t.csv", body)
    assert [(row.number, row.values) for row in rows if isinstance(row, Row)] == [
        (2, {"a": "一\n二", "b": "3"}),
        (4, {"a": '"好"的', "b": "4"}),
    ]
    assert [(row.line, row.reason, row.raw) for row in rows if isinstance(row, Reject)] == [
        (5, "1 cells, the header has 2", "5"),
        (6, "a quoted cell is not closed, or closes 100+ lines on", '"开,6'),
    ]


def test_a_quotation_mark_in_a_tab_separated_file_is_text_where_the_line_is_whole(tmp_path):
    assert values_of(tmp_path / "t.tsv", 'a\tb\n"好\t1\n的"\t2\n') == [{"a": '"好', "b": "1"}, {"a": '的"', "b": "2"}]
    assert values_of(tmp_path / "t.tsv", 'a\tb\n"好\n的"\t2\n') == [{"a": "好\n的", "b": "2"}]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param("id\tb\nc\td\n", "tsv", id="a-tab-on-each-line"),
        pytest.param("a\tb\nc\n", "lines", id="a-tab-on-half-of-the-lines"),
        pytest.param("id\tb\nc\td\ne\n", "tsv", id="a-tab-on-most"),
        pytest.param("a\nb\tc\n", "lines", id="none-on-the-first"),
        pytest.param("id\tb\n" * 11 + "c\n" * 50, "tsv", id="twenty-lines-are-looked-at"),
        pytest.param('\ufeff\n  {"a": 1}\n', "jsonl", id="object-behind-blanks"),
        pytest.param('x\n{"a": 1}\n', "lines", id="object-on-the-second-line"),
        pytest.param("[1]\n", "lines", id="array"),
    ],
)
def test_an_unknown_suffix_is_told_by_the_first_lines(tmp_path, body, kind):
    path = tmp_path / "posts.dat"
    path.write_text(body, "utf-8")
    assert open_table(path).format == kind


def test_a_mark_belongs_to_the_first_line_alone(tmp_path):
    assert decoded("\ufeff好".encode(), 1, False) == ("好", "")
    assert decoded("\ufeff好".encode(), 2, False) == ("\ufeff好", "")
    assert decoded(b"a\xff", 1, False) == (None, "not UTF-8: byte 0xff at byte 1")
    assert decoded(b"a", 1, True)[0] is None
    path = tmp_path / "t.csv"
    for body, marked in (("\ufeffa\n", True), ("a\ufeff\n", False)):
        path.write_text(body, "utf-8")
        assert open_table(path).has_mark is marked


def test_an_excerpt_is_two_thousand_bytes_made_printable():
    assert excerpt(b"a" * 2001) == "a" * 2000
    assert excerpt(b"a\xff") == "a\\xff"


def test_lines_beyond_the_limit_are_cut_and_said(tmp_path):
    path = tmp_path / "t"
    path.write_bytes(b"12345\n123456\n12345\r\n" + b"1" * 23 + b"\nend")
    assert list(raw_lines(path, limit=5)) == [
        (1, b"12345", False),
        (2, b"12345", True),
        (3, b"12345", False),
        (4, b"11111", True),
        (5, b"end", False),
    ]


def test_a_file_of_one_object_is_read_up_to_the_limit(tmp_path):
    path = tmp_path / "t.json"
    path.write_text('{"a":\n1}', "utf-8")
    assert read_json_object(path, limit=8) == {"a": 1}
    with pytest.raises(DataError, match="longer than 7 bytes; a JSON object of figures"):
        read_json_object(path, limit=7)
    path.write_text('{"a": 1e999}', "utf-8")
    with pytest.raises(DataError, match="1e999 is too large a number; a JSON object is expected"):
        read_json_object(path)


def test_rows_are_counted_as_they_are_written(tmp_path):
    path = tmp_path / "t.jsonl"
    assert write_jsonl(path, iter([{"好": 1}, {}, {"b": None}])) == 3
    assert path.read_bytes() == '{"好": 1}\n{}\n{"b": null}\n'.encode()


def test_the_limit_of_a_cell_is_kept_for_one_reading_only():
    before = csv.field_size_limit()
    assert list(delimited_records(["a;b\n"], delimiter=";", strict=True, cell_limit=1)) == [["a", "b"]]
    records = delimited_records(["a,bb\n"], strict=True, cell_limit=1)
    with pytest.raises(csv.Error, match="field larger than field limit"):
        next(records)
    assert csv.field_size_limit() == before


def test_parquet_values_come_as_python_has_them(tmp_path):
    path = tmp_path / "t.parquet"
    columns = {"a": ["好", None], "n": [1, 2], "d": [datetime.date(2020, 1, 1), None]}
    pq.write_table(pa.table(columns), path)
    table = open_table(path)
    assert (table.format, table.columns) == ("parquet", ("a", "n", "d"))
    assert [(row.number, row.values["n"], row.values["d"]) for row in table.rows()] == [
        (1, 1, datetime.date(2020, 1, 1)),
        (2, 2, None),
    ]


def test_the_checksum_of_rows_is_that_of_their_json_with_sorted_keys_and_no_spaces():
    text = '{"a":[1,2],"b":"好"}\n{}\n'
    assert sha256_of_rows([{"b": "好", "a": [1, 2]}, {}]) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        pytest.param("甲乙丙", 3, "'甲乙丙'", id="text"),
        pytest.param("甲乙丙丁", 3, "'甲乙丙'… (4 characters)", id="long-text"),
        pytest.param([1, 2, 3], 3, "[1,…", id="long-repr"),
        pytest.param([1, 2, 3, 4], 3, "list of 4 entries", id="list"),
        pytest.param({1: 2, 3: 4}, 1, "dict of 2 entries", id="mapping"),
        pytest.param(2**12 - 1, 3, "409…", id="number"),
        pytest.param(2**12, 3, "an integer of 13 bits", id="long-number"),
        pytest.param(True, 0, "…", id="truth"),
        pytest.param(None, 4, "None", id="nothing"),
    ],
)
def test_a_value_is_shown_up_to_a_limit(value, limit, shown):
    assert quoted(value, limit) == shown


def test_five_values_are_listed():
    assert quoted_list([1, 2, 3, 4, 5]) == "1, 2, 3, 4, 5"
    assert quoted_list([1, 2, 3, 4, 5, 6, "甲"]) == "1, 2, 3, 4, 5 and 2 more"


def test_a_name_of_the_limit_s_length_stays_whole():
    assert printable_name("甲" * 48) == "甲" * 48
    assert printable_name("甲" * 49) == "甲" * 47 + "…"
    assert printable_name("a\nb\\", 9) == r"a\nb\\"
    assert printable_name("a\n", 2) == "a…"


def test_a_stem_is_what_it_was_given_where_that_is_safe():
    assert safe_stem("corpus", "topic_1.0") == "corpus-topic_1.0"
    assert safe_stem("a" * 100) == "a" * 100
    for unsafe in (["a" * 101], ["A"], [""], ["a-b"], [".a"], ["a..b"], ["甲"]):
        stem, _, digest = safe_stem(*unsafe).rpartition("-")
        assert digest == hashlib.sha256(unsafe[0].encode()).hexdigest()[:8]
        assert len(stem) <= 100
        assert not stem.startswith(".")
        assert ".." not in stem


@dataclass(frozen=True)
class Point:
    x: int
    tags: tuple[str, ...] = ()


def test_records_become_json_and_come_back():
    assert to_json({"a": [Point(1, ("b",))], "c": (Point(2),)}) == {
        "a": [{"x": 1, "tags": ["b"]}],
        "c": [{"x": 2, "tags": []}],
    }
    assert from_json(Point, {"x": 1, "tags": ["b"], "more": 0}, "here") == Point(1, ("b",))
    for content in ({"x": "1"}, {"x": True}, {"tags": []}, {"x": 1, "tags": "b"}):
        with pytest.raises(DataError, match=r"^here: .* Write it again with this version"):
            from_json(Point, content, "here")
    with pytest.raises(DataError, match="here: is no JSON"):
        from_json(Point, {"x": {1}}, "here")


def test_a_problem_is_shown_with_its_place_level_and_rule(tmp_path):
    problem = Located("好", tmp_path / "a.jsonl", 3).problem(2, "twice", "Stands twice.")
    assert problem == Problem(tmp_path / "a.jsonl", 3, 2, "twice", "Stands twice.")
    assert problem.shown(tmp_path) == "a.jsonl:3: [2 twice] Stands twice."
    assert problem.shown(tmp_path / "other") == f"{tmp_path / 'a.jsonl'}:3: [2 twice] Stands twice."
    assert str(problem) == Located("好", tmp_path / "a.jsonl", 3).where + ": Stands twice."
    whole = Problem(tmp_path / "a.jsonl", 0, 1, "form", "Is empty.")
    assert (whole.shown(tmp_path), str(whole)) == ("a.jsonl: [1 form] Is empty.", f"{tmp_path / 'a.jsonl'}: Is empty.")
