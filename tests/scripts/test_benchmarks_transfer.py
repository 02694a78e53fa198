import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks import peers, transfer
from benchmarks.answerers import ANSWERERS
from benchmarks.peers import PEERS, ask
from benchmarks.transfer import of_three_labels, run_transfer
from benchmarks.transfer_table import HEADINGS, markdown_table
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp import _resources
from weibo_nlp.corpus import load_corpus, open_release
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.models import create

MINIATURES = Path(__file__).parents[1] / "data" / "external"
SCRIPT = Path(__file__).parents[2] / "scripts" / "benchmark_transfer.py"
TINY = {"resamples": 60, "rounds": 200}
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
        self.labels = labels

    def fit(self, examples, labels, *, groups=None, sample_weight=None):
        return self

    def predict_proba(self, examples):
        plain, fragrant = {"negative": 0.5, "neutral": 0.2, "positive": 0.3}, {"negative": 0.1, "neutral": 0.3}
        rows = [fragrant | {"positive": 0.6} if "香" in example.text else plain for example in examples]
        return np.array([[row.get(label, 1 / len(self.labels)) for label in self.labels] for row in rows])


@pytest.fixture(scope="module")
def newest(tmp_path_factory):
    """The newest release alone, without the older ones beside it."""
    folder = tmp_path_factory.mktemp("newest") / "corpus"
    return shutil.copytree(_resources.corpus_dir(), folder, ignore=shutil.ignore_patterns("versions", "texts"))


@pytest.fixture(scope="module")
def told(newest):
    """The miniature of mission_dev, answered by `Fixed`, by snownlp's scores as set here, and not by cnsenti."""

    def make(name, labels, *, seed):
        return Fixed(labels) if name == "linear" else create(name, labels, seed=seed)

    def answer(name, texts, timeout):
        if name == "cnsenti":
            return {"reason": "not installed: pip install cnsenti"}
        return {"scores": [0.1, 0.5, 0.9, 0.4, 0.6, 0.61], "versions": {"snownlp": "1"}}

    lines = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "create", make)
        patch.setattr(transfer, "ask", answer)
        document, results = run_transfer(
            MINIATURES, corpus=newest, sets=["mission_dev"], seeds=2, report=lines.append, **TINY
        )
    return document, results, lines


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


def test_ours_is_scored_on_three_labels(told):
    row = of(told[0], "sentiment", "linear", 3)
    # All negative but the third: F1 of negative 2 * 3 / (5 + 3), of neutral 0, of positive 2 * 1 / (1 + 2).
    assert value(row, "macro_f1") == pytest.approx((3 / 4 + 0 + 2 / 3) / 3)
    assert value(row, "accuracy") == pytest.approx(4 / 6)
    assert row["confidence"] == pytest.approx((5 * 0.5 + 0.6) / 6)
    # Five rows say .5 and three of them are right, one says .6 and is.
    assert value(row, "ece") == pytest.approx((abs(3 - 5 * 0.5) + abs(1 - 0.6)) / 6)
    assert (row["n"], row["n_units"], len(row["seeds"]["values"])) == (6, 6, 2)


def test_two_labels_are_the_same_probabilities_without_neutral_over_rows_that_are_not(told):
    row = of(told[0], "sentiment", "linear", 2)
    # Negative for four rows, three of them rightly; the one with 香 is positive.
    assert value(row, "macro_f1") == pytest.approx((6 / 7 + 2 / 3) / 2)
    assert row["confidence"] == pytest.approx((4 * 0.5 / 0.8 + 0.6 / 0.7) / 5)
    assert row["n"] == 5


def test_a_peers_score_is_read_as_three_labels(told):
    row = of(told[0], "sentiment", "snownlp", 3)
    # negative, neutral, positive, neutral, neutral, positive: .4 and .6 themselves are neutral.
    assert value(row, "macro_f1") == pytest.approx((2 * 1 / (1 + 3) + 2 * 1 / (3 + 1) + 1) / 3)
    assert (row["corpus_version"], row["confidence"], "ece" in row["metrics"]) == (None, None, False)


def test_a_peer_that_leans_to_neither_side_is_decided_by_lot_in_several_draws(told):
    row = of(told[0], "sentiment", "snownlp", 2)
    lots = [PEERS["snownlp"].leaning(0.5, "公众号又在编故事骗流量，取关了", draw) for draw in range(5)]
    assert value(row, "accuracy") == pytest.approx((4 + lots.count("negative") / 5) / 5)
    assert any("snownlp leans to neither on 1 of 5 rows" in note for note in told[0]["notes"])


