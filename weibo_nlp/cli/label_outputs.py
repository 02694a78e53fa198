"""Where ``weibo-nlp label`` writes a result that nobody named, and whose file it may replace there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Set
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from weibo_nlp.errors import DataError, UsageError

if TYPE_CHECKING:
    from weibo_nlp.io import Table
    from weibo_nlp.io.formats import Format
    from weibo_nlp.labelling import Labeller


def named(output: Path) -> Path:
    """Path of an output; ``-`` is standard output."""
    return Path("/dev/stdout") if str(output) == "-" else output


def default_output(input: Path, format: Format) -> Path:
    """Name the result so that no other input shares it: one hyphen tells posts and posts.txt from posts.csv."""
    from weibo_nlp.io.formats import output_of

    suffix = output_of(format)
    if input.suffix == f".{suffix}":
        return input.with_name(f"{input.stem}.labelled.{suffix}")
    return input.with_name(f"{input.name}-labelled.{suffix}")


def example_output(example: Path) -> Path:
    """Name the result in the current folder; refuse to write over what an earlier --example did not write."""
    output = Path(default_output(example, "csv").name)
    if output.exists():
        try:
            ids, expected = ([row.get("id") for row in first_rows(path, 100)] for path in (output, example))
        except (DataError, UsageError):  # no table at all, or none as we write them
            ids, expected = [], [None]
        if ids != expected:
            raise UsageError(f"{output} exists and is no result of --example; name another file with -o.")
    return output


def require_own(output: Path, labeller: Labeller, inputs: Callable[[], Collection[str]]) -> None:
    """Refuse to write over a file that nobody named and that has not the columns of an earlier result of this run.

    The probabilities of all labels, and sets of them, may be there or not, whichever are asked for now.

    Parameters
    ----------
    output : Path
        The file.
    labeller : Labeller
        What adds columns.
    inputs : callable
        Gives the columns of the input, which may have to be read for it.
    """
    from weibo_nlp.io import open_table
    from weibo_nlp.labelling.files import renamed_columns

    if not output.is_file() or output.stat().st_size == 0:
        return
    scores = {*labeller.probability_columns, *labeller.set_columns}
    labels, names = labeller.columns.keys() - scores, inputs()
    renamed = renamed_columns(names, labels)
    columns = {renamed.get(name, name) for name in names} | labels
    possible = columns | scores | set(renamed_columns(names, labels | scores).values())
    try:
        problem = _foreign(open_table(output), columns, labels, possible)
    except (DataError, UsageError):  # no table at all, or none as we write them
        problem = _columns_problem((), columns, possible)
    if problem:
        raise UsageError(
            f"{output} exists and is no earlier result of this: {problem}. Name a file with -o; one that is named is "
            "replaced."
        )


def first_rows(path: Path, count: int) -> list[Mapping[str, object]]:
    """Return the first rows of a table."""
    from weibo_nlp.io import Row, open_table

    return [row.values for row in islice(open_table(path).rows(), count) if isinstance(row, Row)]


def _foreign(table: Table, columns: Set[str], labels: Set[str], possible: Set[str]) -> str:
    """Say by what a table is seen not to have been written by us; rows of JSON Lines have keys of their own each."""
    from weibo_nlp.io import Row

    if not table.is_keyed:
        # An index of pandas becomes a column of Parquet where rows are set aside.
        index = {name for name in table.columns if table.format == "parquet" and name.startswith("__index_level_")}
        return _columns_problem(table.columns, columns, possible | index)
    line = 0
    for item in table.rows():
        if not isinstance(item, Row):
            return f"its line {item.line} cannot be read ({item.reason})"
        line = item.number
        if problem := _columns_problem(item.values, labels, possible):
            return f"{problem} in line {line}"
    return "" if line else _columns_problem((), labels, possible)


def _columns_problem(held: Collection[str], needed: Set[str], possible: Set[str]) -> str:
    from weibo_nlp.io.names import quoted_list

    if lacking := needed - set(held):
        return f"it has no column {quoted_list(sorted(lacking))}"
    others = [name for name in held if name not in possible]
    return f"it has a column {quoted_list(others)}" if others else ""
