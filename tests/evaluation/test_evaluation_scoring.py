import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, LabelError, PredictionError, UnknownNameError, UsageError
from weibo_nlp.evaluation import score
from weibo_nlp.predictions import ModelReference, PredictionFile, PredictionHeader, read_predictions
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.stats.bootstrap import DEFAULT_METHOD, BootstrapConfig, UnitSums, cluster_bootstrap
from weibo_nlp.stats.metrics import count_metrics

DATA = Path(__file__).parents[1] / "data" / "predictions"
LABELS = ("against", "none", "favor")
# Worked by hand in test_stats_metrics: macro-F1 32/45, FAVG 11/15, accuracy 7/10.
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
    assert {name: estimate.value for name, estimate in found.metrics.items()} == pytest.approx(
        {"macro_f1": 32 / 45, "accuracy": 7 / 10, "favg": 11 / 15}
    )
    assert found.confusion == ((3, 1, 0), (1, 2, 0), (1, 0, 2))
    assert [found.per_class[label].support for label in LABELS] == [4, 3, 3]
    assert [found.per_class[label].precision.value for label in LABELS] == pytest.approx([3 / 5, 2 / 3, 1])
    assert [found.per_class[label].recall.value for label in LABELS] == pytest.approx([3 / 4, 2 / 3, 2 / 3])
    assert [found.per_class[label].f1.value for label in LABELS] == pytest.approx([2 / 3, 2 / 3, 4 / 5])
    assert (found.n, found.n_units, found.main) == (10, 5, found.metrics["favg"])
    assert all(estimate.low <= estimate.value <= estimate.high for estimate in found.metrics.values())


def test_scores_of_predictions_add_the_probability_metrics():
    # 7 of 10 right with .8 on the given label: log loss .7 ln(1/.8) + .3 ln(1/.1); Brier .7 (.04 + .01 + .01)
    # + .3 (.64 + .81 + .01); confidence .8 against accuracy .7.
    found = score(_with_scores(), GOLD, LABELS, THREADS, **STANCE)
    assert found.metrics["log_loss"].value == pytest.approx(0.7 * math.log(1.25) + 0.3 * math.log(10))
    assert found.metrics["brier"].value == pytest.approx(0.7 * 0.06 + 0.3 * 1.46)
    assert found.metrics["ece"].value == pytest.approx(0.1)


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
    assert found.per_class["positive"].f1.to_dict() == {"value": 0, "low": None, "high": None}


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
    found = score(
        _with_scores(),
        GOLD,
        LABELS,
        THREADS,
        **STANCE,
        dropped={"leaked": 2},
        bootstrap=BootstrapConfig(seed=3, n_resamples=50),
    )
    written = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert written["metrics"].keys() == {"macro_f1", "accuracy", "favg", "log_loss", "brier", "ece"}
    assert written["metrics"]["ece"] == {"value": pytest.approx(0.1), "low": None, "high": None}
    assert written["per_class"]["against"]["support"] == 4
    assert written["confusion"] == [[3, 1, 0], [1, 2, 0], [1, 0, 2]]
    assert written["bootstrap"] == {"seed": 3, "resamples": 50, "level": 0.95, "method": DEFAULT_METHOD}
    assert (written["dropped"], written["few_units"], written["predictions"]) == ({"leaked": 2}, True, None)


