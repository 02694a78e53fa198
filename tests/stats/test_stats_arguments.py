"""What statistics are given: columns of any kind by position, no missing ids, numbers within their range."""

import math
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from weibo_nlp.annotation.agreement import krippendorff_alpha, measure
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.evaluation.annotator_baseline import annotator_baseline
from weibo_nlp.evaluation.calibration import accuracy_bounds, calibration_curve
from weibo_nlp.evaluation.prevalence import adjusted_count, design_based, saerens_em, uncorrected
from weibo_nlp.evaluation.slices import score_slices
from weibo_nlp.evaluation.soft_labels import cross_entropy_rows, jensen_shannon_rows
from weibo_nlp.stats import (
    BootstrapConfig,
    UnitSums,
    cluster_bootstrap,
    count_metrics,
    estimate_rows,
    holm,
    paired_test,
    wilson_interval,
)
from weibo_nlp.stats.arguments import in_label_order
from weibo_nlp.stats.metrics import brier_rows, confusion_matrix, expected_calibration_error, log_loss_rows, macro_f1

TWO = ("no", "yes")
FEW = BootstrapConfig(n_resamples=50)
MISSING = [
    pytest.param(None, id="None"),
    pytest.param(math.nan, id="NaN"),
    pytest.param(np.float64("nan"), id="NaN-of-numpy"),
    pytest.param(pd.NaT, id="NaT"),
    pytest.param(np.datetime64("NaT"), id="NaT-of-numpy"),
    pytest.param(pd.NA, id="NA"),
    pytest.param(("event", math.nan), id="NaN-in-a-pair"),
]


def _shuffled(values):
    """A Series whose index says nothing of where an entry stands."""
    return pd.Series(values, index=np.random.default_rng(1).permutation(len(values)))


def _columns(values):
    return [np.array(values), pd.Categorical(values), pd.Index(values), _shuffled(values), pd.Series(values).iloc[:]]


