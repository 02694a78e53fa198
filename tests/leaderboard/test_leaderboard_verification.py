"""What a leaderboard shows is what its predictions are worth, and what else is entered changes no verdict."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from leaderboard_files import FEW, HEADER, LABELS, add, edit, of_good, tree, written

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, PredictionError, UnknownNameError, UsageError
from weibo_nlp.evaluation.comparison import compare
from weibo_nlp.evaluation.files import evaluate, score_set
from weibo_nlp.leaderboard import additions
from weibo_nlp.leaderboard.additions import add_predictions
from weibo_nlp.leaderboard.ranking import standings
from weibo_nlp.predictions import write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.report.leaderboard import markdown_tables
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.stats.multiplicity import holm

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")


def figure(content, *path, by):
    """Move one figure of an entry's scores."""
    part = content["scores"]
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] += by


# Each could stand: nothing else of the entry contradicts it. What the predictions give is the only witness.
EDITS = {
    "low": ("metrics", "macro_f1", "low", -0.05),
    "high": ("metrics", "macro_f1", "high", 0.01),
    "a-little-more-than-rounding": ("metrics", "macro_f1", "high", 1e-5),
    "accuracy-low": ("metrics", "accuracy", "low", -0.05),
    "log-loss": ("metrics", "log_loss", "value", -0.0001),
    "brier": ("metrics", "brier", "high", 0.01),
    "soft-labels": ("metrics", "soft_js", "value", -0.0001),
    "class-bound": ("per_class", "negative", "f1", "high", 0.01),
    "slice": ("slices", 0, "score", "value", 0.001),
    "slice-rows": ("slices", 0, "n", 1),
    "units": ("n_units", 1),
    "bin-confidence": ("calibration", 0, "accuracy_high", 0.001),
}


@pytest.fixture(scope="module")
def with_scores(small_corpus_shipped, tmp_path_factory):
    """A board of one system that gives probabilities."""
    folder = tmp_path_factory.mktemp("scores")
    rng = np.random.default_rng(0)
    rows = []
    for label in open_release().gold("sentiment", "test"):
        weights = rng.dirichlet(np.ones(len(LABELS)))
        said = dict(zip(LABELS, (float(weight) for weight in weights), strict=True))
        rows.append(Prediction(label.document_id, "sentiment", max(said, key=said.get), said))
    write_predictions(folder / "p.jsonl", HEADER, rows)
    add(folder / "p.jsonl", folder / "board")
    return folder / "board"


@pytest.mark.parametrize("edited", EDITS.values(), ids=EDITS)
def test_a_figure_that_the_predictions_do_not_give_sets_the_entry_aside(with_scores, tmp_path, edited):
    board = shutil.copytree(with_scores, tmp_path / "board")
    (result,) = (board / "results").iterdir()
    *path, by = edited
    edit(result, lambda content: figure(content, *path, by=by))
    found = standings(board, n_permutations=1000, bootstrap=FEW)
    assert found.tables == ()
    (item,) = found.set_aside
    place = "scores." + ".".join(map(str, path)).replace("slices.0", "slices[0]").replace(
        "calibration.0", "calibration[0]"
    )
    assert re.search(re.escape(place) + " is .*, but the predictions give .*; add the predictions again", item.reason)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda c: c["scores"].update(units="authors"), "scores.units is 'authors', but the", id="units"),
        pytest.param(
            lambda c: c["scores"].update(main_metric="accuracy"), "main_metric is 'accuracy', but the pred", id="metric"
        ),
        pytest.param(lambda c: c["scores"].update(dropped={"hard": 9}), "scores.dropped.hard is 9, but", id="dropped"),
        pytest.param(lambda c: c["scores"].update(slices=[]), r"scores.slices is \[\], but", id="slices-hidden"),
        pytest.param(
            lambda c: c["scores"].update(calibration=None), "scores.calibration is None, but", id="curve-hidden"
        ),
        pytest.param(
            lambda c: c["scores"]["metrics"].update(bleu={"value": 1, "low": 1, "high": 1}),
            "scores.metrics.bleu is .*, but the predictions give None",
            id="metric-invented",
        ),
        pytest.param(
            lambda c: c["scores"]["bootstrap"].update(level=0.5),
            "confidence_level is 0.5; leaderboards show 95",
            id="50%",
        ),
        pytest.param(
            lambda c: c["scores"]["bootstrap"].update(resamples=10**6), "at most 20,000 can be made", id="resamples"
        ),
        pytest.param(
            lambda c: c["scores"]["bootstrap"].update(seed=1), "low is .*, but the predictions give", id="another-seed"
        ),
        pytest.param(
            lambda c: (c.update(package="9.9"), figure(c, "metrics", "brier", "value", by=-0.001)),
            "metrics.brier.value is .*, but the predictions give",
            id="value-of-another-version",
        ),
    ],
)
def test_what_the_predictions_do_not_say_sets_the_entry_aside(with_scores, tmp_path, change, message):
    board = shutil.copytree(with_scores, tmp_path / "board")
    (result,) = (board / "results").iterdir()
    edit(result, change)
    found = standings(board, n_permutations=1000, bootstrap=FEW)
    assert found.tables == ()
    assert re.search(message, found.set_aside[0].reason), found.set_aside


