import json
import shutil
import sys
from pathlib import Path

import benchmark_transfer
import numpy as np
import pytest
from benchmarks import baselines, transfer
from benchmarks.baselines import PEERS
from benchmarks.subprocess_runner import Outcome
from benchmarks.transfer import HEADINGS, markdown_table, of_three_labels, run_transfer

from weibo_nlp import _resources
from weibo_nlp.corpus import load_corpus, open_release
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.models import create
from weibo_nlp.stats.bootstrap import BootstrapConfig

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

MINIATURES = Path(__file__).parents[1] / "data" / "external"
TINY = {"bootstrap": BootstrapConfig(n_resamples=60), "n_permutations": 200}
SMP = (
    ("今天的晚霞绝了，开心", "happy"),
    ("又加班到半夜，烦死了", "angry"),
    ("外婆走了，想她", "sad"),
    ("明天开会改到九点", "neutral"),
    ("收到录取通知啦", "happy"),
    ("地铁停在隧道里，好怕", "fear"),
)


class Fixed:
    """Of feelings, says negative .5, neutral .2, positive .3 whatever the text; to one with 香 positive .6, neutral .3.

    All other labels are equally likely to it.
    """

    name, version = "linear", "9"

    def __init__(self, labels):
        self.classes_ = np.array(labels)

    def fit(self, *_, **__):
        return self

    def predict_proba(self, examples):
        plain, fragrant = {"negative": 0.5, "neutral": 0.2, "positive": 0.3}, {"negative": 0.1, "neutral": 0.3}
        rows = [fragrant | {"positive": 0.6} if "香" in example.text else plain for example in examples]
        return np.array([[row.get(label, 1 / len(self.classes_)) for label in self.classes_] for row in rows])


def make(name, labels, *, seed=0):
    """Create a registered model, but `Fixed` in place of the linear one, which takes seconds to learn."""
    return Fixed(labels) if name == "linear" else create(name, labels, seed=seed)


@pytest.fixture(scope="module")
def newest(tmp_path_factory):
    """The newest release alone, without the older ones beside it."""
    folder = tmp_path_factory.mktemp("newest") / "corpus"
    return shutil.copytree(_resources.corpus_dir(), folder, ignore=shutil.ignore_patterns("versions", "texts"))


@pytest.fixture(scope="module")
def measured(newest):
    """The miniature of mission_dev, answered by `Fixed`, by snownlp's scores as set here, and not by cnsenti."""

    def answer(work, adapter, job, timeout):
        if adapter.name == "cnsenti":
            return Outcome(adapter, {}, "not installed: pip install cnsenti")
        assert len(job["texts"]) == 6
        return Outcome(adapter, {}, figures={"scores": [0.1, 0.5, 0.9, 0.4, 0.6, 0.61]})

    lines = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "create", make)
        patch.setattr(baselines, "run_adapter", answer)
        patch.setattr(baselines, "installed_versions", lambda packages: dict.fromkeys(packages, "1"))
        document, runs = run_transfer(
            MINIATURES, corpus=newest, sets=["mission_dev"], seeds=2, progress=lines.append, **TINY
        )
    return document, runs, lines


def of(document, task, model, n_labels=None):
    (row,) = (
        row
        for row in document["results"]
        if (row["task"], row["model"]) == (task, model) and n_labels in (None, len(row["labels"]))
    )
    return row


def value(row, metric):
    return row["metrics"][metric]["value"]


# What is scored. Gold of the six rows: negative, negative, positive, negative, neutral, positive.


def test_ours_is_scored_on_three_labels(measured):
    row = of(measured[0], "sentiment", "linear", 3)
    # All negative but the third: F1 of negative 2 * 3 / (5 + 3), of neutral 0, of positive 2 * 1 / (1 + 2).
    assert value(row, "macro_f1") == pytest.approx((3 / 4 + 0 + 2 / 3) / 3)
    assert value(row, "accuracy") == pytest.approx(4 / 6)
    assert row["confidence"] == pytest.approx((5 * 0.5 + 0.6) / 6)
    # Five rows say .5 and three of them are right, one says .6 and is.
    assert value(row, "ece") == pytest.approx((abs(3 - 5 * 0.5) + abs(1 - 0.6)) / 6)
    assert (row["n"], row["n_units"], len(row["seeds"]["values"])) == (6, 6, 2)


def test_two_labels_are_the_same_probabilities_without_neutral_over_rows_that_are_not(measured):
    row = of(measured[0], "sentiment", "linear", 2)
    # Negative for four rows, three of them rightly; the one with 香 is positive.
    assert value(row, "macro_f1") == pytest.approx((6 / 7 + 2 / 3) / 2)
    assert row["confidence"] == pytest.approx((4 * 0.5 / 0.8 + 0.6 / 0.7) / 5)
    assert row["n"] == 5


