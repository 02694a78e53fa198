"""weiboSpider: the posts of chosen users as CSV and JSON, reposts and their originals in one text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from weibo_nlp.ingest.accounts import Speaker, file_speaker, weibo_speaker
from weibo_nlp.ingest.base import Documents, Family, Options, Sample
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.flags import EMBEDDED, MADE_ID, ORIGINAL_UNKNOWN, REMOVED, TRUNCATED
from weibo_nlp.ingest.removed import notice_flag
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import cell, is_truncated, read_text
from weibo_nlp.ingest.weibo_ids import post_id
from weibo_nlp.io import Reject
from weibo_nlp.records import Counts, Document

# Columns of the CSV by the keys of the JSON.
_COLUMNS = {
    "id": "微博id",
    "content": "微博正文",
    "original": "是否为原创微博",
    "publish_time": "发布时间",
    "publish_tool": "发布工具",
    "up_num": "点赞数",
    "retweet_num": "转发数",
    "comment_num": "评论数",
}
_NOTHING = "无"
_REPOST = re.compile(
    r"(?P<own>.*?)(?:\A|\n)(?:原始用户: ?(?P<user>[^\n]{0,100})\n)?转发内容: ?(?P<original>.*)", re.DOTALL
)
_REASON = re.compile(r"\s*转发理由[:：]\s*")
_DELETED = "转发微博已被删除"


def _matches(sample: Sample) -> bool:
    return sample.has("微博id", "微博正文", "发布时间") or sample.has("weibo[].id", "weibo[].content", "weibo[].up_num")


def _documents(source: Source, options: Options) -> Documents:
    return _of_csv(source, options) if source.columns else _of_json(source, options)


def _of_csv(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "weiboSpider/csv")
    author = file_speaker(source.path)  # who stands in no column
    for item in source.rows():
        if isinstance(item, Reject):
            yield item
        else:
            values = {key: item.values.get(name) for key, name in _COLUMNS.items()}
            yield from _posts(builder, item.number, values, author)


def _of_json(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "weiboSpider/json")
    for item in source.rows():
        if isinstance(item, Reject):
            yield item
            continue
        for post in source.inner_rows(item, "weibo"):
            if isinstance(post, Reject):
                yield post
            else:
                author = weibo_speaker(item.values.get("user"), id=post.values.get("user_id"))
                yield from _posts(builder, post.number, post.values, author)


def _posts(builder: Builder, number: int, values: Mapping[str, Any], author: Speaker) -> Iterator[Document | Reject]:
    """Make a document of a record, and behind it one of the original that stands in its text."""
    post = {key: None if cell(value) == _NOTHING else value for key, value in values.items()}
    id, text = post_id(post.get("id")), read_text(post.get("content"))
    is_original = str(post.get("original")).lower() != "false"
    match = _REPOST.fullmatch(text)
    # Where the mark of originals is missing, only these are crawled; a text that has the words then only has them.
    original = None if match is None or is_original or not id else match
    own = text if original is None else _REASON.sub("", original["own"], count=1).strip()
    is_gone = not is_original and text.strip() == _DELETED
    above, above_id = None, None
    if original is not None and id is not None:
        above = read_text(original["original"]).strip()
        above_id = _original_id(id, original["user"], above)
    yield builder.document(
        number,
        "post" if is_original else "repost",
        id,
        "" if is_gone else own,
        speaker=author,
        created=post.get("publish_time"),
        repost_of=above_id,
        counts=Counts(*(parse_count(post.get(name)) for name in ("up_num", "retweet_num", "comment_num"))),
        flags=[
            *([] if is_original or above_id else [ORIGINAL_UNKNOWN]),
            *([TRUNCATED] if is_truncated(own) else []),
        ],
        extra={"bid": _bid(post.get("id")), "client": cell(post.get("publish_tool"))},
    )
    if original is not None and above is not None:
        yield builder.document(
            number,
            "post",
            above_id,
            above,
            speaker=Speaker(None, cell(original["user"])),
            flags=[EMBEDDED, MADE_ID, *([TRUNCATED] if is_truncated(above) else [])],
            withheld=REMOVED if above == _DELETED else None,
        )


def _original_id(repost: str, user: str | None, text: str) -> str:
    """Make an id for an original, whose own the crawler drops: the same for all reposts of the same words.

    What only says that the words are gone may be of any post, so that its id is made of the repost's.
    """
    if text == _DELETED or notice_flag(text):
        return f"{repost}-original"
    return "original-" + sha256(f"{user or ''}\n{text}".encode()).hexdigest()[:24]


def _bid(value: object) -> str | None:
    text = cell(value)
    return None if text is None or text.isdigit() else text


FAMILY = Family("weiboSpider", ("csv of originals", "csv with reposts", "json"), _matches, _documents)
