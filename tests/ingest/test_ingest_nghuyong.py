import pytest
from crawls import written

from weibo_nlp.errors import UsageError
from weibo_nlp.ingest import Options, read
from weibo_nlp.records import Counts

POST = {
    "_id": "4900000000000001",
    "mblogid": "MAAAAA001",
    "created_at": "2022-10-19 23:44:36",
    "geo": None,
    "ip_location": "发布于 云南",
    "reposts_count": 1,
    "comments_count": 2,
    "attitudes_count": 3,
    "source": "一台手机",
    "content": "今天去看了海",
    "pic_urls": ["https://example.org/000186a1.jpg"],
    "pic_num": 1,
    "isLongText": False,
    "is_retweet": False,
    "reads_count": 40,
    "url": "https://weibo.com/100001/MAAAAA001",
    "user": {"_id": "100001", "nick_name": "小甲", "verified": True, "verified_type": 1},
    "keyword": "海",
    "crawl_time": 1666230000,
}
COMMENT = {
    "_id": 4900000000000012,
    "created_at": "2022-10-20 08:00:00",
    "like_counts": 5,
    "ip_location": "来自河南",
    "content": "回复@小丙:一起",
    "comment_user": {"_id": "100004", "nick_name": "小丁", "verified": False, "verified_type": 0},
    "reply_comment": {"_id": "4900000000000011", "text": "我也想去", "user": {"_id": "100003", "nick_name": "小丙"}},
    "crawl_time": 1666230000,
}


def test_a_post_has_all_that_its_record_says_and_no_addresses_of_images(tmp_path):
    (post,) = read(written(tmp_path, "tweets.jsonl", [POST]))
    assert (post.id, post.author, post.account_type, post.region) == ("4900000000000001", "100001", "official", "云南")
    assert (post.created_at, post.counts) == ("2022-10-19T23:44:36+08:00", Counts(3, 1, 2, 40))
    assert post.extra == {
        "nickname": "小甲",
        "verified_type": 1,
        "bid": "MAAAAA001",
        "client": "一台手机",
        "keyword": "海",
    }


def test_a_repost_without_the_name_of_its_original_says_so(tmp_path):
    rows = [
        POST | {"is_retweet": True, "retweet_id": "4900000000000000"},
        POST | {"_id": "4900000000000002", "is_retweet": True},
    ]
    known, unknown = read(written(tmp_path, "tweets.jsonl", rows))
    assert (known.kind, known.repost_of, known.flags) == ("repost", "4900000000000000", ("orphan",))
    assert (unknown.kind, unknown.repost_of, unknown.flags) == ("repost", None, ("original_unknown",))


def test_a_long_text_is_cut_where_it_was_not_fetched(tmp_path):
    rows = [POST | {"_id": f"4900000000000{n}", "isLongText": True, "content": "长" * n} for n in (140, 500)]
    cut, whole = read(written(tmp_path, "tweets.jsonl", rows))
    assert (cut.flags, whole.flags) == (("truncated",), ())


def test_relative_dates_count_from_the_records_own_crawl(tmp_path):
    (post,) = read(written(tmp_path, "tweets.jsonl", [POST | {"created_at": "昨天 08:00"}]))
    assert post.created_at == "2022-10-19T08:00+08:00"  # 1666230000 is 09:40 of the 20th


def test_comments_need_the_post_that_they_answer(tmp_path):
    path = written(tmp_path, "comments.jsonl", [COMMENT])
    with pytest.raises(UsageError, match="do not say which post they answer; name it with --root"):
        list(read(path))
    comment, above = read(path, options=Options(root="https://weibo.com/100001/z0JH2lOMb"))
    assert (comment.id, comment.kind, comment.parent) == ("4900000000000012", "comment", "4900000000000011")
    assert comment.root == comment.thread == "3501756485200075"
    assert (comment.region, comment.counts.likes, comment.mentions) == ("河南", 5, ("小丙",))
    assert (above.id, above.text, above.author, above.flags) == (
        "4900000000000011",
        "我也想去",
        "100003",
        ("embedded", "orphan"),
    )
    assert above.root == above.parent == "3501756485200075"


def test_the_first_version_joined_author_and_post_and_named_the_post_of_comments(tmp_path):
    post = {
        "_id": "100001_z0JH2lOMb",
        "user_id": "100001",
        "content": "今天去看了海",
        "created_at": "2019-05-01 08:00",
        "like_num": 3,
        "repost_num": 1,
        "comment_num": 2,
        "tool": "一台手机",
        "crawl_time": 1556700000,
    }
    repost = post | {"_id": "100001_z0JH2lOMc", "origin_weibo": "https://weibo.cn/comment/z0JH2lOMb"}
    comment = {
        "_id": "C_4900000000000011",
        "comment_user_id": "100003",
        "content": "我也想去",
        "weibo_url": "https://weibo.cn/comment/z0JH2lOMb",
        "created_at": "2019-05-01 09:00",
        "crawl_time": 1556700000,
    }
    first, second = read(written(tmp_path, "posts.jsonl", [post, repost]))
    assert (first.id, first.author, first.counts) == ("3501756485200075", "100001", Counts(3, 1, 2))
    assert (second.kind, second.repost_of) == ("repost", first.id)
    (answer,) = read(written(tmp_path, "comments.jsonl", [comment]))
    assert (answer.id, answer.author, answer.parent, answer.root) == (
        "C_4900000000000011",
        "100003",
        first.id,
        first.id,
    )
