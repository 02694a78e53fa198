"""Results as a table on a terminal, and as a JSON file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def print_results(results: Sequence[Mapping[str, Any]]) -> None:
    """Print the result table to standard output, whole lines also where there is no terminal."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from weibo_nlp.report.table import HEADINGS, main_rows

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=160)
    table = Table(box=None, pad_edge=False)
    for place, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="left" if place < 5 else "right", no_wrap=True)
    for row in main_rows(results):
        table.add_row(*map(escape, row))  # a model may be called [bold]
    console.print(table)
    if any(result["few_units"] for result in results):
        console.print("* fewer than 100 independent units: intervals like these are somewhat too narrow")


def write_results(path: Path, results: Sequence[Mapping[str, Any]]) -> None:
    """Write ``{"results": [...]}``, beside and renamed."""
    import json

    from weibo_nlp.io import atomic_path

    with atomic_path(path) as temporary:
        text = json.dumps({"results": results}, ensure_ascii=False, indent=2, allow_nan=False)
        temporary.write_text(text + "\n", "utf-8")
