"""What labelling some rows came to: counts that can be added up over parts, and kept as JSON in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from weibo_nlp.io import Reject
from weibo_nlp.io.limits import MAX_REASONS
from weibo_nlp.labelling.summary import LabelSummary

OTHER_REASONS = "another reason"


@dataclass
class RowCounts:
    """Counts over labelled rows; what they mean is said of :class:`weibo_nlp.labelling.LabelledFile`.

    Attributes
    ----------
    summary : LabelSummary
        Of the labels.
    first_places : dict of str to str
        Reason -> file and line of the first row that was set aside for it, where rows of several files were added.
    """

    summary: LabelSummary
    rows: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first_lines: dict[str, int] = field(default_factory=dict)
    swallowing: int = 0
    first_swallowing: int | None = None
    answering: int | None = None
    missing_parents: int | None = None
    unplaced: int | None = None
    html: int = 0
    below_min_score: dict[str, int] = field(default_factory=dict)
    replaced: Counter[str] = field(default_factory=Counter)
    first_places: dict[str, str] = field(default_factory=dict)

    def set_aside(self, reject: Reject) -> None:
        """Count a row that is set aside."""
        self.rejected += 1
        reason = self._counted(reject.reason)
        self.reasons[reason] += 1
        self.first_lines.setdefault(reason, reject.line)

    def to_dict(self) -> dict[str, Any]:
        """Return all counts as plain values, of which :meth:`add` makes the same again."""
        return {
            "summary": self.summary.counts(),
            "reasons": dict(self.reasons),
            "first_lines": self.first_lines,
            **{name: getattr(self, name) for name in _SUMS},
            "first_swallowing": self.first_swallowing,
            "below_min_score": self.below_min_score,
            "replaced": dict(self.replaced),
        }

    def add(self, counts: Mapping[str, Any], where: str) -> None:
        """Add counts of the rows that follow, as :meth:`to_dict` gave them.

        Parameters
        ----------
        counts : mapping
            The counts.
        where : str
            What the file is called that the rows are of.
        """
        self.summary.add_counts(counts["summary"])
        for given, count in counts["reasons"].items():
            reason = self._counted(given)
            self.reasons[reason] += count
            self.first_lines.setdefault(reason, counts["first_lines"][given])
            self.first_places.setdefault(reason, f"{where}:{counts['first_lines'][given]}")
        for name in _SUMS:
            if counts[name] is not None:
                setattr(self, name, (getattr(self, name) or 0) + counts[name])
        if self.first_swallowing is None and (line := counts["first_swallowing"]) is not None:
            self.first_swallowing = line
            self.first_places[""] = f"{where}:{line}"
        for label, count in counts["below_min_score"].items():
            self.below_min_score[label] = self.below_min_score.get(label, 0) + count
        self.replaced.update(counts["replaced"])

    def _counted(self, reason: str) -> str:
        return reason if reason in self.reasons or len(self.reasons) < MAX_REASONS else OTHER_REASONS


_SUMS = ("rows", "rejected", "swallowing", "answering", "missing_parents", "unplaced", "html")
