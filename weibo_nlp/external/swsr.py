"""SWSR: sexism in comments under Weibo posts; each thread is a post and its comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from weibo_nlp.external.builder import FileReading
from weibo_nlp.external.files import CsvRow, read_csv
from weibo_nlp.external.sets import Part, SetInfo
from weibo_nlp.records import Counts, Document, GoldLabel

POST_MISSING = "post missing"
POST_REPEATED = "post id repeated"
UNREADABLE_DATE = "unreadable_date"

INFO = SetInfo(
    name="swsr",
    description="Sexist or not: comments under Weibo posts about gender, with the posts; no official split",
    labels={"sexism": ("not_sexist", "sexist")},
    main_metric="macro_f1",
    licence="MIT (the authors' repository)",
    published="Jiang et al. (Online Social Networks and Media, 2022), SWSR: A Chinese dataset and lexicon for online "
    "sexism detection",
    files={"comments": ("SexComment.csv", "comments.csv"), "posts": ("SexWeibo.csv", "posts.csv")},
    folders=("swsr", "SWSR", "SWSR/SWSR"),
    required=("comments", "posts"),
)

# The published columns on gender, place and followers of the writers are not read: no task needs them.
_POST = {"post": ("weibo_id", "post"), "text": ("weibo_text", "text")}
_POST_MORE = {
    "keyword": ("keyword",),
    "likes": ("weibo_like", "likes"),
    "reposts": ("weibo_repost", "reposts"),
    "comments": ("weibo_comment", "comments"),
    "date": ("weibo_date", "date"),
}
_COMMENT = {"post": ("weibo_id", "post"), "text": ("comment_text", "text"), "label": ("label",)}
_COMMENT_MORE = {"likes": ("like", "likes"), "date": ("date",), "category": ("category",), "target": ("target",)}
_LABELS = {"0": "not_sexist", "1": "sexist"}


def read(parts: Mapping[str, Path]) -> dict[str, Part]:
    """Read the two files into one part, ``all``; see `weibo_nlp.external.load`.

    Posts come first and carry no gold; each comment's parent, root and thread is its post. The platform's own
    post ids do not get into the documents.
    """
    post_reading = FileReading(INFO.name, "posts", parts["posts"])
    threads: dict[str, Document] = {}
    for row in filter(post_reading.usable, read_csv(parts["posts"], _POST, _POST_MORE)):
        key = row.cells["post"].strip()
        if key in threads:
            post_reading.drop(row.line, POST_REPEATED)
            continue
        threads[key] = post_reading.document(row.line, "post", row.cells["text"], **_common(row.cells, ("keyword",)))

    reading = FileReading(INFO.name, "comments", parts["comments"])
    comments: list[Document] = []
    gold: list[GoldLabel] = []
    for row in filter(reading.usable, read_csv(parts["comments"], _COMMENT, _COMMENT_MORE)):
        post = threads.get(row.cells["post"].strip())
        if post is None:
            reading.drop(row.line, POST_MISSING, "the posts file has no usable post of this comment's id")
            continue
        label = reading.label(row.line, row.cells["label"], _LABELS)
        if label is None:
            continue
        more = {"parent": post.id, "root": post.id} | _common(row.cells, ("category", "target"))
        comment = reading.document(row.line, "comment", row.cells["text"], thread=post.id, **more)
        comments.append(comment)
        gold.append(GoldLabel(comment.id, "sexism", label))
    part = Part(
        name="all",
        documents=(*threads.values(), *comments),
        gold=tuple(gold),
        groups=tuple(comment.thread for comment in comments),
        dropped=(*post_reading.finish(), *reading.finish()),
    )
    return {part.name: part}


def texts(path: Path) -> Iterator[CsvRow]:
    """Texts of one of the set's files, posts or comments, whatever their labels."""
    # No file has both of the published names.
    names = (*_POST["text"], *_COMMENT["text"])
    return read_csv(path, {"post": _POST["post"], "text": names})


def _common(cells: Mapping[str, str], kept: tuple[str, ...]) -> dict[str, Any]:
    written = cells.get("date", "").strip()
    created_at = _date(written)
    return {
        "created_at": created_at,
        "counts": Counts(**{name: _count(cells.get(name)) for name in ("likes", "reposts", "comments")}),
        "flags": (UNREADABLE_DATE,) if written and created_at is None else (),
        "extra": {key: cells[key].strip() for key in kept if cells.get(key, "").strip()},
    }


def _date(written: str) -> str | None:
    # Day first, without a time zone. Some cells were saved by a spreadsheet as "########": the date is gone.
    try:
        return datetime.strptime(written, "%d/%m/%Y %H:%M").isoformat()
    except ValueError:
        return None


def _count(written: str | None) -> int | None:
    cell = (written or "").strip()
    return int(cell) if cell.isdecimal() else None
