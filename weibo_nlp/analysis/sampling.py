"""Random samples of a collection for people to label, with the chance that every row had to be drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from weibo_nlp.analysis.allocation import LEAST, allocate, label_deviations, stratum_weights
from weibo_nlp.analysis.design import (
    Allocation,
    DrawnFrom,
    DrawnRow,
    SampleDesign,
    Strata,
    text_sha256,
)
from weibo_nlp.analysis.drawing import DrawnClusters, draw_clusters, draw_rows, draw_whole_clusters, random_keys
from weibo_nlp.analysis.label_columns import LabelColumn, label_columns
from weibo_nlp.analysis.strata import MERGED, cluster_names, resolved_time_column, stratum_names
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.ingest.writing import ABOVE
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.rows import listed
from weibo_nlp.labelling.columns import first_rows, guess_text_column
from weibo_nlp.stats.arguments import require_whole
from weibo_nlp.stats.metrics import FloatArray, IntArray

MAX_SEED = 2**63 - 1
MAX_SAMPLE = 1_000_000
MIN_CLUSTERS = 2
ENOUGH_CLUSTERS = 30
"""Clusters from which on limits hold as they say (`weibo_nlp.evaluation.prevalence.design_based`)."""


@dataclass(frozen=True, slots=True)
class SampleColumns:
    """Columns of a collection that a sample goes by.

    Attributes
    ----------
    text : str
        With the text.
    id, parent : str or None
        With a row's id and the id of what it answers.
    """

    text: str
    id: str | None = None
    parent: str | None = None


def draw_sample(
    collection: Collection,
    n: int,
    *,
    seed: int = 0,
    labels: Sequence[str] = (),
    by: Sequence[str] = (),
    allocation: Allocation = "proportional",
    clusters: str | None = None,
    per_cluster: int | None = None,
    text_column: str | None = None,
    time_column: str | None = None,
    id_column: str | None = None,
    parent_column: str | None = None,
) -> SampleDesign:
    """Draw a random sample of a collection.

    Every row of the collection can be drawn, those out of domain among them: shares are shares of all of its rows.

    Parameters
    ----------
    collection : Collection
        Labelled rows.
    n : int
        Rows to draw; with `clusters`, on average.
    seed : int
        Which of the possible samples; the same one on any machine. With a larger `n`, a simple sample holds the one
        that a smaller `n` draws.
    labels : sequence of str
        Label columns that people are asked about; by default all.
    by : sequence of str
        What strata are made of: columns, such as a label column, or periods such as ``month``.
    allocation : {"proportional", "equal", "neyman"}
        How the sample is divided among strata. ``neyman`` gives more to those in which the scores of `labels` say that
        labels differ.
    clusters : str, optional
        Column of clusters to be drawn, or ``thread``.
    per_cluster : int, optional
        Rows of each cluster that is drawn, clusters being drawn with chances in proportion to their size; by default
        all of its rows, and clusters are drawn with equal chances.
    text_column, time_column, id_column, parent_column : str, optional
        By default guessed by name, and in the columns of ``weibo-nlp import``.

    Returns
    -------
    SampleDesign
        With its rows in the order of their places.

    Raises
    ------
    UsageError
        If more rows are asked for than there are or than strata allow, there is no such column, or options exclude
        each other.
    DataError
        If rows have no text: nobody could label them, and shares are of all rows.
    """
    n = require_whole(n, "n", 1, MAX_SAMPLE, "the number of rows to be drawn")
    seed = require_whole(seed, "seed", 0, MAX_SEED, "which of the possible samples is drawn")
    if by and clusters is not None:
        raise UsageError(
            "by and clusters exclude each other: a thread has rows of several strata. Draw clusters, or rows by strata."
        )
    if per_cluster is not None:
        per_cluster = require_whole(per_cluster, "per_cluster", 1, MAX_SAMPLE, "the rows of each cluster")
        if clusters is None:
            raise UsageError("per_cluster says how many rows of each cluster are drawn; name clusters as well.")
    if allocation != "proportional" and not by:
        raise UsageError(f"allocation {allocation} divides a sample among strata; name what they are made of in by.")
    asked = label_columns(collection, labels)
    columns = sample_columns(collection, asked, text_column, id_column, parent_column)
    require_texts(collection, columns.text)
    size = collection.n_rows
    if n > size:
        raise UsageError(f"{collection.path} has {size:,} rows, and {n:,} are to be drawn; draw fewer.")
    common: dict[str, Any] = {
        "collection": DrawnFrom(collection.path.name, collection.sha256, size),
        "seed": seed,
        "label_columns": tuple(column.name for column in asked),
        "labels": {column.name: column.labels for column in asked},
        "text_column": columns.text,
        "id_column": columns.id,
        "parent_column": columns.parent,
    }
    keys = random_keys(seed, "rows", size)
    if clusters is not None:
        names = cluster_names(collection, clusters, columns.id, columns.parent)
        order, numbers = _numbered(names)
        drawn = _drawn_clusters(np.bincount(numbers), n, seed, per_cluster, clusters)
        places = draw_rows(keys, numbers, drawn.rows)
        chances, parts = drawn.probabilities[numbers], {"cluster": [order[numbers[place]] for place in places]}
        common |= {"method": "clusters", "clusters": clusters, "per_cluster": per_cluster}
        common["n_clusters"] = int(drawn.hits.sum())
    elif by:
        time = resolved_time_column(collection, by, time_column)
        strata, numbers = _strata(collection, n, by, allocation, time, asked)
        order = list(strata.sizes)
        places = draw_rows(keys, numbers, np.array([strata.drawn[name] for name in order]))
        fractions = np.array([strata.drawn[name] / strata.sizes[name] for name in order])
        chances, parts = fractions[numbers], {"stratum": [order[numbers[place]] for place in places]}
        common |= {"method": "stratified", "strata": strata}
    else:
        places = draw_rows(keys, np.zeros(size, dtype=np.int64), np.array([n]))
        chances, parts = np.full(size, n / size), {}
        common |= {"method": "simple"}
    return SampleDesign(rows=_rows(collection, places, chances, parts, columns.text, asked), **common)


def sample_columns(
    collection: Collection,
    asked: Sequence[LabelColumn] = (),
    text_column: str | None = None,
    id_column: str | None = None,
    parent_column: str | None = None,
) -> SampleColumns:
    """Find the columns with text, id, and the id of what a row answers.

    Raises
    ------
    UsageError
        If a column is not there, or which is the text is not sure.
    """
    known = collection.columns
    for name in (text_column, id_column, parent_column):
        if name is not None and name not in known:
            raise UsageError(f"{collection.path}: no column {name!r}; there is: {listed(list(known))}.")
    if text_column is None:
        others = {each for column in asked for each in (*column.columns, column.target)}
        values = first_rows(collection.tables[0])
        text_column = guess_text_column([name for name in known if name not in others], values)
    if id_column is None and "id" in known:
        id_column = "id"
    if parent_column is None and id_column is not None:
        parent_column = next((name for name in (ABOVE, "parent") if name in known), None)
    return SampleColumns(text_column, id_column, parent_column)


def require_texts(collection: Collection, text_column: str) -> None:
    """Refuse a collection with rows that nobody could label.

    Raises
    ------
    DataError
        Naming how many have no text, and the first.
    """
    n_empty = first = 0
    for place, row in enumerate(collection.rows([text_column])):
        if not str(row[text_column] or "").strip():
            n_empty, first = n_empty + 1, place if n_empty == 0 else first
    if n_empty:
        raise DataError(
            f"{collection.path}: {n_empty:,} rows have no text in {text_column}, or cannot be read (the first at place "
            f"{first}). Nobody could label them, and shares are shares of all rows: take them out, as weibo-nlp label "
            "does, and draw again."
        )


def _drawn_clusters(sizes: IntArray, n: int, seed: int, per_cluster: int | None, column: str) -> DrawnClusters:
    n_draws = clusters_for(sizes, n, per_cluster)
    if sizes.size < MIN_CLUSTERS or n_draws < MIN_CLUSTERS:
        raise UsageError(
            f"{n:,} rows are {n_draws:,} of {sizes.size:,} clusters ({column}); at least {MIN_CLUSTERS} are needed, "
            f"better {ENOUGH_CLUSTERS}. Draw more rows, or fewer of each cluster with per_cluster."
        )
    if per_cluster is None:
        return draw_whole_clusters(seed, sizes, n_draws)
    return draw_clusters(seed, sizes, n_draws, per_cluster)


def clusters_for(sizes: IntArray, n: int, per_cluster: int | None) -> int:
    """How often clusters have to be drawn so that a sample has `n` rows on average."""
    if per_cluster is None:
        return min(round(n * sizes.size / int(sizes.sum())), sizes.size)
    return round(n * int(np.maximum(sizes, per_cluster).sum()) / (per_cluster * int(sizes.sum())))


def _strata(
    collection: Collection,
    n: int,
    by: Sequence[str],
    allocation: Allocation,
    time_column: str | None,
    asked: Sequence[LabelColumn],
) -> tuple[Strata, IntArray]:
    """Strata in the order of their names, and the number of each row's."""
    names = stratum_names(collection, by, time_column)
    merged = frozenset(rare_strata(Counter(names), n, allocation))
    order, numbers = _numbered([MERGED if name in merged else name for name in names] if merged else names)
    sizes = np.bincount(numbers, minlength=len(order)).tolist()
    deviations = _deviations(collection, asked, numbers, len(order)) if allocation == "neyman" else None
    drawn = allocate(n, sizes, stratum_weights(allocation, sizes, deviations))
    of_size, of_drawn = dict(zip(order, sizes, strict=True)), dict(zip(order, drawn, strict=True))
    return Strata(tuple(by), of_size, of_drawn, allocation, tuple(sorted(merged)), time_column), numbers


