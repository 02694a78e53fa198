"""Limits from samples of clusters, worked by hand where clusters are of one size: there the variance is the textbook's.

Clusters of `m` texts, `c` of them, with `k` texts of a label each: the variance of the share is that of `k / m` between
clusters, by `c - 1`, over `c`. Texts drawn alone would have `p (1 - p) / n`; the quotient is the effect of clusters.
"""

import math

import numpy as np
import pytest
import scipy.stats

from weibo_nlp.stats.cluster_samples import ClusterSample, clustered_share_limits


def _sample(clusters, n_labels=2, weights=None):
    """Of each cluster its texts as (cell, gold); a cell is the stratum times the labels plus the predicted label."""
    texts = [(cell, gold, number) for number, cluster in enumerate(clusters) for cell, gold in cluster]
    cells, gold, numbers = np.array(texts, dtype=np.int64).T
    weights = np.ones(len(texts)) if weights is None else np.array(weights)
    return ClusterSample(cells, gold, numbers, weights, n_labels)


def _of_label(counts, size, cell=0):
    """Clusters of `size` texts in one cell, so many of label 1."""
    return [[(cell, 1)] * k + [(cell, 0)] * (size - k) for k in counts]


def _jeffreys(share, n, level):
    return scipy.stats.beta.ppf([(1 - level) / 2, (1 + level) / 2], share * n + 0.5, (1 - share) * n + 0.5)


def _widening(freedom, level):
    """Square of how much wider Student's t makes an interval than the normal distribution."""
    return (scipy.stats.t.ppf((1 + level) / 2, freedom) / scipy.stats.norm.ppf((1 + level) / 2)) ** 2


@pytest.mark.parametrize("level", [0.95, 0.8])
@pytest.mark.parametrize(
    ("counts", "size", "effect", "freedom"),
    [
        # 4, 3, 1, 0 of 5: variance of k 10 / 3, of the share 10 / 3 / 4 / 25 = 1 / 30; alone .4 × .6 / 20 = .012.
        pytest.param((4, 3, 1, 0), 5, 1 / 30 / 0.012, 3, id="clusters-that-differ"),
        # 4, 0, 0, 0, 0 of 4: variance of k 3.2, of the share 3.2 / 5 / 16 = .04; alone .2 × .8 / 20 = .008. Squared
        # deviations stand as 16 : 1 : 1 : 1 : 1, kurtosis 5 × 260 / 400 = 3.25: freedom 2 × 5 / (3.25 - 2 / 4).
        pytest.param((4, 0, 0, 0, 0), 4, 5, 40 / 11, id="most-from-one-cluster"),
        pytest.param((2, 2, 2, 2), 5, 0.5, 3, id="alike-by-luck-counts-as-half"),
        # 1, 2, 1, 2 of 3: variance of k 1 / 3, of the share 1 / 3 / 4 / 9 = 1 / 108; alone .25 / 12 = 1 / 48.
        pytest.param((1, 2, 1, 2), 3, 0.5, 3, id="nearly-alike-counts-as-half"),
        # 0, 2, 1, 2, 1 of 2: variance of k .7, of the share .7 / 5 / 4 = .035; alone .6 × .4 / 10 = .024.
        pytest.param((0, 2, 1, 2, 1), 2, 0.035 / 0.024, 4, id="one-degree-less-than-clusters"),
    ],
)
def test_clusters_of_one_size_give_the_textbook_variance(counts, size, effect, freedom, level):
    value, low, high = clustered_share_limits(np.array([[2000, 0]]), _sample(_of_label(counts, size)), level)
    n, share = size * len(counts), sum(counts) / (size * len(counts))
    below, above = _jeffreys(share, n / effect / _widening(freedom, level), level)
    assert value == pytest.approx([1 - share, share])
    assert (low[1], high[1]) == (pytest.approx(below), pytest.approx(above))
    assert (low[0], high[0]) == (pytest.approx(1 - above), pytest.approx(1 - below))


