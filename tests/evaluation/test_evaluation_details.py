"""Records of results, ranks and bounds, worked by hand at their borders."""

import math

import numpy as np
import pytest

from weibo_nlp.errors import DataError, LabelError, PredictionError, UnknownNameError, UsageError
from weibo_nlp.evaluation.alignment import align_runs
from weibo_nlp.evaluation.calibration import accuracy_bounds, calibration_curve
from weibo_nlp.evaluation.comparison import ComparedFile, enough_permutations
from weibo_nlp.evaluation.results import Comparison, Provenance, Result, Scores, SeedScores, ranks, tied_with
from weibo_nlp.evaluation.scoring import score
from weibo_nlp.evaluation.segmentation import restore_white_space, score_words
from weibo_nlp.evaluation.slices import score_slices
from weibo_nlp.evaluation.soft_labels import cross_entropy_rows, jensen_shannon_rows, label_distribution
from weibo_nlp.predictions import ModelReference, PredictionFile, PredictionHeader
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.stats.estimate import Estimate

FEW = BootstrapConfig(n_resamples=50)
STANCE = ("against", "none", "favor")


def comparison(a, b, difference, p_holm):
    return Comparison("corpus", "topic", "standard", "macro_f1", a, b, Estimate(difference), p_holm / 2, p_holm)


def gold_and_right(n=6, targets=("ban",), scores=None):
    gold = [GoldLabel(f"d{i}", "stance", STANCE[i % 3], targets[i % len(targets)]) for i in range(n)]
    right = [Prediction(item.document_id, "stance", item.label, scores or {}, item.target) for item in gold]
    return gold, right


@pytest.mark.parametrize(
    ("difference", "p_holm", "better"),
    [(0.1, 0.049, "a"), (-0.1, 0.049, "b"), (0.1, 0.05, None), (-0.1, 1.0, None)],
)
def test_systems_differ_below_five_per_cent(difference, p_holm, better):
    pair = comparison("a", "b", difference, p_holm)
    assert (pair.better, pair.tie) == (better, better is None)
    assert pair.question == ("corpus", "topic", "standard")
    assert pair.to_dict()["tie"] is (better is None)
    assert Comparison.from_dict(pair.to_dict()) == pair


def test_ranks_follow_who_beats_whom_through_others_too():
    pairs = [comparison("x", "y", 0.1, 0.01), comparison("y", "z", 0.1, 0.01), comparison("x", "z", 0.1, 0.5)]
    assert ranks(["x", "y", "z", "w"], pairs) == {"x": 1, "y": 2, "z": 3, "w": 1}
    assert ranks(["z", "x"], [comparison("z", "x", -0.1, 0.01)]) == {"z": 2, "x": 1}
    # A circle, which no table of one metric has, ends as well.
    circle = [comparison("x", "y", 0.1, 0.01), comparison("y", "x", 0.1, 0.01)]
    assert ranks(["x", "y"], circle) == {"x": 3, "y": 3}
    assert tied_with("x", pairs) == ("z",)
    assert tied_with("z", pairs) == ("x",)
    assert tied_with("y", pairs) == ()


def test_a_compared_file_is_shown_with_its_system_rank_and_score():
    header = PredictionHeader("corpus", "1", "test", "topic", "standard", "1", ModelReference("m", "2"), 7)
    content = ComparedFile("m 2", "m.jsonl", header, Estimate(0.5, 0.4, 0.6), 3).to_dict()
    assert {name: content[name] for name in ("name", "file", "system", "seed", "rank")} == {
        "name": "m 2",
        "file": "m.jsonl",
        "system": {"name": "m", "version": "2"},
        "seed": 7,
        "rank": 3,
    }
    assert (content["score"]["value"], content["score"]["low"], content["score"]["high"]) == (0.5, 0.4, 0.6)


def test_spread_over_seeds_needs_two():
    assert SeedScores.of([0.5]) == SeedScores((0.5,), None)
    # Deviations of 1, 0 and 1 from .6, over two degrees of freedom: .1.
    assert SeedScores.of([0.5, 0.6, 0.7]).sd == pytest.approx(0.1)


