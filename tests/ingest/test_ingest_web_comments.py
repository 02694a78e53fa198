"""Comments of sites without a family: pages and nested JSON; sites, sentences and names are made up."""

import pytest
from crawls import status, written
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.corpus import build_threads
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest import Options, read, web_pages
from weibo_nlp.ingest.registry import recognise
from weibo_nlp.ingest.source import open_source
from weibo_nlp.ingest.web_pages import read_page

LISTED = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>五月的海 - 海边论坛</title>
<link rel="canonical" href="https://forum.example.org/t/7"></head><body>
<div class="article"><span class="author">站长</span><p class="content">今天去看了海</p></div>
<ul class="comment-list">
  <li class="comment" id="comment-11" data-user-id="3">
    <article class="comment-body">
      <b class="comment-author">小乙</b> <time datetime="2023-05-01T09:00:00+08:00">昨天</time>
      <div class="comment-content"><p>我也<b>想去</b><br>一起？ &amp; <img alt="[doge]"></p></div>
      <span class="ip-location">来自云南</span> <a class="like">赞(5)</a> <a class="reply-btn">回复</a>
    </article>
    <ol class="children">
      <li class="comment" id="comment-12"><article class="comment-body"><b class="comment-author">小丙</b>
        <time datetime="2023-05-01T09:05:00+08:00"></time><div class="comment-content">好啊</div></article></li>
    </ol>
  </li>
  <li class="comment" id="comment-13"><article class="comment-body"><b class="comment-author">小丁</b>
    <div class="comment-content">该评论已被折叠</div></article></li>
  <li class="comment deleted" id="comment-14"></li>
</ul></body></html>"""
DIVISIONS = """<html><head><title>五月的海</title></head><body><div class="comments">
<div class="comment-item" data-id="11"><div class="comment"><div class="head"><a class="user-name">小乙</a></div>
  <div class="text">我也想去</div><div class="foot"><span class="pub-time">2023-05-01 09:00</span></div></div>
  <div class="replies"><div class="comment-item" data-id="12"><div class="comment"><a class="user-name">小丙</a>
    <div class="text">好啊</div><span class="pub-time">2023-05-01 09:05</span></div></div>
    <div class="comment-item" data-id="13" data-parent-id="12"><div class="comment"><a class="user-name">小丁</a>
    <div class="text">我也去</div><span class="pub-time">2023-05-01 09:06</span></div></div></div></div>
