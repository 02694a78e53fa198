import json
import math
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, LabelError, PredictionError, UnknownNameError, UsageError
from weibo_nlp.evaluate import score
from weibo_nlp.predictions import read_predictions
from weibo_nlp.records import GoldLabel, Prediction

DATA = Path(__file__).parents[1] / "data" / "predictions"
LABELS = ("against", "none", "favor")
# Worked by hand in test_evaluate_metrics: macro-F1 32/45, FAVG 11/15, accuracy 7/10.
PAIRS = [(0, 0)] * 3 + [(0, 1), (1, 0), (1, 1), (1, 1), (2, 0), (2, 2), (2, 2)]
GOLD = [GoldLabel(f"d{row}", "stance", LABELS[gold], "ban") for row, (gold, _) in enumerate(PAIRS)]
PREDICTED = [Prediction(f"d{row}", "stance", LABELS[label], {}, "ban") for row, (_, label) in enumerate(PAIRS)]
THREADS = {f"d{row}": f"t{row // 2}" for row in range(10)}
STANCE = {"task": "stance", "main_metric": "favg"}


def _with_scores(top: float = 0.8) -> list[Prediction]:
    return [
        Prediction(
            item.document_id,
            "stance",
            item.label,
            {label: top if label == item.label else (1 - top) / 2 for label in LABELS},
            "ban",
        )
        for item in PREDICTED
    ]


def test_figures_worked_by_hand():
    found = score(PREDICTED, GOLD, LABELS, THREADS, **STANCE)
    assert {name: interval.value for name, interval in found.metrics.items()} == pytest.approx(
        {"macro_f1": 32 / 45, "accuracy": 7 / 10, "favg": 11 / 15}
    )
    assert found.confusion == ((3, 1, 0), (1, 2, 0), (1, 0, 2))
    assert [found.per_class[label].support for label in LABELS] == [4, 3, 3]
    assert [found.per_class[label].precision.value for label in LABELS] == pytest.approx([3 / 5, 2 / 3, 1])
    assert [found.per_class[label].recall.value for label in LABELS] == pytest.approx([3 / 4, 2 / 3, 2 / 3])
    assert [found.per_class[label].f1.value for label in LABELS] == pytest.approx([2 / 3, 2 / 3, 4 / 5])
    assert (found.n, found.n_units, found.main) == (10, 5, found.metrics["favg"])
    assert all(interval.low <= interval.value <= interval.high for interval in found.metrics.values())


def test_scores_of_predictions_add_the_probability_metrics():
    # 7 of 10 right with .8 on the given label: log loss .7 ln(1/.8) + .3 ln(1/.1); Brier .7 (.04 + .01 + .01)
    # + .3 (.64 + .81 + .01); confidence .8 against accuracy .7.
    found = score(_with_scores(), GOLD, LABELS, THREADS, **STANCE)
    assert found.metrics["log_loss"].value == pytest.approx(0.7 * math.log(1.25) + 0.3 * math.log(10))
    assert found.metrics["brier"].value == pytest.approx(0.7 * 0.06 + 0.3 * 1.46)
    assert found.points == pytest.approx({"ece": 0.1})


def test_rounded_scores_are_normalised_before_they_are_judged():
    third = dict.fromkeys(LABELS, 0.333)
    predictions = [Prediction(item.document_id, "stance", "none", third, "ban") for item in GOLD]
    found = score(predictions, GOLD, LABELS, THREADS, **STANCE)
    assert found.metrics["log_loss"].value == pytest.approx(math.log(3))


def test_label_that_never_occurs_counts_as_zero():
    gold = [GoldLabel(str(row), "sentiment", "negative") for row in range(4)]
    predictions = [Prediction(str(row), "sentiment", "negative", {}) for row in range(4)]
    labels = ("negative", "neutral", "positive")
    found = score(predictions, gold, labels, None, task="sentiment", main_metric="macro_f1")
    assert found.main.value == pytest.approx(1 / 3)
    assert found.per_class["positive"].to_dict()["f1"] == {"value": 0, "low": 0, "high": 0}


def test_file_is_scored_and_its_header_kept():
    # Gold favor, none, none against predicted favor, against, none.
    gold = [GoldLabel("a", "stance", "favor", "ban"), *(GoldLabel(item, "stance", "none", "ban") for item in "bc")]
    file = read_predictions(DATA / "good.jsonl")
    found = score(file, gold, LABELS, ["t1", "t1", "t2"], **STANCE, expect={"version": "0.1.0"})
    assert found.metrics["accuracy"].value == pytest.approx(2 / 3)
    assert found.header == file.header
    with pytest.raises(PredictionError, match=r"good\.jsonl:1: version is '0.1.0', but '0.2.0'"):
        score(file, gold, LABELS, ["t1", "t1", "t2"], **STANCE, expect={"version": "0.2.0"})


