"""Do 95 % intervals cover 95 %? Simulated on collections of known composition; all draws from fixed, uneven tables."""

import numpy as np
import pytest
from scipy.stats import t as student

from weibo_nlp.evaluation import prevalence
from weibo_nlp.evaluation.prevalence import adjusted_count, design_based
from weibo_nlp.stats.proportions import share_limits

DRAWS = 4000
NOISE = (0.95 * 0.05 / DRAWS) ** 0.5  # one standard error of a simulated coverage: .0034
SIZES = (100, 200, 400)
# P(predicted | gold), rows gold. Trained where the first label had half of all texts and rates were .85 and .85:
SAME_RATES = [[0.85, 0.15], [0.15, 0.85]]
SHIFTED_RATES = [[0.75, 0.25], [0.10, 0.90]]
WORSE_RATES = [[0.60, 0.40], [0.05, 0.95]]
THREE = [[0.75, 0.15, 0.10], [0.10, 0.80, 0.10], [0.05, 0.15, 0.80]]
THREE_SHIFTED = [[0.55, 0.30, 0.15], [0.05, 0.70, 0.25], [0.05, 0.10, 0.85]]
FOUR = [[0.70, 0.10, 0.10, 0.10], [0.05, 0.80, 0.05, 0.10], [0.05, 0.15, 0.70, 0.10], [0.03, 0.07, 0.10, 0.80]]
FOUR_SHIFTED = [[0.50, 0.30, 0.10, 0.10], [0.15, 0.60, 0.15, 0.10], [0.03, 0.07, 0.85, 0.05], [0.10, 0.10, 0.20, 0.60]]
COLLECTIONS = [
    pytest.param((0.50, 0.50), SAME_RATES, id="classifier-errors-alone"),
    *[
        pytest.param((share, 1 - share), SAME_RATES, id=f"prior-shift-to-{share:.0%}")
        for share in (0.05, 0.1, 0.3, 0.7)
    ],
    *[
        pytest.param((share, 1 - share), rates, id=f"{name}-at-{share:.0%}")
        for name, rates in (("shifted-rates", SHIFTED_RATES), ("much-worse-rates", WORSE_RATES))
        for share in (0.05, 0.1, 0.3, 0.5, 0.7)
    ],
    pytest.param((0.05, 0.25, 0.70), THREE, id="three-labels"),
    pytest.param((0.05, 0.25, 0.70), THREE_SHIFTED, id="three-labels-shifted-rates"),
    pytest.param((0.30, 0.60, 0.10), THREE_SHIFTED, id="three-labels-both-shifted"),
    pytest.param((0.05, 0.15, 0.30, 0.50), FOUR, id="four-labels"),
    pytest.param((0.05, 0.15, 0.30, 0.50), FOUR_SHIFTED, id="four-labels-shifted-rates"),
    pytest.param((0.70, 0.05, 0.05, 0.20), FOUR, id="four-labels-prior-shift"),
]


def collection(shares, rates, size):
    """Counts of texts, rows predicted, columns gold: the same shares and error rates at every call."""
    gold = np.round(np.array(shares) * size).astype(int)
    table = np.floor(gold[:, None] * np.array(rates)).astype(int)
    table[np.arange(len(gold)), np.argmax(rates, axis=1)] += gold - table.sum(axis=1)
    return table.T


