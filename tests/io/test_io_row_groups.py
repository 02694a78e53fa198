"""Row groups of a Parquet file that is written piece by piece."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from weibo_nlp.io.row_groups import GROUP_BYTES, GROUP_ROWS, grouped_writer

SCHEMA = pa.schema([("n", pa.int64())])


def write(path: Path, sizes: list[int]) -> list[int]:
    with grouped_writer(path, SCHEMA) as writer:
        for size in sizes:
            writer.write(pa.table({"n": range(size)}, schema=SCHEMA))
    metadata = pq.read_metadata(path)
    return [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]


def test_small_pieces_are_gathered_into_one_group(tmp_path: Path) -> None:
    assert write(tmp_path / "a.parquet", [1] * 500) == [500]
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 500


def test_a_group_ends_at_its_most_rows(tmp_path: Path) -> None:
    assert write(tmp_path / "a.parquet", [GROUP_ROWS - 1, 2, 3]) == [GROUP_ROWS, 1, 3]


def test_long_rows_end_a_group_early(tmp_path: Path) -> None:
    schema = pa.schema([("text", pa.string())])
    with grouped_writer(tmp_path / "a.parquet", schema) as writer:
        for _ in range(4):
            writer.write(pa.table({"text": ["x" * (GROUP_BYTES // 2)]}, schema=schema))
    assert pq.read_metadata(tmp_path / "a.parquet").num_row_groups == 2


def test_a_file_without_rows_has_its_columns(tmp_path: Path) -> None:
    assert write(tmp_path / "a.parquet", []) == []
    assert pq.read_schema(tmp_path / "a.parquet") == SCHEMA


def test_pieces_whose_categories_differ_come_back_as_they_were(tmp_path: Path) -> None:
    kind = pa.dictionary(pa.int8(), pa.string())
    schema = pa.schema([("kind", kind)])
    with grouped_writer(tmp_path / "a.parquet", schema) as writer:
        for values in (["甲", "乙"], ["丙", "甲"]):
            writer.write(pa.table({"kind": pa.array(values).dictionary_encode().cast(kind)}, schema=schema))
    assert pq.read_table(tmp_path / "a.parquet")["kind"].to_pylist() == ["甲", "乙", "丙", "甲"]
