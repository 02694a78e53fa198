"""Files and runs against small evaluation sets: what is passed on, what is written, what a header must name."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from weibo_nlp.corpus.release import open_release
from weibo_nlp.errors import PredictionError, UsageError
from weibo_nlp.evaluation.comparison import (
    ComparedFile,
    FileComparison,
    compare,
    compare_runs,
    corrected,
    enough_permutations,
)
from weibo_nlp.evaluation.diagnostics import ContextScore
from weibo_nlp.evaluation.files import evaluate, resolve_evaluation_set, score_set
from weibo_nlp.evaluation.results import Provenance
from weibo_nlp.predictions import ModelReference, PredictionFile, PredictionHeader, write_predictions
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.spec import TaskSpec

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

NLPCC2016 = Path(__file__).parents[1] / "data" / "external" / "nlpcc2016"
LABELS = ("false", "true")
SPEC = TaskSpec("irony", "corpus", "standard", ("train",), "test", LABELS, "accuracy", "1", "2")
HEADER = PredictionHeader("corpus", "1", "test", "irony", "standard", "2", ModelReference("m", "3"), 4)
ROWS = 24
SET = EvaluationSet(
    gold=tuple(GoldLabel(f"d{row}", "irony", LABELS[row % 2]) for row in range(ROWS)),
    groups=tuple(f"t{row}" for row in range(ROWS)),
    documents=(),
    examples=(),
    votes=np.tile([[0.75, 0.25], [0.25, 0.75]], (ROWS // 2, 1)),
    slices=tuple({"kind": "post" if row < 6 else "comment"} for row in range(ROWS)),
)
FEW = BootstrapConfig(n_resamples=20, seed=5, confidence_level=0.8)
GOLD = SET.gold_indices(SPEC)


def file(header=HEADER, label=None):
    rows = tuple(
        Prediction(item.document_id, header.task, label or item.label, {"false": 0.5, "true": 0.5}) for item in SET.gold
    )
    return PredictionFile(header, rows)


def test_votes_slices_and_settings_reach_the_scores():
    scores = score_set([file()], SPEC, SET, FEW)
    assert scores.metrics["soft_cross_entropy"].value == pytest.approx(np.log(2))
    assert [(part.value, part.n) for part in scores.slices] == [("post", 6), ("comment", 18)]
    assert (scores.bootstrap, scores.main_metric, scores.task) == (FEW, "accuracy", "irony")
    assert (scores.main.value, scores.n_units) == (1.0, ROWS)
    # Every other row of a slice of six is right, whichever units are drawn.
    half = score_set([file(label="false")], SPEC, SET, FEW)
    assert half.slices[0].score.confidence_level == half.main.confidence_level == 0.8
    assert (half.slices[0].score.n_resamples, half.main.n_resamples) == (20, 20)
    for name, value in (("split", "validation"), ("scheme", "9"), ("protocol", "cross_event")):
        with pytest.raises(PredictionError, match=f"header: {name} is '{value}', but"):
            score_set([file(replace(HEADER, **{name: value}))], SPEC, SET, FEW)


def test_where_scores_come_from_is_said_by_the_spec():
    assert Provenance.of(SPEC, "m", "3") == Provenance(
        "corpus", "irony", "standard", "threads", "m", "3", "1", "2", "test"
    )
    shot = replace(SPEC, set="x", version=None, train_version="0.1", protocol="zero_shot")
    assert Provenance.of(shot, "m", "3").corpus_version == "0.1"
    assert Provenance.of(replace(shot, train_version=None), "m", "3").corpus_version is None
    bare = Provenance("x", "irony", "external", "rows", "m", "3")
    assert (bare.corpus_version, bare.scheme, bare.split) == (None, "", "")


def test_pairs_are_tested_by_as_many_permutations_as_their_family_needs():
    runs = {"right": GOLD[None], "wrong": 1 - GOLD[None], "never": np.zeros((1, ROWS), dtype=int)}
    # Forty a pair: 2²⁴ assignments of the units are too many to go through.
    pairs = compare_runs(runs, SPEC, SET, n_permutations=2, bootstrap=FEW)
    assert [(pair.a, pair.b) for pair in pairs] == [("right", "wrong"), ("right", "never"), ("wrong", "never")]
    assert pairs[0].rounds == 120
    one_by_one = compare_runs(runs, SPEC, SET, n_permutations=2, bootstrap=FEW, family="each pair")
    assert one_by_one[0].rounds == 40
    assert compare_runs(runs, SPEC, SET, n_permutations=300, bootstrap=FEW)[0].rounds == 300
    assert enough_permutations(1, 91) == 3640
    first = pairs[0]
    assert (first.set, first.task, first.protocol, first.metric) == ("corpus", "irony", "standard", "accuracy")
    assert (first.difference.value, first.n_units, first.n_differing_units) == (1.0, ROWS, ROWS)
    assert (pairs[1].difference.value, pairs[1].n_differing_units) == (0.5, ROWS // 2)
    assert first.p == pytest.approx(1 / 121)
    assert first.p_holm == pytest.approx(3 / 121)
    assert [pair.p_holm for pair in one_by_one] == [pair.p for pair in one_by_one]


def test_a_comparison_is_written_with_its_question_and_its_systems():
    main = Estimate(0.5, 0.4, 0.6, n_units=12)
    files = tuple(ComparedFile(name, f"{name}.jsonl", HEADER, main, rank) for name, rank in (("x", 1), ("y", 2)))
    pairs = compare_runs({"x": GOLD[None], "y": 1 - GOLD[None]}, SPEC, SET, bootstrap=FEW)
    assert FileComparison(SPEC, ROWS, files, pairs).to_dict() == {
        "corpus_version": "1",
        "set": "corpus",
        "split": "test",
        "task": "irony",
        "scheme": "2",
        "protocol": "standard",
        "units": "threads",
        "main_metric": "accuracy",
        "n": ROWS,
        "n_units": 12,
        "few_units": True,
        "systems": [one.to_dict() for one in files],
        "comparisons": [pairs[0].to_dict()],
        "notes": [],
        "n_set_aside": 0,
    }


def test_the_rows_of_a_table_are_corrected_together_and_those_without_a_test_stay():
    def row(p):
        return ContextScore("irony", "m", "thread", "all", "accuracy", 4, 2, True, Estimate(0.5), p=p)

    # .03 × 1 raised to .02 × 2, and .01 × 3.
    table = corrected(iter([row(0.03), row(None), row(0.01), row(0.02)]))
    assert [one.p_holm for one in table] == [pytest.approx(0.04), None, pytest.approx(0.03), pytest.approx(0.04)]
    assert [one.p for one in table] == [0.03, None, 0.01, 0.02]
    assert corrected([]) == ()


def test_no_file_is_nothing_to_evaluate():
    with pytest.raises(UsageError, match="no prediction file given; name one, or one for each seed of a system"):
        evaluate([])


# What a header names


@pytest.fixture
def header(small_corpus_shipped):
    release = open_release(small_corpus_shipped)
    return PredictionHeader(
        "corpus", release.version, "test", "irony", "standard", release.scheme.version, ModelReference("m", "3")
    )


def test_a_path_a_file_and_several_files_are_evaluated_alike(header, tmp_path):
    spec, evaluation_set = resolve_evaluation_set(header)
    assert evaluation_set.votes.shape == (len(evaluation_set.gold), 2)
    assert {"kind", "event"} <= evaluation_set.slices[0].keys()
    rows = [Prediction(item.document_id, "irony", "false", {}) for item in evaluation_set.gold]
    write_predictions(tmp_path / "p.jsonl", header, rows)
    result = evaluate(tmp_path / "p.jsonl", bootstrap=FEW)
    assert result.provenance == Provenance.of(spec, "m", "3")
    assert evaluate(str(tmp_path / "p.jsonl"), bootstrap=FEW) == result
    in_memory = PredictionFile(header, tuple(rows))
    assert evaluate(in_memory, bootstrap=FEW).metrics == result.metrics
    seeds = [replace(in_memory, header=replace(header, seed=seed)) for seed in (0, 1)]
    assert evaluate(seeds, bootstrap=FEW).scores.seeds.values == (result.main.value,) * 2
    assert result.scores.bootstrap == FEW


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"version": "9.9.9"}, "here: version is '9.9.9', what can be scored here is '", id="version"),
        pytest.param({"task": "mood"}, "here: .*mood", id="task"),
        pytest.param({"protocol": "p"}, "here: protocol is 'p', what can be scored on corpus is standard", id="p"),
        pytest.param({"split": "train"}, "here: split is 'train', what can be scored here is 'test'", id="split"),
        pytest.param({"scheme": "9"}, "here: scheme is '9', what can be scored here is '", id="scheme"),
    ],
)
def test_what_the_corpus_does_not_hold_is_named(header, changes, message):
    with pytest.raises(PredictionError, match=message):
        resolve_evaluation_set(replace(header, **changes), where="here")


def test_messages_name_the_file_of_the_header(header):
    wrong = PredictionFile(replace(header, split="train"), (), "p.jsonl", ())
    with pytest.raises(PredictionError, match=r"^p\.jsonl:1: split is 'train'"):
        evaluate(wrong)
    with pytest.raises(PredictionError, match=r"^header: split is 'train'"):
        resolve_evaluation_set(wrong.header)


def test_files_that_cannot_be_compared_are_told_by_the_first(header, tmp_path):
    for name in ("one", "two"):
        write_predictions(tmp_path / name, replace(header, split="train"), [])
    with pytest.raises(PredictionError, match=r"one:1: split is 'train'"):
        compare([tmp_path / "one", tmp_path / "two"])


def test_a_folder_goes_with_an_external_set_and_only_with_one(header):
    with pytest.raises(UsageError, match="here: predictions on the corpus; leave the folder"):
        resolve_evaluation_set(header, NLPCC2016, where="here")
    with pytest.raises(UsageError, match="here: predictions on nlpcc2016; name the folder of your copy"):
        resolve_evaluation_set(replace(header, set="nlpcc2016"), where="here")


def test_tasks_of_an_external_set_are_its_own_or_those_of_the_corpus(header):
    external = replace(header, set="nlpcc2016", version=None, task="stance", protocol="external")
    spec, found = resolve_evaluation_set(replace(external, scheme="nlpcc2016"), NLPCC2016)
    assert (spec.protocol, len(found.gold), found.votes) == ("external", 3, None)
    spec, found = resolve_evaluation_set(replace(external, scheme="nlpcc2016", protocol="zero_shot"), NLPCC2016)
    assert (spec.protocol, spec.name, spec.train_version) == ("zero_shot", "stance", header.version)
    with pytest.raises(PredictionError, match="here: task is 'irony', what can be scored here is stance"):
        resolve_evaluation_set(replace(external, task="irony", protocol="zero_shot"), NLPCC2016, where="here")
    with pytest.raises(PredictionError, match="here: protocol is 'standard', what can be scored on nlpcc2016 is"):
        resolve_evaluation_set(replace(external, protocol="standard"), NLPCC2016, where="here")
    with pytest.raises(PredictionError, match="here: version is '1', what can be scored here is None"):
        resolve_evaluation_set(replace(external, version="1", scheme="nlpcc2016"), NLPCC2016, where="here")


def test_labels_other_than_those_of_the_highest_score_are_counted(header):
    gold = open_release().gold(header.task, header.split)
    rows = [Prediction(item.document_id, header.task, "false", {"false": 0.5, "true": 0.5}) for item in gold]
    assert evaluate(PredictionFile(header, tuple(rows)), bootstrap=FEW).notes == ()
    rows[:2] = [replace(row, scores={"false": 0.4, "true": 0.6}) for row in rows[:2]]
    (note,) = evaluate(PredictionFile(header, tuple(rows)), bootstrap=FEW).notes
    assert note.startswith(f"2 of {len(gold)} predictions have another label than the one with the highest score")
    without = tuple(replace(row, scores={}) for row in rows)
    assert evaluate(PredictionFile(header, without), bootstrap=FEW).notes == ()


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        pytest.param((0, 1, 0), "two of the files have seed 0; each run has its own", id="doubled"),
        pytest.param((None, 0), "one of the files has no seed and others have", id="one-without"),
        pytest.param((None, None), "two of the files have seed null", id="none"),
    ],
)
def test_one_run_does_not_count_twice(header, seeds, message):
    gold = open_release().gold(header.task, header.split)
    rows = tuple(Prediction(item.document_id, header.task, "false", {}) for item in gold)
    with pytest.raises(UsageError, match=message):
        evaluate([PredictionFile(replace(header, seed=seed), rows) for seed in seeds], bootstrap=FEW)


def test_figures_do_not_depend_on_the_order_of_the_runs(header):
    gold = open_release().gold(header.task, header.split)
    files = []
    for seed in range(3):
        draws = np.random.default_rng(seed).random(len(gold)).tolist()
        rows = [
            Prediction(item.document_id, header.task, "true" if p > 0.5 else "false", {"false": 1 - p, "true": p})
            for item, p in zip(gold, draws, strict=True)
        ]
        files.append(PredictionFile(replace(header, seed=seed), tuple(rows)))
    one, other = (evaluate(runs, bootstrap=FEW).to_dict() for runs in (files, [files[2], files[0], files[1]]))
    assert one == other
