import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from threading import Barrier, BrokenBarrierError

import pytest
from leaderboard_files import FEW, HEADER, add, edit, of_good, tree, written
from small_corpus import VERSION

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, PredictionError, UnknownNameError, UsageError
from weibo_nlp.evaluation.files import evaluate, resolve_evaluation_set
from weibo_nlp.io import sha256_of_file
from weibo_nlp.leaderboard import additions
from weibo_nlp.leaderboard.additions import add_predictions
from weibo_nlp.leaderboard.entries import entry_stem, read_entry
from weibo_nlp.leaderboard.ranking import standings
from weibo_nlp.predictions import ModelReference, PredictionHeader, read_predictions, write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.report.leaderboard import markdown_tables
from weibo_nlp.stats.bootstrap import UnitSums, cluster_bootstrap
from weibo_nlp.stats.metrics import macro_f1
from weibo_nlp.stats.randomisation import paired_test

NLPCC2016 = Path(__file__).parents[1] / "data" / "external" / "nlpcc2016"
pytestmark = pytest.mark.usefixtures("small_corpus_shipped")


def test_an_added_file_is_kept_unchanged_beside_its_own_figures(tmp_path):
    path = written(tmp_path / "p.jsonl")
    added = add(path, tmp_path / "board", command="train | predict")
    assert added.state == "added"
    kept = tmp_path / "board" / "predictions" / f"{added.path.stem}.jsonl"
    assert kept.read_bytes() == path.read_bytes()
    assert added.path.name == f"corpus-{VERSION}-test-sentiment-standard-mine-1.json"
    content = json.loads(added.path.read_text("utf-8"))
    scored = evaluate(path, bootstrap=FEW).to_dict()
    assert content["scores"] == {name: scored[name] for name in content["scores"]}
    assert content["scores"]["slices"]
    assert content["predictions"] == {"file": kept.name, "sha256": sha256_of_file(path)}
    assert (content["hardware"], content["command"], content["seed"]) == ("a test", "train | predict", None)
    assert content["system"] == {"name": "mine", "version": "1"}
    assert (content["corpus_version"], content["protocol"]) == (VERSION, "standard")
    assert added.path.read_text("utf-8") == json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    assert read_entry(added.path).to_dict() == added.entry.to_dict()


def test_without_a_word_on_hardware_this_machine_is_named(tmp_path):
    (added,) = add_predictions([written(tmp_path / "p.jsonl")], tmp_path / "board", bootstrap=FEW)
    assert "Python 3." in added.entry.hardware
    assert " core" in added.entry.hardware


def test_the_same_file_again_changes_nothing(board, tmp_path):
    before = tree(board)
    again = add(written(tmp_path / "p.jsonl", "good", wrong=0.1, draw=1), board, command="another")
    assert again.state == "present"
    assert tree(board) == before


def test_a_version_never_changes_its_meaning(board, tmp_path):
    before = tree(board)
    with pytest.raises(PredictionError, match=r"p\.jsonl: good 1 is in .* already, with other predictions; a version"):
        add(written(tmp_path / "p.jsonl", "good", wrong=0.1, draw=9), board)
    assert tree(board) == before
    assert add(written(tmp_path / "p.jsonl", "good", "2", wrong=0.1, draw=9), board).state == "added"


def crlf(path):
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def reversed_rows(path):
    first, *rows = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text(first + "".join(reversed(rows)), "utf-8")


@pytest.mark.parametrize(
    ("name", "rewrite"),
    [
        pytest.param("p.jsonl", crlf, id="line-ends"),
        pytest.param("p.jsonl", reversed_rows, id="order"),
        pytest.param("p.parquet", lambda path: None, id="parquet"),
    ],
)
def test_the_same_predictions_written_otherwise_are_no_others(board, tmp_path, name, rewrite):
    before = tree(board)
    path = written(tmp_path / name, "good", wrong=0.1, draw=1)
    rewrite(path)
    assert add(path, board).state == "present"
    assert tree(board) == before
    # A result that was altered is made again from what is kept.
    edit(of_good(board, "results"), lambda content: content["scores"]["metrics"]["macro_f1"].update(low=0.1))
    assert add(path, board).state == "restored"
    assert tree(board).keys() == before.keys()
    assert standings(board, n_permutations=100, bootstrap=FEW).set_aside == ()


