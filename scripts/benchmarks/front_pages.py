"""Which results of the benchmark stand where: all in ``docs/benchmark.md``, a few in the READMEs and DATA_CARD.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from weibo_nlp.report.markdown import result_table
from weibo_nlp.report.marked import check_file, fill_file
from weibo_nlp.tasks import CORPUS, EXTERNAL, STANDARD

BLOCK = "results"
"""Name of the table's place in each of the files."""
README_LIMIT = 10

Row = Mapping[str, Any]


def card_results(results: Sequence[Row]) -> list[Row]:
    """Results that speak of the corpus itself: its own split, which DATA_CARD.md shows."""
    return [row for row in results if (row["set"], row["protocol"]) == (CORPUS, STANDARD)]


def readme_results(results: Sequence[Row]) -> list[Row]:
    """Results for a reader in a hurry: those of the card, then stance on official splits, ten rows at most."""
    official = [row for row in results if (row["task"], row["protocol"]) == ("stance", EXTERNAL)]
    return [*card_results(results), *official][:README_LIMIT]


def check_pages(root: Path) -> None:
    """Make sure that the files can take their tables, before an hour of work and not after it; errors as below."""
    for name in PAGES:
        check_file(root / name, BLOCK)


def fill_pages(root: Path, document: Row) -> None:
    """Put the result tables of a benchmark document into the files of the repository at `root`.

    Raises
    ------
    UsageError, DataError
        If one of the files cannot be read or lacks its markers.
    """
    for name, choose in PAGES.items():
        # What the paired tests say of each pair goes with the whole table alone.
        shown = document if choose is None else {**document, "results": choose(document["results"]), "comparisons": []}
        fill_file(root / name, BLOCK, result_table(shown))


PAGES: Mapping[str, Callable[[Sequence[Row]], list[Row]] | None] = {
    "docs/benchmark.md": None,
    "README.md": readme_results,
    "README.zh-CN.md": readme_results,
    "DATA_CARD.md": card_results,
}
"""The files, and which rows each shows; None: all."""
