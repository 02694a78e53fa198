"""Prediction-powered shares against ppi-python, against survey sampling by hand, and at their edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.stats.prediction_powered import PoweredSample, prediction_powered_shares

N = 5000


def simple_sample(seed, n, share=0.3, hit=0.8):
    """A collection of N texts with a predicted yes or no each, and a random sample of it."""
    rng = np.random.default_rng(seed)
    gold = (rng.random(N) < share).astype(int)
    predicted = np.where(rng.random(N) < hit, gold, 1 - gold)
    places = rng.choice(N, n, replace=False)
    return gold, predicted, places


def powered(gold, predicted, places, power=None, level=0.95):
    f = np.eye(2)[predicted]
    sample = PoweredSample(
        np.eye(2)[gold[places]], f[places], np.zeros(len(places), dtype=int), None, np.ones(len(places))
    )
    return prediction_powered_shares(sample, np.array([len(gold)]), f.mean(axis=0)[None], level, power)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_estimate_is_that_of_ppi_python_with_the_texts_not_sampled_as_unlabelled_ones(seed):
    ppi = pytest.importorskip("ppi_py")
    gold, predicted, places = simple_sample(seed, 200)
    found = powered(gold, predicted, places)
    rest = np.setdiff1d(np.arange(N), places)
    labelled, guessed, unlabelled = (each.astype(float) for each in (gold[places], predicted[places], predicted[rest]))
    # Our predictions are averaged over all texts, ppi-python's over the others: power × N / (N - n) does the same.
    same_power = found.power[1] * len(rest) / N
    point = ppi.ppi_mean_pointestimate(labelled, guessed, unlabelled, lam=same_power)
    assert found.value[1] == pytest.approx(float(np.ravel(point)[0]), abs=1e-12)
    tuned = ppi.ppi_mean_pointestimate(labelled, guessed, unlabelled)
    # Theirs is tuned by the spread of predictions in all texts, ours in the sample: a tenth of a standard error apart.
    assert found.value[1] == pytest.approx(float(np.ravel(tuned)[0]), abs=0.004)
    low, high = (float(np.ravel(end)[0]) for end in ppi.ppi_mean_ci(labelled, guessed, unlabelled, alpha=0.05))
    # Theirs is of endless texts and normal; ours of these texts, with Student's t and Jeffreys' shape.
    assert found.high[1] - found.low[1] == pytest.approx(high - low, rel=0.04)


def test_without_power_the_estimate_is_the_sample_and_its_variance_that_of_strata():
    # Two strata of 60 and 40 texts, 6 and 4 sampled, with 3 and 1 yes. Cochran (1977, §5.3):
    # p = .6 × 3/6 + .4 × 1/4 = .4; variance sum of W² (1 - f) p q / (n - 1)
    # = .36 × .9 × .25 / 5 + .16 × .9 × .1875 / 3 = .0162 + .009 = .0252;
    # and one more degree of freedom for the power: × (10 - 2) / (10 - 3).
    outcome = np.eye(2)[[1, 1, 1, 0, 0, 0, 1, 0, 0, 0]]
    strata = np.repeat([0, 1], [6, 4])
    sample = PoweredSample(outcome, np.zeros((10, 2)), strata, None, np.ones(10))
    found = prediction_powered_shares(sample, np.array([60, 40]), np.zeros((2, 2)), 0.95, np.zeros(2))
    assert found.value[1] == pytest.approx(0.4)
    assert found.variance[1] == pytest.approx(0.0252 * 8 / 7)


def test_clusters_count_once_each():
    # Four clusters of two texts, 2, 2, 0 and 0 yes: totals less those expected of the share, a half, are 1, 1, -1, -1;
    # the variance of their mean over eight texts is 4 / 3 × 4 / 64, twice that of independent texts.
    outcome = np.eye(2)[[1, 1, 1, 1, 0, 0, 0, 0]]
    clusters = np.repeat(np.arange(4), 2)
    sample = PoweredSample(outcome, np.zeros((8, 2)), np.zeros(8, dtype=int), clusters, np.ones(8))
    found = prediction_powered_shares(sample, np.array([1000]), np.zeros((1, 2)), 0.95, np.zeros(2))
    assert found.variance[1] == pytest.approx(4 / 3 * 4 / 64 * 3 / 2)


def test_a_classifier_that_is_right_makes_the_interval_narrow_and_one_that_guesses_does_not_widen_it():
    gold, _, places = simple_sample(5, 300)
    right = powered(gold, gold, places)
    alone = powered(gold, gold, places, power=np.zeros(2))
    guessed = powered(gold, np.random.default_rng(0).integers(0, 2, N), places)
    assert right.value[1] == pytest.approx(gold.mean())
    width, full, useless = ((found.high - found.low)[1] for found in (right, alone, guessed))
    assert width < 0.25 * full
    assert useless < 1.02 * full


def test_a_label_that_nobody_gave_has_no_limits():
    gold, predicted, places = simple_sample(6, 100)
    found = powered(np.zeros_like(gold), predicted, places)
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()


@given(st.integers(0, 10_000), st.integers(30, 400), st.floats(0.02, 0.98), st.floats(0, 1))
def test_limits_hold_the_share_and_stay_within_0_and_1(seed, n, share, hit):
    found = powered(*simple_sample(seed, n, share, hit))
    assert ((found.power >= 0) & (found.power <= 1)).all()
    if not np.isnan(found.low).any():
        assert (found.low >= 0).all()
        assert (found.low <= found.value).all()
        assert (found.value <= found.high).all()
        assert (found.high <= 1).all()
