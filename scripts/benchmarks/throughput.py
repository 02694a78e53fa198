"""Labellers compared for speed: posts a second in bulk, time for a single post, time to load, memory. Not for quality.

Each one runs in a process of its own, a fresh interpreter on one core, one after another. One that is not installed or
fails is a result as well, with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from benchmarks.adapters import LABELLERS, LabellerAdapter
from benchmarks.publishing import cost_cells, program_table
from benchmarks.subprocess_runner import Outcome, check_request, run_adapter

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Row, open_table
from weibo_nlp.labelling.labeller import columns_of, guess_text_column
from weibo_nlp.provenance import described, hardware
from weibo_nlp.report.marked import shown

BATCH = 2048  # as many as `weibo_nlp.labelling.labeller` labels at once
SINGLE = 500
LIMIT = 2000
REPEAT = 3
SECONDS = 1.0
TIMEOUT = 3600.0
_SURROGATE = re.compile("[\ud800-\udfff]")

BLOCK = "speed"
"""Name of the table's place in a Markdown file."""
PEERS = tuple(name for name, adapter in LABELLERS.items() if adapter.group == "peer")
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


@dataclass(frozen=True, slots=True)
class Posts:
    """The texts that all labellers are timed on, the same for each.

    Attributes
    ----------
    source : str
        Name of the file, or of the corpus.
    texts : tuple of str
        Evenly spread over the source.
    n_source : int
        Texts that could have been taken.
    skipped : int
        Rows without a text, or that could not be read.
    """

    source: str
    texts: tuple[str, ...]
    n_source: int
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class SpeedResult:
    """How fast one labeller is; figures are ``None`` or empty where the outcome has a reason instead.

    Attributes
    ----------
    outcome : Outcome
        The labeller, its versions, and what its process returned.
    posts_per_second_repeats : tuple of float
        In bulk, one figure for each repeat.
    latencies : tuple of float
        Seconds for each of the posts that were sent one by one.
    ratios : dict of str to float
        How many times as fast in bulk as each measured peer.
    """

    outcome: Outcome
    posts_per_second_repeats: tuple[float, ...] = ()
    latencies: tuple[float, ...] = ()
    ratios: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the labeller."""
        return self.outcome.adapter.name

    @property
    def speed(self) -> float | None:
        """Median posts a second in bulk."""
        return median(self.posts_per_second_repeats) if self.posts_per_second_repeats else None

    def latency(self, share: float) -> float | None:
        """Seconds within which this share of single posts was answered."""
        return float(np.quantile(self.latencies, share)) if self.latencies else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, rates included."""
        return {
            "name": self.name,
            **self.outcome.to_dict(),
            "posts_per_second": self.speed,
            "posts_per_second_repeats": list(self.posts_per_second_repeats),
            "latency_median_seconds": self.latency(0.5),
            "latency_p95_seconds": self.latency(0.95),
            "n_single": len(self.latencies),
            "ratios": self.ratios,
        }


