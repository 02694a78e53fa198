import json
import sqlite3
from contextlib import closing

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


def test_folders_of_imports_are_imported_together_and_what_lies_beside_the_documents_is_no_crawl(crawl, tmp_path, run):
    for name in ("first", "second"):
        run("import", crawl, "-o", tmp_path / "both" / name, "--keep-raw")
    assert (tmp_path / "both" / "first" / "documents.parquet.rejected.jsonl").is_file()
    code, _, err = run("import", tmp_path / "both", "-o", tmp_path / "out", "--keep-raw")
    assert (code, "Passed over" in err) == (0, False)
    assert len(list(read_documents(tmp_path / "out" / "documents.parquet"))) == 1


def test_a_database_of_no_crawler_is_refused_with_what_to_do(tmp_path, run):
    with closing(sqlite3.connect(tmp_path / "own.db")) as data:
        data.execute("CREATE TABLE posts (id, text)")
    code, _, err = run("import", tmp_path / "own.db", "-o", tmp_path / "out")
    assert code == 2
    assert "export the table of posts as CSV and label that" in err


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
        (["--family", "mine"], "unknown family of crawlers 'mine'; there is: mediacrawler"),
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


PLANTED = (
    "4900000000000001", "4900000000000000", "MAAAAA001", "100001", "100002", "小甲", "小乙", "13800138000",
    "000186a1gy1abcdefghij.jpg", "someone@example.org", "小丁的妹妹",
    "7300000000000000001", "9b74c9897bac770f", "oAbCdEf000001", "MzA0000001", "海边小鱼",
)  # fmt: skip


