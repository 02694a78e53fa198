"""``weibo-nlp benchmark``: train and score the registered models, on the corpus or on an external set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def benchmark(
    task: Annotated[list[str] | None, typer.Option(help="Task of the corpus; may be repeated. Default: all.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="Model; may be repeated. Default: all registered.")] = None,
    external: Annotated[str | None, typer.Option(help="Score on a published set instead, such as nlpcc2016.")] = None,
    path: Annotated[Path | None, typer.Option(help="Folder of your copy of the external set.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    html: Annotated[Path, typer.Option(help="The page to write.")] = Path("benchmark.html"),
    predictions: Annotated[Path | None, typer.Option(help="Folder to keep the prediction files in.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
    resamples: Annotated[int, typer.Option(min=200, help="Of the bootstrap.")] = 2000,
) -> None:
    """Train and score models; print a table, write one HTML page.

    On the corpus, models learn from the train and validation splits and are scored on test; intervals resample whole
    threads. With --external and --path, they learn from the set's official training file and are scored on its
    official test file.
    """
    from rich.console import Console

    from weibo_nlp.benchmark import run_corpus, run_external
    from weibo_nlp.cli.shown import print_results, write_results
    from weibo_nlp.errors import UsageError
    from weibo_nlp.report import write_page

    if (external is None) != (path is None):
        raise UsageError("--external and --path go together: the name of a set, and the folder of your copy of it.")
    if external and task:
        raise UsageError("--task is for the corpus; an external set has its own task. Leave one of them out.")
    for file in (json_file, html):
        if file is not None and not file.absolute().parent.is_dir():
            raise UsageError(f"{file}: the folder does not exist; make it first.")
        if file is not None and file.is_dir():
            raise UsageError(f"{file} is a folder; name a file.")
    log = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
    options = {"models": model or (), "seed": seed, "resamples": resamples, "predictions": predictions}

    def report(text: str) -> None:
        log.print(text, markup=False)

    if external is not None and path is not None:
        found = run_external(external, path, report=report, **options)  # type: ignore[arg-type]
        command = f"weibo-nlp benchmark --external {external} --path …"
    else:
        found = run_corpus(tasks=task or (), report=report, **options)  # type: ignore[arg-type]
        command = "weibo-nlp benchmark"
    results = [result.to_dict() for result in found]
    print_results(results)
    for note in dict.fromkeys(note for result in found for note in result.notes):
        log.print(note, markup=False)
    write_page(html, results, title="weibo_nlp benchmark", command=command)
    log.print(f"Page: {html}", markup=False)
    if json_file is not None:
        write_results(json_file, results)
