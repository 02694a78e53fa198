"""What came in goes out as it was: values, types and metadata of columns that are not ours."""

import datetime
import decimal
import json
import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp import label
from weibo_nlp.errors import DataError
from weibo_nlp.io import open_table, parquet
from weibo_nlp.io.writers import open_writer
from weibo_nlp.labelling import Labeller, label_file

ADDED = ["topic", "topic_score", "sentiment", "sentiment_score", "irony", "irony_score"]
ADDED += ["stance_target", "stance_known_target", "stance", "stance_score", "out_of_domain"]


class Fixed(Labeller):
    """Labels without looking."""

    def label_columns(self, texts, parents=None):
        seen.extend(reading.text for reading in texts)
        row = dict.fromkeys(self.columns) | {"topic": "other", "irony": False}
        return {name: [value] * len(texts) for name, value in row.items()}


seen: list[str] = []


def labelled(source, suffix="parquet", text_column="text"):
    output = source.with_name(f"o.{suffix}")
    return label_file(open_table(source), output, Fixed(), text_column=text_column)


def reasons(done):
    return [json.loads(line)["reason"] for line in done.rejects.read_text("utf-8").splitlines()]


def test_a_frame_comes_back_from_parquet_with_all_that_pandas_knows_of_it(tmp_path):
    frame = pd.DataFrame(
        {
            "text": ["好", "坏", "平", "中"],
            "level": pd.Categorical(["high", "low", "mid", "low"], ["low", "mid", "high", "none"], ordered=True),
            "n": pd.array([1, None, 3, 4], dtype="Int64"),
            "when": pd.to_datetime(["2020-01-01 00:00:00.000000001"] * 4).tz_localize("Asia/Shanghai"),
            "topic": pd.array([1, 2, None, 4], dtype="Int64"),
        },
        index=pd.Index(["a", "b", "c", "d"], name="mid"),
    )
    frame.attrs = {"source": "crawl"}
    frame.to_parquet(tmp_path / "a.parquet")
    done = labelled(tmp_path / "a.parquet")
    back = pd.read_parquet(done.output)
    expected = frame.rename(columns={"topic": "topic_input"})
    pd.testing.assert_frame_equal(back[list(expected.columns)], expected)
    assert back["level"].cat.categories.tolist() == ["low", "mid", "high", "none"]
    assert (back.attrs, back.index.name, back["topic"].tolist()) == (frame.attrs, "mid", ["other"] * 4)


def test_an_index_called_like_a_label_stays_the_index(tmp_path):
    frame = pd.DataFrame({"text": ["好", "坏"]}, index=pd.Index([7, 8], name="topic"))
    frame.to_parquet(tmp_path / "a.parquet")
    back = pd.read_parquet(labelled(tmp_path / "a.parquet").output)
    assert (back.index.tolist(), back.index.name, back["topic"].tolist()) == ([7, 8], "topic", ["other", "other"])


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param([0, 1], id="numbers"),
        pytest.param(pd.MultiIndex.from_tuples([("a", "x"), ("b", "y")]), id="two-levels"),
        pytest.param(pd.to_datetime(["2020-01-01", "2021-01-01"]), id="dates"),
    ],
)
def test_a_frame_whose_columns_are_not_called_by_text_can_be_read_again(tmp_path, columns):
    frame = pd.DataFrame({"a": ["好", "坏"], "b": [1, 2]}).set_axis(columns, axis=1)
    frame.to_parquet(tmp_path / "a.parquet")
    text, number = open_table(tmp_path / "a.parquet").columns
    back = pd.read_parquet(labelled(tmp_path / "a.parquet", text_column=text).output)
    assert back.columns.tolist() == [text, number, *ADDED]
    assert (back[text].tolist(), back[number].tolist()) == (["好", "坏"], [1, 2])


@pytest.mark.parametrize("name", [None, "mid", "topic"])
@pytest.mark.parametrize("texts", [["好", "坏", "平"], ["好", "", "平"], ["", "", ""]], ids=["all", "some", "none"])
def test_the_index_of_a_row_stays_its_own_when_others_are_set_aside(tmp_path, name, texts):
    frame = pd.DataFrame({"text": texts}, index=pd.RangeIndex(10, 16, 2, name=name))
    frame.to_parquet(tmp_path / "a.parquet")
    back = pd.read_parquet(labelled(tmp_path / "a.parquet").output)
    expected = [place for place, text in zip([10, 12, 14], texts, strict=True) if text]
    assert (back.index.tolist(), back.index.name, back["text"].tolist()) == (expected, name, [t for t in texts if t])
    assert back.columns.tolist() == ["text", *ADDED]
    assert isinstance(back.index, pd.RangeIndex) is (len(expected) == 3)


