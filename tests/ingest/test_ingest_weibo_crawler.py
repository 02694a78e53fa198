import pytest
from crawls import CRAWLER, CRAWLER_OWN, crawler_repost, crawler_row, csv_text, database, written

from weibo_nlp.ingest import read
from weibo_nlp.records import Counts, Document


def documents(path, **options):
    return list(read(path, **options))


def test_a_row_is_a_document_of_the_user_that_the_file_is_named_by(tmp_path):
    path = written(tmp_path, "100001.csv", csv_text(CRAWLER_OWN, crawler_row(**{"工具": "一台手机"})))
    (post,) = documents(path)
    assert (post.id, post.kind, post.text, post.author) == ("4900000000000001", "post", "今天去看了海", "100001")
    assert (post.thread, post.root, post.parent, post.repost_of) == ("4900000000000001", None, None, None)
    assert post.created_at == "2023-05-01T08:00:07+08:00"
    assert post.counts == Counts(likes=3, reposts=1, comments=2)
    assert post.extra == {"client": "一台手机", "edit_count": 0}
    assert (post.source.format, post.source.file, post.source.row) == ("weibo-crawler/csv", "100001.csv", 2)


def test_a_file_of_another_name_has_no_author(tmp_path):
    (post,) = documents(written(tmp_path, "a.csv", csv_text(CRAWLER_OWN, crawler_row())))
    assert post.author is None


def test_rows_two_cells_short_are_reposts_with_their_originals(tmp_path):
    original = crawler_row(id="4900000000000000", text="海边有人在放烟花", **{"点赞数": "1.2万"})
    repost = crawler_repost(original, text="好想去//@小丙:真的吗", **{"@用户": "小丙"})
    own = [*crawler_row(id="4900000000000002"), "True"]
    path = written(tmp_path, "100001.csv", csv_text(CRAWLER, repost, own))
    first, above, last = documents(path)
    assert (first.kind, first.text, first.repost_of) == ("repost", "好想去//@小丙:真的吗", "4900000000000000")
    assert (first.thread, first.root, first.parent) == ("4900000000000000", "4900000000000000", None)
    assert first.mentions == ("小丙",)
    assert (above.id, above.kind, above.text) == ("4900000000000000", "post", "海边有人在放烟花")
    assert (above.author, above.extra["nickname"], above.flags) == ("100002", "小乙", ("embedded",))
    assert above.counts.likes == 12_000
    assert (last.id, last.kind) == ("4900000000000002", "post")


def test_a_row_cut_elsewhere_is_set_aside(tmp_path):
    torn = crawler_repost(crawler_row(id="4900000000000000"))[:-5]
    crawl = read(written(tmp_path, "a.csv", csv_text(CRAWLER, torn, [*crawler_row(), "True"])))
    assert [document.id for document in crawl] == ["4900000000000001"]
    assert crawl.tally.reasons == {"32 cells, the header has 39": 1}


def test_the_first_versions_dates_are_to_the_day_and_their_rows_are_whole(tmp_path):
    names = [name for name in CRAWLER_OWN if name not in ("完整日期", "是否编辑过", "编辑次数", "Live Photo视频url")]
    header = [*names, "是否原创", "源用户id", "源用户昵称", *("源微博" + name for name in names)]
    own = [cell for name, cell in zip(CRAWLER_OWN, crawler_row(日期="2019-05-01"), strict=True) if name in names]
    above = [cell.replace("0001", "0000") for cell in own]
    repost = [*own, "False", "100002", "小乙", *above]
    crawl = read(written(tmp_path, "a.csv", csv_text(header, repost, repost[:-2])))
    assert [(document.id, document.created_at) for document in crawl] == [
        ("4900000000000001", "2019-05-01"),
        ("4900000000000000", "2019-05-01"),
    ]
    assert crawl.tally.set_aside == 1  # here two cells less are a torn row


def test_an_original_that_is_gone_is_a_place_holder(tmp_path):
    original = crawler_row(id="4900000000000000", text="抱歉，作者已设置仅展示半年内微博，此微博已不可见。")
    path = written(tmp_path, "a.csv", csv_text(CRAWLER, crawler_repost(original, user="", nickname="")))
    _, above = documents(path)
    assert (above.text, above.flags, above.author) == ("", ("embedded", "hidden"), None)


JSON = {
    "user": {
        "id": "100001",
        "screen_name": "小甲",
        "verified": True,
        "verified_type": 3,
        "verified_reason": "一家报社",
    },
    "weibo": [
        {
            "user_id": 100001,
            "id": 4900000000000001,
            "bid": "MAAAAA001",
            "text": "转发微博",
            "created_at": "2023-05-01T08:00:00",
            "full_created_at": "2023-05-01 08:00:07",
            "source": "一台手机",
            "attitudes_count": 3,
            "comments_count": 2,
            "reposts_count": "100+",
            "topics": "",
            "at_users": "",
            "edited": True,
            "edit_count": 2,
            "retweet": {
                "user_id": 100002,
                "screen_name": "小乙",
                "id": 4900000000000000,
                "text": "#看海#海边有人在放烟花@小丁今晚",
                "at_users": "小丁",
                "created_at": "2023-04-30",
            },
        }
    ],
}