@pytest.fixture
def telling(tmp_path):
    """A crawl in which people are named in every place that there is, and records that are set aside."""
    folder = tmp_path / "telling"
    folder.mkdir()
    original = {
        "user_id": 100002,
        "screen_name": "小乙",
        "id": 4900000000000000,
        "text": "找 @小甲 13800138000",
        "pics": "https://wx1.example.org/large/000186a1gy1abcdefghij.jpg",
    }
    post = {
        "user_id": 100001,
        "id": 4900000000000001,
        "bid": "MAAAAA001",
        "text": "someone@example.org 见 //@小乙:找 @小丁的妹妹 https://weibo.com/100001/MAAAAA001",
        "at_users": "小丁的妹妹",
        "retweet": original,
    }
    content = {"user": {"id": "100001", "screen_name": "小甲"}, "weibo": [post, {"text": "100001 小甲"}, "小甲"]}
    (folder / "100001.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    film = {"aweme_id": "7300000000000000001", "desc": "看海 @海边小鱼", "create_time": 1682899200}
    comment = {"comment_id": "11", "aweme_id": "7300000000000000001", "content": "回复@海边小鱼:见 7300000000000000001"}
    user = {"creator_hash": "9b74c9897bac770f", "nickname": "海边小鱼", "avatar": "https://example.org/海边小鱼.jpg"}
    lines = (json.dumps(each | user, ensure_ascii=False) + "\n" for each in (film, comment))
    (folder / "海边小鱼.jsonl").write_text("".join(lines), "utf-8")
    answer = {"content_id": "900001", "content": "好", "nick_name": "海边小鱼", "openid": "oAbCdEf000001"}
    article = {"aid": "2247000001_1", "fakeid": "MzA0000001", "title": "看海", "digest": "海", "link": "海边小鱼"}
    (folder / "articles.json").write_text(json.dumps([article | {"comments": [answer]}], ensure_ascii=False), "utf-8")
    page = (
        '<html><div class="comment" data-uid="100002"><a class="user-name">海边小鱼</a><p class="text">@小丁的妹妹</p>'
    )
    (folder / "page.html").write_text(page, "utf-8")
    (folder / "100002.jsonl").write_text(
        json.dumps(POST | {"user": {"_id": "100002", "nick_name": "小乙"}}) + '\n{"小甲": 1, "小甲": 2}\n', "utf-8"
    )
    return folder


def test_no_byte_of_an_import_tells_who_was_crawled(telling, tmp_path, run, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    code, _, _ = run("import", telling, "-o", tmp_path / "out", "--root", "4900000000000001")
    assert code == 1
    written = [*(tmp_path / "out").iterdir()]
    assert {path.name for path in written} == {"documents.parquet", "documents.parquet.rejected.jsonl", "import.json"}
    unpacked = str([*read_documents(tmp_path / "out" / "documents.parquet")])
    content = b"".join(path.read_bytes() for path in written) + unpacked.encode()
    assert [each for each in PLANTED if each.encode() in content] == []
    assert "[电话号码]" in unpacked
    raw = str([*read_documents(_raw(run, telling, tmp_path / "raw"))])
    assert [each for each in PLANTED if each not in raw] == ["000186a1gy1abcdefghij.jpg"]  # images are never imported


def test_imports_with_one_secret_join_and_with_another_do_not(telling, tmp_path, run):
    ids = {}
    for number, secret in enumerate(("a", "a", "b")):
        out = tmp_path / str(number)
        run("import", telling, "-o", out, "--secret", tmp_path / secret)
        ids[number] = {document.id for document in read_documents(out / "documents.parquet")}
    assert ids[0] == ids[1]
    assert not ids[0] & ids[2]


def test_the_secret_is_not_given_away_with_the_documents(telling, tmp_path, run):
    code, _, err = run("import", telling, "-o", tmp_path / "out", "--secret", tmp_path / "out" / "secret")
    assert (code, "which is written to be given away" in err) == (2, True)


def _raw(run, crawl, folder):
    run("import", crawl, "-o", folder, "--keep-raw")
    return folder / "documents.parquet"


TABLE = (
    "post,user,text,date,editor\n"
    "80,小甲,今天去看了海,03/04/2018,小戊\n"
    "80,小乙,@小甲 打我电话13800138000,23/08/2018,小戊\n"
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "海边小鱼.csv"
    path.write_text(TABLE, "utf-8")
    return path


def test_a_plain_table_is_shown_before_it_is_read(table, tmp_path, run):
    code, _, err = run("import", table, "-o", tmp_path / "out", "--keep-raw")
    assert (code, "--family table reads, it takes the text from text, the post that is answered from post" in err) == (
        2,
        True,
    )
    code, _, err = run(
        "import", table, "-o", tmp_path / "out", "--family", "table", "--column", "nickname=editor", "--keep-raw"
    )
    assert code == 0
    assert err.splitlines()[:6] == [
        f"Reading {table} as table",
        "  takes the text from text, the post that is answered from post, the author's name from editor, the time from "
        "date",
        "  dates have their day first, as 23/08/2018",
        "  no column of ids: they are made of the file's name and the row's number",
        "  keeps user in extra",
        f"2 records: 2 documents (2 comments): {tmp_path / 'out' / 'documents.parquet'}",
    ]


def test_people_of_a_plain_table_cannot_be_told(table, tmp_path, run):
    code, *_ = run("import", table, "-o", tmp_path / "out", "--family", "table")
    assert code == 0
    first, second = read_documents(tmp_path / "out" / "documents.parquet")
    assert first.thread == second.thread
    assert second.text == f"@{first.author} 打我电话[电话号码]"
    for file in (tmp_path / "out").iterdir():
        content = file.read_bytes() if file.suffix == ".json" else repr(list(read_documents(file))).encode()
        for name in ("小甲", "小乙", "13800138000", "海边小鱼"):
            assert name.encode() not in content, name


def test_dates_that_tell_no_order_ask_for_it_and_nothing_is_written(tmp_path, run):
    path = tmp_path / "a.csv"
    path.write_text("id,text,date\n1,今天去看了海,03/04/2018\n", "utf-8")
    code, _, err = run("import", path, "-o", tmp_path / "out", "--family", "table", "--keep-raw", "-q")
    assert (code, "'03/04/2018' may have its day first or its month" in err) == (2, True)
    assert not list((tmp_path / "out").glob("*"))
    code, *_ = run("import", path, "-o", tmp_path / "out", "--family", "table", "--keep-raw", "--date-order", "day")
    assert code == 0
    assert next(read_documents(tmp_path / "out" / "documents.parquet")).created_at == "2018-04-03"


@pytest.mark.parametrize(("named", "message"), [("text", "no FIELD=NAME"), ("text=a=b", "no column 'a=b'")])
def test_a_column_is_named_by_field_and_name(table, tmp_path, run, named, message):
    code, _, err = run("import", table, "-o", tmp_path / "out", "--family", "table", "--column", named, "--keep-raw")
    assert (code, message in err) == (2, True)
