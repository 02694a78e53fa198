"""The errors' view of a benchmark document: each mistake in its conversation, with what the model could see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

MOST_PER_TASK = 20
MOST_IN_THREAD = 24
_DEEPEST = 6
_OPENING = 40


def mistakes(document: Json) -> list[dict[str, Any]]:
    """Return errors by task and model, at most ``MOST_PER_TASK`` of each, with how many were left out."""
    groups: dict[tuple[str, str], list[Json]] = {}
    for error in document["errors"]:
        groups.setdefault((error["task"], error["model"]), []).append(error)
    return [
        {
            "task": task,
            "model": model,
            "errors": [_shown(error) for error in found[:MOST_PER_TASK]],
            "left_out": max(0, len(found) - MOST_PER_TASK),
        }
        for (task, model), found in groups.items()
    ]


def _shown(error: Json) -> dict[str, Any]:
    thread, before, after = _around(error["thread"])
    judged = next((entry["text"] for entry in thread if entry["this"]), None)
    return {
        **error,
        "thread": [entry | {"indent": min(entry["depth"], _DEEPEST)} for entry in thread],
        "before": before,
        "after": after,
        "as_it_stands": error["seen"]["text"] == judged,
        "opening": _opening(error["seen"]["text"]),
        "labels": _labels(error),
    }


def _opening(text: str) -> str:
    """The first words, on one line; the whole text follows below it."""
    start = " ".join(text[: 4 * _OPENING].split())
    return start if len(start) <= _OPENING and len(text) <= 4 * _OPENING else f"{start[:_OPENING]}…"


def _around(thread: Sequence[Json]) -> tuple[list[dict[str, Any]], int, int]:
    """The judged document with what stands nearest to it, the root first; and how many stand between and after."""
    entries = [dict(entry) for entry in thread]
    if len(entries) <= MOST_IN_THREAD:
        return entries, 0, 0
    judged = next((place for place, entry in enumerate(entries) if entry["this"]), 0)
    start = max(1, min(judged - MOST_IN_THREAD // 2, len(entries) - MOST_IN_THREAD + 1))
    end = min(len(entries), start + MOST_IN_THREAD - 1)
    return [entries[0], *entries[start:end]], start - 1, len(entries) - end


def _labels(error: Json) -> list[dict[str, Any]]:
    """Every label with its probability and votes, in the order of the scores."""
    scores, votes = error["scores"] or {}, error["votes"] or {}
    names = dict.fromkeys([*scores, *votes, error["gold"], error["predicted"]])
    return [
        {
            "name": name,
            "score": scores.get(name),
            "width": round(100 * min(max(scores.get(name, 0.0), 0.0), 1.0), 1),
            "votes": votes.get(name, 0) if votes else None,
            "gold": name == error["gold"],
            "predicted": name == error["predicted"],
        }
        for name in names
    ]