def test_the_topic_prior_has_the_shares_of_stances_that_texts_of_the_topic_take(told):
    (result,) = (result for result in told[1] if result.model == "topic prior")
    stances = load_corpus("stances")
    topics = {row.id: row.topic for name in ("articles", "posts", "comments") for row in load_corpus(name).itertuples()}
    mine = stances[
        (stances["split"] != "test")
        & (stances["target"] == "信用惩戒")
        & (stances["document_id"].map(topics) == "credit")
    ]["stance"].value_counts(normalize=True)
    item = result.files[0].predictions[0]
    assert item.target == "信用惩戒"
    assert {label: p for label, p in item.scores.items() if p} == pytest.approx(mine.to_dict())


def test_each_task_has_ours_first_and_the_baselines_beside_it(told):
    found = [(row["task"], row["model"], len(row["labels"])) for row in told[0]["results"]]
    assert found == [
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
    assert {len(result.spec.labels) for result in of_three_labels(told[1]) if result.spec.name == "sentiment"} == {3}


def test_ours_is_tested_against_every_other_with_holm_over_all_of_them(told):
    tests = told[0]["comparisons"]
    assert len(tests) == 8
    assert all(test["a"]["model"] == "linear" != test["b"]["model"] for test in tests)
    (peer,) = (test for test in tests if test["b"]["model"] == "snownlp" and len(test["labels"]) == 3)
    assert peer["difference"]["value"] == pytest.approx((3 / 4 + 2 / 3) / 3 - 2 / 3)
    # Holm by hand: the smallest p times 8, the next times 7, …, none below the one before.
    floor = 0.0
    for rank, test in enumerate(sorted(tests, key=lambda test: test["p"])):
        floor = max(floor, min(1.0, (8 - rank) * test["p"]))
        assert test["p_holm"] == pytest.approx(floor)


def test_what_is_missing_is_said_and_nothing_else_stops(told):
    document, _, lines = told
    assert {"set": "mission_dev", "system": "cnsenti", "reason": "not installed: pip install cnsenti"} in document[
        "missing"
    ]
    assert "cnsenti: not installed: pip install cnsenti" in lines
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_the_table_shows_figures_under_their_headings(told):
    table = markdown_table(told[0])
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    assert tuple(cells[0]) == HEADINGS
    rows = {(row[1], row[2]): dict(zip(HEADINGS, row, strict=True)) for row in cells[2:]}
    assert len(rows) == len(told[0]["results"])
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


def test_the_oldest_release_is_learnt_from_as_well_and_two_of_the_same_do_not_differ(tmp_path, smp):
    newest = open_release()
    corpus = tmp_path / "corpus"
    for folder, version in ((corpus, newest.version), (corpus / "versions" / "0.0.1", "0.0.1")):
        for config in ("articles", "posts", "comments", "stances", "targets", "events"):
            shutil.copytree(_resources.corpus_dir() / config, folder / config)
        (folder / "manifest.json").write_text(json.dumps(dict(newest.manifest) | {"version": version}), "utf-8")
    document, results = run_transfer(smp, corpus=corpus, peers=[], seeds=1, **TINY)
    learnt = [(result.model, result.spec.train_version) for result in of_three_labels(results)]
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
    found, missing = transfer._oldest(tmp_path, open_release(tmp_path))
    assert found is None
    assert missing[0]["system"] == "corpus 0.0.1"
    assert "built under scheme 0.1" in missing[0]["reason"]


# Misuse


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"peers": ["snow"]}, UnknownNameError, "unknown peer 'snow'; there is: cnsenti", id="peer"),
        pytest.param({"sets": ["sst2"]}, UnknownNameError, "unknown external set 'sst2'", id="set"),
        pytest.param({"seeds": 0}, UsageError, "seeds must be at least 1", id="seeds"),
        pytest.param({}, UsageError, "holds no copy of mission_dev, smp2020-polarity", id="empty-folder"),
    ],
)
def test_misuse_is_refused_before_anything_is_trained(tmp_path, monkeypatch, options, error, message):
    monkeypatch.setattr(transfer, "create", lambda *_, **__: pytest.fail("trained"))
    with pytest.raises(error, match=message):
        run_transfer(tmp_path, **options)


# Peers