def _collection():
    """30 threads of 10 texts, 6 texts of each labelled; every tenth label of the classifier is wrong."""
    threads = [f"t{at // 10:02}" for at in range(300)]
    predicted = [TWO[(at // 10 + at) % 2] for at in range(300)]
    sample = [at for at in range(300) if at % 10 < 6]
    gold = [predicted[at] if at % 7 else "no" for at in sample]
    return threads, predicted, sample, gold


def test_clusters_are_taken_by_position_whatever_the_index_of_their_table():
    threads, predicted, sample, gold = _collection()
    expected = design_based(predicted, sample, gold, TWO, clusters=threads)
    for column in _columns(threads):
        assert design_based(predicted, sample, gold, TWO, clusters=column) == expected
    # As after a filter of a larger table: labels from 1000.
    filtered = pd.Series(["another"] * 1000 + threads).iloc[1000:]
    assert design_based(predicted, sample, gold, TWO, clusters=filtered) == expected
    assert (
        design_based(
            _shuffled(predicted), pd.Series(sample), _shuffled(gold), pd.Series(TWO), clusters=_shuffled(threads)
        )
        == expected
    )


def test_groups_and_labels_are_taken_by_position():
    gold, predicted = [0, 1, 0, 1, 1, 0] * 5, [0, 1, 1, 1, 0, 0] * 5
    groups = [f"g{at // 3}" for at in range(30)]
    judged = [{"a": TWO[one], "b": TWO[one], "c": TWO[other]} for one, other in zip(gold, predicted, strict=True)]
    facts = [{"length": "short"} if at % 4 else {"length": "long"} for at in range(30)]
    matrix = [[0.7, 0.3] if one == 0 else [0.2, 0.8] for one in predicted]

    def results(column):
        labels = pd.Series(TWO, index=[7, 9])
        metrics = {"macro_f1": macro_f1}
        yield cluster_bootstrap(UnitSums.from_rows(gold, predicted, column, 2), metrics, FEW)
        yield estimate_rows(gold, predicted, column, 2, metrics, FEW)
        yield paired_test(gold, predicted, gold, column, 2, macro_f1, n_permutations=50, bootstrap=FEW)
        yield calibration_curve(gold, matrix, column)
        yield score_slices(gold, predicted, column, facts, labels, "macro_f1", bootstrap=FEW)
        yield annotator_baseline(judged, column, labels, "irony", "macro_f1", bootstrap=FEW)
        yield measure("irony", np.array([gold, predicted]).T, column, 2, FEW)

    expected = list(results(groups))
    for column in _columns(groups):
        assert list(results(column)) == expected
    assert set(count_metrics(np.array(["favor", "against"]))) == {"macro_f1", "accuracy", "favg"}
    assert uncorrected(_shuffled(["yes", "no", "no", "no"]), np.array(TWO)).shares["yes"].value == 0.25


@pytest.mark.parametrize("missing", MISSING)
def test_a_missing_id_is_no_unit(missing):
    gold, predicted = [0, 1, 0, 1], [0, 1, 1, 1]
    groups = ["a", "b", missing, "c"]
    judged = [dict.fromkeys("abc", "yes")] * 4
    calls = {
        "groups": [
            lambda: UnitSums.from_rows(gold, predicted, groups, 2),
            lambda: estimate_rows(gold, predicted, groups, 2, {"macro_f1": macro_f1}),
            lambda: paired_test(gold, predicted, gold, groups, 2, macro_f1),
            lambda: calibration_curve(gold, [[0.5, 0.5]] * 4, groups),
            lambda: measure("irony", np.array([gold, predicted]).T, groups, 2),
        ],
        "units": [
            lambda: score_slices(gold, predicted, groups, [{}] * 4, TWO, "macro_f1"),
            lambda: annotator_baseline(judged, groups, TWO, "irony", "macro_f1"),
        ],
    }
    for name, those in calls.items():
        for call in those:
            with pytest.raises(DataError, match=rf"{name}\[2\] is .*, which is no id"):
                call()
    threads, said, sample, labels = _collection()
    threads[42] = missing
    for name in ("clusters", "strata"):
        with pytest.raises(DataError, match=rf"{name}\[42\] is .*, which is no id"):
            design_based(said, sample, labels, TWO, **{name: threads})


@pytest.mark.parametrize("groups", ["abcd", {"a", "b", "c", "d"}, {"a": 1}, 4, np.zeros((4, 1))])
def test_what_has_no_order_is_no_column(groups):
    with pytest.raises(UsageError, match=r"groups is a .*; give a list, a Series or an array of one dimension"):
        UnitSums.from_rows([0, 1, 0, 1], [0, 1, 1, 1], groups, 2)


def test_ids_that_cannot_be_told_apart_are_refused():
    with pytest.raises(DataError, match=r"groups\[1\] is a list; give ids"):
        UnitSums.from_rows([0, 1], [0, 1], ["a", ["b"]], 2)


@pytest.mark.parametrize("count", [5, -1, 1.0, True, "1", math.nan])
def test_a_share_is_of_a_whole_number_of_rows_that_are_there(count):
    with pytest.raises(UsageError, match="count must be"):
        wilson_interval(count, 3)


@pytest.mark.parametrize("level", [0, 1, 2.0, -0.5, math.nan, "0.95", None, True, 1e-300, 1 - 1e-16])
def test_a_level_is_one_that_has_quantiles(level):
    threads, predicted, sample, gold = _collection()
    for call in (
        lambda: BootstrapConfig(confidence_level=level),
        lambda: wilson_interval(1, 3, level),
        lambda: calibration_curve([0], [[1.0, 0.0]], confidence_level=level),
        lambda: accuracy_bounds([1, 2], [1, 1], level),
        lambda: design_based(predicted, sample, gold, TWO, clusters=threads, confidence_level=level),
    ):
        with pytest.raises(UsageError, match="confidence_level must lie between 0 and 1"):
            call()


@pytest.mark.parametrize("level", [1e-6, 1 - 1e-6])
def test_the_least_and_the_most_level_have_intervals(level):
    threads, predicted, sample, gold = _collection()
    units = UnitSums.from_rows([0, 1, 0, 1, 1], [0, 1, 1, 1, 0], list("abcde"), 2)
    assert cluster_bootstrap(units, {"macro_f1": macro_f1}, BootstrapConfig(50, confidence_level=level))
    assert wilson_interval(1, 3, level).low <= 1 / 3
    for clusters in (None, threads):
        share = design_based(predicted, sample, gold, TWO, clusters=clusters, confidence_level=level).shares["yes"]
        assert share.low <= share.value <= share.high


@pytest.mark.parametrize(
    "options",
    [
        {"seed": -1},
        {"seed": 1.5},
        {"seed": "x"},
        {"seed": None},
        {"seed": True},
        {"n_resamples": 2.5},
        {"n_resamples": True},
        {"n_resamples": "200"},
        {"n_resamples": 10**30},
    ],
    ids=str,
)
def test_a_bootstrap_is_told_its_numbers(options):
    (name,) = options
    with pytest.raises(UsageError, match=f"{name} must be"):
        BootstrapConfig(**options)


def test_numbers_of_numpy_become_those_of_python():
    config = BootstrapConfig(np.int64(100), np.uint8(3), np.float64(0.9))
    assert [type(value) for value in (config.n_resamples, config.seed, config.confidence_level)] == [int, int, float]


@pytest.mark.parametrize("p_values", [["a"], [None], [[0.1], [0.1, 0.2]], [0.1, "0.2"], [1j], [10**400]])
def test_holm_corrects_numbers(p_values):
    with pytest.raises(UsageError, match="p_values must hold numbers"):
        holm(p_values)


def test_what_is_no_array_of_numbers_is_named():
    with pytest.raises(UsageError, match="gold must be one-dimensional label indices"):
        confusion_matrix([[0], [0, 1]], [0, 1], 2)
    with pytest.raises(UsageError, match="confusion must hold numbers"):
        adjusted_count(["yes"], [["a", "b"], ["c", "d"]], TWO)
    with pytest.raises(UsageError, match="rows and hits must be one number a unit"):
        accuracy_bounds([0, 0], [0, 0])


def test_weights_of_any_size_mean_their_proportions_unless_some_vanish():
    threads, predicted, sample, gold = _collection()

    def estimate(*weights):
        given = [weights[at % len(weights)] for at in range(len(sample))]
        return design_based(predicted, sample, gold, TWO, clusters=threads, weights=given)

    for size in (1e308, 1e-300):
        assert estimate(size).shares == estimate(1.0).shares
    with pytest.raises(UsageError, match=r"weights run from 1e-300 to 1e\+308"):
        estimate(1e308, 1e-300)
    with pytest.raises(UsageError, match="weights must hold numbers"):
        estimate("a")


def test_alpha_takes_lists_and_labels_far_apart():
    codes = [[0, 1], [1, 1], [0, 0]]
    # Krippendorff's formula by hand: n = 6, o = 2, label counts 3 and 3: 1 - 5 × 2 / (3 × 3 + 3 × 3) = 4 / 9.
    assert krippendorff_alpha(codes) == pytest.approx(4 / 9)
    assert krippendorff_alpha([[0, 10**9], [10**9, 10**9], [0, 0]]) == pytest.approx(4 / 9)
    assert krippendorff_alpha([[0, 1, -1], [1, -1, 1], [-1, 0, 0]]) == pytest.approx(4 / 9)


@pytest.mark.parametrize(
    ("codes", "problem"),
    [
        ([0, 1], "shape"),
        ([[0.0, 1.0]], "float64"),
        ([["a", "b"]], "U1"),
        ([[0, 1], [0]], "matrix"),
        ([[0, -2]], "label index -2"),
    ],
    ids=str,
)
def test_alpha_says_what_codes_are(codes, problem):
    with pytest.raises(DataError, match=problem):
        krippendorff_alpha(codes)
    with pytest.raises(DataError, match=problem):
        measure("irony", codes, ["a"] * len(codes), 2)


def test_the_smallest_score_that_there_is_makes_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (distance,) = jensen_shannon_rows([[0.0, 1.0]], [[5e-324, 1.0]])
    assert distance == 0


GOLD, ANSWERED = ["p"] * 10 + ["n"] * 10, ["p"] * 9 + ["n"] * 5 + ["p"] * 6
SHARES = pd.DataFrame({"n": [0.9, 0.8, 0.3], "p": [0.1, 0.2, 0.7]})


def test_a_confusion_that_names_its_rows_and_columns_is_read_by_their_names():
    counts = pd.crosstab(pd.Series(GOLD), pd.Series(ANSWERED))  # by the alphabet
    assert counts.to_numpy().tolist() == [[4, 6], [1, 9]]
    shares = adjusted_count(["p"] * 8 + ["n"] * 2, [[9, 1], [6, 4]], ["p", "n"]).shares
    # (q - fpr) / (tpr - fpr) = (0.8 - 0.6) / (0.9 - 0.6)
    assert shares["p"].value == pytest.approx(2 / 3)
    for given in (counts, counts.loc[["p", "n"]], counts[["p", "n"]]):
        assert adjusted_count(["p"] * 8 + ["n"] * 2, given, ["p", "n"]).shares == shares


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        pytest.param({"n": [4, 1], "x": [6, 9]}, "the columns are named 'n', 'x', the labels are 'p', 'n'", id="other"),
        pytest.param({"N": [4, 1], "P": [6, 9]}, "the columns are named 'N', 'P'", id="case"),
        pytest.param({"n": [4, 1], "p": [6, 9], "All": [10, 10]}, "named 'n', 'p', 'All'", id="margin"),
        pytest.param({("a", "n"): [4, 1], ("a", "p"): [6, 9]}, "the columns are named", id="levels"),
        pytest.param({"n": [4, 1], "p": [6, 9]}, "only one names its labels", id="rows-unnamed"),
    ],
)
def test_a_confusion_whose_names_do_not_tell_its_order_is_refused(counts, message):
    with pytest.raises(UsageError, match=f"confusion.*{message}.*or give an array"):
        adjusted_count(["p", "n"], pd.DataFrame(counts), ["p", "n"])


def test_names_that_are_no_labels_are_taken_by_position():
    matrix = [[9, 1], [6, 4]]
    named = pd.DataFrame(matrix, columns=["said p", "said n"], index=["gold p", "gold n"])
    for given in (named, pd.DataFrame(matrix), pd.DataFrame(matrix, columns=["p", "n"])):
        assert np.asarray(in_label_order(given, ["p", "n"], "confusion", rows=True)).tolist() == matrix
    # Numbered columns are not the labels 1 and 0; named by text, they are in this order already.
    assert in_label_order(pd.DataFrame(matrix), [1, 0], "x").to_numpy().tolist() == matrix
    assert in_label_order(pd.DataFrame(matrix, columns=["0", "1"]), None, "x").to_numpy().tolist() == matrix


def test_probabilities_that_name_their_columns_are_read_by_their_names():
    prior = {"p": 0.5, "n": 0.5}
    shares = saerens_em(SHARES[["p", "n"]].to_numpy(), prior, ["p", "n"]).shares
    assert shares["n"].value > 0.6
    assert saerens_em(SHARES, prior, ["p", "n"]).shares == shares
    with pytest.raises(UsageError, match="probabilities: the columns are named 'n', 'x'"):
        saerens_em(SHARES.rename(columns={"p": "x"}), prior, ["p", "n"])


def test_probabilities_whose_columns_are_label_indices_are_read_by_them():
    gold, turned = [0, 0, 1], SHARES.set_axis([0, 1], axis=1)[[1, 0]]
    for rows in (brier_rows, log_loss_rows):
        assert rows(gold, turned).tolist() == rows(gold, SHARES.to_numpy()).tolist()
    # Turned round, the numbering that pandas gives says where each column came from.
    turned = pd.DataFrame(SHARES.to_numpy()).iloc[:, ::-1]
    assert expected_calibration_error(gold, turned) == expected_calibration_error(gold, SHARES.to_numpy())
    assert calibration_curve(gold, turned) == calibration_curve(gold, SHARES.to_numpy())
    with pytest.raises(UsageError, match="probabilities: the columns are named 1, 2, the labels are 0, 1"):
        brier_rows(gold, SHARES.set_axis([1, 2], axis=1))


@pytest.mark.parametrize("rows", [cross_entropy_rows, jensen_shannon_rows])
def test_votes_and_probabilities_that_name_the_same_columns_belong_together_by_name(rows):
    votes = pd.DataFrame({"p": [0.0, 0.5, 1.0], "n": [1.0, 0.5, 0.0]})
    expected = rows(votes.to_numpy(), SHARES[["p", "n"]].to_numpy()).tolist()
    assert rows(votes, SHARES).tolist() == expected
    assert rows(votes, SHARES[["p", "n"]].to_numpy()).tolist() == expected
    with pytest.raises(UsageError, match="probabilities: the columns are named 'n', 'x', the labels are 'p', 'n'"):
        rows(votes, SHARES.rename(columns={"p": "x"}))


def test_tables_of_pyarrow_are_read_by_the_names_of_their_columns():
    table = pa.table({"n": [0.9], "p": [0.1]})
    assert in_label_order(table, ["p", "n"], "probabilities").tolist() == [[0.1, 0.9]]
