"""Views of the corpus report: what its page and its Markdown show, in words and to scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from markupsafe import Markup

from weibo_nlp.evaluation.diagnostics import ShortcutScore
from weibo_nlp.io.typed_json import from_json
from weibo_nlp.profiling.habits import HABITS
from weibo_nlp.report.display import NOTHING, count
from weibo_nlp.report.panels import grouped
from weibo_nlp.report.plots import Axis, axis_over, mark_of
from weibo_nlp.stats.estimate import Estimate

Json = Mapping[str, Any]
Table: TypeAlias = tuple[list[str], list[list[str]]]
"""Headings and rows."""

KIND_NAMES = {"article": "Articles", "post": "Posts", "repost": "Reposts", "comment": "Comments", "all": "All kinds"}
NAMES: Mapping[str, str] = {
    **{f"length_{percent}": f"length, {percent} %" for percent in (10, 25, 75, 90)},
    "length_50": "length, median",
    **{name: name for name in ("emoticon", "emoji", "hashtag", "mention")},
    "url": "link",
    "latin": "Latin letters",
    "final_mark": "ends in . ! ? 。 ！ ？",
    "question": "question mark",
    "five_or_fewer": "5 characters or fewer",
    "traditional": "traditional script",
    "bare": "bare: one clause of at most 12",
    "plain": "plain wording",
    **{f"distinct_{n}": f"distinct {n}-grams" for n in (2, 3, 4)},
    "xz": "compressed by xz to",
    "near_duplicates": "near-duplicates",
    "non_unanimous": "not unanimous",
}
WIDTH, HEIGHT = 340, 150
SHORTCUT_AXIS = Axis(-0.5, 1.5, 0.5)
LENGTH_TICKS = (1, 4, 16, 64, 256, 1024)  # characters, on a scale of doublings that ends with the last
# Of each unit: what a value is multiplied by, its decimals, and what is said behind a difference.
_UNITS = {"share": (100, 1, " points"), "characters": (1, 0, " characters"), "ratio": (1, 3, "")}


def share(value: float | None) -> str:
    """A share in per cent, with one decimal."""
    return NOTHING if value is None else f"{100 * value:.1f}\u00a0%"


def value_of(unit: str, value: float | None) -> str:
    """A value in its unit: per cent, characters, or a ratio with three decimals."""
    return share(value) if unit == "share" or value is None else f"{value:.{_UNITS[unit][1]}f}"


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
            "interval": _between(row["unit"], row["ours"]),
            "range": _between(row["unit"], row),
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
    pairs = zip(document["deviations"], deviation_rows(document), strict=True)
    placed = [(row, words) for row, words in pairs if row["unit"] != "characters"]
    plots = []
    for (subject, unit), of_plot in grouped(placed, lambda pair: (_plot_of(pair[0]), pair[0]["unit"])).items():
        ours = [Estimate(**row["ours"]) for row, _ in of_plot]
        ends = [row[end] for row, _ in of_plot for end in ("low", "high")]
        axis = axis_over([0.0, *ends] if unit == "share" else ends, ours)
        rows = [
            {
                **words,
                "name": row["kind"] if row["name"] == "non_unanimous" else words["name"],
                "mark": mark_of(estimate, axis),
                "low": axis.place(row["low"]),
                "high": axis.place(row["high"]),
                "ticks": [axis.place(value) for value in row["sets"].values()],
            }
            for estimate, (row, words) in zip(ours, of_plot, strict=True)
        ]
        title = f"{subject}: {'shares' if unit == 'share' else 'diversity'}"
        plots.append({"title": title, "axis": axis, "rows": rows})
    return plots


def length_plots(document: Json) -> list[dict[str, Any]]:
    """Cumulated lengths of each kind, ours beside the real sets, with the quartiles as a table."""
    return [
        {
            "title": KIND_NAMES[kind],
            "curves": [
                {"set": form["set"], "source": form["source"], "points": _curve(form["lengths"])}
                for form in sorted(forms, key=lambda form: form["source"] == "ours")  # ours on top
            ],
            "lines": [[form["set"], count(form["n"]), _quantiles(form)] for form in forms],
            "described": "; ".join(
                f"{form['set']}: half are {form['lengths']['50']:.0f} characters or shorter" for form in forms
            ),
        }
        for kind, forms in grouped(document["forms"], lambda form: str(form["kind"])).items()
        if kind != "all"
    ]


def feature_table(document: Json) -> Table:
    """Rates of every set and kind."""
    names = list(document["forms"][0]["rates"])
    rows = []
    for form in document["forms"]:
        rates = [*map(form["rates"].get, names), form["bare"]]
        rows.append([form["set"], form["kind"], count(form["n"]), *(share(rate and rate["value"]) for rate in rates)])
    return ["set", "kind", "n", *(NAMES[name] for name in (*names, "bare"))], rows


def diversity_table(document: Json) -> Table:
    """Diversity of every set and kind."""
    rows = []
    for form in document["forms"]:
        diversity, copies = form["diversity"], form["near_duplicates"]
        distinct = NOTHING if diversity["distinct"] is None else " / ".join(map("{:.3f}".format, diversity["distinct"]))
        sizes = [count(diversity["ngram_characters"]), distinct, count(diversity["xz_characters"])]
        near = NOTHING if copies is None else f"{share(copies['share'])} of {count(copies['n'])}"
        rows.append([form["set"], form["kind"], *sizes, value_of("ratio", diversity["xz"]), near])
    headings = ["characters for n-grams", "distinct 2/3/4-grams", "characters for xz", "xz", "near-duplicates"]
    return ["set", "kind", *headings], rows


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
        pieces = [piece for piece in pieces if piece["number"]]
        described = ", ".join(f"{piece['topic']} {piece['number']}" for piece in pieces)
        bars.append({"event": event, "pieces": pieces, "described": described or "no labels yet"})
    return bars


def balance_tables(document: Json) -> dict[str, Table]:
    """Topics with sentiments and irony, stances by event and target, and the sizes, by heading."""
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
    threads = count(size["threads"])
    outside = sum(row["verdict"] != "inside" for row in document["deviations"])
    return [
        ("Documents", f"{count(size['documents'])} in {threads} threads on {len(size['events'])} events"),
        ("Characters", count(size["characters"])),
        ("Ironic", part_of(balance["ironic"], balance["documents"])),
        ("Comments that need their thread", part_of(balance["needs_context"], balance["comments"])),
        ("Figures beside real text", f"{len(document['deviations'])} compared, {outside} outside the real range"),
    ]


def habit_table(document: Json) -> Table:
    """Habits by set, one column a habit."""
    rows = [
        [row["set"], row["kind"], count(row["n"])]
        + [NOTHING if (value := row["habits"][name]) is None else f"{value:.3g}" for name in HABITS]
        for row in document["habits"]["rows"]
    ]
    return ["set", "kind", "n", *(name.replace("_", " ") for name in HABITS)], rows


def habit_notes(document: Json) -> list[str]:
    """What each habit is, and how emoticons spread over events."""
    notes = [f"{name.replace('_', ' ')}: {meaning}." for name, meaning in HABITS.items()]
    if spread := document["habits"]["emoticons"]:
        notes.append(
            f"Emoticons of comments over {spread['events']} events: χ² = {spread['chi_squared']:.1f} on "
            f"{spread['degrees_of_freedom']} degrees of freedom, p = {spread['p_value']:.2g}."
        )
    return notes


def plain_table(document: Json) -> Table:
    """Share of plain texts in every set."""
    return ["set", "kind", "plain", "compared", "left out"], [
        [row["set"], KIND_NAMES[row["kind"]], share(row["share"]), count(row["compared"]), count(row["left_out"])]
        for row in document["plain"]
    ]


def confidence_table(document: Json) -> Table:
    """Judgements with low confidence by annotator."""
    rows = [[row["annotator"], count(row["n"]), share(row["share"])] for row in document["low_confidence"]]
    return ["annotator", "judgements", "low confidence"], rows


def _quantiles(form: Json) -> str:
    return "/".join(f"{form['lengths'][percent]:.0f}" for percent in ("10", "25", "50", "75", "90"))


def _sizes(what: str, counts: Mapping[str, int], total: int, of: str = "documents") -> Table:
    return [what, of, "share"], [[name, count(number), part_of(number, total)] for name, number in counts.items()]


def _plot_of(row: Json) -> str:
    return "Judgements" if row["name"] == "non_unanimous" else subject_of(row)


def _between(unit: str, ends: Json) -> str:
    """What has the ends ``low`` and ``high``, in words; a dash where it has none."""
    if ends["low"] is None or ends["high"] is None:
        return NOTHING
    return f"{value_of(unit, ends['low'])} to {value_of(unit, ends['high'])}"


def _sets(row: Json) -> str:
    if row["name"] == "non_unanimous":
        return f"95 % interval of {row['highest']}"
    if row["lowest"] == row["highest"]:
        return row["lowest"] if len(row["sets"]) == 1 else f"all {len(row['sets'])} sets"
    return f"{row['lowest']} to {row['highest']}, {len(row['sets'])} sets"


def _verdict(row: Json) -> str:
    if row["verdict"] == "inside":
        return "inside"
    scale, decimals, unit = _UNITS[row["unit"]]
    # A deviation too small for its decimals is none to speak of, yet not nothing.
    by = scale * row["by"]
    words = f"{by:.{decimals}f}{unit}" if round(by, decimals) else f"less than {10**-decimals:g}{unit}"
    return f"{row['verdict']} by {words}" + (", within the interval" if row["reaches"] else "")


def _curve(lengths: Mapping[str, float]) -> Markup:
    ascending = sorted(lengths.items(), key=lambda item: int(item[0]))  # a JSON file sorts 10 before 5
    points = [(across(length), HEIGHT * (1 - int(percent) / 100)) for percent, length in ascending]
    # Numbers alone; as plain text they would be cut like any other that a template prints.
    return Markup(" ".join(f"{x:.1f},{y:.1f}" for x, y in points))


def across(length: float) -> float:
    """Place of a length on its axis, in pixels."""
    return round(WIDTH * min(math.log2(max(length, 1.0)) / math.log2(LENGTH_TICKS[-1]), 1.0), 1)


def shortcut_scores(document: Json) -> list[ShortcutScore]:
    """Rows of the shortcut gate, or DataError naming what is wrong with them."""
    return [from_json(ShortcutScore, row, f"shortcuts[{at}]") for at, row in enumerate(document["shortcuts"])]


def agreement_table(document: Json) -> Table:
    """Alpha and non-unanimity by task."""
    shares = {row["task"]: row["share"] for row in document["judged"]}
    unbounded = {"low": None, "high": None}
    rows = [
        [
            row["task"],
            value_of("ratio", row["alpha"]),
            _between("ratio", row),
            share(row["non_unanimous"]),
            _between("share", shares.get(row["task"], unbounded)),
            count(row["n_units"]),
        ]
        for row in document["agreement"]
    ]
    return ["task", "Krippendorff's alpha", "95 % interval", "not unanimous", "95 % interval of it", "units"], rows
