from crawls import SPIDER, csv_text, spider_row, written

from weibo_nlp.ingest import read
from weibo_nlp.records import Counts


def test_a_name_in_letters_becomes_the_posts_number_and_nothing_stays_nothing(tmp_path):
    (post,) = read(written(tmp_path, "100001.csv", csv_text(SPIDER, spider_row())))
    assert (post.id, post.author, post.extra) == ("3501756485200075", "100001", {"bid": "z0JH2lOMb"})
    assert (post.created_at, post.counts) == ("2019-05-01T08:00+08:00", Counts(likes=3, reposts=1, comments=2))


def test_a_header_again_in_the_middle_is_set_aside(tmp_path):
    rows = [spider_row(), SPIDER, spider_row(微博id="z0JH2lOMc")]
    crawl = read(written(tmp_path, "100001.csv", csv_text(SPIDER, *rows)))
    assert [post.extra["bid"] for post in crawl] == ["z0JH2lOMb", "z0JH2lOMc"]
    assert (crawl.tally.records, crawl.tally.documents, crawl.tally.set_aside) == (3, 2, 1)


def test_a_repost_is_parted_from_its_original(tmp_path):
    text = "好想去\n原始用户: 小乙\n转发内容: 海边有人在放烟花\n第二行"
    row = spider_row(**{"微博正文": text, "是否为原创微博": "False"})
    repost, above = read(written(tmp_path, "a.csv", csv_text(SPIDER, row)))
    assert (repost.kind, repost.text, repost.repost_of, repost.thread) == ("repost", "好想去", above.id, above.id)
    assert (above.kind, above.text, above.author) == ("post", "海边有人在放烟花\n第二行", "小乙")
    assert above.flags == ("embedded", "made_id")


def test_an_original_has_one_id_in_all_its_reposts(tmp_path):
    rows = [
        spider_row(
            **{
                "微博id": f"z0JH2lOM{end}",
                "微博正文": f"{own}\n原始用户: {user}\n转发内容: 放烟花",
                "是否为原创微博": "False",
            }
        )
        for end, own, user in (("b", "好", "小乙"), ("c", "转发理由:去", "小乙"), ("d", "走", "小丁"))
    ]
    first, above, second, _, other = read(written(tmp_path, "a.csv", csv_text(SPIDER, *rows)))
    assert first.repost_of == second.repost_of == above.id != other.id
    assert (first.text, second.text) == ("好", "去")


def test_originals_that_are_gone_are_place_holders_each_of_its_own_repost(tmp_path):
    gone = "\n转发内容: 抱歉，此微博已被作者删除。"
    rows = [
        spider_row(**{"微博id": f"z0JH2lOM{end}", "微博正文": f"可惜{gone}", "是否为原创微博": "False"}) for end in "bc"
    ]
    _, above, _, other = read(written(tmp_path, "a.csv", csv_text(SPIDER, *rows)))
    assert above.id != other.id
    assert (above.text, above.flags, above.author) == ("", ("embedded", "made_id", "removed"), None)


def test_a_repost_of_which_nothing_is_left_says_so(tmp_path):
    row = spider_row(**{"微博正文": "转发微博已被删除", "是否为原创微博": "False"})
    (repost,) = read(written(tmp_path, "a.csv", csv_text(SPIDER, row)))
    assert (repost.kind, repost.text, repost.flags) == ("repost", "", ("original_unknown",))


def test_files_of_originals_alone_have_fewer_columns(tmp_path):
    names = [name for name in SPIDER if name not in ("被转发微博原始图片url", "是否为原创微博")]
    text = "他写了\n转发内容: 三个字"
    row = [cell for name, cell in zip(SPIDER, spider_row(微博正文=text), strict=True) if name in names]
    (post,) = read(written(tmp_path, "a.csv", csv_text(names, row)))
    assert (post.kind, post.text) == ("post", text)


def test_json_is_read_as_csv_is(tmp_path):
    post = {
        "id": "z0JH2lOMb",
        "user_id": "100001",
        "content": "今天去看了海",
        "original": True,
        "publish_place": "无",
        "publish_time": "2019-05-01 08:00",
        "publish_tool": "无",
        "up_num": 3,
        "retweet_num": 1,
        "comment_num": 2,
    }
    content = {"user": {"id": "100001", "nickname": "小甲"}, "weibo": [post, None]}
    crawl = read(written(tmp_path, "a.json", content))
    (document,) = crawl
    assert (document.id, document.author, document.extra["nickname"]) == ("3501756485200075", "100001", "小甲")
    assert (crawl.crawls[0].family.name, crawl.tally.set_aside) == ("weiboSpider", 1)