def rare_strata(sizes: Mapping[str, int], n: int, allocation: Allocation) -> list[str]:
    """Strata that have too few rows to be drawn from apart, the smallest first; either none or two and more.

    Each must have `LEAST` rows and get as many, so no more can be apart than `n` allows; and of a proportional sample,
    those are put together that would get fewer by their size. One such alone gets `LEAST` all the same.
    """
    total = sum(sizes.values())
    ordered = sorted(sizes, key=lambda name: (sizes[name], name))
    rare: list[str] = []
    n_rare = 0
    for name in ordered:
        n_strata = len(ordered) - len(rare) + (len(rare) > 0)
        has_few = sizes[name] < LEAST or (allocation == "proportional" and n * sizes[name] < LEAST * total)
        if not has_few and n_strata * LEAST <= n and not 0 < n_rare < LEAST:
            break
        rare.append(name)
        n_rare += sizes[name]
    return rare if len(rare) > 1 else []


def _deviations(
    collection: Collection, asked: Sequence[LabelColumn], numbers: IntArray, n_strata: int
) -> tuple[float, ...]:
    """Deviations over all label columns that people are asked about: variances add up."""
    squares = np.zeros(n_strata)
    for column in asked:
        probabilities = column.probabilities(collection.frame(column.columns))
        squares += np.square(label_deviations(probabilities, numbers, n_strata))
    return tuple(np.sqrt(squares).tolist())


def _numbered(names: Sequence[str]) -> tuple[list[str], IntArray]:
    """Different names in the order of their code points, and the number of each row's among them."""
    order = sorted(set(names))
    at = {name: number for number, name in enumerate(order)}
    return order, np.fromiter((at[name] for name in names), np.int64, len(names))


def _rows(
    collection: Collection,
    places: IntArray,
    chances: FloatArray,
    parts: Mapping[str, Sequence[str]],
    text_column: str,
    asked: Sequence[LabelColumn],
) -> tuple[DrawnRow, ...]:
    about = {column.name: column.target for column in asked if column.target is not None}
    rows = collection.rows_at(places.tolist(), list(dict.fromkeys([text_column, *about.values()])))
    return tuple(
        DrawnRow(
            place,
            float(chances[place]),
            text_sha256(str(row[text_column])),
            **{name: values[at] for name, values in parts.items()},
            targets={name: None if row[target] is None else str(row[target]) for name, target in about.items()},
        )
        for at, (place, row) in enumerate(rows)
    )
