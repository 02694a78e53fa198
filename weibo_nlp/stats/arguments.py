"""Arguments of statistics at the door: columns by position, ids that say something, numbers within their range."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Set
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UsageError

LOWEST_LEVEL, HIGHEST_LEVEL = 1e-6, 1 - 1e-6


def column(values: object, what: str) -> list[Any]:
    """Return the entries of a column by position.

    A column of a table that was sorted or filtered keeps the labels of its index: looked up as ``values[3]`` it gives
    the entry of another row, or none.

    Parameters
    ----------
    values : iterable
        A list, an array of one dimension, or a Series, Index or Categorical of pandas.
    what : str
        What errors call it.

    Raises
    ------
    UsageError
        If it holds nothing one by one, or nothing in an order.
    """
    unordered = isinstance(values, str | bytes | Mapping | Set)
    if unordered or not isinstance(values, Iterable) or getattr(values, "ndim", 1) != 1:
        raise UsageError(f"{what} is a {type(values).__name__}; give a list, a Series or an array of one dimension.")
    return list(values)


def ids(values: object, what: str) -> list[Hashable]:
    """Return the ids of a column by position, each of which must be one.

    Parameters
    ----------
    values : iterable
        As for :func:`column`.
    what : str
        What errors call it.

    Raises
    ------
    UsageError
        If it is no column.
    DataError
        If an id is missing (None, NaN, NaT or pandas.NA, also as part of a tuple): such rows would make one unit
        together, or one each, by how the value is held. Or if ids cannot be told apart.
    """
    entries = column(values, what)
    for place, entry in enumerate(entries):
        if type(entry) is str or type(entry) is int:
            continue
        try:
            hash(entry)
        except TypeError:
            raise DataError(f"{what}[{place}] is a {type(entry).__name__}; give ids, such as strings.") from None
        if is_missing(entry):
            raise DataError(
                f"{what}[{place}] is {entry!r}, which is no id; give every row the one of its unit, or leave out the "
                "rows without."
            )
    return entries


def is_missing(value: object) -> bool:
    """Whether a value stands for none; of a tuple, whether one of its parts does."""
    if value is None:
        return True
    if isinstance(value, tuple):
        return any(map(is_missing, value))
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA does not say whether it does
        return True


def require_confidence_level(value: object) -> float:
    """Return a nominal coverage, or raise UsageError; so close to 0 or 1 that quantiles are infinite, it is none."""
    if not _is_number(value) or not LOWEST_LEVEL <= value <= HIGHEST_LEVEL:  # type: ignore[operator]
        raise UsageError(
            f"confidence_level must lie between 0 and 1, as 0.95 ({LOWEST_LEVEL:g} to {HIGHEST_LEVEL:.6f}); "
            f"got {value!r:.40}."
        )
    return float(value)  # type: ignore[arg-type]


def require_whole(value: object, what: str, least: int, most: int, remedy: str) -> int:
    """Return a whole number from `least` to `most`, or raise UsageError."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise UsageError(f"{what} must be a whole number, {remedy}; got {value!r:.40}.")
    if value < least:
        raise UsageError(f"{what} must be at least {least}, {remedy}; got {value!r:.40}.")
    if value > most:
        raise UsageError(f"{what} must be at most {most:,}, {remedy}; got {float(value):.3g}.")
    return int(value)


def numbers(values: npt.ArrayLike, what: str) -> npt.NDArray[np.float64]:
    """Return an array of floats, or raise UsageError where it holds something else."""
    try:
        array = np.asarray(values)
        if array.dtype.kind in "iufb" or (array.dtype.kind == "O" and all(map(_is_number, array.flat))):
            return array.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{what} must hold numbers in rows of one length ({error}).") from None
    raise UsageError(f"{what} must hold numbers, got {array.dtype} of shape {array.shape}.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
