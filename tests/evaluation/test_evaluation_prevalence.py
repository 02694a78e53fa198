import numpy as np
import pandas as pd
import pytest
import scipy.optimize
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, LabelError, UsageError
from weibo_nlp.evaluation.prevalence import adjusted_count, design_based, saerens_em, uncorrected
from weibo_nlp.stats.proportions import largest_unseen

TWO = ("yes", "no")
THREE = ("favor", "against", "none")


def values(estimate):
    return [share.value for share in estimate.shares.values()]


def sampled(rows):
    """A collection and a sample of it, from (predicted, texts, gold labels of the labelled ones) by row."""
    predicted, sample, gold, strata = [], [], [], []
    for at, (label, size, found) in enumerate(rows):
        sample += range(len(predicted), len(predicted) + len(found))
        predicted += [label] * size
        strata += [at] * size
        gold += found
    return predicted, sample, gold, strata


# Point estimates


def test_raw_shares_are_counted_and_marked():
    found = uncorrected(["favor", "none", "none", "against", "none"], THREE)
    assert values(found) == [0.2, 0.2, 0.6]
    assert (found.method, found.corrected, found.n, found.confidence_level) == ("uncorrected", False, 5, None)
    assert found.to_dict()["shares"]["none"] == {"value": 0.6, "low": None, "high": None}


def test_adjusted_count_is_the_formula_of_rogan_and_gladen():
    # 35 % predicted, of which 15 % of the others are false: (.35 - .15) / (.85 - .15) = 2/7
    found = adjusted_count(["yes"] * 35 + ["no"] * 65, [[170, 30], [15, 85]], TWO)
    assert values(found) == pytest.approx([2 / 7, 5 / 7])
    assert found.corrected


@pytest.mark.parametrize(("predicted", "share"), [(10, 0.0), (90, 1.0)])
def test_adjusted_count_stays_a_share_where_fewer_or_more_are_predicted_than_errors_alone_would_be(predicted, share):
    found = adjusted_count(["yes"] * predicted + ["no"] * (100 - predicted), [[80, 20], [15, 85]], TWO)
    assert values(found) == pytest.approx([share, 1 - share], abs=1e-12)


@given(seed=st.integers(0, 10_000), n_labels=st.integers(2, 5))
def test_adjusted_count_is_the_nearest_distribution(seed, n_labels):
    rng = np.random.default_rng(seed)
    labels = [f"l{at}" for at in range(n_labels)]
    confusion = rng.integers(1, 40, (n_labels, n_labels)) + 60 * np.eye(n_labels, dtype=int)
    predicted = rng.choice(labels, 50, p=rng.dirichlet(np.full(n_labels, 0.5))).tolist()
    found = np.array(values(adjusted_count(predicted, confusion, labels)))
    rates = confusion / confusion.sum(axis=1, keepdims=True)
    observed = np.array([predicted.count(label) / 50 for label in labels])

    def distance(shares):
        return float(np.square(rates.T @ shares - observed).sum())

    reference = scipy.optimize.minimize(
        distance,
        np.full(n_labels, 1 / n_labels),
        bounds=[(0, 1)] * n_labels,
        constraints={"type": "eq", "fun": lambda shares: shares.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)
    assert distance(found) <= reference.fun + 1e-9


def test_adjusted_count_finds_shares_that_made_the_predictions():
    # 50, 30 and 20 texts; .8 of each right, the rest split: 46, 32 and 22 % predicted.
    confusion = [[8, 1, 1], [1, 8, 1], [1, 1, 8]]
    predicted = ["favor"] * 45 + ["against"] * 31 + ["none"] * 24
    # favor: .8 f + .1 (1 - f) = .45 gives f = .5; against .31 -> .3; none .24 -> .2
    assert values(adjusted_count(predicted, confusion, THREE)) == pytest.approx([0.5, 0.3, 0.2])


def test_expectation_maximisation_settles_where_the_likelihood_is_largest():
    # Trained half and half; 32 % of the texts say .8 for yes, the others .2, so that P(text | yes) : P(text | no) is
    # 4 : 1 or 1 : 4. The likelihood is largest where the expected share of the first kind is the observed one:
    # .8 s + .2 (1 - s) = .32 gives s = .2
    probabilities = [[0.8, 0.2]] * 32 + [[0.2, 0.8]] * 68
    found = saerens_em(probabilities, {"yes": 0.5, "no": 0.5}, TWO)
    assert values(found) == pytest.approx([0.2, 0.8], abs=1e-5)
    assert (found.method, found.n, found.shares["yes"].low) == ("saerens_em", 100, None)


def test_expectation_maximisation_leaves_shares_that_have_not_shifted():
    # 40 % yes: .8 for 1/3 of the texts, .2 for 2/3 has the mean .4, the prior itself, which is a fixed point.
    found = saerens_em([[0.8, 0.2]] * 10 + [[0.2, 0.8]] * 20, {"no": 0.6, "yes": 0.4}, TWO)
    assert values(found) == pytest.approx([0.4, 0.6], abs=1e-6)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30)
