"""The ways out of a comparison: a table on the terminal, the same in a page of ``docs/``, all figures as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.subprocess_runner import Outcome

from weibo_nlp.errors import UnknownNameError, UsageError, WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.report.marked import check_file, figure_table, fill_file, shown

DOCS = Path(__file__).resolve().parents[2] / "docs"
FAILED, WRONG_CALL = 3, 2
"""Exit codes; 0 where all is fine."""

Measured = TypeVar("Measured")


def names(line: str) -> list[str]:
    """Read names separated by commas, as an option lists them."""
    return [name for name in map(str.strip, line.split(",")) if name]


def add_output_options(parser: argparse.ArgumentParser, block: str) -> None:
    """Add ``--json`` and ``--page`` to a script whose table is called `block`."""
    page = DOCS / f"{block}.md"
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument(
        "--page",
        type=Path,
        nargs="?",
        const=page,
        help=f"put the table between <!-- {block} --> and <!-- end --> of this file (alone: docs/{page.name})",
    )


def publish(
    measure: Callable[[], Measured],
    *,
    table: Callable[[Measured], str],
    document: Callable[[Measured], Mapping[str, Any]],
    block: str,
    json_file: Path | None = None,
    page: Path | None = None,
) -> Measured:
    """Measure, print the table, and write the files that were asked for, which must be writable before the work starts.

    Parameters
    ----------
    measure : callable
        Does the work.
    table, document : callable
        What was measured as Markdown, and ready for JSON.
    block : str
        Name of the table's place in the page.
    json_file, page : Path, optional
        Where to write all figures, and the Markdown file with the place for the table.

    Raises
    ------
    UsageError, DataError
        If the page cannot be read, or lacks its markers; and whatever `measure` raises.
    """
    if page is not None:
        check_file(page, block)
    with nullcontext() if json_file is None else atomic_path(json_file) as temporary:
        measured = measure()
        text = table(measured)
        print(text, end="")
        if temporary is not None:
            figures = json.dumps(document(measured), ensure_ascii=False, indent=2, allow_nan=False)
            temporary.write_text(figures + "\n", "utf-8")
    if page is not None:
        fill_file(page, block, text)
    return measured


def failure(error: WeiboNlpError) -> int:
    """Print why a script stopped, and return its exit code."""
    print(error, file=sys.stderr)
    return WRONG_CALL if isinstance(error, (UsageError, UnknownNameError)) else FAILED


def exit_code(outcomes: Sequence[Outcome], *, named: bool) -> int:
    """Return the exit code: of all programs there are, some may be missing; one that was `named` may not."""
    without_figures = [outcome for outcome in outcomes if outcome.reason is not None]
    return FAILED if len(without_figures) == len(outcomes) or (named and without_figures) else 0


def program_table(headings: Sequence[str], rows: Iterable[tuple[Outcome, Sequence[str]]], notes: Iterable[str]) -> str:
    """Return programs and their cells as a Markdown table, notes below it.

    Parameters
    ----------
    headings : sequence of str
        The program's name first, versions and settings last.
    rows : iterable of (Outcome, sequence of str)
        Each program with the cells between these two.
    notes : iterable of str
        What was measured and how.
    """
    return figure_table(headings, [_row(outcome, cells) for outcome, cells in rows]) + note_list(notes)


def note_list(notes: Iterable[str]) -> str:
    """Return notes as a Markdown list that follows a table, each on a line of its own."""
    return "\n" + "".join(f"- {' '.join(note.split())}\n" for note in notes)


def cost_cells(outcome: Outcome) -> tuple[str, str]:
    """Return the time to load and the peak memory of a program as cells."""
    peak = outcome.figures.get("peak_bytes")
    return (
        shown(outcome.figures.get("load_seconds"), "{:.2f} s"),
        shown(None if peak is None else peak / 1e6, "{:.0f} MB"),
    )


def _row(outcome: Outcome, cells: Sequence[str]) -> tuple[str, ...]:
    adapter = outcome.adapter
    settings = [*(f"{name} {version}" for name, version in outcome.versions.items()), adapter.note]
    last = ", ".join(filter(None, settings)) if outcome.reason is None else f"no figures: {outcome.reason}"
    return adapter.name, *cells, last
