"""What pandas says in a file stays true of an output with other names, columns and rows."""

import json

import pandas as pd
import pyarrow as pa
import pytest

from weibo_nlp.io.pandas_metadata import has_range_index, renamed_schema, with_index_column


def described(**changes):
    """Description by pandas of a column "a", and of another called so that is the index."""
    columns = [{"name": "a", "field_name": "a"}, {"name": None, "field_name": "__index__"}, "odd"]
    return {"index_columns": ["__index__", {"kind": "range"}], "columns": columns} | changes


def renamed(description, names):
    content = description if isinstance(description, bytes) else json.dumps(description).encode()
    schema = pa.schema([("a", pa.string()), ("__index__", pa.int64())], metadata={b"pandas": content, b"other": b"x"})
    after = renamed_schema(schema, names)
    assert after.types == schema.types
    assert after.metadata[b"other"] == b"x"
    return after.names, after.metadata[b"pandas"]


def test_columns_get_other_names_also_in_what_pandas_says_of_them():
    names, content = renamed(described(), {"a": "甲", "__index__": "i", "c": "d"})
    assert names == ["甲", "i"]
    assert json.loads(content) == {
        "index_columns": ["i", {"kind": "range"}],
        "columns": [{"name": "甲", "field_name": "甲"}, {"name": None, "field_name": "i"}, "odd"],
    }


def test_an_index_that_is_called_like_its_column_keeps_its_own_name():
    _, content = renamed(described(index_columns=["a"]), {"a": "b"})
    assert json.loads(content)["columns"][0] == {"name": "a", "field_name": "b"}
    assert json.loads(content)["index_columns"] == ["b"]
    _, content = renamed(described(columns=[{"name": "标题", "field_name": "a"}]), {"a": "b"})
    assert json.loads(content)["columns"] == [{"name": "标题", "field_name": "b"}]


@pytest.mark.parametrize(
    "description",
    [
        pytest.param(b"{", id="no-json"),
        pytest.param({"index_columns": 3, "columns": "a"}, id="other-types"),
        pytest.param({"columns": [{"field_name": 3, "name": "a"}, {"name": "a"}, ["a"]]}, id="columns-of-other-types"),
        pytest.param({}, id="empty"),
        pytest.param({"column_indexes": []}, id="no-names"),
        pytest.param({"column_indexes": {"name": None}}, id="names-of-another-type"),
    ],
)
def test_a_description_that_pandas_did_not_write_stays(description):
    names, content = renamed(description, {"a": "b"})
    assert names == ["b", "__index__"]
    assert content == description if isinstance(description, bytes) else json.loads(content) == description


def test_columns_of_a_schema_without_a_description_get_other_names():
    schema = pa.schema([("a", pa.string()), ("b", pa.int8())])
    assert renamed_schema(schema, {"a": "c"}) == pa.schema([("c", pa.string()), ("b", pa.int8())])
    assert renamed_schema(schema.with_metadata({b"k": b"v"}), {"a": "c"}).metadata == {b"k": b"v"}
    assert renamed_schema(schema.with_metadata({b"pandas": b'{"a": 1}'}), {}).metadata == {b"pandas": b'{"a": 1}'}


def of_frame(frame):
    return pa.Schema.from_pandas(frame)


def after(schema):
    return json.loads(schema.metadata[b"pandas"])


def test_columns_that_the_file_has_lost_are_said_no_more_of():
    frame = pd.DataFrame({"text": ["a"], "topic": pd.array([1], "Int64")}, index=pd.Index(["i"], name="mid"))
    schema = of_frame(frame)
    left = pa.schema([schema.field("text")], metadata=schema.metadata)
    said = after(renamed_schema(left, {}))
    assert [column["field_name"] for column in said["columns"]] == ["text"]
    assert said["index_columns"] == []


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        pytest.param(pd.Index([0, 1], name="n"), "n", id="numbers"),
        pytest.param(pd.MultiIndex.from_tuples([("a", "x"), ("b", "y")], names=["k", "l"]), None, id="two-levels"),
        pytest.param(pd.to_datetime(["2020-01-01", "2021-01-01"]), None, id="dates"),
        pytest.param(pd.Index([True, False]), None, id="truth-values"),
    ],
)
def test_names_of_columns_are_text_beside_those_that_are_added(columns, label):
    said = after(renamed_schema(of_frame(pd.DataFrame([[1, 2]], columns=columns)), {}))
    text = {"pandas_type": "unicode", "numpy_type": "object", "metadata": {"encoding": "UTF-8"}}
    assert said["column_indexes"] == [{"name": label, "field_name": label} | text]


