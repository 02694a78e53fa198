"""nghuyong's WeiboSpider: posts and comments as JSON Lines, or as its first version kept them in MongoDB."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from weibo_nlp.ingest.accounts import weibo_speaker
from weibo_nlp.ingest.base import Documents, Family, Options, Sample, TableColumns
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.flags import EMBEDDED, ORIGINAL_UNKNOWN, TRUNCATED
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import cell, is_truncated, read_text, region_of
from weibo_nlp.ingest.weibo_ids import post_id
from weibo_nlp.io import Reject
from weibo_nlp.records import Counts, Document


def _matches(sample: Sample) -> bool:
    return sample.has("_id", "content", "created_at") and (
        sample.has("mblogid", "user.nick_name")
        or sample.has("comment_user.nick_name", "like_counts")
        or sample.has("crawl_time", "user_id", "like_num")
        or sample.has("crawl_time", "comment_user_id")
    )


def _documents(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "nghuyong/jsonl")
    for item in source.rows():
        if isinstance(item, Reject):
            yield item
        elif "comment_user" in item.values or "comment_user_id" in item.values:
            yield from _comments(builder, item.number, item.values)
        else:
            yield _post(builder, item.number, item.values)


def _post(builder: Builder, number: int, post: Mapping[str, Any]) -> Document | Reject:
    original = post_id(post.get("retweet_id")) or post_id(post.get("origin_weibo"))
    is_repost = original is not None or post.get("is_retweet") is True
    text = read_text(post.get("content"))
    return builder.document(
        number,
        "repost" if is_repost else "post",
        _id(post),
        text,
        speaker=weibo_speaker(post.get("user"), id=post.get("user_id")),
        created=post.get("created_at"),
        crawled_at=_crawled_at(post),
        repost_of=original,
        region=region_of(post.get("ip_location")),
        counts=Counts(
            likes=_count(post, "attitudes_count", "like_num"),
            reposts=_count(post, "reposts_count", "repost_num"),
            comments=_count(post, "comments_count", "comment_num"),
            views=_count(post, "reads_count"),
        ),
        flags=[
            *([ORIGINAL_UNKNOWN] if is_repost and original is None else []),
            *([TRUNCATED] if is_truncated(text, is_long=post.get("isLongText") is True) else []),
        ],
        extra={
            "bid": cell(post.get("mblogid")),
            "client": cell(post.get("source")) or cell(post.get("tool")),
            "keyword": cell(post.get("keyword")),
        },
    )


def _comments(builder: Builder, number: int, comment: Mapping[str, Any]) -> Documents:
    """Make a document of a comment, and behind it one of the comment that it answers, where that stands in it."""
    root = builder.root(post_id(comment.get("weibo_id")) or post_id(comment.get("weibo_url")))
    above = comment.get("reply_comment")
    above = above if isinstance(above, dict) and above.get("_id") else None
    yield _comment(builder, number, comment, root, root if above is None else str(above["_id"]))
    if above is not None:
        yield _comment(builder, number, above, root, root, EMBEDDED)


def _comment(
    builder: Builder, number: int, comment: Mapping[str, Any], root: str | None, parent: str | None, *flags: str
) -> Document | Reject:
    text = comment.get("content")
    return builder.document(
        number,
        "comment",
        cell(comment.get("_id")),
        read_text(comment.get("text") if text is None else text),
        speaker=weibo_speaker(comment.get("comment_user") or comment.get("user"), id=comment.get("comment_user_id")),
        created=comment.get("created_at"),
        crawled_at=_crawled_at(comment),
        parent=parent,
        root=root,
        region=region_of(comment.get("ip_location")),
        counts=Counts(likes=_count(comment, "like_counts", "like_num")),
        flags=flags,
    )


def _id(post: Mapping[str, Any]) -> str | None:
    """Return the number of a post; the first version wrote its author before it."""
    name = cell(post.get("_id"))
    return post_id(name if name is None else name.rpartition("_")[2]) or post_id(post.get("mblogid"))


def _count(values: Mapping[str, Any], *names: str) -> int | None:
    return next((count for name in names if (count := parse_count(values.get(name))) is not None), None)


def _crawled_at(values: Mapping[str, Any]) -> datetime | None:
    """Return when a record was crawled, in seconds since 1970 as it says."""
    moment = values.get("crawl_time")
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not 0 < moment < 2**33:
        return None
    return datetime.fromtimestamp(moment, UTC)


FAMILY = Family(
    "nghuyong-weibospider",
    ("of MongoDB", "posts", "comments, whose post --root names"),
    _matches,
    _documents,
    lambda sample: TableColumns("content", "_id", "retweet_id" if sample.has("retweet_id") else None),
)
