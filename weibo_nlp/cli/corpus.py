"""``weibo-nlp corpus``: check and extend a corpus, and join its judgements on public texts with a user's copies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from weibo_nlp.cli.options import group, input_path, output_file
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.external.hydration import Hydrated, SetReport, Unread
    from weibo_nlp.io.formats import OutputFormat

SHOWN_FILES = 10

corpus = group()


@corpus.command()
def check(
    path: Annotated[
        Path | None,
        Argument(
            parser=input_path,
            metavar="path",
            help="A clone with corpus/ and annotations/, or a release folder. Default: the shipped release.",
        ),
    ] = None,
    texts: Annotated[
        Path | None,
        Option(
            parser=input_path,
            metavar="PATH",
            help="Your copies of the texts that are judged and not shipped, to find pieces of them in a clone's files.",
        ),
    ] = None,
) -> None:
    """Check a corpus; print each breach as file:line: [level rule] sentence.

    In a clone all levels are checked: form, scheme, references, splits and duplicates, released = rebuilt, and texts
    that are not shipped. A release alone is checked against its manifest, its schema and its label scheme. After a
    breach the exit code is 3.
    """
    from weibo_nlp import _resources
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.release.integrity import validate_release
    from weibo_nlp.release.validate import validate

    folder = (path or _resources.corpus_dir()).resolve()
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; name a clone with corpus/ and annotations/, or a release.")
    if path is None and (folder.parent / "annotations" / "scheme.yaml").exists():
        folder = folder.parent
    if (folder / "annotations" / "scheme.yaml").exists():
        problems = validate(folder, texts)
    elif (folder / "manifest.json").exists() and texts is not None:
        raise UsageError(f"{folder} is a release; --texts is for a clone, whose files could hold what is not shipped.")
    elif (folder / "manifest.json").exists():
        problems = validate_release(folder)
    else:
        raise UsageError(f"{folder}: neither annotations/scheme.yaml nor manifest.json; name a clone or a release.")
    for problem in problems:
        print_line(problem.shown(folder))
    if problems:
        print_line(f"{len(problems)} problems", err=True)
        raise typer.Exit(3)
    print_line(f"{folder}: all rules hold")


@corpus.command()
def hydrate(
    folder: Annotated[
        Path,
        Argument(
            parser=input_path,
            metavar="folder",
            help="Folder with your copies of the published sets; or a list of texts: JSONL, CSV or Parquet with a "
            "column text.",
        ),
    ],
    output: Annotated[
        Path,
        Option(
            "-o", "--output", parser=output_file, metavar="PATH", help="File for the rows: Parquet, CSV, TSV or JSONL."
        ),
    ],
    version: Annotated[
        str | None, Option(metavar="VERSION", help="Version of the corpus; by default the newest.")
    ] = None,
    split: Annotated[
        str | None, Option(metavar="SPLIT", help="One of train, validation and test; by default all of them.")
    ] = None,
) -> None:
    """Join the judgements on public texts, which are shipped without them, with your own copies.

    Texts are found by their keys, in the layouts in which the sets are published and in bare lists of texts. For each
    set it is told how many were found and how many are missing, and where to get the set; nothing is downloaded, and
    OUTPUT is all that is written. Lists and records in a row are JSON in it. If texts are missing, the exit code is 1.
    """
    from weibo_nlp.cli.output import writable
    from weibo_nlp.external.hydration import hydrate as join_texts
    from weibo_nlp.io.destination import destination_of
    from weibo_nlp.io.terminal import print_line, terminal_console
    from weibo_nlp.io.writers import output_format

    shape = output_format(output, "parquet")
    # Nothing is added to the folder: read the next time, the result would be a list of texts.
    writable({"--output": output}, inputs=[folder], closed=[folder] if folder.is_dir() else [])
    console = terminal_console(err=True)
    # Off a terminal it would fill log files with control characters.
    with console.status("Reading") if console.is_terminal else nullcontext():
        joined = join_texts(folder, version=version, split=split)
    # Where the rows go to standard output, nothing else does.
    _print_report(joined.report, err=destination_of(output).file is None)
    _tell_unread(joined.unread)
    _tell_missing(joined.report)
    if not joined.rows:
        raise UsageError(f"{folder}: no text of the corpus was found; nothing is written. Name the folder of copies.")
    _write_rows(joined, output, shape)
    print_line(f"{len(joined.rows):,} rows with their texts: {output}", err=True)
    if joined.missing:
        raise typer.Exit(1)


@corpus.command("new-event")
def new_event(
    name: Annotated[str, Argument(metavar="name", help="Id of the event, as train-barrier-ban.")],
    topic: Annotated[str, Option(metavar="TOPIC", help="Topic of the label scheme.")],
    near: Annotated[
        str | None, Option(metavar="TOPIC", help="For topic other: the topic whose words the event borrows.")
    ] = None,
    target: Annotated[
        list[str] | None,
        Option(
            "--target",
            metavar="ID",
            help="Own stance target of the event, may be repeated; by default one of the event's name, for topic other "
            "none.",
        ),
    ] = None,
    root: Annotated[
        Path, Option(parser=input_path, metavar="FOLDER", help="Clone with corpus/ and annotations/; by default here.")
    ] = Path(),
) -> None:
    """Lay out a new event in a clone: entries in the registers, and an empty file for its texts.

    What is to be said in them is marked, and weibo-nlp corpus check names each place that is left. Comments and other
    entries of the registers stay as they are.
    """
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.release.new_event import lay_out_event

    if not (root / "annotations" / "scheme.yaml").is_file():
        raise UsageError(f"{root}: no annotations/scheme.yaml in it; name a clone of the corpus with --root.")
    for path in lay_out_event(root, name, topic, near=near, targets=target or None):
        print_line(f"{path}")
    print_line(f"weibo-nlp corpus check {root} names what is left to be filled in", err=True)


def _write_rows(joined: Hydrated, output: Path, shape: OutputFormat) -> None:
    from weibo_nlp.io import open_writer
    from weibo_nlp.io.column_types import column_type, value_kind

    types = {name: column_type({value_kind(row.get(name)) for row in joined.rows}) for name in joined.columns}
    with open_writer(output, shape, types) as writer:
        writer.write(joined.rows)


def _print_report(report: Sequence[SetReport], *, err: bool) -> None:
    from weibo_nlp.report.terminal import print_table

    headings = ("set", "texts", "published", "listed", "missing", "withdrawn")
    counts = [(part.n, part.published, part.listed, part.missing, part.withdrawn) for part in report]
    rows = [(part.name, *map(_count, row)) for part, row in zip(report, counts, strict=True)]
    rows.append(("all", *map(_count, map(sum, zip(*counts, strict=True)))))
    print_table(headings, rows, figures=range(1, len(headings)), err=err)


def _count(number: Any) -> str:
    return f"{number:,}"


def _tell_unread(unread: Sequence[Unread]) -> None:
    from weibo_nlp.io.terminal import print_line

    for item in unread[:SHOWN_FILES]:
        where = f"{item.path}:{item.line}" if item.line else f"{item.path}"
        print_line(f"{where}: {item.reason}{f' ({item.rows:,} rows)' if item.rows else ''}", err=True)
    if unread:
        more = f", {len(unread) - SHOWN_FILES:,} of them not shown" if len(unread) > SHOWN_FILES else ""
        print_line(f"{len(unread):,} files could not be read, or not all of them{more}", err=True)


def _tell_missing(report: Sequence[SetReport]) -> None:
    """Say of each source that lacks texts where it is published, on which terms, and which files are looked for."""
    from weibo_nlp.external.real_sets import REAL_SETS
    from weibo_nlp.io.terminal import print_line

    for part in report:
        if not part.missing:
            continue
        line = f"{part.missing:,} texts of {part.name} are missing"
        if (known := REAL_SETS.get(part.name)) is not None:
            source = known.source
            line += f"; {source.name}: {source.published}. Terms: {source.terms}. Looked for: {known.layout}"
        print_line(line, err=True)
