"""Strata and clusters of a collection: what each row is drawn from, told again from the design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection as Names
from collections.abc import Sequence

from weibo_nlp.analysis.design import SampleDesign
from weibo_nlp.analysis.groups import PERIODS, group_frame, require_time_column
from weibo_nlp.analysis.thread_index import THREAD, ThreadIndex
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.names import quoted
from weibo_nlp.io.rows import listed

NOTHING = "(none)"
"""What a row without a value is called in the name of its stratum."""
MERGED = "(merged)"
"""The stratum of those that have too few rows to be drawn from apart."""
SEPARATOR = " / "


def stratum_names(
    collection: Collection, columns: Sequence[str], time_column: str | None = None, merged: Names[str] = ()
) -> list[str]:
    """Name of the stratum of each row of a collection.

    Parameters
    ----------
    collection : Collection
        The rows.
    columns : sequence of str
        Columns or periods, as :func:`weibo_nlp.analysis.groups.group_frame` takes them.
    time_column : str, optional
        Column of the times, by default guessed.
    merged : collection of str
        Names of strata that are one, called ``MERGED``.

    Raises
    ------
    UsageError
        If there is no such column, no column of times is known, or none of the rows has a value.
    """
    groups = group_frame(collection, columns, time_column)
    if empty := [name for name in columns if groups[name].isna().all()]:
        raise UsageError(
            f"{collection.path}: there is nothing to tell strata by in {empty[0]}: no row has a value; name other "
            "columns."
        )
    parts = [groups[name].where(groups[name].notna(), NOTHING) for name in columns]
    names = parts[0]
    for part in parts[1:]:
        names = names + SEPARATOR + part
    if not merged:
        return list(names)
    return [MERGED if name in merged else name for name in names]


def strata_of(collection: Collection, design: SampleDesign) -> list[str] | None:
    """Stratum of each row of the collection that a sample was drawn from; None where it was not drawn by strata.

    Raises
    ------
    DataError
        If the strata are not as large as they were.
    """
    if design.strata is None:
        return None
    strata = design.strata
    names = stratum_names(collection, strata.columns, strata.time_column, frozenset(strata.merged))
    found, sizes = Counter(names), strata.sizes
    if found != sizes:
        name = min(name for name in {*found, *sizes} if found[name] != sizes.get(name, 0))
        raise DataError(
            f"{collection.path}: stratum {quoted(name)} has {found[name]:,} rows, and had {sizes.get(name, 0):,} "
            f"when the sample was drawn: {', '.join(strata.columns)} are not as they were. Give the collection that it "
            "was drawn from."
        )
    return names


def cluster_names(
    collection: Collection, column: str, id_column: str | None = None, parent_column: str | None = None
) -> list[str]:
    """Name of the cluster of each row of a collection; a row without a value is a cluster of its own.

    Parameters
    ----------
    collection : Collection
        The rows.
    column : str
        A column; or ``thread``, which is found by ids where there is no column of that name.
    id_column, parent_column : str, optional
        Columns with a row's id and the id of what it answers.

    Raises
    ------
    UsageError
        If there is no such column.
    """
    if column not in collection.columns:
        if column != THREAD:
            raise UsageError(f"{collection.path}: no column {column!r}; there is: {listed(list(collection.columns))}.")
        if id_column is None or parent_column is None:
            raise UsageError(
                f"{collection.path}: no column {THREAD!r}; name the columns with --id-column and --parent-column by "
                "which threads are found."
            )
        return ThreadIndex.of_collection(collection, id_column, parent_column).names()
    values = group_frame(collection, [column])[column]
    return [_alone(place) if value is None else value for place, value in enumerate(values)]


def clusters_of(collection: Collection, design: SampleDesign) -> list[str] | None:
    """Cluster of each row of the collection that a sample was drawn from; None where no clusters were drawn."""
    if design.clusters is None:
        return None
    return cluster_names(collection, design.clusters, design.id_column, design.parent_column)


def resolved_time_column(collection: Collection, columns: Sequence[str], named: str | None) -> str | None:
    """The column that periods among `columns` are of; None where there are none."""
    if not any(name in PERIODS and name not in collection.columns for name in columns):
        return None
    return require_time_column(collection.columns, named, str(collection.path))


def _alone(place: int) -> str:
    return f"(place {place})"