def test_result_is_ready_for_json():
    found = score(_with_scores(), GOLD, LABELS, THREADS, **STANCE, seed=3, resamples=50, dropped={"leaked": 2})
    written = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert written["metrics"].keys() == {"macro_f1", "accuracy", "favg", "log_loss", "brier", "ece"}
    assert written["metrics"]["favg"].keys() == {"value", "low", "high"}
    assert written["metrics"]["ece"] == {"value": pytest.approx(0.1), "low": None, "high": None}
    assert written["per_class"]["against"]["support"] == 4
    assert written["confusion"] == [[3, 1, 0], [1, 2, 0], [1, 0, 2]]
    assert written["bootstrap"] == {"seed": 3, "resamples": 50, "level": 0.95, "method": "percentile"}
    assert (written["dropped"], written["few_units"], written["predictions"]) == ({"leaked": 2}, True, None)


def test_without_groups_each_document_is_a_unit():
    gold = [GoldLabel(document_id, "stance", "none", target) for document_id in "ab" for target in ("x", "y", "z")]
    predictions = [Prediction(item.document_id, "stance", "none", {}, item.target) for item in gold]
    assert score(predictions, gold, LABELS, None, **STANCE).n_units == 2


@given(st.permutations(range(10)), st.permutations(range(10)), st.permutations(range(5)), st.booleans())
@settings(max_examples=40, deadline=None)
def test_order_of_rows_and_names_of_groups_do_not_matter(gold_order, predicted_order, names, as_mapping):
    predicted = _with_scores(0.7)
    expected = score(predicted, GOLD, LABELS, THREADS, **STANCE, resamples=40)
    renamed = {document_id: f"thread {names[int(thread[1:])]}" for document_id, thread in THREADS.items()}
    gold = [GOLD[at] for at in gold_order]
    groups = renamed if as_mapping else [renamed[item.document_id] for item in gold]
    assert score([predicted[at] for at in predicted_order], gold, LABELS, groups, **STANCE, resamples=40) == expected


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param({"gold": []}, DataError, "no gold labels to score against", id="no-gold"),
        pytest.param({"groups": ["t"] * 10}, DataError, r"all 10 rows belong to one group \('t'\)", id="one-group"),
        pytest.param({"groups": ["t"] * 9}, UsageError, "9 groups for 10 gold labels", id="group-short"),
        pytest.param({"groups": {"d0": "t"}}, DataError, "9 documents have no group, the first 'd1'", id="ungrouped"),
        pytest.param({"groups": [None, *"abcdefghi"]}, DataError, "group of 'd0' must be .* got None", id="null-group"),
        pytest.param({"task": "topic"}, UsageError, "task is 'topic', but the gold labels are of 'stance'", id="task"),
        pytest.param({"main_metric": "f2"}, UnknownNameError, "unknown main metric 'f2'; there is: acc", id="metric"),
        pytest.param({"main_metric": "brier"}, UnknownNameError, "brier need scores", id="metric-needs-scores"),
        pytest.param({"labels": LABELS[:2]}, LabelError, "gold label 'favor'", id="label-unknown"),
        pytest.param({"predictions": PREDICTED[1:]}, PredictionError, "without one for 'd0' on 'ban'", id="missing"),
        pytest.param({"expect": {"set": "corpus"}}, UsageError, "expect compares the header", id="expect-without-file"),
    ],
)
def test_what_cannot_be_scored_is_refused(changes, error, message):
    arguments = {"predictions": PREDICTED, "gold": GOLD, "labels": LABELS, "groups": THREADS, **STANCE, **changes}
    with pytest.raises(error, match=message):
        score(**arguments)


@pytest.mark.slow
def test_ten_thousand_rows_in_a_thousand_threads_take_about_a_second():
    rng = np.random.default_rng(0)
    gold = [GoldLabel(str(row), "stance", LABELS[label], "ban") for row, label in enumerate(rng.integers(0, 3, 10_000))]
    shares = rng.dirichlet([1, 1, 1], 10_000)
    predictions = [
        Prediction(str(row), "stance", LABELS[share.argmax()], dict(zip(LABELS, share.tolist(), strict=True)), "ban")
        for row, share in enumerate(shares)
    ]
    groups = [f"t{thread}" for thread in rng.integers(0, 1000, 10_000)]
    started = time.perf_counter()
    score(predictions, gold, LABELS, groups, **STANCE)
    assert time.perf_counter() - started < 3  # 0.4 s as measured on two cores; the rest is for a busy machine


def test_the_seam_and_the_evaluator_import_no_model():
    code = (
        "import sys, weibo_nlp.predictions, weibo_nlp.evaluate.score\n"
        "print([name for name in sys.modules if name.startswith(('weibo_nlp.models', 'sklearn', 'pandas', 'pyarrow'))])"
    )
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert found.stdout.strip() == "[]"
