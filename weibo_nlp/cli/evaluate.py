"""``weibo-nlp evaluate``: score a prediction file, whoever wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from weibo_nlp.cli.options import ExternalPath, JsonFile, Resamples, Seed, input_path


def evaluate(
    file: Annotated[
        Path, Argument(parser=input_path, metavar="file", help="Prediction file, JSONL or Parquet, with its header.")
    ],
    path: ExternalPath = None,
    json_file: JsonFile = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
) -> None:
    """Score a prediction file against the gold labels that its header names.

    A file that lacks documents, names unknown ones, uses unknown labels, or was made for another version is refused,
    each fault with file and line. Rows of an external copy that cannot be read are set aside, counted and named, and
    the exit code is then 1.
    """
    from weibo_nlp.cli.output import leave_if_set_aside, print_results, writable, write_json
    from weibo_nlp.evaluation.files import evaluate as evaluate_file
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.stats import BootstrapConfig

    writable({"--json": json_file}, inputs=[file, path])
    result = evaluate_file(file, external_path=path, bootstrap=BootstrapConfig(n_resamples=resamples, seed=seed))
    print_results([result])
    for label, scores in result.scores.per_class.items():
        figures = ", ".join(f"{name} {getattr(scores, name).value:.3f}" for name in ("precision", "recall", "f1"))
        print_line(f"  {label}: {figures} ({scores.support} in gold)")
    for note in result.notes:
        print_line(f"Note: {note}")
    write_json(json_file, {"results": [result.to_dict()]})
    leave_if_set_aside(result.n_set_aside)
