import pytest
from crawls import SEARCH, csv_text, search_row, written

from weibo_nlp.ingest import read
from weibo_nlp.records import Counts


def search(folder, *rows, header=SEARCH):
    return list(read(written(folder, "海.csv", csv_text(header, *rows))))


def test_a_row_has_its_author_minute_and_region(tmp_path):
    (post,) = search(tmp_path, search_row(ip="发布于 云南", user_authentication="黄V", 发布工具="一台手机"))
    assert (post.id, post.kind, post.author, post.region) == ("4900000000000001", "post", "100001", "云南")
    assert (post.created_at, post.counts) == ("2023-05-01T08:00+08:00", Counts(likes=3, reposts=1, comments=2))
    assert post.extra == {
        "nickname": "小甲",
        "user_authentication": "黄V",
        "bid": "MAAAAA001",
        "client": "一台手机",
    }


@pytest.mark.parametrize(
    ("badge", "kind"),
    [("普通用户", "netizen"), ("黄V", "self_media"), ("红V", "self_media"), ("金V", "self_media"), ("蓝V", "unknown")],
)
def test_the_badge_tells_the_kind_of_account(tmp_path, badge, kind):
    assert search(tmp_path, search_row(user_authentication=badge))[0].account_type == kind


def test_the_first_version_has_no_region_and_no_badge(tmp_path):
    names = [
        name for name in SEARCH if name not in ("头条文章url", "ip", "user_authentication", "会员类型", "会员等级")
    ]
    row = [cell for name, cell in zip(SEARCH, search_row(), strict=True) if name in names]
    (post,) = search(tmp_path, row, header=names)
    assert (post.region, post.account_type, len(names)) == (None, "unknown", 16)


def test_a_repost_names_its_original_which_has_a_row_of_its_own(tmp_path):
    repost, post = search(
        tmp_path,
        search_row(id="4900000000000002", retweet_id="4900000000000001", 微博正文="同感"),
        search_row(),
    )
    assert (repost.kind, repost.repost_of, repost.thread) == ("repost", post.id, post.id)


def test_names_are_known_without_the_blanks_that_the_crawler_deletes(tmp_path):
    (post,) = search(tmp_path, search_row(微博正文="问@小丁今晚去吗", 艾特用户="小丁"))
    assert post.mentions == ("小丁",)


def test_a_text_cut_by_the_platform_is_flagged(tmp_path):
    (post,) = search(tmp_path, search_row(微博正文="今天说的事情还有很多…全文"))
    assert post.flags == ("truncated",)
