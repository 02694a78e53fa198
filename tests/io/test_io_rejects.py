"""Where rejects go and whose place they may take; outputs whose suffix promises what is not written; rows passed on."""

import json
import os
import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, open_outputs, open_table, open_writer
from weibo_nlp.io.copy import read_once
from weibo_nlp.io.rejects import (
    RejectWriter,
    output_of_rejects,
    rejects_path,
    require_rejects_file,
    usable_rejects_path,
)
from weibo_nlp.io.suffixes import require_suffix

REJECT = {"file": "in.csv", "line": 7, "reason": "blank line", "raw": ""}
streams = pytest.mark.skipif(os.name != "posix", reason="a device for nothing, as on POSIX")


@pytest.mark.parametrize(
    ("name", "promise"),
    [
        ("a.pq", "Parquet"),
        ("a.JSON", "JSON"),
        ("a.geojson", "JSON"),
        ("a.htm", "HTML"),
        ("a.html", "HTML"),
        ("a.xml", "XML"),
        ("a.yml", "YAML"),
        ("a.toml", "TOML"),
        ("a.xlsx", "a spreadsheet"),
        ("a.numbers", "a spreadsheet"),
        ("a.pdf", "a text document"),
        ("a.csv.gz", "a compressed file"),
        ("a.z", "a compressed file"),
        ("a.zip", "an archive"),
        ("a.rar", "an archive"),
        ("a.sql", "a database"),
        ("a.avro", "a table of Arrow, Avro or ORC"),
        ("a.rdata", "data of SPSS, Stata, SAS or R"),
        ("a.npz", "data of Python or NumPy"),
        ("a.nc", "HDF5 or NetCDF"),
        ("a.csv", "CSV"),
        ("a.tab", "TSV"),
        ("a.ndjson", "JSON Lines"),
    ],
)
def test_a_suffix_that_promises_another_format_is_refused(name, promise):
    with pytest.raises(UsageError) as caught:
        require_suffix(Path(name), ".md", ".tex")
    suffix = Path(name).suffix.lower()
    assert str(caught.value) == (
        f"cannot write {name}: {suffix} stands for {promise}, which is not written here; name a file that ends in "
        ".md or .tex."
    )


@pytest.mark.parametrize("name", ["a", "a.txt", "a.xlsx.txt", ".json", "a.unknown"])
def test_a_suffix_that_promises_nothing_will_do(name):
    require_suffix(Path(name), ".csv")


def test_a_suffix_that_is_written_will_do():
    require_suffix(Path("a.XLSX"), ".csv", ".xlsx")


@pytest.mark.parametrize(
    ("content", "is_rejects"),
    [
        pytest.param(b"", True, id="empty"),
        pytest.param(json.dumps(REJECT).encode(), True, id="a-reject"),
        pytest.param(json.dumps(REJECT).encode() + b"\nanything\n", False, id="text-behind-it"),
        pytest.param((json.dumps(REJECT) + "\n").encode() * 2, True, id="two"),
        pytest.param(json.dumps(dict(reversed(REJECT.items()))).encode(), True, id="other-order"),
        pytest.param(b"\xef\xbb\xbf" + json.dumps(REJECT).encode(), True, id="a-mark-that-an-editor-put-there"),
        pytest.param(b"\r".join([json.dumps(REJECT).encode()] * 2), False, id="two-on-one-line"),
        pytest.param(json.dumps(REJECT | {"output": 1}).encode(), False, id="an-output-that-is-no-name"),
        pytest.param(json.dumps(REJECT | {"more": 1}).encode(), False, id="a-key-more"),
        pytest.param(json.dumps(REJECT).encode()[:-1] + b', "raw": "theirs"}', False, id="a-key-twice"),
        pytest.param(b'{"file": "a"}', False, id="keys-less"),
        pytest.param(b'["file", "line", "reason", "raw"]', False, id="list"),
        pytest.param(b"\n", False, id="blank-line"),
        pytest.param(b"text\n", False, id="text"),
        pytest.param(b"\xff\n", False, id="no-text"),
        pytest.param(b"[" * 100_000, False, id="nested"),
    ],
)
def test_only_rejects_or_nothing_give_way_to_rejects(tmp_path, content, is_rejects):
    path = tmp_path / "a"
    path.write_bytes(content)
    if is_rejects:
        require_rejects_file(path, {None})
    else:
        told = "exists and is no file of rejects, which would take its place; move it, or name another file"
        with pytest.raises(UsageError, match=rf"^{path} {told}\.$"):
            require_rejects_file(path, {None})
    assert path.read_bytes() == content


