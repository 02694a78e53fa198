"""Results as a table on a terminal, and as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.evaluation.results import Comparison, Result
    from weibo_nlp.stats import Estimate


_SUFFIXES = {"--json": (".json",), "--html": (".html", ".htm")}


def print_results(results: Sequence[Result], comparisons: Sequence[Comparison] = ()) -> None:
    """Print the result table, and what the paired tests say, to standard output."""
    from weibo_nlp.evaluation.comparison import corrected
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.report.display import few_units_note, holm_note
    from weibo_nlp.report.markdown import HEADINGS, result_rows
    from weibo_nlp.report.terminal import print_table

    print_table(HEADINGS, result_rows(results), figures=range(5, len(HEADINGS)))
    if note := few_units_note(result.scores.n_units for result in results):
        print_line(note)
    for pair in corrected(comparisons):
        print_line(f"{pair.task} {pair.protocol}: {_compared(pair)}")
    if note := holm_note(comparisons):
        print_line(f"p: {note}")


def _compared(pair: Comparison) -> str:
    """Put one paired comparison into words: a tie, or which system is better and by how much."""
    from weibo_nlp.report.display import p_value

    figures = f"{pair.difference.value:+.3f} ({signed_bounds(pair.difference)}), {p_value(pair.p_holm)}"
    if pair.better is None:
        return f"{pair.a} and {pair.b} tie: {figures}"
    worse = pair.b if pair.better == pair.a else pair.a
    return f"{pair.better} is better than {worse}: {pair.metric} of {pair.a} less {pair.b} {figures}"


def signed_bounds(difference: Estimate) -> str:
    """Return the interval of a difference, with a hyphen for a minus as programs that read the output expect it."""
    from weibo_nlp.report.display import bounds

    if difference.low is None or difference.high is None:
        return bounds(difference)
    return f"{difference.low:+.3f} to {difference.high:+.3f}"


def writable(
    outputs: Mapping[str, Path | None],
    *,
    inputs: Iterable[Path | None] = (),
    closed: Iterable[Path] = (),
    folders: Mapping[str, Path | None] | None = None,
) -> None:
    """Refuse an output that could not be written in the end, or onto what is read, before the work is done.

    Parameters
    ----------
    outputs : mapping of str to Path or None
        Option -> the file it names.
    inputs : iterable of Path or None
        Files that are read, and folders of which any file may be.
    closed : iterable of Path
        Folders that are read and that nothing may be added to; what is shipped with the package is always one.
    folders : mapping of str to Path or None, optional
        Option -> the folder it names for files that are written.

    Raises
    ------
    UsageError
        If the folder of an output does not exist or takes no file, the output is ``-``, a folder, a disk or read-only,
        its suffix stands for another format, or it is the same file as an input, another output, or what standard
        output or error goes to.
    """
    from weibo_nlp import _resources
    from weibo_nlp.io.atomic import pending_file
    from weibo_nlp.io.destination import destination_of
    from weibo_nlp.io.distinct import require_distinct
    from weibo_nlp.io.folders import require_writable_folder
    from weibo_nlp.io.suffixes import require_suffix

    for option, path in outputs.items():
        if path is None:
            continue
        if str(path) == "-":
            raise UsageError(f"{option} -: standard output has the results for people; name a file, or /dev/stdout.")
        if option in _SUFFIXES:
            require_suffix(path, *_SUFFIXES[option])
        place = destination_of(path)
        if place.file is not None and not place.file.parent.is_dir():
            raise UsageError(f"{place}: the folder does not exist; make it first.")
        with pending_file(path):  # as it will be written
            pass
    shipped = (_resources.corpus_dir(), _resources.models_dir().parent)
    require_distinct(
        {**outputs, **(folders or {}), "standard output": 1, "standard error": 2},
        [_resources.scheme_path(), *(path for path in inputs if path is not None)],
        [*shipped, *closed],
    )
    for option, folder in (folders or {}).items():
        if folder is not None:
            require_writable_folder(folder, option)


def write_json(path: Path | None, content: Mapping[str, Any]) -> None:
    """Write figures as JSON where a file was named, beside and renamed."""
    from weibo_nlp.io import atomic_path

    if path is None:
        return
    with atomic_path(path) as temporary:
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
        temporary.write_text(text + "\n", "utf-8")


def leave_if_set_aside(n_rows: int) -> None:
    """Leave with 1 where rows of a user's copy could not be scored; what is to be printed and written is by then."""
    import typer

    from weibo_nlp.io.terminal import print_line

    if n_rows:
        print_line(f"{n_rows:,} rows with gold labels set aside", err=True)
        raise typer.Exit(1)
