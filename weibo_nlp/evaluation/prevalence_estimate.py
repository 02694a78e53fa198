"""What an estimator says of the share of each label in a collection of texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from weibo_nlp.errors import UsageError
from weibo_nlp.evaluation.sample_design import SAMPLE_REMEDY
from weibo_nlp.stats.estimate import Estimate

PrevalenceMethod = Literal["uncorrected", "adjusted_count", "saerens_em", "design_based"]


@dataclass(frozen=True, slots=True)
class PrevalenceEstimate:
    """Shares of all labels, by one estimator.

    Attributes
    ----------
    method : {"uncorrected", "adjusted_count", "saerens_em", "design_based"}
        Who says so; only ``design_based`` gives intervals.
    shares : mapping of str to Estimate
        By label, in the order of the scheme; the values sum to 1.
    n : int
        Texts in the collection.
    confidence_level : float or None
        Nominal coverage of the intervals, each by itself.
    sample_counts : mapping of str to int
        How often each label was found in the labelled sample; empty without one.
    """

    method: PrevalenceMethod
    shares: Mapping[str, Estimate]
    n: int
    confidence_level: float | None = None
    sample_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def corrected(self) -> bool:
        """Whether anything was done about the classifier's errors."""
        return self.method != "uncorrected"

    @property
    def n_sample(self) -> int:
        """Size of the labelled sample, 0 without one."""
        return sum(self.sample_counts.values())

    def interval(self, label: str) -> tuple[float, float]:
        """Return the bounds of a label's share.

        Raises
        ------
        UsageError
            If the method gives no intervals.
        """
        share = self.shares[label]
        if share.low is None or share.high is None:
            raise UsageError(f"{self.method} gives no interval, only design_based does: {SAMPLE_REMEDY}.")
        return share.low, share.high

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready values."""
        return {
            "method": self.method,
            "corrected": self.corrected,
            "shares": {label: share.to_dict() for label, share in self.shares.items()},
            "n": self.n,
            "n_sample": self.n_sample,
            "level": self.confidence_level,
            "sample_counts": dict(self.sample_counts),
        }
