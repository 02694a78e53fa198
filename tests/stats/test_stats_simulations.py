"""What the intervals and the paired test promise, held against thousands of samples drawn from known populations."""

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from simulate_paired_test import SIZES, TIES, rejection_rates

from weibo_nlp.corpus.release import open_release
from weibo_nlp.stats.bootstrap import DEFAULT_METHOD, BootstrapConfig, UnitSums, cluster_bootstrap
from weibo_nlp.stats.metrics import accuracy, macro_f1
from weibo_nlp.stats.randomisation import paired_test

METRICS = {"macro_f1": macro_f1, "accuracy": accuracy}
LONGEST = 40


@dataclass(frozen=True)
class Population:
    """Threads of rows that resemble each other, and a system that is better in some of them than in others.

    `shares` are those of the labels, the smaller `variety` the more a thread is of one label; `skill` is the mean share
    of rows a thread's system knows, the others are guessed by `shares`; the larger `steadiness` the less threads differ
    in it. Sizes are 1 to 40 by Pareto's law with exponent `tail`; `tiring` is how much less of a thread of 40 is known
    than of one of 1.
    """

    shares: tuple[float, ...]
    variety: float
    skill: float
    steadiness: float
    tail: float
    tiring: float = 0.0

    def draw(self, rng: np.random.Generator, n_threads: int) -> np.ndarray:
        """Confusion counts, shape (n_threads, n_labels²)."""
        sizes = np.minimum(rng.random(n_threads) ** (-1 / self.tail), LONGEST).astype(np.int64)
        mixtures = rng.dirichlet(np.array(self.shares) * self.variety, n_threads)
        mean = self.skill - self.tiring * np.log(sizes) / np.log(LONGEST)
        known = rng.beta(mean * self.steadiness, (1 - mean) * self.steadiness)[:, None, None]
        answers = known * np.eye(len(self.shares)) + (1 - known) * np.array(self.shares)
        return rng.multinomial(rng.multinomial(sizes, mixtures), answers).reshape(n_threads, -1).astype(np.float64)

    def truth(self, metric) -> float:
        """The metric over two million threads: its own sampling error is below .0005."""
        return float(metric(_two_million_threads(self)))


@cache
def _two_million_threads(population: Population) -> np.ndarray:
    rng = np.random.default_rng(0)
    counts = sum(population.draw(rng, 200_000).sum(axis=0) for _ in range(10))
    return counts.reshape(len(population.shares), -1)


POPULATIONS = {
    "three-labels": Population((0.45, 0.35, 0.20), variety=3, skill=0.6, steadiness=6, tail=0.8),
    "four-labels-one-rare": Population((0.55, 0.25, 0.15, 0.05), variety=2, skill=0.6, steadiness=4, tail=0.8),
    "worse-in-long-threads": Population((0.5, 0.3, 0.2), variety=1.5, skill=0.75, steadiness=3, tail=0.6, tiring=0.3),
    "nearly-perfect": Population((0.45, 0.35, 0.20), variety=3, skill=0.93, steadiness=10, tail=0.8),
    "three-labels-one-very-rare": Population((0.60, 0.37, 0.03), variety=4, skill=0.65, steadiness=6, tail=1.0),
}


def _coverage(population, n_threads, runs, method=DEFAULT_METHOD):
    """Share of runs whose interval holds the population's value, by metric."""
    truth = {name: population.truth(metric) for name, metric in METRICS.items()}
    rng = np.random.default_rng(n_threads)
    covered = Counter()
    for run in range(runs):
        sample = UnitSums(population.draw(rng, n_threads), len(population.shares))
        for name, found in cluster_bootstrap(
            sample, METRICS, bootstrap=BootstrapConfig(seed=run, method=method)
        ).items():
            covered[name] += found.low <= truth[name] <= found.high
    return {name: covered[name] / runs for name in METRICS}


