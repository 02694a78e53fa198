"""The corpus report as Markdown tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weibo_nlp.report.display import NOTHING, bounds, count, number
from weibo_nlp.report.profile_view import (
    agreement_table,
    balance_tables,
    confidence_table,
    deviation_rows,
    diversity_table,
    feature_table,
    length_plots,
    plain_table,
    share,
    summary,
)
from weibo_nlp.report.table import markdown_rows


def markdown_corpus(document: Mapping[str, Any]) -> str:
    """Every figure of a corpus report as tables under headings, what lies outside the real range first."""
    rows = deviation_rows(document)
    parts = [f"# {document['title']}\n", markdown_rows(("", ""), summary(document))]
    heads = ("figure", "ours", "95 % interval", "real sets", "from", "verdict", "answer")
    for heading, inside in (("Outside the range of real sets", False), ("Inside the range of real sets", True)):
        told = [
            (
                row["figure"],
                row["ours"],
                row["interval"],
                row["range"],
                row["sets"],
                row["verdict"],
                row["answer"] or "",
            )
            for row in rows
            if row["inside"] is inside
        ]
        if told:
            parts.append(f"## {heading}\n\n" + markdown_rows(heads, told))
    for heading, (columns, body) in balance_tables(document).items():
        if body:
            parts.append(f"## {heading}\n\n" + markdown_rows(columns, body))
    events = [
        (
            row["event"],
            row["name"],
            row["topic"],
            row["near"] or NOTHING,
            count(row["documents"]),
            count(row["threads"]),
        )
        for row in document["size"]["events"]
    ]
    parts.append("## Events\n\n" + markdown_rows(("event", "name", "topic", "near", "documents", "threads"), events))
    lengths = [
        (name, plot["title"], n, quantiles) for plot in length_plots(document) for name, n, quantiles in plot["lines"]
    ]
    parts.append("## Lengths in characters, 10/25/50/75/90 %\n\n" + markdown_rows(("set", "kind", "n", ""), lengths))
    for heading, (columns, body) in (
        ("Marks of the platform", feature_table(document)),
        ("Diversity", diversity_table(document)),
    ):
        parts.append(f"## {heading}\n\n" + markdown_rows(columns, body))
    if document["plain"]:
        parts.append("## Plain wording\n\n" + markdown_rows(*plain_table(document)))
    parts.append(_repetition(document["repetition"]))
    if document["shortcuts"]:
        gate = [
            (row["task"], row["shortcut"], number(row["majority"]), number(row["score"]["value"]),
             number(row["full"]), NOTHING if row["ratio"] is None else f"{number(row['ratio']['value'])} "
             f"({bounds(row['ratio'])})", row["verdict"])
            for row in document["shortcuts"]
        ]  # fmt: skip
        heads = ("task", "shortcut", "majority", "score", "full", "ratio", "verdict")
        parts.append("## Shortcut gate\n\n" + markdown_rows(heads, gate))
    if document["agreement"]:
        parts.append("## Agreement\n\n" + markdown_rows(*agreement_table(document)))
        parts.append(markdown_rows(*confidence_table(document)))
    notes = "".join(f"- {note}\n" for note in document["notes"])
    parts.append(f"Made by `{document['command']}`, weibo_nlp {document['package']}.\n\n{notes}")
    return "\n".join(parts)


def _repetition(found: Mapping[str, Any]) -> str:
    strings = [(row["string"], count(row["documents"]), row["first"]) for row in found["strings"]]
    told = (
        f"## Repetition\n\n{count(found['repeated_comments'])} of {count(found['comments'])} comments repeat an "
        f"earlier one to the letter ({share(found['repeats_limit'])} allowed). Strings of 10 characters or more in "
        f"several documents, hashtags, links and names of the registers aside ({share(found['limit'])} allowed):\n\n"
    )
    return told + markdown_rows(("string", "documents", "first in"), strings)