def test_expectation_maximisation_does_not_depend_on_the_order_of_rows(seed):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet([0.5, 1, 2], 60)
    prior = {"favor": 0.2, "against": 0.3, "none": 0.5}
    found = saerens_em(probabilities, prior, THREE)
    assert found == saerens_em(rng.permutation(probabilities), prior, THREE)
    assert sum(values(found)) == pytest.approx(1)
    assert min(values(found)) >= 0


def test_expectation_maximisation_goes_on_while_any_share_moves():
    # As above, beside as many texts that are certainly none: their half stands from the first round on.
    probabilities = [[0.8, 0.2, 0]] * 32 + [[0.2, 0.8, 0]] * 68 + [[0, 0, 1]] * 100
    found = saerens_em(probabilities, {"favor": 0.25, "against": 0.25, "none": 0.5}, THREE)
    assert values(found) == pytest.approx([0.1, 0.4, 0.5], abs=1e-5)


def test_certain_probabilities_are_counted():
    found = saerens_em(np.eye(3)[[0, 0, 1, 2, 2, 2]], dict.fromkeys(THREE, 1 / 3), THREE)
    assert values(found) == pytest.approx([2 / 6, 1 / 6, 3 / 6], abs=1e-6)


# From a sample


def test_stratified_estimate_of_a_textbook():
    # Scheaffer, Mendenhall & Ott, Elementary Survey Sampling (stratified proportions): 155, 62 and 93 households in two
    # towns and a rural area; 16 of 20, 2 of 8 and 6 of 12 asked view a show. Estimate .60, variance .0045, bound .14.
    rows = [
        ("no", 155, ["yes"] * 16 + ["no"] * 4),
        ("no", 62, ["yes"] * 2 + ["no"] * 6),
        ("no", 93, ["yes"] * 6 + ["no"] * 6),
    ]
    predicted, sample, gold, strata = sampled(rows)
    found = design_based(predicted, sample, gold, TWO, strata=strata)
    assert found.shares["yes"].value == pytest.approx(0.60, abs=0.005)
    low, high = found.interval("yes")
    # Not on the book's normal scale, but of about its width: 2 × 1.96 √.0045
    assert high - low == pytest.approx(2 * 1.96 * 0.0045**0.5, rel=0.15)
    assert found.sample_counts == {"yes": 24, "no": 16}


def test_estimate_is_weighted_by_what_was_predicted_everywhere():
    # 200 of 1,000 predicted yes, 24 of 30 of them right; 4 of 70 of the others wrong: .2 × .8 + .8 × 4/70
    rows = [("yes", 200, ["yes"] * 24 + ["no"] * 6), ("no", 800, ["yes"] * 4 + ["no"] * 66)]
    predicted, sample, gold, _ = sampled(rows)
    found = design_based(predicted, sample, gold, TWO)
    assert found.shares["yes"].value == pytest.approx(0.16 + 3.2 / 70)
    # Limits by hand: Jeffreys limits of 24/30 and 4/70 from scipy, squared distances weighted and summed.
    jeffreys = scipy.stats.beta.ppf([[0.025], [0.975]], [24.5, 4.5], [6.5, 66.5])
    scale = np.array([0.2, 0.8]) * np.sqrt([1 - 30 / 200, 1 - 70 / 800])
    distance = np.sqrt((np.square(scale * (jeffreys - [24 / 30, 4 / 70]))).sum(axis=1))
    expected = (0.16 + 3.2 / 70 - distance[0], 0.16 + 3.2 / 70 + distance[1])
    assert found.interval("yes") == pytest.approx(expected)
    assert (found.n, found.n_sample, found.confidence_level, found.corrected) == (1000, 100, 0.95, True)
    # Had the strata been drawn from, the same texts would say the same.
    assert values(design_based(predicted, sample, gold, TWO, strata=predicted)) == pytest.approx(values(found))


def test_a_good_classifier_makes_the_interval_narrower_and_a_useless_one_hardly_wider():
    rng = np.random.default_rng(30)
    gold = np.array(TWO)[(rng.random(5000) > 0.3).astype(int)]
    flipped = np.where(gold == "yes", "no", "yes")
    sample = rng.choice(5000, 200, replace=False)
    width = {}
    for name, right in (("good", 0.95), ("chance", 0.5)):
        predicted = np.where(rng.random(5000) < right, gold, flipped).tolist()
        low, high = design_based(predicted, sample, gold[sample].tolist(), TWO).interval("yes")
        width[name] = high - low
    plain = 2 * 1.96 * np.sqrt(0.3 * 0.7 / 200)
    assert width["good"] < 0.7 * plain
    assert width["chance"] == pytest.approx(plain, rel=0.1)