</div></body></html>"""
MICRODATA = """<html><body><div itemscope itemtype="https://schema.org/Comment" id="c11">
<span itemprop="author">小乙</span><time itemprop="dateCreated" datetime="2023-05-01T01:00:00Z">上午</time>
<p itemprop="text">我也想去</p><span itemprop="upvoteCount">1.2万</span></div></body></html>"""


def page(folder, text, encoding="utf-8", **options):
    path = folder / "page.html"
    path.write_bytes(text.encode(encoding))
    crawl = read(path, options=Options(**options))
    documents = list(crawl)
    assert crawl.crawls[0].family.name == "web-comments"
    assert crawl.tally.records == len(documents)
    return documents


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_list_of_comments_is_a_thread_below_its_page(tmp_path, encoding):
    top, first, answer, folded, removed = documents = page(tmp_path, LISTED, encoding)
    assert (top.id, top.kind, top.text, top.platform) == (
        "https://forum.example.org/t/7",
        "article",
        "五月的海 - 海边论坛",
        "forum.example.org",
    )
    assert (first.id, first.text) == ("https://forum.example.org/t/7#comment-11", "我也想去\n一起？ & [doge]")
    assert (first.author, first.extra["nickname"], first.region, first.counts.likes) == ("3", "小乙", "云南", 5)
    assert (first.created_at, answer.author) == ("2023-05-01T09:00:00+08:00", "小丙")
    assert (first.parent, answer.parent, answer.text) == (top.id, first.id, "好啊")
    assert [(each.text, each.flags) for each in (folded, removed)] == [("", ("folded",)), ("", ("removed",))]
    (thread,) = build_threads(documents)
    assert len(thread) == 5


def test_parts_of_a_comment_are_found_in_whatever_holds_them(tmp_path):
    top, first, second, third = page(tmp_path, DIVISIONS)
    assert (top.text, top.flags) == ("五月的海", ("made_id",))
    assert (first.text, first.author, first.created_at) == ("我也想去", "小乙", "2023-05-01T09:00+08:00")
    # The third stands beside the second, and says that it answers it.
    assert (first.parent, second.parent, third.parent) == (top.id, first.id, second.id)


def test_microdata_say_what_is_what(tmp_path):
    _, comment = page(tmp_path, MICRODATA, root="https://example.org/1")
    assert (comment.id, comment.text, comment.author) == ("https://example.org/1#c11", "我也想去", "小乙")
    assert (comment.created_at, comment.counts.likes) == ("2023-05-01T09:00:00+08:00", 12000)


@pytest.mark.parametrize("text", ["<html><body><p>今天去看了海</p></body></html>", "<div>" * 300 + "</div>" * 300])
def test_a_page_without_comments_is_none_of_these(tmp_path, text):
    with pytest.raises(UsageError, match=r"of no family that is known .*html"):
        page(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        '<div class="comment">' * 400 + "好",
        '<div class="comment"><span class="author">甲</span><p class="text">好<div class="comment"></span></p>',
        '<div class="comment"><![CDATA[<p class="text">好</p>]]><!-- <p class="text">',
        '<div class="comment" class="x" data-id><script class="text">1 < 2</script><a class=author>甲',
    ],
)
def test_a_broken_page_is_read_as_far_as_it_goes(tmp_path, text):
    top, *comments = page(tmp_path, text)
    assert top.kind == "article"
    assert all(comment.parent for comment in comments)


pieces = st.sampled_from(
    [
        *(
            "<div",
            ' class="comment"',
            ' class="comment-list"',
            ">",
            "<p class=text>",
            "</div>",
            "</p>",
            "<li>",
            "<![",
            "<!--",
        ),
        *(
            "-->",
            "<a class=author>",
            "</a>",
            "<time datetime=2023>",
            "<script>",
            "</script",
            "&amp",
            "<?",
            "]]>",
            "好",
            "<",
        ),
        *("\n", "\0"),
    ]
)


@given(st.lists(pieces, max_size=30).map("".join))
def test_whatever_stands_in_a_page_is_read(text):
    page = read_page(f"<html>{text}")
    waiting = list(page.comments)
    while waiting:
        comment = waiting.pop()
        assert {"id", "replies"} <= comment.keys()
        waiting += comment["replies"]


def test_a_page_of_too_many_elements_is_refused(monkeypatch):
    monkeypatch.setattr(web_pages, "MAX_ELEMENTS", 10)
    with pytest.raises(DataError, match="more than 10 elements"):
        read_page("<p>" * 11)


@pytest.mark.parametrize("family", ["weibo-search", "zhihu-hot-hub", "mediacrawler"])
def test_a_family_that_reads_no_such_files_says_so(tmp_path, family):
    table = written(tmp_path, "a.csv", "text,author\n好,甲\n")
    path = tmp_path / "page.html"
    path.write_text(LISTED if family != "zhihu-hot-hub" else "", "utf-8")
    with pytest.raises(UsageError, match="leave --family out"):
        list(read(path if family != "zhihu-hot-hub" else table, family=family))


SITE = {
    "code": 0,
    "message": "ok",
    "time": 1682899200,
    "data": {
        "replies": [
            {
                "rpid": 11,
                "member": {"mid": "100001", "uname": "小乙"},
                "content": {"message": "我也想去"},
                "ctime": 1682899200,
                "like": 5,
                "rcount": 2,
                "replies": [
                    {
                        "rpid": 12,
                        "parent": 11,
                        "member": {"mid": "100002", "uname": "小丙"},
                        "content": {"message": "好啊"},
                        "ctime": 1682899260,
                        "like": 0,
                        "replies": None,
                    },
                    {
                        "rpid": 13,
                        "parent": 12,
                        "member": {"mid": "100003", "uname": "小丁"},
                        "content": {"message": "回复 @小丙 :我也去"},
                        "ctime": 1682899320,
                    },
                ],
            }
        ]
    },
}


def test_nested_json_of_a_site_is_a_thread_below_the_post_that_is_named(tmp_path):
    path = written(tmp_path, "answer.json", SITE)
    with pytest.raises(UsageError, match="name it with --root ID"):
        list(read(path))
    crawl = read(path, options=Options(root="av1"))
    first, second, third = crawl
    assert crawl.crawls[0].family.name == "web-comments"
    assert (first.id, first.text, first.author, first.extra["nickname"]) == ("av1#11", "我也想去", "100001", "小乙")
    assert (first.counts.likes, first.counts.comments, second.counts.likes) == (5, 2, 0)
    assert [each.parent for each in (first, second, third)] == ["av1", "av1#11", "av1#12"]


def test_a_post_with_its_comments_is_their_root(tmp_path):
    post = {
        "url": "https://example.org/7",
        "title": "五月的海",
        "text": "今天去看了海",
        "author": "站长",
        "comments": [
            {"author": "小乙", "text": "我也想去", "time": "2023-05-01 09:00", "replies": []},
            {"author": "小丙", "text": "", "time": "2023-05-01 09:01", "isDeleted": True, "likes": "3"},
            {"author": "小丁", "text": "以后再说", "time": "2023-05-01 09:02", "collapsed": 1},
        ],
    }
    top, first, removed, folded = read(written(tmp_path, "post.json", [post]))
    assert (top.id, top.kind, top.title, top.author) == ("https://example.org/7", "post", "五月的海", "站长")
    assert (first.parent, first.flags, first.id[:22]) == (top.id, ("made_id",), "https://example.org/7#")
    assert (removed.text, removed.flags, removed.counts.likes) == ("", ("made_id", "removed"), 3)
    assert (folded.text, folded.flags) == ("", ("made_id", "folded"))


def test_a_family_of_its_own_goes_before_any_sites(tmp_path):
    inner = {"id": 11, "idstr": "11", "rootid": 11, "created_at": "刚刚", "text": "我也想去"}
    inner |= {"user": {"id": 3, "screen_name": "小丙"}, "comments": [{"id": 12, "text": "好"}]}
    path = written(tmp_path, "a.json", {"data": [status(comments=[inner])]})
    assert recognise(open_source(path)).name == "weibo-endpoint"


@pytest.mark.parametrize("row", [{"text": "好", "author": "甲"}, {"text": "好", "time": "1", "replies": 3}])
def test_a_table_of_ones_own_is_no_page_of_comments(tmp_path, row):
    with pytest.raises(UsageError, match="of no family that is known"):
        recognise(open_source(written(tmp_path, "a.jsonl", [row])))


FLAT = {"comment_id": "11", "content": "我也想去", "user": {"name": "小乙"}, "time": "2023-05-01", "post_id": "7"}


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_list_of_comments_is_known_by_ids_that_only_comments_have(tmp_path, name):
    crawl = read(written(tmp_path, name, [FLAT, FLAT | {"comment_id": "12", "reply_to_id": "11", "content": "好啊"}]))
    first, answer = crawl
    assert crawl.crawls[0].family.name == "web-comments"
    assert (first.id, first.kind, first.author, answer.parent) == ("7#11", "comment", "小乙", "7#11")


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"id": "11", "content": "我也想去", "time": "2023-05-01"}, id="any table has an id and a text"),
        pytest.param(FLAT | {"title": "看海"}, id="a post with a comment's id"),
        pytest.param({"comment_id": "11", "label": "赞成"}, id="a table about comments"),
    ],
)
def test_a_table_that_may_be_anything_is_not_taken_for_comments(tmp_path, record):
    with pytest.raises(UsageError, match="of no family that is known"):
        recognise(open_source(written(tmp_path, "a.json", [record, record])))
