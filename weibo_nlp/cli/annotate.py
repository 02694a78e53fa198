"""``weibo-nlp annotate``: a campaign of annotators over any texts, from blind sheets to gold labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from weibo_nlp.cli.options import MAX_SEED, JsonFile, Resamples, Seed, group, input_path, output_file, output_folder
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.annotation.documents import DocumentSource
    from weibo_nlp.io.validation import Problem

_Folder = Annotated[Path, Argument(parser=input_path, metavar="folder", help="The campaign.")]
_Texts = Annotated[
    Path | None,
    Option(
        parser=input_path,
        metavar="FOLDER",
        help="Your copies of the published sets, where the campaign holds keys and no texts.",
    ),
]
_Skip = Annotated[
    bool, Option("--skip-faulty", help="Set rows with faults aside and keep the others. By default nothing is kept.")
]
_Replace = Annotated[bool, Option("--replace", help="Let this stand in the place of what is there already.")]

annotate = group()


@annotate.command()
def new(
    folder: Annotated[Path, Argument(parser=output_folder, metavar="folder", help="Where the campaign goes.")],
    annotators: Annotated[
        list[str],
        Option("--annotator", metavar="NAME", help="Who judges; name two at least. A model is called model:NAME."),
    ],
    documents: Annotated[
        Path | None,
        Option(
            parser=input_path,
            metavar="PATH",
            help="Texts to be judged: a table, a sample with its design beside it, documents.parquet of import, or "
            "keys of the corpus's texts that are not shipped.",
        ),
    ] = None,
    corpus: Annotated[
        Path | None,
        Option(parser=input_path, metavar="CLONE", help="Threads of the corpus, of the events named with --event."),
    ] = None,
    events: Annotated[list[str] | None, Option("--event", metavar="ID", help="Event in the clone's register.")] = None,
    tasks: Annotated[
        list[str] | None,
        Option(
            "--task",
            metavar="TASK",
            help="topic, sentiment, irony, needs_context, frames; stance=TARGET or stance=canonical, and stance alone "
            "for targets in a column stance_target; NAME=LABEL|LABEL for a category of your own, or a YAML file with a "
            "codebook. Of a sample, by default what it was drawn for.",
        ),
    ] = None,
    overlap: Annotated[
        str,
        Option(
            metavar="all|N",
            help="All texts are judged by all annotators; or N of them, in whole threads, and the others by one each.",
        ),
    ] = "all",
    rule: Annotated[
        str,
        Option(
            metavar="RULE",
            help="Labels that hold without adjudication: unanimous, or those of a majority of annotators.",
        ),
    ] = "unanimous",
    guideline: Annotated[
        str | None,
        Option(
            metavar="VERSION", help="Version of the guideline that annotators read, where it is not the sheets' own."
        ),
    ] = None,
    lang: Annotated[str, Option(metavar="zh|en", help="Language of the sheets.")] = "zh",
    seed: Annotated[int, Option(min=0, max=MAX_SEED, help="Random seed of the orders, and of what all judge.")] = 0,
    text_column: Annotated[str | None, Option(metavar="NAME", help="Column of the texts.")] = None,
    id_column: Annotated[str | None, Option(metavar="NAME", help="Column of the ids.")] = None,
    parent_column: Annotated[
        str | None, Option(metavar="NAME", help="Column with the id of what a text answers.")
    ] = None,
) -> None:
    """Set up a campaign: what is judged, on what, by whom; every annotator in another order, under neutral numbers."""
    from weibo_nlp.annotation import new_campaign
    from weibo_nlp.annotation.document_tables import read_documents
    from weibo_nlp.io.terminal import print_line

    if (documents is None) == (corpus is None):
        raise UsageError("name what is to be judged, either with --documents or with --corpus and --event.")
    if documents is not None:
        source = read_documents(documents, text_column=text_column, id_column=id_column, parent_column=parent_column)
    else:
        source = _of_corpus(corpus, events or ())
    campaign = new_campaign(
        folder,
        source,
        tasks or (["topic", "sentiment", "irony", "needs_context", "frames", "stance"] if corpus is not None else ()),
        annotators,
        overlap=_overlap(overlap),
        rule=rule,  # type: ignore[arg-type]  # refused there if it is none
        language=lang,  # type: ignore[arg-type]
        seed=seed,
        guideline=guideline,
    )
    settings = campaign.settings
    n, n_threads = settings.documents.n, len({each.thread or each.id for each in campaign.documents.values()})
    asked = ", ".join(question.name for question in campaign.questions)
    print_line(f"{folder}: {n:,} texts in {n_threads:,} threads, asked for {asked}")
    for reason, count in (source.set_aside or {}).items():
        print_line(f"{count:,} rows set aside: {reason}", err=True)
    for each in settings.annotators:
        print_line(f"{each.name}: {len(campaign.keys[each.name].numbers):,} texts")
    print_line(f"Next: weibo-nlp annotate export {folder} --to xlsx")
    if source.set_aside:
        raise typer.Exit(1)


@annotate.command()
def export(
    folder: _Folder,
    to: Annotated[
        str, Option("--to", metavar="FORMAT", help="xlsx, csv, label-studio, doccano, potato, or jsonl for a program.")
    ],
    annotator: Annotated[str | None, Option(metavar="NAME", help="Whose sheet; by default everybody's.")] = None,
    suggestions: Annotated[
        Path | None,
        Option(
            parser=input_path,
            metavar="LABELLED",
            help="Show these labels beforehand. Whoever sees them agrees with them more than a blind reader does.",
        ),
    ] = None,
    texts: _Texts = None,
    per_sheet: Annotated[int | None, Option(min=1, metavar="N", help="Texts of a sheet, at most.")] = None,
    shared: Annotated[
        bool, Option("--shared", help="One sheet for a project of a program in which all annotators meet.")
    ] = False,
    replace: _Replace = False,
) -> None:
    """Write the sheets that annotators fill in, into the campaign's folder sheets."""
    from weibo_nlp.annotation import export_sheets, open_campaign
    from weibo_nlp.annotation.campaign import CODEBOOK
    from weibo_nlp.annotation.labelled import read_labelled
    from weibo_nlp.annotation.sheet_export import format_called
    from weibo_nlp.io.terminal import print_line

    campaign, shape = open_campaign(folder), format_called(to)
    labels = None
    if suggestions is not None:
        labels, problems = read_labelled(campaign, suggestions)
        _leave_if_faulty(problems)
    files = export_sheets(
        campaign,
        shape,
        annotator=annotator,
        texts=texts,
        suggestions=labels,
        per_sheet=per_sheet,
        shared=shared,
        replace=replace,
    )
    for path in files:
        print_line(str(path))
    if (campaign.folder / CODEBOOK).exists():
        print_line(f"Rules for annotators: {campaign.folder / CODEBOOK}", err=True)


