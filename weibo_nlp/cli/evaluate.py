"""``weibo-nlp evaluate``: score a prediction file, whoever wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    file: Annotated[Path, typer.Argument(help="Prediction file, JSONL or Parquet, with its header.")],
    path: Annotated[Path | None, typer.Option(help="Folder of your copy, for predictions on an external set.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the bootstrap.")] = 0,
    resamples: Annotated[int, typer.Option(min=200, help="Resamples of the bootstrap.")] = 2000,
) -> None:
    """Score a prediction file against the gold labels that its header names.

    A file that lacks documents, names unknown ones, uses unknown labels, or was made for another version is refused,
    each fault with file and line.
    """
    from weibo_nlp.cli.output import print_results, writable, write_json
    from weibo_nlp.evaluation.files import evaluate as evaluate_file
    from weibo_nlp.stats import BootstrapConfig

    writable(json_file)
    bootstrap = BootstrapConfig(n_resamples=resamples, seed=seed)
    result = evaluate_file(file, external_path=path, bootstrap=bootstrap)
    print_results([result])
    for label, own in result.scores.per_class.items():
        figures = ", ".join(f"{name} {getattr(own, name).value:.3f}" for name in ("precision", "recall", "f1"))
        typer.echo(f"  {label}: {figures} ({own.support} in gold)")
    if json_file is not None:
        write_json(json_file, {"results": [result.to_dict()]})
