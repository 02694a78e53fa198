"""Figures that contradict each other, in records and results small enough to be worked by hand."""

import math
from dataclasses import make_dataclass, replace

import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.calibration import CalibrationBin
from weibo_nlp.evaluation.consistency import (
    impossible_figures,
    report_contradictions,
    require_consistent,
    score_contradictions,
)
from weibo_nlp.evaluation.results import Comparison, LabelScores, Provenance, Result, Scores, SeedScores
from weibo_nlp.evaluation.slices import SliceScore
from weibo_nlp.stats.estimate import Estimate

COUNTS = ("n", "n_units", "n_train", "n_changed", "n_differing_units", "rounds", "support")
SHARES = ("p", "p_holm", "confidence", "accuracy", "accuracy_low", "accuracy_high")


def record(**figures):
    return make_dataclass("Record", figures)(**figures)


def said_of(**figures):
    return list(impossible_figures(record(**figures)))


# Records


def test_the_first_contradiction_is_raised():
    require_consistent([], "here")
    with pytest.raises(DataError) as caught:
        require_consistent(iter(["one is two", "three is four"]), "here")
    assert str(caught.value) == "here: one is two. Write it again with this version."


@pytest.mark.parametrize("name", COUNTS)
def test_counts_run_from_nought_to_more_than_any_set_has(name):
    assert said_of(**{name: 0}) == said_of(**{name: 10**12}) == []
    assert said_of(**{name: -1}) == [f"{name} is -1, not a count from 0"]
    assert said_of(**{name: 10**12 + 1}) == [f"{name} is 1000000000001, not a count from 0"]


@pytest.mark.parametrize("name", SHARES)
def test_shares_run_from_nought_to_one(name):
    assert said_of(**{name: 0}) == said_of(**{name: 1.0}) == []
    assert said_of(**{name: -0.1}) == [f"{name} is -0.1, not a share from 0 to 1"]
    assert said_of(**{name: 1.1}) == [f"{name} is 1.1, not a share from 0 to 1"]


def test_figures_are_named_by_their_place():
    inner = record(n=4, n_units=5, few_units=True)
    assert said_of(slices=[record(n=1), inner]) == ["slices[1].n_units is 5, more than n, which is 4"]
    assert said_of(confusion=((1, -1), (0, 1))) == ["confusion[0][1] is -1, not a count from 0"]
    assert said_of(dropped={"late": -1}) == ["dropped.late is -1, not a count from 0"]
    assert said_of(votes={"no": -2, "yes": 3}) == ["votes.no is -2, not a count from 0"]
    assert said_of(seconds={"train": math.inf}) == ["seconds.train is inf, not a finite number"]
    assert list(impossible_figures([record(n=-1)])) == ["[0].n is -1, not a count from 0"]
    assert said_of(value=math.nan, n=-1) == ["value is nan, not a finite number", "n is -1, not a count from 0"]


def test_what_a_model_and_a_machine_tell_of_themselves_is_free():
    assert said_of(details={"loss": math.nan, "n": -1}, hardware={"load": [math.inf]}) == []
    assert said_of(value=-5, text="n", nothing=None, yes=True) == []


@pytest.mark.parametrize(
    ("least", "most"),
    [
        ("n_units", "n"),
        ("n_changed", "n"),
        ("n_differing_units", "n_units"),
        ("p", "p_holm"),
        ("low", "high"),
        ("low", "confidence"),
        ("confidence", "high"),
        ("accuracy_low", "accuracy"),
        ("accuracy", "accuracy_high"),
    ],
)
def test_a_part_is_no_more_than_its_whole_but_for_rounding(least, most):
    for one in (0, 1, 0.95e-6):
        assert said_of(**{least: one, most: math.ceil(one) if one == 1 else 0}) == []
    assert said_of(**{least: 1, most: 0}) == [f"{least} is 1, more than {most}, which is 0"]
    assert said_of(**{least: 1.05e-6, most: 0}) == [f"{least} is 1.05e-06, more than {most}, which is 0"]
    assert said_of(**{least: None, most: 0}) == said_of(**{least: 1, most: None}) == said_of(**{least: 1}) == []


