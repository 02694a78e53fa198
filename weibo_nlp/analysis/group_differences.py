"""Differences of shares between the groups of a collection: which are compared, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np

from weibo_nlp.analysis.estimates import MAIN_METHOD, EstimatedDifference
from weibo_nlp.analysis.groups import PERIODS
from weibo_nlp.evaluation.domain_shares import LabelledDomain
from weibo_nlp.stats.differences import Bounds, Limits, LimitsByLevel, correlation_of, differences
from weibo_nlp.stats.metrics import FloatArray
from weibo_nlp.stats.multiplicity import holm

MAX_COMPARED = 8
"""Groups of which every two are compared; with more, each is compared with the largest alone."""


def compared_pairs(by: str, sizes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the groups to be compared, by what they are and how large, never by what was found in them.

    Parameters
    ----------
    by : str
        What the rows are grouped by. Of periods, each is compared with the one before.
    sizes : mapping of str to int
        Group -> its rows, of those that have an interval.
    """
    names = sorted(sizes)
    if by in PERIODS:
        yield from ((later, earlier) for earlier, later in pairwise(names))
    elif len(names) <= MAX_COMPARED:
        yield from combinations(names, 2)
    else:
        largest = max(names, key=lambda name: (sizes[name], name))
        yield from ((name, largest) for name in names if name != largest)


def group_differences(
    label_column: str,
    labels: Sequence[str],
    target: str | None,
    by: str,
    domains: Mapping[str, LabelledDomain],
    confidence_level: float,
) -> list[EstimatedDifference]:
    """Compare the shares of each label between groups; p-values are not adjusted yet.

    Of two labels the shares add up to 1, so that the last alone is compared.

    Parameters
    ----------
    label_column, labels, target, by
        What is compared.
    domains : mapping of str to LabelledDomain
        Group -> its rows.
    confidence_level : float
        Nominal coverage of each interval.
    """
    usable = {name: domain for name, domain in domains.items() if domain.refusal() is None}
    limits = {name: LimitsByLevel(_limits(domain)) for name, domain in usable.items()}
    chosen = range(len(labels)) if len(labels) > 2 else [len(labels) - 1]
    rows = []
    influences = {name: domain.influence() for name, domain in usable.items() if domain.clusters is not None}
    for group, other in compared_pairs(by, {name: domain.n_texts for name, domain in usable.items()}):
        correlation: FloatArray | float = 0.0
        if influences:
            correlation = correlation_of(*influences[group], *influences[other])
        found = differences(limits[group], limits[other], confidence_level, correlation)
        rows += [
            EstimatedDifference(
                label_column,
                labels[at],
                target,
                by,
                group,
                other,
                MAIN_METHOD,
                float(found.value[at]),
                float(found.low[at]),
                float(found.high[at]),
                float(found.p[at]),
                float(found.p[at]),
            )
            for at in chosen
            if np.isfinite(found.p[at])
        ]
    return rows


def adjusted(rows: Sequence[EstimatedDifference]) -> tuple[EstimatedDifference, ...]:
    """Return differences with p-values adjusted for all of them."""
    p = holm([row.p for row in rows])
    return tuple(replace(row, p_holm=float(each)) for row, each in zip(rows, p, strict=True))


def _limits(domain: LabelledDomain) -> Limits:
    def limits(level: float) -> Bounds:
        shares = domain.shares("design_based", level)
        return shares.value, shares.low, shares.high

    return limits
