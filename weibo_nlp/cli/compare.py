"""``weibo-nlp compare``: prediction files against each other, on the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def compare(
    files: Annotated[list[Path], typer.Argument(help="Two or more prediction files about the same thing.")],
    path: Annotated[Path | None, typer.Option(help="Folder of your copy, for predictions on an external set.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the tests and the bootstrap.")] = 0,
    rounds: Annotated[int, typer.Option(min=1000, max=1_000_000, help="Of each test, at least.")] = 10_000,
    resamples: Annotated[int, typer.Option(min=200, max=1_000_000, help="Of the bootstrap.")] = 2000,
) -> None:
    """Say whether one system is better than another, or whether they tie.

    Both are scored on the same rows; whole units (threads, events) are exchanged between them at random to see how
    often chance alone would part them as far. With more than two files all pairs are tested, corrected by Holm.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from weibo_nlp.cli.output import writable, write_json
    from weibo_nlp.evaluation.comparison import compare_files
    from weibo_nlp.io.shown import shown_name

    writable(json_file)
    found = compare_files(files, external_path=path, seed=seed, rounds=rounds, resamples=resamples)
    spec, main = found.spec, found.files[0].main
    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, emoji=False, width=160)
    version = "" if spec.version is None else f" {spec.version}"
    about = (
        f"{spec.set}{version}: {spec.name}, {spec.protocol}, {spec.test}; {found.n:,} rows of {main.n_units:,} units"
    )
    console.print(escape(f"{about} ({spec.units})"), soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for heading in ("system", spec.main_metric, "95 % interval", "file"):
        table.add_column(heading, justify="left" if heading in ("system", "file") else "right", no_wrap=True)
    for file in found.files:
        bounds = f"{file.main.low:.3f} to {file.main.high:.3f}{'*' if file.main.few_units else ''}"
        table.add_row(*map(escape, (file.name, f"{file.main.value:.3f}", bounds, shown_name(file.path))))
    console.print(table)
    if main.few_units:
        console.print("* fewer than 100 independent units: intervals like these are somewhat too narrow")
    for comparison in found.comparisons:
        test, better = comparison.test, comparison.better
        gap = test.difference
        corrected = f", {comparison.p_holm:.4f} after Holm" if len(found.comparisons) > 1 else ""
        typer.echo(
            f"{comparison.a} less {comparison.b}: {gap.value:+.3f}, 95 % interval {gap.low:+.3f} to {gap.high:+.3f}, "
            f"p = {test.p:.4f}{corrected} ({test.rounds:,} {test.method} assignments; predictions differ in "
            f"{test.n_differing_units:,} of {test.n_units:,} {spec.units})"
        )
        typer.echo(f"  {'tie' if better is None else f'{better} is better'}")
    if json_file is not None:
        write_json(json_file, found.to_dict())
