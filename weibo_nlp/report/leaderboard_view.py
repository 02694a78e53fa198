"""The leaderboards of a benchmark report: systems that answered the same question, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from weibo_nlp.evaluation.annotator_baseline import AnnotatorScore
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.results import Comparison, Result, ranks, tied_with
from weibo_nlp.report.panels import grouped
from weibo_nlp.report.plots import Axis, axis_over
from weibo_nlp.tasks.spec import STANDARD


@dataclass(frozen=True, slots=True)
class System:
    """A result in its leaderboard, and its place in the report, counted from 1.

    The rank is that of `evaluation.results.ranks`, shared if another system has it; ties are systems that no test
    tells apart from this one.
    """

    place: int
    result: Result
    rank: int
    shared: bool
    ties: tuple[str, ...]

    @property
    def seeds(self) -> tuple[float, ...]:
        """Scores of the training seeds, where there are several."""
        values = self.result.scores.seeds.values
        return values if len(values) > 1 else ()


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Systems on one set and task under one protocol, the best first, with the paired tests between them.

    ``ceiling`` holds the annotators' scores, which stand beside the standard protocol and nothing else.
    """

    systems: tuple[System, ...]
    comparisons: tuple[Comparison, ...]
    ceiling: tuple[AnnotatorScore, ...]

    @property
    def first(self) -> Result:
        """The best system's result, which says what all answered."""
        return self.systems[0].result

    @property
    def results(self) -> list[Result]:
        """Results of all systems, the best first."""
        return [system.result for system in self.systems]

    @property
    def axis(self) -> Axis:
        """Axis of all scores."""
        estimates = [*(result.main for result in self.results), *(annotator.score for annotator in self.ceiling)]
        return axis_over((value for system in self.systems for value in system.seeds), estimates)

    @property
    def difference_axis(self) -> Axis:
        """Axis of the paired differences."""
        return axis_over([0.0], (pair.difference for pair in self.comparisons))

    @property
    def sizes(self) -> tuple[tuple[int, int, str], ...]:
        """Rows, units, and what the units are; once where all systems answered the same rows, as they should."""
        sizes = ((result.scores.n, result.scores.n_units, result.provenance.units) for result in self.results)
        return tuple(dict.fromkeys(sizes))

    @property
    def folds(self) -> Mapping[str, int]:
        """Rows of each held-out fold, where some system was trained more than once."""
        repeated = any(len(result.folds) > 1 for result in self.results)
        return {fold.name: fold.n for result in self.results for fold in result.folds} if repeated else {}


def leaderboards(report: BenchmarkReport) -> list[Leaderboard]:
    """Return one leaderboard for each set, task and protocol, best system first."""
    groups = grouped(enumerate(report.results, start=1), lambda placed: placed[1].provenance.question)
    return [_leaderboard(report, placed) for placed in groups.values()]


def _leaderboard(report: BenchmarkReport, placed: Sequence[tuple[int, Result]]) -> Leaderboard:
    question, metric = placed[0][1].provenance.question, placed[0][1].scores.main_metric
    comparisons = tuple(pair for pair in report.comparisons if (pair.question, pair.metric) == (question, metric))
    # A report may compare systems whose results it leaves out; they stand above and below others all the same.
    others = [name for pair in comparisons for name in (pair.a, pair.b)]
    rank_of = ranks([*dict.fromkeys([*(result.model for _, result in placed), *others])], comparisons)
    holders = Counter(rank_of[result.model] for _, result in placed)
    systems = []
    for place, result in sorted(placed, key=lambda pair: (-pair[1].main.value, pair[1].model)):
        rank = rank_of[result.model]
        systems.append(System(place, result, rank, holders[rank] > 1, tied_with(result.model, comparisons)))
    scores = report.ceiling if question[2] == STANDARD else ()
    ceiling = tuple(score for score in scores if (score.task, score.metric) == (question[1], metric))
    return Leaderboard(tuple(systems), comparisons, ceiling)
