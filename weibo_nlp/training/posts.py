"""Posts that nobody has labelled, checked: which can be asked about, and which are copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, Table
from weibo_nlp.labelling.texts import read, read_parent
from weibo_nlp.models.base import SHOWN_POSITIONS
from weibo_nlp.records import Example
from weibo_nlp.stats.arguments import column
from weibo_nlp.text.plain import HtmlChoice
from weibo_nlp.training.learnt_from import row_key


@dataclass(frozen=True, slots=True)
class PostCounts:
    """What became of the posts that were given.

    Attributes
    ----------
    given, used : int
        Posts that arrived, and different ones that a model can be asked about.
    copies : int
        Those whose text (with the same text answered) stands in an earlier row as well.
    set_aside : mapping of str to int
        Reason -> posts that cannot be read.
    first : mapping of str to int
        Reason -> line (of a list: position) of the first of them.
    """

    given: int
    used: int
    copies: int
    set_aside: Mapping[str, int]
    first: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Posts:
    """Different posts.

    Attributes
    ----------
    texts : tuple of str
        As the platform shows them.
    parents : tuple of (str or None)
        What each one answers.
    keys : tuple of str
        What copies of each text have in common, see :func:`weibo_nlp.training.learnt_from.row_key`.
    counts : PostCounts
        What became of the posts given.
    """

    texts: tuple[str, ...]
    parents: tuple[str | None, ...]
    keys: tuple[str, ...]
    counts: PostCounts


def read_posts(texts: Iterable[Any], parents: Iterable[Any] | None = None, *, html: HtmlChoice = "auto") -> Posts:
    """Check columns of posts.

    Parameters
    ----------
    texts : iterable
        Raw texts.
    parents : iterable, optional
        The text that each one answers, or None.
    html : bool or "auto"
        Whether texts are HTML, which is read as text; by default each is looked at.

    Returns
    -------
    Posts
        What cannot be read is set aside and counted, and so are copies.

    Raises
    ------
    UsageError
        If one of them is no column, or they differ in length.
    DataError
        If no post is left.
    """
    given = column(texts, "texts")
    above: Sequence[Any] = [None] * len(given) if parents is None else column(parents, "parents")
    if len(above) != len(given):
        raise UsageError(f"{len(given):,} texts and {len(above):,} parents; give one of each for every text.")
    return _read(enumerate(zip(given, above, strict=True)), html)


def read_posts_of_table(
    table: Table, *, text_column: str, parent_column: str | None = None, html: HtmlChoice = "auto"
) -> Posts:
    """Check the posts of a file, as :func:`read_posts` does; lines that cannot be read are set aside as well.

    Raises
    ------
    DataError
        If no post is left, the file breaks off, or it changed since it was opened.
    """

    def rows() -> Iterable[tuple[int, tuple[Any, Any] | str]]:
        for item in table.rows():
            if isinstance(item, Reject):
                yield item.line, item.reason
            else:
                above = None if parent_column is None else item.values.get(parent_column)
                yield item.number, (item.values.get(text_column), above)

    return _read(rows(), html)


def _read(rows: Iterable[tuple[int, tuple[Any, Any] | str]], html: HtmlChoice) -> Posts:
    """Read rows (place, text and parent, or why there are none)."""
    kept: dict[tuple[str, str | None], tuple[str, str | None]] = {}
    set_aside, first, n_given, n_read = Counter[str](), dict[str, int](), 0, 0
    for place, row in rows:
        n_given += 1
        problem = row if isinstance(row, str) else None
        if not isinstance(row, str):
            reading, above = read(row[0], html), read_parent(row[1], html)
            problem = f"text is {reading.problem}" if reading.problem else None
            if problem is None and above.problem is not None:
                problem = f"text answered is {above.problem}"
            if problem is None:
                n_read += 1
                parent = above.text or None
                key = _key(reading.text), None if parent is None else _key(parent)
                kept.setdefault(key, (reading.text, parent))
        if problem is not None:
            set_aside[problem] += 1
            first.setdefault(problem, place)
    if not kept:
        why = "; ".join(f"{reason} ({count:,})" for reason, count in set_aside.most_common(SHOWN_POSITIONS))
        raise DataError(f"none of {n_given:,} rows has a text{f': {why}' if why else ''}. Name the column of texts.")
    keys = tuple(key for key, _ in kept)
    texts, parents = zip(*kept.values(), strict=True)
    counts = PostCounts(n_given, len(kept), n_read - len(kept), dict(set_aside.most_common()), first)
    return Posts(texts, parents, keys, counts)


def _key(text: str) -> str:
    return row_key(Example(text, plain=True))
