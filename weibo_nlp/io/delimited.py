"""The csv module's one setting, which belongs to the process, set for the length of one step and put back."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator


def read_records(lines: Iterable[str], *, delimiter: str = ",", strict: bool, cell_limit: int) -> Iterator[list[str]]:
    """Yield the records of delimited lines, cells no longer than `cell_limit` characters.

    Parameters
    ----------
    lines : iterable of str
        With their line ends.
    delimiter : str
        Between cells.
    strict : bool
        As in the csv module: broken quoting is an error instead of being mended.
    cell_limit : int
        Longest cell in characters. The csv module keeps it for the whole process, where other readers would
        find it changed.

    Raises
    ------
    csv.Error
        For broken quoting or a cell beyond the limit.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=strict)
    while True:
        before = csv.field_size_limit(cell_limit)
        try:
            record = next(reader, None)
        finally:
            csv.field_size_limit(before)
        if record is None:
            return
        yield record
