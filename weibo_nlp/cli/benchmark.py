"""``weibo-nlp benchmark``: train and score the registered models, on the corpus or on an external set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def benchmark(
    task: Annotated[list[str] | None, typer.Option(help="Task of the corpus; may be repeated. Default: all.")] = None,
    protocol: Annotated[
        list[str] | None,
        typer.Option(
            help="standard, cross_event, cross_topic, cross_kind on the corpus; external or zero_shot with --external; "
            "may be repeated. Default: standard, or external."
        ),
    ] = None,
    model: Annotated[list[str] | None, typer.Option(help="Model; may be repeated. Default: all registered.")] = None,
    external: Annotated[str | None, typer.Option(help="Score on a published set instead, such as nlpcc2016.")] = None,
    path: Annotated[Path | None, typer.Option(help="Folder of your copy of the external set.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each model that has randomness in it.")] = 5,
    checks: Annotated[
        bool,
        typer.Option(
            "--checks/--no-checks",
            help="Under the standard protocol: annotators against each other, context, robustness, shortcuts, errors.",
        ),
    ] = True,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    html: Annotated[Path, typer.Option(help="The page to write.")] = Path("benchmark.html"),
    predictions: Annotated[Path | None, typer.Option(help="Folder to keep the prediction files in.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the bootstrap and the paired tests.")] = 0,
    resamples: Annotated[int, typer.Option(min=200, help="Resamples of the bootstrap.")] = 2000,
) -> None:
    """Train and score models; print a table, write one HTML page.

    On the corpus, models learn from the train and validation splits and are scored on test; intervals resample whole
    threads. With --external and --path, they learn from the set's official training file and are scored on its
    official test file, or, under zero_shot, learn from the corpus.
    """
    from rich.console import Console

    from weibo_nlp.benchmark.run import run_corpus, run_external
    from weibo_nlp.benchmark.suite import benchmark_report, with_checks
    from weibo_nlp.cli.output import print_results, writable, write_json
    from weibo_nlp.corpus import open_release
    from weibo_nlp.errors import UsageError
    from weibo_nlp.report import write_page
    from weibo_nlp.stats import BootstrapConfig
    from weibo_nlp.tasks import CORPUS_PROTOCOLS, EXTERNAL, STANDARD

    if (external is None) != (path is None):
        raise UsageError("--external and --path go together: the name of a set, and the folder of your copy of it.")
    wanted = protocol or [STANDARD if external is None else EXTERNAL]
    if external is not None and (strange := [name for name in wanted if name in CORPUS_PROTOCOLS]):
        raise UsageError(f"protocol {strange[0]} is for the corpus; with --external, take external or zero_shot.")
    if external is not None and task and EXTERNAL in wanted:
        raise UsageError(
            "--task is for the corpus and for zero_shot; an external set has its own. Leave one of them out."
        )
    writable(html, json_file)
    log = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)

    def progress(text: str) -> None:
        log.print(text, markup=False)

    bootstrap = BootstrapConfig(n_resamples=resamples, seed=seed)
    if external is not None and path is not None:
        runs = [
            run
            for name in wanted
            for run in run_external(
                external,
                path,
                protocol=name,
                tasks=task or (),
                models=model or (),
                seeds=seeds,
                bootstrap=bootstrap,
                predictions=predictions,
                progress=progress,
            )
        ]
    else:
        runs = run_corpus(
            tasks=task or (),
            protocols=wanted,
            models=model or (),
            seeds=seeds,
            bootstrap=bootstrap,
            predictions=predictions,
            progress=progress,
        )
    options = [f"--external {external} --path …"] if external else []
    options += [
        f"--{name} {value}"
        for name, given in (("task", task), ("protocol", protocol), ("model", model))
        for value in given or ()
    ]
    report = benchmark_report(runs, command=" ".join(["weibo-nlp benchmark", *options]), bootstrap=bootstrap)
    if checks and external is None and STANDARD in wanted:
        report = with_checks(report, open_release(), runs, bootstrap=bootstrap, progress=progress)
    print_results(report.results, report.comparisons)
    for note in report.notes:
        log.print(note, markup=False)
    write_page(html, report)
    log.print(f"Page: {html}", markup=False)
    if json_file is not None:
        write_json(json_file, report.to_dict())
