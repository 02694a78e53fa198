"""Shares as panels: of each label, over time, by group, and stance towards each target."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from weibo_nlp.report import display
from weibo_nlp.report.charts import DivergingChart, DivergingRow, DotChart, DotRow, Point, percent
from weibo_nlp.report.colours import MOST_SERIES, LabelColours
from weibo_nlp.report.drawing import Entry
from weibo_nlp.report.figure_panel import Panel, figure_name, file_stem, rows_of
from weibo_nlp.report.line_chart import LineChart, Series
from weibo_nlp.report.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from weibo_nlp.analysis.findings import Findings

MOST_ROWS = 40
"""Groups or labels that one figure shows; tables hold all."""
_MOST_TARGETS = 15
_MOST_TARGETS_OVER_TIME = 6
_MOST_PERIODS = 2_000
_FINE = 0.001  # step of percentages in texts, one decimal
_UNCORRECTED = "uncorrected"


class SharePanels:
    """Panels of the shares that were found.

    Parameters
    ----------
    findings : Findings
        With shares of labels.
    words : Words
        Of the page.
    """

    def __init__(self, findings: Findings, words: Words) -> None:
        self._findings, self._words = findings, words
        self._table = findings.shares.table
        self._columns = {column.name: column for column in findings.label_columns}
        self._whole = self._table[self._table["period"].isna() & self._table["group_by"].isna()]
        self.order = {name: self._labels(name) for name in self._columns}
        self.colours = LabelColours(self.order)

    def overall(self) -> list[Panel]:
        """Return a panel for each column of labels that is not about a target."""
        panels = []
        for name, column in self._columns.items():
            rows = self._whole[(self._whole["label_column"] == name) & self._whole["target"].isna()]
            if column.target is None and len(rows):
                panels.append(self._overall(name, rows))
        return panels

    def over_time(self) -> list[Panel]:
        """Return a panel for each column of labels, or each of its targets, with lines over the periods."""
        timed = self._table[self._table["period"].notna() & self._table["group_by"].isna()]
        kind = self._findings.shares.period
        if not len(timed) or kind is None:
            return []
        periods = periods_between(sorted(set(timed["period"])), kind)
        return [
            self._over_time(name, target, rows, periods)
            for name, target, rows in self._parts(timed, _MOST_TARGETS_OVER_TIME)
        ]

    def by_group(self) -> list[tuple[str, list[Panel]]]:
        """Return, for each column of groups, a panel for each column of labels or each of its targets."""
        grouped = self._table[self._table["group_by"].notna() & self._table["period"].isna()]
        found = []
        for by in self._findings.shares.by:
            rows = grouped[grouped["group_by"] == by]
            parts = self._parts(rows, _MOST_TARGETS_OVER_TIME)
            if panels := [self._by_group(by, name, target, part) for name, target, part in parts]:
                found.append((by, panels))
        return found

    def stance(self) -> Panel | None:
        """Return the panel of opposed shares, a row for each target; None where nothing is about a target."""
        stance = self._findings.stance.stance
        if not len(stance):
            return None
        rows = []
        targets = (None if target != target else target for target in stance["target"])
        pairs = list(dict.fromkeys(zip(stance["label_column"], targets, strict=True)))
        several = len({column for column, _ in pairs}) > 1 and len({target for _, target in pairs}) < len(pairs)
        for column, target in pairs[:_MOST_TARGETS]:
            part = stance[(stance["label_column"] == column) & is_target(stance, target)]
            shown = self._words.column(column)
            rows.append(
                DivergingRow(
                    figure_name(shown if target is None else f"{target} ({shown})" if several else target),
                    self._side(column, target, "against", part),
                    self._side(column, target, "favor", part),
                    self._words.text("n_rows", n=display.count(int(part["n"].max()))),
                )
            )
        sides = [Entry(self._words.label("stance", label), self.colours.of(pairs[0][0], label).name, "s")
                 for label in ("against", "favor")]  # fmt: skip
        notes = [self._words("stance_note")]
        notes += [self._words("stance_lines")] if self._findings.shares.is_corrected else []
        if len(pairs) > _MOST_TARGETS:
            notes.append(self._words("targets_not_drawn", shown=_MOST_TARGETS, n=display.count(len(pairs))))
        if others := self._findings.stance.other_targets:
            notes.append(self._words("stance_others", n=display.count(others)))
        title = self._words.text("stance_chart")
        return Panel("stance", title, stance, DivergingChart(tuple(rows), *sides), tuple(notes))

    def estimated(self) -> Panel | None:
        """Return the table of shares towards targets with their estimates, where there are any."""
        rows = self._whole[self._whole["target"].notna()]
        if not len(rows):
            return None
        return Panel("shares-targets", self._words.text("stance_shares"), rows.reset_index(drop=True))

    def _labels(self, column: str) -> list[str]:
        """Labels of a column: those of a task in its order, others with the most frequent first."""
        of = self._columns[column]
        rows = self._whole[self._whole["label_column"] == column]
        if not len(rows):
            return []
        counts = rows.groupby("label", sort=False)["count"].max()
        # A label that only people gave is no label of the column.
        known = [*(label for label in of.labels if label in counts), *sorted(set(counts.index) - set(of.labels))]
        if of.task is not None:
            return known
        return sorted(known, key=lambda label: (-int(counts[label]), label))

    def _parts(self, rows: pd.DataFrame, most_targets: int) -> Iterator[tuple[str, str | None, pd.DataFrame]]:
        """Rows of each column of labels; of one about targets, those of each target, the ones with most rows first."""
        for name, column in self._columns.items():
            of_column = rows[rows["label_column"] == name]
            if column.target is None:
                part = of_column[of_column["target"].isna()]
                if len(part):
                    yield name, None, part
                continue
            sizes = of_column.dropna(subset=["target"]).groupby("target", sort=False)["n"].max()
            targets = sorted(sizes.index, key=lambda target: (-int(sizes[target]), target))
            for target in targets[:most_targets]:
                yield name, target, of_column[of_column["target"] == target]

    def _title(self, column: str, target: str | None) -> str:
        named = self._words.column(column)
        if target is None:
            return figure_name(named)
        return self._words.text("shares_of_target", column=figure_name(named), target=figure_name(target))

    def _overall(self, column: str, rows: pd.DataFrame) -> Panel:
        by_label = {row.label: row for row in rows_of(rows)}
        labels = [label for label in self.order[column] if label in by_label]
        drawn = labels[:MOST_ROWS]
        dots = tuple(
            DotRow(figure_name(self._words.label(column, label)), self._points(by_label[label], column), _told(row))
            for label in drawn
            if (row := by_label[label]) is not None
        )
        notes = [self._words("of_rows", n=display.count(int(rows["n"].max())))]
        if len(drawn) < len(labels):
            notes.append(self._words("labels_not_drawn", shown=len(drawn), n=display.count(len(labels))))
        name = file_stem("shares", column)
        return Panel(name, self._title(column, None), rows.reset_index(drop=True), DotChart(dots), tuple(notes))

    def _points(self, row: Any, column: str) -> tuple[Point, ...]:
        colour = self.colours.of(column, row.label)
        raw = Point(row.share, None, None, colour.name, colour.marker, hollow=True)
        estimate = _estimate(row)
        return (raw,) if estimate is None else (replace(estimate, colour=colour.name, marker=colour.marker), raw)

    def _over_time(self, column: str, target: str | None, rows: pd.DataFrame, periods: Sequence[str]) -> Panel:
        labels = [label for label in self.order[column] if (rows["label"] == label).any()]
        drawn = _most_frequent(labels, rows)
        cells = {(row.label, row.period): row for row in rows_of(rows)}
        corrected = any(_estimate(row) is not None for row in cells.values())
        lines = []
        for label in drawn:
            values: list[tuple[float | None, float | None, float | None]] = []
            for period in periods:
                row = cells.get((label, period))
                if row is None:
                    values.append((None, None, None))
                elif not corrected:
                    values.append((_number(row.share), None, None))
                else:
                    point = _estimate(row)
                    values.append((None, None, None) if point is None else (point.value, point.low, point.high))
            colour = self.colours.of(column, label)
            shares, lows, highs = zip(*values, strict=True)
            name = figure_name(self._words.label(column, label))
            rows_there = [cells.get((label, period)) for period in periods]
            raw = tuple(None if row is None else _number(row.share) for row in rows_there) if corrected else ()
            lines.append(Series(name, colour.name, colour.marker, shares, lows, highs, raw))
        notes = self._not_all(drawn, labels)
        if self._findings.shares.is_corrected and not corrected:
            notes.append(self._words(self._why_uncorrected(column, target, rows), period=self._findings.shares.period))
        chart = LineChart(tuple(figure_name(period) for period in periods), tuple(lines), corrected)
        stem = file_stem("time", column, target or "")
        return Panel(stem, self._title(column, target), rows.reset_index(drop=True), chart, tuple(notes))

    def _by_group(self, by: str, column: str, target: str | None, rows: pd.DataFrame) -> Panel:
        sizes = rows.groupby("group", sort=False)["n"].max()
        groups = sorted(sizes.index, key=lambda group: (-int(sizes[group]), group))
        labels = [label for label in self.order[column] if (rows["label"] == label).any()]
        drawn = _most_frequent(labels, rows)
        cells = {(row.label, row.group): row for row in rows_of(rows)}
        dots = []
        for group in groups[:MOST_ROWS]:
            there = [cells[label, group] for label in drawn if (label, group) in cells]
            # One mark a label: the estimate, or hollow the raw share where there is none.
            points = tuple(self._points(row, column)[0] for row in there)
            count = self._words.text("n_rows", n=display.count(int(sizes[group])))
            dots.append(DotRow(figure_name(self._words.label(by, group)), points, count))
        legend = tuple(
            Entry(figure_name(self._words.label(column, label)), colour.name, colour.marker)
            for label in drawn
            if (colour := self.colours.of(column, label))
        )
        notes = self._not_all(drawn, labels)
        if len(groups) > MOST_ROWS:
            notes.append(self._words("groups_not_drawn", shown=MOST_ROWS, n=display.count(len(groups))))
        parts = {"column": figure_name(self._words.column(column)), "by": figure_name(self._words.column(by))}
        title = (
            self._words.text("groups_of", **parts)
            if target is None
            else self._words.text("groups_of_target", target=figure_name(target), **parts)
        )
        stem = file_stem("groups", by, column, target or "")
        return Panel(stem, title, rows.reset_index(drop=True), DotChart(tuple(dots), legend), tuple(notes))

    def _why_uncorrected(self, column: str, target: str | None, rows: pd.DataFrame) -> str:
        """Key of the sentence that says why no share over time has an interval."""
        if rows["method"].notna().any():
            return "time_too_few"
        of = self._whole[(self._whole["label_column"] == column) & is_target(self._whole, target)]
        return "time_is_uncorrected" if of["method"].notna().any() else "time_not_labelled"

    def _not_all(self, drawn: Sequence[str], labels: Sequence[str]) -> list[Markup]:
        if len(drawn) == len(labels):
            return []
        return [self._words("labels_not_drawn", shown=len(drawn), n=display.count(len(labels)))]

    def _side(self, column: str, target: str | None, label: str, part: pd.DataFrame) -> Point:
        colour = self.colours.of(column, label).name
        mask = (self._whole["label_column"] == column) & is_target(self._whole, target)
        for row in rows_of(self._whole[mask & (self._whole["label"] == label)]):
            if (estimate := _estimate(row)) is not None:
                return replace(estimate, colour=colour)
        shares = part.loc[part["label"] == label, "share"]
        return Point(float(shares.iloc[0]) if len(shares) else 0.0, None, None, colour, hollow=True)


def is_target(table: pd.DataFrame, target: str | None) -> pd.Series[bool]:
    """Which rows of a table are about a target; None for those about none."""
    return table["target"].isna() if target is None else table["target"] == target


def periods_between(periods: Sequence[str], kind: str) -> list[str]:
    """Return all periods from the first to the last, so that those without rows have their place on an axis.

    Parameters
    ----------
    periods : sequence of str
        Sorted, as :func:`weibo_nlp.analysis.groups.period_of` writes them.
    kind : {"day", "week", "month", "quarter", "year"}
        What they are.

    Returns
    -------
    list of str
        The periods as given where they would be too many, or one of them is no such period.
    """
    try:
        first, last = (_number_of(period, kind) for period in (periods[0], periods[-1]))
        between = [_name_of(number, kind) for number in range(first, min(last, first + _MOST_PERIODS) + 1)]
    except (ValueError, IndexError, OverflowError):
        return list(periods)
    return between if set(periods) <= set(between) else list(periods)


def _number_of(period: str, kind: str) -> int:
    """Place of a period among all of its kind."""
    if kind == "day":
        return date.fromisoformat(period).toordinal()
    if kind == "week":
        year, week = period.split("-W")
        return date.fromisocalendar(int(year), int(week), 1).toordinal() // 7
    year, _, part = period.partition("-")
    each = {"month": 12, "quarter": 4, "year": 1}[kind]
    return int(year) * each + (int(part.removeprefix("Q")) - 1 if part else 0)


def _name_of(number: int, kind: str) -> str:
    if kind == "day":
        return date.fromordinal(number).isoformat()
    if kind == "week":
        year, week, _ = (date.fromordinal(number * 7) + timedelta(days=1)).isocalendar()
        return f"{year:04d}-W{week:02d}"
    each = {"month": 12, "quarter": 4, "year": 1}[kind]
    year, part = divmod(number, each)
    return f"{year:04d}" + {"month": f"-{part + 1:02d}", "quarter": f"-Q{part + 1}", "year": ""}[kind]


def _estimate(row: Any) -> Point | None:
    """The corrected share of a row as a point; None without one, and without an interval, which says how sure it is."""
    low, high = _number(row.low), _number(row.high)
    if _number(row.estimate) is None or row.method == _UNCORRECTED or low is None or high is None:
        return None
    return Point(row.estimate, low, high, "grey")


def _number(value: Any) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _told(row: Any) -> str:
    """A share as it stands beside its mark: corrected with its interval, or as predicted."""
    point = _estimate(row)
    if point is None:
        return percent(row.share, _FINE)
    return f"{percent(point.value, _FINE)} ({100 * row.low:.1f}–{100 * row.high:.1f})"


def _most_frequent(labels: Sequence[str], rows: pd.DataFrame) -> list[str]:
    """The labels that one figure can tell apart, in their order."""
    if len(labels) <= MOST_SERIES:
        return list(labels)
    counts = rows.groupby("label")["count"].sum()
    kept = set(sorted(labels, key=lambda label: (-int(counts[label]), label))[:MOST_SERIES])
    return [label for label in labels if label in kept]
