"""Notices in the place of texts, and words of people that are like them."""

import pytest
from crawls import status, written

from weibo_nlp.ingest import read
from weibo_nlp.ingest.removed import notice_flag

NOTICES = {
    "removed": [
        "该评论已被删除",
        "评论已被删除。",
        "该评论已删除",
        "此评论已被作者删除",
        "该回复已被楼主删除",
        "抱歉，此微博已被作者删除。查看帮助：https://example.org/1",
        "抱歉，此微博已被删除。",
        "该微博已不存在",
        "抱歉，该微博不存在。",
        "该帖子不存在或已被删除",
        "该内容因违反社区规定已被删除",
        "该微博因被多人投诉，根据相关规定，已被删除。",
        "此微博因违反相关法律法规和政策，无法查看。",
        "該留言已被刪除",
        "该条内容已被屏蔽",
        "该回答已被知乎删除",
        "抱歉，该账号因违反社区公约已被封禁，无法查看",
        "该用户已注销",
        "[deleted]",
        "This comment has been removed by a moderator",
        "【该文章已被发布者删除】",
    ],
    "hidden": [
        "抱歉，作者已设置仅展示半年内微博，此微博已不可见。",
        "作者已设置仅展示一个月内的微博",
        "抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。",
        "你没有权限查看",
        "该微博仅粉丝可见",
        "由于博主设置，目前内容暂不可见",
        "该用户已被禁言",
    ],
    "folded": [
        "该评论已被折叠",
        "评论已被作者折叠",
        "该回复因不友善被折叠",
        "该内容已被系统隐藏",
        "已折叠的评论",
    ],
}
WORDS = [
    "他的微博已被删除了，大家知道为什么吗",
    "我的评论又被删除了",
    "该评论已被删除，请大家评评理",
    "评论已被删除？凭什么",
    "该删的都删了",
    "该用户说的对",
    "作者已设置了好多伏笔",
    "这视频被下架了，可惜",
    "因为下雨，活动取消",
    "今天的内容已经没有权限这种东西了吗",
    "抱歉，我来晚了",
    "此处删除三百字",
    "折叠屏手机真好看",
    "仅代表个人观点",
    "removed my mask at last",
    "",
]


@pytest.mark.parametrize(("text", "flag"), [(text, flag) for flag, texts in NOTICES.items() for text in texts])
def test_a_notice_has_the_flag_of_what_happened(text, flag):
    assert notice_flag(text) == flag


@pytest.mark.parametrize("text", WORDS)
def test_words_that_speak_of_it_stay(text):
    assert notice_flag(text) is None


def test_a_place_holder_has_no_text_and_keeps_its_place(tmp_path):
    comment = {"id": 12, "idstr": "12", "rootid": 12, "created_at": "Thu Oct 20 08:00:00 +0800 2022"}
    comment |= {"text": "该评论已被折叠", "user": {"id": 3, "screen_name": "小丙"}, "like_counts": 7}
    post, folded = read(written(tmp_path, "a.json", {"data": [status(comments=[comment], comments_count=1)]}))
    assert (folded.text, folded.flags, folded.parent, folded.counts.likes) == ("", ("folded",), post.id, 7)
    assert post.extra["comments_seen"] == 1
