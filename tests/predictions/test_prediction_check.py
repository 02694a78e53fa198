from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, LabelError, PredictionError, UsageError
from weibo_nlp.predictions import PredictionFile, align_predictions, check_against, read_predictions
from weibo_nlp.records import GoldLabel, Prediction

DATA = Path(__file__).parents[1] / "data" / "predictions"
LABELS = ("against", "none", "favor")
GOLD = [GoldLabel(document_id, "stance", "favor", "ban") for document_id in "abc"]
EXPECT = {"set": "corpus", "version": "0.1.0", "split": "test", "scheme": "1.0.0"}


def test_good_file_comes_back_in_the_order_of_gold():
    aligned = check_against(read_predictions(DATA / "good.jsonl"), GOLD[::-1], LABELS, expect=EXPECT)
    assert [item.document_id for item in aligned] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("id_missing", ":3: the predictions end without one for 'c' on 'ban'"),
        ("id_doubled", ":5: 'b' on 'ban' is predicted a second time, first in .*:3"),
        ("id_unknown", ":5: 'z' on 'ban' is not in the gold labels"),
        ("target_unknown", ":5: 'a' on 'other' is not in the gold labels, which have .* the target 'ban'"),
        ("label_unknown", ":3: label 'oppose' for 'b' on 'ban' is not one of against, none, favor"),
        ("scores_lack_a_label", ":3: scores for 'b' on 'ban' lack none"),
        ("scores_name_a_foreign_label", ":3: scores for 'b' on 'ban' name 'oppose', not of the task"),
        ("scores_are_negative", ":3: scores for 'b' on 'ban' are not all finite and at least 0 .none: -0.5"),
        ("scores_overflow", ":3: scores for 'b' on 'ban' are not all finite and at least 0 .against: inf"),
        ("scores_sum_to_less", ":3: scores for 'b' on 'ban' sum to 0.9, not to 1"),
        ("scores_on_some_rows_only", ":3: 'b' on 'ban' has no scores, but .*:2 has"),
        ("other_task", ":1: task is 'topic', but 'stance' is scored here"),
        ("other_version", ":1: version is '0.2.0', but '0.1.0' is scored here"),
    ],
)
def test_unscorable_file_is_refused_with_file_and_line(rule, message):
    file = read_predictions(DATA / f"unscorable-{rule}.jsonl")
    with pytest.raises(PredictionError, match=f"1 problem:\n.*unscorable-{rule}.jsonl{message}"):
        check_against(file, GOLD, LABELS, expect=EXPECT)


def test_all_problems_come_in_one_error_first_twenty_shown():
    # 2 wrong labels, 1 doubled, 1 unknown, and 30 missing: 34, of which the first 20 are shown.
    gold = [GoldLabel(str(number), "topic", "x") for number in range(32)]
    given_ids = [("0", "y"), ("1", "y"), ("1", "x"), ("z", "x")]
    with pytest.raises(PredictionError, match="34 problems; the first 20:") as caught:
        align_predictions([Prediction(document_id, "topic", label, {}) for document_id, label in given_ids], gold, "x")
    message = str(caught.value)
    assert message.count("without one for") == 16
    assert "'17'" in message
    assert "'18'" not in message


