import json
from dataclasses import replace

import pytest
from crawls import CRAWLER_OWN, crawler_row, csv_text, written

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest import read
from weibo_nlp.ingest.folder import write_import
from weibo_nlp.ingest.writing import read_documents


def nameless(documents):
    return (replace(each, id="p", thread="p", author=None, text="", source=None) for each in documents)


def crawl_of(folder):
    """A crawl of a post, and of a row whose reason for being set aside repeats an id."""
    rows = [crawler_row(), [*crawler_row(), "49000"]]
    return read(written(folder, "100001.csv", csv_text(CRAWLER_OWN, *rows)))


def test_documents_rejects_and_figures_lie_side_by_side(tmp_path):
    crawl = crawl_of(tmp_path)
    output = write_import(crawl, tmp_path / "a" / "b")
    assert sorted(each.name for each in output.parent.iterdir()) == [
        "documents.parquet",
        "documents.parquet.rejected.jsonl",
        "import.json",
    ]
    assert list(read_documents(output)) == list(crawl)
    figures = json.loads((output.parent / "import.json").read_text("utf-8"))
    assert figures | {"weibo_nlp": ""} == {
        "weibo_nlp": "",
        "completeness": {"posts": 0, "incomplete": 0, "seen": 0, "stated": 0},
        "pseudonymised": False,
        "files": {"weibo-crawler": 1},
        "files_passed_over": 0,
        "records": 2,
        "documents": 1,
        "set_aside": 1,
        "merged": 0,
        "kinds": {"post": 1},
        "flags": {},
        "reasons": {"19 cells, the header has 18": 1},
    }
    (reject,) = map(json.loads, (output.parent / "documents.parquet.rejected.jsonl").read_text("utf-8").splitlines())
    assert (reject["file"], reject["line"], "今天去看了海" in reject["raw"]) == ("100001.csv", 3, True)


def test_nothing_beside_protected_documents_holds_what_they_do_not(tmp_path):
    path = written(
        tmp_path, "100001.jsonl", '{"user": {"id": 1}, "weibo": []}\n{"小甲": 4900000000000001, "小甲": 1}\n'
    )
    output = write_import(read(path, family="weibo-crawler"), tmp_path / "out", nameless)
    content = b"".join(each.read_bytes() for each in output.parent.iterdir())
    assert b"stands twice" in content
    assert not [name for name in ("小甲", "4900000000000001", "100001") if name.encode() in content]


def test_a_second_import_replaces_the_first_and_its_rejects(tmp_path):
    write_import(crawl_of(tmp_path), tmp_path / "out")
    path = written(tmp_path, "b.csv", csv_text(CRAWLER_OWN, crawler_row(text="另一个")))
    output = write_import(read(path), tmp_path / "out")
    assert [document.text for document in read_documents(output)] == ["另一个"]
    assert sorted(each.name for each in output.parent.iterdir()) == ["documents.parquet", "import.json"]


def test_an_import_that_fails_leaves_the_earlier_one_whole(tmp_path):
    output = write_import(crawl_of(tmp_path), tmp_path / "out")
    before = {each: each.read_bytes() for each in output.parent.iterdir()}
    crawl = crawl_of(tmp_path)
    written(tmp_path, "100001.csv", csv_text(CRAWLER_OWN, crawler_row(), crawler_row()))
    with pytest.raises(DataError, match=r"100001\.csv"):
        write_import(crawl, tmp_path / "out")
    assert {each: each.read_bytes() for each in output.parent.iterdir()} == before


def test_rejects_of_others_are_not_replaced(tmp_path):
    written(tmp_path, "documents.parquet.rejected.jsonl", "something else\n")
    with pytest.raises(UsageError, match="is no file of rejects"):
        write_import(crawl_of(tmp_path), tmp_path)
