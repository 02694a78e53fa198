"""The comparison of segmenters as Markdown, on a terminal and in README.md."""

from __future__ import annotations

from benchmarks.segmenters import SegmenterBenchmark, SegmenterResult

from weibo_nlp.report.marked import NOTHING, figure_table, shown

BLOCK = "segmenters"
"""Name of the table's place in a Markdown file."""
HEADINGS = (
    "segmenter",
    "F1",
    "OOV recall",
    "protected whole",
    "characters/s",
    "load",
    "memory",
    "F1 ratio",
    "speed ratio",
    "versions and settings",
)


def markdown_table(benchmark: SegmenterBenchmark) -> str:
    """Return the results as a Markdown table, with what was measured and how below it."""
    rows = [_row(result) for result in benchmark.results]
    return figure_table(HEADINGS, rows) + "\n" + "\n".join(_notes(benchmark)) + "\n"


def _row(result: SegmenterResult) -> tuple[str, ...]:
    settings = [f"{name} {version}" for name, version in result.versions.items()] + [result.note] * bool(result.note)
    scores = result.scores
    if scores is None:
        return (result.segmenter, *[NOTHING] * (len(HEADINGS) - 2), f"no figures: {result.reason}")
    return (
        result.segmenter,
        f"{scores.f1:.3f}",
        shown(scores.oov_recall, "{:.3f}"),
        shown(result.protected_share, "{:.3f}"),
        shown(result.speed, "{:,.0f}"),
        shown(result.load_seconds, "{:.2f} s"),
        shown(None if result.peak_bytes is None else result.peak_bytes / 1e6, "{:.0f} MB"),
        shown(result.f1_ratio, "{:.3f}"),
        shown(result.speed_ratio, "{:.3g}"),
        ", ".join(settings),
    )


def _notes(benchmark: SegmenterBenchmark) -> list[str]:
    protected = next((result.protected for result in benchmark.results if result.protected is not None), 0)
    if benchmark.vocabulary is None:
        oov = "no vocabulary was given"
    else:
        oov = f"recall of words outside the {benchmark.n_vocabulary:,} different words of {benchmark.vocabulary}"
    return [
        f"- Measured on {benchmark.gold}: {benchmark.n_sentences:,} sentences, {benchmark.n_words:,} words, "
        f"{benchmark.n_characters:,} characters; runs of white space are no words. OOV recall: {oov}.",
        f"- Protected whole: share of the {protected:,} links, mentions, hashtags, emoticons, emoji and kaomoji in "
        "these texts that came out as one word. `fast`, `pkuseg`, `jieba` and `char` read the text for them first, and "
        "are timed through `segment_many`, that reading included; all others are bare.",
        "- Ratios: of these four to `pkuseg`, of all others to `bare-pkuseg`, so that the reading is on both sides or "
        "on neither.",
        "- Each ran in a fresh process on one core. Characters/s: cutting alone, a call for each sentence, median of "
        f"{benchmark.repeat}. Load: import, model and first cut, with files possibly in the system's cache. Memory: "
        "largest resident size of the process, interpreter included, nothing subtracted.",
        f"- Machine: {benchmark.machine}.",
    ]