def test_weights_say_only_how_much_a_text_stands_for():
    # The first text stands for three: 5 of 11 are of the label. Any unit of the weights says the same.
    clusters = [[(0, 1), (0, 0), (0, 0)], [(0, 0)] * 3, [(0, 1), (0, 1), (0, 0)]]
    weights = np.array([3.0, 1, 1, 1, 1, 1, 1, 1, 1])
    found = clustered_share_limits(np.array([[900, 0]]), _sample(clusters, weights=weights), 0.95)
    assert found[0][1] == pytest.approx(5 / 11)
    halved = clustered_share_limits(np.array([[900, 0]]), _sample(clusters, weights=weights / 2), 0.95)
    assert np.allclose(found, halved)
    # Without the first cluster, the second, the third: 2 / 6, 5 / 8, 3 / 8, of 72 parts 8, 13 and 5 from their mean.
    effect = 2 / 3 * (64 + 169 + 25) / 72**2 / (5 / 11 * 6 / 11 / 9)
    below, above = _jeffreys(5 / 11, 9 / effect / _widening(2, 0.95), 0.95)
    assert (found[1][1], found[2][1]) == (pytest.approx(below), pytest.approx(above))


def test_strata_weigh_by_their_texts_and_clusters_differ_within_theirs():
    # Three clusters of 8 in a stratum of 3,000: 7, 4, 1; two of 10 in one of 1,000: 6 and 9.
    clusters = _of_label((7, 4, 1), 8) + _of_label((6, 9), 10, cell=2)
    value, low, high = clustered_share_limits(np.array([[3000, 0], [1000, 0]]), _sample(clusters), 0.9)
    assert value[1] == pytest.approx(0.75 * 0.5 + 0.25 * 0.75)
    # Variances of the shares: 9 / 64 / 3 and .0225 × 2 / 2; alone .25 / 24 and .1875 / 20.
    variance = 0.75**2 * 3 / 64 + 0.25**2 * 0.0225
    effect = variance / (0.75**2 * 0.25 / 24 + 0.25**2 * 0.1875 / 20)
    # What each cluster adds to the variance: two of three the half of the first part each, both of the second alike.
    parts = np.array([0.75**2 * 3 / 128, 0, 0.75**2 * 3 / 128, 0.25**2 * 0.01125, 0.25**2 * 0.01125])
    kurtosis = 5 * np.square(parts).sum() / parts.sum() ** 2
    freedom = min(10 / (kurtosis - 0.5), 5 - 2)
    shrunk = effect * _widening(freedom, 0.9)
    bounds = [_jeffreys(0.5, 24 / shrunk, 0.9), _jeffreys(0.75, 20 / shrunk, 0.9)]
    lower = 0.75**2 * (0.5 - bounds[0][0]) ** 2 + 0.25**2 * (0.75 - bounds[1][0]) ** 2
    upper = 0.75**2 * (bounds[0][1] - 0.5) ** 2 + 0.25**2 * (bounds[1][1] - 0.75) ** 2
    assert (low[1], high[1]) == (pytest.approx(value[1] - math.sqrt(lower)), pytest.approx(value[1] + math.sqrt(upper)))
    assert (low[0], high[0]) == (pytest.approx(1 - high[1]), pytest.approx(1 - low[1]))


def test_small_cells_of_several_strata_are_bounded_as_one():
    # Clusters of 1, 3 and 2, 2 texts, each stratum of one label: half of each, on as many texts as t leaves of 8. No
    # variance was found, freedom is 4 clusters less 2 strata.
    clusters = [[(0, 0)], [(0, 0)] * 3, [(3, 1)] * 2, [(3, 1)] * 2]
    sizes = np.array([[500, 0, 0], [500, 0, 0]])
    value, low, high = clustered_share_limits(sizes, _sample(clusters, n_labels=3), 0.95)
    assert value.tolist() == [0.5, 0.5, 0]
    below, above = _jeffreys(0.5, 8 / _widening(2, 0.95), 0.95)
    assert low[:2] == pytest.approx([below] * 2)
    assert high[:2] == pytest.approx([above] * 2)


