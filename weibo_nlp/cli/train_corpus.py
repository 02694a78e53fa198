"""``weibo-nlp train --corpus``: tasks of the shipped corpus, learnt and reported on."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.cli.train_job import TRANSFORMER, TrainJob, going_on
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.training import CorpusReport, CorpusTask


def learn_corpus(job: TrainJob, wanted: Sequence[str], real: Path | None) -> int:
    """Train on tasks of the corpus, save the model, and say what it is worth on validation.

    Parameters
    ----------
    job : TrainJob
        What is trained.
    wanted : sequence of str
        Tasks; all when empty.
    real : Path or None
        Folder of the user's copies of the public sets.

    Returns
    -------
    int
        Rows with gold labels that the copies lack.
    """
    from weibo_nlp.benchmark.run import find_real_texts
    from weibo_nlp.cli.training_display import training_display
    from weibo_nlp.corpus import open_release
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.stats import BootstrapConfig
    from weibo_nlp.training import composed_tasks, real_and_composed_tasks, train_on_corpus

    release = open_release()
    tell = None if job.quiet else partial(print_line, err=True)
    if real is None:
        tasks = composed_tasks(release, wanted)
    else:
        tasks = real_and_composed_tasks(find_real_texts(release, real, tell), wanted)
    model = _untrained(job, tasks)
    if tell is not None:
        for task in tasks:
            spec, n_train, n_watched = task.spec, len(task.fold.train), len(task.watched.gold)
            tell(f"{spec.name}: {n_train:,} rows to learn from, {n_watched:,} of {spec.set} {spec.test} to stop by")
    with going_on(job), training_display(job.quiet) as display:
        trained = train_on_corpus(
            tasks,
            model,
            bootstrap=BootstrapConfig(job.resamples, job.seed),
            checkpoints=job.checkpoints,
            resume=job.resume,
            steps=display.steps,
        )
        trained.save(job.output)
    if not job.quiet:
        _print_report(trained.report, job, real)
    return max(task.watched.n_set_aside for task in tasks)


def _untrained(job: TrainJob, tasks: Sequence[CorpusTask]) -> Any:
    """The model for these tasks, with their labels."""
    if len(tasks) == 1:
        spec = tasks[0].spec
        return job.untrained(with_targets=spec.targeted).set_params(labels=spec.labels)
    if job.kind != TRANSFORMER:
        names = ", ".join(task.spec.name for task in tasks)
        raise UsageError(
            f"a {job.kind} model learns one task a folder, and there are several: {names}; name one with --tasks, or "
            "take --model transformer."
        )
    from weibo_nlp.models.transformer import MultiTaskTransformer

    return MultiTaskTransformer({task.spec.name: task.spec.labels for task in tasks}, **job.fine_tuning)


def _print_report(report: CorpusReport, job: TrainJob, real: Path | None) -> None:
    from weibo_nlp.report.display import few_units_note
    from weibo_nlp.report.markdown import HEADINGS, result_rows
    from weibo_nlp.report.terminal import print_line, print_table
    from weibo_nlp.training import card, corpus_report

    pairs = zip(report.results, report.baselines, strict=True)
    print_table(HEADINGS, result_rows([each for pair in pairs for each in pair]), figures=range(5, len(HEADINGS)))
    if note := few_units_note(result.scores.n_units for result in report.results):
        print_line(note)
    if report.run is not None:
        print_line(card.cost_line(report.run))
    for line in (*report.notes, *report.limits):
        print_line(line)
    print_line(f"Model, card and figures: {job.output}", err=True)
    print_line(f"Next: {corpus_report.use_line(report, shlex.quote(str(job.output)))}", err=True)
    model = f"{TRANSFORMER}:{job.untrained().encoder}" if job.kind == TRANSFORMER else report.results[0].model
    for command in corpus_report.benchmark_commands(report, model, real):
        print_line(f"On test, which trains anew: {command}", err=True)
