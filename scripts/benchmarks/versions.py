"""What the composed texts of each version teach about real ones: the linear model, learnt from them alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.answers import compare_pairs
from benchmarks.publishing import estimate_cell, made_by, note_list

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.run import ModelRun, Progress, find_real_texts, run_task
from weibo_nlp.corpus import open_release
from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted_list
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.provenance import hardware
from weibo_nlp.report import markdown
from weibo_nlp.report.display import p_value
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.randomisation import N_PERMUTATIONS
from weibo_nlp.tasks.folds import corpus_folds
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import COMPOSED_TO_REAL, REAL, TaskSpec, corpus_tasks

BLOCK = "versions"
"""Name of the table's place in a Markdown file."""
FORMAT_KEY = "weibo_nlp_versions"
FORMAT_VERSION = 1
HEADINGS = ("task", "version", "learnt from", "n", "macro-F1", "accuracy", "less the first", "p (Holm)")

Row = Mapping[str, Any]


def run_versions(
    copies: Path,
    versions: Sequence[str],
    *,
    tasks: Sequence[str] = (),
    scored: str = "test",
    bootstrap: BootstrapConfig = DEFAULT,
    n_permutations: int = N_PERMUTATIONS,
    command: str = "python scripts/benchmark_versions.py",
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Any], list[ModelRun]]:
    """Train on the composed documents of each version and score on the public texts of the version that is shipped.

    Parameters
    ----------
    copies : Path
        The user's copies of the sets that hold the public texts, see `weibo_nlp.hydrate`.
    versions : sequence of str
        Two or more of the corpus; the others are compared with the first.
    tasks : sequence of str
        All when empty.
    scored : {"test", "validation"}
        Part of the public texts; the second for whoever works on the texts.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is that of the folds and of the paired tests as well.
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
    UsageError
        If fewer than two versions are named, one is not there, or no public text is.
    """
    if len(versions) < 2:
        raise UsageError(
            f"{quoted_list(list(versions))}: name two versions or more, the others are compared with the first."
        )
    release = open_release()
    learnt = [open_release(version=version) for version in versions]
    real = find_real_texts(release, copies, progress)
    runs: list[tuple[str, int, ModelRun]] = []
    for spec in real_tasks(release.scheme, release.version, tasks, [REAL]):
        spec = replace(spec, test=scored, protocol=COMPOSED_TO_REAL)
        for each in learnt:
            runs.append((each.version, *_run(each, real, spec, bootstrap)))
            progress(f"{spec.name}, {each.version}: done")
    comparisons = _comparisons(runs, n_permutations, bootstrap)
    return {
        FORMAT_KEY: FORMAT_VERSION,
        "command": command,
        "package": __version__,
        "corpus_version": release.version,
        "scored": scored,
        "hardware": hardware(),
        "results": [run.result.to_dict() | {"version": version, "n_learnt": n} for version, n, run in runs],
        "comparisons": comparisons,
        "notes": list(dict.fromkeys(note for _, _, run in runs for note in run.result.notes)),
    }, [run for _, _, run in runs]


def markdown_table(document: Row) -> str:
    """Return a document of `run_versions` as a Markdown table, with how it came about below it."""
    tested = {(row["task"], row["version"]): row for row in document["comparisons"]}
    rows = []
    for row in document["results"]:
        test = tested.get((row["task"], row["version"]))
        rows.append(
            (
                row["task"],
                row["version"],
                f"{row['n_learnt']:,}",
                f"{row['n']:,}",
                estimate_cell(row["metrics"]["macro_f1"]) + ("*" if row["few_units"] else ""),
                estimate_cell(row["metrics"]["accuracy"]),
                "–" if test is None else estimate_cell(test["difference"], signed=True),
                p_value(None if test is None else test["p_holm"]),
            )
        )
    notes = [
        "linear, learnt from the composed documents of train and validation of the version alone (of stance, pairs), "
        f"scored on the {document['scored']} part of the stand-off layer. Labels of a version are those of its "
        "guideline: those before 0.3.0 know no rulings of 1.2, by which the real texts are judged.",
        "Intervals: 95 %, bootstrap over groups. p: approximate randomisation, Holm over the "
        f"{len(document['comparisons'])} comparisons of this table.",
        *(f"{note}." for note in document["notes"]),
        made_by(document),
    ]
    return markdown.markdown_table(HEADINGS, rows) + note_list(notes)


def _run(release: Release, real: RealTexts, spec: TaskSpec, bootstrap: BootstrapConfig) -> tuple[int, ModelRun]:
    (own,) = corpus_tasks(release.scheme, release.version, [spec.name])
    (fold,) = corpus_folds(release, own)
    evaluation_set = real.evaluation_set(spec)
    taught = replace(fold, held_out=tuple(range(len(evaluation_set.gold))))
    model = LinearClassifier(spec.labels, random_state=bootstrap.seed)
    run = run_task(spec, evaluation_set, (taught,), lambda _: model, seeds=1, bootstrap=bootstrap)
    return len(fold.train), run


def _comparisons(
    runs: Sequence[tuple[str, int, ModelRun]], n_permutations: int, bootstrap: BootstrapConfig
) -> list[dict[str, Any]]:
    """Each later version less the first on the same rows; Holm's correction is over all of them together."""
    first: dict[str, ModelRun] = {}
    pairs = []
    for version, _, run in runs:
        if run.spec.name in first:
            pairs.append((version, run, first[run.spec.name]))
        first.setdefault(run.spec.name, run)
    comparisons = compare_pairs([(ours, other) for _, ours, other in pairs], n_permutations, bootstrap)
    return [
        comparison.to_dict() | {"task": ours.spec.name, "version": version}
        for comparison, (version, ours, _) in zip(comparisons, pairs, strict=True)
    ]
