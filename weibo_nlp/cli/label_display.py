"""What ``weibo-nlp label`` says of what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from weibo_nlp.cli.label_outputs import first_rows

if TYPE_CHECKING:
    from weibo_nlp.labelling import LabelledFile, Labeller

SHOWN_REASONS = 10
SHOWN_ROWS = 8
TEXT_CELLS = 40  # terminal cells, of which a Chinese character takes two


def summarise(done: LabelledFile, places: Mapping[str, str], quiet: bool) -> None:
    """Say what was written and what was set aside.

    Parameters
    ----------
    done : LabelledFile
        What labelling came to.
    places : mapping of str to str
        Reason -> file and line of the first row that was set aside for it; of nothing, of the first that may be
        several rows.
    quiet : bool
        Whether only what is missing is told.
    """
    from weibo_nlp.io.rows import listed
    from weibo_nlp.io.terminal import print_line

    if not quiet:
        for old, new in done.renamed.items():
            print_line(f"The input's column {old} is written as {new}", err=True)
        print_line(f"{done.rows:,} rows labelled: {done.output}", err=True)
        if done.replaced:
            counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.replaced.items()) if count)
            print_line(f"Replaced of people: {counts or 'nothing'}", err=True)
        if done.left_out:
            print_line(f"Columns left out, as of pictures, links or profiles: {listed(done.left_out)}", err=True)
        if done.html:
            print_line(f"{done.html:,} texts were HTML and read as text; --html no leaves them", err=True)
        if any(done.below_min_score.values()):
            counts = ", ".join(f"{name} {count:,}" for name, count in done.below_min_score.items() if count)
            print_line(f"Labels left empty below --min-score: {counts}", err=True)
    if done.swallowing:
        # Said even when quiet: texts may be missing from the output.
        print_line(
            f"{done.swallowing:,} rows may be several or parts of one (lines inside a quoted cell look like rows, "
            "quotation marks inside a cell are not doubled, or a backslash ends the line), first "
            f"{places.get('')}; double every mark that neither opens nor closes a cell",
            err=True,
        )
    if not done.rejected:
        return
    # Said even when quiet: rows are missing from the output.
    print_line(f"{done.rejected:,} rows set aside: {done.rejects}", err=True)
    if quiet:
        return
    by_count = sorted(done.reasons.items(), key=lambda item: -item[1])
    for reason, count in by_count[:SHOWN_REASONS]:
        print_line(f"  {places[reason]}: {reason} ({count:,} in all)", err=True)
    if (more := len(by_count) - SHOWN_REASONS) > 0:
        print_line(f"  and {more:,} other reasons", err=True)


def places_in(done: LabelledFile, path: Path) -> dict[str, str]:
    """Places of the rows that were set aside, for :func:`summarise`, in the one file that was labelled."""
    return {reason: f"{path}:{line}" for reason, line in {**done.first_lines, "": done.first_swallowing}.items()}


def tell_answering(
    done: LabelledFile, labeller: Labeller, parent_column: str | None, id_column: str | None, quiet: bool
) -> None:
    """Say how many texts answer another one that was there, and what made use of it."""
    from weibo_nlp.io.terminal import print_line

    if done.answering is None or not done.rows:
        return
    if done.answering == 0:
        # Said even when quiet: the column is another one than was meant, and no label says so.
        what = "name that of the texts" if id_column is None else f"--id-column {id_column} has none of its ids"
        print_line(f"No row has words in column {parent_column} (--parent-column); {what}", err=True)
    if done.missing_parents:
        print_line(f"{done.missing_parents:,} rows answer a text that is not in the file or cannot be read", err=True)
    if done.doubled_ids:
        print_line(f"{done.doubled_ids:,} rows have the id of an earlier one that is answered, which counts", err=True)
    if done.answering and not quiet:
        reading = ", ".join(labeller.reading_parents)
        print_line(f"{done.answering:,} rows answer a text, which was read for {reading} and no other label", err=True)


def tell_unplaced(done: LabelledFile) -> None:
    """Say, also when quiet, how many rows of a crawl could not be found in its threads."""
    from weibo_nlp.io.terminal import print_line

    if done.unplaced:
        print_line(
            f"{done.unplaced:,} rows are no document of the crawl, as those without an id, and were read without what "
            "stands above them; weibo-nlp import says which",
            err=True,
        )


def print_first_rows(path: Path, columns: Sequence[str]) -> None:
    """Print some columns of a result's first rows to standard output, the first shortened."""
    from weibo_nlp.io.names import printable_name
    from weibo_nlp.report.terminal import print_table

    shown = ([row.get(name) for name in columns] for row in first_rows(path, SHOWN_ROWS))
    rows = [["" if cell is None else printable_name(str(cell), limit=2 * TEXT_CELLS) for cell in row] for row in shown]
    print_table([printable_name(name) for name in columns], rows, first_width=TEXT_CELLS)