@pytest.mark.parametrize(
    ("n_units", "few", "right"), [(99, True, True), (99, False, False), (100, False, True), (100, True, False)]
)
def test_few_units_are_fewer_than_a_hundred(n_units, few, right):
    said = [] if right else [f"few_units is {few}, but n_units is {n_units}"]
    assert said_of(n_units=n_units, few_units=few) == said


# Scores

CURVE = (CalibrationBin(0.6, 0.7, 4, 0.65, 0.75, None, None, 4), CalibrationBin(0.9, 1.0, 2, 0.95, 0.5, None, None, 2))


def label(precision, recall, f1, support):
    return LabelScores(Estimate(precision), Estimate(recall), Estimate(f1), support)


# Of six rows three of four "no" and one of two "yes" are found: F1 3/4 and 1/2, accuracy 4/6. The curve misses by
# (4 × .1 + 2 × .45) / 6.
ONE = Scores(
    task="irony",
    main_metric="accuracy",
    labels=("no", "yes"),
    metrics={"macro_f1": Estimate(5 / 8), "accuracy": Estimate(2 / 3), "ece": Estimate(1.3 / 6)},
    per_class={"no": label(3 / 4, 3 / 4, 3 / 4, 4), "yes": label(1 / 2, 1 / 2, 1 / 2, 2)},
    confusion=((3, 1), (1, 1)),
    n=6,
    n_units=6,
    few_units=True,
    calibration=CURVE,
    seeds=SeedScores((2 / 3,)),
    slices=(SliceScore("kind", "post", 6, 6, True, Estimate(2 / 3), ()),),
)
# A second seed says "no" of everything: 4/6 again, and F1 of "no" 4/5, of "yes" 0.
TWO = replace(
    ONE,
    metrics={"macro_f1": Estimate((5 / 8 + 2 / 5) / 2), "accuracy": Estimate(2 / 3), "ece": Estimate(0.3)},
    per_class={"no": label(17 / 24, 7 / 8, 31 / 40, 4), "yes": label(1 / 4, 1 / 4, 1 / 4, 2)},
    confusion=((7, 1), (3, 1)),
    calibration=(replace(CURVE[0], n=8), replace(CURVE[1], n=4)),
    seeds=SeedScores((2 / 3, 2 / 3), 0.0),
)


def said_of_scores(scores, **changes):
    return list(score_contradictions(replace(scores, **changes)))


def with_metric(scores, name, *figures):
    return {"metrics": scores.metrics | {name: Estimate(*figures)}}


def with_label(scores, name, **changes):
    return {"per_class": scores.per_class | {name: replace(scores.per_class[name], **changes)}}


