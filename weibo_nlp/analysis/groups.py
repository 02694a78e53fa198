"""Groups of rows: by a column, or by the day, week, month, quarter or year of their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

from weibo_nlp.analysis.cells import name_of, value_text
from weibo_nlp.errors import UsageError
from weibo_nlp.ingest.times import date_order, is_year_last, parse_time
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.column_names import TIME_NAMES
from weibo_nlp.io.column_types import DateOrder
from weibo_nlp.io.names import quoted
from weibo_nlp.io.rows import listed

if TYPE_CHECKING:
    import pandas as pd

Period = Literal["day", "week", "month", "quarter", "year"]
PERIODS: tuple[Period, ...] = get_args(Period)
TIME_COLUMNS = TIME_NAMES
"""Names of columns that hold when a text was published, as they are looked for."""


def group_frame(collection: Collection, by: Sequence[str], time_column: str | None = None) -> pd.DataFrame:
    """Return the groups of every row of a collection.

    Parameters
    ----------
    collection : Collection
        The rows.
    by : sequence of str
        Names of columns, or ``day``, ``week``, ``month``, ``quarter``, ``year``: of the time of a row, unless the
        collection has a column of that name.
    time_column : str, optional
        Column with the time; by default guessed by its name (`TIME_COLUMNS`).

    Returns
    -------
    DataFrame
        A row for each of the collection, by place, and a column of strings for each of `by`; missing where the row has
        no value, or no time that can be read.

    Raises
    ------
    UsageError
        If there is no such column, no column of times is known, none of its values can be read as a time, or it is
        unsure which number of its dates is the day.
    """
    import pandas as pd

    if len(set(by)) < len(by):
        raise UsageError(f"rows are grouped twice by {next(name for name in by if by.count(name) > 1)}; say it once.")
    periods = [name for name in by if name in PERIODS and name not in collection.columns]
    column = None if not periods else require_time_column(collection.columns, time_column, str(collection.path))
    plain = [name for name in by if name not in periods]
    frame = collection.frame([*plain, *([] if column is None else [column])])
    groups = pd.DataFrame(index=frame.index)
    order = None if column is None else order_of_times(collection, column)
    for name in by:
        values = frame[column if name in periods else name]
        if name in periods:
            groups[name] = values.map(
                PeriodReader(name, order, f"{collection.path}: column {column}"), na_action="ignore"
            ).astype(object)
        else:
            groups[name] = values.map(value_text, na_action="ignore").astype(object)
    if periods and column is not None:
        _require_times(frame[column], groups[periods[0]], f"{collection.path}: {column}")
    return groups.where(groups.notna(), None)


def _require_times(values: pd.Series, groups: pd.Series, where: str) -> None:
    """Refuse a column of which no value is a time: all rows would be of no period, and nothing would say why."""
    stated = values.dropna()
    if len(stated) and groups.isna().all():
        raise UsageError(
            f"{where}: none of its {len(stated):,} values is read as a time, the first being "
            f"{quoted(str(stated.iloc[0]), 40)}; name another column with --time-column / time_column=, or write times "
            "as 2023-04-20 08:00."
        )


def require_time_column(columns: Mapping[str, object], named: str | None, where: str) -> str:
    """Return the column that holds the times: the one named, or the first of `TIME_COLUMNS` that there is.

    Raises
    ------
    UsageError
        If the one named is not there, or none is known.
    """
    if named is not None:
        if named not in columns:
            raise UsageError(f"{where}: no column {named!r}; there is: {listed(list(columns))}.")
        return named
    found = guess_time_column(columns)
    if found is None:
        raise UsageError(
            f"{where}: no column is known to hold times among {listed(list(columns))}; name it with --time-column / "
            "time_column=."
        )
    return found


def guess_time_column(columns: Mapping[str, object]) -> str | None:
    """Return the first of `TIME_COLUMNS` that is among the columns, however it is cased; None without any."""
    return name_of(columns, TIME_COLUMNS)


def period_of(value: object, period: Period, order: DateOrder | None = None) -> str | None:
    """Return the period that a moment lies in, as text whose order is that of time.

    Parameters
    ----------
    value : object
        What a source states, as :func:`weibo_nlp.ingest.times.parse_time` reads it; without a zone, in China's.
    period : {"day", "week", "month", "quarter", "year"}
        Weeks are those of ISO 8601.
    order : {"day", "month"}, optional
        Which number stands first in dates whose year stands last.

    Returns
    -------
    str or None
        ``2023-04-20``, ``2023-W16``, ``2023-04``, ``2023-Q2`` or ``2023``; None where no moment is stated.

    Examples
    --------
    >>> period_of("2023-04-20 08:00", "week"), period_of("刚刚", "month")
    ('2023-W16', None)
    """
    moment = parse_time(value, order=order)
    if moment is None:
        return None
    day = date.fromisoformat(moment[:10])
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if period == "quarter":
        return f"{day.year:04d}-Q{(day.month + 2) // 3}"
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[period]]


def order_of_times(collection: Collection, column: str) -> DateOrder | None:
    """Tell which number stands first in the dates of a column whose year stands last, if its first dates are such.

    Raises
    ------
    UsageError
        If the dates do not tell, and nobody does.
    """
    if collection.date_order is not None:
        return collection.date_order
    first = next(collection.frames([column], _FIRST_ROWS), None)
    if first is None or not any(map(is_year_last, first[column])):
        return None
    values = (value for frame in collection.frames([column]) for value in frame[column])
    return date_order(values, f"{collection.path}: column {column}")


class PeriodReader:
    """Periods of a column's moments, each asked once: rows of one minute are many.

    Parameters
    ----------
    period : {"day", "week", "month", "quarter", "year"}
        As for :func:`period_of`.
    order : {"day", "month"} or None
        As :func:`order_of_times` tells it.
    where : str
        The file and the column, for the message.
    """

    def __init__(self, period: Period, order: DateOrder | None, where: str) -> None:
        self._period, self._order, self._where = period, order, where
        self._known = dict[object, str | None]()

    def __call__(self, value: object) -> str | None:
        """Return the period of a moment.

        Raises
        ------
        UsageError
            If it is a date whose year stands last, in a column that does not begin with such dates.
        """
        if value not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[value] = self._read(value)
        return self._known[value]

    def _read(self, value: object) -> str | None:
        found = period_of(value, self._period, self._order)
        if found is None and self._order is None and is_year_last(value):
            raise UsageError(
                f"{self._where}: {quoted(value)} has its year last, and the first dates have not; say by --date-order "
                "day or --date-order month what stands first there, or write the dates alike, as 2018-08-23."
            )
        return found


_FIRST_ROWS = 1000
_MOST_KNOWN = 100_000
