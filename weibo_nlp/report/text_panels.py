"""What is said, as panels: what goes with what, frames, words and hashtags of each side, phrases that are tracked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from weibo_nlp.report import display
from weibo_nlp.report.charts import DotChart, DotRow, Point, ScoreChart, ScoreRow, TileChart, percent
from weibo_nlp.report.colours import MOST_SERIES, LabelColours
from weibo_nlp.report.drawing import Entry
from weibo_nlp.report.figure_panel import Panel, figure_name, file_stem, rows_of
from weibo_nlp.report.line_chart import LineChart, Series
from weibo_nlp.report.share_panels import MOST_ROWS, is_target, periods_between
from weibo_nlp.report.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from weibo_nlp.analysis.findings import Findings

MOST_COMPARISONS = 12
"""Comparisons of words that are drawn; the table holds all."""
_MOST_TERMS = 10
_MOST_CROSSINGS, _LEAST_CROSSED = 6, 20  # figures; rows of one, below which a table of cells tells nothing
_MOST_PHRASES = 4  # of which it is drawn by which labels they stand; the table has all
_FINE = 0.001
_PHRASE_COLOURS = LabelColours({"phrase": [str(place) for place in range(MOST_SERIES)]})


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison: a label, about a target, against another label or all others."""

    column: str
    target: str | None
    label: str
    against: str | None