def test_scores_that_follow_from_their_counts_are_consistent():
    assert said_of_scores(ONE) == said_of_scores(TWO) == []
    # Results that do not tell their seeds: as many as the counts are times the rows.
    assert said_of_scores(ONE, seeds=SeedScores()) == said_of_scores(TWO, seeds=SeedScores()) == []
    single = replace(
        ONE,
        metrics={"macro_f1": Estimate(1 / 2), "accuracy": Estimate(1.0)},
        per_class={"no": label(1, 1, 1, 1), "yes": label(0, 0, 0, 0)},
        confusion=((1, 0), (0, 0)),
        n=1,
        n_units=1,
        calibration=None,
        seeds=SeedScores(),
        slices=(),
    )
    assert said_of_scores(single) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            {"n": 7, "calibration": None}, "confusion adds up to 6, not to n, which is 7", id="rows-of-confusion"
        ),
        pytest.param(
            with_label(ONE, "yes", support=3),
            "per_class.yes.support is 3, but confusion has 2 such rows",
            id="support",
        ),
        pytest.param(
            with_metric(ONE, "macro_f1", 0.5), "metrics.macro_f1.value is 0.5, but confusion gives 0.625000", id="macro"
        ),
        pytest.param(
            with_label(ONE, "no", precision=Estimate(0.5)),
            "per_class.no.precision.value is 0.5, but confusion gives 0.750000",
            id="precision",
        ),
        pytest.param(
            with_label(ONE, "yes", recall=Estimate(0.25)),
            "per_class.yes.recall.value is 0.25, but confusion gives 0.500000",
            id="recall",
        ),
        pytest.param(
            with_label(ONE, "yes", f1=Estimate(0.25)),
            "per_class.yes.f1.value is 0.25, but confusion gives 0.500000",
            id="f1",
        ),
        pytest.param(
            {"seeds": SeedScores((0.5,))}, "mean of seeds.values is 0.5, but accuracy gives 0.666667", id="mean"
        ),
        pytest.param(
            {"seeds": SeedScores((2 / 3,), 0.1)}, "seeds.sd is 0.1, but there are 1 seeds", id="spread-of-one"
        ),
        pytest.param(
            {"slices": (replace(ONE.slices[0], n=7),)},
            "slices[0] has 7 rows of 6 units, more than all rows",
            id="slice-rows",
        ),
        pytest.param({"n_units": 5}, "slices[0] has 6 rows of 6 units, more than all rows", id="slice-units"),
        pytest.param(
            {"slices": (replace(ONE.slices[0], score=Estimate(1.2)),)},
            "slices[0].score.value is 1.2, not from 0 to 1",
            id="slice-score",
        ),
        pytest.param({"calibration": CURVE[:1]}, "calibration has 4 rows in all, but n is 6", id="rows-of-curve"),
        pytest.param(
            with_metric(ONE, "ece", 0.2), "metrics.ece.value is 0.2, but calibration gives 0.216667", id="ece"
        ),
    ],
)
def test_a_figure_that_does_not_follow_from_the_others_is_named(changes, said):
    assert said_of_scores(ONE, **changes) == [said]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"seeds": SeedScores((2 / 3, 2 / 3))}, ["seeds.sd is None, but there are 2 seeds"], id="no-sd"),
        # Deviations of .1 on either side of the mean: √(.02 / 1).
        pytest.param(
            {"seeds": SeedScores((2 / 3 - 0.1, 2 / 3 + 0.1), 0.1)},
            ["seeds.sd is 0.1, but seeds.values gives 0.141421"],
            id="sd",
        ),
        pytest.param(
            {"calibration": CURVE}, ["calibration has 6 rows in all, but n is 6 for 2 seeds"], id="rows-of-curve"
        ),
        pytest.param(
            {"confusion": ((6, 2), (3, 1))}
            | with_label(TWO, "no", recall=Estimate(3 / 4))
            | with_metric(TWO, "accuracy", 7 / 12)
            | {"seeds": SeedScores((7 / 12, 7 / 12), 0.0)},
            [],
            id="linear",
        ),
        pytest.param(
            with_label(TWO, "no", recall=Estimate(3 / 4)),
            ["per_class.no.recall.value is 0.75, but confusion gives 0.875000"],
            id="recall",
        ),
        pytest.param(with_label(TWO, "no", precision=Estimate(0.1), f1=Estimate(0.1)), [], id="not-linear"),
        pytest.param(with_metric(TWO, "macro_f1", 0.1), [], id="macro"),
        pytest.param(
            with_metric(TWO, "accuracy", 0.5) | {"seeds": SeedScores()},
            ["metrics.accuracy.value is 0.5, but confusion gives 0.666667"],
            id="accuracy",
        ),
        pytest.param(with_metric(TWO, "ece", 0.1), [], id="ece"),
    ],
)
def test_of_several_seeds_what_is_linear_in_the_counts_is_held_against_them(changes, said):
    assert said_of_scores(TWO, **changes) == said


def test_rows_of_several_seeds_are_said_with_their_number():
    changes = {"n": 7, "calibration": None} | with_label(TWO, "yes", support=2)
    assert said_of_scores(TWO, **changes) == ["confusion adds up to 12, not to n, which is 7, for 2 seeds"]


@pytest.mark.parametrize("name", ["log_loss", "brier", "soft_cross_entropy", "soft_js"])
def test_losses_have_no_upper_end(name):
    assert said_of_scores(ONE, **with_metric(ONE, name, 30.0, 20.0, 40.0)) == []
    assert said_of_scores(ONE, **with_metric(ONE, name, -0.1)) == [f"metrics.{name}.value is -0.1, not from 0"]


def test_an_error_of_calibration_is_not_negative():
    changes = with_metric(ONE, "ece", -0.1) | {"calibration": None}
    assert said_of_scores(ONE, **changes) == ["metrics.ece.value is -0.1, not from 0"]


