"""Draw what the texts of a group of events are to be like, and lay it out in sheets for their authors."""

import argparse
import os
import random
import sys
from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

from benchmarks.publishing import failure
from composing.drawing import Lists, Margins, Moment, event_lines, event_temper
from composing.packing import in_sheets
from composing.plan import YEARS, read_plan
from composing.profiles import SurfaceProfile, surface_profile
from composing.real_texts import RealText, real_texts
from composing.sheet import sheet_page

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UnknownNameError, UsageError, WeiboNlpError
from weibo_nlp.io.jsonl import write_jsonl
from weibo_nlp.io.yaml_file import read_yaml

ROOT = Path(__file__).resolve().parent.parent
LISTS = Path(__file__).resolve().parent / "composing"
MOST_LINES = 60
STREAM_YEARS = [*range(2010, 2015)] * 5 + [*range(2015, 2019)] * 2 + [*range(2019, 2022)] * 2 + [*range(2022, 2025)] * 2
"""Years of everyday texts, weighted for the periods that events leave thin."""
LONG = {"post": 300, "comment": 80}
"""Characters from which a text is long for its kind."""
POST_SHARES = {"CED posts": 0.3, "C-STANCE": 0.27, "SWSR posts": 0.25, "CHECKED posts": 0.03, "CED": 0.15}
COMMENT_SHARES = {"CED": 0.35, "CHECKED": 0.35, "COLD": 0.2, "SWSR comments": 0.1}


def drawn_profiles(
    sets: Mapping[str, Sequence[RealText]],
    shares: Mapping[str, float],
    n: int,
    seed: int,
    long: float | None = None,
    least: int = 0,
) -> list[SurfaceProfile]:
    """Profiles of `n` real texts, each set in its share, with replacement.

    `long` is the share of those of `least` characters or more; without it they come as they are in the sets.
    """
    dice = random.Random(seed)
    names = dice.choices(list(shares), list(shares.values()), k=n)
    profiles = [surface_profile(dice.choice(sets[name]).text) for name in names]
    if long is None:
        return profiles
    parts = [[each for each in profiles if (each.length >= least) is is_long] for is_long in (True, False)]
    if not all(parts):
        raise DataError(f"of {n} texts drawn, {len(parts[0])} have {least} characters; there must be some, and others.")
    return [dice.choice(parts[dice.random() >= long]) for _ in range(n)]


def moments_of(event: Mapping[str, Any], years: Mapping[int, int]) -> list[Moment]:
    """When an event was talked about, by its phases; years alone, by weight, for what has no date."""
    if event["start"] is None:
        weighted = [year for year, weight in years.items() for _ in range(weight)]
        return [Moment(year) for year in weighted or STREAM_YEARS]
    phases = [phase for phase in event["phases"] if phase["date"] is not None]
    if not phases:
        first, last = (int(str(event[end] or event["start"])[:4]) for end in ("start", "end"))
        return [Moment(year) for year in range(max(first, YEARS.start), last + 1)]
    return [Moment(max(int(str(each["date"])[:4]), YEARS.start), each["id"], each["zh"]) for each in phases]


def weighted_platforms(platforms: Sequence[Mapping[str, Any]], weights: Mapping[str, float]) -> list[dict[str, Any]]:
    """Platforms with the weights that a group has instead of their own, where it has any.

    Raises
    ------
    UnknownNameError
        If a weight is for no platform.
    """
    if strangers := sorted(weights.keys() - {platform["name"] for platform in platforms}):
        raise UnknownNameError("platform", strangers[0], [platform["name"] for platform in platforms])
    return [dict(platform) | {"weight": weights.get(platform["name"], platform["weight"])} for platform in platforms]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", help="group of events, as plan.yaml has it")
    parser.add_argument("-o", "--output", type=Path, required=True, help="new folder, outside the repository")
    parser.add_argument("--external", type=Path, default=os.environ.get("WEIBO_NLP_EXTERNAL"), help="copies of sets")
    parser.add_argument("--event", action="append", default=[], help="this event of the group alone; repeatable")
    parser.add_argument("--seed", type=int, default=17, help="default: %(default)s")
    arguments = parser.parse_args()
    try:
        plan = read_plan(arguments.group, arguments.event)
        if arguments.external is None:
            raise UsageError("surfaces are drawn from real texts; name the folder of your copies with --external.")
        register = {event["id"]: event for event in read_yaml(ROOT / "corpus/events.yaml")["events"]}
        if missing := sorted(plan.sizes.keys() - register.keys()):
            raise UnknownNameError("event", missing[0], register)
        forms = read_yaml(LISTS / "forms.yaml")
        lists = Lists(
            forms | {"platforms": weighted_platforms(forms["platforms"], plan.platforms)},
            read_yaml(LISTS / "people.yaml"), read_yaml(LISTS / "subjects.yaml")["subjects"],
        )  # fmt: skip
        sets = real_texts(open_release(ROOT / "corpus"), Path(arguments.external))
        margins = Margins(
            drawn_profiles(sets, POST_SHARES, 4_000, arguments.seed, plan.long.get("post"), LONG["post"]),
            drawn_profiles(sets, COMMENT_SHARES, 8_000, arguments.seed, plan.long.get("comment"), LONG["comment"]),
            drawn_profiles(sets, {"Zhihu": 1.0}, 500, arguments.seed),
        )
        arguments.output.mkdir(parents=True)
        for name, size in plan.sizes.items():
            event = register[name]
            stream = name.startswith("everyday-stream")
            seed = f"{arguments.seed} {name}"
            temper = event_temper(random.Random(seed), lists, moments_of(event, plan.years))
            n = round(size * plan.overdraw)
            lines = event_lines(seed, n, lists, margins, temper, event.get("near") or event["topic"], stream=stream)
            for number, sheet in enumerate(in_sheets(lines, itemgetter("thread"), MOST_LINES), start=1):
                stem = f"{name}.{number:02}"
                write_jsonl(arguments.output / f"{stem}.jsonl", [{"event": name, **line} for line in sheet])
                (arguments.output / f"{stem}.md").write_text(sheet_page(event, temper, sheet), "utf-8")
    except FileExistsError:
        return failure(UsageError(f"{arguments.output}: is there already; name a new folder."))
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
