"""The whole benchmark: every protocol on the corpus, every external set of which there is a copy, all checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.document import benchmark_document, with_checks
from weibo_nlp.benchmark.result import Result
from weibo_nlp.benchmark.run import SEEDS, run_corpus, run_external
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UsageError
from weibo_nlp.io import dump_line
from weibo_nlp.stats.bootstrap import RESAMPLES
from weibo_nlp.tasks import CORPUS, CORPUS_PROTOCOLS, EXTERNAL, ZERO_SHOT
from weibo_nlp.tasks.external import POLARITY

Report = Callable[[str], None]

# Sets with an official split are learnt and scored on it; sets that share a task with the corpus are scored zero-shot.
EXTERNAL_RUNS: tuple[tuple[str, str], ...] = (
    ("nlpcc2016", EXTERNAL),
    ("nlpcc2016", ZERO_SHOT),
    ("c_stance", EXTERNAL),
    ("c_stance", ZERO_SHOT),
    ("smp2020", EXTERNAL),
    (f"smp2020{POLARITY}", ZERO_SHOT),
    ("cold", EXTERNAL),
)


def run_everything(
    *,
    external: Path | None = None,
    models: Sequence[str] = (),
    seeds: int = SEEDS,
    seed: int = 0,
    resamples: int = RESAMPLES,
    command: str = "python scripts/benchmark.py",
    report: Report | None = None,
) -> tuple[dict[str, Any], list[Result]]:
    """Run every protocol, and put all figures into one benchmark document.

    Parameters
    ----------
    external : Path, optional
        Folder that holds the user's copies of external sets; a set that is not there is noted in the document.
    models, seeds, seed, resamples, report
        As for `run.run_corpus`.
    command : str
        What was called.

    Returns
    -------
    dict, list of Result
        The benchmark document, and the results it was made from.
    """
    results = run_corpus(
        protocols=CORPUS_PROTOCOLS, models=models, seeds=seeds, seed=seed, resamples=resamples, report=report
    )
    missing = []
    for name, protocol in EXTERNAL_RUNS if external is not None else ():
        try:
            results += run_external(
                name,
                external or Path(),
                protocol=protocol,
                models=models,
                seeds=seeds,
                seed=seed,
                resamples=resamples,
                report=report,
            )
        except UsageError as error:  # this copy does not hold it
            missing.append(f"{name} {protocol}: not scored ({error})")
    document = benchmark_document(results, command=command, seed=seed)
    document["notes"] += missing
    return with_checks(document, open_release(), results, seed=seed, resamples=resamples, report=report), results


def log_external_runs(path: Path, results: Iterable[Result], *, date: str) -> int:
    """Append a line for every scored run on an external set, since what is looked at often is no longer unseen.

    Parameters
    ----------
    path : Path
        JSONL; made if it is not there.
    results : iterable of Result
        Those on the corpus are passed over.
    date : str
        ISO date of the run.

    Returns
    -------
    int
        Lines appended.
    """
    lines = [
        dump_line(
            {
                "date": date,
                "set": result.spec.set,
                "split": result.spec.test,
                "task": result.spec.name,
                "protocol": result.spec.protocol,
                "model": result.model,
                "model_version": result.model_version,
                "package": __version__,
                "corpus_version": result.spec.learnt_from,
                "seeds": len(result.files),
                "metric": result.spec.main_metric,
                "value": round(result.scores.main.value, 4),
            }
        )
        for result in results
        if result.spec.set != CORPUS
    ]
    with path.open("a", encoding="utf-8", newline="\n") as stream:
        stream.writelines(lines)
    return len(lines)
