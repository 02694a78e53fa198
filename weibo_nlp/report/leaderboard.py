"""Tables of a leaderboard, on a terminal and in Markdown, with ties shown as ties."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from weibo_nlp.io.names import printable, printable_name
from weibo_nlp.leaderboard.ranking import Standings, Table
from weibo_nlp.report.display import bounds, few_units_note, number
from weibo_nlp.report.markdown import markdown_table
from weibo_nlp.report.terminal import print_line, print_table

_FIGURES = (0, 1, 3, 4, 5, 6, 7)
_NO_RESULTS = "no results"
# Everything that Markdown or HTML could take for its own; a link needs one of these as well, or "www.".
_MARKS = re.compile(r"([\\`*_\[\]<>|&~:@#!])|(?<=www)\.", re.IGNORECASE)


def print_tables(standings: Standings) -> None:
    """Print every table to standard output."""
    for table in standings.tables:
        print_line(_title(table))
        print_table(_headings(table), _rows(table), _FIGURES)
        for note in _notes(table):
            print_line(note)
        print_line()
    print_line(standings.rank_rule if standings.tables else _NO_RESULTS)


def markdown_tables(standings: Standings) -> str:
    """Return every table in Markdown, with hardware and command; names are escaped, whatever they hold."""
    parts = []
    for table in standings.tables:
        rows = [
            (*cells, *(_distinct(getattr(entry, name) for entry in row.entries) for name in ("hardware", "command")))
            for row, cells in zip(table.rows, _rows(table), strict=True)
        ]
        headings = (*_headings(table), "hardware (as stated)", "command (as stated)")
        parts.append(f"## {markdown_text(_title(table))}\n\n{markdown_table(headings, rows, escape=markdown_text)}\n")
        parts += [f"{markdown_text(note)}\n\n" for note in _notes(table)]
    return "".join(parts) + (markdown_text(standings.rank_rule) if standings.tables else _NO_RESULTS) + "\n"


def markdown_text(text: str) -> str:
    """Return one line of text that Markdown shows as it is: no markup, no HTML, no link."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()))


def _distinct(texts: Iterable[str | None]) -> str:
    return "; ".join(printable_name(text, 120) for text in dict.fromkeys(texts) if text is not None)


def _title(table: Table) -> str:
    scores = table.rows[0].entries[0].scores
    return f"{table.title}; {scores.n:,} rows scored, {scores.n_units:,} units"


def _headings(table: Table) -> tuple[str, ...]:
    metric = printable_name(table.metric)
    return "row", "rank", "system", "runs", metric, "95 % interval", "sd", "accuracy", "ties with"


def _notes(table: Table) -> list[str]:
    few = few_units_note(row.entries[0].scores.n_units for row in table.rows)
    reason = "" if table.untested is None else " ".join(printable(table.untested).split())
    unchecked = f"Not checked: every figure is what the entry claims, without ranks and ties; {reason}"
    return [few] * bool(few) + [unchecked] * bool(reason) + [f"Note: {note}" for note in table.notes]


def _rows(table: Table) -> list[tuple[str, ...]]:
    place = {row.name: number for number, row in enumerate(table.rows, start=1)}
    holders = Counter(row.rank for row in table.rows)
    cells: list[tuple[str, ...]] = []
    for row in table.rows:
        bounded = row.score.low is not None
        star = "*" if bounded and row.entries[0].scores.few_units else ""
        cells.append(
            (
                str(place[row.name]),
                "not checked" if row.rank is None else f"{row.rank}{'=' if holders[row.rank] > 1 else ''}",
                row.name,
                str(len(row.entries)),
                number(row.score.value),
                f"{bounds(row.score) if bounded else ''}{star}",
                "" if row.sd is None else number(row.sd),
                number(row.accuracy),
                _ranges(sorted(place[name] for name in row.ties)),
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
