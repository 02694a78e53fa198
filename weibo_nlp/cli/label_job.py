"""``weibo-nlp label -o FOLDER/``: any number of posts as a job, which goes on where it was whatever ended it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from weibo_nlp.cli.inputs import alias_of
from weibo_nlp.cli.label_display import summarise, tell_answering, tell_unplaced
from weibo_nlp.cli.label_options import LabelOptions
from weibo_nlp.cli.options import FolderName
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.labelling import LabelledFile, Labeller
    from weibo_nlp.labelling.job_request import LabelRequest
    from weibo_nlp.labelling.jobs import JobProgress, LabelJob, LabelledJob

MOST_PROCESSES = 8
"""Unless told otherwise: each has its models in memory."""
_TOLD_EVERY = 30.0  # seconds, off a terminal


def is_job(output: Path | None) -> bool:
    """Whether an output is for a job: written as a folder's name, or a folder in which one was begun."""
    from weibo_nlp.io.job_folder import is_job_folder

    return output is not None and (isinstance(output, FolderName) or is_job_folder(output))


def label_as_job(files: Sequence[Path], options: LabelOptions) -> None:
    """Label files as one job, or go on with it.

    Raises
    ------
    UsageError, DataError, WriteError
        As :class:`weibo_nlp.labelling.jobs.LabelJob`, or if options do not go with a job.
    """
    from weibo_nlp.cli.output import writable
    from weibo_nlp.cli.own_models import files_of, own_models
    from weibo_nlp.io.job_folder import is_job_folder
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.labelling.crawls import Crawls
    from weibo_nlp.labelling.inputs import open_input
    from weibo_nlp.labelling.jobs import LabelJob

    folder = Path(options.output or "")
    _require_possible(folder, files, options)
    models = own_models(options.model or [])
    writable({}, inputs=files, closed=files_of(models), folders={"--output": folder})
    request = _request(options, models, folder)
    crawls = Crawls(files)
    labeller = request.labeller()

    def tell(line: str) -> None:
        if not options.quiet:
            print_line(line, err=True)

    @contextmanager
    def opened(file: Path) -> Iterator[Any]:
        with open_input(file, options.format, options.reading, options.wanted, alias_of(file), crawls) as given:
            how = " (guessed; --text-column names another)" if given.is_guessed else ""
            tell(f"Reading {given.table.called} as {given.read_as}; text column: {given.text}{how}")
            for unread in () if given.crawl is None else given.crawl.crawl.unread:
                print_line(f"Passed over: {unread.reason}", err=True)
            for note in given.notes:  # said even when quiet: it may not be what was meant
                print_line(f"{given.table.called}: {note}", err=True)
            yield given

    is_begun = is_job_folder(folder)
    job = LabelJob(folder, request, labeller, [(file, partial(opened, file)) for file in files], _now_and_then(tell))
    labeller.warn_of_unknown_targets()
    with _going_on(job), _progress(quiet=options.quiet) as advance:

        def told(progress: JobProgress) -> None:
            if not progress.rows_now:
                _tell_beginning(labeller, progress, is_begun, tell)
            advance(progress)

        done = job.run(_executor(options, labeller), told)
    if is_begun and not job.progress.n_units:
        tell(f"Nothing was left to do: all {done.plan.n_units:,} parts are there")
    _tell_end(done, labeller, options)
    if done.counts.rejected or done.n_unread:
        raise typer.Exit(1)


def _require_possible(folder: Path, files: Sequence[Path], options: LabelOptions) -> None:
    if options.rejects is not None:
        raise UsageError(
            "--rejects names one file, and a job sets rows aside by part, in FOLDER/_rejected; leave it out."
        )
    if options.example:
        raise UsageError("--example writes one file; name that with -o, or label files of your own as a job.")
    if options.pseudonymise and options.scheduler is not None and not options.scheduler.startswith("tls://"):
        raise UsageError(
            "--pseudonymise with --scheduler would send its secret as it is over the network; give the address of a "
            "scheduler with TLS (tls://…), or label on this machine."
        )
    real = folder.resolve()
    for file in files:
        if real in file.resolve().parents:
            raise UsageError(f"{file} lies in {folder}, which the parts of the job are written into; name another.")


def _request(options: LabelOptions, models: Any, folder: Path) -> LabelRequest:
    from weibo_nlp.labelling.job_request import ROWS_PER_PART, LabelRequest
    from weibo_nlp.privacy.secret import load_secret

    reading = options.reading if options.format is None else {"format": options.format, **options.reading}
    return LabelRequest(
        models=models,
        settings=options.settings,
        send_raw=options.send_raw,
        concurrency=options.concurrency,
        reading=reading,
        wanted=options.wanted,
        to=options.to or "parquet",
        rows_per_part=options.rows_per_part or ROWS_PER_PART,
        raw_cells=options.raw_cells,
        secret=load_secret(options.secret, apart_from=[folder]) if options.pseudonymise else None,
    )