def test_predictions_that_were_altered_are_not_compared_with(board, tmp_path):
    path = written(tmp_path / "p.jsonl", "good", wrong=0.1, draw=1)
    crlf(path)
    of_good(board, "predictions").write_bytes(path.read_bytes().replace(b"negative", b"positive"))
    with pytest.raises(PredictionError, match="with other predictions"):
        add(path, board)


def test_lost_predictions_are_restored_by_the_same_file(board, tmp_path):
    before = tree(board)
    (kept,) = (board / "predictions").glob("*good*")
    kept.unlink()
    assert add(written(tmp_path / "p.jsonl", "good", wrong=0.1, draw=1), board).state == "restored"
    assert tree(board) == before


def test_an_unscorable_file_leaves_no_trace(tmp_path):
    path = written(tmp_path / "p.jsonl")
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    with pytest.raises(PredictionError, match=r"p\.jsonl:\d+: the predictions end without one"):
        add(path, tmp_path / "board")
    assert not (tmp_path / "board").exists()


HOSTILE = [
    "../../escape", "a/b", "a\\b", "line\nend", "nul\0", "\u202egnp", "x" * 999, ".", "..", " ", "CON", "模型",
    "Linear", "linear", "linear-1", "-rf", "😀", "a" * 150 + "b", "a" * 150 + "c",
]  # fmt: skip


def test_file_names_are_safe_and_no_two_systems_share_one():
    stems = set()
    for name in HOSTILE:
        for version in ("1", "1/../2", "\n"):
            for seed in (None, 0):
                stem = entry_stem(replace(HEADER, model=ModelReference(name, version), seed=seed))
                assert stem.isascii()
                assert not set(stem) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
                assert len(stem) < 120
                assert not stem.startswith(".")
                stems.add(stem.lower())  # some file systems know no case
    assert len(stems) == len(HOSTILE) * 3 * 2


@pytest.mark.parametrize("name", ["../../escape", "nul\0\n\x1b[2J", "x" * 999], ids=["path", "controls", "long"])
def test_a_hostile_name_stays_inside_the_folder_and_is_shown_escaped(tmp_path, name):
    add(written(tmp_path / "p.jsonl", name), tmp_path / "board")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["board", "p.jsonl"]
    (table,) = standings(tmp_path / "board", n_permutations=1000, bootstrap=FEW).tables
    (row,) = table.rows
    assert row.name.isprintable()
    assert len(row.name) < 80
    assert row.to_dict()["system"]["name"] == name


def test_systems_are_ranked_by_what_the_rows_can_tell_apart(filled):
    found = standings(filled, n_permutations=1000, bootstrap=FEW)
    (table,) = found.tables
    assert found.set_aside == ()
    assert [row.score.value for row in table.rows] == sorted((row.score.value for row in table.rows), reverse=True)
    assert table.rows[0].name == "good 1"
    ranked = {row.entries[0].header.model.name: row.rank for row in table.rows}
    assert ranked == {"good": 1, "middle": 2, "rival": 2, "../x\n\u202e|<b>": 4}
    assert {row.entries[0].header.model.name: row.ties for row in table.rows}["middle"] == ("rival 1",)
    assert [pair.p_holm for pair in table.comparisons] == [pair.p for pair in table.comparisons]
    assert "Every pair is a question of its own" in found.rank_rule
    content = found.to_dict()
    assert json.loads(json.dumps(content, allow_nan=False)) == content


def test_the_order_of_adding_has_no_say(filled, tmp_path):
    other = tmp_path / "board"
    for result in sorted((filled / "results").iterdir(), reverse=True):
        entry = read_entry(result)
        add(filled / "predictions" / entry.file, other, command=entry.command)
    assert (
        standings(other, n_permutations=1000, bootstrap=FEW).to_dict()
        == standings(filled, n_permutations=1000, bootstrap=FEW).to_dict()
    )


