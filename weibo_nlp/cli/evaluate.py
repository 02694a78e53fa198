"""``weibo-nlp evaluate``: score a prediction file, whoever wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    file: Annotated[Path, typer.Argument(help="Prediction file, JSONL or Parquet, with its header.")],
    path: Annotated[Path | None, typer.Option(help="Folder of your copy, for predictions on an external set.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
    resamples: Annotated[int, typer.Option(min=200, help="Of the bootstrap.")] = 2000,
) -> None:
    """Score a prediction file against the gold labels that its header names.

    A file that lacks documents, names unknown ones, uses unknown labels, or was made for another version is refused,
    each fault with file and line.
    """
    from weibo_nlp.cli.output import print_results, write_results
    from weibo_nlp.evaluation.files import score_file

    result = score_file(file, external_path=path, seed=seed, resamples=resamples)
    print_results([result])
    for label, own in result["per_class"].items():
        figures = ", ".join(f"{name} {own[name]['value']:.3f}" for name in ("precision", "recall", "f1"))
        typer.echo(f"  {label}: {figures} ({own['support']} in gold)")
    if json_file is not None:
        write_results(json_file, [result])
