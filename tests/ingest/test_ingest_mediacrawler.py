"""MediaCrawler's records of six platforms; sentences are ours, ids, names and hashes made up."""

import csv

import pytest
from crawls import database, written
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from weibo_nlp.corpus import build_threads
from weibo_nlp.errors import UsageError
from weibo_nlp.ingest import read
from weibo_nlp.ingest.registry import recognise
from weibo_nlp.ingest.source import open_source
from weibo_nlp.records import Counts, Document

USER = {"user_id": "100001", "nickname": "小甲", "gender": "f", "avatar": "https://example.org/a.jpg"}
HASHED = {"creator_hash": "5f4dcc3b5aa765d6", "nickname": "小**"}
COMMENT = {"comment_id": "11", "content": "我也想去", "create_time": 1682899200, "sub_comment_count": "1", **USER}

# By platform: a post, what its document says, and a comment below it.
PLATFORMS = {
    "weibo": (
        {
            "note_id": "4900000000000001",
            "content": "今天去看了海",
            "create_time": 1682899200,
            "create_date_time": "2023-05-01 08:00:00+08:00",
            "liked_count": "3",
            "comments_count": "2",
            "shared_count": "1",
            "last_modify_ts": 1682999200000,
            "note_url": "https://m.weibo.cn/detail/4900000000000001",
            "ip_location": "云南",
            "source_keyword": "海",
        },
        ("4900000000000001", "post", None, Counts(3, 1, 2)),
        {"note_id": "4900000000000001", "comment_like_count": "5", "parent_comment_id": "11"},
    ),
    "zhihu": (
        {
            "content_id": "501",
            "content_type": "answer",
            "content_text": "今天去看了海",
            "question_id": "77",
            "title": "海边好玩吗？",
            "desc": "今天",
            "created_time": 1682899200,
            "voteup_count": 3,
            "comment_count": 2,
        },
        ("zhihu:answer:501", "post", "海边好玩吗？", Counts(3, None, 2)),
        {
            "content_id": "501",
            "content_type": "answer",
            "like_count": 5,
            "publish_time": 1682899200,
            "parent_comment_id": "",
        },
    ),
    "xiaohongshu": (
        {
            "note_id": "64f0000000000000000000a1",
            "type": "normal",
            "title": "周末",
            "desc": "今天去看了海",
            "time": 1682899200000,
            "liked_count": "1.2万",
            "collected_count": "7",
            "comment_count": "2",
            "share_count": "1",
            "tag_list": "海边,周末",
            "ip_location": "云南",
        },
        ("xiaohongshu:note:64f0000000000000000000a1", "post", "周末", Counts(12000, 1, 2)),
        {"note_id": "64f0000000000000000000a1", "parent_comment_id": 0, "pictures": "", "like_count": "5"},
    ),
    "douyin": (
        {
            "aweme_id": "7200000000000000001",
            "aweme_type": "0",
            "title": "今天去看了海",
            "desc": "今天去看了海",
            "create_time": 1682899200,
            "liked_count": "3",
            "comment_count": "2",
            "share_count": "1",
        },
        ("douyin:video:7200000000000000001", "post", None, Counts(3, 1, 2)),
        {"aweme_id": "7200000000000000001", "parent_comment_id": "0", "like_count": 5},
    ),
    "bilibili": (
        {
            "video_id": "501",
            "video_type": "video",
            "title": "海",
            "desc": "今天去看了海",
            "create_time": 1682899200,
            "liked_count": "3",
            "video_play_count": "900",
            "video_share_count": "1",
            "video_comment": "2",
            "video_danmaku": "4",
        },
        ("bilibili:video:501", "post", "海", Counts(3, 1, 2, 900)),
        {"video_id": "501", "parent_comment_id": "0", "like_count": 5},
    ),
    "tieba": (
        {
            "note_id": "8400000001",
            "title": "去看海",
            "desc": "今天去看了海",
            "publish_time": "2023-05-01 08:00",
            "tieba_name": "海边吧",
            "total_replay_num": 2,
            "total_replay_page": 1,
            "user_nickname": "小甲",
        },
        ("tieba:post:8400000001", "post", "去看海", Counts(None, None, 2)),
        {"note_id": "8400000001", "tieba_name": "海边吧", "publish_time": "2023-05-01 09:00", "parent_comment_id": ""},
    ),
}


