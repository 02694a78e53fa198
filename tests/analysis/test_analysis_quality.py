"""How good the rows of a collection are."""

import pytest
from made_collection import collection_of

from weibo_nlp.analysis.findings import find
from weibo_nlp.errors import DataError
from weibo_nlp.io.collection import open_collection


def quality_of(collection, **options):
    return find(collection, label_columns=["topic"], **options).quality


def measures(quality):
    return {
        row.measure: (row.count_, row.n) for row in quality.measures.rename(columns={"count": "count_"}).itertuples()
    }


LONG = "以后再也不买他们家的东西了"


def test_what_is_counted_of_all_rows(tmp_path):
    rows = [
        {"text": LONG, "created_at": "2023-04-01", "topic": "other", "out_of_domain": True},
        {"text": LONG, "created_at": "2023-04-01", "topic": "other", "out_of_domain": False},
        {"text": LONG + "！[怒]", "created_at": "刚刚", "topic": None, "out_of_domain": None},
        {"text": "以后再也不买他们家的东西了呢", "created_at": "2023-05-01", "topic": "other", "out_of_domain": False},
        {"text": None, "created_at": "2023-04-02", "topic": "other", "out_of_domain": False},
    ]
    quality = quality_of(collection_of(tmp_path / "posts.jsonl", rows))
    assert measures(quality) == {
        "rows": (5, 5),
        "unreadable": (0, 5),
        "set_aside": (0, 5),
        "without_text": (1, 5),
        "out_of_domain": (1, 4),
        "exact_copies": (1, 4),
        "copies_but_for_marks": (2, 4),
        "near_copies": (4, 4),
        "without_time": (1, 5),
    }
    assert quality.empty.values.tolist() == [["topic", 1, 5, 0.2]]
    assert (quality.first_day, quality.last_day) == ("2023-04-01", "2023-05-01")
    assert quality.gaps.values.tolist() == [["2023-04-02", "2023-05-01", 28]]
    assert quality.completeness is None


def test_rows_are_concentrated_on_accounts_and_threads(tmp_path):
    rows = [{"text": f"第{i}条", "topic": "other", "author": name} for i, name in enumerate("aaaaabbc")]
    rows.append({"text": "无名", "topic": "other", "author": None})
    (row,) = quality_of(collection_of(tmp_path / "posts.jsonl", rows)).concentration.itertuples()
    assert (row.by, row.n_rows, row.n_units, row.n_missing, row.largest) == ("author", 8, 3, 1, 5)
    assert (row.share_of_largest, row.share_of_top_ten, row.share_of_top_percent) == (5 / 8, 1, 5 / 8)
    assert row.effective_units == pytest.approx(64 / 30)  # 25 + 4 + 1


def test_comments_that_are_there_are_compared_with_those_stated(tmp_path):
    post = {"kind": "post", "topic": "other", "text": "原帖"}
    comment = {"kind": "comment", "topic": "other", "text": "评论", "comments": None}
    rows = [
        post | {"id": "1", "thread": "1", "comments": 3},
        *(comment | {"id": f"1{i}", "thread": "1"} for i in range(2)),
        post | {"id": "2", "thread": "2", "comments": 1},
        comment | {"id": "21", "thread": "2"},
        post | {"id": "3", "thread": "3", "comments": 9},  # of whose comments nobody crawled any
        comment | {"id": "41", "thread": "4"},  # below a post that is not there
    ]
    completeness = quality_of(collection_of(tmp_path / "posts.jsonl", rows)).completeness
    assert (completeness.posts, completeness.incomplete) == (2, 1)
    assert (completeness.stated, completeness.seen) == (4, 3)


def test_flags_are_counted(tmp_path):
    flags = [["truncated", "orphan"], ["truncated"], []]
    rows = [{"text": "好", "topic": "other", "flags": each} for each in flags]
    table = quality_of(collection_of(tmp_path / "posts.jsonl", rows)).flags
    assert table.values.tolist() == [["truncated", 2, 3, pytest.approx(2 / 3)], ["orphan", 1, 3, pytest.approx(1 / 3)]]


REJECTS = (
    '{"file": "a.csv", "line": 3, "reason": "text: empty", "output": "posts.jsonl"}\n'
    '{"file": "a.csv", "line": 5, "reason": "text: null", "output": "posts.jsonl"}\n'
    '{"file": "a.csv", "line": 9, "reason": "text: empty", "output": "posts.jsonl"}\n'
)


def test_rows_that_were_set_aside_are_told_with_their_reasons(tmp_path):
    collection = collection_of(tmp_path / "posts.jsonl", [{"text": "好", "topic": "other"}] * 7)
    (tmp_path / "posts.jsonl.rejected.jsonl").write_text(REJECTS, "utf-8")
    quality = quality_of(collection)
    assert measures(quality)["set_aside"] == (3, 10)
    assert quality.set_aside.values.tolist() == [["text: empty", 2], ["text: null", 1]]


def test_so_are_those_of_a_folder(tmp_path):
    for number in range(2):
        (tmp_path / f"part-0000{number}.jsonl").write_text('{"text": "好", "topic": "other"}\n', "utf-8")
    (tmp_path / "part-00000.rejected.jsonl").write_text(REJECTS, "utf-8")
    (tmp_path / "_rejected").mkdir()
    (tmp_path / "_rejected" / "part-00001.jsonl").write_text(REJECTS.splitlines()[1] + "\n", "utf-8")
    assert quality_of(open_collection(tmp_path)).set_aside["count"].tolist() == [2, 2]


def test_a_file_of_rejects_that_cannot_be_read_is_named(tmp_path):
    collection = collection_of(tmp_path / "posts.jsonl", [{"text": "好", "topic": "other"}])
    (tmp_path / "posts.jsonl.rejected.jsonl").write_text(REJECTS + "nothing\n", "utf-8")
    with pytest.raises(DataError, match=r"posts\.jsonl\.rejected\.jsonl: line 4"):
        quality_of(collection)


def test_rows_that_cannot_be_read_are_counted(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_text('{"text": "好", "topic": "other"}\n{broken\n{"text": null, "topic": null}\n', "utf-8")
    quality = quality_of(open_collection(path))
    assert (measures(quality)["rows"], measures(quality)["unreadable"]) == ((3, 3), (1, 3))
