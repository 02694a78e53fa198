"""The benchmark document: every figure of a run in one JSON-ready mapping, from which page and tables are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.context import context_ablation
from weibo_nlp.benchmark.errors import instructive_errors
from weibo_nlp.benchmark.result import Result
from weibo_nlp.benchmark.robustness import robustness
from weibo_nlp.benchmark.shortcuts import shortcut_gate
from weibo_nlp.corpus import Release
from weibo_nlp.evaluation.annotator_baseline import release_ceiling
from weibo_nlp.evaluation.comparison import compare_runs
from weibo_nlp.provenance import hardware
from weibo_nlp.stats.bootstrap import RESAMPLES
from weibo_nlp.tasks import CORPUS, STANDARD

FORMAT_KEY = "weibo_nlp_benchmark"
FORMAT_VERSION = 1


def benchmark_document(
    results: Sequence[Result], *, command: str, title: str = "weibo_nlp benchmark", seed: int = 0
) -> dict[str, Any]:
    """Put results, their paired comparisons and the circumstances together; the further checks are empty.

    Parameters
    ----------
    results : sequence of Result
        In the order in which they are to be shown.
    command, title : str
        What was called, and the heading.
    seed : int
        Of the paired tests.
    """
    versions = {result.spec.version or result.spec.learnt_from for result in results} - {None}
    return {
        FORMAT_KEY: FORMAT_VERSION,
        "title": title,
        "command": command,
        "package": __version__,
        "corpus_version": versions.pop() if len(versions) == 1 else None,
        "hardware": hardware(),
        "results": [result.to_dict() for result in results],
        "comparisons": comparisons(results, seed=seed),
        "ceiling": [],
        "context": [],
        "robustness": [],
        "shortcuts": [],
        "errors": [],
        "notes": list(dict.fromkeys(note for result in results for note in result.notes)),
    }


def with_checks(
    document: dict[str, Any],
    release: Release,
    results: Sequence[Result],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    report: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Add what a single score does not tell: ceiling, context, robustness, shortcuts, errors.

    They are of the standard protocol on the corpus; results of others are left out of them.

    Parameters
    ----------
    document : dict
        As `benchmark_document` made it of these results.
    release : Release
        The corpus that was scored.
    results : sequence of Result
        With the trained models in them.
    seed, resamples
        Of the bootstrap and the draws.
    report : callable, optional
        Told in words what is being done.
    """
    own = [result for result in results if (result.spec.set, result.spec.protocol) == (CORPUS, STANDARD)]
    specs = {result.spec.name: result.spec for result in own}
    # What sees no text cannot lean on context or be misled by an edit.
    readers = [result for result in own if result.model != "majority"]

    def told(text: str) -> None:
        if report is not None:
            report(text)

    told("annotators against each other")
    ceiling = [
        row.to_dict() for task in specs for row in release_ceiling(release, task, seed=seed, resamples=resamples)
    ]
    told("context: own text, with parent, with root, with the whole path")
    context = [
        row
        for result in readers
        for row in context_ablation(release, result.spec, result.model, seed=seed, resamples=resamples)
    ]
    told("robustness: every edit of the suite")
    edited = [
        row
        for result in readers
        for row in robustness(result.trained[0], result.spec, result.data, seed=seed, resamples=resamples)
    ]
    told("shortcuts: models that see a single cue")
    gate = shortcut_gate(release, tasks=tuple(specs), seed=seed, resamples=resamples)
    return document | {
        "ceiling": ceiling,
        "context": context,
        "robustness": edited,
        "shortcuts": gate,
        "errors": instructive_errors(release, own),
    }


def comparisons(results: Sequence[Result], *, seed: int = 0) -> list[dict[str, Any]]:
    """Test every pair of systems on each task; Holm's correction is over the pairs of one task and protocol."""
    tables: dict[tuple[str, str, str], list[Result]] = {}
    for result in results:
        tables.setdefault((result.spec.set, result.spec.name, result.spec.protocol), []).append(result)
    return [
        {
            "set": set_name,
            "task": task,
            "protocol": protocol,
            "metric": pair.metric,
            "a": pair.a,
            "b": pair.b,
            "difference": pair.test.difference.to_dict(),
            "p": pair.test.p,
            "p_holm": pair.p_holm,
            "tie": pair.tie,
        }
        for (set_name, task, protocol), mine in tables.items()
        for pair in compare_runs(
            {result.model: result.predicted_indices() for result in mine}, mine[0].spec, mine[0].data, seed=seed
        )
    ]
