from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from weibo_nlp import _resources
from weibo_nlp.benchmark import run_corpus, run_external, run_real
from weibo_nlp.benchmark.suite import benchmark_report, log_external_runs
from weibo_nlp.corpus import open_release
from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import PredictionError, UnknownNameError, UsageError
from weibo_nlp.evaluation.comparison import compare
from weibo_nlp.evaluation.files import evaluate
from weibo_nlp.predictions import read_predictions, write_predictions
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.tasks import REAL_PROTOCOLS

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

COPIES = Path(__file__).parents[1] / "data" / "public_texts"
NLPCC2016 = Path(__file__).parents[1] / "data" / "external" / "nlpcc2016"
FEW = BootstrapConfig(n_resamples=200)


@pytest.fixture(scope="module")
def stance(small_corpus_shipped, tmp_path_factory):
    """Runs on stance under every protocol, the prediction files, and what was told."""
    folder, told = tmp_path_factory.mktemp("predictions"), []
    runs = run_real(
        COPIES,
        protocols=REAL_PROTOCOLS,
        tasks=["stance"],
        models=["majority", "target_prior"],
        bootstrap=FEW,
        predictions=folder,
        progress=told.append,
    )
    return {(run.spec.protocol, run.model): run for run in runs}, folder, told


@pytest.fixture
def fewer(tmp_path):
    """A list of texts without the first, which is learnt from, and the second, which is scored."""
    lines = (COPIES / "texts.jsonl").read_text("utf-8").splitlines()
    (tmp_path / "texts.jsonl").write_text("\n".join(lines[2:]), "utf-8")
    return tmp_path / "texts.jsonl"


def test_all_protocols_look_for_the_texts_once(stance):
    runs, _, told = stance
    assert set(runs) == {(protocol, model) for protocol in REAL_PROTOCOLS for model in ("majority", "target_prior")}
    assert told[0] == f"{COPIES}: 12 of 12 real texts found"
    assert sum("texts found" in line for line in told) == 1


def test_majority_across_sources_is_worth_what_hand_work_says(small_corpus_shipped):
    (run,) = run_real(COPIES, protocols=["cross_source"], tasks=["topic"], models=["majority"], bootstrap=FEW)
    # Nine texts of train and validation: credit 2, self_media 2, consumer_nationalism 3, other 2. Most of the composed
    # ones are on no topic, which one real text more on another could not change: 2 of 9 are right, F1 of other is
    # 4 / 11.
    labels = [label.label for split in ("train", "validation") for label in open_release().gold("topic", split)]
    (most, n_most), (_, n_next), *_ = Counter(labels).most_common()
    assert (most, n_most - n_next > 1) == ("other", True)
    assert run.result.to_dict()["confusion"] == [[0, 0, 0, 2], [0, 0, 0, 2], [0, 0, 0, 3], [0, 0, 0, 2]]
    assert run.result.main.value == pytest.approx(4 / 11 / 4)
    assert run.result.metrics["accuracy"].value == pytest.approx(2 / 9)
    provenance = run.result.provenance
    assert (provenance.set, provenance.units, provenance.split) == ("real", "groups", "train+validation")
    assert provenance.corpus_version == open_release().version
    # Two texts share the group g10.
    assert (run.result.scores.n, run.result.scores.n_units) == (9, 8)
    assert [(fold.name, fold.n) for fold in run.result.folds] == [("COLD", 7), ("Zhihu", 2)]


def test_the_target_prior_answers_from_the_gold_topic_alone(stance):
    runs, _, _ = stance
    model = runs["composed_to_real", "target_prior"].trained[0]
    release = open_release()
    canonical = {row["text"]: row["canonical_for"] for row in release.rows("targets") if row["canonical_for"]}
    assert set(model.targets_) <= set(canonical)
    counts = np.zeros(3)
    for split in ("train", "validation"):
        topics = {label.document_id: label.label for label in release.gold("topic", split)}
        for label in release.gold("stance", split):
            if label.target == "信用惩戒" and topics[label.document_id] == "credit":
                counts[model.classes_.tolist().index(label.label)] += 1
    shares = model.target_prior_[model.targets_.index("信用惩戒")]
    np.testing.assert_allclose(shares, (counts + model.class_prior_) / (counts.sum() + 1))


