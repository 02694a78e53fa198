"""What an encoder's vectors bring on public texts held back: the accurate models beside the fast ones, paired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.answers import compare_pairs, scored_run
from benchmarks.publishing import estimate_cell, made_by, note_list
from benchmarks.weights import Weights

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.run import ModelRun, Progress, find_real_texts
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UsageError
from weibo_nlp.models import name_and_version
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.models.weights import ACCURATE, FAST
from weibo_nlp.provenance import hardware
from weibo_nlp.report.display import p_value
from weibo_nlp.report.markdown import markdown_table
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.randomisation import N_PERMUTATIONS
from weibo_nlp.tasks.real import real_tasks
from weibo_nlp.tasks.spec import REAL

BLOCK = "accurate"
"""Name of the table's place in a Markdown file."""
FORMAT_KEY = "weibo_nlp_accurate"
FORMAT_VERSION = 1
HEADINGS = ("scored on", "task", "weights", "n", "fast", "accurate", "accurate less fast", "p (Holm)")


def run_accurate(
    copies: Path,
    *,
    weights: Sequence[Weights],
    scored: str = "test",
    bootstrap: BootstrapConfig = DEFAULT,
    n_permutations: int = N_PERMUTATIONS,
    command: str = "python scripts/benchmark_accurate.py",
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Any], list[ModelRun]]:
    """Score every task for which weights have an accurate model, by that and by the fast one, on the same texts.

    Parameters
    ----------
    copies : Path
        The user's copies of the sets that hold the public texts.
    weights : sequence of Weights
        Those to score.
    scored : {"test", "validation"}
        Part of the public texts; half of the second calibrated both models.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is that of the paired tests as well.
    n_permutations : int
        Of each paired test, at least.
    command, progress
        What was called; called with a line about what is being done.

    Returns
    -------
    dict, list of ModelRun
        Everything, ready for JSON; and the runs it was made from.

    Raises
    ------
    UsageError, DataError
        If no weights have a model of the mode, texts or the encoder are not there, or a model cannot be read.
    """
    release = open_release()
    specs = {spec.name: replace(spec, test=scored) for spec in real_tasks(release.scheme, release.version, (), [REAL])}
    models = {
        (each.name, task): (each.load(task), each.load(task, ACCURATE))
        for each in weights
        for task in specs
        if task in each.tasks(ACCURATE)
    }
    if not models:
        names = ", ".join(each.name for each in weights)
        raise UsageError(f"no task of {names} has an accurate model; train them by train_models.py --mode accurate.")
    real = find_real_texts(release, copies, progress)
    pairs: list[tuple[ModelRun, ModelRun]] = []
    for (name, task), both in models.items():
        spec, rows = specs[task], real.evaluation_set(specs[task])
        runs = []
        for mode, model in zip((FAST, ACCURATE), both, strict=True):
            progress(f"{name} {task}, {mode}")
            said = probabilities_of(model, rows.examples, spec.labels)
            runs.append(scored_run(spec, rows, said, f"weights {name} {mode}", name_and_version(model)[1], bootstrap))
        pairs.append((runs[1], runs[0]))
    tests = compare_pairs(pairs, n_permutations, bootstrap)
    document = {
        FORMAT_KEY: FORMAT_VERSION,
        "command": command,
        "package": __version__,
        "corpus_version": release.version,
        "scored": scored,
        "hardware": hardware(),
        "results": [
            {
                "weights": name,
                "task": task,
                "n": len(fast.evaluation_set.gold),
                "fast": fast.result.to_dict(),
                "accurate": accurate.result.to_dict(),
                "comparison": test.to_dict(),
            }
            for (name, task), (accurate, fast), test in zip(models, pairs, tests, strict=True)
        ],
    }
    return document, [run for pair in pairs for run in pair]


def markdown_accurate(document: Mapping[str, Any]) -> str:
    """Return a document of `run_accurate` as a Markdown table, with how it came about below it."""
    rows = []
    for row in document["results"]:
        metric, test = row["comparison"]["metric"], row["comparison"]
        figures = (estimate_cell(row[mode]["metrics"][metric]) for mode in (FAST, ACCURATE))
        rows.append(
            (
                f"real {document['scored']}",
                row["task"],
                row["weights"],
                f"{row['n']:,}",
                *figures,
                estimate_cell(test["difference"], signed=True),
                p_value(test["p_holm"]),
            )
        )
    notes = [
        "Macro-F1 with 95 % intervals, bootstrap over groups; p: approximate randomisation, Holm over the rows of this "
        "table. Tasks that are not here have no accurate model: the mode takes the fast one.",
        made_by(document),
    ]
    return markdown_table(HEADINGS, rows) + note_list(notes)