def test_intervals_of_another_version_may_differ_and_are_made_again(with_scores, tmp_path):
    board = shutil.copytree(with_scores, tmp_path / "board")
    (result,) = (board / "results").iterdir()
    edit(result, lambda c: (c.update(package="0.1"), figure(c, "metrics", "macro_f1", "low", by=-0.05)))
    (shown,) = standings(board, n_permutations=1000, bootstrap=FEW).tables
    (honest,) = standings(with_scores, n_permutations=1000, bootstrap=FEW).tables
    assert shown.rows[0].score == honest.rows[0].score
    assert shown.rows[0].entries[0].scores == honest.rows[0].entries[0].scores


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: edit(path, lambda c: figure(c, "metrics", "macro_f1", "low", by=-0.05)), id="edited"),
        pytest.param(lambda path: edit(path, lambda c: figure(c, "n", by=1)), id="contradictory"),
        pytest.param(lambda path: path.write_text("{"), id="no-json"),
    ],
)
def test_a_result_that_is_not_of_its_predictions_is_restored_by_the_same_file(board, tmp_path, damage):
    before = tree(board)
    damage(of_good(board, "results"))
    with_damage = tree(board)
    path = written(tmp_path / "p.jsonl", "good", wrong=0.1, draw=9)
    with pytest.raises((PredictionError, DataError), match=r"with other predictions|not a result of a leaderboard"):
        add(path, board)
    assert tree(board) == with_damage
    again = add(written(path, "good", wrong=0.1, draw=1), board, command="make good")
    assert again.state == "restored"
    assert tree(board) == before


def test_all_rows_of_a_table_have_intervals_made_alike(tmp_path):
    board = tmp_path / "board"
    path = written(tmp_path / "p.jsonl")
    add_predictions([path], board, bootstrap=BootstrapConfig(n_resamples=2, seed=9))
    (table,) = standings(board, n_permutations=1000, bootstrap=FEW).tables
    assert table.rows[0].score == evaluate(path, bootstrap=FEW).main
    assert table.rows[0].checked


@pytest.mark.parametrize(
    ("bootstrap", "message"),
    [
        pytest.param(BootstrapConfig(confidence_level=0.5), "confidence_level is 0.5; leaderboards show 95%", id="50%"),
        pytest.param(BootstrapConfig(n_resamples=10**6), "n_resamples is 1,000,000; at most 20,000", id="resamples"),
    ],
)
def test_intervals_that_nobody_could_check_are_not_added(tmp_path, bootstrap, message):
    with pytest.raises(UsageError, match=message):
        add_predictions([written(tmp_path / "p.jsonl")], tmp_path / "board", bootstrap=bootstrap)
    assert not (tmp_path / "board").exists()


