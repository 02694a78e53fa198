"""``weibo-nlp label --pseudonymise`` of what each family of crawlers writes, raw and imported: no id comes out."""

import json
from random import Random

import pyarrow.parquet as pq
import pytest
from crawls import (
    CRAWLER,
    CRAWLER_OWN,
    SEARCH,
    SPIDER,
    comment,
    crawler_repost,
    crawler_row,
    csv_text,
    database,
    search_row,
    spider_row,
    status,
    user,
    written,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from weibo_nlp.ingest.registry import FAMILIES
from weibo_nlp.privacy import Pseudonyms, load_secret


class Ids:
    """Numbers and letters as platforms give them, each of which was given out is known."""

    def __init__(self, seed):
        self._random, self.given = Random(seed), []

    def _take(self, id):
        self.given.append(id)
        return id

    def post(self):
        return self._take(f"4{self._random.randrange(10**15):015}")

    def user(self):
        return self._take(f"{self._random.randrange(10**9, 10**10)}")

    def letters(self):
        return self._take("".join(self._random.choices("abcdef0123456789", k=22)) + "a1")


def search(folder, ids):
    post, other = ids.post(), ids.post()
    rows = [
        search_row(id=post, bid=ids.letters(), user_id=ids.user()),
        search_row(id=ids.post(), bid=ids.letters(), user_id=ids.user(), retweet_id=post, 微博正文=f"见{post}"),
        search_row(id=ids.post(), bid=ids.letters(), user_id=ids.user(), retweet_id=other),
    ]
    return written(folder, "hai.csv", csv_text(SEARCH[:19], *(row[:19] for row in rows)))


def crawler(folder, ids):
    first = crawler_row(id=ids.post(), bid=ids.letters())
    return written(folder, "posts.csv", csv_text(CRAWLER_OWN, first))


def crawler_with_reposts(folder, ids):
    original = crawler_row(id=ids.post(), bid=ids.letters())
    repost = crawler_repost(original, user=ids.user(), nickname="小乙", id=ids.post(), bid=ids.letters())
    return written(folder, "posts.csv", csv_text(CRAWLER, repost))


def crawler_database(folder, ids):
    post, author = ids.post(), ids.user()
    above = ids.post()
    places = ((above, post, 0), (ids.post(), post, above), (ids.post(), ids.post(), ids.post()))
    comments = [
        {"id": id, "bid": ids.letters(), "weibo_id": root, "root_id": upper, "user_id": ids.user(), "text": "我也想去"}
        for id, root, upper in places
    ]
    posts = [{"id": post, "user_id": author, "text": "看海", "attitudes_count": 1, "retweet_id": ids.post()}]
    return database(folder / "weibo.db", {"weibo": posts, "comments": comments})


def spider(folder, ids):
    return written(folder, "posts.csv", csv_text(SPIDER, spider_row(微博id=ids.post())))


def nghuyong(folder, ids):
    rows = [
        {
            "_id": ids.post(), "content": "同去", "created_at": "2023-05-01 08:00:00", "like_counts": 1,
            "comment_user": {"_id": ids.user(), "nick_name": "小乙"}, "weibo_id": ids.post(),
            "reply_comment": {"_id": ids.post(), "text": "我也", "user": {"_id": ids.user(), "nick_name": "小丙"}},
        },
        {
            "_id": ids.post(), "content": "同去", "created_at": "2023-05-01 08:00:00", "like_counts": 1,
            "comment_user": {"_id": ids.user(), "nick_name": "小乙"}, "weibo_url": f"https://weibo.com/1/{ids.post()}",
        },
    ]  # fmt: skip
    return written(folder, "comments.jsonl", rows)


def nghuyong_posts(folder, ids):
    post = {
        "_id": ids.post(), "mblogid": ids.letters(), "content": "同去", "created_at": "2023-05-01 08:00:00",
        "user": {"_id": ids.user(), "nick_name": "小乙"}, "retweet_id": ids.post(), "is_retweet": True,
    }  # fmt: skip
    return written(folder, "tweets.jsonl", [post])


def nghuyong_mongodb(folder, ids):
    author = ids.user()
    rows = [
        {
            "_id": f"{author}_{ids.post()}", "content": "同去", "created_at": "2023-05-01 08:00", "like_num": 1,
            "user_id": author, "crawl_time": 1666230000, "origin_weibo": f"https://m.weibo.cn/status/{ids.post()}",
        }
    ]  # fmt: skip
    return written(folder, "tweets.jsonl", rows)


def endpoint(folder, ids):
    inner = comment(ids.post(), user=user(int(ids.user()), "小丁"), rootid=int(ids.post()))
    held = status(ids.post(), user=user(int(ids.user())), mblogid=ids.letters(), retweeted_status=status(ids.post()))
    return written(folder, "answer.json", [held, inner])


def mediacrawler(folder, ids):
    note = ids.letters()
    named = {"creator_hash": ids.letters(), "nickname": "小**"}
    rows = [
        {"note_id": note, "title": "周末", "desc": "看海", "time": 1682899200000, "liked_count": "3", **named},
        {
            "comment_id": ids.letters(), "note_id": note, "content": "我也想去", "create_time": 1682899200,
            "sub_comment_count": "1", "parent_comment_id": ids.letters(), **named,
        },
        {
            "comment_id": ids.letters(), "note_id": ids.letters(), "content": "我也想去", "create_time": 1682899200,
            "sub_comment_count": "1", "parment_comment_id": ids.letters(), "tieba_name": "海", **named,
        },
    ]  # fmt: skip
    return written(folder, "notes.jsonl", rows)


def wechat(folder, ids):
    answer = {"content": "谢谢", "create_time": 1682902800, "reply_id": ids.post(), "reply_like_num": 1}
    below = {
        "content_id": ids.post(), "content": "我也想去", "nick_name": "小乙", "openid": ids.letters(),
        "reply_new": {"reply_list": [answer]},
    }  # fmt: skip
    article = {"aid": ids.post(), "fakeid": ids.letters(), "title": "看海", "digest": "海", "link": "https://a.example"}
    return written(folder, "articles.json", [article | {"comments": [below]}])


def web_comments(folder, ids):
    answer = {"commentid": ids.post(), "content": "好啊", "author": {"id": ids.user(), "name": "小丙"}}
    held = {
        "commentid": ids.post(), "parentid": ids.post(), "articleid": ids.post(), "content": "我也想去",
        "author": {"id": ids.user(), "name": "小乙"}, "time": "2023-05-01", "replies": [answer],
    }  # fmt: skip
    return written(folder, "answer.json", {"data": {"comments": [held]}})


def hot_hub(folder, ids):
    number = ids.post()
    page = (
        "# 知乎热门\n\n`更新时间：2023-05-01 06:16:00 +0800`\n\n## 热门话题\n\n"
        f"1. [看海吗？](https://www.zhihu.com/question/{number})\n"
    )
    return written(folder, "README.md", page)


SHAPES = (
    search, crawler, crawler_with_reposts, crawler_database, spider, nghuyong, nghuyong_posts, nghuyong_mongodb,
    endpoint, mediacrawler, wechat, web_comments, hot_hub,
)  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))


