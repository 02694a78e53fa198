"""The benchmark report as a mapping and back, and what is refused on the way."""

import json
from dataclasses import replace

import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.annotator_baseline import AnnotatorScore
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.diagnostics import ContextScore, ErrorCase, RobustnessScore, ShortcutScore, ThreadEntry
from weibo_nlp.evaluation.results import Comparison, FoldScore, LabelScores, Provenance, Result, Scores, SeedScores
from weibo_nlp.predictions import ModelReference, PredictionHeader
from weibo_nlp.records import Example
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.stats.estimate import Estimate


def scores(right):
    """Of four rows "no" and none of another label, so many right."""
    share = right / 4
    f1 = 2 * share / (1 + share)
    return Scores(
        task="irony",
        main_metric="accuracy",
        labels=("no", "yes"),
        metrics={"macro_f1": Estimate(f1 / 2), "accuracy": Estimate(share)},
        per_class={
            "no": LabelScores(Estimate(1.0), Estimate(share), Estimate(f1), 4),
            "yes": LabelScores(Estimate(0.0), Estimate(0.0), Estimate(0.0), 0),
        },
        confusion=((right, 4 - right), (0, 0)),
        n=4,
        n_units=2,
        few_units=True,
        dropped={"late": 3},
        bootstrap=BootstrapConfig(n_resamples=50, seed=9, confidence_level=0.9),
        seeds=SeedScores((share,)),
        header=PredictionHeader("corpus", "1", "test", "irony", "standard", "1", ModelReference("m", "1"), 5),
    )


def result(model, right):
    return Result(
        Provenance("corpus", "irony", "standard", "threads", model, "1", "0.1", "2", "test"),
        scores(right),
        n_train=12,
        seconds={"train": 1.2344},
        folds=(FoldScore("f", 4, 12, 0.5),),
        notes=("one was dropped",),
        details={"C": 1},
    )


FIGURE = Estimate(0.5)
REPORT = BenchmarkReport(
    "title",
    "weibo-nlp benchmark",
    (result("x", 3), result("y", 2)),
    (Comparison("corpus", "irony", "standard", "accuracy", "x", "y", Estimate(0.25), 0.5, 0.5, 2, 1, 3, "exact"),),
    "0.3.0",
    "0.1.0",
    {"cpu": "one"},
    (AnnotatorScore("irony", "a1", 4, 2, True, "macro_f1", FIGURE, FIGURE),),
    (ContextScore("irony", "x", "thread", "all", "accuracy", 4, 2, True, FIGURE),),
    (RobustnessScore("irony", "x", "initials", True, 4, 3, 2, True, "accuracy", FIGURE, FIGURE, FIGURE),),
    (ShortcutScore("irony", "length", 4, 2, True, "accuracy", 0.5, 0.4, 0.6, FIGURE, None, 0.5, "passed"),),
    (ErrorCase("irony", "x", "d", "no", "yes", (ThreadEntry("d", "post", None, 0, "好", True),), Example("d", "好")),),
    ("a note",),
)


def test_a_report_is_read_back_as_it_was():
    content = json.loads(json.dumps(REPORT.to_dict()))
    assert next(iter(content.items())) == ("weibo_nlp_benchmark", 1)
    read = BenchmarkReport.from_dict(content)
    assert read.to_dict() == REPORT.to_dict()
    assert read.results[0].scores.header == REPORT.results[0].scores.header
    assert read.results[0].scores.bootstrap == BootstrapConfig(n_resamples=50, seed=9, confidence_level=0.9)
    assert (read.comparisons, read.context, read.notes) == (REPORT.comparisons, REPORT.context, REPORT.notes)


def test_two_results_of_one_name_are_refused_where_nothing_else_tells_them_apart():
    other_task = replace(result("x", 2), provenance=replace(REPORT.results[0].provenance, protocol="cross_event"))
    assert BenchmarkReport("t", "c", (*REPORT.results, other_task)).results[2] == other_task
    message = r"results\[0\] and results\[2\] are both of 'x' on 'corpus', 'irony', 'standard'; give every system a na"
    with pytest.raises(DataError, match=message):
        BenchmarkReport("t", "c", (*REPORT.results, result("x", 2)))
    with pytest.raises(DataError, match=message):
        BenchmarkReport.from_dict(
            REPORT.to_dict() | {"results": [row.to_dict() for row in (*REPORT.results, result("x", 2))]}
        )


