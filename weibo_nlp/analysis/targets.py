"""Targets of stances that are shown one by one: the canonical ones, then the most frequent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from weibo_nlp.analysis.coding import Coded
from weibo_nlp.analysis.labels import LabelledColumn
from weibo_nlp.analysis.scan import Scanned
from weibo_nlp.labelling.targets import canonical_targets

MOST_SHOWN = 20


@dataclass(frozen=True)
class ShownTarget:
    """One target of one column of stances.

    Attributes
    ----------
    text : str or None
        The target; None for all of them together.
    is_canonical : bool
        Whether it is one of the corpus.
    rows : ndarray of bool, shape (n_rows,)
        Rows that are asked about it; all rows for all targets.
    """

    text: str | None
    is_canonical: bool
    rows: npt.NDArray[np.bool_]


def shown_targets(scanned: Scanned, column: LabelledColumn) -> tuple[list[ShownTarget], int]:
    """Return all targets of a column together and the first ``MOST_SHOWN`` one by one, and how many there are besides.

    A column without targets has none but all together.
    """
    together = ShownTarget(None, False, np.ones(scanned.n, dtype=bool))
    targets = scanned.targets.get(column.name)
    if targets is None:
        return [together], 0
    labelled = scanned.labels[column.name].codes >= 0
    ordered = _in_order(Coded(targets.values, np.where(labelled, targets.codes, -1)))
    canonical = set(canonical_targets().values())
    shown = [
        ShownTarget(targets.values[place], targets.values[place] in canonical, targets.codes == place)
        for place in ordered[:MOST_SHOWN]
    ]
    return [together, *shown], len(ordered) - len(shown)


def _in_order(targets: Coded) -> list[int]:
    """Places of the targets that some labelled row has: canonical ones in the corpus' order, others by their number."""
    counts = targets.counts()
    canonical = list(canonical_targets().values())
    places = {value: place for place, value in enumerate(targets.values)}
    first = [places[text] for text in canonical if text in places and counts[places[text]]]
    others = [place for place in np.flatnonzero(counts).tolist() if place not in first]
    return [*first, *sorted(others, key=lambda place: (-counts[place], targets.values[place]))]
