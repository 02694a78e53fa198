"""The whole benchmark: every protocol on the corpus, every external set of which there is a copy, all checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from weibo_nlp._processes import require_processes
from weibo_nlp._version import __version__
from weibo_nlp.benchmark.context import context_ablation
from weibo_nlp.benchmark.errors import instructive_errors
from weibo_nlp.benchmark.robustness import robustness
from weibo_nlp.benchmark.run import (
    SEEDS,
    TARGET_PRIOR,
    ModelRun,
    Progress,
    fitting_models,
    run_corpus,
    run_external,
)
from weibo_nlp.benchmark.shortcuts import shortcut_gate
from weibo_nlp.corpus import Release, open_release
from weibo_nlp.errors import UsageError
from weibo_nlp.evaluation.annotator_baseline import release_baseline
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.comparison import compare_runs
from weibo_nlp.evaluation.results import Comparison
from weibo_nlp.io import dump_line, write_errors
from weibo_nlp.provenance import hardware
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.tasks.external import POLARITY, external_task, open_external, zero_shot_tasks
from weibo_nlp.tasks.spec import CORPUS, CORPUS_PROTOCOLS, EXTERNAL, STANDARD, ZERO_SHOT, corpus_tasks

# What sees no text cannot lean on context or be misled by an edit.
TEXTLESS = ("majority", TARGET_PRIOR)
# Sets with an official split are learnt and scored on it; sets that share a task with the corpus are scored zero-shot.
EXTERNAL_RUNS: tuple[tuple[str, str], ...] = (
    ("nlpcc2016", EXTERNAL),
    ("nlpcc2016", ZERO_SHOT),
    ("c_stance", EXTERNAL),
    ("c_stance", ZERO_SHOT),
    ("smp2020", EXTERNAL),
    (f"smp2020{POLARITY}", ZERO_SHOT),
    ("cold", EXTERNAL),
)


def benchmark_report(
    runs: Sequence[ModelRun],
    *,
    command: str,
    title: str = "weibo_nlp benchmark",
    notes: Sequence[str] = (),
    bootstrap: BootstrapConfig = DEFAULT,
) -> BenchmarkReport:
    """Put results, their paired comparisons and the circumstances together; the further checks are empty.

    Parameters
    ----------
    runs : sequence of ModelRun
        In the order in which they are to be shown.
    command, title : str
        What was called, and the heading.
    notes : sequence of str
        What to say beside the notes of the runs.
    bootstrap : BootstrapConfig
        Of the paired tests and the intervals of their differences.
    """
    versions = {run.result.provenance.corpus_version for run in runs} - {None}
    tables: dict[tuple[str, str, str], list[ModelRun]] = {}
    for run in runs:
        tables.setdefault(run.result.provenance.question, []).append(run)
    comparisons: list[Comparison] = []
    for first, *others in tables.values():
        answers = {run.model: run.predicted_indices() for run in (first, *others)}
        comparisons += compare_runs(answers, first.spec, first.evaluation_set, bootstrap=bootstrap)
    return BenchmarkReport(
        title=title,
        command=command,
        results=tuple(run.result for run in runs),
        comparisons=tuple(comparisons),
        package=__version__,
        corpus_version=versions.pop() if len(versions) == 1 else None,
        hardware=hardware(),
        notes=tuple(dict.fromkeys([*(note for run in runs for note in run.result.notes), *notes])),
    )


def with_checks(
    report: BenchmarkReport,
    release: Release,
    runs: Sequence[ModelRun],
    *,
    bootstrap: BootstrapConfig = DEFAULT,
    progress: Progress | None = None,
) -> BenchmarkReport:
    """Add what a single score does not tell: annotator baseline, context, robustness, shortcuts, errors.

    They are of the standard protocol on the corpus; runs of others are left out of them.

    Parameters
    ----------
    report : BenchmarkReport
        As `benchmark_report` made it of these runs.
    release : Release
        The corpus that was scored.
    runs : sequence of ModelRun
        With the trained models in them.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is that of all draws.
    progress : callable, optional
        Told in words what is being done.
    """
    own = [run for run in runs if _is_checked(run)]
    specs = {run.spec.name: run.spec for run in own}
    readers = [run for run in own if run.model not in TEXTLESS]
    tell = progress or (lambda text: None)
    tell("annotators against each other")
    ceiling = [row for task in specs for row in release_baseline(release, task, bootstrap=bootstrap)]
    tell("context: own text, with parent, with root, with the whole path")
    context = [row for run in readers for row in context_ablation(release, run.spec, run.model, bootstrap=bootstrap)]
    tell("robustness: every edit of the suite")
    edits = [robustness(run.trained[0], run.spec, run.evaluation_set, bootstrap=bootstrap) for run in readers]
    tell("shortcuts: models that see a single cue")
    return replace(
        report,
        ceiling=tuple(ceiling),
        context=tuple(context),
        robustness=tuple(chain.from_iterable(edits)),
        shortcuts=tuple(shortcut_gate(release, tasks=tuple(specs), bootstrap=bootstrap)),
        errors=tuple(instructive_errors(release, own)),
    )


def run_everything(
    *,
    external: Path | None = None,
    models: Sequence[str] = (),
    seeds: int = SEEDS,
    command: str = "python scripts/benchmark.py",
    bootstrap: BootstrapConfig = DEFAULT,
    progress: Progress | None = None,
    processes: int = 1,
) -> tuple[BenchmarkReport, list[ModelRun]]:
    """Run every protocol, and put all figures into one benchmark report.

    Parameters
    ----------
    external : Path, optional
        Folder that holds the user's copies of external sets; a set that is not there is noted in the report.
    models, seeds, bootstrap, progress
        As for `run.run_corpus`.
    command : str
        What was called.
    processes : int
        Tables that are worked on at a time, each in a process of its own, with a copy of the corpus and its models in
        memory. Figures are the same; seconds of training and answering are those of a busier machine, and the report
        says so. `progress` is then told of a table when it is done. Where processes are not forked (macOS, Windows),
        models added with `models.register` are unknown in them, and a script needs its ``__main__`` guard.

    Returns
    -------
    BenchmarkReport, list of ModelRun
        The report, and the runs it was made from. ``trained`` is empty but in those of the standard protocol on the
        corpus, which the checks need.

    Raises
    ------
    UsageError
        If `processes` is no number of processes.
    """
    processes = require_processes(processes)
    options: dict[str, Any] = {"seeds": seeds, "bootstrap": bootstrap}
    runs: list[ModelRun] = []
    notes = []
    for job, outcome in _outcomes(_jobs(external, models), options, progress, processes):
        if isinstance(outcome, UsageError):
            notes.append(f"{job.name}: not scored ({outcome})")
        else:
            runs += outcome
    if processes > 1:
        notes.append(f"{processes} tables were worked on at a time: seconds are not those of one alone")
    report = benchmark_report(runs, command=command, notes=notes, bootstrap=bootstrap)
    return with_checks(report, open_release(), runs, bootstrap=bootstrap, progress=progress), runs


@dataclass(frozen=True)
class _Job:
    """A call of `run_corpus` or `run_external`; `optional` where the user's copies may lack the set."""

    name: str
    run: Callable[..., list[ModelRun]]
    optional: bool = False


