"""Documents made of what a record says, by the conventions that all families share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from weibo_nlp.errors import UsageError
from weibo_nlp.ingest.accounts import Speaker
from weibo_nlp.ingest.base import CREATED_RAW, NICKNAME, Options, without_nothing
from weibo_nlp.ingest.flags import UNDATED
from weibo_nlp.ingest.removed import notice_flag
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.texts import TextMarkup, markup_of
from weibo_nlp.ingest.times import parse_time
from weibo_nlp.ingest.weibo_ids import post_id
from weibo_nlp.io import Reject
from weibo_nlp.io.column_types import DateOrder
from weibo_nlp.io.limits import MAX_TEXT_CHARACTERS
from weibo_nlp.records import Counts, Document, Kind
from weibo_nlp.records import Source as Place


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes documents of one file's records.

    Parameters
    ----------
    source : Source
        The file.
    options : Options
        What the caller knows.
    format : str
        The family, and after a stroke its shape, as in ``weibo-crawler/csv``.
    platform : str
        Where the texts were published.
    date_order : {"day", "month"}, optional
        Which number stands first in dates whose year stands last.
    """

    source: Source
    options: Options
    format: str
    platform: str = "weibo"
    date_order: DateOrder | None = None

    def root(self, found: str | None) -> str | None:
        """Return the post that comments are below: what their record says, or else what the caller does.

        Raises
        ------
        UsageError
            If neither does, and somebody has to.
        """
        named = self.options.root
        root = found or (post_id(named) if self.platform == "weibo" else named)
        if root is None and self.options.needs_root:
            raise UsageError(
                f"{self.source.path}: comments do not say which post they answer; name it with --root ID, and import "
                "the comments of each post by themselves."
            )
        return root

    def document(
        self,
        row: int,
        kind: Kind,
        id: str | None,
        text: str,
        *,
        speaker: Speaker,
        created: object = None,
        crawled_at: datetime | None = None,
        parent: str | None = None,
        root: str | None = None,
        repost_of: str | None = None,
        title: str | None = None,
        region: str | None = None,
        counts: Counts | None = None,
        mentioned: Iterable[str] = (),
        withheld: str | None = None,
        flags: Iterable[str] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> Document | Reject:
        """Return a document, or a reject where the record has no id, or is long beyond all measure.

        A text that is a notice of removal becomes a place-holder: no text, and a flag. A date that says no moment stays
        in ``extra``.

        Parameters
        ----------
        row : int
            Number of the record in the file.
        created : object
            The date as the source has it.
        crawled_at : datetime, optional
            When this record was crawled; by default what the caller knows.
        parent, root : str, optional
            Of a comment, ids of the document that it answers and of the post at the top; without a root, the document
            is one itself.
        repost_of : str, optional
            Of a repost, the id of its original, which is then its root.
        mentioned : iterable of str
            Names that the source says are mentioned; they are known where they stand in the text.
        withheld : str, optional
            The flag of a place-holder, where the record says otherwise than by its text that it is one.
        """
        if not id:
            return self.source.reject(row, "no id")
        more = {NICKNAME: speaker.nickname if speaker.id else None, **(speaker.extra or {}), **(extra or {})}
        beside = (id, title, parent, root, repost_of, region, speaker.id, speaker.nickname, *more.values())
        for what, length in (("text", len(text)), ("fields beside the text", sum(map(_length, beside)))):
            if length > MAX_TEXT_CHARACTERS:
                return self.source.reject(row, f"{what} longer than {MAX_TEXT_CHARACTERS:,} characters")
        root = repost_of if root is None else root
        root = None if root == id else root
        notice = notice_flag(text) or withheld
        created_at = parse_time(created, crawled_at or self.options.crawled_at, self.date_order)
        markup = TextMarkup() if notice else markup_of(text, mentioned)
        undated = created_at is None and created not in (None, "")
        return Document(
            id=id,
            kind=kind,
            text="" if notice else text,
            thread=root or id,
            platform=self.platform,
            title=title or None,
            created_at=created_at,
            author=speaker.id or speaker.nickname or None,
            account_type=speaker.account_type,
            parent=None if parent == id else parent,
            root=root,
            repost_of=None if repost_of == id else repost_of,
            counts=counts or Counts(),
            region=region,
            source=Place(self.format, self.source.name, row),
            flags=tuple(dict.fromkeys([*flags, *([notice] if notice else []), *([UNDATED] if undated else [])])),
            extra=without_nothing(more | {CREATED_RAW: str(created)[:64] if undated else None}),
            hashtags=markup.hashtags,
            mentions=markup.mentions,
            urls=markup.urls,
        )


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0