def test_votes_of_the_annotators_are_scored_softly(stance):
    (run,) = (run for (protocol, model), run in stance[0].items() if (protocol, model) == ("cross_source", "majority"))
    votes = dict(zip([label.document_id for label in run.evaluation_set.gold], run.evaluation_set.votes, strict=True))
    # against, none, favor: two of three said against.
    np.testing.assert_allclose(votes["re9b88012beb0"], [2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(votes["r10cd2856a877"], [0, 0, 1])
    assert "soft_cross_entropy" in run.result.metrics


def test_real_texts_are_sliced_by_what_is_known_of_them(small_corpus_shipped):
    (run,) = run_real(COPIES, protocols=["cross_source"], tasks=["sentiment"], models=["majority"], bootstrap=FEW)
    place = [label.document_id for label in run.evaluation_set.gold].index("ra564003cbca4")
    # 钢笔好写就行，哪国的有什么要紧: 15 characters; one of three heard something else in it.
    assert run.evaluation_set.slices[place] == {
        "set": "cold",
        "source": "COLD",
        "text_kind": "reaction",
        "drawn": "topic word",
        "confidence": "high",
        "irony": "no",
        "disagreement": "not unanimous",
        "length": "6-15",
    }
    found = {(part.slice, part.value): part.n for part in run.result.scores.slices}
    assert found["source", "COLD"] == 7
    assert found["text_kind", "question"] == 2
    assert found["irony", "yes"] == 1


@pytest.mark.parametrize("protocol", REAL_PROTOCOLS)
def test_a_kept_file_is_scored_without_any_folder_as_the_run_was(stance, protocol):
    runs, folder, _ = stance
    run = runs[protocol, "majority"]
    scored = evaluate(folder / f"real-stance-{protocol}-majority.jsonl", bootstrap=FEW)
    assert scored.metrics == run.result.metrics
    assert (scored.provenance, scored.n_set_aside) == (run.result.provenance, 0)
    without_length = [part for part in run.result.scores.slices if part.slice != "length"]
    assert list(scored.scores.slices) == without_length
    assert scored.notes == run.result.notes


def test_two_kept_files_are_compared_without_any_folder(stance):
    _, folder, _ = stance
    table = compare([folder / f"real-stance-real-{model}.jsonl" for model in ("majority", "target_prior")])
    assert (table.n, table.spec.set, table.spec.units) == (2, "real", "groups")


def test_real_predictions_take_no_folder(stance):
    _, folder, _ = stance
    with pytest.raises(
        UsageError, match="predictions on real texts, whose labels come with the corpus; leave the fold"
    ):
        evaluate(folder / "real-stance-real-majority.jsonl", external_path=COPIES)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"protocol": "standard"}, "protocol is 'standard', what .* on real is real, compos", id="protocol"
        ),
        pytest.param({"protocol": "cross_source"}, r"split is 'test', what .* is 'train\+validation'", id="split"),
        pytest.param({"set": "corpus"}, "protocol is 'real', what .* on corpus is standard", id="corpus"),
        pytest.param({"version": "0.0.9"}, r"version is '0\.0\.9', what can be scored here is", id="version"),
        pytest.param({"scheme": "0.9.0"}, r"scheme is '0\.9\.0'", id="scheme"),
        pytest.param({"task": "mood"}, "unknown task 'mood'", id="task"),
    ],
)
def test_real_predictions_for_something_else_are_refused(stance, tmp_path, fields, message):
    file = read_predictions(stance[1] / "real-stance-real-majority.jsonl")
    rows = [replace(row, task=fields.get("task", "stance")) for row in file.predictions]
    write_predictions(tmp_path / "mine.jsonl", replace(file.header, **fields), rows)
    with pytest.raises(PredictionError, match=rf"mine\.jsonl:1: {message}"):
        evaluate(tmp_path / "mine.jsonl")


def test_what_the_copies_lack_is_said_and_counted(fewer, tmp_path):
    (run,) = run_real(
        fewer, protocols=["real"], tasks=["topic"], models=["majority"], bootstrap=FEW, predictions=tmp_path / "kept"
    )
    assert run.result.n_set_aside == 1
    assert run.result.scores.n == 2
    assert run.result.notes[:2] == (
        "topic under real: learnt from 6 of 7 texts of train, those found",
        "topic on real test: 2 of 3 texts found; the others are not scored",
    )
    with pytest.raises(PredictionError, match="r420ffff6b733"):
        evaluate(tmp_path / "kept" / "real-topic-real-majority.jsonl")


def test_copies_of_nothing_are_refused(tmp_path):
    with pytest.raises(UsageError, match="none of the 12 real texts is there; name the folder"):
        run_real(tmp_path)