def drawn_samples(table, n, design, rng):
    """Tables of labelled texts, shape (DRAWS, k, k), by simple random sampling or within predicted labels."""
    k, sizes = len(table), table.sum(axis=1)
    if design == "simple":
        return rng.multivariate_hypergeometric(table.ravel(), n, DRAWS, method="marginals").reshape(DRAWS, k, k)
    parts = np.full(k, n // k) if design == "equal" else np.round(n * sizes / sizes.sum()).astype(int)
    parts = np.minimum(parts, sizes)
    return np.stack(
        [
            rng.multivariate_hypergeometric(row, m, DRAWS, method="marginals")
            for row, m in zip(table, parts, strict=True)
        ],
        axis=1,
    )


def coverage(table, samples, design, limits=share_limits):
    """Share of the draws in which each label's interval holds its true share, shape (k,)."""
    truth = table.sum(axis=0) / table.sum()
    sizes = table.sum(axis=1)
    covered = np.zeros(len(table))
    for sample in samples:
        if design == "simple":
            _, low, high = limits(sizes[None], sample[None], 0.95)
        else:  # the strata are the predicted labels: each holds one predicted label alone
            _, low, high = limits(np.diag(sizes), np.eye(len(sizes), dtype=int)[:, :, None] * sample, 0.95)
        covered += (low <= truth + 1e-12) & (truth - 1e-12 <= high)
    return covered / len(samples)


@pytest.mark.slow
@pytest.mark.parametrize(("shares", "rates"), COLLECTIONS)
def test_intervals_cover_as_often_as_they_say(shares, rates):
    table = collection(shares, rates, 5000)
    rng = np.random.default_rng(20)
    found = {
        (design, n): coverage(table, drawn_samples(table, n, design, rng), design)
        for design in ("simple", "proportional", "equal")
        for n in SIZES
    }
    assert {key: each for key, each in found.items() if each.min() < 0.93 - NOISE or each.max() > 0.97 + NOISE} == {}


@pytest.mark.slow
@pytest.mark.parametrize("by_month", [False, True])
def test_intervals_of_texts_drawn_one_by_one_cover_as_often_as_they_say(by_month):
    # The whole way from labels of texts to intervals; months of uneven size, with other shares and error rates in each.
    labels = ("favor", "against", "none")
    rng = np.random.default_rng(21)
    sizes = np.array([1200, 700, 400, 300, 250, 150])
    month = np.repeat(np.arange(6), sizes)
    wanted = np.stack([np.array([0.05, 0.25, 0.70]) * weights for weights in np.linspace([0.5, 2, 1], [3, 0.5, 1], 6)])
    gold = np.array([rng.choice(3, p=wanted[at] / wanted[at].sum()) for at in month])
    rates = [np.array(THREE) if at % 2 else np.array(THREE_SHIFTED) for at in range(6)]
    predicted = [labels[rng.choice(3, p=rates[at][label])] for at, label in zip(month, gold, strict=True)]
    names = np.array(labels)[gold].tolist()
    truth = np.bincount(gold) / gold.size
    parts = np.round(150 * sizes / sizes.sum()).astype(int)
    starts = np.append(0, np.cumsum(sizes))
    covered = np.zeros(3)
    for _ in range(2000):
        if by_month:
            sample = np.concatenate(
                [
                    start + rng.choice(size, n, replace=False)
                    for start, size, n in zip(starts, sizes, parts, strict=False)
                ]
            )
        else:
            sample = rng.choice(gold.size, 150, replace=False)
        found = design_based(
            predicted, sample, [names[at] for at in sample], labels, strata=month.tolist() if by_month else None
        )
        bounds = np.array([found.interval(label) for label in labels])
        covered += (bounds[:, 0] <= truth) & (truth <= bounds[:, 1])
    assert (covered / 2000).min() >= 0.93
    assert (covered / 2000).max() <= 0.97


def threads(rng, n_threads, longest):
    """Predicted and gold labels, and the thread of each text: up to so many texts (0: 40) that share their labels."""
    sizes = (
        np.minimum(rng.random(n_threads) ** (-1 / 0.8), longest).astype(int) + 2 if longest else np.full(n_threads, 40)
    )
    thread = np.repeat(np.arange(n_threads), sizes)
    mixtures = rng.dirichlet((0.6, 0.9, 1.5), n_threads).cumsum(axis=1)[:, :-1]
    gold = (rng.random(thread.size)[:, None] > mixtures[thread]).sum(axis=1)
    predicted = (rng.random(thread.size)[:, None] > np.array(THREE_SHIFTED).cumsum(axis=1)[gold][:, :-1]).sum(axis=1)
    return predicted, gold, thread


def texts_of_threads(n_threads, n_texts):
    """Draw so many threads, and so many texts of each or all there are; with 1 / chance."""

    def draw(rng, gold, thread):
        rows = [np.flatnonzero(thread == each) for each in rng.choice(thread.max() + 1, n_threads, replace=False)]
        drawn = [rng.choice(each, min(n_texts, each.size), replace=False) for each in rows]
        weights = [np.full(some.size, each.size / some.size) for some, each in zip(drawn, rows, strict=True)]
        return np.concatenate(drawn), np.concatenate(weights)

    return draw


def unequal_chances(rng, gold, thread):
    """Every third text three times as likely as others, and texts of the first label four times as likely."""
    chances = np.where(gold == 0, 4.0, 1.0) * np.where(np.arange(gold.size) % 3 == 0, 3.0, 1.0)
    chances *= 250 / chances.sum()
    drawn = np.flatnonzero(rng.random(gold.size) < chances)
    return drawn, 1 / chances[drawn]


def covered_of_threads(longest, draw, *, given, runs=1000):
    """Share of samples whose 95 % intervals hold the share of each label; `given`: clusters, weights, both, neither."""
    rng = np.random.default_rng(24)
    predicted, gold, thread = threads(rng, 400, longest)
    labels = np.array(("favor", "against", "none"))
    truth = np.bincount(gold, minlength=3) / gold.size
    covered = np.zeros(3)
    for _ in range(runs):
        sample, weights = draw(rng, gold, thread)
        options = {"clusters": thread.tolist(), "weights": weights}
        found = design_based(
            labels[predicted].tolist(), sample, labels[gold[sample]].tolist(), labels.tolist(),
            **{name: value for name, value in options.items() if name in given},
        )  # fmt: skip
        bounds = np.array([found.interval(label) for label in labels])
        covered += (bounds[:, 0] <= truth) & (truth <= bounds[:, 1])
    return covered / runs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("longest", "draw", "given"),
    [
        pytest.param(0, texts_of_threads(10, 20), {"clusters"}, id="ten-threads-of-twenty"),
        pytest.param(0, texts_of_threads(30, 10), {"clusters"}, id="thirty-threads-of-ten"),
        pytest.param(40, texts_of_threads(60, 40), {"clusters"}, id="whole-uneven-threads"),
        pytest.param(40, texts_of_threads(60, 4), {"clusters", "weights"}, id="a-few-texts-of-uneven-threads"),
        pytest.param(0, unequal_chances, {"weights"}, id="unequal-chances"),
    ],
)
def test_intervals_of_clusters_and_weighted_texts_cover_as_often_as_they_say(longest, draw, given):
    covered = covered_of_threads(longest, draw, given=given)
    assert covered.min() >= 0.93, covered
    assert covered.max() <= 0.985, covered