def test_bounds_of_shares_are_shares_but_for_rounding():
    def slice_scored(*figures):
        return said_of_scores(ONE, slices=(replace(ONE.slices[0], score=Estimate(*figures)),))

    assert slice_scored(0.5, -0.95e-6, 1 + 0.95e-6) == slice_scored(0.0) == slice_scored(1.0) == []
    assert slice_scored(0.5, -1.05e-6, 1.0) == ["slices[0].score.low is -1.05e-06, not from 0 to 1"]
    assert slice_scored(0.5, 0.0, 1.5) == ["slices[0].score.high is 1.5, not from 0 to 1"]
    # A slice's share of a loss has no end.
    loss = with_metric(ONE, "brier", 1.5) | {"main_metric": "brier", "seeds": SeedScores((1.5,))}
    assert said_of_scores(ONE, **loss, slices=(replace(ONE.slices[0], score=Estimate(1.5)),)) == []


def test_figures_rounded_for_a_file_follow_from_each_other():
    assert said_of_scores(ONE, **with_metric(ONE, "macro_f1", 5 / 8 + 0.95e-6)) == []
    assert len(said_of_scores(ONE, **with_metric(ONE, "macro_f1", 5 / 8 - 1.05e-6))) == 1


# Reports


def result(model, value, protocol="standard"):
    return Result(
        Provenance("corpus", "irony", protocol, "threads", model, "1"),
        replace(ONE, metrics=ONE.metrics | {"accuracy": Estimate(value)}),
    )


def pair(a, b, difference, p=0.01, p_holm=None, *, task="irony", metric="accuracy"):
    p_holm = p if p_holm is None else p_holm
    return Comparison("corpus", task, "standard", metric, a, b, Estimate(difference), p, p_holm)


def said_of_report(results, comparisons):
    return list(report_contradictions(BenchmarkReport("t", "c", tuple(results), tuple(comparisons))))


def test_a_difference_is_that_of_the_results():
    results = [result("x", 0.75), result("y", 0.5), result("y", 0.1, "other")]
    assert said_of_report(results, [pair("x", "y", 0.25)]) == []
    assert said_of_report(results, [pair("y", "x", 0.25)]) == [
        "comparisons[0].difference.value is 0.25, but results gives -0.250000"
    ]
    # What the report has no result of, or of another metric, is not known.
    for unknown in (pair("x", "z", 0.9), pair("z", "x", 0.9), pair("x", "y", 0.9, metric="macro_f1")):
        assert said_of_report(results, [unknown]) == []
    assert said_of_report(results, [pair("x", "y", 0.9, task="topic")]) == []


def test_a_whole_table_of_pairs_is_corrected_by_holm():
    # .01 × 3, .02 × 2, and .03 × 1 raised to the one before.
    right = [pair("x", "y", 0, 0.01, 0.03), pair("x", "z", 0, 0.02, 0.04), pair("y", "z", 0, 0.03, 0.04)]
    assert said_of_report([], right) == []
    assert said_of_report([], [right[0], pair("x", "z", 0, 0.02, 0.02), right[2]]) == [
        "comparisons[1].p_holm is 0.02, but Holm over the pairs of the table gives 0.040000"
    ]
    # Of another task, a table by itself.
    other = pair("x", "y", 0, 0.02, 0.04, task="topic")
    assert said_of_report([], [*right[:2], other, right[2]]) == [
        "comparisons[2].p_holm is 0.04, but Holm over the pairs of the table gives 0.020000"
    ]
    assert said_of_report([], [pair("x", "y", 0, 0.02, 0.04, metric="macro_f1"), *right])[0].startswith(
        "comparisons[0].p_holm is 0.04"
    )


def test_a_table_told_in_part_or_twice_is_not_held_against_holm():
    part = [pair("x", "y", 0, 0.01, 0.2), pair("x", "z", 0, 0.02, 0.2)]
    assert said_of_report([], part) == []
    assert said_of_report([], [*part, pair("y", "x", 0, 0.01, 0.2)]) == []
    assert said_of_report([], [*part, pair("y", "z", 0, 0.01, 0.2), pair("y", "x", 0, 0.01, 0.2)]) == []