@pytest.mark.parametrize("changed", [0, 1], ids=["first", "second"])
def test_a_file_that_changes_while_it_is_scored_leaves_no_trace(tmp_path, monkeypatch, changed):
    paths = [written(tmp_path / f"{seed}.jsonl", draw=seed, seed=seed) for seed in (0, 1)]

    def scored(*arguments):
        with paths[changed].open("a") as file:
            file.write("\n")
        return score_set(*arguments)

    monkeypatch.setattr(additions, "score_set", scored)
    with pytest.raises(PredictionError, match=rf"{changed}\.jsonl: changed while it was scored; add it again"):
        add_predictions(paths, tmp_path / "board", bootstrap=FEW)
    assert not (tmp_path / "board").exists()


def test_a_file_that_changes_while_it_is_copied_is_not_kept(tmp_path, monkeypatch):
    path = written(tmp_path / "p.jsonl")

    def copied(source, target):
        Path(target).write_bytes(Path(source).read_bytes() + b"\n")

    monkeypatch.setattr(additions.shutil, "copyfile", copied)
    with pytest.raises(PredictionError, match=r"p\.jsonl: changed while it was scored"):
        add(path, tmp_path / "board")
    assert tree(tmp_path / "board") == {}


def test_junk_turns_no_difference_into_a_tie(board, tmp_path):
    few = {"n_permutations": 200, "bootstrap": BootstrapConfig(n_resamples=20)}
    (before,) = standings(board, **few).tables
    for draw in range(2):
        add(written(tmp_path / "p.jsonl", f"junk {draw}", wrong=0.7, draw=100 + draw), board)
    (after,) = standings(board, **few).tables
    verdicts = [
        {(pair.a, pair.b): (pair.p_holm, pair.better) for pair in table.comparisons} for table in (before, after)
    ]
    assert len(verdicts[1]) == 6 * 5 // 2
    assert verdicts[0].items() <= verdicts[1].items()
    assert verdicts[0]["good 1", "middle 1"][1] == "good 1"


def test_systems_that_are_named_are_one_family_as_in_compare(board):
    found = standings(board, systems=["good", "middle 1", "rival"], n_permutations=1000, bootstrap=FEW)
    (table,) = found.tables
    kept = [board / "predictions" / row.entries[0].file for row in table.rows]
    by_compare = compare(kept, n_permutations=1000, bootstrap=FEW)
    assert table.comparisons == by_compare.comparisons
    assert [row.rank for row in table.rows] == [file.rank for file in by_compare.files]
    assert [pair.p_holm for pair in table.comparisons] == holm([pair.p for pair in table.comparisons]).tolist()
    assert any(pair.p_holm > pair.p for pair in table.comparisons)
    assert "Holm over all pairs of the systems named" in found.rank_rule
    with pytest.raises(UnknownNameError, match=r"unknown system in .* 'best'; there is: .*good==1"):
        standings(board, systems=["best"])


def test_rivals_named_like_a_version_have_no_part_in_the_question_of_it(board, tmp_path):
    few = {"n_permutations": 200, "bootstrap": BootstrapConfig(n_resamples=20)}
    for draw in range(2):
        add(written(tmp_path / "p.jsonl", "good 1", f"trial {draw}", wrong=0.7, draw=100 + draw), board)
    with pytest.raises(UsageError, match=r"system 'good 1' can mean good==1 or good 1==trial 0, good 1==trial 1; name"):
        standings(board, systems=["good 1", "middle"], **few)
    ((table,), ()) = (found := standings(board, systems=["good==1", "middle"], **few)).tables, found.set_aside
    assert [row.name for row in table.rows] == ["good 1", "middle 1"]
    assert [pair.p_holm for pair in table.comparisons] == [pair.p for pair in table.comparisons]
    assert table.comparisons[0].better == "good 1"


def test_hardware_and_command_are_shown_as_claims(filled):
    printed = markdown_tables(standings(filled, n_permutations=1000, bootstrap=FEW))
    assert "hardware (as stated) | command (as stated)" in printed.replace("\\", "")


def test_a_file_that_only_has_the_name_of_a_result_is_not_replaced(board, tmp_path):
    damage = of_good(board, "results")
    damage.write_text('{"important": 1}', "utf-8")
    of_good(board, "predictions").unlink()
    with pytest.raises(DataError, match="not a result of a leaderboard"):
        add(written(tmp_path / "p.jsonl", "good", wrong=0.1, draw=1), board)
    assert damage.read_text("utf-8") == '{"important": 1}'