def test_names_that_are_text_stay_as_pandas_tells_them():
    schema = of_frame(pd.DataFrame({"a": [1]}))
    assert after(renamed_schema(schema, {})) == after(schema)


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        pytest.param(None, [], "__index_level_0__", id="without-name"),
        pytest.param(None, ["__index_level_0__"], "__index_level_1__", id="taken"),
        pytest.param("mid", ["a"], "mid", id="named"),
        pytest.param("topic", ["topic"], "__index_level_0__", id="named-like-a-column"),
    ],
)
def test_a_range_becomes_a_column(name, taken, expected):
    schema = of_frame(pd.DataFrame({"a": ["x"] * 3}, index=pd.RangeIndex(10, 16, 2, name=name)))
    assert has_range_index(schema)
    changed, column, index = with_index_column(schema, 3, taken)
    assert (column, list(index)) == (expected, [10, 12, 14])
    said = after(changed)
    assert said["index_columns"] == [expected]
    assert said["columns"][:-1] == after(schema)["columns"]
    assert said["columns"][-1] == {
        "name": name,
        "field_name": expected,
        "pandas_type": "int64",
        "numpy_type": "int64",
        "metadata": None,
    }
    assert not has_range_index(changed)


def of_range(*bounds, **more):
    """A schema of no columns and an index of first, last and step."""
    found = {"kind": "range", "name": None} | dict(zip(("start", "stop", "step"), bounds, strict=True))
    return pa.schema([], metadata={"pandas": json.dumps({"index_columns": [found], "columns": []} | more)})


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param((0, 4, 1), id="rows"),
        pytest.param((0, 3, 0), id="step"),
        pytest.param((0.0, 3, 1), id="type"),
        pytest.param((2**63, 2**63 + 3, 1), id="bits"),
        pytest.param((2**63 - 3, 2**63, 1), id="bits-of-the-last"),
        pytest.param((-(2**63) - 1, -(2**63) + 2, 1), id="bits-below"),
    ],
)
def test_a_range_that_does_not_fit_the_rows_is_no_index(bounds):
    changed, _, index = with_index_column(of_range(*bounds), 3, [])
    assert index is None
    assert after(changed) == {"index_columns": [], "columns": []}


@pytest.mark.parametrize("start", [-(2**63), 2**63 - 4])
def test_a_range_may_have_all_that_arrow_can_hold(start):
    _, _, index = with_index_column(of_range(start, start + 3, 1), 3, [])
    assert pa.array(index).to_pylist() == [start, start + 1, start + 2]


def test_the_column_of_a_range_is_described_where_nothing_else_is():
    said = after(with_index_column(of_range(0, 3, 1, columns="odd"), 3, [])[0])
    assert [column["field_name"] for column in said["columns"]] == ["__index_level_0__"]


def test_what_has_no_range_is_told():
    assert not has_range_index(pa.schema([]))
    assert not has_range_index(pa.schema([], metadata={"pandas": "{"}))
    for metadata in (None, {"pandas": "{}"}):
        with pytest.raises(ValueError, match="has no index of first, last and step"):
            with_index_column(pa.schema([], metadata=metadata), 0, [])


def test_features_of_datasets_follow_a_renamed_column():
    datasets = pytest.importorskip("datasets")
    kinds = datasets.Features({"topic": datasets.ClassLabel(names=["a", "b"]), "text": datasets.Value("string")})
    said = {b"huggingface": json.dumps({"info": {"features": kinds.to_dict()}, "fingerprint": "x"}).encode()}
    schema = renamed_schema(kinds.arrow_schema.with_metadata(said), {"topic": "topic_input"})
    assert json.loads(schema.metadata[b"huggingface"]).keys() == {"info"}
    written = schema.append(pa.field("topic", pa.string())).append(pa.field("topic_score", pa.int64()))
    assert datasets.Features.from_arrow_schema(written) == {
        "topic_input": kinds["topic"],
        "text": kinds["text"],
        "topic": datasets.Value("string"),
        "topic_score": datasets.Value("int64"),
    }


def test_features_of_columns_that_the_file_has_lost_are_not_those_of_added_ones():
    said = {"info": {"features": {"topic_score": {"names": ["a"], "_type": "ClassLabel"}}, "other": 1}}
    schema = pa.schema([("text", pa.string())], metadata={b"huggingface": json.dumps(said).encode()})
    assert json.loads(renamed_schema(schema, {}).metadata[b"huggingface"]) == {"info": {"features": {}, "other": 1}}


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"info": {"features": null}}'])
def test_features_that_datasets_did_not_write_stay(content):
    schema = pa.schema([("text", pa.string())], metadata={b"huggingface": content})
    assert renamed_schema(schema, {"text": "t"}).metadata == {b"huggingface": content}


def test_schemas_of_other_programs_are_left_out_and_other_keys_stay():
    said = {b"org.apache.spark.sql.parquet.row.metadata": b"{}", b"parquet.avro.schema": b"{}", b"geo": b"{}"}
    schema = pa.schema([("text", pa.string())], metadata=said)
    assert renamed_schema(schema, {}).metadata == {b"geo": b"{}"}