@annotate.command("import")
def import_(
    folder: _Folder,
    files: Annotated[
        list[Path], Argument(parser=input_path, metavar="files", help="Sheets that were filled in, or exports.")
    ],
    annotator: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="Who filled them in; by default whoever their numbers were dealt to. model:NAME, or intention for the "
            "author, brings in a labelled file, which is compared and never decides.",
        ),
    ] = None,
    format: Annotated[
        str | None,
        Option("--from", metavar="FORMAT", help="Format, where the file does not tell; labelled for a labelled file."),
    ] = None,
    who: Annotated[
        list[str] | None,
        Option(metavar="CALLED=NAME", help="What a program calls an annotator, as an address, and the annotator."),
    ] = None,
    texts: _Texts = None,
    skip_faulty: _Skip = False,
    replace: _Replace = False,
) -> None:
    """Read answers back. Every fault is named by file, sheet, row and column.

    Of a file with faults nothing is kept, and the exit code is 3; with --skip-faulty its other rows are, and it is 1.
    """
    from weibo_nlp.annotation import import_answers, import_labelled, open_campaign
    from weibo_nlp.annotation.campaign import MODEL
    from weibo_nlp.cli.annotate_display import print_problems, told
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.records import AUTHOR_LABEL

    n_faults = 0
    for path in files:
        campaign = open_campaign(folder)
        dealt = {each.name for each in campaign.settings.annotators if each.is_dealt}
        is_labelled = format == "labelled" or (
            format is None
            and annotator is not None
            and annotator not in dealt
            and (annotator.startswith(MODEL) or annotator == AUTHOR_LABEL)
        )
        if is_labelled:
            if annotator is None:
                raise UsageError("say whose labels they are, with --annotator model:NAME.")
            reports, problems = import_labelled(campaign, path, annotator, skip_faulty=skip_faulty, replace=replace)
        else:
            reports, problems = import_answers(
                campaign,
                path,
                annotator=annotator,
                format=format,
                people=_people(who or ()),
                texts=texts,
                skip_faulty=skip_faulty,
                replace=replace,
            )
        print_problems(problems)
        n_faults += len(problems)
        for report in reports:
            print_line(f"{path}: {told(report)}")
        if problems and not reports:
            print_line(f"{path}: nothing of it is kept; mend it, or keep its other rows with --skip-faulty", err=True)
    if n_faults:
        raise typer.Exit(1 if skip_faulty else 3)


@annotate.command()
def agree(
    folder: _Folder,
    confusions: Annotated[
        bool, Option("--confusions", help="Print the labels of every pair against each other.")
    ] = False,
    json_file: JsonFile = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
) -> None:
    """Say how far annotators agree: Krippendorff's alpha with its interval over threads, pairs, and where they part.

    Labels of models are compared apart from those of persons; what was brought in stands among the pairs only.
    """
    from weibo_nlp.annotation import agreement_of, open_campaign
    from weibo_nlp.cli.annotate_display import print_agreement
    from weibo_nlp.cli.output import writable, write_json
    from weibo_nlp.io.typed_json import to_json
    from weibo_nlp.stats import BootstrapConfig

    writable({"--json": json_file}, closed=[folder])
    campaign = open_campaign(folder)
    measured = agreement_of(campaign, BootstrapConfig(n_resamples=resamples, seed=seed))
    print_agreement(campaign, measured, confusions=confusions)
    write_json(json_file, to_json(measured))


