"""Tables of a leaderboard, on a terminal and in Markdown, with ties shown as ties."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from weibo_nlp.io.shown import printable, shown_name

COLUMNS = ("row", "rank", "system", "runs", "metric", "95 % interval", "sd", "accuracy", "ties with")
_LEFT = ("system", "ties with")
# Everything that Markdown or HTML could take for its own; a link needs one of these as well, or "www.".
_MARKS = re.compile(r"([\\`*_\[\]<>|&~:@#!])|(?<=www)\.", re.IGNORECASE)


def print_tables(standings: Mapping[str, Any]) -> None:
    """Print every table to standard output, whole lines also where there is no terminal.

    Parameters
    ----------
    standings : mapping
        As ``Standings.to_dict`` of `weibo_nlp.leaderboard.ranking` gives them.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, emoji=False, width=160)
    for table in standings["tables"]:
        console.print(escape(_title(table)), soft_wrap=True)
        drawn = Table(box=None, pad_edge=False)
        for column in COLUMNS:
            heading = table["metric"] if column == "metric" else column
            drawn.add_column(escape(shown_name(heading)), justify="left" if column in _LEFT else "right", no_wrap=True)
        for row in _rows(table):
            drawn.add_row(*map(escape, row))
        console.print(drawn)
        for note in _notes(table):
            console.print(escape(note), soft_wrap=True)
        console.print()
    console.print(escape(standings["rank_rule"] if standings["tables"] else "no results"), soft_wrap=True)


def markdown_tables(standings: Mapping[str, Any]) -> str:
    """Return every table in Markdown, with hardware and command; names are escaped, whatever they hold."""
    lines = []
    for table in standings["tables"]:
        headings = [table["metric"] if column == "metric" else column for column in COLUMNS]
        headings += ["hardware", "command"]
        lines += [f"## {markdown_text(_title(table))}", ""]
        lines += ["| " + " | ".join(map(markdown_text, headings)) + " |", "|" + "---|" * len(headings)]
        for row, cells in zip(table["rows"], _rows(table), strict=True):
            runs = row["runs"]
            hardware = dict.fromkeys(run["hardware"] for run in runs)
            commands = dict.fromkeys(run["command"] for run in runs if run["command"] is not None)
            both = ("; ".join(shown_name(text, 120) for text in texts) for texts in (hardware, commands))
            lines.append("| " + " | ".join(map(markdown_text, (*cells, *both))) + " |")
        lines += ["", *(f"{markdown_text(note)}\n" for note in _notes(table))]
    lines += [markdown_text(standings["rank_rule"]) if standings["tables"] else "no results"]
    return "\n".join(lines) + "\n"


def markdown_text(text: str) -> str:
    """Return one line of text that Markdown shows as it is: no markup, no HTML, no link."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()))


def _title(table: Mapping[str, Any]) -> str:
    version = "" if table["corpus_version"] is None else f" {shown_name(table['corpus_version'], 24)}"
    named = ", ".join(shown_name(table[name]) for name in ("task", "protocol", "split"))
    size = ""
    if table["rows"]:
        size = f"; {table['rows'][0]['n']:,} rows scored, {table['rows'][0]['n_units']:,} units"
    return f"{shown_name(table['set'])}{version}: {named}{size}"


def _notes(table: Mapping[str, Any]) -> list[str]:
    notes = []
    if any(row["few_units"] for row in table["rows"]):
        notes.append("* fewer than 100 independent units: intervals like these are somewhat too narrow")
    if table["untested"] is not None:
        reason = " ".join(printable(table["untested"]).split())
        notes.append(f"Untested, so without ranks and ties: {reason}")
    return notes


def _rows(table: Mapping[str, Any]) -> list[tuple[str, ...]]:
    rows = table["rows"]
    place = {row["name"]: number for number, row in enumerate(rows, start=1)}
    shared = [row["rank"] for row in rows]
    cells: list[tuple[str, ...]] = []
    for number, row in enumerate(rows, start=1):
        score = row["score"]
        bounds = "" if score["low"] is None else f"{score['low']:.3f} to {score['high']:.3f}"
        rank = "untested" if row["rank"] is None else f"{row['rank']}{'=' if shared.count(row['rank']) > 1 else ''}"
        cells.append(
            (
                str(number),
                rank,
                row["name"],
                str(len(row["runs"])),
                f"{score['value']:.3f}",
                f"{bounds}{'*' if row['few_units'] and bounds else ''}",
                "" if row["sd"] is None else f"{row['sd']:.3f}",
                f"{row['accuracy']:.3f}",
                _ranges(sorted(place[name] for name in row["ties"])),
            )
        )
    return cells


def _ranges(numbers: Sequence[int]) -> str:
    """Put sorted numbers into words: ``row 2``, ``rows 2–4, 6``."""
    if not numbers:
        return ""
    breaks = [at for at, (one, two) in enumerate(pairwise(numbers), start=1) if two != one + 1]
    pieces = [numbers[start:end] for start, end in pairwise([0, *breaks, len(numbers)])]
    text = ", ".join(str(piece[0]) if len(piece) == 1 else f"{piece[0]}–{piece[-1]}" for piece in pieces)
    return f"row{'' if len(numbers) == 1 else 's'} {text}"
