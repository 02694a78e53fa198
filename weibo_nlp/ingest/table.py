"""Plain tables: published sets and tables of one's own, whose columns are known by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest.accounts import Speaker, weibo_account_type
from weibo_nlp.ingest.base import CREATED_RAW, NICKNAME, Documents, Family, Options, Sample
from weibo_nlp.ingest.building import Builder
from weibo_nlp.ingest.counts import parse_count
from weibo_nlp.ingest.flags import MADE_ID
from weibo_nlp.ingest.links import MISSING_ID
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.table_columns import (
    TableGuess,
    guess_columns,
    id_text,
    order_of_dates,
    require_columns,
    require_own_ids,
)
from weibo_nlp.ingest.texts import cell, read_text, region_of
from weibo_nlp.ingest.threads import COMMENTS_SEEN
from weibo_nlp.io import Reject, Row
from weibo_nlp.io.column_types import DateOrder
from weibo_nlp.records import ACCOUNT_TYPES, Counts, Document, Kind

PLATFORM = "unknown"
"""Platform of documents whose file says none."""
# Numbers that a table gives its own rows, and not a platform: comments of one post may have those of another.
_RUNNING = re.compile(r"\d{1,8}", re.ASCII)
# Keys of ``extra`` that say something of the crawl.
_RESERVED = frozenset([MISSING_ID, COMMENTS_SEEN, CREATED_RAW, NICKNAME])


def _matches(sample: Sample) -> bool:
    return False  # which column holds what is a guess: it is read by its name alone


def _require(sources: Sequence[Source], options: Options) -> None:
    require_columns(sources, options.columns)
    require_own_ids(sources, options.columns)


def _guessed(source: Source, options: Options) -> Sequence[str]:
    guess, order, example = _plan(source, options)
    return guess.sentences(order, example)


def described(source: Source) -> str:
    """Say what the first rows of a file that is of no family are, if it is a plain table; nothing where it is none."""
    guess = guess_columns(source, {}, whole=False)
    return "" if guess is None else "; ".join(guess.sentences())


def require_texts(source: Source, named: Mapping[str, str]) -> None:
    """Refuse what is no table, and one of which no column is known to hold texts.

    Raises
    ------
    UsageError
        Naming the columns that there are.
    """
    if source.table is None:
        raise UsageError(f"{source.path} is no table; leave --family out, or name another.")
    if guess_columns(source, named, whole=False) is None:
        held = f" ({', '.join(source.columns[:12])})"[:300] if source.columns else ""
        raise UsageError(f"{source.path}: no column is known to hold texts{held}; name it with --column text=NAME.")


def _plan(source: Source, options: Options) -> tuple[TableGuess, DateOrder | None, str | None]:
    guess = guess_columns(source, options.columns)
    if guess is None:
        raise DataError(f"{source.path} has no texts any more; import it again when nobody writes to it.")
    if (dated := guess.columns.get("created_at")) is None:
        return guess, None, None
    return guess, *order_of_dates(source, dated, options.date_order)


def _documents(source: Source, options: Options) -> Documents:
    guess, order, _ = _plan(source, options)
    builder = Builder(source, options, f"table/{source.table.format if source.table else ''}", PLATFORM, order)
    for item in source.rows():
        if isinstance(item, Reject):
            yield item
        elif all(value is None or value == "" for value in item.values.values()):
            yield source.reject(item.number, "an empty row")
        else:
            yield _document(builder, item, guess.columns)


def _document(builder: Builder, item: Row, columns: Mapping[str, str]) -> Document | Reject:
    row = item.values

    def held(field: str) -> Any:
        return row.get(columns[field]) if field in columns else None

    own, parent, root = (id_text(held(field)) for field in ("id", "parent", "root"))
    repost_of = id_text(held("repost_of"))
    root = root or (builder.options.root if repost_of is None else None)
    if parent is not None and parent == own:  # as tables write a post that answers nothing
        parent = None
    is_below = (root is not None and root != own) or parent is not None
    kind: Kind = "repost" if repost_of else "comment" if is_below else "post"
    if root is not None and kind == "comment":
        parent = parent or root
        own, parent = _below(root, own), parent if parent == root else _below(root, parent)
    account = held("account_type")
    text = held("text")
    return builder.document(
        item.number,
        kind,
        own or f"{builder.source.name}#{item.number}",
        read_text(text if isinstance(text, str) else cell(_kept(text))),
        speaker=Speaker(id_text(held("author")), id_text(held("nickname")), _account_type(account)),
        created=held("created_at"),
        parent=parent,
        root=(root or parent) if kind == "comment" else None,
        repost_of=repost_of,
        title=cell(held("title")),
        region=region_of(held("region")),
        counts=Counts(*(parse_count(held(name)) for name in ("likes", "reposts", "comments", "views"))),
        flags=[] if own else [MADE_ID],
        extra={
            f"table_{name}" if name in _RESERVED else name: _kept(value)
            for name, value in row.items()
            if name not in columns.values() or (name == columns.get("account_type") and account not in ACCOUNT_TYPES)
        },
    )


def _below(root: str, id: str | None) -> str | None:
    """Return an id that no post and no comment of another post has."""
    return f"{root}#{id}" if id is not None and _RUNNING.fullmatch(id) else id


def _account_type(value: object) -> Any:
    text = id_text(value) if value != 0 else "0"
    if text in ACCOUNT_TYPES:
        return text
    return weibo_account_type(value if str(value).strip().lstrip("-").isdigit() else None, badge=text)


def _kept(value: Any) -> Any:
    """Return a cell as JSON can hold it."""
    if isinstance(value, float) and value != value:
        return None
    return value if value is None or isinstance(value, str | int | float | bool | list | dict) else str(value)


FAMILY = Family(
    "table", ("csv, tsv, jsonl, parquet or xlsx",), _matches, _documents, require=_require, guessed=_guessed
)
