"""Samples at the borders of what is taken for random, against scipy's binomial, multinomial and t."""

import numpy as np
import pytest
import scipy.stats

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.evaluation.sample_design import (
    between_clusters,
    cluster_numbers,
    require_known_chances,
    require_known_weights,
    sample_places,
    sample_weights,
    stratum_numbers,
)
from weibo_nlp.stats.cluster_samples import ClusterSample

TWO = ("yes", "no")
PARTS = 10_000


def refused(check, *arguments):
    """What is said against it; nothing if it is let through."""
    try:
        check(*arguments)
    except DataError as error:
        return str(error)
    return ""


def test_places_are_whole_numbers_within_the_collection():
    assert sample_places(range(30), 30).tolist() == list(range(30))
    assert sample_places(np.arange(30, dtype=np.int8), 99).dtype == np.int64
    with pytest.raises(UsageError, match=r"got int64 of shape \(30, 1\)"):
        sample_places(np.arange(30)[:, None], 99)
    with pytest.raises(UsageError, match="sample has 0 texts"):
        sample_places([], 99)
    with pytest.raises(UsageError, match=r"sample\[29\] is 29, no place from 0 to 28"):
        sample_places(range(30), 29)
    with pytest.raises(UsageError, match="place 4 stands 3 times in sample"):
        sample_places([*range(30), 4, 4], 99)


def test_strata_are_numbered_and_each_has_a_labelled_text():
    places = np.array([0, 3])
    assert stratum_numbers(None, 3, places[:1]).tolist() == [0, 0, 0]
    numbers = stratum_numbers(["b", "a", "b", "a"], 4, places)
    assert numbers[0] == numbers[2] != numbers[1] == numbers[3]
    assert set(numbers.tolist()) == {0, 1}
    with pytest.raises(UsageError, match=r"2 of 4 strata have no labelled text, the first '(b|c)'"):
        stratum_numbers(list("abcd"), 4, places)
    with pytest.raises(DataError, match=r"strata\[1\] is None, which is no id"):
        stratum_numbers(["a", None], 2, places[:1])


def test_clusters_are_those_of_the_sampled_texts():
    places, strata = np.array([1, 2, 4, 5]), np.zeros(6, dtype=int)
    assert cluster_numbers(None, places, strata).tolist() == [0, 1, 2, 3]
    # Two clusters of a stratum are enough, and what was not drawn has no number.
    numbers = cluster_numbers(list("xabyba"), places, strata)
    assert (numbers[0], numbers[1]) == (numbers[3], numbers[2])
    assert sorted(numbers.tolist()) == [0, 0, 1, 1]
    with pytest.raises(DataError, match=r"clusters\[0\] is None, which is no id"):
        cluster_numbers([None, *"abcde"], places, strata)
    with pytest.raises(UsageError, match="all labelled texts of a stratum are of one cluster"):
        cluster_numbers(list("xabycd"), places, np.array([0, 0, 0, 0, 0, 1]))
    with pytest.raises(UsageError, match="cluster 'b' lies in 2 strata"):
        cluster_numbers(list("xabyba"), places, np.array([0, 0, 0, 0, 1, 0]))


def test_weights_are_shares_of_the_largest_within_a_billion():
    assert sample_weights(None, 2).tolist() == [1, 1]
    assert sample_weights([1, 2, 4], 3).tolist() == [0.25, 0.5, 1]
    assert sample_weights([1, 0.95e9], 2)[1] == 1
    with pytest.raises(UsageError, match=r"weights run from 1 to 1\.05e\+09, more than 1e\+09-fold"):
        sample_weights([1, 1.05e9], 2)
    for wrong in (0, -1, np.inf, np.nan):
        with pytest.raises(UsageError, match=r"weights\[1\] is"):
            sample_weights([1, wrong], 2)
    with pytest.raises(UsageError, match=r"^weights must hold numbers"):
        sample_weights(["a", "b"], 2)


def counts(yes, n, gold_yes):
    """Counts by predicted and gold label, of a sample in one stratum: the last `gold_yes` are yes."""
    labelled = np.zeros((1, 2, 2), dtype=int)
    for at in range(n):
        labelled[0, int(at >= yes), int(at < n - gold_yes)] += 1
    return labelled


@pytest.mark.parametrize("yes", [0, 1, 2, 20, 39, 40])
def test_a_sample_is_refused_where_one_of_ten_thousand_would_be_as_far_off(yes):
    n, shares = 40, np.arange(1, PARTS) / PARTS
    tail = np.minimum(scipy.stats.binom.cdf(yes, n, shares), scipy.stats.binom.sf(yes - 1, n, shares))
    p = 4 * tail  # two-sided, of two labels
    borders = np.flatnonzero(np.diff((p < 1e-4).astype(int))).tolist()
    assert 1 <= len(borders) <= 2
    for border in borders:
        for place in (0, border, border + 1, PARTS - 2):
            sizes = np.array([[place + 1, PARTS - place - 1]])
            assert bool(refused(require_known_chances, sizes, counts(yes, n, 1), TWO)) == (p[place] < 1e-4)


