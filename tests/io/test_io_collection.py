"""A table, or a folder of tables, as one collection of rows by place."""

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import open_collection

ROWS = ("id,正文,topic\n", "0017,排队两小时,credit\n", "4750000000000001,,other\n", "9,好吃,other\n")


def test_places_of_a_table_are_those_of_its_rows_from_zero(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("".join(ROWS), encoding="utf-8")
    frame = open_collection(path).frame(["topic", "id"])
    assert frame.to_dict("index") == {
        0: {"topic": "credit", "id": "0017"},
        1: {"topic": "other", "id": "4750000000000001"},
        2: {"topic": "other", "id": "9"},
    }


def test_an_empty_cell_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("".join(ROWS), encoding="utf-8")
    assert open_collection(path).frame()["正文"].isna().tolist() == [False, True, False]


def test_parts_of_a_folder_follow_each_other_by_name_and_other_files_are_passed_over(tmp_path: Path) -> None:
    for number, part in ((1, ROWS[3:]), (0, ROWS[1:3])):
        (tmp_path / f"part-0000{number}.csv").write_text(ROWS[0] + "".join(part), encoding="utf-8")
    (tmp_path / "_summary.json").write_text("{}")
    (tmp_path / "part-00000.csv.rejected.jsonl").write_text("{}\n")
    collection = open_collection(tmp_path)
    assert [row["id"] for row in collection.rows()] == ["0017", "4750000000000001", "9"]
    assert list(collection.rows_at({2, 0}, ["topic"])) == [(0, {"topic": "credit"}), (2, {"topic": "other"})]
    assert collection.n_rows == 3


def test_long_ids_of_a_column_with_gaps_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "posts.parquet"
    pq.write_table(pa.table({"id": pa.array([4750000000000001, None], pa.int64()), "text": ["甲", "乙"]}), path)
    assert open_collection(path).frame(["id"])["id"].tolist() == [4750000000000001, pd.NA]


def test_batches_are_the_frame_cut_into_pieces(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    rows = [{"text": str(n), "n": n, "flag": n % 2 == 0, "more": [n]} for n in range(7)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    collection = open_collection(path)
    assert collection.columns == {"text": "string", "n": "int", "flag": "bool", "more": "json"}
    batches = list(collection.frames(batch_rows=3))
    assert [list(batch.index) for batch in batches] == [[0, 1, 2], [3, 4, 5], [6]]
    pd.testing.assert_frame_equal(pd.concat(batches), collection.frame())


def test_long_rows_end_a_batch_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "posts.csv").write_text("id,text\n1,海\n2,真的很长很长\n3,浪\n4,\n", encoding="utf-8")
    collection = open_collection(tmp_path / "posts.csv")
    monkeypatch.setattr("weibo_nlp.io.collection.BATCH_CHARACTERS", 8)
    batches = list(collection.frames())
    assert [list(batch.index) for batch in batches] == [[0, 1], [2, 3]]
    pd.testing.assert_frame_equal(pd.concat(batches), collection.frame())


def test_a_row_that_cannot_be_read_keeps_its_place_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,text\n1,好\n2\n3,坏\n", encoding="utf-8")
    collection = open_collection(path, "csv")
    assert collection.n_rows == 3
    assert collection.n_unreadable == 1
    assert list(collection.rows(["id"])) == [{"id": "1"}, {"id": None}, {"id": "3"}]


def test_the_checksum_tells_collections_apart_by_content_and_order(tmp_path: Path) -> None:
    sums = set()
    for n, (first, second) in enumerate((ROWS[1:3], ROWS[2:0:-1])):
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "a.csv").write_text(ROWS[0] + first, encoding="utf-8")
        (folder / "b.csv").write_text(ROWS[0] + second, encoding="utf-8")
        sums.add(open_collection(folder).sha256)
    assert len(sums) == 2


def test_a_folder_of_tables_that_differ_is_refused_naming_the_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,好\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,正文\n1,好\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"b.csv has other columns than .*a.csv: .*正文"):
        open_collection(tmp_path)


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "_summary.json").write_text("{}")
    with pytest.raises(UsageError, match="has no table"):
        open_collection(tmp_path)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("".join(ROWS), encoding="utf-8")
    with pytest.raises(UsageError, match="no column 'stance'; there is: id, 正文, topic"):
        open_collection(path).frame(["stance"])


def test_a_place_beyond_the_last_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("".join(ROWS), encoding="utf-8")
    with pytest.raises(UsageError, match="no row at place 3"):
        list(open_collection(path).rows_at({1, 3}))


def test_rows_of_parquet_are_counted_without_reading_a_column(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["好", "坏"]}), tmp_path / "posts.parquet")
    collection = open_collection(tmp_path / "posts.parquet")
    assert collection.n_rows == 2
    assert [len(frame) for frame in collection.frames(())] == [2]
