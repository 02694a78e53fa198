"""A table cut into ranges of rows, each of which can be read by itself, in whatever process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from weibo_nlp.io.atomic import pending_file
from weibo_nlp.io.encodings import UTF8
from weibo_nlp.io.formats import WORKBOOKS
from weibo_nlp.io.parquet import OpenParquet, open_parquet
from weibo_nlp.io.row_places import BEGINNING, RowPlaces, RowStart
from weibo_nlp.io.rows import Reject, Row, Table
from weibo_nlp.io.stable import FileState, require_unchanged
from weibo_nlp.io.streams import open_seekable, open_stream

Item = Row | Reject
_FORGOTTEN = 1024  # rows from which on it is forgotten where the lines above them begin


def needs_text(table: Table) -> bool:
    """Whether ranges of a table can be read only of a copy of its text: it is packed, recoded, or a workbook."""
    found = table.sniffed
    if table.format in WORKBOOKS or found.compression is not None:
        return True
    return table.format != "parquet" and (found.encoding != UTF8 or found.returns)


def write_text(table: Table, path: Path) -> None:
    """Write what ranges of a table are read of, where :func:`needs_text` says that they need it.

    Raises
    ------
    DataError
        If the table breaks off, or changed since it was opened.
    WriteError
        If there is no room.
    """
    found = table.sniffed
    with pending_file(path) as pending, pending.path.open("wb") as handle:
        if table.format in WORKBOOKS:
            if table.copy is not None:
                table.copy.seek(0)
                shutil.copyfileobj(table.copy, handle)
        elif table.format == "parquet":
            with open_seekable(table.path, table.state, found.compression) as whole:
                shutil.copyfileobj(whole, handle)
        else:
            with open_stream(
                table.path, table.state, found.compression, found.encoding, returns=found.returns
            ) as stream:
                shutil.copyfileobj(stream, handle)
        handle.flush()
        pending.complete()
        pending.publish()


def of_text(table: Table, path: Path, copy: IO[bytes]) -> Table:
    """Return a table whose rows are read of a text that :func:`write_text` wrote.

    Parameters
    ----------
    table : Table
        As it was opened.
    path : Path
        Of the text.
    copy : binary file
        The same, open.
    """
    if table.format == "parquet":
        sniffed = replace(table.sniffed, compression=None)
        return replace(table, path=path, sniffed=sniffed, state=FileState.of(path), alias=table.called)
    return replace(table, copy=copy)


def cut(
    table: Table, n_rows: int, look: Callable[[Item], None] | None = None, tell: Callable[[int], None] | None = None
) -> tuple[list[RowStart], int]:
    """Cut a table into ranges of so many rows, those that cannot be read among them.

    Parameters
    ----------
    table : Table
        The table, or one :func:`of_text`.
    n_rows : int
        Rows of a range; the last one may have fewer.
    look : callable, optional
        Given every row. Without it, those of Parquet are not read.
    tell : callable, optional
        Told the number of rows read so far, at each cut.

    Returns
    -------
    tuple of list of RowStart and int
        Where each range begins, and the number of all rows.

    Raises
    ------
    DataError
        If the table breaks off, or changed since it was opened.
    """
    if table.format == "parquet" and look is None:
        with open_parquet(table.path, table.state, table.sniffed.compression) as opened:
            total = opened.n_rows
        return [RowStart(above, above + 1) for above in range(0, total, n_rows)], total
    places = RowPlaces()
    starts: list[RowStart] = []
    total = 0
    above = (places.has_opened, places.open_line)
    for number in table.numbers(places) if look is None else _looked_at(table.rows(places=places), look):
        if total % n_rows == 0:
            starts.append(
                RowStart(total, number, places.offset(number), *above, places.brackets) if total else BEGINNING
            )
            if tell is not None:
                tell(total)
        elif total % _FORGOTTEN == 0:
            places.offset(number)
        total += 1
        above = (places.has_opened, places.open_line)
    return starts, total


def _looked_at(items: Iterable[Item], look: Callable[[Item], None]) -> Iterator[int]:
    for item in items:
        yield item.number if isinstance(item, Row) else item.line
        look(item)


class RangeReader:
    """Reads ranges of a table; those of a Parquet file best from its beginning to its end.

    Parameters
    ----------
    table : Table
        The table, or one :func:`of_text`.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self._opened: OpenParquet | None = None
        self._stack = ExitStack()
        self._batches: Iterator[tuple[int, Any]] = iter(())
        self._held: tuple[int, Any] | None = None

    def rows(self, start: RowStart, n_rows: int) -> Iterator[Item]:
        """Yield the rows of a range.

        Raises
        ------
        DataError
            If the file changed since it was opened, which is known at the end only.
        """
        if self.table.format == "parquet":
            yield from self._parquet_rows(start.above, n_rows)
        else:
            yield from islice(self.table.rows(start), n_rows)
        require_unchanged(self.table.path, self.table.state)

    def close(self) -> None:
        """Close what is open."""
        self._stack.close()

    def _parquet_rows(self, above: int, n_rows: int) -> Iterator[Item]:
        table = self.table
        if self._opened is None:
            opening = open_parquet(table.path, table.state, table.sniffed.compression)
            self._opened = self._stack.enter_context(opening)
        if self._held is None or above < self._held[0]:
            self._batches = self._opened.batches(above)
            self._held = next(self._batches, None)
        end, number = above + n_rows, above
        while self._held is not None and number < end:
            first, batch = self._held
            if first + len(batch) <= number:
                self._held = next(self._batches, None)
                continue
            wanted = batch.slice(number - first, end - number)
            for row in self._opened.located(wanted, table.converted):
                number += 1
                yield Reject(str(table.called), number, row) if isinstance(row, str) else Row(number, *row)