@pytest.mark.slow
def test_threads_given_as_a_random_sample_of_texts_would_cover_too_rarely():
    # Or be refused, where the predicted labels of so few threads are not those of the collection.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prevalence, "require_known_chances", lambda *_: None)
        assert covered_of_threads(0, texts_of_threads(10, 20), given=set(), runs=400).max() < 0.8


@pytest.mark.slow
def test_normal_limits_would_cover_too_rarely():
    # Why the limits are taken in each cell: the estimate of a rare label is skewed, and rests on few texts.
    def normal_limits(sizes, found, level):
        keep = found.sum(axis=2) > 0
        counts, size = found[keep], sizes[keep][:, None]
        n = counts.sum(axis=1, keepdims=True)
        share, weight = counts / n, size / sizes.sum()
        value = (weight * share).sum(axis=0)
        variance = (weight**2 * (1 - n / size) * share * (1 - share) / np.maximum(n - 1, 1)).sum(axis=0)
        half = student.ppf((1 + level) / 2, n.sum() - len(n)) * np.sqrt(variance)
        return value, value - half, value + half

    table = collection((0.05, 0.95), SHIFTED_RATES, 5000)
    samples = drawn_samples(table, 100, "equal", np.random.default_rng(22))
    assert coverage(table, samples, "equal").min() >= 0.93
    assert coverage(table, samples, "equal", normal_limits).min() < 0.90


@pytest.mark.parametrize(
    ("rates", "holds"),
    [pytest.param(SAME_RATES, True, id="same-rates"), pytest.param(SHIFTED_RATES, False, id="shifted-rates")],
)
def test_error_rates_from_elsewhere_cover_only_where_they_hold(rates, holds):
    # The reason for the rule that only a sample of the collection itself gives an interval. Delta method around the
    # adjusted count (Rogan & Gladen 1978): variance of the predicted share and of both tested rates.
    n, tested, share = 5000, 1000, 0.3
    rng = np.random.default_rng(23)
    covered = 0
    for _ in range(500):
        confusion = np.stack([rng.multinomial(tested, row) for row in SAME_RATES])
        positive = int(rng.multinomial(n, np.array([share, 1 - share]) @ np.array(rates))[0])
        found = adjusted_count(["yes"] * positive + ["no"] * (n - positive), confusion, ("yes", "no"))
        value = found.shares["yes"].value
        hit, alarm = confusion[:, 0] / tested
        q = positive / n
        variance = q * (1 - q) / n + (value**2 * hit * (1 - hit) + (1 - value) ** 2 * alarm * (1 - alarm)) / tested
        covered += abs(value - share) <= 1.96 * np.sqrt(variance) / (hit - alarm)
    assert (covered / 500 >= 0.92) if holds else (covered / 500 <= 0.01)