@pytest.mark.parametrize(("sum_", "fine"), [(0.999, True), (1.001, True), (0.9985, False), (1.0015, False)])
def test_scores_may_miss_one_by_a_rounding(sum_, fine):
    predictions = [Prediction("a", "topic", "x", {"x": sum_ - 0.25, "y": 0.25})]
    gold = [GoldLabel("a", "topic", "x")]
    if fine:
        align_predictions(predictions, gold, "xy")
    else:
        with pytest.raises(PredictionError, match="not to 1"):
            align_predictions(predictions, gold, "xy")


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"label": "Favor"}, id="case"),
        pytest.param({"label": "favor "}, id="space-after-the-label"),
        pytest.param({"label": "f\u0430vor"}, id="cyrillic-a"),
        pytest.param({"label": "ｆavor"}, id="full-width"),
        pytest.param({"label": "favor\u200b"}, id="zero-width-space"),
        pytest.param({"document_id": "a "}, id="space-after-the-id"),
        pytest.param({"document_id": "A"}, id="case-of-the-id"),
        pytest.param({"document_id": "\u0430"}, id="cyrillic-id"),
        pytest.param({"target": "ban\u200b"}, id="zero-width-space-in-the-target"),
        pytest.param({"scores": {"against": 1e308, "none": 1e308, "favor": 1e308}}, id="scores-that-overflow"),
        pytest.param({"scores": {"against": -1.0, "none": 0.0, "favor": 2.0}}, id="scores-sum-to-one-all-the-same"),
    ],
)
def test_what_only_looks_right_is_not_taken_for_right(row):
    right = {"document_id": "a", "task": "stance", "label": "favor", "scores": {}, "target": "ban"}
    gold = [GoldLabel("a", "stance", "favor", "ban")]
    assert align_predictions([Prediction(**right)], gold, LABELS)
    with pytest.raises(PredictionError):
        align_predictions([Prediction(**right | row)], gold, LABELS)


def test_a_score_of_negative_zero_is_zero():
    scores = {"against": -0.0, "none": 0.0, "favor": 1.0}
    gold = [GoldLabel("a", "stance", "favor", "ban")]
    assert align_predictions([Prediction("a", "stance", "favor", scores, "ban")], gold, LABELS)[0].scores == scores


def test_predictions_of_another_task_are_refused():
    with pytest.raises(PredictionError, match="prediction 1: task is 'topic', but 'stance'"):
        align_predictions([Prediction("a", "topic", "favor", {}, "ban")], GOLD[:1], LABELS)


@pytest.mark.parametrize(
    ("gold", "labels", "error", "message"),
    [
        pytest.param([], LABELS, DataError, "no gold labels", id="empty"),
        pytest.param([*GOLD, GoldLabel("a", "topic", "favor")], LABELS, UsageError, "several tasks", id="two-tasks"),
        pytest.param([*GOLD, GOLD[0]], LABELS, DataError, "'a' on 'ban' has two gold labels", id="doubled"),
        pytest.param(GOLD, ("against", "none"), LabelError, "'favor' for 'a' on 'ban' is not one of", id="label"),
        pytest.param(GOLD, ("favor", "favor"), UsageError, "each once", id="labels-doubled"),
    ],
)
def test_unusable_gold_is_not_blamed_on_the_file(gold, labels, error, message):
    with pytest.raises(error, match=message):
        check_against(read_predictions(DATA / "good.jsonl"), gold, labels)


def test_header_of_predictions_from_no_file_is_compared_too():
    read = read_predictions(DATA / "good.jsonl")
    with pytest.raises(PredictionError, match="predictions: 1 problem:\nheader: split is 'test', but 'validation'"):
        check_against(PredictionFile(read.header, read.predictions), GOLD, LABELS, expect={"split": "validation"})


def test_expecting_a_field_that_headers_lack_is_misuse():
    with pytest.raises(UsageError, match="expect names fold"):
        check_against(read_predictions(DATA / "good.jsonl"), GOLD, LABELS, expect={"fold": "1"})


@given(st.permutations(range(6)), st.data())
def test_any_lost_doubled_or_foreign_row_is_found(order, data):
    gold = [GoldLabel(str(number // 2), "stance", "none", f"t{number % 2}") for number in range(6)]
    predictions = [Prediction(gold[at].document_id, "stance", "favor", {}, gold[at].target) for at in order]
    assert [(item.document_id, item.target) for item in align_predictions(predictions, gold, LABELS)] == [
        (item.document_id, item.target) for item in gold
    ]
    at = data.draw(st.integers(0, 5))
    foreign = Prediction(predictions[at].document_id, "stance", "favor", {}, None)
    for changed in (
        predictions[:at] + predictions[at + 1 :],
        [*predictions, predictions[at]],
        [*predictions[:at], foreign, *predictions[at + 1 :]],
    ):
        with pytest.raises(PredictionError):
            align_predictions(changed, gold, LABELS)