def test_what_pandas_says_of_a_column_that_was_dropped_is_not_said_of_a_label(tmp_path):
    frame = pd.DataFrame({"text": ["好"], "topic": pd.array([1], "Int64")}, index=pd.Index([7], name="stance"))
    pq.write_table(pa.Table.from_pandas(frame).drop_columns(["topic", "stance"]), tmp_path / "a.parquet")
    back = pd.read_parquet(labelled(tmp_path / "a.parquet").output)
    assert (back["topic"].tolist(), back.columns.tolist()) == (["other"], ["text", *ADDED])


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_periods_and_intervals_are_the_text_that_pandas_shows(tmp_path, suffix):
    frame = pd.DataFrame({"text": ["好"], "p": pd.period_range("2024-05", periods=1, freq="M")})
    frame["i"] = pd.arrays.IntervalArray.from_breaks([0, 1])
    frame.to_parquet(tmp_path / "a.parquet")
    row = next(open_table(labelled(tmp_path / "a.parquet", suffix).output).rows()).values
    assert (row["p"], row["i"]) == ("2024-05", "(0, 1]")
    # In a program that never saw any, they are the same.
    code = (
        "import sys; from weibo_nlp.io import open_table; print(*next(open_table(sys.argv[1]).rows()).values.values())"
    )
    told = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, tmp_path / "a.parquet"], capture_output=True, check=True, text=True
    )
    assert told.stdout.split(maxsplit=1) == ["好", "2024-05 (0, 1]\n"]


def test_categories_that_differ_from_row_group_to_row_group_come_back(tmp_path):
    schema = pa.schema([("text", pa.string()), ("kind", pa.dictionary(pa.int8(), pa.string()))])
    names = [[f"{group}-{n}" for n in range(100)] for group in range(3)]
    with pq.ParquetWriter(tmp_path / "a.parquet", schema) as writer:
        for group in names:
            kinds = pa.DictionaryArray.from_arrays(pa.array(range(100), pa.int8()), group)
            writer.write_table(pa.table([pa.array(["好"] * 100), kinds], schema))
    back = pq.read_table(labelled(tmp_path / "a.parquet").output)
    assert back["kind"].to_pylist() == [name for group in names for name in group]
    assert back.schema.field("kind").type == schema.field("kind").type
    assert back["topic"].to_pylist() == ["other"] * 300


def test_infinity_is_no_null_in_json(tmp_path):
    pq.write_table(pa.table({"text": ["好", "坏", ""], "x": [np.inf, -np.inf, np.inf]}), tmp_path / "a.parquet")
    done = labelled(tmp_path / "a.parquet", "jsonl")
    assert [row.values["x"] for row in open_table(done.output).rows()] == ["Infinity", "-Infinity"]
    assert json.loads(done.rejects.read_text("utf-8"))["raw"] == '{"text": "", "x": "Infinity"}'


def everything():
    utf8, raw = "好".encode(), b"\xff\x00"
    words = pa.array(["x", "y", "x", "x"]).dictionary_encode()
    twice = pa.struct([pa.field("a", pa.int8()), pa.field("a", pa.int8())])
    inner = pa.struct([("a", pa.binary()), ("t", pa.time64("ns"))])
    columns = {
        "text": pa.array(["好", "", "坏", "平"], pa.large_string()),
        "ns": pa.array([1, 2_001, None, 5], pa.time64("ns")),
        "bool8": pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0, 1, None], pa.int8())),
        "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16] * 4, pa.binary(16))),
        "wide": pa.array([decimal.Decimal("1." + "3" * 60)] * 4, pa.decimal256(76, 60)),
        "word": words,
        "mid": pa.array([utf8, None, raw, b""]),
        "digest": pa.array([raw, utf8[:2], raw, raw], pa.binary(2)),
        "far": pa.array([0, 0, 10**18, 1], pa.timestamp("us")),
        "nested": pa.array([[{"a": b"\xff", "t": 1}], [], None, [None]], pa.list_(inner)),
        "map": pa.array([[("k", 1.5)], [], None, None], pa.map_(pa.string(), pa.float32())),
        "twice": pa.StructArray.from_arrays([pa.array([1, 2, 3, 4], pa.int8())] * 2, fields=list(twice)),
        "half": pa.array([0.5, None, 1.0, 2.0], pa.float16()),
        "span": pa.array([1, 2, 3, None], pa.duration("ns")),
    }  # fmt: skip
    fields = [pa.field(name, column.type) for name, column in columns.items()]
    fields[0] = pa.field("text", pa.large_string(), nullable=False, metadata={"why": "the post"})
    schema = pa.schema(fields, metadata={"owner": "me", "more": b"\xff"})
    return pa.Table.from_arrays(list(columns.values()), schema=schema)


