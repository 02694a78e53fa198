"""MediaCrawler: posts and comments of six platforms, as CSV, JSON, JSON Lines and SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from weibo_nlp.ingest.accounts import Speaker
from weibo_nlp.ingest.base import Documents, Family, Options, Sample
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.flags import TRUNCATED
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import cell, is_truncated, listed, read_text, region_of
from weibo_nlp.ingest.weibo_ids import post_id
from weibo_nlp.io import Reject, Row
from weibo_nlp.records import Counts, Document, Kind

_PARENTS = ("parent_comment_id", "parment_comment_id")  # the second is what tieba's were first called
# Until July 2026 records name the user; since then there is a hash of the id, without a secret.
_USERS = ("creator_hash", "user_id")
_NICKNAMES = ("nickname", "user_nickname")
_FOLLOWERS = ("fans", "total_fans", "follows")
_CUT = 500
"""Length at which titles and descriptions of bilibili are cut."""
_TOPIC_SIGN = "[话题]#"


@dataclass(frozen=True)
class _Shape:
    """Records of one platform: by which keys they are known, and under which keys they say what.

    Parameters
    ----------
    platform : str
        Where they were published.
    known_by : tuple of str
        All of these keys are in a record; of the shapes that fit, the first one is it.
    id, times, likes, reposts, comments, views, title : str
        Keys; empty for none.
    texts : tuple of str
        Of which the first one that is not empty is the text.
    post : str
        Of a comment, the key with the id of its post.
    word : str
        What a post is called within ids.
    extra : tuple of str
        What else is kept.
    """

    platform: str
    known_by: tuple[str, ...]
    id: str
    texts: tuple[str, ...]
    times: tuple[str, ...]
    likes: str = ""
    reposts: str = ""
    comments: str = ""
    views: str = ""
    title: str = ""
    post: str = ""
    word: str = "post"
    extra: tuple[str, ...] = ()


_SHAPES = (
    _Shape(
        "zhihu",
        ("comment_id", "content", "content_id"),
        "comment_id",
        ("content",),
        ("publish_time", "create_time"),
        "like_count",
        comments="sub_comment_count",
        post="content_id",
    ),
    _Shape(
        "douyin",
        ("comment_id", "content", "aweme_id"),
        "comment_id",
        ("content",),
        ("create_time",),
        "like_count",
        comments="sub_comment_count",
        post="aweme_id",
        word="video",
    ),
    _Shape(
        "bilibili",
        ("comment_id", "content", "video_id", "parent_comment_id"),
        "comment_id",
        ("content",),
        ("create_time",),
        "like_count",
        comments="sub_comment_count",
        post="video_id",
        word="video",
    ),
    _Shape(
        "tieba",
        ("comment_id", "content", "note_id", "tieba_name"),
        "comment_id",
        ("content",),
        ("publish_time",),
        comments="sub_comment_count",
        post="note_id",
    ),
    _Shape(
        "weibo",
        ("comment_id", "content", "note_id", "comment_like_count"),
        "comment_id",
        ("content",),
        ("create_time", "create_date_time"),
        "comment_like_count",
        comments="sub_comment_count",
        post="note_id",
    ),
    _Shape(
        "xiaohongshu",
        ("comment_id", "content", "note_id", "sub_comment_count"),
        "comment_id",
        ("content",),
        ("create_time",),
        "like_count",
        comments="sub_comment_count",
        post="note_id",
        word="note",
    ),
    _Shape(
        "zhihu",
        ("content_id", "content_text", "voteup_count"),
        "content_id",
        ("content_text", "desc", "title"),
        ("created_time",),
        "voteup_count",
        comments="comment_count",
        title="title",
        extra=("question_id",),
    ),
    _Shape(
        "douyin",
        ("aweme_id", "desc", "create_time"),
        "aweme_id",
        ("desc", "title"),
        ("create_time",),
        "liked_count",
        "share_count",
        "comment_count",
        title="title",
        word="video",
        extra=("collected_count",),
    ),
    _Shape(
        "bilibili",
        ("video_id", "desc", "video_play_count"),
        "video_id",
        ("desc", "title"),
        ("create_time",),
        "liked_count",
        "video_share_count",
        "video_comment",
        "video_play_count",
        title="title",
        word="video",
        extra=("video_danmaku", "video_coin_count", "video_favorite_count", "disliked_count"),
    ),
    _Shape(
        "tieba",
        ("note_id", "title", "tieba_name", "total_replay_num"),
        "note_id",
        ("desc", "title"),
        ("publish_time",),
        comments="total_replay_num",
        title="title",
        extra=("tieba_name",),
    ),
    _Shape(
        "weibo",
        ("note_id", "content", "create_date_time"),
        "note_id",
        ("content",),
        ("create_time", "create_date_time"),
        "liked_count",
        "shared_count",
        "comments_count",
    ),
    _Shape(
        "xiaohongshu",
        ("note_id", "desc", "time", "liked_count"),
        "note_id",
        ("desc", "title"),
        ("time",),
        "liked_count",
        "share_count",
        "comment_count",
        title="title",
        word="note",
        extra=("collected_count",),
    ),
)


def _matches(sample: Sample) -> bool:
    return _shape_of(sample.keys) is not None or any(_shape_of(columns) for columns in sample.tables.values())


def _shape_of(keys: frozenset[str]) -> _Shape | None:
    return next((shape for shape in _SHAPES if keys.issuperset(shape.known_by)), None)


def _holds_users(sample: Sample) -> bool:
    return (
        sample.has_any(*_USERS)
        and sample.has_any(*_FOLLOWERS)
        and sample.has_any(*_NICKNAMES, "user_name")
        and not sample.has_any("content", "content_text", *(shape.id for shape in _SHAPES))
    )


def _documents(source: Source, options: Options) -> Documents:
    for item in _rows(source):
        if isinstance(item, Reject):
            yield item
            continue
        shape = _shape_of(frozenset(item.values))
        if shape is None:
            yield source.reject(item.number, "no post and no comment of a platform that is known")
        else:
            yield _document(source, options, item, shape)


def _rows(source: Source) -> Iterator[Row | Reject]:
    if source.sqlite is None:
        yield from source.rows()
        return
    for name, columns in source.sqlite.tables.items():
        if _shape_of(frozenset(columns)) is not None:
            yield from source.table_rows(name)


def _document(source: Source, options: Options, item: Row, shape: _Shape) -> Document | Reject:
    values = item.values
    builder = Builder(source, options, f"mediacrawler/{shape.platform}", shape.platform)
    own = _id(shape, values, "comment" if shape.post else _word(shape, values), shape.id)
    post = _id(shape, values, _word(shape, values), shape.post) if shape.post else None
    text = _text(values, shape.texts)
    title = _text(values, (shape.title,))
    return builder.document(
        item.number,
        _kind(shape, values),
        own,
        text,
        speaker=Speaker(_first(values, _USERS), _first(values, _NICKNAMES)),
        created=_first(values, shape.times),
        parent=_parent(shape, values, post),
        root=post,
        # Notes without a title, and videos, repeat their beginning as one.
        title=None if text.startswith(title) else title,
        region=region_of(values.get("ip_location")),
        counts=Counts(
            *(parse_count(values.get(name)) for name in (shape.likes, shape.reposts, shape.comments, shape.views))
        ),
        flags=[TRUNCATED] if _is_cut(shape, text) else [],
        extra={
            # As texts and addresses have it, where the id has more before it.
            shape.id: None if own == cell(values.get(shape.id)) else cell(values.get(shape.id)),
            "keyword": cell(values.get("source_keyword")),
            "tags": listed(values.get("tag_list")) if shape.word == "note" and not shape.post else None,
            **{name: cell(values.get(name)) for name in shape.extra},
        },
    )


def _kind(shape: _Shape, values: Mapping[str, Any]) -> Kind:
    if shape.post:
        return "comment"
    return "article" if values.get("content_type") == "article" else "post"


def _word(shape: _Shape, values: Mapping[str, Any]) -> str:
    """Return what kind of post a record is or is below; answers, articles and films of zhihu are counted apart."""
    return (cell(values.get("content_type")) or "post") if shape.platform == "zhihu" else shape.word


def _id(shape: _Shape, values: Mapping[str, Any], word: str, key: str) -> str | None:
    """Return an id that no other record has: every platform counts from the beginning, and each kind for itself."""
    raw = cell(values.get(key))
    if shape.platform == "weibo":
        return raw if word == "comment" else post_id(raw)
    return None if raw is None else f"{shape.platform}:{word}:{raw}"


def _parent(shape: _Shape, values: Mapping[str, Any], post: str | None) -> str | None:
    key = next((name for name in _PARENTS if name in values), "")
    if not shape.post or cell(values.get(key)) in (None, "0", cell(values.get(shape.id))):
        return post
    return _id(shape, values, "comment", key)


def _first(values: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := cell(values.get(name))) is not None), None)


def _text(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first text that is not empty; the sign that xiaohongshu writes into its topics is not shown."""
    texts = (read_text(values.get(name)) for name in names)
    return next((text for text in texts if text.strip()), "").replace(_TOPIC_SIGN, "#")


def _is_cut(shape: _Shape, text: str) -> bool:
    return is_truncated(text) or (shape.platform == "bilibili" and not shape.post and len(text) == _CUT)


FAMILY = Family(
    "mediacrawler",
    ("users by id, until 2026-07", "users by hash", "csv, json and jsonl", "sqlite", "workbook"),
    _matches,
    _documents,
    holds_users=_holds_users,
)
