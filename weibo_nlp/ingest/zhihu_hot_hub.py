"""zhihu-hot-hub: what was much asked and searched on Zhihu, a page in Markdown a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from weibo_nlp.ingest.accounts import Speaker
from weibo_nlp.ingest.base import Documents, Family, Options, Sample
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.flags import MADE_ID
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.times import parse_time

_ITEM = re.compile(
    r"\s*(?:\d+\.|[-*]) \[(?P<text>.+)\]\((?P<address>https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)\s*\Z"
)
_SECTION = re.compile(r"#{2,4}\s+(?P<name>\S.*)")
_SEEN = re.compile(r"更新时间[：:]\s*(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?\s?[+-]\d{4})")
_QUESTION = re.compile(r"/question/(\d+)(?:/answer/(\d+))?")
_LISTED = re.compile(r"^\s*(?:\d+\.|[-*]) \[[^\n]+\]\(https?://(?:\w+\.)?zhihu\.com/", re.MULTILINE)


def _matches(sample: Sample) -> bool:
    return sample.markup == "markdown" and _LISTED.search(sample.beginning) is not None


def _documents(source: Source, options: Options) -> Documents:
    builder = Builder(source, options, "zhihu-hot-hub/markdown", "zhihu")
    seen: str | None = None
    ranks: dict[str, int] = {}
    for number, section, line in _lines(source):
        if (moment := _SEEN.search(line)) is not None:
            seen = parse_time(moment[1])
        item = _ITEM.match(line)
        if item is None or not _is_zhihu(item["address"]):
            continue
        ranks[section] = ranks.get(section, 0) + 1
        text = item["text"].replace("\\[", "[").replace("\\]", "]")
        id, is_made = _id(item["address"], text)
        yield builder.document(
            number,
            "post",
            id,
            text,
            speaker=Speaker(),
            flags=[MADE_ID] if is_made else [],
            # Nobody says when it was asked; when it was on the list, the page does.
            extra={"section": section, "rank": ranks[section], "listed_at": seen},
        )


def _lines(source: Source) -> Iterator[tuple[int, str, str]]:
    """Yield the lines below the first heading of a section, numbered, with the name of the section."""
    section = ""
    for number, line in enumerate(source.text().splitlines(), 1):
        if (heading := _SECTION.match(line)) is not None:
            section = heading["name"].strip()
        else:
            yield number, section, line


def _is_zhihu(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host == "zhihu.com" or host.endswith(".zhihu.com")


def _id(address: str, text: str) -> tuple[str, bool]:
    """Return the id of a question or an answer; what was searched for has none but its words."""
    if (question := _QUESTION.search(address)) is not None:
        number, answer = question.groups()
        return (f"zhihu:question:{number}" if answer is None else f"zhihu:answer:{answer}"), False
    path = urlsplit(address).path.strip("/")
    name, _, rest = path.rpartition("/")
    if rest.isdigit():
        return f"zhihu:{name.rpartition('/')[2] or 'post'}:{rest}", False
    return f"zhihu:search:{text}", True


FAMILY = Family("zhihu-hot-hub", ("searches, topics and films", "topics, with 知乎日报"), _matches, _documents)
