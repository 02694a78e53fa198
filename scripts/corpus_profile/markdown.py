"""The corpus report as Markdown tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus_profile import view as profile_view
from weibo_nlp.report.display import NOTHING, count
from weibo_nlp.report.markdown import markdown_table, section, titled_table

_DEVIATION = {
    "figure": "figure",
    "ours": "ours",
    "interval": "95 % interval",
    "range": "real sets",
    "sets": "from",
    "verdict": "verdict",
    "answer": "answer",
}


def markdown_corpus(document: Mapping[str, Any]) -> str:
    """Every figure of a corpus report as tables under headings, what lies outside the real range first."""
    deviations = profile_view.deviation_rows(document)
    inside, outside = (
        [[row[name] or "" for name in _DEVIATION] for row in deviations if row["inside"] is wanted]
        for wanted in (True, False)
    )
    events = [
        [
            row["event"],
            row["name"],
            row["topic"],
            row["near"] or NOTHING,
            count(row["documents"]),
            count(row["threads"]),
        ]
        for row in document["size"]["events"]
    ]
    lengths = [
        [name, plot["title"], n, quantiles]
        for plot in profile_view.length_plots(document)
        for name, n, quantiles in plot["lines"]
    ]
    headings = list(_DEVIATION.values())
    tables: dict[str, profile_view.Table] = {
        "Outside the range of real sets": (headings, outside),
        "Inside the range of real sets": (headings, inside),
        **profile_view.balance_tables(document),
        "Events": (["event", "name", "topic", "near", "documents", "threads"], events),
        "Lengths in characters, 10/25/50/75/90 %": (["set", "kind", "n", ""], lengths),
        "Marks of the platform": profile_view.feature_table(document),
        "Diversity": profile_view.diversity_table(document),
        "Plain wording": profile_view.plain_table(document),
        "Habits of one hand": profile_view.habit_table(document),
    }
    parts = [
        f"# {document['title']}\n",
        markdown_table(("", ""), profile_view.summary(document)),
        *(titled_table(heading, *table) for heading, table in tables.items()),
        "".join(f"- {note}\n" for note in profile_view.habit_notes(document)),
        _repetition(document["repetition"]),
        section("shortcuts", profile_view.shortcut_scores(document)),
        titled_table("Agreement", *profile_view.agreement_table(document)),
        titled_table("Judgements given with low confidence", *profile_view.confidence_table(document)),
        f"Made by `{document['command']}`, weibo_nlp {document['package']}.\n",
        "".join(f"- {note}\n" for note in document["notes"]),
    ]
    return "\n".join(filter(None, parts))


def _repetition(repetition: Mapping[str, Any]) -> str:
    repeats, comments = count(repetition["repeated_comments"]), count(repetition["comments"])
    strings = [(row["string"], count(row["documents"]), row["first"]) for row in repetition["strings"]]
    return (
        f"## Repetition\n\n{repeats} of {comments} comments repeat an earlier one to the letter "
        f"({profile_view.share(repetition['repeats_limit'])} allowed). Strings of 10 characters or more in several "
        "documents, hashtags, links and names of the registers aside "
        f"({profile_view.share(repetition['limit'])} allowed):\n\n"
        + markdown_table(("string", "documents", "first in"), strings)
    )