def _executor(options: LabelOptions, labeller: Labeller) -> Any:
    from weibo_nlp.labelling.workers import Here, LocalProcesses

    if options.scheduler is not None:
        return _dask_workers(options.scheduler)
    n_processes = options.jobs
    if n_processes is None:
        # Who is asked waits for an answer rather than for a core, and --concurrency is meant for all of it.
        n_processes = 1 if labeller.language_models else min(_cores(), MOST_PROCESSES)
    if options.dask:
        return _dask_workers(n_processes)
    return Here(labeller) if n_processes == 1 else LocalProcesses(n_processes)


def _dask_workers(workers: int | str) -> Any:
    from weibo_nlp.labelling.dask_workers import DaskWorkers

    return DaskWorkers(workers)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _now_and_then(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Pass lines on, but for counts that go up, of which one is told now and then."""
    told = time.monotonic()

    def given(line: str) -> None:
        nonlocal told
        if not line.endswith(" rows") or time.monotonic() - told > _TOLD_EVERY:
            told = time.monotonic()
            tell(line)

    return given


def _tell_beginning(labeller: Labeller, progress: JobProgress, is_begun: bool, tell: Callable[[str], None]) -> None:
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.labelling.endpoints import host_sentences

    if is_begun:
        tell(f"Going on: {progress.n_done:,} of {progress.n_units:,} parts are done")
    if labeller.language_models:  # said even when quiet
        for sentence in host_sentences(labeller.language_models, progress.n_rows - progress.rows_done):
            print_line(sentence, err=True)


@contextmanager
def _going_on(job: LabelJob) -> Iterator[None]:
    """Say, where a job is left unfinished, how much of it is done; also when quiet."""
    from weibo_nlp.io.terminal import print_line

    try:
        yield
    except UsageError:
        raise
    except BaseException:
        if (progress := job.progress).n_units:
            print_line(
                f"{progress.n_done:,} of {progress.n_units:,} parts done; the same command goes on with {job.folder}",
                err=True,
            )
        raise


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[JobProgress], None]]:
    """Show how far a job has come: a bar on a terminal, elsewhere a line now and then."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from weibo_nlp.io.terminal import print_line, terminal_console

    console = terminal_console(err=True, quiet=quiet)
    is_bar = console.is_terminal and not quiet
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    told = time.monotonic()
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not is_bar, transient=True) as bar:
        work = bar.add_task("Labelling", total=None, rate="")

        def advance(progress: JobProgress) -> None:
            nonlocal told
            bar.update(work, total=progress.n_rows, completed=progress.rows_done, rate=_rate(progress))
            if is_bar or quiet or time.monotonic() - told < _TOLD_EVERY:
                return
            told = time.monotonic()
            print_line(
                f"{progress.n_done:,} of {progress.n_units:,} parts, {progress.rows_done:,} of {progress.n_rows:,} "
                f"rows{_rate(progress)}",
                err=True,
            )

        yield advance


def _rate(progress: JobProgress) -> str:
    if progress.rate is None or progress.seconds_left is None:
        return ""
    return f", {progress.rate:,.0f} rows/s, {_duration(progress.seconds_left)} left"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{round(seconds)} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"


def _tell_end(done: LabelledJob, labeller: Labeller, options: LabelOptions) -> None:
    from weibo_nlp.io.job_folder import SUMMARY
    from weibo_nlp.io.terminal import print_line

    labelled = _as_file(done, labeller)
    summarise(labelled, done.counts.first_places, options.quiet)
    if not options.quiet:
        for line in labelled.summary.lines():
            print_line(line, err=True)
        print_line(f"Summary: {done.folder.folder / SUMMARY}", err=True)
    tell_unplaced(labelled)
    with_parents = [each for each in done.plan.inputs if each.parent is not None]
    if with_parents and (not with_parents[0].are_posts or labelled.answering):
        tell_answering(labelled, labeller, with_parents[0].parent, with_parents[0].id, options.quiet)
    for each in done.plan.inputs:
        if each.n_unread:
            print_line(
                f"{each.n_unread:,} records of {each.called} could not be read; weibo-nlp import says which", err=True
            )


def _as_file(done: LabelledJob, labeller: Labeller) -> LabelledFile:
    """What a job came to, told as of a file."""
    from weibo_nlp.io.job_folder import REJECTED, SUMMARY
    from weibo_nlp.labelling import LabelledFile
    from weibo_nlp.labelling.files import renamed_columns

    counts, folder = done.counts, done.folder.folder
    return LabelledFile(
        folder,
        counts.rows,
        counts.rejected,
        counts.reasons,
        folder / REJECTED if counts.rejected else None,
        counts.summary,
        folder / SUMMARY,
        renamed=renamed_columns(done.plan.input_columns, labeller.columns),
        swallowing=counts.swallowing,
        answering=counts.answering,
        missing_parents=counts.missing_parents,
        doubled_ids=done.doubled_ids,
        html=counts.html,
        below_min_score=counts.below_min_score,
        replaced=counts.replaced,
        left_out=done.left_out,
        unplaced=counts.unplaced,
    )
