"""Rows of a collection that the model behind its labels has learnt from, found and judged."""

from __future__ import annotations

from collections.abc import Collection as Places
from collections.abc import Sequence

import numpy as np

from weibo_nlp.analysis.double_use import Overlap
from weibo_nlp.analysis.labelled_rows import DrawnRows
from weibo_nlp.errors import DataError
from weibo_nlp.io.collection import Collection
from weibo_nlp.stats.metrics import IntArray

BATCH = 10_000
# An honest sample of a collection that the model has partly learnt from is refused this often at most.
_INCREDIBLE = 1e-4
_SHOWN = 5


def rows_to_set_apart(
    collection: Collection,
    text_column: str,
    label_column: str,
    sampled: Sequence[int],
    drawn: DrawnRows,
    overlap: Overlap,
    cross_fitted: Places[int] = frozenset(),
) -> IntArray:
    """Find the rows that a model has learnt from, where any were sampled, so that no use is made of its labels there.

    A collection that the model has partly learnt from before the sample was drawn is sound: the rows that it knows are
    as likely to be drawn as others, and set apart they are estimated from what people say of them. A sample that the
    model was trained on is not.

    Parameters
    ----------
    collection : Collection
        The rows.
    text_column, label_column : str
        Where the texts are; what was labelled.
    sampled : sequence of int
        Places of the labelled rows.
    drawn : DrawnRows
        How they were drawn.
    overlap : callable
        Tells which texts the model has learnt from.
    cross_fitted : collection of int
        Places with a prediction by a model that has not learnt from them.

    Returns
    -------
    ndarray of int
        Places, sorted; none where no sampled row is among them.

    Raises
    ------
    DataError
        If more rows of the sample were learnt from than chance explains.
    """
    texts = [(place, str(row[text_column] or "")) for place, row in collection.rows_at(sampled, [text_column])]
    known = [texts[at][0] for at in overlap([text for _, text in texts])]
    left = [place for place in known if place not in cross_fitted]
    if not left:
        return np.zeros(0, dtype=np.int64)
    places = _all_known(collection, text_column, overlap)
    _require_by_chance(label_column, left, sampled, places, drawn)
    return np.array([place for place in places.tolist() if place not in cross_fitted], dtype=np.int64)


def _all_known(collection: Collection, text_column: str, overlap: Overlap) -> IntArray:
    places: list[int] = []
    for frame in collection.frames([text_column], BATCH):
        texts = ["" if text is None or text != text else str(text) for text in frame[text_column]]
        places += [int(frame.index[at]) for at in overlap(texts)]
    return np.array(places, dtype=np.int64)


def _require_by_chance(
    label_column: str, learnt: Sequence[int], sampled: Sequence[int], places: IntArray, drawn: DrawnRows
) -> None:
    from scipy.stats import poisson

    n_strata = int(drawn.strata.max()) + 1
    in_sample = np.bincount(drawn.strata[np.array(sampled)], minlength=n_strata)
    fractions = in_sample / np.maximum(np.bincount(drawn.strata, minlength=n_strata), 1)
    expected = float(fractions[drawn.strata[places]].sum())
    if poisson.sf(len(learnt) - 1, expected) >= _INCREDIBLE:
        return
    first = ", ".join(map(str, learnt[:_SHOWN])) + (", …" if len(learnt) > _SHOWN else "")
    raise DataError(
        f"the model of {label_column} has learnt from {len(learnt):,} of the {len(sampled):,} labelled rows of the "
        f"sample (place {first}), and {expected:.1f} would be expected of a sample drawn afterwards: it was trained on "
        "them. What a model says of rows it was trained on is better than what it says of the others, and no interval "
        "can be had from that. Draw and label another sample, with another --seed, or give predictions of these rows "
        "by models that have not learnt from them (--cross-fitted FILE)."
    )
