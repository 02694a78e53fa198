"""``weibo-nlp benchmark``: train and score the registered models on the corpus, real texts or an external set."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from weibo_nlp.cli.options import ExternalPath, JsonFile, Resamples, Seed, input_path, output_file, output_folder
from weibo_nlp.errors import UsageError

_PAGE = "benchmark.html"


def benchmark(
    task: Annotated[list[str] | None, Option(help="Task of the corpus; may be repeated. Default: all.")] = None,
    protocol: Annotated[
        list[str] | None,
        Option(
            help="standard, cross_event, cross_topic, cross_kind on the corpus; real, composed_to_real, cross_source "
            "with --real; external or zero_shot with --external; may be repeated. Default: standard; real and "
            "composed_to_real; external."
        ),
    ] = None,
    model: Annotated[list[str] | None, Option(help="Model; may be repeated. Default: all registered.")] = None,
    external: Annotated[str | None, Option(help="Score on a published set instead, such as nlpcc2016.")] = None,
    path: ExternalPath = None,
    real: Annotated[
        Path | None,
        Option(
            parser=input_path,
            metavar="PATH",
            help="Score on real texts that the corpus has labels of: folder of your copies of the public sets.",
        ),
    ] = None,
    seeds: Annotated[int, Option(min=1, max=100, help="Trainings of each model that has randomness in it.")] = 5,
    checks: Annotated[
        bool,
        Option(
            "--checks/--no-checks",
            help="Under the standard protocol: annotators against each other, context, robustness, shortcuts, errors.",
        ),
    ] = True,
    json_file: JsonFile = None,
    html: Annotated[
        Path | None,
        Option(
            parser=output_file,
            metavar="PATH",
            help=f"The page to write; by default {_PAGE}, which replaces none but an earlier page of this command.",
        ),
    ] = None,
    predictions: Annotated[
        Path | None, Option(parser=output_folder, metavar="PATH", help="Folder to keep the prediction files in.")
    ] = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
) -> None:
    """Train and score models; print a table, write one HTML page.

    On the corpus, models learn from the train and validation splits and are scored on test; intervals resample whole
    threads. With --external and --path, they learn from the set's official training file and are scored on its
    official test file, or, under zero_shot, learn from the corpus. With --real, they learn from the corpus, under real
    from labelled real texts as well, and are scored on other real texts; cross_source scores each source by what learnt
    the others, and leaves the test part unseen. Texts that your copies lack are counted, and the exit code is then 1.
    """
    from weibo_nlp.benchmark.run import REAL_DEFAULT, run_corpus, run_external, run_real
    from weibo_nlp.benchmark.suite import benchmark_report, with_checks
    from weibo_nlp.cli.output import leave_if_set_aside, print_results, writable, write_json
    from weibo_nlp.corpus import open_release
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.predictions import require_only_predictions
    from weibo_nlp.report import write_page
    from weibo_nlp.report.page import is_own_page
    from weibo_nlp.stats import BootstrapConfig
    from weibo_nlp.tasks import CORPUS_PROTOCOLS, EXTERNAL, EXTERNAL_PROTOCOLS, REAL_PROTOCOLS, STANDARD

    if real is not None and (external is not None or path is not None):
        raise UsageError("--real names the folder of its copies itself; leave --external and --path out, or --real.")
    if (external is None) != (path is None):
        raise UsageError("--external and --path go together: the name of a set, and the folder of your copy of it.")
    chosen = {"task": task, "protocol": protocol, "model": model}
    for name, values in chosen.items():
        if doubled := [value for value, count in Counter(values or ()).items() if count > 1]:
            raise UsageError(f"--{name} {doubled[0]} is named twice; leave one out.")
    by_default = [STANDARD] if external is None else [EXTERNAL]
    protocols = protocol or (by_default if real is None else list(REAL_DEFAULT))
    if external is not None and (of_corpus := [name for name in protocols if name in CORPUS_PROTOCOLS]):
        raise UsageError(f"protocol {of_corpus[0]} is for the corpus; with --external, take external or zero_shot.")
    if real is None and (of_real := [name for name in protocols if name in REAL_PROTOCOLS]):
        raise UsageError(f"protocol {of_real[0]} is for real texts; name the folder of your copies with --real.")
    if real is not None and (
        others := [name for name in protocols if name in (*CORPUS_PROTOCOLS, *EXTERNAL_PROTOCOLS)]
    ):
        raise UsageError(f"protocol {others[0]} is not for real texts; with --real, take {', '.join(REAL_PROTOCOLS)}.")
    if external is not None and task and EXTERNAL in protocols:
        raise UsageError(
            "--task is for the corpus and for zero_shot; an external set has its own. Leave one of them out."
        )
    page = Path(_PAGE) if html is None else html
    if html is None and page.is_file() and not is_own_page(page):
        raise UsageError(f"{page} exists and is no page of this command; name a file with --html, which is replaced.")
    writable({"--html": page, "--json": json_file}, inputs=[path, real], folders={"--predictions": predictions})
    if predictions is not None:
        require_only_predictions(predictions, "--predictions")
    progress = partial(print_line, err=True)
    bootstrap = BootstrapConfig(n_resamples=resamples, seed=seed)
    settings: dict[str, Any] = {
        "tasks": task or (),
        "models": model or (),
        "seeds": seeds,
        "bootstrap": bootstrap,
        "predictions": predictions,
        "progress": progress,
    }
    if external is not None and path is not None:
        runs = [run for name in protocols for run in run_external(external, path, protocol=name, **settings)]
    elif real is not None:
        runs = run_real(real, protocols=protocols, **settings)
    else:
        runs = run_corpus(protocols=protocols, **settings)
    options = [f"--external {external} --path …"] if external else ["--real …"] if real is not None else []
    options += [f"--{name} {value}" for name, values in chosen.items() for value in values or ()]
    report = benchmark_report(runs, command=" ".join(["weibo-nlp benchmark", *options]), bootstrap=bootstrap)
    if checks and external is None and real is None and STANDARD in protocols:
        report = with_checks(report, open_release(), runs, bootstrap=bootstrap, progress=progress)
    print_results(report.results, report.comparisons)
    for note in report.notes:
        progress(note)
    write_page(page, report)
    progress(f"Page: {page}")
    write_json(json_file, report.to_dict())
    leave_if_set_aside(max((result.n_set_aside for result in report.results), default=0))
