"""``weibo-nlp label`` of one file: its rows with labels in another file, which appears when all is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from weibo_nlp.cli.inputs import alias_of
from weibo_nlp.cli.label_display import places_in, print_first_rows, summarise, tell_answering, tell_unplaced
from weibo_nlp.cli.label_options import LabelOptions
from weibo_nlp.cli.label_outputs import default_output, example_output, named, require_own
from weibo_nlp.cli.options import output_file

if TYPE_CHECKING:
    from weibo_nlp.labelling.crawls import Crawls
    from weibo_nlp.labelling.inputs import LabelInput
    from weibo_nlp.privacy.protection import Protection
    from weibo_nlp.privacy.secret import Secret


def label_one(
    path: Path | None, options: LabelOptions, crawls: Crawls | None = None, protection: Protection | None = None
) -> None:
    """Label a file, or where none is named the example.

    Parameters
    ----------
    path, options
        What is asked.
    crawls : Crawls, optional
        Of several files of one run, what is known of all of them.
    protection : Protection, optional
        Of several files of one run, what knows who is named in any of them.

    Raises
    ------
    UsageError, DataError, WriteError
        As what it calls.
    """
    from weibo_nlp import _resources
    from weibo_nlp.labelling.inputs import open_input

    output = None if options.output is None else output_file(options.output)
    source = _resources.example_path() if path is None else path
    opening = open_input(source, options.format, options.reading, options.wanted, alias_of(source), crawls)
    with opening as given:
        _label_opened(source, given, output, options, protection)


def learn_from(files: Sequence[Path], options: LabelOptions, crawls: Crawls, secret: Secret) -> Protection:
    """Return what takes people out of several files, when all of them have been read for who is named in them."""
    from weibo_nlp.labelling.columns import input_columns
    from weibo_nlp.labelling.files import learn_people, rows_under
    from weibo_nlp.labelling.inputs import open_input
    from weibo_nlp.privacy.protection import Protection
    from weibo_nlp.privacy.pseudonyms import Pseudonyms

    html = options.settings["html"]
    protection = Protection(Pseudonyms(secret), html=html)
    for file in files:
        with open_input(file, options.format, options.reading, options.wanted, alias_of(file), crawls) as given:
            texts = given.texts(html)
            learn_people(given.table, rows_under(protection, input_columns(given.table, texts), texts))
    return protection


def _label_opened(
    path: Path, given: LabelInput, output: Path | None, options: LabelOptions, protection: Protection | None
) -> None:
    from weibo_nlp.cli.output import writable
    from weibo_nlp.cli.own_models import files_of, own_models
    from weibo_nlp.cli.plans import print_plans
    from weibo_nlp.io.destination import destination_of
    from weibo_nlp.io.formats import output_of
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.io.writers import output_format
    from weibo_nlp.labelling import Labeller, label_file
    from weibo_nlp.labelling.columns import input_columns
    from weibo_nlp.labelling.endpoints import host_sentences, with_language_models
    from weibo_nlp.labelling.plans import plans
    from weibo_nlp.labelling.summary import OUT_OF_DOMAIN

    table, crawl, quiet = given.table, given.crawl, options.quiet
    models = own_models(options.model or [])
    unnamed = output is None
    if output is None:
        output = example_output(path) if options.example else default_output(path, table.format)
    result = named(output)
    aside = None if options.rejects is None else named(options.rejects)
    shape = output_format(result, output_of(table.format))
    writable({"--output": result, "--rejects": aside}, inputs=[path], closed=files_of(models))
    loaded = with_language_models(
        models, send_raw=options.send_raw, concurrency=options.concurrency, dry_run=options.dry_run
    )
    if options.dry_run:
        planned = plans(table, loaded, options.settings, given.columns)
        print_plans(planned, options.price_in, options.price_out, by_topic=not options.target)
        return
    beside = [result, *([aside] if aside is not None else [])]
    key = _secret(options.secret, beside) if options.pseudonymise else None
    labeller = Labeller(loaded, **options.settings)
    if unnamed:
        require_own(result, labeller, lambda: input_columns(table, given.texts(labeller.html)))
    if not quiet:
        if not result.suffix and destination_of(result).file is not None:
            print_line(f"{result} has no suffix of a format; it is written as {shape}", err=True)
        how = " (guessed; --text-column names another)" if given.is_guessed else ""
        print_line(f"Reading {table.called} as {given.read_as}; text column: {given.text}{how}", err=True)
    for unread in () if crawl is None else crawl.crawl.unread:
        print_line(f"Passed over: {unread.reason}", err=True)
    for note in given.notes:  # said even when quiet: it may not be what was meant
        print_line(f"{table.called}: {note}", err=True)
    threads = None
    if given.has_threads_of_crawl and labeller.reading_parents:
        if not quiet:
            print_line(f"Putting the threads of {table.called} together", err=True)
        threads = given.crawl_threads()
    labeller.warn_of_unknown_targets()  # here, for a line of text would break a bar of progress
    if labeller.language_models:  # said even when quiet
        for sentence in host_sentences(labeller.language_models, sum(1 for _ in table.rows())):
            print_line(sentence, err=True)
    with _progress(given, is_encoding=labeller.is_encoding, quiet=quiet) as advance:
        labelled = label_file(
            table,
            result,
            labeller,
            **given.columns,  # type: ignore[arg-type]
            rejects=aside,
            raw_cells=options.raw_cells,
            are_posts=crawl is not None,
            crawl_threads=threads,
            advance=advance,
            secret=key,
            protection=protection,
        )
    if options.example and not quiet and destination_of(result).file is not None:
        # Whether a target is known, and a text like those learnt from, is said once for all of them.
        said = {OUT_OF_DOMAIN, *(slot.known for slot in labeller.slots)}
        shown = [name for name, kind in labeller.columns.items() if kind != "float" and name not in said]
        print_first_rows(result, [given.text, *shown])
    summarise(labelled, places_in(labelled, table.called), quiet)
    if not quiet:
        for line in labelled.summary.lines():
            print_line(line, err=True)
        if labelled.summary_file is not None:
            print_line(f"Summary: {labelled.summary_file}", err=True)
    tell_unplaced(labelled)
    if crawl is None or labelled.answering:  # of a crawl nobody named a column of what is answered
        tell_answering(labelled, labeller, given.parent, given.id, quiet)
    if n_unread := given.n_unread:
        print_line(f"{n_unread:,} records of {table.called} could not be read; weibo-nlp import says which", err=True)
    if labelled.rejected or n_unread or (crawl is not None and crawl.crawl.unread):
        raise typer.Exit(1)


@contextmanager
def _progress(given: LabelInput, *, is_encoding: bool, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar of progress on a terminal; give what is told of records that are done."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from weibo_nlp.io.terminal import terminal_console

    console = terminal_console(err=True, quiet=quiet)
    bars: list[ProgressColumn] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    # Off a terminal the bar would fill log files with control characters.
    is_shown = console.is_terminal and not quiet
    total = None
    if is_encoding and is_shown:
        total = sum(1 for _ in given.table.rows())  # a moment beside what encoding takes
        bars += [TextColumn("{task.fields[rate]}"), TimeRemainingColumn()]
    with Progress(*bars, TimeElapsedColumn(), console=console, disable=not is_shown, transient=True) as progress:
        work = progress.add_task("Labelling", total=total, rate="")

        def advance(count: int) -> None:
            progress.advance(work, count)
            speed = progress.tasks[0].speed
            progress.update(work, rate="" if speed is None else f"{speed:,.0f} texts/s")

        yield advance


def _secret(path: Path | None, outputs: Sequence[Path]) -> Secret:
    from weibo_nlp.io.destination import destination_of
    from weibo_nlp.privacy.secret import load_secret

    return load_secret(path, beside=[output for output in outputs if destination_of(output).file is not None])
