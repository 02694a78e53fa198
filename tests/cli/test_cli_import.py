import json

import pytest

from weibo_nlp.ingest.writing import read_documents

POST = {
    "_id": "4900000000000001",
    "mblogid": "MAAAAA001",
    "content": "今天去看了海",
    "created_at": "3分钟前",
    "user": {"_id": "100001", "nick_name": "小甲"},
}
COMMENT = {
    "_id": 1,
    "content": "同去",
    "created_at": "2023-05-01",
    "like_counts": 1,
    "comment_user": {"nick_name": "小乙"},
}


@pytest.fixture
def crawl(tmp_path):
    folder = tmp_path / "crawl"
    folder.mkdir()
    lines = [json.dumps(POST, ensure_ascii=False), "{"]
    (folder / "tweets.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_a_folder_is_imported_and_what_was_left_out_is_told(crawl, tmp_path, run):
    (crawl / "notes.txt").write_text("要买的东西\n", "utf-8")
    code, out, err = run("import", crawl, "-o", tmp_path / "out", "--keep-raw", "--crawled-at", "2023-05-01T12:00")
    assert (code, out) == (1, "")
    (document,) = read_documents(tmp_path / "out" / "documents.parquet")
    assert (document.author, document.created_at) == ("100001", "2023-05-01T11:57+08:00")
    assert f"Reading {crawl / 'tweets.jsonl'} as nghuyong-weibospider" in err
    assert "2 records: 1 documents (1 posts)" in err
    assert "1 records set aside: not JSON" in err
    assert f"Passed over: {crawl / 'notes.txt'}: of no family that is known" in err


def test_comments_ask_for_their_post(tmp_path, run):
    path = tmp_path / "comments.jsonl"
    path.write_text(json.dumps(COMMENT), "utf-8")
    code, _, err = run("import", path, "-o", tmp_path / "out", "--keep-raw")
    assert (code, "name it with --root ID" in err) == (2, True)
    assert not list((tmp_path / "out").iterdir())
    code, *_ = run("import", path, "-o", tmp_path / "out", "--keep-raw", "--root", "4900000000000001", "-q")
    assert code == 0
    assert next(read_documents(tmp_path / "out" / "documents.parquet")).root == "4900000000000001"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--family", "mine"], "unknown family of crawlers 'mine'; there is: nghuyong-weibospider"),
        (["--crawled-at", "gestern"], "--crawled-at 'gestern' is no time; write it as 2023-05-01T12:00"),
        (["--secret", "key"], "--keep-raw and --secret exclude each other"),
    ],
)
def test_wrong_calls_say_what_to_do(crawl, tmp_path, run, options, message):
    code, _, err = run("import", crawl, "-o", tmp_path / "out", "--keep-raw", *options)
    assert (code, message in err) == (2, True)


def test_nothing_is_written_into_what_is_read(crawl, run):
    code, *_ = run("import", crawl, "-o", crawl / "out", "--keep-raw")
    assert code == 2
    assert sorted(each.name for each in crawl.iterdir()) == ["tweets.jsonl"]
