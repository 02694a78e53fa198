import csv
import datetime
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import UsageError
from weibo_nlp.io import Reject, RejectWriter, Row, open_table, open_writer, sha256_of_file, sha256_of_rows
from weibo_nlp.io.column_types import column_type, value_kind
from weibo_nlp.io.writers import output_format, require_distinct

# A tab in an unquoted world is the one thing a TSV reader must guess about; see test_io_rows.
cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\t") | st.sampled_from('",\r\n'), max_size=8
)


def write(path, format, columns, rows, **options):
    with open_writer(path, format, columns, **options) as writer:
        writer.write(rows)


@pytest.mark.parametrize(("format", "delimiter"), [("csv", ","), ("tsv", "\t")])
@given(rows=st.lists(st.fixed_dictionaries({"id": cells, "text": cells}), max_size=4), mark=st.booleans())
def test_any_text_comes_back_from_a_delimited_file(tmp_path, format, delimiter, rows, mark):
    path = tmp_path / f"a.{format}"
    write(path, format, {"id": "string", "text": "string"}, rows, mark=mark)
    assert [item.values for item in open_table(path).rows() if isinstance(item, Row)] == rows
    with path.open(encoding="utf-8-sig" if mark else "utf-8", newline="") as handle:
        assert list(csv.DictReader(handle, delimiter=delimiter)) == rows  # and so do other programs read it


def test_a_carriage_return_inside_a_text_tears_no_row(tmp_path):
    write(tmp_path / "a.csv", "csv", {"a": "string", "b": "string"}, [{"a": "前\r后", "b": "x"}])
    assert (tmp_path / "a.csv").read_bytes() == 'a,b\n"前\r后",x\n'.encode()


def test_a_delimited_file_leaves_nulls_empty_and_nested_values_as_json(tmp_path):
    columns = {"s": "string", "j": "json", "f": "float", "b": "bool"}
    rows = [{"s": None, "j": {"键": [1]}, "f": 0.5, "b": True}, {"s": "x", "j": "plain", "f": None}]
    write(tmp_path / "a.csv", "csv", columns, rows)
    assert (tmp_path / "a.csv").read_text("utf-8") == 's,j,f,b\n,"{""键"": [1]}",0.5,True\nx,plain,,\n'


def test_parquet_has_the_types_it_was_told(tmp_path):
    columns = {"s": "string", "b": "bool", "i": "int", "f": "float", "j": "json"}
    rows = [{"s": "好", "b": False, "i": 2**53 + 1, "f": 1, "j": ["a", None]}, {}]
    write(tmp_path / "a.parquet", "parquet", columns, rows)
    table = pq.read_table(tmp_path / "a.parquet")
    assert [str(item.type) for item in table.schema] == ["string", "bool", "int64", "double", "string"]
    assert table.to_pylist() == [
        {"s": "好", "b": False, "i": 2**53 + 1, "f": 1.0, "j": '["a", null]'},
        dict.fromkeys(columns),
    ]


def test_json_lines_hold_no_nan(tmp_path):
    rows = [{"a": float("nan"), "b": {"c": [float("inf"), 1.5]}}]
    write(tmp_path / "a.jsonl", "jsonl", {}, rows)
    assert (tmp_path / "a.jsonl").read_text("utf-8") == '{"a": null, "b": {"c": [null, 1.5]}}\n'


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl", "parquet"])
def test_a_failing_run_leaves_the_old_output_and_nothing_beside_it(tmp_path, format):
    path = tmp_path / "a.out"
    path.write_text("old", "utf-8")
    with pytest.raises(RuntimeError), open_writer(path, format, {"a": "string"}) as writer:  # noqa: PT012
        writer.write([{"a": "new"}])
        raise RuntimeError
    assert path.read_text("utf-8") == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["a.out"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([], "string", id="nothing"),
        pytest.param([None, None], "string", id="nulls"),
        pytest.param([None, "a"], "string", id="strings"),
        pytest.param([True, None], "bool", id="booleans"),
        pytest.param([None, 1, 2**53 + 1], "int", id="integers-after-null"),
        pytest.param([-(2**63), 2**63 - 1], "int", id="64-bits"),
        pytest.param([2**63], "json", id="65-bits"),
        pytest.param([1, 0.5], "float", id="integers-and-floats"),
        pytest.param([2**53 + 1, 0.5], "json", id="integers-that-a-float-would-round"),
        pytest.param([1, True], "json", id="booleans-are-no-integers"),
        pytest.param(["1", 1], "json", id="strings-and-integers"),
        pytest.param([[1]], "json", id="list"),
    ],
)
def test_a_columns_type_loses_no_value(values, expected):
    assert column_type({value_kind(value) for value in values}) == expected
    assert column_type({value_kind(value) for value in reversed(values)}) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.CSV", "csv"), ("a.tab", "tsv"), ("a.ndjson", "jsonl"), ("a.parquet", "parquet"), ("a.txt", "tsv")],
)
def test_the_output_format_follows_the_suffix_or_else_the_input(tmp_path, name, expected):
    assert output_format(tmp_path / name, "tsv") == expected