def test_predictions_too_rare_to_be_sampled_are_pooled_with_others():
    rows = [("yes", 3, []), ("no", 997, ["yes"] * 10 + ["no"] * 90)]
    predicted, sample, gold, _ = sampled(rows)
    assert design_based(predicted, sample, gold, TWO).shares["yes"].value == pytest.approx(0.1)


def test_a_label_never_found_may_have_been_missed():
    rows = [("favor", 400, ["against"] * 40), ("against", 600, ["none"] * 60)]
    predicted, sample, gold, _ = sampled(rows)
    found = design_based(predicted, sample, gold, THREE)
    assert found.shares["favor"].value == 0
    low, high = found.interval("favor")
    assert low == 0
    # D of 1,000 texts are all missed by a sample of 100 in 2.5 % of draws: .9^D = .025 gives D = 35
    assert high == pytest.approx(0.0350, abs=1e-4)


def test_a_label_found_everywhere_may_not_be_the_only_one():
    predicted, sample, gold, _ = sampled([("yes", 1000, ["yes"] * 100)])
    low, high = design_based(predicted, sample, gold, TWO).interval("yes")
    assert (low, high) == (pytest.approx(1 - 0.0350, abs=1e-4), 1)


def test_what_is_missed_lies_where_least_was_drawn():
    # Of 100 texts 50 are drawn, of 900 only 9: 1 % are drawn there, .99^D = .025 gives D = 367.04
    assert largest_unseen(np.array([100, 900]), np.array([50, 9]), 0.95) == pytest.approx(0.36704, abs=1e-5)
    # 10 texts with one drawn: 9 are left, at .9^9 = .387; the rest of .025 (.0645) where half is drawn: 3.95 texts
    assert largest_unseen(np.array([10, 90]), np.array([1, 45]), 0.95) == pytest.approx((9 + 3.95) / 100, abs=1e-3)


@pytest.mark.parametrize("drawn", [20, 45, 80])
def test_the_bound_of_a_label_never_found_is_missed_no_more_often_than_it_says(drawn):
    # Exact: the probability that a simple random sample has none of D = bound × N + 1 texts, hypergeometric.
    bound = largest_unseen(np.array([500]), np.array([drawn]), 0.95)
    texts = int(np.floor(bound * 500)) + 1
    assert scipy.stats.hypergeom(500, texts, drawn).pmf(0) <= 0.025


def test_a_collection_labelled_completely_leaves_nothing_open():
    predicted, gold = ["yes", "no"] * 20, ["yes", "yes", "no", "no"] * 10
    found = design_based(predicted, np.arange(40), gold, TWO)
    assert (found.shares["yes"].value, *found.interval("yes")) == pytest.approx((0.5, 0.5, 0.5))


def test_higher_level_gives_a_wider_interval():
    predicted, sample, gold, _ = sampled([("yes", 500, ["yes"] * 30 + ["no"] * 20), ("no", 500, ["no"] * 50)])
    narrow, wide = (
        design_based(predicted, sample, gold, TWO, confidence_level=level).interval("yes") for level in (0.5, 0.99)
    )
    assert wide[0] < narrow[0] < 0.3 < narrow[1] < wide[1]


def test_a_cell_of_which_few_were_drawn_by_luck_keeps_its_own_share():
    # Twenty of each of ten strata, 30 % yes, never mistaken: four drawn of one, where six were to be expected, do not
    # make the estimate lower, as they would if they were merged with what was predicted to be no.
    predicted, strata = ["yes", "yes", "yes", *["no"] * 7] * 100, np.repeat(np.arange(10), 100).tolist()
    drawn = [range(100 * part, 100 * part + 100) for part in range(10)]
    counts = [4, *[6] * 9]
    sample = []
    for rows, n in zip(drawn, counts, strict=True):
        sample += [at for at in rows if at % 10 < 3][:n] + [at for at in rows if at % 10 >= 3][: 20 - n]
    found = design_based(predicted, sample, [predicted[at] for at in sample], TWO, strata=strata)
    assert values(found) == pytest.approx([0.3, 0.7])


@given(seed=st.integers(0, 10_000), n_labels=st.integers(2, 4), stratified=st.booleans())
def test_shares_are_a_distribution_within_their_intervals_whatever_the_order(seed, n_labels, stratified):
    rng = np.random.default_rng(seed)
    labels = [f"l{at}" for at in range(n_labels)]
    size = int(rng.integers(60, 400))
    odds = rng.dirichlet(np.full(n_labels, 0.4), 2)
    gold = rng.choice(labels, size, p=odds[0])
    predicted = np.where(rng.random(size) < 0.7, gold, rng.choice(labels, size, p=odds[1]))
    strata = rng.integers(0, 3, size) if stratified else np.zeros(size, dtype=int)
    sample = np.flatnonzero(rng.random(size) < 0.5)
    sample = np.union1d(sample, [np.flatnonzero(strata == at)[0] for at in np.unique(strata)])
    sample = sample if sample.size >= 30 else np.arange(30)
    found = design_based(predicted.tolist(), sample, gold[sample].tolist(), labels, strata=strata.tolist())
    assert sum(values(found)) == pytest.approx(1)
    for share in found.shares.values():
        assert 0 <= share.low <= share.value <= share.high <= 1
    if sample.size < size:
        assert all(share.high > share.low for share in found.shares.values())
    shuffled = rng.permutation(size)
    place = np.argsort(shuffled)
    order = rng.permutation(sample.size)
    names = np.array(["spring", "autumn", "winter"])
    again = design_based(
        predicted[shuffled].tolist(),
        place[sample[order]],
        gold[sample[order]].tolist(),
        labels,
        strata=names[strata[shuffled]].tolist(),
    )
    assert again == found


