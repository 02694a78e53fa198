"""Articles and comments as wechat-article-exporter writes them; sentences, names and ids are made up."""

import pytest
from crawls import written

from weibo_nlp.corpus import build_threads
from weibo_nlp.ingest import read
from weibo_nlp.records import Counts

ANSWER = {"content": "谢谢", "create_time": 1682902800, "is_from": 2, "reply_id": 1, "reply_like_num": 1}
COMMENT = {
    "content_id": "900001",
    "content": "我也想去",
    "create_time": 1682899300,
    "like_num": 5,
    "nick_name": "小乙",
    "openid": "oAbCdEf000001",
    "ip_wording": {"country_name": "中国", "province_name": "云南"},
    "reply_new": {"reply_total_cnt": 1, "reply_list": [ANSWER]},
}
ARTICLE = {
    "aid": "2247000001_1",
    "fakeid": "MzA0000001==",
    "_accountName": "海边周刊",
    "link": "https://mp.weixin.qq.com/s?__biz=MzA0000001%3D%3D&mid=1",
    "title": "五月看海",
    "digest": "今天去看了海",
    "content": "今天去看了海。\n人很多。",
    "create_time": 1682899200,
    "update_time": 1682899201,
    "readNum": 1200,
    "oldLikeNum": 30,
    "likeNum": 4,
    "shareNum": 2,
    "commentNum": 2,
    "comments": [COMMENT],
}


def test_an_article_its_comments_and_their_answers_are_a_thread(tmp_path):
    crawl = read(written(tmp_path, "a.json", [ARTICLE]))
    article, comment, answer = crawl
    assert crawl.crawls[0].family.name == "wechat-article-exporter"
    assert (article.id, article.kind, article.platform) == (
        "wechat:article:MzA0000001==:2247000001_1",
        "article",
        "wechat",
    )
    assert (article.title, article.text) == ("五月看海", "今天去看了海。\n人很多。")
    assert (article.author, article.extra["nickname"]) == ("MzA0000001==", "海边周刊")
    assert (article.created_at, article.flags) == ("2023-05-01T08:00:00+08:00", ())
    # The thumb is what the exporter calls old; likeNum recommends the article.
    assert (article.counts, article.extra["recommended"]) == (Counts(30, 2, 2, 1200), 4)
    assert (comment.author, comment.region, comment.counts) == ("oAbCdEf000001", "云南", Counts(likes=5, comments=1))
    assert (answer.author, answer.parent, answer.counts.likes) == ("MzA0000001==", comment.id, 1)
    assert article.extra["comments_seen"] == 2
    (thread,) = build_threads([article, comment, answer])
    assert thread.depth(answer.id) == 2


def test_comments_are_found_in_the_answer_that_they_came_in(tmp_path):
    wrapped = ARTICLE | {"comments": [{"elected_comment": [COMMENT | {"reply_new": {"reply_list": []}}]}]}
    _, comment = read(written(tmp_path, "a.json", [wrapped]))
    assert comment.text == "我也想去"


def test_an_article_of_which_the_digest_alone_was_exported_says_so(tmp_path):
    bare = {key: value for key, value in ARTICLE.items() if key not in ("content", "comments", "fakeid", "readNum")}
    (article,) = read(written(tmp_path, "a.json", [bare]))
    assert (article.text, article.flags, article.counts.views) == ("今天去看了海", ("truncated",), None)
    assert article.author == "MzA0000001=="  # as the address has it


def test_the_same_number_in_two_accounts_is_of_two_articles(tmp_path):
    crawl = read(written(tmp_path, "a.json", [ARTICLE, ARTICLE | {"fakeid": "MzA0000002==", "comments": []}]))
    assert len({document.id for document in crawl if document.kind == "article"}) == 2
    assert crawl.tally.merged == 0


def test_an_article_that_is_gone_is_a_place_holder_with_its_comments(tmp_path):
    article, comment, _ = read(written(tmp_path, "a.json", [ARTICLE | {"is_deleted": True}]))
    assert (article.text, article.flags) == ("", ("removed",))
    assert comment.parent == article.id


def test_the_workbook_has_articles_without_comments(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    row = {
        "公众号": "海边周刊",
        "ID": "2247000001_1",
        "链接": "https://mp.weixin.qq.com/s/abcdef",
        "标题": "五月看海",
        "封面": "",
        "摘要": "今天去看了海",
        "创建时间": "2023-05-01 08:00:00",
        "发布时间": "2023-05-01 08:00:01",
        "阅读": 1200,
        "点赞": 30,
        "分享": 2,
        "喜欢": 4,
        "留言": 2,
        "作者": "小甲",
        "文章内容": "今天去看了海。人很多。",
    }
    book = openpyxl.Workbook()
    book.active.append(list(row))
    book.active.append(list(row.values()))
    book.save(tmp_path / "a.xlsx")
    (article,) = read(tmp_path / "a.xlsx")
    assert (article.text, article.title, article.author) == ("今天去看了海。人很多。", "五月看海", "海边周刊")
    assert (article.counts, article.created_at) == (Counts(30, 2, 2, 1200), "2023-05-01T08:00:00+08:00")