def test_rejects_lie_beside_the_output_with_file_line_and_reason(tmp_path):
    with RejectWriter(tmp_path / "out.csv") as rejects:
        rejects.write(Reject("输入.csv", 7, "blank line"))
    assert rejects.count == 1
    written = json.loads((tmp_path / "out.csv.rejected.jsonl").read_text("utf-8"))
    assert written == {"file": "输入.csv", "line": 7, "reason": "blank line", "raw": ""}


def test_a_clean_run_removes_the_rejects_of_the_run_before(tmp_path):
    (tmp_path / "out.csv.rejected.jsonl").write_text("old", "utf-8")
    with RejectWriter(tmp_path / "out.csv"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rejects", [0, 1])
def test_a_failing_run_leaves_the_rejects_that_belong_to_the_old_output(tmp_path, rejects):
    (tmp_path / "out.csv.rejected.jsonl").write_text("old", "utf-8")
    with pytest.raises(KeyboardInterrupt), RejectWriter(tmp_path / "out.csv") as writer:  # noqa: PT012
        for _ in range(rejects):
            writer.write(Reject("a", 1, "blank line"))
        raise KeyboardInterrupt
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("out.csv.rejected.jsonl", "old")]


def test_a_file_name_that_is_no_utf8_can_stand_in_a_reject(tmp_path):
    with RejectWriter(tmp_path / "out.csv") as rejects:
        rejects.write(Reject("\udcff.csv", 1, "blank line"))
    assert json.loads(rejects.path.read_bytes())["line"] == 1


@pytest.mark.parametrize(
    ("given", "output"),
    [
        pytest.param("a.csv", "a.csv", id="itself"),
        pytest.param("a.csv", "link.csv", id="a-link-to-it"),
        pytest.param("a.csv.rejected.jsonl", "a.csv", id="the-rejects-of-an-earlier-run"),
    ],
)
def test_the_input_is_never_written_over(tmp_path, given, output):
    (tmp_path / given).write_text("text\n", "utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / given)
    with pytest.raises(UsageError, match="is the input itself; name another file with -o"):
        require_distinct(tmp_path / given, tmp_path / output)


def test_rows_have_one_checksum_whatever_the_order_of_their_keys():
    # echo '{"a":1,"b":"好"}' | sha256sum
    expected = "422da3c43f36699e1ff148dc16b971d435f885a86b4c6f3283f5d9a36f7edfd9"
    assert sha256_of_rows([{"b": "好", "a": 1}]) == sha256_of_rows([{"a": 1, "b": "好"}]) == expected


def test_a_files_checksum_is_that_of_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of_file(tmp_path / "a") == expected


def test_parquet_columns_keep_the_types_they_came_with(tmp_path):
    source = pa.table(
        {
            "kind": pa.array(["post", "comment"]).dictionary_encode(),
            "when": pa.array([datetime.datetime(2020, 1, 1), None], pa.timestamp("us", "Asia/Shanghai")),
            "tags": pa.array([["一"], None], pa.list_(pa.string())),
            "likes": pa.array([1, None], pa.int32()),
        }
    )
    kinds = {item.name: item.type for item in source.schema}
    write(tmp_path / "a.parquet", "parquet", dict.fromkeys(kinds, "json"), source.to_pylist(), arrow_types=kinds)
    back = pq.read_table(tmp_path / "a.parquet")
    assert back.schema.types == source.schema.types
    assert back.to_pylist() == source.to_pylist()
