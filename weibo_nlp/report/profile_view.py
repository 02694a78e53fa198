"""Views of the corpus report: what its page and its Markdown both show, in words and to scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from weibo_nlp.report.display import NOTHING, count
from weibo_nlp.report.plots import Axis, axis_over, extent, mark_of

Json = Mapping[str, Any]

KIND_NAMES = {"article": "Articles", "post": "Posts", "repost": "Reposts", "comment": "Comments", "all": "All kinds"}
NAMES: Mapping[str, str] = {
    "length_10": "length, 10 %",
    "length_25": "length, 25 %",
    "length_50": "length, median",
    "length_75": "length, 75 %",
    "length_90": "length, 90 %",
    "emoticon": "emoticon",
    "emoji": "emoji",
    "hashtag": "hashtag",
    "mention": "mention",
    "url": "link",
    "latin": "Latin letters",
    "final_mark": "ends in . ! ? 。 ！ ？",
    "question": "question mark",
    "five_or_fewer": "5 characters or fewer",
    "traditional": "traditional script",
    "bare": "bare: one clause of at most 12",
    "plain": "plain wording",
    "distinct_2": "distinct 2-grams",
    "distinct_3": "distinct 3-grams",
    "distinct_4": "distinct 4-grams",
    "xz": "compressed by xz to",
    "near_duplicates": "near-duplicates",
    "non_unanimous": "not unanimous",
}

WIDTH, HEIGHT = 340, 150
_LONGEST = 1024  # characters at the right end, on a scale of doublings
_TICKS = (1, 4, 16, 64, 256, 1024)


def share(value: float | None) -> str:
    """A share in per cent, with one decimal."""
    return NOTHING if value is None else f"{100 * value:.1f}\u00a0%"


def value_of(unit: str, value: float | None) -> str:
    """A figure in its unit: per cent, characters, or a ratio with three decimals."""
    if value is None:
        return NOTHING
    return share(value) if unit == "share" else f"{value:.0f}" if unit == "characters" else f"{value:.3f}"


def part_of(part: int, whole: int) -> str:
    """A share of counts; a dash where there is nothing to share."""
    return share(part / whole) if whole else NOTHING


def deviation_rows(document: Json) -> list[dict[str, Any]]:
    """Every compared figure in words: figure, ours with interval, real range, verdict, answer."""
    return [
        {
            "figure": f"{subject_of(row)}: {NAMES[row['name']]}",
            "name": NAMES[row["name"]],
            "ours": value_of(row["unit"], row["ours"]["value"]),
            "interval": _between(row["unit"], row["ours"]["low"], row["ours"]["high"]),
            "range": _between(row["unit"], row["low"], row["high"]),
            "sets": _sets(row),
            "verdict": _verdict(row),
            "inside": row["verdict"] == "inside",
            "answer": row["answer"],
        }
        for row in document["deviations"]
    ]


def subject_of(row: Json) -> str:
    """What a compared figure is of: a kind of document, or judgements of a task."""
    return KIND_NAMES.get(row["kind"], f"Judgements of {row['kind']}")


def range_plots(document: Json) -> list[dict[str, Any]]:
    """One plot for each kind and unit: our dot with its interval against the range and the dots of the real sets."""
    groups: dict[tuple[str, str], list[tuple[Json, dict[str, Any]]]] = {}
    for row, told in zip(document["deviations"], deviation_rows(document), strict=True):
        if row["unit"] != "characters":
            subject = "Judgements" if row["name"] == "non_unanimous" else subject_of(row)
            groups.setdefault((subject, row["unit"]), []).append((row, told))
    plots = []
    for (subject, unit), pairs in groups.items():
        values = [value for row, _ in pairs for value in (*extent(row["ours"]), row["low"], row["high"])]
        axis = axis_over([*values, 0.0] if unit == "share" else values)
        plots.append(
            {
                "title": f"{subject}: {'shares' if unit == 'share' else 'diversity'}",
                "axis": axis,
                "rows": [
                    {
                        **told,
                        "name": row["kind"] if row["name"] == "non_unanimous" else told["name"],
                        "mark": mark_of(row["ours"], axis),
                        "low": axis.place(row["low"]),
                        "high": axis.place(row["high"]),
                        "ticks": [axis.place(value) for value in row["sets"].values()],
                    }
                    for row, told in pairs
                ],
            }
        )
    return plots


def length_plots(document: Json) -> list[dict[str, Any]]:
    """Cumulated lengths of each kind, ours beside the real sets, with the quartiles as a table."""
    plots = []
    for kind in dict.fromkeys(form["kind"] for form in document["forms"]):
        mine = [form for form in document["forms"] if form["kind"] == kind]
        if kind == "all":
            continue
        plots.append(
            {
                "title": KIND_NAMES[kind],
                "curves": [
                    {"set": form["set"], "source": form["source"], "points": _curve(form["lengths"])}
                    for form in sorted(mine, key=lambda form: form["source"] == "ours")  # ours on top
                ],
                "lines": [[form["set"], count(form["n"]), _quantiles(form)] for form in mine],
                "described": "; ".join(
                    f"{form['set']}: half are {form['lengths']['50']:.0f} characters or shorter" for form in mine
                ),
            }
        )
    return plots


def length_ticks() -> list[tuple[float, str]]:
    """Ticks of the axis of lengths."""
    return [(_across(length), str(length)) for length in _TICKS]


def feature_table(document: Json) -> tuple[list[str], list[list[str]]]:
    """Rates of every set and kind: heads and rows."""
    names = list(document["forms"][0]["rates"])
    heads = ["set", "kind", "n", *(NAMES[name] for name in names), NAMES["bare"]]
    rows = [
        [form["set"], form["kind"], count(form["n"])]
        + [share(form["rates"][name]["value"]) if name in form["rates"] else NOTHING for name in names]
        + [NOTHING if form["bare"] is None else share(form["bare"]["value"])]
        for form in document["forms"]
    ]
    return heads, rows


def diversity_table(document: Json) -> tuple[list[str], list[list[str]]]:
    """Diversity of every set and kind: heads and rows."""
    heads = [
        "set",
        "kind",
        "characters for n-grams",
        "distinct 2/3/4-grams",
        "characters for xz",
        "xz",
        "near-duplicates",
    ]
    rows = []
    for form in document["forms"]:
        found, copies = form["diversity"], form["near_duplicates"]
        distinct = NOTHING if found["distinct"] is None else " / ".join(f"{value:.3f}" for value in found["distinct"])
        rows.append(
            [
                form["set"],
                form["kind"],
                count(found["ngram_characters"]),
                distinct,
                count(found["xz_characters"]),
                value_of("ratio", found["xz"]),
                NOTHING if copies is None else f"{share(copies['share'])} of {count(copies['n'])}",
            ]
        )
    return heads, rows


def event_bars(document: Json) -> list[dict[str, Any]]:
    """Every event as a bar of its documents by gold topic, the longest as wide as the track."""
    events = document["size"]["events"]
    most = max((event["documents"] for event in events), default=1)
    bars = []
    for event in events:
        pieces, start = [], 0.0
        for place, (topic, number) in enumerate(event["topics"].items()):
            width = round(100 * number / most, 2)
            pieces.append({"place": place, "topic": topic, "start": round(start, 2), "width": width, "number": number})
            start += width
        told = ", ".join(f"{piece['topic']} {piece['number']}" for piece in pieces if piece["number"])
        bars.append({"event": event, "pieces": [p for p in pieces if p["number"]], "told": told or "no labels yet"})
    return bars


def balance_tables(document: Json) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Topics with sentiments and irony, stances by event and target, and the sizes, each as heads and rows."""
    balance, size = document["balance"], document["size"]
    total = balance["documents"]
    sentiments = list(balance["topics"][0]["sentiments"])
    topics = [
        [
            row["topic"],
            count(row["documents"]),
            part_of(row["documents"], total),
            *(part_of(row["sentiments"][label], row["documents"]) for label in sentiments),
            part_of(row["ironic"], row["documents"]),
        ]
        for row in balance["topics"]
    ]
    labels = list(balance["stances"][0]["labels"]) if balance["stances"] else []
    stances = []
    for row in balance["stances"]:
        n = sum(row["labels"].values())
        role = "first own" if row["first_own"] else "canonical" if row["canonical"] else "own"
        stances.append([row["event"], row["target"], role, count(n), *(part_of(row["labels"][x], n) for x in labels)])
    return {
        "Gold topics": (["topic", "documents", "share", *sentiments, "ironic"], topics),
        "Stances": (["event", "target", "", "pairs", *labels], stances),
        "Kinds": _sizes("kind", size["kinds"], size["documents"]),
        "Splits": _sizes("split", size["splits"], size["documents"]),
        "Accounts": _sizes("account type", size["account_types"], size["documents"]),
        "Depth of comments": _sizes("depth", size["depths"], size["kinds"].get("comment", 0)),
        "Comments in a thread": _sizes("comments", size["comments_by_thread"], size["threads"], "threads"),
    }


