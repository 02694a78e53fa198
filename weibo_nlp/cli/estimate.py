"""``weibo-nlp estimate``: shares of labels in labelled posts, with intervals from a sample that people labelled."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from typer import Argument, Option

from weibo_nlp.cli.inputs import DateOrder, Delimiter, Encoding, FormatName, Header, Records, Sheet, reading_of
from weibo_nlp.cli.options import input_path, output_file
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.analysis.estimates import Estimates


def estimate(
    labelled: Annotated[
        Path,
        Argument(parser=input_path, metavar="labelled", help="What weibo-nlp label wrote: a file, or a folder."),
    ],
    sample: Annotated[
        Path | None,
        Argument(
            parser=input_path,
            metavar="[sample]",
            help="What weibo-nlp sample drew of it and people filled in, or what weibo-nlp annotate gold made of that; "
            "without it, shares are uncorrected and have no interval.",
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        Option(
            "--by",
            metavar="COLUMN",
            help="Estimate each group of a column as well, such as account_type, or each day, week, month, quarter or "
            "year. May be repeated: groups of each column by itself.",
        ),
    ] = None,
    joint: Annotated[
        bool, Option("--joint", help="Estimate each combination of the groups of several --by as well.")
    ] = False,
    label: Annotated[
        list[str] | None,
        Option("--label", metavar="COLUMN", help="Label column; by default all that people labelled. May be repeated."),
    ] = None,
    method: Annotated[
        list[str] | None,
        Option(
            "--method",
            metavar="[uncorrected|sample|design_based|ppi]",
            help="Give these alone: the predicted labels as they are, the sample alone, the sample post-stratified by "
            "predicted label (the estimate), or prediction-powered. May be repeated.",
        ),
    ] = None,
    confidence: Annotated[float, Option(min=0.5, max=0.999, help="Confidence level of each interval.")] = 0.95,
    output: Annotated[
        Path | None,
        Option("-o", "--output", parser=output_file, metavar="FILE", help="Write all figures here, as JSON."),
    ] = None,
    table: Annotated[
        Path | None,
        Option(
            "--table",
            parser=output_file,
            metavar="FILE",
            help="Write the shares here as a tidy table (.csv, .tsv, .jsonl, .parquet or .xlsx).",
        ),
    ] = None,
    time_column: Annotated[
        str | None, Option(help="Column with the time that periods in --by are of; by default guessed by its name.")
    ] = None,
    cluster_column: Annotated[
        str | None,
        Option(
            "--clusters",
            metavar="COLUMN",
            help="Column whose rows count as drawn together, such as the author, where rows were drawn one by one and "
            "what is said shall hold of more than these rows. Clusters that were drawn are known.",
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        Option(
            "--model",
            metavar="NAME=FOLDER",
            help="Where the model of your own lies that labelled NAME, if not where it lay: the sample must not hold "
            "what it has learnt from. May be repeated.",
        ),
    ] = None,
    cross_fitted: Annotated[
        Path | None,
        Option(
            parser=input_path,
            metavar="FILE",
            help="Table with place and label columns: predictions by models that have not learnt from that row, for a "
            "sample that was learnt from.",
        ),
    ] = None,
    allow_missing: Annotated[
        bool,
        Option("--allow-missing", help="Estimate even where more than a tenth of the sampled rows has no label."),
    ] = False,
    format: Annotated[FormatName | None, Option(help="Format of LABELLED, where its content misleads.")] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    date_order: DateOrder = None,
    header: Header = None,
    records: Records = None,
    sheet: Sheet = None,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Print no table.")] = False,
) -> None:
    """Estimate the share of every label, with its interval, in all posts, by group and over time.

    The estimate is design_based: what people said of a random sample of these very posts, post-stratified by what the
    model said of all. Beside it stand the predicted labels as they are (uncorrected, without an interval), the sample
    alone, and prediction-powered inference (ppi). An interval needs 30 labelled rows of the group, and 30 clusters
    where clusters were drawn; where it is refused, the reason is said. Groups are compared with each other, periods
    with the one before, and p-values are adjusted for all of these comparisons (Holm). Refused are samples of other
    posts, samples that no chance draws, and samples that the model was trained on.
    """
    from weibo_nlp.analysis.design import design_path
    from weibo_nlp.analysis.estimate_options import EstimateOptions
    from weibo_nlp.analysis.estimates import METHODS, EstimateMethod
    from weibo_nlp.analysis.estimation import estimate_shares
    from weibo_nlp.cli.estimate_display import print_estimates
    from weibo_nlp.cli.output import writable
    from weibo_nlp.io.collection import open_collection
    from weibo_nlp.io.suffixes import require_suffix
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.io.writers import output_format

    if output is not None:
        require_suffix(output, ".json")
    shape = None if table is None else output_format(table, "csv")
    folders = _folders(model or [])
    beside = [] if sample is None else [sample, design_path(sample)]
    if sample is not None and design_path(labelled).is_file() and not design_path(sample).is_file():
        raise UsageError(
            f"{labelled} is a sample, by {design_path(labelled).name} beside it, and {sample} has no such record; name "
            "what weibo-nlp label wrote first, and the sample after it."
        )
    writable(
        {"--output": output, "--table": table},
        inputs=[*(path for path in (labelled, *beside) if path.exists()), cross_fitted],
        closed=[*folders.values(), *([labelled] if labelled.is_dir() else [])],  # a table there would be a part of it
    )
    reading = reading_of(
        encoding=encoding, delimiter=delimiter, header=header, records=records, sheet=sheet, date_order=date_order
    )
    options = EstimateOptions(
        by=tuple(by or ()),
        joint=joint,
        labels=tuple(label or ()),
        methods=tuple(cast(EstimateMethod, name) for name in method or METHODS),
        confidence_level=confidence,
        time_column=time_column,
        cluster_column=cluster_column,
        models=folders,
        cross_fitted=cross_fitted,
        allow_missing=allow_missing,
    )
    found = estimate_shares(open_collection(labelled, format, **reading), sample, options)
    _write(found, output, table, shape)
    if not quiet:
        print_estimates(found)
    for note in found.notes:  # said even when quiet: what the intervals hold under
        print_line(f"Note: {note}", err=quiet)


def _folders(options: Sequence[str]) -> dict[str, Path]:
    from weibo_nlp.cli.own_models import own_models

    models = own_models(options)
    if asked := [name for name, model in models.items() if not isinstance(model, Path)]:
        raise UsageError(f"--model {asked[0]}: what a language model has learnt from is not known; name a folder.")
    return {name: Path(model) for name, model in models.items()}


def _write(found: Estimates, output: Path | None, table: Path | None, shape: str | None) -> None:
    from weibo_nlp.io.atomic import atomic_path
    from weibo_nlp.io.formats import OutputFormat
    from weibo_nlp.io.writers import open_writer

    with ExitStack() as files:
        if output is not None:
            found.write_into(files.enter_context(atomic_path(output)))
        if table is not None:
            writer = files.enter_context(open_writer(table, cast(OutputFormat, shape), found.columns, mark=True))
            writer.write([row.to_dict() for row in found.rows])