def test_a_cell_where_no_cluster_differs_is_as_uncertain_as_its_clusters_are_few():
    # Ten clusters of 20 texts: half of the texts are predicted 1 and are, half predicted 0, of which each cluster has
    # one or three wrong. What clusters do to the second half does not tell how far the first are copies.
    clusters = [[(1, 1)] * 10 + [(0, 1)] * wrong + [(0, 0)] * (10 - wrong) for wrong in [1, 3] * 5]
    value, low, _ = clustered_share_limits(np.array([[5000, 5000]]), _sample(clusters), 0.95)
    assert value[1] == pytest.approx(0.6)
    # Variance of the wrong ones' share: .1² / 9, of 100 alone .2 × .8 / 100; no less than half is believed.
    shrunk = max(0.01 / 9 / 0.0016, 0.5) * _widening(9, 0.95)
    noisy, pure = 0.2 - _jeffreys(0.2, 100 / shrunk, 0.95)[0], 1 - _jeffreys(1, 10, 0.95)[0]
    assert low[1] == pytest.approx(0.6 - 0.5 * math.hypot(noisy, pure))


def test_a_single_odd_cluster_does_not_make_a_cell_known():
    # As above, but for one text of one cluster in the first half: ten clusters are still all there is.
    clusters = [[(1, 1)] * 10 + [(0, 1)] * wrong + [(0, 0)] * (10 - wrong) for wrong in [1, 3] * 5]
    clusters[0][0] = (1, 0)
    low = clustered_share_limits(np.array([[5000, 5000]]), _sample(clusters), 0.95)[1][1]
    assert low <= 0.6 - 0.5 * (0.99 - _jeffreys(0.99, 10, 0.95)[0])


def test_a_label_that_no_stratum_shows_may_lie_where_clusters_are_fewest():
    # Strata of 90 and 10 % of the texts, of 4 and 36 single texts of equal weight, in which label 2 was not found.
    clusters = [[(0, at % 2)] for at in range(4)] + [[(3, at % 2)] for at in range(36)]
    high = clustered_share_limits(np.array([[900, 0, 0], [100, 0, 0]]), _sample(clusters, n_labels=3), 0.95)[2][2]
    # All in the first stratum: (1 - p)^4 = .025. That (1 - p) .9 / 4 is above .1 / 36 says that none pays elsewhere.
    assert high == pytest.approx(0.9 * (1 - 0.025 ** (1 / 4)))
    # The unit of the weights in a stratum says nothing.
    weights = [1.0] * 4 + [100.0] * 36
    sample = _sample(clusters, n_labels=3, weights=weights)
    assert clustered_share_limits(np.array([[900, 0, 0], [100, 0, 0]]), sample, 0.95)[2][2] == pytest.approx(high)


def test_what_is_unseen_is_spread_over_strata_as_far_as_that_makes_more_of_it():
    # Equal parts of clusters 10 and 30: .5 × (1 - p) / n is the same, so (1 - p) of the second is three times that of
    # the first, and (1 - p)^10 × (3 (1 - p))^30 = .025.
    clusters = [[(0, at % 2)] for at in range(10)] + [[(3, at % 2)] for at in range(30)]
    high = clustered_share_limits(np.array([[500, 0, 0], [500, 0, 0]]), _sample(clusters, n_labels=3), 0.95)[2][2]
    first = (0.025 / 3**30) ** (1 / 40)
    assert first * 3 > 1  # beyond 1: nothing in the second stratum
    assert high == pytest.approx(0.5 * (1 - 0.025 ** (1 / 10)))
    clusters = [[(0, at % 2)] for at in range(20)] + [[(3, at % 2)] for at in range(22)]
    high = clustered_share_limits(np.array([[500, 0, 0], [500, 0, 0]]), _sample(clusters, n_labels=3), 0.95)[2][2]
    first = (0.025 / 1.1**22) ** (1 / 42)
    assert high == pytest.approx(0.5 * (1 - first) + 0.5 * (1 - 1.1 * first))


def test_weights_take_from_a_sample_what_they_take_whatever_variance_is_found():
    # Twenty texts of weight 9 without the label, twenty of 1 of which five have it: a variance of 5.8 / 200², a quarter
    # of that of forty texts. They are as good as 200² / (20 × 82) of equal weight, and twice that at most is believed.
    clusters = [[(0, 0)] for _ in range(20)] + [[(0, int(at < 5))] for at in range(20)]
    sample = _sample(clusters, weights=np.repeat([9.0, 1.0], 20))
    value, _, high = clustered_share_limits(np.array([[4000, 0]]), sample, 0.95)
    assert value[1] == pytest.approx(0.025)
    assert high[1] >= _jeffreys(0.025, 40 / (20 * 82 / 200**2 * 40 - 0.5), 0.95)[1]


