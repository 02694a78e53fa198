"""How many documents each event of a group gets: plan.yaml."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from weibo_nlp.errors import UnknownNameError
from weibo_nlp.io.yaml_file import read_yaml

PLAN = Path(__file__).with_name("plan.yaml")


@dataclass(frozen=True)
class GroupPlan:
    """A group of events: brief of its texts, how many are written for each that is kept, and documents by event.

    ``sizes`` is what sheets are drawn for, ``kept`` what is kept of them, where that was decided anew. ``long`` is the
    share of long texts among posts and comments, ``years`` weights of years of everyday texts, ``platforms`` weights of
    platforms, where the groups before left too few.
    """

    brief: str
    overdraw: float
    sizes: Mapping[str, int]
    kept: Mapping[str, int]
    long: Mapping[str, float]
    years: Mapping[int, int]
    platforms: Mapping[str, float]


def read_plan(group: str, events: Collection[str] = ()) -> GroupPlan:
    """Read what is planned for a group, or for some events of it.

    Raises
    ------
    UnknownNameError
        If there is no such group, or no such event in it.
    """
    content = read_yaml(PLAN)
    if group not in content["groups"]:
        raise UnknownNameError("group", group, content["groups"])
    sizes = content["groups"][group]
    if strangers := sorted(set(events) - sizes.keys()):
        raise UnknownNameError("event of the group", strangers[0], sizes)
    sizes = {event: sizes[event] for event in events or sizes}
    kept = sizes | {event: n for event, n in content["kept"].get(group, {}).items() if event in sizes}
    drawn = {name: content[name].get(group, {}) for name in ("long", "years", "platforms")}
    return GroupPlan(content["brief"], content["overdraw"], sizes, kept, **drawn)