def test_a_place_that_is_free_or_a_device_will_do(tmp_path):
    require_rejects_file(tmp_path / "none", ())
    if os.name == "posix":
        require_rejects_file(Path(os.devnull), ())


@streams
def test_rejects_stand_beside_the_output_or_of_a_stream_beside_the_input(tmp_path):
    source = tmp_path / "in.csv"
    assert rejects_path(tmp_path / "out.csv", source) == tmp_path / "out.csv.rejected.jsonl"
    assert rejects_path(Path(os.devnull), source) == tmp_path / "in.csv.stream-rejected.jsonl"
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to("data/real.csv")
    assert rejects_path(tmp_path / "link", source) == tmp_path / "data" / "real.csv.rejected.jsonl"


def test_named_rejects_go_there_unless_the_usual_ones_would_be_left_beside_a_new_output(tmp_path):
    output, source, named = (tmp_path / name for name in ("out.csv", "in.csv", "set-aside.jsonl"))
    usual = tmp_path / "out.csv.rejected.jsonl"
    assert usable_rejects_path(output, source) == usual
    assert usable_rejects_path(output, source, named) == named
    usual.write_text(json.dumps(REJECT), "utf-8")
    for content in (None, "old"):  # without an output, they would come to stand beside a new one
        if content is not None:
            output.write_text(content, "utf-8")
        assert usable_rejects_path(output, source) == usual
        assert usable_rejects_path(output, source, usual) == usual
        with pytest.raises(UsageError, match=r"rejected\.jsonl: rejects of an earlier run, which would not fit a new"):
            usable_rejects_path(output, source, named)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", usual.name]


@pytest.mark.parametrize("second", ["b.csv", "sub/a.csv", "/dev/null"])
@pytest.mark.parametrize("rejected", [True, False], ids=["with-rejects", "without"])
def test_rejects_of_another_output_are_neither_replaced_nor_deleted(tmp_path, second, rejected):
    (tmp_path / "sub").mkdir()
    named, source = tmp_path / "aside.jsonl", tmp_path / "in.csv"

    def write(output, source=source, is_rejected=True):
        with open_outputs(output, "csv", {"a": "string"}, source=source, rejects=named) as (_, rejects):
            if is_rejected:
                rejects.write(Reject(**REJECT))

    write(tmp_path / "a.csv")
    before = named.read_bytes()
    with pytest.raises(UsageError, match=r"holds the rejects of another output, a\.csv, which would be lost"):
        write(tmp_path / second, is_rejected=rejected)
    assert named.read_bytes() == before
    assert [path.name for path in tmp_path.rglob("*.csv")] == ["a.csv"]
    write(tmp_path / "a.csv", source=tmp_path / "other.csv", is_rejected=rejected)  # the same output, made anew
    assert named.exists() is rejected


@streams
def test_rejects_of_a_stream_are_those_of_its_input(tmp_path):
    named, source, other = (tmp_path / name for name in ("aside.jsonl", "in.csv", "other.csv"))
    for _ in range(2):
        with open_outputs("/dev/null", "csv", {"a": "string"}, source=source, rejects=named) as (_, rejects):
            rejects.write(Reject(**REJECT))
    with pytest.raises(UsageError, match=r"holds the rejects of another output, stream from in\.csv"):
        usable_rejects_path(Path("/dev/null"), other, named)


@streams
def test_rejects_that_are_a_stream_name_their_output_from_the_folder_of_the_input(tmp_path):
    source, null = tmp_path / "in.csv", Path(os.devnull)
    assert output_of_rejects(tmp_path / "sub" / "out.csv", source, null) == "sub/out.csv"
    assert output_of_rejects(null, source, null) == "stream from in.csv"


def test_rejects_that_name_no_output_are_of_the_one_that_they_stand_beside(tmp_path):
    output, source = tmp_path / "out.csv", tmp_path / "in.csv"
    for name in ("out.csv.rejected.jsonl", "aside.jsonl"):
        (tmp_path / name).write_text(json.dumps(REJECT), "utf-8")
    assert usable_rejects_path(output, source) == tmp_path / "out.csv.rejected.jsonl"
    (tmp_path / "out.csv.rejected.jsonl").unlink()
    with pytest.raises(UsageError, match=r"aside\.jsonl holds the rejects of an output that it does not name"):
        usable_rejects_path(output, source, tmp_path / "aside.jsonl")