class TextPanels:
    """Panels of what is said.

    Parameters
    ----------
    findings : Findings
        With crossings, key words and phrases.
    words : Words
        Of the page.
    colours : LabelColours
        Of the labels.
    """

    def __init__(self, findings: Findings, words: Words, colours: LabelColours) -> None:
        self._findings, self._words, self._colours = findings, words, colours

    def crossings(self) -> list[Panel]:
        """Return a panel for each pair of columns, and for each target where there are several."""
        table = self._findings.stance.crossing
        panels: list[Panel] = []
        keys = ["row_column", "column_column", "target"]
        pairs = list(dict.fromkeys(map(tuple, table[keys].astype(object).where(table[keys].notna(), None).values)))
        for row_column, column_column, target in pairs:
            about = {of for row, column, of in pairs if (row, column) == (row_column, column_column)}
            if target is None and len(about) == 2:  # all targets are the one that there is
                continue
            is_pair = (table["row_column"] == row_column) & (table["column_column"] == column_column)
            part = table[is_pair & is_target(table, target)]
            if len(panels) < _MOST_CROSSINGS and part["count"].sum() >= _LEAST_CROSSED:
                panels.append(self._crossing(row_column, column_column, target, part.reset_index(drop=True)))
        return [*panels, Panel("crossing", self._words.text("crossing_table"), table)] if len(table) else []

    def frames(self) -> Panel | None:
        """Return the panel of frames; None where there are none."""
        table = self._findings.stance.frames
        whole = table[table["label_column"].isna()] if len(table) else table
        if not len(whole):
            return None
        rows = sorted(rows_of(whole), key=lambda row: (-row.share, row.frame))
        dots = tuple(
            DotRow(
                figure_name(self._words.label("frames", row.frame)),
                (Point(row.share, None, None, "blue", hollow=True),),
                percent(row.share, _FINE),
            )
            for row in rows[:MOST_ROWS]
        )
        note = (self._words("frames_note"),)
        return Panel("frames", self._words.text("frames_chart"), table, DotChart(dots), note)

    def keywords(self) -> list[Panel]:
        """Return a panel for each comparison and kind of term, and one with the table of all."""
        table = self._findings.keywords.table
        if not len(table):
            return []
        made = list(self._comparisons())
        panels = []
        for left, right in made[:MOST_COMPARISONS]:
            for kind in ("word", "hashtag"):
                terms = table[table["kind"] == kind]
                if panel := self._compared(kind, terms, left, right):
                    panels.append(panel)
        return [*panels, Panel("keywords", self._words.text("keywords_table"), table)]

    def keyword_notes(self) -> list[Markup]:
        """Return what has to be said of the key words."""
        keywords, words = self._findings.keywords, self._words
        notes = [
            words(
                "keywords_note",
                unit=words.name("units", keywords.unit),
                segmenter=words.shown(keywords.segmenter, 200),
                n=display.count(keywords.n_texts),
            )
        ]
        if keywords.is_sample:
            notes.append(words("keywords_sample", n=display.count(keywords.n_rows)))
        sides = keywords.sides
        n_made = len(list(self._comparisons()))
        if n_made > MOST_COMPARISONS:
            notes.append(words("keywords_not_drawn", shown=MOST_COMPARISONS, n=display.count(n_made)))
        if n_few := int((~sides["is_compared"]).sum()) if len(sides) else 0:
            notes.append(words("keywords_few", n=display.count(n_few)))
        if not n_made:
            notes.append(words("keywords_none"))
        return notes

    def phrases(self) -> list[Panel]:
        """Return panels of the phrases: over time, or in all texts, and by label."""
        phrases, words = self._findings.phrases, self._words
        table = phrases.table
        if not phrases.phrases or not len(table):
            return []
        panels = []
        whole = table[table["period"].isna() & table["group_by"].isna() & table["label_column"].isna()]
        panels.append(self._in_all(whole, table))
        timed = table[table["period"].notna()]
        kind = self._findings.shares.period
        if len(timed) and kind is not None:
            panels.append(self._phrases_over_time(timed.reset_index(drop=True), kind))
        for place, phrase in enumerate(phrases.phrases[:_MOST_PHRASES]):
            of_phrase = table[(table["phrase"] == phrase) & table["label_column"].notna()]
            for column in dict.fromkeys(of_phrase["label_column"]):
                part = of_phrase[(of_phrase["label_column"] == column)]
                part = part[part["target"].isna()] if part["target"].isna().any() else part
                title = words.text(
                    "phrases_labels", phrase=figure_name(phrase), column=figure_name(words.column(column))
                )
                chart = DotChart(tuple(self._phrase_row(row, column) for row in rows_of(part[:MOST_ROWS])))
                stem = file_stem("phrase", str(place + 1), column)
                panels.append(Panel(stem, title, part.reset_index(drop=True), chart, headings=_OF_TEXTS))
        return panels

    def phrase_lines(self) -> list[Markup]:
        """Return a sentence for each phrase."""
        table = self._findings.phrases.table
        if not len(table):
            return []
        whole = table[table["period"].isna() & table["group_by"].isna() & table["label_column"].isna()]
        return [
            self._words(
                "phrases_count",
                phrase=self._words.shown(row.phrase),
                count=display.count(row.count),
                n=display.count(row.n),
                own=display.count(row.n_own),
            )
            for row in rows_of(whole)
        ]

    def _crossing(self, row_column: str, column_column: str, target: str | None, part: pd.DataFrame) -> Panel:
        words = self._words
        rows, columns = (list(dict.fromkeys(part[name])) for name in ("row_label", "column_label"))
        cells = {(row.row_label, row.column_label): row for row in rows_of(part)}
        counts = tuple(tuple(int(cells[row, column].count) if (row, column) in cells else 0 for column in columns)
                       for row in rows)  # fmt: skip
        residuals = tuple(
            tuple(_finite(cells[row, column].residual) if (row, column) in cells else None for column in columns)
            for row in rows
        )
        chart = TileChart(
            tuple(figure_name(words.label(row_column, row)) for row in rows),
            tuple(figure_name(words.label(column_column, column)) for column in columns),
            counts,
            residuals,
            Entry(words.text("more_than_expected"), "blue", "s"),
            Entry(words.text("fewer_than_expected"), "vermilion", "s"),
        )
        parts = {"row": figure_name(words.column(row_column)), "column": figure_name(words.column(column_column))}
        title = (
            words.text("crossing_of", **parts)
            if target is None
            else words.text("crossing_of_target", target=figure_name(target), **parts)
        )
        return Panel(file_stem("crossing", row_column, column_column, target or ""), title, part, chart)

    def _comparisons(self) -> Iterator[tuple[_Side | None, _Side]]:
        """Sides that are compared, the two of one comparison together: that of the label that comes first, then the
        other; of a label against all others, only the latter.
        """
        sides = self._findings.keywords.sides
        if not len(sides):
            return
        made = [
            _Side(row.label_column, _text(row.target), row.label, _text(row.against))
            for row in rows_of(sides[sides["is_compared"]])
        ]
        done: set[_Side] = set()
        for side in made:
            if side in done:
                continue
            other = None if side.against is None else _Side(side.column, side.target, side.against, side.label)
            pair = [side] if other is None or other not in made else [side, other]
            done.update(pair)
            if len(pair) == 1:
                yield None, side
            else:
                first, second = sorted(pair, key=lambda each: _LEFT.get(each.label, 1))
                yield first, second

    def _compared(self, kind: str, terms: pd.DataFrame, left: _Side | None, right: _Side) -> Panel | None:
        words = self._words
        parts, rows = [], []
        for side, sign in ((right, 1), (left, -1)):
            if side is None:
                continue
            part = _of_side(terms, side)
            parts.append(part)
            by_z = part.sort_values(["z", "term"], ascending=[False, True])
            top = list(rows_of(by_z[:_MOST_TERMS]))
            for row in top if sign > 0 else reversed(top):
                colour = self._colours.of(side.column, side.label).name
                note = f"{row.count:,} : {row.other_count:,}"
                rows.append(ScoreRow(figure_name(row.term), sign * row.z, colour, note))
        if not rows:
            return None
        import pandas as pd

        other = words.text("keywords_rest") if right.against is None else words.label(right.column, right.against)
        label = words.label(right.column, right.label)
        title = words.text(f"keywords_{kind}s", side=figure_name(label), other=figure_name(other))
        if right.target is not None:
            title = words.text("shares_of_target", column=figure_name(right.target), target=title)
        entries = [
            Entry(figure_name(name), self._colours.of(right.column, of or "").name, "s")
            for name, of in ((other, right.against), (label, right.label))
        ]
        stem = file_stem(f"{kind}s", right.column, right.target or "", right.label, right.against or "rest")
        chart = ScoreChart(tuple(rows), entries[0] if left is not None else None, entries[1])
        return Panel(stem, title, pd.concat(parts, ignore_index=True), chart)

    def _in_all(self, whole: pd.DataFrame, table: pd.DataFrame) -> Panel:
        rows = [
            DotRow(
                figure_name(row.phrase),
                (Point(row.share, None, None, "ink"),),
                f"{percent(row.share, _FINE)} ({display.count(row.count)})",
            )
            for row in rows_of(whole[:MOST_ROWS])
        ]
        title = self._words.text("phrases_all")
        return Panel("phrases", title, table, DotChart(tuple(rows)), headings=_OF_TEXTS)

    def _phrases_over_time(self, timed: pd.DataFrame, kind: str) -> Panel:
        periods = periods_between(sorted(set(timed["period"])), kind)
        cells = {(row.phrase, row.period): row.share for row in rows_of(timed)}
        lines = []
        for place, phrase in enumerate(self._findings.phrases.phrases[:MOST_SERIES]):
            colour = _PHRASE_COLOURS.of("phrase", str(place))
            values = tuple(cells.get((phrase, period)) for period in periods)
            nothing = (None,) * len(periods)
            lines.append(Series(figure_name(phrase), colour.name, colour.marker, values, nothing, nothing))
        # Counts, not predictions: nothing that a sample would correct.
        chart = LineChart(tuple(figure_name(period) for period in periods), tuple(lines), corrected=True)
        return Panel("phrases-time", self._words.text("phrases_time"), timed, chart, headings=_OF_TEXTS)

    def _phrase_row(self, row: Any, column: str) -> DotRow:
        colour = self._colours.of(column, row.label)
        name = self._words.label(column, row.label)
        if _text(row.target) is not None:
            name = self._words.text("shares_of_target", column=name, target=row.target)
        point = Point(row.share, None, None, colour.name, colour.marker)
        return DotRow(figure_name(name), (point,), percent(row.share, _FINE))


_OF_TEXTS = {"share": "share_of_texts"}
# Drawn to the left where two labels oppose each other.
_LEFT = {"against": 0, "negative": 0, "false": 0}


def _of_side(terms: pd.DataFrame, side: _Side) -> pd.DataFrame:
    same_other = terms["against"].isna() if side.against is None else terms["against"] == side.against
    mask = (terms["label_column"] == side.column) & (terms["label"] == side.label) & same_other
    return terms[mask & is_target(terms, side.target)]


def _text(value: Any) -> str | None:
    return None if value is None or value != value else str(value)


def _finite(value: float) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