def summary(document: Json) -> list[tuple[str, str]]:
    """The few figures that come first."""
    size, balance = document["size"], document["balance"]
    outside = sum(row["verdict"] != "inside" for row in document["deviations"])
    return [
        (
            "Documents",
            f"{count(size['documents'])} in {count(size['threads'])} threads on {len(size['events'])} events",
        ),
        ("Characters", count(size["characters"])),
        ("Ironic", part_of(balance["ironic"], balance["documents"])),
        ("Comments that need their thread", part_of(balance["needs_context"], balance["comments"])),
        ("Figures beside real text", f"{len(document['deviations'])} compared, {outside} outside the real range"),
    ]


def plain_table(document: Json) -> tuple[list[str], list[list[str]]]:
    """Share of plain texts in every set: heads and rows."""
    return ["set", "kind", "plain", "compared", "left out"], [
        [row["set"], KIND_NAMES[row["kind"]], share(row["share"]), count(row["compared"]), count(row["left_out"])]
        for row in document["plain"]
    ]


def confidence_table(document: Json) -> tuple[list[str], list[list[str]]]:
    """Judgements with low confidence by annotator: heads and rows."""
    rows = [[row["annotator"], count(row["n"]), share(row["share"])] for row in document["low_confidence"]]
    return ["annotator", "judgements", "low confidence"], rows