def test_votes_of_the_annotators_add_the_soft_scores():
    # All 7 right predictions have .8 on the label; votes are unanimous but for the first row, 2 to 1 for the label.
    votes = np.eye(3)[[gold for gold, _ in PAIRS]]
    votes[0] = [2 / 3, 1 / 3, 0]
    found = score(_with_scores(), GOLD, LABELS, THREADS, **STANCE, votes=votes)
    # First row 2/3 ln(1/.8) + 1/3 ln(1/.1), six more right ones ln(1/.8), three wrong ones ln(1/.1).
    right, wrong = math.log(1.25), math.log(10)
    assert found.metrics["soft_cross_entropy"].value == pytest.approx((20 / 3 * right + 10 / 3 * wrong) / 10)
    assert found.metrics["soft_cross_entropy"].low < found.metrics["soft_cross_entropy"].high
    # Right and unanimous: middle (.9, .05, .05), divergence (ln(1/.9) + .8 ln(8/9) + .2 ln 2) / 2.
    # Wrong: middle (.55, .4, .05) for label, given, third: (ln(1/.55) + .1 ln(.1/.55) + .8 ln 2 + .1 ln 2) / 2.
    # First row: votes (2/3, 1/3, 0), given (.8, .1, .1), middle (11/15, 13/60, 1/20).
    plain = (math.log(1 / 0.9) + 0.8 * math.log(8 / 9) + 0.2 * math.log(2)) / 2
    missed = (math.log(1 / 0.55) + 0.1 * math.log(0.1 / 0.55) + 0.9 * math.log(2)) / 2
    of_votes = 2 / 3 * math.log(10 / 11) + 1 / 3 * math.log(20 / 13)
    of_given = 0.8 * math.log(12 / 11) + 0.1 * math.log(6 / 13) + 0.1 * math.log(2)
    assert found.metrics["soft_js"].value == pytest.approx((6 * plain + 3 * missed + (of_votes + of_given) / 2) / 10)


def test_bare_labels_have_no_soft_score_and_no_calibration():
    found = score(PREDICTED, GOLD, LABELS, THREADS, **STANCE, votes=np.eye(3)[[gold for gold, _ in PAIRS]])
    assert found.metrics.keys() == {"macro_f1", "accuracy", "favg"}
    assert found.calibration is None
    assert found.to_dict()["calibration"] is None


def test_scores_of_predictions_are_held_against_their_accuracy():
    found = score(_with_scores(), GOLD, LABELS, THREADS, **STANCE)
    # All ten rows have the confidence .8, which is the upper edge of the twelfth of 15 bins; seven are right.
    (bin_,) = found.to_dict()["calibration"]
    assert (bin_["low"], bin_["high"], bin_["n"]) == (pytest.approx(11 / 15), pytest.approx(12 / 15), 10)
    assert (bin_["confidence"], bin_["accuracy"]) == (pytest.approx(0.8), pytest.approx(0.7))
    assert bin_["accuracy_low"] < 0.7 < bin_["accuracy_high"]


def test_slices_are_scored_on_the_main_metric():
    # The last three rows, gold favor and predicted against, favor, favor: F1 of favor 4/5, of against 0.
    facts = [{"kind": "post" if row < 7 else "comment"} for row in range(10)]
    found = score(PREDICTED, GOLD, LABELS, THREADS, **STANCE, slices=facts)
    by_value = {item["value"]: item for item in found.to_dict()["slices"]}
    assert {value: item["n"] for value, item in by_value.items()} == {"post": 7, "comment": 3}
    assert by_value["comment"]["score"]["value"] == pytest.approx(2 / 5)


def test_stance_is_also_averaged_over_targets():
    # On ban all four right of against and favor; on tax gold against, favor, predicted favor, favor: F1 0 and 2/3.
    rows = [
        ("against", "against", "ban"), ("favor", "favor", "ban"), ("against", "against", "ban"),
        ("favor", "favor", "ban"), ("against", "favor", "tax"), ("favor", "favor", "tax"),
    ]  # fmt: skip
    gold = [GoldLabel(f"d{at}", "stance", label, target) for at, (label, _, target) in enumerate(rows)]
    predictions = [Prediction(f"d{at}", "stance", label, {}, target) for at, (_, label, target) in enumerate(rows)]
    found = score(predictions, gold, LABELS, None, **STANCE)
    assert found.metrics["favg_over_targets"].value == pytest.approx((1 + 1 / 3) / 2)
    assert found.to_dict()["metrics"]["favg_over_targets"] == {"value": pytest.approx(2 / 3), "low": None, "high": None}