def seeded(folder, board, name, wrongs):
    paths = [
        written(folder / f"{name}{seed}.jsonl", name, wrong=wrong, draw=seed + 50, seed=seed)
        for seed, wrong in enumerate(wrongs)
    ]
    return paths, add_predictions(paths, board, hardware_text="a test", bootstrap=FEW)


def test_seeds_of_a_system_are_one_row_tested_together(tmp_path):
    board = tmp_path / "board"
    seeded(tmp_path, board, "many", (0.2, 0.25, 0.3))
    add(written(tmp_path / "p.jsonl", "one", wrong=0.35, draw=9), board)
    (table,) = standings(board).tables
    first, second = table.rows
    values = [entry.main.value for entry in first.entries]
    assert [entry.header.seed for entry in first.entries] == [0, 1, 2]
    assert (first.score.value, first.sd) == (pytest.approx(fmean(values)), pytest.approx(stdev(values)))
    assert second.sd is None
    spec, evaluation_set = resolve_evaluation_set(HEADER)
    place = {label: number for number, label in enumerate(spec.labels)}
    truth = evaluation_set.gold_indices(spec)
    runs = [
        [
            [place[row.label] for row in read_predictions(board / "predictions" / entry.file).predictions]
            for entry in row.entries
        ]
        for row in table.rows
    ]
    test = paired_test(truth, *runs, evaluation_set.groups, len(place), macro_f1)
    (pair,) = table.comparisons
    assert (pair.difference, pair.p) == (test.difference, test.p)
    units = UnitSums.from_rows(truth, runs[0], evaluation_set.groups, len(place))
    interval = cluster_bootstrap(units, {"main": macro_f1})["main"]
    assert (first.score.low, first.score.high) == (interval.low, interval.high)


def test_a_run_that_comes_later_is_refused(tmp_path):
    board = tmp_path / "board"
    paths, added = seeded(tmp_path, board, "many", (0.4, 0.5))
    assert [item.entry.runs for item in added] == [(0, 1), (0, 1)]
    before = tree(board)
    late = written(tmp_path / "late.jsonl", "many", wrong=0.1, draw=60, seed=2)
    message = r"late\.jsonl: many 1 is in .* already, with seed 0, seed 1, and this run is seed 2; a version never"
    for runs in ([late], [*paths, late]):
        with pytest.raises(PredictionError, match=message):
            add_predictions(runs, board, bootstrap=FEW)
    assert tree(board) == before
    assert [add(path, board).state for path in paths] == ["present", "present"]
    assert add(written(tmp_path / "2.jsonl", "many", "2", wrong=0.1, draw=60, seed=2), board).state == "added"


def test_a_system_that_lost_a_run_is_set_aside_until_the_run_is_restored(tmp_path):
    board = tmp_path / "board"
    paths, added = seeded(tmp_path, board, "many", (0.2, 0.6))
    kept = board / "predictions" / added[1].entry.file
    kept.unlink()
    added[1].path.unlink()
    found = standings(board, n_permutations=100, bootstrap=FEW)
    assert found.tables == ()
    assert ["added with other runs than the 1 that can be read here" in item.reason for item in found.set_aside] == [
        True
    ]
    assert add(paths[1], board).state == "added"
    assert standings(board, n_permutations=100, bootstrap=FEW).set_aside == ()


def test_runs_of_which_one_states_others_are_all_set_aside(tmp_path):
    board = tmp_path / "board"
    _, added = seeded(tmp_path, board, "many", (0.2, 0.6))
    edit(added[1].path, lambda content: content.update(runs=[1]))
    assert len(standings(board, n_permutations=100, bootstrap=FEW).set_aside) == 2


def test_results_of_older_versions_that_state_no_runs_take_none_either(tmp_path):
    board = tmp_path / "board"
    paths, added = seeded(tmp_path, board, "many", (0.2, 0.6))
    for item in added:
        edit(item.path, lambda content: (content.pop("runs"), content.update(package="0.2.0")))
    (table,) = standings(board, n_permutations=100, bootstrap=FEW).tables
    assert len(table.rows[0].entries) == 2
    assert add(paths[0], board).state == "present"
    with pytest.raises(PredictionError, match="already, with seed 0, seed 1, and this run is seed 7"):
        add(written(tmp_path / "7.jsonl", "many", seed=7), board)


