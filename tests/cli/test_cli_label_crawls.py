"""``weibo-nlp label`` of files that crawlers wrote: their texts and threads are known."""

import csv
import json
import sqlite3
from contextlib import closing

import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

SEARCH = ("id", "bid", "user_id", "用户昵称", "微博正文", "发布时间", "retweet_id", "会员等级")
CRAWL = {
    "user": {"id": "100001", "screen_name": "小甲"},
    "weibo": [
        {"id": 4900000000000001, "text": "支持禁乘", "retweet": {"id": 4900000000000000, "text": "失信就该禁乘"}},
        {"id": 4900000000000002, "text": "说得好", "retweet": {"id": 4900000000000003, "text": "该微博已被删除"}},
        {"text": "没有编号"},
    ],
}


@pytest.fixture
def crawl(tmp_path):
    path = tmp_path / "crawl.json"
    path.write_text(json.dumps(CRAWL, ensure_ascii=False, indent=1), "utf-8")
    return path


def test_a_crawl_that_is_no_table_is_labelled_document_by_document(crawl, run):
    code, _, err = run("label", crawl)
    assert code == 1
    assert f"Reading {crawl} as weibo-crawler, a row a document; text column: text\n" in err
    assert f"1 records of {crawl} could not be read; weibo-nlp import says which\n" in err
    assert "1 rows answer a text, which was read for " in err
    rows = pq.read_table(crawl.with_name("crawl.json-labelled.parquet")).to_pylist()
    assert [(row["id"], row["kind"], row["above"]) for row in rows] == [
        ("4900000000000001", "repost", "4900000000000000"),
        ("4900000000000000", "post", None),
        ("4900000000000002", "repost", "4900000000000003"),
    ]
    assert all(row["topic"] for row in rows)
    (reject,) = map(json.loads, crawl.with_name("crawl.json-labelled.parquet.rejected.jsonl").open(encoding="utf-8"))
    assert (reject["reason"], "4900000000000003" in reject["raw"]) == ("text: empty", True)  # a place-holder


def test_a_crawl_that_is_a_table_stays_one_and_its_threads_are_known(tmp_path, run):
    path, out = tmp_path / "海.csv", tmp_path / "out.csv"
    rows = [
        SEARCH,
        ("4900000000000000", "a", "1", "小甲", "失信就该禁乘", "2023-05-01 08:00", "", "3"),
        ("4900000000000001", "b", "2", "小乙", "支持禁乘", "2023-05-01 08:01", "4900000000000000", ""),
        ("4900000000000002", "c", "2", "小乙", "抱歉，此微博已被作者删除。", "2023-05-01 08:02", "", ""),
    ]
    path.write_text("\n".join(map(",".join, rows)) + "\n", "utf-8")
    code, _, err = run("label", path, "-o", out)
    assert (code, "微博正文: a notice of the platform in the place of what is gone (1 in all)" in err) == (1, True)
    assert f"Reading {path} as weibo-search, csv; text column: 微博正文\n" in err
    assert "1 rows answer a text, which was read for " in err
    (first, _) = csv.DictReader(out.open(encoding="utf-8"))
    assert (first["会员等级"], set(SEARCH) < set(first)) == ("3", True)


def test_a_column_that_is_named_makes_a_table_of_it(tmp_path, run):
    path = tmp_path / "海.csv"
    path.write_text(",".join(SEARCH) + "\n1,a,1,小甲,失信就该禁乘,2023-05-01 08:00,,\n", "utf-8")
    code, _, err = run("label", path, "-o", tmp_path / "out.csv", "--text-column", "用户昵称")
    assert (code, f"Reading {path} as csv; text column: 用户昵称" in err) == (0, True)


def test_several_crawls_are_labelled_as_each_would_be_alone(crawl, tmp_path, run):
    database = tmp_path / "weibo.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE weibo (id, user_id, text, attitudes_count)")
        connection.execute("INSERT INTO weibo VALUES ('4900000000000001', '1', '失信就该禁乘', 3)")
    code, *_ = run("label", database, crawl, "-o", tmp_path / "out", "-q")
    assert code == 1
    assert {path.name for path in (tmp_path / "out").glob("*.parquet")} == {
        "weibo.db-labelled.parquet",
        "crawl.json-labelled.parquet",
    }
    assert pq.read_table(tmp_path / "out" / "weibo.db-labelled.parquet")["likes"].to_pylist() == [3]


def test_files_of_one_run_are_one_crawl(tmp_path, run):
    posts, comments = tmp_path / "posts.csv", tmp_path / "comments.jsonl"
    post = ("4900000000000000", "a", "1", "小甲", "失信就该禁乘", "2023-05-01 08:00", "", "3")
    posts.write_text("\n".join(map(",".join, [SEARCH, post])) + "\n", "utf-8")
    comment = {
        "_id": "1", "content": "支持", "created_at": "2023-05-01", "like_counts": 1, "weibo_id": post[0],
        "comment_user": {"nick_name": "小乙"},
    }  # fmt: skip
    rows = [comment, comment | {"_id": None}]
    comments.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    code, _, err = run("label", comments, posts, "-o", tmp_path / "out")
    assert code == 0
    assert "1 rows answer a text, which was read for " in err
    assert "1 rows are no document of the crawl, as those without an id" in err
    assert run("label", comments, "-o", tmp_path / "alone.jsonl")[2].count("rows answer a text, which was read") == 0