def test_a_result_is_written_with_where_it_comes_from_and_how_it_was_trained():
    content = REPORT.results[0].to_dict()
    names = ("set", "task", "protocol", "units", "model", "model_version", "corpus_version", "scheme", "split")
    assert {name: content[name] for name in names} == {
        "set": "corpus",
        "task": "irony",
        "protocol": "standard",
        "units": "threads",
        "model": "x",
        "model_version": "1",
        "corpus_version": "0.1",
        "scheme": "2",
        "split": "test",
    }
    assert {name: content[name] for name in ("n_train", "seconds", "folds", "notes", "details")} == {
        "n_train": 12,
        "seconds": {"train": 1.234},
        "folds": [{"name": "f", "n": 4, "n_train": 12, "value": 0.5}],
        "notes": ["one was dropped"],
        "details": {"C": 1},
    }
    assert content["predictions"]["seed"] == 5
    read = Result.from_dict(content)
    assert (read.n_train, read.notes, read.details) == (12, ("one was dropped",), {"C": 1})
    assert read.folds == REPORT.results[0].folds
    assert (read.model, read.main, read.metrics["accuracy"]) == ("x", Estimate(0.75), Estimate(0.75))


def test_results_that_do_not_say_what_their_units_are_are_read():
    content = REPORT.results[0].to_dict()
    del content["units"]
    assert Result.from_dict(content).provenance.units == "units"
    assert Result.from_dict(content | {"units": "events"}).provenance.units == "events"


def test_sections_may_be_absent_or_null():
    content = {
        "weibo_nlp_benchmark": 1,
        "title": "t",
        "command": "c",
        "results": None,
        "context": None,
        "package": None,
    }
    assert BenchmarkReport.from_dict(content) == BenchmarkReport("t", "c")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            dict.fromkeys("abcdef"),
            "a benchmark report has the field 'weibo_nlp_benchmark', this mapping has 'a', 'b', 'c', 'd', 'e'; "
            "give what `weibo-nlp benchmark --json` writes.",
            id="another-mapping",
        ),
        pytest.param(
            {},
            "a benchmark report has the field 'weibo_nlp_benchmark', this mapping has none at all; "
            "give what `weibo-nlp benchmark --json` writes.",
            id="empty",
        ),
        pytest.param(
            REPORT.to_dict() | {"weibo_nlp_benchmark": 2},
            "this is a benchmark report of format 2, and 1 is known here; "
            "run `weibo-nlp benchmark` of this version again.",
            id="format",
        ),
        *(
            pytest.param(
                REPORT.to_dict() | {"weibo_nlp_benchmark": mark},
                f"this is a benchmark report of format {mark!r}, and 1 is known here; "
                "run `weibo-nlp benchmark` of this version again.",
                id=f"format-{mark!r}",
            )
            for mark in (True, 1.0, "1")
        ),
        *(
            pytest.param(
                REPORT.to_dict() | {name: rows},
                f"benchmark report: {name} is no list of JSON objects. Write it again.",
                id=f"{name}-{kind}",
            )
            for name in ("results", "comparisons")
            for kind, rows in (("object", {}), ("text", "ab"), ("numbers", [{}, 1]))
        ),
        pytest.param(
            REPORT.to_dict()
            | {"comparisons": [REPORT.comparisons[0].to_dict(), REPORT.comparisons[0].to_dict() | {"p": 2.0}]},
            "comparisons[1]: p is 2.0, not a share from 0 to 1. Write it again with this version.",
            id="a-comparison",
        ),
        pytest.param(
            REPORT.to_dict() | {"results": [REPORT.results[0].to_dict() | {"n_train": -1}]},
            "results[0]: n_train is -1, not a count from 0. Write it again with this version.",
            id="a-result",
        ),
        pytest.param(
            REPORT.to_dict() | {"context": [REPORT.to_dict()["context"][0] | {"n_units": 5}]},
            "benchmark report: context[0].n_units is 5, more than n, which is 4. Write it again with this version.",
            id="a-section",
        ),
        pytest.param(
            REPORT.to_dict()
            | {"comparisons": [REPORT.comparisons[0].to_dict() | {"difference": {"value": 0.5, "low": 0, "high": 1}}]},
            "benchmark report: comparisons[0].difference.value is 0.5, but results gives 0.250000. "
            "Write it again with this version.",
            id="a-difference",
        ),
    ],
)
def test_what_is_no_report_or_contradicts_itself_is_refused(content, message):
    with pytest.raises(DataError) as caught:
        BenchmarkReport.from_dict(content)
    assert str(caught.value) == message


def test_a_section_that_is_not_what_it_should_be_is_named():
    with pytest.raises(DataError, match=r"^benchmark report: title"):
        BenchmarkReport.from_dict(REPORT.to_dict() | {"title": 7})