@pytest.mark.parametrize("drawn", [1, 2, 5])
def test_texts_of_a_rare_label_are_too_many_where_it_is_rare_enough(drawn):
    # Of ten million texts, with two tails and three labels; the other two are drawn about as they should be.
    sizes = np.arange(1, 200_000)
    p = 6 * scipy.stats.binom.sf(drawn - 1, 40, sizes / 10_000_000)
    border = int(np.flatnonzero(p >= 1e-4)[0])
    labelled = np.zeros((1, 3, 3), dtype=int)
    labelled[0, :, 0] = [drawn, 20, 20 - drawn]
    for place, incredible in ((border - 1, True), (border, False)):
        half = (10_000_000 - int(sizes[place])) // 2
        collection = np.array([[sizes[place], half, 10_000_000 - sizes[place] - half]])
        said = refused(require_known_chances, collection, labelled, ("a", "b", "c"))
        assert said.startswith(f"{drawn} of 40 texts of the sample are predicted 'a'") == bool(said) == incredible


def test_an_incredible_sample_is_described():
    # Of two labels one is as far off as the other; of three, one most.
    labelled = np.zeros((1, 3, 3), dtype=int)
    labelled[0, :, 0] = [30, 6, 4]
    said = refused(require_known_chances, np.array([[500, 5000, 4500]]), labelled, ("a", "b", "c"))
    assert said.startswith("30 of 40 texts of the sample are predicted 'a', but 500 of 10000 of the collection: no ")
    # A stratum that is as it should be does not make up for another.
    sizes = np.array([[500, 5000, 4500], [50, 500, 450]])
    labelled = np.stack([np.diag([2, 20, 18]), np.diag([30, 3, 2])])
    said = refused(require_known_chances, sizes, labelled, ("a", "b", "c"))
    assert said.startswith("30 of 35 texts of the sample are predicted 'a', but 50 of 1000 of the stratum: no ")


def test_equal_gold_labels_are_refused_where_they_or_the_predicted_ones_are_rarer_than_one_in_a_hundred():
    three, seen = ("a", "b", "c"), {}
    for each in range(10, 40):
        labelled = np.zeros((1, 3, 3), dtype=int)
        labelled[0, [0, 1, 2], [0, 1, 2]] = each
        chance = scipy.stats.multinomial.pmf([each] * 3, 3 * each, [1 / 3] * 3)
        said = refused(require_known_chances, np.array([[100, 100, 100]]), labelled, three)
        assert bool(said) == (chance < 0.01)
        seen[bool(said)] = said
    assert "the sample has 39 texts of each of the 3 gold labels" in seen[True]
    assert len(seen) == 2
    # Twenty of each of two come up often, but not beside predicted labels of p below .01.
    shares = np.arange(1, PARTS) / PARTS
    p = 4 * np.minimum(scipy.stats.binom.cdf(20, 40, shares), scipy.stats.binom.sf(19, 40, shares))
    border = int(np.flatnonzero((p < 0.01) & (shares > 0.5))[0])
    for place, rare in ((border - 1, False), (border, True)):
        sizes = np.array([[place + 1, PARTS - place - 1]])
        assert bool(refused(require_known_chances, sizes, counts(20, 40, 20), TWO)) == rare
        assert not refused(require_known_chances, sizes, counts(20, 40, 19), TWO)
        both = np.concatenate([counts(20, 40, 20)] * 2)
        assert not refused(require_known_chances, np.concatenate([sizes, sizes]), both, TWO)