def test_a_result_of_this_version_states_its_runs(tmp_path):
    board = tmp_path / "board"
    _, added = seeded(tmp_path, board, "many", (0.2, 0.6))
    (board / "predictions" / added[1].entry.file).unlink()
    added[1].path.unlink()  # the worse run, and the key that tells of it
    edit(added[0].path, lambda content: content.pop("runs"))
    (item,) = standings(board, n_permutations=100, bootstrap=FEW).set_aside[:1]
    assert "runs is None, not the sorted seeds of all runs" in item.reason


@pytest.mark.parametrize("notes", [None, "a", [1], {"a": "b"}])
def test_notes_that_are_no_texts_are_named(tmp_path, notes):
    added = add(written(tmp_path / "p.jsonl"), tmp_path / "board")
    edit(added.path, lambda content: content.update(notes=notes))
    with pytest.raises(DataError, match=r"notes is .*, not a list of texts"):
        read_entry(added.path)


@pytest.mark.parametrize(
    "runs", [[], [1], [0, 0], [1, 0], ["0"], [0, None], [None], [True], [0.0], "0", {"0": 0}, [0, 10**400, 7]]
)
def test_runs_that_are_no_seeds_are_named(tmp_path, runs):
    added = add(written(tmp_path / "p.jsonl", seed=0), tmp_path / "board")
    edit(added.path, lambda content: content.update(runs=runs))
    with pytest.raises(DataError, match=r"runs is .*, not the sorted seeds of all runs, with this one, 0"):
        read_entry(added.path)


def test_seeds_are_added_together(tmp_path):
    paths = [written(tmp_path / f"{seed}.jsonl", "many", draw=seed, seed=seed) for seed in (0, 1)]
    entries = add_predictions(paths, tmp_path / "board", hardware_text="a test", bootstrap=FEW)
    assert [(added.state, added.entry.header.seed) for added in entries] == [("added", 0), ("added", 1)]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        pytest.param({"name": "other"}, "not the system, version and task of", id="other-system"),
        pytest.param({"version": "2"}, "not the system, version and task of", id="other-version"),
        pytest.param({}, "two of the files have seed 0", id="same-seed"),
    ],
)
def test_files_added_together_are_one_systems_seeds(tmp_path, second, message):
    one = written(tmp_path / "1.jsonl", seed=0)
    two = written(tmp_path / "2.jsonl", seed=0, **second)
    with pytest.raises(UsageError, match=message):
        add_predictions([one, two], tmp_path / "board")
    assert not (tmp_path / "board").exists()


