"""How many documents each event of a group gets: plan.yaml."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.io.yaml_file import read_yaml

PLAN = Path(__file__).with_name("plan.yaml")
YEARS = range(2010, 2025)
_LONG = ("post", "comment")


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


def read_plan(group: str, events: Collection[str] = (), path: Path = PLAN) -> GroupPlan:
    """Read what is planned for a group, or for some events of it.

    Raises
    ------
    UnknownNameError
        If there is no such group, or no such event in it, or a part of the plan is about a group, event or kind of text
        that there is none of.
    DataError
        If a share, a year or a weight cannot be one.
    """
    content = read_yaml(path)
    groups = content["groups"]
    _require_sound(path, content)
    if group not in groups:
        raise UnknownNameError("group", group, groups)
    sizes = groups[group]
    if strangers := sorted(set(events) - sizes.keys()):
        raise UnknownNameError("event of the group", strangers[0], sizes)
    sizes = {event: sizes[event] for event in events or sizes}
    kept = sizes | {event: n for event, n in content["kept"].get(group, {}).items() if event in sizes}
    drawn = {name: content[name].get(group, {}) for name in ("long", "years", "platforms")}
    return GroupPlan(content["brief"], content["overdraw"], sizes, kept, **drawn)


def _require_sound(path: Path, content: Mapping[str, Any]) -> None:
    """Refuse what would be passed over in silence: names that nothing is called by, figures that draw nothing."""
    groups = content["groups"]
    for section in ("kept", "long", "years", "platforms"):
        for group, entries in content[section].items():
            where = f"{path}, {section} of {group!r}"
            if group not in groups:
                raise UnknownNameError(f"group in {section} of {path}", group, groups)
            for name, value in entries.items():
                known = {"kept": groups[group], "long": _LONG, "years": YEARS}.get(section)
                if known is not None and name not in known:
                    raise UnknownNameError(f"entry of {where}", str(name), map(str, known))
                if allowed := _breach(section, value):
                    raise DataError(f"{where}: {name} is {value!r}; it must be {allowed}.")


def _breach(section: str, value: object) -> str | None:
    """What a value must be and is not."""
    if section == "long":
        return None if isinstance(value, float) and 0 < value < 1 else "between 0 and 1"
    if section == "platforms":
        return None if isinstance(value, int | float) and value > 0 else "above 0"
    return None if isinstance(value, int) and value > 0 else "a whole number above 0"
