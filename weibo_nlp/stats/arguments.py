"""Arguments of statistics at the door: columns by position, matrices by label, ids that say something, numbers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UsageError

LOWEST_LEVEL, HIGHEST_LEVEL = 1e-6, 1 - 1e-6
_SHOWN_NAMES = 6


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


def label_names(matrix: object, attribute: str = "columns") -> list[Any] | None:
    """Return the names of a table's columns (or, as ``"index"``, rows), or None where they are its numbering."""
    # A table of pyarrow has its names elsewhere than those of pandas and polars.
    names = getattr(matrix, "column_names" if hasattr(matrix, "column_names") else attribute, None)
    if not isinstance(names, Iterable) or getattr(matrix, "ndim", 2) != 2:
        return None
    # Numbers that pandas gave because nobody named anything; turned round, they say where a column came from.
    numbered = (getattr(names, "start", None), getattr(names, "step", None)) == (0, 1)
    return None if numbered else list(names)


def in_label_order(matrix: Any, labels: Sequence[Any] | None, what: str, *, rows: bool = False) -> Any:
    """Return a matrix with its columns in the order of the labels, where it names them.

    Parameters
    ----------
    matrix : array-like, shape (n_rows, n_labels)
        A DataFrame whose columns are named by labels is put into their order. Lists, arrays, and frames whose names
        have nothing to do with the labels, are taken by position.
    labels : sequence, optional
        The labels in order; without them, the label indices.
    what : str
        What errors call it.
    rows : bool
        Whether rows are labels as well, as those of a confusion matrix.

    Raises
    ------
    UsageError
        If names are labels but not exactly these, or rows and columns could be in different orders.
    """
    columns = _places(label_names(matrix), labels, f"{what}: the columns")
    index = _places(label_names(matrix, "index"), labels, f"{what}: the rows") if rows else None
    if rows and (columns is None) != (index is None) and (columns or index) != sorted(columns or index or ()):
        raise UsageError(
            f"{what}: of rows and columns, only one names its labels, in another order than labels; name both, "
            "or give an array."
        )
    if columns is None and index is None:
        return matrix
    array = np.asarray(matrix)
    array = array if index is None else array[index]
    return array if columns is None else array[:, columns]


def _places(names: list[Any] | None, labels: Sequence[Any] | None, what: str) -> list[int] | None:
    """Where each label is among names; None where names are not labels."""
    if names is None:
        return None
    labels = list(range(len(names)) if labels is None else labels)
    if len(names) == len(labels) and set(names) == set(labels):
        return [names.index(label) for label in labels]
    alike = [_spelt(label) for label in labels]
    if [_spelt(name) for name in names] == alike:
        return None
    # A name of several levels says a label as well as one of a single level does.
    parts = {_spelt(part) for name in names for part in (name if isinstance(name, tuple) else (name,))}
    if parts.isdisjoint(alike):
        return None
    given, wanted = (
        ", ".join(f"{name!r:.40}" for name in some[:_SHOWN_NAMES]) + (", ..." if len(some) > _SHOWN_NAMES else "")
        for some in (names, labels)
    )
    raise UsageError(f"{what} are named {given}, the labels are {wanted}; give each label one, or give an array.")


def _spelt(name: object) -> str:
    return str(name).strip().casefold()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
