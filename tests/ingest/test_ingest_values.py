"""Times, counts, ids, accounts and texts as the sources write them."""

from datetime import datetime, timedelta, timezone

import pytest

from weibo_nlp.ingest.accounts import weibo_account_type
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.removed import notice_flag
from weibo_nlp.ingest.texts import is_truncated, markup_of, region_of
from weibo_nlp.ingest.times import parse_time
from weibo_nlp.ingest.weibo_ids import mid_of, post_id

CRAWLED = datetime(2023, 1, 5, 9, 30, 20, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("Wed Oct 19 23:44:36 +0800 2022", "2022-10-19T23:44:36+08:00", id="endpoint"),
        pytest.param("Wed Oct 19 17:44:36 +0200 2022", "2022-10-19T23:44:36+08:00", id="another-zone"),
        pytest.param("2022-10-19T23:44:36", "2022-10-19T23:44:36+08:00", id="weibo-crawler"),
        pytest.param("2022-10-19 23:44:36", "2022-10-19T23:44:36+08:00", id="weibo-crawler-full"),
        pytest.param("2022-10-19 23:44", "2022-10-19T23:44+08:00", id="no-seconds-are-made-up"),
        pytest.param("2022年10月19日 23:44", "2022-10-19T23:44+08:00", id="chinese"),
        pytest.param("2022年10月19日23:44", "2022-10-19T23:44+08:00", id="chinese-without-blank"),
        pytest.param("2022-10-19", "2022-10-19", id="no-hour-is-made-up"),
        pytest.param("2022-10-19T15:44:36.120Z", "2022-10-19T23:44:36+08:00", id="utc"),
        pytest.param(1666194276, "2022-10-19T23:44:36+08:00", id="seconds"),
        pytest.param("1666194276000", "2022-10-19T23:44:36+08:00", id="milliseconds-as-text"),
        pytest.param("2022-02-30 10:00", None, id="no-such-day"),
        pytest.param("2022-10-19 25:00", None, id="no-such-hour"),
        pytest.param("Wed Foo 19 23:44:36 +0800 2022", None, id="no-such-month"),
        pytest.param("3分钟前", None, id="relative"),
        pytest.param("10-19", None, id="without-a-year"),
        pytest.param("", None, id="empty"),
        pytest.param(True, None, id="a-boolean"),
        pytest.param("12345", None, id="a-small-number"),
    ],
)
def test_a_moment_is_read_as_exactly_as_it_is_stated(raw, expected):
    assert parse_time(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("刚刚", "2023-01-05T09:30+08:00"),
        ("30秒前", "2023-01-05T09:29+08:00"),
        ("3分钟前", "2023-01-05T09:27+08:00"),
        ("10小时前", "2023-01-04T23:30+08:00"),
        ("2天前", "2023-01-03"),
        ("今天 08:15", "2023-01-05T08:15+08:00"),
        ("今天08:15", "2023-01-05T08:15+08:00"),
        ("昨天 23:59", "2023-01-04T23:59+08:00"),
        ("01-03", "2023-01-03"),
        ("12-31", "2022-12-31"),
        ("12月31日 10:00", "2022-12-31T10:00+08:00"),
        ("2020-01-01", "2020-01-01"),
        ("以前", None),
    ],
)
def test_what_counts_from_the_crawl_needs_its_time(raw, expected):
    assert parse_time(raw, CRAWLED) == expected
    assert parse_time(raw) == (expected if raw.startswith("2020") else None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (12, 12),
        ("12", 12),
        (" 12\t", 12),
        (12.0, 12),
        ("1.2万", 12_000),
        ("1.2w", 12_000),
        ("3千", 3_000),
        ("1.05亿", 105_000_000),
        ("100+", 100),
        ("10万+", 100_000),
        ("1,024", 1_024),
        ("0", 0),
        ("", None),
        (None, None),
        ("转发", None),
        ("无", None),
        (-1, None),
        ("-1", None),
        (True, None),
        (1.5, None),
        (float("nan"), None),
        ("9" * 40, None),
        ("9" * 15 + "亿", None),
        (2**70, None),
        (1e300, None),
    ],
)
def test_a_count_is_a_number_or_unknown_and_never_zero_for_unknown(raw, expected):
    assert parse_count(raw) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"verified_type": -1}, "netizen"),
        ({"verified_type": "220"}, "netizen"),
        ({"verified_type": 0}, "self_media"),
        ({"verified_type": 1}, "official"),
        ({"verified_type": 2}, "brand"),
        ({"verified_type": 3}, "media"),
        ({"verified_type": 4}, "organization"),
        ({"verified_type": 7}, "organization"),
        ({"verified_type": 6}, "brand"),
        ({"verified_type": 99}, "unknown"),
        ({"badge": "蓝V"}, "unknown"),
        ({"badge": "黄V"}, "self_media"),
        ({"badge": "普通用户"}, "netizen"),
        ({"verified": False}, "netizen"),
        ({"verified": True}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_kind_of_an_account_follows_its_verification(arguments, expected):
    assert weibo_account_type(**arguments) == expected


def test_the_two_names_of_a_post_are_one_id():
    # By hand: 3501756485200075 is 35, 0175648 and 5200075, which are z, 0JH2 and lOMb to the base of 62.
    assert mid_of("z0JH2lOMb") == "3501756485200075"
    assert post_id("z0JH2lOMb") == post_id("3501756485200075\t") == post_id(3501756485200075) == "3501756485200075"
    assert post_id("https://weibo.com/100001/z0JH2lOMb?type=comment#top") == "3501756485200075"
    assert post_id("a name of another kind") == "a name of another kind"
    assert post_id("ZZZZZZZZZ") == "ZZZZZZZZZ"  # seven digits cannot hold ZZZZ
    assert [post_id(nothing) for nothing in (None, "", " \t")] == [None, None, None]


def test_a_text_is_cut_where_its_end_says_so_or_the_source_does():
    assert is_truncated("今天说的事情还有很多…全文")
    assert not is_truncated("请看全文")
    assert is_truncated("长" * 140, is_long=True)
    assert not is_truncated("长" * 400, is_long=True)  # fetched whole
    assert is_truncated("长" * 400 + "...展开", is_long=True)
    assert is_truncated("a" * 280, is_long=True)  # two of ASCII count as one
    assert not is_truncated("短")


def test_names_that_a_source_lists_are_known_in_its_text():
    text = "#看海# @小甲你好 http://t.cn/A6abcdef"
    assert markup_of(text, ["小甲"]) == (("看海",), ("小甲",), ("http://t.cn/A6abcdef",))
    assert markup_of(text).mentions == ("小甲你好",)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("发布于 云南", "云南"),
        ("来自河南", "河南"),
        ("IP属地：广东", "广东"),
        ("北京", "北京"),
        ("", None),
        (None, None),
    ],
)
def test_a_region_is_stated_without_the_words_before_it(raw, expected):
    assert region_of(raw) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("抱歉，此微博已被作者删除。查看帮助：网页链接", "removed"),
        ("该评论已被删除", "removed"),
        ("抱歉，作者已设置仅展示半年内微博，此微博已不可见。", "hidden"),
        ("抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。查看帮助：网页链接", "hidden"),
        ("她的微博已被删除，真是可惜", None),
        ("该评论已被删除" + "，我觉得这样做不合适" * 10, None),
    ],
)
def test_a_notice_of_removal_is_told_from_words_about_it(text, expected):
    assert notice_flag(text) == expected
