import numpy as np
import pytest
import sklearn.calibration
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from weibo_nlp.errors import UsageError
from weibo_nlp.evaluation.calibration import accuracy_bounds, calibration_curve
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.stats.metrics import expected_calibration_error


def two_labels(top, gold):
    """Distributions over two labels of which the first has the probability `top`."""
    return gold, np.stack([top, 1 - np.asarray(top)], axis=1)


@st.composite
def predictions(draw):
    n = draw(st.integers(1, 30))
    weights = draw(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any), min_size=n, max_size=n))
    gold = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    matrix = np.array(weights, dtype=float)
    return gold, matrix / matrix.sum(axis=1, keepdims=True)


def test_bins_worked_by_hand():
    # Two rows in (.6, .8], one right; three in (.8, 1], the .8 of the first row being the upper edge of the lower bin.
    gold, probabilities = two_labels([0.8, 0.7, 0.9, 0.95, 1.0], [0, 1, 0, 0, 1])
    low, high = calibration_curve(gold, probabilities, ["t1", "t1", "t1", "t2", "t2"], bins=5)
    assert (low.low, low.high, low.n, low.n_units) == (0.6, 0.8, 2, 1)
    assert (low.confidence, low.accuracy) == (pytest.approx(0.75), 1 / 2)
    assert (low.accuracy_low, low.accuracy_high) == (None, None)
    assert (high.low, high.high, high.n, high.n_units) == (0.8, 1.0, 3, 2)
    assert (high.confidence, high.accuracy) == (pytest.approx(0.95), 2 / 3)
    assert 0 <= high.accuracy_low < 2 / 3 < high.accuracy_high <= 1
    assert to_json(low) == {
        "low": 0.6,
        "high": 0.8,
        "n": 2,
        "n_units": 1,
        "confidence": pytest.approx(0.75),
        "accuracy": 0.5,
        "accuracy_low": None,
        "accuracy_high": None,
    }


def test_binary_curve_is_that_of_scikit_learn():
    rng = np.random.default_rng(3)
    top = rng.uniform(0.5, 1, 400)
    gold = (rng.random(400) > top**2).astype(int)
    found = calibration_curve(*two_labels(top, gold), bins=10)
    accuracy, confidence = sklearn.calibration.calibration_curve(gold == 0, top, n_bins=10)
    assert [here.accuracy for here in found] == pytest.approx(accuracy)
    assert [here.confidence for here in found] == pytest.approx(confidence)


@given(predictions(), st.integers(1, 20))
def test_distance_from_the_diagonal_is_the_expected_calibration_error(rows, bins):
    found = calibration_curve(*rows, bins=bins)
    n = sum(here.n for here in found)
    error = sum(here.n / n * abs(here.accuracy - here.confidence) for here in found)
    assert n == len(rows[0])
    assert error == pytest.approx(expected_calibration_error(*rows, bins=bins))
    assert all(here.low < here.confidence <= here.high + 1e-12 for here in found)


@given(predictions(), st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_groups_do_not_matter(rows, random):
    gold, probabilities = rows
    groups = [row // 3 for row in range(len(gold))]
    order = list(range(len(gold)))
    random.shuffle(order)
    expected = calibration_curve(gold, probabilities, groups)
    turned = [gold[at] for at in order], probabilities[order], [f"thread {9 - groups[at]}" for at in order]
    assert calibration_curve(*turned) == expected


def test_bounds_of_rows_that_are_their_own_unit_are_wilsons_with_t():
    # 8 of 10 right. Leaving out a unit moves the share by (x - .8) / 9, so that the variance is .16 / 9 and the
    # effective number of rows 9 before t (2.26216 with 9 degrees of freedom, from tables) takes the place of z:
    # t² / 9 = .56860, middle (.8 + .28430) / 1.56860 = .69125, half sqrt(.16 × .56860 + .08083) / 1.56860 = .26424.
    assert accuracy_bounds([1] * 10, [1] * 8 + [0] * 2) == pytest.approx((0.42701, 0.95549), abs=2e-5)


def test_all_right_is_bounded_by_the_number_of_units_of_equal_weight():
    # Two units of 3 and 1 rows weigh as 16 / 10 = 1.6 of equal size; t with one degree of freedom is 12.706:
    # z² / n = 12.706² / 1.6 = 100.9, and Wilson's lower bound of 1 is 1 / (1 + 100.9).
    assert accuracy_bounds([3, 1], [3, 1]) == pytest.approx((1 / 101.9, 1.0), abs=1e-4)


def test_rows_of_one_unit_count_for_less_than_independent_ones():
    alone = accuracy_bounds([1] * 20, [1] * 15 + [0] * 5)
    together = accuracy_bounds([4] * 5, [4, 4, 4, 3, 0])
    assert together[1] - together[0] > alone[1] - alone[0]


def test_no_rows_have_an_empty_curve():
    assert calibration_curve([], np.zeros((0, 3))) == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"bins": 0}, "bins must be at least 1", id="no-bins"),
        pytest.param({"confidence_level": 95}, "confidence_level must lie between 0 and 1", id="percent"),
        pytest.param({"groups": ["t"]}, "1 groups for 2 rows", id="groups-short"),
    ],
)
def test_senseless_options_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        calibration_curve([0, 1], [[1, 0], [1, 0]], **options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_units", "share", "sizes", "least"),
    [
        pytest.param(5, 0.8, [1, 1, 1, 2, 2, 3, 5], 0.94, id="few-small-units"),
        pytest.param(20, 0.5, [1, 1, 1, 2, 2, 3, 5], 0.94, id="small-units"),
        pytest.param(20, 0.95, [1, 1, 1, 2, 2, 3, 5], 0.94, id="nearly-all-right"),
        pytest.param(60, 0.8, [1, 1, 1, 2, 2, 3, 5], 0.94, id="many-units"),
        pytest.param(20, 0.8, [1, 1, 2, 2, 3, 4, 7, 12, 40], 0.91, id="some-units-of-40"),
    ],
)
def test_bounds_cover_the_true_share_of_units_that_resemble_themselves(n_units, share, sizes, least):
    rng = np.random.default_rng(11)
    correlation = 0.2
    spread = (1 - correlation) / correlation
    covered = 0
    for _ in range(2000):
        rows = rng.choice(sizes, n_units)
        hits = rng.binomial(rows, beta.rvs(share * spread, (1 - share) * spread, size=n_units, random_state=rng))
        low, high = accuracy_bounds(rows, hits)
        covered += low - 1e-12 <= share <= high + 1e-12
    assert covered / 2000 >= least
