"""Comments of any site: nested JSON, and pages whose elements say what they are; for sites without a family."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from weibo_nlp.ingest.accounts import Speaker
from weibo_nlp.ingest.base import Documents, Family, Options, Sample, TableColumns
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.flags import FOLDED, HIDDEN, MADE_ID, REMOVED
from weibo_nlp.ingest.nested import outermost
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import cell, read_text, region_of
from weibo_nlp.ingest.web_pages import read_page
from weibo_nlp.io import Reject
from weibo_nlp.records import Counts, Document

# Names of keys without case, strokes and dots; of several that a record has, the first one counts.
_TEXT = (
    "text", "content", "message", "body", "commenttext", "commentcontent", "comment", "msg", "rawtext", "评论内容",
    "内容", "评论", "正文", "回复内容",
)  # fmt: skip
_AUTHOR = (
    "author", "user", "member", "userinfo", "commenter", "poster", "creator", "nickname", "username", "nick", "uname",
    "screenname", "displayname", "authorname", "name", "昵称", "用户名", "用户", "作者",
)  # fmt: skip
_AUTHOR_ID = ("authorid", "userid", "uid", "mid", "openid", "id")
_TIME = (
    "time", "createdat", "createtime", "createdtime", "ctime", "created", "datetime", "date", "publishtime", "pubtime",
    "publishedat", "timestamp", "addtime", "posttime", "评论时间", "发布时间", "时间", "日期",
)  # fmt: skip
_LIKES = (
    "likes", "likecount", "likecounts", "likenum", "likescount", "like", "diggcount", "upvotes", "upvotecount", "votes",
    "up", "ups", "voteupcount", "praisecount", "praise", "agreecount", "agree", "supportcount", "点赞数", "点赞", "赞",
)  # fmt: skip
_REPLIES = (
    "replies", "children", "comments", "subcomments", "childcomments", "replylist", "reply", "answers", "childs", "sub",
    "回复",
)  # fmt: skip
_REPLY_COUNT = (
    "replycount",
    "repliescount",
    "commentcount",
    "subcommentcount",
    "rcount",
    "totalnumber",
    "回复数",
    "评论数",
)
_ID = ("commentid", "id", "cid", "rpid", "replyid", "idstr")
# Nothing but a comment has an id of such a name, so that a list of them needs no answers within to be known.
_COMMENT_ID = frozenset(["commentid", "cmtid", "rpid", "parentcommentid", "评论id"])
_PARENT = ("parentid", "parentcommentid", "replytoid", "replyto", "inreplyto", "pid", "parent")
_POST = ("articleid", "noteid", "topicid", "threadid", "newsid", "videoid", "postid", "oid")
_TITLE = ("title", "标题")
_ADDRESS = ("url", "link", "链接")
_REGION = ("iplocation", "iplabel", "ipregion", "location", "region", "ip属地", "属地")
_STATES = (
    (REMOVED, ("deleted", "isdeleted", "removed", "isremoved", "isdelete", "已删除")),
    (HIDDEN, ("hidden", "ishidden", "muted", "ismuted", "blocked", "isblocked")),
    (FOLDED, ("folded", "isfolded", "collapsed", "iscollapsed", "fold", "isfold", "已折叠")),
)
_STATE_FLAGS = frozenset([REMOVED, HIDDEN, FOLDED])
# What an answer is wrapped in, which may have a message and a time of its own.
_ENVELOPE = frozenset(["data", "result", "results", "payload", "response", "code", "errno", "errorcode", "success"])
_TRUE = (True, 1, "1", "true", "True", "yes")
_STROKES = re.compile(r"[_\-\s.]")
_LIST_OF_COMMENTS = re.compile(r"(?P<outer>(?:.*[.\]])?)(?P<name>[^.\[\]]+)\[\]\.\Z", re.DOTALL)
_IN_A_PAGE = re.compile(r"""(?:class|id)\s*=\s*["'][^"'<>]*(?:comment|reply|cmt)|schema\.org/Comment""", re.IGNORECASE)


def _matches(sample: Sample) -> bool:
    if sample.markup:
        return sample.markup == "html" and _IN_A_PAGE.search(sample.beginning) is not None
    places: dict[str, set[str]] = {}
    for path in sample.keys:
        place, _, name = path.rpartition(".")
        places.setdefault(f"{place}." if place else "", set()).add(_plain(name))
    for place, names in places.items():
        if _is_flat(names):
            return True
        nested = _LIST_OF_COMMENTS.match(place)
        if nested is None or _plain(nested["name"]) not in _REPLIES or not names.intersection(_TEXT):
            continue
        outer = places.get(nested["outer"], set())
        if outer.intersection(_TEXT) and outer.intersection((*_AUTHOR, *_TIME)):
            return True
    return False


def _is_flat(names: set[str]) -> bool:
    """Whether records with such keys are comments, and no posts, wherever they stand."""
    return bool(
        names & _COMMENT_ID
        and names.intersection(_TEXT)
        and names.intersection((*_AUTHOR, *_TIME))
        and not names.intersection((*_TITLE, *_ENVELOPE))
    )


def _columns(sample: Sample) -> TableColumns | None:
    """Of a list of comments without any within another, where a row is one and a cell its text."""
    held = {_plain(key): key for key in sorted(sample.keys) if "." not in key}
    within = {key.partition(".")[0].removesuffix("[]") for key in sample.keys if "." in key}
    text, id, parent = (next((held[name] for name in names if name in held), None) for names in (_TEXT, _ID, _PARENT))
    if text is None or text in within or any(_plain(key) in _REPLIES for key in within) or not _is_flat({*held}):
        return None
    return TableColumns(text, id, parent)


def _documents(source: Source, options: Options) -> Documents:
    if source.prose is not None:
        yield from _of_page(source, options)
        return
    builder = Builder(source, options, "web-comments/json", "web")
    met = 0
    for item in source.rows():
        if isinstance(item, Reject):
            yield item
            continue
        before = met
        for record in outermost(item.values, _is_record):
            met += 1
            number = met if source.is_document else item.number
            yield from _record(builder, number, record, options.root, None)
        if met == before:
            yield source.reject(item.number, "no comment in it")


def _of_page(source: Source, options: Options) -> Documents:
    """Make a document of the page, and below it one of each comment."""
    page = read_page(source.text())
    builder = Builder(source, options, "web-comments/html", urlsplit(page.address).hostname or "web")
    root = options.root or page.address or f"page-{_hash(page.title, source.name)}"
    yield builder.document(
        1, "article", root, page.title, speaker=Speaker(), flags=[] if options.root or page.address else [MADE_ID]
    )
    for number, comment in enumerate(page.comments, 2):
        yield from _record(builder, number, comment, root, root)


def _is_record(value: Mapping[str, Any]) -> bool:
    if _ENVELOPE.intersection(map(_plain, value)):
        return False
    return bool(_text(value) or _state(value)) and any(_find(value, names) for names in (_AUTHOR, _TIME, _ID))


def _record(
    builder: Builder, number: int, record: Mapping[str, Any], root: str | None, above: str | None
) -> Iterator[Document | Reject]:
    """Make a document of a record, and behind it of its answers."""
    is_post = above is None and _find(record, _TITLE) is not None
    raw = _id(record, _ID)
    if is_post:
        own = root = root or _id(record, _ADDRESS) or raw
    else:
        root = root or builder.root(_id(record, _POST))
        own = _id_below(root, raw or _hash(*map(str, (_find(record, _AUTHOR), _find(record, _TIME), _text(record)))))
        answered = _id(record, _PARENT)
        # What stands within another is an answer to it, or to the one that it names.
        above = _id_below(root, answered) if answered not in (None, "0", raw) else above or root
    made = _document(builder, number, record, own, root, above, is_post=is_post, is_made=raw is None and not is_post)
    yield made
    for answer in _answers(record):
        yield from _record(builder, number, answer, root or own, own)


def _document(
    builder: Builder,
    number: int,
    record: Mapping[str, Any],
    own: str | None,
    root: str | None,
    above: str | None,
    *,
    is_post: bool,
    is_made: bool,
) -> Document | Reject:
    replies = _find(record, _REPLY_COUNT)
    return builder.document(
        number,
        "post" if is_post else "comment",
        own,
        _text(record),
        speaker=_speaker(record),
        created=_find(record, _TIME),
        parent=None if is_post else above,
        root=None if is_post else root,
        title=cell(_find(record, _TITLE)) if is_post else None,
        region=region_of(_find(record, _REGION)),
        counts=Counts(likes=parse_count(_find(record, _LIKES)), comments=parse_count(replies)),
        withheld=_state(record),
        flags=[MADE_ID] if is_made else [],
        extra={"comment_id": None if is_post else _id(record, _ID)},
    )


def _answers(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, value in record.items():
        if _plain(name) in _REPLIES:
            yield from outermost(value, _is_record)


def _text(record: Mapping[str, Any]) -> str:
    value = _find(record, _TEXT)
    if isinstance(value, dict):
        value = _find(value, _TEXT)
    return read_text(value)


def _speaker(record: Mapping[str, Any]) -> Speaker:
    value = _find(record, _AUTHOR)
    if isinstance(value, dict):
        return Speaker(cell(_find(value, _AUTHOR_ID)), cell(_find(value, _AUTHOR)))
    return Speaker(cell(_find(record, _AUTHOR_ID[:-1])), cell(value))


def _state(record: Mapping[str, Any]) -> str | None:
    """Return the flag of a place-holder."""
    if record.get("state") in _STATE_FLAGS:
        return str(record["state"])
    return next((flag for flag, names in _STATES if _find(record, names) in _TRUE), None)


def _find(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Return what a record has under the first of some names, whatever their case and strokes."""
    held = {_plain(name): value for name, value in record.items()}
    return next((held[name] for name in names if held.get(name) not in (None, "", [], {})), None)


def _id(record: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    value = _find(record, names)
    return cell(value) if isinstance(value, str | int) else None


def _plain(name: str) -> str:
    return _STROKES.sub("", name).lower()


def _id_below(root: str | None, raw: str | None) -> str | None:
    """Return an id that no comment of another post has."""
    return raw if root is None or raw is None else f"{root}#{raw}"


def _hash(*values: str) -> str:
    return hashlib.sha256("\0".join(values).encode("utf-8", "surrogatepass")).hexdigest()[:24]


FAMILY = Family(
    "web-comments", ("html", "nested json", "a comment a row"), _matches, _documents, _columns, is_generic=True
)