def test_results_read_back_are_what_was_written_and_foreign_parts_are_refused():
    gold, right = gold_and_right(scores={"against": 0.5, "none": 0.25, "favor": 0.25})
    scores = score(right, gold, STANCE, None, task="stance", main_metric="favg", bootstrap=FEW, dropped={"late": 2})
    content = scores.to_dict()
    assert content["bootstrap"] == {"resamples": 50, "seed": 0, "level": 0.95, "method": FEW.method}
    assert content["predictions"] is None
    assert Scores.from_dict(content).to_dict() == content
    for change, message in (
        ({"main_metric": "f2"}, "here: main_metric is 'f2', which is not among the metrics"),
        ({"labels": ["against", "none"]}, "here: per_class and confusion are not of the 2 labels"),
        ({"confusion": [[1, 0, 0], [0, 1, 0]]}, "here: per_class and confusion are not of the 3 labels"),
        ({"confusion": [[1, 0, 0], [0, 1, 0], [1, 0]]}, "here: per_class and confusion are not of the 3 labels"),
    ):
        with pytest.raises(DataError, match=message):
            Scores.from_dict(content | change, "here")


def test_a_score_counts_rows_units_and_labels():
    gold, right = gold_and_right()
    wrong = [*right[:4], Prediction("d4", "stance", "favor", {}, "ban"), right[5]]
    units = {f"d{i}": f"t{i // 2}" for i in range(6)}
    scores = score(wrong[::-1], gold, STANCE, units, task="stance", main_metric="accuracy", bootstrap=FEW)
    assert (scores.n, scores.n_units, scores.few_units) == (6, 3, True)
    assert scores.confusion == ((2, 0, 0), (0, 1, 1), (0, 0, 2))
    assert scores.main.value == pytest.approx(5 / 6)
    assert scores.seeds.values == pytest.approx((5 / 6,))
    none = scores.per_class["none"]
    assert (none.support, none.precision.value, none.recall.value) == (2, 1.0, 0.5)
    assert none.f1.value == pytest.approx(2 / 3)
    assert scores.per_class["favor"].precision.value == pytest.approx(2 / 3)
    assert (scores.calibration, scores.slices, scores.header) == (None, (), None)
    assert "ece" not in scores.metrics


@pytest.mark.parametrize(("record", "name"), [(Scores, "scores"), (Result, "result"), (Comparison, "comparison")])
def test_what_is_no_record_is_named_by_what_it_should_be(record, name):
    with pytest.raises(DataError, match=f"^{name}: "):
        record.from_dict({"task": 7})


@pytest.mark.parametrize(("n_targets", "offered"), [(1, False), (2, True), (50, True), (51, False)])
def test_the_mean_over_targets_is_offered_for_two_to_fifty(n_targets, offered):
    gold, right = gold_and_right(102, [f"t{i}" for i in range(n_targets)])
    scores = score(right, gold, STANCE, None, task="stance", main_metric="accuracy", bootstrap=FEW)
    assert ("accuracy_over_targets" in scores.metrics) is offered


def test_the_mean_over_targets_is_that_of_each_target_s_metric():
    # Of a's four rows all are right, of b's two none: (1 + 0) / 2, where 4 of 6 are right.
    gold = [GoldLabel(f"d{i}", "stance", "favor", "b" if i > 3 else "a") for i in range(6)]
    rows = [Prediction(g.document_id, "stance", "none" if g.target == "b" else "favor", {}, g.target) for g in gold]
    scores = score(rows, gold, STANCE, None, task="stance", main_metric="accuracy", bootstrap=FEW)
    assert scores.metrics["accuracy_over_targets"].value == 0.5
    assert scores.metrics["accuracy_over_targets"].n_units == 6
    assert scores.main.value == pytest.approx(4 / 6)