@pytest.mark.parametrize("n_targets", [1, 51])
def test_one_target_or_more_than_fifty_have_no_mean_over_targets(n_targets):
    gold = [GoldLabel(f"d{at}", "stance", "favor", f"target {at % n_targets}") for at in range(102)]
    predictions = [Prediction(item.document_id, "stance", "favor", {}, item.target) for item in gold]
    found = score(predictions, gold, LABELS, None, **STANCE, bootstrap=BootstrapConfig(n_resamples=10))
    assert found.metrics.keys() == {"macro_f1", "accuracy", "favg"}


def _file(seed: int | None, predictions: list[Prediction], name: str = "m") -> PredictionFile:
    header = PredictionHeader(
        set="corpus", version="0.1.0", split="test", task="stance", protocol="standard", scheme="1.0.0",
        model=ModelReference(name, "1"), seed=seed,
    )  # fmt: skip
    return PredictionFile(header, tuple(predictions))


def test_several_seeds_are_scored_by_their_mean():
    # The second seed says none of everything: F1 of none 2 × 3 / (10 + 3) = 6/13, accuracy 3/10, FAVG 0.
    plain = [Prediction(f"d{row}", "stance", "none", dict.fromkeys(LABELS, 1 / 3), "ban") for row in range(10)]
    found = score([_file(0, _with_scores()), _file(1, plain)], GOLD, LABELS, THREADS, **STANCE)
    assert found.metrics["macro_f1"].value == pytest.approx((32 / 45 + 2 / 13) / 2)
    assert found.metrics["accuracy"].value == pytest.approx((7 / 10 + 3 / 10) / 2)
    assert found.metrics["log_loss"].value == pytest.approx(
        (0.7 * math.log(1.25) + 0.3 * math.log(10) + math.log(3)) / 2
    )
    # The top label of three equal ones is the first, right on 4 of 10 rows: |.4 - 1/3|, and .1 of the first seed.
    assert found.metrics["ece"].value == pytest.approx((0.1 + 0.4 - 1 / 3) / 2)
    assert found.per_class["none"].recall.value == pytest.approx((2 / 3 + 1) / 2)
    assert found.per_class["none"].support == 3
    assert found.confusion == ((3, 5, 0), (1, 5, 0), (1, 3, 2))
    assert found.n == 10
    assert found.seeds.values == pytest.approx((11 / 15, 0))
    # Of two values the standard deviation is their distance over the root of 2.
    assert found.to_dict()["seeds"] == {
        "values": pytest.approx([11 / 15, 0]),
        "sd": pytest.approx(11 / 15 / math.sqrt(2)),
    }
    assert [(bin_.n, bin_.n_units) for bin_ in found.calibration] == [(10, 5), (10, 5)]
    assert found.header.seed == 0


def test_one_file_has_one_seed_and_no_spread():
    assert score([_file(None, PREDICTED)], GOLD, LABELS, THREADS, **STANCE).to_dict()["seeds"] == {
        "values": [pytest.approx(11 / 15)],
        "sd": None,
    }


def test_the_same_predictions_twice_are_scored_as_once():
    facts = [{"kind": "post"}] * 5 + [{"kind": "comment"}] * 5
    options = {**STANCE, "bootstrap": BootstrapConfig(n_resamples=100), "slices": facts}
    once = score([_file(0, _with_scores())], GOLD, LABELS, THREADS, **options)
    twice = score([_file(0, _with_scores()), _file(1, _with_scores())], GOLD, LABELS, THREADS, **options)
    assert [found.to_dict() for found in twice.metrics.values()] == [
        pytest.approx(found.to_dict()) for found in once.metrics.values()
    ]
    assert [found.score.to_dict() for found in twice.slices] == [
        pytest.approx(found.score.to_dict()) for found in once.slices
    ]


