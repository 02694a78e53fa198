"""The leaderboard's view of a benchmark document: systems that answered the same question, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from weibo_nlp.report.display import number
from weibo_nlp.report.plots import axis_over, extent, mark_of

Json = Mapping[str, Any]


def leaderboards(document: Json) -> list[dict[str, Any]]:
    """Return one leaderboard for each set, task and protocol, best system first.

    A system's rank is one more than the number of systems that paired tests found better (Holm-adjusted, over the
    table), so that systems which cannot be told apart share one.
    """
    groups: dict[tuple[str, str, str], list[tuple[int, Json]]] = {}
    for place, result in enumerate(document["results"], start=1):
        groups.setdefault((result["set"], result["task"], result["protocol"]), []).append((place, result))
    return [_board(key, group, document) for key, group in groups.items()]


def _board(key: tuple[str, str, str], group: Sequence[tuple[int, Json]], document: Json) -> dict[str, Any]:
    metric = group[0][1]["main_metric"]
    group = sorted(group, key=lambda entry: (-main_of(entry[1])["value"], entry[1]["model"]))
    compared = [
        pair
        for pair in document["comparisons"]
        if (pair["set"], pair["task"], pair["protocol"], pair["metric"]) == (*key, metric)
    ]
    ceiling = _ceiling(key, metric, document)
    heights = [entry["score"]["value"] for entry in ceiling]
    values = [value for _, result in group for value in (*extent(main_of(result)), *_seeds(result))]
    values += [value for entry in ceiling for value in extent(entry["score"])]
    axis = axis_over(values)
    systems = [
        {
            "place": place,
            "result": result,
            "rank": 1 + sum(_is_better(other["model"], result["model"], compared) for _, other in group),
            "mark": mark_of(main_of(result), axis, few=result["few_units"]),
            "ties": _tied(result["model"], compared),
            "seeds": _seeds(result),
            "sd": result["seeds"]["sd"],
            "seed_places": [axis.place(value) for value in _seeds(result)],
        }
        for place, result in group
    ]
    ranks = [system["rank"] for system in systems]
    for system in systems:
        system["shared"] = ranks.count(system["rank"]) > 1
    differences = axis_over([0.0, *(value for pair in compared for value in extent(pair["difference"]))])
    return {
        "set": key[0],
        "task": key[1],
        "protocol": key[2],
        "metric": metric,
        "axis": axis,
        "systems": systems,
        "ceiling": [entry | {"mark": mark_of(entry["score"], axis, few=entry["few_units"])} for entry in ceiling],
        "ceiling_places": [axis.place(height) for height in heights],
        "ceiling_at": axis.place(sum(heights) / len(heights)) if heights else None,
        "seeded": any(system["seeds"] for system in systems),
        "sizes": _sizes(group),
        "tested": bool(compared),
        "difference_axis": differences,
        "comparisons": [{**pair, "mark": mark_of(pair["difference"], differences)} for pair in compared],
        "folds": _folds(group),
    }


def main_of(result: Json) -> Json:
    """Return the main metric of a result, with its interval."""
    figure: Json = result["metrics"][result["main_metric"]]
    return figure


def _seeds(result: Json) -> list[float]:
    values = result["seeds"]["values"]
    return list(values) if len(values) > 1 else []


def _sizes(group: Sequence[tuple[int, Json]]) -> list[dict[str, Any]]:
    """What was scored: one entry where all systems answered the same rows, as they should."""
    sizes: dict[tuple[int, int, str], int] = {}
    for _, result in group:
        size = (result["n"], result["n_units"], result["units"])
        sizes[size] = sizes.get(size, 0) + 1
    return [{"n": n, "n_units": n_units, "units": units} for n, n_units, units in sizes]


def _is_better(one: str, other: str, compared: Sequence[Json]) -> bool:
    for pair in compared:
        if pair["tie"]:
            continue
        if (pair["a"], pair["b"]) == (one, other):
            return bool(pair["difference"]["value"] > 0)
        if (pair["a"], pair["b"]) == (other, one):
            return bool(pair["difference"]["value"] < 0)
    return False


def _tied(model: str, compared: Sequence[Json]) -> list[str]:
    return [
        pair["b"] if pair["a"] == model else pair["a"]
        for pair in compared
        if pair["tie"] and model in (pair["a"], pair["b"])
    ]


def _ceiling(key: tuple[str, str, str], metric: str, document: Json) -> list[dict[str, Any]]:
    """The annotators' scores, which stand beside the corpus' own standard protocol and nothing else."""
    if key[2] != "standard":
        return []
    return [dict(entry) for entry in document["ceiling"] if entry["task"] == key[1] and entry["metric"] == metric]


def _folds(group: Sequence[tuple[int, Json]]) -> dict[str, Any] | None:
    """A table of folds and systems, where some system was trained more than once."""
    if all(len(result["folds"]) < 2 for _, result in group):
        return None
    sizes: dict[str, int] = {}
    found: dict[tuple[str, int], float] = {}
    for place, result in group:
        for fold in result["folds"]:
            sizes[fold["name"]] = fold["n"]
            found[fold["name"], place] = fold["value"]
    rows = [
        {"name": name, "n": n, "values": [number(found.get((name, place))) for place, _ in group]}
        for name, n in sizes.items()
    ]
    return {"models": [result["model"] for _, result in group], "rows": rows}
