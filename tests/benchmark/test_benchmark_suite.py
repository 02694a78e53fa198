import json
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from weibo_nlp.benchmark import run_corpus, suite
from weibo_nlp.benchmark.suite import (
    _Job,
    _outcomes,
    benchmark_report,
    log_external_runs,
    run_everything,
    with_checks,
)
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UsageError
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.report import write_page
from weibo_nlp.report.markdown import markdown_document
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.tasks.spec import corpus_tasks

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

FEW = BootstrapConfig(n_resamples=200)


@pytest.fixture(scope="module")
def runs(small_corpus_shipped):
    return run_corpus(tasks=["sentiment"], models=["majority", "linear"], seeds=2, bootstrap=FEW)


@pytest.fixture(scope="module")
def checked(runs):
    report = benchmark_report(runs, command="weibo-nlp benchmark --task sentiment", bootstrap=FEW)
    return with_checks(report, open_release(), runs, bootstrap=FEW)


def test_a_report_holds_results_their_comparison_and_the_circumstances(runs):
    report = benchmark_report(runs, command="weibo-nlp benchmark --task sentiment", bootstrap=FEW)
    assert [result.model for result in report.results] == ["majority", "linear"]
    assert report.corpus_version == open_release().version
    assert report.hardware["cores"] >= 1
    (pair,) = report.comparisons
    first, second = (result.metrics["macro_f1"].value for result in report.results)
    assert pair.difference.value == pytest.approx(first - second)
    assert pair.p == pair.p_holm, "one pair needs no correction"
    assert pair.tie == (pair.p_holm >= 0.05)


def test_a_system_ties_with_itself(runs):
    linear = runs[1].result
    twin = replace(runs[1], result=replace(linear, provenance=replace(linear.provenance, model="twin")))
    (pair,) = benchmark_report([runs[1], twin], command="").comparisons
    assert (pair.difference.value, pair.p, pair.tie) == (0.0, 1.0, True)


@pytest.mark.slow
def test_the_checks_are_of_what_reads_text(checked):
    assert Counter(row.annotator for row in checked.ceiling) == {"a1": 1, "a2": 1, "a3": 1}
    assert {row.model for row in (*checked.context, *checked.robustness)} == {"linear"}
    assert {row.task for row in checked.shortcuts} == {"sentiment"}
    assert {row.gold != row.predicted for row in checked.errors} == {True}
    assert {row.edit for row in checked.robustness} >= {"homophones", "zero_width", "spam"}


@pytest.mark.slow
def test_a_report_reads_back_from_the_json_it_wrote(checked):
    content = checked.to_dict()
    assert content["weibo_nlp_benchmark"] == 1
    again = BenchmarkReport.from_dict(json.loads(json.dumps(content, allow_nan=False)))
    assert again.to_dict() == content


@pytest.mark.slow
def test_a_report_goes_to_page_and_markdown(checked, tmp_path):
    write_page(tmp_path / "page.html", checked)
    page = (tmp_path / "page.html").read_text("utf-8")
    text = markdown_document(checked)
    for word in ("linear", "majority", "zero_width", "first 5 characters", "whole path"):
        assert word in page
        assert word in text
    assert text.count("\n## ") == 7


def test_only_runs_on_external_sets_are_logged(runs, tmp_path):
    assert log_external_runs(tmp_path / "log.jsonl", runs, date="2026-01-02") == 0
    assert (tmp_path / "log.jsonl").read_text("utf-8") == ""


@pytest.mark.slow
def test_everything_runs_every_protocol_and_says_which_sets_were_not_there(tmp_path):
    (tmp_path / "nothing").mkdir()
    report, runs = run_everything(
        external=tmp_path / "nothing", models=["majority"], bootstrap=BootstrapConfig(n_resamples=200)
    )
    assert {(run.spec.protocol, run.spec.name) for run in runs} == {
        *(
            (protocol, task)
            for protocol in ("standard", "cross_event", "cross_kind")
            for task in open_release().scheme.tasks
        ),
        ("cross_topic", "stance"),
    }
    missing = [note for note in report.notes if "not scored" in note]
    assert any(note.startswith("nlpcc2016 external: not scored") for note in missing)
    assert len(missing) == 7
    assert {run.spec.protocol for run in runs if run.trained} == {"standard"}