def test_what_cannot_be_scored_is_refused():
    gold, right = gold_and_right()

    def call(**options):
        settings = {"task": "stance", "main_metric": "favg", "bootstrap": FEW, "groups": None} | options
        return score(right, gold, STANCE, **settings)

    with pytest.raises(UsageError, match="task is 'topic', but the gold labels are of 'stance'"):
        call(task="topic")
    with pytest.raises(UnknownNameError, match="log_loss"):
        call(main_metric="log_loss")
    with pytest.raises(UsageError, match=r"votes have the shape \(6, 2\) for 6 gold labels of 3 labels"):
        call(votes=np.full((6, 2), 0.5))
    with pytest.raises(UsageError, match="5 groups for 6 gold labels"):
        call(groups=["a"] * 5)
    with pytest.raises(DataError, match="1 documents have no group, the first 'd5'"):
        call(groups={f"d{i}": "a" for i in range(5)})
    for missing in ("", None, math.nan):
        with pytest.raises(DataError, match="group of 'd1' must be a non-empty string"):
            call(groups=["a", missing, "b", "b", "b", "b"])
    with pytest.raises(UsageError, match="expect compares the header of a file"):
        call(expect={"set": "corpus"})


def test_several_files_are_one_system_or_none():
    def file(name="m", scores=None):
        header = PredictionHeader("corpus", "1", "test", "stance", "standard", "1", ModelReference(name, "1"))
        return PredictionFile(header, tuple(gold_and_right(scores=scores)[1]))

    gold, some = gold_and_right()[0], {"against": 0.5, "none": 0.25, "favor": 0.2505}
    runs = align_runs([file(scores=some), file(scores=some)], gold, STANCE)
    assert (len(runs), runs.predicted.shape, runs.header.model.name) == (2, (2, 6), "m")
    assert runs.probabilities.sum(axis=-1) == pytest.approx(np.ones((2, 6)), abs=1e-12)
    assert align_runs(file(), gold, STANCE).probabilities is None
    with pytest.raises(PredictionError, match="is of n 1, the first file of m 1"):
        align_runs([file(), file("n")], gold, STANCE)
    with pytest.raises(PredictionError, match="has no scores, other than the first file"):
        align_runs([file(scores=some), file()], gold, STANCE)
    with pytest.raises(PredictionError, match="has scores, other than the first file"):
        align_runs([file(), file(scores=some)], gold, STANCE)


def test_more_pairs_need_more_permutations():
    assert enough_permutations(10_000, 1) == 10_000
    assert enough_permutations(1, 3) == 3 * enough_permutations(1, 1)
    assert enough_permutations(1, 1) >= 1 / 0.05


def test_slices_are_scored_in_their_order_with_the_labels_they_lack():
    facts = [{"kind": "post"}, {"kind": "comment"}, {"own": "b", "kind": "comment"}, {"own": "a"}, {"own": "a"}]
    found = score_slices(
        [0, 1, 0, 0, 1], [0, 1, 1, 0, 1], list("uvwxx"), facts, ("no", "yes"), "accuracy", bootstrap=FEW
    )
    assert [(s.slice, s.value, s.n, s.n_units, s.score.value, s.absent) for s in found] == [
        ("kind", "post", 1, 1, 1.0, ("yes",)),
        ("kind", "comment", 2, 2, 0.5, ()),
        ("own", "a", 2, 1, 1.0, ()),
        ("own", "b", 1, 1, 0.0, ("yes",)),
    ]
    assert all(s.few_units for s in found)
    assert (found[0].score.low, found[1].score.low) == (None, 0.0)


def test_a_reliability_curve_by_hand():
    # .6 and .65 lie in (.6, .8] or below: with five bins .6 ends the third.
    probabilities = [[0.6, 0.4], [0.35, 0.65], [0.3, 0.7], [1.0, 0.0]]
    curve = calibration_curve([0, 1, 0, 0], probabilities, list("aabc"), bins=5)
    assert [(b.low, b.high, b.n, b.accuracy, b.n_units) for b in curve] == [
        (pytest.approx(0.4), pytest.approx(0.6), 1, 1.0, 1),
        (pytest.approx(0.6), pytest.approx(0.8), 2, 0.5, 2),
        (pytest.approx(0.8), 1.0, 1, 1.0, 1),
    ]
    assert [b.confidence for b in curve] == pytest.approx([0.6, 0.675, 1.0])
    assert [b.accuracy_low is None for b in curve] == [True, False, True]
    for level in (0, 1, 95):
        with pytest.raises(UsageError, match="confidence_level must lie between 0 and 1"):
            calibration_curve([0], [[1.0, 0.0]], confidence_level=level)
    with pytest.raises(UsageError, match="2 groups for 1 rows"):
        calibration_curve([0], [[1.0, 0.0]], ["a", "b"])