@annotate.command()
def adjudicate(
    folder: _Folder,
    to: Annotated[
        str | None, Option("--to", metavar="FORMAT", help="Write the sheets of what annotators part on: xlsx, csv, …")
    ] = None,
    files: Annotated[
        list[Path] | None,
        Option("--from", parser=input_path, metavar="FILE", help="Read a sheet that was decided; each needs a reason."),
    ] = None,
    texts: _Texts = None,
    skip_faulty: _Skip = False,
    replace: _Replace = False,
) -> None:
    """Decide what annotators part on: a sheet for each question, with what was said and not who said it.

    Without options, the numbers of what is still open are told.
    """
    from weibo_nlp.annotation import export_disputes, import_rulings, open_campaign
    from weibo_nlp.annotation.answers import all_answers
    from weibo_nlp.annotation.rulings import open_disputes
    from weibo_nlp.cli.annotate_display import print_problems
    from weibo_nlp.io.terminal import print_line

    if to is not None and files:
        raise UsageError(
            "--to and --from exclude each other; write the sheets first, and read them when they are decided."
        )
    campaign = open_campaign(folder)
    faults: list[Problem] = []
    for path in files or ():
        kept, left, problems = import_rulings(campaign, path, texts=texts, skip_faulty=skip_faulty, replace=replace)
        print_problems(problems)
        faults += problems
        print_line(f"{path}: {kept:,} rulings, {left:,} of its rows still open")
    if to is not None:
        for path in export_disputes(campaign, to, texts=texts, replace=replace):
            print_line(str(path))
    counts = dict(open_disputes(campaign))
    for name, count in counts.items():
        print_line(f"{name}: {count:,} to be decided", err=True)
    if not counts:
        is_answered = any(all_answers(campaign).values())
        print_line("Nothing is left to be decided." if is_answered else "Nobody has answered yet.", err=True)
    if faults:
        raise typer.Exit(1 if skip_faulty else 3)


@annotate.command()
def gold(
    folder: _Folder,
    output: Annotated[
        Path,
        Option("-o", "--output", parser=output_file, metavar="PATH", help="CSV, TSV, JSONL, Parquet or a workbook."),
    ],
    unresolved: Annotated[
        str, Option(metavar="refuse|empty", help="What becomes of disputes that nobody has decided.")
    ] = "refuse",
) -> None:
    """Write the labels that hold: what annotators agree on, by the campaign's rule, and what was adjudicated.

    Of a sample, the design is copied beside, so that estimate knows how the rows were drawn. If labels are left empty,
    the exit code is 1.
    """
    from weibo_nlp.annotation import gold_of, open_campaign
    from weibo_nlp.annotation.campaign_gold import HOW, OPEN, UNJUDGED, write_gold
    from weibo_nlp.cli.output import writable
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.report.terminal import print_table

    if unresolved not in ("refuse", "empty"):
        raise UsageError(f"--unresolved {unresolved!r}: refuse or empty is expected.")
    writable({"--output": output}, closed=[folder])
    campaign = open_campaign(folder)
    labels = gold_of(campaign, unresolved=unresolved)  # type: ignore[arg-type]
    written = write_gold(campaign, labels, output)
    print_line(f"Rule: {campaign.settings.rule}", err=True)
    used = [how for how in HOW if any(count.get(how) for count in labels.counts.values())]
    rows = [(name, *(f"{count.get(how, 0):,}" for how in used)) for name, count in labels.counts.items()]
    print_table(("label", *used), rows, figures=range(1, len(used) + 1), err=True)
    for path in written:
        print_line(str(path))
    if any(count.get(how) for count in labels.counts.values() for how in (OPEN, UNJUDGED)):
        raise typer.Exit(1)


def _of_corpus(root: Path | None, events: Sequence[str]) -> DocumentSource:
    from weibo_nlp.release.rounds import corpus_documents

    if root is None or not events:
        raise UsageError("name the clone with --corpus, and the events with --event.")
    return corpus_documents(root, events)


def _overlap(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal():
        raise UsageError(f"--overlap {text!r}: all, or a number of texts, is expected.")
    return int(text)


def _people(pairs: Sequence[str]) -> dict[str, str]:
    people = {}
    for pair in pairs:
        called, given, name = pair.rpartition("=")
        if not (called and given and name):
            raise UsageError(f"--who {pair!r}: write what the program calls somebody, = and the annotator's name.")
        people[called] = name
    return people


def _leave_if_faulty(problems: Sequence[Problem]) -> None:
    from weibo_nlp.cli.annotate_display import print_problems

    print_problems(problems)
    if problems:
        raise typer.Exit(3)