# Clusters and weights


def drawn_from(sizes, sample_of_each, seed=0):
    """Predicted labels right in four of five texts of threads that are mostly of one label; a sample of each thread."""
    rng = np.random.default_rng(seed)
    thread = np.repeat(np.arange(len(sizes)), sizes)
    usual = rng.random(len(sizes)) < 0.4
    gold = np.where(rng.random(thread.size) < 0.85, usual[thread], ~usual[thread])
    predicted = np.where(rng.random(thread.size) < 0.8, gold, ~gold)
    sample = np.concatenate([np.flatnonzero(thread == at)[:n] for at, n in enumerate(sample_of_each)])
    names = np.array(["no", "yes"])
    return names[predicted.astype(int)].tolist(), sample, names[gold[sample].astype(int)].tolist(), thread.tolist()


@pytest.mark.parametrize("options", ["weights", "clusters", "both"])
@pytest.mark.parametrize("stratified", [False, True])
def test_equal_weights_and_clusters_of_one_text_are_a_random_sample(options, stratified):
    predicted, sample, gold, thread = drawn_from([10] * 100, [3] * 100)
    strata = [at // 50 for at in thread] if stratified else None
    # 1 / chance may differ from stratum to stratum: each is weighed by its texts.
    weights = [0.1 if stratified and at < 150 else 7.0 for at in range(300)]
    given_ = {"clusters": list(range(1000)), "weights": weights}
    chosen = given_ if options == "both" else {options: given_[options]}
    plain = design_based(predicted, sample, gold, TWO, strata=strata)
    assert design_based(predicted, sample, gold, TWO, strata=strata, **chosen) == plain


def test_a_weighted_share_is_the_weighted_mean_of_each_predicted_label():
    # Of 600 texts predicted yes 30 labelled, 20 of them yes with a weight of 1, 10 no with 4: 20 / 60. Of 400 predicted
    # no 20: 5 yes with 4, 15 no with 4: 1/4. .6 × 1/3 + .4 × 1/4 = .3
    rows = [("yes", 600, ["yes"] * 20 + ["no"] * 10), ("no", 400, ["yes"] * 5 + ["no"] * 15)]
    predicted, sample, gold, _ = sampled(rows)
    found = design_based(predicted, sample, gold, TWO, weights=[1] * 20 + [4] * 30)
    assert values(found) == pytest.approx([0.3, 0.7])


def test_texts_of_a_cluster_that_are_copies_count_once():
    # 40 threads of five equal texts, 12 of them yes: 12 / 40 whichever way, and as uncertain as 40 texts, not as 200.
    predicted = ["no"] * 2000
    clusters = np.repeat(np.arange(400), 5).tolist()
    sample = np.arange(200)
    gold = np.repeat(["yes", "no"], [60, 140]).tolist()
    low, high = design_based(predicted, sample, gold, TWO, clusters=clusters).interval("yes")
    # Jeffreys limits of 12 in 40, scaled to t of 39 degrees of freedom (2.023 for 1.960).
    n = 40 * (1.95996 / 2.02269) ** 2 * 39 / 40
    expected = scipy.stats.beta.ppf([0.025, 0.975], 0.3 * n + 0.5, 0.7 * n + 0.5)
    assert (low, high) == pytest.approx(expected, abs=0.002)


def test_clusters_widen_the_interval_and_a_random_sample_in_clusters_hardly_does():
    predicted, sample, gold, thread = drawn_from([40] * 50, [8] * 50)
    plain, clustered = (design_based(predicted, sample, gold, TWO, clusters=c) for c in (None, thread))
    assert values(clustered) == pytest.approx(values(plain))
    width = [high - low for low, high in (found.interval("yes") for found in (plain, clustered))]
    assert width[1] > 1.3 * width[0]


@pytest.mark.parametrize("options", ["clusters", "weights", "both"])
def test_a_label_found_in_no_cluster_may_have_been_missed(options):
    # 20 clusters of equal weight count as 20 texts: 1 - .025^(1/20); without clusters .9^35 = .025, 35 of 1,000 texts
    predicted, clusters = ["no"] * 1000, np.repeat(np.arange(200), 5).tolist()
    given_ = {"clusters": clusters, "weights": [2.0] * 100}
    chosen = given_ if options == "both" else {options: given_[options]}
    low, high = design_based(predicted, np.arange(100), ["no"] * 100, TWO, **chosen).interval("yes")
    missed = 0.0350 if options == "weights" else 1 - 0.025 ** (1 / 20)
    assert (low, high) == (0, pytest.approx(missed, abs=1e-4))


def test_whole_clusters_lie_in_strata_and_two_of_each_are_needed():
    predicted, sample, gold, thread = drawn_from([10] * 40, [4] * 40)
    month = [at // 20 for at in thread]
    found = design_based(predicted, sample, gold, TWO, strata=month, clusters=thread)
    assert values(found) == pytest.approx(values(design_based(predicted, sample, gold, TWO, strata=month)))
    with pytest.raises(UsageError, match=r"cluster \d+ lies in 2 strata; give strata that hold whole clusters"):
        design_based(predicted, sample, gold, TWO, strata=predicted, clusters=thread)
    alone = [0 if at < 39 else 1 for at in thread]
    with pytest.raises(UsageError, match="all labelled texts of a stratum are of one cluster"):
        design_based(predicted, sample, gold, TWO, strata=alone, clusters=thread)


@given(seed=st.integers(0, 10_000), weighted=st.booleans())
@settings(max_examples=30)
def test_shares_of_clusters_are_a_distribution_within_their_intervals_whatever_the_order(seed, weighted):
    rng = np.random.default_rng(seed)
    predicted, sample, gold, thread = drawn_from(rng.integers(3, 12, 40), [3] * 40, seed)
    weights = rng.uniform(0.9, 1.1, sample.size) if weighted else np.ones(sample.size)
    found = design_based(predicted, sample, gold, TWO, clusters=thread, weights=weights)
    assert sum(values(found)) == pytest.approx(1)
    for share in found.shares.values():
        assert 0 <= share.low < share.value < share.high <= 1
    order = rng.permutation(sample.size)
    names = [f"thread {at}" for at in thread]
    gold = np.array(gold)[order].tolist()
    again = design_based(predicted, sample[order], gold, TWO, clusters=names, weights=weights[order])
    for label in TWO:
        assert again.interval(label) == pytest.approx(found.interval(label))


def test_units_of_clustered_shares_are_clusters():
    predicted, sample, gold, thread = drawn_from([10] * 40, [4] * 40)
    found = design_based(predicted, sample, gold, TWO, clusters=thread)
    assert ({share.n_units for share in found.shares.values()}, found.n_sample) == ({40}, 160)
    weighted = design_based(predicted, sample, gold, TWO, weights=np.linspace(1, 1.2, 160))
    assert weighted.shares["yes"].n_units == 160


def test_a_stratum_of_one_weighted_text_is_refused():
    predicted, sample, gold, _ = drawn_from([10] * 40, [4] * 40)
    strata = ["alone" if at == sample[0] else "others" for at in range(400)]
    with pytest.raises(UsageError, match="all labelled texts of a stratum are of one cluster"):
        design_based(predicted, sample, gold, TWO, strata=strata, weights=np.linspace(1, 2, 160))
    assert sum(values(design_based(predicted, sample, gold, TWO, strata=strata))) == pytest.approx(1)


@pytest.mark.parametrize(("n_strata", "n_texts"), [(100, 1), (20, 5), (20, 10)])
def test_many_strata_of_few_texts_are_as_uncertain_as_their_texts_together(n_strata, n_texts):
    # A share of .3 in every stratum, proportional allocation: the textbook's interval but for the normal scale.
    n = n_strata * n_texts
    predicted, strata = ["no"] * (n * 20), np.repeat(np.arange(n_strata), n_texts * 20).tolist()
    sample = np.concatenate([at * n_texts * 20 + np.arange(n_texts) for at in range(n_strata)])
    gold = np.where(np.arange(n) % 10 < 3, "yes", "no").tolist()
    found = design_based(predicted, sample, gold, TWO, strata=strata)
    low, high = found.interval("yes")
    assert found.shares["yes"].value == pytest.approx(0.3)
    expected = scipy.stats.beta.ppf([0.025, 0.975], 0.3 * n + 0.5, 0.7 * n + 0.5)
    assert (low - 0.3, high - 0.3) == pytest.approx((expected - 0.3) * np.sqrt(0.95))


@given(seed=st.integers(0, 10_000), n_labels=st.integers(2, 4), stratified=st.booleans(), spread=st.floats(0, 2.5))
def test_limits_hold_their_value_whatever_the_clusters_and_weights(seed, n_labels, stratified, spread):
    rng = np.random.default_rng(seed)
    labels = np.array([f"l{at}" for at in range(n_labels)])
    thread = np.repeat(np.arange(60), rng.integers(1, 15, 60))
    gold = labels[(rng.dirichlet(np.full(n_labels, 0.1), 60).cumsum(axis=1)[thread, :-1] < 0.5).sum(axis=1)]
    predicted = np.where(rng.random(thread.size) < 0.9, gold, labels[0])
    sample = np.unique(np.concatenate([np.flatnonzero(thread == at)[: rng.integers(1, 6)] for at in range(0, 60, 2)]))
    options = {"clusters": thread, "weights": np.exp(spread * rng.standard_normal(sample.size))}
    if stratified:
        options["strata"] = thread // 20
    try:
        found = design_based(predicted, sample, gold[sample], labels, **options)
    except DataError:  # weights that the predicted labels do not bear out
        return
    assert sum(values(found)) == pytest.approx(1)
    for share in found.shares.values():
        assert 0 <= share.low <= share.value <= share.high <= 1


# Samples that were not drawn as said


def labelled_collection(seed=0):
    rng = np.random.default_rng(seed)
    gold = np.where(rng.random(5000) < 0.1, "yes", "no")
    flipped = np.where(gold == "yes", "no", "yes")
    return np.where(rng.random(5000) < 0.8, gold, flipped), gold, rng


def chosen_by_gold(gold, n, rng):
    return np.concatenate([rng.choice(np.flatnonzero(gold == label), n, replace=False) for label in TWO])


@pytest.mark.parametrize("options", [{}, {"weights": np.ones(200)}, {"clusters": list(range(5000))}])
def test_a_sample_chosen_by_its_gold_labels_is_refused(options):
    # 100 of each of a share of .1: .5 of them are predicted yes, of the collection .26.
    predicted, gold, rng = labelled_collection()
    sample = chosen_by_gold(gold, 100, rng)
    with pytest.raises(DataError, match=r"are predicted '(yes|no)', but .* weights \(1 / chance\)"):
        design_based(predicted.tolist(), sample, gold[sample].tolist(), TWO, **options)


def test_a_sample_drawn_by_predicted_label_is_told_to_say_so():
    predicted, gold, rng = labelled_collection()
    sample = chosen_by_gold(predicted, 60, rng)
    with pytest.raises(DataError, match=r"no random sample is like that .* strata"):
        design_based(predicted.tolist(), sample, gold[sample].tolist(), TWO)
    found = design_based(predicted.tolist(), sample, gold[sample].tolist(), TWO, strata=predicted.tolist())
    low, high = found.interval("yes")
    assert low < 0.1 < high


def test_equal_numbers_of_several_gold_labels_are_refused_unless_said_to_be_chance():
    # Of three labels, 33 random texts of each come up in 1 of 120 samples at most.
    rng = np.random.default_rng(3)
    gold = np.array(THREE * 33)
    predicted = rng.permutation([*THREE * 330])
    sample = np.concatenate([np.flatnonzero(predicted == label)[:33] for label in THREE])
    with pytest.raises(DataError, match="the sample has 33 texts of each of the 3 gold labels"):
        design_based(predicted.tolist(), sample, gold.tolist(), THREE)
    found = design_based(predicted.tolist(), sample, gold.tolist(), THREE, weights=np.ones(99))
    assert values(found) == pytest.approx([1 / 3] * 3)


def test_two_labels_that_are_equally_frequent_by_chance_are_not_refused():
    predicted, gold = ["yes", "no"] * 250, ["yes", "no"] * 50
    assert values(design_based(predicted, np.arange(100), gold, TWO)) == [0.5, 0.5]


# Refusals


def test_an_interval_without_a_sample_of_the_collection_is_refused():
    with pytest.raises(UsageError, match=r"an interval needs a labelled sample: draw at least 30 .* from this very"):
        design_based(["yes"] * 100, None, None, TWO)
    with pytest.raises(UsageError, match="adjusted_count gives no interval, only design_based does: draw at least 30"):
        adjusted_count(["yes", "no"], [[9, 1], [1, 9]], TWO).interval("yes")
    with pytest.raises(UsageError, match="uncorrected gives no interval"):
        uncorrected(["yes"], TWO).interval("yes")


PREDICTED = ["yes", "no"] * 50
PLACES = list(range(40))
GOLD = ["yes"] * 40


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        pytest.param(
            {"sample": PLACES[:29], "gold": GOLD[:29]}, UsageError, "sample has 29 texts.* needs 30", id="few"
        ),
        pytest.param(
            {"sample": [*PLACES[1:], 100]}, UsageError, r"sample\[39\] is 100, no place from 0 to 99", id="beyond"
        ),
        pytest.param({"sample": [-1, *PLACES[1:]]}, UsageError, r"sample\[0\] is -1", id="negative"),
        pytest.param({"sample": [7, *PLACES[1:]]}, UsageError, "place 7 stands 2 times in sample", id="doubled"),
        pytest.param({"sample": [0.5, *PLACES[1:]]}, UsageError, "places in predicted, got float64", id="no-places"),
        pytest.param({"sample": [True] * 40}, UsageError, "places in predicted, got bool", id="mask"),
        pytest.param({"gold": GOLD[1:]}, UsageError, "gold has 39 labels for 40 sampled", id="lengths"),
        pytest.param({"gold": ["oui", *GOLD[1:]]}, LabelError, r"gold\[0\] is 'oui', not one of yes, no", id="gold"),
        pytest.param({"predicted": [*PREDICTED[1:], None]}, LabelError, r"predicted\[99\] is None", id="missing"),
        pytest.param({"labels": ("yes", "yes")}, UsageError, "two or more and different", id="doubled-labels"),
        pytest.param({"confidence_level": 95}, UsageError, "confidence_level must lie between 0 and 1", id="level"),
        pytest.param({"clusters": [0] * 99}, UsageError, "99 clusters for 100 texts", id="clusters"),
        pytest.param({"clusters": [0] * 100}, UsageError, "are of one cluster", id="one-cluster"),
        pytest.param({"weights": [1] * 39}, UsageError, r"weights have the shape \(39,\) for 40", id="weights"),
        pytest.param({"weights": [1] * 39 + [0]}, UsageError, r"weights\[39\] is 0.0", id="zero-weight"),
        pytest.param({"weights": [float("nan")] * 40}, UsageError, r"weights\[0\] is nan", id="nan-weight"),
        pytest.param({"strata": [0] * 99}, UsageError, "99 strata for 100 texts", id="strata"),
        pytest.param(
            {"strata": ["a"] * 50 + ["b"] * 50}, UsageError, "1 of 2 strata have no labelled.* 'b'", id="empty"
        ),
    ],
)
def test_bad_samples_are_refused(changed, error, message):
    given_ = {"predicted": PREDICTED, "sample": PLACES, "gold": GOLD, "labels": TWO} | changed
    with pytest.raises(error, match=message):
        design_based(**given_)


