"""What labelling came to, in a dozen lines: shares of labels, how sure they are, and how many texts are unlike all that
was learnt from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from weibo_nlp._version import __version__
from weibo_nlp.labelling.sets import JOINT, SetsOf
from weibo_nlp.labelling.slots import Slot
from weibo_nlp.models.endpoint.replies import ANSWERED
from weibo_nlp.models.weights import FAST

FORMAT = 1
OUT_OF_DOMAIN = "out_of_domain"
"""Column that says whether a text is unlike all that the weights learnt from."""
MOST = 0.5
UNSURE = 0.5
_DIGITS = 4
_SHOWN_LABELS = 8
_BATCH = 16
_SUMS = ("n", "scored", "unsure", "probability", "in_sets")
GUESSES = "most texts are unlike anything the weights learnt from: labels are guesses"


@dataclass(slots=True)
class _Answers:
    """Sums over the answers of one slot."""

    labels: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    n: int = 0
    scored: int = 0
    unsure: int = 0
    probability: float = 0.0
    in_sets: int = 0

    def counts(self) -> dict[str, Any]:
        counters = {"labels": dict(self.labels), "outcomes": dict(self.outcomes)}
        return counters | {name: getattr(self, name) for name in _SUMS}


class LabelSummary:
    """Counts over labelled rows, whatever their number; :meth:`Labeller.summary` makes one.

    Parameters
    ----------
    slots : sequence of Slot
        What was answered.
    weights : str
        Name of the weights.
    models : mapping of str to (str, str)
        Task -> name and version of its model.
    sets : mapping of str to SetsOf, optional
        Task -> its prediction sets, where there are any.
    mode : str
        Of the models of the weights.
    own : mapping of str to (mapping of str to str), optional
        Task -> what tells a model of one's own again, for those that are not of the weights.

    Attributes
    ----------
    rows : int
        Rows that were added.
    """

    def __init__(
        self,
        slots: Sequence[Slot],
        weights: str,
        models: Mapping[str, tuple[str, str]],
        sets: Mapping[str, SetsOf] | None = None,
        mode: str = FAST,
        own: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._mode, self._own = mode, dict(own or {})
        self._slots, self._weights, self._models, self._sets = tuple(slots), weights, dict(models), dict(sets or {})
        self._answers = {slot.label: _Answers() for slot in self._slots}
        self.rows = self._judged = self._unlike = 0

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count rows as :meth:`Labeller.label` gives them."""
        names = [name for slot in self._slots for name in self._read_of(slot)]
        rest = iter(rows)
        while some := list(islice(rest, _BATCH)):
            columns: dict[str, list[Any]] = {name: [row[name] for row in some] for name in names}
            columns[OUT_OF_DOMAIN] = [row.get(OUT_OF_DOMAIN) for row in some]
            self.add_columns(columns, len(some))

    def add_columns(self, columns: Mapping[str, Sequence[Any]], n_rows: int) -> None:
        """Count rows as :meth:`Labeller.label_columns` gives them."""
        self.rows += n_rows
        judged = [unlike for unlike in columns.get(OUT_OF_DOMAIN, ()) if unlike is not None]
        self._judged += len(judged)
        self._unlike += sum(judged)
        for slot in self._slots:
            answers, labels, scores = self._answers[slot.label], columns[slot.label], columns[slot.score]
            if slot.outcome is not None:
                answers.outcomes.update(outcome for outcome in columns[slot.outcome] if outcome is not None)
            # What a language model answered may come without a score.
            answered = [
                place
                for place, (label, score) in enumerate(zip(labels, scores, strict=True))
                if score is not None or label is not None
            ]
            answers.n += len(answered)
            self._add_scores(answers, slot, [score for score in scores if score is not None])
            for label, count in Counter(label for label in labels if label is not None).items():
                answers.labels[slot.task.to_label(label)] += count
            if (sets := self._sets.get(slot.task.name)) is not None:
                held = columns[sets.column]
                answers.in_sets += sum(len(held[place].split(JOINT)) for place in answered)

    def _add_scores(self, answers: _Answers, slot: Slot, scores: Sequence[float]) -> None:
        if slot.task.stored == "bool":  # whose score is that of the yes
            scores = [max(score, 1 - score) for score in scores]
        answers.scored += len(scores)
        answers.unsure += sum(score < UNSURE for score in scores)
        for score in scores:  # in order: sum() of some versions rounds otherwise, and counts are compared
            answers.probability += score

    def _read_of(self, slot: Slot) -> list[str]:
        """Columns of a slot that are counted."""
        sets = self._sets.get(slot.task.name)
        names = (slot.label, slot.score, slot.outcome, None if sets is None else sets.column)
        return [name for name in names if name is not None]

    def counts(self) -> dict[str, Any]:
        """Return what was counted as plain values, for :meth:`add_counts` of a summary of the same labels."""
        return {
            "rows": self.rows,
            "judged": self._judged,
            "unlike": self._unlike,
            "labels": {name: answers.counts() for name, answers in self._answers.items()},
        }

    def add_counts(self, counts: Mapping[str, Any]) -> None:
        """Count rows that were counted elsewhere; `counts` is of a summary of the same labels."""
        self.rows += counts["rows"]
        self._judged += counts["judged"]
        self._unlike += counts["unlike"]
        for name, given in counts["labels"].items():
            answers = self._answers[name]
            answers.labels.update(given["labels"])
            answers.outcomes.update(given["outcomes"])
            for each in _SUMS:
                setattr(answers, each, getattr(answers, each) + given[each])

    @property
    def out_of_domain(self) -> float | None:
        """Share of texts unlike anything the weights learnt from; None where nothing tells."""
        return self._unlike / self._judged if self._judged else None

    @property
    def is_mostly_out_of_domain(self) -> bool:
        """Whether more than half of the texts are unlike anything the weights learnt from."""
        return (self.out_of_domain or 0.0) > MOST

    def to_dict(self) -> dict[str, Any]:
        """Return all counts and shares as plain values; a share of nothing is None.

        Returns
        -------
        dict
            ``format`` and ``version`` (of this package); ``weights`` and ``mode``; ``models``, each with name and
            version, and those of one's own with ``own`` and, where they lie in a folder, that and the ``sha256`` of
            their weights; ``rows``; ``out_of_domain``, a share; and ``labels`` with an entry for each column of labels:
            ``answered`` rows, ``left_empty`` among them for their score, ``shares`` of the labels among the others,
            ``mean_score`` and ``below_half``, the mean probability of the most probable label and the share of rows
            where that is below .5; where the target is the same for all texts, the ``target``; where a language
            model is asked, the counts of its ``outcomes``, and how many rows have a score, ``scored``; where there are
            prediction sets, the ``sets`` with their ``coverage``, ``mean_size`` and the labels that are in each of
            them, ``undecided``.
        """
        return {
            "format": FORMAT,
            "version": __version__,
            "weights": self._weights,
            "mode": self._mode,
            "models": {task: self._model(task, *about) for task, about in self._models.items()},
            "rows": self.rows,
            OUT_OF_DOMAIN: _share(self._unlike, self._judged),
            "labels": {slot.label: self._entry(slot) for slot in self._slots},
        }

    def _model(self, task: str, name: str, version: str) -> dict[str, Any]:
        about: dict[str, Any] = {"name": name, "version": version}
        return about | ({"own": True} | dict(self._own[task]) if task in self._own else {})

    def lines(self) -> list[str]:
        """Return what a terminal shows: a line for the weights and for each column of labels, and one on the domain."""
        how = "" if self._mode == FAST else f", mode {self._mode}"
        lines = [f"Weights {self._weights}{how}, {self.rows:,} rows"]
        lines += [self._line(slot) for slot in self._slots if self._has_answers(slot)]
        if (share := self.out_of_domain) is not None:
            said = f"; {GUESSES}" if self.is_mostly_out_of_domain else ""
            lines.append(f"Texts unlike anything the weights learnt from: {share:.1%}{said}")
        return lines

    def _has_answers(self, slot: Slot) -> bool:
        answers = self._answers[slot.label]
        return bool(answers.n or answers.outcomes)

    def _entry(self, slot: Slot) -> dict[str, Any]:
        answers = self._answers[slot.label]
        n_labels = answers.labels.total()
        entry: dict[str, Any] = {
            "answered": answers.n,
            "left_empty": answers.n - n_labels,
            "shares": {label: _share(count, n_labels) for label, count in answers.labels.items()},
            "mean_score": _share(answers.probability, answers.scored),
            "below_half": _share(answers.unsure, answers.scored),
        }
        if slot.outcome is not None:
            entry |= {"outcomes": dict(sorted(answers.outcomes.items())), "scored": answers.scored}
        if slot.about is not None:
            entry["target"] = slot.about
        if (sets := self._sets.get(slot.task.name)) is not None:
            entry["sets"] = {
                "coverage": sets.coverage,
                "mean_size": _share(answers.in_sets, answers.n),
                "undecided": list(sets.undecided),
            }
        return entry

    def _line(self, slot: Slot) -> str:
        answers = self._answers[slot.label]
        n_labels = answers.labels.total()
        by_count = sorted(answers.labels.items(), key=lambda item: (-item[1], item[0]))
        shown = [f"{label} {count / n_labels:.1%}" for label, count in by_count[:_SHOWN_LABELS]]
        if (more := len(by_count) - _SHOWN_LABELS) > 0:
            shown.append(f"{more:,} other labels")
        named = slot.label if slot.about is None else f"{slot.label} ({slot.about})"
        line = f"{named}: {', '.join(shown) or 'no label'}"
        n_asked = answers.outcomes.total() if slot.outcome is not None else answers.n
        if n_asked < self.rows:
            line += f", of {n_asked:,} rows with a target"
        if answers.scored:
            mean, unsure = answers.probability / answers.scored, answers.unsure / answers.scored
            line += f"; mean score {mean:.2f}, below .5 in {unsure:.1%}"
            line += f", of {answers.scored:,} rows with a score" if answers.scored < answers.n else ""
        elif answers.n:
            line += "; without scores"
        if lacking := [
            f"{outcome} {count:,}" for outcome, count in sorted(answers.outcomes.items()) if outcome != ANSWERED
        ]:
            line += f"; no label in {', '.join(lacking)} of {n_asked:,} rows"
        if empty := answers.n - n_labels:
            line += f", left empty in {empty / answers.n:.1%}"
        if (sets := self._sets.get(slot.task.name)) is not None:
            line += f"; {answers.in_sets / answers.n:.2f} labels a set at coverage {sets.coverage:g}"
            if sets.undecided:
                line += f", {', '.join(sets.undecided)} in each of them for want of texts to calibrate on"
        return line


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, _DIGITS) if whole else None
