"""weibo-crawler: the posts of chosen users as CSV, JSON and SQLite, with the originals of what they repost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from weibo_nlp.ingest.accounts import Speaker, file_speaker, weibo_speaker
from weibo_nlp.ingest.base import Documents, Family, Options, Sample, TableColumns
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.flags import CHAIN_LOST, EMBEDDED, TRUNCATED
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import cell, is_truncated, listed, read_text
from weibo_nlp.ingest.weibo_ids import post_id
from weibo_nlp.io import Reject
from weibo_nlp.records import Counts, Document

# Columns of the CSV by the keys of the JSON; of an original, they begin with its prefix.
_COLUMNS = {
    "id": "id",
    "bid": "bid",
    "text": "正文",
    "created_at": "日期",
    "full_created_at": "完整日期",
    "source": "工具",
    "attitudes_count": "点赞数",
    "comments_count": "评论数",
    "reposts_count": "转发数",
    "at_users": "@用户",
    "edit_count": "编辑次数",
}
_ORIGINAL = "源微博"
_IS_ORIGINAL = "是否原创"
_EDITS = ("是否编辑过", "编辑次数")
_NO_COMMENT = (None, "", "0")


def _matches(sample: Sample) -> bool:
    return (
        sample.has("id", "正文", "日期", "点赞数", "@用户")
        or sample.has("user.id", "weibo[].id", "weibo[].text")
        or sample.has_table("weibo", "id", "user_id", "text", "attitudes_count")
    )


def _documents(source: Source, options: Options) -> Documents:
    if source.sqlite is not None:
        return _of_sqlite(source, options)
    return _of_csv(source, options) if source.columns else _of_json(source, options)


def _of_csv(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "weibo-crawler/csv")
    author = file_speaker(source.path)  # who stands in no column
    for item in source.rows(_short_rows(source.columns)):
        if isinstance(item, Reject):
            yield item
            continue
        own = {key: item.values.get(name) for key, name in _COLUMNS.items()}
        original = {key: item.values.get(_ORIGINAL + name) for key, name in _COLUMNS.items()}
        above = Speaker(cell(item.values.get("源用户id")), cell(item.values.get("源用户昵称")))
        yield from _posts(builder, item.number, own, author, original, above)


def _short_rows(columns: tuple[str, ...]) -> frozenset[int]:
    """Count the cells of rows that the crawler writes short: originals end at a mark, reposts before the edits."""
    short = set()
    if _IS_ORIGINAL in columns:
        short.add(columns.index(_IS_ORIGINAL) + 1)
        if columns[-len(_EDITS) :] == tuple(_ORIGINAL + name for name in _EDITS):
            short.add(len(columns) - len(_EDITS))
    return frozenset(short)


def _of_json(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "weibo-crawler/json")
    for item in source.rows():
        if isinstance(item, Reject):
            yield item
            continue
        for inner in source.inner_rows(item, "weibo"):
            if isinstance(inner, Reject):
                yield inner
                continue
            post = inner.values
            original = post.get("retweet")
            original = original if isinstance(original, dict) else {}
            author = weibo_speaker(item.values.get("user"), id=post.get("user_id"), nickname=post.get("screen_name"))
            above = weibo_speaker(None, id=original.get("user_id"), nickname=original.get("screen_name"))
            yield from _posts(builder, inner.number, post, author, original, above)


def _posts(
    builder: Builder,
    number: int,
    own: Mapping[str, Any],
    author: Speaker,
    original: Mapping[str, Any],
    above: Speaker,
) -> Iterator[Document | Reject]:
    """Make a document of a record, and behind it one of the original that it has in it."""
    original_id = _id(original)
    yield _post(builder, number, own, author, original_id)
    if original_id:
        yield _post(builder, number, original, above, None, EMBEDDED)


def _post(
    builder: Builder, number: int, post: Mapping[str, Any], author: Speaker, original_id: str | None, *flags: str
) -> Document | Reject:
    text = read_text(post.get("text"))
    return builder.document(
        number,
        "repost" if original_id else "post",
        _id(post),
        text,
        speaker=author,
        # The first of them was to the day only, in earlier versions.
        created=cell(post.get("full_created_at")) or cell(post.get("created_at")),
        repost_of=original_id,
        counts=_counts(post),
        mentioned=listed(post.get("at_users")),
        flags=[*flags, *([TRUNCATED] if is_truncated(text) else [])],
        extra={
            "bid": cell(post.get("bid")),
            "client": cell(post.get("source")),
            "edit_count": parse_count(post.get("edit_count")),
        },
    )


def _id(post: Mapping[str, Any]) -> str | None:
    return post_id(post.get("id")) or post_id(post.get("bid"))


def _counts(post: Mapping[str, Any]) -> Counts:
    return Counts(*(parse_count(post.get(name)) for name in ("attitudes_count", "reposts_count", "comments_count")))


def _of_sqlite(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "weibo-crawler/sqlite")
    tables: Mapping[str, Any] = source.sqlite.tables if source.sqlite is not None else {}
    users: dict[str | None, Mapping[str, Any]] = {}
    if "user" in tables:
        for item in source.table_rows("user"):
            if not isinstance(item, Reject):
                users[cell(item.values.get("id"))] = item.values
    for item in source.table_rows("weibo"):
        if isinstance(item, Reject):
            yield item
            continue
        post = item.values
        user_id = cell(post.get("user_id"))
        author = weibo_speaker(users.get(user_id), id=user_id, nickname=post.get("screen_name"))
        yield _post(builder, item.number, post, author, post_id(post.get("retweet_id")))
    for name, document in (("comments", _comment), ("reposts", _repost)):
        if name in tables:
            for item in source.table_rows(name):
                yield item if isinstance(item, Reject) else document(builder, item.number, item.values)


def _comment(builder: Builder, number: int, comment: Mapping[str, Any]) -> Document | Reject:
    post, above = post_id(comment.get("weibo_id")), cell(comment.get("root_id"))
    own = cell(comment.get("id"))
    return builder.document(
        number,
        "comment",
        own,
        read_text(comment.get("text")),
        speaker=_speaker(comment),
        created=comment.get("created_at"),
        parent=post if above in _NO_COMMENT or above == own else above,
        root=post,
        counts=Counts(likes=parse_count(comment.get("like_count"))),
        extra={"bid": cell(comment.get("bid"))},
    )


def _repost(builder: Builder, number: int, repost: Mapping[str, Any]) -> Document | Reject:
    return builder.document(
        number,
        "repost",
        _id(repost),
        read_text(repost.get("text")),
        speaker=_speaker(repost),
        created=repost.get("created_at"),
        repost_of=post_id(repost.get("weibo_id")),
        counts=Counts(likes=parse_count(repost.get("like_count"))),
        flags=[CHAIN_LOST],
        extra={"bid": cell(repost.get("bid"))},
    )


def _speaker(values: Mapping[str, Any]) -> Speaker:
    return weibo_speaker(None, id=values.get("user_id"), nickname=values.get("user_screen_name"))


FAMILY = Family(
    "weibo-crawler",
    ("csv, dates to the day", "csv with 完整日期 and edits", "json", "sqlite without comments", "sqlite"),
    _matches,
    _documents,
    # With reposts in it, a row is two documents, and some rows are short. Without, all are posts.
    lambda sample: (
        TableColumns("正文", "id", may_answer=False) if sample.has("正文") and not sample.has(_IS_ORIGINAL) else None
    ),
)
