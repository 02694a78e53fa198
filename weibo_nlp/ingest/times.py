"""Moments as sources write them, in ISO 8601 with the zone in which the platforms show them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone

from weibo_nlp.errors import UsageError
from weibo_nlp.io.column_types import DateOrder
from weibo_nlp.io.names import quoted

CHINA = timezone(timedelta(hours=8))
"""Zone of every date that names none: what the platforms show, wherever their reader is."""

_ENGLISH = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d?) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FULL = re.compile(
    r"(\d{4})[-/.年](\d\d?)[-/.月](\d\d?)日?"
    r"(?:[T ]{0,2}(\d\d?):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?\s?(Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_YEAR_LAST = re.compile(
    r"(\d\d?)([-/.])(\d\d?)\2(\d{4})(?:[T ,]{1,2}(\d\d?):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?: ?([AP])M)?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS_OF_YEAR, _HALF_DAY = 12, 12
_OF_YEAR = re.compile(r"(\d\d?)(?:-|月)(\d\d?)日?(?: ?(\d\d?):(\d\d))?", re.ASCII)
_OF_DAY = re.compile(r"(今天|昨天|前天) ?(\d\d?):(\d\d)", re.ASCII)
_AGO = re.compile(r"(\d{1,4}) ?(秒|分钟|小时|天)前", re.ASCII)
_DAYS = {"今天": 0, "昨天": 1, "前天": 2}
_STEPS = {
    "秒": timedelta(seconds=1),
    "分钟": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "天": timedelta(days=1),
}
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?", re.ASCII)
# Seconds from 2001 on have ten digits, milliseconds thirteen.
_MILLISECONDS = 10**12


def parse_time(value: object, crawled_at: datetime | None = None, order: DateOrder | None = None) -> str | None:
    """Read a moment, as exactly as it is stated and no more.

    Parameters
    ----------
    value : object
        Seconds or milliseconds since 1970, a date with or without a time, Twitter's English form, or what is shown to
        readers (``3分钟前``, ``今天 12:30``, ``10-19``).
    crawled_at : datetime, optional
        When it was shown, with its zone; without, what counts from there is unknown.
    order : {"day", "month"}, optional
        Which number stands first in dates whose year stands last; without, these state no moment.

    Returns
    -------
    str or None
        ``2022-10-19T23:44:36+08:00``, to the minute ``2022-10-19T23:44+08:00``, to the day ``2022-10-19``; None where
        no moment is stated.

    Examples
    --------
    >>> parse_time("Wed Oct 19 15:44:36 +0000 2022")
    '2022-10-19T23:44:36+08:00'
    >>> parse_time("2020-03-01 12:30"), parse_time("3分钟前")
    ('2020-03-01T12:30+08:00', None)
    >>> parse_time("23/08/2018 13:10", order="day"), parse_time("8/23/2018", order="month")
    ('2018-08-23T13:10+08:00', '2018-08-23')
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, datetime):
        return _moment(value, "seconds")
    text = str(value)[:64].strip()
    try:
        if _EPOCH.fullmatch(text):
            number = float(text)
            seconds = number / 1000 if number >= _MILLISECONDS else number
            return _moment(datetime.fromtimestamp(seconds, UTC), "seconds")
        if order is not None and (match := _YEAR_LAST.fullmatch(text)):
            return _year_last(match, order)
        return _stated(text) or (_shown(text, crawled_at) if crawled_at is not None else None)
    except (ValueError, OverflowError):  # the 30th of February
        return None


def is_year_last(value: object) -> bool:
    """Whether a value is a date whose year stands last, as ``23/08/2018 13:10``."""
    return isinstance(value, str) and _YEAR_LAST.fullmatch(value[:64].strip()) is not None


