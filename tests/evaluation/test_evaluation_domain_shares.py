"""Shares of a domain: the same as of the collection where that is all, by weights where strata are thin, refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.evaluation.domain_shares import MIN_CLUSTERS, LabelledDomain
from weibo_nlp.evaluation.prevalence import design_based
from weibo_nlp.evaluation.sample_design import MIN_SAMPLE

LABELS = ("against", "none", "favor")


def domain(seed=0, n=1000, n_sample=200, clusters=None):
    rng = np.random.default_rng(seed)
    gold = rng.choice(3, n, p=[0.2, 0.5, 0.3])
    predicted = np.where(rng.random(n) < 0.8, gold, rng.integers(0, 3, n))
    places = np.sort(rng.choice(n, n_sample, replace=False))
    of_sample = None if clusters is None else clusters[places]
    return LabelledDomain(
        predicted, np.zeros(n, dtype=int), places, gold[places], of_sample, np.full(n_sample, n / n_sample), 3
    )


def test_a_random_sample_is_post_stratified_as_design_based_does():
    some = domain()
    names = np.array(LABELS)
    expected = design_based(names[some.predicted].tolist(), some.places, names[some.gold].tolist(), LABELS)
    found = some.shares("design_based", 0.95)
    for at, label in enumerate(LABELS):
        share = expected.shares[label]
        assert (found.value[at], found.low[at], found.high[at]) == pytest.approx((share.value, share.low, share.high))


def test_the_sample_alone_has_the_limits_of_jeffreys_with_the_finite_population_correction():
    # 40 of 200 from 1,000: Jeffreys' limits of 40 / 200 are .1490 and .2594 (Beta(40.5, 160.5)); distances from .2
    # shrink by sqrt(1 - 200 / 1000) = .8944, to .1544 and .2531.
    gold = np.repeat([0, 1, 2], [40, 100, 60])
    some = LabelledDomain(
        np.zeros(1000, dtype=int), np.zeros(1000, dtype=int), np.arange(200), gold, None, np.full(200, 5.0), 3
    )
    found = some.shares("sample", 0.95)
    assert found.value[0] == pytest.approx(0.2)
    assert (found.low[0], found.high[0]) == pytest.approx((0.1544, 0.2531), abs=2e-4)


def test_a_part_has_the_rows_and_the_labels_of_that_part():
    some = domain(n_sample=400)
    chosen = np.arange(1000) % 3 == 0
    part = some.within(chosen)
    assert part.n_texts == 334
    assert part.n_sample == int((some.places % 3 == 0).sum())
    assert (part.predicted[part.places] == some.predicted[some.places[some.places % 3 == 0]]).all()


def test_strata_that_a_part_has_no_labels_of_are_put_together_by_their_weights():
    # Of 60 rows of the first stratum 30 are sampled, weight 2; of 100 of the second 10, weight 10; of the third none.
    # With 15 and 5 of the first label: (15 × 2 + 5 × 10) / (30 × 2 + 10 × 10) = 80 / 160.
    strata = np.repeat([0, 1, 2], [60, 100, 5])
    places = np.r_[np.arange(30), np.arange(60, 70)]
    gold = np.r_[np.repeat([0, 1], 15), np.repeat([0, 1], 5)]
    weights = np.r_[np.full(30, 2.0), np.full(10, 10.0)]
    some = LabelledDomain(np.zeros(165, dtype=int), strata, places, gold, None, weights, 2)
    assert some.shares("sample", 0.95).value[0] == pytest.approx(0.5)
    assert some.shares("ppi", 0.95).value[0] == pytest.approx(0.5)


@pytest.mark.parametrize("method", ["design_based", "sample", "ppi"])
def test_too_few_texts_have_a_share_and_no_interval(method):
    found = domain(n_sample=MIN_SAMPLE - 1).shares(method, 0.95)
    assert np.isnan(found.low).all()
    assert found.reason == f"{MIN_SAMPLE - 1} labelled texts are in it, an interval needs {MIN_SAMPLE}"


def test_too_few_clusters_have_no_interval_however_many_texts_they_have():
    clusters = np.arange(1000) % (MIN_CLUSTERS - 1)
    found = domain(clusters=clusters).shares("design_based", 0.95)
    assert found.reason == "texts of 29 clusters are labelled in it, an interval needs 30 clusters"
    assert np.isnan(found.high).all()


def test_texts_of_a_cluster_that_are_copies_say_as_much_as_one():
    # Forty clusters of five copies against forty texts: intervals are as wide, but for Student's t.
    rng = np.random.default_rng(3)
    gold = np.repeat(rng.choice(2, 40), 5)
    copies = LabelledDomain(
        np.zeros(4000, dtype=int), np.zeros(4000, dtype=int), np.arange(200), gold, np.repeat(np.arange(40), 5),
        np.ones(200), 2,
    )  # fmt: skip
    single = LabelledDomain(
        np.zeros(4000, dtype=int), np.zeros(4000, dtype=int), np.arange(40), gold[::5], None, np.ones(40), 2
    )
    for method in ("sample", "design_based", "ppi"):
        wide, narrow = (
            found.high[0] - found.low[0] for found in (copies.shares(method, 0.95), single.shares(method, 0.95))
        )
        assert 0.98 < wide / narrow < 1.12


@given(st.integers(0, 1000), st.integers(60, 300), st.booleans())
def test_shares_lie_within_their_limits_whatever_the_sample(seed, n_sample, has_clusters):
    clusters = np.random.default_rng(seed).integers(0, 80, 1000) if has_clusters else None
    some = domain(seed, n_sample=n_sample, clusters=clusters)
    for method in ("design_based", "sample", "ppi"):
        found = some.shares(method, 0.95)
        if found.reason is None:
            given_limits = ~np.isnan(found.low)
            assert (found.low[given_limits] <= found.value[given_limits] + 1e-9).all()
            assert (found.value[given_limits] <= found.high[given_limits] + 1e-9).all()


def test_influences_of_clusters_add_up_to_nothing():
    clusters = np.arange(1000) // 10
    units, influence = domain(clusters=clusters).influence()
    assert len(units) == len(influence)
    assert influence.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