def test_rejects_to_which_those_of_another_output_were_added_are_not_replaced(tmp_path):
    own, other = (json.dumps(REJECT | {"output": name}) for name in ("a.csv", "b.csv"))
    (tmp_path / "aside.jsonl").write_text(f"{own}\n{other}\n", "utf-8")
    with pytest.raises(UsageError, match=r"holds the rejects of another output, b\.csv"):
        usable_rejects_path(tmp_path / "a.csv", tmp_path / "in.csv", tmp_path / "aside.jsonl")


def test_rejects_that_another_run_put_there_meanwhile_are_not_replaced(tmp_path):
    named, source = tmp_path / "aside.jsonl", tmp_path / "in.csv"
    with (  # noqa: PT012 - what happens in the block is the case
        pytest.raises(UsageError, match="holds the rejects of another output"),
        open_outputs(tmp_path / "a.csv", "csv", {"a": "string"}, source=source, rejects=named) as (_, rejects),
    ):
        rejects.write(Reject(**REJECT))
        with open_outputs(tmp_path / "b.csv", "csv", {"a": "string"}, source=source, rejects=named) as (_, others):
            others.write(Reject(**REJECT))
    assert json.loads(named.read_text("utf-8"))["output"] == "b.csv"
    assert not (tmp_path / "a.csv").exists()


def test_an_output_that_has_the_name_of_its_rejects_too_is_told_as_that_and_not_to_be_deleted(tmp_path):
    output, usual = tmp_path / "out.csv", tmp_path / "out.csv.rejected.jsonl"
    output.write_text("text\n", "utf-8")
    usual.symlink_to("out.csv")
    with pytest.raises(UsageError, match=r"^the file of rejects .* is the same file as the output"):
        usable_rejects_path(output, tmp_path / "in.csv", tmp_path / "aside.jsonl")


def test_rejects_that_are_the_input_or_the_output_or_cannot_be_written_are_refused(tmp_path):
    output, source = tmp_path / "out.csv", tmp_path / "in.csv"
    source.write_text("a", "utf-8")
    with pytest.raises(UsageError, match=r"^the file of rejects .* is the input .*; name another file\.$"):
        usable_rejects_path(output, source, source)
    with pytest.raises(UsageError, match=r"^the output .* is the input .*; name another file\.$"):
        usable_rejects_path(source, source)
    with pytest.raises(UsageError, match=r"^the file of rejects .* is the same file as the output"):
        usable_rejects_path(output, source, output)
    with pytest.raises(UsageError, match=r"is writable\. Rows that are set aside go there; --rejects names another"):
        usable_rejects_path(output, source, tmp_path / "none" / "a")
    with pytest.raises(UsageError, match="is no file of rejects"):
        usable_rejects_path(output, source.with_name("in2.csv"), source)


def test_rejects_go_where_they_are_named_and_are_counted(tmp_path):
    output, named = tmp_path / "out.csv", tmp_path / "named"
    with open_outputs(output, "csv", {"a": "string"}, source=tmp_path / "in.csv", rejects=named) as (_, rejects):
        for _ in range(2):
            rejects.write(Reject(**REJECT))
    assert (rejects.count, rejects.path) == (2, named)
    assert [json.loads(line) for line in named.read_text("utf-8").splitlines()] == [REJECT | {"output": "out.csv"}] * 2
    with RejectWriter(tmp_path / "other", "out.csv") as unused:
        assert (unused.count, unused.finished()) == (0, None)
    assert not unused.path.exists()


def test_a_file_that_came_while_rows_were_written_is_not_replaced(tmp_path):
    place = tmp_path / "out.csv.rejected.jsonl"
    with (  # noqa: PT012 - what happens in the block is the case
        pytest.raises(UsageError, match="is no file of rejects"),
        open_outputs(tmp_path / "out.csv", "csv", {"a": "string"}, source=tmp_path / "in.csv") as (_, rejects),
    ):
        rejects.write(Reject(**REJECT))
        place.write_text("mine", "utf-8")
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [(place.name, "mine")]