@pytest.mark.parametrize(
    ("confusion", "error", "message"),
    [
        pytest.param([[1, 2, 3]], UsageError, "a row and a column for each of 2 labels", id="shape"),
        pytest.param([[1, -1], [0, 1]], UsageError, "must hold counts", id="negative"),
        pytest.param([[1, float("nan")], [0, 1]], UsageError, "must hold counts", id="nan"),
        pytest.param([[1, float("inf")], [0, 1]], UsageError, "must hold counts", id="infinite"),
        pytest.param([[5, 5], [0, 0]], UsageError, "no row of gold label 'no'", id="no-rows"),
        pytest.param([[5, 5], [10, 10]], DataError, "predicts some labels alike", id="alike"),
    ],
)
def test_confusions_that_tell_nothing_are_refused(confusion, error, message):
    with pytest.raises(error, match=message):
        adjusted_count(["yes", "no"], confusion, TWO)


@pytest.mark.parametrize(
    ("probabilities", "prior", "error", "message"),
    [
        pytest.param([[0.5, 0.6]], {"yes": 0.5, "no": 0.5}, UsageError, r"probabilities\[0\] = \[0.5, 0.6\]", id="sum"),
        pytest.param([[float("nan"), 1]], {"yes": 0.5, "no": 0.5}, UsageError, "is no distribution", id="nan"),
        pytest.param([[1.0]], {"yes": 0.5, "no": 0.5}, UsageError, "2 columns", id="columns"),
        pytest.param(np.empty((0, 2)), {"yes": 0.5, "no": 0.5}, DataError, "no texts", id="nothing"),
        pytest.param([[0.5, 0.5]], {"yes": 1.0}, UsageError, "train_prior is of yes; give", id="prior-lacks"),
        pytest.param([[0.5, 0.5]], {"yes": 1.0, "no": 0.0}, UsageError, "shares above 0", id="prior-zero"),
    ],
)
def test_probabilities_and_priors_that_are_none_are_refused(probabilities, prior, error, message):
    with pytest.raises(error, match=message):
        saerens_em(probabilities, prior, TWO)


