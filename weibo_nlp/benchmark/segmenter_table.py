"""The comparison of segmenters as Markdown, on a terminal and in README.md."""

from __future__ import annotations

from pathlib import Path

from weibo_nlp.benchmark.segmenters import SegmenterBenchmark, SegmenterResult
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import atomic_path

START = "<!-- segmenters -->\n"
END = "<!-- end -->"
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
_NONE = "–"


def markdown_table(benchmark: SegmenterBenchmark) -> str:
    """Return the results as a Markdown table, with what was measured and how below it."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|" + "---:|" * (len(HEADINGS) - 2) + "---|"]
    lines += ["| " + " | ".join(map(_cell, _row(result))) + " |" for result in benchmark.results]
    return "\n".join([*lines, "", *_notes(benchmark)]) + "\n"


def fill_table(text: str, table: str) -> str:
    """Replace what stands between ``<!-- segmenters -->`` and ``<!-- end -->``.

    Raises
    ------
    DataError
        If the text does not have the first of these lines exactly once, or not the second below it.
    """
    head, marker, rest = text.partition(START)
    old, end, tail = rest.partition(END)
    if not marker or START in rest:
        raise DataError(f"{text.count(START)} lines {START.strip()}, one is needed; put it where the table starts.")
    if not end or "<!-- " in old:
        raise DataError(f"the table has no {END} below {START.strip()}; put it where the table stops.")
    return head + marker + table + end + tail


def check_file(path: Path | str) -> None:
    """Make sure that a file can take the table, before the work and not after it; errors as in :func:`fill_file`."""
    fill_table(_read(Path(path)), "")


def fill_file(path: Path | str, table: str) -> None:
    """Replace the table in a Markdown file.

    Raises
    ------
    UsageError
        If the file cannot be read or written.
    DataError
        If it does not have the two lines.
    """
    text = fill_table(_read(Path(path)), table)
    with atomic_path(path) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}; name a Markdown file in UTF-8.") from error


def _row(result: SegmenterResult) -> tuple[str, ...]:
    settings = [f"{name} {version}" for name, version in result.versions.items()] + [result.note] * bool(result.note)
    scores = result.scores
    if scores is None:
        return (result.segmenter, *[_NONE] * (len(HEADINGS) - 2), f"no figures: {result.reason}")
    return (
        result.segmenter,
        f"{scores.f1:.3f}",
        _shown(scores.oov_recall, "{:.3f}"),
        _shown(result.protected_share, "{:.3f}"),
        _shown(result.speed, "{:,.0f}"),
        _shown(result.load_seconds, "{:.2f} s"),
        _shown(None if result.peak_bytes is None else result.peak_bytes / 1e6, "{:.0f} MB"),
        _shown(result.f1_ratio, "{:.3f}"),
        _shown(result.speed_ratio, "{:.3g}"),
        ", ".join(settings),
    )


def _shown(value: float | None, pattern: str) -> str:
    return _NONE if value is None else pattern.format(value)


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


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
