"""``weibo-nlp label``: a file of posts in, the same rows with labels out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

SHOWN_REASONS = 10


def label(
    input: Annotated[Path, typer.Argument(help="CSV, TSV, JSONL, Parquet, or plain text with one post a line.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Result; default: <input>.labelled.<suffix> beside the input.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Stance target for every post; default: the predicted topic's canonical one.")
    ] = None,
    all_scores: Annotated[
        bool, typer.Option("--all-scores", help="One more column for each label's probability.")
    ] = False,
    text_column: Annotated[str | None, typer.Option(help="Column with the text; guessed by its name.")] = None,
    parent_column: Annotated[str | None, typer.Option(help="Column with the text being answered.")] = None,
    format: Annotated[
        Literal["csv", "tsv", "jsonl", "parquet", "lines"] | None, typer.Option(help="Where the suffix misleads.")
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress bar, no summary.")] = False,
) -> None:
    """Label posts with topic, sentiment, irony and stance.

    The output has the input's columns, then topic, topic_score, sentiment, sentiment_score, irony, irony_score,
    stance_target, stance, stance_score; a score is the label's probability. Rows that cannot be read or have no
    text are set aside in OUTPUT.rejected.jsonl, and the exit code is then 1.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from weibo_nlp.errors import DataError, UsageError
    from weibo_nlp.io import open_table
    from weibo_nlp.io.rows import listed
    from weibo_nlp.labelling.labeller import Labeller, columns_of, guess_text_column, label_file

    console = Console(stderr=True, quiet=quiet, highlight=False, emoji=False, soft_wrap=True)
    table = open_table(input, format)
    columns = columns_of(table, [name for name in (text_column, parent_column) if name is not None])
    if not columns:
        raise DataError(f"{input}: no column was found reading it as {table.format}; name the right --format.")
    chosen = text_column or guess_text_column(columns)
    for name in (chosen, parent_column):
        if name is not None and name not in columns:
            raise UsageError(f"{input}: no column {name!r}; there is: {listed(columns)}.")
    how = "" if text_column else " (guessed; --text-column names another)"
    console.print(f"Reading {input} as {table.format}; text column: {chosen}{how}", markup=False)
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Off a terminal the bar would fill log files with control characters.
    with Progress(*bars, console=console, disable=quiet or not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Labelling", total=None)
        done = label_file(
            table,
            output or _default_output(input, table.format),
            Labeller(target=target, all_scores=all_scores),
            text_column=chosen,
            parent_column=parent_column,
            advance=lambda count: progress.advance(task, count),
        )
    for old, new in done.renamed.items():
        console.print(f"The input's column {old} is written as {new}", markup=False)
    console.print(f"{done.rows:,} rows labelled: {done.output}", markup=False)
    if done.rejected:
        # Said even when quiet: rows are missing from the output.
        typer.echo(f"{done.rejected:,} rows set aside: {done.rejects}", err=True)
        by_count = sorted(done.reasons.items(), key=lambda item: -item[1])
        for reason, count in by_count[:SHOWN_REASONS]:
            console.print(f"  {input}:{done.first_lines[reason]}: {reason} ({count:,} in all)", markup=False)
        if (more := len(by_count) - SHOWN_REASONS) > 0:
            console.print(f"  and {more:,} other reasons", markup=False)
        raise typer.Exit(1)


def _default_output(input: Path, format: str) -> Path:
    suffix = {"lines": ".csv"}.get(format, f".{format}")
    return input.with_name(f"{input.stem}.labelled{suffix}")