@pytest.mark.parametrize(
    ("damage", "named", "message"),
    [
        pytest.param(
            lambda board: of_good(board, "predictions").unlink(),
            "good",
            "jsonl: missing; .*results/.*good",
            id="missing",
        ),
        pytest.param(
            lambda board: of_good(board, "predictions").open("a").write("\n"), "good", "its bytes changed", id="changed"
        ),
        pytest.param(lambda board: of_good(board, "results").write_text("{"), "good", "not JSON", id="no-json"),
        pytest.param(lambda board: of_good(board, "results").write_text("{}"), "good", "is None, not 1", id="no-mark"),
        pytest.param(
            lambda board: of_good(board, "results").write_text("[" * 99_999), "good", "nested deeper", id="deep"
        ),
        pytest.param(
            lambda board: edit(of_good(board, "results"), lambda c: c["system"].update(name="best")),
            "good",
            "holds the result of|predictions.file is",
            id="renamed-inside",
        ),
        pytest.param(
            lambda board: of_good(board, "results").rename(board / "results" / "best.json"),
            "best",
            "holds the result of .*good",
            id="renamed-outside",
        ),
        pytest.param(
            lambda board: edit(
                of_good(board, "results"), lambda c: c["predictions"].update(file="../../../etc/passwd")
            ),
            "good",
            "predictions.file is '../../../etc/passwd', not",
            id="path-out-of-the-folder",
        ),
        pytest.param(
            lambda board: edit(
                of_good(board, "results"), lambda c: c["scores"]["metrics"]["macro_f1"].update(value=0.999, high=1.0)
            ),
            "good",
            "metrics.macro_f1.value is 0.999, but confusion gives 0",
            id="figure-raised",
        ),
        pytest.param(
            lambda board: edit(
                of_good(board, "results"), lambda c: c["scores"]["metrics"].update(macro_f1={"value": "1"})
            ),
            "good",
            "metrics.macro_f1.value must be a number, got '1'",
            id="figure-text",
        ),
        pytest.param(
            lambda board: edit(of_good(board, "results"), lambda c: c.update(hardware=[1])),
            "good",
            r"hardware is \[1\], not a text",
            id="hardware-list",
        ),
        pytest.param(
            lambda board: edit(of_good(board, "results"), lambda c: c.update(seed="0")),
            "good",
            "seed must be",
            id="seed",
        ),
        pytest.param(
            lambda board: edit(of_good(board, "results"), lambda c: c.pop("scores")), "good", "scores is None", id="x"
        ),
    ],
)
def test_a_damaged_row_is_named_and_set_aside_and_the_others_stand(board, damage, named, message):
    damage(board)
    found = standings(board, n_permutations=1000, bootstrap=FEW)
    (table,) = found.tables
    assert {row.rank for row in table.rows} == {1, 3}
    assert [row.entries[0].header.model.name for row in table.rows if row.rank == 3] == ["../x\n\u202e|<b>"]
    reasons = [item.reason for item in found.set_aside]
    assert any(re.search(f"{named}.*{message}", reason) for reason in reasons), reasons


def test_predictions_whose_result_was_deleted_are_named(board):
    of_good(board, "results").unlink()
    (item,) = standings(board, n_permutations=1000, bootstrap=FEW).set_aside
    assert "no result in" in item.reason
    assert "good" in item.file


def test_where_the_gold_is_not_installed_nothing_is_tested_and_nothing_ties(board):
    for result in (board / "results").iterdir():
        entry = read_entry(result)
        kept = board / "predictions" / entry.file
        file = read_predictions(kept)
        old = replace(entry, header=replace(file.header, version="0.0.9"))
        old = replace(old, file=f"{old.stem}.jsonl")
        write_predictions(board / "predictions" / old.file, old.header, file.predictions)
        old = replace(old, sha256=sha256_of_file(board / "predictions" / old.file))
        kept.unlink()
        result.unlink()
        (board / "results" / f"{old.stem}.json").write_text(json.dumps(old.to_dict()), "utf-8")
    found = standings(board, n_permutations=1000, bootstrap=FEW)
    (table,) = found.tables
    assert found.set_aside == ()
    assert "0.0.9" in table.untested
    assert [(row.rank, row.ties) for row in table.rows] == [(None, ())] * 4
    assert table.comparisons == ()
    assert not any(row.checked or row.to_dict()["checked"] for row in table.rows)
    printed = markdown_tables(found)
    assert printed.count("| not checked |") == 4
    assert "Not checked\\: every figure is what the entry claims" in printed
    assert [row.score.value for row in table.rows] == sorted((row.score.value for row in table.rows), reverse=True)
    assert table.rows[0].score.low < table.rows[0].score.value < table.rows[0].score.high  # as stored


def test_an_external_table_is_tested_against_the_users_copy_alone(tmp_path):
    header = PredictionHeader(
        "nlpcc2016", None, "test", "stance", "external", "nlpcc2016", ModelReference("right", "1")
    )
    _, evaluation_set = resolve_evaluation_set(header, NLPCC2016)
    rows = [Prediction(gold.document_id, "stance", gold.label, {}, gold.target) for gold in evaluation_set.gold]
    write_predictions(tmp_path / "p.jsonl", header, rows)
    add(tmp_path / "p.jsonl", tmp_path / "board", external_path=NLPCC2016)
    (table,) = standings(tmp_path / "board", n_permutations=1000, bootstrap=FEW).tables
    assert "--path" in table.untested
    (table,) = standings(tmp_path / "board", external_path=NLPCC2016).tables
    assert (table.untested, table.rows[0].rank, table.rows[0].score.value) == (None, 1, 1.0)


