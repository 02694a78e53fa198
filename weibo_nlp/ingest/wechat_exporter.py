"""wechat-article-exporter: articles of public accounts with their comments, as JSON, or without these as a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from weibo_nlp.ingest.accounts import Speaker
from weibo_nlp.ingest.base import Documents, Family, Options, Sample
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.flags import REMOVED, TRUNCATED
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import cell, read_text, region_of
from weibo_nlp.io import Reject
from weibo_nlp.records import Counts, Document

# Columns of the workbook by the keys of the JSON.
_COLUMNS = {
    "公众号": "_accountName",
    "ID": "aid",
    "链接": "link",
    "标题": "title",
    "摘要": "digest",
    "创建时间": "create_time",
    "发布时间": "update_time",
    "阅读": "readNum",
    "点赞": "oldLikeNum",
    "分享": "shareNum",
    "喜欢": "likeNum",
    "留言": "commentNum",
    "作者": "author_name",
    "文章内容": "content",
}
_ACCOUNT = re.compile(r"[?&]__biz=([A-Za-z0-9+/=%]{4,64})")
_OF_THE_ACCOUNT = 2  # what `is_from` says of an answer that the account itself gave


def _matches(sample: Sample) -> bool:
    return sample.has("aid", "link", "title", "digest") or sample.has("公众号", "ID", "链接", "标题", "摘要")


def _documents(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "wechat-exporter/json", "wechat")
    if "公众号" in source.columns:
        builder = Builder(source, options, "wechat-exporter/table", "wechat")
    for item in source.rows():
        if isinstance(item, Reject):
            yield item
            continue
        article = {_COLUMNS.get(name, name): value for name, value in item.values.items()}
        account = _account(article)
        made = _article(builder, item.number, article, account)
        yield made
        if isinstance(made, Document):
            for comment in _elements(article.get("comments")):
                yield from _comments(builder, item.number, comment, made.id, account)


def _article(builder: Builder, number: int, article: Mapping[str, Any], account: Speaker) -> Document | Reject:
    aid = cell(article.get("aid"))
    content, digest, title = (read_text(article.get(name)) for name in ("content", "digest", "title"))
    text = content or digest or title
    return builder.document(
        number,
        "article",
        # Accounts count their articles each for itself.
        None if aid is None else f"wechat:article:{account.id or account.nickname or ''}:{aid}",
        text,
        speaker=account,
        created=_first(article, "create_time", "update_time"),
        title=None if text == title else title,
        counts=Counts(
            likes=parse_count(article.get("oldLikeNum")),
            reposts=parse_count(article.get("shareNum")),
            comments=parse_count(article.get("commentNum")),
            views=parse_count(article.get("readNum")),
        ),
        withheld=REMOVED if article.get("is_deleted") is True else None,
        flags=[] if content else [TRUNCATED],
        extra={"article_id": aid, "recommended": parse_count(article.get("likeNum"))},
    )


def _account(article: Mapping[str, Any]) -> Speaker:
    """Return the public account; its id stands in the record, or in the address of the article."""
    address = _ACCOUNT.search(str(article.get("link") or "")[:1000])
    found = cell(article.get("fakeid")) or (None if address is None else address[1].replace("%3D", "="))
    return Speaker(found, _first(article, "_accountName", "author_name"))


def _comments(
    builder: Builder, number: int, comment: Mapping[str, Any], article: str, account: Speaker
) -> Iterator[Document | Reject]:
    """Make a document of a comment, and behind it of its answers."""
    own = cell(comment.get("content_id"))
    answers = [item for item in _elements(comment.get("reply_new")) if item.get("content") is not None]
    yield _comment(
        builder, number, comment, article, article, None if own is None else f"wechat:comment:{own}", account
    )
    if own is None:
        return
    for place, answer in enumerate(answers, 1):
        id = f"wechat:comment:{own}:{cell(answer.get('reply_id')) or place}"
        yield _comment(builder, number, answer, article, f"wechat:comment:{own}", id, account)


def _comment(
    builder: Builder,
    number: int,
    comment: Mapping[str, Any],
    article: str,
    above: str,
    id: str | None,
    account: Speaker,
) -> Document | Reject:
    speaker = Speaker(cell(comment.get("openid")), _first(comment, "nick_name"))
    return builder.document(
        number,
        "comment",
        id,
        read_text(comment.get("content")),
        speaker=account if comment.get("is_from") == _OF_THE_ACCOUNT else speaker,
        created=comment.get("create_time"),
        parent=above,
        root=article,
        region=_region(comment.get("ip_wording")),
        counts=Counts(
            likes=parse_count(comment.get("like_num", comment.get("reply_like_num"))),
            comments=parse_count(_total(comment.get("reply_new"))),
        ),
        extra={"comment_id": cell(comment.get("content_id"))},
    )


def _elements(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the records of a list, also where it stands in the answer that it came in."""
    if isinstance(value, dict):
        value = next((value[name] for name in ("elected_comment", "comments", "reply_list") if name in value), None)
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict) and "elected_comment" in item:
            yield from _elements(item)
        elif isinstance(item, dict):
            yield item


def _total(value: Any) -> Any:
    return value.get("reply_total_cnt") if isinstance(value, dict) else None


def _region(value: Any) -> str | None:
    if isinstance(value, dict):
        return _first(value, "province_name", "country_name")
    return region_of(value)


def _first(values: Mapping[str, Any], *names: str) -> str | None:
    return next((text for name in names if (text := cell(values.get(name))) is not None), None)


FAMILY = Family("wechat-article-exporter", ("json with comments", "workbook"), _matches, _documents)