def test_json_has_the_users_verification_and_numbers_for_ids(tmp_path):
    repost, above = documents(written(tmp_path, "a.json", JSON))
    assert (repost.id, repost.kind, repost.repost_of) == ("4900000000000001", "repost", "4900000000000000")
    assert (repost.author, repost.account_type) == ("100001", "media")
    assert repost.extra == {
        "nickname": "小甲",
        "verified_type": 3,
        "bid": "MAAAAA001",
        "client": "一台手机",
        "edit_count": 2,
    }
    assert repost.counts == Counts(likes=3, reposts=100, comments=2)
    assert (above.author, above.account_type) == ("100002", "unknown")
    assert (above.hashtags, above.mentions, above.created_at) == (("看海",), ("小丁",), "2023-04-30")
    assert (repost.source.format, repost.source.row) == ("weibo-crawler/json", 1)


def test_json_on_one_line_and_records_that_are_none(tmp_path):
    crawl = read(written(tmp_path, "lines.jsonl", [JSON | {"weibo": [*JSON["weibo"], 5]}, {"weibo": None}]))
    assert [document.kind for document in crawl] == ["repost", "post"]
    assert crawl.tally.reasons == {"not a JSON object": 1, "no list of weibo in it": 1}


WEIBO = {
    "id": "4900000000000001",
    "bid": "MAAAAA001",
    "user_id": "100001",
    "screen_name": "小甲",
    "text": "今天去看了海",
    "created_at": "2023-05-01T08:00:00",
    "source": "一台手机",
    "attitudes_count": 3,
    "comments_count": 2,
    "reposts_count": 1,
    "retweet_id": "",
}
COMMENT = {
    "id": "4900000000000011",
    "bid": "MAAAAA011",
    "weibo_id": "4900000000000001",
    "root_id": "4900000000000011",
    "user_id": "100003",
    "created_at": "Thu Oct 20 08:00:00 +0800 2022",
    "user_screen_name": "小丙",
    "user_avatar_url": "https://example.org/a.jpg",
    "text": "我也想去",
    "pic_url": "",
    "like_count": 5,
}


def test_sqlite_has_posts_comments_and_reposts_in_threads(tmp_path):
    reply = COMMENT | {
        "id": "4900000000000012",
        "root_id": "4900000000000011",
        "text": "回复@小丙:一起",
        "created_at": "刚刚",
    }
    repost = {key: COMMENT[key] for key in ("weibo_id", "user_id", "user_screen_name", "created_at", "like_count")}
    path = database(
        tmp_path / "weibodata.db",
        {
            "user": [{"id": "100001", "nick_name": "小甲"}],
            "weibo": [WEIBO, WEIBO | {"id": "4900000000000002", "retweet_id": "4900000000000001"}],
            "comments": [COMMENT, reply],
            "reposts": [repost | {"id": "4900000000000021", "bid": "MAAAAA021", "text": "转"}],
        },
    )
    post, own_repost, comment, answer, repost = documents(path)
    assert (post.id, post.kind, post.author, post.extra["nickname"]) == ("4900000000000001", "post", "100001", "小甲")
    assert (own_repost.kind, own_repost.repost_of) == ("repost", "4900000000000001")
    assert (comment.kind, comment.parent, comment.root, comment.thread) == ("comment", *["4900000000000001"] * 3)
    assert (comment.created_at, comment.counts.likes) == ("2022-10-20T08:00:00+08:00", 5)
    assert (answer.parent, answer.root) == ("4900000000000011", "4900000000000001")
    assert (answer.created_at, answer.flags, answer.extra["created_raw"]) == (None, ("undated",), "刚刚")
    assert (repost.repost_of, repost.flags) == ("4900000000000001", ("chain_lost",))
    assert "example.org" not in str(documents(path))


def test_sqlite_of_earlier_versions_has_fewer_columns_and_no_comments(tmp_path):
    first = {key: value for key, value in WEIBO.items() if key not in ("bid", "retweet_id", "screen_name")}
    (post,) = documents(database(tmp_path / "old.db", {"weibo": [first]}))
    assert (post.id, post.text, post.counts) == ("4900000000000001", "今天去看了海", Counts(3, 1, 2))


def test_a_record_without_an_id_is_set_aside(tmp_path):
    crawl = read(database(tmp_path / "a.db", {"weibo": [WEIBO | {"id": None, "bid": ""}, WEIBO]}))
    assert [type(item) for item in crawl.items()][1] is Document
    assert crawl.tally.reasons == {"no id": 1}


@pytest.mark.parametrize("name", ["a.csv", "b.txt", "c"])
def test_the_family_is_known_by_content_whatever_the_name(tmp_path, name):
    crawl = read(written(tmp_path, name, JSON))
    assert crawl.crawls[0].family.name == "weibo-crawler"