def test_tables_can_be_chosen_and_what_there_is_is_told(board, tmp_path):
    assert len(standings(board, set_name="corpus", task="sentiment", protocol="standard").tables) == 1
    with pytest.raises(UnknownNameError, match=r"unknown task in .* 'topic'; there is: sentiment"):
        standings(board, task="topic")
    with pytest.raises(UsageError, match="has no folder results, so is no leaderboard"):
        standings(tmp_path)


def test_names_that_look_alike_are_told_apart(tmp_path):
    board = tmp_path / "board"
    for draw, name in enumerate(("linear", "Linear", "ｌinear")):
        add(written(tmp_path / "p.jsonl", name, draw=draw), board)
    (table,) = standings(board, n_permutations=1000, bootstrap=FEW).tables
    names = [row.name for row in table.rows]
    assert len(set(names)) == 3
    assert all("#" in name for name in names)


def test_no_name_passes_for_another(tmp_path):
    # Cyrillic а, a digit for l, a variation selector, a filler, a blank at the end; and one in Chinese.
    board = tmp_path / "board"
    for draw, name in enumerate(("alpha", "alph\u0430", "a1pha", "alpha\ufe0f", "alpha\u3164", "alpha ", "情感模型")):
        add(written(tmp_path / "p.jsonl", name, draw=draw), board)
    found = standings(board, n_permutations=100, bootstrap=FEW)
    names = {row.entries[0].header.model.name: row.name for row in found.tables[0].rows}
    assert (names["alpha\ufe0f"], names["alpha\u3164"], names["alpha "]) == (
        "alpha\\ufe0f 1", "alpha\\u3164 1", "alpha\\x20 1"
    )  # fmt: skip
    assert all(re.search("#[0-9a-f]{8}", names[name]) for name in ("alpha", "alph\u0430", "a1pha"))
    assert re.fullmatch("情感模型 1 #[0-9a-f]{8}", names["情感模型"])
    assert not set(markdown_tables(found)) & set("\ufe0f\u3164")


def test_a_name_in_letters_that_look_like_latin_ones_carries_its_checksum_alone_in_its_table(tmp_path):
    add(written(tmp_path / "p.jsonl", "\u0430lpha"), tmp_path / "board")
    ((row,),) = (table.rows for table in standings(tmp_path / "board", n_permutations=100, bootstrap=FEW).tables)
    assert re.fullmatch("\u0430lpha 1 #[0-9a-f]{8}", row.name)


def test_of_two_that_are_added_at_once_one_is_kept_whole(tmp_path, monkeypatch):
    board, both = tmp_path / "board", Barrier(2)
    paths = [written(tmp_path / f"{draw}.jsonl", draw=draw) for draw in (0, 1)]
    plan = additions._plan

    def planned(*arguments):
        with suppress(BrokenBarrierError):  # where one has to wait for the other, they never meet
            both.wait(timeout=0.5)
        return plan(*arguments)

    monkeypatch.setattr(additions, "_plan", planned)

    def outcome(path):
        try:
            return add(path, board).state
        except PredictionError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(outcome, paths), key=len)
    assert outcomes[0] == "added"
    assert "with other predictions; a version never changes its meaning" in outcomes[1]
    assert standings(board, n_permutations=1000, bootstrap=FEW).set_aside == ()