@pytest.mark.parametrize("level", [0.95, 0.9])
def test_a_label_of_all_texts_or_none_is_bounded_by_the_clusters_it_may_have_missed(level):
    # Clusters of 1, 2 and 3 texts count as 36 / 14 of one size.
    clusters = [[(0, 1)] * n for n in (1, 2, 3)]
    value, low, high = clustered_share_limits(np.array([[500, 0]]), _sample(clusters), level)
    missed = 1 - ((1 - level) / 2) ** (14 / 36)
    assert (value.tolist(), low[0], high[1]) == ([0, 1], 0, 1)
    assert (high[0], low[1]) == (pytest.approx(missed), pytest.approx(1 - missed))


def test_what_the_sample_has_seen_is_settled():
    # 18 of 20 texts labelled, 9 of the label: the share lies between 9 and 11 in 20, whatever clusters would allow.
    low, high = clustered_share_limits(np.array([[20, 0]]), _sample(_of_label((6, 3, 0), 6)), 0.95)[1:]
    assert (low.tolist(), high.tolist()) == ([9 / 20] * 2, [11 / 20] * 2)
    # All 18 of 18: no doubt is left.
    for bounds in clustered_share_limits(np.array([[18, 0]]), _sample(_of_label((6, 3, 0), 6)), 0.95):
        assert bounds.tolist() == [0.5, 0.5]
    # Weights that put the value beyond what was seen do not turn the limits around it.
    sample = _sample([[(0, 1)] * 3, [(0, 0)] * 3, [(0, 0)] * 3], weights=[1.0] * 3 + [5.0] * 6)
    value, low, high = clustered_share_limits(np.array([[10, 0]]), sample, 0.95)
    assert value.tolist() == pytest.approx([10 / 11, 1 / 11])
    assert (low[1], high[0]) == (value[1], value[0])
    assert (low[0], high[1]) == (pytest.approx(0.6), pytest.approx(0.4))


def _value(sizes, clusters):
    """Share of label 1."""
    sample = _sample(clusters, n_labels=len(sizes[0]))
    return clustered_share_limits(np.array(sizes), sample, 0.95)[0][1]


def _one_each(cell, clusters, gold):
    return dict.fromkeys(clusters, (cell, gold))


def _clusters(*parts):
    """Clusters of the texts given by number of cluster, each part a cell's."""
    numbers = sorted(set().union(*parts))
    return [[part[number] for part in parts if number in part] for number in numbers]


def test_cells_with_texts_of_five_clusters_stand_alone():
    apart = _clusters(_one_each(0, range(5), 1), _one_each(1, range(5), 0))
    assert _value([[90, 10]], apart) == pytest.approx(0.9)
    merged = _clusters(_one_each(0, range(4), 1), _one_each(1, range(5), 0))
    assert _value([[90, 10]], merged) == pytest.approx(4 / 9)


def test_the_cell_of_the_fewest_clusters_is_merged_with_the_next():
    # Cells of 6, 4 and 5 clusters and 50, 20, 30 texts: the second goes to the third, where 4 of 9 texts are of it.
    clusters = _clusters(_one_each(0, range(6), 0), _one_each(1, range(4), 1), _one_each(2, range(5), 0))
    assert _value([[50, 20, 30]], clusters) == pytest.approx(0.5 * 4 / 9)
    # Of as many clusters, the smaller cell goes first, and to the smaller of the others.
    clusters = _clusters(_one_each(0, range(5), 0), _one_each(1, range(4), 1), _one_each(2, range(5), 0))
    assert _value([[50, 20, 30]], clusters) == pytest.approx(0.5 * 4 / 9)
    assert _value([[30, 20, 50]], clusters) == pytest.approx(0.5 * 4 / 9)
    clusters = _clusters(_one_each(0, range(4), 0), _one_each(1, range(4, 8), 1), _one_each(2, range(6), 0))
    assert _value([[40, 20, 40]], clusters) == pytest.approx(0.6 * 4 / 8)


