"""Two records of one document as one: which of them speaks, and what the other adds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from weibo_nlp.ingest.base import CREATED_RAW
from weibo_nlp.ingest.flags import EMBEDDED, FOLDED, HIDDEN, ORIGINAL_UNKNOWN, REMOVED, SEEN_REMOVED, TRUNCATED, UNDATED
from weibo_nlp.records import Counts, Document

PLACE_HOLDERS = frozenset([REMOVED, HIDDEN, FOLDED])
"""Flags of documents without text that stand for one."""
_FILLED = ("title", "author", "region", "event", "phase", "fold")


def merged(first: Document, second: Document) -> Document:
    """Return what two records of one id say together.

    The fuller one speaks: one with its text before a place-holder, a whole text before one that the platform cut, a
    record of its own before one that was seen inside another, and the earlier one where they are alike. The other adds
    what it does not say; of counts, which grow, the larger one stays.

    Parameters
    ----------
    first, second : Document
        In the order in which they were read.
    """
    winner, other = (second, first) if _fullness(second) > _fullness(first) else (first, second)
    flags = list(winner.flags)
    if EMBEDDED not in other.flags:
        flags = [flag for flag in flags if flag != EMBEDDED]
    if winner.text and PLACE_HOLDERS.intersection(other.flags):
        flags.append(SEEN_REMOVED)
    if SEEN_REMOVED in other.flags:
        flags.append(SEEN_REMOVED)
    extra = {**other.extra, **winner.extra}
    values: dict[str, Any] = {name: getattr(other, name) for name in _FILLED if getattr(winner, name) is None}
    if winner.account_type == "unknown":
        values["account_type"] = other.account_type
    if len(other.created_at or "") > len(winner.created_at or ""):  # a date to the second before one to the day
        values["created_at"] = other.created_at
        flags = [flag for flag in flags if flag != UNDATED]
    if UNDATED not in flags:
        extra.pop(CREATED_RAW, None)
    if _is_below(other) and not _is_below(winner):
        values |= {name: getattr(other, name) for name in ("kind", "thread", "parent", "root", "repost_of")}
        flags = [flag for flag in flags if flag != ORIGINAL_UNKNOWN]
    counts = zip(_numbers(winner.counts), _numbers(other.counts), strict=True)
    return replace(
        winner,
        **values,
        counts=Counts(*(max((each for each in pair if each is not None), default=None) for pair in counts)),
        flags=tuple(dict.fromkeys(flags)),
        extra=extra,
    )


def _fullness(document: Document) -> tuple[bool, bool, bool]:
    flags = document.flags
    return (
        bool(document.text) or not PLACE_HOLDERS.intersection(flags),
        TRUNCATED not in flags,
        EMBEDDED not in flags,
    )


def _is_below(document: Document) -> bool:
    return document.parent is not None or document.repost_of is not None


def _numbers(counts: Counts) -> tuple[int | None, ...]:
    return (counts.likes, counts.reposts, counts.comments, counts.views)
