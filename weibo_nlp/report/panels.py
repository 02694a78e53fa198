"""What is measured beside the leaderboard, by plot: calibration, slices, robustness, context, shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.diagnostics import ContextScore, RobustnessScore, ShortcutScore
from weibo_nlp.evaluation.results import Result
from weibo_nlp.evaluation.slices import SliceScore
from weibo_nlp.report.plots import Axis, axis_over, extent

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)

EDITS_CHECKED = {True: "Keep the label (blind check passed)", False: "Not checked, or found to change the label"}
_LEAST_RATIO, _MOST_RATIO = -0.5, 1.5


@dataclass(frozen=True, slots=True)
class Plot(Generic[Row]):
    """Rows on one axis, in parts under headings of their own.

    `few` says that some row has so few units that its interval tends to be too narrow, `cut` that some row lies beyond
    the axis.
    """

    axis: Axis
    parts: Mapping[str, Sequence[Row]]
    few: bool = False
    cut: bool = False

    @property
    def first(self) -> Row:
        """The first row, which says what the others have in common with it."""
        return next(iter(self.parts.values()))[0]


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Return rows by their key, in order of first appearance."""
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def calibrated(report: BenchmarkReport) -> list[list[Result]]:
    """Return the results that have a calibration curve, by set, task and protocol."""
    curved = (result for result in report.results if result.scores.calibration)
    return list(grouped(curved, lambda result: result.provenance.question).values())


def slice_plots(report: BenchmarkReport) -> list[tuple[Result, Plot[SliceScore]]]:
    """Return each result that was sliced with its slices on one axis, which holds the score over all rows as well."""
    plots = []
    for result in report.results:
        if slices := result.scores.slices:
            axis = axis_over([], [result.main, *(row.score for row in slices)])
            plots.append((result, Plot(axis, grouped(slices, lambda row: row.slice))))
    return plots


def robustness_plots(report: BenchmarkReport) -> list[Plot[RobustnessScore]]:
    """Return one plot for each task and model, the edits that keep the label before those not checked."""
    plots = []
    for rows in grouped(report.robustness, lambda row: (row.task, row.model)).values():
        rows.sort(key=lambda row: not row.label_preserving)
        parts = grouped(rows, lambda row: EDITS_CHECKED[row.label_preserving])
        plots.append(Plot(axis_over([0.0], (row.drop for row in rows)), parts, few=any(row.few_units for row in rows)))
    return plots


def context_plots(report: BenchmarkReport) -> list[Plot[ContextScore]]:
    """Return one plot for each task and model: what each context is worth, by depth in the thread."""
    return [
        Plot(axis_over([], (row.score for row in rows)), grouped(rows, lambda row: row.depth))
        for rows in grouped(report.context, lambda row: (row.task, row.model)).values()
    ]


def shortcut_plots(report: BenchmarkReport) -> list[Plot[ShortcutScore]]:
    """Return one plot for each task: every shortcut's share of the full model's gain against the line.

    Where the full model gains next to nothing, ratios run to any size; the axis stays where the line can be read.
    """
    plots = []
    for task, rows in grouped(report.shortcuts, lambda row: row.task).items():
        ratios = [value for row in rows for value in extent(row.ratio) if value is not None]
        axis = axis_over([0.0, 1.0, *(min(max(value, _LEAST_RATIO), _MOST_RATIO) for value in ratios)])
        cut = any(not _LEAST_RATIO <= value <= _MOST_RATIO for value in ratios)
        plots.append(Plot(axis, {task: rows}, cut=cut))
    return plots