@pytest.mark.parametrize(
    ("name", "score", "three", "two"),
    [
        pytest.param("snownlp", 0.61, "positive", "positive", id="sure"),
        pytest.param("snownlp", 0.6, "neutral", "positive", id="on-the-line"),
        pytest.param("snownlp", 0.4, "neutral", "negative", id="on-the-other"),
        pytest.param("snownlp", 0.39, "negative", "negative", id="below"),
        pytest.param("cnsenti", 1.0, "positive", "positive", id="more-pos"),
        pytest.param("cnsenti", -0.5, "negative", "negative", id="more-neg"),
    ],
)
def test_a_score_is_read_by_the_peers_own_lines(name, score, three, two):
    assert (PEERS[name].label(score), PEERS[name].leaning(score, "甲", 0)) == (three, two)


def test_equal_counts_are_neutral():
    assert PEERS["cnsenti"].label(0.0) == "neutral"


@given(st.text(min_size=1, max_size=8))
def test_lots_depend_on_text_and_draw_alone(text):
    lots = [PEERS["cnsenti"].leaning(0.0, text, draw) for draw in range(5)]
    assert lots == [PEERS["cnsenti"].leaning(0.0, text, draw) for draw in range(5)]
    assert set(lots) <= {"negative", "positive"}


def test_lots_are_even():
    lots = [PEERS["snownlp"].leaning(0.5, str(at), draw) for at in range(400) for draw in range(5)]
    # 2,000 fair draws: beyond 1000 ± 4 standard deviations (22.4 each) once in 16,000 times.
    assert abs(lots.count("positive") - 1000) < 90


@pytest.mark.parametrize("name", PEERS)
def test_installed_peers_are_really_asked(name):
    pytest.importorskip(name)
    found = ask(name, ["服务很好，非常满意，喜欢", "糟糕透了，太差，失望"])
    assert [PEERS[name].label(score) for score in found["scores"]] == ["positive", "negative"]
    assert found["versions"].keys() == set(ANSWERERS[name].packages)


def test_a_peer_that_is_not_installed_or_breaks_gives_its_reason(monkeypatch):
    monkeypatch.setitem(ANSWERERS, "absent", replace(ANSWERERS["snownlp"], packages=("no-such-package",)))
    assert ask("absent", ["甲"]) == {"reason": "not installed: pip install no-such-package"}
    # Installed here, yet unknown to the process that is asked.
    monkeypatch.setitem(ANSWERERS, "ghost", replace(ANSWERERS["snownlp"], module="json", packages=("numpy",)))
    assert ask("ghost", ["甲"]) == {"reason": "KeyError: 'ghost'"}


@pytest.mark.parametrize("answers", [pytest.param([], id="none"), pytest.param([float("nan")], id="no-number")])
def test_a_peer_that_leaves_texts_out_or_gives_no_number_is_not_scored(monkeypatch, answers):
    broken = replace(ANSWERERS["snownlp"], load=lambda _: lambda texts: answers)
    monkeypatch.setitem(ANSWERERS, "broken", broken)
    with pytest.raises(ValueError, match="scores for 1 texts"):
        peers.do({"peer": "broken", "texts": ["甲"]})


# The script


def run_script(*arguments, external=""):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "WEIBO_NLP_EXTERNAL": external},
        check=False,
    )


def test_script_prints_the_table_and_writes_figures_and_log(tmp_path, smp):
    done = run_script(
        "--external", smp, "--seeds", 1, "--peers", "--json", tmp_path / "found.json", "--log", tmp_path / "log"
    )
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "found.json").read_text("utf-8"))
    ours = document["results"][0]
    assert (ours["set"], ours["task"], ours["model"], ours["n"]) == ("smp2020-polarity", "sentiment", "linear", 6)
    assert done.stdout == markdown_table(document)
    assert str(smp) not in done.stdout
    logged = [json.loads(line) for line in (tmp_path / "log").read_text("utf-8").splitlines()]
    assert {(line["set"], line["task"]) for line in logged} == {("smp2020-polarity", "sentiment")}
    assert len(logged) == len({(line["model"], line["corpus_version"]) for line in logged})
    assert not any(text in done.stdout for text, _ in SMP)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        pytest.param((), 2, "name it with --external or WEIBO_NLP_EXTERNAL", id="no-folder-named"),
        pytest.param(("--external", SCRIPT.parent), 1, "holds no copy of mission_dev", id="nothing-in-it"),
    ],
)
def test_script_refuses_with_its_reason(tmp_path, options, code, message):
    done = run_script(*options, "--log", tmp_path / "log")
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert not (tmp_path / "log").exists()
