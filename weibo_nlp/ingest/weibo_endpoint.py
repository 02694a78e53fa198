"""What Weibo's own addresses answer, saved as it came: statuses and comments in JSON, under whatever wrapping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from weibo_nlp.ingest.accounts import weibo_speaker
from weibo_nlp.ingest.base import Documents, Family, Options, Sample
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.flags import EMBEDDED, ORIGINAL_UNKNOWN, REMOVED, TRUNCATED
from weibo_nlp.ingest.nested import outermost
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import cell, is_truncated, read_text, region_of
from weibo_nlp.ingest.weibo_ids import post_id
from weibo_nlp.io import Reject
from weibo_nlp.records import Counts, Document

_IDS = ("mid", "idstr", "mblogid", "rootid", "rootidstr")
_OF_COMMENTS = ("rootid", "rootidstr", "reply_comment", "floor_number", "like_counts", "like_count")
_OF_STATUSES = ("mblogid", "reposts_count", "attitudes_count", "retweeted_status")
_FROM = "来自"
_MID = re.compile(r"(?:^|\|)mid:(\d+)", re.ASCII)


def _matches(sample: Sample) -> bool:
    places = (path.removesuffix("created_at") for path in sample.keys if path.endswith("created_at"))
    return any(
        sample.has(f"{place}text", f"{place}user.screen_name") and sample.has_any(*(place + name for name in _IDS))
        for place in places
    )


def _documents(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "weibo-endpoint/json")
    met = 0
    for item in source.rows():
        if isinstance(item, Reject):
            yield item
            continue
        before = met
        for record in outermost(item.values, _is_record):
            met += 1
            # In one document all of them would stand in its first record.
            number = met if source.is_document else item.number
            if _is_comment(record):
                yield from _comments(builder, number, record, None, None)
            else:
                yield from _statuses(builder, number, record)
        if met == before:
            yield source.reject(item.number, "no status and no comment in it")


def _is_record(value: Mapping[str, Any]) -> bool:
    return (
        "text" in value and "user" in value and "created_at" in value and any(name in value for name in ("id", *_IDS))
    )


def _is_comment(record: Mapping[str, Any]) -> bool:
    return any(name in record for name in _OF_COMMENTS) and not any(name in record for name in _OF_STATUSES)


def _statuses(builder: Builder, number: int, status: Mapping[str, Any]) -> Documents:
    """Make a document of a status, and behind it of its original and of the comments that stand in it."""
    original = status.get("retweeted_status")
    original_id = _id(original) if isinstance(original, dict) else None
    yield _status(builder, number, status, original_id)
    if isinstance(original, dict) and original_id:
        yield _status(builder, number, original, None, EMBEDDED)
    if (own := _id(status)) is not None:
        for comment in _inner(status):
            yield from _comments(builder, number, comment, own, None)


def _status(
    builder: Builder, number: int, status: Mapping[str, Any], original_id: str | None, *flags: str
) -> Document | Reject:
    is_repost = "retweeted_status" in status and status["retweeted_status"] is not None
    text, is_cut = _text(status)
    return builder.document(
        number,
        "repost" if is_repost else "post",
        _id(status),
        text,
        speaker=weibo_speaker(status.get("user")),
        created=status.get("created_at"),
        repost_of=original_id,
        region=region_of(status.get("region_name")),
        counts=Counts(
            likes=parse_count(status.get("attitudes_count")),
            reposts=parse_count(status.get("reposts_count")),
            comments=parse_count(status.get("comments_count")),
            views=parse_count(status.get("reads_count")),
        ),
        # Of what is gone, the platform keeps a status without a user, whose text says why.
        withheld=REMOVED if status.get("user") is None or str(status.get("deleted")) == "1" else None,
        flags=[
            *flags,
            *([ORIGINAL_UNKNOWN] if is_repost and original_id is None else []),
            *([TRUNCATED] if is_cut else []),
        ],
        extra={
            "bid": cell(status.get("mblogid")) or cell(status.get("bid")),
            "client": read_text(status.get("source"), html=True) or None,
            "edit_count": parse_count(status.get("edit_count")),
        },
    )


def _text(status: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the longest text that a status has, and whether there is a longer one that it does not have."""
    long = status.get("longText")
    content = long.get("longTextContent") if isinstance(long, dict) else None
    if isinstance(content, str) and content:
        return read_text(content), False
    raw = status.get("text_raw")
    # The one for readers is HTML; the raw one, where there is one, has emoticons and addresses as they were written.
    text = read_text(raw) if isinstance(raw, str) and raw else read_text(status.get("text"), html=True)
    return text, is_truncated(text, is_long=status.get("isLongText") is True)


def _comments(
    builder: Builder, number: int, comment: Mapping[str, Any], post: str | None, outer: str | None
) -> Documents:
    """Make a document of a comment, and behind it of the one that it answers and of its own answers."""
    root = builder.root(post or _post_of(comment))
    own, above, top = (
        _comment_id(comment),
        comment.get("reply_comment"),
        cell(comment.get("rootidstr") or comment.get("rootid")),
    )
    above = above if isinstance(above, dict) and _comment_id(above) else None
    top = None if top in ("0", own) else top
    parent = (outer or top or root) if above is None else _comment_id(above)
    root = root or outer or top
    yield _comment(builder, number, comment, root, parent)
    if above is not None:
        yield _comment(builder, number, above, root, outer or root, EMBEDDED)
    for answer in _inner(comment):
        yield from _comments(builder, number, answer, root, own)


def _comment(
    builder: Builder, number: int, comment: Mapping[str, Any], root: str | None, parent: str | None, *flags: str
) -> Document | Reject:
    origin = cell(comment.get("source"))
    text, _ = _text(comment)
    return builder.document(
        number,
        "comment",
        _comment_id(comment),
        text,
        speaker=weibo_speaker(comment.get("user")),
        created=comment.get("created_at"),
        parent=parent,
        root=root,
        region=region_of(origin) if origin is not None and origin.startswith(_FROM) else None,
        counts=Counts(
            likes=parse_count(comment.get("like_counts", comment.get("like_count"))),
            comments=parse_count(comment.get("total_number")),
        ),
        flags=flags,
    )


def _inner(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the comments in a record, whose place has ``false`` in it where there are none."""
    comments = record.get("comments")
    return (item for item in comments if isinstance(item, dict)) if isinstance(comments, list) else iter(())


def _id(status: Mapping[str, Any]) -> str | None:
    return next(
        (found for name in ("mid", "idstr", "id", "mblogid", "bid") if (found := post_id(status.get(name)))), None
    )


def _comment_id(comment: Mapping[str, Any]) -> str | None:
    return cell(comment.get("idstr")) or cell(comment.get("id"))


def _post_of(comment: Mapping[str, Any]) -> str | None:
    """Return the id of the post that a comment is below, where its record has it."""
    status = comment.get("status")
    if isinstance(status, dict):
        return _id(status)
    match = _MID.search(str(comment.get("analysis_extra") or ""))
    return None if match is None else match[1]


FAMILY = Family(
    "weibo-endpoint", ("weibo.com: text_raw, mblogid", "m.weibo.cn: HTML, bid", "comments"), _matches, _documents
)
