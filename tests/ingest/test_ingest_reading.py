import bz2
import gzip
import json
import lzma
from dataclasses import replace

import pytest
from crawls import (
    CRAWLER,
    SEARCH,
    SPIDER,
    comment,
    crawler_repost,
    crawler_row,
    csv_text,
    search_row,
    spider_row,
    status,
    written,
)
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.ingest import FAMILIES, Options, read
from weibo_nlp.ingest.registry import sample_of
from weibo_nlp.ingest.source import open_source
from weibo_nlp.records import Document


def made_files(folder):
    """One file of each family whose records are rows or lines, by the family's name."""
    return {
        "weibo-crawler": written(folder, "1.csv", csv_text(CRAWLER, [*crawler_row(), "True"])),
        "weiboSpider": written(folder, "2.csv", csv_text(SPIDER, spider_row())),
        "weibo-search": written(folder, "3.csv", csv_text(SEARCH, search_row())),
        "weibo-endpoint": written(folder, "4.jsonl", [status()]),
    }


def test_every_file_is_of_one_family(tmp_path):
    for name, path in made_files(tmp_path).items():
        sample = sample_of(open_source(path))
        assert [family.name for family in FAMILIES.values() if family.matches(sample)] == [name]


def test_a_folder_is_read_with_all_below_it_and_what_is_no_crawl_is_told(tmp_path):
    below = tmp_path / "b" / "c"
    below.mkdir(parents=True)
    made_files(tmp_path / "b")
    written(below, "posts.csv", csv_text(SEARCH, search_row(id="4900000000000009")))
    written(tmp_path, "notes.txt", "今天要买的东西")
    written(tmp_path, "page.html", "<html><body><p>没有评论</p></body></html>")
    (tmp_path / "image.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF")
    (tmp_path / "link.csv").symlink_to(below / "posts.csv")
    crawl = read(tmp_path)
    list(crawl)
    assert crawl.tally.merged == 2  # three of the five are of one id
    assert {each.source.name for each in crawl.crawls} == {
        "b/1.csv",
        "b/2.csv",
        "b/3.csv",
        "b/4.jsonl",
        "b/c/posts.csv",
    }
    assert {unread.path.name: unread.holds_text for unread in crawl.unread} == {
        "notes.txt": True,
        "page.html": True,
        "image.jpg": False,
    }


def packed(content, suffix):
    return {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}[suffix](content)


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_crawl_is_the_same_in_whatever_encoding_and_packing(tmp_path, encoding, suffix):
    repost = crawler_repost(crawler_row(id="4900000000000000", text="海边有人在放烟花"), text="好想去")
    shapes = {
        "a.csv": csv_text(CRAWLER, repost, [*crawler_row(id="4900000000000002"), "True"]),
        "b.json": json.dumps({"ok": 1, "data": {"list": [status()]}}, ensure_ascii=False, indent=1),
        "c.jsonl": json.dumps(status(), ensure_ascii=False) + "\n" + json.dumps(status("4900000000000002")) + "\n",
        "d.json": json.dumps([status(), status("4900000000000002")], ensure_ascii=False),
    }
    for name, text in shapes.items():
        plain, other = tmp_path / name, tmp_path / f"x{name}{suffix}"
        plain.write_text(text, "utf-8", newline="")
        other.write_bytes(packed(text.encode(encoding), suffix))
        assert [replace(each, source=None) for each in read(other)] == [
            replace(each, source=None) for each in read(plain)
        ]
        assert read(other).crawls[0].family == read(plain).crawls[0].family