def date_order(values: Iterable[object], where: str) -> DateOrder | None:
    """Tell of all values of a column which number stands first in dates whose year stands last.

    Parameters
    ----------
    values : iterable
        Dates and anything else, of which one with a number above 12 decides.
    where : str
        The file and the column, for the message.

    Returns
    -------
    {"day", "month"} or None
        None where no date has its year last.

    Raises
    ------
    UsageError
        If none decides, or some say the one and some the other.

    Examples
    --------
    >>> date_order(["01/02/2018", "23/08/2018 13:10", "##########"], "posts.csv: column date")
    'day'
    """
    examples: dict[DateOrder, str] = {}
    unsure: str | None = None
    for value in values:
        match = _YEAR_LAST.fullmatch(value[:64].strip()) if isinstance(value, str) else None
        if match is None:
            continue
        first, second = int(match[1]), int(match[3])
        if first > _MONTHS_OF_YEAR < second:
            continue  # no date at all
        if max(first, second) > _MONTHS_OF_YEAR:
            examples.setdefault("day" if first > _MONTHS_OF_YEAR else "month", match[0])
        elif unsure is None:
            unsure = match[0]
    if len(examples) == 1:
        return next(iter(examples))
    if examples:
        raise UsageError(
            f"{where}: {quoted(examples['day'])} has its day first and {quoted(examples['month'])} its month; say by "
            "--date-order day or --date-order month which holds of the column, or write its dates as 2018-08-23."
        )
    if unsure is not None:
        raise UsageError(
            f"{where}: {quoted(unsure)} may have its day first or its month, and no date there decides it; say which "
            "by --date-order day or --date-order month, or write the dates as 2018-08-23."
        )
    return None


def _year_last(match: re.Match[str], order: DateOrder) -> str:
    first, _, second, year, hour, minute, seconds, half = match.groups()
    day, month = (first, second) if order == "day" else (second, first)
    if hour is None:
        return date(int(year), int(month), int(day)).isoformat()
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= _HALF_DAY:
            raise ValueError(f"{hours} of half a day")
        hours = hours % _HALF_DAY + (_HALF_DAY if half.upper() == "P" else 0)
    moment = datetime(int(year), int(month), int(day), hours, int(minute), int(seconds or 0), tzinfo=CHINA)
    return _moment(moment, "seconds" if seconds is not None else "minutes")


def _stated(text: str) -> str | None:
    if match := _ENGLISH.fullmatch(text):
        month, day, clock, zone, year = match.groups()
        if month not in _MONTHS:
            return None
        written = f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{clock}{zone[:3]}:{zone[3:]}"
        return _moment(datetime.fromisoformat(written), "seconds")
    if match := _FULL.fullmatch(text):
        year, month, day, hour, minute, second, zone = match.groups()
        if hour is None:
            return date(int(year), int(month), int(day)).isoformat()
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=CHINA)
        if zone is not None:
            other = datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo
            moment = moment.replace(tzinfo=other)
        return _moment(moment, "seconds" if second is not None else "minutes")
    return None


def _shown(text: str, crawled_at: datetime) -> str | None:
    """Read what counts from the time at which it was shown."""
    now = crawled_at.astimezone(CHINA)
    if text == "刚刚":
        return _moment(now, "minutes")
    if match := _AGO.fullmatch(text):
        moment = now - int(match[1]) * _STEPS[match[2]]
        return moment.date().isoformat() if match[2] == "天" else _moment(moment, "minutes")
    if match := _OF_DAY.fullmatch(text):
        day = now.date() - timedelta(days=_DAYS[match[1]])
        return _moment(datetime.combine(day, time(int(match[2]), int(match[3])), CHINA), "minutes")
    if match := _OF_YEAR.fullmatch(text):
        month, day_of_month, hour, minute = match.groups()
        day = date(now.year, int(month), int(day_of_month))
        if day > now.date():  # shown without its year only within one
            day = day.replace(year=now.year - 1)
        if hour is None:
            return day.isoformat()
        return _moment(datetime.combine(day, time(int(hour), int(minute)), CHINA), "minutes")
    return None


def _moment(moment: datetime, precision: str) -> str:
    zoned = moment.replace(tzinfo=CHINA) if moment.tzinfo is None else moment.astimezone(CHINA)
    return zoned.isoformat(timespec=precision)
