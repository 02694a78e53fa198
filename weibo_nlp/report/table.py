"""The result table: one row a model and task, the main metric with its interval first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from weibo_nlp.report.display import bounds, count, number

HEADINGS = ("set", "task", "protocol", "model", "main metric", "value", "95 % interval", "accuracy", "scored", "units")


def main_rows(results: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Rows for a table from results as `Result.to_dict` gives them.

    Parameters
    ----------
    results : sequence of mapping
        With ``set``, ``task``, ``protocol``, ``model``, ``main_metric``, ``metrics``, ``n``, ``n_units`` and
        ``few_units``.

    Returns
    -------
    list of tuple of str
        In the order of ``HEADINGS``; a star marks intervals over fewer than 100 independent units.
    """
    rows: list[tuple[str, ...]] = []
    for result in results:
        main = result["metrics"][result["main_metric"]]
        star = "*" if result["few_units"] else ""
        rows.append(
            (
                result["set"],
                result["task"],
                result["protocol"],
                result["model"],
                result["main_metric"],
                number(main["value"]),
                bounds(main) + star,
                number(result["metrics"]["accuracy"]["value"]),
                count(result["n"]),
                count(result["n_units"]),
            )
        )
    return rows


def markdown_table(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows of `main_rows` as a Markdown table."""
    return markdown_rows(HEADINGS, main_rows(results))


def markdown_rows(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return any rows as a Markdown table; what would end a cell or a row is escaped or folded."""
    lines = ["| " + " | ".join(map(_cell, headings)) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
