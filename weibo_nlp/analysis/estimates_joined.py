"""Estimates of a collection beside the raw shares that they correct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from weibo_nlp.analysis.estimates import METHODS, read_estimates, require_estimates
from weibo_nlp.analysis.groups import PERIODS
from weibo_nlp.errors import DataError
from weibo_nlp.io.names import quoted

if TYPE_CHECKING:
    from weibo_nlp.io.collection import Collection

_ROWS = ("estimates", "differences")


@dataclass(frozen=True)
class EstimatesOf:
    """What ``weibo-nlp estimate`` wrote of a collection.

    Attributes
    ----------
    by : tuple of str
        Columns and periods by which shares were estimated.
    method : str or None
        The one whose figures are shown beside the raw shares; None where there is none but the raw ones.
    confidence_level : float or None
        Of the intervals.
    rows : tuple of mapping
        Rows of all methods.
    differences : DataFrame
        Differences between groups or periods.
    about : mapping
        Everything else that the file says.
    """

    by: tuple[str, ...]
    method: str | None
    confidence_level: float | None
    rows: tuple[Mapping[str, Any], ...]
    differences: pd.DataFrame
    about: Mapping[str, Any]

    @property
    def period(self) -> str | None:
        """The period by which shares were estimated; None without."""
        return next((name for name in self.by if name in PERIODS), None)


def estimates_of(source: Mapping[str, Any] | Path | str, collection: Collection) -> EstimatesOf:
    """Read the estimates of a collection.

    Parameters
    ----------
    source : mapping, Path or str
        The file, or what is in it.
    collection : Collection
        The rows that the estimates must be of.

    Raises
    ------
    UsageError
        If the file cannot be read.
    DataError
        If it holds no estimates, or those of another collection.
    """
    where = "estimates" if isinstance(source, Mapping) else str(source)
    content = require_estimates(source, where) if isinstance(source, Mapping) else read_estimates(Path(source))
    of = content.get("collection")
    if not isinstance(of, Mapping) or of.get("sha256") != collection.sha256:
        name = of.get("name") if isinstance(of, Mapping) else None
        raise DataError(
            f"{where}: the estimates are of another collection ({quoted(str(name))}) than {collection.path}, or it was "
            "changed since; run weibo-nlp estimate on it again."
        )
    by = content["by"]
    rows = tuple(content["estimates"])
    for number, row in enumerate(rows, 1):
        if problem := _problem(row, by):
            raise DataError(f"{where}: row {number} of the estimates: {problem}; run weibo-nlp estimate again.")
    corrected = [method for method in METHODS if method != "uncorrected"]
    methods = [content.get("main_method"), *corrected]
    present = {row["method"] for row in rows}
    return EstimatesOf(
        tuple(by),
        next((method for method in methods if method in present and method in corrected), None),
        content.get("confidence_level"),
        rows,
        pd.DataFrame(content["differences"]),
        {key: value for key, value in content.items() if key not in _ROWS},
    )


class Joined:
    """Raw shares with the estimates of the same label in the same part of the collection.

    Parameters
    ----------
    counted : iterable of tuple
        Label column, label, target, period, group_by, group, count, n, share.
    estimates : Estimates, optional
        What was estimated.
    period : str, optional
        What the periods are.
    """

    def __init__(self, counted: Iterable[tuple[Any, ...]], estimates: EstimatesOf | None, period: str | None) -> None:
        self._counted = list(counted)
        self._by_key: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        self._unplaced: list[Mapping[str, Any]] = []
        self._method = None if estimates is None else estimates.method
        sizes = {(row[0], *row[2:6]): row[7] for row in self._counted}
        known = {row[:6] for row in self._counted}
        for row in () if estimates is None else estimates.rows:
            if row["method"] != self._method:
                continue
            key = _key(row, estimates.by, period) if estimates is not None else None
            n = None if key is None else sizes.get((key[0], *key[2:]))
            if key is None or n is None:
                self._unplaced.append(row)
                continue
            self._by_key[key] = row
            if key not in known:  # people gave a label that no row was predicted to have
                self._counted.append((*key, 0, n, 0.0))

    @property
    def is_corrected(self) -> bool:
        """Whether there are estimates."""
        return bool(self._by_key)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows with estimate, low, high, method and note behind each."""
        for row in self._counted:
            estimate = self._by_key.get(row[:6])
            if estimate is None:
                yield (*row, None, None, None, None, None)
            else:
                yield (*row, *(estimate.get(name) for name in ("share", "low", "high", "method", "note")))

    def unplaced(self) -> pd.DataFrame:
        """Return estimates that are of none of the rows."""
        return pd.DataFrame(self._unplaced)


def _key(row: Mapping[str, Any], by: Sequence[str], period: str | None) -> tuple[Any, ...] | None:
    """Return the cells by which a row is known among the raw shares; None where it is of a group within a group."""
    parts = [(name, row[name]) for name in by if row.get(name) is not None]
    of = (row["label_column"], row["label"], row.get("target"))
    if not parts:
        return (*of, None, None, None)
    if len(parts) > 1:
        return None
    ((name, value),) = parts
    return (*of, value, None, None) if name == period else (*of, None, name, value)


def _problem(row: Mapping[str, Any], by: Sequence[str]) -> str | None:
    for name in ("label_column", "label", "method"):
        if not isinstance(row.get(name), str):
            return f"{name} is no text"
    for name in ("target", "note", *by):
        if not isinstance(row.get(name), str | None):
            return f"{name} is neither text nor null"
    for name in ("share", "low", "high"):
        value = row.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1):
            return f"{name} is no share"
    return None