def test_a_merged_cell_has_the_clusters_of_its_parts_each_once():
    # Twice the same four clusters are four still, so that the third cell goes with them: 4 of 14 texts.
    same = _clusters(_one_each(0, range(4), 0), _one_each(1, range(4), 1), _one_each(2, range(6), 0))
    assert _value([[20, 30, 50]], same) == pytest.approx(4 / 14)
    # Four and four others are eight: 4 of 8 texts in half the collection.
    others = _clusters(_one_each(0, range(4), 0), _one_each(1, range(4, 8), 1), _one_each(2, range(6), 0))
    assert _value([[20, 30, 50]], others) == pytest.approx(0.5 * 4 / 8)
    # Several texts of one cluster are one cluster: 6 of 11 texts.
    clusters = [[(0, 1)] * 6 + [(1, 0)], *[[(1, 0)] for _ in range(4)]]
    assert _value([[50, 50]], clusters) == pytest.approx(6 / 11)


def test_a_merged_cell_takes_its_place_by_the_texts_of_its_parts():
    # Cells of 2, 2, 3, 3 and 5 clusters. The first two make one of 3 clusters and 30 texts, more than the 25 and 28 of
    # the next two, which make one of 6; then the 30 go to the smaller neighbour in clusters, the last cell.
    clusters = _clusters(
        _one_each(0, (0, 1), 0),
        _one_each(1, (1, 2), 1),
        _one_each(2, (3, 4, 5), 0),
        _one_each(3, (6, 7, 8), 0),
        _one_each(4, (9, 10, 11, 12, 13), 0),
    )
    assert _value([[10, 20, 25, 28, 17]], clusters) == pytest.approx(0.47 * 2 / 9)


def test_cells_are_merged_within_their_stratum_and_those_without_texts_are_none():
    # Of the first stratum no text has the first label predicted, of the second none the second; each is one cell.
    clusters = _clusters(
        _one_each(1, range(3), 0), _one_each(3, range(3, 6), 1), _one_each(5, range(3, 5), 0), _one_each(2, (0, 1), 1)
    )
    sizes = [[0, 10, 30], [40, 0, 20]]
    assert _value(sizes, clusters) == pytest.approx(0.4 * 2 / 5 + 0.6 * 3 / 5)
    # Two cells each that stand alone, of different sizes.
    clusters = _clusters(
        *(_one_each(cell, range(5), gold) for cell, gold in ((0, 0), (1, 1))),
        *(_one_each(cell, range(5, 10), gold) for cell, gold in ((2, 1), (3, 0))),
    )
    assert _value([[10, 20], [30, 40]], clusters) == pytest.approx(0.5)
    assert _value([[10, 25], [40, 25]], clusters) == pytest.approx(0.65)


@pytest.mark.parametrize(
    ("cells", "clusters", "weights", "single"),
    [
        pytest.param([0, 1, 2], [0, 1, 2], [1, 1, 1], True, id="equal-chances"),
        pytest.param([0, 1, 2, 3], [0, 1, 2, 3], [0.2, 0.2, 1, 1], True, id="equal-within-strata"),
        pytest.param([0, 1, 2], [0, 1, 2], [0.3, 0.1 + 0.2, 1], True, id="equal-but-for-rounding"),
        pytest.param([0, 1, 2, 3], [0, 1, 2, 3], [1, 0.6, 1, 1], False, id="unequal-in-the-first-stratum"),
        pytest.param([0, 1, 2, 3], [0, 1, 2, 3], [1, 1, 0.999, 1], False, id="unequal-in-the-last-stratum"),
        pytest.param([0, 1, 2], [0, 1, 1], [1, 1, 1], False, id="two-texts-of-a-cluster"),
    ],
)
def test_a_sample_of_single_texts_has_no_clusters_and_one_weight_in_a_stratum(cells, clusters, weights, single):
    """Of two labels, so that cells 0 and 1 are the first stratum."""
    sample = ClusterSample(np.array(cells), np.zeros_like(cells), np.array(clusters), np.array(weights, float), 2)
    assert sample.is_of_single_texts() is single