def test_a_peers_score_is_read_as_three_labels(measured):
    row = of(measured[0], "sentiment", "snownlp", 3)
    # negative, neutral, positive, neutral, neutral, positive: .4 and .6 themselves are neutral.
    assert value(row, "macro_f1") == pytest.approx((2 * 1 / (1 + 3) + 2 * 1 / (3 + 1) + 1) / 3)
    assert (row["corpus_version"], row["confidence"], "ece" in row["metrics"]) == (None, None, False)


def test_a_peer_that_leans_to_neither_side_is_decided_by_lot_in_several_draws(measured):
    row = of(measured[0], "sentiment", "snownlp", 2)
    lots = [PEERS["snownlp"].leaning(0.5, "公众号又在编故事骗流量，取关了", draw) for draw in range(5)]
    assert value(row, "accuracy") == pytest.approx((4 + lots.count("negative") / 5) / 5)
    assert any("snownlp leans to neither on 1 of 5 rows" in note for note in measured[0]["notes"])


def test_the_topic_prior_has_the_shares_of_stances_that_texts_of_the_topic_take(measured):
    (run,) = (run for run in measured[1] if run.model == "topic prior")
    stances = load_corpus("stances")
    topics = {row.id: row.topic for name in ("articles", "posts", "comments") for row in load_corpus(name).itertuples()}
    shares = stances[
        (stances["split"] != "test")
        & (stances["target"] == "信用惩戒")
        & (stances["document_id"].map(topics) == "credit")
    ]["stance"].value_counts(normalize=True)
    item = run.files[0].predictions[0]
    assert item.target == "信用惩戒"
    assert {label: p for label, p in item.scores.items() if p} == pytest.approx(shares.to_dict())


def test_each_task_has_ours_first_and_the_baselines_beside_it(measured):
    systems = [(row["task"], row["model"], len(row["labels"])) for row in measured[0]["results"]]
    assert systems == [
        ("topic", "linear", 4),
        ("topic", "majority", 4),
        ("sentiment", "linear", 3),
        ("sentiment", "majority", 3),
        ("sentiment", "snownlp", 3),
        ("sentiment", "linear", 2),
        ("sentiment", "majority", 2),
        ("sentiment", "snownlp", 2),
        ("stance", "linear", 3),
        ("stance", "majority", 3),
        ("stance", "topic prior", 3),
        ("irony", "linear", 2),
        ("irony", "majority", 2),
    ]
    assert {len(run.spec.labels) for run in of_three_labels(measured[1]) if run.spec.name == "sentiment"} == {3}


def test_ours_is_tested_against_every_other_with_holm_over_all_of_them(measured):
    tests = measured[0]["comparisons"]
    assert len(tests) == 8
    assert all(test["a"]["model"] == "linear" != test["b"]["model"] for test in tests)
    (peer,) = (test for test in tests if test["b"]["model"] == "snownlp" and len(test["labels"]) == 3)
    assert peer["difference"]["value"] == pytest.approx((3 / 4 + 2 / 3) / 3 - 2 / 3)
    # Holm by hand: the smallest p times 8, the next times 7, …, none below the one before.
    floor = 0.0
    for rank, test in enumerate(sorted(tests, key=lambda test: test["p"])):
        floor = max(floor, min(1.0, (8 - rank) * test["p"]))
        assert test["p_holm"] == pytest.approx(floor)


def test_what_is_missing_is_said_and_nothing_else_stops(measured):
    document, _, lines = measured
    assert {"set": "mission_dev", "system": "cnsenti", "reason": "not installed: pip install cnsenti"} in document[
        "missing"
    ]
    assert "cnsenti: not installed: pip install cnsenti" in lines
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_the_table_shows_figures_under_their_headings(measured):
    table = markdown_table(measured[0])
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    assert tuple(cells[0]) == HEADINGS
    rows = {(row[1], row[2]): dict(zip(HEADINGS, row, strict=True)) for row in cells[2:]}
    assert len(rows) == len(measured[0]["results"])
    ours, peer = rows["sentiment", "linear"], rows["sentiment, not neutral", "snownlp"]
    assert (ours["rows"], ours["macro-F1"][:5], ours["macro-F1"][-1]) == ("6", "0.472", "*")
    assert (ours["learnt from"], ours["ours less it"]) == (f"corpus {open_release().version}", "–")
    assert (peer["learnt from"], peer["ECE"], peer["confidence"]) == ("–", "–", "–")
    assert peer["ours less it"][0] in "+−0"
    assert "- Not here: cnsenti on mission_dev: not installed: pip install cnsenti.\n" in table
    assert str(MINIATURES) not in table


# The older release


