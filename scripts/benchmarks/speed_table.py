"""The comparison of labellers for speed as Markdown, on a terminal and in README.md."""

from __future__ import annotations

from benchmarks.answerers import ANSWERERS
from benchmarks.throughput import SpeedBenchmark, SpeedResult

from weibo_nlp.provenance import described
from weibo_nlp.report.marked import NOTHING, figure_table, shown

BLOCK = "speed"
"""Name of the table's place in a Markdown file."""
PEERS = tuple(name for name, answerer in ANSWERERS.items() if answerer.group == "peer")
HEADINGS = (
    "labeller",
    "posts/s",
    "one post, median",
    "one post, 95 %",
    "load",
    "memory",
    *(f"× {name}" for name in PEERS),
    "versions and settings",
)


def markdown_table(benchmark: SpeedBenchmark) -> str:
    """Return the results as a Markdown table, with what was measured and how below it."""
    return (
        figure_table(HEADINGS, map(_row, benchmark.results))
        + "\n"
        + "".join(f"- {' '.join(note.split())}\n" for note in _notes(benchmark))
    )


def _row(result: SpeedResult) -> tuple[str, ...]:
    if result.reason is not None:
        return (result.name, *[NOTHING] * (len(HEADINGS) - 2), f"no figures: {result.reason}")
    versions = [f"{name} {version}" for name, version in result.versions.items()]
    return (
        result.name,
        shown(result.speed, "{:,.0f}"),
        *(_milliseconds(result.latency(share)) for share in (0.5, 0.95)),
        shown(result.load_seconds, "{:.2f} s"),
        shown(None if result.peak_bytes is None else result.peak_bytes / 1e6, "{:.0f} MB"),
        *(shown(result.ratios.get(name), "{:.3g}") for name in PEERS),
        ", ".join([*versions, result.note]),
    )


def _milliseconds(seconds: float | None) -> str:
    return shown(None if seconds is None else seconds * 1000, "{:.2f} ms")


def _notes(benchmark: SpeedBenchmark) -> list[str]:
    posts = benchmark.posts
    characters = sum(map(len, posts.texts)) / len(posts.texts)
    return [
        f"Measured on {len(posts.texts):,} of {posts.n_source:,} texts of {posts.source}, evenly spread, "
        f"{characters:.0f} characters each on average; the same for all. Speed only: how well each labels is another "
        "table's matter.",
        "Each ran in a fresh process on one core. Posts/s: in bulk, ours and scikit-learn in batches of "
        f"{benchmark.batch:,}, the others post by post, as they can; median of {benchmark.repeat}. One post: "
        f"{min(benchmark.single, len(posts.texts)):,} calls with one post each. Load: import, model and first answer, "
        "files possibly in the system's cache. Memory: largest resident size of the process, interpreter included.",
        f"×: how many times as many posts a second as this peer. Machine: {described(benchmark.hardware)}.",
    ]