def everything_in(folder):
    texts = [path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
    unpacked = [json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False) for path in folder.rglob("*.parquet")]
    return "\n".join([*texts, *unpacked])


def ids_that_came_out(folder, run, shape, seed, suffix):
    ids = Ids(seed)
    file = shape(folder, ids)
    assert run("import", file, "-o", folder / "study", "--keep-raw", "--root", ids.post())[0] == 0
    (folder / "out").mkdir()
    for number, source in enumerate((file, folder / "study" / "documents.parquet")):
        code, _, err = run("label", source, "-o", folder / "out" / f"{number}.{suffix}", "--pseudonymise", "-q")
        assert code in (0, 1), err
    held = everything_in(folder / "out")
    return [id for id in ids.given if id in held]


@pytest.mark.parametrize("shape", SHAPES)
def test_no_id_comes_out_of_any_family_s_file_raw_or_imported(tmp_path, run, shape):
    assert ids_that_came_out(tmp_path, run, shape, 1, "jsonl") == []


@pytest.mark.slow
@settings(max_examples=60, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=st.sampled_from(SHAPES), seed=st.integers(0, 2**32), suffix=st.sampled_from(["csv", "jsonl", "parquet"]))
def test_whatever_the_ids_and_the_format_none_comes_out(tmp_path_factory, run, shape, seed, suffix):
    assert ids_that_came_out(tmp_path_factory.mktemp("crawl"), run, shape, seed, suffix) == []


