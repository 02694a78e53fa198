import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, LabelError, UnknownNameError, UsageError
from weibo_nlp.evaluation.annotator_baseline import annotator_baseline, release_baseline
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.stats.bootstrap import BootstrapConfig

LABELS = ("no", "yes")
JUDGED = [
    {"a1": "yes", "a2": "yes", "a3": "yes"},
    {"a1": "yes", "a2": "no", "a3": "no"},
    {"a1": "no", "a2": "no", "a3": "no"},
    {"a1": "no", "a2": "no", "a3": "yes"},
]
UNITS = ["t1", "t1", "t2", "t2"]


def baseline(judged=JUDGED, units=UNITS, labels=LABELS, metric="macro_f1"):
    return annotator_baseline(judged, units, labels, "irony", metric, bootstrap=BootstrapConfig(n_resamples=200))


def test_each_annotator_is_scored_where_the_others_agree():
    first, second, third = baseline()
    # a1: the others agree on rows 1 to 3 (yes, no, no), a1 says yes, yes, no: F1 of no 2/3, of yes 2/3.
    assert (first.annotator, first.n, first.n_units) == ("a1", 3, 2)
    assert first.score.value == pytest.approx(2 / 3)
    assert first.accuracy.value == pytest.approx(2 / 3)
    # a2: the others agree on rows 1 and 3, and a2 with them.
    assert (second.annotator, second.n, second.score.value, second.accuracy.value) == ("a2", 2, 1, 1)
    # a3: the others agree on rows 1, 3 and 4 (yes, no, no), a3 says yes, no, yes: 2/3 and 2/3.
    assert (third.annotator, third.n) == ("a3", 3)
    assert third.score.value == pytest.approx(2 / 3)
    assert third.few_units


def test_result_is_that_of_the_benchmark_document():
    found = to_json(baseline()[0])
    assert (found["task"], found["metric"]) == ("irony", "macro_f1")
    assert found["score"]["value"] == baseline()[0].score.value


def test_rows_of_one_unit_have_no_bounds():
    assert {(found.score.low, found.score.high) for found in baseline(units=["t"] * 4)} == {(None, None)}


def test_rows_that_too_few_judged_are_passed_over():
    pair = {"a1": "no", "a2": "yes"}
    assert baseline([*JUDGED, pair, {}], [*UNITS, "t3", "t3"]) == baseline()


def test_one_other_among_four_who_differs_is_enough_to_pass_a_row_over():
    judged = [*JUDGED, {"a1": "no", "a2": "no", "a3": "no", "a4": "yes"}]
    found = {score.annotator: score for score in baseline(judged, [*UNITS, "t3"])}
    assert {name: score.n for name, score in found.items()} == {"a1": 3, "a2": 2, "a3": 3, "a4": 1}
    assert found["a4"].accuracy.value == 0


def test_baseline_of_the_miniature_by_hand(miniature):
    # Irony: 16 documents, 15 unanimous; on 0008 a1 and a3 say yes against a2. So a1 and a3 are scored on the 15 that
    # all say no to, a2 on all 16, one of them wrong: F1 of no 30/31, of yes 0.
    found = {
        score.annotator: score
        for score in release_baseline(miniature, "irony", None, bootstrap=BootstrapConfig(n_resamples=50))
    }
    assert {name: (score.n, score.accuracy.value) for name, score in found.items()} == {
        "a1": (15, 1),
        "a2": (16, 15 / 16),
        "a3": (15, 1),
    }
    assert found["a2"].score.value == pytest.approx(15 / 31)
    # Nothing but no: the label that never occurs counts 0. That all threads score alike bounds nothing.
    assert (found["a1"].score.value, found["a1"].score.low, found["a1"].score.high) == (1 / 2, None, None)
    assert found["a2"].accuracy.low < 15 / 16 < found["a2"].accuracy.high


def test_baseline_on_stance_counts_pairs_of_document_and_target(miniature):
    # 25 pairs, 22 unanimous. Split: 0002 on the card (favor, none, none), 0008 on sanctions (against, none, against),
    # 0003 on the card three ways. The others agree against a1 on the first, against a2 on the second.
    found = {
        score.annotator: score
        for score in release_baseline(miniature, "stance", None, bootstrap=BootstrapConfig(n_resamples=50))
    }
    assert {name: (score.n, score.accuracy.value) for name, score in found.items()} == {
        "a1": (23, 22 / 23),
        "a2": (23, 22 / 23),
        "a3": (22, 1),
    }
    assert (found["a1"].metric, found["a1"].task) == ("macro_f1", "stance")


@given(st.permutations(range(4)), st.permutations(["x", "y"]))
@settings(max_examples=20)
def test_order_of_rows_and_names_of_groups_do_not_matter(order, names):
    new_name = dict(zip(["t1", "t2"], names, strict=True))
    assert baseline([JUDGED[at] for at in order], [new_name[UNITS[at]] for at in order]) == baseline()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param({"units": ["t"]}, UsageError, "1 units for 4 judged rows", id="units-short"),
        pytest.param({"metric": "brier"}, UnknownNameError, "unknown metric 'brier'", id="loss"),
        pytest.param({"labels": ("no", "maybe")}, LabelError, "judgement 'yes' is not a label of irony", id="label"),
        pytest.param(
            {"judged": [{"a1": "no", "a2": "no"}] * 4}, DataError, "irony: no row .* a baseline needs three", id="two"
        ),
    ],
)
def test_what_has_no_ceiling_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        baseline(**changes)


def test_the_test_part_is_scored_unless_another_is_asked_for(miniature):
    few = BootstrapConfig(n_resamples=7, confidence_level=0.5)
    for split in ("test", "train"):
        found = release_baseline(miniature, "irony", split, bootstrap=few)
        assert sum(score.n for score in found) <= 3 * len(miniature.gold("irony", split))
    assert release_baseline(miniature, "irony", bootstrap=few) == release_baseline(
        miniature, "irony", "test", bootstrap=few
    )
    every = {score.annotator: score for score in release_baseline(miniature, "irony", None, bootstrap=few)}
    assert (every["a2"].score.n_resamples, every["a2"].score.confidence_level) == (7, 0.5)


def test_columns_are_called_by_their_names():
    with pytest.raises(DataError, match=r"^units\[1\] is None"):
        baseline(units=["t", None, "t", "t"])
    with pytest.raises(UsageError, match=r"^labels is a str"):
        baseline(labels="no")


def test_an_annotator_whose_others_never_agree_is_left_out_and_those_behind_are_not():
    judged = [{"a1": "no", "a2": "no", "a3": "yes"}, {"a1": "no", "a2": "no", "a3": "yes"}]
    # Of a1, the others are a2 (no) and a3 (yes); of a3, both say no.
    assert [score.annotator for score in baseline(judged, ["t1", "t2"])] == ["a3"]
