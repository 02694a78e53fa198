"""``weibo-nlp sample``: a random sample of labelled posts, as a table that a person fills in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from weibo_nlp.cli.inputs import DateOrder, Delimiter, Encoding, FormatName, Header, Records, Sheet, reading_of
from weibo_nlp.cli.options import input_path, output_file
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.io.collection import Collection

MAX_SEED = 2**63 - 1


def sample(
    labelled: Annotated[
        Path,
        Argument(parser=input_path, metavar="labelled", help="What weibo-nlp label wrote: a file, or a folder."),
    ],
    n: Annotated[int | None, Option("-n", min=1, max=20_000, help="Rows to draw; with --clusters, on average.")] = None,
    output: Annotated[
        Path | None,
        Option(
            "-o",
            "--output",
            parser=output_file,
            metavar="SAMPLE",
            help="Table to be filled in (.xlsx, .csv, .tsv, .jsonl or .parquet); how it was drawn is written to "
            "SAMPLE.design.json, which belongs to it.",
        ),
    ] = None,
    label: Annotated[
        list[str] | None,
        Option(
            "--label",
            metavar="COLUMN",
            help="Label column that people are asked about, such as topic; by default all. May be repeated.",
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        Option(
            "--by",
            metavar="COLUMN",
            help="Draw a fixed number from each stratum: each value of a column, such as topic or account_type, or "
            "each day, week, month, quarter or year. May be repeated; strata are then the combinations.",
        ),
    ] = None,
    allocation: Annotated[
        Literal["proportional", "equal", "neyman"],
        Option(
            help="How many rows each stratum gets: in proportion to its size; as many each; or more where the scores "
            "say that labels differ (Neyman)."
        ),
    ] = "proportional",
    clusters: Annotated[
        str | None,
        Option(
            metavar="COLUMN",
            help="Draw clusters, and rows of these: thread, author or another column. Threads are found by ids where "
            "there is no such column.",
        ),
    ] = None,
    per_cluster: Annotated[
        int | None,
        Option(
            min=1,
            help="Rows of each cluster that is drawn, which are then drawn with chances in proportion to their size; "
            "by default all of its rows.",
        ),
    ] = None,
    seed: Annotated[
        int, Option(min=0, max=MAX_SEED, help="Which of the possible samples; the same one on every machine.")
    ] = 0,
    plan: Annotated[
        bool,
        Option(
            "--plan",
            help="Draw nothing: print how narrow intervals samples of 100 to 1,000 rows can be expected to make.",
        ),
    ] = False,
    accuracy: Annotated[
        float, Option(min=0.01, max=1, help="For --plan: share of texts whose label the model is assumed to tell.")
    ] = 0.8,
    icc: Annotated[
        float,
        Option(min=0, max=1, help="For --plan with --clusters: how alike labels of a cluster are assumed to be."),
    ] = 0.1,
    confidence: Annotated[
        float, Option(min=0.5, max=0.999, help="For --plan: confidence level of the intervals.")
    ] = 0.95,
    text_column: Annotated[str | None, Option(help="Column with the text; by default guessed by its name.")] = None,
    time_column: Annotated[
        str | None, Option(help="Column with the time that periods in --by are of; by default guessed by its name.")
    ] = None,
    id_column: Annotated[
        str | None, Option(help="Column with the id of a row, shown in the sample; by default id, if there is one.")
    ] = None,
    parent_column: Annotated[
        str | None,
        Option(
            help="Column with the id of what a row answers: texts above are shown in the sample. By default that of "
            "weibo-nlp import."
        ),
    ] = None,
    format: Annotated[FormatName | None, Option(help="Format of the input, where its content misleads.")] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    date_order: DateOrder = None,
    header: Header = None,
    records: Records = None,
    sheet: Sheet = None,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing of what was drawn.")] = False,
) -> None:
    """Draw a random sample of labelled posts for people to label, or plan one.

    SAMPLE has a row for each post, in random order: place (its row in LABELLED, from 0), its id, texts above it, the
    text, and an empty column gold_<label column> for each label column, to be filled in. What the model said does not
    show, but for the target that a stance is about. Every row of LABELLED can be drawn, those out of domain as well,
    as shares are shares of all labelled rows; what weibo-nlp label set aside is not among them. Strata with fewer than
    two rows to be drawn are put together, and named. A sample that people have begun to fill in is never replaced.
    """
    from weibo_nlp.analysis.label_columns import label_columns
    from weibo_nlp.analysis.sample_sheet import require_unlabelled, write_sample
    from weibo_nlp.analysis.sampling import draw_sample
    from weibo_nlp.cli.sample_display import cautions, print_plan, sentences
    from weibo_nlp.io.collection import open_collection
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.io.writers import output_compression, output_format

    reading = reading_of(
        encoding=encoding, delimiter=delimiter, header=header, records=records, sheet=sheet, date_order=date_order
    )
    if plan and output is not None:
        raise UsageError("--plan draws nothing, so there is nothing to be written with -o; leave one of them out.")
    if per_cluster is not None and clusters is None:
        raise UsageError("--per-cluster says how many rows of each cluster are drawn; name --clusters as well.")
    if plan:
        collection = open_collection(labelled, format, **reading)
        asked = label_columns(collection, label or ())
        effect = _alike(collection, clusters, per_cluster, (id_column, parent_column))
        print_plan(collection, asked, n, accuracy, effect, icc if clusters else 0.0, confidence)
        return
    if n is None or output is None:
        raise UsageError("-n (how many rows) and -o (where to) are needed to draw a sample; or look at --plan first.")
    _require_place(output, labelled)
    if output_compression(output) is not None:
        raise UsageError(f"cannot write {output} packed, as people fill it in; leave out {output.suffix}.")
    shape = output_format(output, "csv")
    require_unlabelled(output)
    collection = open_collection(labelled, format, **reading)
    asked = label_columns(collection, label or ())
    design = draw_sample(
        collection,
        n,
        seed=seed,
        labels=label or (),
        by=by or (),
        allocation=allocation,
        clusters=clusters,
        per_cluster=per_cluster,
        text_column=text_column,
        time_column=time_column,
        id_column=id_column,
        parent_column=parent_column,
    )
    write_sample(output, shape, collection, design, asked)
    if not quiet:
        for line in sentences(design, output, n, _n_out_of_domain(collection)):
            print_line(line, err=True)
    for line in cautions(design):  # said even when quiet: it may not be what was meant
        print_line(line, err=True)


def _require_place(output: Path, labelled: Path) -> None:
    from weibo_nlp.analysis.design import design_path
    from weibo_nlp.cli.output import writable
    from weibo_nlp.io.destination import destination_of

    if str(output) == "-" or destination_of(output).file is None:
        raise UsageError(f"{output} is no file, and how a sample was drawn lies beside it; name a file with -o.")
    if labelled.exists():
        closed = [labelled] if labelled.is_dir() else []  # a table added to a folder would be a part of it
        writable({"-o": output, "the design beside -o": design_path(output)}, inputs=[labelled], closed=closed)


def _alike(
    collection: Collection, clusters: str | None, per_cluster: int | None, ids: tuple[str | None, str | None]
) -> float:
    """Rows of its own cluster that a row of the sample has on average."""
    if clusters is None:
        return 1.0
    import numpy as np

    from weibo_nlp.analysis.precision import rows_per_cluster
    from weibo_nlp.analysis.sampling import sample_columns
    from weibo_nlp.analysis.strata import cluster_names

    columns = sample_columns(collection, (), next(iter(collection.columns)), *ids)
    names = cluster_names(collection, clusters, columns.id, columns.parent)
    return rows_per_cluster(np.unique(np.array(names), return_counts=True)[1], per_cluster)


def _n_out_of_domain(collection: Collection) -> int:
    from weibo_nlp.analysis.labels import label_text
    from weibo_nlp.labelling.summary import OUT_OF_DOMAIN

    if OUT_OF_DOMAIN not in collection.columns:
        return 0
    return sum(label_text(row[OUT_OF_DOMAIN]) == "true" for row in collection.rows([OUT_OF_DOMAIN]))
