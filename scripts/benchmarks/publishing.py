"""The ways out of a comparison: a table on the terminal, the same in a page of ``docs/``, all figures as JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.blocks import check_file, fill_file

from weibo_nlp._resources import corpus_dir
from weibo_nlp.errors import UnknownNameError, UsageError, WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.provenance import described
from weibo_nlp.report.display import NOTHING, bounds, number
from weibo_nlp.report.markdown import figure_table
from weibo_nlp.stats.estimate import Estimate

if TYPE_CHECKING:
    from weibo_nlp.benchmark.run import ModelRun

SCRIPTS = Path(__file__).resolve().parents[1]
DOCS = SCRIPTS.parent / "docs"
FAILED, WRONG_CALL = 3, 2
"""Exit codes; 0 where all is fine."""

Document = Mapping[str, Any]
Column = tuple[str, str] | tuple[str, str, float]
COSTS: Mapping[str, Column] = {
    "load": ("load_seconds", "{:.2f} s"),
    "memory": ("peak_bytes", "{:.0f} MB", 1e-6),
}
"""Columns of what every program costs before it has done anything."""


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


def add_copies_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--external``: the folder with the user's copies of the sets, by default what the environment names."""
    default = os.environ.get("WEIBO_NLP_EXTERNAL") or None
    parser.add_argument("--external", type=Path, default=default, help="copies")


def add_log_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--log``: where what is scored on external sets is noted."""
    parser.add_argument("--log", type=Path, default=SCRIPTS / "external_runs.jsonl", help="log of external runs")


def log_runs(path: Path, runs: Iterable[ModelRun]) -> None:
    """Note what was scored on external sets today, where ``--log`` says."""
    from weibo_nlp.benchmark.suite import log_external_runs  # scripts that score nothing start without it

    log_external_runs(path, runs, date=datetime.now(UTC).date().isoformat())


def add_scored_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--scored``: the part of the public texts."""
    parser.add_argument(
        "--scored",
        choices=("test", "validation"),
        default="test",
        help="part of the public texts (default: %(default)s)",
    )


def parse_with_copies(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse what was called; without a folder for ``--external``, end with the usage and an error."""
    given = parser.parse_args()
    if not given.external:
        parser.error("no folder with copies of the sets; name it with --external or WEIBO_NLP_EXTERNAL")
    return given


def tell(line: str) -> None:
    """Say what is being done, at once, beside the table."""
    print(line, file=sys.stderr, flush=True)


def publish(
    measure: Callable[[], Document],
    table: Callable[[Document], str],
    block: str,
    *,
    json_file: Path | None = None,
    page: Path | None = None,
    inputs: Iterable[Path | None] = (),
) -> Document:
    """Measure, print the table, and write the files that were asked for, which must be writable before the work starts.

    Parameters
    ----------
    measure : callable
        Does the work and returns all figures, ready for JSON.
    table : callable
        Makes a Markdown table of them.
    block : str
        Name of the table's place in the page.
    json_file, page : Path, optional
        Where to write all figures, and the Markdown file with the place for the table.
    inputs : iterable of Path or None
        Files that are read, and folders of which any file may be.

    Raises
    ------
    UsageError, DataError
        If the page cannot be read, or lacks its markers, or an output is an input or the other output; and whatever
        `measure` raises.
    """
    read = [path for path in inputs if path is not None]
    require_distinct({"--json": json_file, "--page": page}, read, [corpus_dir()])
    if page is not None:
        check_file(page, block)
    with nullcontext() if json_file is None else atomic_path(json_file) as temporary:
        document = measure()
        text = table(document)
        print(text, end="")
        if temporary is not None:
            figures = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
            temporary.write_text(figures + "\n", "utf-8")
    if page is not None:
        fill_file(page, block, text)
    return document


def failure(error: WeiboNlpError) -> int:
    """Print why a script stopped, and return its exit code."""
    print(error, file=sys.stderr)
    return WRONG_CALL if isinstance(error, (UsageError, UnknownNameError)) else FAILED


def exit_code(results: Sequence[Document], *, named: bool) -> int:
    """Return the exit code: of all programs there are, some may be missing; one that was `named` may not."""
    missing = [row for row in results if row["reason"] is not None]
    return FAILED if len(missing) == len(results) or (named and missing) else 0


def program_table(kind: str, columns: Mapping[str, Column], results: Sequence[Document], notes: Iterable[str]) -> str:
    """Return programs as a Markdown table: name, figures, versions and settings; notes below it.

    Parameters
    ----------
    kind : str
        What the programs are, and the field with their names unless that is ``name``.
    columns : mapping of str to Column
        By heading: the field of a result, the format of its figure, and a factor that gives it the unit of the format.
    results : sequence of mapping
        As `Outcome.to_row` and more.
    notes : iterable of str
        What was measured and how.
    """
    rows = []
    for row in results:
        settings = [*(f"{name} {version}" for name, version in row["versions"].items()), row["note"]]
        last = ", ".join(filter(None, settings)) if row["reason"] is None else f"no figures: {row['reason']}"
        rows.append([row.get("name") or row[kind], *(_cell(row, *column) for column in columns.values()), last])
    return figure_table([kind, *columns, "versions and settings"], rows) + note_list(notes)


def note_list(notes: Iterable[str]) -> str:
    """Return notes as a Markdown list that follows a table, each on a line of its own."""
    return "\n" + "".join(f"- {' '.join(note.split())}\n" for note in notes)


def _cell(row: Document, name: str, pattern: str, factor: float = 1.0) -> str:
    return NOTHING if row.get(name) is None else pattern.format(row[name] * factor)


def estimate_cell(estimate: Document, *, signed: bool = False) -> str:
    """Return an estimate of a document with its interval."""
    return f"{number(estimate['value'], signed=signed)} ({bounds(Estimate(**estimate), signed=signed)})"


def made_by(document: Document) -> str:
    """Say which call, versions and machine a document comes from."""
    return (
        f"Made by `{document['command']}`, weibo_nlp {document['package']}, corpus {document['corpus_version']}; "
        f"{described(document['hardware'])}."
    )