def _jobs(external: Path | None, models: Sequence[str]) -> list[_Job]:
    """All tables; of models that were named, each gets those that can answer it."""
    release = open_release()
    jobs = []
    for spec in corpus_tasks(release.scheme, release.version, (), CORPUS_PROTOCOLS):
        fitting = fitting_models(models, spec)
        if fitting or not models:
            run = partial(run_corpus, tasks=[spec.name], protocols=[spec.protocol], models=fitting)
            jobs.append(_Job(f"{spec.set} {spec.name} {spec.protocol}", run))
    for name, protocol in EXTERNAL_RUNS if external is not None else ():
        run = partial(_run_fitting, name, external or Path(), protocol, models)
        jobs.append(_Job(f"{name} {protocol}", run, optional=True))
    return jobs


def _run_fitting(name: str, folder: Path, protocol: str, models: Sequence[str], **options: Any) -> list[ModelRun]:
    """Run an external set with those of the named models that can answer it."""
    if models:
        external = open_external(name, folder)
        specs = [external_task(external)] if protocol == EXTERNAL else zero_shot_tasks(external, open_release())
        models = [model for model in models if any(fitting_models([model], spec) for spec in specs)]
        if not models:
            return []
    return run_external(name, folder, protocol=protocol, models=models, **options)


def _outcomes(
    jobs: Sequence[_Job], options: dict[str, Any], progress: Progress | None, processes: int
) -> Iterator[tuple[_Job, list[ModelRun] | UsageError]]:
    """Every job with its runs, in order, or why they could not be had."""
    if processes == 1:
        for job in jobs:
            yield job, _outcome(job, {**options, "progress": progress})
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed  # takes long to import, and most need none

    with ProcessPoolExecutor(min(processes, len(jobs))) as pool:
        waiting = {pool.submit(_outcome, job, options): job for job in jobs}
        try:
            for done in as_completed(waiting):
                done.result()  # one that failed ends the rest
                if progress is not None:
                    progress(f"{waiting[done].name}: done")
        finally:
            pool.shutdown(cancel_futures=True)
    for future, job in waiting.items():
        yield job, future.result()


def _outcome(job: _Job, options: dict[str, Any]) -> list[ModelRun] | UsageError:
    """Do a job; only trained models that the checks need are kept."""
    try:
        runs = job.run(**options)
    except UsageError as error:
        if not job.optional:
            raise
        return error
    return [run if _is_checked(run) else replace(run, trained=()) for run in runs]


def _is_checked(run: ModelRun) -> bool:
    return (run.spec.set, run.spec.protocol) == (CORPUS, STANDARD)


def log_external_runs(path: Path, runs: Iterable[ModelRun], *, date: str) -> int:
    """Append a line for every scored run on real texts, since what is looked at often is no longer unseen.

    Parameters
    ----------
    path : Path
        JSONL; made if it is not there.
    runs : iterable of ModelRun
        Those on the corpus are passed over.
    date : str
        ISO date of the run.

    Returns
    -------
    int
        Lines appended.
    """
    lines = [
        dump_line(
            {
                "date": date,
                "set": run.spec.set,
                "split": run.spec.test,
                "task": run.spec.name,
                "protocol": run.spec.protocol,
                "model": run.model,
                "model_version": run.result.provenance.model_version,
                "package": __version__,
                "corpus_version": run.result.provenance.corpus_version,
                "seeds": len(run.files),
                "metric": run.spec.main_metric,
                "value": round(run.result.main.value, 4),
            }
        )
        for run in runs
        if run.spec.set != CORPUS
    ]
    with write_errors(path), path.open("a", encoding="utf-8", newline="\n") as stream:
        stream.writelines(lines)
    return len(lines)
