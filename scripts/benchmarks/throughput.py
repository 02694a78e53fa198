"""Labellers compared for speed: posts a second in bulk, time for a single post, time to load, memory. Not for quality.

Each one runs in a process of its own, a fresh interpreter on one core, one after another. One that is not installed or
fails is a result as well, with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from benchmarks.adapters import LABELLERS, PIPELINES
from benchmarks.publishing import COSTS, Column, program_table
from benchmarks.subprocess_runner import Effort, Outcome, require_known, require_positive, run_adapter

from weibo_nlp.errors import DataError
from weibo_nlp.io import Row, open_table
from weibo_nlp.labelling import columns_of, guess_text_column
from weibo_nlp.provenance import described, hardware

BATCH = 2048  # as many as `weibo_nlp.labelling.labeller` labels at once
SINGLE = 500
LIMIT = 2000
EFFORT = Effort()
_SURROGATE = re.compile("[\ud800-\udfff]")

BLOCK = "speed"
"""Name of the table's place in a Markdown file."""
PEERS = tuple(name for name, adapter in LABELLERS.items() if adapter.group == "peer")
COLUMNS: Mapping[str, Column] = {
    "posts/s": ("posts_per_second", "{:,.0f}"),
    "one post, median": ("latency_median_seconds", "{:.2f} ms", 1e3),
    "one post, 95 %": ("latency_p95_seconds", "{:.2f} ms", 1e3),
    **COSTS,
    **{f"× {name}": (f"× {name}", "{:.3g}") for name in PEERS},
}


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
    require_positive(limit=limit)
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
    from weibo_nlp.tasks.evaluation_set import full_text

    release = open_release()
    return spread_posts(f"corpus {release.version}", map(full_text, release.documents()), limit=limit)


def run_speed(
    posts: Posts,
    *,
    labellers: Sequence[str] = (),
    batch: int = BATCH,
    single: int = SINGLE,
    effort: Effort = EFFORT,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Measure labellers on the same posts, one after another.

    Parameters
    ----------
    posts : Posts
        As :func:`spread_posts`, :func:`file_posts` or :func:`corpus_posts` gives them.
    labellers : sequence of str
        Names; all that there are when empty.
    batch, single : int
        Texts in a call in bulk, and how many are sent one by one.
    effort : Effort
        How long each is measured in bulk.
    progress : callable
        Called with a line about what is being done.

    Returns
    -------
    dict
        Ready for JSON, without the texts: what was measured on, and ``results``, one for every labeller asked for. Its
        figures are null where it has a ``reason`` instead; ``ratios`` say how many times as fast in bulk it is as each
        measured peer.

    Raises
    ------
    UnknownNameError
        If there is no labeller of a name.
    UsageError
        If a number is not above 0.
    """
    require_known("labeller", labellers, LABELLERS)
    require_positive(batch=batch, single=single)
    outcomes = []
    with TemporaryDirectory() as folder:
        pipeline = Path(folder) / "pipeline.joblib"
        job = {
            **{"texts": posts.texts, "pipeline": str(pipeline), "batch": batch, "single": single},
            **{"repeat": effort.repeat, "seconds": effort.seconds},
        }
        for name in dict.fromkeys(labellers or LABELLERS):
            progress(f"measuring {name}")
            if name in PIPELINES:
                _save_pipelines(pipeline, PIPELINES[name])
            outcomes.append(run_adapter("label", LABELLERS[name], job, effort.timeout))
    return {
        "source": posts.source,
        "n_posts": len(posts.texts),
        "n_characters": sum(map(len, posts.texts)),
        "n_source": posts.n_source,
        "skipped": posts.skipped,
        "batch": batch,
        "single": single,
        "repeat": effort.repeat,
        "hardware": hardware(),
        "results": with_ratios([_result(outcome, len(posts.texts)) for outcome in outcomes]),
    }


def with_ratios(results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Add how each compares with every peer that has figures."""
    speeds = {row["name"]: row["posts_per_second"] for row in results}
    peers = {name: speeds[name] for name in PEERS if speeds.get(name)}
    return [
        {**row, "ratios": {name: speeds[row["name"]] / speed for name, speed in peers.items() if speeds[row["name"]]}}
        for row in results
    ]


def markdown_table(document: Mapping[str, Any]) -> str:
    """Return a document of `run_speed` as a Markdown table, with what was measured and how below it."""
    rows = [{**row, **{f"× {name}": ratio for name, ratio in row["ratios"].items()}} for row in document["results"]]
    return program_table("labeller", COLUMNS, rows, _notes(document))


def _result(outcome: Outcome, n_posts: int) -> dict[str, Any]:
    latencies = outcome.figures.get("latencies", ())
    return {
        "name": outcome.adapter.name,
        **outcome.to_row("posts_per_second", n_posts),
        "latency_median_seconds": float(np.quantile(latencies, 0.5)) if latencies else None,
        "latency_p95_seconds": float(np.quantile(latencies, 0.95)) if latencies else None,
        "n_single": len(latencies),
    }


def _rows_of(task: str) -> tuple[list[str], Sequence[str]]:
    """Texts and labels of the corpus that our model of a task learnt from."""
    from weibo_nlp.corpus import open_release
    from weibo_nlp.tasks import corpus_tasks
    from weibo_nlp.tasks.folds import corpus_folds

    release = open_release()
    (spec,) = corpus_tasks(release.scheme, release.version, [task])
    (fold,) = corpus_folds(release, spec)
    return [example.text for example in fold.train], fold.train_labels


def _save_pipelines(path: Path, tasks: Sequence[str]) -> None:
    """Train what an engineer would build from these rows, and keep it as usual."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipelines = []
    for task in tasks:
        ngrams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
        pipelines.append(make_pipeline(ngrams, LogisticRegression(max_iter=1000)).fit(*_rows_of(task)))
    import_module("joblib").dump(pipelines, path)


def _notes(document: Mapping[str, Any]) -> list[str]:
    n_characters = document["n_characters"] / document["n_posts"]
    return [
        f"Measured on {document['n_posts']:,} of {document['n_source']:,} texts of {document['source']}, evenly "
        f"spread, {n_characters:.0f} characters each on average; the same for all. Speed only: how well each labels is "
        "another table's matter.",
        "Each ran in a fresh process on one core. Posts/s: in bulk, ours and scikit-learn in batches of "
        f"{document['batch']:,}, the others post by post, as they can; median of {document['repeat']}. One post: "
        f"{min(document['single'], document['n_posts']):,} calls with one post each. Load: import, model and first "
        "answer, files possibly in the system's cache. Memory: largest resident size of the process, interpreter "
        "included.",
        f"×: how many times as many posts a second as this peer. Machine: {described(document['hardware'])}.",
    ]
