"""What is asked of a labelled collection: groups, methods, confidence, and what may be made use of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from weibo_nlp.analysis.estimates import METHODS, EstimateMethod
from weibo_nlp.errors import UsageError
from weibo_nlp.stats.arguments import require_confidence_level

_FIXED = {"label_column", "label", "target", "method", "share", "low", "high", "n", "n_sample", "n_units", "note"}


@dataclass(frozen=True, slots=True)
class EstimateOptions:
    """What is asked of a collection.

    Attributes
    ----------
    by : tuple of str
        Columns, or periods such as ``month``, whose groups are estimated apart, one column at a time.
    joint : bool
        Estimate each combination of the groups as well.
    labels : tuple of str
        Label columns; by default all that people labelled, or without a sample all.
    methods : tuple of str
        Which of `METHODS` are given.
    confidence_level : float
        Nominal coverage of each interval.
    time_column : str or None
        Column of the times; by default guessed.
    cluster_column : str or None
        Column whose rows count as drawn together, such as the author, where clusters were not drawn.
    models : mapping of str to Path
        Task -> folder of the model of one's own that labelled it, where it lies elsewhere than it did.
    cross_fitted : Path or None
        File with predictions by models that have not learnt from the row.
    allow_missing : bool
        Go on where more than `MOST_MISSING` of the sample has no label.
    differences : bool
        Compare groups.
    """

    by: tuple[str, ...] = ()
    joint: bool = False
    labels: tuple[str, ...] = ()
    methods: tuple[EstimateMethod, ...] = METHODS
    confidence_level: float = 0.95
    time_column: str | None = None
    cluster_column: str | None = None
    models: Mapping[str, Path] | None = None
    cross_fitted: Path | None = None
    allow_missing: bool = False
    differences: bool = True


def require_sound(options: EstimateOptions) -> None:
    """Refuse what cannot be asked.

    Raises
    ------
    UsageError
        If a method is none, a confidence level is none, or a group would stand where a figure does.
    """
    require_confidence_level(options.confidence_level)
    if unknown := [name for name in options.methods if name not in METHODS]:
        raise UsageError(f"method {unknown[0]!r} is none of {', '.join(METHODS)}; name one of these.")
    if taken := [name for name in options.by if name in _FIXED]:
        raise UsageError(f"a group cannot be called {taken[0]!r}, as a column of the estimates is; rename the column.")