def test_intervals_of_one_run_are_those_of_the_cluster_bootstrap():
    found = score(PREDICTED, GOLD, LABELS, THREADS, **STANCE)
    truth, predicted = np.array(PAIRS).T
    sums = UnitSums.from_rows(truth, predicted, [THREADS[item.document_id] for item in GOLD], 3)
    assert found.metrics == cluster_bootstrap(sums, count_metrics(LABELS))


@pytest.mark.parametrize(
    ("second", "message"),
    [
        pytest.param(_file(1, _with_scores(), "other"), "is of other 1, the first file of m 1", id="two-systems"),
        pytest.param(_file(1, PREDICTED), "has no scores, other than the first file", id="scores-in-one"),
        pytest.param(_file(1, _with_scores()[1:]), "without one for 'd0' on 'ban'", id="incomplete"),
    ],
)
def test_files_that_are_not_seeds_of_one_system_are_refused(second, message):
    with pytest.raises(PredictionError, match=message):
        score([_file(0, _with_scores()), second], GOLD, LABELS, THREADS, **STANCE)


def test_without_groups_each_document_is_a_unit():
    gold = [GoldLabel(document_id, "stance", "none", target) for document_id in "ab" for target in ("x", "y", "z")]
    predictions = [Prediction(item.document_id, "stance", "none", {}, item.target) for item in gold]
    assert score(predictions, gold, LABELS, None, **STANCE).n_units == 2


@given(st.permutations(range(10)), st.permutations(range(10)), st.permutations(range(5)), st.booleans())
def test_order_of_rows_and_names_of_groups_do_not_matter(gold_order, predicted_order, names, as_mapping):
    predicted = _with_scores(0.7)
    votes = np.random.default_rng(0).dirichlet([1, 1, 1], 10)
    facts = [{"depth": str(row % 2)} for row in range(10)]
    expected = score(
        predicted, GOLD, LABELS, THREADS, **STANCE, votes=votes, slices=facts, bootstrap=BootstrapConfig(n_resamples=40)
    )
    renamed = {document_id: f"thread {names[int(thread[1:])]}" for document_id, thread in THREADS.items()}
    gold = [GOLD[at] for at in gold_order]
    groups = renamed if as_mapping else [renamed[item.document_id] for item in gold]
    of_gold = {"votes": votes[gold_order], "slices": [facts[at] for at in gold_order]}
    found = score(
        [predicted[at] for at in predicted_order],
        gold,
        LABELS,
        groups,
        **STANCE,
        **of_gold,
        bootstrap=BootstrapConfig(n_resamples=40),
    )
    assert found == expected


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
        pytest.param({"main_metric": "soft_js"}, UnknownNameError, "soft_js votes as well", id="metric-needs-votes"),
        pytest.param({"votes": np.eye(3)}, UsageError, r"votes have the shape \(3, 3\) for 10", id="votes-short"),
        pytest.param({"slices": [{}] * 9}, UsageError, "units 10, facts 9", id="slices-short"),
        pytest.param({"labels": LABELS[:2]}, LabelError, "gold label 'favor'", id="label-unknown"),
        pytest.param({"predictions": PREDICTED[1:]}, PredictionError, "without one for 'd0' on 'ban'", id="missing"),
        pytest.param({"expect": {"set": "corpus"}}, UsageError, "expect compares the header", id="expect-without-file"),
    ],
)
def test_what_cannot_be_scored_is_refused(changes, error, message):
    arguments = {"predictions": PREDICTED, "gold": GOLD, "labels": LABELS, "groups": THREADS, **STANCE, **changes}
    with pytest.raises(error, match=message):
        score(**arguments)


def test_the_seam_and_the_evaluator_import_no_model():
    code = (
        "import sys, weibo_nlp.predictions, weibo_nlp.evaluation.scoring\n"
        "print([name for name in sys.modules if name.startswith(('weibo_nlp.models', 'sklearn', 'pandas', 'pyarrow'))])"
    )
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert found.stdout.strip() == "[]"
