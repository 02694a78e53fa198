"""Views of what is measured beside the leaderboard: calibration, slices, robustness, context, shortcuts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from weibo_nlp.report.leaderboard_view import main_of
from weibo_nlp.report.plots import axis_over, bar_of, extent, mark_of, reliability

Json = Mapping[str, Any]

_RATIO_ROOM = (-0.5, 1.5)


def results_in_detail(document: Json) -> list[dict[str, Any]]:
    """Return every result with its confusion matrix as counts and as shares of the gold label."""
    return [
        {
            "place": place,
            "result": result,
            "main": main_of(result),
            "cells": [_shares(row) for row in result["confusion"]],
        }
        for place, result in enumerate(document["results"], start=1)
    ]


def _shares(row: Sequence[int]) -> list[tuple[int, float | None]]:
    total = sum(row)
    return [(count, count / total if total else None) for count in row]


def calibrations(document: Json) -> list[dict[str, Any]]:
    """Return reliability diagrams by set, task and protocol, of the results that have scores."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for place, result in enumerate(document["results"], start=1):
        if result["calibration"]:
            key = (result["set"], result["task"], result["protocol"])
            figure = {"place": place, "result": result, "diagram": reliability(result["calibration"])}
            groups.setdefault(key, []).append(figure)
    return [
        {"set": set_, "task": task, "protocol": protocol, "figures": figures}
        for (set_, task, protocol), figures in groups.items()
    ]


def slice_plots(document: Json) -> list[dict[str, Any]]:
    """Return one plot for each result that was sliced: its slices on one axis, beside the figure for all rows."""
    plots = []
    for place, result in enumerate(document["results"], start=1):
        if not (rows := result["slices"]):
            continue
        main = main_of(result)
        axis = axis_over([*extent(main), *(value for row in rows for value in extent(row["score"]))])
        by_slice = _grouped(rows, "slice")
        plots.append(
            {
                "place": place,
                "result": result,
                "axis": axis,
                "all_places": [axis.place(main["value"])],
                "main": main,
                "slices": [
                    (name, [row | {"mark": mark_of(row["score"], axis, few=row["few_units"])} for row in mine])
                    for (name,), mine in by_slice
                ],
            }
        )
    return plots


def robustness_plots(document: Json) -> list[dict[str, Any]]:
    """Return one plot for each task and model, the edits that keep the label apart from those not checked."""
    plots = []
    for (task, model), rows in _grouped(document["robustness"], "task", "model"):
        axis = axis_over([0.0, *(value for row in rows for value in extent(row["drop"]))])
        placed = [row | {"bar": bar_of(row["drop"], axis, few=row["few_units"])} for row in rows]
        plots.append(
            {
                "task": task,
                "model": model,
                "metric": rows[0]["metric"],
                "axis": axis,
                "zero": axis.place(0.0),
                "few": any(row["few_units"] for row in rows),
                "preserving": [row for row in placed if row["label_preserving"]],
                "unchecked": [row for row in placed if not row["label_preserving"]],
            }
        )
    return plots


def context_plots(document: Json) -> list[dict[str, Any]]:
    """Return one plot for each task and model: what each context is worth, by depth in the thread."""
    plots = []
    for (task, model), rows in _grouped(document["context"], "task", "model"):
        axis = axis_over(value for row in rows for value in extent(row["score"]))
        placed = [row | {"mark": mark_of(row["score"], axis, few=row["few_units"])} for row in rows]
        plots.append(
            {
                "task": task,
                "model": model,
                "metric": rows[0]["metric"],
                "axis": axis,
                "few": any(row["few_units"] for row in rows),
                "depths": [(depth, mine) for (depth,), mine in _grouped(placed, "depth")],
            }
        )
    return plots


def shortcut_plots(document: Json) -> list[dict[str, Any]]:
    """Return one plot for each task: every shortcut's share of the full model's gain against the line."""
    plots = []
    low, high = _RATIO_ROOM
    for (task,), rows in _grouped(document["shortcuts"], "task"):
        values = [value for row in rows for value in extent(row["ratio"])]
        # Where the full model gains next to nothing, ratios run to any size; the axis stays where the line can be read.
        axis = axis_over([0.0, 1.0, *(min(max(value, low), high) for value in values if value is not None)])
        plots.append(
            {
                "task": task,
                "metric": rows[0]["metric"],
                "majority": rows[0]["majority"],
                "full": rows[0]["full"],
                "axis": axis,
                "line": axis.place(rows[0]["limit"]),
                "limit": rows[0]["limit"],
                "cut": any(value is not None and not low <= value <= high for value in values),
                "few": any(row["few_units"] for row in rows),
                "rows": [row | {"mark": mark_of(row["ratio"], axis, few=row["few_units"])} for row in rows],
            }
        )
    return plots


def _grouped(rows: Iterable[Json], *names: str) -> list[tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """Rows by the values of some fields, in order of first appearance."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(dict(row))
    return list(groups.items())
