"""Names of columns: those known in the field, whether a first row holds names, and names for columns without one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.cells import is_typed, looks_like_prose
from weibo_nlp.io.limits import MAX_COLUMNS, MAX_NAME_CHARACTERS

TEXT_NAMES = (
    "text", "正文", "微博正文", "微博内容", "博文", "博文内容", "帖子内容", "content", "内容", "text_raw",
    "full_text", "content_text", "文本", "原文", "全文", "comment", "评论", "评论内容", "评论正文", "comment_text",
    "comment_content", "回复内容", "弹幕", "post", "tweet", "weibo", "weibo_text", "body", "message", "msg", "desc",
    "sentence", "review", "title", "标题",
)  # fmt: skip
"""Names of columns with texts, first those of posts, then those of comments: where both stand, the post is the text."""
TIME_NAMES = (
    "created_at", "publish_time", "发布时间", "create_time", "created_time", "发表时间", "评论时间", "时间", "日期",
    "date", "datetime", "timestamp", "time", "pubdate", "create_date_time",
)  # fmt: skip
"""Names of columns that hold when a text was published, the more exact ones first."""
_OTHERS = (
    "id", "_id", "bid", "mid", "uid", "idstr", "mblogid", "note_id", "aweme_id", "video_id", "comment_id",
    "content_id", "user", "user_id", "userid", "username", "user_name", "nickname", "nick_name", "screen_name",
    "author", "date", "time", "datetime", "created_at", "create_time", "created_time", "publish_time", "timestamp",
    "label", "labels", "category", "class", "topic", "target", "stance", "sentiment", "irony", "score", "likes",
    "like_count", "like", "source", "platform", "url", "link", "lang", "parent", "parent_id", "root", "rootid",
    "reposts_count", "comments_count", "attitudes_count", "liked_count", "gender", "location", "ip_location",
    "keyword", "编号", "序号", "用户", "用户名", "用户id", "用户昵称", "昵称", "作者", "博主", "时间", "日期",
    "发布时间", "评论时间", "来源", "平台", "链接", "标签", "标注", "类别", "分类", "话题", "立场", "情感", "点赞",
    "点赞数", "转发", "转发数", "评论数", "阅读数", "微博id", "评论id", "位置", "发布位置", "工具", "发布工具",
    "地区", "性别", "关键词", "父评论",
)  # fmt: skip
KNOWN_NAMES = frozenset((*TEXT_NAMES, *_OTHERS))
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_ .\-]{0,39}\Z")
_LONGEST_NAME = 20
_SHARE_TYPED = 0.8


def is_known(name: object) -> bool:
    """Whether a cell is a name that crawlers and people give to columns."""
    return str(name).strip().casefold() in KNOWN_NAMES


def is_text_name(name: object) -> bool:
    """Whether a cell is such a name of a column with texts."""
    return str(name).strip().casefold() in TEXT_NAMES


def names_a_text(cells: Sequence[object]) -> bool:
    """Whether cells are names for certain: several are known, that of a text among them."""
    return any(map(is_text_name, cells)) and sum(map(is_known, cells)) > 1


def looks_like_names(cells: Sequence[str]) -> bool:
    """Whether cells may all be names of columns: short, different, none of them a sentence, number or date."""
    given = [cell.strip() for cell in cells if cell.strip()]
    return bool(given) and len(set(given)) == len(given) and all(map(_may_be_name, given))


def _may_be_name(cell: str) -> bool:
    if is_known(cell) or _IDENTIFIER.match(cell):
        return True
    has_letter = any(map(str.isalpha, cell))
    return has_letter and len(cell) <= _LONGEST_NAME and not looks_like_prose(cell) and not is_typed(cell)


def is_header(rows: Sequence[Sequence[str]]) -> bool | None:
    """Tell whether the first of some rows holds the names of columns; None where it may be either.

    Columns are asked one by one. A name that is known speaks for names, as do numbers, dates and addresses below a
    cell that is none, and texts below a short one; a cell like those below it, or a sentence, speaks against.
    """
    first = rows[0]
    body = [row for row in rows[1:] if row != first]  # where files are joined, it stands there again
    if all(map(is_known, first)):
        return True
    columns = _columns(body, len(first))
    votes = [_vote(cell.strip(), column, has_rows=bool(body)) for cell, column in zip(first, columns, strict=True)]
    if (balance := sum(votes)) != 0:
        return balance > 0
    if not looks_like_names(first):
        return False
    below = [cell for row in body for cell in row if cell.strip()]
    return None if below and all(map(_may_be_name, below)) else True


def _columns(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    whole = [row for row in rows if len(row) == width]
    return [[cell for row in whole if (cell := row[place].strip())] for place in range(width)]


def _vote(name: str, column: Sequence[str], *, has_rows: bool) -> float:
    if not name:
        return 0.0
    if is_known(name):
        return -1.0 if name in column else 3.0
    if column and not is_typed(name) and sum(map(is_typed, column)) >= _SHARE_TYPED * len(column):
        return 2.0
    if looks_like_prose(name) and not _IDENTIFIER.match(name):
        return -1.0
    if is_typed(name):
        # Years may be names of columns, but hardly ever are; above a column without anything they are.
        return 0.0 if has_rows and not column else -2.0
    if not column:
        return 0.0
    if name in column:
        return -1.0
    if _may_be_name(name) and sum(map(looks_like_prose, column)) * 2 >= len(column):
        return 1.0
    return 0.5 if _IDENTIFIER.match(name) and sum(not cell.isascii() for cell in column) * 2 > len(column) else 0.0


def usable_names(cells: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give names to columns whose cell in the header is blank, or that of an earlier one.

    Returns
    -------
    tuple of tuples of str
        The names, and a sentence for each that was given.
    """
    taken = Counter(cells)
    names: list[str] = []
    notes: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = cell if cell.strip() else _free(f"column_{place}", taken)
        if name in names:
            name = _free(f"{cell}_{cells[: place - 1].count(cell) + 1}", taken)
        if name != cell:
            taken[name] += 1
            what = "without a name" if not cell.strip() else f"named {cell[:40]!r} as an earlier one"
            notes.append(f"column {place}, {what}, is called {name[:60]!r}")
        names.append(name)
    return tuple(names), tuple(notes)


def _free(name: str, taken: Counter[str]) -> str:
    while name in taken:
        name += "_"
    return name


def numbered_names(width: int) -> tuple[str, ...]:
    """Names for the columns of a file without a header; those of a single one are texts."""
    return ("text",) if width == 1 else tuple(f"column_{place}" for place in range(1, width + 1))


def require_columns(where: str, names: Sequence[str]) -> None:
    """Refuse a header that is too long, or has a name twice.

    Raises
    ------
    DataError
        Naming the file, as `where`, and the name.
    """
    if problem := names_problem(names):
        raise DataError(f"{where}: the header has {problem}; keep the columns that are needed.")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{where}: column {twice[0][:80]!r} stands twice in the header; rename one.")


def names_problem(names: Sequence[str] | Mapping[str, Any]) -> str:
    """Say what is wrong with the names of a table's columns or of a row's keys; nothing where they will do."""
    if len(names) > MAX_COLUMNS:
        return f"more than {MAX_COLUMNS:,} names"
    if sum(map(len, names)) > MAX_NAME_CHARACTERS and max(map(len, names)) > MAX_NAME_CHARACTERS:
        return f"a name longer than {MAX_NAME_CHARACTERS:,} characters"
    return ""