@dataclass(frozen=True)
class Systems:
    """Two systems with three labels on the same rows, who share most of their answers and so most of their errors.

    They disagree on `disagreement` of the rows, more in some threads than in others; in `neither` of those, as a share,
    both are wrong; `a` is right on `lead` more rows than `b`, as a share of all rows.
    """

    shares: tuple[float, ...]
    disagreement: float
    lead: float = 0.0
    neither: float = 0.25
    skill: float = 0.7

    def draw(
        self, rng: np.random.Generator, sizes: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Gold, answers of `a` and of `b`, and the thread of each row."""
        threads = np.repeat(np.arange(sizes.size), sizes)
        mixtures = rng.dirichlet(np.array(self.shares) * 3, sizes.size).cumsum(axis=1)[:, :-1]
        gold = (rng.random(threads.size)[:, None] > mixtures[threads]).sum(axis=1)
        wrong = (gold + rng.integers(1, 3, gold.size)) % 3
        # Beta with 10 rows' worth of certainty: measured, counts of disagreement by thread vary 1.1 to 1.4 times as
        # much as if rows were drawn alone.
        apart = rng.beta(10 * self.disagreement, 10 * (1 - self.disagreement), sizes.size)[threads]
        known = rng.beta(6 * self.skill, 6 * (1 - self.skill), sizes.size)[threads]
        shared = np.where(rng.random(gold.size) < known, gold, wrong)
        a_right = (1 - self.neither + self.lead / self.disagreement) / 2
        which = np.digitize(rng.random(gold.size), [a_right, 1 - self.neither])
        differ = rng.random(gold.size) < apart
        a = np.where(differ, np.choose(which, [gold, wrong, wrong]), shared)
        b = np.where(differ, np.choose(which, [wrong, gold, 3 - gold - wrong]), shared)
        return gold, a, b, threads


def _uneven(rng: np.random.Generator, n_threads: int, tail: float = 0.8) -> np.ndarray:
    return np.minimum(rng.random(n_threads) ** (-1 / tail), LONGEST).astype(np.int64)


def _rejected(systems, sizes, metric, runs):
    """Share of runs in which the paired test finds a difference at the 5 % level; `sizes` draws those of threads."""
    rng = np.random.default_rng(0)
    rejected = 0
    for run in range(runs):
        gold, a, b, threads = systems.draw(rng, sizes(rng))
        # With 99 rounds p is a multiple of .01, so that p <= .05 is exactly one case in twenty.
        found = paired_test(
            gold, a, b, threads, 3, metric, n_permutations=99, bootstrap=BootstrapConfig(seed=run, n_resamples=2)
        )
        rejected += found.p <= 0.05
    return rejected / runs


def _test_threads(task):
    """Sizes of the threads of the shipped corpus' test split, and the shares of the labels, the most frequent first."""
    release = open_release()
    thread_of = {document.id: document.thread for document in release.documents("test")}
    gold = release.gold(task, "test")
    counts = np.array(sorted(Counter(label.label for label in gold).values(), reverse=True))
    sizes = np.array(sorted(Counter(thread_of[label.document_id] for label in gold).values()))
    return sizes, tuple((counts / counts.sum()).tolist())


def _true_difference(systems, sizes, metric):
    """True difference of the systems: over a million rows in threads of these sizes."""
    gold, a, b, _ = systems.draw(np.random.default_rng(1), np.tile(sizes, 1_000_000 // sizes.sum()))
    figures = [metric(np.bincount(gold * 3 + answers, minlength=9).reshape(3, 3)) for answers in (a, b)]
    return float(figures[0] - figures[1])


@pytest.mark.slow
@pytest.mark.parametrize("n_threads", [60, 200])
@pytest.mark.parametrize("name", POPULATIONS)
def test_95_percent_intervals_cover_93_to_97_percent_of_the_time(name, n_threads):
    covered = _coverage(POPULATIONS[name], n_threads, runs={60: 2000, 200: 1000}[n_threads])
    for metric, share in covered.items():
        assert 0.93 <= share <= 0.97, f"{metric}: {share}"


@pytest.mark.slow
def test_plain_percentiles_cover_too_rarely_in_few_uneven_threads():
    # Why they are not the default.
    covered = _coverage(POPULATIONS["four-labels-one-rare"], 60, runs=1000, method="percentile")
    assert covered["macro_f1"] < 0.91


@pytest.mark.slow
def test_no_interval_covers_a_label_that_hardly_any_thread_has():
    # The warning of `few_units`: 3 % of the rows of 20 threads are often none at all, and nothing tells how well
    # a label that was not seen would be found. Accuracy does not mind.
    covered = _coverage(POPULATIONS["three-labels-one-very-rare"], 20, runs=1000)
    assert covered["macro_f1"] < 0.75
    assert 0.93 <= covered["accuracy"] <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(
    ("metric", "n_threads", "lowest"),
    [
        pytest.param("macro_f1", 60, 0.04, id="macro_f1-60"),
        pytest.param("macro_f1", 200, 0.04, id="macro_f1-200"),
        # Accuracies differ by whole rows, and equal differences count as reached: few rows do not use the level up.
        pytest.param("accuracy", 60, 0.03, id="accuracy-60"),
        pytest.param("accuracy", 200, 0.04, id="accuracy-200"),
    ],
)
def test_paired_test_finds_a_difference_where_there_is_none_in_one_case_of_twenty(metric, n_threads, lowest):
    systems = Systems((0.45, 0.35, 0.20), disagreement=0.2)
    rejected = _rejected(systems, lambda rng: _uneven(rng, n_threads, tail=0.4), METRICS[metric], runs=2000)
    assert lowest <= rejected <= 0.06


@pytest.mark.slow
@pytest.mark.parametrize("name", TIES)
def test_paired_test_keeps_its_level_for_systems_that_are_alike_in_macro_f1_alone(name):
    # The plain difference rejects .1 to 6 % of them; a standard error of a share of .05 in 1,000 samples is .007.
    first, second = TIES[name].rates()
    counts = np.array(TIES[name].shares)[:, None]
    assert macro_f1(counts * first) == pytest.approx(macro_f1(counts * second))
    found, _ = rejection_rates(TIES[name], SIZES["200 threads"], runs=1000)
    assert 0.03 <= found <= 0.075


@pytest.mark.slow
@pytest.mark.parametrize(("n_a", "n_b"), [(5, 5), (5, 3), (5, 1)])
def test_paired_test_keeps_its_level_over_seeds_of_unequal_number(n_a, n_b):
    rng = np.random.default_rng(3)
    systems = Systems((0.45, 0.35, 0.20), disagreement=0.2)
    rejected = 0
    for run in range(1000):
        gold, a, b, threads = systems.draw(rng, _uneven(rng, 60))

        def seeds(answers, n_seeds, gold=gold):
            again = np.where(rng.random((n_seeds, gold.size)) < 0.6, gold, rng.integers(0, 3, (n_seeds, gold.size)))
            return np.where(rng.random((n_seeds, gold.size)) < 0.1, again, answers)

        found = paired_test(
            gold,
            seeds(a, n_a),
            seeds(b, n_b),
            threads,
            3,
            macro_f1,
            n_permutations=99,
            bootstrap=BootstrapConfig(seed=run, n_resamples=2),
        )
        rejected += found.p <= 0.05
    assert 0.04 <= rejected / 1000 <= 0.06


@pytest.mark.slow
@pytest.mark.parametrize("n_threads", [60, 200])
def test_interval_of_a_difference_covers_it_93_to_97_percent_of_the_time(n_threads):
    systems = Systems((0.45, 0.35, 0.20), disagreement=0.15, lead=0.05)
    rng = np.random.default_rng(5)
    truth = _true_difference(systems, _uneven(np.random.default_rng(0), 5000), macro_f1)
    covered = 0
    for run in range(1000):
        gold, a, b, threads = systems.draw(rng, _uneven(rng, n_threads))
        found = paired_test(
            gold, a, b, threads, 3, macro_f1, n_permutations=1, bootstrap=BootstrapConfig(seed=run)
        ).difference
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / 1000 <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("metric", METRICS)
def test_five_points_are_found_on_the_stance_pairs_of_todays_test_split(metric):
    # The more two systems disagree, the less five points stand out: simulated power is 1.00 at 7.5 and 10 %, .99 at
    # 15 %, .96 at 20 %.
    sizes, shares = _test_threads("stance")
    systems = Systems(shares, disagreement=0.075, lead=0.05)
    assert _true_difference(systems, sizes, METRICS[metric]) == pytest.approx(0.05, abs=0.003)
    assert _rejected(systems, lambda rng: sizes, METRICS[metric], runs=1000) >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize("metric", METRICS)
def test_five_points_are_found_in_two_thousand_documents_though_one_in_five_answers_differs(metric):
    # The size planned for release 1.0.0. On the 157 documents of corpus 0.1.0's test split, power is at best .58 for
    # accuracy and .69 for macro-F1 (both where 5 to 8 % of the answers differ).
    _, shares = _test_threads("sentiment")
    systems = Systems(shares, disagreement=0.2, lead=0.05)

    def sizes(rng):
        uneven = rng.lognormal(sigma=0.9, size=400)
        return np.maximum(np.round(uneven * 2000 / uneven.sum()), 1).astype(np.int64)

    assert _true_difference(systems, sizes(np.random.default_rng(0)), METRICS[metric]) == pytest.approx(0.05, abs=0.003)
    assert _rejected(systems, sizes, METRICS[metric], runs=300) >= 0.8