def test_rows_of_parquet_are_passed_on_with_columns_behind_them(tmp_path):
    schema = pa.schema([("t", pa.large_string()), ("d", pa.timestamp("ms"))], metadata={b"k": b"v"})
    pq.write_table(pa.table({"t": ["甲", "乙", "丙"], "d": [1, None, 3]}, schema=schema), tmp_path / "a.parquet")
    rows = list(open_table(tmp_path / "a.parquet").rows())
    columns = {"n": "int", "j": "json"}
    with open_writer(tmp_path / "b.parquet", "parquet", columns, passed_on=schema) as writer:
        writer.write([], [])
        writer.write([{"n": 1, "j": [1]}, {"n": 2, "j": "x"}], [rows[2].origin, rows[0].origin])
    table = pq.read_table(tmp_path / "b.parquet")
    assert table.schema.names == ["t", "d", "n", "j"]
    assert table.schema.types[:2] == schema.types
    assert table.schema.metadata == {b"k": b"v"}
    assert table.column("t").to_pylist() == ["丙", "甲"]
    assert (table.column("n").to_pylist(), table.column("j").to_pylist()) == ([1, 2], ["[1]", "x"])
    assert pq.ParquetFile(tmp_path / "b.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize(
    ("format", "options", "expected"),
    [
        pytest.param("csv", {"mark": True}, b"\xef\xbb\xbfa,b\n1,\n", id="mark"),
        pytest.param("csv", {"quoted": False}, b"a,b\n1,\n", id="csv-quotes-always"),
        pytest.param("tsv", {"quoted": False, "mark": True}, b"\xef\xbb\xbfa\tb\n1\t\n", id="bare"),
        pytest.param("tsv", {}, b"a\tb\n1\t\n", id="tabs"),
        pytest.param("jsonl", {"mark": True}, b'{"a": 1, "b": null}\n', id="json-has-no-mark"),
    ],
)
def test_a_file_of_text_has_its_mark_and_delimiters(tmp_path, format, options, expected):
    with open_writer(tmp_path / "a", format, {"a": "int", "b": "json"}, **options) as writer:
        writer.write([{"a": 1, "b": None}])
    assert (tmp_path / "a").read_bytes() == expected


def test_quotes_in_a_comma_separated_file_are_quoted_whatever_a_tab_separated_one_does(tmp_path):
    with open_writer(tmp_path / "a", "csv", {"a": "string"}, quoted=False) as writer:
        writer.write([{"a": 'x"y'}])
    assert (tmp_path / "a").read_text("utf-8") == 'a\n"x""y"\n'


def test_the_first_cell_that_would_tear_a_row_is_shown_cut(tmp_path):
    shown = f"'{'a' * 40}'… (42 characters) has a tab or a line end"
    columns = {"a": "string", "b": "string"}
    with (
        pytest.raises(UsageError) as caught,
        open_writer(tmp_path / "a", "tsv", columns, quoted=False) as writer,
    ):
        writer.write([{"a": "fine", "b": "a" * 41 + "\n"}])
    assert str(caught.value).startswith(shown)


def test_json_lines_are_copied_and_can_be_read_again_and_again(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a": 1e999}\n', "utf-8")
    with read_once(open_table(path)) as table:
        path.write_text("changed", "utf-8")
        for _ in range(2):
            good, bad = table.rows()
            assert (good.values, bad.reason) == ({"a": 1}, "not JSON: 1e999 is too large a number")
    assert (table.columns, table.format) == ((), "jsonl")


def test_other_tables_are_not_copied(tmp_path):
    (tmp_path / "a.txt").write_text("甲\n", "utf-8")
    table = open_table(tmp_path / "a.txt")
    with read_once(table) as same:
        assert same is table
    assert table.columns == ("text",)


@pytest.mark.parametrize("body", ['{"a": 1}\n', "甲\n乙\n", "a,b\n1,2\n"], ids=["jsonl", "lines", "csv"])
def test_a_table_whose_file_changed_before_its_rows_are_read_is_refused(tmp_path, body):
    path = tmp_path / ("a.csv" if "," in body else "a.txt")
    path.write_text(body, "utf-8")
    table = open_table(path)
    path.write_text(body + body, "utf-8")
    with pytest.raises(DataError, match="grew from"):
        list(table.rows())


def test_what_begins_like_parquet_and_breaks_off_is_refused_as_that(tmp_path):
    (tmp_path / "a.dat").write_bytes(b"PAR1" + b"text\n" * 9)
    with pytest.raises(DataError, match=r"a\.dat: not a Parquet file"):
        open_table(tmp_path / "a.dat")


def test_an_output_that_takes_the_place_of_another_takes_its_mode(tmp_path):
    output = tmp_path / "out.csv"
    output.write_text("old", "utf-8")
    output.chmod(0o640)
    with open_outputs(output, "csv", {"a": "string"}, source=tmp_path / "in.csv") as (writer, _):
        writer.write([{"a": "new"}])
    assert output.read_text("utf-8").splitlines() == ["a", "new"]
    assert stat.S_IMODE(output.stat().st_mode) == 0o640