def test_a_table_saved_as_a_workbook_is_read(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (SEARCH, search_row()):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    (post,) = read(tmp_path / "a.xlsx")
    assert (post.id, post.text, post.created_at) == ("4900000000000001", "今天的地铁真挤", "2023-05-01T08:00+08:00")


def test_a_named_file_that_is_no_crawl_is_refused(tmp_path):
    path = written(tmp_path, "own.csv", "text,label\n今天天气好,a\n")
    with pytest.raises(
        UsageError, match=r"own\.csv: of no family that is known \(weibo-crawler, .*takes the text from text"
    ):
        read(path)
    with pytest.raises(UsageError, match="no file of a crawler was found"):
        read(tmp_path)
    with pytest.raises(UsageError, match="does not exist"):
        read(tmp_path / "nothing.csv")
    with pytest.raises(UnknownNameError, match="unknown family of crawlers 'mine'"):
        read(path, family="mine")


def test_a_family_can_be_named_where_the_content_does_not_tell(tmp_path):
    names = [name for name in SEARCH if name != "用户昵称"]
    row = [cell for name, cell in zip(SEARCH, search_row(), strict=True) if name != "用户昵称"]
    path = written(tmp_path, "a.csv", csv_text(names, row))
    with pytest.raises(UsageError, match="Name one with --family"):
        read(path)
    assert [document.id for document in read(path, family="weibo-search")] == ["4900000000000001"]


def test_a_file_that_changes_behind_its_recognition_is_refused(tmp_path):
    path = written(tmp_path, "a.csv", csv_text(SEARCH, search_row()))
    crawl = read(path)
    written(tmp_path, "a.csv", csv_text(SEARCH, search_row(), search_row()))
    with pytest.raises(DataError, match=r"a\.csv"):
        list(crawl)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"weibo": [\n1', "JSON"),
        ('[{"a": ' + "[" * 200 + "]" * 200 + "}]", "nested deeper"),
        ('{"user": 1, "weibo": "\\ud800",\n"a": 1}', "lone surrogate"),
        ('{"a": 1, "a": 2,\n"b": 1}', "twice"),
    ],
)
def test_json_that_cannot_be_read_is_refused(tmp_path, content, reason):
    path = tmp_path / "a.json"
    path.write_text(content, "utf-8")
    with pytest.raises((DataError, UsageError), match=reason):
        list(read(path, family="weibo-crawler"))


def test_a_row_that_may_be_several_is_set_aside(tmp_path):
    # The closing mark of the first text is missing, up to the next row's.
    rows = csv_text(
        SEARCH, search_row(微博正文="甲\r\n" + ",".join("乙" for _ in SEARCH)), search_row(id="4900000000000002")
    )
    crawl = read(written(tmp_path, "a.csv", rows))
    assert [document.id for document in crawl] == ["4900000000000002"]
    assert crawl.tally.reasons == {"quotation marks may have made it of several rows": 1}


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@given(st.lists(st.tuples(texts, st.booleans(), st.booleans()), max_size=8))
def test_records_in_are_documents_out_set_aside_and_merged(tmp_path_factory, rows):
    """Each row is a repost or not, and has an id or not; a repost has its original in it."""
    posts = [
        {
            "id": f"49000000000{number:05}" if has_id else "",
            "text": text,
            "retweet": {"id": f"48000000000{number:05}", "text": text} if is_repost else None,
        }
        for number, (text, is_repost, has_id) in enumerate(rows)
    ]
    path = written(tmp_path_factory.mktemp("a"), "a.json", {"user": {"id": 1}, "weibo": posts})
    crawl = read(path, family="weibo-crawler")
    items = list(crawl.items())
    tally = crawl.tally
    assert tally.records == len(rows) + sum(is_repost for _, is_repost, _ in rows)
    assert tally.records == tally.documents + tally.set_aside + tally.merged == len(items)
    assert tally.documents == sum(isinstance(item, Document) for item in items) == sum(tally.kinds.values())
    assert tally.set_aside == sum(not has_id for *_, has_id in rows) == sum(tally.reasons.values())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts, lambda inner: st.lists(inner, max_size=3), max_leaves=6
    )
)
def test_whatever_stands_where_something_else_is_expected_costs_no_more_than_its_record(tmp_path_factory, value):
    """Hostile values in each place of a status, its user, its original and its comments."""
    hostile = [
        *(status() | {key: value} for key in status()),
        status(user=dict.fromkeys(status()["user"], value)),
        status(retweeted_status=status() | {"id": value, "mid": value, "idstr": value, "mblogid": value}),
        status(comments=[comment() | {key: value} for key in comment()]),
    ]
    path = written(tmp_path_factory.mktemp("a"), "a.jsonl", [*hostile, status("4900000000000007")])
    crawl = read(path, family="weibo-endpoint", options=Options(root="4900000000000001"))
    *_, last = crawl
    assert last.id == "4900000000000007"
