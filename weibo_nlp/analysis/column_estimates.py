"""Shares of one label column: of all rows, of those about a target, and of groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from weibo_nlp.analysis.estimate_options import EstimateOptions
from weibo_nlp.analysis.estimates import EstimatedDifference, EstimatedShare
from weibo_nlp.analysis.group_differences import group_differences
from weibo_nlp.analysis.labelled_rows import LabelledRows
from weibo_nlp.analysis.strata import NOTHING
from weibo_nlp.errors import UsageError
from weibo_nlp.evaluation.domain_shares import LabelledDomain
from weibo_nlp.evaluation.sample_design import MIN_SAMPLE

if TYPE_CHECKING:
    import pandas as pd

MAX_GROUPS = 2000
_UNCORRECTED = "the classifier's errors are in it"


def estimate_column(
    labelled: LabelledRows, whole: LabelledDomain, groups: pd.DataFrame, options: EstimateOptions
) -> tuple[list[EstimatedShare], list[EstimatedDifference]]:
    """Estimate the shares of one label column, target by target and group by group, and compare the groups.

    Parameters
    ----------
    labelled : LabelledRows
        What the model said.
    whole : LabelledDomain
        All rows of the collection, with what people said.
    groups : DataFrame
        Group of each row, as of :func:`weibo_nlp.analysis.groups.group_frame`.
    options : EstimateOptions
        What is asked.
    """
    rows: list[EstimatedShare] = []
    gaps: list[EstimatedDifference] = []
    for target, mask in labelled.domains():
        parts: dict[str, dict[str, LabelledDomain]] = {name: {} for name in options.by}
        for keys, chosen in groups_of(mask, groups, options):
            domain = whole.within(chosen)
            rows += _of_group(labelled, target, keys, chosen, domain, options)
            grouped = [(name, group) for name, group in keys.items() if group is not None]
            if len(grouped) == 1 and grouped[0][1] != NOTHING:
                parts[grouped[0][0]][grouped[0][1]] = domain
        if options.differences:
            for by, domains in parts.items():
                gaps += group_differences(
                    labelled.column.name, labelled.column.labels, target, by, domains, options.confidence_level
                )
    return rows, gaps


def groups_of(
    mask: np.ndarray, groups: pd.DataFrame, options: EstimateOptions
) -> Iterator[tuple[dict[str, str | None], np.ndarray]]:
    """Yield the groups, as column -> group or None of all, each with a mask of its rows: all, then column by column."""
    import pandas as pd

    everything: dict[str, str | None] = dict.fromkeys(options.by)
    yield everything, mask
    sets: list[tuple[str, ...]] = [(name,) for name in options.by]
    if options.joint and len(options.by) > 1:
        sets.append(options.by)
    for names in sets:
        values = groups[list(names)].astype(object).where(groups[list(names)].notna(), NOTHING)
        keys = list(values.itertuples(index=False, name=None))
        numbers, found = pd.factorize(pd.Series(keys, dtype=object))
        if len(found) > MAX_GROUPS:
            raise UsageError(
                f"{' and '.join(names)} make {len(found):,} groups, and at most {MAX_GROUPS:,} are estimated; group by "
                "something coarser."
            )
        for number, key in sorted(enumerate(found), key=lambda item: item[1]):
            chosen = mask & (numbers == number)
            if chosen.any():
                yield everything | dict(zip(names, key, strict=True)), chosen


def _of_group(
    labelled: LabelledRows,
    target: str | None,
    keys: Mapping[str, str | None],
    chosen: np.ndarray,
    domain: LabelledDomain,
    options: EstimateOptions,
) -> list[EstimatedShare]:
    rows: list[EstimatedShare] = []
    n_sample, n_units = domain.n_sample, domain.n_units
    for method in options.methods:
        if method == "uncorrected":
            rows += uncorrected_shares(labelled, target, keys, chosen, n_sample, n_units)
            continue
        found = None if n_sample < 2 else domain.shares(method, options.confidence_level)
        for at, label in enumerate(labelled.column.labels):
            share = low = high = None
            note: str | None = f"{n_sample} labelled texts are in it, an interval needs {MIN_SAMPLE}"
            if found is not None:
                share, limits = float(found.value[at]), (float(found.low[at]), float(found.high[at]))
                note = found.reason or "no labelled row has this label, or all have"
                if np.isfinite(limits).all():
                    (low, high), note = limits, None
            rows.append(
                EstimatedShare(
                    labelled.column.name, label, target, dict(keys), method, share, low, high, domain.n_texts, n_sample,
                    n_units, note,
                )
            )  # fmt: skip
    return rows


def uncorrected_shares(
    labelled: LabelledRows,
    target: str | None,
    keys: Mapping[str, str | None],
    chosen: np.ndarray,
    n_sample: int,
    n_units: int,
) -> list[EstimatedShare]:
    """Return the shares of the predicted labels, as they are, in the rows of a mask."""
    k = labelled.n_labels
    counts = np.bincount(labelled.predicted[chosen], minlength=k + 1)
    n, known = int(counts.sum()), int(counts[:k].sum())
    note = _UNCORRECTED
    if known < n:
        note += f"; of {known:,} rows, {n - known:,} others have no predicted label"
    return [
        EstimatedShare(
            labelled.column.name,
            label,
            target,
            dict(keys),
            "uncorrected",
            float(counts[at] / known) if known else None,
            None,
            None,
            n,
            n_sample,
            n_units,
            note,
        )
        for at, label in enumerate(labelled.column.labels)
    ]