@pytest.mark.parametrize("texts", [1, 2])
def test_weighted_samples_are_refused_by_t_over_clusters_beyond_one_in_a_million(texts):
    # Half of n clusters are predicted yes throughout: every cluster is as far from the mean, the standard error of the
    # share .5 / √(n - 1), and t has n - 1 degrees of freedom.
    n = 40
    cells, clusters = np.repeat(np.arange(n) % 2, texts), np.repeat(np.arange(n), texts)
    sample = ClusterSample(cells, np.zeros(n * texts, dtype=int), clusters, np.full(n * texts, 0.5), 2)
    shares = np.arange(1, PARTS) / PARTS
    p = 2 * 2 * scipy.stats.t.sf(np.abs(shares - 0.5) * np.sqrt(n - 1) / 0.5, n - 1)
    border = int(np.flatnonzero((p < 1e-6) & (shares > 0.5))[0])
    for place, incredible in ((border - 1, False), (border, True), (PARTS // 2 - 1, False)):
        said = refused(require_known_weights, np.array([[place + 1, PARTS - place - 1]]), sample, TWO)
        assert bool(said) == incredible
        if incredible:
            assert f"50.0% of the sample are predicted 'yes', but {shares[place]:.1%} of the collection" in said


def test_weighted_samples_are_compared_within_their_strata():
    # Of the first stratum all are yes, of the second none, as in the sample; or the other way round.
    cells = np.repeat([0, 3], 20)
    sample = ClusterSample(cells, np.zeros(40, dtype=int), np.arange(40), np.ones(40), 2)
    assert not refused(require_known_weights, np.array([[100, 0], [0, 50]]), sample, TWO)
    assert not refused(require_known_weights, np.array([[100, 100], [100, 100]]), sample, TWO)
    only = ClusterSample(np.ones(40, dtype=int), np.zeros(40, dtype=int), np.arange(40), np.ones(40), 2)
    assert not refused(require_known_weights, np.array([[0, 10]]), only, TWO)
    # Forty texts without one label of .6 are beyond belief, without one of .1 they are 1.5 % of all samples.
    assert not refused(require_known_weights, np.array([[1, 9]]), only, TWO)
    said = refused(require_known_weights, np.array([[6, 4]]), only, TWO)
    assert "clusters 0.0% of the sample are predicted 'yes', but 60.0% of the collection" in said


def test_clusters_that_are_alike_by_luck_or_lack_a_rare_label_are_not_refused():
    # Each of ten clusters of two texts has one of each label; .55 are yes in the collection, mixed in every cluster.
    cells, clusters = np.tile([0, 1], 10), np.repeat(np.arange(10), 2)
    sample = ClusterSample(cells, np.zeros(20, dtype=int), clusters, np.ones(20), 2)
    mixed = np.zeros((1, 2))
    assert not refused(require_known_weights, np.array([[55, 45]]), sample, TWO, mixed)
    # A label of 2 % in none of 200 weighted texts, one sample of 57.
    weights = np.linspace(1, 2, 200)
    none = ClusterSample(np.ones(200, dtype=int), np.zeros(200, dtype=int), np.arange(200), weights, 2)
    assert not refused(require_known_weights, np.array([[20, 980]]), none, TWO)
    # Half of the texts of each cluster of twenty, where every cluster of the collection has none: not by luck.
    many = ClusterSample(np.tile([0, 1], 200), np.zeros(400, dtype=int), np.repeat(np.arange(20), 20), np.ones(400), 2)
    assert refused(require_known_weights, np.array([[20, 80]]), many, TWO, mixed)


def test_variance_between_clusters_is_that_of_the_collection():
    # Clusters of two texts: both yes, none, one of each; a share of .5, squared deviations .25, .25, 0.
    predicted, strata = np.array([0, 0, 1, 1, 0, 1]), np.zeros(6, dtype=int)
    assert between_clusters(list("aabbcc"), strata, predicted, 2) == pytest.approx(np.full((1, 2), 1 / 6))
    assert between_clusters(None, strata, predicted, 2) == pytest.approx(np.full((1, 2), 1 / 4))
    # Within strata: of the second each text is yes.
    two = between_clusters(list("aabbccd"), np.array([0] * 6 + [1]), np.append(predicted, 0), 2)
    assert two == pytest.approx(np.array([[1 / 6] * 2, [0, 0]]))


def test_weights_count_in_what_is_compared():
    # 10 of 40 are yes with a weight of 1, 30 no with 1/3: half of the weight, as in the collection.
    cells = np.array([0] * 10 + [1] * 30)
    weights = np.array([1.0] * 10 + [1 / 3] * 30)
    half, quarter = np.array([[500, 500]]), np.array([[9_000, 1_000]])
    sample = ClusterSample(cells, np.zeros(40, dtype=int), np.arange(40), weights, 2)
    assert not refused(require_known_weights, half, sample, TWO)
    assert "with these weights and clusters 50.0% of the sample" in refused(require_known_weights, quarter, sample, TWO)


def test_parts_of_clusters_in_two_strata_are_told_apart():
    # In the first stratum b is wholly yes and c wholly no, in the second a is half and half.
    strata, predicted = np.array([1, 1, 0, 0, 0, 0]), np.array([0, 1, 0, 0, 1, 1])
    found = between_clusters(list("aabbcc"), strata, predicted, 2)
    assert found == pytest.approx(np.array([[0.25, 0.25], [0, 0]]))