def test_each_family_is_among_the_shapes(tmp_path):
    from weibo_nlp.ingest import read

    found = set()
    for shape in SHAPES:
        folder = tmp_path / shape.__name__
        folder.mkdir()
        found |= {each.family.name for each in read(shape(folder, Ids(1))).crawls}
    assert found | {"weibo-nlp", "table"} == set(FAMILIES)  # of which these are no crawler's


def test_ids_of_an_import_are_one_pseudonym_in_all_columns(tmp_path, run):
    ids = Ids(7)
    file = crawler_database(tmp_path, ids)
    assert run("import", file, "-o", tmp_path / "study", "--keep-raw")[0] == 0
    output = tmp_path / "out.parquet"
    assert run("label", tmp_path / "study" / "documents.parquet", "-o", output, "--pseudonymise", "-q")[0] == 0
    names = Pseudonyms(load_secret())
    raw = pq.read_table(tmp_path / "study" / "documents.parquet").to_pylist()
    done = pq.read_table(output).to_pylist()
    columns = ("id", "thread", "parent", "root", "repost_of", "above")
    assert [[row[name] for name in columns] for row in done] == [
        [None if row[name] is None else names.document(row[name]) for name in columns] for row in raw
    ]


def test_ids_of_comments_that_are_addresses_are_one_pseudonym_in_all_columns(tmp_path, run):
    page = (
        '<html><head><title>看海</title><link rel="canonical" href="https://forum.example.org/t/70000001"></head><body>'
        '<ul class="comment-list"><li class="comment" id="comment-90000011"><b class="comment-author">小乙</b>'
        '<div class="comment-content">我也想去</div><ol class="children"><li class="comment" id="comment-90000012">'
        '<b class="comment-author">小丙</b><div class="comment-content">好啊</div></li></ol></li></ul></body></html>'
    )
    file = written(tmp_path, "page.html", page)
    assert run("import", file, "-o", tmp_path / "study", "--keep-raw")[0] == 0
    output = tmp_path / "out.jsonl"
    assert run("label", tmp_path / "study" / "documents.parquet", "-o", output, "--pseudonymise", "-q")[0] == 0
    post, comment, answer = map(json.loads, output.open(encoding="utf-8"))
    assert (comment["parent"], answer["parent"], answer["root"]) == (post["id"], comment["id"], post["id"])
    assert answer["thread"] == comment["above"] == post["id"]


ID_COLUMNS = (
    "above", "thread", "root", "parent", "repost_of", "retweet_id", "origin_weibo", "in_reply_to", "weiboid",
    "parentid", "rootidstr", "rpid", "note_id", "aweme_id", "parment_comment_id", "rootid", "mid", "源微博", "父评论id",
)  # fmt: skip


def test_a_table_s_ids_are_one_pseudonym_whatever_their_columns_are_called(tmp_path, run):
    ids = Ids(3)
    first, unknown = ids.post(), ids.post()
    rows = [{"id": first, "text": "失信就该禁乘"} | dict.fromkeys(ID_COLUMNS, unknown)]
    rows += [{"id": ids.post(), "text": "支持"} | dict.fromkeys(ID_COLUMNS, first)]
    file, output = written(tmp_path, "posts.jsonl", rows), tmp_path / "out.jsonl"
    assert run("label", file, "-o", output, "--pseudonymise", "-q", "--text-column", "text")[0] == 0
    one, two = map(json.loads, output.open(encoding="utf-8"))
    names = Pseudonyms(load_secret())
    assert {one[name] for name in ID_COLUMNS} == {names.document(unknown)}
    assert {two[name] for name in ID_COLUMNS} == {one["id"]} == {names.document(first)}