@dataclass(frozen=True, slots=True)
class SpeedBenchmark:
    """All results of one run, and what they were measured on.

    Attributes
    ----------
    posts : Posts
        The texts.
    batch, single, repeat : int
        Texts in a call in bulk, sent one by one, and how often the speed in bulk was taken.
    hardware : dict
        The machine, as :func:`weibo_nlp.provenance.hardware` describes it.
    results : tuple of SpeedResult
        In the order asked for.
    """

    posts: Posts
    batch: int
    single: int
    repeat: int
    hardware: dict[str, Any]
    results: tuple[SpeedResult, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, without the texts."""
        return {
            "source": self.posts.source,
            "n_posts": len(self.posts.texts),
            "n_characters": sum(map(len, self.posts.texts)),
            "n_source": self.posts.n_source,
            "skipped": self.posts.skipped,
            **{name: getattr(self, name) for name in ("batch", "single", "repeat", "hardware")},
            "results": [result.to_dict() for result in self.results],
        }


def spread_posts(source: str, values: Iterable[object], *, limit: int = LIMIT) -> Posts:
    """Take posts evenly spread over all there are.

    Parameters
    ----------
    source : str
        What the table calls them.
    values : iterable
        Texts in the order of the source; what is no text, or empty, is counted and left out.
    limit : int
        Posts taken at most.

    Raises
    ------
    UsageError
        If `limit` is not above 0.
    DataError
        If there is no text among the values.
    """
    if limit < 1:
        raise UsageError(f"limit is {limit}; give a number above 0.")
    texts, skipped = [], 0
    for value in values:
        # A lone surrogate is no text either: it cannot even be handed to another process.
        if isinstance(value, str) and value.strip() and not _SURROGATE.search(value):
            texts.append(value)
        else:
            skipped += 1
    if not texts:
        raise DataError(f"{source}: none of {skipped:,} rows has a text; name the right column.")
    n_taken = min(limit, len(texts))
    return Posts(source, tuple(texts[at * len(texts) // n_taken] for at in range(n_taken)), len(texts), skipped)


def file_posts(path: Path, column: str | None = None, *, limit: int = LIMIT) -> Posts:
    """Take posts from a table; without the name of the column with the texts, it is guessed.

    Raises
    ------
    UsageError, DataError
        If the file cannot be read, or as for :func:`spread_posts`.
    """
    table = open_table(path)
    column = column or guess_text_column(columns_of(table))
    values = (row.values.get(column) if isinstance(row, Row) else None for row in table.rows())
    return spread_posts(path.name, values, limit=limit)


def corpus_posts(*, limit: int = LIMIT) -> Posts:
    """Take posts from all documents of the shipped corpus; errors as for :func:`spread_posts`."""
    from weibo_nlp.corpus import open_release
    from weibo_nlp.tasks.folds import full_text

    release = open_release()
    return spread_posts(f"corpus {release.version}", map(full_text, release.documents()), limit=limit)


def run_speed(
    posts: Posts,
    *,
    labellers: Sequence[str] = (),
    batch: int = BATCH,
    single: int = SINGLE,
    repeat: int = REPEAT,
    seconds: float = SECONDS,
    timeout: float = TIMEOUT,
    progress: Callable[[str], None] = lambda _: None,
) -> SpeedBenchmark:
    """Measure labellers on the same posts, one after another.

    Parameters
    ----------
    posts : Posts
        As :func:`spread_posts`, :func:`file_posts` or :func:`corpus_posts` gives them.
    labellers : sequence of str
        Names; all that there are when empty.
    batch, single : int
        Texts in a call in bulk, and how many are sent one by one.
    repeat : int
        How often the speed in bulk is taken.
    seconds : float
        Work for each of these: the posts are repeated to about this time.
    timeout : float
        Seconds after which a labeller is given up.
    progress : callable
        Called with a line about what is being done.

    Returns
    -------
    SpeedBenchmark
        With a result for every labeller asked for, whether it could be measured or not.

    Raises
    ------
    UnknownNameError
        If there is no labeller of a name.
    UsageError
        If a number is not above 0.
    """
    options = {"batch": batch, "single": single, "repeat": repeat, "seconds": seconds}
    check_request("labeller", labellers, LABELLERS, **options, timeout=timeout)
    results = []
    with TemporaryDirectory() as folder:
        pipeline = Path(folder) / "pipeline.joblib"
        job = {"texts": posts.texts, "pipeline": str(pipeline), **options}
        for name in dict.fromkeys(labellers or LABELLERS):
            progress(f"measuring {name}")
            if name == "scikit-learn":
                _save_pipeline(pipeline, *_sentiment_rows())
            results.append(_measured(LABELLERS[name], job, timeout))
    return SpeedBenchmark(posts, batch, single, repeat, hardware(), with_ratios(results))


def with_ratios(results: Sequence[SpeedResult]) -> tuple[SpeedResult, ...]:
    """Fill in how each compares with every peer that has figures."""
    peers = {result.name: result.speed for result in results if result.name in PEERS and result.speed}
    return tuple(
        replace(result, ratios={name: result.speed / speed for name, speed in peers.items()})
        if result.speed
        else result
        for result in results
    )


def markdown_table(benchmark: SpeedBenchmark) -> str:
    """Return the results as a Markdown table, with what was measured and how below it."""
    return program_table(
        HEADINGS, [(result.outcome, _cells(result)) for result in benchmark.results], _notes(benchmark)
    )


def _measured(adapter: LabellerAdapter, job: Mapping[str, Any], timeout: float) -> SpeedResult:
    outcome = run_adapter("label", adapter, job, timeout)
    if outcome.reason is not None:
        return SpeedResult(outcome)
    n_posts = outcome.figures["passes"] * len(job["texts"])
    speeds = tuple(n_posts / elapsed for elapsed in outcome.figures["seconds"])
    return SpeedResult(outcome, speeds, tuple(outcome.figures["latencies"]))


def _sentiment_rows() -> tuple[list[str], Sequence[str]]:
    """Texts and labels that our sentiment model learnt from."""
    from weibo_nlp.corpus import open_release
    from weibo_nlp.tasks import corpus_tasks
    from weibo_nlp.tasks.folds import corpus_data

    release = open_release()
    (spec,) = corpus_tasks(release.scheme, release.version, ["sentiment"])
    (fold,) = corpus_data(release, spec).folds
    return [example.text for example in fold.train], fold.train_labels


def _save_pipeline(path: Path, texts: Sequence[str], labels: Sequence[str]) -> None:
    """Train what an engineer would build from these rows, and keep it as usual."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    ngrams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    pipeline = make_pipeline(ngrams, LogisticRegression(max_iter=1000)).fit(texts, labels)
    import_module("joblib").dump(pipeline, path)


def _cells(result: SpeedResult) -> tuple[str, ...]:
    latencies = [result.latency(share) for share in (0.5, 0.95)]
    return (
        shown(result.speed, "{:,.0f}"),
        *(shown(None if latency is None else latency * 1000, "{:.2f} ms") for latency in latencies),
        *cost_cells(result.outcome),
        *(shown(result.ratios.get(name), "{:.3g}") for name in PEERS),
    )


def _notes(benchmark: SpeedBenchmark) -> list[str]:
    posts = benchmark.posts
    n_characters = sum(map(len, posts.texts)) / len(posts.texts)
    return [
        f"Measured on {len(posts.texts):,} of {posts.n_source:,} texts of {posts.source}, evenly spread, "
        f"{n_characters:.0f} characters each on average; the same for all. Speed only: how well each labels is another "
        "table's matter.",
        "Each ran in a fresh process on one core. Posts/s: in bulk, ours and scikit-learn in batches of "
        f"{benchmark.batch:,}, the others post by post, as they can; median of {benchmark.repeat}. One post: "
        f"{min(benchmark.single, len(posts.texts)):,} calls with one post each. Load: import, model and first answer, "
        "files possibly in the system's cache. Memory: largest resident size of the process, interpreter included.",
        f"×: how many times as many posts a second as this peer. Machine: {described(benchmark.hardware)}.",
    ]
