import json
from collections import Counter

import pytest

from weibo_nlp.benchmark import run_corpus
from weibo_nlp.benchmark.document import benchmark_document, comparisons, with_checks
from weibo_nlp.benchmark.suite import log_external_runs, run_everything
from weibo_nlp.corpus import open_release
from weibo_nlp.report import write_page
from weibo_nlp.report.markdown import markdown_document, result_table


@pytest.fixture(scope="module")
def results():
    return run_corpus(tasks=["irony"], models=["majority", "linear"], seeds=2, resamples=200)


@pytest.fixture(scope="module")
def checked(results):
    document = benchmark_document(results, command="weibo-nlp benchmark --task irony")
    return with_checks(document, open_release(), results, resamples=200)


def test_a_document_holds_results_their_comparison_and_the_circumstances(results):
    document = benchmark_document(results, command="weibo-nlp benchmark --task irony")
    assert document["weibo_nlp_benchmark"] == 1
    assert [result["model"] for result in document["results"]] == ["majority", "linear"]
    assert document["corpus_version"] == open_release().version
    assert document["hardware"]["cores"] >= 1
    (pair,) = document["comparisons"]
    first, second = (result["metrics"]["macro_f1"]["value"] for result in document["results"])
    assert pair["difference"]["value"] == pytest.approx(first - second)
    assert pair["p"] == pair["p_holm"], "one pair needs no correction"
    assert pair["tie"] == (pair["p_holm"] >= 0.05)


def test_a_system_ties_with_itself(results):
    (pair,) = comparisons([results[1], replace_name(results[1])])
    assert (pair["difference"]["value"], pair["p"], pair["tie"]) == (0.0, 1.0, True)


def replace_name(result):
    from dataclasses import replace

    return replace(result, model="twin")


def test_the_checks_are_of_what_reads_text(checked):
    assert Counter(row["annotator"] for row in checked["ceiling"]) == {"a1": 1, "a2": 1, "a3": 1}
    assert {row["model"] for name in ("context", "robustness") for row in checked[name]} == {"linear"}
    assert {row["task"] for row in checked["shortcuts"]} == {"irony"}
    assert {row["gold"] != row["predicted"] for row in checked["errors"]} == {True}
    assert {row["edit"] for row in checked["robustness"]} >= {"homophones", "zero_width", "spam"}


def test_a_document_goes_through_json_page_and_markdown(checked, tmp_path):
    again = json.loads(json.dumps(checked, allow_nan=False))
    assert again == checked
    write_page(tmp_path / "page.html", again)
    page = (tmp_path / "page.html").read_text("utf-8")
    text = markdown_document(again)
    for word in ("linear", "majority", "zero_width", "first 5 characters", "whole path"):
        assert word in page
        assert word in text
    assert text.count("\n## ") == 7
    table = result_table(again)
    assert table.startswith("| set | task | protocol | model |")
    assert "`majority` less `linear`" in table


def test_only_runs_on_external_sets_are_logged(results, tmp_path):
    assert log_external_runs(tmp_path / "log.jsonl", results, date="2026-01-02") == 0
    assert (tmp_path / "log.jsonl").read_text("utf-8") == ""


@pytest.mark.slow
def test_everything_runs_every_protocol_and_says_which_sets_were_not_there(tmp_path):
    (tmp_path / "nothing").mkdir()
    document, results = run_everything(external=tmp_path / "nothing", models=["majority"], resamples=200)
    assert {(result.spec.protocol, result.spec.name) for result in results} == {
        *(
            (protocol, task)
            for protocol in ("standard", "cross_event", "cross_kind")
            for task in open_release().scheme.tasks
        ),
        ("cross_topic", "stance"),
    }
    missing = [note for note in document["notes"] if "not scored" in note]
    assert any(note.startswith("nlpcc2016 external: not scored") for note in missing)
    assert len(missing) == 7
