"""A sheet as its author reads it: the event's facts, what its threads are like, a line for every text; and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from composing.drawing import EventTemper
from weibo_nlp.errors import DataError
from weibo_nlp.io.jsonl import read_jsonl

_NAMES = {
    "account": {
        "netizen": "普通人", "self_media": "自媒体号", "media": "媒体号", "official": "官方号",
        "organization": "机构、公司号",
    },
    "kind": {"article": "文章", "post": "帖子", "comment": "评论", "repost": "转发"},
}  # fmt: skip


def sheet_page(event: Mapping[str, Any], temper: EventTemper, lines: Iterable[Mapping[str, Any]]) -> str:
    """Return the sheet as Markdown."""
    page = [f"# {event['name']['zh']} ({event['id']})", ""]
    if event["facts"]:
        page += ["## 事实（只可写这些；个人生活里的事可以自己想）", ""]
        page += [
            " ".join(filter(None, ("-", phase["date"] and str(phase["date"]), phase["zh"])))
            for phase in event["phases"]
        ]
        page += [f"- {fact['text']}" for fact in event["facts"]]
        page += [f"- {figure['value']}: {figure['what']}" for figure in event.get("figures") or ()]
        page += [f"- 话题：{' '.join(event['hashtags']) or '（没有，自己不要造）'}", ""]
    page += ["## 这里的人", "", f"- {temper.climate}", f"- {temper.rudeness}", "", "## 每条的要求", ""]
    for line in lines:
        kind = _NAMES["kind"][line["kind"]]
        head = f"{line['n']}. **{kind}**"
        if line["kind"] == "comment":
            head += f" 回{line['parent']}" + ("（主帖）" if line["parent"] == line["thread"] else "（评论）")
        elif line["kind"] == "repost":
            head += f" 转{line['parent']}"
        else:
            when = f"{line['year']}年" + (f"，{line['when']}" if "when" in line else "")
            head += f" 〔{line['platform']}，{when}，{_NAMES['account'][line['account']]}〕"
        parts = [head, line.get("matter"), f"样子：{line['form']}", line.get("length"), line.get("marks")]
        parts += [line.get("person") or line.get("manner"), line.get("note")]
        parts += [f"这个人同时这样想：{line['view']}"] if "view" in line else []
        page.append(" | ".join(part for part in parts if part))
    return "\n".join(page) + "\n"


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a JSON Lines file.

    Raises
    ------
    DataError
        At the first line that is none.
    """
    for line in read_jsonl(path):
        if line.value is None:
            raise DataError(f"{path}, line {line.number}: {line.reason}.")
        yield line.value
