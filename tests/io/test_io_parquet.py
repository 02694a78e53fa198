"""Parquet from inside: rows as they lie there, and what is refused before it is unpacked."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.io import open_table, parquet
from weibo_nlp.io.column_types import arrow_schema
from weibo_nlp.io.parquet import OpenParquet, open_parquet, tables_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.parquet"


def written(path, columns, **options):
    table = pa.table(columns)
    pq.write_table(table, path, **options)
    return table


def together(places):
    (table,) = tables_of(places)
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
        num_row_groups = 1

        def iter_batches(self, batch_size, row_groups):
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
    with open_parquet(path) as opened:
        assert opened.n_rows == 200
    places = [place for _, place in located(path)]
    assert {place.batch.num_rows for place in places} == {64, 8}
    for chosen in ([*range(200)], [0], [0, 1, 3, 4, 63, 64, 65, 199], [5, 4, 3], [7, 7]):
        assert together([places[n] for n in chosen]).to_pydict() == table.take(chosen).to_pydict()
    # Neighbours are one slice: a piece for each row would be slow.
    assert together(places[:64]).column("text").num_chunks == 1
    assert together([*places[:3], *places[4:6]]).column("text").num_chunks == 2


def test_categories_keep_those_that_no_row_has_unless_they_are_many(path, monkeypatch):
    kinds = pa.DictionaryArray.from_arrays(pa.array([2, None, 0], pa.int8()), ["乙", "丙", "甲"], ordered=True)
    written(path, {"kind": kinds})
    size = kinds.dictionary.nbytes
    for limit, expected in ((size, ["乙", "丙", "甲"]), (size - 1, ["甲", "乙"])):
        monkeypatch.setattr(parquet, "_CATEGORIES_BYTES", limit)
        column = located(path)[0][1].batch.column("kind")
        assert (column.dictionary.to_pylist(), column.to_pylist()) == (expected, ["甲", None, "乙"])
        assert column.type == pa.dictionary(pa.int8(), pa.string(), ordered=True)


@pytest.mark.parametrize(("longest", "kept"), [(2**20 - 99, ["a", "b" * (2**20 - 99)]), (2**20, ["a"])])
def test_a_mebibyte_of_categories_is_kept(path, longest, kept):
    kinds = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), ["a", "b" * longest])
    written(path, {"kind": kinds})  # of each value its signs, and some bytes for its place
    assert located(path)[0][1].batch.column("kind").dictionary.to_pylist() == kept


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


def test_the_schema_of_a_table_has_all_metadata(path):
    schema = pa.schema([("a", pa.string())], metadata={b"k": b"v"})
    pq.write_table(pa.table({"a": ["x"]}, schema=schema), path)
    assert arrow_schema(open_table(path)).metadata[b"k"] == b"v"


def test_categories_of_row_groups_that_one_type_cannot_count_together_come_in_several_tables(path):
    schema = pa.schema([("kind", pa.dictionary(pa.int8(), pa.string()))])
    names = [[f"{group}-{n}" for n in range(100)] for group in range(3)]
    with pq.ParquetWriter(path, schema) as writer:
        for group in names:
            kinds = pa.DictionaryArray.from_arrays(pa.array(range(100), pa.int8()), group)
            writer.write_table(pa.table([kinds], schema))
    tables = list(tables_of([place for _, place in located(path)]))
    assert all(table.schema == schema for table in tables)
    assert [value for table in tables for value in table["kind"].to_pylist()] == [
        name for group in names for name in group
    ]
    assert all(len(table) <= 128 for table in tables)


KINDS = pa.array(["a", "b", "a", None]).dictionary_encode()


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(pa.ListArray.from_arrays([0, 1, 2, 3, 4], KINDS), id="list"),
        pytest.param(pa.StructArray.from_arrays([KINDS], ["x"]), id="struct"),
        pytest.param(pa.MapArray.from_arrays([0, 1, 2, 3, 4], ["k"] * 4, KINDS), id="map"),
    ],
)
def test_categories_inside_lists_and_records_are_read_from_several_row_groups(path, column):
    table = written(path, {"text": ["好"] * 4, "kinds": column}, row_group_size=1)
    places = [place for _, place in located(path)]
    (back,) = tables_of(places)
    assert back["kinds"].to_pylist() == table["kinds"].to_pylist()


VIEWS = [
    pa.string_view(),
    pa.binary_view(),
    pa.list_(pa.string_view()),
    pa.large_list(pa.string_view()),
    pa.list_(pa.string_view(), 1),
    pa.list_view(pa.string()),
    pa.list_(pa.large_list_view(pa.string())),
    pa.struct([("a", pa.string_view())]),
    pa.map_(pa.string(), pa.binary_view()),
]


@pytest.mark.parametrize("kind", VIEWS, ids=str)
def test_views_are_counted_and_held_row_by_row(path, monkeypatch, kind):
    """A slice of views counts the bytes of its whole batch, and Arrow has no way to take rows out."""
    monkeypatch.setattr(parquet, "_SMALL_BATCH_BYTES", 0)
    monkeypatch.setattr(parquet, "MAX_LINE_BYTES", 200)
    texts = [*(letter * 100 for letter in "abcd"), "e" * 201]
    if pa.types.is_struct(kind):
        values = [{"a": text} for text in texts]
    elif pa.types.is_map(kind):
        values = [[("k", text.encode())] for text in texts]
    else:
        values = texts if kind in VIEWS[:2] else [[text] for text in texts]
        values = [[value] for value in values] if kind.num_fields and pa.types.is_nested(kind.field(0).type) else values
    table = written(path, {"v": pa.array(values, kind)})
    *rows, told = located(path)
    assert told == "row is longer than 200 bytes"
    back = together([place for _, place in rows])
    assert back.schema == table.schema
    assert back["v"].to_pylist() == table["v"].to_pylist()[:4]
    # A view of lists holds, and counts, its whole batch.
    assert all(100 <= place.n_bytes < (1000 if "list_view" in str(kind) else 200) for _, place in rows)


@pytest.mark.parametrize("told", [b"x", b"{}", b"[]"], ids=["no-json", "no-frequency", "a-list"])
def test_a_period_that_is_told_wrongly_is_refused(path, told):
    metadata = {"ARROW:extension:name": "pandas.period", "ARROW:extension:metadata": told}
    schema = pa.schema([pa.field("p", pa.int64(), metadata=metadata)])
    pq.write_table(pa.table([[1]], schema), path)
    with pytest.raises(DataError, match="not a Parquet file"):
        open_table(path)