def test_an_empty_collection_is_refused():
    with pytest.raises(DataError, match="there are no texts"):
        uncorrected([], TWO)


# Borders


def test_an_estimate_is_written_with_everything_it_says():
    predicted, sample, gold, _ = sampled([("yes", 500, ["yes"] * 20 + ["no"] * 30), ("no", 500, ["no"] * 50)])
    found = design_based(predicted, sample, gold, TWO, confidence_level=0.9)
    assert found.method == "design_based"
    yes = found.shares["yes"]
    assert (yes.value, yes.n_units, yes.confidence_level, yes.method) == (0.2, 100, 0.9, "design_based")
    assert found.to_dict() == {
        "method": "design_based",
        "corrected": True,
        "shares": {label: found.shares[label].to_dict() for label in TWO},
        "n": 1000,
        "n_sample": 100,
        "level": 0.9,
        "sample_counts": {"yes": 20, "no": 80},
    }
    assert uncorrected(["yes"], TWO).to_dict() == {
        "method": "uncorrected",
        "corrected": False,
        "shares": {"yes": {"value": 1, "low": None, "high": None}, "no": {"value": 0, "low": None, "high": None}},
        "n": 1,
        "n_sample": 0,
        "level": None,
        "sample_counts": {},
    }


@pytest.mark.parametrize(("total", "fine"), [(1.00095, True), (0.99905, True), (1.00105, False), (0.99895, False)])
def test_shares_and_probabilities_may_be_rounded_to_three_places(total, fine):
    prior, rows = {"yes": 0.5, "no": total - 0.5}, [[0.75, 0.25], [0.25, total - 0.25]]
    for arguments in (([[0.75, 0.25], [0.25, 0.75]], prior), (rows, {"yes": 0.5, "no": 0.5})):
        if fine:
            assert sum(values(saerens_em(*arguments, TWO))) == pytest.approx(1)
        else:
            with pytest.raises(UsageError, match=r"sum (to )?1"):
                saerens_em(*arguments, TWO)