@pytest.mark.parametrize("small", [1024 * 1024, 0], ids=["batches", "row-by-row"])
def test_every_type_comes_back_from_parquet_as_it_was_with_its_metadata(tmp_path, monkeypatch, small):
    monkeypatch.setattr(parquet, "_SMALL_BATCH_BYTES", small)
    source = everything()
    pq.write_table(source, tmp_path / "a.parquet")
    done = labelled(tmp_path / "a.parquet")
    assert (done.rows, done.reasons) == (3, {"text: empty": 1})
    read, back = pq.read_table(tmp_path / "a.parquet"), pq.read_table(done.output)
    assert back.column_names == [*source.column_names, *ADDED]
    mine = back.select(source.column_names)
    assert mine.schema.equals(read.schema, check_metadata=True)
    assert mine.schema.field("text").nullable is False
    assert mine.combine_chunks().equals(read.take([0, 2, 3]).combine_chunks())


def test_many_rows_and_row_groups_come_back_in_order(tmp_path):
    texts = ["" if n % 7 == 3 else f"第{n}条" for n in range(5_000)]
    words = pa.array([f"w{n % 5}" for n in range(5_000)]).dictionary_encode()
    table = pa.table({"n": range(5_000), "text": texts, "w": words, "same": ["甲" * 30] * 5_000})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=777)
    back = pq.read_table(labelled(tmp_path / "a.parquet").output).select(["n", "text", "w", "same"])
    assert back.to_pydict() == table.filter([bool(text) for text in texts]).to_pydict()
    assert back.schema.types == table.schema.types


