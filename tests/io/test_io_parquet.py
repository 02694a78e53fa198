"""Parquet from inside: rows as they lie there, what is refused before it is unpacked, and columns under other names."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.io import open_table, parquet
from weibo_nlp.io.column_types import arrow_schema
from weibo_nlp.io.parquet import OpenParquet, open_parquet, renamed_schema, table_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.parquet"


def written(path, columns, **options):
    table = pa.table(columns)
    pq.write_table(table, path, **options)
    return table


def located(path, converted=None):
    with open_parquet(path) as opened:
        return list(opened.located_rows(converted))


@pytest.mark.parametrize("small", [True, False], ids=["together", "one-by-one"])
def test_a_row_has_the_wanted_values_and_its_place_and_size(path, monkeypatch, small):
    if not small:
        monkeypatch.setattr(parquet, "_SMALL_BATCH_BYTES", 0)
    written(path, {"text": ["甲", "乙"], "n": [1, 2]})
    (first, one), (second, two) = located(path, ["n"])
    assert (first, second) == ({"n": 1}, {"n": 2})
    assert (one.readable(), two.readable()) == ({"text": "甲", "n": 1}, {"text": "乙", "n": 2})
    # Three of UTF-8, eight of the number, and one that says which are null: of each row, or of both and shared.
    assert [one.n_bytes, two.n_bytes] == ([11, 11] if small else [12, 12])
    assert [row for row, _ in located(path)] == [one.readable(), two.readable()]
    with open_parquet(path) as opened:
        assert list(opened.rows()) == [one.readable(), two.readable()]


def test_a_row_of_the_limit_is_read_and_a_longer_one_is_told(path, monkeypatch):
    monkeypatch.setattr(parquet, "_SMALL_BATCH_BYTES", 0)
    monkeypatch.setattr(parquet, "MAX_LINE_BYTES", 4)
    written(path, {"text": ["1234", "12345", "1"]})
    (first, _), told, (last, place) = located(path)
    assert (first, told, last) == ({"text": "1234"}, "row is longer than 4 bytes", {"text": "1"})
    assert (place.place, place.batch.num_rows) == (0, 1)  # nothing else of its batch is held


def test_bytes_of_rows_count_what_is_repeated_in_every_row_that_has_it(path):
    codes = pa.array([0, 1, None], pa.int8())
    columns = {
        "text": pa.DictionaryArray.from_arrays(codes, ["一", "ab"]),
        "bytes": pa.array([b"a", b"bc", None]),
        "n": pa.array([1, 2, 3], pa.int64()),
        "code": pa.DictionaryArray.from_arrays(pa.array([0, 0, 0], pa.int8()), pa.array([7], pa.int64())),
        "none": pa.DictionaryArray.from_arrays(pa.array([None] * 3, pa.int8()), ["a"]),
    }
    written(path, columns)
    sizes = [place.n_bytes for _, place in located(path)]
    # Together 3 + 2 of text, 1 + 2 of bytes, 24 and 24 of numbers, 1 of which are null: 57, shared by three.
    assert sizes == [19, 19, 19]


def test_what_cannot_be_read_in_a_row_is_told_in_its_place(path):
    broken = pa.array([b"ok", b"a\xff"]).view(pa.string())
    written(path, {"text": broken, "n": [1, 2]})
    (first, place), told = located(path)
    assert first == {"text": "ok", "n": 1}
    assert told.startswith("text: a value cannot be read: ")
    (_, whole), (other, second) = located(path, ["n"])
    assert (other, whole.readable()) == ({"n": 2}, place.readable())
    values = second.readable()
    assert values["n"] == 2
    assert values["text"].startswith("cannot be read: 'utf-8' codec can't decode byte 0xff")


def test_the_name_of_a_column_with_a_bad_value_is_cut(path):
    written(path, {"n" * 100: pa.array([b"\xff"]).view(pa.string())})
    assert located(path)[0].startswith("n" * 80 + ": a value")


@pytest.mark.parametrize("error", [pa.ArrowInvalid, OSError])
def test_a_file_that_breaks_off_names_the_last_row_on_one_line(path, error):
    class Broken:
        def iter_batches(self, batch_size):
            yield pa.record_batch({"n": [1, 2, 3]})
            raise error("page\n  is torn.")

    rows = OpenParquet(path, pa.schema([("n", pa.int64())]), Broken()).rows()
    assert [next(rows) for _ in range(3)] == [{"n": 1}, {"n": 2}, {"n": 3}]
    with pytest.raises(DataError, match=r"a\.parquet: cannot be read on after row 3: page is torn\. Write it again\.$"):
        next(rows)


def test_rows_are_put_together_again_in_their_order(path):
    table = written(
        path, {"text": [f"{n}" for n in range(200)], "kind": pa.array(["a", "b"] * 100).dictionary_encode()}
    )
    places = [place for _, place in located(path)]
    assert {place.batch.num_rows for place in places} == {64, 8}
    for chosen in ([*range(200)], [0], [0, 1, 3, 4, 63, 64, 65, 199], [5, 4, 3], [7, 7]):
        assert table_of([places[n] for n in chosen]).to_pydict() == table.take(chosen).to_pydict()
    # Neighbours are one slice: a piece for each row would be slow.
    assert table_of(places[:64]).column("text").num_chunks == 1
    assert table_of([*places[:3], *places[4:6]]).column("text").num_chunks == 2


def test_categories_keep_those_that_no_row_has_unless_they_are_many(path, monkeypatch):
    kinds = pa.DictionaryArray.from_arrays(pa.array([2, None, 0], pa.int8()), ["乙", "丙", "甲"], ordered=True)
    written(path, {"kind": kinds})
    size = kinds.dictionary.nbytes
    for limit, expected in ((size, ["乙", "丙", "甲"]), (size - 1, ["甲", "乙"])):
        monkeypatch.setattr(parquet, "_CATEGORIES_BYTES", limit)
        column = located(path)[0][1].batch.column("kind")
        assert (column.dictionary.to_pylist(), column.to_pylist()) == (expected, ["甲", None, "乙"])
        assert column.type == pa.dictionary(pa.int8(), pa.string(), ordered=True)


def test_a_table_has_at_most_so_many_columns(path, monkeypatch):
    written(path, {"a": [1], "b": [2]})
    monkeypatch.setattr(parquet, "MAX_COLUMNS", 2)
    assert open_table(path).columns == ("a", "b")
    monkeypatch.setattr(parquet, "MAX_COLUMNS", 1)
    with pytest.raises(DataError, match=r"a\.parquet: 2 columns; 1 are allowed\. Drop some of them\.$"):
        open_table(path)


@pytest.mark.parametrize(
    ("group", "line", "ratio", "problem"),
    [
        pytest.param(0, 0, 0, None, id="small"),
        pytest.param(1, 0, 0, "bytes packed into {packed:,}, more than 0 times as much", id="packed-tight"),
        pytest.param(1, -1, 99, "bytes in 10 rows; a row may have {line:,}. Leave out such rows.", id="long-rows"),
        pytest.param(1, 0, 99, None, id="neither"),
    ],
)
def test_a_row_group_is_judged_by_size_rows_and_packing(path, monkeypatch, group, line, ratio, problem):
    """By how much a limit of bytes lies under the group's size, and one of a row's bytes under a tenth of it."""
    written(path, {"n": pa.array(range(10), pa.int64()), "m": pa.array(range(10), pa.int64())}, use_dictionary=False)
    found = pq.read_metadata(path).row_group(0)
    size, packed = found.total_byte_size, sum(found.column(place).total_compressed_size for place in (0, 1))
    monkeypatch.setattr(parquet, "PARQUET_GROUP_BYTES", size - group)
    row_bytes = -(-size // 10) + line
    monkeypatch.setattr(parquet, "MAX_LINE_BYTES", row_bytes)
    monkeypatch.setattr(parquet, "PARQUET_RATIO", ratio)
    if problem is None:
        assert open_table(path).columns == ("n", "m")
        return
    with pytest.raises(DataError) as caught:
        open_table(path)
    expected = problem.format(packed=packed, line=row_bytes)
    assert str(caught.value).startswith(f"{path}: row group 1 unpacks to {size:,} {expected}")


def test_what_is_no_parquet_is_told_on_one_line(path):
    path.write_bytes(b"PAR1" + b"\xff" * 40 + b"\x20\x00\x00\x00PAR1")
    with pytest.raises(DataError) as caught, open_parquet(path):
        pytest.fail("was opened")
    assert str(caught.value).endswith(". Write it again, or correct its suffix or --format.")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 400


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


def test_the_schema_of_a_table_has_all_metadata(path):
    schema = pa.schema([("a", pa.string())], metadata={b"k": b"v"})
    pq.write_table(pa.table({"a": ["x"]}, schema=schema), path)
    assert arrow_schema(open_table(path)).metadata[b"k"] == b"v"