def test_shares_that_hardly_move_any_more_and_never_settle_are_refused():
    # The likelihood of yes rises up to 1 and has no slope there (the odds of no are 1.5 and .5, whose mean is 1):
    # what is left falls as 4 / n, and by 4e-8 in the ten thousandth round.
    with pytest.raises(DataError, match="shares still move after 10000 rounds"):
        saerens_em([[0.4, 0.6], [2 / 3, 1 / 3]], {"yes": 0.5, "no": 0.5}, TWO)


@pytest.mark.parametrize(("apart", "told"), [(0.95e-6, False), (1.05e-6, True)])
def test_labels_predicted_alike_but_for_a_millionth_cannot_be_told(apart, told):
    confusion = [[0.5 + apart, 0.5 - apart], [0.5, 0.5]]
    if told:
        assert sum(values(adjusted_count(["yes", "no"], confusion, TWO))) == pytest.approx(1)
    else:
        with pytest.raises(DataError, match="predicts some labels alike"):
            adjusted_count(["yes", "no"], confusion, TWO)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda: uncorrected("ab", TWO), "predicted is a str", id="predicted"),
        pytest.param(lambda: uncorrected(["yes"], {"yes", "no"}), "labels is a set", id="labels"),
        pytest.param(lambda: uncorrected(["yes"], ("yes", 1)), "labels must be all labels", id="numbers"),
        pytest.param(lambda: uncorrected(["yes"], ("yes",)), "labels must be all labels", id="one"),
        pytest.param(lambda: uncorrected(["yes"], "yes"), "labels must be all labels", id="text"),
        pytest.param(lambda: adjusted_count(["yes"], "no", TWO), "confusion must hold numbers", id="confusion"),
        pytest.param(
            lambda: saerens_em([[0.5, 0.5]], {"yes": "a", "no": "b"}, TWO), "train_prior must hold numbers", id="prior"
        ),
        pytest.param(lambda: saerens_em(["a"], {"yes": 0.5, "no": 0.5}, TWO), "probabilities must hold", id="rows"),
        pytest.param(lambda: saerens_em([0.5, 0.5], {"yes": 0.5, "no": 0.5}, TWO), "probabilities must have", id="d"),
        pytest.param(lambda: design_based(PREDICTED, PLACES, "yes", TWO), "gold is a str", id="gold"),
        pytest.param(lambda: design_based(PREDICTED, None, GOLD, TWO), "an interval needs", id="no-sample"),
        pytest.param(lambda: design_based(PREDICTED, PLACES, None, TWO), "an interval needs", id="no-gold"),
    ],
)
def test_arguments_are_called_by_their_names(call, message):
    with pytest.raises(UsageError, match=f"^{message}"):
        call()


