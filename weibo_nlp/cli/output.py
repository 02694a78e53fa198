"""Results as a table on a terminal, and as a JSON file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def print_results(results: Sequence[Mapping[str, Any]], comparisons: Sequence[Mapping[str, Any]] = ()) -> None:
    """Print the result table, and what the paired tests say, to standard output, whole lines also off a terminal."""
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
    for pair in comparisons:
        console.print(escape(f"{pair['task']} {pair['protocol']}: {compared(pair)}"), soft_wrap=True)


def compared(row: Mapping[str, Any]) -> str:
    """Put one paired comparison into words: a tie, or which system is better and by how much."""
    difference = row["difference"]
    p = "p < .001" if row["p_holm"] < 0.001 else f"p = {row['p_holm']:.3f}"
    figures = f"{difference['value']:+.3f} ({difference['low']:+.3f} to {difference['high']:+.3f}), {p}"
    if row["tie"]:
        return f"{row['a']} and {row['b']} tie: {figures}"
    better, worse = (row["a"], row["b"]) if difference["value"] > 0 else (row["b"], row["a"])
    return f"{better} is better than {worse}: {row['metric']} of {row['a']} less {row['b']} {figures}"


def writable(*files: Path | None) -> None:
    """Refuse a file that could not be written in the end, before the work is done.

    Raises
    ------
    UsageError
        If the folder of a file does not exist, or the file is a folder.
    """
    from weibo_nlp.errors import UsageError

    for file in files:
        if file is not None and not file.absolute().parent.is_dir():
            raise UsageError(f"{file}: the folder does not exist; make it first.")
        if file is not None and file.is_dir():
            raise UsageError(f"{file} is a folder; name a file.")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write figures as JSON, beside and renamed."""
    import json

    from weibo_nlp.io import atomic_path

    with atomic_path(path) as temporary:
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
        temporary.write_text(text + "\n", "utf-8")
