"""The errors of a benchmark report: each in its conversation, with what the model could see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.diagnostics import ErrorCase, ThreadEntry
from weibo_nlp.report.panels import grouped

MOST_PER_TASK = 20
MOST_IN_THREAD = 24
_OPENING = 40


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A wrong answer as it is shown.

    Of the thread, the root and what stands nearest to the judged document, with how many documents are left out
    between (`before`) and after them; every label with its probability and the number of annotators who gave it, None
    where nobody says.
    """

    case: ErrorCase
    thread: tuple[ThreadEntry, ...]
    before: int
    after: int
    labels: tuple[tuple[str, float | None, int | None], ...]

    @property
    def as_it_stands(self) -> bool:
        """Whether the model saw the judged text unchanged."""
        return self.case.seen.text == next((entry.text for entry in self.thread if entry.this), None)

    @property
    def opening(self) -> str:
        """The first words, on one line; the whole text follows below it."""
        text = self.case.seen.text
        start = " ".join(text[: 4 * _OPENING].split())
        return start if len(start) <= _OPENING and len(text) <= 4 * _OPENING else f"{start[:_OPENING]}…"


def errors(report: BenchmarkReport) -> list[tuple[list[ErrorView], int]]:
    """Return errors by task and model, at most ``MOST_PER_TASK`` of each, with how many were left out."""
    return [
        ([_view(case) for case in cases[:MOST_PER_TASK]], max(0, len(cases) - MOST_PER_TASK))
        for cases in grouped(report.errors, lambda case: (case.task, case.model)).values()
    ]


def _view(case: ErrorCase) -> ErrorView:
    scores, votes = case.scores or {}, case.votes or {}
    labels = tuple(
        (name, scores.get(name), votes.get(name, 0) if votes else None)
        for name in dict.fromkeys([*scores, *votes, case.gold, case.predicted])
    )
    return ErrorView(case, *_around(case.thread), labels)


def _around(thread: Sequence[ThreadEntry]) -> tuple[tuple[ThreadEntry, ...], int, int]:
    if len(thread) <= MOST_IN_THREAD:
        return tuple(thread), 0, 0
    judged = next((place for place, entry in enumerate(thread) if entry.this), 0)
    start = max(1, min(judged - MOST_IN_THREAD // 2, len(thread) - MOST_IN_THREAD + 1))
    end = min(len(thread), start + MOST_IN_THREAD - 1)
    return (thread[0], *thread[start:end]), start - 1, len(thread) - end