def _quantiles(form: Json) -> str:
    return "/".join(f"{form['lengths'][percent]:.0f}" for percent in ("10", "25", "50", "75", "90"))


def _sizes(
    what: str, counts: Mapping[str, int], total: int, of: str = "documents"
) -> tuple[list[str], list[list[str]]]:
    return [what, of, "share"], [[name, count(number), part_of(number, total)] for name, number in counts.items()]


def _between(unit: str, low: float | None, high: float | None) -> str:
    return NOTHING if low is None or high is None else f"{value_of(unit, low)} to {value_of(unit, high)}"


def _sets(row: Json) -> str:
    if row["name"] == "non_unanimous":
        return f"95 % interval of {row['highest']}"
    if row["lowest"] == row["highest"]:
        return row["lowest"] if len(row["sets"]) == 1 else f"all {len(row['sets'])} sets"
    return f"{row['lowest']} to {row['highest']}, {len(row['sets'])} sets"


def _verdict(row: Json) -> str:
    if row["verdict"] == "inside":
        return "inside"
    unit = {"share": " points", "characters": " characters", "ratio": ""}[row["unit"]]
    scale, decimals = {"share": (100, 1), "characters": (1, 0), "ratio": (1, 3)}[row["unit"]]
    # A deviation too small for its decimals is none to speak of, yet not nothing.
    by = scale * row["by"]
    told = f"{by:.{decimals}f}{unit}" if round(by, decimals) else f"less than {10**-decimals:g}{unit}"
    return f"{row['verdict']} by {told}" + (", within the interval" if row["reaches"] else "")


def _curve(lengths: Mapping[str, float]) -> Markup:
    points = [(_across(length), HEIGHT * (1 - int(percent) / 100)) for percent, length in _ascending(lengths)]
    # Numbers alone; as plain text they would be cut like any other that a template prints.
    return Markup(" ".join(f"{x:.1f},{y:.1f}" for x, y in points))


def _ascending(lengths: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(lengths.items(), key=lambda item: int(item[0]))  # a JSON file sorts 10 before 5


def _across(length: float) -> float:
    doublings = math.log2(max(length, 1.0)) / math.log2(_LONGEST)
    return round(WIDTH * min(doublings, 1.0), 1)


def shortcut_rows(document: Json) -> tuple[Axis, list[dict[str, Any]]]:
    """Ratios of the shortcut gate on one axis."""
    axis = Axis(-0.5, 1.5, 0.5)
    return axis, [{"row": row, "mark": mark_of(row["ratio"], axis)} for row in document["shortcuts"]]


def agreement_table(document: Json) -> tuple[list[str], list[list[str]]]:
    """Alpha and non-unanimity by task: heads and rows."""
    shares: dict[str, Json] = {row["task"]: row["share"] for row in document["judged"]}
    rows: list[list[str]] = []
    for row in document["agreement"]:
        split: Sequence[Any] = (shares[row["task"]],) if row["task"] in shares else ()
        rows.append(
            [
                row["task"],
                value_of("ratio", row["alpha"]),
                _between("ratio", row["low"], row["high"]),
                share(row["non_unanimous"]),
                *(_between("share", found["low"], found["high"]) for found in split or ({"low": None, "high": None},)),
                count(row["n_units"]),
            ]
        )
    return ["task", "Krippendorff's alpha", "95 % interval", "not unanimous", "95 % interval of it", "units"], rows
