"""Cells of the card's tables: shares, fractions, and rows of anything as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from weibo_nlp.report.display import NOTHING
from weibo_nlp.report.markdown import markdown_table


def share(part: int, whole: int) -> str:
    """Share in percent; a dash where there is nothing to take a share of."""
    return f"{part / whole:.1%}" if whole else NOTHING


def fraction(part: int, whole: int) -> str:
    """Share as a fraction with three digits and without its nought."""
    return f"{part / whole:.3f}".removeprefix("0")


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows of anything as a Markdown table."""
    return markdown_table(headings, [[str(cell) for cell in row] for row in rows])