def test_what_a_file_hides_is_told(fewer):
    told = []
    fewer.with_name("broken.jsonl").write_text('{"text": "好"}\n{', "utf-8")
    run_real(
        fewer.parent, protocols=["real"], tasks=["irony"], models=["majority"], bootstrap=FEW, progress=told.append
    )
    assert told[0] == f"{fewer.parent}: 10 of 12 real texts found"
    assert told[1].startswith(f"{fewer.with_name('broken.jsonl')}: could not be read, or not all of it: not JSON")
    assert told[1].endswith(" (1 rows)")


def test_wrong_names_are_refused_before_any_text_is_looked_for(tmp_path):
    with pytest.raises(UnknownNameError, match="unknown protocol of real texts 'zero_shot'"):
        run_real(tmp_path, protocols=["zero_shot"])
    with pytest.raises(
        UnknownNameError,
        match=r"unknown model 'bert'; there is: embedding, embedding_stance, endpoint:URL\?model=NAME, linear",
    ):
        run_real(tmp_path, models=["bert"])


def test_a_corpus_from_before_real_texts_is_refused(monkeypatch):
    release = open_release()
    older = Release(release.path, "0.2.0", {**release.manifest, "schema": 3})
    monkeypatch.setattr("weibo_nlp.benchmark.run.open_release", lambda: older)
    with pytest.raises(UsageError, match=r"corpus 0\.2\.0 has no labels of real texts"):
        run_real(COPIES)


def test_a_model_of_targets_alone_answers_tasks_that_have_targets():
    runs = run_corpus(tasks=["irony", "stance"], models=["majority", "target_prior"], bootstrap=FEW)
    assert [(run.spec.name, run.model) for run in runs] == [
        ("stance", "majority"),
        ("stance", "target_prior"),
        ("irony", "majority"),
    ]
    with pytest.raises(UsageError, match="model target_prior is of targets, which irony has none of"):
        run_corpus(tasks=["irony"], models=["majority", "target_prior"])
    with pytest.raises(UsageError, match="is of targets, which topic, irony has none of"):
        run_real(COPIES, tasks=["topic", "irony"], models=["target_prior"])
    (run,) = run_external("nlpcc2016", NLPCC2016, models=["target_prior"], bootstrap=FEW)
    assert run.model == "target_prior"


def test_where_no_model_is_named_all_that_fit_the_task_answer_it():
    runs = run_real(COPIES, protocols=["real"], tasks=["irony", "stance"], seeds=1, bootstrap=FEW)
    assert [(run.spec.name, run.model) for run in runs] == [
        ("stance", "majority"),
        ("stance", "target_prior"),
        ("stance", "linear"),
        ("irony", "majority"),
        ("irony", "linear"),
    ]
    assert [run.model for run in run_corpus(tasks=["irony"], seeds=1, bootstrap=FEW)] == ["majority", "linear"]


def test_runs_on_real_texts_are_reported_and_logged(stance, tmp_path):
    runs = list(stance[0].values())
    report = benchmark_report(runs, command="weibo-nlp benchmark --real …", bootstrap=FEW)
    assert [(pair.protocol, pair.a, pair.b) for pair in report.comparisons] == [
        (protocol, "majority", "target_prior") for protocol in REAL_PROTOCOLS
    ]
    assert log_external_runs(tmp_path / "log.jsonl", runs, date="2026-01-02") == 6
    line = (tmp_path / "log.jsonl").read_text("utf-8").splitlines()[0]
    assert f'"corpus_version": "{open_release().version}"' in line
    assert '"set": "real"' in line


def test_the_corpus_that_is_scored_is_the_small_one():
    assert open_release().path == _resources.corpus_dir()
    assert sum(1 for _ in open_release().rows("real")) == 12


def test_of_many_files_that_hide_something_the_first_are_named(tmp_path):
    told = []
    (tmp_path / "texts.jsonl").write_bytes((COPIES / "texts.jsonl").read_bytes())
    for number in range(12):
        (tmp_path / f"a{number:02}.jsonl").write_text('{"text": "好"}\n{', "utf-8")
    run_real(tmp_path, protocols=["real"], tasks=["irony"], models=["majority"], bootstrap=FEW, progress=told.append)
    assert told[0] == f"{tmp_path}: 12 of 12 real texts found"
    assert told[1].startswith(f"{tmp_path / 'a00.jsonl'}: ")
    assert told[11] == "2 other files could not be read, or not all of them"