@pytest.fixture(scope="module")
def smp(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies") / "smp2020"
    folder.mkdir()
    rows = [{"id": at, "content": text, "label": label} for at, (text, label) in enumerate(SMP, 1)]
    (folder / "usual_eval_labeled.txt").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return folder.parent


def test_the_oldest_release_is_learnt_from_as_well_and_two_of_the_same_do_not_differ(tmp_path, smp, monkeypatch):
    monkeypatch.setattr(transfer, "create", make)
    newest = open_release()
    corpus = tmp_path / "corpus"
    for folder, version in ((corpus, newest.version), (corpus / "versions" / "0.0.1", "0.0.1")):
        for config in ("articles", "posts", "comments", "stances", "targets", "events"):
            shutil.copytree(_resources.corpus_dir() / config, folder / config)
        (folder / "manifest.json").write_text(json.dumps(dict(newest.manifest) | {"version": version}), "utf-8")
    document, runs = run_transfer(smp, corpus=corpus, peers=[], seeds=1, **TINY)
    learnt = [(run.model, run.spec.train_version) for run in of_three_labels(runs)]
    assert learnt == [("linear", newest.version), ("majority", newest.version), ("linear", "0.0.1")]
    (test, _) = (test for test in document["comparisons"] if test["b"]["corpus_version"] == "0.0.1")
    assert (test["difference"]["value"], test["p"]) == (0.0, 1.0)
    assert [(row["set"], row["reason"]) for row in document["missing"]] == [
        ("mission_dev", "no copy of it that can be read")
    ]


def test_a_release_that_is_under_another_scheme_is_missing_with_the_reason(tmp_path, smp):
    newest = open_release()
    for folder, changes in ((tmp_path, {}), (tmp_path / "versions" / "0.0.1", {"version": "0.0.1", "scheme": "0.1"})):
        shutil.copytree(newest.path / "targets", folder / "targets")
        (folder / "manifest.json").write_text(json.dumps(dict(newest.manifest) | changes), "utf-8")
    older, missing = transfer._oldest(tmp_path, open_release(tmp_path))
    assert older is None
    assert missing[0]["system"] == "corpus 0.0.1"
    assert "unknown scheme version '0.1'" in missing[0]["reason"]


# Misuse


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"peers": ["snow"]}, UnknownNameError, "unknown peer 'snow'; there is: cnsenti", id="peer"),
        pytest.param({"sets": ["sst2"]}, UnknownNameError, "unknown external set 'sst2'", id="set"),
        pytest.param({"seeds": 0}, UsageError, "seeds is 0; give a number above 0", id="seeds"),
        pytest.param({}, UsageError, "holds no copy of mission_dev, smp2020-polarity", id="empty-folder"),
    ],
)
def test_misuse_is_refused_before_anything_is_trained(tmp_path, monkeypatch, options, error, message):
    monkeypatch.setattr(transfer, "create", lambda *_, **__: pytest.fail("trained"))
    with pytest.raises(error, match=message):
        run_transfer(tmp_path, **options)


# The script


def run_main(monkeypatch, *arguments):
    monkeypatch.delenv("WEIBO_NLP_EXTERNAL", raising=False)
    monkeypatch.setattr(sys, "argv", ["benchmark_transfer.py", *map(str, arguments)])
    return benchmark_transfer.main()


def test_script_prints_the_table_and_writes_figures_and_log(monkeypatch, capsys, tmp_path, smp):
    monkeypatch.setattr(transfer, "_oldest", lambda corpus, newest: (None, []))
    monkeypatch.setattr(transfer, "create", make)
    figures, log = tmp_path / "figures.json", tmp_path / "log"
    assert run_main(monkeypatch, "--external", smp, "--seeds", 1, "--peers", "--json", figures, "--log", log) == 0
    document, printed = json.loads(figures.read_text("utf-8")), capsys.readouterr().out
    ours = document["results"][0]
    assert (ours["set"], ours["task"], ours["model"], ours["n"]) == ("smp2020-polarity", "sentiment", "linear", 6)
    assert printed == markdown_table(document)
    assert str(smp) not in printed
    logged = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {(line["set"], line["task"]) for line in logged} == {("smp2020-polarity", "sentiment")}
    assert len(logged) == len({(line["model"], line["corpus_version"]) for line in logged})
    assert not any(text in printed for text, _ in SMP)


def test_script_asks_for_the_folder_with_the_copies(monkeypatch, capsys):
    with pytest.raises(SystemExit, match="2"):
        run_main(monkeypatch)
    assert "name it with --external or WEIBO_NLP_EXTERNAL" in capsys.readouterr().err


def test_script_refuses_a_folder_without_copies(monkeypatch, capsys, tmp_path):
    assert run_main(monkeypatch, "--external", tmp_path, "--log", tmp_path / "log") == 2
    assert "holds no copy of mission_dev" in capsys.readouterr().err
    assert not (tmp_path / "log").exists()