def test_bounds_of_an_accuracy_over_units_of_one_row_are_wilson_s_by_t():
    # 30 of 40 right. Leaving out rows gives the variance .75 × .25 / 39, so that 39 rows count, less the ratio of
    # 1.960 to 2.023 (t of 39 degrees of freedom) squared: 36.6. Wilson's formula with z = 1.96 follows.
    rows = 39 * (1.959964 / 2.022691) ** 2
    added = 1.959964**2 / rows
    middle = (0.75 + added / 2) / (1 + added)
    half = math.sqrt(0.75 * 0.25 * added + added**2 / 4) / (1 + added)
    assert accuracy_bounds([1] * 40, [1] * 30 + [0] * 10) == pytest.approx((middle - half, middle + half), abs=1e-5)
    assert accuracy_bounds([5], [3]) is None
    assert accuracy_bounds([1, 1], [1, 1])[1] == 1.0
    assert accuracy_bounds([1, 1], [0, 0])[0] == 0.0


def test_equal_units_that_are_all_right_count_as_one_row_each():
    # Kish: (4 × 5)² / (4 × 25) = 4, as for four single rows.
    assert accuracy_bounds([5] * 4, [5] * 4) == pytest.approx(accuracy_bounds([1] * 4, [1] * 4))
    low, high = accuracy_bounds([5] * 4, [5] * 4)
    assert 0.2 < low < 0.5
    assert high == 1.0


def test_soft_losses_by_hand():
    # Votes 2 : 1 against .5 and .25: 2/3 ln 2 + 1/3 ln 4 = 4/3 ln 2.
    assert cross_entropy_rows([[2 / 3, 1 / 3, 0]], [[0.5, 0.25, 0.25]]) == pytest.approx([4 / 3 * math.log(2)])
    assert cross_entropy_rows([[0, 1]], [[1, 0]]) == pytest.approx([52 * math.log(2)])
    assert jensen_shannon_rows([[1, 0], [1, 0], [0.5, 0.5]], [[0, 1], [1, 0], [0.5, 0.5]]).tolist() == [
        pytest.approx(math.log(2)),
        0,
        0,
    ]
    # Middle (.75, .25): (ln 4/3 + ½ ln ⅔ + ½ ln 2) / 2.
    by_hand = (math.log(4 / 3) + 0.5 * math.log(2 / 3) + 0.5 * math.log(2)) / 2
    assert jensen_shannon_rows([[1, 0]], [[0.5, 0.5]]) == pytest.approx([by_hand])


def test_votes_become_shares_in_the_order_of_the_labels():
    gold = [GoldLabel("a", "stance", "favor", "ban"), GoldLabel("b", "stance", "none", "ban")]
    judged = [{"x": "favor", "y": "against", "z": "favor"}, {"x": "none"}]
    assert label_distribution(judged, gold, STANCE).tolist() == [[1 / 3, 0, 2 / 3], [0, 1, 0]]
    with pytest.raises(DataError, match=r"1 of 2 gold labels were judged by nobody, the first .*b"):
        label_distribution([judged[0], {}], gold, STANCE)
    with pytest.raises(LabelError, match="was judged 'pro', which is not a label of stance"):
        label_distribution([judged[0], {"x": "pro"}], gold, STANCE)