@pytest.mark.parametrize(("first", "second"), [(None, 0), (0, None)], ids=["seed-after-none", "none-after-seed"])
def test_a_system_has_runs_with_seeds_or_one_without(tmp_path, first, second):
    board = tmp_path / "board"
    add(written(tmp_path / "0.jsonl", "alpha", seed=first), board)
    before, path = tree(board), written(tmp_path / "1.jsonl", "alpha", wrong=0.1, draw=1, seed=second)
    with pytest.raises(PredictionError, match=r"1\.jsonl: alpha 1 is in .* already, with.*a version never"):
        add(path, board)
    assert tree(board) == before
    with pytest.raises(UsageError, match="one of the files has no seed and others have"):
        add_predictions([tmp_path / "0.jsonl", path], tmp_path / "new", bootstrap=FEW)
    # Two boards that were merged by hand.
    other = tmp_path / "other"
    add(path, other)
    shutil.copytree(other, board, dirs_exist_ok=True)
    merged = standings(board, n_permutations=1000, bootstrap=FEW)
    assert merged.tables == ()
    assert [("without a seed and runs with one" in item.reason) for item in merged.set_aside] == [True, True]


def test_an_entry_of_another_format_is_refused(tmp_path):
    (tmp_path / "x.json").write_text('{"weibo_nlp_leaderboard": 2}', "utf-8")
    with pytest.raises(DataError, match=r"x\.json: not a result .*weibo_nlp_leaderboard is 2, not 1"):
        read_entry(tmp_path / "x.json")


def test_an_empty_machine_is_what_was_said_and_not_this_one(small_corpus_shipped, tmp_path):
    (added,) = add_predictions([written(tmp_path / "p.jsonl")], tmp_path / "board", hardware_text="", bootstrap=FEW)
    assert added.entry.hardware == ""


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_predictions_whose_result_is_missing_are_replaced_by_no_others(board, tmp_path, suffix):
    of_good(board, "results").unlink()
    kept = of_good(board, "predictions")
    before = tree(board)
    with pytest.raises(PredictionError, match=rf"p{suffix}: .*good.*jsonl is in its place, another file.*move it away"):
        add(written(tmp_path / f"p{suffix}", "good", wrong=0.1, draw=9), board)
    assert tree(board) == before
    kept.write_text("somebody's notes", "utf-8")
    with pytest.raises(PredictionError, match="another file"):
        add(written(tmp_path / f"p{suffix}", "good", wrong=0.1, draw=1), board)
    assert kept.read_text("utf-8") == "somebody's notes"


@pytest.mark.parametrize("of_board", [True, False], ids=["the-kept-file", "a-copy"])
def test_a_missing_result_is_restored_by_the_predictions_that_are_kept(board, tmp_path, of_board):
    before = tree(board)
    of_good(board, "results").unlink()
    path = of_good(board, "predictions") if of_board else written(tmp_path / "p.jsonl", "good", wrong=0.1, draw=1)
    assert add(path, board, command="make good").state == "restored"
    assert tree(board) == before


def of_real_texts(path, name, *, wrong=()):
    """Predictions on the real texts of the small corpus, whose test part has three; those on `wrong` are wrong."""
    header = replace(HEADER, set="real", task="irony", protocol="real", model=ModelReference(name, "1"))
    rows = list(open_release().rows("real", "test"))
    said = {row["id"]: str(row["irony"] != (row["id"] in wrong)).lower() for row in rows}
    write_predictions(path, header, [Prediction(key, "irony", label, {}) for key, label in said.items()])
    return path


def test_predictions_on_real_texts_are_kept_and_ranked_without_any_folder(tmp_path):
    board = tmp_path / "board"
    right = add(of_real_texts(tmp_path / "right.jsonl", "right"), board)
    add(of_real_texts(tmp_path / "wrong.jsonl", "wrong", wrong={"r420ffff6b733"}), board)
    assert (right.state, right.entry.units, right.n_set_aside) == ("added", "groups", 0)
    assert (
        right.notes
        == right.entry.notes
        == ("irony on real test: fewer than 20 rows, so no verdict on these labels: false 3, true 0",)
    )
    # A folder of external sets is for other tables.
    for options in ({}, {"external_path": NLPCC2016}):
        (table,) = standings(board, bootstrap=FEW, **options).tables
        assert (table.set, table.protocol, table.untested) == ("real", "real", None)
        assert [(row.name.split()[0], row.accuracy) for row in table.rows] == [
            ("right", 1.0),
            ("wrong", pytest.approx(2 / 3)),
        ]
        assert {row.checked for row in table.rows} == {True}
