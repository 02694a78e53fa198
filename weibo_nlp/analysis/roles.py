"""Which columns of a table say what: the text, its time, its id, who wrote it, its thread, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from weibo_nlp.analysis.cells import name_of
from weibo_nlp.analysis.groups import guess_time_column, require_time_column
from weibo_nlp.analysis.labels import LabelledColumn
from weibo_nlp.errors import UsageError
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.column_kinds import column_kind
from weibo_nlp.io.rows import listed
from weibo_nlp.labelling.columns import first_rows, guess_text_column

_ID = (
    "id", "_id", "mid", "idstr", "mblogid", "weibo_id", "微博id", "comment_id", "评论id", "note_id", "aweme_id",
    "video_id", "content_id",
)  # fmt: skip
_AUTHOR = (
    "author", "author_id", "user_id", "userid", "uid", "用户id", "user", "user_name", "username", "screen_name",
    "nickname", "nick_name", "用户昵称", "昵称", "用户名", "用户", "作者", "博主",
)  # fmt: skip
_THREAD = ("thread", "thread_id", "conversation_id", "root", "rootid", "root_id", "post_id", "post")
_ABOVE = ("above", "parent", "parent_id", "parent_comment_id", "in_reply_to", "retweet_id", "父评论")


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns by what they say; None where there is none.

    Attributes
    ----------
    text, time, id, author, thread : str or None
        The text, its time, its id, who wrote it, and the thread that it belongs to.
    above : str or None
        Id of what it answers, or the text of that.
    above_is_text : bool
        Whether it is the text.
    """

    text: str | None = None
    time: str | None = None
    id: str | None = None
    author: str | None = None
    thread: str | None = None
    above: str | None = None
    above_is_text: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that there are."""
        each = (self.text, self.time, self.id, self.author, self.thread, self.above)
        return tuple(name for name in each if name is not None)


def find_roles(
    collection: Collection,
    label_columns: Iterable[LabelledColumn],
    *,
    text_column: str | None = None,
    time_column: str | None = None,
    with_texts: bool = True,
) -> Roles:
    """Find the columns of a labelled collection, by their names and by what is in them.

    Raises
    ------
    UsageError
        If one that is named is not there, or no column of texts is known.
    """
    taken = {name for each in label_columns for name in (each.name, each.score, each.target) if name is not None}
    columns = {name: kind for name, kind in collection.columns.items() if name not in taken}
    where = str(collection.path)
    if text_column is not None and text_column not in collection.columns:
        raise UsageError(f"{where}: no column {text_column!r}; there is: {listed(list(collection.columns))}.")
    values = first_rows(collection.tables[0])
    text = text_column
    if text is None and with_texts:
        text = guess_text_column(list(columns), {name: values.get(name, []) for name in columns})
    time = (
        require_time_column(collection.columns, time_column, where)
        if time_column is not None
        else guess_time_column(columns)
    )
    left = {name: kind for name, kind in columns.items() if name not in (text, time)}
    above = name_of(left, _ABOVE)
    ids = {name: kind for name, kind in left.items() if column_kind(values.get(name, [])) != "text"}
    return Roles(
        text if with_texts else None,
        time,
        name_of(ids, _ID),
        name_of(ids, _AUTHOR),
        name_of(ids, _THREAD),
        above,
        above is not None and column_kind(values.get(above, [])) == "text",
    )
