"""How many labelled rows make how narrow an interval: a plan, before anything is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from weibo_nlp.analysis.label_columns import LabelColumn
from weibo_nlp.errors import UsageError
from weibo_nlp.io.collection import Collection
from weibo_nlp.stats.arguments import require_confidence_level, require_whole
from weibo_nlp.stats.metrics import IntArray

PLANNED = (100, 200, 300, 600, 1000)
"""Sizes of samples that a plan compares."""
ACCURACY = 0.8
"""Share of texts whose label a classifier is assumed to tell, where nothing is known of it."""
ICC = 0.1
"""Intra-class correlation of labels in a thread that is assumed, where nothing is known of it."""


@dataclass(frozen=True, slots=True)
class HalfWidth:
    """What a sample of some size is expected to say of one share.

    Attributes
    ----------
    n : int
        Rows of the sample.
    share : float
        The share that is assumed.
    design_effect : float
        By how much clusters multiply the variance.
    alone : float
        Half the width of the interval, as a share, from the sample alone.
    with_classifier : float
        The same, if the classifier tells the label of `accuracy` of the texts and its predictions are made use of.
    """

    n: int
    share: float
    design_effect: float
    alone: float
    with_classifier: float


@dataclass(frozen=True, slots=True)
class PlannedShare:
    """A label of a collection, and how sure samples of some sizes would be of its share.

    Attributes
    ----------
    label_column, label : str
        What is counted.
    share : float
        Its share among the rows that have a prediction in this column.
    n_rows : int
        Number of these rows.
    widths : tuple of HalfWidth
        For each size of a sample of the whole collection; `HalfWidth.n` is the part of it with a prediction.
    """

    label_column: str
    label: str
    share: float
    n_rows: int
    widths: tuple[HalfWidth, ...]


def planned_shares(
    collection: Collection,
    asked: Sequence[LabelColumn],
    sizes: Sequence[int] = PLANNED,
    *,
    accuracy: float = ACCURACY,
    per_cluster: float = 1,
    icc: float = 0.0,
    confidence_level: float = 0.95,
) -> list[PlannedShare]:
    """Half the widths to be expected for every label of a collection, at its predicted share.

    Parameters
    ----------
    collection : Collection
        Labelled rows.
    asked : sequence of LabelColumn
        Label columns.
    sizes, accuracy, per_cluster, icc, confidence_level
        As for :func:`expected_half_widths`; `sizes` are of samples of the whole collection.
    """
    counts: list[Counter[str | None]] = [Counter() for _ in asked]
    for frame in collection.frames([column.name for column in asked]):
        for counter, column in zip(counts, asked, strict=True):
            counter.update(column.values(frame))
    shares = []
    for column, counter in zip(asked, counts, strict=True):
        n_all, n_rows = counter.total(), counter.total() - counter[None]
        if not n_rows:
            continue
        parts = [max(round(n * n_rows / n_all), 1) for n in sizes if n <= n_all]
        for label in column.labels:
            share = counter[label] / n_rows
            widths = expected_half_widths(
                share,
                len(column.labels),
                n_rows,
                parts,
                accuracy=accuracy,
                per_cluster=per_cluster,
                icc=icc,
                confidence_level=confidence_level,
            )
            shares.append(PlannedShare(column.name, label, share, n_rows, widths))
    return shares


def rows_per_cluster(sizes: IntArray, per_cluster: int | None) -> float:
    """Rows of its own cluster, itself among them, that a row of the sample has on average: of this the effect is made.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_clusters,)
        Rows of each cluster.
    per_cluster : int or None
        Rows of each that are drawn; None for all.
    """
    drawn = sizes if per_cluster is None else np.minimum(sizes, per_cluster)
    # Whole clusters are drawn with equal chances; others so that every row has the same.
    return float((sizes * drawn).sum() / sizes.sum())


def expected_half_widths(
    share: float,
    n_labels: int,
    n_rows: int,
    sizes: Sequence[int] = PLANNED,
    *,
    accuracy: float = ACCURACY,
    per_cluster: float = 1,
    icc: float = 0.0,
    confidence_level: float = 0.95,
) -> tuple[HalfWidth, ...]:
    """Half the width of the interval of a share, for samples of some sizes.

    Parameters
    ----------
    share : float
        The share that is assumed, such as that among the predictions.
    n_labels : int
        Number of labels.
    n_rows : int
        Rows of the collection; sizes beyond it are left out.
    sizes : sequence of int
        Of samples.
    accuracy : float
        Share of texts whose label the classifier is assumed to tell, whatever that label is; the others are assumed to
        be spread over the other labels evenly.
    per_cluster : float
        Rows of each cluster that is drawn.
    icc : float
        Intra-class correlation of the label in a cluster.
    confidence_level : float
        Nominal coverage.

    Notes
    -----
    Half the width of Wilson's interval (1927), which for all but small samples and rare labels is the textbook's
    ``z sqrt(p (1 - p) / n)`` (Cochran 1977, §3.6) and for a label that is not found at all stays above 0; for as many
    rows as are worth ``n / deff / (1 - n/N)``, with the design effect ``1 + (per_cluster - 1) icc`` (Kish 1965, §5.4).
    A classifier leaves the part of the variance that is within its predictions (post-stratification, Cochran 1977,
    §5A.9).
    """
    confidence_level = require_confidence_level(confidence_level)
    n_rows = require_whole(n_rows, "n_rows", 1, 2**53, "the number of rows")
    if not 0 <= share <= 1 or not 0 < accuracy <= 1 or not 0 <= icc <= 1 or per_cluster < 1 or n_labels < 2:
        raise UsageError(
            f"share {share}, accuracy {accuracy}, icc {icc}, per_cluster {per_cluster} and n_labels {n_labels}: the "
            "first three are from 0 to 1, accuracy above 0, a cluster gives a row at least, and there are two labels "
            "at least."
        )
    z = NormalDist().inv_cdf((1 + confidence_level) / 2)
    effect, left = 1 + (per_cluster - 1) * icc, unexplained(share, n_labels, accuracy)

    def half_width(n: int, part: float) -> float:
        row = effect * (1 - n / n_rows) / n
        return z / (1 + z**2 * row) * sqrt(part * share * (1 - share) * row + (z * row / 2) ** 2)

    return tuple(HalfWidth(n, share, effect, half_width(n, 1), half_width(n, left)) for n in sizes if n <= n_rows)


def required_sample(
    half_width: float,
    share: float,
    n_rows: int,
    *,
    per_cluster: float = 1,
    icc: float = 0.0,
    confidence_level: float = 0.95,
) -> int:
    """Rows whose interval, from the sample alone, is expected to be at most so wide to either side.

    Parameters
    ----------
    half_width : float
        As a share, such as 0.05.
    share : float
        The share that is assumed; 0.5 is on the safe side.
    n_rows : int
        Rows of the collection.
    per_cluster, icc, confidence_level
        As for :func:`expected_half_widths`.

    Examples
    --------
    >>> required_sample(0.05, 0.5, 1_000_000_000), required_sample(0.03, 0.5, 1_000_000_000)
    (381, 1064)
    """
    if not 0 < half_width < 1 or not 0 <= share <= 1:
        raise UsageError(f"half_width {half_width} must lie between 0 and 1, and share {share} from 0 to 1.")

    def is_enough(n: int) -> bool:
        (width,) = expected_half_widths(
            share, 2, n_rows, [n], per_cluster=per_cluster, icc=icc, confidence_level=confidence_level
        )
        return width.alone <= half_width

    few, enough = 0, n_rows  # all rows leave nothing unsure
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if is_enough(middle) else (middle, enough)
    return enough


def unexplained(share: float, n_labels: int, accuracy: float) -> float:
    """Part of a label's variance that is left within the predictions of a classifier that tells `accuracy` of texts.

    `share` is that of the label among the predictions.
    """
    false = (1 - accuracy) / (n_labels - 1)
    true_share = share * accuracy + (1 - share) * false
    whole = true_share * (1 - true_share)
    within = share * accuracy * (1 - accuracy) + (1 - share) * false * (1 - false)
    return within / whole if whole > 0 else 1.0
