"""weibo-search: one CSV a keyword, of what the platform's search shows."""

from __future__ import annotations

from weibo_nlp.ingest.accounts import Speaker, weibo_account_type
from weibo_nlp.ingest.base import Documents, Family, Options, Sample, TableColumns
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.flags import TRUNCATED
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import cell, is_truncated, listed, read_text, region_of
from weibo_nlp.ingest.weibo_ids import post_id
from weibo_nlp.io import Reject
from weibo_nlp.records import Counts

_BADGE = "user_authentication"


def _matches(sample: Sample) -> bool:
    return sample.has("id", "bid", "user_id", "用户昵称", "微博正文", "发布时间")


def _documents(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "weibo-search/csv")
    for item in source.rows():
        if isinstance(item, Reject):
            yield item
            continue
        row = item.values
        original = post_id(row.get("retweet_id"))
        text = read_text(row.get("微博正文"))
        badge = row.get(_BADGE)
        yield builder.document(
            item.number,
            "repost" if original else "post",
            post_id(row.get("id")) or post_id(row.get("bid")),
            text,
            speaker=Speaker(
                cell(row.get("user_id")), cell(row.get("用户昵称")), weibo_account_type(badge=badge), {_BADGE: badge}
            ),
            created=row.get("发布时间"),
            repost_of=original,
            region=region_of(row.get("ip")),
            counts=Counts(*(parse_count(row.get(name)) for name in ("点赞数", "转发数", "评论数"))),
            mentioned=listed(row.get("艾特用户")),
            flags=[TRUNCATED] if is_truncated(text) else [],
            extra={"bid": cell(row.get("bid")), "client": cell(row.get("发布工具"))},
        )


FAMILY = Family(
    "weibo-search",
    ("csv of 16 columns", "csv with ip and user_authentication"),
    _matches,
    _documents,
    lambda _: TableColumns("微博正文", "id", "retweet_id"),
)
