"""Texts of the physical lines of a file, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from weibo_nlp.io.jsonl import BLANK, decoded, without_last_blanks

INNER_MARK = "a byte order mark stands before it, as where files are joined"


def text_lines(
    lines: Iterable[tuple[int, bytes, bool]], blanks: str | None = None
) -> Iterator[tuple[int, bytes, str | None, str]]:
    """Number, bytes, and text or the reason why there is none, of every line; blank is what is all of `blanks`."""
    texts = (_without_inner_mark(number, raw, *decoded(raw, number, too_long)) for number, raw, too_long in lines)
    with_blanks = (
        (number, b"", None, BLANK) if text is not None and not text.strip(blanks) else (number, raw, text, reason)
        for number, raw, text, reason in texts
    )
    return without_last_blanks(
        with_blanks, lambda line: line[0] if line[3] == BLANK else 0, lambda number: (number, b"", None, BLANK)
    )


def _without_inner_mark(number: int, raw: bytes, text: str | None, reason: str) -> tuple[int, bytes, str | None, str]:
    """Refuse a line that begins with a byte order mark: it is no part of an id, or of whatever stands first."""
    if text is not None and text.startswith("\ufeff"):
        return number, raw, None, INNER_MARK
    return number, raw, text, reason
