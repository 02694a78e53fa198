"""Which column of a plain table holds what: told by its name and its first values, or by the user."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from weibo_nlp.errors import UsageError
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import cell
from weibo_nlp.ingest.times import date_order, is_year_last
from weibo_nlp.io import Row
from weibo_nlp.io.column_kinds import NO_TEXT, ColumnKind, column_kind, first_values
from weibo_nlp.io.column_names import TEXT_NAMES, TIME_NAMES
from weibo_nlp.io.column_types import DateOrder
from weibo_nlp.io.limits import SNIFFED_ROWS
from weibo_nlp.io.names import quoted
from weibo_nlp.io.rows import listed

_TITLES = ("title", "标题")
# Of several names that a table has, the first one counts.
_NAMES: dict[str, tuple[str, ...]] = {
    "text": tuple(name for name in TEXT_NAMES if name not in _TITLES),
    "title": _TITLES,
    "id": (
        "id", "_id", "comment_id", "commentid", "cid", "rpid", "评论id", "mid", "idstr", "doc_id", "document_id",
        "tweet_id", "status_id", "weibo_id", "微博id", "编号",
    ),
    "parent": (
        "parent", "parent_id", "parentid", "parent_comment_id", "reply_to", "reply_to_id", "reply_id", "in_reply_to",
        "in_reply_to_id", "in_reply_to_status_id", "above", "父评论", "父评论id", "上级id", "回复id",
    ),
    "root": (
        "root", "root_id", "thread", "thread_id", "conversation_id", "post", "post_id", "note_id", "article_id",
        "topic_id", "tid", "video_id", "aweme_id", "weibo_id", "微博id", "帖子id", "主贴id", "主帖id",
    ),
    "repost_of": (
        "repost_of", "retweet_id", "retweeted_id", "repost_id", "quoted_id", "原微博id", "源微博id", "被转发微博id",
    ),
    "author": ("user_id", "userid", "uid", "author_id", "用户id", "作者id", "博主id", "评论者id"),
    "nickname": (
        "nickname", "nick_name", "screen_name", "user_name", "username", "author_name", "author", "user", "用户昵称",
        "昵称", "用户名", "用户", "作者", "博主", "评论者", "发布者",
    ),
    "account_type": (
        "account_type", "verified_type", "user_authentication", "账号类型", "用户类型", "认证类型",
    ),
    "created_at": TIME_NAMES,
    "likes": (
        "likes", "like", "like_count", "likes_count", "liked_count", "attitudes_count", "digg_count", "点赞", "点赞数",
        "赞",
    ),
    "reposts": (
        "reposts", "reposts_count", "repost_count", "retweets", "retweet_count", "share_count", "shares", "转发",
        "转发数",
    ),
    "comments": ("comments", "comments_count", "comment_count", "replies", "reply_count", "评论数", "回复数"),
    "views": (
        "views", "view_count", "read_count", "reads", "play_count", "阅读", "阅读数", "阅读量", "播放量", "浏览量",
    ),
    "region": (
        "region", "ip_location", "ip_region", "province", "location", "ip属地", "属地", "发布位置", "位置", "地区",
        "省份",
    ),
}  # fmt: skip
FIELDS = tuple(_NAMES)
"""What a column of a plain table can be taken for."""
_SAID = {
    "parent": "what is answered",
    "root": "the post that is answered",
    "repost_of": "what is reposted",
    "account_type": "the kind of account",
    "created_at": "the time",
    "author": "the author's id",
    "nickname": "the author's name",
}
_NO_IDS: frozenset[ColumnKind] = frozenset(("text", "nested"))
_NO_CELLS: frozenset[ColumnKind] = frozenset(("nested",))
_REFUSED: dict[str, frozenset[ColumnKind]] = {
    "text": NO_TEXT - {"empty"},
    **dict.fromkeys(("id", "parent", "root", "repost_of", "author"), _NO_IDS),
    **dict.fromkeys(("likes", "reposts", "comments", "views", "account_type"), _NO_IDS),
}
_NUMBER = re.compile(r"\d+", re.ASCII)
_MONTHS = 12
_NOTHING = frozenset(["0", "-1", "无", "none", "null", "nan", "\\n"])


@dataclass(frozen=True)
class TableGuess:
    """What the columns of a plain table are taken for.

    Attributes
    ----------
    columns : mapping of str to str
        Field -> column.
    kept : tuple of str
        The columns seen in the first rows that stay as they are.
    is_post : bool
        Whether the id is the number of a thread, which is another one in every row: each row is a post itself.
    """

    columns: Mapping[str, str]
    kept: tuple[str, ...]
    is_post: bool = False

    def sentences(self, order: DateOrder | None = None, example: str | None = None) -> list[str]:
        """Say what is taken for what.

        Parameters
        ----------
        order : {"day", "month"}, optional
            Which number stands first in its dates.
        example : str, optional
            One of these.
        """
        taken = [
            f"{_SAID.get(name, f'the {name}')} from {self.columns[name]}" for name in FIELDS if name in self.columns
        ]
        said = [f"takes {', '.join(taken)}"]
        if self.is_post:
            said.append(f"{self.columns['id']} is another one in each row, so each row is the post itself")
        if order is not None:
            said.append(f"dates have their {order} first, as {example}")
        if "id" not in self.columns:
            said.append("no column of ids: they are made of the file's name and the row's number")
        if self.kept:
            said.append(f"keeps {listed(self.kept)} in extra")
        return said


def guess_columns(source: Source, named: Mapping[str, str], *, whole: bool = True) -> TableGuess | None:
    """Take the columns of a table for what their names and first values say; None where none holds texts.

    Parameters
    ----------
    source : Source
        An opened table.
    named : mapping of str to str
        Field -> column, which go before; those that this table does not have are passed over, and an empty name leaves
        the field without one.
    whole : bool
        Whether the table may be read through where its first rows do not tell.
    """
    if source.table is None:
        return None
    first = list(islice((item.values for item in source.rows() if isinstance(item, Row)), SNIFFED_ROWS))
    columns = list(dict.fromkeys([*source.columns, *(name for values in first for name in values)]))
    kinds = {name: column_kind(values) for name, values in first_values(first).items()}
    taken = {field: name for field, name in named.items() if name in columns}
    left = [name for name in columns if name not in taken.values()]
    for field in FIELDS:
        if field in taken or named.get(field) == "":
            continue
        refused = _REFUSED.get(field, _NO_CELLS)
        found = _by_name([name for name in left if kinds.get(name, "empty") not in refused], _NAMES[field])
        if found is None and field == "text":
            found = _only_text(left, kinds)
        if found is not None:
            taken[field] = found
            left.remove(found)
    if "text" not in taken:
        if "title" not in taken:
            return None
        taken["text"] = taken.pop("title")
    is_post = "id" not in taken and "id" not in named and "root" in taken and "root" not in named
    if (
        is_post := is_post
        and "parent" not in taken
        and _is_distinct(source, taken["root"], None if whole else SNIFFED_ROWS)
    ):
        taken["id"] = taken.pop("root")
    return TableGuess({field: taken[field] for field in FIELDS if field in taken}, tuple(left), is_post)


def _by_name(columns: Iterable[str], names: Sequence[str]) -> str | None:
    plain = {_plain(name): name for name in reversed(list(columns))}
    return next((plain[_plain(name)] for name in names if _plain(name) in plain), None)


def _plain(name: str) -> str:
    return name.strip().casefold().replace("_", "").replace("-", "").replace(" ", "") or name


def _only_text(columns: Iterable[str], kinds: Mapping[str, ColumnKind]) -> str | None:
    texts = [name for name in columns if kinds.get(name) == "text"]
    return texts[0] if len(texts) == 1 else None


def _is_distinct(source: Source, column: str, most: int | None) -> bool:
    """Whether a column names another thing in every row; read to the first that comes again."""
    seen = set[int]()
    for value in islice(values_of(source, column), most):
        if (id := id_text(value)) is None:
            continue
        if (number := hash(id)) in seen:
            return False
        seen.add(number)
    return bool(seen)


def values_of(source: Source, column: str) -> Iterator[Any]:
    """Yield what the rows that can be read have in a column."""
    return (item.values.get(column) for item in source.rows() if isinstance(item, Row))


def id_text(value: object) -> str | None:
    """Return an id as it is written, a whole number without a fraction; None of what stands for none."""
    text = cell(int(value) if isinstance(value, float) and value.is_integer() else value)
    return None if text is None or text.casefold() in _NOTHING else text


def order_of_dates(source: Source, column: str, said: DateOrder | None) -> tuple[DateOrder | None, str | None]:
    """Tell which number stands first in the dates of a column, and one of them; of other dates, nothing.

    The column is read through only where its first dates have their year last.

    Raises
    ------
    UsageError
        If that is unsure and nobody says it.
    """
    first = [str(value).strip() for value in islice(values_of(source, column), SNIFFED_ROWS) if is_year_last(value)]
    example = next(filter(_tells_day, first), first[0] if first else None)
    if example is None or said is not None:
        return said, example
    return date_order(values_of(source, column), f"{source.path}: column {column}"), example


def _tells_day(date: str) -> bool:
    return any(int(number) > _MONTHS for number in _NUMBER.findall(date)[:2])


def require_columns(sources: Sequence[Source], named: Mapping[str, str]) -> None:
    """Refuse a field that there is not, and a column that no file has.

    Raises
    ------
    UsageError
        Naming it and what there is.
    """
    for field, name in named.items():
        if field not in FIELDS:
            raise UsageError(f"--column {field}={name}: no field {quoted(field)}; there is: {', '.join(FIELDS)}.")
    held: dict[str, None] = {}
    for source in sources:
        first = islice((item.values for item in source.rows() if isinstance(item, Row)), SNIFFED_ROWS)
        held |= dict.fromkeys([*source.columns, *(name for values in first for name in values)])
    for field, name in named.items():
        if name and name not in held:
            raise UsageError(f"--column {field}={name}: no column {quoted(name)}; there is: {listed(list(held))}.")


def require_own_ids(sources: Sequence[Source], named: Mapping[str, str]) -> None:
    """Refuse a guessed column of ids that gives the first rows of one file, or of two, the same id for other texts.

    Rows of one id are merged, so that files which each number their rows from 1 would lose most of them.

    Raises
    ------
    UsageError
        Naming two such rows.
    """
    if "id" in named:
        return
    seen: dict[str, tuple[object, str]] = {}
    for source in sources:
        guess = guess_columns(source, named, whole=False)
        if guess is None or "id" not in guess.columns or "root" in guess.columns:
            continue
        for item in islice(source.rows(), SNIFFED_ROWS):
            if not isinstance(item, Row) or (id := id_text(item.values.get(guess.columns["id"]))) is None:
                continue
            text, where = item.values.get(guess.columns["text"]), f"{source.name}, row {item.number}"
            other, earlier = seen.setdefault(id, (text, where))
            if other != text:
                raise UsageError(
                    f"{earlier} and {where} have the same id {quoted(id)} in column {guess.columns['id']}, and other "
                    "texts; if it is the id of a document nevertheless, say --column "
                    f"id={guess.columns['id']}, and the rows are merged. Otherwise name another column, or none by "
                    "--column id= and ids are made of file and row."
                )