def test_many_categories_are_not_written_with_every_batch(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_CATEGORIES_BYTES", 0)
    words = pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.int8()), ["a", "b", "c"], ordered=True)
    pq.write_table(pa.table({"text": ["好", "坏"], "w": words}), tmp_path / "a.parquet")
    column = pq.read_table(labelled(tmp_path / "a.parquet").output)["w"].combine_chunks()
    assert (column.type, column.to_pylist(), column.dictionary.to_pylist()) == (words.type, ["b", "a"], ["b", "a"])


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "tsv"])
def test_ids_and_texts_in_bytes_are_read_as_the_utf8_they_are(tmp_path, suffix):
    columns = {"mid": [b"4890", "号".encode()], "text": ["好".encode(), b"a"], "in": [{"b": [b"x"]}, None]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    seen.clear()
    rows = list(open_table(labelled(tmp_path / "a.parquet", suffix).output).rows())
    assert seen == ["好", "a"]
    assert [row.values["mid"] for row in rows] == ["4890", "号"]
    assert rows[0].values["in"] == ({"b": ["x"]} if suffix == "jsonl" else '{"b": ["x"]}')


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_bytes_that_are_no_text_are_named_and_never_shown_as_python_does(tmp_path, suffix):
    pq.write_table(pa.table({"mid": [b"\xff", b"1"], "text": ["好", "坏"]}), tmp_path / "a.parquet")
    done = labelled(tmp_path / "a.parquet", suffix)
    assert reasons(done) == ["mid: a value cannot be read: bytes that are no UTF-8 (0xff at byte 0)"]
    assert done.rows == 1
    done = labelled(tmp_path / "a.parquet")
    assert (done.rows, done.rejected) == (2, 0)
    pq.write_table(pa.table({"text": [b"\xff", b"1"], "n": [1, 2]}), tmp_path / "a.parquet")
    assert reasons(labelled(tmp_path / "a.parquet")) == [
        "text: a value cannot be read: bytes that are no UTF-8 (0xff at byte 0)"
    ]


def test_types_that_python_lacks_are_whole_in_text_files(tmp_path):
    names = ["text", "ns", "bool8", "uuid", "map", "twice", "half", "span"]
    pq.write_table(everything().select(names), tmp_path / "a.parquet")
    first = next(open_table(labelled(tmp_path / "a.parquet", "jsonl").output).rows()).values
    assert {name: first[name] for name in names} == {
        "text": "好",
        "ns": "00:00:00.000000001",
        "bool8": True,
        "uuid": "30303030-3030-3030-3030-303030303030",
        "map": [["k", 1.5]],
        "twice": [["a", 1], ["a", 1]],
        "half": 0.5,
        "span": "0 days 00:00:00.000000001",
    }


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_ids_that_are_strings_and_numbers_become_text_without_quotation_marks(tmp_path, suffix):
    (tmp_path / "a.jsonl").write_text('{"id": "01", "text": "好"}\n{"id": 2, "text": "坏"}\n', "utf-8")
    rows = open_table(labelled(tmp_path / "a.jsonl", suffix).output).rows()
    assert [row.values["id"] for row in rows] == ["01", "2"]


@pytest.mark.parametrize("value", [{1}, b"a", object(), np.int64(1)], ids=["set", "bytes", "object", "numpy"])
@pytest.mark.parametrize("format", ["csv", "jsonl"])
@pytest.mark.parametrize("nested", [False, True])
def test_what_is_no_value_of_a_table_is_refused(tmp_path, value, format, nested):
    with (
        pytest.raises(TypeError, match=f"a {type(value).__name__} is no value of a table"),
        open_writer(tmp_path / "a", format, {"a": "string"}) as writer,
    ):
        writer.write([{"a": [value] if nested else value}])


def test_dates_and_decimals_are_text(tmp_path):
    row = {"d": datetime.date(2020, 1, 2), "t": [datetime.time(1)], "n": decimal.Decimal("1.10")}
    with open_writer(tmp_path / "a.csv", "csv", dict.fromkeys(row, "string")) as writer:
        writer.write([row])
    assert (tmp_path / "a.csv").read_text() == 'd,t,n\n2020-01-02,"[""01:00:00""]",1.10\n'


def test_a_tab_separated_file_whose_marks_are_text_stays_one(tmp_path):
    body = ['01\t他说"好"', '02\t"好"', '03\t"开']
    (tmp_path / "a.tsv").write_text("\n".join(["id\ttext", *body, ""]), "utf-8")
    lines = labelled(tmp_path / "a.tsv", "tsv").output.read_text("utf-8").splitlines()
    assert lines == ["\t".join(["id", "text", *ADDED]), *(f"{line}\tother\t\t\t\tFalse\t\t\t\t\t\t" for line in body)]
    rows = open_table(labelled(tmp_path / "a.tsv", "csv").output).rows()
    assert [row.values["text"] for row in rows] == ['他说"好"', '"好"', '"开']


def test_rows_that_may_have_swallowed_others_are_counted_and_said(tmp_path, run):
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,"甲\n2,乙\n3,丙"\n4,丁\n', "utf-8")
    done = labelled(path, "csv")
    assert (done.rows, done.rejected, done.swallowing, done.first_swallowing) == (2, 0, 1, 2)
    path.write_text('id,正文,点赞\n1,"甲,3\n2,乙",8\n3,丙,2\n', "utf-8")
    code, _, err = run("label", path, "-o", tmp_path / "o.csv", "--quiet")
    assert code == 0
    assert "1 rows may be several or parts of one (lines inside a quoted cell look like rows, " in err
    assert "a.csv:2; double every mark that neither opens nor closes a cell" in err.replace("\n", "")


def test_a_file_with_a_line_end_in_a_name_can_be_labelled_again(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"a\\nb": 1, "text": "好"}\n', "utf-8")
    done = labelled(tmp_path / "a.jsonl", "csv")
    again = label_file(open_table(done.output), tmp_path / "again.csv", Fixed(), text_column="text")
    assert next(open_table(again.output).rows()).values["a\nb"] == "1"


@pytest.mark.skipif(os.name != "posix", reason="a changed inode has a date of its own on POSIX")
def test_a_change_whose_date_is_set_back_is_seen(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text\n好\n坏\n", "utf-8")
    table, before = open_table(path), path.stat()
    time.sleep(0.02)  # the clock of a file system may move every few milliseconds only
    path.write_text("text\n坏\n好\n", "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(DataError, match="was written to, or its mode or links changed, while it was read"):
        list(table.rows())


def test_a_frame_keeps_its_attributes_and_the_name_of_its_columns():
    frame = pd.DataFrame({"text": ["好"]})
    frame.attrs, frame.columns.name = {"source": ["crawl"]}, "field"
    found = label(frame)
    assert (found.attrs, found.columns.name) == (frame.attrs, "field")
    found.attrs["source"].append("x")
    assert frame.attrs == {"source": ["crawl"]}
    series = pd.Series(["好"])
    series.attrs = {"a": 1}
    assert label(series).attrs == {"a": 1}


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_the_printed_example_says_false(tmp_path, run, suffix):
    _, out, _ = run("label", "--example", "-o", tmp_path / f"ex.{suffix}")
    assert out.lower().count("false") >= 5


def test_a_column_of_parents_called_nothing_is_read_from_parquet_to_parquet(tmp_path):
    texts = {"text": ["支持", "支持"], "": ["抵制宝马！", None]}
    pq.write_table(pa.table(texts), tmp_path / "a.parquet")
    table, output = open_table(tmp_path / "a.parquet"), tmp_path / "b.parquet"
    label_file(table, output, Labeller(target="抵制宝马"), text_column="text", parent_column="")
    first, second = pq.read_table(output)["stance_score"].to_pylist()
    assert first != second
