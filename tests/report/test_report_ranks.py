"""Page, leaderboard and `weibo-nlp compare` rank alike, also where better and tied do not fit into one order."""

from dataclasses import replace
from itertools import combinations

import pytest
from report_document import rich_document

from weibo_nlp.corpus import open_release
from weibo_nlp.evaluation import comparison, ranks
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.results import Comparison
from weibo_nlp.leaderboard import ranking
from weibo_nlp.leaderboard.additions import add_predictions
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.report.leaderboard_view import leaderboards
from weibo_nlp.stats import BootstrapConfig, Estimate

# A beats B and B beats C, yet A and C tie, and D ties with all. Through B, A stands before C.
BEATS = ("AB", "BC")
RANKS = {"A": 1, "B": 2, "C": 3, "D": 1}
TIES = {"A": "CD", "B": "D", "C": "AD", "D": "ABC"}
FEW = BootstrapConfig(n_resamples=200)


def compared(names, task, metric):
    """Tests of every pair, as no rows of ours would give them; a name begins with its system's letter."""
    return tuple(
        Comparison(
            set="corpus",
            task=task,
            protocol="standard",
            metric=metric,
            a=a,
            b=b,
            difference=Estimate(-0.1 if b[0] + a[0] in BEATS else 0.1),
            p=0.001,
            p_holm=0.01 if {a[0] + b[0], b[0] + a[0]} & set(BEATS) else 1.0,
        )
        for a, b in combinations(names, 2)
    )


@pytest.fixture
def files(small_corpus_shipped, tmp_path, monkeypatch):
    """A file of each system, the worst of the names first, and tests that end as `BEATS` says."""

    def tested(runs, spec, evaluation_set, **options):
        return compared(runs, spec.name, spec.main_metric)

    monkeypatch.setattr(comparison, "compare_runs", tested)
    monkeypatch.setattr(ranking, "compare_runs", tested)
    release = open_release()
    header = PredictionHeader(
        "corpus", release.version, "test", "irony", "standard", release.scheme.version, ModelReference("A", "1")
    )
    gold = release.gold("irony", "test")
    paths = []
    for number, name in enumerate("DCBA"):
        rows = [
            Prediction(label.document_id, "irony", "true" if row < number else label.label, {})
            for row, label in enumerate(gold)
        ]
        paths.append(tmp_path / f"{name}.jsonl")
        write_predictions(paths[-1], replace(header, model=ModelReference(name, "1")), rows)
    return paths


def page_systems():
    report = BenchmarkReport.from_dict(rich_document())
    first = report.results[0]
    results = tuple(replace(first, provenance=replace(first.provenance, model=name)) for name in "DCBA")
    pairs = compared("DCBA", first.provenance.task, first.scores.main_metric)
    (board,) = leaderboards(replace(report, results=results, comparisons=pairs))
    return board.systems


def test_page_leaderboard_and_compare_rank_a_non_transitive_triple_alike(files, tmp_path):
    on_page = {system.result.model: system.rank for system in page_systems()}
    by_compare = {file.name[0]: file.rank for file in comparison.compare(files, bootstrap=FEW).files}
    for path in files:
        add_predictions([path], tmp_path / "board", bootstrap=FEW)
    (table,) = ranking.standings(tmp_path / "board", bootstrap=FEW).tables
    (named,) = ranking.standings(tmp_path / "board", systems=list("ABCD"), bootstrap=FEW).tables
    on_board = {row.name[0]: row.rank for row in table.rows}
    assert on_page == by_compare == on_board == {row.name[0]: row.rank for row in named.rows} == RANKS
    assert {row.name[0]: "".join(sorted(name[0] for name in row.ties)) for row in table.rows} == TIES
    assert {system.result.model: "".join(sorted(system.ties)) for system in page_systems()} == TIES


def test_the_page_says_who_shares_a_rank():
    assert {system.result.model: system.shared for system in page_systems()} == {
        "A": True,
        "B": False,
        "C": False,
        "D": True,
    }


def test_a_pair_whose_system_is_not_among_the_results_still_counts():
    report = BenchmarkReport.from_dict(rich_document())
    stance = tuple(result for result in report.results[:2] if result.model in ("stack", "linear"))
    pairs = tuple(pair for pair in report.comparisons if pair.protocol == "standard")
    (board,) = leaderboards(replace(report, results=stance, comparisons=pairs))
    assert {system.result.model: system.rank for system in board.systems} == {"stack": 1, "linear": 1}
    assert ranks(["stack", "linear", "nb-svm", "majority"], pairs)["majority"] == 4
