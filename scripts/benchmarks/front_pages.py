"""Which results of the benchmark stand where: all in ``docs/benchmark.md``, a few in the READMEs and DATA_CARD.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.blocks import check_file, fill_file

from weibo_nlp.benchmark.run import TARGET_PRIOR
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.results import Result
from weibo_nlp.report.markdown import result_table
from weibo_nlp.tasks import CORPUS, EXTERNAL, STANDARD

BLOCK = "results"
"""Name of the table's place in each of the files."""
README_LIMIT = 10


def card_results(results: Sequence[Result]) -> list[Result]:
    """Results that speak of the corpus itself: its own split, which DATA_CARD.md shows."""
    return [result for result in results if (result.provenance.set, result.provenance.protocol) == (CORPUS, STANDARD)]


def readme_results(results: Sequence[Result]) -> list[Result]:
    """Results for a reader in a hurry: those of the card, then stance on official splits, ten rows at most.

    Of two baselines for stance, the plain one.
    """
    official = [
        result for result in results if (result.provenance.task, result.provenance.protocol) == ("stance", EXTERNAL)
    ]
    chosen = [result for result in (*card_results(results), *official) if result.model != TARGET_PRIOR]
    return chosen[:README_LIMIT]


def check_pages(root: Path) -> None:
    """Make sure that the files can take their tables, before an hour of work and not after it; errors as below."""
    for name in PAGES:
        check_file(root / name, BLOCK)


def fill_pages(root: Path, report: BenchmarkReport) -> None:
    """Put the results of a benchmark report into the files of the repository at `root`.

    Raises
    ------
    UsageError, DataError
        If one of the files cannot be read or lacks its markers.
    """
    for name, choose in PAGES.items():
        # What the paired tests say of each pair goes with the whole table alone.
        chosen = None if choose is None else choose(report.results)
        fill_file(root / name, BLOCK, result_table(report, chosen, with_comparisons=choose is None))


PAGES: Mapping[str, Callable[[Sequence[Result]], list[Result]] | None] = {
    "docs/benchmark.md": None,
    "README.md": readme_results,
    "README.zh-CN.md": readme_results,
    "DATA_CARD.md": card_results,
}
"""The files, and which results each shows; None: all."""