def test_all_sheets_of_a_crawler_s_workbook_are_labelled_as_one_crawl(tmp_path, run):
    post = {"note_id": "4900000000000001", "content": "失信就该禁乘", "create_date_time": "2023-05-01 08:00:00"}
    comment = {"comment_id": "11", "note_id": "4900000000000001", "content": "支持", "comment_like_count": "5"}
    creator = {"user_id": "100001", "nickname": "小甲", "fans": "3"}
    book = Workbook()
    for name, row in {"Contents": post, "Comments": comment, "Creators": creator}.items():
        sheet = book.create_sheet(name)
        sheet.append(list(row))
        sheet.append(list(row.values()))
    book.save(tmp_path / "weibo.xlsx")
    code, _, err = run("label", tmp_path / "weibo.xlsx", "-o", tmp_path / "out.csv")
    assert code == 1
    assert "Passed over: " in err
    assert "sheet 'Creators': users as mediacrawler lists them, and no posts" in err
    assert "1 rows answer a text, which was read for " in err
    assert [row["kind"] for row in csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8-sig"))] == [
        "post",
        "comment",
    ]


def test_a_job_reads_comments_below_posts_of_another_file_whatever_unit_they_are_in(tmp_path, run):
    posts, comments = tmp_path / "posts.csv", tmp_path / "comments.jsonl"
    ids = [f"490000000000000{n}" for n in range(4)]
    rows = [(id, f"b{id}", "1", "小甲", "失信就该禁乘", "2023-05-01 08:00", "", "3") for id in ids]
    posts.write_text("\n".join(map(",".join, [SEARCH, *rows])) + "\n", "utf-8")
    comment = {"content": "支持", "created_at": "2023-05-01", "like_counts": 1, "comment_user": {"nick_name": "小乙"}}
    lines = [json.dumps(comment | {"_id": f"c{id}", "weibo_id": id}, ensure_ascii=False) + "\n" for id in ids]
    comments.write_text("".join(lines), "utf-8")
    code, _, err = run("label", comments, posts, "-o", f"{tmp_path}/job/", "--rows-per-part", "2", "--jobs", "1")
    assert code == 0
    assert "4 rows answer a text, which was read for " in err
    assert not list((tmp_path / "job").glob("_threads*"))
    assert run("label", comments, posts, "-o", tmp_path / "out")[0] == 0
    parts = pq.read_table(tmp_path / "job").to_pylist()
    alone = [json.loads(line) for line in (tmp_path / "out" / "comments.labelled.jsonl").open(encoding="utf-8")]
    assert [row["topic_score"] for row in parts[:4]] == [row["topic_score"] for row in alone]


def test_the_folder_of_an_import_is_labelled_and_its_summary_is_no_input(tmp_path, run):
    posts = tmp_path / "posts.csv"
    posts.write_text("id,text,date\n1,失信就该禁乘,2023-04-20\n2,今天的晚霞绝了,2023-04-21\n", "utf-8")
    imported = tmp_path / "imported"
    assert run("import", posts, "--family", "table", "-o", imported, "-q")[0] == 0
    assert (imported / "import.json").exists()
    assert run("label", imported, "-o", f"{tmp_path / 'job'}/", "-q")[::2] == (0, "")
    assert pq.read_table(tmp_path / "job").num_rows == 2


def test_databases_and_pages_of_crawlers_in_a_folder_are_labelled_and_what_is_passed_over_is_said(tmp_path, run):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, table in {
        "weibo.db": "weibo (id, user_id, text, attitudes_count)",
        "cache.sqlite": "cache (key)",
    }.items():
        with closing(sqlite3.connect(folder / name)) as connection, connection:
            connection.execute(f"CREATE TABLE {table}")
            if name == "weibo.db":
                connection.execute("INSERT INTO weibo VALUES ('4900000000000001', '1', '失信就该禁乘', 3)")
    (folder / "notes.docx").write_bytes(b"PK")
    page = (
        '<html><div class="comment" id="c1"><b class="user-name">小乙</b><p class="text">失信就该禁乘</p></div></html>'
    )
    (folder / "page.html").write_text(page, "utf-8")
    code, _, err = run("label", folder, "-o", tmp_path / "out", "-q")
    assert code == 1  # the page has no title that could be labelled
    assert f"Passed over in {folder}, as of no table and no text by their names: " in err
    assert " and 1 more\n" in err
    written = {path.name for path in (tmp_path / "out").glob("*.parquet")}
    assert written == {"weibo.db-labelled.parquet", "page.html-labelled.parquet"}
