"""Labellers compared for speed: posts a second in bulk, time for a single post, time to load, memory. Not for quality.

Each one runs in a process of its own, a fresh interpreter on one core, one after another. One that is not installed or
fails is a result as well, with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from benchmarks import answerers
from benchmarks.answerers import ANSWERERS, Answerer, Group
from benchmarks.isolated import installed_versions, run_isolated

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.provenance import hardware

Report = Callable[[str], None]

BATCH = 2048  # as many as `weibo_nlp.labelling.labeller` labels at once
SINGLE = 500
LIMIT = 2000
REPEAT = 3
SECONDS = 1.0
TIMEOUT = 3600.0
_SURROGATE = re.compile("[\ud800-\udfff]")


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
    """How fast one labeller is; figures are ``None`` or empty where there is a reason instead.

    Attributes
    ----------
    name : str
        In :data:`benchmarks.answerers.ANSWERERS`.
    group : {"ours", "peer"}
        This package, or what it is compared with.
    versions : dict
        Installed distributions it is made of.
    note : str
        How it was set up.
    reason : str or None
        Why there are no figures.
    posts_per_second : tuple of float
        In bulk, one figure for each repeat.
    latencies : tuple of float
        Seconds for each of the posts that were sent one by one.
    load_seconds : float or None
        Import, model and first answer.
    peak_bytes : int or None
        Largest resident memory of its process, with nothing subtracted; ``None`` also where the system does not tell.
    ratios : dict of str to float
        How many times as fast in bulk as each measured peer.
    """

    name: str
    group: Group
    versions: dict[str, str]
    note: str
    reason: str | None = None
    posts_per_second: tuple[float, ...] = ()
    latencies: tuple[float, ...] = ()
    load_seconds: float | None = None
    peak_bytes: int | None = None
    ratios: dict[str, float] = field(default_factory=dict)

    @property
    def speed(self) -> float | None:
        """Median posts a second in bulk."""
        return median(self.posts_per_second) if self.posts_per_second else None

    def latency(self, share: float) -> float | None:
        """Seconds within which this share of single posts was answered."""
        return float(np.quantile(self.latencies, share)) if self.latencies else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, rates included."""
        return {
            "name": self.name,
            "group": self.group,
            "versions": self.versions,
            "note": self.note,
            "reason": self.reason,
            "posts_per_second": self.speed,
            "posts_per_second_repeats": list(self.posts_per_second),
            "latency_median_seconds": self.latency(0.5),
            "latency_p95_seconds": self.latency(0.95),
            "n_single": len(self.latencies),
            "load_seconds": self.load_seconds,
            "peak_bytes": self.peak_bytes,
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
            "batch": self.batch,
            "single": self.single,
            "repeat": self.repeat,
            "hardware": self.hardware,
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
    found, skipped = [], 0
    for value in values:
        # A lone surrogate is no text either: it cannot even be handed to another process.
        if isinstance(value, str) and value.strip() and not _SURROGATE.search(value):
            found.append(value)
        else:
            skipped += 1
    if not found:
        raise DataError(f"{source}: none of {skipped:,} rows has a text; name the right column.")
    taken = min(limit, len(found))
    return Posts(source, tuple(found[at * len(found) // taken] for at in range(taken)), len(found), skipped)


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
    report: Report | None = None,
) -> SpeedBenchmark:
    """Measure labellers on the same posts, one after another.

    Parameters
    ----------
    posts : Posts
        As :func:`spread_posts` or :func:`corpus_posts` gives them.
    labellers : sequence of str
        Names; all that this module knows when empty.
    batch, single : int
        Texts in a call in bulk, and how many are sent one by one.
    repeat : int
        How often the speed in bulk is taken.
    seconds : float
        Work for each of these: the posts are repeated to about this time.
    timeout : float
        Seconds after which a labeller is given up.
    report : callable, optional
        Told in words what is being done.

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
    if unknown := [name for name in labellers if name not in ANSWERERS]:
        raise UnknownNameError("labeller", unknown[0], ANSWERERS)
    numbers = {"batch": batch, "single": single, "repeat": repeat, "seconds": seconds, "timeout": timeout}
    for name, value in numbers.items():
        if not value > 0:
            raise UsageError(f"{name} is {value}; give a number above 0.")
    results = []
    with TemporaryDirectory() as folder:
        pipeline = Path(folder) / "pipeline.joblib"
        job = {
            "texts": posts.texts,
            "pipeline": str(pipeline),
            "batch": batch,
            "single": single,
            "repeat": repeat,
            "seconds": seconds,
        }
        for name in dict.fromkeys(labellers or ANSWERERS):
            if report is not None:
                report(f"measuring {name}")
            if name == "scikit-learn":
                _save_pipeline(pipeline)
            results.append(_result(ANSWERERS[name], job, timeout))
    return SpeedBenchmark(posts, batch, single, repeat, hardware(), with_ratios(results))


def with_ratios(results: Iterable[SpeedResult]) -> tuple[SpeedResult, ...]:
    """Fill in how each compares with every peer that has figures."""
    by_name = {result.name: result for result in results}
    peers = {name: result.speed for name, result in by_name.items() if result.group == "peer" and result.speed}
    return tuple(
        replace(result, ratios={name: result.speed / speed for name, speed in peers.items()})
        if result.speed
        else result
        for result in by_name.values()
    )


def _result(answerer: Answerer, job: dict[str, Any], timeout: float) -> SpeedResult:
    result = SpeedResult(answerer.name, answerer.group, installed_versions(answerer.packages), answerer.note)
    if len(result.versions) < len(answerer.packages) or find_spec(answerer.module) is None:
        return replace(result, reason=f"not installed: pip install {' '.join(answerer.packages)}")
    found = run_isolated(answerers.__file__, {"answerer": answerer.name, **job}, timeout)
    if "reason" in found:
        return replace(result, reason=found["reason"])
    work = found["rounds"] * len(job["texts"])
    return replace(
        result,
        posts_per_second=tuple(work / elapsed for elapsed in found["seconds"]),
        latencies=tuple(found["latencies"]),
        load_seconds=found["load_seconds"],
        peak_bytes=found["peak_bytes"],
    )


def _save_pipeline(path: Path) -> None:
    """Train what an engineer would build from the rows our sentiment model learned from, and keep it as usual."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from weibo_nlp.corpus import open_release
    from weibo_nlp.tasks import corpus_tasks
    from weibo_nlp.tasks.folds import corpus_data

    release = open_release()
    (spec,) = corpus_tasks(release.scheme, release.version, ["sentiment"])
    (fold,) = corpus_data(release, spec).folds
    ngrams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    pipeline = make_pipeline(ngrams, LogisticRegression(max_iter=1000))
    pipeline.fit([example.text for example in fold.train], fold.train_labels)
    import_module("joblib").dump(pipeline, path)