def test_words_are_counted_without_white_space():
    gold, cut = [["他 们", " ", "好", "的", "\n"], ["好"]], [["他 们", " ", "好的", "\n"], ["好"]]
    scores = score_words(gold, cut, vocabulary={"好"})
    assert (scores.n_lines, scores.n_gold, scores.n_predicted, scores.n_correct) == (2, 4, 3, 2)
    assert (scores.precision, scores.recall, scores.f1) == (pytest.approx(2 / 3), 0.5, pytest.approx(4 / 7))
    assert (scores.n_oov, scores.n_oov_correct, scores.oov_recall) == (2, 1, 0.5)
    assert score_words(gold, cut).oov_recall is None
    assert score_words(gold, cut, vocabulary={"他 们", "好", "的"}).oov_recall is None
    assert restore_white_space(" 他 好\n", ["他", "好"]) == [" ", "他", " ", "好", "\n"]
    assert restore_white_space("a b", ["a", " b"]) == ["a", " b"]


@pytest.mark.parametrize(
    ("gold", "cut", "options", "error", "message"),
    [
        pytest.param([["好"]], [], {}, UsageError, "gold has 1 lines, predicted has 0", id="lines"),
        pytest.param([["好"]], ["好"], {}, UsageError, "line 1: predicted is a string of 1 char", id="string"),
        pytest.param(["好"], [["好"]], {"lines": ["x:3"]}, UsageError, "x:3: gold is a string", id="named-line"),
        pytest.param([["好"]], [["好"]], {"lines": []}, UsageError, "0 names for 1 lines", id="names"),
        pytest.param([["好"]], [["好"]], {"vocabulary": "好"}, UsageError, "vocabulary is the string", id="words"),
        pytest.param([["好", ""]], [["好"]], {}, DataError, "line 1: gold word 2 is ''", id="empty-word"),
        pytest.param([[" "]], [[" "]], {}, DataError, "the reference holds no words", id="no-words"),
        pytest.param(
            [["甲乙丙"]], [["甲", "已丙"]], {}, DataError, "from character 1 on it has '乙丙', they have '已丙'", id="o"
        ),
        pytest.param([["甲乙"]], [["甲"]], {}, DataError, "it has '乙', they have 'their end'", id="less"),
        pytest.param([["甲"]], [["甲", "12345678"]], {}, DataError, "it has 'its end', they have '123456'", id="more"),
    ],
)
def test_cuts_of_another_text_are_refused(gold, cut, options, error, message):
    with pytest.raises(error, match=message):
        score_words(gold, cut, **options)


def test_provenance_states_its_question():
    provenance = Provenance("corpus", "topic", "standard", "threads", "m", "1")
    assert provenance.question == ("corpus", "topic", "standard")


@pytest.mark.parametrize(
    ("rows", "hits"),
    [
        pytest.param([0, 2], [0, 1], id="no-rows"),
        pytest.param([2, 2], [-1, 1], id="negative"),
        pytest.param([2, 2], [1, 3], id="more-hits"),
        pytest.param([2, 2], [1], id="lengths"),
        pytest.param([[2, 2]], [[1, 1]], id="dimensions"),
    ],
)
def test_rows_and_hits_are_one_number_a_unit(rows, hits):
    with pytest.raises(UsageError, match=r"^rows and hits must be one number a unit"):
        accuracy_bounds(rows, hits)


def test_columns_of_calibration_are_called_by_their_names():
    with pytest.raises(UsageError, match=r"^rows must hold numbers"):
        accuracy_bounds(["a"], [1])
    with pytest.raises(UsageError, match=r"^hits must hold numbers"):
        accuracy_bounds([1], ["a"])
    with pytest.raises(DataError, match=r"^groups\[0\] is None"):
        calibration_curve([0], [[1.0, 0.0]], [None])


def test_bounds_of_another_coverage_use_its_quantiles():
    # As above with 90 %: t of 39 degrees of freedom is 1.684875, and z cancels: 39 rows against t².
    added = 1.684875**2 / 39
    middle, half = (0.75 + added / 2) / (1 + added), math.sqrt(0.75 * 0.25 * added + added**2 / 4) / (1 + added)
    assert accuracy_bounds([1] * 40, [1] * 30 + [0] * 10, 0.9) == pytest.approx(
        (middle - half, middle + half), abs=1e-6
    )


def test_a_certain_right_answer_surprises_nobody_and_a_rounding_not_less():
    assert cross_entropy_rows([[1, 0]], [[1 + 5e-7, 0]]).tolist() == [0]