def records(platform, user=USER):
    """A post, a comment, and an answer to that."""
    post, _, below = PLATFORMS[platform]
    comment = COMMENT | below | user
    return [post | user, comment, comment | {"comment_id": "12", "content": "一起", "parent_comment_id": "11"}]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_posts_comments_and_answers_are_a_thread_with_counts_and_times(tmp_path, platform):
    crawl = read(written(tmp_path, "a.jsonl", records(platform)))
    post, comment, answer = crawl
    id, kind, title, counts = PLATFORMS[platform][1]
    assert (post.id, post.kind, post.title, post.counts) == (id, kind, title, counts)
    assert (post.text, post.platform, crawl.crawls[0].family.name) == ("今天去看了海", platform, "mediacrawler")
    assert post.created_at in ("2023-05-01T08:00:00+08:00", "2023-05-01T08:00+08:00")
    assert (post.author, comment.kind, comment.text) == ("100001", "comment", "我也想去")
    assert (comment.parent, answer.parent) == (post.id, comment.id)
    assert comment.counts == Counts(likes=None if platform == "tieba" else 5, comments=1)
    (thread,) = build_threads([post, comment, answer])
    assert thread.depth(answer.id) == 2


@pytest.mark.parametrize("platform", PLATFORMS)
def test_since_2026_users_are_hashes_which_are_still_users(tmp_path, platform):
    post, comment, _ = read(written(tmp_path, "a.jsonl", [*records(platform, HASHED)]))
    assert {post.author, comment.author} <= {"5f4dcc3b5aa765d6", "100001"}
    user = {name: value for name, value in post.extra.items() if name in ("nickname", "avatar", "gender")}
    assert user == {"nickname": "小**"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_csv_json_and_sqlite_say_the_same_as_json_lines(tmp_path, platform):
    rows = [{key: str(value) for key, value in record.items()} for record in records(platform)]
    lines = written(tmp_path, "a.jsonl", rows)
    array = written(tmp_path, "a.json", rows)
    tables = {"posts": rows[:1], "posts_comment": rows[1:]}
    data = database(tmp_path / "a.db", tables)
    paths = []
    for name, table in tables.items():
        paths.append(tmp_path / f"{name}.csv")
        with paths[-1].open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.DictWriter(handle, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
    expected = [(each.id, each.text, each.parent, each.counts) for each in read(lines)]
    for path in (array, data, paths):
        assert [(each.id, each.text, each.parent, each.counts) for each in read(path)] == expected


def test_on_weibo_a_comment_that_is_its_own_parent_has_none(tmp_path):
    post, comment, _ = read(written(tmp_path, "a.jsonl", records("weibo")))
    assert (comment.id, comment.parent, comment.flags) == ("11", post.id, ())


def test_the_same_number_of_a_film_and_of_a_comment_are_two_documents(tmp_path):
    film, comment, _ = records("bilibili")
    found = list(read(written(tmp_path, "a.jsonl", [film, comment | {"comment_id": "501"}])))
    assert [each.id for each in found] == ["bilibili:video:501", "bilibili:comment:501"]
    assert found[0].extra["video_id"] == "501"


def test_an_article_of_zhihu_is_one_and_no_answer_of_the_same_number(tmp_path):
    answer, *_ = records("zhihu")
    found = list(read(written(tmp_path, "a.jsonl", [answer, answer | {"content_type": "article"}])))
    assert [(each.id, each.kind) for each in found] == [("zhihu:answer:501", "post"), ("zhihu:article:501", "article")]


def test_topics_of_xiaohongshu_are_hashtags_without_their_sign(tmp_path):
    note, *_ = records("xiaohongshu")
    (found,) = read(written(tmp_path, "a.jsonl", [note | {"desc": "看海 #海边[话题]# #周末[话题]#"}]))
    assert (found.text, found.hashtags) == ("看海 #海边# #周末#", ("海边", "周末"))
    assert found.extra["tags"] == ["海边", "周末"]


def test_a_film_without_words_has_its_title_as_text(tmp_path):
    film, *_ = records("bilibili")
    (found,) = read(written(tmp_path, "a.jsonl", [film | {"desc": ""}]))
    assert (found.text, found.title) == ("海", None)


def test_a_description_that_the_crawler_cut_is_flagged(tmp_path):
    film, *_ = records("bilibili")
    (found,) = read(written(tmp_path, "a.jsonl", [film | {"desc": "海" * 500}]))
    assert found.flags == ("truncated",)


def test_a_record_of_something_else_in_between_is_set_aside(tmp_path):
    post, *_ = records("weibo")
    crawl = read(written(tmp_path, "a.jsonl", [post, {"user_id": "100001", "fans": 3}]))
    assert len(list(crawl)) == 1
    assert crawl.tally.reasons == {"no post and no comment of a platform that is known": 1}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


@settings(max_examples=20)
@given(values, st.sampled_from([*PLATFORMS]))
def test_whatever_stands_in_a_record_it_goes_out_is_set_aside_or_merged(tmp_path_factory, value, platform):
    whole = records(platform)
    rows = [*whole, *(record | {key: value} for record in whole for key in record)]
    crawl = read(written(tmp_path_factory.mktemp("a"), "a.jsonl", rows))
    found = [item for item in crawl.items() if isinstance(item, Document)]
    tally = crawl.tally
    assert tally.records == len(rows) == tally.documents + tally.set_aside + tally.merged
    assert len({document.id for document in found}) == tally.documents == len(found)


CREATOR = {"user_id": "100001", "nickname": "小甲", "desc": "爱看海", "fans": "3", "follows": "5"}


def test_a_file_of_creators_is_none_of_posts_and_is_said_to_be_one_of_users(tmp_path):
    path = written(tmp_path, "creators.jsonl", [CREATOR])
    with pytest.raises(UsageError, match="users as mediacrawler lists them, and no posts"):
        recognise(open_source(path))
    written(tmp_path, "contents.jsonl", records("weibo"))
    crawl = read(tmp_path)
    assert [each.reason for each in crawl.unread] == [
        f"{path}: users as mediacrawler lists them, and no posts; nothing of it is read."
    ]


def workbook(path, **sheets):
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([str(value) for value in row.values()])
    book.save(path)
    return path


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_sheet_of_a_workbook_is_read_and_that_of_creators_passed_over(tmp_path, platform):
    post, *comments = records(platform)
    path = workbook(tmp_path / "a.xlsx", Contents=[post], Comments=comments, Creators=[CREATOR])
    crawl = read(path)
    lines = read(
        written(tmp_path, "a.jsonl", [{key: str(value) for key, value in each.items()} for each in (post, *comments)])
    )
    assert [(each.id, each.text, each.parent) for each in crawl] == [
        (each.id, each.text, each.parent) for each in lines
    ]
    assert [each.source.name for each in crawl.crawls] == ["a.xlsx#Contents", "a.xlsx#Comments"]
    (unread,) = crawl.unread
    assert unread.reason.startswith(f"{path}, sheet 'Creators': users as mediacrawler lists them")


def test_a_workbook_of_creators_alone_is_refused_with_the_reason(tmp_path):
    path = workbook(tmp_path / "a.xlsx", Creators=[CREATOR], Others=[CREATOR])
    with pytest.raises(UsageError, match="sheet 'Others': users as mediacrawler lists them"):
        read(path)
