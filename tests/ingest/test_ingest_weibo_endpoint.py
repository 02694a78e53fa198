import json

import pytest
from crawls import comment, status, user, written

from weibo_nlp.errors import UsageError
from weibo_nlp.ingest import Options, read
from weibo_nlp.records import Counts


def documents(folder, content, name="answer.json", **options):
    return list(read(written(folder, name, content), options=Options(**options)))


def test_a_status_has_all_that_it_says(tmp_path):
    (post,) = documents(tmp_path, status(reads_count=40, edit_count=1))
    assert (post.id, post.kind, post.text, post.author) == ("4900000000000001", "post", "今天去看了海", "100001")
    assert (post.created_at, post.region, post.counts) == ("2022-10-19T23:44:36+08:00", "云南", Counts(3, 1, 2, 40))
    assert post.account_type == "netizen"
    assert post.extra == {
        "nickname": "小甲",
        "verified_type": -1,
        "bid": "Mxxxxxxx1",
        "client": "一台手机",
        "edit_count": 1,
    }


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(lambda each: each, id="alone"),
        pytest.param(lambda each: [each], id="array"),
        pytest.param(lambda each: {"statuses": [each]}, id="api"),
        pytest.param(lambda each: {"ok": 1, "data": {"list": [each], "since_id": "x"}}, id="weibo.com"),
        pytest.param(lambda each: {"ok": 1, "data": {"cards": [{"mblog": each}]}}, id="m.weibo.cn"),
        pytest.param(lambda each: {"data": {"cards": [{"card_group": [{"mblog": each}]}]}}, id="search"),
    ],
)
def test_a_status_is_found_in_whatever_it_is_wrapped(tmp_path, wrapped):
    found = documents(tmp_path, wrapped(status()))
    assert [post.id for post in found] == ["4900000000000001"]
    (line,) = documents(tmp_path, [wrapped(status())], "lines.jsonl") if wrapped(1) != [1] else found
    assert line.id == found[0].id


def test_html_is_read_as_text_and_the_raw_text_goes_before_it(tmp_path):
    html = '去看<a href="/n/小乙">@小乙</a> 的海<br />浪&amp;沙<span class="url-icon"><img alt="[泪]"></span>'
    (shown,) = documents(tmp_path, [{**status(text=html), "text_raw": None}])
    assert shown.text == "去看@小乙 的海\n浪&沙[泪]"
    assert shown.mentions == ("小乙",)
    (raw,) = documents(tmp_path, status(text=html, text_raw="去看@小乙 的海[泪]"))
    assert raw.text == "去看@小乙 的海[泪]"


def test_a_long_text_is_used_where_it_is_there_and_its_lack_flagged(tmp_path):
    long = {"isLongText": True, "longText": {"longTextContent": "长" * 300}}
    (whole,) = documents(tmp_path, status(text="长" * 140, **long))
    assert (len(whole.text), whole.flags) == (300, ())
    (cut,) = documents(tmp_path, status(text="长" * 140, isLongText=True))
    assert cut.flags == ("truncated",)
    html = '说来话长...<a href="/status/4900000000000001">全文</a>'
    (mobile,) = documents(tmp_path, {**status(text=html), "text_raw": ""})
    assert mobile.flags == ("truncated",)


def test_a_repost_and_its_original_are_two_documents(tmp_path):
    original = status("4900000000000000", "海边有人在放烟花", user=user(100002, "小乙", verified_type=3))
    repost, above = documents(tmp_path, status(text="好想去", retweeted_status=original))
    assert (repost.kind, repost.repost_of, repost.thread) == ("repost", above.id, above.id)
    assert (above.text, above.author, above.account_type) == ("海边有人在放烟花", "100002", "media")
    assert above.flags == ("embedded",)


@pytest.mark.parametrize(
    ("notice", "flag"),
    [
        ("抱歉，此微博已被作者删除。查看帮助：网页链接", "removed"),
        ("抱歉，作者已设置仅展示半年内微博，此微博已不可见。", "hidden"),
        ("一句没有见过的话", "removed"),
    ],
)
def test_an_original_without_a_user_is_a_place_holder(tmp_path, notice, flag):
    original = status("4900000000000000", notice, user=None)
    repost, above = documents(tmp_path, status(text="可惜", retweeted_status=original))
    assert (repost.repost_of, repost.text) == ("4900000000000000", "可惜")
    assert (above.text, above.author, above.flags) == ("", None, ("embedded", flag))


def test_an_original_of_which_nothing_is_left_is_unknown(tmp_path):
    (repost,) = documents(tmp_path, [status(retweeted_status={"user": None, "text": "抱歉，此微博已被删除"})])
    assert (repost.kind, repost.repost_of, repost.flags) == ("repost", None, ("original_unknown",))


def test_comments_hang_below_their_post_and_answers_below_them(tmp_path):
    answer = comment("4900000000000012", "一起", rootid=4900000000000011, user=user(100004, "小丁"))
    deeper = comment(
        "4900000000000013",
        "回复@小丁:好",
        rootid=4900000000000011,
        reply_comment={"id": 4900000000000012, "text": "一起", "user": user(100004, "小丁"), "created_at": "刚刚"},
    )
    wrapped = {"ok": 1, "data": [comment(comments=[answer, deeper])], "max_id": 0}
    first, second, third = documents(tmp_path, wrapped, root="4900000000000001")
    assert (first.id, first.parent, first.root) == ("4900000000000011", "4900000000000001", "4900000000000001")
    assert (first.region, first.counts.likes, first.account_type) == ("河南", 5, "netizen")
    assert (second.parent, third.parent) == ("4900000000000011", "4900000000000012")
    assert (second.created_at, second.flags) == ("2022-10-20T08:00:00+08:00", ())  # once in itself, once in the third
    assert {each.thread for each in (first, second, third)} == {"4900000000000001"}


def test_the_post_of_comments_is_taken_from_what_they_say_or_asked_for(tmp_path):
    assert documents(tmp_path, [comment(analysis_extra="follow:0|mid:4900000000000009")])[0].root == "4900000000000009"
    assert documents(tmp_path, [comment(status={"id": 4900000000000008})])[0].root == "4900000000000008"
    with pytest.raises(UsageError, match=r"answer\.json: comments do not say .*--root"):
        documents(tmp_path, [comment()])


def test_comments_inside_a_status_are_below_it(tmp_path):
    post, below = documents(tmp_path, status(comments=[comment()]))
    assert (below.kind, below.parent) == ("comment", post.id)


@pytest.mark.parametrize("long", [{"text_raw": "好" * 100_001}, {"source": "好" * 100_001}])
def test_a_record_beyond_all_measure_is_set_aside(tmp_path, long):
    crawl = read(written(tmp_path, "a.jsonl", [status(**long), status("4900000000000002")]))
    assert [document.id for document in crawl] == ["4900000000000002"]
    assert "longer than 100,000 characters" in next(iter(crawl.tally.reasons))


def test_an_answer_without_anything_in_it_is_told(tmp_path):
    crawl = read(written(tmp_path, "a.jsonl", [status(), {"ok": -100, "msg": "请登录"}]))
    assert [document.kind for document in crawl] == ["post"]
    assert crawl.tally.reasons == {"no status and no comment in it": 1}


def test_ids_of_sixteen_digits_keep_them_all(tmp_path):
    exact = "4902837465012837465"
    post = {key: value for key, value in status().items() if key not in ("idstr", "mid")} | {"id": int(exact)}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(post), "utf-8")
    assert [document.id for document in read(path)] == [exact]