def test_the_first_of_several_unknown_labels_is_named_and_all_are_counted():
    with pytest.raises(LabelError, match=r"predicted\[1\] is 'oui', not one of yes, no \(2 such\)"):
        uncorrected(["yes", "oui", "non"], TWO)


def test_an_index_of_a_sorted_frame_is_no_list_of_places():
    frame = pd.DataFrame({"label": ["a", "b"] * 100, "thread": np.arange(200) // 5, "likes": np.arange(200)[::-1]})
    drawn = frame[frame.thread % 4 == 0]
    plain = design_based(frame.label, drawn.index, drawn.label, ("a", "b"), clusters=frame.thread)
    assert plain == design_based(
        frame.label.tolist(), drawn.index.tolist(), drawn.label.tolist(), ("a", "b"), clusters=frame.thread.tolist()
    )
    turned = frame.sort_values("likes")
    with pytest.raises(UsageError, match="those of predicted are not numbered from 0 in order"):
        design_based(turned.label, drawn.index, drawn.label, ("a", "b"), clusters=turned.thread)
    with pytest.raises(UsageError, match="rows of clusters stand in another order than those of predicted"):
        design_based(frame.label, drawn.index.tolist(), drawn.label, ("a", "b"), clusters=turned.thread)
    with pytest.raises(UsageError, match="rows of gold stand in another order than sample"):
        design_based(frame.label, drawn.index, drawn.label[::-1], ("a", "b"), clusters=frame.thread)