def test_white_space_is_put_back_where_it_stood_and_nowhere_else():
    assert restore_white_space("甲 乙", ["丙", "乙"]) == ["丙", " ", "乙"]
    assert restore_white_space("甲乙 ", ["甲"]) == ["甲"]
    assert restore_white_space("甲 \n乙", ["甲", "乙"]) == ["甲", " \n", "乙"]
    assert restore_white_space("", []) == []


def test_a_single_row_is_aligned():
    gold, right = gold_and_right(1)
    assert align_runs(right, gold, STANCE).predicted.tolist() == [[0]]
    scored = [Prediction("d0", "stance", "against", {"against": 1, "none": 0, "favor": 0}, "ban")]
    assert align_runs(scored, gold, STANCE).probabilities.tolist() == [[[1, 0, 0]]]
    with pytest.raises(PredictionError, match="without one for 'd0'"):
        align_runs([], gold, STANCE)


def test_rows_without_a_target_are_a_target_of_their_own():
    gold = [GoldLabel(f"d{i}", "stance", "favor", "X" if i > 3 else None) for i in range(6)]
    rows = [Prediction(g.document_id, "stance", "none" if g.target else "favor", {}, g.target) for g in gold]
    scores = score(rows, gold, STANCE, None, task="stance", main_metric="accuracy", bootstrap=FEW)
    assert scores.metrics["accuracy_over_targets"].value == 0.5


def test_columns_of_scoring_are_called_by_their_names():
    gold, right = gold_and_right()
    with pytest.raises(UsageError, match=r"^labels is a str"):
        score(right, gold, "abc", None, task="stance", main_metric="accuracy")
    with pytest.raises(UsageError, match=r"^groups is a str"):
        score(right, gold, STANCE, "abcdef", task="stance", main_metric="accuracy")
    with pytest.raises(DataError, match=r"^2 documents have no group, the first 'd4'"):
        score(right, gold, STANCE, dict.fromkeys(["d0", "d1", "d2", "d3"], "a"), task="stance", main_metric="accuracy")


def test_results_without_a_place_are_named_by_what_they_are():
    gold, right = gold_and_right()
    scores = score(right, gold, STANCE, None, task="stance", main_metric="accuracy", bootstrap=FEW).to_dict()
    with pytest.raises(DataError, match=r"^scores: main_metric is 'f2'"):
        Scores.from_dict(scores | {"main_metric": "f2"})
    with pytest.raises(DataError, match=r"^result: "):
        Result.from_dict({"n_train": "many"})
    with pytest.raises(DataError, match=r"^comparison: p is 2\.0, not a share"):
        Comparison.from_dict(comparison("a", "b", 0.1, 0.5).to_dict() | {"p": 2.0})


def test_a_score_over_slices_and_the_curve_have_the_coverage_asked_for():
    gold, right = gold_and_right(scores={"against": 0.5, "none": 0.25, "favor": 0.25})
    wrong = [Prediction(item.document_id, "stance", "none", item.scores, item.target) for item in right[:2]]
    half = BootstrapConfig(n_resamples=30, seed=2, confidence_level=0.5)
    options = {"task": "stance", "main_metric": "log_loss", "bootstrap": half}
    scores = score([*wrong, *right[2:]], gold, STANCE, None, **options)
    bin_ = scores.calibration[0]
    units = calibration_curve([0, 1, 2] * 2, [[0.5, 0.25, 0.25]] * 6, confidence_level=0.5)
    assert (bin_.accuracy_low, bin_.accuracy_high) == (units[0].accuracy_low, units[0].accuracy_high)
    # -(ln ½ + 2 ln ¼) / 3 a row, whatever was answered.
    assert scores.main.value == pytest.approx(5 / 3 * math.log(2))
    assert scores.seeds.values == (pytest.approx(5 / 3 * math.log(2)),)
    with pytest.raises(UnknownNameError, match="favg needs labels favor and against; log_loss and brier need scores, "):
        score(right, gold, STANCE, None, task="stance", main_metric="f2")