@pytest.mark.slow
def test_processes_of_their_own_come_to_the_same_report(tmp_path):
    (tmp_path / "nothing").mkdir()
    reports, runs, heard = {}, {}, {}
    for processes in (1, 2):
        heard[processes] = []
        reports[processes], runs[processes] = run_everything(
            external=tmp_path / "nothing",
            models=["majority", "target_prior"],
            bootstrap=FEW,
            processes=processes,
            progress=heard[processes].append,
        )

    def untimed(report):
        notes = tuple(note for note in report.notes if "at a time" not in note)
        return replace(report, notes=notes, results=tuple(replace(result, seconds={}) for result in report.results))

    assert untimed(reports[1]) == untimed(reports[2])
    assert len(reports[2].notes) == len(reports[1].notes) + 1
    assert "corpus stance cross_topic: done" in heard[2]
    assert "corpus stance cross_topic: done" not in heard[1]
    assert {run.model for run in runs[2] if run.spec.name == "topic"} == {"majority"}


@pytest.mark.slow
def test_a_trained_model_comes_back_from_a_process_of_its_own():
    jobs = [_Job(task, partial(run_corpus, tasks=[task], models=["linear"])) for task in ("topic", "sentiment")]
    options = {"seeds": 1, "bootstrap": FEW}
    here, there = ([runs[0] for _, runs in _outcomes(jobs, options, None, processes)] for processes in (1, 2))
    for one, two in zip(here, there, strict=True):
        assert one.files == two.files
        texts = one.evaluation_set.examples[:5]
        assert two.trained[0].predict_proba(texts).tolist() == one.trained[0].predict_proba(texts).tolist()


def _fails(**options):
    raise UsageError("this copy holds nothing")


def _waits_and_writes(path, **options):
    time.sleep(0.2)
    path.touch()
    return []


def test_a_table_that_fails_ends_the_rest_at_once(tmp_path):
    jobs = [_Job(str(n), partial(_waits_and_writes, tmp_path / str(n))) for n in range(40)]
    jobs.insert(1, _Job("broken", _fails))
    with pytest.raises(UsageError, match="this copy holds nothing"):
        list(_outcomes(jobs, {}, None, 2))
    assert len(list(tmp_path.iterdir())) < 20


def test_a_set_that_may_be_missing_is_said_and_the_rest_goes_on():
    jobs = [_Job("absent", _fails, optional=True), _Job("there", partial(_waits_and_writes, Path("/dev/null")))]
    for processes in (1, 2):
        (absent, why), (there, runs) = _outcomes(jobs, {}, None, processes)
        assert (absent.name, str(why), there.name, runs) == ("absent", "this copy holds nothing", "there", [])


@pytest.mark.parametrize("processes", [0, -1, True, 1.5, "2"])
def test_what_is_no_number_of_processes_is_refused(processes):
    with pytest.raises(UsageError, match="pass the number of worker processes, from 1 to"):
        run_everything(models=["majority"], processes=processes)


@pytest.mark.parametrize("protocol", ["external", "zero_shot"])
def test_models_that_an_external_set_has_no_targets_for_leave_the_others_their_place(protocol, monkeypatch):
    asked = []
    monkeypatch.setattr(suite, "open_external", lambda name, folder: name)
    spec = corpus_tasks(open_release().scheme, "", ["sentiment"])[0]
    monkeypatch.setattr(suite, "external_task", lambda external: spec)
    monkeypatch.setattr(suite, "zero_shot_tasks", lambda external, release: [spec])
    monkeypatch.setattr(suite, "run_external", lambda *_, models, **__: asked.append(models) or [])
    suite._run_fitting("smp2020", Path(), protocol, ["target_prior", "linear"])
    suite._run_fitting("smp2020", Path(), protocol, ["target_prior"])
    assert asked == [["linear"]]
